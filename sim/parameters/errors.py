"""The one error a user sees for bad input: where, which key, what value, what is allowed, the nearest valid name."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from typing import Any

ALIKE = 0.5  # below, two names have nothing to do with each other


class ParameterError(ValueError):
    """Input that cannot be run. Its text is meant for the user and is complete without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a stack of library frames."""
        return [f"ParameterError: {self}"]


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name most like `name`: its last dotted part (a leaf typed without its group) counts as much as all.

    Capitals, spaces and hyphens do not matter. Of equals the first one; None if nothing is alike.
    """
    name = _plain(name)
    best, match = ALIKE, None
    for candidate in allowed:
        other = _plain(candidate)
        score = (_alike(name, other) + _alike(name.rpartition(".")[2], other.rpartition(".")[2])) / 2
        if score > best:
            best, match = score, candidate
    return match


def _plain(name: str) -> str:
    """grossMargin, Gross-Margin and 'gross margin' are all gross_margin."""
    return re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip()[:200])).lower()


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def suggestion(name: str, allowed: Iterable[str]) -> str:
    """' Did you mean ...?' or nothing."""
    match = nearest(name, allowed)
    return f" Did you mean {match!r}?" if match else ""


def shown(value: Any) -> str:
    """A value as a user would write it in YAML, shortened: true, null, .nan, 'text', 3."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case float() if not math.isfinite(value):
            return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
        case list() | tuple() if not value:
            return "an empty list"
        case list() | tuple():
            parts = [_part(part) for part in value[:3]]
            return f"a list ({', '.join(parts)}{', …' if len(value) > 3 else ''})"
        case dict():
            return f"keys and values ({', '.join(str(key)[:30] for key in list(value)[:3])})"
    try:
        text = repr(value)
    except ValueError:  # an integer of thousands of digits
        text = "a number too long to show"
    return text if len(text) <= 80 else f"{text[:77]}…"


def _part(value: Any) -> str:
    return "…" if isinstance(value, list | tuple | dict) else shown(value)
