"""Every notebook on the claims, small, in its own world and in another: it runs, is complete, and can be read.

What is small here decides nothing; it shows that every cell works whatever the world, and how pictures are made.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from sim.parameters import names
from sim.parameters.claims import claims
from sim.report import theme
from sim.report.publish import find_notebook, publish
from sim.report.questions import gathered

SMALL = {"people": 400, "weeks": 80, "replications": 2, "workers": 1}
SMALLEST = 13  # points of text on a picture 640 wide: 2 % of its width, a hand's width on a wall
WITHOUT_INTERVAL = ("on the network",)  # one story, drawn as it went


def cases() -> list[tuple[str, str]]:
    """Each notebook in its own world and in another; over all notebooks every world is there."""
    found = []
    for number, notebook in enumerate(gathered.notebooks()):
        own = gathered.own_world(notebook)
        others = [world for world in names("world") if world != own]
        found += [(notebook, world) for world in (own, others[number % 4])]
    return found


def specs(executed: Path) -> list[dict[str, Any]]:
    """The charts of an executed notebook."""
    cells = nbformat.read(executed, 4).cells
    return [out.data[theme.V5] for cell in cells for out in cell.get("outputs", []) if theme.V5 in out.get("data", {})]


def texts(spec: Any, key: str) -> list[Any]:
    """All values of a key in a specification, data aside."""
    found = []
    if isinstance(spec, dict):
        for name, value in spec.items():
            if name == key:
                found.append(value)
            if name not in ("datasets", "data"):
                found += texts(value, key)
    elif isinstance(spec, list):
        for value in spec:
            found += texts(value, key)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("notebook", "world"), cases())
def test_a_notebook_runs_in_this_world_and_leaves_evidence_on_all_its_claims(tmp_path, notebook, world):
    page = publish(find_notebook(notebook), tmp_path, SMALL | {"world": world, "out": str(tmp_path / "claims")}, False)
    rows = pd.read_csv(tmp_path / "claims" / world / f"{notebook}.csv")
    assert set(rows["claim"]) == set(claims(notebook))
    html = page.read_text(encoding="utf-8")
    assert not re.findall(r"(?:src|href)=[\"'](?:https?:)?//[^\"']*\.(?:js|css)", html)
    charts = specs(tmp_path / f"{notebook}.ipynb")
    assert len(charts) >= 3
    for spec in charts:
        title = theme.title(spec)
        assert title and not re.search(r"\bnan\b", title), title
        note = " ".join(spec["title"].get("subtitle", [])).replace("\N{NO-BREAK SPACE}", " ")
        assert "interval" in note or any(text in note + title for text in WITHOUT_INTERVAL), f"{title}: {note}"
        sizes = [size for size in texts(spec, "fontSize") if isinstance(size, int | float)]
        assert min(sizes, default=14) >= SMALLEST, title


@pytest.mark.parametrize("notebook", gathered.notebooks())
def test_no_result_is_typed_into_the_prose(notebook):
    """Numbers in the prose are names (S8), years of sources or counts of a design, never a result: no $, no %."""
    for cell in nbformat.read(find_notebook(notebook), 4).cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\$ ?\d|\d ?%|\d ?per cent", cell.source), cell.source


def test_every_claim_of_the_essays_is_there_once():
    assert [claim.number for claim in claims().values()] == list(range(1, 113))
