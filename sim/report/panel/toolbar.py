"""What stands above the controls: presets to start from, the size of the run, steps, files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import ipywidgets

from sim.parameters import names
from sim.report.panel.choices import SIZES, Choices

HINTS = {
    "Undo": "one step back",
    "Redo": "one step forward again",
    "Reset": "everything as it was at the start",
    "Pin": "keep the exact run on the screen, dashed, to compare with; once more lets it go",
    "Copy as code": "the same comparison in Python, to the clipboard and below",
    "Save scenario": "to the file named here: whatif compare and papermill take it",
    "Load": "the scenario of the file named here",
    "Present": "the charts as PNG, SVG and slides, into the file's folder",
}
STEPS = ("Undo", "Redo", "Reset", "Pin", "Copy as code")


class Toolbar:
    """The widgets, and what a person says with them: `chosen` is told of new choices, `acts` has a call a button."""

    def __init__(
        self,
        now: Choices,
        present: Callable[[], Choices],
        chosen: Callable[[Choices], None],
        acts: Mapping[str, Callable[[], None]],
        file: str,
    ) -> None:
        self._present, self._chosen, self._showing = present, chosen, False
        self.world = self._list("world", names("world"), now.world, lambda value: present().with_world(value))
        self.strategies = [
            self._list(f"{which} strategy", names("strategy"), now.strategies[side], self._strategy(side))
            for side, which in enumerate(("first", "second"))
        ]
        for widget, which in zip(self.strategies, ("first", "second"), strict=True):
            widget.add_class(f"whatif-{which}")
        self.sizes = {size: self._size(size, getattr(now, size)) for size in SIZES}
        self.file = ipywidgets.Text(file, description="file", continuous_update=False)
        self.file.add_class("whatif-file")
        self.buttons = {name: _button(name, act) for name, act in acts.items()}
        steps = [button for name, button in self.buttons.items() if name in STEPS]
        files = [button for name, button in self.buttons.items() if name not in STEPS]
        self.rows = [_row([*self.sizes.values(), *steps]), _row([self.file, *files])]

    def show(self, now: Choices) -> None:
        """Puts the presets and sizes where the choices are."""
        self._showing = True
        try:
            for chosen, value in zip([self.world, *self.strategies], [now.world, *now.strategies], strict=True):
                if value not in chosen.options:
                    chosen.options = [*chosen.options, value]
                chosen.value = value
            for size, field in self.sizes.items():
                field.value = getattr(now, size)
        finally:
            self._showing = False

    def _list(
        self, name: str, known: Sequence[str], value: str, choose: Callable[[str], Choices]
    ) -> ipywidgets.Dropdown:
        options = list(known) if value in known else [*known, value]
        widget = ipywidgets.Dropdown(options=options, value=value, description=name, tooltip=f"start from this {name}")
        widget.add_class("whatif-one")
        widget.observe(self._told(choose), "value")
        return widget

    def _strategy(self, side: int) -> Callable[[str], Choices]:
        return lambda value: self._present().with_strategy(side, value)

    def _size(self, name: str, value: int) -> ipywidgets.IntText:
        widget = ipywidgets.IntText(value, description=name, continuous_update=False)
        widget.observe(self._told(lambda number: replace(self._present(), **{name: number})), "value")
        return widget

    def _told(self, choose: Callable[[Any], Choices]) -> Callable[[Any], None]:
        def told(change: Any) -> None:
            if not self._showing:
                self._chosen(choose(change["new"]))

        return told


def _row(children: list[ipywidgets.Widget]) -> ipywidgets.Widget:
    row = ipywidgets.HBox(children)
    row.add_class("whatif-bar")
    return row


def _button(name: str, act: Callable[[], None]) -> ipywidgets.Button:
    button = ipywidgets.Button(description=name, tooltip=HINTS[name])
    button.on_click(lambda _: act())
    return button
