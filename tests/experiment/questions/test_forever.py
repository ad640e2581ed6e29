"""Committed for good: measures on tiny cases with known answers, equal dollars, evidence for exactly the claims."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment.measure import Standing
from sim.experiment.questions.arms import arm
from sim.experiment.questions.evidence import NO_VALUE
from sim.experiment.questions.evidence import table as evidence_table
from sim.experiment.questions.evidence import verdicts as judge
from sim.experiment.questions.forever import Findings, ask, dollars, evidence, making, plan
from sim.experiment.questions.forever.inside import _first, thought_of
from sim.experiment.questions.forever.measures import assured, first_help, helped, measure, times
from sim.model.case import RESOLVED, UNRESOLVED
from sim.model.ledger import ACCOUNTS
from sim.model.people import Status
from sim.model.problems import DEFECT, QUESTION
from sim.model.records import WEEK_COLUMNS, Events, Run
from sim.model.simulation import simulate
from sim.parameters import load_comparison
from sim.parameters.claims import claims

TINY = {"world.market.people": 60, "run.weeks": 100, "run.replications": 2}


def two(world="camera_store", **sizes):
    keys = {"people": "world.market.people", "weeks": "run.weeks", "replications": "run.replications"}
    changes = TINY | {keys[name]: size for name, size in sizes.items()}
    return tuple(load_comparison(world, ["cost_center", "profit_center"], changes))


@pytest.fixture
def scenario():
    return two()[1]


def hand_made(scenario, cases=(), joins=(), purchases=(), problems=()):
    """A run of so many events: cases (week, person, about, outcome), joins, purchases, problems (week, person)."""
    events, weeks = Events(), scenario.run.weeks
    for week, person, about, outcome in cases:
        events.add("case", week, np.array([person]), opened_week=week, about=about, severity=0.1, outcome=outcome,
                   contacts=1, tier=0, hours_opened=0.0, hours_closed=1.0, hours_waited=0.0,
                   hours_handled=0.5)  # fmt: skip
    for week, person in joins:
        events.add("joining", week, np.array([person]), cause=0)
    for week, person in purchases:
        events.add("purchase", week, np.array([person]), units=1, cents=100)
    for week, person in problems:
        events.add("problem", week, np.array([person]), about=DEFECT, severity=0.1, earlier=0, fate=0)
    ledger = np.zeros((weeks, len(ACCOUNTS)), np.int64)
    ledger[0, ACCOUNTS.index("support_labour")] = -1000
    return Run(scenario, 0, {name: np.zeros(weeks) for name in WEEK_COLUMNS}, ledger, events, 0)


def outsiders(scenario):
    return np.flatnonzero(Standing(hand_made(scenario)).first == Status.PROSPECT)


def test_only_the_first_answer_to_someone_who_never_bought_counts(scenario):
    one, other, *_ = outsiders(scenario)
    customer = np.flatnonzero(Standing(hand_made(scenario)).first == Status.CUSTOMER)[0]
    run = hand_made(
        scenario,
        cases=[(9, one, QUESTION, RESOLVED), (3, one, QUESTION, RESOLVED), (4, other, QUESTION, UNRESOLVED),
               (5, other, DEFECT, RESOLVED), (6, customer, QUESTION, RESOLVED)],
    )  # fmt: skip
    who, week = first_help(run, Standing(run))
    assert (who.tolist(), week.tolist()) == ([one], [3])


def test_conversion_compares_the_same_people_within_a_year_of_the_help(scenario):
    a, b, c, d = outsiders(scenario)[:4]
    cases = [(10, a, QUESTION, RESOLVED), (10, b, QUESTION, RESOLVED), (90, c, QUESTION, RESOLVED)]
    run = hand_made(scenario, cases, joins=[(20, a), (70, b), (91, c)])  # b too late; c without a year to go
    without = hand_made(scenario, joins=[(5, d), (62, b), (63, a)])
    found = helped(run, without)
    assert found["helped"] == 2
    assert found["converted"] == 1 / 2  # a
    assert found["converted_without"] == 1 / 2  # b, just within the year
    discounted = 10 * 1.1 ** (-1 / 52)
    assert found["help_cost"] == pytest.approx(discounted)  # all hours were theirs: all labour is the help's


def test_assurance_leaves_out_whoever_had_trouble_in_one_of_the_runs(scenario):
    a, b, c = np.flatnonzero(Standing(hand_made(scenario)).first == Status.CUSTOMER)[:3]
    n = (Standing(hand_made(scenario)).first == Status.CUSTOMER).sum()
    lean = hand_made(scenario, purchases=[(5, a), (6, b)], problems=[(7, b)])
    kind = hand_made(scenario, purchases=[(5, a), (9, a), (6, b), (6, c)], cases=[(8, c, QUESTION, RESOLVED)])
    found = assured(lean, kind)
    years = (n - 2) * scenario.run.weeks / 52
    assert found["untroubled"] == n - 2
    assert (found["orders_lean"], found["orders_kind"]) == pytest.approx((1 / years, 2 / years))


def test_measures_of_a_run_add_up(scenario):
    run = simulate(scenario, 0)
    row = measure(run)
    assert row[f"value@{scenario.run.weeks}"] == pytest.approx(row["npv"])
    assert row["customers@0"] > 0
    price = scenario.world.market.advertising_cost
    assert price * row["reached"] == pytest.approx(-row["npv_advertising"], rel=0.02)


def test_times_end_with_the_horizon():
    assert times(30) == [13, 26, 30]
    assert times(5) == [5]


# --- dollars -----------------------------------------------------------------------------------------------------


def test_a_curve_is_straight_between_and_beyond_its_points_and_nothing_below_zero():
    x, y = np.array([10.0, 20.0]), np.array([5.0, 6.0])
    assert [dollars.at(spend, x, y) for spend in (-3, 0, 5, 15, 30)] == [0, 0, 2.5, 5.5, 7]


def test_dollars_that_buy_nothing_more_do_not_bend_the_curve_back():
    assert dollars.at(15.0, np.array([10.0, 8.0]), np.array([5.0, 4.0])) == pytest.approx(7.5)


@settings(deadline=None)  # the first call imports SciPy
@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=9))
def test_the_jackknife_of_a_mean_is_its_t_interval(values):
    from sim.experiment.questions.arms import estimate

    found, known = dollars.jackknife(lambda mean: mean, np.array(values)), estimate(values)
    assert found.mean == pytest.approx(known.mean, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-6)


def test_the_jackknife_of_a_ratio_that_is_the_same_in_all_worlds_has_no_width():
    found = dollars.jackknife(lambda top, bottom: top / bottom, np.array([2.0, 4.0, 8.0]), np.array([1.0, 2.0, 4.0]))
    assert found[:3] == pytest.approx((2, 2, 2))


# --- arms --------------------------------------------------------------------------------------------------------


def test_halves_of_equal_orders_are_equal_and_always_add_up():
    assert making.halves(0.0) == (1, 1)
    small, large = making.halves(0.6)
    assert small + large == pytest.approx(2)
    normal = np.random.default_rng(1).normal(size=200_000)
    orders = np.exp(0.6 * normal - 0.18)
    assert large == pytest.approx(orders[normal > 0].mean(), rel=0.01)


def test_a_blend_ends_at_both_strategies_and_lies_half_way_between():
    lean, kind = (each.strategy for each in two())
    assert making.blend(lean, kind, 0.0) == lean
    assert making.blend(lean, kind, 1.0) == kind
    half = making.blend(lean, kind, 0.5)
    assert half.desk.handle_time == pytest.approx((lean.desk.handle_time + kind.desk.handle_time) / 2)
    assert half.desk.contacts == 3
    assert (half.warranty.after, half.warranty.goodwill) == ("goodwill", 13)


def test_the_firms_do_not_do_yet_what_is_tried():
    scenarios = load_comparison("auto_repair", ["cost_center", "loyal_first"], TINY)
    firm = plan.firms(tuple(scenarios))
    assert not firm.kind.strategy.access.help_anyone
    assert firm.kind.strategy.promotion.messages == 0
    assert firm.kind.world.market.questions_outside == plan.QUESTIONS


@pytest.mark.parametrize("world", ["camera_store", "online_retail", "wireless_carrier"])
def test_all_arms_are_valid_and_have_names_of_their_own(world):
    firm = plan.firms(two(world))
    names = [each.strategy_name for each in [*making.lives(firm).values(), *making.arms(firm, 0.1, 0.1)]]
    assert len(set(names)) == len(names)


def test_forgetting_is_turned_round():
    store, shop = (two(world)[0] for world in ("camera_store", "online_retail"))
    assert plan.turned(store) == {"world.choice.forgetting": None}
    assert plan.turned(shop) == {"world.choice.forgetting": plan.HALF_LIFE}


# --- heads -------------------------------------------------------------------------------------------------------


def test_weeks_until_loyal():
    weeks = [np.array([False, True]), np.array([False, False]), np.array([True, False])]
    assert _first(weeks, 0, 0) == 2
    assert _first(weeks, 1, 0) == np.inf


def test_everyone_thinks_of_a_firm_that_nobody_forgets(scenario):
    assert thought_of(arm(scenario, "known", {"world.choice.forgetting": None}), 0) == 1
    soon = thought_of(arm(scenario, "soon", {"world.choice.forgetting": 10.0}), 0)
    late = thought_of(arm(scenario, "late", {"world.choice.forgetting": 1000.0}), 0)
    assert soon < late < 1


# --- the whole ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found():
    return ask(two(people=150, weeks=60, replications=2), workers=1, progress=False)


@pytest.mark.slow
def test_evidence_covers_exactly_the_claims_of_the_notebook(found):
    made = evidence(found)
    assert {each.claim for each in made} == set(claims("07_committed_forever"))
    assert set(judge(evidence_table(made))["claim"]) == set(claims("07_committed_forever"))


@pytest.mark.slow
def test_advertising_at_another_price_changes_the_books_only(found):
    price = dollars.shipped_price(found)
    at_home = dollars.value(found, plan.KIND, price)
    npv = found.runs.loc[found.runs["arm"] == plan.KIND, "npv"].to_numpy()
    assert at_home == pytest.approx(npv)
    reached = found.runs.loc[found.runs["arm"] == plan.KIND, "reached"].to_numpy()
    assert at_home - dollars.value(found, plan.KIND, price + 1) == pytest.approx(reached)


@pytest.mark.slow
def test_the_budget_of_triage_is_that_of_all_alike(found):
    """Where spend does not differ between levels and halves, nor may the value of any order of serving them."""
    runs = found.runs.copy()
    in_classes = runs["arm"].astype(str).str.startswith((plan.SMALL, plan.LARGE))
    level = runs["arm"].astype(str).str.extract(r"support ([\d.]+)$")[0].astype(float)
    runs.loc[in_classes, "support"] = 100 * level[in_classes]
    runs.loc[in_classes, "npv"] = 7 * level[in_classes]  # value in proportion to spend, alike in both halves
    from dataclasses import replace

    same = replace(found, runs=runs)
    for first in (plan.LARGE, plan.SMALL):
        assert dollars.targeted(same, first) == pytest.approx(dollars.targeted(same, ""))


def test_who_comes_first_gets_all_it_can_use_and_the_other_the_rest():
    """Half way costs 80 each, so the budget is 160; one half can use 100 of it. A dollar brings 1 here and 2 there."""
    spend, brings = {0.0: 0.0, 0.5: 80.0, 1.0: 100.0}, {plan.SMALL: 1, plan.LARGE: 2}
    rows = [
        {"arm": plan.of_class(size, level), "support": spend[level], "npv": each * spend[level]}
        for size, each in brings.items()
        for level in plan.LEVELS
    ]
    lean, kind = plan.firms(two())
    found = Findings(pd.DataFrame(rows), *(pd.DataFrame() for _ in range(3)), lean, kind)
    assert dollars.targeted(found, "") == pytest.approx([80 + 160])
    assert dollars.targeted(found, plan.LARGE) == pytest.approx([60 + 200])
    assert dollars.targeted(found, plan.SMALL) == pytest.approx([100 + 120])


def test_settings_without_a_value_do_not_count():
    rows = pd.DataFrame({"claim": ["S48"], "setting": ["x"], "outcome": [NO_VALUE]})
    assert judge(rows)["verdict"].tolist() == ["not measurable here"]
