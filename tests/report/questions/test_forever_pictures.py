"""Pictures and sentences of the notebook on commitment, from findings too small to say anything."""

from dataclasses import replace

import numpy as np
import pytest

from sim.experiment.questions.arms import Estimate
from sim.experiment.questions.forever import ask, plan
from sim.parameters import load_comparison
from sim.report import forever, theme
from sim.report.questions.forever.words import told

CHARTS = (
    forever.consent, forever.door, forever.forgotten, forever.happier, forever.help_anyone, forever.horizons,
    forever.invitation, forever.loyalty, forever.messages, forever.no_promotion, forever.reliability,
    forever.same_dollars, forever.triage,
)  # fmt: skip
SENTENCES = (forever.assurance, forever.help_cost, forever.seeds, forever.silence)


@pytest.fixture(scope="module")
def found():
    """One paired world of few people: no interval anywhere."""
    sizes = {"world.market.people": 150, "run.weeks": 60, "run.replications": 1}
    return ask(tuple(load_comparison("camera_store", ["cost_center", "profit_center"], sizes)), 1, progress=False)


@pytest.fixture(scope="module")
def empty(found):
    """Nobody was helped, nobody won, nothing went wrong."""
    pairs, loyalty, runs = found.pairs.copy(), found.loyalty.copy(), found.runs.copy()
    for column in pairs.columns.drop("replication"):
        pairs[column] = 0.0 if column.endswith(("won", "help_cost", "helped")) else np.nan
    loyalty["loyal"], loyalty["people"] = np.nan, 0.0
    runs[["silent", "settled", "words"]] = np.nan
    return replace(found, pairs=pairs, loyalty=loyalty, runs=runs)


def test_a_difference_is_told_by_its_sign_or_not_at_all():
    said = {"more": "up", "less": "down", "same": "no clear difference"}
    assert told(Estimate(2.0, 1.0, 3.0, 5), "$", **said) == "up $2.00"
    assert told(Estimate(-2.0, -3.0, -1.0, 5), "$", **said) == "down $2.00"
    assert told(Estimate(2.0, -1.0, 5.0, 5), "$", **said) == "no clear difference"
    assert told(Estimate(np.nan, np.nan, np.nan, 0), "$", **said) == "there is no value here"


@pytest.mark.slow
@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.__name__)
def test_charts_draw_for_one_world_and_claim_nothing(found, chart):
    drawn = chart(found)
    title = theme.title(drawn.to_dict())
    assert title and "nan" not in title
    assert theme.png(drawn)[:4] == b"\x89PNG"


@pytest.mark.slow
@pytest.mark.parametrize("part", [*CHARTS, *SENTENCES], ids=lambda part: part.__name__)
def test_nothing_to_measure_is_said_and_not_drawn_as_a_finding(empty, part):
    shown = part(empty)
    text = shown if isinstance(shown, str) else theme.title(shown.to_dict())
    assert text and "nan" not in text


@pytest.mark.slow
def test_growth_without_promotion_is_read_from_the_customers(found):
    """Twice the customers of the start from the fewest, half from the others: it grows where they are fewest."""
    runs, last = found.runs.copy(), f"customers@{found.weeks}"
    for share in plan.SEEDS:
        of = runs["arm"] == plan.seed(share, False)
        runs.loc[of, "customers@0"] = share * 150
        runs.loc[of, last] = share * 150 * (2 if share == plan.SEEDS[0] else 0.5)
    of = runs["arm"] == plan.NO_ADS
    runs.loc[of, last] = runs.loc[of, "customers@0"] / 2
    text = forever.seeds(replace(found, runs=runs))
    assert "2.00 x from 0.5 %" in text
    assert "holds or grows from 0.5 % to 0.5 % of people" in text
