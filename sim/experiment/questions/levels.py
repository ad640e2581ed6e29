"""Support levels: one strategy at 0, another at 1, what lies between them and beyond."""

from __future__ import annotations

import math
from typing import Any

from pydantic.fields import FieldInfo

from sim.parameters.fields import leaves, types
from sim.parameters.strategy import Strategy

WIDE = 3.0  # two positive values further apart than this are a step of proportion, not of amount
SUPPORT = ("access", "staffing", "desk", "warranty", "remedy", "learning")  # groups of a strategy that are its support


def blend(low: Strategy, high: Strategy, level: float) -> Strategy:
    """The support of a strategy `level` of the way from `low` (0) to `high` (1); all else is `low`'s.

    Numbers go along, as far as they are allowed to; what is no number is `high`'s from half of the way on.
    """
    changes: dict[str, dict[str, Any]] = {}
    for key, field in leaves(Strategy):
        group, _, name = key.partition(".")
        if group in SUPPORT:
            at_low, at_high = (getattr(getattr(each, group), name) for each in (low, high))
            changes.setdefault(group, {})[name] = _between(at_low, at_high, level, field)
    tree = low.model_dump()
    for group, values in changes.items():
        tree[group] |= values
    return Strategy.model_validate(tree)


def _between(low: Any, high: Any, level: float, field: FieldInfo) -> Any:
    if low == high:
        return low
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (low, high))
    if not numbers:
        return high if level >= 0.5 else low
    if low > 0 and high > 0 and max(low / high, high / low) > WIDE:
        value = low * (high / low) ** level
    else:
        value = low + level * (high - low)
    value = _allowed(value, field)
    return round(value) if types(field) - {type(None)} == {int} else value


def _allowed(value: float, field: FieldInfo) -> float:
    """The nearest value within the bounds; a hundredth inside where a bound itself is not allowed."""
    for rule in field.metadata:
        least, most = (
            getattr(rule, "ge", getattr(rule, "gt", -math.inf)),
            getattr(rule, "le", getattr(rule, "lt", math.inf)),
        )
        inside = 0.0 if hasattr(rule, "ge") or hasattr(rule, "le") else 0.01
        value = min(max(value, least + inside), most - inside)
    return value
