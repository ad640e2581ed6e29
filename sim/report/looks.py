"""A chart's specification in three registers (notebook, slide, print), light or dark; what it says stays the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.parameters import ParameterError
from sim.parameters.errors import suggestion

# register -> times the size of type: of all but the title, of the title
REGISTERS: dict[str, tuple[float, float]] = {"notebook": (1.0, 1.0), "slide": (1.15, 1.0), "print": (0.85, 0.85)}
TYPE = ("fontSize", "labelFontSize", "titleFontSize")
TITLE = ("subtitleFontSize", "subtitleLineHeight", "lineHeight")
# light -> dark: ink, soft, faint, grid, paper, and the greys and blacks that marks use
DARK = {
    "#1a1a1a": "#f2f2f2",
    "#595959": "#bdbdbd",
    "#d9d9d9": "#4d4d4d",
    "#ebebeb": "#383838",
    "#000000": "#ffffff",
    "white": "#16191d",
}
DATA = ("data", "datasets", "values")


def dressed(spec: dict[str, Any], register: str = "notebook", dark: bool = False) -> dict[str, Any]:
    """The specification, its `config` included, as it is to look.

    Raises:
        ParameterError: there is no such register.
    """
    if register not in REGISTERS:
        raise ParameterError(
            f"register: got {register!r}; allowed: {', '.join(REGISTERS)}.{suggestion(register, REGISTERS)}"
        )
    if register == "notebook" and not dark:
        return spec
    worn = {key: value if key in DATA else _worn(key, value, register, dark, False) for key, value in spec.items()}
    if dark:  # black unless said otherwise
        config = worn.get("config", {})
        legend = {"labelColor": DARK["#1a1a1a"], "titleColor": DARK["#1a1a1a"]} | config.get("legend", {})
        worn["config"] = config | {"legend": legend}
    return worn


def _worn(key: str, value: Any, register: str, dark: bool, title: bool) -> Any:
    """One value of the specification; `title` says that it belongs to the title of the chart."""
    title = title or key == "title"
    if isinstance(value, Mapping):
        return {k: v if k in DATA else _worn(k, v, register, dark, title) for k, v in value.items()}
    if isinstance(value, list):
        return [_worn(key, one, register, dark, title) for one in value]
    if isinstance(value, str):
        return DARK.get(value, value) if dark else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    beside, own = REGISTERS[register]
    if key in TITLE or (title and key in TYPE):
        return round(value * own, 1)
    return round(value * beside, 1) if key in TYPE else value
