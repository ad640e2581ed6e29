"""The desk against a slow one from the textbook: the same cases, the same luck, the same rules, the same records."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from model.textbook_desk import TextbookDesk

from sim.model import simulate
from sim.model.case import ABANDONED, REFUSED, RESOLVED, UNRESOLVED, Cases, lucks, new_cases
from sim.model.desk import Desk, Work
from sim.model.draws import Draws
from sim.model.ledger import ACCOUNTS
from sim.model.records import KINDS
from sim.parameters.strategy import Desk as DeskParameters
from sim.parameters.world import Callers

EXACTLY = ("person", "week", "kind", "outcome", "contacts", "tier", "hand_offs", "defective_fixes")
NEARLY = ("opened", "closed", "waited", "handled", "strain", "severity", "fee")  # to a billionth
ONE_LINE = {
    "desk.contacts": 1, "desk.escalation": 0.0, "desk.strain_effect": 0.0, "callers.patience": 1e6, "specialists": 0.0,
    "refused": 0.0,
}  # fmt: skip
EVERYTHING = {
    "desk.contacts": 4, "desk.escalation": 0.6, "desk.first_contact_resolution": 0.5, "desk.specialist_resolution": 0.7,
    "desk.hand_off": 0.2, "desk.defective_fix": 0.2, "desk.handle_time": 0.9, "desk.specialist_time": 1.3,
    "desk.strain_effect": 3.0, "callers.patience": 6.0, "agents": 1.35, "specialists": 0.6, "refused": 0.1,
}  # fmt: skip
RULES: dict[str, dict[str, Any]] = {
    "one line, one agent": ONE_LINE,
    "three agents": {**ONE_LINE, "desk.handle_distribution": "exponential", "agents": 3.0, "a week": 150},
    "a part of an agent": {**ONE_LINE, "agents": 0.55},
    "patience": {**ONE_LINE, "callers.patience": 2.0, "a week": 100},
    "repeat contacts": {**ONE_LINE, "desk.contacts": 3, "desk.first_contact_resolution": 0.4, "agents": 1.5},
    "two tiers": {**ONE_LINE, "desk.contacts": 5, "desk.escalation": 0.5, "agents": 1.4, "specialists": 0.7},
    "nothing behind the desk": {**EVERYTHING, "desk.back_office": 0.0},
    "nobody there": {**EVERYTHING, "agents": 0.0},
    "everything": EVERYTHING,
}  # fmt: skip
MORE_AGENTS = 0.15  # from the fourth week on


def parameters(rules: dict[str, Any]) -> tuple[DeskParameters, Callers]:
    """Of the desk and of the callers."""
    desk, callers = (
        {name.removeprefix(group): value for name, value in rules.items() if name.startswith(group)}
        for group in ("desk.", "callers.")
    )
    return DeskParameters(**desk), Callers(**callers)


def calls(rules: dict[str, Any], week: int, seed: int) -> tuple[Cases, np.ndarray, np.ndarray]:
    """The cases of a week, their luck, and when they come in."""
    desk, callers = parameters(rules)
    person, draws = np.arange(rules.get("a week", 60)), Draws(seed, 0)
    severity = draws.lognormal("severity", 0.6, person, week)
    covered = draws.uniform("covered", person, week) >= rules.get("refused", 0.0)
    nothing = np.zeros(person.size, np.int64)
    cases = new_cases(person, week, nothing, severity, nothing, covered, np.zeros(person.size))
    return cases, lucks(draws, desk, callers, person, week), 60 * draws.uniform("hour", person, week)


def worked(
    kind: Callable[..., Any], rules: dict[str, Any], weeks: int = 8, seed: int = 1, known: dict[str, Any] | None = None
) -> tuple[Cases, list[Work]]:
    """What a desk with these rules makes of some weeks: the closed cases in their order, the work of each week.

    The cases and their luck are those of the rules `known`, which are the same if not given.
    """
    env, known = simpy.Environment(), known or rules
    desk = kind(env, *parameters(rules), day_hours=10.0, work=rules.get("work", 1.0))
    closed, works = [], []
    for week in range(weeks):
        desk.staff(rules.get("agents", 1.0) + MORE_AGENTS * (week > 2), rules.get("specialists", 0.0))
        desk.expect(*calls(known, week, seed))
        env.run(until=60.0 * (week + 1))
        closed.append(desk.take_closed())
        works.append(desk.take_work())
        known_open = sum(work.opened for work in works) - sum(batch.size for batch in closed)
        assert desk.open_cases == known_open
    return np.concatenate(closed), works


def difference(one: tuple[Cases, list[Work]], other: tuple[Cases, list[Work]]) -> str:
    """What two desks do not agree on; nothing if they do."""
    (cases, works), (their_cases, their_works) = one, other
    if cases.size != their_cases.size:
        return "closed cases"
    for name in EXACTLY:
        if (cases[name] != their_cases[name]).any():
            return name
    for name in NEARLY:
        if not np.allclose(cases[name], their_cases[name], rtol=0, atol=1e-9):
            return name
    for ours, theirs in zip(works, their_works, strict=True):
        for name, hours, their_hours in zip(Work._fields, ours, theirs, strict=True):
            if hours != pytest.approx(their_hours, rel=1e-9, abs=1e-9):
                return name
    return ""


@pytest.mark.parametrize("name", RULES)
def test_both_desks_leave_the_same_records(name):
    rules = RULES[name]
    ours = worked(Desk, rules)
    assert ours[0].size > 50
    assert difference(ours, worked(TextbookDesk, rules)) == ""


@cache
def everything() -> tuple[Cases, list[Work]]:
    return worked(Desk, EVERYTHING)


def test_everything_means_everything():
    cases, works = everything()
    assert set(cases["outcome"].tolist()) == {RESOLVED, UNRESOLVED, ABANDONED, REFUSED}
    assert set(cases["tier"].tolist()) == {0, 1} and set(cases["contacts"].tolist()) == {0, 1, 2, 3, 4}
    for name in ("hand_offs", "defective_fixes"):
        assert cases[name].max() > 1 and sum(getattr(work, name) for work in works) >= cases[name].sum()
    assert ((cases["strain"] > 0) & (cases["strain"] < 1)).sum() > 50 and (cases["waited"] > 0).sum() > 50


@pytest.mark.parametrize(
    ("rule", "other"),
    [
        ("desk.contacts", 3), ("desk.escalation", 0.57), ("desk.first_contact_resolution", 0.52),
        ("desk.specialist_resolution", 0.75), ("desk.severity_effect", 0.4), ("desk.strain_effect", 2.5),
        ("desk.hand_off_effect", 0.4), ("desk.handle_time", 0.9001), ("desk.specialist_time", 1.3001),
        ("callers.persistence", 0.67), ("agents", 1.3501), ("specialists", 0.6001), ("work", 1.0001),
    ],
)  # fmt: skip
def test_a_desk_that_goes_by_one_other_rule_is_told_apart(rule, other):
    assert difference(everything(), worked(TextbookDesk, {**EVERYTHING, rule: other}, known=EVERYTHING))


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    rules=st.fixed_dictionaries(
        {
            "desk.contacts": st.integers(1, 4),
            "desk.escalation": st.floats(0, 1),
            "desk.first_contact_resolution": st.floats(0, 1),
            "desk.specialist_resolution": st.floats(0, 1),
            "desk.hand_off": st.floats(0, 1),
            "desk.defective_fix": st.floats(0, 1),
            "desk.handle_time": st.floats(0.01, 5),
            "desk.specialist_time": st.floats(0.01, 5),
            "desk.strain_effect": st.floats(0, 10),
            "desk.hand_off_effect": st.floats(0, 10),
            "desk.severity_effect": st.floats(0, 10),
            "desk.back_office": st.sampled_from([0.0, 1.0, 50.0]),
            "callers.patience": st.floats(0.01, 100),
            "callers.persistence": st.floats(0, 1),
            "callers.return_time": st.floats(0.01, 100),
            "agents": st.floats(0, 4),
            "specialists": st.floats(0, 3),
            "refused": st.floats(0, 1),
            "a week": st.integers(0, 60),
        }
    ),
    seed=st.integers(0, 10**6),
)
def test_under_whatever_rules(rules, seed):
    assert difference(worked(Desk, rules, 4, seed), worked(TextbookDesk, rules, 4, seed)) == ""


# Through the engine

LITTLE = {
    "world.market.people": 300, "run.weeks": 60, "world.needs.mean": 0.4, "world.problems.rate": 0.6,
    "world.problems.leave_unresolved": 0.05, "world.problems.grievance": 0.2, "world.callers.voice_small": 0.5,
    "world.needs.dropout_b": 200.0, "world.market.initial_buyers": 1.0, "world.labour.work": 5.0,
}  # fmt: skip
BUSY = {
    **LITTLE, "world.problems.questions": 1.0, "strategy.desk.contacts": 4, "strategy.desk.hand_off": 0.2,
    "strategy.desk.defective_fix": 0.2, "strategy.desk.first_contact_resolution": 0.4, "world.callers.patience": 3.0,
    "world.labour.attrition": 0.4, "world.labour.ramp_up": 4, "strategy.staffing.occupancy": 0.9,
}  # fmt: skip


@pytest.mark.parametrize(("changes", "strategy"), [(LITTLE, "cost_center"), (BUSY, "profit_center")])
def test_a_whole_run_is_the_same_with_the_textbook_s_desk(scenario, monkeypatch, changes, strategy):
    ours = simulate(scenario(changes, strategy))
    monkeypatch.setattr("sim.model.simulation.Desk", TextbookDesk)
    theirs = simulate(scenario(changes, strategy))
    cases = ours.events.of("case")
    assert cases["person"].size > 200 and set(cases["tier"].tolist()) == {0, 1}
    assert (cases["hours_waited"] > 0).any()
    for kind in KINDS:
        columns, their_columns = ours.events.of(kind), theirs.events.of(kind)
        for name, column in columns.items():
            np.testing.assert_allclose(column, their_columns[name], rtol=0, atol=1e-9, err_msg=f"{kind} {name}")
    for number, account in enumerate(ACCOUNTS):
        assert (ours.ledger[:, number] == theirs.ledger[:, number]).all(), account
    for name, column in ours.weeks.items():
        np.testing.assert_allclose(column, theirs.weeks[name], rtol=1e-9, atol=1e-9, err_msg=name)
    assert ours.open_cases == theirs.open_cases


@pytest.mark.parametrize(("kind", "few"), [(Desk, True), (TextbookDesk, False)])
def test_a_case_takes_at_most_three_events_of_the_clock(scenario, monkeypatch, kind, few):
    """The textbook's desk takes more: what desks do is counted."""
    steps = 0
    step = simpy.Environment.step

    def counted(env: simpy.Environment) -> None:
        nonlocal steps
        steps += 1
        step(env)

    monkeypatch.setattr(simpy.Environment, "step", counted)
    monkeypatch.setattr("sim.model.simulation.Desk", kind)
    run = simulate(scenario(BUSY, "profit_center"))
    assert steps >= run.scenario.run.weeks
    assert (steps <= 3 * run.weeks["cases_opened"].sum()) == few
