"""Pictures on the price of service: drawable at any size, titles from the data, the closed form of a logit."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from sim.experiment.questions import price_of_service as question
from sim.experiment.questions.price_of_service.arms_of import MORE_ADVERTISING, POOR
from sim.parameters import load_comparison
from sim.report import theme
from sim.report.questions import price_of_service as pictures

ALL = ("levels", "paying", "price", "appetite", "budgets", "cuts", "gaps", "firms")


@pytest.fixture(scope="module", params=[(60, 2), (40, 1)])
def found(request):
    weeks, replications = request.param
    sizes = {"world.market.people": 300, "run.weeks": weeks, "run.replications": replications}
    return question.ask(load_comparison(changes=sizes), workers=1)


@pytest.mark.parametrize("name", ALL)
def test_every_picture_can_be_drawn_and_says_what_it_finds(found, name):
    chart = getattr(pictures, name)(found)
    assert theme.png(chart)
    title = theme.title(theme.themed(chart))
    assert title and "nan" not in title


def test_the_closed_form_is_a_logit(found):
    # Odds .85 / .15; at 1.25 x the price 5.6667 x 1.25^-5.2 = 1.7758, share .63974; margin .4: (1.25 - .6) / .4
    assert pictures.closed_form(found, 1.0) == 1.0
    assert pictures.closed_form(found, 1.25) == pytest.approx(0.63974 / 0.85 * 0.65 / 0.4, rel=1e-4)


def test_the_cost_is_said_in_dollars_and_next_to_sales(found):
    said = pictures.cost_sentence(found)
    assert said.startswith("*Profit center* spends $") and "of sales" in said


@pytest.mark.parametrize(("power", "said"), [(0.05, "less than"), (0.18, "about what"), (0.5, "more than")])
def test_advertising_is_held_against_what_studies_find(found, power, said):
    scenarios = found.scenarios
    runs = pd.DataFrame(
        {"arm": [POOR] * 3 + [MORE_ADVERTISING] * 3, "replication": [0, 1, 2] * 2,
         "npv_sales": [100.0, 110.0, 120.0, *(sales * 2**power for sales in (100.1, 110.0, 119.9))]}
    )  # fmt: skip
    text = pictures.response_sentence(replace(found, runs=runs, cost=50.0, advertising=50.0, scenarios=scenarios))
    assert (
        text.startswith("*Cost center* with 2.00 times the advertising: each per cent more of it sells ")
        and f"That is {said} studies" in text
    )
    assert "cannot be said" in pictures.response_sentence(replace(found, advertising=0.0))
