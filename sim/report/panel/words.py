"""What the panel says about its figures: verdict, badge, a finding over each view. Plain text, computed."""

from __future__ import annotations

import math

from sim.parameters import Scenario
from sim.report.panel.figures import SMALL, Band, Figures
from sim.report.words import MINUS, duration, money, number


def titles(scenarios: tuple[Scenario, ...]) -> tuple[str, ...]:
    """What to call each strategy: its title, or its name where there is none or both have the same."""
    said = [scenario.strategy.title.strip() for scenario in scenarios]
    return tuple(
        title if title and said.count(title) == 1 else scenario.strategy_name
        for scenario, title in zip(scenarios, said, strict=True)
    )


def verdict(figures: Figures) -> str:
    """Which strategy is worth more, by how much and how surely, in one breath."""
    one, other = titles(figures.scenarios)
    mean, half = float(figures.difference.mean), float(figures.difference.half)
    over = duration(figures.scenarios[0].run.weeks)
    if math.isnan(mean):
        return "The difference cannot be said: a net present value is missing."
    if mean == 0 and not half > 0:
        return f"{other} and {one} come out exactly the same over {over}."
    worth = f"{other} is worth {money(abs(mean))} {'more' if mean > 0 else 'less'} than {one} over {over}"
    if math.isnan(half):
        return f"{worth} (one world only: no interval)."
    interval = f"95 % interval {money(mean - half)} to {money(mean + half)}"
    return f"{worth} ({interval})." if figures.sign else f"Undecided: {worth}, but the {interval} includes zero."


def badge(figures: Figures) -> str:
    """Which kind of answer is on the screen."""
    people = figures.scenarios[0].world.market.people
    if figures.exact:
        worlds = f"{figures.replications} paired world{'s' if figures.replications > 1 else ''}"
        return f"Exact: {worlds} of {people:,} people"
    if math.isnan(float(figures.difference.half)):
        return f"Preview: one small world of {min(SMALL, people):,} people scaled up, no interval"
    return f"Preview: last exact run moved by one small world ({min(SMALL, people):,} people), its interval"


def customers(figures: Figures) -> str:
    """Finding over the customers' curves."""
    one, other = titles(figures.scenarios)
    gap, half = float(figures.gap.mean), float(figures.gap.half)
    if abs(gap) < 0.5:
        return f"{other} and {one} end with the same number of customers"
    doubt = ", within chance" if half >= abs(gap) else ""
    return f"{other} ends with {number(abs(gap))} {'more' if gap > 0 else 'fewer'} customers than {one}{doubt}"


def cash(figures: Figures) -> str:
    """Finding over the cash."""
    other, week, end = titles(figures.scenarios)[1], figures.payback_week, float(figures.cash.mean[-1])
    over = duration(figures.scenarios[0].run.weeks)
    if week is None:
        return f"{other} does not pay back within {over}"
    if week == 0:
        return f"{other} is ahead from the first week" if end else f"{other} brings the same cash"
    return f"{other} pays back after {duration(week + 1)}"


def note(figures: Figures, shape: str, pinned: bool = False) -> str:
    """What the bands or bars are."""
    many = figures.replications > 1 or not figures.exact
    if not many or math.isnan(float(figures.difference.half)):
        return "One world: no interval."
    mean = f"Mean of {figures.replications} paired worlds" if figures.exact else "Carried on by one small world"
    interval = "95 % interval" if figures.exact else "95 % interval of one such world"
    return f"{mean}; {shape}: {interval}.{' Dashed: pinned.' if pinned else ''}"


def change(now: Figures, pinned: Figures) -> str:
    """What has changed since a run was pinned."""
    mean = float(now.difference.mean) - float(pinned.difference.mean)
    was = f"Pinned (dashed): a difference of {money(float(pinned.difference.mean))}"
    if not mean:
        return f"{was}; the same now."
    return f"{was}; now {money(abs(mean))} {'higher' if mean > 0 else 'lower'}."


def measured(band: Band, factor: float) -> str:
    """A metric with the half width of its interval: '12.3 ± 0.4'."""
    mean, half = float(band.mean) * factor, float(band.half) * factor
    if math.isnan(mean):
        return "no value"
    if not half > 0:
        return number(mean)
    decimals = max(0, -math.floor(math.log10(half)))
    return f"{mean:,.{decimals}f} ± {half:,.{decimals}f}".replace("-", MINUS)
