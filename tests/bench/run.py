"""How fast, how large, where the time goes, and beside others: `make bench`.

Prints tables, writes results/bench/bench.json and brings the section `speed` of README.md up to date. Times are wall
times of one process and include everything from drawing the people on; a person-week is one person simulated for one
week under one strategy. What is compared is measured in turn, repeat by repeat, so that a busy machine slows all alike.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import once
import sweeps
from peers import compiled_loop, engine, mesa_model, simpy_processes
from peers.rules import Totals, agents_for
from rich.console import Console
from shown import ENGINE, LOOP, MESA, SIMPY, section, show

from sim.report.readme import ROOT, with_part

SIZES = {1_000: 5, 10_000: 5, 100_000: 3, 1_000_000: 1}  # people -> repeats
WEEKS = {"default": 260, "light": 156}
GROWTH_FROM = (10_000, 100_000)  # people
MODELS: dict[str, Callable[..., Totals]] = {
    ENGINE: engine.run,
    LOOP: compiled_loop.run,
    MESA: mesa_model.run,
    SIMPY: simpy_processes.run,
}
# People, weeks, repeats of each model there
BESIDE = (
    (1_000, 156, {ENGINE: 5, LOOP: 5, MESA: 3, SIMPY: 3}),
    (5_000, 156, {ENGINE: 5, LOOP: 5, MESA: 3, SIMPY: 3}),
    (100_000, 156, {ENGINE: 7, LOOP: 7, MESA: 1}),
)
MINUTES = {SIMPY: 1}  # what the last of these takes more, if asked for
STARTS = {
    "an empty Python": [sys.executable, "-c", "pass"],
    "import sim": [sys.executable, "-c", "import sim"],
    "whatif --help": [str(Path(sys.executable).with_name("whatif")), "--help"],
}


# What is measured


def machine() -> dict[str, Any]:
    """What it ran on, and how many jobs there were already."""
    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        cpu = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), cpu)
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numba", "numpy", "simpy", "mesa")},
        "commit": _git("rev-parse", "--short=12", "HEAD"),
        "changed_since": bool(_git("status", "--porcelain", "--", "sim", "params")),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def at_size(world: str, people: int, repeats: int) -> dict[str, Any]:
    """Figures of one world at one size, from a process of its own; see `once`."""
    arguments = [world, str(people), str(WEEKS[world]), str(repeats)]
    done = subprocess.run(
        [sys.executable, once.__file__, *arguments], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    return json.loads(done.stdout)


def exponent(sizes: list[dict[str, Any]], world: str, smallest: int) -> float | None:
    """b of seconds = a people^b, by least squares of logarithms; None of fewer than two sizes."""
    chosen = [(one["people"], one["seconds"]) for one in sizes if one["world"] == world and one["people"] >= smallest]
    return float(np.polyfit(*np.log(chosen).T, 1)[0]) if len(chosen) > 1 else None


def side_by_side(people: int, weeks: int, repeats: dict[str, int]) -> dict[str, Any]:
    """Person-weeks a second of each model of the light world: the median of repeats taken in turn.

    Each model has a process of its own, for one that has held a million objects leaves its memory in pieces.
    """
    seconds: dict[str, list[float]] = {name: [] for name in repeats}
    with ExitStack() as stack:
        processes = {name: stack.enter_context(ProcessPoolExecutor(1, get_context("spawn"))) for name in repeats}
        for name, process in processes.items():
            process.submit(_timed, name, 200, 2, 0).result()  # loads what is compiled
        for number in range(max(repeats.values())):
            for name, wanted in repeats.items():
                if number < wanted:
                    seconds[name].append(processes[name].submit(_timed, name, people, weeks, number + 1).result())
    rate = {name: people * weeks / median(times) for name, times in seconds.items()}
    return {"people": people, "weeks": weeks, "seconds": seconds, "people_weeks_a_second": rate}


def _timed(name: str, people: int, weeks: int, seed: int) -> float:
    gc.collect()
    began = perf_counter()
    MODELS[name](people, weeks, agents_for(people), seed)
    return perf_counter() - began


def three_years() -> dict[str, Any]:
    """Seconds of `sim.compare`: 10,000 people, 3 years, both strategies, one world, and its survey of buyers."""
    import sim

    scenarios = sim.load_comparison(changes={"world.market.people": 10_000, "run.weeks": 156, "run.replications": 1})
    seconds = []
    for _ in range(6):
        began = perf_counter()
        sim.compare(scenarios, workers=1, progress=False)
        seconds.append(perf_counter() - began)
    return {"first": seconds[0], "warm": median(seconds[1:]), "all": seconds}


def starts(repeats: int = 9) -> dict[str, float]:
    """Seconds until a command is done: the median of repeats taken in turn, after one for the disk."""
    seconds: dict[str, list[float]] = {name: [] for name in STARTS}
    for _ in range(1 + repeats):
        for name, command in STARTS.items():
            began = perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)
            seconds[name].append(perf_counter() - began)
    return {name: median(times[1:]) for name, times in seconds.items()}


def whole_command() -> float:
    """Seconds of `whatif compare` on two processes: the shipped default, notebook, charts and all."""
    command = STARTS["whatif --help"][0]
    with tempfile.TemporaryDirectory() as folder:
        began = perf_counter()
        subprocess.run([command, "compare", "--workers", "2", "--out", folder], check=True, cwd=ROOT)
        return perf_counter() - began


def measure(largest: int, full: bool, command: bool) -> dict[str, Any]:
    """All figures, as they are written to bench.json."""
    figures: dict[str, Any] = {"machine": machine(), "sizes": [], "exponent": {}}
    began = perf_counter()
    for world in once.WORLDS:
        for people, repeats in SIZES.items():
            if people <= largest:
                _say(f"{world} world, {people:,} people")
                figures["sizes"].append(at_size(world, people, repeats))
        figures["exponent"][world] = {smallest: exponent(figures["sizes"], world, smallest) for smallest in GROWTH_FROM}
    for run in MODELS.values():
        run(500, 52, 1, 1)  # what is compiled is loaded
    figures["beside"] = []
    for people, weeks, repeats in BESIDE:
        if people <= largest:
            _say(f"side by side, {people:,} people")
            more = MINUTES if full and people == BESIDE[-1][0] else {}
            figures["beside"].append(side_by_side(people, weeks, repeats | more))
    _say("10,000 people, three years; start-up")
    figures["three_years"], figures["starts"] = three_years(), starts()
    if command:
        _say("whatif compare")
        figures["whatif_compare"] = whole_command()
    _say("sweeps")
    figures["sweep"] = sweeps.measure()
    figures["duration"] = perf_counter() - began
    return figures


def _say(what: str) -> None:
    print(f"{what} ...", file=sys.stderr, flush=True)


# What is written


def write(path: Path, text: str) -> None:
    """A whole file or none: written aside, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def main(arguments: list[str] | None = None) -> None:
    """Measures, prints, writes; README.md only where every size was measured."""
    parser = argparse.ArgumentParser(prog="make bench", description="How fast, how large, and beside others.")
    parser.add_argument("--full", action="store_true", help="a process a person at 100,000 people too (some minutes)")
    parser.add_argument("--command", action="store_true", help="also time `whatif compare` on two processes")
    parser.add_argument(
        "--largest", type=int, default=max(SIZES), metavar="N", help="no world of more people; README.md stays as it is"
    )
    asked = parser.parse_args(arguments)
    if asked.largest < min(SIZES):
        parser.error(f"--largest: got {asked.largest}; allowed: at least {min(SIZES)}")
    figures = measure(asked.largest, asked.full, asked.command)
    write(ROOT / "results" / "bench" / "bench.json", json.dumps(figures, indent=1) + "\n")
    show(figures, Console(width=None if sys.stdout.isatty() else 160))
    readme = ROOT / "README.md"
    if asked.largest >= max(SIZES):
        write(readme, with_part(readme.read_text(encoding="utf-8"), "speed", section(figures)))


if __name__ == "__main__":
    main()
