"""Problems as opportunities: each measure on events and diaries that one can follow by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from sim.experiment.questions.opportunities import asking, evidence, figures, loyalty, months
from sim.experiment.questions.opportunities.asking import Findings, ask, cheaper, even_handling, outsourced
from sim.experiment.questions.opportunities.pooling import per, pooled
from sim.experiment.questions.opportunities.watch import AFTER, Diary, Month, Watched, watch
from sim.experiment.survey import GROUPS
from sim.model.case import RESOLVED, UNRESOLVED
from sim.model.ledger import ACCOUNTS
from sim.model.people import Status
from sim.model.problems import CALLS, DEFECT, EXPECTATION
from sim.model.records import LEFT_BY, WEEK_COLUMNS, Events, Run
from sim.model.simulation import simulate
from sim.parameters import load_comparison
from sim.parameters.claims import claims

PEOPLE, WEEKS = 6, 100
START = 26  # the first month surveyed


def scenario_of(**changes):
    said = {"world.market.people": PEOPLE, "run.weeks": WEEKS, **changes}
    return load_comparison(strategies=["profit_center"], changes=said)[0]


def run_of(bought=(), problems=(), cases=(), left=(), stories=()):
    """A run in which exactly this happened: (person, week, ...)."""
    events = Events()
    for person, week, dollars in bought:
        events.add("purchase", week, np.array([person]), units=1, cents=100 * dollars)
    for person, week, severity, earlier in problems:
        events.add("problem", week, np.array([person]), about=DEFECT, severity=severity, earlier=earlier, fate=CALLS)
    for person, opened, closed, outcome, about in cases:
        events.add("case", closed, np.array([person]), opened_week=opened, about=about, severity=1.0, outcome=outcome,
                   contacts=1, tier=0, hours_opened=0.0, hours_closed=1.0, hours_waited=2.0,
                   hours_handled=0.5)  # fmt: skip
    for person, week, cause in left:
        events.add("leaving", week, np.array([person]), cause=LEFT_BY.index(cause), status=2, yearly_margin=0)
    for teller, week, bad, hop in stories:
        events.add("story", week, np.array([5]), story=0, teller=teller, bad=bad, weight=1.0, hop=hop)
    table = {name: np.zeros(WEEKS) for name in WEEK_COLUMNS}
    return Run(scenario_of(), 0, table, np.zeros((WEEKS, len(ACCOUNTS)), np.int64), events, 0)


def diary_of():
    """Everybody is a customer and believes the same all the time: q .9, r .5, risk .05."""
    diary = Diary.blank(WEEKS, PEOPLE)
    diary.reliability[:], diary.recovery[:], diary.risk[:] = 0.9, 0.5, 0.05
    diary.status[:] = Status.CUSTOMER
    diary.praise.update({week: np.zeros(PEOPLE) for week in range(WEEKS)})
    return diary


def test_a_watched_run_is_the_run_itself():
    scenario = load_comparison(changes={"world.market.people": 300, "run.weeks": 60})[1]
    seen, plain = watch(scenario, 1), simulate(scenario, 1)
    assert (seen.run.ledger == plain.ledger).all()
    assert not np.isnan(seen.diary.risk).any() and (seen.diary.status >= 0).all()
    assert [month.start for month in seen.months] == [26, 43]


def test_months_without_problems_leave_no_trace_in_the_diary():
    scenario = load_comparison(changes={"world.market.people": 300, "run.weeks": 60})[1]
    with_months, without = watch(scenario, 0).diary, watch(scenario, 0, paired=False).diary
    np.testing.assert_array_equal(with_months.risk, without.risk)
    np.testing.assert_array_equal(with_months.said, without.said)


def test_months_are_the_same_until_nobody_met_a_problem():
    """Where nothing ever goes wrong the world without problems is the world itself."""
    scenario = load_comparison(changes={"world.market.people": 200, "run.weeks": 60, "world.problems.rate": 0.0})[1]
    seen = watch(scenario, 0)
    for month in seen.months:
        for week, risk in month.risk.items():
            np.testing.assert_array_equal(risk, seen.diary.risk[week])


def test_groups_of_a_month_spend_and_are_compared_with_themselves():
    """Persons 0 (helped, mild and first), 1 (untroubled), 2 (not helped) each spend in the quarter after."""
    run = run_of(
        bought=[(0, START, 10), (1, START, 10), (2, START, 10), (0, START + 5, 90), (1, START + 5, 100),
                (2, START + 5, 20)],
        problems=[(0, START, 0.2, 0), (2, START, 1.5, 1)],
        cases=[(0, START, START + 1, RESOLVED, DEFECT), (2, START, START + 1, UNRESOLVED, DEFECT)],
        stories=[(0, START + 2, False, 1), (0, START + 2, False, 2), (0, START + 2, True, 1)],
    )  # fmt: skip
    diary = diary_of()
    diary.risk[START + AFTER, 0], diary.recovery[START + AFTER, 0] = 0.04, 0.7
    without = Month(START, np.full(PEOPLE, 80.0), *[
        {START + AFTER: np.full(PEOPLE, value, np.float32)} for value in (0.5, 0.05)
    ])  # fmt: skip
    sums = months.month_sums(Watched(run, diary, [without]))
    assert [sums[f"asked_{name}"] for name in GROUPS] == [1, 1, 1, 0]
    assert [sums[f"spend_{name}"] for name in GROUPS] == [90, 100, 20, 0]
    assert (sums["with_recovered"], sums["without_recovered"]) == (90, 80)
    assert sums["stories_recovered"] == 1  # good, and at first hand
    assert (sums["people_first mild"], sums["people_repeated"]) == (1, 0)  # the second one was not put right
    assert sums["risk_first mild"] == pytest.approx(-0.01, abs=1e-6)
    assert sums["recovery_helped"] == pytest.approx(0.2, abs=1e-6)
    assert sums["people_troubled"] == 2
    assert figures.as_seen("recovered")(sums) == 90 and figures.as_seen("unresolved")(sums) == 20
    assert figures.as_caused("recovered")(sums) == 112.5


def test_two_problems_in_a_month_are_of_no_class():
    run = run_of(problems=[(0, START, 0.7, 0), (1, START, 0.7, 0), (1, START + 1, 0.7, 1), (2, START, 3.0, 0)])
    assert months.problem_classes(run, START).tolist() == [1, -1, 2, -1, -1, -1]


def test_lessons_are_told_apart_by_event_and_kind():
    """Order: q .9 to .92 at r .5 moves risk by .01; case: r .5 to .6 at q .9 moves it by .01."""
    run = run_of(
        bought=[(0, 10, 10), (1, 10, 10)],
        cases=[(1, 9, 10, RESOLVED, DEFECT), (2, 9, 10, RESOLVED, EXPECTATION), (3, 9, 10, UNRESOLVED, DEFECT)],
    )
    diary = diary_of()
    diary.reliability[11:, 0] = 0.92
    diary.recovery[11:, 1], diary.recovery[11:, 2], diary.recovery[11:, 3] = 0.6, 0.55, 0.3
    sums = months.lesson_sums(Watched(run, diary, []))
    assert (sums["order_events"], sums["settled_events"], sums["unsettled_events"]) == (1, 2, 1)  # 1 was busy
    assert sums["order_moved"] == pytest.approx(0.01, abs=1e-6)
    assert sums["settled_moved"] == pytest.approx(0.015, abs=1e-6)
    assert sums["unsettled_moved"] == pytest.approx(0.02, abs=1e-6)
    assert figures.learned_by_kind(sums) == pytest.approx(0.05, abs=1e-6)
    assert figures.handled_to_order(sums) == pytest.approx(0.035 / 3 / 0.01, rel=1e-4)
    assert figures.all_handled_to_orders(sums) == pytest.approx(3.5, rel=1e-4)


def test_pairs_of_a_leaver_and_a_stayer():
    assert loyalty.above(np.array([3.0, 1, 2]), np.array([True, False, False])) == (2, 2)
    assert loyalty.above(np.array([1.0, 1, 2]), np.array([True, False, False])) == (0.5, 2)
    assert loyalty.above(np.array([1.0, 2]), np.array([True, True])) == (0, 0)


def test_risk_and_record_tell_leavers():
    """Person 0 leaves in the one year that is looked at, with more risk than all others and a record like theirs."""
    diary = diary_of()
    diary.risk[:, 0] = 0.2
    sums = loyalty.loyalty_sums(Watched(run_of(left=[(0, 40, "rival"), (1, 40, "lost interest")]), diary, []))
    assert (sums["pairs"], sums["risk_tells"], sums["record_tells"]) == (5, 5, 2.5)
    assert sums["pairs_alike"] == 5
    assert figures.risk_over_record("")(sums) == 0.5


def test_problems_not_put_right_are_a_record():
    run = run_of(bought=[(0, 1, 1), (0, 2, 1), (1, 1, 1)], problems=[(0, 3, 1.0, 0), (1, 3, 1.0, 0)],
                 cases=[(1, 3, 4, RESOLVED, DEFECT)])  # fmt: skip
    assert loyalty._record(run, 26).tolist()[:2] == [0.5, 0]


def test_camps_are_thirds_of_readiness_to_buy():
    diary = diary_of()
    diary.buys[:] = [0.0, 0.5, 0.9, 0.9, 1.0, 0.2]
    diary.status[-1, 5] = Status.FORMER
    sums = loyalty.camp_sums(Watched(run_of(), diary, []))
    assert figures.camps(sums).tolist() == [0.2, 0.2, 0.6]
    assert figures.camps(sums, gone=True).tolist() == pytest.approx([2 / 6, 1 / 6, 3 / 6])
    assert figures.camp_over_middle(2)(sums) == pytest.approx(0.4)


def test_whoever_is_freed_of_doubt_sees_no_risk():
    scenario = load_comparison(changes={"world.market.people": 100, "run.weeks": 28})[0]
    seen = []
    simulate(scenario, 0, intervene={1: loyalty.free, 2: lambda state: seen.append(state.people.recovery.mean())})
    assert (seen[0][::2] > 0.999).all() and (seen[0][1::2] < 0.999).all()


def test_a_pooled_ratio_has_the_interval_of_its_worlds():
    """The jackknife of a mean is the mean, with the usual t interval."""
    table = pd.DataFrame({"replication": [0, 0, 1, 2], "top": [1.0, 1.0, 4.0, 6.0], "n": [0.5, 0.5, 1.0, 1.0]})
    found = pooled(table, per("top", "n"))
    assert found.mean == pytest.approx(4) and found.n == 3
    assert found.high - found.mean == pytest.approx(4.302653 * 2 / math.sqrt(3), rel=1e-5)
    assert math.isnan(pooled(table, per("top", "none") if "none" in table else lambda sums: math.nan).mean)
    assert pooled(table[table["replication"] == 1], per("top", "n"))[:3] == (4, -math.inf, math.inf)


def test_respondents_follow_the_textbook():
    """Two groups of one half, spread 100 around 100: 2 (z / .06)^2 each, whatever is seen."""
    sums = {f"{what}_{name}": 0.0 for what in ("asked", "spend", "square") for name in GROUPS}
    for name in ("recovered", "none"):
        sums |= {f"asked_{name}": 50.0, f"spend_{name}": 5000.0, f"square_{name}": 50 * 20_000.0}
    needed = figures.respondents("recovered", 6)(sums)
    assert needed / 2 == pytest.approx(2 * (2.801585 / 0.06) ** 2, rel=1e-6)
    assert figures.respondents("recovered", 6, (0.5, 0.5))(sums) == pytest.approx(needed)
    assert figures.respondents("silent", 6)(sums) != figures.respondents("silent", 6)(sums)  # NaN: nobody asked


def test_break_even_is_where_the_line_crosses_zero():
    drops = np.array(asking.DROPS)
    assert figures._crossing(10 - 50 * drops) == pytest.approx(0.2)
    assert figures._crossing(10 - 1 * drops) == drops[-1]
    assert figures._crossing(-10 - 50 * drops) == 0


def test_outsourcing_changes_what_the_shipped_one_changes():
    found = outsourced(load_comparison()[1])
    assert found["strategy.staffing.wage"] == 0.5
    assert found["strategy.desk.first_contact_resolution"] == pytest.approx(0.78 - 0.12)
    assert found["strategy.desk.hand_off"] == pytest.approx(0.03 + 0.20)
    assert cheaper(load_comparison()[1], 2.0)["strategy.desk.first_contact_resolution"] == 0.0


def test_even_handling_is_sure_and_worse():
    scenario = load_comparison(changes={"world.market.people": 500, "run.weeks": 52})[0]
    found = even_handling(scenario)
    assert found["strategy.desk.first_contact_resolution"] == 1 and found["strategy.desk.defective_fix"] == 0
    assert found["strategy.remedy.respect"] < scenario.strategy.remedy.respect


@pytest.fixture(scope="module")
def tiny() -> Findings:
    changes = {"world.market.people": 120, "run.weeks": 60, "run.replications": 2}
    return ask(load_comparison(changes=changes), workers=1, progress=False)


@pytest.mark.slow
def test_evidence_is_on_the_claims_of_this_half(tiny):
    own = {name for name in claims("05_problems_are_opportunities") if 76 <= int(name[1:]) <= 90}
    assert {each.claim for each in evidence(tiny)} == own == {f"S{number}" for number in range(76, 91)}


@pytest.mark.slow
def test_results_do_not_depend_on_workers(tiny):
    changes = {"world.market.people": 120, "run.weeks": 60, "run.replications": 2}
    again = ask(load_comparison(changes=changes), workers=2, progress=False)
    pd.testing.assert_frame_equal(again.arms, tiny.arms)
    pd.testing.assert_frame_equal(again.months, tiny.months)
