"""The files around the code agree with each other: dependencies, environment, notebooks, paths."""

import ast
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def declared() -> list[Requirement]:
    """Every requirement of pyproject.toml, extras included."""
    extras = PROJECT.get("optional-dependencies", {}).values()
    return [Requirement(line) for group in (PROJECT["dependencies"], *extras) for line in group]


def locked() -> dict[str, list[str]]:
    """Locked versions by name; a package may have several, for different versions of Python."""
    versions: dict[str, list[str]] = {}
    for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            pin = re.fullmatch(r"([A-Za-z0-9._-]+)==([^\s;]+)(?: ; .+)?", line)
            assert pin, f"not a pin, so not a constraint: {line!r}"
            versions.setdefault(canonicalize_name(pin[1]), []).append(pin[2])
    return versions


def project_files() -> list[Path]:
    """What is, or would be, in the repository."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("only in a git checkout")
    # safe.directory: in CI the checkout may belong to another user
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def text_lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        return []  # a picture or a table in binary


def cell_source(cell: dict) -> str:
    return "".join(cell["source"])


# --- dependencies


def test_environment_names_no_dependency_twice():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert set(environment) == {"name", "channels", "dependencies"}
    assert environment["name"] == PROJECT["name"]
    assert environment["channels"] == ["conda-forge"]
    python, *rest = environment["dependencies"]
    assert rest == ["pip", {"pip": ["-c requirements.lock", "-e ."]}]
    # Binder reads only the form python=X.Y
    version = re.fullmatch(r"python=(3\.\d+)", python)
    assert version, python
    assert version[1] in SpecifierSet(PROJECT["requires-python"])


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_lock_satisfies_requirement(requirement: Requirement):
    versions = locked().get(canonicalize_name(requirement.name), [])
    assert versions, f"{requirement.name} is not in requirements.lock: run make lock"
    for version in versions:
        assert requirement.specifier.contains(version, prereleases=True), (
            f"requirements.lock has {requirement.name} {version}, pyproject.toml wants {requirement.specifier}: "
            "run make lock"
        )


def test_lock_names_no_index_and_no_machine():
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-", text, re.MULTILINE), "an option such as an index or a folder"


# --- notebooks


def test_make_lab_opens_a_notebook_that_exists():
    named = re.findall(r"notebooks/\w+\.ipynb", (ROOT / "Makefile").read_text("utf-8"))
    assert named
    for name in named:
        assert (ROOT / name).is_file(), name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_is_clean(path: Path):
    notebook = json.loads(path.read_text("utf-8"))
    assert "papermill" not in notebook["metadata"]
    for number, cell in enumerate(notebook["cells"]):
        assert "papermill" not in cell["metadata"], f"cell {number}"
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [], f"cell {number} has outputs: nbstripout --keep-id {path.name}"
            assert cell["execution_count"] is None, f"cell {number} was run: nbstripout --keep-id {path.name}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_parameters_are_literals(path: Path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1, "one cell, and only one, has the tag `parameters`"
    assert tagged[0]["cell_type"] == "code"
    statements = ast.parse(cell_source(tagged[0])).body
    assert statements, "the parameters cell is empty"
    for statement in statements:
        code = ast.unparse(statement)
        assert isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value, f"not a `name = value`: {code}"
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        assert all(isinstance(target, ast.Name) for target in targets), f"not a plain name: {code}"
        try:
            ast.literal_eval(statement.value)
        except ValueError:
            pytest.fail(f"not a literal: {code}")


# --- the project stands on its own

# The patterns are put together here so that this file does not contain what it forbids.
PAPERS = "|".join(("MODEL", "SEEDS", "EVIDENCE", "HOUSE", "WORKSHOP"))
OUTSIDE = re.compile("shared" + "/" + f"(?:{PAPERS})")
PAPER = re.compile(rf"\b(?:{PAPERS})\.md\b")
MACHINE = re.compile(r"(?<![\w.~/:*-])/(?:work|root|home/\w+|Users/\w+)/")


def test_no_file_points_outside_the_project():
    files = project_files()
    assert ROOT / "pyproject.toml" in files
    names = {path.name for path in files}
    found = []
    for path in files:
        for number, line in enumerate(text_lines(path), start=1):
            missing = [paper for paper in PAPER.findall(line) if paper not in names]
            if OUTSIDE.search(line) or MACHINE.search(line) or missing:
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert not found, "\n".join(["names a file or folder that a reader does not have:", *found])


def test_the_patterns_find_what_they_should():
    slash = "/"
    for bad in ("work", "root", "home/ann", "Users/ann"):
        assert MACHINE.search(f'open("{slash}{bad}{slash}data.csv")'), bad
    for good in ("https://example.org/work/x", "notebooks/work/x", "../root/x", "network/rooted"):
        assert not MACHINE.search(good), good
    assert OUTSIDE.search("see .." + slash + "shared" + slash + "MODEL")
    assert PAPER.search("see EVIDENCE" + ".md section 4")
