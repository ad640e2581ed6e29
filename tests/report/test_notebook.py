"""Notebooks as papermill and people run them: wrong parameters stop them before anything is simulated."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from sim.parameters import ParameterError
from sim.report.notebook import check, read_parameters

ROOT = Path(__file__).resolve().parents[2]


def papermill(tmp_path, *arguments, notebook="01_compare"):
    """Plain papermill, as on the command line; returns (process, path of the executed notebook)."""
    executed = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", f"notebooks/{notebook}.ipynb", str(executed), "--no-progress-bar"]
    done = subprocess.run(
        [*command, *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return done, executed


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["-p", "strateggy", "x"], ["'strateggy'", "'x'", "'strategies'"]),
        (["-p", "replications", "abc"], ["replications", "'abc'", "whole number"]),
        (["-p", "world", "wireless_carier"], ["wireless_carier", "online_retail"]),
        (["-p", "seed", "-1"], ["seed", "-1", "at least 0"]),
        (["-y", "{changes: {world.market.peple: 3}}"], ["world.market.peple", "world.market.people"]),
        (["-y", "{strategies: [cost_center, proft_center]}"], ["proft_center", "'profit_center'"]),
    ],
)
def test_plain_papermill_fails_on_bad_parameters_before_simulating(tmp_path, arguments, texts):
    done, executed = papermill(tmp_path, *arguments)
    assert done.returncode != 0
    for text in texts:
        assert text in done.stderr
    assert "simulating" not in executed.read_text()


def test_plain_papermill_with_a_parameter_file(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "changes: {world.market.people: 300, profit_center.remedy.respect: 1.0}\n"
        "weeks: 45\nreplications: 2\nworkers: 1\n"
    )
    done, executed = papermill(tmp_path, "-f", str(tmp_path / "mine.yaml"), "-p", "seed", "3")
    assert done.returncode == 0, done.stderr
    cells = nbformat.read(executed, 4).cells
    images = [output for cell in cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
    assert len(images) >= 6


def test_the_start_notebook_runs(tmp_path):
    done, _ = papermill(tmp_path, "-p", "people", "300", "-p", "weeks", "30", notebook="00_start_here")
    assert done.returncode == 0, done.stderr


def notebook_names(*cells, **values):
    return {"In": ["", *cells, "asked = read_parameters(globals())"], **values}


def test_names_are_read_from_the_parameter_cells_only():
    names = notebook_names(
        "# Parameters\nworld = 'online_retail'\nseed: int = 4", "mine = 3", world="online_retail", seed=4, mine=3
    )
    asked = read_parameters(names)
    assert asked.scenarios[0].run.seed == 4


def test_a_misspelt_name_in_the_injected_cell_is_refused():
    names = notebook_names("# Parameters\nseed = 4", "# Parameters\nsede = 5", seed=4, sede=5)
    with pytest.raises(ParameterError, match=r"'sede' \(value 5\).*Did you mean 'seed'"):
        read_parameters(names)


def test_a_corrected_cell_forgets_the_misspelt_one():
    names = notebook_names(
        "# Parameters\nsede = 5", "asked = read_parameters(globals())", "# Parameters\nseed = 5", seed=5, sede=5
    )
    assert read_parameters(names).scenarios[0].run.seed == 5


def test_values_are_checked_with_the_origin_named():
    with pytest.raises(ParameterError, match=r"notebook parameter replications: got 2.5; allowed: a whole number"):
        check({"replications": 2.5}, "notebook parameter changes", "notebook parameter {}")
    with pytest.raises(ParameterError, match=r"--workers: got True; allowed: null or a whole number"):
        check({"workers": True}, "--set", "--{}")
