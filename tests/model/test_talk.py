"""Background talk: who speaks well or ill of the firm, and what it makes of those who listen, by hand."""

import numpy as np
import pytest
from scipy.stats import binomtest

from sim.model import simulate
from sim.model.draws import Draws
from sim.model.network import Complete, Network, build
from sim.model.people import BAD, GOOD, NONE, People, Status
from sim.model.records import JOINED_BY
from sim.model.talk import Talk
from sim.parameters.world import WordOfMouth

NOBODY = np.empty(0, np.int64)


def crowd(quiet, statuses, opinions) -> People:
    """People without a past, of these statuses and opinions."""
    changes = {"world.market.people": len(statuses), "world.market.initial_buyers": 0.0}
    people = People(quiet(changes).world, Draws(1, 0))
    people.status[:], people.opinion[:] = statuses, opinions
    return people


def star(leaves: int, people: int | None = None) -> Network:
    """Person 0 has ties to 1, 2 ... `leaves`; the others have none."""
    ends = np.arange(1, leaves + 1)
    return Network(people or leaves + 1, np.zeros(leaves, np.int64), ends)


# Who speaks


@pytest.mark.parametrize(
    ("status", "opinion", "praise", "blame"),
    [
        (Status.CUSTOMER, GOOD, 1, 0),
        (Status.CUSTOMER, NONE, 0, 0),
        (Status.CUSTOMER, BAD, 0, 1),
        (Status.PROSPECT, NONE, 0, 0),
        (Status.FORMER, GOOD, 0, 0),  # whoever went to the rival no longer recommends the firm
        (Status.FORMER, BAD, 0, 1),
        (Status.LOST_FOR_GOOD, BAD, 0, 1),
        (Status.LOST_FOR_GOOD, NONE, 0, 0),  # silent losses warn nobody
        (Status.LEFT_CATEGORY, GOOD, 0, 0),
        (Status.LEFT_CATEGORY, BAD, 0, 1),
        (Status.REJECTER, BAD, 0, 1),  # never bought, and warns all the same
    ],
)
def test_satisfied_customers_recommend_and_whoever_is_disappointed_warns(quiet, status, opinion, praise, blame):
    talk = Talk(WordOfMouth(mention=0.1), star(1))
    talk.listen(crowd(quiet, [Status.PROSPECT, status], [NONE, opinion]))
    assert (talk.praise.tolist(), talk.blame.tolist()) == ([0, praise], [0, blame])
    assert (talk.good_friends.tolist(), talk.bad_friends.tolist()) == ([praise, 0], [blame, 0])


def test_who_came_back_praises_by_a_share(quiet):
    people = crowd(quiet, [Status.PROSPECT] + [Status.CUSTOMER] * 2, [NONE, GOOD, GOOD])
    people.advocacy[2] = 0.25
    talk = Talk(WordOfMouth(mention=0.1), star(2))
    talk.listen(people)
    assert talk.good_friends[0] == 1.25


def test_changing_minds_add_up_to_what_a_fresh_count_gives(quiet):
    draws, n = Draws(3, 0), 400
    world = WordOfMouth(mention=0.1, ties=6)
    network = build(world, n, draws)
    talk = Talk(world, network)
    people = crowd(quiet, [Status.PROSPECT] * n, [NONE] * n)
    for week in range(6):
        people.status[:] = (draws.uniform("status", np.arange(n), week) * 6).astype(int)
        people.opinion[:] = (draws.uniform("opinion", np.arange(n), week) * 3).astype(int) - 1
        people.advocacy[:] = np.where(draws.uniform("advocacy", np.arange(n), week) < 0.3, 0.25, 1.0)
        talk.listen(people)
    fresh = Talk(world, build(world, n, draws))
    fresh.listen(people)
    for name in ("praise", "blame", "good_friends", "bad_friends"):
        np.testing.assert_allclose(getattr(talk, name), getattr(fresh, name), atol=1e-12)
    friends = [network.neighbours[network.starts[i] : network.starts[i + 1]] for i in range(n)]
    assert talk.bad_friends == pytest.approx([(people.opinion[mine] == BAD).sum() for mine in friends])


def test_in_a_complete_network_everybody_listens_to_everybody_else(quiet):
    people = crowd(quiet, [Status.CUSTOMER] * 5, [GOOD, GOOD, GOOD, BAD, NONE])
    talk = Talk(WordOfMouth(mention=0.1, network="complete"), Complete(5))
    talk.listen(people)
    assert talk.good_friends.tolist() == [2, 2, 2, 3, 3]
    assert talk.bad_friends.tolist() == [1, 1, 1, 0, 1]


def test_in_cliques_nobody_listens_to_other_groups(quiet):
    """Groups of three: 0-2, 3-5, and 6 alone."""
    world = WordOfMouth(mention=0.1, network="cliques", ties=2)
    talk = Talk(world, build(world, 7, Draws(1, 0)))
    talk.listen(crowd(quiet, [Status.CUSTOMER] * 7, [GOOD, GOOD, BAD, BAD, NONE, NONE, GOOD]))
    assert talk.good_friends.tolist() == [1, 1, 2, 0, 0, 0, 0]
    assert talk.bad_friends.tolist() == [1, 1, 0, 0, 1, 1, 0]


def test_messages_are_mentions_to_strong_and_weak_ties(quiet):
    """Person 0 praises to 3 friends at .1 and 10 acquaintances at .02 a week; person 1 warns, with one friend."""
    talk = Talk(WordOfMouth(mention=0.1, mention_weak=0.02, weak_ties=10), star(3))
    talk.listen(crowd(quiet, [Status.CUSTOMER] * 4, [GOOD, BAD, NONE, NONE]))
    assert talk.messages() == pytest.approx((3 * 0.1 + 10 * 0.02, 0.1 + 10 * 0.02))


# What it does


def test_acquaintances_who_always_convince_do_nothing_where_there_are_none(quiet):
    world = WordOfMouth(mention=0.0, mention_weak=1.0, weak_ties=0, recommendation=1.0)
    talk = Talk(world, star(3, people=5))
    talk.listen(crowd(quiet, [Status.PROSPECT] + [Status.CUSTOMER] * 4, [NONE, GOOD, GOOD, BAD, BAD]))
    signals = talk.signals(np.array([0]), advertising=0.03)
    assert (signals.adopts[0], signals.rejects[0], signals.by_talk[0]) == (pytest.approx(0.03), 0.0, 0.0)


def test_the_competing_signals_by_hand(quiet):
    """A prospect with two satisfied friends and a disappointed one; two in ten praise, one in ten warns.

    Each satisfied friend convinces with .4 x .5 = .2, each disappointed one warns twice as strongly; of ten
    acquaintances two praise and one warns, at .1 x .5 = .05 each.
    """
    world = WordOfMouth(mention=0.4, mention_weak=0.1, weak_ties=10, recommendation=0.5, bad_multiplier=2.0)
    talk = Talk(world, star(3, people=10))
    statuses = [Status.PROSPECT] + [Status.CUSTOMER] * 3 + [Status.PROSPECT] * 6
    talk.listen(crowd(quiet, statuses, [NONE, GOOD, GOOD, BAD] + [NONE] * 6))
    signals = talk.signals(np.array([0, 9]), advertising=0.03)
    for row, (s_good, s_bad) in enumerate([(2, 1), (0, 0)]):
        good = 1 - 0.97 * 0.95**2 * 0.8**s_good
        bad = 1 - 0.9**1 * 0.6**s_bad
        alpha = good / (good + bad)
        assert signals.adopts[row] == pytest.approx(good * (1 - bad) + alpha * good * bad)
        assert signals.rejects[row] == pytest.approx(bad * (1 - good) + (1 - alpha) * good * bad)
        assert signals.by_talk[row] == pytest.approx((1 - 0.95**2 * 0.8**s_good) / good)
        # whoever hears anything at all goes one way or the other
        assert signals.adopts[row] + signals.rejects[row] == pytest.approx(1 - (1 - good) * (1 - bad))


def test_without_bad_opinion_it_is_the_cascade_of_advertising_and_recommendation(quiet):
    """Goldenberg, Libai & Muller 2001: P = 1 - (1 - p)(1 - q_w)^w (1 - q_s)^s."""
    talk = Talk(WordOfMouth(mention=0.5, recommendation=0.2), star(4))
    talk.listen(crowd(quiet, [Status.PROSPECT] + [Status.CUSTOMER] * 4, [NONE] + [GOOD] * 4))
    signals = talk.signals(np.array([0]), 0.01)
    assert signals.adopts[0] == pytest.approx(1 - 0.99 * 0.9**4)
    assert signals.rejects[0] == 0


@pytest.mark.parametrize("world", [WordOfMouth(mention=0.0), WordOfMouth(mention=0.5, network="none")])
def test_where_nobody_talks_only_advertising_is_left(quiet, world):
    talk = Talk(world, star(3))
    talk.listen(crowd(quiet, [Status.PROSPECT] + [Status.CUSTOMER] * 3, [NONE, GOOD, GOOD, BAD]))
    signals = talk.signals(np.arange(4), 0.07)
    assert signals.adopts.tolist() == [0.07] * 4
    assert not signals.rejects.any() and not signals.by_talk.any()
    assert talk.messages() == (0.0, 0.0)


def test_a_warning_cannot_be_more_than_certain(quiet):
    talk = Talk(WordOfMouth(mention=1.0, recommendation=0.5, bad_multiplier=20.0), star(1))
    talk.listen(crowd(quiet, [Status.PROSPECT, Status.FORMER], [NONE, BAD]))
    signals = talk.signals(np.array([0]), 0.0)
    assert (signals.adopts[0], signals.rejects[0]) == (0.0, 1.0)
    assert talk.signals(NOBODY, 0.1).adopts.size == 0


# Through the engine: nobody needs anything, whoever considers the firm buys

ALL_BUY = {
    "world.market.people": 6000,
    "world.needs.mean": 0.0,
    "world.rival.gives_up": 0.0,
    "world.market.initial_buyers": 0.0,
    "world.word_of_mouth.network": "complete",
    "world.word_of_mouth.recommendation": 0.5,
    "world.market.rejection_half_life": 520_000.0,
    "world.problems.bad_opinion_half_life": 520_000.0,
    "run.weeks": 1,
}


def everyone_is(status, opinion, share):
    """The first `share` of the people get this status and opinion at the beginning of week 0."""

    def change(state):
        who = slice(0, round(share * state.people.n))
        state.people.status[who], state.people.opinion[who] = status, opinion
        state.people.last_purchase[who] = -1

    return {0: change}


def test_a_week_of_talk_in_a_complete_network(quiet):
    """Half are satisfied: 3000 x mention 4e-4 x .5, P = 1 - (1 - .1) e^-.6 nearly; talk wins 1 - e^-.6 of P."""
    changes = {**ALL_BUY, "world.word_of_mouth.mention": 4e-4, "world.market.advertising_reach": 0.1}
    run = simulate(quiet(changes), intervene=everyone_is(Status.CUSTOMER, GOOD, 0.5))
    unmoved = (1 - 2e-4) ** 3000
    adopts = 1 - 0.9 * unmoved
    joined = int(run.weeks["joined"][0])
    assert binomtest(joined, 3000, adopts).pvalue > 1e-3
    causes = np.bincount(run.events.of("joining")["cause"], minlength=len(JOINED_BY))
    told = int(causes[JOINED_BY.index("mention")])
    assert binomtest(told, joined, (1 - unmoved) / adopts).pvalue > 1e-3
    assert told + causes[JOINED_BY.index("advertising")] == joined
    assert run.weeks["recommended"][0] == told
    assert run.weeks["good_mentions"][0] == pytest.approx(3000 * 5999 * 4e-4)
    assert run.weeks["rejected"][0] == 0


def test_the_disappointed_turn_prospects_into_rejecters_who_warn_in_turn(quiet):
    """300 warn 5700: P = 1 - (1 - 2e-4)^300 nearly 6 % in week 0; then all who turned away warn as well."""
    changes = {**ALL_BUY, "world.word_of_mouth.mention": 4e-4, "run.weeks": 2}
    run = simulate(quiet(changes), intervene=everyone_is(Status.LOST_FOR_GOOD, BAD, 0.05))
    first, second = (int(count) for count in run.weeks["rejected"])
    assert binomtest(first, 5700, 1 - (1 - 2e-4) ** 300).pvalue > 1e-3
    assert binomtest(second, 5700 - first, 1 - (1 - 2e-4) ** (300 + first)).pvalue > 1e-3
    assert run.weeks["joined"].sum() == 0
    assert run.weeks["bad_mentions"][1] == pytest.approx((300 + first) * 5999 * 4e-4)
    assert run.weeks["rejecters"].tolist() == [first, first + second]


def test_rejecters_forget_by_halves(quiet):
    changes = {**ALL_BUY, "world.market.rejection_half_life": 4.0, "run.weeks": 8}
    run = simulate(quiet(changes), intervene=everyone_is(Status.REJECTER, BAD, 1.0))
    for week in (0, 3, 7):
        kept = 0.5 ** ((week + 1) / 4)
        assert binomtest(int(run.weeks["rejecters"][week]), 6000, kept).pvalue > 1e-3
    assert (run.weeks["rejecters"] + run.weeks["prospects"] == 6000).all()


def test_the_disappointed_stop_speaking_ill_by_halves(quiet):
    """Customers speak well again, former ones fall silent."""
    changes = {**ALL_BUY, "world.problems.bad_opinion_half_life": 2.0, "world.word_of_mouth.mention": 1e-6}
    changes |= {"run.weeks": 5}
    for status, says_after in ((Status.CUSTOMER, GOOD), (Status.FORMER, NONE)):
        seen = {}

        def look(state, seen=seen):
            seen["opinion"] = state.people.opinion.copy()

        simulate(quiet(changes), intervene={**everyone_is(status, BAD, 1.0), 4: look})
        assert binomtest(int((seen["opinion"] == BAD).sum()), 6000, 0.25).pvalue > 1e-3
        assert set(seen["opinion"].tolist()) == {BAD, says_after}
