"""Support levels, budgets and the claims about them: small cases that can be worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.questions import price_of_service as question
from sim.experiment.questions.evidence import AS_CLAIMED, CONTRARY, NO_VALUE
from sim.experiment.questions.levels import blend
from sim.experiment.questions.price_of_service import arms_of as arms
from sim.experiment.questions.price_of_service import claimed
from sim.experiment.questions.price_of_service.arms_of import GOOD, POOR, Budget, Findings
from sim.parameters import Strategy, load_comparison, load_strategy
from sim.parameters.claims import claims

LOW, HIGH = load_strategy("cost_center"), load_strategy("profit_center")


def test_level_0_is_the_one_and_level_1_the_other_strategys_support():
    assert blend(LOW, HIGH, 0) == LOW
    one = blend(LOW, HIGH, 1)
    assert one.model_dump(exclude={"title", "story"}) == HIGH.model_dump(exclude={"title", "story"})


def test_between_them_numbers_are_between_and_words_change_half_way():
    half = blend(LOW, HIGH, 0.5)
    assert half.remedy.respect == pytest.approx(0.7)  # half of .5 and .9
    assert half.staffing.wait == pytest.approx(math.sqrt(120 * 24))  # far apart: in proportion
    assert half.desk.contacts == 3 and half.warranty.after == "goodwill"
    assert blend(LOW, HIGH, 0.25).warranty.after == "refuse"
    assert half.offer == LOW.offer and half.promotion == LOW.promotion


@given(st.floats(0, 4))
def test_every_level_is_a_valid_strategy(level):
    Strategy.model_validate(blend(LOW, HIGH, level).model_dump())


def test_a_budget_in_price_in_advertising_and_in_the_product():
    budget = Budget(dollars=30.0, sales=1000.0, advertising=60.0, quality_cost=0.03)
    assert budget.price() == pytest.approx(1.03)
    assert budget.advertised(1) == 1.5 and budget.advertised(-1) == 0.5
    assert budget.problems(1) == 0.5 and budget.problems(-1) == 2.0  # 3 % of sales halve the defects
    assert budget.advertised(-3) == 0  # no less than none


def test_without_sales_advertising_or_a_cost_of_quality_there_is_nothing_to_move():
    nothing = Budget(dollars=30.0, sales=0.0, advertising=0.0, quality_cost=0.0)
    assert (nothing.price(), nothing.advertised(1), nothing.problems(1)) == (1.0, 1.0, 1.0)


@pytest.fixture(scope="module")
def found() -> Findings:
    sizes = {"world.market.people": 300, "run.weeks": 60, "run.replications": 2}
    return question.ask(load_comparison(changes=sizes), workers=1)


def test_every_claim_of_the_notebook_has_evidence(found):
    assert {each.claim for each in question.evidence(found)} == set(claims("08_what_does_it_cost"))


def test_the_map_is_made_of_paired_firms_and_the_middle_one_is_the_world_itself(found):
    assert len(found.map) == len(arms.MARGINS) * len(arms.NEEDS) * 2
    own = found.map[(found.map["margin"] == 0.4) & (found.map["need"] == 1)].set_index("replication")["delta"]
    npv = found.runs.astype({"arm": str}).pivot(index="replication", columns="arm", values="npv")
    np.testing.assert_allclose(own, (npv[GOOD] - npv[POOR])[own.index])


def made(values: dict[str, dict[str, float]], found: Findings) -> Findings:
    """Findings with the columns of some arms replaced, the same in both worlds."""
    runs = found.runs.copy()
    for name, columns in values.items():
        for column, value in columns.items():
            runs.loc[runs["arm"] == name, column] = value
    return replace(found, runs=runs)


def outcomes(found: Findings, claim: str) -> list[str]:
    return [each.outcome for each in question.evidence(found) if each.claim == claim]


def test_the_best_level_is_the_one_with_the_highest_value(found):
    values = {arms.level(x): {"value_1_0.1": -x, "value_1_0.3": -x} for x in arms.LEVELS}
    values["level 0.75"] |= {"value_1_0.1": 5.0}
    assert claimed.best_level(made(values, found), 1, 0.1).tolist() == [0.75, 0.75]
    assert claimed.best_level(made(values, found), 1, 0.3).tolist() == [0.0, 0.0]


def test_a_dollar_less_is_set_against_what_it_saved(found):
    cost = {f"npv_{account}": 0.0 for account in claimed.SUPPORT}
    found = replace(made({GOOD: {"npv": 100.0, **cost}, "less support": {"npv": 98.0, **cost}}, found), cost=40.0)
    saved = made({"less support": {"npv_support_labour": 10.0}}, found)
    # $10 saved and yet $2 worse off: $12 lost, 1.2 for each dollar
    assert claimed.lost_a_dollar(saved, "support").tolist() == pytest.approx([1.2, 1.2])
    assert np.isnan(claimed.lost_a_dollar(found, "support")).all()  # nothing saved


def test_appetite_is_gone_when_a_tenth_of_it_is_left(found):
    top = arms.PRICES[-1]
    orders = {GOOD: 200.0, POOR: 100.0, arms.priced(top, False): 10.0}
    for left, outcome in ((5.0, AS_CLAIMED), (15.0, CONTRARY)):
        values = orders | {arms.priced(top, True): 10.0 + left}
        assert outcomes(made({n: {"orders": v} for n, v in values.items()}, found), "S62") == [outcome]
    none = made({n: {"orders": 1.0} for n in (GOOD, POOR)}, found)
    assert outcomes(none, "S62") == [NO_VALUE]


def test_free_advertising_is_no_rival_for_money(found):
    assert set(outcomes(replace(found, advertising=0.0), "S68")) == {NO_VALUE}
    assert NO_VALUE not in outcomes(found, "S68")


def test_values_within_a_year_are_the_ledgers(found):
    assert isinstance(found.runs, pd.DataFrame) and arms.looked_at(60) == (1,)
    assert arms.looked_at(260) == (1, 3, 5) and arms.looked_at(156) == (1, 3) and arms.looked_at(51) == ()


def advertised(less: list[float], more: list[float], cost: float) -> Findings:
    runs = pd.DataFrame(
        {"arm": [POOR] * len(less) + [arms.MORE_ADVERTISING] * len(more), "replication": [*range(len(less))] * 2,
         "npv_sales": [*less, *more]}
    )  # fmt: skip
    scenarios = load_comparison()
    return Findings(runs, pd.DataFrame(), cost, 1000.0, 100.0, (scenarios[0], scenarios[-1]))


def test_the_elasticity_of_sales_to_advertising_is_the_power_that_they_grow_with():
    found = advertised([100.0, 200.0], [100 * 3**0.2, 200 * 3**0.2], cost=200.0)  # three times the advertising
    assert found.more_advertising == pytest.approx(3)
    assert claimed.sales_response(found).mean == pytest.approx(0.2)
    none = advertised([0.0, 100.0], [0.0, 100 * 3**0.1], cost=200.0)
    assert (claimed.sales_response(none).mean, claimed.sales_response(none).n) == (pytest.approx(0.1), 1)
    assert claimed.sales_response(advertised([1.0], [1.0], cost=-5.0)).n == 0
