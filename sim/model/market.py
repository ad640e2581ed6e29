"""People who need something choose; who comes, who buys, who leaves."""

from __future__ import annotations

import numpy as np

from sim.model.choice import BUYS, TO_RIVAL
from sim.model.draws import Ints, poisson
from sim.model.ledger import cents
from sim.model.people import Status
from sim.model.records import JOINED_BY, LEFT_BY
from sim.model.state import State


def choose(state: State, week: int) -> None:
    """Customers in need buy, do without, or go to the rival; some former customers think again."""
    _start_looking(state, week)
    who, units = _in_need(state, week, state.people.having(Status.CUSTOMER))
    considers = state.draws.uniform("considers the rival", who, week) < state.people.looking[who]
    chosen = state.choice.decide(state.draws, state.people, who, week, considers, "choice")
    _buy(state, week, who[chosen == BUYS], units[chosen == BUYS])
    _lose_to_rival(state, week, who[chosen == TO_RIVAL])
    _reconsider(state, week)


def win_prospects(state: State, week: int, recommended: Ints) -> None:
    """Prospects reached by advertising or a recommendation choose as newcomers: the rival is in their view."""
    people, draws, market = state.people, state.draws, state.world.market
    away = people.having(Status.LEFT_CATEGORY)
    returns = draws.uniform("returns to the category", away, week) < market.return_to_category
    people.status[away[returns]] = Status.PROSPECT

    prospects = people.having(Status.PROSPECT)
    state.ledger.post(week, "advertising", -cents(prospects.size * market.advertising_cost))
    reached = draws.uniform("advertising", prospects, week) < market.advertising_reach
    by_friend = np.isin(prospects, recommended)
    for who, cause in ((prospects[by_friend], "recommendation"), (prospects[reached & ~by_friend], "advertising")):
        choice = state.choice.decide(draws, people, who, week, np.ones(who.size, bool), "first choice")
        won = who[choice == BUYS]
        _join(state, week, won, cause)
        _buy(state, week, won, np.ones(won.size, np.int64), first=True)
        if cause == "recommendation":
            state.weeks["recommended"][week] = won.size


def leave(state: State, week: int, who: Ints, status: Status, cause: str) -> None:
    """Customers become what `status` says; each is worth a yearly margin that is now gone. They keep what they own."""
    people = state.people
    people.status[who] = status
    yearly = cents(52 * people.need[who] * people.basket[who] * state.price * state.margin)
    state.weeks["left"][week] += who.size
    state.events.add("leaving", week, who, cause=LEFT_BY.index(cause), status=int(status), yearly_margin=yearly)


def _in_need(state: State, week: int, who: Ints) -> tuple[Ints, Ints]:
    """Those of `who` who need something this week, and how much (Poisson, in the times there are)."""
    mean = state.people.need[who] * state.times[week]
    luck = state.draws.uniform("need", who, week)
    needing = luck > np.exp(-mean)
    return who[needing], poisson(luck[needing], mean[needing])


def _start_looking(state: State, week: int) -> None:
    """Some customers look around for no reason; everyone does when a rival enters."""
    if not state.choice.rival_present(week):
        return
    rival, people = state.world.rival, state.people
    customers = people.having(Status.CUSTOMER)
    looks = state.draws.uniform("starts looking", customers, week) < rival.base_looking
    people.looking[customers[looks]] = 1.0
    if week == rival.entry_week and week > 0:
        people.looking[customers] = 1.0


def _buy(state: State, week: int, who: Ints, units: Ints, first: bool = False) -> None:
    """A week's needs are bought in one order, which is paid, remembered, and may be the last.

    As in BG/NBD, nobody loses interest over the first purchase.
    """
    people, world = state.people, state.world
    noise = state.draws.lognormal("order", world.needs.basket_sd_orders, who, week)
    paid = cents(units * people.basket[who] * state.price * noise)
    state.ledger.post(week, "sales", paid)
    state.ledger.post(week, "cost_of_goods", -cents(paid * (1 - state.margin) / 100))
    state.events.add("purchase", week, who, units=units, cents=paid)
    state.weeks["orders"][week] += who.size
    people.reliability.good[who] += world.beliefs.success_weight * units
    people.in_use[who] += units
    people.last_purchase[who] = week
    people.habit[who] += world.choice.habit_gain * (1 - people.habit[who])
    if first:
        return
    stays = (1 - people.dropout[who]) ** units
    tired = who[state.draws.uniform("loses interest", who, week) > stays]
    leave(state, week, tired, Status.LEFT_CATEGORY, "lost interest")


def _lose_to_rival(state: State, week: int, who: Ints) -> None:
    """An occasion lost to the rival makes some former customers, those with a grievance more easily."""
    stays = (1 - state.world.rival.switch) ** (1 + state.people.grievance[who])
    switches = state.draws.uniform("switches", who, week) > stays
    leave(state, week, who[switches], Status.FORMER, "rival")


def _reconsider(state: State, week: int) -> None:
    """Former customers with a need may weigh the firm again, beside the rival."""
    who, units = _in_need(state, week, state.people.having(Status.FORMER))
    again = state.draws.uniform("reconsiders", who, week) < state.world.choice.reconsider
    who, units = who[again], units[again]
    choice = state.choice.decide(state.draws, state.people, who, week, np.ones(who.size, bool), "choice")
    _join(state, week, who[choice == BUYS], "return")
    _buy(state, week, who[choice == BUYS], units[choice == BUYS])


def _join(state: State, week: int, who: Ints, cause: str) -> None:
    state.people.status[who] = Status.CUSTOMER
    state.weeks["joined"][week] += who.size
    state.events.add("joining", week, who, cause=JOINED_BY.index(cause))
