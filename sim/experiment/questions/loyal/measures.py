"""What is kept of a run for the questions of loyalty: pure functions over its records."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.metrics import SUPPORT, ratio, summarize
from sim.experiment.questions.loyal import spells as of
from sim.experiment.questions.loyal.spells import HALF_YEAR, LOST_INTEREST, YEAR, Spells
from sim.model.draws import Bools, Ints
from sim.model.ledger import discount_factors
from sim.model.people import People, Status
from sim.model.records import JOINED_BY, LEFT_BY, NEWCOMERS, Run

LOYAL = 104  # weeks with the firm, from which a customer is long-standing
EVERY = 4  # weeks between two looks at the number of customers
BACK = tuple(JOINED_BY.index(cause) for cause in ("return", "win-back"))
OVER_PROBLEM = tuple(LEFT_BY.index(cause) for cause in ("unresolved", "silent"))
RIVAL = LEFT_BY.index("rival")


def measure(run: Run) -> dict[str, float]:
    """Money, comings and goings, by tenure and by reason. Rates are for each customer and year, money discounted."""
    people = of.people_of(run)
    lives = of.spells(run, people)
    found = summarize(run)
    kept = {name: found[name] for name in ("npv", "customers", "settled", "npv_promotion", "npv_discounts")}
    kept["support"] = -sum(found[f"npv_{account}"] for account in SUPPORT)
    kept["acquisition"] = -found["npv_advertising"] - found["npv_discounts"]
    weeks, years = run.weeks, run.weeks["former"].sum() / YEAR
    for name in ("newcomers", "saved"):
        kept[name] = float(weeks[name].sum())
    kept["agents"], kept["specialists"] = float(weeks["agents"].mean()), float(weeks["specialists"].mean())
    joins = run.events.of("joining")
    kept["came_back"] = ratio(float(np.isin(joins["cause"], BACK).sum()), years)
    return kept | _halves(run) | _goings(run, lives) | _old_hands(run, people) | _after(run, lives) | _deals(run)


def _halves(run: Run) -> dict[str, float]:
    """What came in before and after the middle of the horizon."""
    net = run.ledger.sum(axis=1) / 100 * discount_factors(len(run.ledger), run.scenario.run.discount_rate)
    middle = net.size // 2
    return {"npv_before": float(net[:middle].sum()), "npv_after": float(net[middle:].sum())}


def _goings(run: Run, lives: Spells) -> dict[str, float]:
    horizon = run.scenario.run.weeks
    switched, years = of.exits(lives, 0, horizon, but=(LOST_INTEREST,))
    return {"switched": of.rate(switched, years), "customer_years": years}


def _old_hands(run: Run, people: People) -> dict[str, float]:
    """What the customers of week 0 bought and told, by how long they had been there and by what they see."""
    there = people.status == Status.CUSTOMER
    tenure = np.where(there, -people.joined, -1)
    young, old, oldest = (
        tenure_bound(tenure, there, share, longer) for share, longer in ((0.25, False), (0.75, True), (0.9, True))
    )
    long = there & (tenure >= LOYAL)
    groups = {"legacy": there, "young": young, "old": old, "long": long,
              "aware": long & people.sees_deals, "unaware": long & ~people.sees_deals}  # fmt: skip
    bought, told = run.events.of("purchase"), run.events.of("story")
    n, factors = people.n, discount_factors(run.scenario.run.weeks, run.scenario.run.discount_rate)
    units = np.bincount(bought["person"], bought["units"], n)
    late = bought["week"] >= run.scenario.run.weeks // 2
    margin = np.bincount(bought["person"], bought["cents"] / 100 * factors[bought["week"]], n) * run.scenario.margin
    good = (told["hop"] == 1) & ~told["bad"].astype(bool)
    stories = np.bincount(told["teller"][good], minlength=n)
    return {f"orders_{name}": float(units[group].sum()) for name, group in groups.items()} | {
        "orders_late": float(np.bincount(bought["person"][late], bought["units"][late], n)[there].sum()),
        "worth_oldest": ratio(_mean(margin, oldest), _mean(margin, there)),
        "told_old": _mean(stories, old),
        "told_young": _mean(stories, young),
    }


def tenure_bound(tenure: Ints, there: Bools, share: float, longer: bool) -> Bools:
    """Those there whose tenure is at least (or, not `longer`, at most) the quantile `share`; nobody where nobody is."""
    if not there.any():
        return there
    bound = np.quantile(tenure[there], share)
    return np.asarray(there & ((tenure >= bound) if longer else (tenure <= bound)))


def _mean(values: NDArray[Any], group: Bools) -> float:
    return ratio(float(values[group].sum()), float(group.sum()))


def _after(run: Run, lives: Spells) -> dict[str, float]:
    """Ends of customers who were given a reason to look elsewhere: before it, at the first chance, later."""
    horizon, needs = run.scenario.run.weeks, run.scenario.world.needs
    at_once = 1 + (max(EVERY, round(needs.period)) if needs.kind == "subscription" else EVERY)
    trigger = of.first_trigger(run, lives)
    windows = {
        "untroubled": (np.zeros_like(trigger), trigger),
        "soon": (trigger, np.minimum(trigger + at_once, horizon)),
        "later": (trigger + at_once, np.minimum(trigger + at_once + HALF_YEAR, horizon)),
    }
    found: dict[str, float] = {}
    for name, (low, high) in windows.items():
        ended, years = of.exits(lives, low, high, but=(LOST_INTEREST,))
        found |= {f"{name}_ended": float(ended), f"{name}_years": years}
    return found


def _deals(run: Run) -> dict[str, float]:
    """Who came back within a year of leaving, by reason; what part of newcomers' discounts went to those back."""
    joins, leaves, horizon = run.events.of("joining"), run.events.of("leaving"), run.scenario.run.weeks
    joined = np.sort(joins["person"].astype(np.int64) * (horizon + 1) + joins["week"])
    left = leaves["person"].astype(np.int64) * (horizon + 1) + leaves["week"]
    following = np.append(joined, np.iinfo(np.int64).max)[np.searchsorted(joined, left, side="right")]
    # Only who has a year to come back in counts, so that the next person's joining is never taken for theirs
    back, seen = following <= left + YEAR, leaves["week"] + YEAR < horizon
    found = {}
    for name, causes in (("rival", (RIVAL,)), ("problem", OVER_PROBLEM)):
        group = np.isin(leaves["cause"], causes) & seen
        found[f"back_{name}"] = ratio(float(back[group].sum()), float(group.sum()))
    bought = run.events.of("purchase")
    paid = bought["person"].astype(np.int64) * (horizon + 1) + bought["week"]
    key = joins["person"].astype(np.int64) * (horizon + 1) + joins["week"]
    new, again = (bought["cents"][np.isin(paid, key[np.isin(joins["cause"], causes)])].sum()
                  for causes in (range(NEWCOMERS), BACK))  # fmt: skip
    found["deals_to_former"] = ratio(float(again), float(new + again))
    return found


def measure_entry(run: Run) -> dict[str, float]:
    """The same, and the number of customers every few weeks."""
    customers = run.weeks["customers"]
    return measure(run) | {f"customers@{week}": float(customers[week]) for week in range(0, customers.size, EVERY)}
