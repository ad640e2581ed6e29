"""From problem to outcome: who meets one, who calls the desk, and what its end teaches, costs and sets off."""

from __future__ import annotations

import numpy as np

from sim.model import market, problems, remedy
from sim.model.case import OUTCOMES, RESOLVED, Cases, lucks, new_cases
from sim.model.desk import Desk
from sim.model.draws import Floats, Ints
from sim.model.ledger import cents
from sim.model.people import BAD, GOOD, Status
from sim.model.state import State


def bring_cases(state: State, desk: Desk, week: int) -> None:
    """Problems and questions of the week; those brought to the firm come in at a uniformly random time of it."""
    met, asked = _meet_problems(state, week), _ask_questions(state, week)
    calls = problems.Problems(*(np.concatenate(pair) for pair in zip(met, asked, strict=True)))
    _call(state, desk, week, calls)


def _meet_problems(state: State, week: int) -> problems.Problems:
    """Owners meet problems: the silent draw their own conclusions, some help themselves. Returns those who call."""
    kinds = problems.shares(state.world.problems, state.strategy.product.problems, state.learned())
    state.weeks["problem_rate"][week] = kinds.sum()
    met = problems.meet(
        state.world, state.strategy.access, state.people, state.draws, week,
        state.strategy.product.problems, state.learned(),
    )  # fmt: skip
    if week in state.problem_free:
        state.people.problems[met.person] -= 1
        return met.where(np.zeros(met.person.size, bool))
    who = met.person
    state.people.reliability.bad[who] += state.world.beliefs.problem_weight * met.severity
    state.weeks["problems"][week] = who.size
    state.weeks["voiced"][week] = (met.fate != problems.SILENT).sum()
    state.weeks["surplus"][week] -= _loss(state, who, met.severity).sum()
    state.events.add("problem", week, who, about=met.kind, severity=met.severity, earlier=met.earlier, fate=met.fate)

    silent, served = (met.of(fate) for fate in (problems.SILENT, problems.SELF_SERVED))
    _disappoint(state, week, silent.person, silent.severity, silent.earlier, "silent")
    when = np.full(silent.person.size, week)
    told = state.world.word_of_mouth
    state.grapevine.tell(week + 1, silent.person, when, np.minimum(silent.severity, 1.0), True, told.tell_silent)
    _serve_themselves(state, week, served)
    _teach_recovery(state, served.person, np.ones(served.person.size), 0.0, served.earlier)
    return met.of(problems.CALLS)


def _ask_questions(state: State, week: int) -> problems.Problems:
    """Owners ask the firm how and where; prospects ask too where the firm helps anyone. Returns those who call."""
    people, access, draws = state.people, state.strategy.access, state.draws
    asked = problems.ask(state.world, access, people, draws, week)
    if access.help_anyone and state.world.market.questions_outside:
        outside = problems.ask_outside(state.world, access, people, draws, people.having(Status.PROSPECT), week)
        asked = problems.Problems(*(np.concatenate(pair) for pair in zip(asked, outside, strict=True)))
    state.weeks["questions"][week] = asked.person.size
    served = asked.of(problems.SELF_SERVED)
    _serve_themselves(state, week, served)
    answered = np.full(served.person.size, state.world.beliefs.question_weight)
    _teach_recovery(state, served.person, answered, 0.0, served.earlier)
    state.helped += served.person[people.status[served.person] == Status.PROSPECT].tolist()
    return asked.of(problems.CALLS)


def claim_falsely(state: State, week: int) -> None:
    """Where no questions are asked, opportunists claim for what they bought this week: a sound order made good."""
    if not state.strategy.remedy.no_questions:
        return
    people = state.people
    buyers = np.flatnonzero(people.opportunist & (people.last_purchase == week))
    who = buyers[state.draws.uniform("claims falsely", buyers, week) < state.world.needs.false_claims]
    price = people.basket[who] * state.price
    spent = remedy.cost(state.strategy.remedy, price, state.margin, np.full(who.size, state.world.problems.spoils))
    state.ledger.post(week, "remedies", -cents(spent))
    state.weeks["false_claims"][week] = who.size


def learn_outcomes(state: State, week: int, case: Cases) -> None:
    """What happened at the desk in the week that ends reaches people and books."""
    if not case.size:
        return
    good, trouble = case["outcome"] == RESOLVED, case["kind"] != problems.QUESTION
    _record(state, week, case, good)
    _pay(state, week, case, good)
    _analyse(state, week, int(trouble.sum()))
    _change_minds(state, week, case, good)
    _tell(state, week, case, good & trouble, ~good & trouble)


def _record(state: State, week: int, case: Cases, good: np.ndarray) -> None:
    state.events.add(
        "case", week, case["person"], opened_week=case["week"], about=case["kind"], severity=case["severity"],
        outcome=case["outcome"], contacts=case["contacts"], tier=case["tier"], hours_opened=case["opened"],
        hours_closed=case["closed"], hours_waited=case["waited"], hours_handled=case["handled"],
    )  # fmt: skip
    for code, name in enumerate(OUTCOMES[:-1]):
        state.weeks[f"cases_{name}"][week] = (case["outcome"] == code).sum()
    state.weeks["first_contact"][week] = (good & (case["contacts"] == 1) & (case["tier"] == 0)).sum()


def _pay(state: State, week: int, case: Cases, good: np.ndarray) -> None:
    """Remedies and fees of the cases put right, and what the customers have of them."""
    who, kind = case["person"][good], case["kind"][good]
    price, fee = state.people.basket[who] * state.price, case["fee"][good]
    spoilt = np.minimum(case["severity"][good], 1.0) * state.world.problems.spoils
    strategy = state.strategy.remedy
    state.ledger.post(week, "remedies", -cents(remedy.cost(strategy, price, state.margin, spoilt, kind)))
    state.ledger.post(week, "support_fees", cents(fee * price))
    gain = (remedy.makes_good(strategy, kind) * spoilt + strategy.compensation - fee) * price
    state.weeks["surplus"][week] += gain[kind != problems.QUESTION].sum()


def _change_minds(state: State, week: int, case: Cases, good: np.ndarray) -> None:
    """What those who called believe, expect, resent and would say from now on."""
    people, beliefs, effort = state.people, state.world.beliefs, remedy.effort(state.strategy.remedy)
    who, trouble = case["person"], case["kind"] != problems.QUESTION
    days = (case["closed"] - case["opened"]) / state.hours * 7
    contacts = case["contacts"] + case["hand_offs"]
    score = remedy.justice(state.strategy.remedy, contacts, case["fee"], case["kind"], case["strain"])
    weight = np.where(trouble, 1.0, beliefs.question_weight)
    _teach_recovery(state, who[good], (score * weight)[good], days[good], case["earlier"][good])
    _compare_with_expected(state, who[trouble], np.where(good, score, 0.0)[trouble])
    relieved = good & trouble
    people.grievance[who[relieved]] *= 1 - beliefs.forgiveness * score[relieved]
    people.opinion[who[relieved]] = GOOD
    people.last_contact[who[good]] = week
    people.put_off[who] = np.maximum(people.put_off[who], state.world.callers.effort_deterrence * effort)
    state.helped += who[good & (people.status[who] == Status.PROSPECT)].tolist()
    _disappoint(state, week, who[~good], case["severity"][~good], case["earlier"][~good], "unresolved", weight[~good])


def _tell(state: State, week: int, case: Cases, good: np.ndarray, bad: np.ndarray) -> None:
    """Problems put right and problems not put right become stories; questions do not."""
    world, grapevine = state.world.word_of_mouth, state.grapevine
    for chosen, is_bad, told, posted in (
        (bad, True, world.tell_unresolved, world.posted), (good, False, world.tell_resolved, world.posted_good),
    ):  # fmt: skip
        who, opened = case["person"][chosen], case["week"][chosen]
        weight = np.minimum(case["severity"][chosen], 1.0) if is_bad else np.ones(who.size)
        grapevine.tell(week + 1, who, opened, weight, is_bad, told)
        grapevine.post(week + 1, who, opened, weight, is_bad, posted)


def _loss(state: State, who: Ints, severity: Floats) -> Floats:
    """Dollars that a problem costs the customer: the part of an order that it spoils."""
    spoilt = np.minimum(severity, 1.0) * state.world.problems.spoils
    return np.asarray(spoilt * state.people.basket[who] * state.price)


def _analyse(state: State, week: int, cases: int) -> None:
    """The causes of some cases are found and worked on."""
    learning = state.strategy.learning
    state.analysed += learning.analysis * cases
    state.ledger.post(week, "learning", -cents(learning.analysis * cases * learning.cost))


def _serve_themselves(state: State, week: int, served: problems.Problems) -> None:
    state.ledger.post(week, "self_service", -cents(state.strategy.access.self_service_cost) * served.person.size)
    state.people.last_contact[served.person] = week


def _call(state: State, desk: Desk, week: int, met: problems.Problems) -> None:
    """Cases come in at a uniformly random time of the week. Answers are free, whatever the warranty says."""
    who, question = met.person, met.kind == problems.QUESTION
    fee, covered = _terms(state, week, who)
    fee, covered = np.where(question, 0.0, fee), covered | question
    # A person may have a problem and a question in the same week
    occasion = 2 * week + question
    arrives = state.draws.uniform("time of the call", who, occasion) * state.hours
    luck = lucks(state.draws, state.strategy.desk, state.world.callers, who, occasion)
    desk.expect(new_cases(who, week, met.kind, met.severity, met.earlier, covered, fee), luck, arrives)


def _terms(state: State, week: int, who: Ints) -> tuple[Floats, np.ndarray]:
    """(fee as a share of the price, whether the firm will settle it), by the warranty clock."""
    warranty = state.strategy.warranty
    age = week - state.people.last_purchase[who]
    term = state.world.problems.customary_warranty if warranty.term is None else warranty.term
    free = age <= term + (warranty.goodwill if warranty.after == "goodwill" else 0)
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


def _compare_with_expected(state: State, who: Ints, score: Floats) -> None:
    """Treatment below expectation is resented; what people get becomes what they expect."""
    people, beliefs = state.people, state.world.beliefs
    short = np.maximum(people.expectation[who] - score, 0)
    np.add.at(people.grievance, who, beliefs.expectation_weight * short)
    people.expectation[who] += beliefs.ratchet * (score - people.expectation[who])


def _disappoint(
    state: State, week: int, who: Ints, severity: Floats, earlier: Ints, cause: str, weight: Floats | float = 1.0
) -> None:
    """They did not put it right: some customers leave at once, the rest resent it and look around.

    The silent did not ask, so they learn nothing about recovery; they leave unheard. In a cornered market only those
    leave who can do without. `weight` is the share of a problem's lesson: an unanswered question teaches less and
    makes nobody look around.
    """
    people, trouble, beliefs = state.people, state.world.problems, state.world.beliefs
    aggravation = 1 + beliefs.repeat_weight * earlier
    leaves_at = trouble.leave_unresolved if cause == "unresolved" else trouble.leave_silent
    leaving = 1 - (1 - leaves_at) ** (severity * aggravation)
    if cause == "unresolved":
        blame = weight * beliefs.unresolved_weight * aggravation * (1 + remedy.effort(state.strategy.remedy))
        np.add.at(people.recovery.bad, who, blame)
        np.add.at(people.grievance, who, trouble.grievance * severity * aggravation)
    warns = state.draws.uniform(f"speaks ill, {cause}", who, week) < 1 - np.exp(-severity)
    people.opinion[who[warns]] = BAD
    cornered = not state.choice.rival_present(week)
    if cornered:
        leaving = leaving * state.world.rival.gives_up
    else:
        people.looking[who[np.broadcast_to(weight, who.shape) >= 1]] = 1.0
    customer = people.status[who] == Status.CUSTOMER
    luck = state.draws.uniform(f"leaves after a problem, {cause}", who, week)
    gone = np.unique(who[customer & (luck < leaving)])
    if cornered:
        market.turn_away(state, week, gone, Status.LEFT_CATEGORY, cause)
        return
    for_good = state.draws.uniform("lost for good", gone, week) < trouble.lost_for_good
    market.turn_away(state, week, gone[for_good], Status.LOST_FOR_GOOD, cause)
    market.turn_away(state, week, gone[~for_good], Status.FORMER, cause)
