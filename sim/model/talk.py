"""Background talk: what people think of the firm comes up, without a story, among friends and acquaintances.

Competing signals after Goldenberg, Libai, Moldovan & Muller 2007: the satisfied recommend, the disappointed and those
who turned away warn, whether they ever bought or not.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.model.draws import Floats, Ints
from sim.model.network import Network
from sim.model.people import People, Status
from sim.parameters.world import WordOfMouth


class Signals(NamedTuple):
    """What reaches prospects in a week, as probabilities of one person."""

    adopts: Floats  # considers the firm
    rejects: Floats  # turns away from it
    by_talk: Floats  # of those who consider it, the share whom somebody recommended it to


class Talk:
    """Who speaks well and ill of the firm, and how many strong ties of each person do.

    `praise` and `blame` are what each person says (0 to 1); `good_friends` and `bad_friends` sum them over strong
    ties. Weak ties are others each week, so of them the share in the whole population counts.
    """

    def __init__(self, world: WordOfMouth, network: Network) -> None:
        n = network.people
        self.world, self.network = world, network
        self.silent = world.network == "none" or not (world.mention or world.mention_weak)
        self.praise, self.blame = np.zeros(n), np.zeros(n)
        self.good_friends, self.bad_friends = np.zeros(n), np.zeros(n)
        self.mentions = network.degree * world.mention + world.weak_ties * world.mention_weak  # a week, of each person

    def listen(self, people: People) -> None:
        """Takes note of the opinions as they are now: only of those that changed."""
        if self.silent:
            return
        praise = np.where((people.opinion > 0) & (people.status == Status.CUSTOMER), people.advocacy, 0.0)
        blame = (people.opinion < 0).astype(float)
        for known, now, friends in (
            (self.praise, praise, self.good_friends), (self.blame, blame, self.bad_friends),
        ):  # fmt: skip
            changed = np.flatnonzero(now != known)
            self.network.spread(changed, now[changed] - known[changed], friends)
            known[changed] = now[changed]

    def signals(self, who: Ints, advertising: float) -> Signals:
        """P(adopt) = p+(1-p-) + a p+ p-, P(reject) = p-(1-p+) + (1-a) p+ p-, a = p+ / (p+ + p-).

        p+ = 1-(1-p)(1-q_w)^w+ (1-q_s)^s+ and p- = 1-(1-m q_w)^w- (1-m q_s)^s-, with q = mention x recommendation, p
        the week's advertising and m the bad multiplier.
        """
        if self.silent:
            return Signals(np.full(who.size, advertising), np.zeros(who.size), np.zeros(who.size))
        world = self.world
        strong, weak = world.mention * world.recommendation, world.mention_weak * world.recommendation
        n = max(self.network.people, 1)
        m = world.bad_multiplier
        unmoved = _no_signal(strong, self.good_friends[who]) * _no_signal(weak, world.weak_ties * self.praise.sum() / n)
        unwarned = _no_signal(m * strong, self.bad_friends[who]) * _no_signal(
            m * weak, world.weak_ties * self.blame.sum() / n
        )
        good, bad = 1 - (1 - advertising) * unmoved, 1 - unwarned
        either = good + bad
        alpha = np.divide(good, either, out=np.zeros_like(good), where=either > 0)
        by_talk = np.divide(1 - unmoved, good, out=np.zeros_like(good), where=good > 0)
        return Signals(good * (1 - bad) + alpha * good * bad, bad * (1 - good) + (1 - alpha) * good * bad, by_talk)

    def messages(self) -> tuple[float, float]:
        """Good and bad mentions a week, expected."""
        if self.silent:
            return 0.0, 0.0
        # Not a dot product, which would start threads beside the worker processes
        return float((self.praise * self.mentions).sum()), float((self.blame * self.mentions).sum())


def _no_signal(each: float, ties: Floats | float) -> Floats:
    """P(none of so many ties gives a signal): (1 - each)^ties; fractions of a tie come from people half convinced."""
    if each >= 1:
        return np.where(np.asarray(ties) > 0, 0.0, 1.0)
    return np.asarray(np.exp(np.maximum(ties, 0.0) * math.log1p(-each)))
