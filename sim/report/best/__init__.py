"""Each strategy at its own best, and at equal spend: what the notebook and the command ask for.

words.py says it, picture.py draws it; here it is searched for and kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from sim.experiment.best import judge
from sim.experiment.best.plan import Plan
from sim.experiment.best.read import read_plan
from sim.experiment.best.search import OWN, Found
from sim.experiment.best.search import search as run_search
from sim.parameters.files import dump
from sim.report import theme
from sim.report.best.picture import chart
from sim.report.best.words import advertising, caution, remarks, sentences, table, verdict
from sim.report.save import staging
from sim.report.words import plain

__all__ = [
    "advertising", "caution", "chart", "folder", "remarks", "run", "save", "search", "sentences", "table", "verdict",
]  # fmt: skip


def search(
    name: str = "support", out: str | Path = "", workers: int | None = None, progress: bool | TextIO = True
) -> Found | None:
    """The search of a file of params/best (or any .yaml file): what was run is read, what was not is run.

    Args:
        name: '' for none: then verdict, chart, table and save have nothing to show.
        out: folder of the runs; '' for results/best/ and the file's name.

    Raises:
        ParameterError: with a line for each thing in the file that is not allowed.
    """
    return run(read_plan(name), out, workers, progress) if name else None


def run(plan: Plan, out: str | Path = "", workers: int | None = None, progress: bool | TextIO = True) -> Found:
    """The same for a plan that was read."""
    theme.setup()
    return run_search(plan, folder(plan, out), workers, progress)


def folder(plan: Plan, out: str | Path = "") -> Path:
    """Where a plan's runs and results are kept."""
    return Path(out or f"results/best/{plan.name}")


def save(found: Found | None, out: str | Path = "") -> list[str]:
    """Writes verdict, tables, chart, and each strategy at its own best, ready to be compared; returns the files' names.

    All of them are written aside first: there is never half a file.
    """
    picture = chart(found)
    if found is None or picture is None:
        return []
    texts = {"verdict.txt": "\n\n".join(plain(text) for text in sentences(found)) + "\n"}
    texts["best.csv"] = judge.table(found).to_csv(index=False, lineterminator="\n")
    texts["trials.csv"] = judge.trials(found).to_csv(index=False, lineterminator="\n")
    for place in found.places:
        if place.way == OWN:
            title = f"{place.contender.title}, at its best"
            texts[f"strategy/{place.contender.name}.yaml"] = dump(
                place.here.scenario.strategy.model_copy(update={"title": title})
            )
    texts["charts/best.svg"] = theme.svg(picture)
    with staging(folder(found.plan, out)) as aside:
        for name in ("strategy", "charts"):
            (aside / name).mkdir()
        for name, text in texts.items():
            (aside / name).write_text(text, encoding="utf-8")
        (aside / "charts" / "best.png").write_bytes(theme.png(picture))
    return [*texts, "charts/best.png"]
