"""The survey on events one can follow by hand, its paired world, and the spend it finds on the default world."""

import numpy as np
import pytest

from sim.experiment.survey import (
    EVERY,
    FOLLOW_UP,
    GROUPS,
    MONTH,
    PAIRED,
    groups,
    simulate_surveyed,
    spend,
    survey,
    wave_starts,
)
from sim.model.case import ABANDONED, REFUSED, RESOLVED, UNRESOLVED
from sim.model.ledger import ACCOUNTS
from sim.model.problems import CALLS, DEFECT, QUESTION, SELF_SERVED, SILENT
from sim.model.records import KINDS, Events, Run
from sim.model.simulation import Simulation, simulate
from sim.parameters import load_comparison

# Month of the first survey: weeks 26 to 29; follow-up: weeks 30 to 42
Bought = tuple[int, int, int]  # person, week, cents
Problem = tuple[int, int, int]  # person, week, fate
Case = tuple[int, ...]  # person, week opened, week closed, outcome, what it is about (else a defect)


def run_of(
    bought: list[Bought], problems: list[Problem] = (), cases: list[Case] = (), people: int = 4, weeks: int = 60
) -> Run:
    """A run in which exactly this happened."""
    events = Events()
    for person, week, cents in bought:
        events.add("purchase", week, np.array([person]), units=1, cents=cents)
    for person, week, fate in problems:
        events.add("problem", week, np.array([person]), about=DEFECT, severity=1.0, earlier=0, fate=fate)
    for person, opened, closed, outcome, *about in cases:
        events.add(
            "case", closed, np.array([person]), opened_week=opened, about=about[0] if about else DEFECT, severity=1.0,
            outcome=outcome, contacts=1, tier=0, hours_opened=0.0, hours_closed=1.0, hours_waited=0.5,
            hours_handled=0.5,
        )  # fmt: skip
    changes = {"world.market.people": people, "run.weeks": weeks}
    scenario = load_comparison(strategies=["cost_center"], changes=changes)[0]
    return Run(scenario, 0, {}, np.zeros((weeks, len(ACCOUNTS)), np.int64), events, 0)


def group_of(problems: list[Problem] = (), cases: list[Case] = (), bought: list[Bought] = ((0, 26, 100),)) -> str:
    """The group of one buyer to whom this happened."""
    group = int(groups(run_of(bought, problems, cases, people=1), 26)[0])
    return GROUPS[group] if group >= 0 else "no respondent"


def test_four_people_one_in_each_group():
    run = run_of(
        bought=[
            (0, 26, 900), (0, 30, 10_000), (0, 42, 5_050),  # put right: $150.50 in the follow-up
            (1, 29, 900), (1, 35, 10_000),  # untroubled: $100
            (2, 28, 900), (2, 31, 2_000),  # let down: $20
            (3, 27, 900), (3, 29, 700), (3, 43, 8_000),  # kept silent: nothing from week 30 to 42
        ],
        problems=[(0, 27, CALLS), (2, 29, CALLS), (3, 28, SILENT)],
        cases=[(0, 27, 28, RESOLVED), (2, 29, 31, UNRESOLVED)],
    )  # fmt: skip
    assert [GROUPS[group] for group in groups(run, 26)] == ["recovered", "none", "unresolved", "silent"]
    assert spend(run.events, 4, 26).tolist() == [150.5, 100.0, 20.0, 0.0]


@pytest.mark.parametrize(
    ("outcome", "group"),
    [(RESOLVED, "recovered"), (UNRESOLVED, "unresolved"), (ABANDONED, "unresolved"), (REFUSED, "unresolved")],
)
def test_callers_are_grouped_by_what_came_of_it(outcome: int, group: str):
    assert group_of([(0, 27, CALLS)], [(0, 27, 27, outcome)]) == group
    assert group_of([(0, 29, CALLS)], [(0, 29, 40, outcome)]) == group  # settled after the month


def test_who_helped_themselves_was_recovered():
    assert group_of([(0, 27, SELF_SERVED)]) == "recovered"


def test_one_case_not_settled_outweighs_one_settled():
    problems, cases = [(0, 26, CALLS), (0, 28, CALLS)], [(0, 26, 27, RESOLVED), (0, 28, 29, UNRESOLVED)]
    assert group_of(problems, cases) == group_of(problems, cases[::-1]) == "unresolved"
    assert group_of([problems[0], (0, 29, SILENT)], cases[:1]) == "recovered"


def test_who_still_waits_when_the_run_ends_was_not_helped():
    assert group_of([(0, 26, CALLS)]) == "unresolved"
    assert group_of([(0, 26, CALLS), (0, 28, CALLS)], [(0, 26, 27, RESOLVED)]) == "unresolved"


@pytest.mark.parametrize(("week", "group"), [(25, "none"), (26, "silent"), (29, "silent"), (30, "none")])
def test_only_problems_of_the_month_count(week: int, group: str):
    assert group_of([(0, week, SILENT)]) == group


@pytest.mark.parametrize(("opened", "group"), [(25, "none"), (26, "unresolved"), (29, "unresolved"), (30, "none")])
def test_only_cases_opened_in_the_month_count(opened: int, group: str):
    assert group_of(cases=[(0, opened, 30, UNRESOLVED)]) == group


@pytest.mark.parametrize(("week", "asked"), [(25, False), (26, True), (29, True), (30, False)])
def test_only_buyers_of_the_month_are_asked(week: int, asked: bool):
    assert (group_of(bought=[(0, week, 100)]) == "none") is asked
    assert (group_of([(0, 27, SILENT)], bought=[(0, week, 100)]) == "silent") is asked


@pytest.mark.parametrize("start", [26, 43])
def test_spend_counts_the_three_months_after_the_month(start: int):
    first, last = start + 4, start + 16
    weeks = [start, first - 1, first, last, last + 1]
    run = run_of([(2, week, 100 + week) for week in weeks], weeks=100)
    assert spend(run.events, 4, start).tolist() == pytest.approx([0.0, 0.0, (200 + first + last) / 100, 0.0])


@pytest.mark.parametrize("outcome", [RESOLVED, UNRESOLVED, ABANDONED])
def test_a_question_is_no_problem(outcome: int):
    """Whether it was answered or not; and an answer does not make up for a problem kept silent."""
    assert group_of(cases=[(0, 27, 27, outcome, QUESTION)]) == "none"
    assert group_of([(0, 26, SILENT)], [(0, 27, 27, outcome, QUESTION)]) == "silent"
    assert group_of([(0, 26, CALLS)], [(0, 26, 27, RESOLVED), (0, 27, 27, outcome, QUESTION)]) == "recovered"


# Waves


@pytest.mark.parametrize("weeks", [1, 26, 42, 43, 44, 60, 93, 94, 104, 260, 520])
def test_waves_do_not_overlap_and_fit_the_horizon(weeks: int):
    starts = wave_starts(weeks)
    taken = [week for start in starts for week in range(start, start + MONTH + FOLLOW_UP)]
    assert len(taken) == len(set(taken))
    assert all(26 <= week < weeks for week in taken)
    assert len(starts) == max(0, (weeks - 26) // 17)


def test_paired_waves_are_waves():
    assert EVERY == MONTH + FOLLOW_UP == 17
    assert set(PAIRED) < set(wave_starts(260))


def test_sums_over_waves_and_the_paired_world():
    run = run_of(
        bought=[(0, 26, 1), (0, 30, 3_000), (1, 26, 1), (1, 30, 5_000),  # wave 26
                (0, 43, 1), (1, 43, 1), (1, 47, 7_000)],  # wave 43
        problems=[(0, 27, SILENT)],
    )  # fmt: skip
    without = spend(run_of([(0, 30, 4_000), (1, 31, 5_000)]).events, 4, 26)
    sums = {name: value for name, value in survey(run, {26: without}).items() if value}
    assert sums == {
        "respondents_none": 3.0, "spend_none": 120.0, "respondents_silent": 1.0, "spend_silent": 30.0,
        "paired_spend_none": 50.0, "paired_without_none": 50.0, "paired_spend_silent": 30.0,
        "paired_without_silent": 40.0,
    }  # fmt: skip


def test_a_short_run_has_no_survey():
    assert not any(survey(run_of([(0, 26, 100)], weeks=42), {}).values())
    short = load_comparison(changes=SMALL | {"run.weeks": 42})[0]
    assert not any(simulate_surveyed(short, 0)[1].values())


# The paired world

SMALL = {"world.market.people": 1500, "run.weeks": 43, "world.needs.mean": 0.3}
WITHOUT = range(26, 30)


def events(run: Run, kind: str, until: int) -> dict[str, list]:
    columns = run.events.of(kind)
    return {name: column[columns["week"] < until].tolist() for name, column in columns.items()}


def test_a_world_without_the_months_problems_is_else_the_same_world():
    scenario = load_comparison(strategies=["profit_center"], changes=SMALL)[0]
    run, without = simulate(scenario, 1), simulate(scenario, 1, problem_free=WITHOUT)
    for kind in ("purchase", "joining", "problem", "case", "story", "leaving"):
        before = events(run, kind, 26)
        assert before == events(without, kind, 26)
        assert before["week"], kind
    for name, column in run.weeks.items():
        assert column[:26].tolist() == without.weeks[name][:26].tolist(), name
    assert (run.ledger[:26] == without.ledger[:26]).all()
    # The month itself: the same choices in its first week, no problems, and problems again afterwards
    assert events(run, "purchase", 27) == events(without, "purchase", 27)
    assert run.weeks["problems"][26:30].min() > 0
    assert without.weeks["problems"][26:30].max() == 0
    assert without.weeks["voiced"][26:30].max() == 0
    assert not np.isin(without.events.of("problem")["week"], WITHOUT).any()
    assert without.weeks["problems"][30:].min() > 0


def test_a_branch_is_the_world_it_branches_off_from_and_leaves_it_alone():
    scenario = load_comparison(strategies=["profit_center"], changes=SMALL)[0]
    trunk = Simulation(scenario, 1)
    trunk.advance(26)
    branch = trunk.branch(problem_free=WITHOUT)
    branched, run = branch.run(), trunk.run()
    assert (run.ledger != branched.ledger).any()
    for ours, theirs in ((run, simulate(scenario, 1)), (branched, simulate(scenario, 1, problem_free=WITHOUT))):
        assert (ours.ledger == theirs.ledger).all()
        for name, column in ours.weeks.items():
            assert column.tolist() == theirs.weeks[name].tolist(), name
        for kind in KINDS:
            assert events(ours, kind, 43) == events(theirs, kind, 43), kind


def test_no_weeks_without_problems_change_nothing():
    scenario = load_comparison(strategies=["profit_center"], changes=SMALL)[0]
    run, same = simulate(scenario, 1), simulate(scenario, 1, problem_free=range(0))
    assert (run.ledger == same.ledger).all()


def test_a_shorter_horizon_is_the_beginning_of_a_longer_one():
    long, short = (
        load_comparison(strategies=["cost_center"], changes=SMALL | {"run.weeks": weeks})[0] for weeks in (60, 43)
    )
    run, begin = simulate(long, 0), simulate(short, 0)
    assert (run.ledger[:43] == begin.ledger).all()
    assert events(run, "purchase", 43) == events(begin, "purchase", 43)


def test_who_met_no_problem_spends_the_same_in_both_worlds():
    # No stories and no line at the desk: nothing can reach the untroubled
    apart = {
        "world.word_of_mouth.listeners_unresolved": 0.0, "world.word_of_mouth.listeners_resolved": 0.0,
        "strategy.staffing.rule": "fixed", "strategy.staffing.agents": 500.0, "strategy.staffing.specialists": 500.0,
    }  # fmt: skip
    _, sums = simulate_surveyed(load_comparison(changes=SMALL | apart)[0], 0)
    assert sums["paired_spend_none"] == sums["paired_without_none"] > 1000
    assert sums["paired_spend_silent"] < sums["paired_without_silent"]
