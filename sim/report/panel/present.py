"""The charts on the screen as files for a talk: PNG at twice its size, SVG, and slides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.report.panel import pictures, screen, tornado
from sim.report.panel.answers import Answer
from sim.report.panel.tornado import Swing
from sim.report.save import staging
from sim.report.sentences import pairing, verdict

SHOWN = ("customers", "cash", "lenses")


def present(answer: Answer, swings: Sequence[Swing], folder: Path) -> list[str]:
    """Writes charts, verdict and slides to `folder`; returns the names of the files. No tornado without swings."""
    from sim.report import charts, theme
    from sim.report.deck import story, wording
    from sim.report.deck.write import loose
    from sim.report.export import as_slide

    told = story.first(answer.comparison)

    drawn = {name: charts.ALL[name](answer.comparison) for name in SHOWN}
    if swings:
        drawn["tornado"] = pictures.still("tornado", *screen.of_tornado(swings, answer.figures, tornado.WORLDS))
        told.append(as_slide(drawn["tornado"], "tornado"))
    noted = [(slide, wording.speaker(slide.notes, answer.comparison)) for slide in told]
    text = f"{verdict(answer.comparison)}\n{pairing(answer.comparison)}\n"
    with staging(folder) as aside:
        for name, chart in drawn.items():
            (aside / f"{name}.png").write_bytes(theme.png(chart))
            (aside / f"{name}.svg").write_text(theme.svg(chart), encoding="utf-8")
        (aside / "verdict.txt").write_text(text, encoding="utf-8")
        loose(noted, wording.source(answer.comparison), aside / "slides.pptx")
        return sorted(path.name for path in aside.iterdir())
