"""Metrics: pure functions over what a run left behind."""

from __future__ import annotations

import numpy as np

from sim.model.case import RESOLVED
from sim.model.draws import Floats
from sim.model.ledger import ACCOUNTS, discount_factors, npv
from sim.model.problems import QUESTION, SELF_SERVED
from sim.model.records import LEFT_BY, NEWCOMERS, Run

SUPPORT = ("support_fees", "support_labour", "self_service", "hiring", "remedies", "learning")

# name -> unit and meaning of the columns of the per-run table
RUN_COLUMNS: dict[str, str] = {
    "npv": "$; net cash discounted weekly",
    **{f"npv_{account}": "$; this account's part of the NPV" for account in ACCOUNTS},
    "cost_per_contact": "$ a contact; labour and self-service (cost-center lens)",
    "handle_time": "hours; mean work of one contact (cost-center lens)",
    "occupancy": "share of staffed hours at work (cost-center lens)",
    "cost_per_hour": "$ a staffed hour (cost-center lens)",
    "abandonment": "share of cases that gave up waiting (cost-center lens)",
    "first_contact_resolution": "share of cases worked on that one contact of tier 1 settled (cost-center lens)",
    "mean_wait": "hours in line, mean of closed cases (cost-center lens)",
    "retention": "share of customers still customers a year later (profit-center lens)",
    "repurchase": "share of buyers who buy again within 13 weeks (profit-center lens)",
    "lifetime_value": "$; discounted gross margin of a new customer within the horizon (profit-center lens)",
    "broken_chain": "$; expected yearly margin of one customer who left over a problem (profit-center lens)",
    "left_over_problems": "customers who left over a problem, a year (profit-center lens)",
    "recommended": "share of new customers won by word of mouth (profit-center lens)",
    "settled": "share of problems put right (profit-center lens)",
    "customers": "people at the end",
    "problems": "problems met, a year",
    "surplus": "$; what customers would have paid on top, less what went wrong for them, discounted",
}


def ratio(top: float, bottom: float) -> float:
    """top / bottom, NaN where there is nothing to divide by."""
    return float(top) / float(bottom) if bottom else float("nan")


def cumulative_npv(run: Run) -> Floats:
    """Discounted net cash up to and including each week, dollars."""
    net = run.ledger.sum(axis=1) / 100
    return np.asarray(np.cumsum(net * discount_factors(net.size, run.scenario.run.discount_rate)))


def summarize(run: Run) -> dict[str, float]:
    """The per-run row: NPV by account, then both lenses, from the same events (see `RUN_COLUMNS`)."""
    weeks, years = run.weeks, run.scenario.run.weeks / 52
    by_account = dict(zip(ACCOUNTS, npv(run.ledger, run.scenario.run.discount_rate).tolist(), strict=True))
    spent = -dict(zip(ACCOUNTS, (run.ledger.sum(axis=0) / 100).tolist(), strict=True))["support_labour"]
    self_service = -run.ledger[:, ACCOUNTS.index("self_service")].sum() / 100
    total = {name: float(column.sum()) for name, column in weeks.items()}
    cases = run.events.of("case")
    leaving = run.events.of("leaving")
    over = np.isin(leaving["cause"], [LEFT_BY.index("unresolved"), LEFT_BY.index("silent")])
    closed = sum(total[f"cases_{outcome}"] for outcome in ("resolved", "unresolved", "abandoned", "refused"))
    self_served = total["voiced"] + total["questions"] - total["cases_opened"]
    trouble = cases["about"] != QUESTION
    put_right = ((cases["outcome"] == RESOLVED) & trouble).sum()
    put_right += (run.events.of("problem")["fate"] == SELF_SERVED).sum()
    return {
        "npv": float(npv(run.ledger.sum(axis=1), run.scenario.run.discount_rate)),
        **{f"npv_{account}": value for account, value in by_account.items()},
        "cost_per_contact": ratio(spent + self_service, total["contacts"] + max(self_served, 0)),
        "handle_time": ratio(total["hours_busy"], total["contacts"]),
        "occupancy": ratio(total["hours_busy"], total["hours_staffed"]),
        "cost_per_hour": ratio(spent, total["hours_staffed"]),
        "abandonment": ratio(total["cases_abandoned"], closed),
        "first_contact_resolution": ratio(total["first_contact"], closed - total["cases_abandoned"]),
        "mean_wait": ratio(cases["hours_waited"].sum(), cases["hours_waited"].size),
        "retention": retention(run),
        "repurchase": repurchase(run),
        "lifetime_value": lifetime_value(run),
        "broken_chain": ratio(leaving["yearly_margin"][over].sum() / 100, over.sum()),
        "left_over_problems": over.sum() / years,
        "recommended": ratio(total["recommended"], total["newcomers"]),
        "settled": ratio(put_right, total["problems"]),
        "customers": float(weeks["customers"][-1]),
        "problems": total["problems"] / years,
        "surplus": float(weeks["surplus"] @ discount_factors(weeks["surplus"].size, run.scenario.run.discount_rate)),
    }


def retention(run: Run, window: int = 52) -> float:
    """Share of those who joined with at least `window` weeks to go who had not left within it."""
    joins, leaves, horizon = run.events.of("joining"), run.events.of("leaving"), run.scenario.run.weeks
    observed = joins["week"] + window < horizon
    # Person and week in one number: the next leaving at or after a joining is that person's if it is within the window
    joined = (joins["person"] * horizon + joins["week"])[observed]
    left = np.sort(leaves["person"] * horizon + leaves["week"])
    following = np.append(left, np.iinfo(np.int64).max)[np.searchsorted(left, joined)]
    return ratio((following > joined + window).sum(), joined.size)


def repurchase(run: Run, window: int = 13) -> float:
    """Share of purchases followed by another of the same person within `window` weeks (those with room to)."""
    bought = run.events.of("purchase")
    order = np.lexsort((bought["week"], bought["person"]))
    person, week = bought["person"][order], bought["week"][order]
    gap = np.full(person.size, np.iinfo(np.int64).max)
    if person.size:
        gap[:-1] = np.where(person[1:] == person[:-1], week[1:] - week[:-1], gap[:-1])
    seen = week + window < run.scenario.run.weeks
    return ratio((gap[seen] <= window).sum(), seen.sum())


def lifetime_value(run: Run) -> float:
    """Mean gross margin of customers won in the first half of the horizon, discounted to their first purchase."""
    joins, bought = run.events.of("joining"), run.events.of("purchase")
    newcomer = (joins["cause"] < NEWCOMERS) & (joins["week"] < run.scenario.run.weeks / 2)
    start = np.full(run.scenario.world.market.people, np.iinfo(np.int64).max)
    np.minimum.at(start, joins["person"][newcomer], joins["week"][newcomer])
    since = bought["week"] - start[bought["person"]]
    counts = since >= 0
    margin = bought["cents"][counts] / 100 * run.scenario.margin
    value = margin * (1 + run.scenario.run.discount_rate) ** (-since[counts] / 52)
    return ratio(value.sum(), (start < np.iinfo(np.int64).max).sum())
