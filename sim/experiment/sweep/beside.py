"""What is run beside a sweep's own points, in the same store: worlds near the break-even line, and the one shipped.

Neither is a fair sample of the ranges. They say where the line is and where you are, and enter no share of worlds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd

from sim.experiment.calibrate import Free
from sim.experiment.insight.designs import Range
from sim.experiment.insight.frontier import CANDIDATES, Frontier, frontier, where_next
from sim.experiment.points import digest, write
from sim.experiment.sweep.plan import Plan
from sim.experiment.sweep.run import Swept, sweep
from sim.experiment.sweep.store import Store
from sim.model.draws import Floats
from sim.parameters import ParameterError

LEAST = 10  # points that a line can be fitted to


def check_sharpen(plan: Plan, x: str, y: str, number: int, said_by: str) -> None:
    """Before any work: can `number` more points be put where the line between x and y is in doubt?

    Raises:
        ParameterError: they cannot; `said_by` leads it.
    """
    if number > CANDIDATES:
        raise ParameterError(f"{said_by}: got {number:,}; allowed: a whole number at most {CANDIDATES}")
    if number and not all(isinstance(plan.vary.get(key), Free) for key in (x, y)):
        raise ParameterError(
            f"{said_by}: got {number}; allowed where two parameters vary over a range; in {plan.said_by} the design is "
            f"{plan.design!r}."
        )
    if number and len(plan.points) < LEAST:
        raise ParameterError(
            f"{said_by}: got {number} with {len(plan.points)} points to begin with; allowed: at least {LEAST}"
        )


def line(found: Swept, x: str, y: str, more: Swept | None = None) -> Frontier:
    """The break-even line of the last strategy between x and y, from a sweep and perhaps from points beside it."""
    points, deltas = found.points, found.of_last
    if more is not None:
        points, deltas = pd.concat([points, more.points]), pd.concat([deltas, more.of_last])
    bounds = {key: _range(found.plan, key, points[key]) for key in (x, y)}
    return frontier(points, deltas, x, y, bounds, keep=0 if more is None else len(more.points))


def sharpen(
    found: Swept,
    x: str,
    y: str,
    number: int,
    out: Path,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: bool | TextIO = True,
) -> Swept:
    """Runs `number` more worlds where the sign of the difference between x and y is most in doubt; returns them alone.

    Their other parameters are drawn evenly from what the sweep varies. They are numbered on from the sweep's points.
    Where they are hangs on nothing but the sweep's results; it is kept before they run, so that a sweep that was
    stopped here goes on with the same ones.

    Args:
        found: the sweep, all of its points.
        number: of points, from 1 to 512; more of them begin with those of fewer.
        out: the store of the sweep; others as in `run.sweep`.
    """
    places = _kept_places(found, x, y, number, out)
    ranges = {key: found.plan.vary[key] for key in (x, y)}
    fixed = [
        {key: float(f"{place:.6g}") for key, place in zip(ranges, pair, strict=True)}  # as a drawn point would say it
        for pair in places.tolist()
    ]
    plan = replace(found.plan, design="list", listed=tuple(found.plan.further(fixed)), vary={})
    more = sweep(plan, out, workers, scheduler, progress, doing="sharpening")
    first = len(found.plan.points)
    points = more.points.set_axis(more.points.index + first)
    return Swept(plan, points, more.runs.assign(point=more.runs["point"] + first))


def itself(
    plan: Plan,
    out: Path,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: bool | TextIO = True,
) -> Swept:
    """The world that a sweep starts from, nothing varied: point 0, in as many paired worlds as a comparison has."""
    usual = plan.scenarios({})[0].run.replications
    one = replace(plan, design="list", listed=({},), vary={}, replications=max(usual, plan.replications))
    return sweep(one, out, workers, scheduler, progress, doing="this world itself")


def _kept_places(found: Swept, x: str, y: str, number: int, out: Path) -> Floats:
    """(number, 2) places, read if they were chosen before for the same results."""
    content: Mapping[str, Any] = {
        "between": [x, y, [tuple(_range(found.plan, key, found.points[key])) for key in (x, y)]],
        "number": number,
        "results": [found.points.to_csv(), found.of_last.to_csv(index=False)],
    }
    path = Store(out).sharpened / f"{digest(content)}.csv"
    if not path.exists():
        places = pd.DataFrame(where_next(line(found, x, y), number), columns=[x, y])
        path.parent.mkdir(exist_ok=True)
        write(path, places.to_csv(index=False, lineterminator="\n"))
    return pd.read_csv(StringIO(path.read_text(encoding="utf-8"))).to_numpy(float)


def _range(plan: Plan, key: str, values: pd.Series) -> Range:
    """The range of a parameter; as far as the values reach where it has none."""
    match plan.vary.get(key):
        case Free(low=low, high=high, scale=scale):
            return Range(low, high, scale == "log")
    return Range(float(np.min(values)), float(np.max(values)))
