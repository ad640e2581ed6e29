"""How every chart looks: one theme, a colour for each strategy, a renderer that works offline, pictures as files."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast
from zlib import crc32

import altair as alt

from sim.report import font
from sim.report.looks import dressed

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # same widths in the first two, so the same picture everywhere
INK, SOFT, FAINT = "#1a1a1a", "#595959", "#d9d9d9"

# Okabe & Ito (2008): told apart by people with any kind of colour vision
BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK, YELLOW = "#E69F00", "#56B4E9", "#000000", "#F0E442"
FIXED = {"cost_center": BLUE, "profit_center": VERMILION}
OTHERS = (GREEN, PURPLE, ORANGE, SKY)
SPARE = (YELLOW, BLACK)  # pale on white, and as dark as the whiskers: only when nothing else is left

V5 = "application/vnd.vegalite.v5+json"  # the one label that JupyterLab 4 draws without a network
NAME = "whatif"
SCALE = 2.0

CONFIG: dict[str, Any] = {
    "background": "white",
    "font": FONT,
    "padding": 10,
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 20,
        "fontWeight": "bold",
        "color": INK,
        "lineHeight": 25,
        "subtitleFontSize": 14,
        "subtitleColor": SOFT,
        "subtitleLineHeight": 19,
        "subtitlePadding": 6,
        "offset": 14,
    },
    "axis": {
        "labelFontSize": 14,
        "titleFontSize": 14,
        "labelColor": INK,
        "titleColor": SOFT,
        "titleFontWeight": "normal",
        "gridColor": "#ebebeb",
        "domainColor": SOFT,
        "tickColor": SOFT,
        "labelPadding": 5,
        "titlePadding": 10,
    },
    "legend": {"labelFontSize": 14, "titleFontSize": 14, "labelLimit": 480, "symbolSize": 140, "orient": "top"},
    "text": {"fontSize": 14, "color": INK},
    "concat": {"spacing": 8},
}


def colour(strategy: str) -> str:
    """The colour of a strategy, the same everywhere: fixed for the two that ship, else by a hash of the name."""
    return FIXED.get(strategy) or OTHERS[crc32(strategy.encode()) % len(OTHERS)]


def colours(strategies: Sequence[str]) -> dict[str, str]:
    """A colour for each strategy of a comparison: `colour`, or the next free one where two names would share it.

    Distinct for up to eight strategies; after that colours come again.
    """
    chosen: dict[str, str] = {}
    for strategy in strategies:
        wanted, taken = colour(strategy), set(chosen.values())
        if wanted in taken:
            start = OTHERS.index(wanted) if wanted in OTHERS else 0
            circle = [*OTHERS[start:], *OTHERS[:start], *FIXED.values(), *SPARE]
            wanted = next((free for free in circle if free not in taken), wanted)
        chosen[strategy] = wanted
    return chosen


def setup() -> None:
    """Switches the theme and the renderer on, for this process. Repeating it changes nothing."""
    alt.theme.register(NAME, enable=True)(_theme)
    alt.renderers.register(NAME, render)
    alt.renderers.enable(NAME)


def _theme() -> alt.theme.ThemeConfig:
    return {"config": cast(alt.theme.ConfigKwds, CONFIG)}


def render(spec: dict[str, Any], **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A chart for notebooks, twice: interactive as far as JupyterLab can draw it offline, and as PNG for all others.

    Altair's own label for this version of Vega-Lite is not a valid one in a saved notebook; specifications here keep
    to what version 5 draws too.
    """
    image = drawn(spec)
    width = struct.unpack(">I", image[16:20])[0] / SCALE
    bundle = {V5: spec, "image/png": base64.b64encode(image).decode(), "text/plain": f"<chart: {title(spec)}>"}
    return bundle, {V5: {"embed_options": {"actions": False}}, "image/png": {"width": round(width), "alt": title(spec)}}


def title(spec: Mapping[str, Any]) -> str:
    """The title of a chart's specification in one line."""
    text = spec.get("title", "")
    text = text.get("text", "") if isinstance(text, Mapping) else text
    return text if isinstance(text, str) else " ".join(text)


def png(chart: alt.TopLevelMixin, register: str = "notebook", dark: bool = False) -> bytes:
    """A chart as PNG at twice its size, with the theme whether or not `setup` ran."""
    return drawn(themed(chart, register, dark))


def svg(chart: alt.TopLevelMixin, register: str = "notebook", dark: bool = False) -> str:
    """A chart as SVG, with the theme whether or not `setup` ran."""
    return traced(themed(chart, register, dark))


def pdf(chart: alt.TopLevelMixin, register: str = "notebook", dark: bool = False) -> bytes:
    """A chart as PDF, its font in it."""
    import vl_convert

    font.register()
    return vl_convert.vegalite_to_pdf(json.dumps(themed(chart, register, dark)), vl_version=vega_lite())


def themed(chart: alt.TopLevelMixin, register: str = "notebook", dark: bool = False) -> dict[str, Any]:
    """A chart's valid specification with the theme in it: for a notebook, a slide or print, on light or dark paper."""
    spec: dict[str, Any] = chart.to_dict()
    return dressed(spec | {"config": spec.get("config", {}) | CONFIG}, register, dark)


def traced(spec: Mapping[str, Any]) -> str:
    """A specification as SVG."""
    import vl_convert

    font.register()
    return vl_convert.vegalite_to_svg(json.dumps(spec), vl_version=vega_lite())


def drawn(spec: Mapping[str, Any]) -> bytes:
    """A specification as PNG."""
    return _drawn(json.dumps(spec, sort_keys=True))


@lru_cache(maxsize=32)
def _drawn(spec: str) -> bytes:
    """Kept: what a notebook shows is written to a file later."""
    import vl_convert

    font.register()
    return vl_convert.vegalite_to_png(spec, vl_version=vega_lite(), scale=SCALE)


def vega_lite() -> str:
    """The version of Vega-Lite that draws."""
    return ".".join(alt.VEGALITE_VERSION.split(".")[:2])
