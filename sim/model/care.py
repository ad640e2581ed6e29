"""From problem to outcome: who meets one, who calls the desk, and what its end teaches, costs and sets off."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.model import problems, remedy
from sim.model.case import OUTCOMES, RESOLVED, Cases, lucks, new_cases
from sim.model.compiled import compiled
from sim.model.desk import Desk
from sim.model.draws import Bools, Floats, Ints, chance
from sim.model.ledger import cents
from sim.model.orders import turn_away
from sim.model.people import BAD, GOOD, Codes, Columns, Status
from sim.model.problems import CALLS, QUESTION, SELF_SERVED, SILENT, Problems
from sim.model.state import State

CUSTOMER, PROSPECT, FORMER, LOST_FOR_GOOD, LEFT_CATEGORY = (
    int(status)
    for status in (Status.CUSTOMER, Status.PROSPECT, Status.FORMER, Status.LOST_FOR_GOOD, Status.LEFT_CATEGORY)
)
STAYS = -1  # instead of a status


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
    voiced, served, loss, gone, status = _suffer(people.columns, met, _lessons(state, week), _leaving(state, "silent"))
    state.weeks["problems"][week] = met.person.size
    state.weeks["voiced"][week] = voiced
    state.weeks["surplus"][week] -= loss
    _turn_away(state, week, gone, status, "silent")
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
        served, helped = _find_answers(*columns, asked, _lessons(state, week))
        if served:
            _pay_self_service(state, week, asked.person[asked.fate == SELF_SERVED])
        state.helped += helped.tolist()
    return asked


def _pay_self_service(state: State, week: int, served: Ints) -> None:
    each = _cents(state.strategy.access.self_service_cost)
    state.ledger.post(week, "self_service", -each * served.size, served)


# What people learn


class Lessons(NamedTuple):
    """What a problem and its end teach, besides the person and the case: see the world's beliefs and problems."""

    week: int
    hours: float  # of opening, a week
    price: float  # x a basket
    spoils: float
    problem_weight: float
    question_weight: float
    resolved_weight: float
    unresolved_weight: float  # with what the trouble of asking in vain adds
    recovery_patience: float  # days
    repeat_weight: float
    expectation_weight: float
    ratchet: float
    forgiveness: float
    grievance: float
    puts_off: float  # share of voice lost to effort


def _lessons(state: State, week: int) -> Lessons:
    beliefs, trouble, effort = state.world.beliefs, state.world.problems, remedy.effort(state.strategy.remedy)
    return Lessons(
        week, state.hours, state.price, trouble.spoils, beliefs.problem_weight, beliefs.question_weight,
        beliefs.resolved_weight, beliefs.unresolved_weight * (1 + effort), beliefs.recovery_patience,
        beliefs.repeat_weight, beliefs.expectation_weight, beliefs.ratchet, beliefs.forgiveness, trouble.grievance,
        state.world.callers.effort_deterrence * effort,
    )  # fmt: skip


@compiled
def _trust(lessons: Lessons, score: float, days: float, earlier: int) -> float:
    """They put it right: what a_r grows by, with justice, less for late and repeated cases."""
    return lessons.resolved_weight * score * math.exp(-days / lessons.recovery_patience) / (1 + earlier)


@compiled
def _resented(lessons: Lessons, expected: float, score: float) -> float:
    """Treatment below expectation is resented."""
    return lessons.expectation_weight * max(expected - score, 0.0)


@compiled
def _aggravation(repeat_weight: float, earlier: int) -> float:
    return 1 + repeat_weight * earlier


class Leaving(NamedTuple):
    """What customers do who were not helped, for one cause; names of draws are keys, see `Draws.key`."""

    leaves: float  # probability, at severity 1
    gives_up: float  # share of them who can do without, in a cornered market
    cornered: bool
    lost_for_good: float
    repeat_weight: float
    speaks_ill: np.uint64
    whether: np.uint64
    for_good: np.uint64


def _leaving(state: State, cause: str) -> Leaving:
    trouble, draws, cornered = state.world.problems, state.draws, not state.choice.rival_present(state.week)
    return Leaving(
        trouble.leave_unresolved if cause == "unresolved" else trouble.leave_silent,
        state.world.rival.gives_up if cornered else 1.0, cornered, trouble.lost_for_good,
        state.world.beliefs.repeat_weight, draws.key(f"speaks ill, {cause}"),
        draws.key(f"leaves after a problem, {cause}"), draws.key("lost for good"),
    )  # fmt: skip


@compiled
def _speaks_ill(leaving: Leaving, person: int, week: int, severity: float) -> bool:
    """The worse it was, the likelier."""
    return chance(leaving.speaks_ill, person, week) < 1 - math.exp(-severity)


@compiled
def _leaves_as(leaving: Leaving, person: int, week: int, severity: float, earlier: int) -> int:
    """Some customers leave at once. In a cornered market only those do who can do without. Returns a status."""
    likely = 1 - (1 - leaving.leaves) ** (severity * _aggravation(leaving.repeat_weight, earlier))
    if chance(leaving.whether, person, week) >= likely * leaving.gives_up:
        return STAYS
    if leaving.cornered:
        return LEFT_CATEGORY
    return LOST_FOR_GOOD if chance(leaving.for_good, person, week) < leaving.lost_for_good else FORMER


def _turn_away(state: State, week: int, gone: Ints, status: Codes, cause: str) -> None:
    """They leave, each once, whatever went wrong besides."""
    if gone.size:
        for leaves_as in (Status.LEFT_CATEGORY, Status.LOST_FOR_GOOD, Status.FORMER):
            turn_away(state, week, _those(gone, status, int(leaves_as)), leaves_as, cause)


@compiled
def _those(gone: Ints, status: Codes, leaves_as: int) -> Ints:
    """Ascending, without repetition."""
    who, count = np.sort(gone[status == leaves_as]), 0
    for person in who:
        if not count or who[count - 1] != person:
            who[count] = person
            count += 1
    return who[:count]


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
            mends[person] += _trust(lessons, 1.0, 0.0, earlier)
        elif fate[row] == SILENT:
            if _speaks_ill(leaving, person, week, severity):
                opinion[person] = BAD
            if not leaving.cornered:
                looking[person] = 1.0
            if status[person] == CUSTOMER:
                gone[count], as_what[count] = person, _leaves_as(leaving, person, week, severity, earlier)
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
            mends[person] += _trust(lessons, lessons.question_weight, 0.0, before[row])
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
            spent[count] = _cents(remedy.cost_of(terms, basket[person] * price, spoils, problems.DEFECT))
            count += 1
    return who[:count], spent[:count]


@compiled
def _cents(dollars: float) -> int:
    """Whole cents, rounded half to even."""
    return int(np.rint(dollars * 100))


# Outcomes


def learn_outcomes(state: State, week: int, case: Cases) -> None:
    """What happened at the desk in the week that ends reaches people and books."""
    if not case.size:
        return
    if state.forced is not None:
        state.forced.befall(case)
    terms, lessons = remedy.terms_of(state.strategy.remedy, state.margin), _lessons(state, week)
    _record(state, week, case)
    _pay(state, week, case, terms, lessons)
    helped, gone, status = _change_minds(state.people.columns, case, terms, lessons, _leaving(state, "unresolved"))
    state.helped += helped.tolist()
    _turn_away(state, week, gone, status, "unresolved")
    _tell(state, week, case)


def _record(state: State, week: int, case: Cases) -> None:
    state.events.add(
        "case", week, case["person"], opened_week=case["week"], about=case["kind"], severity=case["severity"],
        outcome=case["outcome"], contacts=case["contacts"], tier=case["tier"], hours_opened=case["opened"],
        hours_closed=case["closed"], hours_waited=case["waited"], hours_handled=case["handled"],
    )  # fmt: skip
    outcomes, first_contact, trouble = _tally(case)
    for name, count in zip(OUTCOMES[:-1], outcomes.tolist(), strict=False):
        state.weeks[f"cases_{name}"][week] = count
    state.weeks["first_contact"][week] = first_contact
    _analyse(state, week, trouble)


@compiled
def _tally(cases: Cases) -> tuple[Ints, int, int]:
    """(cases by outcome, settled by tier 1 in one contact, about problems)."""
    outcomes, first_contact, trouble = np.zeros(len(OUTCOMES), np.int64), 0, 0
    for row in range(cases.size):
        case = cases[row]
        outcomes[case["outcome"]] += 1
        first_contact += case["outcome"] == RESOLVED and case["contacts"] == 1 and case["tier"] == 0
        trouble += case["kind"] != QUESTION
    return outcomes, first_contact, trouble


def _analyse(state: State, week: int, cases: int) -> None:
    """The causes of some cases are found and worked on."""
    learning = state.strategy.learning
    if learning.analysis:
        state.analysed += learning.analysis * cases
        state.ledger.post(week, "learning", -cents(learning.analysis * cases * learning.cost))


def _pay(state: State, week: int, case: Cases, terms: remedy.Terms, lessons: Lessons) -> None:
    """Remedies and fees of the cases put right, and what the customers have of them."""
    spent, fees, gain = _payments(case, state.people.basket, terms, lessons)
    state.ledger.post(week, "remedies", -spent, case["person"])
    state.ledger.post(week, "support_fees", fees, case["person"])
    state.weeks["surplus"][week] += gain


@compiled
def _payments(cases: Cases, basket: Floats, terms: remedy.Terms, lessons: Lessons) -> tuple[Ints, Ints, float]:
    """(cents of remedies of each, cents of fees of each, $ of surplus)."""
    spent, fees, gain = np.zeros(cases.size, np.int64), np.zeros(cases.size, np.int64), 0.0
    for row in range(cases.size):
        case = cases[row]
        if case["outcome"] == RESOLVED:
            kind, fee, price = case["kind"], case["fee"], basket[case["person"]] * lessons.price
            spoilt = min(case["severity"], 1.0) * lessons.spoils
            spent[row] = _cents(remedy.cost_of(terms, price, spoilt, kind))
            fees[row] = _cents(fee * price)
            gain += remedy.worth_of(terms, price, spoilt, kind, fee)
    return spent, fees, gain


@compiled
def _change_minds(
    people: Columns, cases: Cases, terms: remedy.Terms, lessons: Lessons, leaving: Leaving
) -> tuple[Ints, Ints, Codes]:
    """What those who called believe, expect, resent and would say from now on, case by case in the order of closing.

    What people get becomes what they expect. A question is a share of a problem's lesson; one left unanswered makes
    nobody look around. Returns (prospects helped, who leaves, as what).
    """
    status, opinion, looking, contact = people.status, people.opinion, people.looking, people.last_contact
    mends, mends_not, grievance, expectation = (
        people.recovery_good, people.recovery_bad, people.grievance, people.expectation,
    )  # fmt: skip
    put_off, week = people.put_off, lessons.week
    helped, prospects = np.empty(cases.size, np.int64), 0
    gone, as_what, count = np.empty(cases.size, np.int64), np.empty(cases.size, np.int8), 0
    for row in range(cases.size):
        case = cases[row]
        person, kind, severity, earlier = case["person"], case["kind"], case["severity"], case["earlier"]
        good, trouble = case["outcome"] == RESOLVED, kind != QUESTION
        weight = 1.0 if trouble else lessons.question_weight
        score = 0.0
        put_off[person] = max(put_off[person], lessons.puts_off)
        if good:
            contacts, days = case["contacts"] + case["hand_offs"], (case["closed"] - case["opened"]) / lessons.hours * 7
            score = remedy.justice_of(terms, contacts, case["fee"], kind, case["strain"])
            mends[person] += _trust(lessons, score * weight, days, earlier)
            contact[person] = week
            helped[prospects] = person
            prospects += status[person] == PROSPECT
        if trouble:
            grievance[person] += _resented(lessons, expectation[person], score)
            expectation[person] += lessons.ratchet * (score - expectation[person])
        if good and trouble:
            grievance[person] *= 1 - lessons.forgiveness * score
            opinion[person] = GOOD
        if not good:
            aggravation = _aggravation(lessons.repeat_weight, earlier)
            mends_not[person] += weight * lessons.unresolved_weight * aggravation
            grievance[person] += lessons.grievance * severity * aggravation
            if _speaks_ill(leaving, person, week, severity):
                opinion[person] = BAD
            if weight >= 1 and not leaving.cornered:
                looking[person] = 1.0
            if status[person] == CUSTOMER:
                gone[count], as_what[count] = person, _leaves_as(leaving, person, week, severity, earlier)
                count += as_what[count] != STAYS
    return helped[:prospects], gone[:count], as_what[:count]


def _tell(state: State, week: int, case: Cases) -> None:
    """Problems put right and problems not put right become stories; questions do not."""
    world, grapevine = state.world.word_of_mouth, state.grapevine
    for bad, told, posted in (
        (True, world.tell_unresolved, world.posted), (False, world.tell_resolved, world.posted_good),
    ):  # fmt: skip
        if world.network != "none" and (told or posted):
            who, opened, weight = _stories(case, bad)
            grapevine.tell(week + 1, who, opened, weight, bad, told)
            grapevine.post(week + 1, who, opened, weight, bad, posted)


@compiled
def _stories(cases: Cases, bad: bool) -> tuple[Ints, Ints, Floats]:
    """(whose, week of the problem, weight): of problems put right, or of those not put right."""
    who, opened, weight, count = np.empty(cases.size, np.int64), np.empty(cases.size, np.int64), np.empty(cases.size), 0
    for row in range(cases.size):
        case = cases[row]
        if case["kind"] != QUESTION and (case["outcome"] != RESOLVED) == bad:
            who[count], opened[count] = case["person"], case["week"]
            weight[count] = min(case["severity"], 1.0) if bad else 1.0
            count += 1
    return who[:count], opened[:count], weight[:count]
