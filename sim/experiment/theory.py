"""What theory says: closed forms and exact recursions, computed without the engine.

`expected_*` read every number from the parameters of the scenarios and name observables as `sim.experiment.ladder`
measures them, so that theory moves with the parameters. They hold where the case files say: the mechanisms that a
formula does not know of must stay off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.integrate import quad
from scipy.special import betaln, hyp2f1
from scipy.stats import beta

from sim.parameters.scenario import Scenario
from sim.parameters.world import WordOfMouth

WEEKS_A_YEAR = 52
YEARS = 10  # the diffusion cases run for so many years, however finely their clock ticks


class Band(NamedTuple):
    """A published number that is known only roughly."""

    value: float
    low: float
    high: float


Expected = Mapping[str, float | Band]


# Queues


class Queue(NamedTuple):
    """A desk in the long run."""

    waits: float  # share of callers who find everybody busy
    abandons: float  # share of callers
    wait: float  # mean time in line, those who give up included
    line: float  # mean number in line
    busy: float  # share of agents at work


def erlang_b(load: float, agents: int) -> float:
    """P(all agents busy) without a line, by the recursion 1/B(n) = 1 + n / (load B(n-1)). Erlang 1917."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = 1 / (1 + n / (load * blocked))
    return blocked


def erlang_c(arrivals: float, service: float, agents: int) -> Queue:
    """M/M/n: `arrivals` and `service` are rates; arrivals below agents x service. Erlang 1917."""
    load = arrivals / service
    blocked = erlang_b(load, agents)
    waits = blocked / (1 - load / agents * (1 - blocked))
    wait = waits / (agents * service - arrivals)
    return Queue(waits, 0.0, wait, arrivals * wait, load / agents)


def erlang_a(arrivals: float, service: float, impatience: float, agents: int) -> Queue:
    """M/M/n+M by its birth-death chain; `impatience` is the rate at which one in line gives up.

    Palm 1957; Garnett, Mandelbaum & Reiman 2002.
    """
    k = np.arange(5000)
    down = service * np.minimum(k[1:], agents) + impatience * np.maximum(k[1:] - agents, 0)
    log_p = np.concatenate([[0.0], np.cumsum(np.log(arrivals / down))])
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    line = float(p @ np.maximum(k - agents, 0))
    busy = float(p @ np.minimum(k, agents)) / agents
    return Queue(float(p[k >= agents].sum()), impatience * line / arrivals, line / arrivals, line, busy)


def problem_probability(scenario: Scenario, units: int = 1) -> float:
    """P(a problem) in the week of a purchase of so many units, where the lag is short and use counts in full."""
    trouble = scenario.world.problems
    return -math.expm1(-trouble.rate * -math.expm1(-1 / trouble.lag) * units)


def calls_an_hour(scenario: Scenario) -> float:
    """Calls at the desk: each person buys Poisson(need) units a week, need ~ Gamma, and meets a problem at once."""
    world = scenario.world
    troubled = world.needs.mean * problem_probability(scenario)
    share = -math.expm1(-world.needs.shape * math.log1p(troubled / world.needs.shape))
    return world.market.people * share * world.callers.voice_small / world.labour.opening_hours


def expected_erlang_c(scenarios: Sequence[Scenario]) -> Expected:
    """Erlang-C at the desk of the scenario, in hours."""
    return _queue(scenarios[0], math.inf)


def expected_erlang_a(scenarios: Sequence[Scenario]) -> Expected:
    """Erlang-A at the desk of the scenario, in hours."""
    return _queue(scenarios[0], scenarios[0].world.callers.patience)


def _queue(scenario: Scenario, patience: float) -> Expected:
    strategy = scenario.strategy
    arrivals, work, agents = calls_an_hour(scenario), strategy.desk.handle_time, round(strategy.staffing.agents)
    if math.isinf(patience):
        queue = erlang_c(arrivals, 1 / work, agents)._asdict()
        queue.pop("abandons")
    else:
        queue = erlang_a(arrivals, 1 / work, 1 / patience, agents)._asdict()
    return queue | {"calls": arrivals, "work": work}


# Service


def satisfied_share(success: float, complains: float, recovers: float) -> float:
    """S = success + (1 - success) x complaint rate x recovery rate. Hays & Hill 1999."""
    return success + (1 - success) * complains * recovers


def expected_hays_hill(scenarios: Sequence[Scenario]) -> Expected:
    """Shares of first-time buyers: untroubled, complaining of a problem, recovered of a complaint, satisfied."""
    scenario = scenarios[0]
    fails = problem_probability(scenario)
    speaks = scenario.world.callers.voice_small
    recovers = scenario.strategy.desk.first_contact_resolution
    return {"satisfied": satisfied_share(1 - fails, speaks, recovers), "complains": speaks, "recovered": recovers}


def risk(reliability: tuple[float, float], recovery: tuple[float, float]) -> float:
    """Perceived risk (1-q)(1-r) by the means of Beta(a, b) beliefs in reliability and recovery."""
    (aq, bq), (ar, br) = reliability, recovery
    return bq / (aq + bq) * br / (ar + br)


def paradox_holds(severity: float, resolved: float, q0: float, kq: float, kr: float) -> bool:
    """Whether the recovered see less risk than the untroubled: (1 + s/b_q) / (1 + s/k_q) < 1 + w_r/k_r.

    For one problem of severity s, handled perfectly; k_q, k_r are the strengths of the priors, b_q = k_q (1 - q0).
    """
    return (1 + severity / (kq * (1 - q0))) / (1 + severity / kq) < 1 + resolved / kr


def expected_paradox(scenarios: Sequence[Scenario]) -> Expected:
    """Risk of the recovered relative to the untroubled, and the share of each who buy again, over lognormal severity.

    Whoever needs something next week buys with odds that fall by exp(-risk sensitivity x risk).
    """
    world = scenarios[0].world
    trouble, prior, choice = world.problems, world.beliefs, world.choice
    aq, bq = prior.reliability * prior.reliability_strength, (1 - prior.reliability) * prior.reliability_strength
    ar, br = prior.recovery * prior.recovery_strength, (1 - prior.recovery) * prior.recovery_strength
    p = choice.untroubled_purchase
    value = math.log(p / (1 - p)) + choice.risk_sensitivity * risk((aq, bq), (ar, br))
    needs = -math.expm1(-world.needs.shape * math.log1p(world.needs.mean / world.needs.shape))

    def buys(seen: float) -> float:
        return needs / (1 + math.exp(choice.risk_sensitivity * seen - value))

    aq += prior.success_weight
    untroubled = risk((aq, bq), (ar, br))
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    spread = math.hypot(trouble.severity_sd, trouble.stake_sd)
    # Stakes have mean 1, severities a median
    severities = trouble.severity * np.exp(spread * nodes - trouble.stake_sd**2 / 2)
    troubled = [
        risk((aq, bq + prior.problem_weight * severity), (ar + prior.resolved_weight, br)) for severity in severities
    ]
    share = weights / weights.sum()
    return {
        "risk_of_recovered": float(share @ troubled) / untroubled,
        "recovered_buy": float(share @ [buys(seen) for seen in troubled]),
        "untroubled_buy": buys(untroubled),
    }


# Lifetimes


def lifetime_value(margin: float, retention: float, rate: float) -> float:
    """Value of a customer who pays `margin` now and each period until lost: m (1 + i) / (1 + i - r). Textbook CLV."""
    return margin * (1 + rate) / (1 + rate - retention)


def expected_lifetime_value(scenarios: Sequence[Scenario]) -> Expected:
    """Dollars a newcomer and customers left after the first periods, within the horizon."""
    scenario = scenarios[0]
    needs, run = scenario.world.needs, scenario.run
    period = round(needs.period)
    retention = needs.dropout_b / (needs.dropout_a + needs.dropout_b)
    rate = (1 + run.discount_rate) ** (period / WEEKS_A_YEAR) - 1
    payments = (run.weeks - 1) // period + 1
    forever = lifetime_value(needs.basket * scenario.margin, retention, rate)
    within = forever * (1 - (retention / (1 + rate)) ** payments)
    return {"lifetime_value": within} | {f"stay_{k}_periods": retention**k for k in (1, 2, 5) if k < payments}


def sbg_survival(renewals: float, a: float, b: float) -> float:
    """Share of customers left after so many renewals: B(a, b+t) / B(a, b). Fader & Hardie 2007."""
    return math.exp(betaln(a, b + renewals) - betaln(a, b))


def expected_sbg(scenarios: Sequence[Scenario]) -> Expected:
    """Share of newcomers who are still customers after each renewal within the horizon."""
    needs, weeks = scenarios[0].world.needs, scenarios[0].run.weeks
    renewals = (weeks - 1) // round(needs.period)
    return {f"after_{t}": sbg_survival(t, needs.dropout_a, needs.dropout_b) for t in range(1, renewals + 1)}


def bg_nbd_transactions(weeks: float, r: float, alpha: float, a: float, b: float) -> float:
    """Expected repeat purchases in continuous time. Fader, Hardie & Lee 2005, equation 9."""
    left = (alpha / (alpha + weeks)) ** r * hyp2f1(r, b, a + b - 1, weeks / (alpha + weeks))
    return float((a + b - 1) / (a - 1) * (1 - left))


def bg_nbd_by_week(weeks: int, r: float, alpha: float, a: float, b: float) -> float:
    """The same where interest is lost only at the end of a week with a purchase, as on a weekly clock.

    E[X] = sum over weeks t of E[need exp(-need p t)] = sum of E over p ~ Beta(a, b) of r alpha^r / (alpha + p t)^(r+1).
    """
    t = np.arange(weeks)

    def given(u: float) -> float:
        return float(np.sum(r * alpha**r / (alpha + beta.ppf(u, a, b) * t) ** (r + 1)))

    return quad(given, 0, 1)[0]


BUYER_WEEKS = (13, 26, 39, 52, 78)


def expected_bg_nbd(scenarios: Sequence[Scenario]) -> Expected:
    """Mean repeat purchases of a buyer after some weeks, and the share without any."""
    needs, horizon = scenarios[0].world.needs, scenarios[0].run.weeks
    r, alpha = needs.shape, needs.shape / needs.mean
    values = {}
    for weeks in BUYER_WEEKS:
        if weeks <= horizon:
            values[f"purchases_{weeks}"] = bg_nbd_by_week(weeks, r, alpha, needs.dropout_a, needs.dropout_b)
            values[f"none_in_{weeks}"] = (alpha / (alpha + weeks)) ** r
    return values


# Price


def profit_ratio(demand: float, cost: float, elasticity: float) -> float:
    """Profit with service over profit without, each at its best price: (1+g)(1+x)^(1-e), for constant elasticity e.

    `demand` is g, the lift of demand at an unchanged price; `cost` is x, the rise of unit cost, passed on in the price.
    """
    return (1 + demand) * (1 + cost) ** (1 - elasticity)


def break_even_lift(cost: float, elasticity: float) -> float:
    """Lift of demand at which service that raises unit cost by the share `cost` pays for itself."""
    return (1 + cost) ** (elasticity - 1) - 1


def expected_price(scenarios: Sequence[Scenario]) -> Expected:
    """Profit and units sold in the first scenario over those in the second, which offers no service."""
    service, today = scenarios
    choice = today.world.choice
    elasticity = choice.price_sensitivity * (1 - choice.untroubled_purchase)
    demand = service.world.needs.mean / today.world.needs.mean - 1
    price, was = service.strategy.offer.price, today.strategy.offer.price
    # Where price and cost rise by the same share x, this is profit_ratio(demand, x, elasticity)
    unit = (price * service.margin) / (was * today.margin)
    sold = profit_ratio(demand, price / was - 1, elasticity) / (price / was)
    return {"profit": sold * unit, "sold": sold}


# Diffusion


def bass(t: float, p: float, q: float) -> float:
    """Share that has adopted by time t: (1 - e^-(p+q)t) / (1 + q/p e^-(p+q)t). Bass 1969."""
    fading = math.exp(-(p + q) * t)
    return (1 - fading) / (1 + q / p * fading)


def bass_peak(p: float, q: float) -> float:
    """When most adopt: ln(q/p) / (p + q). Bass 1969."""
    return math.log(q / p) / (p + q)


def bass_with_attrition(p: float, q: float, attrition: float) -> tuple[float, float, float]:
    """(share of the market, p, q) of the Bass curve that x' = p(1-x) + q(1-d)x(1-x) - dx follows exactly.

    With B = q(1-d) - p - d and D = sqrt(B^2 + 4q(1-d)p): (B+D) / 2q(1-d), (D-B)/2, (D+B)/2. The equation is that of
    Libai, Muller & Peres 2009; its solution is derived.
    """
    kept = q * (1 - attrition)
    b = kept - p - attrition
    d = math.sqrt(b * b + 4 * kept * p)
    return (b + d) / (2 * kept), (d - b) / 2, (d + b) / 2


def hazards(scenario: Scenario) -> tuple[float, float]:
    """(p, q) of a fully mixed market, a tick of the clock: adoption is 1 - exp(-p - q x) where a share x recommends."""
    world = scenario.world
    said = world.word_of_mouth.mention * world.word_of_mouth.recommendation
    return -math.log1p(-world.market.advertising_reach), -(world.market.people - 1) * math.log1p(-said)


def peak_tick(scenario: Scenario) -> int | None:
    """Tick of the clock at which most adopt; None if half a year around it is not within the horizon."""
    p, q = hazards(scenario)
    half, last = scenario.run.weeks / YEARS / 2, scenario.run.weeks
    peak = round(bass_peak(p, q)) if q > 0 else 0
    return peak if half + 1 < peak < last - half else None


def expected_bass(scenarios: Sequence[Scenario]) -> Expected:
    """Share that has bought after each of ten years, at the peak, in the year around it; pioneers as explained."""
    scenario = scenarios[0]
    (p, q), peak = hazards(scenario), peak_tick(scenario)
    year = scenario.run.weeks / YEARS
    shares = {f"year_{t}": bass(t * year, p, q) for t in range(1, YEARS + 1)} | {"pioneers": 1.0}
    if peak is None:
        return shares
    around = bass(peak + year / 2, p, q) - bass(peak - year / 2, p, q)
    return shares | {"at_the_peak": bass(peak, p, q), "around_the_peak": around}


ATTRITION_YEARS = (2, 4, 6, 8, 10)


def expected_bass_attrition(scenarios: Sequence[Scenario]) -> Expected:
    """Share that are customers after some years, while a constant share leaves and may come back as if new."""
    scenario = scenarios[0]
    needs, year = scenario.world.needs, scenario.run.weeks / YEARS
    p, kept = hazards(scenario)
    leaving = needs.dropout_a / (needs.dropout_a + needs.dropout_b)
    attrition = -math.log1p(-leaving) / round(needs.period)
    market, p, q = bass_with_attrition(p, kept / (1 - attrition), attrition)
    return {f"year_{t}": market * bass(t * year, p, q) for t in ATTRITION_YEARS}


@dataclass(frozen=True)
class Course:
    """A diffusion period by period, as shares of all people."""

    adopts: np.ndarray  # in the period
    rejecters: np.ndarray  # after it
    disappointed: np.ndarray  # after it


@lru_cache(maxsize=8)
def _moves(size: int) -> tuple[np.ndarray, ...]:
    """Transitions of a clique: (good, bad) before, how many become good and bad, number of ways, where it leads."""
    states = [(good, bad) for good in range(size + 1) for bad in range(size + 1 - good)]
    index = {state: row for row, state in enumerate(states)}
    rows = [
        (index[good, bad], left, i, j, math.factorial(left) / math.prod(map(math.factorial, (i, j, left - i - j))),
         index[good + i, bad + j])
        for good, bad in states
        for left in (size - good - bad,)
        for i in range(left + 1)
        for j in range(left + 1 - i)
    ]  # fmt: skip
    before, left, i, j, ways, after = (np.array(column) for column in zip(*rows, strict=True))
    good, bad = np.array(states).T
    return good, bad, before, left, i, j, after, ways


def cliques(told: WordOfMouth, reach: float, decay: float, disappoints: float, periods: int) -> Course:
    """Adoption in closed groups of friends with acquaintances across them, exact in the limit of many groups.

    Goldenberg, Libai & Muller 2001 and, with bad news, Goldenberg, Libai, Moldovan & Muller 2007:
    p+ = 1-(1-p)(1-q_w)^w+ (1-q_s)^s+, p- = 1-(1-m q_w)^w- (1-m q_s)^s-, adopt with p+(1-p-) + a p+p-, reject with
    p-(1-p+) + (1-a) p+p-, a = p+/(p++p-). How many of a group speak well and ill is a Markov chain: members alike
    decide independently, given the group and the shares of good and bad opinion among all people, who give w+ and w-.
    """
    size, q_s = told.ties + 1, told.mention * told.recommendation
    q_w, m, weak = told.mention_weak * told.recommendation, told.bad_multiplier, told.weak_ties
    good, bad, before, left, i, j, after, ways = _moves(size)
    chance = np.zeros(good.size)
    chance[0] = 1.0
    adopts, rejecters, disappointed = np.zeros(periods), np.zeros(periods), np.zeros(periods)
    turned = unhappy = 0.0
    for t in range(periods):
        plus = 1 - (1 - reach * decay**t) * (1 - q_w) ** (weak * (chance @ good) / size) * (1 - q_s) ** good
        minus = 1 - (1 - min(m * q_w, 1)) ** (weak * (chance @ bad) / size) * (1 - min(m * q_s, 1)) ** bad
        either = plus + minus
        alpha = np.divide(plus, either, out=np.zeros_like(plus), where=either > 0)
        adopt = plus * (1 - minus) + alpha * plus * minus
        reject = minus * (1 - plus) + (1 - alpha) * plus * minus
        potential = chance * (size - good - bad) / size
        adopts[t] = potential @ adopt
        turned += float(potential @ reject)
        unhappy += disappoints * adopts[t]
        rejecters[t], disappointed[t] = turned, unhappy
        well, ill = adopt * (1 - disappoints), adopt * disappoints + reject
        stay = np.maximum(1 - well - ill, 0)
        odds = ways * well[before] ** i * ill[before] ** j * stay[before] ** (left - i - j)
        chance = np.asarray(np.bincount(after, chance[before] * odds, good.size))
    return Course(adopts, rejecters, disappointed)


def course(scenario: Scenario) -> Course:
    """The course of adoption in cliques that a scenario describes."""
    market, trouble = scenario.world.market, scenario.world.problems
    # A problem right after the purchase, kept silent, disappoints with probability 1 - exp(-severity)
    disappoints = problem_probability(scenario) * -math.expm1(-trouble.severity) if trouble.rate else 0.0
    told = scenario.world.word_of_mouth
    return cliques(told, market.advertising_reach, market.advertising_decay, disappoints, scenario.run.weeks)


def discounted(adopts: np.ndarray, yearly_rate: float) -> float:
    """Present value of one dollar an adoption, discounted weekly."""
    return float(adopts @ (1 + yearly_rate) ** (-np.arange(adopts.size) / WEEKS_A_YEAR))


ADOPTED_IN = (5, 10, 15, 20)


def expected_talk(scenarios: Sequence[Scenario]) -> Expected:
    """Share that has bought after some weeks, good opinions only."""
    total = np.cumsum(course(scenarios[0]).adopts)
    return {f"week_{week}": float(total[week - 1]) for week in ADOPTED_IN if week <= total.size}


def expected_bad_news(scenarios: Sequence[Scenario]) -> Expected:
    """NPV with disappointment over NPV without; shares in the end: bought, turned away, disappointed of the buyers."""
    disappointed, happy = (course(scenario) for scenario in scenarios)
    rate = scenarios[0].run.discount_rate
    return {
        "npv_ratio": discounted(disappointed.adopts, rate) / discounted(happy.adopts, rate),
        "bought": float(disappointed.adopts.sum()),
        "rejected": float(disappointed.rejecters[-1]),
        "disappointed": float(disappointed.disappointed[-1] / disappointed.adopts.sum()),
    }


def mixed_adoption(p: float, q: float, periods: int, lost: tuple[int, float, float] | None = None) -> np.ndarray:
    """Share that adopts in each period of a fully mixed market; `lost` is (period, share of all people, loudness).

    x' = (p + q a)(1 - x), period by period. Of those who adopted before the period, the share leaves: a = x less the
    lost. Hogan, Lemon & Libai 2003. The loud ones (1: all) also warn others, who turn away by competing signals.
    """
    praise = blame = 0.0
    potential, adopts = 1.0, np.zeros(periods)
    for t in range(periods):
        if lost is not None and t == lost[0]:
            praise, blame = praise - lost[1], blame + lost[1] * lost[2]
        plus, minus = -math.expm1(-p - q * praise), -math.expm1(-q * blame)
        alpha = plus / (plus + minus)
        adopts[t] = potential * (plus * (1 - minus) + alpha * plus * minus)
        rejects = potential * (minus * (1 - plus) + (1 - alpha) * plus * minus)
        praise, blame, potential = praise + adopts[t], blame + rejects, potential - adopts[t] - rejects
    return adopts


LOST_AFTER = (1, 3, 6)  # years
LOST_SHARE = 0.2  # of the customers of that day
LOUDNESS = {"silent": 0.0, "loud": 1.0}


def expected_lost_customer(scenarios: Sequence[Scenario]) -> Expected:
    """Later purchases that others do not make, or make later, for one customer lost: worth so many purchases now."""
    scenario = scenarios[0]
    (p, q), run = hazards(scenario), scenario.run
    kept = mixed_adoption(p, q, run.weeks)
    values = {}
    for year in LOST_AFTER:
        week = round(year * run.weeks / YEARS)
        share = LOST_SHARE * kept[:week].sum()
        for name, loudness in LOUDNESS.items():
            less = kept - mixed_adoption(p, q, run.weeks, (week, share, loudness))
            now = (1 + run.discount_rate) ** (week / WEEKS_A_YEAR)
            values[f"{name}_year_{year}"] = discounted(less, run.discount_rate) * now / share
    return values


# A survey


def expected_survey(scenarios: Sequence[Scenario]) -> Expected:
    """Three-month spend as a percentage of that of buyers without a problem.

    A survey of about 1,000 online buyers: $106 recovered, $100 no problem, about $20 not recovered. With so few
    respondents the 6 per cent are within chance; the bands are what such a survey leaves possible.
    """
    return {"recovered": Band(106.0, 98.0, 112.0), "unresolved": Band(20.0, 10.0, 35.0)}
