"""What goes to the view: figures as rows and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.report.panel import pictures, tornado, words
from sim.report.panel.figures import Figures
from sim.report.panel.pictures import Row
from sim.report.panel.tornado import Swing

Screen = tuple[dict[str, list[Row]], dict[str, Any]]


def of(figures: Figures, pinned: Figures | None) -> Screen:
    """Everything but the tornado, which is told when it belongs to another answer."""
    said = {
        "kind": "exact" if figures.exact else "preview",
        "badge": words.badge(figures),
        "verdict": words.verdict(figures),
        "pinned": words.change(figures, pinned) if pinned else "",
        "legend": list(zip(pictures.colours_of(figures), words.titles(figures.scenarios), strict=True)),
        "customers": words.customers(figures),
        "customers_note": words.note(figures, "bands", pinned is not None),
        "cash": words.cash(figures),
        "cash_note": f"Cumulative discounted cash. {words.note(figures, 'band', pinned is not None)}",
        "cost_lens": "Through the cost-center lens: what support costs",
        "cost_lens_note": words.note(figures, "whiskers"),
        "profit_lens": "Through the profit-center lens: what customers are worth",
        "profit_lens_note": words.note(figures, "whiskers"),
        "tornado_note": "Of the exact run before this one; computed anew when the controls rest.",
    }
    return pictures.rows(figures, pinned), said


def of_tornado(found: Sequence[Swing], exact: Figures, worlds: int) -> Screen:
    """What moves the answer most."""
    return tornado.rows(found, exact), {"tornado": tornado.finding(found), "tornado_note": tornado.note(exact, worlds)}
