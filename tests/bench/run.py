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
from peers import compiled_loop, engine, mesa_model, simpy_processes
from peers.rules import Totals, agents_for
from rich.console import Console
from rich.table import Table

from sim.report.readme import ROOT, with_part

SIZES = {1_000: 5, 10_000: 5, 100_000: 3, 1_000_000: 1}  # people -> repeats
WEEKS = {"default": 260, "light": 156}
GROWTH_FROM = (10_000, 100_000)  # people
ENGINE, LOOP, MESA, SIMPY = "this engine", "one compiled loop", "Mesa", "SimPy, a process a person"
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
    figures["duration"] = perf_counter() - began
    return figures


def _say(what: str) -> None:
    print(f"{what} ...", file=sys.stderr, flush=True)


# What is shown: each table as (title, head, rows of text)

Shown = tuple[str, list[str], list[list[str]]]


def _two(number: float) -> str:
    """Two digits that count: 0.0053, 2.4, 39, 120."""
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else np.format_float_positional(rounded, trim="-")


def _large(number: float) -> str:
    """The same of large numbers: 15 million, 270,000."""
    return f"{_two(number / 1e6)} million" if number >= 995_000 else _two(number)


def growth_table(figures: dict[str, Any], world: str) -> Shown:
    """Size by size: how fast, how large, where the time goes."""
    rows = []
    for one in figures["sizes"]:
        if one["world"] == world:
            rows.append(
                [f"{one['people']:,}", _two(one["seconds"]), _large(one["people_weeks_a_second"])]
                + [f"{one['share'][part]:.0%}" for part in ("people", "desk", "stories", "start-up")]
                + [_two(one["desk_microseconds_a_case"]), _two(one["simpy_events_a_case"])]
                + [f"{one['peak_megabytes']:,.0f}"]
            )
    head = ["people", "seconds", "person-weeks a second", "people and choices", "desk", "stories", "start-up"]
    head += ["desk, µs a case", "SimPy events a case", "peak memory, MB"]
    what = {"default": "The shipped default: two strategies, 260 weeks each", "light": "The light world: 156 weeks"}
    return what[world], head, rows


def beside_table(figures: dict[str, Any]) -> Shown:
    """The light world in all its models, each beside the engine at the same size."""
    sizes = figures["beside"]
    rows = []
    for name in MODELS:
        row = [name]
        for size in sizes:
            rate = size["people_weeks_a_second"]
            ratio = "" if name == ENGINE or name not in rate else f" ({_two(rate[name] / rate[ENGINE])} ×)"
            row.append(_large(rate[name]) + ratio if name in rate else "–")
        rows.append(row)
    head = ["person-weeks a second", *(f"{size['people']:,} people, {size['weeks']} weeks" for size in sizes)]
    return "The light world, the same rules written four ways (× this engine)", head, rows


def show(figures: dict[str, Any], console: Console) -> None:
    """All tables in the terminal."""
    console.print(machine_sentence(figures["machine"]))
    for title, head, rows in (*(growth_table(figures, world) for world in once.WORLDS), beside_table(figures)):
        table = Table(title=title, title_justify="left")
        for number, name in enumerate(head):
            table.add_column(name, justify="right" if number else "left")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for world in once.WORLDS:
        console.print(f"{world} world: {growth_sentence(figures, world)}")
    console.print(f"10,000 people, 3 years, 2 strategies, 1 world: {figures['three_years']['warm']:.2f} s, warm")
    for name, seconds in figures["starts"].items():
        console.print(f"{name}: {seconds:.2f} s")
    if "whatif_compare" in figures:
        console.print(f"whatif compare on two processes: {figures['whatif_compare']:.0f} s")
    console.print(f"(all of this: {figures['duration']:.0f} s)")


def machine_sentence(on: dict[str, Any]) -> str:
    """On what it was measured."""
    busy = f", with {on['load']:.1f} jobs already running" if on["load"] and on["load"] >= 0.5 else ""
    commit = f"{on['commit']} and changes since" if on["changed_since"] else on["commit"]
    return (
        f"Measured on {on['cpu']}, {on['cores']} cores{busy}, {on['system']}, Python {on['python']}, "
        f"Numba {on['numba']}, NumPy {on['numpy']}, Mesa {on['mesa']}, SimPy {on['simpy']}, at {commit}; one process, "
        "wall time, medians."
    )


def growth_sentence(figures: dict[str, Any], world: str) -> str:
    """How time grows with people."""
    known = {smallest: value for smallest, value in figures["exponent"][world].items() if value is not None}
    powers = ", ".join(f"people^{value:.2f} from {int(smallest):,} on" for smallest, value in known.items())
    return f"time grows as {powers}" if powers else "too few sizes to say how time grows"


def compared(ratio: float) -> str:
    """A rate beside another one, in words."""
    if 0.9 <= ratio <= 1.1:
        return "about as fast as"
    return f"{_two(ratio)} times as fast as" if ratio > 1 else f"{_two(1 / ratio)} times slower than"


def section(figures: dict[str, Any]) -> str:
    """What README.md says between the marks."""
    small, large = figures["beside"][0], figures["beside"][-1]
    middle = [size for size in figures["beside"] if {MESA, SIMPY} <= set(size["seconds"])][-1]

    def beside(size: dict[str, Any], name: str) -> str:
        rate = size["people_weeks_a_second"]
        return compared(rate[name] / rate[ENGINE])

    single = [f"{one['people']:,}" for one in figures["sizes"] if len(one["all_seconds"]) == 1]
    once_only = f" Where there are {single[0]} people it is one run, not a median." if single else ""
    title, head, rows = growth_table(figures, "default")
    keep = [0, 1, 2, 3, 4, 5, 6, 9]
    text = [
        f"{machine_sentence(figures['machine'])}\n",
        f"{title}, every mechanism on. A person-week is one person for one week under one strategy; the shares are of "
        f"the time.{once_only}\n",
        *_markdown([head[number] for number in keep], [[row[number] for number in keep] for row in rows]),
        "",
        f"With the number of people, {growth_sentence(figures, 'default')}. 10,000 people for 3 years under both "
        f"strategies take {_two(figures['three_years']['warm'])} s, `import sim` "
        f"{_two(figures['starts']['import sim'])} s, `whatif --help` {_two(figures['starts']['whatif --help'])} s.\n",
        "Beside others, in a *light world* that all can do (`params/benchmark/`): one line of callers, one rumour hop, "
        "two beliefs. The same rules are written four ways in `tests/bench/peers/` and agree within chance.\n",
        *_markdown(*beside_table(figures)[1:]),
        "",
        "The compiled loop is the speed limit: it records nothing, cannot repeat a draw, knows this one world. It is "
        f"{beside(large, LOOP)} this engine at {large['people']:,} people and {beside(small, LOOP)} it at "
        f"{small['people']:,}. Others come closest in a small world, for the engine pays for each week whatever its "
        f"size: at {small['people']:,} people Mesa is {beside(small, MESA)} the engine, SimPy with a process a person "
        f"is {beside(small, SIMPY)} it; at {middle['people']:,} they are {beside(middle, MESA)} and "
        f"{beside(middle, SIMPY)} it.",
        "",
    ]
    return "\n".join(text)


def _markdown(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


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
