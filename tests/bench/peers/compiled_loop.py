"""The light world as one compiled loop over a binary heap of all that is to come; a week of everyone is one event.

What a programmer would write who wants this world as fast as it goes and nothing else of it: no person, desk or story
is an object, no draw can be repeated, nothing is recorded but totals. It is the speed limit.
"""

import math
from typing import NamedTuple

import numba
import numpy as np

from peers import rules
from peers.rules import Totals

# Events. A week ends, what is told by then is heard, and the next begins, each a moment after the other
WEEK_ENDS, WEEK_BEGINS, CALLS, GIVES_UP, SERVED, GOOD_STORY, BAD_STORY = range(7)
MOMENT = 1e-6  # hours
COMING, WAITS, AT_WORK, RESOLVED, UNRESOLVED, ABANDONED = range(6)  # where a case stands
compiled = numba.njit(cache=True, error_model="numpy")


class Numbers(NamedTuple):
    """Those of `rules`, under the same names: an argument, so that none is compiled into the loop."""

    RISK_SENSITIVITY: float
    RETURNS: float
    RELIABLE: float
    UNRELIABLE: float
    MENDING: float
    NOT_MENDING: float
    KEPT: float
    SUCCESS: float
    PROBLEM: float
    MENDED: float
    LET_DOWN: float
    HEARSAY: float
    VALUE: float
    KEPT_IN_USE: float
    HAZARD: float
    LEAVES: float
    HOURS: float
    SERVICE: float
    PATIENCE: float
    RESOLUTION: float
    TELLS_GOOD: float
    TELLS_BAD: float
    DELAY_GOOD: float
    DELAY_BAD: float


class Heap(NamedTuple):
    """Events, the next one first. One of a week is nobody's, one of the desk a case's, a story its listener's."""

    time: np.ndarray  # hours
    what: np.ndarray
    whose: np.ndarray


@compiled
def stir(state: np.uint64) -> np.uint64:
    """The next state: xorshift64*, Vigna 2016."""
    state ^= state >> np.uint64(12)
    state ^= state << np.uint64(25)
    return state ^ (state >> np.uint64(27))


@compiled
def unit(state: np.uint64) -> float:
    """A state as a number strictly between 0 and 1."""
    return (np.int64((state * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(12)) + 0.5) * 2.0**-52


@compiled
def uniform(seed: np.ndarray) -> float:
    """The next draw, where a call more does not matter."""
    seed[0] = stir(seed[0])
    return unit(seed[0])


@compiled
def exponential(seed: np.ndarray, mean: float) -> float:
    """By inversion."""
    return -math.log(uniform(seed)) * mean


@compiled
def longer(column: np.ndarray) -> np.ndarray:
    """The same with twice the room."""
    more = np.empty(2 * column.size, column.dtype)
    more[: column.size] = column
    return more


@compiled
def push(heap: Heap, size: int, time: float, what: int, whose: int) -> Heap:
    """Adds an event to a heap of `size`; returns the heap, which may have moved."""
    if size == heap.time.size:
        heap = Heap(longer(heap.time), longer(heap.what), longer(heap.whose))
    times, kinds, owners, place = heap.time, heap.what, heap.whose, size
    while place > 0:
        parent = (place - 1) // 2
        if times[parent] <= time:
            break
        times[place], kinds[place], owners[place] = times[parent], kinds[parent], owners[parent]
        place = parent
    times[place], kinds[place], owners[place] = time, what, whose
    return heap


@compiled
def pop(heap: Heap, size: int) -> tuple[float, int, int]:
    """Takes the next event from a heap of `size`."""
    times, kinds, owners, last, place = heap.time, heap.what, heap.whose, size - 1, 0
    taken, time = (times[0], kinds[0], owners[0]), times[last]
    while 2 * place + 1 < last:
        child = 2 * place + 1
        if child + 1 < last and times[child + 1] < times[child]:
            child += 1
        if time <= times[child]:
            break
        times[place], kinds[place], owners[place] = times[child], kinds[child], owners[child]
        place = child
    times[place], kinds[place], owners[place] = time, kinds[last], owners[last]
    return taken


@compiled
def risk(n: Numbers, evidence: np.ndarray, person: int, worth: float) -> float:
    """That something goes wrong and is not put right."""
    good, bad = n.RELIABLE + worth * evidence[person, 0], n.UNRELIABLE + worth * evidence[person, 1]
    mends, not_mends = n.MENDING + worth * evidence[person, 2], n.NOT_MENDING + worth * evidence[person, 3]
    return bad / (good + bad) * not_mends / (mends + not_mends)


@compiled
def week_of_everyone(
    n: Numbers, no_need: np.ndarray, customer: np.ndarray, in_use: np.ndarray, evidence: np.ndarray, worth: float,
    who: np.ndarray, seed: np.ndarray,
) -> tuple[int, int, int]:  # fmt: skip
    """Everyone chooses, and some meet a problem: put into `who`. Returns (orders, people who returned, problems)."""
    orders = returned = met = 0
    state = seed[0]
    for person in range(no_need.size):
        units, state = 0, stir(state)
        luck = unit(state)
        if customer[person]:
            while luck > no_need[person]:
                units, state = units + 1, stir(state)
                luck *= unit(state)
        else:
            units = int(luck < n.RETURNS)
        if units:
            utility, state = n.VALUE - n.RISK_SENSITIVITY * risk(n, evidence, person, worth), stir(state)
            if unit(state) * (1 + math.exp(-utility)) < 1:  # logit choice between the firm and nothing
                orders += 1
                returned += not customer[person]
                customer[person] = True
                in_use[person] += units
                evidence[person, 0] += n.SUCCESS * units / worth
        state = stir(state)
        luck, hazard = unit(state), n.HAZARD * in_use[person]
        in_use[person] *= n.KEPT_IN_USE
        if luck < hazard and luck < 1 - math.exp(-hazard):
            who[met] = person
            met += 1
    seed[0] = state
    return orders, returned, met


@compiled
def live(
    n: Numbers,
    weeks: int,
    agents: int,
    no_need: np.ndarray,
    starts: np.ndarray,
    neighbours: np.ndarray,
    seed: np.ndarray,
) -> tuple[int, int, int, int, int, float, int, int, int, int, int, float]:
    """All weeks; `no_need` is the probability of a week without a need, by person. Returns the totals in order."""
    people = no_need.size
    customer, in_use, problems = np.ones(people, np.bool_), np.ones(people), np.zeros(people, np.int32)
    who = np.empty(people, np.int32)  # room to work in
    # Evidence on top of the prior (reliable, unreliable, mending, not mending), in units of week 0, each now worth
    # `worth`: it all fades alike, so that instead of fading what is there, what is new counts for more
    evidence, worth = np.zeros((people, 4)), 1.0
    evidence[:, 0] = n.SUCCESS

    heap, events = Heap(np.empty(1024), np.empty(1024, np.int8), np.empty(1024, np.int32)), 0
    whose_case, earlier, stands = np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.int8)
    hours = np.empty(1024)  # when the case joined the line; once it is out of it: waited
    line, closed = np.empty(1024, np.int32), np.empty(1024, np.int32)  # cases, in the order of joining and closing
    cases = first = last = ended = 0  # of the line; of the week's closed cases
    free, week = agents, 0
    purchases = opened = left = returned = good_stories = bad_stories = 0
    outcomes, waited = np.zeros(6, np.int64), 0.0

    heap, events = push(heap, events, 0.0, WEEK_BEGINS, -1), events + 1
    while True:
        now, what, it = pop(heap, events)
        events -= 1
        if what == CALLS:
            opened += 1
            if free:
                free -= 1
                hours[it], stands[it] = 0.0, AT_WORK
                heap, events = push(heap, events, now + exponential(seed, n.SERVICE), SERVED, it), events + 1
            else:
                hours[it], stands[it] = now, WAITS
                line[last] = it
                last += 1
                heap, events = push(heap, events, now + exponential(seed, n.PATIENCE), GIVES_UP, it), events + 1
        elif what == GIVES_UP:
            if stands[it] == WAITS:
                hours[it], stands[it] = now - hours[it], ABANDONED
                closed[ended] = it
                ended += 1
        elif what == SERVED:
            stands[it] = RESOLVED if uniform(seed) < n.RESOLUTION else UNRESOLVED
            closed[ended] = it
            ended += 1
            while first < last and stands[line[first]] != WAITS:
                first += 1
            if first < last:
                it = line[first]
                first += 1
                hours[it], stands[it] = now - hours[it], AT_WORK
                heap, events = push(heap, events, now + exponential(seed, n.SERVICE), SERVED, it), events + 1
            else:
                free += 1
        elif what == GOOD_STORY:
            good_stories += 1
            evidence[it, 0] += n.HEARSAY / worth
            evidence[it, 2] += n.HEARSAY / worth
        elif what == BAD_STORY:
            bad_stories += 1
            evidence[it, 1] += n.HEARSAY / worth
            evidence[it, 3] += n.HEARSAY / worth
        elif what == WEEK_BEGINS:
            orders, back, met = week_of_everyone(n, no_need, customer, in_use, evidence, worth, who, seed)
            purchases, returned = purchases + orders, returned + back
            while cases + met > stands.size:
                whose_case, earlier, stands = longer(whose_case), longer(earlier), longer(stands)
                hours, line, closed = longer(hours), longer(line), longer(closed)
            for person in who[:met]:
                evidence[person, 1] += n.PROBLEM / worth
                whose_case[cases], earlier[cases], stands[cases] = person, problems[person], COMING
                problems[person] += 1
                heap, events = push(heap, events, now + uniform(seed) * n.HOURS, CALLS, cases), events + 1
                cases += 1
            worth *= n.KEPT
            week += 1
            heap, events = push(heap, events, week * n.HOURS - MOMENT, WEEK_ENDS, -1), events + 1
        else:
            for row in range(ended):
                it = closed[row]
                person, outcome = whose_case[it], stands[it]
                outcomes[outcome] += 1
                waited += hours[it]
                good = outcome == RESOLVED
                if good:
                    evidence[person, 2] += n.MENDED / (1 + earlier[it]) / worth
                else:
                    evidence[person, 3] += n.LET_DOWN / worth
                    if customer[person] and uniform(seed) < n.LEAVES:
                        customer[person] = False
                        left += 1
                tells, delay = (n.TELLS_GOOD, n.DELAY_GOOD) if good else (n.TELLS_BAD, n.DELAY_BAD)
                for place in range(starts[person], starts[person + 1]):
                    if uniform(seed) < tells:
                        when = (week + math.floor(exponential(seed, delay))) * n.HOURS
                        story = GOOD_STORY if good else BAD_STORY
                        heap, events = push(heap, events, when, story, neighbours[place]), events + 1
            ended = 0
            if week == weeks:
                break
            heap, events = push(heap, events, week * n.HOURS + MOMENT, WEEK_BEGINS, -1), events + 1

    customers, risks = 0, 0.0
    for person in range(people):
        if customer[person]:
            customers += 1
            risks += risk(n, evidence, person, worth)
    return (
        purchases, opened, outcomes[RESOLVED], outcomes[UNRESOLVED], outcomes[ABANDONED],
        waited / (outcomes[RESOLVED] + outcomes[UNRESOLVED] + outcomes[ABANDONED]),
        good_stories, bad_stories, left, returned, customers, risks / customers,
    )  # fmt: skip


def small_world(people: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Watts & Strogatz 1998: the neighbours of i are those from starts[i] to starts[i + 1]."""
    one = np.repeat(np.arange(people), rules.TIES // 2)
    other = (one + np.tile(np.arange(1, rules.TIES // 2 + 1), people)) % people
    rewired = np.flatnonzero(chance.random(one.size) < rules.REWIRED)
    other[rewired] = chance.integers(people, size=rewired.size)
    ties = np.sort(np.concatenate([one * people + other, other * people + one])[np.tile(one != other, 2)])
    ties = ties[np.diff(ties, prepend=-1) > 0]  # each once
    return np.searchsorted(ties, np.arange(people + 1) * people), (ties % people).astype(np.int32)


def run(people: int, weeks: int, agents: int, seed: int) -> Totals:
    """The light world in one loop."""
    chance = np.random.default_rng(seed)
    numbers = Numbers(*(float(getattr(rules, name)) for name in Numbers._fields))
    no_need = np.exp(-chance.gamma(rules.NEED_SHAPE, rules.NEED / rules.NEED_SHAPE, people))
    start = chance.integers(1, 1 << 63, 1, np.uint64)
    return Totals(*live(numbers, weeks, agents, no_need, *small_world(people, chance), start))
