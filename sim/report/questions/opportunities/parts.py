"""What the pictures and sentences of problems as opportunities share."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sim.experiment.questions.arms import Estimate
from sim.experiment.questions.opportunities import Findings
from sim.report.sentences import signed
from sim.report.words import money, number


def sign_of(found: Estimate) -> int:
    """1 or -1 where the interval lies on one side of zero, else 0."""
    return int(found.low > 0) - int(found.high < 0)


def between(found: Estimate, text: Mapping[int, str]) -> str:
    """The text of its sign, or that there is none to be told."""
    if math.isnan(found.mean):
        return "It cannot be told here"
    return text.get(sign_of(found), text[0])


def signed_number(found: Estimate) -> str:
    """A number with its sign and interval."""
    sign = "+" if found.mean > 0 else ""
    if not math.isfinite(found.low):
        return f"{sign}{number(found.mean)}"
    return f"{sign}{number(found.mean)} ({number(found.low)} to {number(found.high)})"


def signed_money(found: Estimate) -> str:
    """Money with its sign and interval."""
    if not math.isfinite(found.low):
        return signed(found.mean)
    return f"{signed(found.mean)} ({money(found.low)} to {money(found.high)})"


def worlds(found: Findings) -> int:
    """How many paired worlds."""
    return int(found.arms["replication"].nunique())
