"""People who need something choose: they buy, do without, go to the rival, or come back from there."""

from __future__ import annotations

import numpy as np

from sim.model.choice import BUYS, SKIPS, TO_RIVAL, Terms, unfairness_of
from sim.model.compiled import compiled
from sim.model.draws import Bools, Floats, Ints, draw_all, poisson_count, poisson_count_small
from sim.model.ledger import cents
from sim.model.orders import buy, join, leave
from sim.model.people import Codes, Columns, Status, rows_of
from sim.model.records import JOINED_BY, LEFT_BY
from sim.model.relationship import saved
from sim.model.state import State

CUSTOMER = int(Status.CUSTOMER)


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
    chosen[forgotten(state, week, who)] = SKIPS
    buys = np.flatnonzero(chosen == BUYS)
    buy(state, week, who[buys], units[buys], utility=utility[buys])
    stay = _lose_to_rival(state, week, who[chosen == TO_RIVAL])
    if state.kind == "subscription":
        buy(state, week, stay, np.ones(stay.size, np.int64))
        leave(state, week, who[chosen == SKIPS], Status.LEFT_CATEGORY, "lost interest")
    elif state.kind == "durable":
        _put_off(state, week, who[chosen == SKIPS])
    _reconsider(state, week, former, *reconsidering)


def _considers_rival(state: State, week: int, who: Ints) -> Bools:
    """Who looks around; nobody, where there is nobody else."""
    if not state.choice.rival_present(week):
        return np.zeros(who.size, bool)
    return np.asarray(state.draws.uniform("considers the rival", who, week) < state.people.looking[who])


def _in_need(state: State, week: int, status: Status) -> tuple[Ints, Ints]:
    """People in a status who need something this week, and how much (by chance: Poisson, in the times there are)."""
    columns, wanted = state.people.columns, int(status)
    if state.kind != "occasional":
        who = np.flatnonzero((columns.status == wanted) & (columns.next_need <= week))
        return who, np.ones(who.size, np.int64)
    reminded = state.reminded if status == Status.CUSTOMER else 0.0
    who, luck, mean = _maybe_in_need(columns, wanted, week, float(state.times[week]), reminded, state.draws.key("need"))
    who, units = _needs(who, luck, mean, np.exp(-mean))
    return who, units


@compiled
def _mark_in_need(
    now: Codes, need: Floats, gets_messages: Bools, luck: Floats, marked: Bools, status: int, times: float,
    reminded: float,
) -> None:  # fmt: skip
    """Marks whom chance may have given a need: exp(-mean) >= 1 - mean.

    A function of its own: within a longer one the compiler makes it three times as slow.
    """
    for person in range(now.size):
        mean = need[person] * times * (1 + reminded * gets_messages[person])
        marked[person] = (now[person] == status) & (luck[person] > 1 - mean)


@compiled
def _maybe_in_need(
    people: Columns, status: int, week: int, times: float, reminded: float, key: np.uint64
) -> tuple[Ints, Floats, Floats]:
    """(who may have a need, their luck, how many needs each has in the mean)."""
    need, gets_messages, luck, marked, rows = (
        people.need, people.gets_messages, people.luck, people.marked, people.rows,
    )  # fmt: skip
    draw_all(key, week, luck)
    _mark_in_need(people.status, need, gets_messages, luck, marked, status, times, reminded)
    who = rows[: rows_of(marked, rows)].copy()
    mean = np.empty(who.size)
    for row in range(who.size):
        person = who[row]
        mean[row] = need[person] * times * (1 + reminded * gets_messages[person])
    return who, luck[who], mean


@compiled
def _needs(who: Ints, luck: Floats, mean: Floats, nothing: Floats) -> tuple[Ints, Ints]:
    """(who has needs, how many), given the probability of `nothing`: NumPy takes several exponentials at a time."""
    units, count = np.empty(who.size, np.int64), 0
    for row in range(who.size):
        if mean[row] > 30:
            needs = poisson_count(luck[row], mean[row])
        else:
            needs = poisson_count_small(luck[row], mean[row], nothing[row])
        who[count], units[count] = who[row], needs
        count += needs > 0
    return who[:count], units[:count]


def _renews(state: State, week: int, due: Ints) -> Ints:
    """Contracts that end: who decided to leave or lost interest goes; the others choose."""
    people = state.people
    decided = due[people.leaving_as[due] >= 0]
    as_what, over = people.leaving_as[decided], people.leaving_over[decided]
    for status, cause in sorted(set(zip(as_what.tolist(), over.tolist(), strict=True))):
        going = decided[(as_what == status) & (over == cause)]
        leave(state, week, going[~saved(state, week, going)], Status(status), LEFT_BY[cause])
    tired = state.draws.uniform("loses interest", due, week) < people.dropout[due]
    tired &= people.status[due] == Status.CUSTOMER
    leave(state, week, due[tired], Status.LEFT_CATEGORY, "lost interest")
    people.leaving_as[due] = -1
    return due[people.status[due] == Status.CUSTOMER]


def forgotten(state: State, week: int, who: Ints) -> Bools:
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
        state.ledger.post(week, "promotion", -cents(relationship.contact_cost) * contacted.size, contacted)
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
        join(state, week, back, np.full(back.size, JOINED_BY.index(cause)))
        buy(state, week, back, wants[bought], discount=discount)
    if state.kind != "occasional":
        elsewhere = who[people.status[who] == Status.FORMER]
        people.next_need[elsewhere] = week + people.until_next_need(state.world.needs, draws, elsewhere, week)
