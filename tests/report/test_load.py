"""A comparison read back is the one that was saved; a folder that is not whole says what is wrong with it."""

import json
import shutil
from importlib import import_module

import pandas as pd
import pytest

from sim.experiment.compare import compare
from sim.parameters import ParameterError, load_comparison
from sim.report.load import load


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    changes = {"world.market.people": 300, "run.weeks": 12, "run.replications": 2}
    found = compare(load_comparison(changes=changes), workers=1, progress=False, survey=False)
    folder = tmp_path_factory.mktemp("saved") / "compare"
    module = import_module("sim.report.save")  # the package has a function of that name
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_charts", lambda *_: None)
        module.save(found, str(folder))
    return found, folder


def test_it_is_the_same_to_the_last_digit(saved):
    found, folder = saved
    read = load(folder)
    assert read.comparison.identity == found.identity and read.comparison.scenarios == found.scenarios
    pd.testing.assert_frame_equal(read.comparison.weeks, found.weeks, check_exact=True)
    pd.testing.assert_frame_equal(read.comparison.runs, found.runs, check_exact=True)
    assert read.ablations is None


def _named(folder, **changes):
    path = folder / "identity.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def _table(folder, name, change):
    change(pd.read_parquet(folder / name)).to_parquet(folder / name)


BROKEN = {
    "no such folder": (lambda folder: shutil.rmtree(folder), "no such folder"),
    "no identity": (lambda folder: (folder / "identity.json").unlink(), r"identity\.json: no such file"),
    "not JSON": (lambda folder: (folder / "identity.json").write_text("{"), r"identity\.json: cannot be read"),
    "a list": (lambda folder: (folder / "identity.json").write_text("[]"), r"identity\.json: "),
    "another version": (lambda folder: _named(folder, version="0.0.1"), r"version: got '0\.0\.1'; allowed: '"),
    "one strategy": (lambda folder: _named(folder, strategies=["a"]), "lacks two strategies or more"),
    "another run": (lambda folder: _named(folder, identity="0" * 12), "do not belong together"),
    "no weeks": (lambda folder: (folder / "weeks.parquet").unlink(), r"weeks\.parquet: no such file"),
    "not parquet": (lambda folder: (folder / "runs.parquet").write_text("x"), r"runs\.parquet: cannot be read"),
    "a column gone": (
        lambda folder: _table(folder, "runs.parquet", lambda table: table.drop(columns="npv")), "lacks the column npv",
    ),
    "rows gone": (lambda folder: _table(folder, "weeks.parquet", lambda table: table.iloc[:-1]), "rows and weeks"),
    "no parameters": (lambda folder: (folder / "parameters" / "run.yaml").unlink(), r"run\.yaml: no such file"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_folder_that_is_not_whole_says_so(what, saved, tmp_path):
    folder = tmp_path / "compare"
    shutil.copytree(saved[1], folder)
    damage, message = BROKEN[what]
    damage(folder)
    with pytest.raises(ParameterError, match=message):
        load(folder)
