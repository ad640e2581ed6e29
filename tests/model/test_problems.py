"""What goes wrong, who speaks up, and for how long the firm stands behind what it sold."""

import numpy as np
import pytest
from scipy.stats import binomtest, kstest, norm

from sim.model import simulate
from sim.model.case import OUTCOMES
from sim.model.draws import Draws
from sim.model.ledger import ACCOUNTS
from sim.model.people import People
from sim.model.problems import CALLS, SELF_SERVED, SILENT, meet, voice
from sim.parameters.strategy import Access
from sim.parameters.world import Callers

EVEN = Access(invitation=1.0, self_service=0.0)


# Voice


def test_small_problems_are_rarely_voiced_large_ones_mostly(scenario):
    """TARP: 3-10 % of small problems, 50-75 % of large ones reach the firm; in the shipped world."""
    callers = scenario().world.callers
    small, large = voice(callers, EVEN, np.linspace(0, 0.1, 9)), voice(callers, EVEN, np.linspace(2, 20, 9))
    assert ((small >= 0.03) & (small <= 0.10)).all()
    assert ((large >= 0.50) & (large <= 0.75)).all()


def test_voice_is_half_way_at_its_half_point_and_rises_with_severity():
    callers = Callers(voice_small=0.04, voice_large=0.64, voice_half=0.5)
    assert voice(callers, EVEN, np.array([0.0, 0.5, 1e6])) == pytest.approx([0.04, 0.34, 0.64])
    assert (np.diff(voice(callers, EVEN, np.linspace(0, 5, 100))) > 0).all()


def test_invitation_multiplies_voice_up_to_certainty():
    callers, severity = Callers(voice_small=0.1, voice_large=0.8), np.array([0.0, 1e6])
    assert voice(callers, Access(invitation=0.5), severity) == pytest.approx([0.05, 0.4])
    assert voice(callers, Access(invitation=2.0), severity) == pytest.approx([0.2, 1.0])
    assert voice(callers, Access(invitation=0.0), severity) == pytest.approx([0.0, 0.0])


# Meeting a problem: everyone bought one thing just now, and nothing else ever


def weeks_of_problems(scenario, changes, weeks=60, people=40_000, access=EVEN):
    """(world, list of Problems by week) of people who have just bought their first."""
    common = {"world.market.people": people, "world.market.initial_buyers": 1.0, "world.market.history": 0}
    world = scenario({**common, **changes}).world
    everyone, draws = People(world, Draws(1, 0)), Draws(1, 0)
    assert (everyone.in_use == 1).all()
    return world, [meet(world, access, everyone, draws, week) for week in range(weeks)]


@pytest.mark.parametrize("use_elasticity", [1.0, 0.5, 0.3])
@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_a_purchase_brings_as_many_problems_as_the_rate_says(scenario, use_elasticity, rate):
    """Hazard of week t: rate (1 - 1/e^(1/lag)) e^(-t/lag), a sum of `rate`; at most one problem a week."""
    lag, people = 4.0, 40_000
    changes = {"world.problems.rate": rate, "world.problems.lag": lag, "world.problems.use_elasticity": use_elasticity}
    _, met = weeks_of_problems(scenario, changes, people=people)
    hazard = rate * -np.expm1(-1 / lag) * np.exp(-np.arange(60) / lag)
    assert hazard.sum() == pytest.approx(rate, rel=1e-6)
    a_week = -np.expm1(-hazard)
    counts = np.array([week.person.size for week in met])
    assert abs(counts.sum() / people - a_week.sum()) < 4 * np.sqrt(a_week.sum() / people)
    mean_week = counts @ np.arange(60) / counts.sum()
    expected = a_week @ np.arange(60) / a_week.sum()
    assert abs(mean_week - expected) < 4 * lag / np.sqrt(counts.sum()) + 0.01


def test_at_most_one_problem_a_person_a_week_and_each_is_counted(scenario):
    _, met = weeks_of_problems(scenario, {"world.problems.rate": 5.0}, people=2000)
    seen = np.zeros(2000, int)
    for week in met:
        assert np.unique(week.person).size == week.person.size
        assert (week.earlier == seen[week.person]).all()
        seen[week.person] += 1
    assert seen.max() > 3


def test_severity_is_lognormal_about_its_median(scenario):
    changes = {"world.problems.severity": 0.45, "world.problems.severity_sd": 0.6, "world.problems.stake_sd": 0.0}
    _, met = weeks_of_problems(scenario, {**changes, "world.problems.rate": 2.0})
    z = (np.log(np.concatenate([week.severity for week in met])) - np.log(0.45)) / 0.6
    assert kstest(z, norm.cdf).pvalue > 1e-3


def test_what_is_at_stake_is_a_trait_of_the_person(scenario):
    changes = {"world.problems.severity_sd": 0.0, "world.problems.stake_sd": 0.5, "world.problems.rate": 3.0}
    _, met = weeks_of_problems(scenario, changes, people=3000)
    person = np.concatenate([week.person for week in met])
    severity = np.concatenate([week.severity for week in met])
    for someone in np.flatnonzero(np.bincount(person) > 3)[:50]:
        assert np.ptp(severity[person == someone]) < 1e-12
    assert severity.std() > 0.1


def test_fates_follow_voice_and_self_service(scenario):
    """Voice .3; self-service settles .5 exp(-severity) of those, at severity .4 a share of .335."""
    changes = {
        "world.problems.severity": 0.4,
        "world.problems.severity_sd": 0.0,
        "world.problems.stake_sd": 0.0,
        "world.problems.rate": 2.0,
        "world.callers.voice_small": 0.3,
        "world.callers.voice_large": 0.3,
    }
    _, met = weeks_of_problems(scenario, changes, access=Access(invitation=1.0, self_service=0.5))
    fate = np.concatenate([week.fate for week in met])
    served = 0.5 * np.exp(-0.4)
    for kind, share in ((SILENT, 0.7), (SELF_SERVED, 0.3 * served), (CALLS, 0.3 * (1 - served))):
        assert binomtest(int((fate == kind).sum()), fate.size, share).pvalue > 1e-3


# The warranty clock, through the engine: everyone calls with every problem, and the desk can settle them all

EVERYTHING_VOICED = {
    "world.market.people": 1500,
    "world.market.initial_buyers": 0.0,
    "world.market.advertising_reach": 0.5,
    "world.needs.mean": 0.1,
    "world.problems.rate": 1.0,
    "world.problems.lag": 8.0,
    "world.problems.use_elasticity": 1.0,
    "world.problems.leave_unresolved": 0.0,
    "world.callers.voice_small": 1.0,
    "world.callers.voice_large": 1.0,
    "world.callers.patience": 1e6,
    "strategy.access.self_service": 0.0,
    "strategy.access.invitation": 1.0,
    "strategy.staffing.agents": 50.0,
    "strategy.desk.first_contact_resolution": 1.0,
    "strategy.desk.contacts": 1,
    "strategy.desk.handle_time": 0.1,
    "run.weeks": 60,
}


def cases_by_age(run):
    """(weeks since the last purchase, outcome) of each case."""
    bought, case = run.events.of("purchase"), run.events.of("case")
    age = np.full(case["person"].size, -1)
    for row, (person, opened) in enumerate(zip(case["person"], case["opened_week"], strict=True)):
        before = bought["week"][(bought["person"] == person) & (bought["week"] <= opened)]
        age[row] = opened - before.max()
    return age, np.array(OUTCOMES)[case["outcome"]]


@pytest.mark.parametrize(
    ("after", "goodwill", "last_free_week"),
    [("refuse", 0.0, 6), ("refuse", 5.0, 6), ("goodwill", 3.0, 9), ("goodwill", 2.5, 8), ("never_out", 0.0, 10_000)],
)
def test_the_warranty_clock(quiet, after, goodwill, last_free_week):
    changes = {"strategy.warranty.term": 6.0, "strategy.warranty.after": after, "strategy.warranty.goodwill": goodwill}
    run = simulate(quiet({**EVERYTHING_VOICED, **changes}))
    age, outcome = cases_by_age(run)
    assert {6, 7, 8, 9, 10} <= set(age)
    assert (outcome[age <= last_free_week] == "resolved").all()
    assert (outcome[age > last_free_week] == "refused").all()
    assert run.ledger[:, ACCOUNTS.index("support_fees")].sum() == 0


@pytest.mark.parametrize("fee", [0.0, 0.3, 1.0, 2.0])
def test_out_of_warranty_some_pay_the_fee(quiet, fee):
    """The share 1 - fee of them pay; the others are refused. In warranty nobody pays."""
    changes = {"strategy.warranty.term": 6.0, "strategy.warranty.after": "charge", "strategy.warranty.fee": fee}
    run = simulate(quiet({**EVERYTHING_VOICED, **changes}))
    age, outcome = cases_by_age(run)
    assert (outcome[age <= 6] == "resolved").all()
    outside = outcome[age > 6]
    paying = int((outside == "resolved").sum())
    assert outside.size > 100
    assert binomtest(paying, outside.size, max(0.0, 1 - fee)).pvalue > 1e-3
    assert run.ledger[:, ACCOUNTS.index("support_fees")].sum() == paying * round(fee * 50_00)
