"""What the end of a case leaves behind: expectations, grievances, opinions, trust and money, by hand."""

import numpy as np
import pytest
from scipy.stats import binomtest

from sim.model import outcomes, simulate
from sim.model.case import ABANDONED, CASE, RESOLVED, UNRESOLVED
from sim.model.ledger import ACCOUNTS
from sim.model.people import BAD, GOOD, Status
from sim.model.problems import DEFECT, EXPECTATION, QUESTION
from sim.model.state import State

# Nobody leaves at once; a replacement with respect .5 and no trouble: J = .4 x .8 + .3 + .3 x .5 = .77
PLAIN = {
    "world.problems.leave_unresolved": 0.0,
    "world.problems.leave_silent": 0.0,
    "world.problems.grievance": 0.0,
    "world.beliefs.expectation": 0.5,
    "strategy.remedy.action": "replace",
    "strategy.remedy.respect": 0.5,
    "strategy.remedy.effort": 0.0,
}
J = 0.77


def state_of(quiet, people=4, **changes) -> State:
    return State(quiet({**PLAIN, "world.market.people": people, **changes}), 0, range(0))


def closed(person, outcome, severity=1.0, kind=DEFECT, contacts=1, earlier=0, hand_offs=0, days=0.0, fee=0.0, week=0):
    """A case that ended so; `days` are of a week of 60 opening hours."""
    case = np.zeros(1, CASE)
    for name, value in (
        ("person", person), ("week", week), ("severity", severity), ("earlier", earlier), ("covered", True),
        ("fee", fee), ("kind", kind), ("closed", days / 7 * 60), ("contacts", contacts), ("outcome", outcome),
        ("hand_offs", hand_offs),
    ):  # fmt: skip
        case[name] = value
    return case


def learn(state, *cases):
    outcomes.learn_outcomes(state, 0, np.concatenate(cases))
    return state.people


# Expectation


def test_people_come_to_expect_what_they_get(quiet):
    """A fifth of the way each time: up by good treatment, down by none, and not by answers."""
    state = state_of(quiet, **{"world.beliefs.ratchet": 0.2})
    people = learn(state, closed(0, RESOLVED), closed(1, UNRESOLVED), closed(2, RESOLVED, kind=QUESTION))
    assert people.expectation == pytest.approx([0.5 + 0.2 * (J - 0.5), 0.5 - 0.2 * 0.5, 0.5, 0.5])
    for _ in range(60):
        learn(state, closed(0, RESOLVED))
    assert people.expectation[0] == pytest.approx(J, abs=1e-4)  # what was a delight is the least they expect


def test_treatment_short_of_what_is_expected_is_resented(quiet):
    state = state_of(quiet, **{"world.beliefs.expectation_weight": 2.0})
    state.people.expectation[:] = [0.9, 0.5, 0.9, 0.9]
    people = learn(
        state, closed(0, RESOLVED), closed(1, RESOLVED), closed(2, ABANDONED), closed(3, RESOLVED, kind=QUESTION)
    )
    assert people.grievance == pytest.approx([2 * (0.9 - J), 0, 2 * 0.9, 0])


def test_where_nobody_expects_anything_all_stays_as_it_was(quiet):
    people = learn(state_of(quiet), closed(0, RESOLVED), closed(1, UNRESOLVED))
    assert people.expectation.tolist() == [0.5] * 4 and not people.grievance.any()


# Forgiveness


def test_a_recovery_is_forgiven_by_its_justice(quiet):
    """Half of a grievance, where recovery is perfect; J of that, where it is not. Nothing by an answer."""
    state = state_of(quiet, **{"world.beliefs.forgiveness": 0.5})
    state.people.grievance[:] = [3.0, 3.0, 3.0, 0.0]
    people = learn(state, closed(0, RESOLVED), closed(1, UNRESOLVED), closed(2, RESOLVED, kind=QUESTION))
    assert people.grievance == pytest.approx([3 * (1 - 0.5 * J), 3, 3, 0])


# Trust, opinion, effort


def test_recovery_is_learned_by_justice_delay_and_repetition(quiet):
    """w_r 2, J .77; after 30 of 60 days of patience e^-.5 of it; a third problem counts a third; an answer a fifth."""
    changes = {"world.beliefs.resolved_weight": 2.0, "world.beliefs.recovery_patience": 60.0}
    people = learn(
        state_of(quiet, **changes, **{"world.beliefs.question_weight": 0.2, "world.labour.opening_hours": 60.0}),
        closed(0, RESOLVED),
        closed(1, RESOLVED, days=30.0),
        closed(2, RESOLVED, earlier=2),
        closed(3, RESOLVED, kind=QUESTION),
    )
    answered = 0.4 + 0.3 + 0.15  # all is made good
    assert people.recovery.good == pytest.approx([2 * J, 2 * J * np.exp(-0.5), 2 * J / 3, 2 * answered * 0.2])
    assert not people.recovery.bad.any()


def test_contacts_hand_offs_and_the_wrong_remedy_make_it_less_just(quiet):
    changes = {"world.beliefs.resolved_weight": 1.0, "world.beliefs.recovery_patience": 36_500.0}
    people = learn(
        state_of(quiet, **changes),
        closed(0, RESOLVED, contacts=2),  # .3 x .75 of procedure
        closed(1, RESOLVED, hand_offs=2),  # .3 x .5
        closed(2, RESOLVED, kind=EXPECTATION),  # the same again: .4 x .2 instead of .4 x .8
        closed(3, RESOLVED, fee=0.3),  # .4 x (.8 - .3)
    )
    assert people.recovery.good == pytest.approx([J - 0.075, J - 0.15, J - 0.24, J - 0.12])


def test_trouble_put_on_customers_puts_them_off_for_good(quiet):
    """The most that it ever did, .3 x .8; half of that where no questions are asked."""
    for no_questions, put_off in ((False, 0.24), (True, 0.12)):
        changes = {"world.callers.effort_deterrence": 0.3, "strategy.remedy.effort": 0.8}
        state = state_of(quiet, **changes, **{"strategy.remedy.no_questions": no_questions})
        state.people.put_off[1] = 0.29
        people = learn(state, closed(0, UNRESOLVED), closed(1, RESOLVED))
        assert people.put_off == pytest.approx([put_off, 0.29, 0, 0])


def test_who_was_helped_speaks_well_who_was_not_may_speak_ill(quiet):
    """P(speaks ill) = 1 - e^-severity; whoever does not keeps the opinion they had."""
    state = state_of(quiet, people=3000)
    state.people.opinion[:1000] = BAD
    people = learn(
        state,
        *(closed(person, RESOLVED) for person in range(1000)),
        *(closed(person, UNRESOLVED, severity=0.5) for person in range(1000, 3000)),
    )
    assert (people.opinion[:1000] == GOOD).all()
    ill = people.opinion[1000:] == BAD
    assert binomtest(int(ill.sum()), 2000, 1 - np.exp(-0.5)).pvalue > 1e-3
    assert (people.opinion[1000:][~ill] == GOOD).all()


def test_an_answer_to_a_question_changes_no_opinion(quiet):
    state = state_of(quiet)
    state.people.opinion[:] = [BAD, GOOD, 0, 0]
    assert learn(state, *(closed(person, RESOLVED, kind=QUESTION) for person in range(3))).opinion.tolist() == [
        BAD, GOOD, 0, 0,
    ]  # fmt: skip


def test_a_question_left_unanswered_is_a_trifling_problem(quiet):
    """Grievance 1 x severity .05; a story is told of it by nobody."""
    changes = {"world.problems.grievance": 1.0, "world.word_of_mouth.network": "complete"}
    changes |= {"world.word_of_mouth.tell_unresolved": 1.0, "world.word_of_mouth.posted": 1.0}
    state = state_of(quiet, **changes)
    people = learn(state, closed(0, ABANDONED, severity=0.05, kind=QUESTION))
    assert people.grievance[0] == pytest.approx(0.05)
    assert not any(state.grapevine.hear(week).listener.size for week in range(100))


def test_a_prospect_who_was_helped_is_remembered_and_a_customer_is_not(quiet):
    state = state_of(quiet)
    state.people.status[:2] = Status.PROSPECT
    learn(state, closed(0, RESOLVED, kind=QUESTION), closed(1, ABANDONED, kind=QUESTION), closed(2, RESOLVED))
    assert state.helped == [0]


# What it costs and what it is worth


def test_a_remedy_makes_good_what_the_problem_spoilt(quiet):
    """Orders of $50, goods $30. Severity 7 is no more than all of what a problem spoils: half an order."""
    for severity, dollars in ((7.0, 15.0), (1.0, 15.0), (0.4, 6.0)):
        state = state_of(quiet, **{"world.problems.spoils": 0.5})
        learn(state, closed(0, RESOLVED, severity=severity))
        assert state.ledger.entries[0, ACCOUNTS.index("remedies")] == -round(dollars * 100)


def test_surplus_counts_what_is_made_good_and_what_is_paid(quiet):
    """Of $50 x .4 spoilt .8 is made good, with 10 % of the price on top and a fee of .3; answers and failures: 0."""
    state = state_of(quiet, **{"strategy.remedy.compensation": 0.1})
    learn(
        state,
        closed(0, RESOLVED, severity=0.4, fee=0.3),
        closed(1, UNRESOLVED, severity=0.4),
        closed(2, RESOLVED, kind=QUESTION),
    )
    assert state.weeks["surplus"][0] == pytest.approx(0.8 * 20 + 5 - 15)


# Through the engine


@pytest.mark.parametrize("forgiveness", [0.0, 1.0])
def test_better_treatment_leaves_less_grievance(quiet, forgiveness):
    """Everyone resents something at first (8); each problem is put right, and forgiven by half at least."""
    seen = {}

    def resent(state):
        state.people.grievance[:] = 8.0

    def look(state):
        seen["grievance"], seen["settled"] = state.people.grievance.copy(), state.people.recovery.good > 0

    changes = {
        **PLAIN, "world.beliefs.forgiveness": forgiveness, "world.problems.grievance_half_life": 5200.0,
        "world.problems.rate": 2.0, "world.callers.voice_small": 1.0, "world.callers.voice_large": 1.0,
        "world.callers.patience": 1e6, "strategy.staffing.agents": 20.0, "strategy.access.invitation": 1.0,
        "strategy.access.self_service": 0.0, "strategy.desk.first_contact_resolution": 1.0, "world.problems.lag": 1.0,
        "strategy.desk.handle_time": 0.05, "strategy.warranty.after": "never_out", "run.weeks": 6,
    }  # fmt: skip
    simulate(quiet(changes), intervene={0: resent, 5: look})
    assert seen["settled"].sum() > 100
    forgiven = seen["grievance"] < 8 * 0.99
    assert (forgiven == (seen["settled"] & bool(forgiveness))).all()
