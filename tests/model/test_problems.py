"""What goes wrong, who speaks up, and for how long the firm stands behind what it sold."""

import numpy as np
import pytest
from scipy.stats import binomtest, chisquare, kstest, norm

from sim.model import simulate
from sim.model.case import OUTCOMES
from sim.model.draws import Draws
from sim.model.ledger import ACCOUNTS
from sim.model.people import People
from sim.model.problems import CALLS, DEFECT, QUESTION, SELF_SERVED, SERVICE, SILENT, ask, meet, shares, voice
from sim.model.records import JOINED_BY
from sim.parameters.strategy import Access
from sim.parameters.world import Callers, Problems

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
    common = {
        "world.market.people": people,
        "world.market.initial_buyers": 1.0,
        "world.market.history": 0,
        "world.problems.service_share": 0.0,
        "world.problems.expectation_share": 0.0,
    }
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


def test_the_term_is_that_of_the_trade_unless_the_firm_says_another(quiet):
    for changes in (
        {"world.problems.customary_warranty": 6.0, "strategy.warranty.term": None},
        {"world.problems.customary_warranty": 30.0, "strategy.warranty.term": 6.0},
    ):
        run = simulate(quiet({**EVERYTHING_VOICED, **changes, "strategy.warranty.after": "refuse"}))
        age, outcome = cases_by_age(run)
        assert {6, 7} <= set(age)
        assert ((outcome == "resolved") == (age <= 6)).all()


# Kinds of problem


def test_each_kind_has_its_share(scenario):
    changes = {"world.problems.service_share": 0.35, "world.problems.expectation_share": 0.2}
    _, met = weeks_of_problems(scenario, {**changes, "world.problems.rate": 2.0})
    counts = np.bincount(np.concatenate([week.kind for week in met]), minlength=4)
    assert counts[QUESTION] == 0
    assert chisquare(counts[:3], np.array([0.45, 0.35, 0.2]) * counts.sum()).pvalue > 1e-3


def test_a_service_error_weighs_more(scenario):
    changes = {
        "world.problems.service_share": 0.5, "world.problems.service_weight": 1.3, "world.problems.severity": 0.4,
        "world.problems.severity_sd": 0.0, "world.problems.stake_sd": 0.0, "world.problems.rate": 2.0,
    }  # fmt: skip
    _, met = weeks_of_problems(scenario, changes, people=2000)
    kind, severity = (np.concatenate([getattr(week, name) for week in met]) for name in ("kind", "severity"))
    assert severity[kind == SERVICE] == pytest.approx(0.52)
    assert severity[kind == DEFECT] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("service", "expectation", "product", "learned", "expected"),
    [
        (0.35, 0.2, 1.0, 1.0, [0.45, 0.35, 0.2]),
        (0.35, 0.2, 0.5, 1.0, [0.225, 0.35, 0.2]),  # a better product errs as much in service
        (0.35, 0.2, 2.0, 0.5, [0.45, 0.175, 0.1]),  # learning helps with all
        (0.7, 0.5, 1.0, 1.0, [0.0, 0.7, 0.3]),  # shares that would be more than all
    ],
)
def test_what_product_and_learning_leave_of_each_kind(service, expectation, product, learned, expected):
    trouble = Problems(service_share=service, expectation_share=expectation)
    assert shares(trouble, product, learned) == pytest.approx(expected, abs=1e-12)


def test_a_better_product_has_fewer_defects_only(scenario):
    """Half the defects, of which there were six in ten: .7 of the problems, three in seven of them defects."""
    changes = {"world.market.people": 40_000, "world.market.initial_buyers": 1.0, "world.market.history": 0}
    changes |= {"world.problems.service_share": 0.4, "world.problems.expectation_share": 0.0}
    world = scenario({**changes, "world.problems.rate": 0.2, "world.problems.lag": 1.0}).world
    seen = []
    for product in (1.0, 0.5):
        draws = Draws(1, 0)
        met = meet(world, EVEN, People(world, draws), draws, 0, product)
        seen.append(np.bincount(met.kind, minlength=4))
    hazard = 0.2 * (1 - np.exp(-1.0))
    for counts, factor in zip(seen, (1.0, 0.7), strict=True):
        assert binomtest(int(counts.sum()), 40_000, 1 - np.exp(-hazard * factor)).pvalue > 1e-3
    assert binomtest(int(seen[1][DEFECT]), int(seen[1].sum()), 3 / 7).pvalue > 1e-3


def test_who_was_put_off_by_effort_speaks_up_less(scenario):
    """Voice .5, of which three in ten are put off: .35."""
    common = {"world.market.people": 20_000, "world.market.initial_buyers": 1.0, "world.market.history": 0}
    voiced = {"world.callers.voice_small": 0.5, "world.callers.voice_large": 0.5, "world.problems.rate": 5.0}
    world = scenario({**common, **voiced, "world.problems.lag": 0.1}).world
    draws = Draws(1, 0)
    people = People(world, draws)
    people.put_off[:] = 0.3
    met = meet(world, EVEN, people, draws, 0)
    assert binomtest(int((met.fate != SILENT).sum()), met.fate.size, 0.35).pvalue > 1e-3


# Questions


def asked_by_week(scenario, changes, access=EVEN, weeks=40, people=20_000):
    common = {"world.market.people": people, "world.market.initial_buyers": 1.0, "world.market.history": 0}
    world, draws = scenario({**common, **changes}).world, Draws(1, 0)
    everyone = People(world, draws)
    return [ask(world, access, everyone, draws, week) for week in range(weeks)]


def test_a_purchase_brings_as_many_questions_as_the_world_says(scenario):
    """Hazard .2 (1 - e^(-1/4)) e^(-t/4) in week t; six in ten ask the firm."""
    changes = {
        "world.problems.questions": 0.2, "world.problems.question_lag": 4.0, "world.callers.question_voice": 0.6,
        "world.problems.question_severity": 0.05,
    }  # fmt: skip
    asked = asked_by_week(scenario, changes)
    counts = np.array([week.person.size for week in asked])
    hazard = 0.2 * -np.expm1(-0.25) * np.exp(-np.arange(40) / 4)
    expected = 0.6 * -np.expm1(-hazard)
    assert abs(counts.sum() - 20_000 * expected.sum()) < 4 * np.sqrt(20_000 * expected.sum())
    for week in (0, 4, 8):
        assert binomtest(int(counts[week]), 20_000, expected[week]).pvalue > 1e-3
    for week in asked:
        assert (week.kind == QUESTION).all() and (week.severity == 0.05).all() and (week.fate == CALLS).all()
        assert np.unique(week.person).size == week.person.size


@pytest.mark.parametrize(
    ("access", "asks", "serves"),
    [
        (Access(invitation=1.0, self_service=0.3), 0.5, 0.3),
        (Access(invitation=0.5, self_service=0.0), 0.25, 0.0),
        (Access(invitation=2.0, self_service=1.0), 1.0, 1.0),
    ],
)
def test_some_questions_are_answered_in_self_service(scenario, access, asks, serves):
    """Whatever the severity: a question is a trifle."""
    changes = {"world.problems.questions": 20.0, "world.problems.question_lag": 0.02}
    asked = asked_by_week(scenario, {**changes, "world.callers.question_voice": 0.5}, access, weeks=1)[0]
    assert binomtest(asked.person.size, 20_000, asks).pvalue > 1e-3
    assert binomtest(int((asked.fate == SELF_SERVED).sum()), asked.fate.size, serves).pvalue > 1e-3


def test_no_questions_nobody_asks(scenario):
    assert not any(week.person.size for week in asked_by_week(scenario, {"world.problems.questions": 0.0}, weeks=3))


CURIOUS = {
    **EVERYTHING_VOICED,
    "world.market.initial_buyers": 1.0,
    "world.market.advertising_reach": 0.0,
    "world.needs.mean": 0.0,
    "world.problems.questions": 20.0,
    "world.problems.question_lag": 0.02,
    "world.callers.question_voice": 1.0,
    "strategy.warranty.term": 0.0,
    "run.weeks": 2,
}


def test_answers_are_free_and_always_given_whatever_the_warranty(quiet):
    """The last purchase was in the week before, out of warranty; a question is answered all the same."""
    run = simulate(quiet({**CURIOUS, "world.problems.rate": 0.0, "strategy.warranty.after": "charge"}))
    case = run.events.of("case")
    assert case["person"].size == 1500 == run.weeks["questions"].sum()
    assert (case["about"] == QUESTION).all() and (np.array(OUTCOMES)[case["outcome"]] == "resolved").all()
    for name in ("support_fees", "remedies", "learning"):
        assert not run.ledger[:, ACCOUNTS.index(name)].any()
    assert run.weeks["problems"].sum() == run.weeks["voiced"].sum() == 0


def test_a_problem_and_a_question_of_the_same_week_are_two_cases_with_luck_of_their_own(quiet):
    changes = {
        **CURIOUS,
        "world.problems.rate": 5.0,
        "world.problems.lag": 0.02,
        "strategy.warranty.after": "never_out",
    }
    case = simulate(quiet(changes)).events.of("case")
    first = {}
    for row, (person, about) in enumerate(zip(case["person"].tolist(), case["about"].tolist(), strict=True)):
        first.setdefault(person, {})[about == QUESTION] = row
    both = np.array([[rows[False], rows[True]] for rows in first.values() if len(rows) == 2])
    assert len(both) > 1400
    for name in ("hours_opened", "hours_handled"):
        problem, question = case[name][both[:, 0]], case[name][both[:, 1]]
        assert (problem != question).all()
        assert abs(np.corrcoef(problem, question)[0, 1]) < 0.1


# Help to people who never bought here

STRANGERS = {
    **EVERYTHING_VOICED,
    "world.market.people": 10_000,
    "world.market.advertising_reach": 0.0,
    "world.market.questions_outside": 0.1,
    "world.market.helped_considers": 0.4,
    "world.callers.question_voice": 0.5,
    "world.rival.gives_up": 0.0,
    "world.needs.mean": 0.0,
    "strategy.staffing.agents": 200.0,
    "run.weeks": 3,
}


def test_strangers_who_were_helped_consider_the_firm_in_the_next_week(quiet):
    """A twentieth of the prospects ask in a week; all are answered, four in ten of them buy."""
    run = simulate(quiet({**STRANGERS, "strategy.access.help_anyone": True}))
    asked = run.weeks["questions"].astype(int)
    assert binomtest(int(asked[0]), 10_000, 0.05).pvalue > 1e-3
    assert run.weeks["joined"][0] == 0
    for week in (1, 2):
        assert binomtest(int(run.weeks["joined"][week]), int(run.weeks["cases_resolved"][week - 1]), 0.4).pvalue > 1e-3
    joined = run.events.of("joining")
    assert (joined["cause"] == JOINED_BY.index("help")).all()
    assert (run.weeks["newcomers"] == run.weeks["joined"]).all() and not run.weeks["recommended"].any()


def test_strangers_who_find_the_answer_in_self_service_were_helped_too(quiet):
    run = simulate(quiet({**STRANGERS, "strategy.access.help_anyone": True, "strategy.access.self_service": 1.0}))
    assert not run.weeks["cases_opened"][0]  # nobody has to call who finds the answer; customers come later
    assert binomtest(int(run.weeks["joined"][1]), int(run.weeks["questions"][0]), 0.4).pvalue > 1e-3


def test_strangers_are_turned_away_where_only_customers_are_helped(quiet):
    run = simulate(quiet({**STRANGERS, "strategy.access.help_anyone": False}))
    assert not run.weeks["questions"].any() and not run.weeks["joined"].any()


# Opportunists

CHEATS = {
    "world.market.people": 10_000,
    "world.needs.mean": 5.0,
    "world.needs.opportunists": 0.2,
    "world.needs.false_claims": 0.3,
    "world.rival.gives_up": 0.0,
    "strategy.remedy.action": "refund",
    "strategy.remedy.compensation": 0.1,
    "run.weeks": 2,
}


def test_opportunists_claim_where_nobody_asks(quiet):
    """A fifth of the buyers, three in ten of them each time: the price and a tenth, $55 a claim."""
    run = simulate(quiet({**CHEATS, "strategy.remedy.no_questions": True}))
    claims = run.weeks["false_claims"].astype(int)
    for week in range(2):
        assert binomtest(int(claims[week]), int(run.weeks["orders"][week]), 0.06).pvalue > 1e-3
    assert run.ledger[:, ACCOUNTS.index("remedies")].tolist() == [-55_00 * count for count in claims.tolist()]
    assert not run.weeks["problems"].any() and not run.weeks["cases_opened"].any()


@pytest.mark.parametrize("honest", [{}, {"strategy.remedy.no_questions": True, "world.needs.opportunists": 0.0}])
def test_nobody_claims_where_questions_are_asked_or_people_are_honest(quiet, honest):
    run = simulate(quiet({**CHEATS, **honest}))
    assert not run.weeks["false_claims"].any() and not run.ledger[:, ACCOUNTS.index("remedies")].any()
