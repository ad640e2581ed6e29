"""Any chart as files to show elsewhere: PNG, SVG, PDF, one HTML page that needs no network, and a slide."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt

from sim.parameters import ParameterError
from sim.report import theme

if TYPE_CHECKING:
    from sim.report.deck.story import Slide

ENDINGS = (".png", ".svg", ".pdf", ".html", ".pptx")
NAME = re.compile(r"[\w][\w .-]*")


def export(
    chart: alt.TopLevelMixin,
    name: str,
    out: str | Path = "results/charts",
    register: str = "notebook",
    dark: bool = False,
) -> list[Path]:
    """Writes a chart as <name>.png (2x), .svg, .pdf, .html and .pptx into the folder `out`; returns their paths.

    `register` is 'notebook', 'slide' (larger type) or 'print' (smaller type); `dark` for dark paper. All are written
    or none.

    Raises:
        ParameterError: the name cannot be that of a file, or the folder cannot be written.
    """
    from sim.report.save import staging

    if not NAME.fullmatch(name):
        raise ParameterError(f"export, name: got {name!r}; allowed: letters, digits, spaces, '.', '-' and '_'")
    spec, out = theme.themed(chart, register, dark), Path(out)
    with staging(out) as aside:
        (aside / f"{name}.png").write_bytes(theme.png(chart, register, dark))
        (aside / f"{name}.svg").write_text(theme.svg(chart, register, dark), encoding="utf-8")
        (aside / f"{name}.pdf").write_bytes(theme.pdf(chart, register, dark))
        (aside / f"{name}.html").write_text(page(spec), encoding="utf-8")
        slide(chart, aside / f"{name}.pptx")
    return [out / f"{name}{ending}" for ending in ENDINGS]


def page(spec: dict[str, Any]) -> str:
    """One HTML page with the chart and all that draws it, interactive, without a network."""
    import vl_convert

    menu = {"export": True, "source": False, "compiled": False, "editor": False}  # nothing that needs a network
    spec = spec | {"usermeta": {"embedOptions": {"actions": menu}}}
    text = vl_convert.vegalite_to_html(json.dumps(spec), vl_version=theme.vega_lite(), bundle=True)
    title = theme.title(spec).replace("&", "&amp;").replace("<", "&lt;")
    return text.replace("<title>Chart</title>", f"<title>{title}</title>", 1)


def slide(chart: alt.TopLevelMixin, path: Path) -> None:
    """A deck of one slide: the chart's title is the slide's, its subtitle is said beside the picture."""
    from sim.report.deck.write import loose

    told, source = as_slide(chart, "chart"), f"Source: support-whatif {version('support-whatif')}"
    loose([(told, f"{told.title}\n{told.said}\n{source}")], source, path)


def as_slide(chart: alt.TopLevelMixin, key: str) -> Slide:
    """A chart as the slide `key`: a picture without the title and subtitle, which are the slide's own."""
    from sim.report.deck.ooxml import Picture
    from sim.report.deck.story import Slide
    from sim.report.deck.wording import joined

    spec = theme.themed(chart, "slide")
    finding, said = theme.title(spec), _subtitle(spec)
    bare = {name: value for name, value in spec.items() if name != "title"}
    picture = Picture(theme.drawn(bare), theme.traced(bare))
    return Slide(key, joined(finding), joined(said), picture=picture, alts=(f"Chart: {finding}. {said}",))


def _subtitle(spec: dict[str, Any]) -> str:
    title = spec.get("title")
    said = title.get("subtitle", "") if isinstance(title, dict) else ""
    return said if isinstance(said, str) else " ".join(said)
