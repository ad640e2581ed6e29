"""Stories: who hears them, when, how often, how much of them is left, and what they change."""

import numpy as np
import pytest
from scipy.stats import binomtest, nbinom

from sim.model import simulate
from sim.model.case import RESOLVED
from sim.model.draws import Draws
from sim.model.network import build
from sim.model.people import People, Status
from sim.model.persuasion import persuade
from sim.model.problems import QUESTION
from sim.model.word_of_mouth import Grapevine, Stories
from sim.parameters.world import WordOfMouth

TALKATIVE = {"retell": 1.0, "delay_bad": 0.0, "delay_good": 0.0}


def grapevine(people=5000, seed=1, **changes) -> Grapevine:
    world, draws = WordOfMouth(**changes), Draws(seed, 0)
    return Grapevine(world, build(world, people, draws), draws)


def tell(vine: Grapevine, who, week=0, bad=True, weight=1.0, chance=1.0, occasion=0) -> None:
    who = np.asarray(who)
    vine.tell(week, who, np.full(who.size, occasion), np.full(who.size, weight), bad, chance)


def hear_all(vine: Grapevine, weeks=60) -> list[Stories]:
    return [vine.hear(week) for week in range(weeks)]


def together(parts: list[Stories]) -> Stories:
    return Stories(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def heard_in_all(vine: Grapevine, weeks=60) -> Stories:
    return together(hear_all(vine, weeks))


# Who hears


def test_each_story_is_heard_once_by_each_listener_and_never_by_who_told_it_first():
    vine = grapevine(people=300, listeners_unresolved=10.0, hops=10, retell=1.0)
    tell(vine, np.arange(40))
    heard = heard_in_all(vine, 200)
    assert heard.story.size > 500  # the 300 hear of the 40 problems again and again
    assert np.unique(heard.story * 300 + heard.listener).size == heard.story.size
    origin = heard.story % 300  # occasion 0: the number of a story is that of the person it happened to
    assert (heard.listener != origin).all() and (heard.listener != heard.teller).all()


@pytest.mark.parametrize("hops", [1, 2, 3, 5])
def test_no_story_goes_farther_than_its_hops_and_each_hop_keeps_its_share(hops):
    vine = grapevine(hops=hops, hop_weight=0.47, **TALKATIVE)
    tell(vine, np.arange(500), weight=0.8)
    heard = heard_in_all(vine)
    assert set(heard.hop) == set(range(1, hops + 1))
    assert heard.weight == pytest.approx(0.8 * 0.47 ** (heard.hop - 1))


def test_a_retold_story_comes_from_somebody_who_heard_it_before():
    vine = grapevine(**TALKATIVE)
    tell(vine, np.arange(300))
    known = {(story, story % 5000) for story in range(300)}
    for week in hear_all(vine):
        for story, teller in zip(week.story.tolist(), week.teller.tolist(), strict=True):
            assert (story, teller) in known
        known |= set(zip(week.story.tolist(), week.listener.tolist(), strict=True))


@pytest.mark.parametrize("retell", [0.0, 0.2, 0.7])
def test_share_of_listeners_who_tell_it_on(retell):
    """Each passes it on to one strong tie with this probability; in 100,000 people nearly all of those are new."""
    vine = grapevine(people=100_000, retell=retell, strong_share=0.0, hops=2, delay_bad=0.0)
    tell(vine, np.arange(0, 100_000, 20))
    heard = heard_in_all(vine)
    first, second = (int((heard.hop == hop).sum()) for hop in (1, 2))
    assert abs(second / first - retell) <= 4 * np.sqrt(retell * (1 - retell) / first) + 1e-3 * retell


@pytest.mark.parametrize("share", [0.0, 0.72, 1.0])
def test_strong_ties_hear_their_share(share):
    """With 200 ties: nobody is told twice. An acquaintance may be a friend by chance, once in 100."""
    vine = grapevine(people=20_000, ties=200, strong_share=share, hops=1)
    tell(vine, np.arange(0, 20_000, 5))
    heard, net = heard_in_all(vine), vine.network
    friends = [
        listener in net.neighbours[net.starts[teller] : net.starts[teller + 1]]
        for teller, listener in zip(heard.teller.tolist(), heard.listener.tolist(), strict=True)
    ]
    assert abs(np.mean(friends) - share) < 4 * np.sqrt(share * (1 - share) / len(friends)) + 0.015


@pytest.mark.parametrize(("bad", "mean"), [(True, 3.5), (False, 2.0)])
@pytest.mark.parametrize("dispersion", [0.5, 1.0, 20.0])
def test_listeners_are_negative_binomial(bad, mean, dispersion):
    """Told to strangers only, who are all different in a large population; 127 listeners are the most."""
    people, tellers = 1_000_000, 20_000
    vine = grapevine(
        people=people, network="random", ties=2, listeners_unresolved=3.5, listeners_resolved=2.0, hops=1,
        dispersion=dispersion, strong_share=0.0, delay_bad=0.0, delay_good=0.0,
    )  # fmt: skip
    tell(vine, np.arange(tellers), bad=bad)
    listeners = np.bincount(vine.hear(0).teller, minlength=tellers)
    theory = nbinom(dispersion, dispersion / (dispersion + mean))
    k = np.arange(200)
    capped = theory.pmf(k) @ np.minimum(k, 127)
    assert abs(listeners.mean() - capped) < 4 * theory.std() / np.sqrt(tellers) + 1e-3
    assert capped == pytest.approx(mean, rel=0.02)
    for few in (0, 1, 2, 5):
        assert binomtest(int((listeners <= few).sum()), tellers, theory.cdf(few)).pvalue > 1e-3


def test_as_many_different_people_hear_it_as_the_parameter_says():
    """Friends are told one after the other, none twice; who has told all of them tells acquaintances."""
    tellers = 20_000
    for ties in (2, 8):
        vine = grapevine(
            people=100_000, network="random", ties=ties, listeners_unresolved=3.5, dispersion=20.0, hops=1,
            strong_share=1.0, delay_bad=0.0,
        )  # fmt: skip
        tell(vine, np.arange(tellers))
        heard = vine.hear(0)
        different = np.unique(heard.teller * 100_000 + heard.listener).size
        assert different == pytest.approx(3.5 * tellers, rel=0.02)


def test_hardly_any_listeners_are_none():
    vine = grapevine(listeners_unresolved=1e-17, delay_bad=0.0)
    tell(vine, np.arange(50))
    assert not vine.hear(0).listener.size


@pytest.mark.parametrize("chance", [0.0, 0.41, 1.0])
def test_share_of_problems_that_are_told_at_all(chance):
    vine = grapevine(people=100_000, dispersion=100.0, listeners_unresolved=10.0, delay_bad=0.0, hops=1)
    tell(vine, np.arange(5000), chance=chance)
    tellers = np.unique(vine.hear(0).teller).size  # with 10 listeners on average nobody tells nobody
    assert binomtest(tellers, 5000, chance).pvalue > 1e-3


def test_nobody_hears_anything_where_there_is_no_network(scenario):
    vine = grapevine(network="none", listeners_unresolved=10.0)
    tell(vine, np.arange(1000))
    assert heard_in_all(vine).story.size == 0
    run = simulate(scenario({"world.market.people": 1500, "world.word_of_mouth.network": "none", "run.weeks": 40}))
    assert run.events.of("story")["person"].size == 0
    assert run.weeks["problems"].sum() > 50


# Posts for all to see


def post(vine: Grapevine, who, bad=True, weight=1.0, chance=1.0) -> None:
    who = np.asarray(who)
    vine.post(0, who, np.zeros(who.size, int), np.full(who.size, weight), bad, chance)


@pytest.mark.parametrize("chance", [0.0, 0.3, 1.0])
def test_share_of_problems_that_are_posted(chance):
    vine = grapevine(people=100_000, dispersion=100.0, post_readers=10.0, delay_bad=0.0, hops=1)
    post(vine, np.arange(5000), chance=chance)
    assert binomtest(np.unique(vine.hear(0).teller).size, 5000, chance).pvalue > 1e-3


@pytest.mark.parametrize("bad", [True, False])
def test_a_post_is_read_by_as_many_as_the_world_says_whoever_they_are(bad):
    """Negative binomial with mean 5, among everybody, friend or not; the strong share of tellings does not count."""
    people, posts = 200_000, 10_000
    vine = grapevine(
        people=people, network="random", ties=2, post_readers=5.0, dispersion=1.0, hops=1, delay_bad=0.0,
        delay_good=0.0, strong_share=1.0, listeners_unresolved=0.0, listeners_resolved=0.0,
    )  # fmt: skip
    post(vine, np.arange(posts), bad=bad, weight=0.7)
    heard = vine.hear(0)
    readers = np.bincount(heard.teller, minlength=posts)
    theory = nbinom(1.0, 1 / 6)
    assert abs(readers.mean() - 5) < 4 * theory.std() / np.sqrt(posts) + 0.01
    for few in (0, 2, 8):
        assert binomtest(int((readers <= few).sum()), posts, theory.cdf(few)).pvalue > 1e-3
    assert (np.histogram(heard.listener, bins=4, range=(0, people))[0] / heard.listener.size) == pytest.approx(
        [0.25] * 4, abs=0.01
    )
    assert (heard.hop == 1).all() and (heard.weight == 0.7).all() and (heard.bad == bad).all()


def test_who_was_told_does_not_hear_it_again_from_the_post():
    """Four people: all are told or read it, each once."""
    vine = grapevine(people=4, ties=2, listeners_unresolved=10.0, post_readers=10.0, delay_bad=0.0, hops=1)
    tell(vine, [0])
    post(vine, [0])
    heard = heard_in_all(vine)
    assert sorted(heard.listener.tolist()) == [1, 2, 3]
    assert (heard.story == 0).all()


def test_nobody_reads_where_nobody_talks():
    vine = grapevine(network="none")
    post(vine, np.arange(100))
    assert not heard_in_all(vine).story.size


def test_in_the_engine_only_those_who_asked_the_firm_post(scenario):
    """Nobody tells a friend anything: bad stories are about cases left unsettled, good ones about settled ones."""
    changes = {
        "world.market.people": 3000, "world.problems.rate": 1.0, "run.weeks": 40, "world.word_of_mouth.hops": 1,
        **{f"world.word_of_mouth.tell_{what}": 0.0 for what in ("silent", "unresolved", "resolved")},
        "world.word_of_mouth.posted": 0.5, "world.word_of_mouth.posted_good": 0.5, "world.callers.voice_small": 0.5,
    }  # fmt: skip
    run = simulate(scenario(changes))
    story, case = run.events.of("story"), run.events.of("case")
    trouble = case["about"] != QUESTION
    number = (case["opened_week"] * 3000 + case["person"])[trouble]
    well = (case["outcome"] == RESOLVED)[trouble]
    for bad in (True, False):
        about = story["story"][story["bad"] == bad]
        assert about.size > 50
        assert np.isin(about, number[well != bad]).all()
    silent = {f"world.word_of_mouth.{name}": 0.0 for name in ("posted", "posted_good")}
    assert simulate(scenario({**changes, **silent})).events.of("story")["person"].size == 0


# When


@pytest.mark.parametrize("bad", [True, False])
def test_delays_are_whole_weeks_of_an_exponential(bad):
    """floor(Exp(mean m)) is geometric with mean 1 / (exp(1/m) - 1), from the week of the telling on."""
    means = {True: 1.5, False: 4.0}
    vine = grapevine(people=50_000, delay_bad=1.5, delay_good=4.0, hops=1, strong_share=0.0)
    tell(vine, np.arange(5000), week=7, bad=bad)
    weeks = np.repeat(np.arange(100), [heard.story.size for heard in hear_all(vine, 100)])
    assert weeks.min() == 7
    delays, m = weeks - 7, means[bad]
    q = np.exp(-1 / m)
    assert abs(delays.mean() - q / (1 - q)) < 4 * np.sqrt(q) / (1 - q) / np.sqrt(delays.size)
    assert binomtest(int((delays == 0).sum()), delays.size, 1 - q).pvalue > 1e-3


def test_each_hop_takes_a_week_at_least():
    vine = grapevine(hops=4, **TALKATIVE)
    tell(vine, np.arange(200))
    for week, heard in enumerate(hear_all(vine, 10)):
        assert set(heard.hop) <= {week + 1}


def test_bad_and_good_news_of_equal_speed_arrive_in_the_same_weeks():
    """The contested asymmetry can be switched off: then only the kind of story differs."""
    weeks = []
    for bad in (True, False):
        vine = grapevine(delay_bad=1.5, delay_good=1.5, listeners_unresolved=2.0, listeners_resolved=2.0)
        tell(vine, np.arange(500), bad=bad)
        weeks.append([heard.story.tolist() for heard in hear_all(vine, 40)])
    assert weeks[0] == weeks[1]


# What it changes


def listeners(scenario, statuses):
    """People without a past, of these statuses."""
    everyone = People(
        scenario({"world.market.people": len(statuses), "world.market.initial_buyers": 0.0}).world, Draws(1, 0)
    )
    everyone.status[:] = statuses
    return everyone


def stories(listener, bad, weight):
    n = len(listener)
    return Stories(
        story=np.arange(n), teller=np.full(n, 10_000), listener=np.asarray(listener), bad=np.full(n, bad),
        weight=np.full(n, weight), hop=np.ones(n, int), when=np.zeros(n, int),
    )  # fmt: skip


def test_a_story_adds_its_weight_to_both_beliefs_and_less_for_customers(scenario):
    """With effect .3 and m = 2 a bad story of weight .5 counts .3; a quarter of it for customers."""
    world = WordOfMouth(effect=0.3, customer_bad=0.25, customer_good=0.5, bad_multiplier=2.0)
    statuses = [Status.PROSPECT, Status.CUSTOMER, Status.FORMER, Status.PROSPECT]
    for bad, expected in ((True, [0.3, 0.075, 0.3, 0.0]), (False, [0.15, 0.075, 0.15, 0.0])):
        people = listeners(scenario, statuses)
        persuade(world, people, stories([0, 1, 2], bad, 0.5), Draws(1, 0), 0)
        for belief in (people.reliability, people.recovery):
            taught, untouched = (belief.bad, belief.good) if bad else (belief.good, belief.bad)
            assert taught == pytest.approx(expected)
            assert (untouched == 0).all()


def test_several_stories_heard_in_a_week_add_up(scenario):
    people = listeners(scenario, [Status.PROSPECT])
    heard = together([stories([0], True, 1.0), stories([0], True, 0.47), stories([0], False, 1.0)])
    persuade(WordOfMouth(effect=1.0), people, heard, Draws(1, 0), 0)
    assert (people.reliability.bad[0], people.reliability.good[0]) == pytest.approx((1.47, 1.0))


def test_bad_news_hits_prospects_four_times_as_hard_as_customers(scenario):
    """East et al.: over four times the effect on acquisition than on retention; shipped: 1 against .25."""
    people = listeners(scenario, [Status.PROSPECT, Status.CUSTOMER])
    persuade(scenario().world.word_of_mouth, people, stories([0, 1], True, 1.0), Draws(1, 0), 0)
    assert 3 <= people.reliability.bad[0] / people.reliability.bad[1] <= 5


@pytest.mark.parametrize("weight", [1.0, 0.47])
def test_one_good_story_in_eight_makes_a_prospect_consider(scenario, weight):
    people = listeners(scenario, [Status.PROSPECT] * 20_000)
    world = WordOfMouth(recommendation=0.125)
    convinced = persuade(world, people, stories(np.arange(20_000), False, weight), Draws(1, 0), 0)
    assert binomtest(convinced.size, 20_000, 0.125 * weight).pvalue > 1e-3
    assert np.unique(convinced).size == convinced.size
    # nobody is convinced by bad news, and nobody but a prospect needs to be
    assert persuade(world, people, stories(np.arange(20_000), True, 1.0), Draws(1, 0), 0).size == 0
    customers = listeners(scenario, [Status.CUSTOMER] * 20_000)
    assert persuade(world, customers, stories(np.arange(20_000), False, 1.0), Draws(1, 0), 0).size == 0


def test_bad_stories_make_some_customers_look_around(scenario):
    world = WordOfMouth(bad_story_looking=0.1)
    people = listeners(scenario, [Status.CUSTOMER] * 20_000)
    persuade(world, people, stories(np.arange(20_000), True, 1.0), Draws(1, 0), 0)
    assert binomtest(int((people.looking == 1).sum()), 20_000, 0.1).pvalue > 1e-3
    people = listeners(scenario, [Status.CUSTOMER] * 1000 + [Status.PROSPECT] * 1000)
    persuade(world, people, stories(np.arange(1000), False, 1.0), Draws(1, 0), 0)
    persuade(world, people, stories(np.arange(1000, 2000), True, 1.0), Draws(1, 0), 0)
    assert (people.looking == 0).all()


# Through the engine


@pytest.fixture(scope="module")
def run(scenario):
    changes = {"world.market.people": 6000, "run.weeks": 80, "world.problems.rate": 1.0}
    return simulate(scenario(changes, "profit_center"))


def test_every_story_heard_is_about_a_problem_that_somebody_had_before(run):
    story, problem = run.events.of("story"), run.events.of("problem")
    had = set((problem["week"] * 6000 + problem["person"]).tolist())
    assert story["story"].size > 1000
    assert set(story["story"].tolist()) <= had
    assert (story["week"] > story["story"] // 6000).all()
    first_hand = story["hop"] == 1
    assert (story["teller"][first_hand] == story["story"][first_hand] % 6000).all()


def test_in_the_engine_too_nobody_hears_a_story_twice_and_none_goes_beyond_three_hops(run):
    story = run.events.of("story")
    assert np.unique(story["story"] * 6000 + story["person"]).size == story["story"].size
    assert set(story["hop"]) == {1, 2, 3}
    # what is left of a story from hop to hop lies in the published band
    mean = [story["weight"][(story["hop"] == hop) & ~story["bad"]].mean() for hop in (1, 2, 3)]
    assert 0.35 <= mean[1] / mean[0] <= 0.6 and 0.35 <= mean[2] / mean[1] <= 0.6


def test_good_stories_are_about_settled_cases_bad_ones_about_the_others(run):
    story, case = run.events.of("story"), run.events.of("case")
    well = (case["outcome"] == RESOLVED) & (case["about"] != QUESTION)
    settled = set((case["opened_week"] * 6000 + case["person"])[well].tolist())
    about_settled = np.isin(story["story"], list(settled))
    assert (about_settled == ~story["bad"]).all()


@pytest.mark.parametrize("invitation", [0.0, 2.0])
def test_without_delay_a_story_is_heard_the_week_after(scenario, invitation):
    """Those who keep silent tell from the next week on, those who call from the week after their case is closed."""
    changes = {
        "world.market.people": 3000,
        "world.problems.rate": 1.0,
        "world.word_of_mouth.tell_silent": 1.0,
        "world.word_of_mouth.tell_unresolved": 1.0,
        "world.word_of_mouth.tell_resolved": 1.0,
        "world.word_of_mouth.delay_bad": 0.0,
        "world.word_of_mouth.delay_good": 0.0,
        "world.word_of_mouth.hops": 1,
        "world.callers.voice_small": 0.5,
        "strategy.access.invitation": invitation,
        "strategy.access.self_service": 0.0,
        "run.weeks": 30,
    }
    run = simulate(scenario(changes))
    story, case = run.events.of("story"), run.events.of("case")
    assert story["week"].size > 200
    ended = {(story // 3000, story % 3000): story // 3000 for story in np.unique(story["story"]).tolist()}
    trouble = case["about"] != QUESTION  # of questions nobody tells a story
    closed = zip(*(case[name][trouble].tolist() for name in ("opened_week", "person", "week")), strict=True)
    ended |= {(opened, person): week for opened, person, week in closed if (opened, person) in ended}
    about = zip((story["story"] // 3000).tolist(), (story["story"] % 3000).tolist(), strict=True)
    assert (story["week"] == [ended[key] + 1 for key in about]).all()
    if invitation:
        assert set(case["person"].tolist()) & set(story["teller"].tolist())
