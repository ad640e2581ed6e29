"""Colours that stand for different things look different to everybody: the palette as colour-blind people see it.

Simulated by Machado, Oliveira & Fernandes 2009 (doi:10.1109/TVCG.2009.113); differences by CIEDE2000 (a just noticeable
one is about 2.3).
"""

from __future__ import annotations

from itertools import combinations

import pytest
from coloraide import Color

from sim.report import theme
from sim.report.questions import gathered

DISTINCT = 9.0  # four times what is just noticeable
SETS = {
    "strategies": list(theme.colours(["cost_center", "profit_center", *"abcd"]).values()),
    "verdicts": [gathered.COLOURS[verdict] for verdict in gathered.ORDER],
}


def distance(one: str, other: str, blindness: str | None) -> float:
    """How different two colours look to somebody with no, red, green or blue cones, or to nobody but them."""
    seen = [
        Color(each) if blindness is None else Color(each).filter(blindness, method="machado") for each in (one, other)
    ]
    return seen[0].delta_e(seen[1], method="2000")


@pytest.mark.parametrize("blindness", [None, "protan", "deutan", "tritan"])
@pytest.mark.parametrize("name", SETS)
def test_colours_of_one_picture_look_different_to_everybody(name, blindness):
    close = {pair: distance(*pair, blindness) for pair in combinations(SETS[name], 2)}
    worst = min(close, key=lambda pair: close[pair])
    assert close[worst] >= DISTINCT, f"{worst}: {close[worst]:.1f}"


def test_red_and_green_as_usual_would_not_pass():
    assert distance("#d62728", "#2ca02c", None) > 4 * DISTINCT
    assert distance("#d66a28", "#8ca02c", "deutan") < DISTINCT


@pytest.mark.parametrize("colour", [theme.INK, theme.SOFT])
def test_text_stands_out_from_the_page(colour):
    assert Color(colour).contrast("white", method="wcag21") >= 4.5
