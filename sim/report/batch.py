"""A notebook at every point of a grid: several kernels at a time, a folder a point, and a page that leads to them all.

What is done stays done: a point is known by what makes its numbers (`Point.identity`), which its folder holds once its
notebook has finished. The same command runs only what is missing.
"""

from __future__ import annotations

import ast
import hashlib
import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sim.model.version import VERSION
from sim.parameters import ParameterError
from sim.parameters.errors import shown, suggestion
from sim.parameters.grid import Grid
from sim.report import notebook as comparing
from sim.report.publish import Kernels, NotebookFailed, publish
from sim.report.save import clear, staging

OUR_OWN = ("workers", "out")  # parameters that no number depends on
RECORD = "point.json"
LONGEST = 100  # characters of a folder's name
PLAIN = re.compile(r"(?!(?:true|false|null)$)[a-z][a-z0-9_.-]*")  # text that cannot be taken for anything else
DONE, FAILED, REFUSED, WAITING = "done", "failed", "not allowed", "not yet run"


@dataclass
class Point:
    """One notebook of the batch.

    Attributes:
        values: what varies, at this point.
        parameters: all that the notebook is given but where to write and the processes to use.
        identity: of the parameters, files they name included, the notebook's text and the model version.
        folder: where its results are.
        state: DONE, FAILED while running, REFUSED before, or WAITING.
        error: why it failed or was refused.
        verdict: the answer in a sentence, if the notebook leaves one.
    """

    values: dict[str, Any]
    parameters: dict[str, Any]
    identity: str
    folder: Path
    state: str = WAITING
    error: str = ""
    verdict: str = ""

    @property
    def label(self) -> str:
        """How it is called: 'world=online_retail, seed=1'."""
        return ", ".join(f"{name}={_said(value)}" for name, value in self.values.items())


@dataclass
class Batch:
    """A notebook, the grid it is run at, and its points; `own` are the parameters of `OUR_OWN` that it has."""

    notebook: Path
    grid: Grid
    out: Path
    own: tuple[str, ...]
    points: list[Point]

    def of(self, *states: str) -> list[Point]:
        """The points in one of these states."""
        return [point for point in self.points if point.state in states]


# Checking


def prepare(notebook: Path, grid: Grid, out: Path) -> Batch:
    """The batch, checked; points whose values are not allowed are marked as REFUSED, those already there as DONE.

    Raises:
        ParameterError: a name that the notebook does not have, or no point that can be run.
    """
    text, declared, defaults = _read(notebook)
    compares = re.search(r"\breport\.read_parameters\(", text) is not None
    known = dict.fromkeys((*declared, *(comparing.KNOWN if compares else ())))
    _check_names(notebook, grid, [name for name in known if name != "out"])
    own = tuple(name for name in OUR_OWN if name in declared)
    points = []
    for values in grid.points:
        parameters = grid.parameters | values
        point = Point(values, parameters, "", out / _folder(values))
        content: Any = {name: value for name, value in parameters.items() if name not in OUR_OWN}
        try:
            if compares:
                given = {name: value for name, value in (defaults | parameters).items() if name in comparing.KNOWN}
                asked = comparing.check(given, "changes", "{}")
                # A name of a file is not what it says
                content = [content, [scenario.model_dump(mode="json") for scenario in asked.scenarios]]
        except ParameterError as error:
            point.state, point.error = REFUSED, str(error)
        made_of = json.dumps([VERSION, notebook.name, text, content], sort_keys=True)
        point.identity = hashlib.sha256(made_of.encode()).hexdigest()[:16]
        if point.state == WAITING and _is_there(point, notebook):
            _done(point)
        points.append(point)
    batch = Batch(notebook, grid, out, own, points)
    if len(batch.of(REFUSED)) == len(points):
        errors = list(dict.fromkeys(point.error for point in points))
        raise ParameterError("\n".join(f"{grid.origin}: {error}" for error in errors[:5]))
    return batch


def _read(notebook: Path) -> tuple[str, list[str], dict[str, Any]]:
    """A notebook's text without what its cells printed, the names of its parameters, and those defaults that are plain
    values."""
    import nbformat
    from papermill import inspect_notebook

    try:
        document = nbformat.read(notebook, as_version=4)
        inferred = inspect_notebook(notebook)
    except Exception as error:  # of any kind: it may be no JSON, no notebook, no Python
        raise ParameterError(f"notebook {str(notebook)!r}: cannot be read: {shown(str(error))}") from None
    defaults = {}
    for name, parameter in inferred.items():
        with suppress(ValueError, SyntaxError):
            defaults[name] = ast.literal_eval(parameter["default"])
    return json.dumps([[cell.cell_type, cell.source] for cell in document.cells]), list(inferred), defaults


def _check_names(notebook: Path, grid: Grid, known: list[str]) -> None:
    complaints = []
    for where, names in (("grid", grid.points[0]), ("parameters", grid.parameters)):
        for name, value in names.items():
            start = f"{grid.origin}, {where}: "
            if name == "out":
                complaints.append(f"{start}'out' cannot be said: each point has a folder of its own. Use --out.")
            elif name not in known:
                allowed = f"Allowed: {', '.join(known)}." if known else "It has no cell tagged 'parameters'."
                complaints.append(
                    f"{start}{shown(name)}: no such parameter of {notebook.name}, got {shown(value)}."
                    f"{suggestion(name, known)} {allowed}"
                )
    if complaints:
        raise ParameterError("\n".join(complaints))


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _folder(values: Mapping[str, Any]) -> str:
    """A name that people can read and every file system can hold: 'world=online_retail,seed=1'.

    Where characters had to go, or text looks like a number or a comma, the values' digest keeps points apart.
    """
    name = ",".join(f"{name}={_said(value)}" for name, value in values.items())
    safe = re.sub(r"[^a-z0-9_.=,-]+", "_", name)[:LONGEST]
    if safe == name and all(PLAIN.fullmatch(value) for value in values.values() if isinstance(value, str)):
        return safe
    return f"{safe}-{hashlib.sha256(json.dumps(values).encode()).hexdigest()[:8]}"


def _is_there(point: Point, notebook: Path) -> bool:
    """Whether the folder holds the results of exactly this point."""
    try:
        record = json.loads((point.folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    whole = all((point.folder / f"{notebook.stem}{ending}").is_file() for ending in (".ipynb", ".html"))
    return whole and isinstance(record, dict) and record.get("identity") == point.identity


def _done(point: Point) -> None:
    point.state = DONE
    path = point.folder / "verdict.txt"
    point.verdict = path.read_text(encoding="utf-8").partition("\n")[0] if path.is_file() else ""


# Running


def run(batch: Batch, kernels: int | None = None, progress: bool = True) -> None:
    """Runs what is waiting, `kernels` notebooks at a time (None: as many as there are cores).

    The page is written before the first and after each. Stopped, it ends the kernels, and what is done stays.
    """
    from tqdm import tqdm

    # The names are checked; and that a kernel died will be said with the point that it was running
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    _write_page(batch)
    waiting = batch.of(WAITING)
    if not waiting:
        return
    cores = os.cpu_count() or 1
    at_once = min(kernels or cores, len(waiting))
    workers = max(1, cores // at_once)
    watched, pool = Kernels(), ThreadPoolExecutor(at_once)
    bar = tqdm(
        total=len(waiting) + len(batch.of(DONE)), initial=len(batch.of(DONE)), desc="running", unit="notebook",
        mininterval=0.5, ncols=88, disable=not progress,
    )  # fmt: skip
    try:
        futures = {pool.submit(_run, batch, point, workers, watched): point for point in waiting}
        left = set(futures)
        while left:
            finished, left = wait(left, timeout=1, return_when=FIRST_COMPLETED)
            for future in finished:
                _settle(futures[future], future.result())
            if finished:
                bar.update(len(finished))
                _write_page(batch)
            if sys.stderr.isatty():
                bar.refresh()  # the time goes on
    except BaseException:
        watched.stop()
        pool.shutdown(cancel_futures=True)
        for point in waiting:
            clear(point.folder)
            if point.state == WAITING and _is_there(point, batch.notebook):
                _done(point)
        _write_page(batch)
        raise
    finally:
        bar.close()
        pool.shutdown()


def _run(batch: Batch, point: Point, workers: int, kernels: Kernels) -> str:
    """One notebook, in a thread: the error, '' for none."""
    ours = {"workers": workers, "out": str(point.folder)}
    given = {name: ours[name] for name in batch.own} | point.parameters
    try:
        if kernels.stopped:
            return "stopped"
        (point.folder / RECORD).unlink(missing_ok=True)  # what it says of the folder ends here
        publish(batch.notebook, point.folder, given, progress=False, kernels=kernels)
        record = {
            "identity": point.identity, "model": VERSION, "notebook": batch.notebook.name,
            "parameters": point.parameters,
        }  # fmt: skip
        with staging(point.folder) as aside:
            (aside / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    except (NotebookFailed, ParameterError) as error:
        return str(error)
    except Exception as error:  # whatever it is, it must not cost the other points
        return f"{type(error).__name__}: {error}"
    return ""


def _settle(point: Point, error: str) -> None:
    if error:
        point.state, point.error = FAILED, error
    else:
        _done(point)


# Telling


def report(batch: Batch, *states: str) -> str:
    """What is wrong with the points in these states, for a terminal: each with its parameters and its error."""
    points = batch.of(*states)
    lines = [f"{len(points)} of {len(batch.points)} points without a result:"]
    for point in points:
        lines.append(f"{point.state}: {point.label}")
        same = {name: value for name, value in point.parameters.items() if name not in point.values}
        if same:
            lines.append("  with " + ", ".join(f"{name}={_said(value)}" for name, value in same.items()))
        lines += [f"  {line}" for line in point.error.strip().splitlines()]
    return "\n".join(lines)


def _write_page(batch: Batch) -> None:
    with staging(batch.out) as aside:
        (aside / "index.html").write_text(page(batch), encoding="utf-8", errors="replace")


SHORT = 30  # characters of a value that stay on one line
STYLE = """
body { font: 16px/1.5 "Liberation Sans", Arial, Helvetica, sans-serif; color: #1a1a1a; background: white;
  max-width: 76rem; margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
.story { max-width: 46rem; margin: 0 0 1rem; white-space: pre-line; overflow-wrap: anywhere; }
.soft { color: #595959; margin: .25rem 0; overflow-wrap: anywhere; }
.count { font-weight: bold; margin: 1.25rem 0 .75rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .55rem 1.5rem .55rem 0; border-bottom: 1px solid #d9d9d9; }
th { color: #595959; font-weight: normal; border-bottom: 2px solid #595959; white-space: nowrap; }
td.value { white-space: nowrap; }
td.long { white-space: normal; overflow-wrap: anywhere; min-width: 12rem; }
td.state, td.links { white-space: nowrap; }
td.says { min-width: 20rem; overflow-wrap: anywhere; }
td.error { white-space: pre-line; }
.done td.state { color: #00694e; } .failed td.state, .refused td.state { color: #b04a00; font-weight: bold; }
.waiting td { color: #595959; }
a { color: #0072b2; }
td a + a { margin-left: .9rem; }
"""
_CLASSES = {DONE: "done", FAILED: "failed", REFUSED: "refused", WAITING: "waiting"}


def page(batch: Batch) -> str:
    """The page that leads to the notebooks, in one file. Whatever comes from files is text on it, never HTML."""
    grid, names = batch.grid, list(batch.grid.points[0])
    counts = [(len(batch.of(state)), state) for state in (DONE, FAILED, REFUSED, WAITING)]
    told = ", ".join(f"{number} {state}" for number, state in counts if number)
    same = ", ".join(f"{name} = {_said(value)}" for name, value in grid.parameters.items())
    head = "".join(f"<th>{escape(name)}</th>" for name in [*names, "state", "open", "what it says"])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(grid.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(grid.title)}</h1>\n"
        + (f'<p class="story">{escape(grid.story)}</p>\n' if grid.story else "")
        + f'<p class="soft">Notebook {escape(batch.notebook.name)} at every point of {escape(grid.origin)}, '
        f"model version {escape(VERSION)}.</p>\n"
        + (f'<p class="soft">The same everywhere: {escape(same)}.</p>\n' if same else "")
        + f'<p class="count">Of {len(batch.points)} points: {escape(told)}.</p>\n'
        f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n'
        + "".join(_row(batch, point) for point in batch.points)
        + "</tbody>\n</table></div>\n</body>\n</html>\n"
    )


def _row(batch: Batch, point: Point) -> str:
    values = "".join(
        f'<td class="{"value" if len(text) <= SHORT else "long"}">{escape(text)}</td>'
        for text in map(_said, point.values.values())
    )
    # The only Markdown of a verdict are the names in it
    says = re.sub(r"\*([^*]+)\*", r"<em>\1</em>", escape(point.verdict)) if point.state == DONE else escape(point.error)
    links = ""
    if point.state == DONE:
        stem = batch.notebook.stem
        targets = {"Read": f"{stem}.html", "Notebook": f"{stem}.ipynb", "Files": ""}
        links = "".join(
            f'<a href="{escape(quote(f"./{point.folder.name}/{target}"))}">{text}</a>'
            for text, target in targets.items()
        )
    return (
        f'<tr class="{_CLASSES[point.state]}">{values}<td class="state">{point.state}</td>'
        f'<td class="links">{links}</td><td class="says{" error" if point.error else ""}">{says}</td></tr>\n'
    )
