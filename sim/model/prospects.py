"""Who comes: prospects reached by stories, help, talk or advertising, and those whose interest returns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.choice import BUYS
from sim.model.compiled import compiled
from sim.model.draws import Bools, Floats, Ints, chance, draw_all
from sim.model.ledger import cents
from sim.model.market import forgotten
from sim.model.orders import buy, join
from sim.model.people import BAD, NONE, Codes, Columns, Status, rows_of
from sim.model.records import JOINED_BY
from sim.model.state import State
from sim.model.talk import Opinions, Signalled, at_most, signal

PROSPECT, REJECTER = int(Status.PROSPECT), int(Status.REJECTER)
BY_ADVERTISING, BY_STORY, BY_MENTION, BY_HELP = (
    JOINED_BY.index(name) for name in ("advertising", "recommendation", "mention", "help")
)


def win_prospects(state: State, week: int, recommended: Ints, helped: Ints) -> None:
    """Prospects reached by a story, help, talk or advertising choose as newcomers: the rival is in their view."""
    people, draws, market = state.people, state.draws, state.world.market
    _return_to_category(state, week)
    _forget_rejection(state, week)
    effort = state.strategy.promotion.advertising
    # Twice the effort reaches as many as two campaigns that do not know of each other
    advertising = 1 - (1 - market.advertising_reach * market.advertising_decay**week) ** effort
    is_prospect = people.status == PROSPECT
    prospects = int(np.count_nonzero(is_prospect))
    if not prospects:
        return
    who, cause, rejected = _reach(
        people.columns, week, state.talk.week(advertising), state.talk.opinions, recommended, helped,
        draws.keys("advertising", "who told them"),
    )  # fmt: skip
    state.ledger.post(week, "advertising", -cents(prospects * market.advertising_cost * effort), is_prospect)
    state.weeks["rejected"][week] = rejected
    discount = state.strategy.promotion.newcomer_discount
    chosen = state.choice.decide(draws, people, who, week, np.ones(who.size, bool), "first choice", discount)
    won, cause = who[chosen == BUYS], cause[chosen == BUYS]
    join(state, week, won, cause)
    buy(state, week, won, np.ones(won.size, np.int64), first=True, discount=discount)
    state.weeks["recommended"][week] = ((cause == BY_STORY) | (cause == BY_MENTION)).sum()


def _forget_rejection(state: State, week: int) -> None:
    """Some who turned away over what others said no longer mind."""
    people, turned_away = state.people, state.people.having(Status.REJECTER)
    if not turned_away.size:
        return
    forgets = 1 - 0.5 ** (1 / state.world.market.rejection_half_life)
    again = turned_away[state.draws.uniform("forgets what others said", turned_away, week) < forgets]
    people.status[again], people.opinion[again] = Status.PROSPECT, NONE


@compiled
def _mark_reached(
    status: Codes, good_friends: Floats, bad_friends: Floats, luck: Floats, marked: Bools, of_special: Codes,
    terms: Signalled,
) -> None:  # fmt: skip
    """Marks the prospects whom something may reach, and all for whom there is something special."""
    for person in range(status.size):
        # A little more than the bound, for rounding
        likely = at_most(terms, good_friends[person], bad_friends[person]) + 1e-12
        marked[person] = (status[person] == PROSPECT) & ((of_special[person] > 0) | ~(luck[person] >= likely))


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
    luck, marked, who = people.luck, people.marked, people.rows
    draw_all(keys[0], week, luck)
    count = rejected = 0
    _mark_reached(status, good_friends, bad_friends, luck, marked, of_special, terms)
    maybe = rows_of(marked, who)
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


def _return_to_category(state: State, week: int) -> None:
    """Some who lost interest find it again; they know the firm and the rival, or have forgotten both."""
    people, draws, market = state.people, state.draws, state.world.market
    lapsed = people.having(Status.LEFT_CATEGORY)
    returns = lapsed[draws.uniform("returns to the category", lapsed, week) < market.return_to_category]
    if not returns.size:
        return
    if market.forget_the_firm:
        people.status[returns] = Status.PROSPECT
        people.forget(returns)
        return
    if state.kind == "one_off":
        return  # they have had theirs
    bought = state.choice.decide(draws, people, returns, week, np.ones(returns.size, bool), "choice again") == BUYS
    back = returns[bought & ~forgotten(state, week, returns)]
    join(state, week, back, np.full(back.size, JOINED_BY.index("renewed interest")))
    buy(state, week, back, np.ones(back.size, np.int64), first=True)
