"""People who need something choose; who comes, who buys, who leaves."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.choice import BUYS, SKIPS, TO_RIVAL, Terms, unfairness_of
from sim.model.compiled import compiled
from sim.model.draws import Bools, Floats, Ints, chance, draw_all, poisson_count, poisson_count_small
from sim.model.ledger import cents
from sim.model.people import BAD, GOOD, NEVER, NONE, Codes, Columns, Status
from sim.model.records import JOINED_BY, LEFT_BY, NEWCOMERS
from sim.model.relationship import saved
from sim.model.state import State
from sim.model.talk import Opinions, Signalled, at_most, signal

CUSTOMER, PROSPECT, REJECTER, LEFT_CATEGORY = (
    int(status) for status in (Status.CUSTOMER, Status.PROSPECT, Status.REJECTER, Status.LEFT_CATEGORY)
)
BY_ADVERTISING, BY_STORY, BY_MENTION, BY_HELP = (
    JOINED_BY.index(name) for name in ("advertising", "recommendation", "mention", "help")
)


def choose(state: State, week: int) -> None:
    """Customers in need buy, do without, or go to the rival; some former customers think again."""
    _start_looking(state, week)
    former = state.people.having(Status.FORMER)
    reconsidering = _in_need(state, week, Status.FORMER) if former.size else (former, former)
    who, units = _in_need(state, week, Status.CUSTOMER)
    if state.kind == "subscription":
        who = _renews(state, week, who)
        units = np.ones(who.size, np.int64)
    considers = _considers_rival(state, week, who)
    utility = state.choice.utility(state.people, who, week)
    chosen = state.choice.decide_at(utility, state.draws, who, week, considers, "choice")
    chosen[_forgotten(state, week, who)] = SKIPS
    buys = np.flatnonzero(chosen == BUYS)
    _buy(state, week, who[buys], units[buys], utility=utility[buys])
    stay = _lose_to_rival(state, week, who[chosen == TO_RIVAL])
    if state.kind == "subscription":
        _buy(state, week, stay, np.ones(stay.size, np.int64))
        leave(state, week, who[chosen == SKIPS], Status.LEFT_CATEGORY, "lost interest")
    elif state.kind == "durable":
        _put_off(state, week, who[chosen == SKIPS])
    _reconsider(state, week, former, *reconsidering)


def _considers_rival(state: State, week: int, who: Ints) -> Bools:
    """Who looks around; nobody, where there is nobody else."""
    if not state.choice.rival_present(week):
        return np.zeros(who.size, bool)
    return np.asarray(state.draws.uniform("considers the rival", who, week) < state.people.looking[who])


def win_prospects(state: State, week: int, recommended: Ints, helped: Ints) -> None:
    """Prospects reached by a story, help, talk or advertising choose as newcomers: the rival is in their view."""
    people, draws, market = state.people, state.draws, state.world.market
    _return_to_category(state, week)
    forgets = 1 - 0.5 ** (1 / market.rejection_half_life)
    _forget_rejection(people.columns, week, forgets, draws.key("forgets what others said"))
    effort = state.strategy.promotion.advertising
    # Twice the effort reaches as many as two campaigns that do not know of each other
    advertising = 1 - (1 - market.advertising_reach * market.advertising_decay**week) ** effort
    prospects = int(np.count_nonzero(people.status == Status.PROSPECT))
    if not prospects:
        return
    who, cause, rejected = _reach(
        people.columns, week, state.talk.week(advertising), state.talk.opinions, recommended, helped,
        draws.keys("advertising", "who told them"),
    )  # fmt: skip
    state.ledger.post(week, "advertising", -cents(prospects * market.advertising_cost * effort))
    state.weeks["rejected"][week] = rejected
    discount = state.strategy.promotion.newcomer_discount
    chosen = state.choice.decide(draws, people, who, week, np.ones(who.size, bool), "first choice", discount)
    won, cause = who[chosen == BUYS], cause[chosen == BUYS]
    _join(state, week, won, cause)
    _buy(state, week, won, np.ones(won.size, np.int64), first=True, discount=discount)
    state.weeks["recommended"][week] = ((cause == BY_STORY) | (cause == BY_MENTION)).sum()


@compiled
def _forget_rejection(people: Columns, week: int, forgets: float, key: np.uint64) -> None:
    status, opinion = people.status, people.opinion
    for person in range(status.size):
        if status[person] == REJECTER and chance(key, person, week) < forgets:
            status[person], opinion[person] = PROSPECT, NONE


@compiled
def _perhaps_reached(
    status: Codes, good_friends: Floats, bad_friends: Floats, luck: Floats, who: Ints, of_special: Codes,
    terms: Signalled,
) -> int:  # fmt: skip
    """Writes into `who` the prospects whom something may reach, and all for whom there is something special."""
    count = 0
    for person in range(status.size):
        who[count] = person
        # A little more than the bound, for rounding
        likely = at_most(terms, good_friends[person], bad_friends[person]) + 1e-12
        count += (status[person] == PROSPECT) & ((of_special[person] > 0) | ~(luck[person] >= likely))
    return count


@compiled
def _reach(
    people: Columns, week: int, terms: Signalled, opinions: Opinions, recommended: Ints, helped: Ints,
    keys: NDArray[np.uint64],
) -> tuple[Ints, Ints, int]:  # fmt: skip
    """What reaches prospects: (who considers the firm, why, how many turn away)."""
    status, opinion, n = people.status, people.opinion, people.status.size
    good_friends, bad_friends = opinions.good_friends, opinions.bad_friends
    of_special = np.zeros(n, np.int8)
    of_special[helped] = BY_HELP + 1
    of_special[recommended] = BY_STORY + 1
    luck, who = people.luck, people.rows
    draw_all(keys[0], week, luck)
    count = rejected = 0
    maybe = _perhaps_reached(status, good_friends, bad_friends, luck, who, of_special, terms)
    cause = np.empty(maybe, np.int64)
    for person in who[:maybe]:
        adopts, rejects, by_talk = signal(terms, good_friends[person], bad_friends[person])
        if of_special[person]:
            cause[count] = of_special[person] - 1
        elif luck[person] < adopts:
            cause[count] = BY_MENTION if chance(keys[1], person, week) < by_talk else BY_ADVERTISING
        else:
            if luck[person] < adopts + rejects:
                status[person], opinion[person] = REJECTER, BAD
                rejected += 1
            continue
        who[count] = person
        count += 1
    return who[:count].copy(), cause[:count].copy(), rejected


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


def _in_need(state: State, week: int, status: Status) -> tuple[Ints, Ints]:
    """People in a status who need something this week, and how much (by chance: Poisson, in the times there are)."""
    columns, wanted = state.people.columns, int(status)
    if state.kind != "occasional":
        who = np.flatnonzero((columns.status == wanted) & (columns.next_need <= week))
        return who, np.ones(who.size, np.int64)
    reminded = state.reminded if status == Status.CUSTOMER else 0.0
    who, units = _needs(columns, wanted, week, float(state.times[week]), reminded, state.draws.key("need"))
    return who, units


@compiled
def _perhaps_in_need(
    now: Codes, need: Floats, gets_messages: Bools, luck: Floats, who: Ints, status: int, times: float, reminded: float
) -> int:
    """Writes into `who` whom chance may have given a need: exp(-mean) >= 1 - mean. Returns how many.

    A function of its own: within a longer one the compiler makes it three times as slow.
    """
    count = 0
    for person in range(now.size):
        mean = need[person] * times * (1 + reminded * gets_messages[person])
        who[count] = person
        count += (now[person] == status) & (luck[person] > 1 - mean)
    return count


@compiled
def _needs(people: Columns, status: int, week: int, times: float, reminded: float, key: np.uint64) -> tuple[Ints, Ints]:
    need, gets_messages, luck, who, count = people.need, people.gets_messages, people.luck, people.rows, 0
    draw_all(key, week, luck)
    maybe = _perhaps_in_need(people.status, need, gets_messages, luck, who, status, times, reminded)
    nothing, units = np.empty(maybe), np.empty(maybe, np.int64)
    for row in range(maybe):
        person = who[row]
        nothing[row] = math.exp(-need[person] * times * (1 + reminded * gets_messages[person]))
    for row in range(maybe):
        person = who[row]
        mean = need[person] * times * (1 + reminded * gets_messages[person])
        if mean > 30:
            needs = poisson_count(luck[person], mean)
        else:
            needs = poisson_count_small(luck[person], mean, nothing[row])
        who[count], units[count] = person, needs
        count += needs > 0
    return who[:count].copy(), units[:count].copy()


def _renews(state: State, week: int, due: Ints) -> Ints:
    """Contracts that end: who decided to leave or lost interest goes; the others choose."""
    people = state.people
    for status in (Status.FORMER, Status.LOST_FOR_GOOD, Status.LEFT_CATEGORY):
        for code, cause in enumerate(LEFT_BY):
            going = due[(people.leaving_as[due] == status) & (people.leaving_over[due] == code)]
            leave(state, week, going[~saved(state, week, going)], status, cause)
    tired = state.draws.uniform("loses interest", due, week) < people.dropout[due]
    tired &= people.status[due] == Status.CUSTOMER
    leave(state, week, due[tired], Status.LEFT_CATEGORY, "lost interest")
    people.leaving_as[due] = -1
    return due[people.status[due] == Status.CUSTOMER]


def _forgotten(state: State, week: int, who: Ints) -> Bools:
    """Whether the firm does not come to mind: the longer since the last good contact, the likelier."""
    half_life = state.world.choice.forgetting
    if half_life is None:
        return np.zeros(who.size, bool)
    thought_of = 0.5 ** ((week - state.people.last_contact[who]) / half_life)
    return np.asarray(state.draws.uniform("thinks of the firm", who, week) > thought_of)


def _start_looking(state: State, week: int) -> None:
    """Some customers look around for no reason, or over newcomers' prices; everyone does when a rival enters."""
    if not state.choice.rival_present(week):
        return
    enters = week == state.world.rival.entry_week and week > 0
    terms, deal_looking = state.choice.terms(week), state.world.choice.deal_looking
    key = state.draws.key("starts looking")
    _look_around(state.people.columns, terms, state.world.rival.base_looking, deal_looking, enters, key)


@compiled
def _look_around(
    people: Columns, terms: Terms, base_looking: float, deal_looking: float, enters: bool, key: np.uint64
) -> None:
    status, joined, sees_deals, looking = people.status, people.joined, people.sees_deals, people.looking
    luck = people.luck
    draw_all(key, terms.week, luck)
    for person in range(status.size):
        if status[person] == CUSTOMER:
            likely = base_looking
            if terms.newcomer_discount:
                likely += deal_looking * unfairness_of(terms, joined[person], sees_deals[person])
            if enters or luck[person] < likely:
                looking[person] = 1.0


def _buy(
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
    state.weeks["surplus"][week] += state.choice.surplus(people, who, week, paid / 100, utility).sum()
    order = Order(
        week, discount, state.margin, world.beliefs.success_weight, world.choice.habit_gain,
        not (first or state.kind in ("subscription", "one_off")),
    )  # fmt: skip
    goods, off, tired = _order(people.columns, order, who, units, paid, state.draws.key("loses interest"))
    state.ledger.post(week, "sales", paid)
    state.ledger.post(week, "cost_of_goods", -goods)
    state.ledger.post(week, "discounts", -off)
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
) -> tuple[int, int, Bools]:  # fmt: skip
    """What a purchase does to the buyer. Returns (cents of goods, cents let off, for whom it was the last)."""
    promised, reliable, in_use, unanswered = people.promised, people.reliability_good, people.in_use, people.unanswered
    last_purchase, last_contact, opinion = people.last_purchase, people.last_contact, people.opinion
    habit, dropout = people.habit, people.dropout
    last = np.zeros(who.size, np.bool_)
    goods, off = 0, 0
    for row in range(who.size):
        person, count = who[row], units[row]
        goods += int(np.rint(paid[row] * (1 - order.margin) / 100 * 100))
        let_off = max(order.discount, promised[person])
        off += int(np.rint(paid[row] * let_off / 100 * 100))
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


def _put_off(state: State, week: int, who: Ints) -> None:
    """The old one has to do for another sixteenth of its life."""
    state.people.next_need[who] = week + max(1, round(state.world.needs.period / 16))


def _lose_to_rival(state: State, week: int, who: Ints) -> Ints:
    """An occasion lost to the rival makes some former customers, those with a grievance more easily.

    A durable or a contract bought there lasts. Returns those who would have switched and whom the save desk kept.
    """
    people = state.people
    if state.kind != "occasional":
        people.next_need[who] = week + people.until_next_need(state.world.needs, state.draws, who, week)
    stays = (1 - state.world.rival.switch) ** (1 + people.grievance[who])
    switches = (state.draws.uniform("switches", who, week) > stays) | (state.kind == "subscription")
    who = who[switches]
    kept = saved(state, week, who)
    leave(state, week, who[~kept], Status.FORMER, "rival")
    return who[kept]


def _reconsider(state: State, week: int, former: Ints, who: Ints, units: Ints) -> None:
    """Former customers with a need may weigh the firm again, beside the rival; some are asked to.

    They come back as new customers, with what those are let off, and are never again as fond of the firm. `who` of the
    `former` have a need, of so many `units`.
    """
    people, draws, rival = state.people, state.draws, state.world.rival
    relationship, newcomer = state.strategy.relationship, state.strategy.promotion.newcomer_discount
    asked = former[:0]
    if relationship.win_back:
        contacted = former[draws.uniform("is asked back", former, week) < 1 - np.exp(-relationship.win_back / 52)]
        state.ledger.post(week, "promotion", -cents(relationship.contact_cost) * contacted.size)
        asked = contacted[draws.uniform("listens", contacted, week) < rival.win_back]
        if state.kind != "occasional":
            asked = asked[people.next_need[asked] <= week]  # the others have what they need
    again = draws.uniform("reconsiders", who, week) < state.world.choice.reconsider
    if asked.size:
        again &= ~np.isin(who, asked)
    offer = max(newcomer, relationship.win_back_offer)
    groups = (
        (who[again], units[again], newcomer, "return"),
        (asked, np.ones(asked.size, np.int64), offer, "win-back"),
    )
    for group, wants, discount, cause in groups:
        if not group.size:
            continue
        everyone = np.ones(group.size, bool)
        bought = state.choice.decide(draws, people, group, week, everyone, "choice", discount) == BUYS
        back = group[bought]
        people.advocacy[back], people.returned[back] = rival.returning_praise, True
        _join(state, week, back, np.full(back.size, JOINED_BY.index(cause)))
        _buy(state, week, back, wants[bought], discount=discount)
    if state.kind != "occasional":
        elsewhere = who[people.status[who] == Status.FORMER]
        people.next_need[elsewhere] = week + people.until_next_need(state.world.needs, draws, elsewhere, week)


def _return_to_category(state: State, week: int) -> None:
    """Some who lost interest find it again; they know the firm and the rival, or have forgotten both."""
    people, draws, market = state.people, state.draws, state.world.market
    returns = _whose_interest_returns(
        people.columns, week, market.return_to_category, draws.key("returns to the category")
    )
    if not returns.size:
        return
    if market.forget_the_firm:
        people.status[returns] = Status.PROSPECT
        people.forget(returns)
        return
    if state.kind == "one_off":
        return  # they have had theirs
    bought = state.choice.decide(draws, people, returns, week, np.ones(returns.size, bool), "choice again") == BUYS
    back = returns[bought & ~_forgotten(state, week, returns)]
    _join(state, week, back, np.full(back.size, JOINED_BY.index("renewed interest")))
    _buy(state, week, back, np.ones(back.size, np.int64), first=True)


@compiled
def _whose_interest_returns(people: Columns, week: int, likely: float, key: np.uint64) -> Ints:
    status, who, count = people.status, people.rows, 0
    for person in range(status.size):
        if status[person] == LEFT_CATEGORY and chance(key, person, week) < likely:
            who[count] = person
            count += 1
    return who[:count].copy()


def _join(state: State, week: int, who: Ints, cause: Ints) -> None:
    people = state.people
    people.status[who] = Status.CUSTOMER
    people.joined[who] = np.where(people.joined[who] == NEVER, week, people.joined[who])
    state.weeks["joined"][week] += who.size
    state.weeks["newcomers"][week] += (cause < NEWCOMERS).sum()
    state.events.add("joining", week, who, cause=cause)
