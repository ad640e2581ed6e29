"""Tried points of a calibration on disk: parameters, facts and distance, a row each, with what they are points of."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.model.draws import Floats
from sim.parameters.errors import ParameterError


class Points:
    """points.csv: the points judged so far. Each new one is on disk before the next is awaited.

    Args:
        identity: of the calibration, as `digest` gives it: points of another one are refused.
    """

    def __init__(self, out: Path, parameters: list[str], facts: list[str], identity: str) -> None:
        self.path, self.parameters, self.facts, self.identity = out / "points.csv", parameters, facts, identity
        self.columns = ["calibration", "wave", "point", "distance", *parameters, *facts]
        self.rows: dict[tuple[int, int], list[Any]] = {}
        if not self.path.exists():
            return
        table = pd.read_csv(self.path, dtype={"calibration": str})
        if list(table.columns) != self.columns or (table["calibration"] != identity).any():
            raise ParameterError(
                f"out: {str(self.path)!r} holds the points of another calibration (other facts, parameters, settings "
                "or version of the model). Move it away, or name another folder."
            )
        self.rows = {(row[1], row[2]): list(row) for row in table.itertuples(index=False, name=None)}

    def missing(self, wave: int, values: Floats) -> list[int]:
        """Numbers of the points of a wave that are not judged yet."""
        for number, wanted in enumerate(values.tolist()):
            row = self.rows.get((wave, number))
            if row is not None and not np.allclose(row[4 : 4 + len(self.parameters)], wanted, rtol=1e-5, atol=0):
                raise ParameterError(f"out: point {number} of wave {wave} in {str(self.path)!r} was drawn otherwise.")
        return [number for number in range(len(values)) if (wave, number) not in self.rows]

    def add(self, wave: int, number: int, values: Floats, found: Mapping[str, float], far: float) -> None:
        """Keeps a point."""
        facts = [float(found[name]) for name in self.facts]
        self.rows[wave, number] = [self.identity, wave, number, far, *values.tolist(), *facts]
        table = pd.DataFrame([self.rows[key] for key in sorted(self.rows)], columns=self.columns)
        write(self.path, table.to_csv(index=False))

    def distances(self, wave: int) -> Floats:
        """Distances of a wave, in the order of its points."""
        return np.array([self.rows[key][3] for key in sorted(self.rows) if key[0] == wave])


def write(path: Path, text: str) -> None:
    """Aside and then renamed: nobody ever finds half a file."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as draft:
        draft.write(text)
    os.chmod(draft.name, 0o644)  # temporary files are private; this one is for everybody
    os.replace(draft.name, path)


def digest(content: Any) -> str:
    """Twelve hexadecimal digits that stand for what can be said in JSON."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
