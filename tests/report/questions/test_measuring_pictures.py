"""Pictures on how one would know: drawable at any size, titles and rates from the data."""

from __future__ import annotations

import math

import pytest

from sim.experiment.questions import measuring as question
from sim.parameters import load_comparison
from sim.report import theme
from sim.report.questions import measuring as pictures

ALL = ("wheels", "payback", "treatment", "persistence", "estimators", "before_after")


@pytest.fixture(scope="module", params=[(110, 4), (40, 1)])
def found(request):
    weeks, replications = request.param
    sizes = {"world.market.people": 300, "run.weeks": weeks, "run.replications": replications}
    return question.ask(load_comparison(changes=sizes), workers=1)


@pytest.mark.parametrize("name", ALL)
def test_every_picture_can_be_drawn_and_says_what_it_finds(found, name):
    chart = getattr(pictures, name)(found)
    assert theme.png(chart)
    title = theme.title(theme.themed(chart))
    assert title and "nan" not in title and "n/a" not in title


def test_sentences_and_the_table_can_always_be_said(found):
    assert "Who steers by customers kept picks" in pictures.wheels_sentence(found)
    assert pictures.irr_sentence(found).startswith("Internal rate of return")
    assert len(pictures.needed(found)) == 16


def test_the_internal_rate_is_the_one_that_makes_the_extra_cash_worth_nothing():
    # $100 out in the middle of the first quarter, $121 in two years later: ten per cent, whatever discounts the sums
    weeks = list(range(13, 131, 13))
    for rate in (0.0, 0.1, 0.25):
        out, back = -100 * (1 + rate) ** (-6.5 / 52), 121 * (1 + rate) ** (-(104 + 6.5) / 52)
        soon = [out + (back if week >= 117 else 0.0) for week in weeks]
        assert pictures.rate_of(soon, weeks, rate) == pytest.approx(0.10, abs=1e-9)


def test_cash_that_never_turns_has_no_rate():
    assert math.isnan(pictures.rate_of([-1.0, -2.0], [13, 26], 0.1))
    assert math.isnan(pictures.rate_of([1.0, 2.0], [13, 26], 0.1))
    assert math.isnan(pictures.rate_of([], [], 0.1))
