"""The end of the warranty: measures over records made by hand, arms, and evidence on exactly the notebook's claims."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from sim.experiment.questions import out_of_warranty as warranty
from sim.experiment.questions.arms import arm
from sim.experiment.questions.evidence import BASE
from sim.experiment.questions.out_of_warranty import arms_of as of
from sim.experiment.questions.out_of_warranty import measures
from sim.experiment.questions.out_of_warranty.claimed import root, worth
from sim.experiment.questions.out_of_warranty.trust import premium
from sim.model.case import RESOLVED, UNRESOLVED
from sim.model.problems import DEFECT, QUESTION
from sim.model.records import LEFT_BY, Events, Run
from sim.model.simulation import simulate
from sim.parameters import load_comparison
from sim.parameters.claims import claims

WEEKS = 120


def run_of(scenario, purchases=(), cases=(), leaving=(), stories=()):
    """A run of these events only: purchases (person, week), cases (person, week, about, outcome), leaving (person,
    week, cause), stories (teller, week, bad, hop)."""
    events = Events()
    for person, week in purchases:
        events.add("purchase", week, np.array([person]), units=np.array([1]), cents=np.array([100]))
    for person, week, about, outcome in cases:
        events.add("case", week, np.array([person]), opened_week=week, about=np.array([about]), severity=1.0,
                   outcome=np.array([outcome]), contacts=1, tier=0, hours_opened=0.0, hours_closed=1.0,
                   hours_waited=0.0, hours_handled=0.1)  # fmt: skip
    for person, week, cause in leaving:
        events.add("leaving", week, np.array([person]), cause=LEFT_BY.index(cause), status=2, yearly_margin=1)
    for teller, week, bad, hop in stories:
        events.add("story", week, np.array([99]), story=np.array([1]), teller=np.array([teller]), bad=np.array([bad]),
                   weight=np.array([1.0]), hop=np.array([hop]))  # fmt: skip
    return Run(scenario, 0, {}, np.zeros((WEEKS, 11), np.int64), events, 0)


@pytest.fixture(scope="module")
def retail(scenario):
    return scenario({"world.market.people": 100, "run.weeks": WEEKS, "world.problems.customary_warranty": 4.3})


def test_the_last_week_in_warranty_is_the_week_before_the_first_one_out_of_it(retail):
    cases = [(1, 10, DEFECT, RESOLVED), (2, 11, DEFECT, UNRESOLVED)]  # four weeks old and five
    found = measures.around_expiry(run_of(retail, [(1, 6), (2, 6)], cases))
    assert measures.warranty(retail) == 5
    assert (found["n@-1"], found["n@0"]) == (1, 1)
    assert sum(value for name, value in found.items() if name.startswith("n@")) == 2


def test_only_problems_with_what_was_bought_in_the_run_count(retail):
    cases = [(1, 10, DEFECT, RESOLVED), (2, 10, QUESTION, RESOLVED), (3, 10, DEFECT, RESOLVED)]
    found = measures.around_expiry(run_of(retail, [(1, 6), (2, 6), (3, 11)], cases))
    assert sum(value for name, value in found.items() if name.startswith("n@")) == 1


def test_age_counts_from_the_last_purchase_before_the_problem(retail):
    found = measures.around_expiry(run_of(retail, [(1, 2), (1, 9), (1, 30)], [(1, 10, DEFECT, RESOLVED)]))
    assert found["n@-4"] == 1  # a week old


@pytest.mark.parametrize(
    ("cause", "week", "counts"),
    [("unresolved", 10, 1), ("rival", 10, 0), ("rival", 11, 1), ("unresolved", 23, 1), ("unresolved", 24, 0),
     ("lost interest", 12, 0)],
)  # fmt: skip
def test_who_leaves_within_a_quarter_over_it_or_to_the_rival(retail, cause, week, counts):
    run = run_of(retail, [(1, 5)], [(1, 10, DEFECT, UNRESOLVED)], [(1, week, cause)])
    assert measures.around_expiry(run)["left@0"] == counts


def test_people_warned_are_those_told_something_bad_by_whom_it_happened_to(retail):
    stories = [
        (1, 10, True, 1),
        (1, 12, True, 1),
        (1, 12, False, 1),
        (1, 12, True, 2),
        (2, 12, True, 1),
        (1, 40, True, 1),
    ]
    run = run_of(retail, [(1, 5)], [(1, 10, DEFECT, UNRESOLVED)], stories=stories)
    assert measures.around_expiry(run)["told@0"] == 2


def test_gone_is_who_buys_nothing_for_a_year_of_those_with_a_year_to_go(retail):
    cases = [(1, 10, DEFECT, UNRESOLVED), (2, 10, DEFECT, UNRESOLVED), (3, 80, DEFECT, UNRESOLVED)]
    purchases = [(1, 5), (2, 5), (2, 62), (3, 75)]
    found = measures.around_expiry(run_of(retail, purchases, cases))
    assert (found["n@0"], found["year@0"], found["gone@0"]) == (3, 2, 1)


def test_an_order_in_the_week_of_the_problem_came_before_it(retail):
    assert measures.around_expiry(run_of(retail, [(1, 10)], [(1, 10, DEFECT, UNRESOLVED)]))["gone@-5"] == 1


def test_never_again_leaves_out_who_came_back_who_lost_interest_and_who_left_late(retail):
    leaving = [(1, 20, "unresolved"), (2, 20, "silent"), (3, 20, "lost interest"), (4, 90, "unresolved")]
    leaving += [(5, 20, "rival")]
    assert measures.never_again(run_of(retail, [(1, 5), (2, 5), (2, 60)], leaving=leaving)) == 1


def test_lost_after_failure_is_of_those_asked_in_vain(retail):
    cases = [(1, 10, DEFECT, UNRESOLVED), (2, 10, DEFECT, UNRESOLVED), (3, 10, DEFECT, RESOLVED)]
    run = run_of(retail, cases=[*cases, (4, 10, QUESTION, UNRESOLVED)], leaving=[(1, 36, "rival"), (3, 11, "rival")])
    assert measures.lost_after_failure(run) == 0.5
    assert math.isnan(measures.lost_after_failure(run_of(retail)))


def test_under_contract_one_waits_for_the_renewal(retail):
    contract = arm(retail, "c", {"world.needs.kind": "subscription", "world.needs.period": 52.0})
    assert (measures.window(retail, 13), measures.window(contract, 13)) == (13, 52)


def test_contacts_by_age_take_what_is_older_than_the_run_for_at_least_as_old(retail):
    # 60 weeks in, from the second half on: bought 2, 6 and at least 81 weeks before; the early one does not count
    cases = [(1, 80, QUESTION, RESOLVED), (2, 80, QUESTION, RESOLVED), (3, 80, QUESTION, RESOLVED)]
    run = run_of(retail, [(1, 78), (2, 74)], [*cases, (4, 20, QUESTION, RESOLVED)])
    found = measures.contacts_by_age(run)
    assert found["questions_after@0"] == 1
    assert found["questions_after@1"] == pytest.approx(2 / 3)
    assert found["questions_after@2"] == pytest.approx(1 / 3)
    assert math.isnan(found["problems_after@1"])


def test_the_jump_of_two_straight_lines_is_the_step_between_them():
    at = np.arange(-3, 3)
    share = 0.4 - np.where(at < 0, 0.02, 0.05) * (at + 0.5) + 0.25 * (at >= 0)  # each week stands for its middle
    cases = np.array([9.0, 8, 7, 6, 5, 4])
    assert measures.jump(at, share * cases, cases) == pytest.approx(0.25)


def test_weeks_without_cases_count_for_nothing_and_one_week_makes_no_line():
    at, cases = np.arange(-2, 2), np.array([4.0, 4.0, 0.0, 3.0])
    assert math.isnan(measures.jump(at, 0.5 * cases, cases))


def test_where_a_curve_first_goes_below_zero():
    assert root(np.array([0, 0.1, 0.5]), np.array([10.0, 5.0, -5.0])) == pytest.approx(0.3)
    assert math.isnan(root(np.array([0, 1]), np.array([2.0, 1.0])))
    assert math.isnan(root(np.array([0, 1]), np.array([-1.0, -2.0])))


def test_two_arms_that_never_differ_have_no_value():
    table = pd.DataFrame(
        {"arm": pd.Categorical(["a", "a", "b", "b"]), "replication": [0, 1, 0, 1], "npv": [1.0, 2, 1, 2]}
    )
    assert worth(table, "a", "b").n == 0
    table.loc[0, "npv"] = 3.0
    assert worth(table, "a", "b").mean == 1.0


def test_the_premium_is_as_bad_as_the_risk():
    # b_p ln(1 + x) = b_R (R - R0): 70 x .01 = 5.2 ln(1 + x)
    assert premium(0.01, 70.0, 5.2) == pytest.approx(math.exp(0.7 / 5.2) - 1)
    assert premium(0.0, 70.0, 5.2) == 0
    assert premium(-0.01, 70.0, 5.2) < 0


def test_a_fee_of_nothing_is_help_without_end(scenario):
    base = scenario({"world.market.people": 400, "run.weeks": 40})
    free = arm(base, "f", of.POLICIES[of.CHARGE] | {"strategy.warranty.term": 0.0, "strategy.warranty.fee": 0.0})
    never = arm(base, "n", of.POLICIES[of.NEVER])
    assert (simulate(free).ledger == simulate(never).ledger).all()


# --- the whole experiment, tiny ----------------------------------------------------------------------------------


def tiny(world="online_retail", replications=2):
    changes = {"world.market.people": 60, "run.weeks": 30, "run.replications": replications}
    return tuple(load_comparison(world, ["cost_center", "profit_center"], changes))


@pytest.fixture(scope="module")
def found():
    return warranty.ask(tiny(), 1, False)


def test_evidence_is_on_exactly_the_claims_of_the_notebook(found):
    assert {each.claim for each in warranty.evidence(found)} == set(claims("03_out_of_warranty"))


def test_every_claim_but_that_on_contracts_is_measured_as_it_is(found):
    as_it_is = {each.claim for each in warranty.evidence(found) if each.setting == BASE}
    assert as_it_is == set(claims("03_out_of_warranty")) - {"S27"}


def test_arms_differ_from_the_notebooks_scenario_in_what_their_name_says_only(found):
    first = found.base
    assert found.places[of.CORNERED].world.rival.entry_week is None
    assert found.places[of.GARAGE].world.market.people == first.world.market.people
    assert found.places[of.GARAGE].strategy == first.strategy
    assert found.close.groupby("arm", observed=True).size().eq(of.CLOSER * 2).all()
    assert found.runs.groupby("arm", observed=True).size().eq(2).all()


@pytest.mark.slow
@pytest.mark.parametrize("world", ["camera_store", "it_hardware", "auto_repair", "wireless_carrier"])
def test_it_runs_in_every_world_and_with_one_replication(world):
    found = warranty.ask(tiny(world, 1), 1, False)
    settings = {each.setting for each in warranty.evidence(found)}
    assert (of.CONTRACT in settings) == (world not in ("it_hardware", "wireless_carrier"))
    assert (of.GARAGE in settings) == (world != "auto_repair")
    assert dataclasses.is_dataclass(found)
