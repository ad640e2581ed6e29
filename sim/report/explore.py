"""`report.explore`: the panel of notebook 02, from the notebook's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.report.notebook import known_only

if TYPE_CHECKING:
    from sim.report.panel.choices import Choices
    from sim.report.panel.panel import Panel

KNOWN = ("world", "strategies", "changes", "people", "weeks", "replications", "seed", "workers", "out")


def explore(names: Mapping[str, Any]) -> Panel:
    """The panel that starts from a notebook's parameters (pass `globals()`), checked; switches the theme on.

    Raises:
        ParameterError: a name that is not a parameter, or a value that is not allowed.
    """
    from sim.report import theme
    from sim.report.panel.panel import Panel

    known_only(names, KNOWN)
    given = {name: names[name] for name in KNOWN if name in names}
    theme.setup()
    return Panel(check(given), given.get("workers"))


def check(given: Mapping[str, Any], origin: str = "") -> Choices:
    """Parameters as what a panel starts from; `origin` is the file that says them, for errors."""
    from sim.report.panel.choices import Choices

    return Choices.of(given, origin)
