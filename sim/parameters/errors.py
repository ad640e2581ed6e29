"""The one error a user sees for bad input: where, which key, what value, what is allowed, the nearest valid name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ParameterError(ValueError):
    """Input that cannot be run. Its text is meant for the user and is complete without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a stack of library frames."""
        return [f"ParameterError: {self}"]


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name most like `name`: by its last dotted part first (a leaf typed without its group), then whole."""
    allowed = list(allowed)
    leaf = name.rsplit(".", 1)[-1]
    leaves: dict[str, str] = {}
    for candidate in allowed:
        leaves.setdefault(candidate.rsplit(".", 1)[-1], candidate)
    whole = difflib.get_close_matches(name, allowed, n=1, cutoff=0.85)
    if whole:
        return whole[0]
    by_leaf = difflib.get_close_matches(leaf, leaves, n=1, cutoff=0.6)
    if by_leaf:
        return leaves[by_leaf[0]]
    loose = difflib.get_close_matches(name, allowed, n=1, cutoff=0.3)
    return loose[0] if loose else None


def suggestion(name: str, allowed: Iterable[str]) -> str:
    """' Did you mean ...?' or nothing."""
    match = nearest(name, allowed)
    return f" Did you mean {match!r}?" if match else ""
