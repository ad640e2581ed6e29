"""The verdicts of a notebook on its claims: shown at its end, the evidence kept as a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from sim.experiment.questions import evidence as measured
from sim.experiment.questions.evidence import Evidence
from sim.parameters import ParameterError, Scenario, load_comparison
from sim.parameters.claims import claims
from sim.report.notebook import Asked
from sim.report.words import money, number, percent

PROJECT = Path(__file__).resolve().parents[3]
RESULTS = PROJECT / "results" / "claims"  # what notebooks find: evidence by world and notebook


def verdicts(notebook: str, evidence: Iterable[Evidence], asked: Asked) -> pd.DataFrame:
    """The claims of a notebook with the verdict that its evidence gives, for people; the evidence is kept in a file.

    It is kept in `asked.out`, or in the project's results/claims where that is ''; in a folder of the world's name.

    Raises:
        ValueError: evidence on a claim that is not the notebook's, or none on one that is.
    """
    rows = measured.table(evidence)
    known, given = set(claims(notebook)), set(rows["claim"])
    if known != given:
        raise ValueError(f"{notebook}: no evidence on {sorted(known - given)}, unknown claims {sorted(given - known)}")
    keep(notebook, rows, asked)
    return _readable(rows)


def keep(notebook: str, rows: pd.DataFrame, asked: Asked) -> Path:
    """Writes the evidence, whole or not at all; returns the file."""
    from sim.report.save import staging

    out = Path(asked.out or RESULTS) / asked.scenarios[0].name
    with staging(out) as aside:
        kept = rows.assign(notebook=notebook, conditions=conditions(asked.scenarios))
        kept.to_csv(aside / f"{notebook}.csv", index=False, lineterminator="\n")
    return out / f"{notebook}.csv"


def conditions(scenarios: tuple[Scenario, ...]) -> str:
    """Under what the evidence was measured: '5,000 people, 156 weeks, 20 paired worlds, seed 1'."""
    first = scenarios[0]
    text = (
        f"{' and '.join(each.strategy_name for each in scenarios)}, {first.world.market.people:,} people, "
        f"{first.run.weeks} weeks, {first.run.replications} paired worlds, seed {first.run.seed}"
    )
    return text + ("; with parameters changed" if _changed(scenarios) else "")


def _changed(scenarios: tuple[Scenario, ...]) -> bool:
    """Whether anything differs from the files that ship, besides the size of the experiment."""
    first = scenarios[0]
    sizes = {"world.market.people": first.world.market.people}
    sizes |= {f"run.{name}": getattr(first.run, name) for name in ("weeks", "replications", "seed")}
    try:
        shipped = load_comparison(first.name, [each.strategy_name for each in scenarios], sizes)
    except ParameterError:  # files of one's own
        return True
    return tuple(shipped) != tuple(scenarios)


def _readable(rows: pd.DataFrame) -> pd.DataFrame:
    """Claim by claim: claim, what it says, verdict, in which settings, figures."""
    known = claims()
    found = measured.verdicts(rows)
    figures = {claim: "; ".join(_figure(row) for _, row in part.iterrows()) for claim, part in rows.groupby("claim")}
    return pd.DataFrame(
        {
            "claim": found["claim"],
            "says": [known[name].says for name in found["claim"]],
            "verdict": found["verdict"],
            "where": found["where"],
            "measured": [figures[name] for name in found["claim"]],
        }
    )


def _figure(row: pd.Series) -> str:
    """'difference of net present value: $3.1 k (2.0 k to 4.2 k), claimed above $0'."""
    unit = row["unit"]

    def text(value: float) -> str:
        if unit == "$":
            return money(value)
        if unit == "share":
            return percent(value)
        return f"{number(value)} {unit}".strip()

    setting = "" if row["setting"] == measured.BASE else f" ({row['setting']})"
    if pd.isna(row["value"]):
        return f"{row['measure']}{setting}: no value"
    interval = "" if row["low"] == row["high"] else f" ({text(row['low'])} to {text(row['high'])})"
    return f"{row['measure']}{setting}: {text(row['value'])}{interval}; claimed {row['claimed']}"
