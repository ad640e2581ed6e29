"""docs/model.md says what the code says."""

import re

import pytest

from sim.parameters.fields import leaves
from sim.parameters.files import KINDS
from sim.report.documentation import BLOCKS, PAGE, ROOT, prose, written
from sim.report.readme import part, with_part

TEXT = PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def now():
    """The page as the generator would write it now."""
    return written(TEXT)


def test_the_page_is_what_the_generator_would_write_now(now):
    drifted = [name for name in BLOCKS if part(now, name) != part(TEXT, name)]
    assert not drifted and now == TEXT, f"docs/model.md is behind the code in {drifted}: run `make docs`"


def test_writing_again_changes_nothing(now):
    assert written(now) == now


def test_a_drifted_table_is_noticed_and_repaired(now):
    drifted = with_part(now, "accounts", "\n| account | what is booked |\n\n")
    assert drifted != now and written(drifted) == now


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_is_there_once_with_its_meaning(kind):
    shown = part(TEXT, f"{kind} parameters")
    for key, field in leaves(KINDS[kind]):
        (line,) = (line for line in shown.splitlines() if line.startswith(f"| `{kind}.{key}` |"))
        assert f"| {field.description} |" in line


def test_the_prose_names_every_file_of_the_model():
    said = prose(TEXT)
    for path in (ROOT / "sim" / "model").glob("*.py"):
        assert path.name == "__init__.py" or f"`sim/model/{path.name}`" in said, f"docs/model.md leaves out {path.name}"


def test_everything_that_the_prose_names_is_there():
    said = prose(TEXT)
    for path in re.findall(r"`((?:params|notebooks|sim|tests|docs)/[\w./-]*)`|\]\(\.\./([\w./-]+)\)", said):
        assert (ROOT / (path[0] or path[1])).exists(), path
    known = {f"{kind}.{key}" for kind, model in KINDS.items() for key, _ in leaves(model)}
    groups = {key.rpartition(".")[0] for key in known}
    for key in re.findall(r"`((?:world|strategy|run)\.[a-z_.]+)(?:=[^`]*)?`", said):
        assert key in known | groups, key


def test_a_page_that_lacks_a_block_or_has_one_more_is_refused():
    with pytest.raises(ValueError, match="accounts"):
        written(TEXT.replace("<!-- accounts -->", ""))
    with pytest.raises(ValueError, match="novelty"):
        written(f"{TEXT}\n<!-- novelty -->\n<!-- /novelty -->\n")


def test_equations_and_tables_are_well_formed():
    assert prose(TEXT).count("```") % 2 == 0
    for block in re.findall(r"(?:^\|.*\n)+", TEXT, re.MULTILINE):
        columns = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(columns) == 1, block.splitlines()[0]
