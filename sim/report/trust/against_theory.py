"""Known answers: theory beside simulation."""

from __future__ import annotations

import math

import altair as alt
import numpy as np
import pandas as pd

from sim.parameters import ParameterError
from sim.parameters.cases import load_case
from sim.report import theme
from sim.report.marks import Chart, dashed_rule, spread_apart, titled
from sim.report.trust.against_facts import _short
from sim.report.trust.parts import EDGE, FAILS, HOLDS, LIMIT, named_rows, nothing, truth, verdict_marks
from sim.report.words import number, percent


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
    n, broken = len(tested), int((~truth(tested["holds"])).sum())
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
        kept = int(truth(banded["holds"]).sum())
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
    tested["verdict"] = np.where(truth(tested["holds"]), HOLDS, FAILS)
    end = max(4.0, float(np.ceil(tested["z"].abs().max() + 0.3))) if rungs else 4.0
    tested["shown"] = tested["z"].clip(-EDGE, EDGE)
    scale = alt.Scale(domain=[-min(end, EDGE + 0.5), min(end, EDGE + 0.5)], nice=False, zero=False)
    x = alt.X("shown:Q", title="simulation less theory, standard errors", scale=scale, axis=alt.Axis(tickMinStep=1))
    y = named_rows([_title(rung) for rung in rungs], "row")
    band = pd.DataFrame({"from": [-LIMIT], "to": [LIMIT]})
    chart = alt.layer(
        alt.Chart(band).mark_rect(color=theme.BLUE, opacity=0.09).encode(alt.X("from:Q", scale=scale), alt.X2("to:Q")),
        dashed_rule(pd.DataFrame({"edge": [-LIMIT, LIMIT]}), x="edge"),
        alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=theme.SOFT).encode(x="zero:Q"),
        alt.Chart(tested[["shown", "row", "verdict"]])
        .mark_point(size=65, opacity=0.75, strokeWidth=2)
        .encode(x, y, *verdict_marks(HOLDS, FAILS, set(tested["verdict"]))),
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
        return nothing("The Bass curve was not run", "Add bass to known_answers.")
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
        return nothing("The desk with impatient callers was not run", "Add erlang_a to known_answers.")
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
                "holds": bool(truth(pd.Series([row["holds"]])).iloc[0]),
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
