"""What the firm can do to keep customers and to get them back, and what that costs next to winning new ones."""

from __future__ import annotations

import math

import pandas as pd

from sim.experiment.questions.arms import Estimate, difference, estimate, mean_of
from sim.experiment.questions.loyal.findings import SAVE, SAVES, WAKES, Findings, called
from sim.experiment.questions.loyal.numbers_of import AS_IT_IS, PLACES, costs, more, thanked
from sim.experiment.questions.loyal.numbers_of import DEALS as WITH_DEAL
from sim.experiment.questions.loyal.quotients import difference as price_difference
from sim.experiment.questions.loyal.quotients import quotient
from sim.report import theme
from sim.report.marks import Chart
from sim.report.questions.loyal.parts import figure, note, root, rows_of, told
from sim.report.questions.pictures import curves, dots
from sim.report.words import number, percent

WINNING, KEEPING = "one more won", "one more kept"
COLOURS = {WINNING: theme.ORANGE, KEEPING: theme.GREEN}


def offers(found: Findings) -> Chart:
    """What each way to keep customers, or to get them back, is worth."""
    worth = {
        f"{percent(size)} off the next order for who is leaving": _npv(found, called(f"save {size:g}"))
        for size in SAVES
    }
    worth |= {
        "Former customers asked back": _npv(found, called("asked back")),
        "... with an offer": _npv(found, called("asked back with an offer")),
        "A yearly thank-you": thanked(found, "npv", WAKES[0]),
        "A deal for newcomers": _npv(found, WITH_DEAL),
    }
    best = max(worth, key=lambda name: -math.inf if math.isnan(worth[name].mean) else worth[name].mean)
    first = worth[f"{percent(SAVE)} off the next order for who is leaving"]
    title = "Authority to keep who is leaving " + told(first, "pays", "does not pay", "makes no clear difference")
    title += f"; worth most here: {best[0].lower() + best[1:].removeprefix('... ')}"
    return dots(rows_of(worth), title, note(found), "Net present value less that of doing nothing, $")


def _npv(found: Findings, name: str) -> Estimate:
    return difference(found.runs, "npv", name, AS_IT_IS)


def offers_sentence(found: Findings) -> str:
    """What becomes of those kept and of those who come back."""
    save = called(f"save {SAVE:g}")
    still = quotient([more(found.runs, ("customers",), save, AS_IT_IS)], [more(found.runs, ("saved",), save, AS_IT_IS)])
    rival, problem = (mean_of(found.runs, f"back_{why}", WITH_DEAL) for why in ("rival", "problem"))
    back, stayed = (mean_of(found.watched, f"praise_{who}", called("asked back")) for who in ("back", "stayed"))
    return (
        f"Each customer kept by an offer of {percent(SAVE)} makes {figure(still, 'more')} at the end. Of those who "
        f"went to the rival {figure(rival, 'share')} are back within a year, of those who left over a problem "
        f"{figure(problem, 'share')}. Who came back gives {figure(back, 'share')} of full praise, who never left "
        f"{figure(stayed, 'share')}."
    )


def gesture(found: Findings) -> Chart:
    """What a yearly gesture is worth, by how many it makes look around."""
    worth = [thanked(found, "npv", wakes) for wakes in WAKES]
    means = [each.mean for each in worth]
    rows = pd.DataFrame([{"x": wakes, **each._asdict()} for wakes, each in zip(WAKES, worth, strict=True)])
    title = "A yearly gesture to loyal customers " + told(
        worth[0], "pays where it wakes nobody", "does not pay even where it wakes nobody",
        "makes no clear difference where it wakes nobody",
    )  # fmt: skip
    turn = root(list(WAKES), means)
    if turn is not None and worth[0].low > 0:
        title += f", and no more where it makes {percent(turn)} of them look around"
    else:
        title += told(worth[-1], "", f"; it costs more where it makes {percent(WAKES[-1])} look around", "")
    return curves(rows, title, note(found, "band"), "Part of those thanked whom it makes look around",
                  "Difference of net present value, $", x_unit="share")  # fmt: skip


def price_of(found: Findings) -> Chart:
    """Dollars for one more customer, won or kept, place by place."""
    rows: dict[str, Estimate] = {}
    groups: dict[str, str] = {}
    for setting, place in PLACES.items():
        if place == "few":
            continue  # a price so high that it would hide the others; the sentence says it
        cost = costs(found, place)
        for what, group in (("winning", WINNING), ("keeping", KEEPING)):
            each = quotient([cost[what][0]], [cost[what][1]])
            if math.isfinite(each.low) or each.n == 1:
                name = f"{_short(setting)}: {group}"
                rows[name], groups[name] = each, group
    first = _dearer(found)
    said = told(first, "costs less than to win one", "costs more than to win one", "or to win one: no clear difference")
    title = f"To keep a customer {said}, "
    title += f"by {found.titles['other'].lower()} and by advertising"
    table = rows_of(rows, groups) if rows else pd.DataFrame(columns=["name", "mean", "low", "high", "group"])
    return dots(table, title, note(found, more="Left out: prices without an interval"), "Cost of one more customer, $",
                colours=COLOURS, zero=None)  # fmt: skip


def _short(setting: str) -> str:
    return {"as it is": "Support, advertising", "by deals for newcomers and offers to stay": "Offers to stay, deals",
            "where hardly anything goes wrong": "Hardly any problems",
            "where advertising costs five times as much": "Advertising five times as dear"}[setting]  # fmt: skip


def _dearer(found: Findings) -> Estimate:
    cost = costs(found)
    return price_difference(cost["winning"], cost["keeping"])


def price_sentence(found: Findings) -> str:
    """How many times as much it costs to win a customer as to keep one, in each place."""
    said = []
    for setting, place in PLACES.items():
        (paid, won), (spent, kept) = (costs(found, place)[what] for what in ("winning", "keeping"))
        times = quotient([paid, kept], [won, spent])
        said.append(f"{_short(setting).lower()}: {'no value' if math.isnan(times.mean) else number(times.mean)}")
    kept_more = estimate(costs(found)["keeping"][1])
    return (
        f"To win a customer costs so many times what it costs to keep one: {'; '.join(said)}. Better support keeps "
        f"{figure(kept_more, 'customers')} who would have left over a problem or for a rival."
    )
