"""What buying, joining and leaving do to people and books."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.model.compiled import compiled
from sim.model.draws import Bools, Floats, Ints, chance
from sim.model.people import GOOD, NEVER, NONE, Columns, Status
from sim.model.records import LEFT_BY, NEWCOMERS
from sim.model.state import State


def buy(
    state: State, week: int, who: Ints, units: Ints, first: bool = False, discount: float = 0.0,
    utility: Floats | None = None,
) -> None:  # fmt: skip
    """A week's needs are bought in one order, which is paid, remembered, and may be the last.

    As in BG/NBD, nobody loses interest over the first purchase; under contract it is lost at renewals only.
    """
    if not who.size:
        return
    people, world = state.people, state.world
    noise = state.draws.lognormal("order", world.needs.basket_sd_orders, who, week)
    paid = _prices(people.basket, who, units, state.price, noise)
    state.weeks["surplus"][week] += state.choice.surplus(people, who, week, paid, utility)
    order = Order(
        week, discount, state.margin, world.beliefs.success_weight, world.choice.habit_gain,
        not (first or state.kind in ("subscription", "one_off")),
    )  # fmt: skip
    goods, off, tired = _order(people.columns, order, who, units, paid, state.draws.key("loses interest"))
    state.ledger.post(week, "sales", paid, who)
    state.ledger.post(week, "cost_of_goods", -goods, who)
    state.ledger.post(week, "discounts", -off, who)
    state.events.add("purchase", week, who, units=units, cents=paid)
    state.weeks["orders"][week] += who.size
    if state.kind != "occasional":
        people.next_need[who] = week + people.until_next_need(world.needs, state.draws, who, week)
    leave(state, week, who[tired], Status.LEFT_CATEGORY, "lost interest")


@compiled
def _prices(basket: Floats, who: Ints, units: Ints, price: float, noise: Floats) -> Ints:
    """Cents that each pays."""
    paid = np.empty(who.size, np.int64)
    for row in range(who.size):
        paid[row] = int(np.rint(units[row] * basket[who[row]] * price * noise[row] * 100))
    return paid


class Order(NamedTuple):
    """What an order hangs on besides the person."""

    week: int
    discount: float  # share of the price that all are let off
    margin: float
    success_weight: float
    habit_gain: float
    may_be_last: bool


@compiled
def _order(
    people: Columns, order: Order, who: Ints, units: Ints, paid: Ints, key: np.uint64
) -> tuple[Ints, Ints, Bools]:  # fmt: skip
    """What a purchase does to the buyer. Returns (cents of goods, cents let off, whether it was the last) of each."""
    promised, reliable, in_use, unanswered = people.promised, people.reliability_good, people.in_use, people.unanswered
    last_purchase, last_contact, opinion = people.last_purchase, people.last_contact, people.opinion
    habit, dropout = people.habit, people.dropout
    last = np.zeros(who.size, np.bool_)
    goods, off = np.empty(who.size, np.int64), np.empty(who.size, np.int64)
    for row in range(who.size):
        person, count = who[row], units[row]
        goods[row] = int(np.rint(paid[row] * (1 - order.margin) / 100 * 100))
        let_off = max(order.discount, promised[person])
        off[row] = int(np.rint(paid[row] * let_off / 100 * 100))
        promised[person] = 0.0
        reliable[person] += order.success_weight * count
        in_use[person] += count
        unanswered[person] += count
        last_purchase[person] = last_contact[person] = order.week
        if opinion[person] == NONE:
            opinion[person] = GOOD
        habit[person] += order.habit_gain * (1 - habit[person])
        if order.may_be_last:
            last[row] = chance(key, person, order.week) > (1 - dropout[person]) ** count
    return goods, off, last


def join(state: State, week: int, who: Ints, cause: Ints) -> None:
    people = state.people
    people.status[who] = Status.CUSTOMER
    people.joined[who] = np.where(people.joined[who] == NEVER, week, people.joined[who])
    state.weeks["joined"][week] += who.size
    state.weeks["newcomers"][week] += (cause < NEWCOMERS).sum()
    state.events.add("joining", week, who, cause=cause)


def leave(state: State, week: int, who: Ints, status: Status, cause: str) -> None:
    """Customers become what `status` says; each is worth a yearly margin that is now gone. They keep what they own."""
    if not who.size:
        return
    yearly = _leave(state.people.columns, who, int(status), state.price, state.margin)
    state.weeks["left"][week] += who.size
    state.events.add("leaving", week, who, cause=LEFT_BY.index(cause), status=int(status), yearly_margin=yearly)


@compiled
def _leave(people: Columns, who: Ints, status: int, price: float, margin: float) -> Ints:
    """Returns cents of margin that each was worth in a year."""
    now, leaving_as, need, basket = people.status, people.leaving_as, people.need, people.basket
    yearly = np.empty(who.size, np.int64)
    for row in range(who.size):
        person = who[row]
        now[person], leaving_as[person] = status, -1
        yearly[row] = np.int64(np.rint(52 * need[person] * basket[person] * price * margin * 100))
    return yearly


def turn_away(state: State, week: int, who: Ints, status: Status, cause: str) -> None:
    """Customers decide to leave: at once, or under contract at the next renewal, lost though they still pay."""
    if state.kind != "subscription":
        leave(state, week, who, status, cause)
        return
    state.people.leaving_as[who] = status
    state.people.leaving_over[who] = LEFT_BY.index(cause)
