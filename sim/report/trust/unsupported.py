"""What no evidence supports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sim.parameters import Scenario
from sim.parameters.table import rows
from sim.report.tables import _text
from sim.report.words import percent


def assumptions(scenarios: Sequence[Scenario]) -> pd.DataFrame:
    """Parameters whose source says that they are assumptions: parameter, value, unit, meaning.

    What the strategies have not in common has all their values, in their order.
    """
    if not scenarios:
        return pd.DataFrame(columns=["parameter", "value", "unit", "meaning"])
    kinds: dict[str, list[Any]] = {
        "world": [scenarios[0].world],
        "run": [scenarios[0].run],
        "strategy": [s.strategy for s in scenarios],
    }
    found = []
    for kind, values in kinds.items():
        for versions in zip(*(rows(kind, value) for value in values), strict=True):
            if "assumption" in versions[0]["source"]:
                said = list(dict.fromkeys(_text(version["value"]) for version in versions))
                value = said[0] if len(said) == 1 else " / ".join(_text(version["value"]) for version in versions)
                first = versions[0]
                found.append({"parameter": first["parameter"], "value": value, "unit": first["unit"],
                              "meaning": first["meaning"]})  # fmt: skip
    return pd.DataFrame(found, columns=["parameter", "value", "unit", "meaning"])


def assumptions_sentence(scenarios: Sequence[Scenario]) -> str:
    """How many parameters no evidence supports, of how many."""
    if not scenarios:
        return "No world was named."
    first = scenarios[0]
    total = sum(len(rows(kind, getattr(first, kind))) for kind in ("world", "run", "strategy"))
    found = assumptions(scenarios)
    return (
        f"{len(found)} of {total} parameters are assumptions that no evidence supports ({percent(len(found) / total)})."
    )
