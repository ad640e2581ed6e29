"""Stories about problems: told over the network with delay, retold for a few hops, heard once each."""

from __future__ import annotations

import math
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.model.draws import Draws, Floats, Ints
from sim.model.network import Network
from sim.model.people import People, Status
from sim.parameters.world import WordOfMouth

MOST_LISTENERS = 127  # of one story at first hand; with a mean of at most 10 hardly anyone would have more


class Stories(NamedTuple):
    """Stories on their way or heard, a row each."""

    story: Ints  # number of the problem it is about
    teller: Ints
    listener: Ints
    bad: np.ndarray  # bool
    weight: Floats  # 1 first-hand for a bad story of severity 1 or any good one
    hop: Ints

    @classmethod
    def join(cls, parts: list[Stories]) -> Stories:
        """One batch of many; none for an empty list."""
        if not parts:
            none = np.empty(0, np.int64)
            return cls(none, none, none, np.empty(0, bool), np.empty(0), none)
        return cls(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    def where(self, keep: np.ndarray) -> Stories:
        """The rows that `keep` (bool or indices) selects."""
        return Stories(*(column[keep] for column in self))


@lru_cache(maxsize=64)
def _listener_table(mean: float, size: float) -> Floats:
    """Cumulative negative binomial probabilities of 0..MOST_LISTENERS listeners."""
    k = np.arange(MOST_LISTENERS + 1)
    log_choose = np.array([math.lgamma(j + size) - math.lgamma(size) - math.lgamma(j + 1) for j in k])
    if mean < 1e-12:
        return np.ones(k.size)
    p = size / (size + mean)
    return np.asarray(np.cumsum(np.exp(log_choose + size * math.log(p) + k * math.log1p(-p))))


class Grapevine:
    """The stories of one world: those on their way, by the week they are due, and who has heard which."""

    def __init__(self, world: WordOfMouth, network: Network, draws: Draws) -> None:
        self.world = world
        self.network = network
        self.draws = draws
        self.due: defaultdict[int, list[Stories]] = defaultdict(list)
        self.heard: set[int] = set()

    def _delay(self, decision: str, who: Ints, occasion: Ints, bad: np.ndarray) -> Ints:
        mean = np.where(bad, self.world.delay_bad, self.world.delay_good)
        return np.floor(self.draws.exponential(decision, who, occasion) * mean).astype(np.int64)

    def _send(self, stories: Stories, when: Ints) -> None:
        keep = (stories.listener >= 0) & (stories.listener != stories.teller)
        stories, when = stories.where(keep), when[keep]
        for week in np.unique(when):
            self.due[int(week)].append(stories.where(when == week))

    def tell(self, week: int, who: Ints, occasion: Ints, weight: Floats, bad: bool, chance: float) -> None:
        """People whose problem ended tell some others, with probability `chance`, from this week on.

        `occasion` (week of the problem) and person identify the story.
        """
        if self.world.network == "none" or not who.size:
            return
        told = self.draws.uniform("tell", who, occasion) < chance
        who, occasion, weight = who[told], occasion[told], weight[told]
        if not who.size:
            return
        mean = self.world.listeners_unresolved if bad else self.world.listeners_resolved
        listeners, row, slot = self._audience("listeners", mean, who, occasion)
        teller, when, weight = who[row], occasion[row], weight[row]
        key = when * (MOST_LISTENERS + 1) + slot
        strong = self.draws.uniform("strong tie", teller, key) < self.world.strong_share
        # Friends are told one after the other, from one chosen by chance; who has told them all tells acquaintances
        so_far: Ints = np.cumsum(strong) - strong
        friends_before: Ints = so_far - np.repeat(so_far[slot == 0], listeners[listeners > 0])
        first_friend = self.draws.uniform("which friend", teller, when * (MOST_LISTENERS + 1))
        friend = self.network.tie(teller, first_friend, friends_before)
        strong &= friends_before < self.network.degree[teller]
        stranger = (self.draws.uniform("which acquaintance", teller, key) * self.network.people).astype(np.int64)
        self._send_first_hand(week, teller, when, key, np.where(strong, friend, stranger), bad, weight, "telling delay")

    def post(self, week: int, who: Ints, occasion: Ints, weight: Floats, bad: bool, chance: float) -> None:
        """Some post it for all to see, whatever they tell their friends; people anywhere read it."""
        if self.world.network == "none" or not who.size or not chance:
            return
        posted = self.draws.uniform("post", who, occasion) < chance
        who, occasion, weight = who[posted], occasion[posted], weight[posted]
        if not who.size:
            return
        _, row, slot = self._audience("readers", self.world.post_readers, who, occasion)
        teller, when, weight = who[row], occasion[row], weight[row]
        key = when * (MOST_LISTENERS + 1) + slot
        reader = (self.draws.uniform("which reader", teller, key) * self.network.people).astype(np.int64)
        self._send_first_hand(week, teller, when, key, reader, bad, weight, "reading delay")

    def _audience(self, decision: str, mean: float, who: Ints, occasion: Ints) -> tuple[Ints, Ints, Ints]:
        """(how many hear each story, the story's row and the listener's number, for each listener)."""
        luck = self.draws.uniform(decision, who, occasion)
        size = np.searchsorted(_listener_table(mean, self.world.dispersion), luck).clip(0, MOST_LISTENERS)
        row = np.repeat(np.arange(who.size), size)
        return size, row, np.arange(row.size) - np.repeat(np.cumsum(size) - size, size)

    def _send_first_hand(
        self, week: int, teller: Ints, when: Ints, key: Ints, listener: Ints, bad: bool, weight: Floats, decision: str
    ) -> None:
        stories = Stories(
            story=when * self.network.people + teller,
            teller=teller,
            listener=listener,
            bad=np.full(teller.size, bad),
            weight=weight,
            hop=np.ones(teller.size, np.int64),
        )
        self.heard.update((stories.story * self.network.people + teller).tolist())
        self._send(stories, week + self._delay(decision, teller, key, stories.bad))

    def hear(self, week: int) -> Stories:
        """The stories heard this week, each listener's first hearing of each; some are sent on."""
        arriving = Stories.join(self.due.pop(week, []))
        if not arriving.listener.size:
            return arriving
        keys = (arriving.story * self.network.people + arriving.listener).tolist()
        first = []
        for row, key in enumerate(keys):
            if key not in self.heard:
                self.heard.add(key)
                first.append(row)
        heard = arriving.where(np.array(first, np.int64))
        self._retell(week, heard)
        return heard

    def _retell(self, week: int, heard: Stories) -> None:
        goes_on = heard.where(heard.hop < self.world.hops)
        passes = self.draws.uniform("retell", goes_on.listener, goes_on.story) < self.world.retell
        goes_on = goes_on.where(passes)
        teller = goes_on.listener
        listener = self.network.tie(teller, self.draws.uniform("retell to", teller, goes_on.story))
        onward = Stories(
            goes_on.story, teller, listener, goes_on.bad, goes_on.weight * self.world.hop_weight, goes_on.hop + 1
        )
        self._send(onward, week + 1 + self._delay("retelling delay", teller, goes_on.story, goes_on.bad))


def persuade(world: WordOfMouth, people: People, heard: Stories, draws: Draws, week: int) -> Ints:
    """What is heard moves beliefs; bad stories make customers look around.

    Returns the prospects who now consider the firm.
    """
    who, bad = heard.listener, heard.bad
    customer = people.status[who] == Status.CUSTOMER
    share = np.where(customer, np.where(bad, world.customer_bad, world.customer_good), 1.0)
    amount = world.effect * heard.weight * share * np.where(bad, world.bad_multiplier, 1.0)
    for belief in (people.reliability, people.recovery):
        np.add.at(belief.good, who[~bad], amount[~bad])
        np.add.at(belief.bad, who[bad], amount[bad])
    looks = customer & bad & (draws.uniform("bad story, looks around", who, heard.story) < world.bad_story_looking)
    people.looking[who[looks]] = 1.0
    prospect = people.status[who] == Status.PROSPECT
    luck = draws.uniform("recommendation", who, heard.story)
    convinced = prospect & ~bad & (luck < world.recommendation * heard.weight)
    return np.unique(who[convinced])
