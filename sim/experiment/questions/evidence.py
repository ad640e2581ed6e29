"""What was measured about a claim, and the verdict that follows: by one rule for all claims, never typed.

A piece of evidence is a number with its interval in one setting, and what the claim says about that number: above,
below or within bounds. A claim holds where every setting shows it, fails where none does and one shows the contrary,
and depends where some show it and others do not. Settings are worlds, switches of a contested mechanism, or conditions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from sim.experiment.questions.arms import Estimate

AS_CLAIMED, CONTRARY, OPEN, NO_VALUE = "as claimed", "contrary", "not decided", "no value"
HOLDS, FAILS, DEPENDS, UNDECIDED, UNMEASURED = "holds", "fails", "depends", "not decided", "not measurable here"
BASE = "as it is"  # the setting of the notebook's own world and strategies
COLUMNS = ("claim", "setting", "measure", "unit", "value", "low", "high", "replications", "claimed", "outcome")


@dataclass(frozen=True)
class Evidence:
    """One number about one claim.

    Attributes:
        claim: S and its number.
        measure: what the number is, in words that stand after 'The': 'difference of net present value ...'.
        unit: '$', 'share', 'weeks', '' for a bare number.
        found: mean over paired worlds and its 95 % interval.
        least, most: what the claim says the number is above and below; None for no bound.
        setting: where it was measured, in words that stand after 'holds' ('without a rival'), `BASE` for as it is.
    """

    claim: str
    measure: str
    unit: str
    found: Estimate
    least: float | None = None
    most: float | None = None
    setting: str = BASE

    def __post_init__(self) -> None:
        if self.least is None and self.most is None:
            raise ValueError(f"{self.claim}, {self.measure}: evidence without a bound shows nothing")

    @property
    def claimed(self) -> str:
        """What the claim says of the number: 'above 0', 'below 1', 'from 0.98 to 1.12'."""
        if self.least is None:
            return f"below {self.most:g}"
        return f"above {self.least:g}" if self.most is None else f"from {self.least:g} to {self.most:g}"

    @property
    def outcome(self) -> str:
        """Whether the interval lies where the claim says, or wholly elsewhere, or on both sides."""
        _, low, high, _ = self.found
        if math.isnan(self.found.mean):
            return NO_VALUE
        above, below = -math.inf if self.least is None else self.least, math.inf if self.most is None else self.most
        if low > above and high < below:
            return AS_CLAIMED
        return CONTRARY if high <= above or low >= below else OPEN


def table(evidence: Iterable[Evidence]) -> pd.DataFrame:
    """A row a piece of evidence: the columns of `COLUMNS`."""
    return pd.DataFrame(
        [
            {"claim": e.claim, "setting": e.setting, "measure": e.measure, "unit": e.unit, "value": e.found.mean,
             "low": e.found.low, "high": e.found.high, "replications": e.found.n, "claimed": e.claimed,
             "outcome": e.outcome}
            for e in evidence
        ],
        columns=list(COLUMNS),
    )  # fmt: skip


def verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    """What the evidence says about each claim: claim, verdict, where (in which settings so and in which otherwise).

    Args:
        rows: the columns of `COLUMNS`; several rows of one setting must all be as claimed for it to be.
    """
    found = []
    for claim, of_claim in rows.groupby("claim", sort=False):
        settings = {
            str(name): _together(part["outcome"].tolist()) for name, part in of_claim.groupby("setting", sort=False)
        }
        found.append({"claim": claim, "verdict": _verdict(settings), "where": _where(settings)})
    order = pd.DataFrame(found, columns=["claim", "verdict", "where"])
    return order.sort_values("claim", key=lambda names: names.str[1:].astype(int), ignore_index=True)


def _together(outcomes: Sequence[str]) -> str:
    """What several numbers of one setting say; those without a value say nothing."""
    known = [outcome for outcome in outcomes if outcome != NO_VALUE]
    if not known:
        return NO_VALUE
    if CONTRARY in known:
        return CONTRARY
    return AS_CLAIMED if all(outcome == AS_CLAIMED for outcome in known) else OPEN


def _verdict(settings: dict[str, str]) -> str:
    outcomes = [outcome for outcome in settings.values() if outcome != NO_VALUE]
    if not outcomes:
        return UNMEASURED
    shown, refuted = AS_CLAIMED in outcomes, CONTRARY in outcomes
    if shown and refuted:
        return DEPENDS
    if shown:
        # Not decided elsewhere leaves the claim standing, not decided as it is does not
        return DEPENDS if settings.get(BASE) == OPEN else HOLDS
    return FAILS if refuted else UNDECIDED


def _where(settings: dict[str, str]) -> str:
    """'as it is, without a rival: as claimed; at equal news speed: contrary'; '' where there is one setting only."""
    if len(settings) == 1:
        return "" if BASE in settings else next(iter(settings))
    said = []
    for outcome in (AS_CLAIMED, CONTRARY, OPEN, NO_VALUE):
        names = [name for name, each in settings.items() if each == outcome]
        if names:
            said.append(f"{outcome}: {', '.join(names)}")
    return "; ".join(said)
