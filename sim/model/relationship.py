"""What the firm does between purchases: messages, the save desk, the ceiling on those who came back."""

from __future__ import annotations

import math

import numpy as np

from sim.model.draws import Ints
from sim.model.ledger import cents
from sim.model.people import Status
from sim.model.state import State

WEEKS_A_MONTH = 52 / 12


def sign_up(state: State) -> None:
    """Week 0: who gets messages. Opt-in: those who tolerate most; opt-out: everyone until they object."""
    promotion, choice = state.strategy.promotion, state.world.choice
    if not promotion.messages:
        return
    likes = state.people.tolerance >= -choice.tolerance * math.log(max(choice.opting_in, 1e-300))
    state.people.gets_messages[:] = True if promotion.consent == "opt_out" else likes


def send_messages(state: State, week: int) -> None:
    """A week's messages: paid, remembered as a contact, tiring for some; a few wake up and look around."""
    promotion, choice, people = state.strategy.promotion, state.world.choice, state.people
    if not promotion.messages:
        return
    customers = people.having(Status.CUSTOMER)
    who = customers[people.gets_messages[customers]]
    sent = promotion.messages / WEEKS_A_MONTH
    state.ledger.post(week, "promotion", -cents(who.size * sent * promotion.message_cost), who)
    reached = state.draws.uniform("message", who, week) < 1 - math.exp(-sent)
    people.last_contact[who[reached]] = week
    wakes = state.draws.uniform("wakes up", who, week) < 1 - (1 - choice.awakening) ** sent
    if state.choice.rival_present(week):
        people.looking[who[wakes]] = 1.0
    tired = promotion.messages > people.tolerance[who]
    objects = tired & (state.draws.uniform("objects", who, week) < choice.opting_out)
    people.gets_messages[who[objects]] = False


def saved(state: State, week: int, who: Ints) -> np.ndarray:
    """Which of the customers about to leave tell the firm and stay for its offer on their next order."""
    offer, rival = state.strategy.relationship.save_desk, state.world.rival
    if not offer or not who.size:
        return np.zeros(who.size, bool)
    calls = state.draws.uniform("calls to cancel", who, week) < rival.calls_to_cancel
    stays = calls & (state.draws.uniform("stays for an offer", who, week) < rival.stays_for_offer * math.sqrt(offer))
    cost = cents(state.strategy.relationship.contact_cost)
    state.ledger.post(week, "promotion", -cost * int(calls.sum()), who[calls])
    state.people.promised[who[stays]] = offer
    state.weeks["saved"][week] += stays.sum()
    return np.asarray(stays)


def limit_returned(state: State) -> None:
    """Those who came back never again believe in recovery beyond a ceiling."""
    returned = np.flatnonzero(state.people.returned)
    if returned.size:
        state.people.recovery.cap(returned, state.world.rival.returning_ceiling)
