"""What the charts of a sweep call things, and in which colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from sim.experiment.insight.discovery import label_of
from sim.report import theme

KINDS = {  # of worlds -> colour, shape
    "wins": (theme.VERMILION, "circle"),
    "undecided": ("#9a9a9a", "square"),
    "loses": (theme.BLUE, "triangle-up"),
}


def labelled(keys: Any, labels: Mapping[str, str] | None) -> list[str]:
    """Parameters as the chart calls them: as given, else by the last part of their name."""
    return [(labels or {}).get(str(key), label_of(str(key))) for key in keys]


def capital(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]


def kind_colour() -> alt.Scale:
    """Wins, undecided, loses."""
    return alt.Scale(domain=list(KINDS), range=[colour for colour, _ in KINDS.values()])
