"""Two small comparisons as `whatif compare` leaves them, that differ in the seed, and the deck of the first."""

from importlib import import_module
from pathlib import Path

import pytest

from sim.experiment.ablate import ablate
from sim.experiment.compare import compare
from sim.parameters import load_comparison
from sim.report.deck.write import write

STRATEGIES = ("cost_center", "profit_center")
CHANGES = {"world.market.people": 1_000, "run.weeks": 104, "run.replications": 4}


def left(folder: Path, seed: int, strategies=STRATEGIES, **changes) -> Path:
    """A folder of results, its pictures left out."""
    scenarios = load_comparison(strategies=strategies, changes=CHANGES | {"run.seed": seed} | changes)
    found = compare(scenarios, workers=1, progress=False)
    table = ablate(found, 2, workers=1, progress=False)
    saving = import_module("sim.report.save")  # the package has a function of that name
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saving, "_charts", lambda *_: None)
        saving.save(found, str(folder), table)
    return folder


@pytest.fixture(scope="session")
def leave():
    """leave(folder, seed, strategies=..., **changes): the folder that a comparison leaves."""
    return left


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    """The folder of the first comparison."""
    return left(tmp_path_factory.mktemp("first") / "compare", 1)


@pytest.fixture(scope="session")
def rerun(tmp_path_factory):
    """The same comparison with another seed."""
    return left(tmp_path_factory.mktemp("second") / "compare", 2)


@pytest.fixture(scope="session")
def sweep(tmp_path_factory):
    """What a sweep leaves, as far as a deck asks for it."""
    import altair as alt
    import pandas as pd

    from sim.report import theme

    folder = tmp_path_factory.mktemp("sweep") / "worlds"
    (folder / "charts").mkdir(parents=True)
    chart = alt.Chart(pd.DataFrame({"x": [1, 2], "y": [3, 4]}), title="Two worlds").mark_point().encode(x="x", y="y")
    (folder / "verdict.txt").write_text("Cost center in 60 % of 10 worlds; ahead on average in 40 %.\n")
    (folder / "charts" / "worlds.png").write_bytes(theme.png(chart))
    (folder / "charts" / "worlds.svg").write_text(theme.svg(chart))
    return folder


@pytest.fixture(scope="session")
def made(tmp_path_factory, results, sweep):
    """The deck of the first comparison: its file."""
    out = tmp_path_factory.mktemp("deck") / "deck.pptx"
    write(results, out, None, sweep)
    return out
