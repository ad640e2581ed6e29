"""Whether the model can be trusted: known answers, facts of the literature, conditions, assumptions.

Each of the three checks is a table of `sim.experiment` (`verify`, `facts`, `conditions`), run here or read from files
that those commands wrote. Charts and sentences take such a table; a chart's title is the finding, computed from it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from tqdm import tqdm

from sim.experiment import facts as stylised
from sim.experiment.conditions import conditions as run_conditions
from sim.experiment.facts import FACTS
from sim.parameters import ParameterError, Scenario, load_comparison
from sim.parameters.cases import case_names, load_case
from sim.parameters.errors import shown, suggestion
from sim.parameters.table import rows
from sim.report import theme
from sim.report.marks import Chart, dashed_rule, drawable_ends, even_lines, spread_apart, titled
from sim.report.notebook import _assigned
from sim.report.sentences import signed
from sim.report.tables import _text
from sim.report.words import MINUS, money, number, percent

LIMIT = 3.0  # standard errors, as in sim.experiment.ladder, which is slow to import: done where it is needed
EDGE = 12  # standard errors, the end of the axis
INSIDE, OUTSIDE = "in band", "outside"
KEPT, BROKEN = "as expected", "not as expected"
HOLDS, FAILS = "holds", "does not hold"
UNTESTED = "no error known"
_GOOD = {INSIDE, KEPT, HOLDS}
MARKS = {"good": "\N{BLACK CIRCLE}", "bad": "\N{MULTIPLICATION X}", "none": "\N{WHITE CIRCLE}"}
COLOURS = {"good": theme.BLUE, "bad": theme.ORANGE, "none": theme.SOFT}
DARK_ORANGE = "#9A5B00"  # the orange of words and lines: dark enough to read on white

TABLES = {
    "verify": ("rung", "point", "observable", "theory", "simulated", "standard_error", "z", "replications", "holds"),
    "facts": ("fact", "meaning", "unit", "low", "high", "value", "interval_low", "interval_high", "holds", "source"),
    "conditions": ("condition", "title", "expect", "mean", "low", "high", "share", "replications", "holds", "why"),
}  # file (without .csv) -> columns it must have
_LISTS = {"known_answers": "known_answer", "conditions": "condition"}
_COUNTS = ("answer_replications", "fact_replications", "condition_replications")
KNOWN = ("tables", "known_answers", "answer_replications", "world", "strategies", "people", "fact_replications",
         "conditions", "condition_replications", "workers")  # fmt: skip


# --- what is asked for -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What the notebook was asked for, checked.

    Attributes:
        scenarios: the world and strategies whose facts are measured and whose assumptions are listed.
        known_answers, conditions: names of case files.
        answer_replications: None for as many as each known answer says.
        tables: check -> its table, where it was read from a file.
    """

    scenarios: tuple[Scenario, ...]
    known_answers: tuple[str, ...]
    conditions: tuple[str, ...]
    answer_replications: int | None
    fact_replications: int
    condition_replications: int
    workers: int | None
    tables: Mapping[str, pd.DataFrame]


def read_parameters(names: Mapping[str, Any]) -> Asked:
    """The notebook's parameters (pass `globals()`), checked; also switches the charts' theme on.

    Raises:
        ParameterError: a name that is not a parameter, or a value that is not allowed.
    """
    cells = isinstance(names.get("In"), list)
    said = _assigned(names) if cells else {name: repr(names[name]) for name in KNOWN if name in names}
    for name, line in said.items():
        if name not in KNOWN:
            raise ParameterError(
                f"notebook parameter {name!r} (value {line}): no such parameter.{suggestion(name, KNOWN)}"
                f" Allowed: {', '.join(KNOWN)}."
            )
    asked = check({name: names[name] for name in said})
    theme.setup()
    return asked


def check(given: Mapping[str, Any]) -> Asked:
    """The values of parameters in `KNOWN` as what they stand for."""
    counts = {name: _count(name, given.get(name, 6), none=name == "answer_replications") for name in _COUNTS}
    workers = given.get("workers")
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        raise ParameterError(f"notebook parameter workers: got {workers!r}; allowed: null or a whole number at least 1")
    cases = {name: _cases(name, kind, given.get(name, [])) for name, kind in _LISTS.items()}
    scenarios = load_comparison(
        given.get("world", "online_retail"),
        given.get("strategies", ["cost_center", "profit_center"]),
        {"world.market.people": given["people"]} if "people" in given else {},
        options={"world.market.people": "notebook parameter people"},
    )
    return Asked(
        scenarios=tuple(scenarios),
        known_answers=cases["known_answers"],
        conditions=cases["conditions"],
        answer_replications=counts["answer_replications"],
        fact_replications=counts["fact_replications"] or 2,
        condition_replications=counts["condition_replications"] or 2,
        workers=workers,
        tables=_read_tables(given.get("tables", "")),
    )


def _count(name: str, value: Any, none: bool) -> int | None:
    if none and value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 2:
        allowed = f"{'null or ' if none else ''}a whole number at least 2"
        raise ParameterError(f"notebook parameter {name}: got {shown(value)}; allowed: {allowed}")
    return value


def _cases(name: str, kind: str, value: Any) -> tuple[str, ...]:
    """Names of cases of a kind, all that ship where none is named; each is read once, so that errors come first."""
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ParameterError(f"notebook parameter {name}: got {shown(value)}; allowed: a list of names, [] for all")
    for one in value:
        try:
            load_case(kind, one)
        except ParameterError as error:
            raise ParameterError(f"notebook parameter {name}: {error}") from None
    return tuple(value) or tuple(case_names(kind))


def _read_tables(folder: Any) -> dict[str, pd.DataFrame]:
    """The tables that are in a folder; none for ''."""
    where = "notebook parameter tables"
    allowed = f"a folder with {', '.join(f'{name}.csv' for name in TABLES)} or some of them, '' to compute"
    if not isinstance(folder, str):
        raise ParameterError(f"{where}: got {shown(folder)}; allowed: {allowed}")
    if not folder:
        return {}
    found = {name: Path(folder) / f"{name}.csv" for name in TABLES if (Path(folder) / f"{name}.csv").is_file()}
    if not found:
        raise ParameterError(f"{where}: nothing to read in {folder!r}; allowed: {allowed}")
    tables = {}
    for name, path in found.items():
        try:
            tables[name] = pd.read_csv(path)
        except (OSError, ValueError) as error:
            raise ParameterError(f"{where}: {str(path)!r} is not a table: {error}") from None
        missing = [column for column in TABLES[name] if column not in tables[name]]
        if missing:
            raise ParameterError(f"{where}: {str(path)!r} has no column {', '.join(missing)}")
    return tables


# --- the three tables --------------------------------------------------------------------------------------------


def known_answers(asked: Asked) -> pd.DataFrame:
    """Every observable of the known answers against theory: the columns of `sim.experiment.ladder.COLUMNS`."""
    if "verify" in asked.tables:
        return asked.tables["verify"]
    from sim.experiment import ladder

    bar = tqdm(asked.known_answers, desc="simulating", unit="file", mininterval=0.5, ncols=88)
    found = [ladder.verify(name, asked.answer_replications, None, asked.workers, False) for name in bar]
    return pd.concat(found, ignore_index=True)


def facts(asked: Asked) -> pd.DataFrame:
    """The facts of the literature, measured in the world: the columns of `sim.experiment.facts.facts`."""
    if "facts" in asked.tables:
        return asked.tables["facts"]
    return stylised.facts(asked.scenarios, asked.fact_replications, asked.workers)


def conditions(asked: Asked) -> pd.DataFrame:
    """The conditions and what came of each: the columns of `sim.experiment.conditions.conditions`."""
    if "conditions" in asked.tables:
        return asked.tables["conditions"]
    bar = tqdm(asked.conditions, desc="simulating", unit="file", mininterval=0.5, ncols=88)
    found = [run_conditions([name], asked.condition_replications, asked.workers, False) for name in bar]
    return pd.concat(found, ignore_index=True)


def origin(asked: Asked) -> str:
    """Which tables were read and which are computed, in one sentence."""
    names = {"verify": "known answers", "facts": "facts", "conditions": "conditions"}
    read = [names[name] for name in names if name in asked.tables]
    here = [names[name] for name in names if name not in asked.tables]
    parts = ([f"read from files: {', '.join(read)}"] if read else []) + (
        [f"computed now: {', '.join(here)}"] if here else []
    )
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


# --- known answers -----------------------------------------------------------------------------------------------


def _tested(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with a z value and a standard error: with too few runs nothing is known and everything would hold."""
    return table[np.isfinite(table["z"].astype(float)) & np.isfinite(table["standard_error"].astype(float))]


def _banded(table: pd.DataFrame) -> pd.DataFrame:
    """The rows held against a published band instead of a formula."""
    return table[table["z"].isna()]


def answers_headline(table: pd.DataFrame) -> str:
    """How many known answers hold."""
    tested = _tested(table)
    if tested.empty:
        return "No known answer was put to the test"
    n, broken = len(tested), int((~_truth(tested["holds"])).sum())
    if not broken:
        return f"All {n} known answers hold within three standard errors" if n > 1 else "The known answer holds"
    return f"{broken} of {n} known answers {'is' if broken == 1 else 'are'} off by more than three standard errors"


def answers_sentence(table: pd.DataFrame) -> str:
    """How the distances are spread, what chance alone would do, and what could not be tested."""
    from scipy.stats import t

    tested, banded = _tested(table), _banded(table)
    untested = len(table) - len(tested) - len(banded)
    parts = []
    if not tested.empty:
        z = tested["z"].to_numpy(float)
        # Errors are estimated from as many runs: Student's t, at most so many degrees of freedom
        freedom = np.maximum(tested["replications"].to_numpy(float) - 1, 1)
        beyond = float(2 * t.sf(LIMIT, freedom).sum())
        far = tested.iloc[int(np.argmax(np.abs(z)))]
        parts.append(
            f"Of {len(z)} observables of {tested['rung'].nunique()} known answers {percent(np.mean(np.abs(z) <= 1))} "
            f"lie within one standard error of theory (about 67 % would by chance if theory and engine agree and the "
            f"errors are honest), and {int((np.abs(z) > LIMIT).sum())} beyond three (about {number(beyond)} would)."
        )
        parts.append(
            f"Farthest off is *{far['observable']}* of *{far['rung']}* ({far['point']}): {number(far['z'])} "
            f"standard errors{_apart(far)}."
        )
        off = (tested["simulated"] / tested["theory"] - 1).abs().replace(np.inf, np.nan).dropna()
        if not off.empty:
            parts.append(f"Half of them are within {percent(float(off.median()))} of theory.")
    if len(banded):
        kept = int(_truth(banded["holds"]).sum())
        parts.append(f"{kept} of {len(banded)} observables held against a published band lie in it.")
    if untested:
        parts.append(f"{untested} have too few runs for a standard error and say nothing.")
    return " ".join(parts) or "No known answer was run."


def _apart(row: pd.Series) -> str:
    """', 0.5 % from theory', '' where theory says nothing."""
    return f", {percent(abs(row['simulated'] / row['theory'] - 1))} from theory" if row["theory"] else ""


def answers(table: pd.DataFrame) -> Chart:
    """Distance of every observable from theory in standard errors, a row a known answer."""
    tested = _tested(table).copy()
    rungs = list(dict.fromkeys(tested["rung"]))
    spread = tested.groupby("rung").cumcount()
    tested["row"] = tested["rung"].map(rungs.index).astype(float) + 0.13 * ((spread * 3) % 5 - 2)
    tested["verdict"] = np.where(_truth(tested["holds"]), HOLDS, FAILS)
    end = max(4.0, float(np.ceil(tested["z"].abs().max() + 0.3))) if rungs else 4.0
    tested["shown"] = tested["z"].clip(-EDGE, EDGE)
    scale = alt.Scale(domain=[-min(end, EDGE + 0.5), min(end, EDGE + 0.5)], nice=False, zero=False)
    x = alt.X("shown:Q", title="simulation less theory, standard errors", scale=scale, axis=alt.Axis(tickMinStep=1))
    y = _rows([_title(rung) for rung in rungs], "row")
    band = pd.DataFrame({"from": [-LIMIT], "to": [LIMIT]})
    chart = alt.layer(
        alt.Chart(band).mark_rect(color=theme.BLUE, opacity=0.09).encode(alt.X("from:Q", scale=scale), alt.X2("to:Q")),
        dashed_rule(pd.DataFrame({"edge": [-LIMIT, LIMIT]}), x="edge"),
        alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=theme.SOFT).encode(x="zero:Q"),
        alt.Chart(tested[["shown", "row", "verdict"]])
        .mark_point(size=65, opacity=0.75, strokeWidth=2)
        .encode(x, y, *_verdict(HOLDS, FAILS, set(tested["verdict"]))),
    ).properties(width=480, height=max(110, 34 * len(rungs)))
    least, most = (int(tested["replications"].min()), int(tested["replications"].max())) if rungs else (0, 0)
    runs = f"{least}" if least == most else f"{least} to {most}"
    note = f"A mark an observable at a setting; {runs} paired worlds each. Shaded: three standard errors either way."
    if end > EDGE:
        note += f" Marks at {EDGE} lie there or beyond."
    return titled(chart, answers_headline(table), note, sized=True, width=680)


def _title(rung: str) -> str:
    """What a known answer is called: its title, its name where its file is not here."""
    try:
        return load_case("known_answer", rung).title or rung
    except ParameterError:
        return rung


def bass(table: pd.DataFrame) -> Chart:
    """The Bass curve as a line, the simulated shares as dots."""
    from sim.experiment import theory

    mine = table[(table["rung"] == "bass") & table["observable"].str.fullmatch(r"year_\d+")].copy()
    if mine.empty:
        return _nothing("The Bass curve was not run", "Add bass to known_answers.")
    mine["year"] = mine["observable"].str.removeprefix("year_").astype(float)
    (scenario, *_), *_ = load_case("known_answer", "bass").points.values()
    (p, q), ticks = theory.hazards(scenario), scenario.run.weeks / theory.YEARS
    line = pd.DataFrame({"year": np.linspace(0, theory.YEARS, 201)})
    line["share"] = [theory.bass(year * ticks, p, q) for year in line["year"]]
    half = (LIMIT * mine["standard_error"]).where(np.isfinite(mine["standard_error"]), 0.0)
    mine["low"], mine["high"] = mine["simulated"] - half, mine["simulated"] + half
    off = (mine["simulated"] - mine["theory"]).abs()
    far = 100 * float(off.max())
    x = alt.X("year:Q", title="years", scale=alt.Scale(domain=[0, theory.YEARS]), axis=alt.Axis(grid=False, format="d"))

    def y(field: str) -> alt.Y:
        return alt.Y(
            f"{field}:Q", title="share of the market that has bought", axis=alt.Axis(format="%", tickCount=5),
            scale=alt.Scale(domain=[0, 1]),
        )  # fmt: skip

    on = alt.Chart(mine[["year", "simulated", "low", "high"]])
    label = pd.DataFrame({"year": [6.2], "share": [theory.bass(6.2 * ticks, p, q)], "text": ["theory"]})
    chart = alt.layer(
        alt.Chart(line).mark_line(color=theme.SOFT, strokeWidth=3).encode(x, y("share")),
        on.mark_rule(color=theme.BLUE, strokeWidth=2).encode(x, y("low"), alt.Y2("high:Q")),
        on.mark_point(color=theme.BLUE, filled=True, opacity=1, size=110).encode(x, y("simulated")),
        alt.Chart(label)
        .mark_text(align="left", baseline="top", dx=12, dy=8, fontSize=15, fontWeight="bold", color=theme.SOFT)
        .encode(x, y("share"), text="text:N"),
    )
    worlds = int(mine["replications"].max())
    note = (
        f"Line: the formula of 1969 at p = {number(p * ticks)}, q = {number(q * ticks)} a year. Dots: mean of {worlds} "
        f"simulated markets of {scenario.world.market.people:,} people, three standard errors either way."
    )
    points = "0.1 percentage points" if far < 0.1 else f"{far:.1f} percentage points"
    return titled(chart, f"People who talk to each other follow the Bass curve to within {points}", note)


def queue(table: pd.DataFrame) -> Chart:
    """Callers who give up by how much work there is: Erlang-A as a line for each desk, the simulated desk as a dot."""
    from sim.experiment import theory

    mine = table[(table["rung"] == "erlang_a") & (table["observable"] == "abandons")].copy()
    points = load_case("known_answer", "erlang_a").points
    mine = mine[mine["point"].isin(points)]
    if mine.empty:
        return _nothing("The desk with impatient callers was not run", "Add erlang_a to known_answers.")
    lines, dots = [], []
    for _, row in mine.iterrows():
        (scenario, *_) = points[row["point"]]
        desk, agents = scenario.strategy.desk, round(scenario.strategy.staffing.agents)
        patience = scenario.world.callers.patience / desk.handle_time
        load = theory.calls_an_hour(scenario) * desk.handle_time / agents
        name = f"{agents} {'agent' if agents == 1 else 'agents'}, {_short(scenario.world.callers.patience)} h patience"
        for each in np.linspace(0.02, 2.1, 90):
            lost = theory.erlang_a(each * agents, 1.0, 1 / patience, agents).abandons
            lines.append({"desk": name, "load": each, "lost": lost})
        half = LIMIT * row["standard_error"] if math.isfinite(row["standard_error"]) else 0.0
        dots.append(
            {
                "desk": name,
                "load": load,
                "lost": row["simulated"],
                "low": max(row["simulated"] - half, 0.0),
                "high": row["simulated"] + half,
                "holds": bool(_truth(pd.Series([row["holds"]])).iloc[0]),
            }
        )
    line_table, dot_table = pd.DataFrame(lines), pd.DataFrame(dots)
    ends = line_table[line_table["load"] == line_table["load"].max()].copy()
    ends["place"] = spread_apart(ends["lost"].to_list(), 0.6 * 19 / 340, [0.0, 0.6])
    ends["place"] -= max(0.0, float(ends["place"].max()) - 0.59)
    x = alt.X(
        "load:Q",
        title="work that comes in, per agent at the desk",
        axis=alt.Axis(format="%", grid=False, values=[0, 0.5, 1, 1.5, 2]),
        scale=alt.Scale(domain=[0, 2.1], nice=False),
    )

    def y(field: str) -> alt.Y:
        return alt.Y(
            f"{field}:Q", title="callers who give up", axis=alt.Axis(format="%", tickCount=6),
            scale=alt.Scale(domain=[0, 0.6], nice=False),
        )  # fmt: skip

    names = list(dict.fromkeys(dot_table["desk"]))
    palette = [theme.GREEN, theme.PURPLE, theme.BLACK, theme.SKY, theme.SOFT]
    colour = alt.Color("desk:N", legend=None, scale=alt.Scale(domain=names, range=palette[: len(names)]))
    on = alt.Chart(dot_table)
    chart = alt.layer(
        alt.Chart(line_table).mark_line(strokeWidth=2, opacity=0.75).encode(x, y("lost"), colour),
        on.mark_rule(strokeWidth=2.5).encode(x, y("low"), alt.Y2("high:Q"), colour),
        on.mark_point(filled=True, size=150, opacity=1, stroke="white", strokeWidth=1).encode(x, y("lost"), colour),
        alt.Chart(ends)
        .mark_text(align="left", dx=7, fontSize=14, fontWeight="bold", limit=220)
        .encode(x, y("place"), colour, text="desk:N"),
    )
    n, kept = len(dot_table), int(dot_table["holds"].sum())
    which = f"all {n} desks" if kept == n and n > 1 else f"{kept} of {n} desks"
    note = (
        "Lines: the formula of Palm 1957 (Erlang-A). Dots: the simulated desk, three standard errors either way. "
        "100 %: as much work as all agents can do."
    )
    return titled(chart, f"As many callers give up as queueing theory says, at {which}", note)


# --- facts -------------------------------------------------------------------------------------------------------


def facts_headline(table: pd.DataFrame) -> str:
    """How many facts lie in their bands."""
    known = table[table["value"].notna()]
    if known.empty:
        return "No fact could be measured"
    inside, n = int(_truth(known["holds"]).sum()), len(known)
    if inside == n:
        return f"All {n} facts of the literature come out in their bands" if n > 1 else "The fact lies in its band"
    return f"{inside} of {n} facts of the literature come out in their bands"


def facts_chart(table: pd.DataFrame) -> Chart:
    """Where each fact lies against its band: bands drawn to the same width, values and bands in words beside them."""
    shown_rows = table.reset_index(drop=True)
    ends = 2.6
    drawn = []
    for row, fact in shown_rows.iterrows():
        place = _placed(fact)
        low, high = drawable_ends(place(fact["value"]), place(fact["interval_low"]), place(fact["interval_high"]))
        open_end = math.isinf(fact["high"])
        drawn.append(
            {
                "row": row,
                "band_low": place(fact["low"]),
                "band_high": ends if open_end else max(place(fact["high"]), place(fact["low"]) + 0.04),
                "value": float(np.clip(place(fact["value"]), -ends, ends)),
                "low": float(np.clip(low, -ends, ends)),
                "high": float(np.clip(high, -ends, ends)),
                "verdict": _fact_verdict(fact),
                "text": f"{_in_unit(fact['value'], fact['unit'])}  ({_band(fact)})",
            }
        )
    marks = pd.DataFrame(drawn, columns=["row", "band_low", "band_high", "value", "low", "high", "verdict", "text"])
    known = marks[marks["verdict"].isin([INSIDE, OUTSIDE])]
    scale = alt.Scale(domain=[-ends - 0.2, ends + 0.2], nice=False, zero=False)
    axis = alt.Axis(labels=False, ticks=False, grid=False, domain=False)
    title = "below the band \N{LEFTWARDS ARROW}      \N{RIGHTWARDS ARROW} above the band"

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=title, scale=scale, axis=axis)

    y = _rows([_name(fact) for fact in shown_rows["fact"]], "row", 250)
    colour, shape = _verdict(INSIDE, OUTSIDE, set(known["verdict"]))
    chart = alt.layer(
        alt.Chart(marks).mark_bar(height=15, color="#dcdcdc").encode(x("band_low"), alt.X2("band_high:Q"), y),
        alt.Chart(known).mark_rule(strokeWidth=2.5).encode(x("low"), alt.X2("high:Q"), y, colour),
        alt.Chart(known).mark_point(size=90, strokeWidth=2.5, opacity=1).encode(x("value"), y, colour, shape),
        alt.Chart(marks).mark_text(align="left", dx=12, fontSize=13).encode(y=y, x=alt.value(300), text="text:N"),
    ).properties(width=300, height=max(60, 23 * len(marks)))
    note = (
        "Grey: the band of the literature, all drawn to one width. Marks at the edges lie beyond them; bar: 95 % "
        "interval over paired worlds. Right: value measured (band)."
    )
    return titled(chart, facts_headline(table), note, sized=True, width=720)


def _placed(fact: pd.Series) -> Callable[[float], float]:
    """Where a value lies when the fact's band reaches from -1 to 1."""
    halves = {each.key: each.half_band for each in FACTS}
    low, high = float(fact["low"]), float(fact["high"])
    half = halves.get(str(fact["fact"]), math.nan)
    if not (math.isfinite(half) and half > 0):
        half = (high - low) / 2 if math.isfinite(high - low) and high > low else max(abs(low), 1.0) / 2
    start = low + half if math.isinf(high) or high == low else (low + high) / 2
    start = low if high == low else start
    return lambda value: (value - start) / half


def _fact_verdict(fact: Any) -> str:
    if not math.isfinite(fact["value"]):
        return UNTESTED
    return INSIDE if bool(_truth(pd.Series([fact["holds"]])).iloc[0]) else OUTSIDE


def _name(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _in_unit(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "no value"
    if unit == "share":
        return percent(value)
    if unit == "points":
        return f"{100 * value:.1f} points".replace("-", MINUS)
    return f"{number(value)} {unit}".strip()


def _beside(value: float, edge: float, unit: str) -> str:
    """A value beside the edge of its band, never rounded onto it."""
    text = _in_unit(value, unit)
    return text if text != _in_unit(edge, unit) else f"just {'below' if value < edge else 'above'} {text}"


def _short(value: float) -> str:
    """A round number as people write it: 98, 1.7, 0.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-", MINUS)


def _band(fact: Any) -> str:
    low, high, unit = float(fact["low"]), float(fact["high"]), str(fact["unit"])
    factor, unit = (100, "%") if unit == "share" else (100, unit) if unit == "points" else (1, unit)
    low, high = factor * low, factor * high
    if math.isinf(high):
        return f"at least {_short(low)} {unit}"
    return f"{_short(low)} {unit}" if low == high else f"{_short(low)} to {_short(high)} {unit}"


def fact_table(table: pd.DataFrame) -> pd.DataFrame:
    """The facts in words: what is measured, band, value with its interval, verdict with a mark, source."""
    found = []
    for _, fact in table.iterrows():
        half = (fact["interval_high"] - fact["interval_low"]) / 2
        spread = f" ± {_in_unit(half, fact['unit'])}" if math.isfinite(half) and half > 0 else ""
        found.append(
            {
                "fact": _name(fact["fact"]),
                "what is measured": fact["meaning"],
                "band": _band(fact),
                "value (95 %)": f"{_in_unit(fact['value'], fact['unit'])}{spread}",
                "verdict": marked(_fact_verdict(fact)),
                "source": fact["source"],
            }
        )
    return pd.DataFrame(found, columns=["fact", "what is measured", "band", "value (95 %)", "verdict", "source"])


def facts_sentence(table: pd.DataFrame) -> str:
    """Which facts lie outside, by how much, and how many of those inside could be outside by chance."""
    known = table[table["value"].notna()]
    if known.empty:
        return "No fact could be measured in these runs."
    inside, outside = known[_truth(known["holds"])], known[~_truth(known["holds"])]
    sure = (inside["interval_low"] >= inside["low"]) & (inside["interval_high"] <= inside["high"])
    parts = [
        f"{len(inside)} of {len(known)} facts lie in their bands, {int(sure.sum())} of them with their whole 95 % "
        "interval."
    ]
    for _, fact in outside.iterrows():
        below = fact["value"] < fact["low"]
        edge = fact["low"] if below else fact["high"]
        reaches = fact["interval_high"] >= edge if below else fact["interval_low"] <= edge
        doubt = "; the interval reaches the band" if reaches else ""
        parts.append(
            f"*{_name(fact['fact'])}* is {_beside(fact['value'], edge, fact['unit'])}, "
            f"{'below' if below else 'above'} the band ({_band(fact)}){doubt}."
        )
    missing = len(table) - len(known)
    if missing:
        parts.append(f"{missing} could not be measured: too few people or weeks.")
    return " ".join(parts)


def trade_off(table: pd.DataFrame, rate: float) -> str:
    """What the value of a customer does with retention, against the closed form at the retention measured.

    A customer kept with probability r a year is worth m (1 + i) / (1 + i - r): a per cent of r is worth
    r / (1 + i - r) per cent. The retention is that of the same runs: elasticity over growth with five points.

    Args:
        rate: i, the yearly discount rate.
    """
    columns = ("value", "low", "high", "interval_low", "interval_high")
    found = {str(row["fact"]): {name: float(row[name]) for name in columns} for row in table.to_dict("records")}
    if not {"retention_elasticity", "five_points"} <= set(found):
        return "The value of retention was not measured."
    fact, five = found["retention_elasticity"], found["five_points"]["value"]
    measured = fact["value"]
    if not (math.isfinite(measured) and math.isfinite(five) and five > 0):
        return "The value of retention could not be measured in these runs: too few were won or kept."
    # d ln V / d ln r over d ln V / dr is r: the mean of base and variant, on a logarithmic scale
    retention = 0.05 * measured / math.log1p(five)
    if not 0 < retention < 1:
        return "The value of retention could not be measured in these runs: its interval is too wide."
    closed = retention / (1 + rate - retention)
    needed = [elasticity * (1 + rate) / (1 + elasticity) for elasticity in (fact["low"], fact["high"])]
    start = (
        f"Customers won here stay a year with {percent(retention)}. At that retention the closed form "
        f"(1 + i) / (1 + i − r), at a discount rate of {percent(rate)}, makes a per cent of retention worth "
        f"{number(closed)} % of a customer's value; the simulation measures {number(measured)} % "
        f"(95 % interval {number(fact['interval_low'])} to {number(fact['interval_high'])}). "
    )
    # What the formula says of the band is true whichever side of it these runs lie on
    band = f"A value of {_short(fact['low'])} to {_short(fact['high'])} % belongs to a yearly retention of "
    band += f"{percent(needed[0])} to {percent(needed[1])}"
    if retention < needed[0]:
        return (
            f"{start}{band}. The world's purchases are fitted to CDNOW, whose buyers lapse faster: one world cannot "
            "have their habits and the published elasticity, which comes from firms that keep more of their customers."
        )
    return f"{start}{band}, and these runs lie {'in that range' if retention <= needed[1] else 'above it'}."


# --- conditions --------------------------------------------------------------------------------------------------


def conditions_headline(table: pd.DataFrame) -> str:
    """In how many conditions the strategy does as expected."""
    if table.empty:
        return "No condition was run"
    loses, wins = table[table["expect"] == "loses"], table[table["expect"] == "wins"]
    parts = []
    if len(loses):
        clear = int((loses["high"] < 0).sum())
        parts.append(f"loses clearly in {_of(clear, len(loses))} where it should lose")
    if len(wins):
        parts.append(f"wins clearly in {_of(int((wins['low'] > 0).sum()), len(wins))} where it should win")
    return f"Better-funded support {' and '.join(parts)}"


def _of(some: int, n: int) -> str:
    """'all 8 conditions', '7 of 8 conditions'."""
    count = f"all {n}" if some == n and n > 1 else f"{some} of {n}"
    return f"{count} {'condition' if n == 1 else 'conditions'}"


def conditions_sentence(table: pd.DataFrame) -> str:
    """Which conditions came out otherwise, which are not decided, and where most is lost and won."""
    if table.empty:
        return "No condition was run."
    parts = []
    for _, row in table[~_truth(table["holds"])].iterrows():
        parts.append(
            f"*{row['title']}* should be one where it {row['expect']}, but it is worth {signed(row['mean'])} "
            f"(95 % interval {money(row['low'])} to {money(row['high'])})."
        )
    loses = table[(table["expect"] == "loses") & _truth(table["holds"])]
    undecided = loses[loses["high"] > 0]
    if len(undecided):
        names = ", ".join(f"*{title}*" for title in undecided["title"])
        parts.append(f"No clear gain, but no clear loss either: {names}.")
    known = table[table["share"].notna()]
    if len(known) > 1:
        ordered = known.sort_values("share")
        worst, best = ordered.iloc[0], ordered.iloc[-1]
        parts.append(
            f"It does worst in *{worst['title']}* ({_share(worst['share'])} of the baseline's value) and best in "
            f"*{best['title']}* ({_share(best['share'])})."
        )
    return " ".join(parts) or "Every condition came out as expected."


def _share(share: float) -> str:
    return f"{'+' if share > 0 else ''}{percent(share)}"


def conditions_chart(table: pd.DataFrame) -> Chart:
    """Difference of net present value as a share of the baseline's, grouped by what is expected."""
    if table.empty:
        return _nothing(conditions_headline(table), "Name some conditions, or none for all.")
    every = table.copy()
    baseline = every["mean"] / every["share"]
    usable = every["share"].notna() & np.isfinite(baseline) & (baseline != 0)
    for end in ("low", "high"):
        every[f"{end}_share"] = np.where(usable, every[end] / baseline.where(usable, 1.0), np.nan)
    finite = every["share"].dropna().abs()
    # A few that lose many times the firm's worth must not press the others flat
    limit = max(0.02, 1.3 * float(np.quantile(finite, 0.8))) if len(finite) else 0.1
    every["verdict"] = np.where(_truth(every["holds"]), KEPT, BROKEN)
    parts = []
    for expect, heading in (("loses", "Where it should lose"), ("wins", "Where it should win")):
        part = every[every["expect"] == expect].sort_values("share", kind="stable").reset_index(drop=True)
        if not part.empty:
            parts.append(_condition_rows(part, limit, set(every["verdict"]), heading))
    cut = int((every["share"].abs() > limit).sum())
    least, most = int(every["replications"].min()), int(every["replications"].max())
    runs = f"{least}" if least == most else f"{least} to {most}"
    note = (
        f"Difference of net present value as a share of the baseline's. Mean of {runs} paired worlds; bar: 95 % "
        "interval." + (f" Arrows: {cut} beyond the edge, by the number beside." if cut else "")
    )
    chart = alt.vconcat(*parts, spacing=26)
    return titled(chart, conditions_headline(table), note, sized=True, width=720)


def _condition_rows(part: pd.DataFrame, limit: float, verdicts: set[str], heading: str) -> Any:
    width, edge = 300, 1.06 * limit
    ends = [
        drawable_ends(m, a, b) for m, a, b in zip(part["share"], part["low_share"], part["high_share"], strict=True)
    ]
    table = pd.DataFrame(
        {
            "row": np.arange(len(part), dtype=float),
            "value": part["share"].clip(-limit, limit),
            "low": [float(np.clip(low, -limit, limit)) for low, _ in ends],
            "high": [float(np.clip(high, -limit, limit)) for _, high in ends],
            "verdict": part["verdict"],
            "beyond": part["share"].abs() > limit,
            "side": np.where(part["share"] < 0, "left", "right"),
            "text": [_condition_text(row) for _, row in part.iterrows()],
        }
    )
    scale = alt.Scale(domain=[-edge, edge], nice=False, zero=False)
    axis = alt.Axis(labelExpr="format(100 * datum.value, datum.value ? '+~r' : 'd') + ' %'", tickCount=5)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=None, scale=scale, axis=axis)

    y = _rows([str(title) for title in part["title"]], "row", 270)
    colour, shape = _verdict(KEPT, BROKEN, verdicts)
    known = table[table["value"].notna()]
    inside, beyond = known[~known["beyond"]], known[known["beyond"]]
    layers: list[Any] = [
        dashed_rule(pd.DataFrame({"zero": [0.0]}), x="zero"),
        alt.Chart(inside).mark_rule(strokeWidth=3).encode(x("low"), alt.X2("high:Q"), y, colour),
        alt.Chart(inside).mark_point(size=110, strokeWidth=2.5, opacity=1).encode(x("value"), y, colour, shape),
        alt.Chart(table).mark_text(align="left", dx=14, fontSize=14).encode(y=y, x=alt.value(width), text="text:N"),
    ]
    for side in ("left", "right"):
        some = beyond[beyond["side"] == side]
        if len(some):
            arrow = alt.Chart(some).mark_point(shape=f"triangle-{side}", size=130, filled=True, opacity=1)
            layers.append(arrow.encode(x("value"), y, colour))
    head = alt.TitleParams(heading, fontSize=16, anchor="start", frame="group", color=theme.SOFT)
    return alt.layer(*layers).properties(width=width, height=max(50, 33 * len(part)), title=head)


def _condition_text(row: pd.Series) -> str:
    half = (row["high"] - row["low"]) / 2
    spread = f" ± {money(half)}" if math.isfinite(half) and half > 0 else ""
    share = f" ({_share(row['share'])})" if math.isfinite(row["share"]) else ""
    return f"{signed(row['mean'])}{spread}{share}"


def condition_table(table: pd.DataFrame) -> pd.DataFrame:
    """The conditions in words: what, expected, difference, verdict with a mark, why, the file that runs it."""
    found = [
        {
            "condition": row["title"],
            "it should": {"loses": "lose", "wins": "win"}.get(row["expect"], row["expect"]),
            "worth (95 %)": _condition_text(row),
            "verdict": marked(KEPT if bool(held) else BROKEN),
            "why": row["why"],
            "file": f"params/condition/{row['condition']}.yaml",
        }
        for (_, row), held in zip(table.iterrows(), _truth(table["holds"]), strict=True)
    ]
    return pd.DataFrame(found, columns=["condition", "it should", "worth (95 %)", "verdict", "why", "file"])


# --- assumptions -------------------------------------------------------------------------------------------------


def assumptions(scenarios: Sequence[Scenario]) -> pd.DataFrame:
    """Parameters whose source says that they are assumptions: parameter, value, unit, meaning.

    What the strategies have not in common has all their values, in their order.
    """
    if not scenarios:
        return pd.DataFrame(columns=["parameter", "value", "unit", "meaning"])
    kinds: dict[str, list[Any]] = {
        "world": [scenarios[0].world],
        "run": [scenarios[0].run],
        "strategy": [s.strategy for s in scenarios],
    }
    found = []
    for kind, values in kinds.items():
        for versions in zip(*(rows(kind, value) for value in values), strict=True):
            if "assumption" in versions[0]["source"]:
                said = list(dict.fromkeys(_text(version["value"]) for version in versions))
                value = said[0] if len(said) == 1 else " / ".join(_text(version["value"]) for version in versions)
                first = versions[0]
                found.append({"parameter": first["parameter"], "value": value, "unit": first["unit"],
                              "meaning": first["meaning"]})  # fmt: skip
    return pd.DataFrame(found, columns=["parameter", "value", "unit", "meaning"])


def assumptions_sentence(scenarios: Sequence[Scenario]) -> str:
    """How many parameters no evidence supports, of how many."""
    if not scenarios:
        return "No world was named."
    first = scenarios[0]
    total = sum(len(rows(kind, getattr(first, kind))) for kind in ("world", "run", "strategy"))
    found = assumptions(scenarios)
    return (
        f"{len(found)} of {total} parameters are assumptions that no evidence supports ({percent(len(found) / total)})."
    )


# --- parts -------------------------------------------------------------------------------------------------------


def _truth(column: pd.Series) -> pd.Series:
    """A column of yes and no as it is, or as a file says it."""
    return column.map(lambda value: str(value).strip().lower() in ("true", "1", "1.0")).astype(bool)


def _kind(verdict: str) -> str:
    return "none" if verdict == UNTESTED else "good" if verdict in _GOOD else "bad"


def marked(verdict: str) -> str:
    """A verdict with its mark: '● in band', '✕ outside'."""
    return f"{MARKS[_kind(verdict)]} {verdict}"


def show(table: pd.DataFrame) -> None:
    """Shows a table in a notebook, verdicts in their colour: blue or orange, never by colour alone."""
    from IPython.display import HTML, display

    with pd.option_context("display.max_colwidth", None):
        page = table.to_html(index=False, border=0, max_rows=None)
    for tag in ("th", "td"):
        page = page.replace(f"<{tag}>", f'<{tag} style="text-align: left">')
    for verdict in (INSIDE, OUTSIDE, KEPT, BROKEN, UNTESTED):
        kind = _kind(verdict)
        ink = DARK_ORANGE if kind == "bad" else COLOURS[kind]
        style = f"text-align: left; white-space: nowrap; font-weight: bold; color: {ink}"
        page = page.replace(
            f'<td style="text-align: left">{marked(verdict)}</td>',
            f'<td style="{style}">{marked(verdict)}</td>',
        )
    display(HTML(page))


def _rows(names: Sequence[str], field: str, limit: int = 270) -> alt.Y:
    """An axis with a named row for each whole number."""
    said = [even_lines(name, limit / 7) for name in names]
    tall = [row for row, lines in enumerate(said) if len(lines) > 1]
    axis = alt.Axis(
        values=list(range(len(names))),
        labelExpr=f"{json.dumps(said)}[datum.value]",
        labelLineHeight=15,
        labelOffset={"condition": {"test": f"indexof({tall}, datum.value) >= 0", "value": -8}, "value": 0},
        grid=False,
        ticks=False,
        domain=False,
        labelLimit=limit,
    )
    y = alt.Y(f"{field}:Q", title=None, axis=axis)
    return y.scale(domain=[max(len(names), 1) - 0.5, -0.5], nice=False, zero=False)


def _verdict(good: str, bad: str, present: set[str]) -> tuple[alt.Color, alt.Shape]:
    """Blue circle or orange cross, with one legend for both."""
    said = [verdict for verdict in (good, bad) if verdict in present]
    legend = alt.Legend(orient="top", title=None, values=said) if said else None
    colour = alt.Scale(domain=[good, bad], range=[COLOURS["good"], COLOURS["bad"]])
    shape = alt.Scale(domain=[good, bad], range=["circle", "M-1,-1L1,1M1,-1L-1,1"])
    return alt.Color("verdict:N", scale=colour, legend=legend), alt.Shape("verdict:N", scale=shape, legend=legend)


def _nothing(text: str, note: str) -> Chart:
    """A chart that says that there is nothing to draw."""
    empty = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_point(opacity=0).encode(alt.X("x:Q", axis=None))
    return titled(alt.layer(empty).properties(width=480, height=20), text, note, sized=True)
