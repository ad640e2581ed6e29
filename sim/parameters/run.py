"""The run: how long, how often, from which seed, at what discount rate."""

from __future__ import annotations

from sim.parameters.fields import Group, quantity


class Run(Group):
    """Settings of a run that change neither the world nor a strategy."""

    weeks: int = quantity(260, "weeks", "horizon", ge=1, le=5200)
    replications: int = quantity(20, "runs", "paired worlds simulated for each strategy", ge=1, le=100_000)
    seed: int = quantity(1, "", "first cause of all chance", ge=0, lt=2**63)
    discount_rate: float = quantity(0.10, "a year", "discounting of cash", ge=0, le=5)
    precision: float | None = quantity(
        None,
        "$",
        "go on after `replications` until the 95 % interval is at most plus or minus this; null: do not",
        gt=0,
    )
    max_replications: int = quantity(200, "runs", "give up reaching the precision after so many", ge=1, le=100_000)
