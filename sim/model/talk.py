"""Background talk: what people think of the firm comes up, without a story, among friends and acquaintances.

Competing signals after Goldenberg, Libai, Moldovan & Muller 2007: the satisfied recommend, the disappointed and those
who turned away warn, whether they ever bought or not.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.model.compiled import compiled
from sim.model.draws import Floats, Ints
from sim.model.network import Network, Ties, spread_one
from sim.model.people import Columns, People, Status
from sim.parameters.world import WordOfMouth

CUSTOMER = int(Status.CUSTOMER)


class Opinions(NamedTuple):
    """What each person says (0 to 1), and the sums of it over their strong ties."""

    praise: Floats
    blame: Floats
    good_friends: Floats
    bad_friends: Floats


@compiled
def _listen(people: Columns, ties: Ties, opinions: Opinions) -> tuple[float, float]:
    """Updates opinions where they changed. Returns the changes of praise and blame in all."""
    more_praise = more_blame = 0.0
    status, opinion, advocacy = people.status, people.opinion, people.advocacy
    praised, blamed = opinions.praise, opinions.blame
    for person in range(status.size):
        # Without branches, which processors foresee badly
        praise = advocacy[person] * ((opinion[person] > 0) & (status[person] == CUSTOMER))
        blame = 1.0 * (opinion[person] < 0)
        if praise != praised[person]:
            change = praise - praised[person]
            praised[person] = praise
            _pass_on(ties, person, change, opinions.good_friends)
            more_praise += change
        if blame != blamed[person]:
            change = blame - blamed[person]
            blamed[person] = blame
            _pass_on(ties, person, change, opinions.bad_friends)
            more_blame += change
    return more_praise, more_blame


@compiled
def _pass_on(ties: Ties, person: int, change: float, friends: Floats) -> None:
    if ties.complete:
        friends[person] -= change  # and everyone's gets more by all changes in the end
    else:
        spread_one(ties, person, change, friends)


@compiled
def _mentions(opinions: Opinions, mentions: Floats) -> tuple[float, float, float, float]:
    """Sums over everyone: praise, blame, and both by how often each person mentions the firm."""
    praise = blame = good = bad = 0.0
    praised, blamed = opinions.praise, opinions.blame
    for person in range(mentions.size):
        praise += praised[person]
        blame += blamed[person]
        good += praised[person] * mentions[person]
        bad += blamed[person] * mentions[person]
    return praise, blame, good, bad


class Signalled(NamedTuple):
    """What a week's signals hang on besides the person."""

    advertising: float  # probability
    strong: float  # log of 1 - probability that a satisfied strong tie recommends, and convinces
    strong_bad: float
    unmoved: float  # probability that no acquaintance recommends
    unwarned: float


@compiled
def signal(week: Signalled, good_friends: float, bad_friends: float) -> tuple[float, float, float]:
    """(P(considers), P(turns away), share of the former whom somebody recommended it to); see `Talk.signals`."""
    unmoved = week.unmoved * (math.exp(good_friends * week.strong) if good_friends > 0 else 1.0)
    unwarned = week.unwarned * (math.exp(bad_friends * week.strong_bad) if bad_friends > 0 else 1.0)
    if unmoved == 1 and unwarned == 1:
        return week.advertising, 0.0, 0.0
    good, bad = 1 - (1 - week.advertising) * unmoved, 1 - unwarned
    either = good + bad
    alpha = good / either if either > 0 else 0.0
    by_talk = (1 - unmoved) / good if good > 0 else 0.0
    return good * (1 - bad) + alpha * good * bad, bad * (1 - good) + (1 - alpha) * good * bad, by_talk


@compiled
def at_most(week: Signalled, good_friends: float, bad_friends: float) -> float:
    """No less than the probabilities of `signal` together, without an exponential: exp(x) >= 1 + x."""
    good = 1 - (1 - week.advertising) * week.unmoved * (1 + good_friends * week.strong)
    return good + 1 - week.unwarned * (1 + bad_friends * week.strong_bad)


@compiled
def _signals(week: Signalled, opinions: Opinions, who: Ints) -> tuple[Floats, Floats, Floats]:
    adopts, rejects, by_talk = np.empty(who.size), np.empty(who.size), np.empty(who.size)
    good_friends, bad_friends = opinions.good_friends, opinions.bad_friends
    for row in range(who.size):
        person = who[row]
        adopts[row], rejects[row], by_talk[row] = signal(week, good_friends[person], bad_friends[person])
    return adopts, rejects, by_talk


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
        self.opinions = Opinions(np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n))
        self.praise, self.blame, self.good_friends, self.bad_friends = self.opinions
        weak = world.weak_ties * world.mention_weak
        self.mentions: Floats = np.asarray(network.degree * world.mention + weak)  # a week, of each person
        self._sums = (0.0, 0.0, 0.0, 0.0)

    def listen(self, people: People) -> None:
        """Takes note of the opinions as they are now: only of those that changed."""
        if self.silent:
            return
        more_praise, more_blame = _listen(people.columns, self.network.ties, self.opinions)
        if self.network.ties.complete:
            self.good_friends += more_praise
            self.bad_friends += more_blame
        self._sums = _mentions(self.opinions, self.mentions)

    def week(self, advertising: float) -> Signalled:
        """What this week's signals hang on besides the person."""
        if self.silent:
            return Signalled(advertising, 0.0, 0.0, 1.0, 1.0)
        world = self.world
        strong, weak = world.mention * world.recommendation, world.mention_weak * world.recommendation
        acquaintances, m = world.weak_ties / max(self.network.people, 1), world.bad_multiplier
        praise, blame, *_ = self._sums
        return Signalled(
            advertising, _log_missed(strong), _log_missed(m * strong),
            math.exp(acquaintances * praise * _log_missed(weak)) if acquaintances * praise > 0 else 1.0,
            math.exp(acquaintances * blame * _log_missed(m * weak)) if acquaintances * blame > 0 else 1.0,
        )  # fmt: skip

    def signals(self, who: Ints, advertising: float) -> Signals:
        """P(adopt) = p+(1-p-) + a p+ p-, P(reject) = p-(1-p+) + (1-a) p+ p-, a = p+ / (p+ + p-).

        p+ = 1-(1-p)(1-q_w)^w+ (1-q_s)^s+ and p- = 1-(1-m q_w)^w- (1-m q_s)^s-, with q = mention x recommendation, p
        the week's advertising and m the bad multiplier.
        """
        return Signals(*_signals(self.week(advertising), self.opinions, who))

    def messages(self) -> tuple[float, float]:
        """Good and bad mentions a week, expected."""
        return self._sums[2], self._sums[3]


def _log_missed(each: float) -> float:
    """Log of P(one tie gives no signal); so many ties, fractions of them half convinced, give that many times it."""
    return math.log1p(-each) if each < 1 else -math.inf
