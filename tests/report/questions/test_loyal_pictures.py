"""Loyal customers: pictures and sentences from whatever was found, whatever world it is."""

import pytest

from sim.experiment.questions import loyal as experiment
from sim.experiment.questions.arms import Estimate
from sim.parameters import load_comparison
from sim.report import loyal, theme
from sim.report.questions.loyal.parts import figure, root, told
from sim.report.words import plain

CHARTS = ("entry", "around_entry", "options", "deals", "fairness", "reasons", "offers", "gesture", "price_of", "tenure")
SENTENCES = [name for name in loyal.__all__ if name.endswith("_sentence")]


@pytest.fixture(scope="module", params=[("wireless_carrier", 60, 2), ("camera_store", 40, 1)], ids=lambda one: one[0])
def found(request):
    world, people, replications = request.param
    sizes = {"world.market.people": people, "run.weeks": 30, "run.replications": replications}
    asked = load_comparison(world, ["cost_center", "profit_center"], sizes)
    return experiment.ask(asked, workers=1, progress=False)


@pytest.mark.parametrize("name", CHARTS)
def test_charts_draw_even_where_next_to_nothing_happened(found, name):
    chart = getattr(loyal, name)(found)
    assert theme.png(chart)[:4] == b"\x89PNG"
    assert "nan" not in theme.title(chart.to_dict()).lower()


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences_end_and_hold_no_nan(found, name):
    text = plain(getattr(loyal, name)(found))
    assert text.endswith(".")
    assert "nan" not in text


def test_what_is_said_follows_the_interval():
    assert told(Estimate(1, 0.5, 1.5, 3), "up", "down", "open") == "up"
    assert told(Estimate(-1, -1.5, -0.5, 3), "up", "down", "open") == "down"
    assert told(Estimate(1, -0.5, 2.5, 3), "up", "down", "open") == "open"
    assert told(Estimate(float("nan"), float("nan"), float("nan"), 0), "up", "down", "open") == "open"


def test_figures_carry_their_unit_and_interval():
    assert figure(Estimate(2, 1, 3, 4), "weeks") == "2.00 weeks (1.00 to 3.00)"
    assert figure(Estimate(0.25, 0.2, 0.3, 4), "share") == "25 % (20 % to 30 %)"
    assert figure(Estimate(2, float("-inf"), float("inf"), 1), "$") == "$2.00 (no interval)"
    assert figure(Estimate(float("nan"), float("nan"), float("nan"), 0), "$") == "no value"


def test_a_ranking_turns_where_the_line_crosses_zero():
    assert root([0, 10, 20], [4, 2, -2]) == 15
    assert root([0, 10], [1, 2]) is None
