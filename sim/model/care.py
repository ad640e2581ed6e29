"""From problem to outcome: who meets one, who calls the desk, and what its end teaches, costs and sets off."""

from __future__ import annotations

import numpy as np

from sim.model import market, problems, remedy
from sim.model.case import OUTCOMES, RESOLVED, Case, lucks
from sim.model.desk import Desk
from sim.model.draws import Floats, Ints
from sim.model.ledger import cents
from sim.model.people import Status
from sim.model.state import State


def meet_problems(state: State, desk: Desk, week: int) -> None:
    """Owners meet problems: the silent draw their own conclusions, some help themselves, some call."""
    met = problems.meet(state.world, state.strategy.access, state.people, state.draws, week)
    if week in state.problem_free:
        state.people.problems[met.person] -= 1
        return
    who = met.person
    state.people.reliability.bad[who] += state.world.beliefs.problem_weight * met.severity
    state.weeks["problems"][week] = who.size
    state.weeks["voiced"][week] = (met.fate != problems.SILENT).sum()
    state.events.add("problem", week, who, severity=met.severity, earlier=met.earlier, fate=met.fate)

    silent, served = (met.of(fate) for fate in (problems.SILENT, problems.SELF_SERVED))
    _disappoint(state, week, silent.person, silent.severity, silent.earlier, "silent")
    when = np.full(silent.person.size, week)
    told = state.world.word_of_mouth
    state.grapevine.tell(week + 1, silent.person, when, np.minimum(silent.severity, 1.0), True, told.tell_silent)
    state.ledger.post(week, "self_service", -cents(state.strategy.access.self_service_cost) * served.person.size)
    _teach_recovery(state, served.person, np.ones(served.person.size), 0.0, served.earlier)
    _call(state, desk, week, met.of(problems.CALLS))


def learn_outcomes(state: State, week: int, closed: list[Case]) -> None:
    """What happened at the desk in the week that ends reaches people and books."""
    if not closed:
        return
    who, opened_week, outcome = (
        np.array([getattr(case, name) for case in closed]) for name in ("person", "week", "outcome")
    )
    numbers = ("severity", "earlier", "fee", "opened", "closed", "tier", "contacts", "waited", "handled")
    case = {name: np.array([getattr(case, name) for case in closed], float) for name in numbers}
    state.events.add(
        "case", week, who, opened_week=opened_week, severity=case["severity"], outcome=outcome,
        contacts=case["contacts"], tier=case["tier"], hours_opened=case["opened"], hours_closed=case["closed"],
        hours_waited=case["waited"], hours_handled=case["handled"],
    )  # fmt: skip
    for code, name in enumerate(OUTCOMES[:-1]):
        state.weeks[f"cases_{name}"][week] = (outcome == code).sum()
    good = outcome == RESOLVED
    state.weeks["first_contact"][week] = (good & (case["contacts"] == 1) & (case["tier"] == 0)).sum()

    price = state.people.basket[who] * state.price
    spent = remedy.cost(state.strategy.remedy, price, state.margin, case["severity"])
    state.ledger.post(week, "remedies", -cents(spent[good]))
    state.ledger.post(week, "support_fees", cents(case["fee"] * price)[good])

    days = (case["closed"] - case["opened"]) / state.hours * 7
    score = remedy.justice(state.strategy.remedy, case["contacts"], case["fee"])
    _teach_recovery(state, who[good], score[good], days[good], case["earlier"][good])
    _disappoint(state, week, who[~good], case["severity"][~good], case["earlier"][~good], "unresolved")
    told, bad_weight = state.world.word_of_mouth, np.minimum(case["severity"][~good], 1.0)
    state.grapevine.tell(week + 1, who[~good], opened_week[~good], bad_weight, True, told.tell_unresolved)
    state.grapevine.tell(week + 1, who[good], opened_week[good], np.ones(int(good.sum())), False, told.tell_resolved)


def _call(state: State, desk: Desk, week: int, met: problems.Problems) -> None:
    """Cases come in at a uniformly random time of the week."""
    who = met.person
    fee, covered = _terms(state, week, who)
    arrives = state.draws.uniform("time of the call", who, week) * state.hours
    luck = lucks(state.draws, state.strategy.desk, state.world.callers, who, week)
    columns = (who, met.severity, met.earlier, covered, fee, arrives)
    rows = zip(*(column.tolist() for column in columns), luck, strict=True)
    for person, severity, earlier, settled, share, hours, fortune in rows:
        desk.expect(Case(person, week, severity, earlier, settled, share, fortune), hours)


def _terms(state: State, week: int, who: Ints) -> tuple[Floats, np.ndarray]:
    """(fee as a share of the price, whether the firm will settle it), by the warranty clock."""
    warranty = state.strategy.warranty
    age = week - state.people.last_purchase[who]
    free = age <= warranty.term + (warranty.goodwill if warranty.after == "goodwill" else 0)
    if warranty.after == "never_out":
        free = np.ones(who.size, bool)
    if warranty.after != "charge":
        return np.zeros(who.size), free
    pays = state.draws.uniform("pays the fee", who, week) < 1 - warranty.fee
    return np.where(free, 0.0, warranty.fee), free | pays


def _teach_recovery(state: State, who: Ints, score: Floats, days: Floats | float, earlier: Ints | Floats) -> None:
    """They put it right: a_r grows with justice, less for late and repeated cases."""
    beliefs = state.world.beliefs
    late = np.exp(-np.asarray(days) / beliefs.recovery_patience)
    np.add.at(state.people.recovery.good, who, beliefs.resolved_weight * score * late / (1 + earlier))


def _disappoint(state: State, week: int, who: Ints, severity: Floats, earlier: Ints | Floats, cause: str) -> None:
    """They did not put it right: some customers leave at once, the rest resent it and look around.

    The silent did not ask, so they learn nothing about recovery; they leave less, and unheard. In a cornered market
    only those leave who can do without.
    """
    people, trouble, beliefs = state.people, state.world.problems, state.world.beliefs
    aggravation = 1 + beliefs.repeat_weight * earlier
    leaves_at = trouble.leave_unresolved if cause == "unresolved" else trouble.leave_silent
    leaving = 1 - (1 - leaves_at) ** (severity * aggravation)
    if cause == "unresolved":
        blame = beliefs.unresolved_weight * aggravation * (1 + state.strategy.remedy.effort)
        np.add.at(people.recovery.bad, who, blame)
        np.add.at(people.grievance, who, trouble.grievance * severity * aggravation)
    cornered = not state.choice.rival_present(week)
    if cornered:
        leaving = leaving * state.world.rival.gives_up
    else:
        people.looking[who] = 1.0
    customer = people.status[who] == Status.CUSTOMER
    luck = state.draws.uniform(f"leaves after a problem, {cause}", who, week)
    gone = np.unique(who[customer & (luck < leaving)])
    if cornered:
        market.leave(state, week, gone, Status.LEFT_CATEGORY, cause)
        return
    for_good = state.draws.uniform("lost for good", gone, week) < trouble.lost_for_good
    market.leave(state, week, gone[for_good], Status.LOST_FOR_GOOD, cause)
    market.leave(state, week, gone[~for_good], Status.FORMER, cause)
