"""Many twin worlds: what each broken chain is worth, to whom, at which hop, and for which customer."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.experiment.twins import Twin, World, still
from sim.experiment.twins.chain import CONSEQUENCES, NOTHING, UNKNOWN
from sim.model.people import Status
from sim.parameters.scenario import Scenario

FIRST = 4  # week from which problems are told as twins: the first ones meet people as week 0 finds them
HOPS = ("hop_0", "hop_1", "hop_2")  # the last one holds all beyond it too
ACCOUNTS_OF_REMEDY = ("remedies", "support_fees")


class Told(NamedTuple):
    """One story told in full: the twin, and the strong ties among those whom it reached (two columns of persons)."""

    twin: Twin
    ties: pd.DataFrame


def told(
    scenario: Scenario, replication: int, cases: int, window: int, story: bool
) -> tuple[list[dict[str, Any]], Any]:
    """Some problems of one paired world, each in twin worlds that are held still: a row each (see `row_of`).

    Args:
        cases: how many, spread evenly over the weeks that leave room for the window.
        window: weeks for which each is followed.
        story: whether to tell in full, too, the one of them that changes what most others do (reaches most of them).
    """
    world = World(still(scenario), replication)
    last = max(FIRST, scenario.run.weeks - 2 - window)
    twins = world.twins(world.sample(cases, FIRST, last), window)
    rows = [row_of(twin, world) for twin in twins]
    if not story or not twins:
        return rows, None
    widest = max(twins, key=lambda twin: (int((twin.reached["what"][1:] != NOTHING).sum()), len(twin.reached)))
    return rows, Told(widest, ties_among(world, widest.reached["person"].tolist()))


def row_of(twin: Twin, world: World) -> dict[str, Any]:
    """A twin in a row, all $ discounted to the closing of the case.

    value: what the firm loses when the chain is broken, work at the desk included, remedies saved; npv the same by the
    ledger alone; cost: of putting it right; hop_0.. value by who buys otherwise; sale, yearly: $ of margin of a mean
    order and of a year's needs of the customer; adopted: share of people who are no prospects any more; reached_1..:
    people at that hop; lost: customers among the others lost more than won, come: of other people.
    """
    case, people, scenario = twin.case, world.people, world.scenario
    person, money = case.person, twin.money
    remedy = (money["person"] == person) & (money["week"] == case.closed) & money["account"].isin(ACCOUNTS_OF_REMEDY)
    by_hop, hops = twin.by_hop(), twin.reached["hop"]
    others = twin.reached[hops != 0]
    customers = world.status[case.closed, others["person"].to_numpy(int)] == Status.CUSTOMER
    sale = float(people.basket[person]) * scenario.strategy.offer.price * scenario.margin
    ledger = money[money["account"] != "work"]
    return {
        "replication": twin.replication, "person": person, "closed": case.closed, "resolved": case.resolved,
        "severity": case.severity, "tenure": case.closed - int(people.joined[person]),
        "degree": int(world.network.degree[person]),
        "adopted": 1 - float((world.status[case.closed] == Status.PROSPECT).mean()),
        "sale": sale, "yearly": 52 * float(people.need[person]) * sale,
        "cost": -float(money["dollars"][remedy].sum()), "value": twin.value, "npv": twin.npv, "surplus": twin.surplus,
        "hop_0": float(by_hop.get(0, 0.0)), "hop_1": float(by_hop.get(1, 0.0)),
        "hop_2": float(by_hop[by_hop.index > 1].sum()),
        "reached_1": int((hops == 1).sum()), "reached_2": int((hops == 2).sum()), "reached_3": int((hops > 2).sum()),
        "lost": int(others["lost"][customers].sum()), "come": int(others["lost"][~customers].sum()),
        "unknown": int((hops == UNKNOWN).sum()),
        "cents_off": int(ledger["cents"].sum() - twin.net.sum()),
        **{what: int((others["what"] == what).sum()) for what in CONSEQUENCES},
    }  # fmt: skip


def ties_among(world: World, persons: list[int]) -> pd.DataFrame:
    """Strong ties between some people, each once: one, other."""
    if world.network.ties.complete:
        return pd.DataFrame({"one": np.empty(0, int), "other": np.empty(0, int)})
    starts, neighbours, among = world.network.starts, world.network.neighbours, set(persons)
    rows = [
        (person, int(friend))
        for person in persons
        for friend in neighbours[starts[person] : starts[person + 1]]
        if friend in among and person < friend
    ]
    return pd.DataFrame(rows, columns=["one", "other"])
