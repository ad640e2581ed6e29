"""Words and rows that the pictures share."""

from __future__ import annotations

import math

from sim.experiment.questions.arms import Estimate
from sim.experiment.questions.forever import Findings
from sim.report import theme
from sim.report.marks import over_worlds
from sim.report.questions.pictures import as_text
from sim.report.words import number

KIND_COLOUR, LEAN_COLOUR = theme.VERMILION, theme.BLUE


def names(found: Findings) -> tuple[str, str]:
    """What to call the two firms."""
    lean, kind = found.lean.strategy.title.strip(), found.kind.strategy.title.strip()
    if not lean or not kind or lean == kind:
        return "the first strategy", "the second strategy"
    return lean, kind


def told(found: Estimate, unit: str, more: str, less: str, same: str) -> str:
    """'more $3 k', 'less $3 k' by the sign of an estimate, or `same` where its interval holds zero."""
    if math.isnan(found.mean):
        return "there is no value here"
    if found.low <= 0 <= found.high:
        return same
    size = abs(found.mean)
    text = f"{number(100 * size)} points" if unit == "share" else as_text(size, unit)
    return f"{more if found.mean > 0 else less} {text}"


def within(found: Estimate, unit: str) -> str:
    if found.n < 2 or not math.isfinite(found.low):
        return "one world, no interval"
    return f"95 % interval {as_text(found.low, unit)} to {as_text(found.high, unit)}"


def worlds(found: Findings, what: str = "bars") -> str:
    return over_worlds(found.kind.run.replications, what)


def row(name: str, found: Estimate, **more: str) -> dict[str, object]:
    return {"name": name, **found._asdict(), **more}
