"""Stories about problems: told over the network with delay, retold for a few hops, heard once each."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.compiled import compiled
from sim.model.draws import Bools, Draws, Floats, Ints, chance
from sim.model.heard import Heard
from sim.model.network import Network, Ties, degree_of, tie_of
from sim.parameters.world import WordOfMouth

MOST_LISTENERS = 127  # of one story at first hand; with a mean of at most 10 hardly anyone would have more


class Stories(NamedTuple):
    """Stories on their way or heard, a row each."""

    story: Ints  # number of the problem it is about
    teller: Ints
    listener: Ints
    bad: Bools
    weight: Floats  # 1 first-hand for a bad story of severity 1 or any good one
    hop: Ints

    when: Ints  # week in which it is heard

    def where(self, keep: np.ndarray | slice) -> Stories:
        """The rows that `keep` selects."""
        return Stories._make(column[keep] for column in self)


NO_STORIES = Stories(*(np.empty(0, kind) for kind in (int, int, int, bool, float, int, int)))


def _joined(parts: list[Stories]) -> Stories:
    """One batch of many."""
    return Stories._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


@lru_cache(maxsize=64)
def _listener_table(mean: float, size: float) -> Floats:
    """Cumulative negative binomial probabilities of 0..MOST_LISTENERS listeners."""
    k = np.arange(MOST_LISTENERS + 1)
    log_choose = np.array([math.lgamma(j + size) - math.lgamma(size) - math.lgamma(j + 1) for j in k])
    if mean < 1e-12:
        return np.ones(k.size)
    p = size / (size + mean)
    return np.asarray(np.cumsum(np.exp(log_choose + size * math.log(p) + k * math.log1p(-p))))


class Tellers(NamedTuple):
    """People whose problem ended, a row each. Its week (`occasion`) and the person identify the story."""

    who: Ints
    occasion: Ints
    weight: Floats


class Telling(NamedTuple):
    """How a kind of story goes round at first hand. Draws are named by their keys, see `Draws.key`."""

    week: int
    bad: bool
    chance: float  # that it is told at all; to each tie, where each is told or not
    strong_share: float
    delay: float  # weeks, mean
    tells: np.uint64
    hears: np.uint64
    delays: np.uint64
    strong: np.uint64
    which_friend: np.uint64
    which_acquaintance: np.uint64


@compiled
def _weeks_late(telling_key: np.uint64, person: int, occasion: int, mean: float) -> int:
    return math.floor(-math.log(chance(telling_key, person, occasion)) * mean)


@compiled
def _listeners(table: Floats, luck: float) -> int:
    return min(int(np.searchsorted(table, luck)), MOST_LISTENERS)


@compiled
def _tell(ties: Ties, tellers: Tellers, telling: Telling, table: Floats) -> tuple[Ints, Ints, Floats, Ints, Ints]:
    """First-hand stories: (story, teller, weight, listener or -1, week). Told to some: friends and acquaintances."""
    rows = 0
    for row in range(tellers.who.size):
        person, occasion = tellers.who[row], tellers.occasion[row]
        if chance(telling.tells, person, occasion) < telling.chance:
            rows += _listeners(table, chance(telling.hears, person, occasion))
    story, who, weight = np.empty(rows, np.int64), np.empty(rows, np.int64), np.empty(rows)
    listener, when = np.empty(rows, np.int64), np.empty(rows, np.int64)
    out = 0
    for row in range(tellers.who.size):
        person, occasion = tellers.who[row], tellers.occasion[row]
        if chance(telling.tells, person, occasion) >= telling.chance:
            continue
        # Friends are told one after the other, from one chosen by chance; who has told them all tells acquaintances
        told, friends = 0, degree_of(ties, person)
        for slot in range(_listeners(table, chance(telling.hears, person, occasion))):
            key = occasion * (MOST_LISTENERS + 1) + slot
            if chance(telling.strong, person, key) < telling.strong_share:
                told += 1
                if told <= friends:
                    first = chance(telling.which_friend, person, occasion * (MOST_LISTENERS + 1))
                    hears = tie_of(ties, person, first, told - 1)
                else:
                    hears = int(chance(telling.which_acquaintance, person, key) * ties.people)
            else:
                hears = int(chance(telling.which_acquaintance, person, key) * ties.people)
            story[out], who[out], weight[out] = occasion * ties.people + person, person, tellers.weight[row]
            listener[out] = hears if hears != person else -1
            when[out] = telling.week + _weeks_late(telling.delays, person, key, telling.delay)
            out += 1
    return story, who, weight, listener, when


@compiled
def _tell_each(ties: Ties, tellers: Tellers, telling: Telling) -> tuple[Ints, Ints, Floats, Ints, Ints]:
    """The same where each strong tie is told or not, whatever the others are."""
    persons, occasions, weights, people = tellers.who, tellers.occasion, tellers.weight, ties.people
    starts, neighbours, complete = ties.starts, ties.neighbours, ties.complete
    degrees = np.full(persons.size, people - 1) if complete else starts[persons + 1] - starts[persons]
    # Draws first, so that only as much room is taken as is needed
    told, pair = np.empty(degrees.sum(), np.bool_), 0
    for row in range(persons.size):
        person, first = persons[row], 0 if complete else starts[persons[row]]
        for place in range(degrees[row]):
            hears = (person + 1 + place) % people if complete else neighbours[first + place]
            told[pair] = chance(telling.tells, person, occasions[row] * people + hears) < telling.chance
            pair += 1
    rows = told.sum()
    story, who, weight = np.empty(rows, np.int64), np.empty(rows, np.int64), np.empty(rows)
    listener, when = np.empty(rows, np.int64), np.empty(rows, np.int64)
    pair = out = 0
    for row in range(persons.size):
        person, first = persons[row], 0 if complete else starts[persons[row]]
        for place in range(degrees[row]):
            if told[pair]:
                hears = (person + 1 + place) % people if complete else neighbours[first + place]
                story[out], who[out], weight[out] = occasions[row] * people + person, person, weights[row]
                listener[out] = hears
                late = _weeks_late(telling.delays, person, occasions[row] * people + hears, telling.delay)
                when[out] = telling.week + late
                out += 1
            pair += 1
    return story, who, weight, listener, when


class Grapevine:
    """The stories of one world: those on their way, in the order in which they set out, and who has heard which."""

    def __init__(self, world: WordOfMouth, network: Network, draws: Draws) -> None:
        self.world = world
        self.network = network
        self.draws = draws
        self.on_their_way: list[Stories] = [NO_STORIES]
        self.heard = Heard(network.people)

    def tell(self, week: int, who: Ints, occasion: Ints, weight: Floats, bad: bool, chance: float) -> None:
        """People whose problem ended tell some others, with probability `chance`, from this week on.

        `occasion` (week of the problem) and person identify the story.
        """
        if self.world.network == "none" or not who.size or not chance:
            return
        world, tellers = self.world, Tellers(who, occasion, weight)
        telling = self._telling(week, bad, chance, world.strong_share, "tell", "listeners", "telling delay")
        if world.audience == "each_tie":
            self._send_first_hand(bad, *_tell_each(self.network.ties, tellers, telling))
            return
        mean = world.listeners_unresolved if bad else world.listeners_resolved
        table = _listener_table(mean, world.dispersion)
        self._send_first_hand(bad, *_tell(self.network.ties, tellers, telling, table))

    def post(self, week: int, who: Ints, occasion: Ints, weight: Floats, bad: bool, chance: float) -> None:
        """Some post it for all to see, whatever they tell their friends; people anywhere read it."""
        if self.world.network == "none" or not who.size or not chance:
            return
        telling = self._telling(week, bad, chance, 0.0, "post", "readers", "reading delay", "which reader")
        table = _listener_table(self.world.post_readers, self.world.dispersion)
        self._send_first_hand(bad, *_tell(self.network.ties, Tellers(who, occasion, weight), telling, table))

    def _telling(
        self, week: int, bad: bool, chance: float, strong_share: float, tells: str, hears: str, delays: str,
        stranger: str = "which acquaintance",
    ) -> Telling:  # fmt: skip
        delay = self.world.delay_bad if bad else self.world.delay_good
        names = (tells, hears, delays, "strong tie", "which friend", stranger)
        return Telling(week, bad, chance, strong_share, delay, *(self.draws.key(name) for name in names))

    def _send_first_hand(
        self, bad: bool, story: Ints, teller: Ints, weight: Floats, listener: Ints, when: Ints
    ) -> None:
        if not story.size:
            return
        if self.world.hops > 1:  # it might come back to its teller
            self.heard.add(story, teller, self._going_round())
        hop = np.ones(story.size, np.int64)
        self._send(Stories(story, teller, listener, np.full(story.size, bad), weight, hop, when))

    def _send(self, stories: Stories) -> None:
        """Puts stories on their way; those to nobody are not sent."""
        to_nobody = stories.listener < 0
        self.on_their_way.append(stories.where(~to_nobody) if to_nobody.any() else stories)

    def hear(self, week: int) -> Stories:
        """The stories heard this week, each listener's first hearing of each; some are sent on."""
        sent = _joined(self.on_their_way)
        now = sent.when <= week
        arriving, self.on_their_way = sent.where(now), [sent.where(~now)]
        if not arriving.listener.size:
            return arriving
        heard = arriving.where(self.heard.add(arriving.story, arriving.listener, self._going_round()))
        if self.world.hops > 1 and self.world.retell:
            self._retell(week, heard)
        return heard

    def _going_round(self) -> Iterable[Ints]:
        return (stories.story for stories in self.on_their_way)

    def _retell(self, week: int, heard: Stories) -> None:
        world, draws = self.world, self.draws
        listener, when = _passed_on(
            self.network.ties, heard, week, world.hops, world.retell, world.delay_good, world.delay_bad,
            draws.keys("retell", "retell to", "retelling delay"),
        )  # fmt: skip
        onward = Stories(
            heard.story, heard.listener, listener, heard.bad, heard.weight * world.hop_weight, heard.hop + 1, when
        )
        self._send(onward)


@compiled
def _passed_on(
    ties: Ties, heard: Stories, week: int, hops: int, retell: float, delay_good: float, delay_bad: float,
    keys: NDArray[np.uint64],
) -> tuple[Ints, Ints]:  # fmt: skip
    """Whom each listener tells it on to (-1: nobody), and when they hear it."""
    listener, when = np.full(heard.story.size, -1), np.zeros(heard.story.size, np.int64)
    for row in range(heard.story.size):
        teller, story = heard.listener[row], heard.story[row]
        if heard.hop[row] < hops and chance(keys[0], teller, story) < retell:
            hears = tie_of(ties, teller, chance(keys[1], teller, story), 0)
            mean = delay_bad if heard.bad[row] else delay_good
            listener[row] = hears
            when[row] = week + 1 + _weeks_late(keys[2], teller, story, mean)
    return listener, when
