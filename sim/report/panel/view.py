"""The browser's side: one anywidget that holds the answer and all its views, drawn by the Vega that comes with
vl-convert, so that no network is needed."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from sim.report.panel.pictures import Row

_HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def _bundle() -> str:
    """The widget's script with Vega in it: about a megabyte, made once a process."""
    import altair as alt
    import vl_convert

    version = ".".join(alt.VEGALITE_VERSION.split(".")[:2])
    return vl_convert.javascript_bundle((_HERE / "view.js").read_text(encoding="utf-8"), vl_version=version)


class View(anywidget.AnyWidget):
    """What is on the screen. Data, words and serial number go out in one message; the browser draws the latest."""

    _css = (_HERE / "view.css").read_text(encoding="utf-8")

    specs = traitlets.Dict().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    serial = traitlets.Int(0).tag(sync=True)
    note = traitlets.Unicode("").tag(sync=True)
    bad = traitlets.Bool(False).tag(sync=True)
    progress = traitlets.Float(0.0).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        type(self)._esm = _bundle()
        # Buttons and answers come from different threads, and what one adds while the other sends would be lost
        self._one_at_a_time = threading.RLock()
        super().__init__(**traits)

    def put(self, data: dict[str, list[Row]], words: dict[str, Any]) -> None:
        """Shows rows by name and words; what is not named stays."""
        with self._one_at_a_time, self.hold_sync():
            self.data = self.data | data
            self.words = self.words | words
            self.serial += 1

    def say(self, text: str, bad: bool = False) -> None:
        """A line below the verdict: what was done, or what is wrong."""
        with self._one_at_a_time, self.hold_sync():
            self.note, self.bad = text, bad

    def advance(self, done: float) -> None:
        """Moves the progress bar, from 0 (none) to 1 (done, none)."""
        with self._one_at_a_time:
            self.progress = done
