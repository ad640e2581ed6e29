"""All claims of the essays on one page: their verdicts, read from the evidence that the notebooks kept."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import altair as alt
import pandas as pd

from sim.experiment.questions import evidence as measured
from sim.parameters import ParameterError
from sim.parameters.claims import ESSAYS, claims
from sim.report import theme
from sim.report.marks import WIDTH, Chart, even_lines, titled
from sim.report.notebook import MARK
from sim.report.publish import find_notebook
from sim.report.questions.verdicts import PROJECT, RESULTS

PUBLISHED = PROJECT / "docs" / "claims"  # evidence as it was when the project was published
AGAIN = "again"  # folder, there and in results, of the same measured with another seed
UNTESTED, NOT_YET = "cannot be tested", "not measured yet"
ORDER = (measured.HOLDS, measured.DEPENDS, measured.FAILS, measured.UNDECIDED, measured.UNMEASURED)
# No colour of a strategy; light grey where nothing was found out
COLOURS = dict(zip(ORDER, (theme.GREEN, theme.ORANGE, theme.PURPLE, "#c4c4c4", "#ececec"), strict=True))
COLOURS |= {UNTESTED: "#f8f8f8", NOT_YET: "#ffffff"}
WORDS = {  # verdict -> how one claim and how several are said to have it
    measured.HOLDS: ("holds", "hold"),
    measured.DEPENDS: ("depends on a condition", "depend on a condition"),
    measured.FAILS: ("fails", "fail"),
    measured.UNDECIDED: ("is not decided at this size", "are not decided at this size"),
    measured.UNMEASURED: (
        "has nothing to be measured by in this world",
        "have nothing to be measured by in this world",
    ),
    UNTESTED: ("cannot be tested", "cannot be tested"),
    NOT_YET: ("is not measured yet", "are not measured yet"),
}


def notebooks() -> list[str]:
    """The notebooks that test claims, in reading order."""
    return sorted({claim.notebook for claim in claims().values()} - {""})


def own_world(notebook: str) -> str:
    """The world that a notebook is about unless told otherwise: the one in its parameters cell."""
    import nbformat

    cells = nbformat.read(find_notebook(notebook), 4).cells
    for statement in ast.parse(next(cell.source for cell in cells if cell.source.startswith(MARK))).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "world":
            return str(ast.literal_eval(statement.value))
    raise ValueError(f"{notebook}: its parameters name no world")


def evidence_of(world: str = "", folder: Path | None = None) -> pd.DataFrame:
    """All evidence kept for a world, or for each notebook's own: that of this machine, else the published one.

    Returns:
        The columns of `evidence.COLUMNS`, notebook, conditions, and origin ('here' or 'as published').
    """
    found = []
    for notebook in notebooks():
        for origin, root in (("here", folder or RESULTS), ("as published", PUBLISHED)):
            path = root / (world or own_world(notebook)) / f"{notebook}.csv"
            if path.is_file():
                found.append(_read(path).assign(origin=origin))
                break
    if not found:
        return pd.DataFrame(columns=[*measured.COLUMNS, "notebook", "conditions", "origin"])
    return pd.concat(found, ignore_index=True)


def stability() -> str:
    """How many of the published verdicts and figures come out the same with another seed: how sure is the whole?"""
    first, second = (
        pd.concat([_read(root / own_world(name) / f"{name}.csv") for name in notebooks()], ignore_index=True)
        for root in (PUBLISHED, PUBLISHED / AGAIN)
    )
    return stability_of(first, second)


def stability_of(first: pd.DataFrame, second: pd.DataFrame) -> str:
    """The same of two tables of evidence with the columns of `evidence.COLUMNS`."""
    one, other = ({name: verdict for name, (verdict, _) in _by_claim(rows).items()} for rows in (first, second))
    same = sum(other.get(name) == verdict for name, verdict in one.items())
    both = first.merge(second, on=["claim", "setting", "measure"], suffixes=("", "_again"))
    shown = (measured.AS_CLAIMED, measured.CONTRARY)
    decided = both[both["outcome"].isin(shown) & both["outcome_again"].isin(shown)]
    turned = int((decided["outcome"] != decided["outcome_again"]).sum())
    kept = int((both["outcome"] == both["outcome_again"]).sum())
    many = "" if turned > 1 else "s"
    return (
        f"Measured again with another seed, {same} of {len(one)} verdicts and {kept} of {len(both)} figures come out "
        f"the same; {turned or 'none'} of the figures turn{many} from as claimed to the contrary or back."
    )


def _read(path: Path) -> pd.DataFrame:
    try:
        rows = pd.read_csv(path, keep_default_na=True, dtype={"unit": str}).fillna({"unit": ""})
    except (OSError, ValueError) as error:
        raise ParameterError(f"claims: {str(path)!r} is not a table of evidence: {error}") from None
    missing = [column for column in (*measured.COLUMNS, "notebook", "conditions") if column not in rows]
    if missing:
        raise ParameterError(f"claims: {str(path)!r} has no column {', '.join(missing)}; run its notebook again")
    return rows


def gathered(rows: pd.DataFrame) -> pd.DataFrame:
    """Every claim of the essays: claim, essay, says, verdict, where, notebook. Without evidence: 'not measured yet'."""
    verdicts = _by_claim(rows)
    table = []
    for name, claim in claims().items():
        verdict, where = verdicts.get(name, (NOT_YET, "")) if claim.notebook else (UNTESTED, claim.why)
        table.append({"claim": name, "essay": ESSAYS[claim.essay], "says": claim.says, "verdict": verdict,
                      "where": where, "notebook": claim.notebook})  # fmt: skip
    return pd.DataFrame(table)


def _by_claim(rows: pd.DataFrame) -> dict[str, tuple[str, str]]:
    found = measured.verdicts(rows)
    return dict(zip(found["claim"], zip(found["verdict"], found["where"], strict=True), strict=True))


def sentence(table: pd.DataFrame) -> str:
    """How many claims hold, depend, fail, and how many could not be told or tested."""
    tested, rest = _counted(table, ORDER), _counted(table, (UNTESTED, NOT_YET))
    measured_ones = int(table["verdict"].isin(ORDER).sum())
    said = f"Of {len(table)} claims {measured_ones} were measured: {', '.join(tested) or 'none'}."
    return said + (f" Of the others {' and '.join(rest)}." if rest else "")


def headline(table: pd.DataFrame) -> str:
    """The finding over all claims: the title of the chart."""
    tested = int(table["verdict"].isin(ORDER).sum())
    if not tested:
        return "No claim is measured yet"
    return f"Of {tested} claims measured {', '.join(_counted(table, ORDER[:3])) or 'none is decided'}"


def _counted(table: pd.DataFrame, verdicts: Sequence[str]) -> list[str]:
    """'7 hold', '1 depends on a condition': the verdicts that occur, with their numbers."""
    counts = table["verdict"].value_counts()
    return [f"{counts[name]} {WORDS[name][int(counts[name] != 1)]}" for name in verdicts if name in counts.index]


def origins(rows: pd.DataFrame) -> str:
    """Where the evidence is from, in one sentence for each way it was measured."""
    said = []
    for (origin, conditions), part in rows.groupby(["origin", "conditions"], sort=False):
        where = "Measured here" if origin == "here" else "As published"
        said.append(f"{where}: {', '.join(dict.fromkeys(part['notebook']))} ({conditions}).")
    return " ".join(said) or "Nothing is measured yet: run the notebooks, or `make claims`."


def chart(table: pd.DataFrame) -> Chart:
    """How many claims of each essay hold, depend, fail or could not be told."""
    counts = table.groupby(["essay", "verdict"]).size().rename("n").reset_index()
    order = [verdict for verdict in COLOURS if verdict in set(counts["verdict"])]
    counts["place"] = counts["verdict"].map({verdict: place for place, verdict in enumerate(order)})
    counts = counts.sort_values(["essay", "place"])
    counts["end"] = counts.groupby("essay")["n"].cumsum()
    counts["start"] = counts["end"] - counts["n"]
    counts["middle"] = (counts["start"] + counts["end"]) / 2
    counts["label"] = ["|".join(even_lines(essay, 26)) for essay in counts["essay"]]
    lines = alt.Axis(ticks=False, domain=False, labelLimit=320, labelExpr="split(datum.value, '|')")
    y = alt.Y("label:N", title=None, sort=None, axis=lines)
    scale = alt.Scale(domain=order, range=[COLOURS[verdict] for verdict in order])
    on = alt.Chart(counts)
    bars = on.mark_bar(height=30, stroke=theme.SOFT, strokeWidth=0.7).encode(
        alt.X("start:Q", title="claims", axis=alt.Axis(tickMinStep=1)), alt.X2("end:Q"), y,
        alt.Color("verdict:N", scale=scale, title=None, legend=alt.Legend(columns=4)),
    )  # fmt: skip
    numbers = on.mark_text(fontSize=14).encode(alt.X("middle:Q", title="claims"), y, text="n:Q")
    layered = alt.layer(bars, numbers).properties(width=WIDTH - 120, height=62 * counts["essay"].nunique())
    note = "Claims of each essay by verdict; a claim holds, fails or depends by 95 % intervals over paired worlds."
    return titled(layered, headline(table), note, sized=True, width=WIDTH + 100)
