"""The panel: controls, view and answers put together; what a person does becomes the next question."""

from __future__ import annotations

import json
import shlex
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets
import pandas as pd

from sim.experiment.compare import Comparison
from sim.parameters import ParameterError
from sim.parameters.files import ROOT
from sim.report import saved
from sim.report.panel import pictures, ranges, screen, tornado
from sim.report.panel.answers import Answer, Answers
from sim.report.panel.choices import Choices, History
from sim.report.panel.code import code
from sim.report.panel.controls import Controls
from sim.report.panel.figures import Figures
from sim.report.panel.live import Live
from sim.report.panel.present import present
from sim.report.panel.toolbar import Toolbar
from sim.report.panel.tornado import Swing
from sim.report.panel.view import View

if TYPE_CHECKING:
    from sim.report.marks import Chart

PROJECT = ROOT.parent  # files are named from here, as in the README, wherever the notebook is
FILE = "results/explore/scenario.yaml"


class Panel:
    """Two strategies side by side in one world, and the answer that follows the controls.

    Shown by being a cell's last line; `comparison()` and `tornado()` wait for what the controls say. Widgets are told
    of from any thread: JupyterLab gives each kind of message one.
    """

    def __init__(self, choices: Choices, workers: int | None = None, file: str = FILE) -> None:
        choices.scenarios()  # what is not allowed stops here
        self._lock = threading.RLock()
        self._start, self._history = choices, History(choices)
        self._pinned: Figures | None = None
        self._answers = Answers(workers)
        self._swings: tuple[Choices, list[Swing]] | None = None
        self._failure: tuple[Choices, Exception] | None = None
        self._shown: Choices | None = None  # whose exact answer is on the screen
        self._known = ranges.shipped()
        self.view = View(specs=pictures.specs())
        self._controls = Controls(self._known, self._moved)
        acts = {
            "Undo": lambda: self._step(History.undo), "Redo": lambda: self._step(History.redo),
            "Reset": lambda: self._choose(self._start), "Pin": self._pin, "Copy as code": self._copy,
            "Save scenario": self._save, "Load": self._load, "Present": self._present,
        }  # fmt: skip
        safe = {name: self._safe(act) for name, act in acts.items()}
        self._bar = Toolbar(choices, lambda: self._history.present, self._choose, safe, file)
        self._code = ipywidgets.Textarea(description="code", rows=9)
        self._code.layout.display, self._code.layout.width = "none", "100%"
        self.widget = self._lay_out()
        self._show_choices()
        self._live: Live[Choices] = Live(self._quick, (self._exact, self._tornado), self._failed)
        self._live.start()
        self._live.ask(choices)

    def _lay_out(self) -> ipywidgets.Widget:
        world = _column("whatif-world", [self._bar.world, *self._controls.world])
        two = ipywidgets.HBox(self._bar.strategies)
        strategies = _column("whatif-strategies", [two, *self._controls.strategies])
        body = ipywidgets.Box([self.view, world, strategies])
        body.add_class("whatif-body")
        return _column("whatif-panel", [*self._bar.rows, self._code, body])

    def _repr_mimebundle_(self, **options: Any) -> Any:
        shown = self.widget._repr_mimebundle_(**options) or {}
        return shown | {"text/plain": "A panel: it needs a running kernel. What it showed stands below."}

    # What a person does

    def _moved(self, side: str, index: int, key: str, value: Any) -> None:
        with self._lock:
            now = self._history.present
            name = f"world.{key}" if side == "world" else f"{now.label(index)}.{key}"
            self._history = self._history.move(now.changed(name, value), of=name)
            self._ask()

    def _choose(self, choices: Choices) -> None:
        self._step(lambda history: history.move(choices))

    def _step(self, step: Callable[[History], History]) -> None:
        with self._lock:
            self._history = step(self._history)
            self._show_choices()
            self._ask()

    def _ask(self) -> None:
        self._bar.buttons["Undo"].disabled = not self._history.past
        self._bar.buttons["Redo"].disabled = not self._history.future
        self.view.advance(0.0)
        self.view.say("")
        self._live.ask(self._history.present)

    def _show_choices(self) -> None:
        """Puts the controls where the choices are; choices that are not allowed leave them where they were."""
        now = self._history.present
        self._bar.show(now)
        try:
            self._controls.show(now.scenarios())
        except ParameterError:
            return

    def _safe(self, act: Callable[[], None]) -> Callable[[], None]:
        """A button's call whose error is shown where a person looks."""

        def run() -> None:
            try:
                act()
            except (ParameterError, OSError) as error:
                self.view.say(str(error), bad=True)

        return run

    def _pin(self) -> None:
        answer = self._answers.known(self._history.present)
        if self._pinned is None and answer is None:
            self.view.say("The exact run is not there yet: wait for it, then pin.", bad=True)
            return
        self._pinned = answer.figures if self._pinned is None and answer else None
        self._bar.buttons["Pin"].description = "Unpin" if self._pinned else "Pin"
        if answer:
            self._put(self._history.present, answer.figures)

    def _copy(self) -> None:
        text = code(self._history.present)
        self._code.value, self._code.layout.display = text, ""
        self.view.send({"copy": text})
        self.view.say("Copied; it stands above the panel, too.")

    def _path(self) -> Path:
        return PROJECT / self._bar.file.value

    def _save(self) -> None:
        path = saved.write(self._history.present.given(), self._path())
        self.view.say(f"Saved. The same numbers again: whatif compare {shlex.quote(str(path))}")

    def _load(self) -> None:
        path = self._path()
        self._choose(Choices.of(saved.read(str(path)), path.name))
        self.view.say(f"Loaded {path.name}.")

    def _present(self) -> None:
        answer = self._answers.known(self._history.present)
        if answer is None:
            self.view.say("The exact run is not there yet: wait for it, then present.", bad=True)
            return
        folder = self._path().parent
        swings = self._swings[1] if self._swings and self._swings[0] == self._history.present else []
        written = present(answer, swings, folder)
        self.view.say(f"Presented in {folder}: {', '.join(written)}")

    def _put(self, choices: Choices, figures: Figures) -> None:
        data, said = screen.of(figures, self._pinned)
        self.view.put(data, said | {"asked": json.dumps(dict(choices.changes))})

    # The answers, on the thread of `Live`

    def _quick(self, choices: Choices) -> None:
        known = self._answers.known(choices)
        self._put(choices, known.figures if known else self._answers.preview(choices))

    def _exact(self, choices: Choices, stands: Callable[[], bool]) -> None:
        def progress(done: float) -> None:
            if stands():
                self.view.advance(done)

        answer = self._answers.exact(choices, stands, progress)
        if answer is not None:
            with self._lock:
                self._history = self._history.settle()
            self._put(choices, answer.figures)
            self._shown = choices

    def _tornado(self, choices: Choices, stands: Callable[[], bool]) -> None:
        answer = self._answers.known(choices)
        if answer is None:
            return
        found = tornado.swings(choices, answer.figures, self._known, self._answers.workers, stands)
        for worlds, swings in enumerate(found, start=1):
            if stands():
                self._swings = choices, swings
                self.view.put(*screen.of_tornado(swings, answer.figures, worlds))

    def _failed(self, choices: Choices, error: Exception) -> None:
        self._failure = choices, error
        if choices == self._history.present:
            known = isinstance(error, ParameterError)
            self.view.say(str(error) if known else f"{type(error).__name__}: {error}", bad=True)

    # For the cells below

    def comparison(self, timeout: float | None = None) -> Comparison:
        """The exact answer to what the controls say; waits for it.

        Raises:
            ParameterError: what the controls say is not allowed.
        """
        return self._wait(timeout).comparison

    def tornado(self, timeout: float | None = None) -> Chart:
        """What moves the answer most, as a chart; waits for it."""
        answer = self._wait(timeout)
        return pictures.still("tornado", *screen.of_tornado(self._found(timeout), answer.figures, tornado.WORLDS))

    def swings(self, timeout: float | None = None) -> pd.DataFrame:
        """The same as a table."""
        return pd.DataFrame(tornado.table(self._found(timeout)))

    def save(self, folder: str) -> None:
        """Leaves the scenario, the charts and the verdict in a folder; '' for nowhere."""
        if folder:
            answer = self._wait(None)
            saved.write(self._history.present.given(), Path(folder) / Path(FILE).name)
            present(answer, self._found(None), Path(folder))

    def _wait(self, timeout: float | None) -> Answer:
        with self._live.news:
            self._live.news.wait_for(lambda: self._shown == self._history.present or self._live.at_rest, timeout)
        self._raise()
        answer = self._answers.known(self._history.present)
        if answer is None:
            raise TimeoutError("the panel has no exact answer yet")
        return answer

    def _found(self, timeout: float | None) -> list[Swing]:
        self._live.wait(timeout)
        self._raise()
        return self._swings[1] if self._swings and self._swings[0] == self._history.present else []

    def _raise(self) -> None:
        if self._failure is not None and self._failure[0] == self._history.present:
            raise self._failure[1]

    def close(self) -> None:
        """Ends the thread and closes the widgets."""
        self._live.close()
        self.widget.close()


def _column(name: str, children: list[ipywidgets.Widget]) -> ipywidgets.Widget:
    column = ipywidgets.VBox(children)
    column.add_class(name)
    return column
