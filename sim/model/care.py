"""From a problem to the desk: who meets one, who helps himself, who calls and on what terms."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.model import problems, remedy
from sim.model.case import lucks, new_cases
from sim.model.compiled import compiled
from sim.model.desk import Desk
from sim.model.draws import Bools, Floats, Ints, chance
from sim.model.ledger import to_cents
from sim.model.people import BAD, Codes, Columns, Status
from sim.model.problems import CALLS, QUESTION, SELF_SERVED, SILENT, Problems
from sim.model.reactions import (
    CUSTOMER,
    PROSPECT,
    STAYS,
    Leaving,
    Lessons,
    leaves_as,
    leaving_of,
    lessons_of,
    speaks_ill,
    trust,
    turn_away_each,
)
from sim.model.state import State

# The week's problems and questions


def bring_cases(state: State, desk: Desk, week: int) -> None:
    """Problems and questions of the week; those brought to the firm come in at a uniformly random time of it."""
    met, asked = _meet_problems(state, week), _ask_questions(state, week)
    calls = _brought(met, asked)
    if calls.person.size:
        _call(state, desk, week, calls)


@compiled
def _brought(met: Problems, asked: Problems) -> Problems:
    """The problems and the questions that reach the desk."""
    size = (met.fate == CALLS).sum() + (asked.fate == CALLS).sum()
    person, kind, fate = np.empty(size, np.int64), np.empty(size, np.int64), np.full(size, CALLS)
    severity, earlier, count = np.empty(size), np.empty(size, np.int64), 0
    for part in (met, asked):
        who, about, severities, before, fates = part
        for row in range(who.size):
            if fates[row] == CALLS:
                person[count], kind[count] = who[row], about[row]
                severity[count], earlier[count] = severities[row], before[row]
                count += 1
    return Problems(person, kind, severity, earlier, fate)


def _meet_problems(state: State, week: int) -> Problems:
    """Owners meet problems: the silent draw their own conclusions, some help themselves. Returns all of them."""
    world, people, product, learned = state.world, state.people, state.strategy.product.problems, state.learned()
    state.weeks["problem_rate"][week] = problems.shares(world.problems, product, learned).sum()
    met = problems.meet(world, state.strategy.access, people, state.draws, week, product, learned)
    if week in state.problem_free:
        people.problems[met.person] -= 1
        return problems.NO_PROBLEMS
    if not met.person.size:
        return met
    state.events.add(
        "problem", week, met.person, about=met.kind, severity=met.severity, earlier=met.earlier, fate=met.fate
    )
    lessons, leaving = lessons_of(state, week), leaving_of(state, "silent")
    voiced, served, loss, gone, status = _suffer(people.columns, met, lessons, leaving)
    state.weeks["problems"][week] = met.person.size
    state.weeks["voiced"][week] = voiced
    state.weeks["surplus"][week] -= loss
    turn_away_each(state, week, gone, status, "silent")
    if served:
        _pay_self_service(state, week, met.person[met.fate == SELF_SERVED])
    told = world.word_of_mouth.tell_silent
    if told and voiced < met.person.size:
        silent = met.of(SILENT)
        when = np.full(silent.person.size, week)
        state.grapevine.tell(week + 1, silent.person, when, np.minimum(silent.severity, 1.0), True, told)
    return met


def _ask_questions(state: State, week: int) -> Problems:
    """Owners ask the firm how and where; prospects ask too where the firm helps anyone. Returns all questions."""
    people, access, draws = state.people, state.strategy.access, state.draws
    asked = problems.ask(state.world, access, people, draws, week)
    if access.help_anyone and state.world.market.questions_outside:
        prospects = people.having(Status.PROSPECT)
        asked = Problems.join(asked, problems.ask_outside(state.world, access, people, draws, prospects, week))
    state.weeks["questions"][week] = asked.person.size
    if access.self_service and asked.person.size:
        columns = people.status, people.recovery.good, people.last_contact
        served, helped = _find_answers(*columns, asked, lessons_of(state, week))
        if served:
            _pay_self_service(state, week, asked.person[asked.fate == SELF_SERVED])
        state.helped += helped.tolist()
    return asked


def _pay_self_service(state: State, week: int, served: Ints) -> None:
    each = to_cents(state.strategy.access.self_service_cost)
    state.ledger.post(week, "self_service", -each * served.size, served)


@compiled
def _suffer(
    people: Columns, met: Problems, lessons: Lessons, leaving: Leaving
) -> tuple[int, int, float, Ints, Codes]:  # fmt: skip
    """Problems are met. The silent did not ask, so they learn nothing about recovery; they leave unheard.

    Returns (problems voiced, settled in self-service, $ lost, who leaves, as what).
    """
    status, opinion, looking, basket, contact = (
        people.status, people.opinion, people.looking, people.basket, people.last_contact,
    )  # fmt: skip
    unreliable, mends, week = people.reliability_bad, people.recovery_good, lessons.week
    who, severities, before, fate = met.person, met.severity, met.earlier, met.fate
    gone, as_what, count, voiced, served, loss = np.empty_like(who), np.empty(who.size, np.int8), 0, 0, 0, 0.0
    for row in range(who.size):
        person, severity, earlier = who[row], severities[row], before[row]
        unreliable[person] += lessons.problem_weight * severity
        loss += min(severity, 1.0) * lessons.spoils * basket[person] * lessons.price
        voiced += fate[row] != SILENT
        if fate[row] == SELF_SERVED:
            served += 1
            contact[person] = week
            mends[person] += trust(lessons, 1.0, 0.0, earlier)
        elif fate[row] == SILENT:
            if speaks_ill(leaving, person, week, severity):
                opinion[person] = BAD
            if not leaving.cornered:
                looking[person] = 1.0
            if status[person] == CUSTOMER:
                gone[count], as_what[count] = person, leaves_as(leaving, person, week, severity, earlier)
                count += as_what[count] != STAYS
    return voiced, served, loss, gone[:count], as_what[:count]


@compiled
def _find_answers(
    status: Codes, mends: Floats, last_contact: Ints, asked: Problems, lessons: Lessons
) -> tuple[int, Ints]:
    """Some find the answer in self-service. Returns (how many, prospects among them)."""
    who, before, fate = asked.person, asked.earlier, asked.fate
    helped, prospects, served = np.empty_like(who), 0, 0
    for row in range(who.size):
        if fate[row] == SELF_SERVED:
            person = who[row]
            served += 1
            last_contact[person] = lessons.week
            mends[person] += trust(lessons, lessons.question_weight, 0.0, before[row])
            helped[prospects] = person
            prospects += status[person] == PROSPECT
    return served, helped[:prospects]


# Calls


class Clock(NamedTuple):
    """Of the week's calls: opening hours, and how long the firm settles a problem for free."""

    week: int
    hours: float
    free: float  # weeks from the purchase
    charges: bool  # after that
    fee: float  # share of the price
    pays: np.uint64
    calls_at: np.uint64


def _call(state: State, desk: Desk, week: int, calls: Problems) -> None:
    """Cases come in at a uniformly random time of the week."""
    fee, covered, occasion, hours = _terms(state.people.last_purchase, calls, _clock(state, week))
    cases = new_cases(calls.person, week, calls.kind, calls.severity, calls.earlier, covered, fee)
    luck = lucks(state.draws, state.strategy.desk, state.world.callers, calls.person, occasion)
    desk.expect(cases, luck, hours)


def _clock(state: State, week: int) -> Clock:
    warranty, draws = state.strategy.warranty, state.draws
    free = state.world.problems.customary_warranty if warranty.term is None else warranty.term
    if warranty.after == "goodwill":
        free += warranty.goodwill
    elif warranty.after == "never_out":
        free = math.inf
    return Clock(
        week, state.hours, free, warranty.after == "charge", warranty.fee, draws.key("pays the fee"),
        draws.key("time of the call"),
    )  # fmt: skip


@compiled
def _terms(last_purchase: Ints, calls: Problems, clock: Clock) -> tuple[Floats, Bools, Ints, Floats]:
    """(fee as a share of the price, whether the firm will settle it, occasion for its luck, hour), of each call.

    By the warranty clock; answers are free, whatever it says.
    """
    who, kind, week = calls.person, calls.kind, clock.week
    fee, covered = np.zeros(who.size), np.ones(who.size, np.bool_)
    occasion, hours = np.empty(who.size, np.int64), np.empty(who.size)
    for row in range(who.size):
        person, question = who[row], kind[row] == QUESTION
        if not question and week - last_purchase[person] > clock.free:
            fee[row] = clock.fee if clock.charges else 0.0
            covered[row] = clock.charges and chance(clock.pays, person, week) < 1 - clock.fee
        occasion[row] = 2 * week + question  # a person may have a problem and a question in the same week
        hours[row] = chance(clock.calls_at, person, occasion[row]) * clock.hours
    return fee, covered, occasion, hours


def claim_falsely(state: State, week: int) -> None:
    """Where no questions are asked, opportunists claim for what they bought this week: a sound order made good."""
    if not state.strategy.remedy.no_questions:
        return
    people, terms = state.people, remedy.terms_of(state.strategy.remedy, state.margin)
    claimants, spent = _claims(
        people.opportunist, people.last_purchase, people.basket, week, terms, state.price, state.world.problems.spoils,
        state.world.needs.false_claims, state.draws.key("claims falsely"),
    )  # fmt: skip
    state.ledger.post(week, "remedies", -spent, claimants)
    state.weeks["false_claims"][week] = claimants.size


@compiled
def _claims(
    opportunist: Bools, last_purchase: Ints, basket: Floats, week: int, terms: remedy.Terms, price: float,
    spoils: float, likely: float, key: np.uint64,
) -> tuple[Ints, Ints]:  # fmt: skip
    """(who claims, cents spent on each)."""
    who: Ints = np.flatnonzero(opportunist & (last_purchase == week))
    spent, count = np.empty(who.size, np.int64), 0
    for person in who:
        if chance(key, person, week) < likely:
            who[count] = person
            spent[count] = to_cents(remedy.cost_of(terms, basket[person] * price, spoils, problems.DEFECT))
            count += 1
    return who[:count], spent[:count]
