"""What the terms are worth: refuse, charge, goodwill or never out; fees; abuse; the age at which help ends."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sim.experiment.questions.arms import difference, of_arm
from sim.experiment.questions.out_of_warranty import Findings
from sim.experiment.questions.out_of_warranty.arms_of import CHARGE, FEE, GOODWILL, NEVER, REFUSE, called
from sim.experiment.questions.out_of_warranty.claimed import abuse_curve, fee_curve, root, runs_of, term_curve
from sim.report import theme
from sim.report.marks import Chart
from sim.report.questions.out_of_warranty.words import desks, first_desk, worlds
from sim.report.questions.pictures import curves, dots
from sim.report.words import duration, money, number, percent

NAMES = {CHARGE: "a fee of three tenths", GOODWILL: "half a year of goodwill", NEVER: "never out of warranty"}


def policies(found: Findings) -> Chart:
    """Difference of NPV of each policy against refusal, at both desks."""
    rows, colours = [], {}
    for setting, (title, colour) in desks(found).items():
        colours[title] = colour
        for policy, name in NAMES.items():
            worth = difference(runs_of(found, setting), "npv", called(policy, setting), called(REFUSE, setting))
            rows.append({"name": f"{title}: {name}", "group": title, **worth._asdict()})
    table = pd.DataFrame(rows)
    first = table[table["group"] == next(iter(colours))]
    better = [name.split(": ")[1] for name, low in zip(first["name"], first["low"], strict=True) if low > 0]
    worse = [name.split(": ")[1] for name, high in zip(first["name"], first["high"], strict=True) if high < 0]
    said = [f"{_and(names)} {'is' if len(names) == 1 else 'are'} worth {word}"
            for names, word in ((better, "more"), (worse, "less")) if names]  # fmt: skip
    title = f"Next to refusal, at the desk of {first_desk(found)}: {'; '.join(said) or 'no clear difference'}"
    note = (
        "Difference of net present value against refusing whoever is out of warranty, "
        f"{duration(found.base.run.weeks)}; "
        f"the first desk is the {worlds(found.close)}, the second one the {worlds(found.runs)}; bars: 95 % interval."
    )
    return dots(table, title, note, "difference of net present value, $", colours=colours)


def _and(names: list[str]) -> str:
    """'a, b and c'."""
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), names[-1]])


def exploit(found: Findings) -> Chart:
    """Charging less giving, as cash comes in, at both desks."""
    rows, colours = [], {}
    for setting, (name, colour) in desks(found).items():
        runs, colours[name] = runs_of(found, setting), colour
        for week in quarters(runs):
            worth = difference(runs, f"value@{week}", called(CHARGE, setting), called(NEVER, setting))
            rows.append({"x": week / 52, "group": name, **worth._asdict()})
    table = pd.DataFrame(rows)
    at_first, in_the_end = (table[table["group"] == first_desk(found)].iloc[k] for k in (0, -1))
    if at_first["low"] > 0 and in_the_end["high"] < 0:
        turn = crossover(table[table["group"] == first_desk(found)])
        title = f"Charging is ahead of giving at first and behind after {turn}"
    elif in_the_end["low"] > 0:
        title = f"Charging stays ahead of giving: by {money(in_the_end['mean'])} after {_horizon(found)}"
    elif at_first["low"] > 0:
        title = f"Charging is ahead of giving at first; after {_horizon(found)} there is no clear difference"
    else:
        title = "No clear difference between charging and giving"
    note = (
        f"Cumulative value of charging {percent(FEE)} of the price out of warranty less that of never being out of it; "
        f"{first_desk(found)}: {worlds(found.close)}, the other desk: {worlds(found.runs)}; bands: 95 % interval."
    )
    return curves(table, title, note, "years", "charging less giving, $", colours=colours)


def quarters(runs: pd.DataFrame) -> list[int]:
    """Weeks up to which value is known, ascending."""
    return sorted(int(name.split("@")[1]) for name in map(str, runs) if name.startswith("value@"))


def crossover(table: pd.DataFrame) -> str:
    """After how long the mean goes below zero for good."""
    behind = table["mean"].to_numpy(float) < 0
    last_ahead = np.flatnonzero(~behind).max(initial=-1)
    if last_ahead + 1 >= behind.size:
        return "the horizon"
    return duration(round(float(table["x"].iloc[last_ahead + 1]) * 52))


def fees(found: Findings) -> Chart:
    """What a fee for any help brings in, what it loses otherwise, and both together."""
    table = fee_curve(found)
    together = table[table["group"] == "together"].reset_index(drop=True)
    highest = int(np.argmax(together["mean"].fillna(0.0)))
    asked, best, dearest = (together.iloc[k] for k in (_at(together, FEE), highest, -1))
    title = f"A fee of {percent(FEE)} for any help: {_difference(asked)}"
    if dearest["high"] < 0:
        title += f"; one of {percent(dearest['x'])} loses more than it brings in"
    elif best["low"] > 0 and best["x"] != FEE:
        title += f"; one of {percent(best['x'])} brings in more than it loses"
    note = (
        f"Against the same desk that helps everyone for free, net present value; {worlds(found.runs)}; bands: 95 % "
        "interval. All else: orders lost, remedies and work saved."
    )
    colours = {"fees": theme.GREEN, "all else": theme.VERMILION, "together": theme.INK}
    return curves(table, title, note, "fee, share of the price", "difference of net present value, $", x_unit="share",
                  colours=colours)  # fmt: skip


def _at(table: pd.DataFrame, x: float) -> int:
    return int(np.flatnonzero(table["x"] == x)[0])


def _difference(row: pd.Series) -> str:
    if math.isnan(row["mean"]):
        return "no value"
    if not (row["low"] > 0 or row["high"] < 0):
        return "no clear difference in the end"
    return f"{money(abs(row['mean']))} {'gained' if row['mean'] > 0 else 'lost'} in the end"


def abuse(found: Findings) -> Chart:
    """Replacing without questions against refusal, by the share of people who take advantage."""
    table = abuse_curve(found)
    own = found.base.world.needs.opportunists
    x = table["x"].to_numpy(float)
    turns, early, late = (root(x, table[column].to_numpy(float)) for column in ("mean", "low", "high"))
    if not math.isnan(turns):
        ends = f" ({percent(early)} to {percent(late)})" if not (math.isnan(early) or math.isnan(late)) else ""
        title = f"A new one without questions pays until {percent(turns)}{ends} of people take advantage"
        title += f"; here {percent(own)} do"
    if not (table["low"].iloc[0] > 0 or table["high"].iloc[0] < 0):
        title = "No clear difference without questions even where nobody takes advantage"
    elif (table["mean"] > 0).all():
        title = f"A new one without questions pays even where {percent(float(x[-1]))} of people take advantage"
    elif math.isnan(turns):
        title = "A new one without questions does not pay, even where nobody takes advantage"
    note = (
        "A new one without questions, whenever it was bought, less refusal out of warranty at the same desk "
        f"({first_desk(found)}); {worlds(found.runs)}; band: 95 % interval. Opportunists claim with "
        f"{percent(found.base.world.needs.false_claims)} of their purchases."
    )
    return curves(table, title, note, "opportunists, share of people", "difference of net present value, $",
                  x_unit="share")  # fmt: skip


def cut_off(found: Findings) -> Chart:
    """Help that ends with the age of the purchase against help without end."""
    table, orders = term_curve(found, "npv"), term_curve(found, "orders")
    weeks = found.base.world.problems.customary_warranty
    lost, sale = table.iloc[0], orders.iloc[0]
    baseline = of_arm(found.runs, "orders", called(NEVER)).mean()
    if clear_row(lost):
        title = f"Help in the week of the purchase only costs {money(abs(lost['mean']))} against help without end"
        if lost["mean"] > 0:
            title = f"Help in the week of the purchase only saves {money(lost['mean'])} against help without end"
        if clear_row(sale) and baseline:
            title += f", and {percent(abs(sale['mean']) / baseline)} of the orders"
    else:
        title = "No clear difference, whenever help ends"
    table["x"] *= weeks
    note = (
        f"Net present value less that of help without end, {first_desk(found)}; customary in the trade: "
        f"{number(weeks)} weeks; {worlds(found.runs)}; band: 95 % interval."
    )
    return curves(
        table, title, note, "help ends so many weeks after the purchase", "difference of net present value, $"
    )


def clear_row(row: pd.Series) -> bool:
    """Whether the interval of a row leaves out zero."""
    return bool(row["low"] > 0 or row["high"] < 0)


def _horizon(found: Findings) -> str:
    return duration(found.base.run.weeks)
