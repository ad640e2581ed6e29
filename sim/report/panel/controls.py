"""The controls: a slider or list for each parameter of params/explore/controls.yaml, with its unit and its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

import ipywidgets

from sim.parameters import Scenario
from sim.report.panel.ranges import Range, said

SIDES = ("first", "second")


class Control:
    """One parameter's slider or list; `moved` is told of what a person does, not of what a program shows.

    A slider steps through values that are said as they are: one that counts in equal steps would show, and set, the
    nearest step in place of what a file says.
    """

    def __init__(self, known: Range, name: str, moved: Callable[[Any], None]) -> None:
        self.known, self._moved, self._showing = known, moved, False
        kind = ipywidgets.Dropdown if known.options else ipywidgets.SelectionSlider
        self.widget = kind(options=_options(known), description=name, tooltip=known.hint)
        self.widget.observe(self._told, "value")

    def show(self, value: Any) -> None:
        """Sets what is shown; a value without a place gets one."""
        self._showing = True
        try:
            if self.widget.value != value or type(self.widget.value) is not type(value):
                if value not in [place for _, place in self.widget.options]:
                    self.widget.options = _options(self.known, value)
                self.widget.value = value
        finally:
            self._showing = False

    def _told(self, change: Any) -> None:
        if not self._showing:
            self._moved(change["new"])


def _options(known: Range, *more: Any) -> list[tuple[str, Any]]:
    return [(said(value), value) for value in known.places(*more)]


class Controls:
    """All controls: `world` and `strategies` are the widgets to lay out."""

    def __init__(self, known: Sequence[Range], moved: Callable[[str, int, str, Any], None]) -> None:
        """`moved(side, index, key, value)`: side 'world' or 'strategy', index 0 or 1 of the strategy."""
        self.of_world: dict[str, Control] = {}
        self._strategies: tuple[dict[str, Control], ...] = ({}, {})
        for range_ in known:
            sides = [0] if range_.side == "world" else [0, 1]
            for index in sides:
                own = self.of_world if range_.side == "world" else self._strategies[index]
                name = range_.caption if range_.side == "world" else f"{range_.caption}, {SIDES[index]} strategy"
                own[range_.key] = Control(range_, name, _telling(moved, range_, index))
        self.world = _column(self.of_world.values(), self._one)
        self.strategies = _column(self._strategies[0].values(), self._two)

    def _one(self, control: Control) -> list[Any]:
        control.widget.add_class("whatif-one")
        return [control.widget]

    def _two(self, control: Control) -> list[Any]:
        both = [side[control.known.key].widget for side in self._strategies]
        for widget, side in zip(both, SIDES, strict=True):
            widget.add_class("whatif-two")
            widget.add_class(f"whatif-{side}")
        name = ipywidgets.Label(control.known.caption, tooltip=control.known.hint)
        name.add_class("whatif-name")
        return [name, ipywidgets.HBox(both)]

    def show(self, scenarios: Sequence[Scenario]) -> None:
        """Puts every control where the scenarios are."""
        for key, control in self.of_world.items():
            control.show(_value(scenarios[0].world, key))
        for scenario, side in zip(scenarios, self._strategies, strict=True):
            for key, control in side.items():
                control.show(_value(scenario.strategy, key))


def _telling(moved: Callable[[str, int, str, Any], None], range_: Range, index: int) -> Callable[[Any], None]:
    return lambda value: moved(range_.side, index, range_.key, value)


def _column(controls: Iterable[Control], lay_out: Callable[[Control], list[Any]]) -> list[Any]:
    """Controls under the names of their groups."""
    rows: list[Any] = []
    for group, members in groupby(controls, key=lambda control: control.known.group):
        heading = ipywidgets.Label(group)
        heading.add_class("whatif-group")
        rows.append(heading)
        for control in members:
            rows += lay_out(control)
    return rows


def _value(model: Any, key: str) -> Any:
    for part in key.split("."):
        model = getattr(model, part)
    return model
