"""People who need something choose; who comes, who buys, who leaves."""

from __future__ import annotations

import numpy as np

from sim.model.choice import BUYS, SKIPS, TO_RIVAL
from sim.model.draws import Floats, Ints, poisson
from sim.model.ledger import cents
from sim.model.people import BAD, GOOD, NEVER, NONE, Status
from sim.model.records import JOINED_BY, LEFT_BY, NEWCOMERS
from sim.model.relationship import saved
from sim.model.state import State


def choose(state: State, week: int) -> None:
    """Customers in need buy, do without, or go to the rival; some former customers think again."""
    _start_looking(state, week)
    former = state.people.having(Status.FORMER)
    who, units = _in_need(state, week, state.people.having(Status.CUSTOMER))
    if state.kind == "subscription":
        who = _renews(state, week, who)
        units = np.ones(who.size, np.int64)
    considers = state.draws.uniform("considers the rival", who, week) < state.people.looking[who]
    chosen = state.choice.decide(state.draws, state.people, who, week, considers, "choice")
    chosen[_forgotten(state, week, who)] = SKIPS
    _buy(state, week, who[chosen == BUYS], units[chosen == BUYS])
    stay = _lose_to_rival(state, week, who[chosen == TO_RIVAL])
    if state.kind == "subscription":
        _buy(state, week, stay, np.ones(stay.size, np.int64))
        leave(state, week, who[chosen == SKIPS], Status.LEFT_CATEGORY, "lost interest")
    elif state.kind == "durable":
        _put_off(state, week, who[chosen == SKIPS])
    _reconsider(state, week, former)


def win_prospects(state: State, week: int, recommended: Ints, helped: Ints) -> None:
    """Prospects reached by a story, help, talk or advertising choose as newcomers: the rival is in their view."""
    people, draws, market = state.people, state.draws, state.world.market
    _return_to_category(state, week)
    rejecters = people.having(Status.REJECTER)
    forget = draws.uniform("forgets what others said", rejecters, week) < 1 - 0.5 ** (1 / market.rejection_half_life)
    people.status[rejecters[forget]] = Status.PROSPECT
    people.opinion[rejecters[forget]] = NONE

    prospects = people.having(Status.PROSPECT)
    effort = state.strategy.promotion.advertising
    state.ledger.post(week, "advertising", -cents(prospects.size * market.advertising_cost * effort))
    # Twice the effort reaches as many as two campaigns that do not know of each other
    advertising = 1 - (1 - market.advertising_reach * market.advertising_decay**week) ** effort
    signals = state.talk.signals(prospects, advertising)
    luck = draws.uniform("advertising", prospects, week)
    adopts = luck < signals.adopts
    by_talk = np.zeros(prospects.size, bool)
    by_talk[adopts] = draws.uniform("who told them", prospects[adopts], week) < signals.by_talk[adopts]
    by_story, by_help = np.isin(prospects, recommended), np.isin(prospects, helped)
    rejects = ~adopts & (luck < signals.adopts + signals.rejects) & ~by_story & ~by_help
    people.status[prospects[rejects]] = Status.REJECTER
    people.opinion[prospects[rejects]] = BAD
    state.weeks["rejected"][week] = rejects.sum()
    cause = np.select(
        [by_story, by_help, adopts & by_talk, adopts],
        [JOINED_BY.index(name) for name in ("recommendation", "help", "mention", "advertising")],
        -1,
    )
    who, cause = prospects[cause >= 0], cause[cause >= 0]
    discount = state.strategy.promotion.newcomer_discount
    chosen = state.choice.decide(draws, people, who, week, np.ones(who.size, bool), "first choice", discount)
    won, cause = who[chosen == BUYS], cause[chosen == BUYS]
    _join(state, week, won, cause)
    _buy(state, week, won, np.ones(won.size, np.int64), first=True, discount=discount)
    state.weeks["recommended"][week] = np.isin(cause, BY_WORD_OF_MOUTH).sum()


BY_WORD_OF_MOUTH = tuple(JOINED_BY.index(name) for name in ("recommendation", "mention"))


def leave(state: State, week: int, who: Ints, status: Status, cause: str) -> None:
    """Customers become what `status` says; each is worth a yearly margin that is now gone. They keep what they own."""
    if not who.size:
        return
    people = state.people
    people.status[who] = status
    people.leaving_as[who] = -1
    yearly = cents(52 * people.need[who] * people.basket[who] * state.price * state.margin)
    state.weeks["left"][week] += who.size
    state.events.add("leaving", week, who, cause=LEFT_BY.index(cause), status=int(status), yearly_margin=yearly)


def turn_away(state: State, week: int, who: Ints, status: Status, cause: str) -> None:
    """Customers decide to leave: at once, or under contract at the next renewal, lost though they still pay."""
    if state.kind != "subscription":
        leave(state, week, who, status, cause)
        return
    state.people.leaving_as[who] = status
    state.people.leaving_over[who] = LEFT_BY.index(cause)


def _in_need(state: State, week: int, who: Ints) -> tuple[Ints, Ints]:
    """Those of `who` who need something this week, and how much (by chance: Poisson, in the times there are)."""
    people = state.people
    if state.kind != "occasional":
        who = who[people.next_need[who] <= week]
        return who, np.ones(who.size, np.int64)
    mean = people.need[who] * state.times[week]
    if state.reminded:
        mean *= 1 + state.reminded * (people.gets_messages[who] & (people.status[who] == Status.CUSTOMER))
    luck = state.draws.uniform("need", who, week)
    needing = luck > np.exp(-mean)
    return who[needing], poisson(luck[needing], mean[needing])


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


def _forgotten(state: State, week: int, who: Ints) -> np.ndarray:
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
    rival, people = state.world.rival, state.people
    customers = people.having(Status.CUSTOMER)
    chance: Floats | float = rival.base_looking
    if state.choice.newcomer_discount:
        chance = chance + state.world.choice.deal_looking * state.choice.unfairness(people, customers, week)
    looks = state.draws.uniform("starts looking", customers, week) < chance
    people.looking[customers[looks]] = 1.0
    if week == rival.entry_week and week > 0:
        people.looking[customers] = 1.0


def _buy(state: State, week: int, who: Ints, units: Ints, first: bool = False, discount: float = 0.0) -> None:
    """A week's needs are bought in one order, which is paid, remembered, and may be the last.

    As in BG/NBD, nobody loses interest over the first purchase; under contract it is lost at renewals only.
    """
    if not who.size:
        return
    people, world = state.people, state.world
    noise = state.draws.lognormal("order", world.needs.basket_sd_orders, who, week)
    paid = cents(units * people.basket[who] * state.price * noise)
    state.weeks["surplus"][week] += float(state.choice.surplus(people, who, week, paid / 100).sum())
    state.ledger.post(week, "sales", paid)
    state.ledger.post(week, "cost_of_goods", -cents(paid * (1 - state.margin) / 100))
    off = np.maximum(discount, people.promised[who])
    people.promised[who] = 0.0
    state.ledger.post(week, "discounts", -cents(paid * off / 100))
    state.events.add("purchase", week, who, units=units, cents=paid)
    state.weeks["orders"][week] += who.size
    people.reliability.good[who] += world.beliefs.success_weight * units
    people.in_use[who] += units
    people.unanswered[who] += units
    people.last_purchase[who] = people.last_contact[who] = week
    people.opinion[who[people.opinion[who] == NONE]] = GOOD
    people.habit[who] += world.choice.habit_gain * (1 - people.habit[who])
    if state.kind != "occasional":
        people.next_need[who] = week + people.until_next_need(world.needs, state.draws, who, week)
    if first or state.kind in ("subscription", "one_off"):
        return
    stays = (1 - people.dropout[who]) ** units
    tired = who[state.draws.uniform("loses interest", who, week) > stays]
    leave(state, week, tired, Status.LEFT_CATEGORY, "lost interest")


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


def _reconsider(state: State, week: int, former: Ints) -> None:
    """Former customers with a need may weigh the firm again, beside the rival; some are asked to.

    They come back as new customers, with what those are let off, and are never again as fond of the firm.
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
    who, units = _in_need(state, week, former)
    again = draws.uniform("reconsiders", who, week) < state.world.choice.reconsider
    again &= ~np.isin(who, asked)
    offer = max(newcomer, relationship.win_back_offer)
    groups = (
        (who[again], units[again], newcomer, "return"),
        (asked, np.ones(asked.size, np.int64), offer, "win-back"),
    )
    for group, wants, discount, cause in groups:
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
    away = people.having(Status.LEFT_CATEGORY)
    returns = away[draws.uniform("returns to the category", away, week) < market.return_to_category]
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


def _join(state: State, week: int, who: Ints, cause: Ints) -> None:
    people = state.people
    people.status[who] = Status.CUSTOMER
    people.joined[who] = np.where(people.joined[who] == NEVER, week, people.joined[who])
    state.weeks["joined"][week] += who.size
    state.weeks["newcomers"][week] += (cause < NEWCOMERS).sum()
    state.events.add("joining", week, who, cause=cause)
