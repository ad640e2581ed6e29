"""The rungs of the verification ladder: how each is played in one paired world, and what theory expects of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.experiment import metrics, theory
from sim.experiment.survey import GROUPS, groups, spend, wave_starts
from sim.experiment.theory import Expected
from sim.model.beliefs import perceived_risk
from sim.model.case import ABANDONED, RESOLVED
from sim.model.draws import Ints
from sim.model.ledger import npv
from sim.model.people import Status
from sim.model.problems import CALLS
from sim.model.records import Run
from sim.model.simulation import Simulation, simulate
from sim.model.state import State
from sim.parameters.scenario import Scenario


class Seen(NamedTuple):
    """What one replication shows.

    `controls` are numbers that theory says are zero on average; what they say of a replication's luck narrows its
    error. Whether they are zero is checked too, by observables of their own: `checks`, estimated without them.
    """

    values: dict[str, tuple[float, float]]  # observable -> (numerator, denominator)
    controls: tuple[float, ...] = ()
    checks: Mapping[str, tuple[float, float]] = {}


@dataclass(frozen=True)
class Rung:
    """How a known answer is played once with its scenarios in one paired world, and what theory expects."""

    play: Callable[[Sequence[Scenario], int], Seen]
    expected: Callable[[Sequence[Scenario]], Expected]


WARM_UP = 3  # weeks until the desk, empty at first, is in its stride


def _desk(scenarios: Sequence[Scenario], replication: int) -> Seen:
    """Calls of the weeks after the warm-up; the last week's may still be open and do not count."""
    scenario = scenarios[0]
    run = simulate(scenario, replication)
    case, weeks = run.events.of("case"), slice(WARM_UP, scenario.run.weeks - 1)
    inside = (case["opened_week"] >= WARM_UP) & (case["opened_week"] < scenario.run.weeks - 1)
    waited, worked = case["hours_waited"][inside], case["outcome"][inside] != ABANDONED
    total = {name: float(run.weeks[name][weeks].sum()) for name in ("hours_waited", "hours_busy", "hours_opened")}
    values = {
        "waits": (float((waited > 0).sum()), float(waited.size)),
        "wait": (float(waited.sum()), float(waited.size)),
        "line": (total["hours_waited"], total["hours_opened"]),
        "busy": (total["hours_busy"], total["hours_opened"] * scenario.strategy.staffing.agents),
        "abandons": (float((~worked).sum()), float(waited.size)),
    }
    handle, calls = scenario.strategy.desk.handle_time, float(run.weeks["cases_opened"][weeks].sum())
    work = float(case["hours_handled"][inside].sum())
    expected = theory.calls_an_hour(scenario) * total["hours_opened"]
    more_work = (work - handle * float(worked.sum())) / (expected * handle)
    checks = {"calls": (calls, total["hours_opened"]), "work": (work, float(worked.sum()))}
    return Seen(values, (calls / expected - 1, more_work), checks)


def _satisfied(scenarios: Sequence[Scenario], replication: int) -> Seen:
    """Buyers, problems and complaints of the first week."""
    run = simulate(scenarios[0], replication)
    problem, case = run.events.of("problem"), run.events.of("case")
    buyers, problems = float(run.weeks["orders"].sum()), float(problem["person"].size)
    complaints, resolved = float((problem["fate"] == CALLS).sum()), float((case["outcome"] == RESOLVED).sum())
    return Seen(
        {
            "satisfied": (buyers - problems + resolved, buyers),
            "complains": (complaints, problems),
            "recovered": (resolved, complaints),
        }
    )


def _recovered(scenarios: Sequence[Scenario], replication: int) -> Seen:
    """Risk and purchases, a week later, of those whose problem was put right and of those who had none."""
    scenario = scenarios[0]
    simulation = Simulation(scenario, replication, problem_free=range(1, scenario.run.weeks))
    run, people = simulation.run(), simulation.state.people
    case, bought, problem = (run.events.of(kind) for kind in ("case", "purchase", "problem"))
    again = np.zeros(people.n, bool)
    again[bought["person"][bought["week"] == 1]] = True
    recovered = np.unique(case["person"][case["outcome"] == RESOLVED])
    untroubled = np.setdiff1d(bought["person"][bought["week"] == 0], problem["person"])
    risk = perceived_risk(people.reliability, people.recovery, scenario.world.choice.variance_aversion)
    return Seen(
        {
            "risk_of_recovered": (float(risk[recovered].mean()), float(risk[untroubled].mean())),
            "recovered_buy": (float(again[recovered].sum()), float(recovered.size)),
            "untroubled_buy": (float(again[untroubled].sum()), float(untroubled.size)),
        }
    )


def _lifetimes(scenarios: Sequence[Scenario], replication: int) -> Seen:
    """Customers left of the newcomers of week 0 after each renewal; their mean discounted margin."""
    run = simulate(scenarios[0], replication)
    period, joined = round(scenarios[0].world.needs.period), float(run.weeks["joined"].sum())
    left = run.weeks["customers"][::period]
    stay = {f"stay_{k}_periods": (float(left[k]), joined) for k in (1, 2, 5) if k < left.size}
    return Seen({"lifetime_value": (metrics.lifetime_value(run), 1.0)} | stay)


def _survival(scenarios: Sequence[Scenario], replication: int) -> Seen:
    run = simulate(scenarios[0], replication)
    left = run.weeks["customers"][:: round(scenarios[0].world.needs.period)]
    return Seen({f"after_{t}": (float(left[t]), float(run.weeks["joined"][0])) for t in range(1, left.size)})


def _purchases(scenarios: Sequence[Scenario], replication: int) -> Seen:
    """Units that those who bought just before week 0 buy from then on."""
    run = simulate(scenarios[0], replication)
    bought, people = run.events.of("purchase"), run.scenario.world.market.people
    values = {}
    for weeks in theory.BUYER_WEEKS:
        if weeks <= run.scenario.run.weeks:
            inside = bought["week"] < weeks
            none = people - np.unique(bought["person"][inside]).size
            values[f"purchases_{weeks}"] = (float(bought["units"][inside].sum()), float(people))
            values[f"none_in_{weeks}"] = (float(none), float(people))
    return Seen(values)


def _profit(scenarios: Sequence[Scenario], replication: int) -> Seen:
    """Net cash and units sold with the service, over those without."""
    runs = [simulate(scenario, replication) for scenario in scenarios]
    profit, profit_today = (float(run.ledger.sum()) for run in runs)
    sold, sold_today = (float(run.events.of("purchase")["units"].sum()) for run in runs)
    return Seen({"profit": (profit, profit_today), "sold": (sold, sold_today)})


def _share(run: Run, column: str, tick: float) -> tuple[float, float]:
    """(people in a weekly column after so many ticks of the clock, all people)."""
    return float(run.weeks[column][round(tick) - 1]), float(run.scenario.world.market.people)


def _bass(scenarios: Sequence[Scenario], replication: int) -> Seen:
    """Buyers over ten years. More of them in a tick than earlier ones explain is luck; that of pioneers lasts."""
    run = simulate(scenarios[0], replication)
    year, peak = run.scenario.run.weeks / theory.YEARS, theory.peak_tick(scenarios[0])
    values = {f"year_{t}": _share(run, "customers", t * year) for t in range(1, theory.YEARS + 1)}
    if peak is not None:
        before, after = (_share(run, "customers", peak + half * year) for half in (-0.5, 0.5))
        values["at_the_peak"] = _share(run, "customers", peak)
        values["around_the_peak"] = (after[0] - before[0], after[1])
    people, joined = run.scenario.world.market.people, run.weeks["joined"]
    owners = np.concatenate([[0.0], np.cumsum(joined)[:-1]])
    p, q = theory.hazards(scenarios[0])
    explained = (people - owners) * -np.expm1(-p - q * owners / (people - 1))
    luck = (joined - explained) / people
    first = round(year / 2)
    pioneers = (float(joined[:first].sum()), float(explained[:first].sum()))
    return Seen(values, (float(luck[:first].sum()),), {"pioneers": pioneers})


def _attrition(scenarios: Sequence[Scenario], replication: int) -> Seen:
    run = simulate(scenarios[0], replication)
    year = run.scenario.run.weeks / theory.YEARS
    return Seen({f"year_{t}": _share(run, "customers", t * year) for t in theory.ATTRITION_YEARS})


def _talk(scenarios: Sequence[Scenario], replication: int) -> Seen:
    run = simulate(scenarios[0], replication)
    weeks = (week for week in theory.ADOPTED_IN if week <= run.scenario.run.weeks)
    return Seen({f"week_{week}": _share(run, "customers", week) for week in weeks})


EARLY = 13  # weeks in which chance decides most about the rest


def _bad_news(scenarios: Sequence[Scenario], replication: int) -> Seen:
    """The same people with and without disappointment. More disappointed than expected is luck, early luck most."""
    run, happy = (simulate(scenario, replication) for scenario in scenarios)
    people, rate = float(run.scenario.world.market.people), run.scenario.run.discount_rate
    value, at_best = (float(npv(each.ledger.sum(axis=1), rate)) for each in (run, happy))
    joined, problems = run.weeks["joined"], run.weeks["problems"]
    bad_luck = (problems - theory.problem_probability(scenarios[0]) * joined) / people
    return Seen(
        {
            "npv_ratio": (value, at_best),
            "bought": (float(joined.sum()), people),
            "rejected": (float(run.weeks["rejecters"][-1]), people),
        },
        (float(bad_luck[:EARLY].sum()), float(bad_luck[EARLY:].sum())),
        {"disappointed": (float(problems.sum()), float(joined.sum()))},
    )


def _lost_customers(scenarios: Sequence[Scenario], replication: int) -> Seen:
    """Discounted first purchases that others do not make after some customers are gone, for each of these."""
    scenario = scenarios[0]
    rate, horizon = scenario.run.discount_rate, scenario.run.weeks
    kept = simulate(scenario, replication).weeks["joined"]
    values = {}
    for year in theory.LOST_AFTER:
        week = round(year * horizon / theory.YEARS)
        for name, loudness in theory.LOUDNESS.items():
            gone: list[int] = []

            def leave(state: State, loud: bool = loudness > 0, gone: list[int] = gone) -> None:
                customers: Ints = state.people.having(Status.CUSTOMER)
                luck = state.draws.uniform("is lost", customers, state.week)
                who = customers[np.argsort(luck)[: round(theory.LOST_SHARE * customers.size)]]
                gone.extend(who.tolist())
                state.depart(who, speak_ill=loud)

            joined = simulate(scenario, replication, intervene={week: leave}).weeks["joined"]
            now = (1 + rate) ** (week / theory.WEEKS_A_YEAR)
            values[f"{name}_year_{year}"] = (theory.discounted(kept - joined, rate) * now, float(len(gone)))
    return Seen(values)


_SURVEYED = ("recovered", "unresolved")


def _survey(scenarios: Sequence[Scenario], replication: int) -> Seen:
    """Three-month spend in per cent of the untroubled buyers', over all strategies and waves."""
    spent, asked = np.zeros(len(GROUPS)), np.zeros(len(GROUPS))
    for scenario in scenarios:
        run = simulate(scenario, replication)
        for start in wave_starts(scenario.run.weeks):
            group = groups(run, start)
            member = group >= 0
            spent += np.bincount(group[member], spend(run.events, group.size, start)[member], len(GROUPS))
            asked += np.bincount(group[member], minlength=len(GROUPS))
    mean = dict(zip(GROUPS, spent / np.maximum(asked, 1), strict=True))
    return Seen({name: (100 * mean[name], mean["none"]) for name in _SURVEYED})


# `theory` in a case file -> how it is played and expected
RUNGS: dict[str, Rung] = {
    "erlang_c": Rung(_desk, theory.expected_erlang_c),
    "erlang_a": Rung(_desk, theory.expected_erlang_a),
    "hays_hill": Rung(_satisfied, theory.expected_hays_hill),
    "lifetime_value": Rung(_lifetimes, theory.expected_lifetime_value),
    "sbg": Rung(_survival, theory.expected_sbg),
    "bg_nbd": Rung(_purchases, theory.expected_bg_nbd),
    "paradox": Rung(_recovered, theory.expected_paradox),
    "price": Rung(_profit, theory.expected_price),
    "bass": Rung(_bass, theory.expected_bass),
    "bass_attrition": Rung(_attrition, theory.expected_bass_attrition),
    "talk": Rung(_talk, theory.expected_talk),
    "bad_news": Rung(_bad_news, theory.expected_bad_news),
    "lost_customer": Rung(_lost_customers, theory.expected_lost_customer),
    "survey": Rung(_survey, theory.expected_survey),
}
