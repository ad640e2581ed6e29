"""A cornered market, a rival who enters it, better rivals and more of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.experiment.questions.arms import difference, estimate, mean_of, of_arm
from sim.experiment.questions.loyal.findings import ENTRIES, ONE, OTHER, RIVALS, Findings, called, entry_name
from sim.experiment.questions.loyal.measures import EVERY
from sim.experiment.questions.loyal.numbers_of import doubled, lead
from sim.experiment.questions.loyal.quotients import Column
from sim.experiment.questions.loyal.spells import HALF_YEAR
from sim.report import theme
from sim.report.marks import Chart
from sim.report.questions.loyal.parts import figure, note, root, rows_of, told
from sim.report.questions.pictures import curves, dots
from sim.report.sentences import signed
from sim.report.words import duration, number, percent

WORTH = "Net present value of the better support, less that of the other"


def entry(found: Findings) -> Chart:
    """What the other strategy is worth more, by when the rival enters."""
    worth = [lead(found.entered, entry_name(part)) for part in ENTRIES]
    weeks = [part * found.weeks for part in ENTRIES]
    title = f"{found.titles[OTHER]} less {found.titles[ONE].lower()}: {_when(found, weeks, [w.mean for w in worth])}"
    rows = pd.DataFrame([{"x": week / 52, **each._asdict()} for week, each in zip(weeks, worth, strict=True)])
    never = "At the right end no rival comes within the horizon"
    return curves(rows, title, note(found, "band", never), "The rival enters after (years)",
                  "Difference of net present value, $")  # fmt: skip


def _when(found: Findings, weeks: list[float], means: list[float]) -> str:
    first, last = (lead(found.entered, entry_name(part)) for part in (ENTRIES[0], ENTRIES[-1]))
    ends = f"{signed(first.mean)} with a rival from the start, {signed(last.mean)} without one"
    if any(found_.low <= 0 <= found_.high for found_ in (first, last)):
        return f"{ends}; not both ends are decided"
    flip = root(weeks, means)
    if flip is None:
        return f"{ends}; the ranking is the same whenever the rival enters"
    return f"{ends}; the ranking turns at an entry after {duration(round(flip))}"


def around_entry(found: Findings) -> Chart:
    """Customers of both strategies over time, where the rival enters at half time."""
    rows = []
    for strategy, title in found.titles.items():
        name = called(entry_name(0.5), strategy)
        for week in range(0, found.weeks, EVERY):
            there = of_arm(found.entered, f"customers@{week}", name) / _on_the_day(found, strategy)
            rows.append({"x": (week + 1) / 52, "group": title, **estimate(there)._asdict()})
    half = found.weeks // 2
    cliffs = {strategy: _cliff(found, strategy) for strategy in found.titles}
    gap = estimate(cliffs[ONE] - cliffs[OTHER])
    title = told(
        gap,
        f"When the rival enters, {found.titles[ONE].lower()} loses {number(gap.mean)} customers more in half a year",
        f"When the rival enters, {found.titles[OTHER].lower()} loses {number(-gap.mean)} customers more in half a year",
        "When the rival enters, no clear difference in the customers lost within half a year",
    )
    colours = theme.colours([found.scenarios[0].strategy_name, found.scenarios[-1].strategy_name])
    shown = dict(zip(found.titles.values(), colours.values(), strict=True))
    return curves(pd.DataFrame(rows), title, note(found, "band", f"The rival enters after {duration(half)}"),
                  "Years", "Customers, part of those before the rival came", unit="share", colours=shown,
                  zero=None)  # fmt: skip


def _on_the_day(found: Findings, strategy: str) -> Column:
    """Customers just before the rival's entry at half time, in each world; NaN where there are none."""
    before = max(round(0.5 * found.weeks) - 1, 0) // EVERY * EVERY
    customers = of_arm(found.entered, f"customers@{before}", called(entry_name(0.5), strategy))
    return np.where(customers > 0, customers, np.nan)


def _cliff(found: Findings, strategy: str) -> Column:
    """Customers lost in the half year after that, in each world."""
    later = min(round(0.5 * found.weeks) + HALF_YEAR, found.weeks - 1) // EVERY * EVERY
    after = of_arm(found.entered, f"customers@{later}", called(entry_name(0.5), strategy))
    return _on_the_day(found, strategy) - after


def options(found: Findings) -> Chart:
    """What better support is worth with more and easier ways out."""
    many, few = f"{RIVALS[-1]} rivals", f"{RIVALS[0]} rivals"
    worth = {"Nobody else sells it": lead(found.entered, entry_name(1))}
    worth |= {
        f"{number} {'rival' if number == 1 else 'rivals'}": lead(found.runs, f"{number} rivals") for number in RIVALS
    }
    worth |= {
        "Hard to switch": lead(found.runs, "hard to leave"),
        "Easy to switch": lead(found.runs, "easy to leave"),
        "People seldom look around": lead(found.runs, "seldom looking"),
        "People often look around": lead(found.runs, "often looking"),
    }
    first = doubled(found.entered, entry_name(ENTRIES[0]), entry_name(ENTRIES[-1]))
    more = doubled(found.runs, many, few)
    title = (
        f"Better support is worth {told(first, 'more', 'less', 'no clear difference')} with a rival than without; "
        f"{told(more, 'more still', 'less again', 'no clear difference')} with {many} than with one"
    )
    return dots(rows_of(worth), title, note(found), f"{WORTH}, $")


def rival_sentence(found: Findings) -> str:
    """How many customers a rival that gets better takes, under either strategy."""
    said = []
    for strategy, title in found.titles.items():
        fast, still = (called(f"rival {how}", strategy) for how in ("improves fast", "stands still"))
        change, before = difference(found.runs, "customers", fast, still), mean_of(found.runs, "customers", still)
        share = percent(change.mean / before.mean) if before.mean else "no part"
        said.append(f"under *{title.lower()}* {figure(change, 'customers')}, {share}")
    opening = "A rival that improves fast instead of standing still changes the number of customers at the end"
    return f"{opening}: {'; '.join(said)}."
