"""How would you know: pictures and verdicts on metrics, paybacks and estimates."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.experiment.questions import measuring as question
from sim.experiment.questions.arms import Estimate, difference, estimate, mean_of, of_arm
from sim.experiment.questions.measuring import arms_of as arms
from sim.experiment.questions.measuring import switching
from sim.experiment.questions.measuring.arms_of import BASE, FIRMS, GOOD, LEVELS, MANAGERS, POOR, Findings
from sim.report import theme
from sim.report.marks import Chart, over_worlds
from sim.report.notebook import Asked
from sim.report.questions.pictures import curves, dots
from sim.report.questions.verdicts import verdicts as judged
from sim.report.words import duration, money, number, percent, titles

NOTEBOOK = "09_how_would_you_know"


def ask(asked: Asked) -> Findings:
    """Runs the experiment of the notebook."""
    return question.ask(asked.scenarios, asked.workers)


def verdicts(found: Findings, asked: Asked) -> pd.DataFrame:
    """The claims of the notebook with their verdicts."""
    return judged(NOTEBOOK, question.evidence(found), asked)


def _titles(found: Findings) -> dict[str, str]:
    """Arm of the baseline and of the strategy -> what to call it."""
    return dict(zip((POOR, GOOD), titles(found).values(), strict=True))


def _colours(found: Findings) -> dict[str, str]:
    named = theme.colours([each.strategy_name for each in found.scenarios])
    return {title: named[name] for name, title in titles(found).items()}


def _note(found: Findings, text: str, shape: str = "bar") -> str:
    return f"{text} {over_worlds(found.scenarios[0].run.replications, shape)}."


# --- steering ----------------------------------------------------------------------------------------------------


def wheels(found: Findings) -> Chart:
    """Value of the support level that each manager picks, less that of the baseline."""
    base = of_arm(found.runs, "npv", POOR)
    rows = {f"Picked by {name}": arms.under(found, manager, "npv") for manager, (name, *_) in MANAGERS.items()}
    rows["The best in hindsight"] = arms.best(found)
    table = pd.DataFrame([{"name": name, **estimate(values - base)._asdict()} for name, values in rows.items()])
    losses = table["mean"].iloc[-1] - table["mean"].iloc[:-1]
    if not losses.notna().all():
        title = "What the managers pick cannot be valued"
    else:
        worse = "Retention" if losses.iloc[1] > losses.iloc[0] else "Cost"
        title = f"{worse} is the worse wheel: it gives away {money(losses.max())}, the other {money(losses.min())}"
    note = _note(found, f"Net present value of the level picked after a year, less that of {_titles(found)[POOR]}.")
    return dots(table, title, note, f"$ over {duration(found.scenarios[0].run.weeks)}, discounted")


def wheels_sentence(found: Findings) -> str:
    """Which levels the managers pick, and what a contact costs there and how many customers are left."""
    said = []
    for manager, (name, *_) in MANAGERS.items():
        level = np.array(LEVELS)[arms.chosen(found, manager)].mean()
        contact = estimate(arms.under(found, manager, "pilot_cost_per_contact")).mean
        left = estimate(arms.under(found, manager, "customers")).mean
        said.append(
            f"Who steers by {name} picks support level {number(level)} on average, where a contact costs "
            f"{money(contact)} and {number(left)} customers are left at the end."
        )
    return " ".join(said)


# --- investment --------------------------------------------------------------------------------------------------


def payback(found: Findings) -> Chart:
    """Cumulative discounted cash of the better support less the baseline's, by kind of firm."""
    weeks = arms.quarters(found.scenarios[0].run.weeks)
    rows = [{"group": firm, "x": 0.0, "mean": 0.0, "low": 0.0, "high": 0.0} for firm in FIRMS]
    for firm in FIRMS:
        for week in weeks:
            delta = difference(found.runs, f"cash_{week}", arms.level(1.0, firm), arms.level(0.0, firm))
            rows.append({"group": firm, "x": week / 52, "mean": delta.mean, "low": delta.low, "high": delta.high})
    table = pd.DataFrame(rows).sort_values(["group", "x"], ignore_index=True)
    colours = dict(zip(FIRMS, (theme.BLACK, theme.GREEN, theme.PURPLE), strict=True))
    called = _titles(found)
    title = "; ".join(f"{firm} {_pays_back(table[table['group'] == firm])}" for firm in FIRMS)
    note = _note(found, f"Cumulative discounted cash of {called[GOOD]} less that of {called[POOR]}.", "band")
    return curves(table, f"{title[0].upper()}{title[1:]}", note, "years", "$", colours=colours)


def _pays_back(path: pd.DataFrame) -> str:
    """'pays back after 3.2 years', 'never pays back': by the mean."""
    behind = path[path["mean"] < 0]
    if behind.empty:
        return "it is never behind"
    if behind["x"].max() >= path["x"].max():
        return "it does not pay back"
    after = path[path["x"] > behind["x"].max()].iloc[0]
    return f"it pays back after {number(float(after['x']))} years"


def irr_sentence(found: Findings) -> str:
    """The yearly return on what the better support costs at first, by kind of firm."""
    said = []
    for firm in FIRMS:
        rate = internal_rate(found, firm)
        said.append(f"{firm}: " + (f"{percent(rate)} a year" if math.isfinite(rate) else "none"))
    return f"Internal rate of return of the extra cash, {'; '.join(said)}."


def internal_rate(found: Findings, firm: str = BASE) -> float:
    """The yearly rate at which the extra cash of all quarters is worth nothing; NaN where it never turns its sign."""
    weeks = arms.quarters(found.scenarios[0].run.weeks)
    soon = [difference(found.runs, f"cash_{week}", arms.level(1.0, firm), arms.level(0.0, firm)).mean for week in weeks]
    return rate_of(soon, weeks, found.scenarios[0].run.discount_rate)


def rate_of(soon: Sequence[float], weeks: Sequence[int], discount_rate: float) -> float:
    """The internal rate of return of cash whose discounted sum up to the ends of quarters is `soon`.

    Each quarter's cash is taken to flow in its middle.
    """
    from scipy.optimize import brentq

    if not len(soon):
        return math.nan
    middle = (np.array(weeks) - 6.5) / 52
    flows = np.diff([0.0, *soon]) * (1 + discount_rate) ** middle

    def worth(rate: float) -> float:
        return float((flows * (1 + rate) ** -middle).sum())

    ends = (-0.9, 10.0)
    if not (flows[0] < 0 and worth(ends[0]) > 0 > worth(ends[1])):
        return math.nan
    return float(brentq(worth, *ends))


# --- treatment, persistence --------------------------------------------------------------------------------------


def treatment(found: Findings) -> Chart:
    """Share of cases settled, of newcomers and of old customers, under each strategy."""
    kinds = {"Newcomers": "settled_new", "Two years and more": "settled_old"}
    called = _titles(found)
    rows = [
        {"name": f"{kind}: {called[arm]}", "group": called[arm], **mean_of(found.runs, column, arm)._asdict()}
        for kind, column in kinds.items() for arm in (POOR, GOOD)
    ]  # fmt: skip
    deltas = {kind: difference(found.runs, column, GOOD, POOR).mean for kind, column in kinds.items()}
    known = {kind: delta for kind, delta in deltas.items() if not math.isnan(delta)}
    points = ", ".join(f"{_points(delta)} for {kind.lower()}" for kind, delta in known.items())
    title = f"{called[GOOD]} settles {points}" if known else "Nobody needed help"
    return dots(pd.DataFrame(rows), title, _note(found, "Cases settled, of all that were closed."),
                "share of cases", unit="share", colours=_colours(found), zero=None)  # fmt: skip


def _points(share: float) -> str:
    """'13 points more'."""
    size = abs(100 * share)
    return f"{size:.{0 if size >= 1 else 1}f} points {'more' if share >= 0 else 'less'}"


def persistence(found: Findings) -> Chart:
    """Sales of the last year as a share of the first one's, advertising switched off."""
    called, rows = _titles(found), []
    for times in (arms.QUIET, arms.ALONE):
        for arm in (POOR, GOOD):
            kept = mean_of(found.runs, "sales_kept", arms.during(arm, times))
            rows.append({"name": f"{called[arm]}, {times.removeprefix('without ')} off", "group": called[arm],
                         **kept._asdict()})  # fmt: skip
    first, second = rows[0]["mean"], rows[1]["mean"]
    if math.isnan(first) or math.isnan(second):
        title = "The horizon is too short to see sales last"
    else:
        title = f"Left alone, {percent(second)} of sales last with {called[GOOD]}, {percent(first)} with {called[POOR]}"
    note = _note(found, "Sales of the last year as a share of those of the first.")
    return dots(pd.DataFrame(rows), title, note, "share of the first year's sales", unit="share",
                colours=_colours(found), zero=None)  # fmt: skip


# --- estimates ---------------------------------------------------------------------------------------------------


def estimators(found: Findings) -> Chart:
    """What a manager would read off one market by each way of estimating, beside the truth."""
    rows = switching.of_setting(found.markets, BASE)
    truth = float(switching.truth(rows).mean())
    shown = {"The truth": estimate(switching.truth(rows))}
    shown |= {f"{name[0].upper()}{name[1:]}": _single(of(rows)) for name, of in switching.ESTIMATORS.items()}
    table = pd.DataFrame([{"name": name, **found_._asdict()} for name, found_ in shown.items()])
    errors = {name: abs(switching.error(rows, name).mean) for name in switching.ESTIMATORS}
    known = {name: size for name, size in errors.items() if not math.isnan(size)}
    if known:
        worst = max(known, key=lambda name: known[name])
        title = f"Better support adds {money(truth)} of sales a year; '{worst}' is off by {percent(known[worst])} of it"
    else:
        title = "There are too few worlds to say what an estimate is worth"
    note = (
        "Sales in the year after the change, by what one market (or one pair) shows. Bar: 95 % interval of a single "
        "estimate; of the truth, that of the mean."
    )
    return dots(table, title, note, "$ of sales a year", zero=truth if math.isfinite(truth) else 0.0)


def _single(values: np.ndarray) -> Estimate:
    """Mean of single estimates and where 95 % of them lie, if they are normal."""
    known = values[~np.isnan(values)]
    if known.size < 2:
        return estimate(known)
    spread = 1.96 * known.std(ddof=1)
    return Estimate(float(known.mean()), float(known.mean() - spread), float(known.mean() + spread), known.size)


def needed(found: Findings) -> pd.DataFrame:
    """For each estimator in each setting: its mean error, and the markets it needs to show the true effect."""
    table = []
    for setting in switching.settings():
        rows = switching.of_setting(found.markets, setting)
        for name in switching.ESTIMATORS:
            missed, markets = switching.error(rows, name), switching.needed(rows, name)
            table.append({"estimate": name, "setting": setting, "error, share of the truth": _share(missed),
                          "markets needed": "no value" if math.isnan(markets) else f"{markets:,.0f}"})  # fmt: skip
    return pd.DataFrame(table)


def _share(found: Estimate) -> str:
    """'−72 % (−114 % to −30 %)'."""
    if not found.n:
        return "no value"
    interval = f" ({percent(found.low)} to {percent(found.high)})" if math.isfinite(found.low) else ""
    return f"{percent(found.mean)}{interval}"


def before_after(found: Findings) -> Chart:
    """The error of 'after against before' where times change."""
    table = pd.DataFrame(
        [
            {"name": f"{setting[0].upper()}{setting[1:]}",
             **switching.error(switching.of_setting(found.markets, setting), switching.BEFORE_AFTER)._asdict()}
            for setting in switching.settings()
        ]
    )  # fmt: skip
    known = table.dropna(subset=["mean"])
    if known.empty:
        title = "There are too few worlds to say what a comparison with the past is worth"
    else:
        right = int((known["mean"].abs() <= 0.5).sum())
        title = f"Comparing with the year before comes within half of the truth in {right} of {len(known)} settings"
    note = _note(found, "What the change from the year before misses the true effect by.")
    return dots(table, title, note, "error, x the true effect", unit="x")
