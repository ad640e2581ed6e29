"""What the benchmark says: tables in the terminal and the section of README.md, made of its figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import once
from rich.console import Console
from rich.table import Table

ENGINE, LOOP, MESA, SIMPY = MODELS = ("this engine", "one compiled loop", "Mesa", "SimPy, a process a person")

# A table: title, head, rows of text
Shown = tuple[str, list[str], list[list[str]]]


def two(number: float) -> str:
    """Two digits that count: 0.0053, 2.4, 39, 120."""
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else np.format_float_positional(rounded, trim="-")


def large(number: float) -> str:
    """The same of large numbers: 15 million, 270,000."""
    return f"{two(number / 1e6)} million" if number >= 995_000 else two(number)


def growth_table(figures: dict[str, Any], world: str) -> Shown:
    """Size by size: how fast, how large, where the time goes."""
    rows = []
    for one in figures["sizes"]:
        if one["world"] == world:
            rows.append(
                [f"{one['people']:,}", two(one["seconds"]), large(one["people_weeks_a_second"])]
                + [f"{one['share'][part]:.0%}" for part in ("people", "desk", "stories", "start-up")]
                + [two(one["desk_microseconds_a_case"]), two(one["simpy_events_a_case"])]
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
            ratio = "" if name == ENGINE or name not in rate else f" ({two(rate[name] / rate[ENGINE])} ×)"
            row.append(large(rate[name]) + ratio if name in rate else "–")
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
    console.print(sweep_sentence(figures["sweep"]))
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
    return f"{two(ratio)} times as fast as" if ratio > 1 else f"{two(1 / ratio)} times slower than"


def sweep_sentence(figures: dict[str, Any]) -> str:
    """What a sweep adds to its runs, and how it compares with Mesa's."""
    cost, beside = figures["cost"], figures["beside"]
    ours, theirs = beside["engine"], beside["mesa"]
    faster = compared(ours["runs"] / ours["wall_seconds"] / (theirs["runs"] / theirs["wall_seconds"]))
    work = two(theirs["cpu_seconds"] / ours["cpu_seconds"])
    early, late = cost["megabytes_early"], cost["megabytes_late"]
    return (
        f"A sweep (`whatif sweep`) of {cost['runs']:,} runs of {cost['people']:,} people for {cost['weeks']} weeks on "
        f"{cost['workers']} processes makes {two(cost['runs_a_second'])} runs a second once these are up ("
        f"{two(cost['start_seconds'])} s). To hand out, keep and read back is {cost['overhead_cpu']:.1%} of the "
        f"processors' time; by the clock, with processes that wait, {cost['overhead_wall']:.1%}; if taking a run's "
        f"figures counts too, {cost['overhead_cpu_with_rows']:.1%}. The process that hands out holds at most "
        f"{early:,.0f} MB in the first quarter of the runs and {late:,.0f} MB in the last. In the light world "
        f"{ours['runs']:,} runs of {beside['people']:,} people for {beside['weeks']} weeks take "
        f"{two(ours['wall_seconds'])} s as a sweep and {two(theirs['wall_seconds'])} s by Mesa's `batch_run`, start-up "
        f"of processes included: the sweep is {faster} it, Mesa's takes {work} × the processor time."
    )


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
        *markdown([head[number] for number in keep], [[row[number] for number in keep] for row in rows]),
        "",
        f"With the number of people, {growth_sentence(figures, 'default')}. 10,000 people for 3 years under both "
        f"strategies take {two(figures['three_years']['warm'])} s, `import sim` "
        f"{two(figures['starts']['import sim'])} s, `whatif --help` {two(figures['starts']['whatif --help'])} s.\n",
        "Beside others, in a *light world* that all can do (`params/benchmark/`): one line of callers, one rumour hop, "
        "two beliefs. The same rules are written four ways in `tests/bench/peers/` and agree within chance.\n",
        *markdown(*beside_table(figures)[1:]),
        "",
        "The compiled loop is the speed limit: it records nothing, cannot repeat a draw, knows this one world. It is "
        f"{beside(large, LOOP)} this engine at {large['people']:,} people and {beside(small, LOOP)} it at "
        f"{small['people']:,}. Others come closest in a small world, for the engine pays for each week whatever its "
        f"size: at {small['people']:,} people Mesa is {beside(small, MESA)} the engine, SimPy with a process a person "
        f"is {beside(small, SIMPY)} it; at {middle['people']:,} they are {beside(middle, MESA)} and "
        f"{beside(middle, SIMPY)} it.\n",
        sweep_sentence(figures["sweep"]),
        "",
    ]
    return "\n".join(text)


def markdown(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]
