"""The run: how long, how often, from which seed, at what discount rate."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from sim.parameters.fields import DECISION, Group, quantity


class Run(Group):
    """Settings of a run that change neither the world nor a strategy."""

    weeks: int = quantity(260, "weeks", "horizon", DECISION, ge=1, le=5200)
    replications: int = quantity(20, "runs", "paired worlds simulated for each strategy", DECISION, ge=1, le=100_000)
    seed: int = quantity(1, "", "first cause of all chance", DECISION, ge=0, lt=2**63)
    discount_rate: float = quantity(0.10, "a year", "discounting of cash", ge=0, le=5)
    precision: float | None = quantity(
        None,
        "$",
        "go on after `replications` until the 95 % interval is at most plus or minus this; null: do not",
        DECISION,
        gt=0,
    )
    max_replications: int = quantity(
        200, "runs", "give up reaching the precision after so many", DECISION, ge=1, le=100_000
    )

    @model_validator(mode="after")
    def _has_room_for_precision(self) -> Self:
        if self.precision is not None and self.max_replications < self.replications:
            raise ValueError(
                f"max_replications: got {self.max_replications}; allowed: at least replications "
                f"({self.replications}) where a precision is wanted."
            )
        return self
