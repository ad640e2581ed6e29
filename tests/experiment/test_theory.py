"""The right-hand sides of the verification ladder against published numbers and against each other."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import binom

from sim.experiment import theory
from sim.experiment.rungs import RUNGS
from sim.parameters.cases import case_names, load_case
from sim.parameters.world import WordOfMouth


@pytest.mark.parametrize(
    ("arrivals", "agents", "waits", "wait", "line"),
    [(0.5, 1, 0.5, 1.0, 0.5), (2, 3, 4 / 9, 4 / 9, 8 / 9), (10, 11, 0.6821182047, 0.6821182047, 6.8211820469)],
)
def test_erlang_c(arrivals, agents, waits, wait, line):
    queue = theory.erlang_c(arrivals, 1.0, agents)
    assert (queue.waits, queue.wait, queue.line) == pytest.approx((waits, wait, line), abs=1e-9)


@pytest.mark.parametrize(
    ("arrivals", "impatience", "agents", "waits", "abandons", "wait", "busy"),
    [
        (1, 1, 1, 0.6321205588, 0.3678794412, 0.3678794412, 0.6321205588),
        (2, 0.5, 3, 0.3548026131, 0.0806776482, 0.1613552964, 0.6128815679),
        (10, 0.25, 10, 0.6933843879, 0.0837698209, 0.3350792838, 0.9162301791),
    ],
)
def test_erlang_a(arrivals, impatience, agents, waits, abandons, wait, busy):
    queue = theory.erlang_a(arrivals, 1.0, impatience, agents)
    assert (queue.waits, queue.abandons, queue.wait, queue.busy) == pytest.approx(
        (waits, abandons, wait, busy), abs=1e-9
    )


def test_endless_patience_and_faster_clocks():
    assert theory.erlang_a(2, 1.0, 1e-9, 3) == pytest.approx(theory.erlang_c(2, 1.0, 3), abs=1e-6)
    slow, fast = theory.erlang_a(2, 1.0, 0.5, 3), theory.erlang_a(20, 10.0, 5.0, 3)
    assert (fast.waits, 10 * fast.wait, fast.line) == pytest.approx((slow.waits, slow.wait, slow.line))


@pytest.mark.parametrize(
    ("success", "complains", "recovers", "share"),
    [(0.90, 0.5, 0.6, 0.93), (0.85, 0.5, 0.9, 0.9175), (0.95, 0.05, 0.9, 0.95225)],
)
def test_hays_hill(success, complains, recovers, share):
    assert theory.satisfied_share(success, complains, recovers) == pytest.approx(share)


@pytest.mark.parametrize(("severity", "holds"), [(0.3, True), (0.53, True), (0.55, False), (1.0, False)])
def test_paradox_is_what_the_two_risks_say(severity, holds):
    assert theory.paradox_holds(severity, 1.0, q0=0.95, kq=20, kr=2) is holds
    recovered, untroubled = theory.risk((19, 1 + severity), (2, 1)), theory.risk((19, 1), (1, 1))
    assert (recovered < untroubled) is holds


def test_lifetime_value_of_the_textbook():
    assert theory.lifetime_value(1.0, 0.8, 0.10) == pytest.approx(3.67, abs=0.005)
    # Elasticity to retention is (1 + i) / (1 + i - r) of the value without the first margin
    value = [theory.lifetime_value(1.0, r, 0.12) - 1 for r in (0.8999, 0.9001)]
    assert math.log(value[1] / value[0]) / math.log(0.9001 / 0.8999) == pytest.approx(5.09, abs=0.005)


HIGH_END = (86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4)
REGULAR = (63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3)


@pytest.mark.parametrize(("a", "b", "percent"), [(0.668, 3.806, HIGH_END), (0.704, 1.182, REGULAR)])
def test_sbg_fits_the_cohorts_it_was_fitted_to(a, b, percent):
    """Seven years were fitted; the forecast of the next five stays within two points of what came."""
    for year, survived in enumerate(percent, start=1):
        assert 100 * theory.sbg_survival(year, a, b) == pytest.approx(survived, abs=2.0)


@pytest.mark.parametrize(
    ("a", "b", "rates"),
    [(0.66809, 3.80609, (0.8507, 0.8780, 0.8968, 0.9106)), (0.70408, 1.18204, (0.6267, 0.7560, 0.8188, 0.8559))],
)
def test_sbg_retention_rises(a, b, rates):
    survival = [theory.sbg_survival(year, a, b) for year in range(len(rates) + 1)]
    assert np.divide(survival[1:], survival[:-1]) == pytest.approx(rates, abs=6e-5)


CDNOW = (0.24259, 4.41353, 0.79289, 2.42575)


def test_bg_nbd():
    weeks = (1, 13, 26, 39, 52, 78)
    published = (0.0532, 0.5336, 0.9013, 1.195, 1.444, 1.858)
    assert [theory.bg_nbd_transactions(t, *CDNOW) for t in weeks] == pytest.approx(published, abs=6e-4)
    for t in weeks[1:]:
        assert 0 < theory.bg_nbd_by_week(t, *CDNOW) / theory.bg_nbd_transactions(t, *CDNOW) - 1 < 0.04


@pytest.mark.parametrize(
    ("elasticity", "percent"),
    [(1.5, (0.50, 1.00, 2.47, 4.88)), (2.62, (1.63, 3.26, 8.22, 16.70)), (4, (3.03, 6.12, 15.76, 33.10))],
)
def test_break_even_of_a_service_that_customers_pay_for(elasticity, percent):
    for cost, lift in zip((0.01, 0.02, 0.05, 0.10), percent, strict=True):
        found = theory.break_even_lift(cost, elasticity)
        assert 100 * found == pytest.approx(lift, abs=0.006)
        assert theory.profit_ratio(found, cost, elasticity) == pytest.approx(1.0)


def test_the_best_service_when_demand_saturates():
    lift = 0.15 * (1 - math.exp(-0.0319 / 0.03))
    assert theory.profit_ratio(lift, 0.0319, 2.62) == pytest.approx(1.0437, abs=5e-5)


def test_bass():
    shares = [theory.bass(t, 0.03, 0.38) for t in range(1, 11)]
    published = (0.0358, 0.0851, 0.1505, 0.2332, 0.3312, 0.4392, 0.5490, 0.6517, 0.7407, 0.8128)
    assert shares == pytest.approx(published, abs=5e-5)
    peak = theory.bass_peak(0.03, 0.38)
    assert peak == pytest.approx(6.1926, abs=5e-5)
    assert theory.bass(peak, 0.03, 0.38) == pytest.approx(0.46053, abs=5e-6)
    around = (theory.bass(peak + 1e-4, 0.03, 0.38) - theory.bass(peak - 1e-4, 0.03, 0.38)) / 2e-4
    assert around == pytest.approx(0.110592, abs=1e-6)


def test_bass_with_attrition():
    assert theory.bass_with_attrition(0.03, 0.38, 0.10) == pytest.approx((0.7386, 0.0406, 0.2526), abs=5e-5)
    assert theory.bass_with_attrition(0.03, 0.38, 0.0) == pytest.approx((1.0, 0.03, 0.38))


@pytest.mark.parametrize("attrition", [0.05, 0.1, 0.2])
def test_bass_with_attrition_solves_its_equation(attrition):
    p, q = 0.03, 0.38

    def slope(_, x):
        return p * (1 - x) + q * (1 - attrition) * x * (1 - x) - attrition * x

    times = np.arange(1.0, 21.0)
    solved = solve_ivp(slope, (0, 20), [0.0], t_eval=times, rtol=1e-9, atol=1e-12).y[0]
    market, p_bar, q_bar = theory.bass_with_attrition(p, q, attrition)
    assert [market * theory.bass(t, p_bar, q_bar) for t in times] == pytest.approx(solved, abs=1e-7)


def test_a_fine_clock_is_the_bass_curve():
    """Period by period the curve lags; at 200 periods a year by 1.3 in a thousand, half as much at 400."""
    lag = []
    for ticks in (200, 400):
        adopted = np.cumsum(theory.mixed_adoption(0.03 / ticks, 0.38 / ticks, 10 * ticks))
        lag.append(max(abs(adopted[t * ticks - 1] / theory.bass(t, 0.03, 0.38) - 1) for t in range(1, 11)))
    assert lag[0] < 0.0015
    assert lag[1] == pytest.approx(lag[0] / 2, rel=0.02)


def test_the_loss_of_customers_follows_its_equation():
    """x' = (p + q a)(1 - x) with a = x - lost after the loss; at 400 periods a year, by a solver of equations."""
    p, q, ticks, year, lost = 0.03, 0.38, 400, 3, 0.03
    adopted = np.cumsum(theory.mixed_adoption(p / ticks, q / ticks, 10 * ticks, (year * ticks, lost, 0.0)))

    def slope(t, x):
        return (p + q * (x - (lost if t > year else 0.0))) * (1 - x)

    times = np.array([3.0, 5.0, 10.0])
    solved = solve_ivp(slope, (0, 10), [0.0], t_eval=times, max_step=0.01, rtol=1e-8).y[0]
    assert [adopted[round(t * ticks) - 1] for t in times] == pytest.approx(solved, rel=2e-3)


# Cliques


def told(**changes) -> WordOfMouth:
    ties = {"network": "cliques", "ties": 8, "weak_ties": 8, "mention": 0.04, "mention_weak": 0.001}
    return WordOfMouth(**{**ties, "recommendation": 1.0, "bad_multiplier": 2.0, **changes})


def test_without_friends_a_clique_is_a_recursion_for_single_people():
    course = theory.cliques(told(mention=0.0, mention_weak=0.02, weak_ties=20), 0.005, 0.9, 0.0, 40)
    x, adopts = 0.0, []
    for t in range(40):
        adopts.append((1 - x) * (1 - (1 - 0.005 * 0.9**t) * 0.98 ** (20 * x)))
        x += adopts[-1]
    assert course.adopts == pytest.approx(adopts)
    assert course.rejecters.max() == 0


def test_the_first_two_periods_by_hand():
    """Period 0: advertising only. Period 1: each of 9 has seen Binomial(8, p) of 8 friends adopt."""
    p, q = 0.005, 0.04
    course = theory.cliques(told(mention_weak=0.0), p, 1.0, 0.0, 2)
    k = np.arange(9)
    second = (1 - p) * float(binom.pmf(k, 8, p) @ (1 - (1 - p) * (1 - q) ** k))
    assert course.adopts == pytest.approx([p, second])


def test_bad_news_in_two_periods_by_hand():
    """Pairs of friends. In period 1 one whose friend was disappointed in period 0 weighs advertising against it."""
    p, q, m, d = 0.1, 0.04, 2.0, 0.3
    course = theory.cliques(told(ties=2, mention_weak=0.0), p, 1.0, d, 2)
    good, bad = p * (1 - d), p * d
    adopts = rejects = 0.0
    for praise in range(3):
        for blame in range(3 - praise):
            rest = 2 - praise - blame
            ways = math.factorial(2) / math.factorial(praise) / math.factorial(blame) / math.factorial(rest)
            chance = ways * good**praise * bad**blame * (1 - p) ** rest
            plus, minus = 1 - (1 - p) * (1 - q) ** praise, 1 - (1 - m * q) ** blame
            alpha = plus / (plus + minus)
            adopts += chance * (plus * (1 - minus) + alpha * plus * minus)
            rejects += chance * (minus * (1 - plus) + (1 - alpha) * plus * minus)
    assert course.adopts == pytest.approx([p, (1 - p) * adopts])
    assert course.rejecters == pytest.approx([0.0, (1 - p) * rejects])
    assert course.disappointed == pytest.approx(d * np.cumsum(course.adopts))


def test_everybody_ends_up_somewhere_and_bad_news_costs_more_than_its_share():
    happy = theory.discounted(theory.cliques(told(), 0.005, 0.9, 0.0, 300).adopts, 0.1)
    ratios = []
    for d in (0.05, 0.10, 0.15, 0.30):
        course = theory.cliques(told(), 0.005, 0.9, d, 300)
        assert course.adopts.sum() + course.rejecters[-1] == pytest.approx(1.0, abs=1e-3)
        ratios.append(theory.discounted(course.adopts, 0.1) / happy)
        assert 1 - ratios[-1] > 2 * d
    assert ratios == sorted(ratios, reverse=True)


# Theory reads the parameters


def test_every_shipped_known_answer_has_a_theory():
    for name in case_names("known_answer"):
        case = load_case("known_answer", name)
        for scenarios in case.points.values():
            expected = RUNGS[case.extras["theory"]].expected(scenarios)
            assert expected
            for value in expected.values():
                assert math.isfinite(value.value if isinstance(value, theory.Band) else value)


def test_theory_moves_with_the_parameters():
    case = load_case("known_answer", "erlang_a", {"world.callers.patience": 2, "strategy.staffing.agents": 3})
    seen = [theory.expected_erlang_a(scenarios)["waits"] for scenarios in case.points.values()]
    arrivals = [theory.calls_an_hour(scenarios[0]) for scenarios in case.points.values()]
    assert seen == [theory.erlang_a(each, 1.0, 0.5, 3).waits for each in arrivals]


def test_the_case_files_say_the_published_numbers():
    def first(name, point=None):
        points = load_case("known_answer", name).points
        return points[point or next(iter(points))]

    for point, arrivals in (("one agent, half busy", 0.5), ("eleven agents, 91 % busy", 10)):
        assert theory.calls_an_hour(first("erlang_c", point)[0]) == pytest.approx(arrivals, rel=2e-5)
    bass = first("bass")
    assert np.multiply(theory.hazards(bass[0]), bass[0].run.weeks / 10) == pytest.approx((0.03, 0.38), rel=1e-4)
    leaving = theory.expected_bass_attrition(first("bass_attrition"))["year_10"]
    market, p, q = theory.bass_with_attrition(0.03, 0.38, 0.10)
    assert leaving == pytest.approx(market * theory.bass(10, p, q), rel=1e-3)
    for point, d in (("15 % disappointed", 0.15), ("30 % disappointed", 0.30)):
        assert theory.problem_probability(first("goldenberg_2007", point)[0]) == pytest.approx(d, abs=1e-7)
    assert theory.expected_price(first("price_break_even"))["profit"] == pytest.approx(1.0, abs=1e-3)
    assert theory.expected_hays_hill(first("hays_hill"))["satisfied"] == pytest.approx(0.93, abs=1e-7)
    monthly = first("lifetime_value", "80 % stay from month to month")
    assert theory.expected_lifetime_value(monthly)["lifetime_value"] == pytest.approx(20 * 11 / 3, rel=1e-3)
