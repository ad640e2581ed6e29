"""The end of a case: what it teaches, costs and sets off, in the week in which the desk closed it."""

from __future__ import annotations

import numpy as np

from sim.model import remedy
from sim.model.case import OUTCOMES, RESOLVED, Cases
from sim.model.compiled import compiled
from sim.model.draws import Floats, Ints
from sim.model.ledger import cents, to_cents
from sim.model.people import BAD, GOOD, Codes, Columns
from sim.model.problems import QUESTION
from sim.model.reactions import (
    CUSTOMER,
    PROSPECT,
    STAYS,
    Leaving,
    Lessons,
    aggravated,
    leaves_as,
    leaving_of,
    lessons_of,
    resented,
    speaks_ill,
    trust,
    turn_away_each,
)
from sim.model.state import State


def learn_outcomes(state: State, week: int, case: Cases) -> None:
    """What happened at the desk in the week that ends reaches people and books."""
    if not case.size:
        return
    if state.forced is not None:
        state.forced.befall(case)
    terms, lessons = remedy.terms_of(state.strategy.remedy, state.margin), lessons_of(state, week)
    _record(state, week, case)
    _pay(state, week, case, terms, lessons)
    helped, gone, status = _change_minds(state.people.columns, case, terms, lessons, leaving_of(state, "unresolved"))
    state.helped += helped.tolist()
    turn_away_each(state, week, gone, status, "unresolved")
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
            spent[row] = to_cents(remedy.cost_of(terms, price, spoilt, kind))
            fees[row] = to_cents(fee * price)
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
            mends[person] += trust(lessons, score * weight, days, earlier)
            contact[person] = week
            helped[prospects] = person
            prospects += status[person] == PROSPECT
        if trouble:
            grievance[person] += resented(lessons, expectation[person], score)
            expectation[person] += lessons.ratchet * (score - expectation[person])
        if good and trouble:
            grievance[person] *= 1 - lessons.forgiveness * score
            opinion[person] = GOOD
        if not good:
            aggravation = aggravated(lessons.repeat_weight, earlier)
            mends_not[person] += weight * lessons.unresolved_weight * aggravation
            grievance[person] += lessons.grievance * severity * aggravation
            if speaks_ill(leaving, person, week, severity):
                opinion[person] = BAD
            if weight >= 1 and not leaving.cornered:
                looking[person] = 1.0
            if status[person] == CUSTOMER:
                gone[count], as_what[count] = person, leaves_as(leaving, person, week, severity, earlier)
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
