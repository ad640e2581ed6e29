"""Runs on disk, named by what they are runs of: append-only Parquet shards, asked by DuckDB.

A run's name is a digest of all its parameters and of the model's version, with the number of its paired world. So a run
that is there need not be run again, whoever ran it for whatever sweep, and two stores are merged by copying shards.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.experiment.points import digest, write
from sim.model.version import VERSION
from sim.parameters import ParameterError, Scenario

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1
FEW = 512  # shards; more are joined into one when a sweep is done


def name_of(scenario: Scenario) -> str:
    """Twelve hexadecimal digits for a scenario: all that its runs hang on besides the number of the paired world."""
    told = scenario.model_dump(mode="json")
    for text in ("title", "story"):
        told["world"].pop(text, None)
        told["strategy"].pop(text, None)
    run = {key: told["run"][key] for key in ("weeks", "seed", "discount_rate")}
    return digest([VERSION, told["world"], told["strategy"], run])


class Store:
    """A folder of runs: store.json (what may be in it), runs/*.parquet (scenario, replication, and what came of it).

    Beside them sharpened/*.csv: where points were put after a sweep, by a digest of what that was decided on.

    Args:
        folder: made if it is not there.

    Raises:
        ParameterError: the folder holds the runs of another version of the model, or cannot be written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.shards = Path(folder), Path(folder) / "runs"
        self.sharpened = self.folder / "sharpened"
        identity = {"format": FORMAT, "model": VERSION}
        try:
            self.shards.mkdir(parents=True, exist_ok=True)
            card = self.folder / "store.json"
            if not card.exists():
                write(card, json.dumps(identity) + "\n")
            found = json.loads(card.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            problem = getattr(error, "strerror", None) or error
            raise ParameterError(f"out: {str(folder)!r} cannot hold runs: {problem}.") from None
        if found != identity:
            raise ParameterError(
                f"out: {str(folder)!r} holds runs of another version ({found}); this one is {identity}. "
                "Nothing was changed: move it away, or name another folder."
            )

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Keeps runs, a row each with `scenario` and `replication`: all of them, or, if that fails, none."""
        import pyarrow as pa

        self._write(pa.Table.from_pylist(rows))  # a frame in between would take as long as the rest

    def _write(self, table: pa.Table) -> Path:
        import pyarrow.parquet as pq

        handle, draft = tempfile.mkstemp(dir=self.shards, suffix=".partial")
        os.close(handle)
        try:
            pq.write_table(table, draft)
            os.chmod(draft, 0o644)
            shard = self.shards / f"{uuid.uuid4().hex}.parquet"
            os.replace(draft, shard)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        return shard

    def ask(self, question: str, **tables: pd.DataFrame) -> pd.DataFrame:
        """The answer to a question in SQL over the table `runs` (each run once) and others given by name."""
        import duckdb

        with duckdb.connect() as database:
            if not any(self.shards.glob("*.parquet")):
                database.execute("CREATE VIEW runs AS SELECT '' AS scenario, 0 AS replication, 0.0 AS npv WHERE false")
            else:
                pattern = str(self.shards / "*.parquet").replace("'", "''")
                database.execute(
                    # The same run may have been done twice, on two machines: then both rows are the same
                    f"CREATE VIEW runs AS SELECT DISTINCT ON (scenario, replication) * "
                    f"FROM read_parquet('{pattern}', union_by_name = true)"
                )
            for name, table in tables.items():
                database.register(name, table)
            return database.execute(question).df()

    def done(self) -> set[tuple[str, int]]:
        """(scenario, replication) of the runs that are there."""
        found = self.ask("SELECT scenario, replication FROM runs")
        return set(zip(found["scenario"], found["replication"].astype(int), strict=True))

    def merge(self, others: Iterable[Path]) -> int:
        """Takes over the runs of other stores; returns how many are new."""
        before = len(self.done())
        for folder in others:
            if not (Path(folder) / "store.json").is_file():
                raise ParameterError(f"merge: {str(folder)!r} holds no runs; allowed: the folder of a sweep.")
            other = Store(folder)
            for file in (*other.shards.glob("*.parquet"), *other.sharpened.glob("*.csv")):
                target = self.folder / file.parent.name / file.name
                if not target.exists():
                    target.parent.mkdir(exist_ok=True)
                    draft = target.with_suffix(".partial")
                    shutil.copyfile(file, draft)
                    os.replace(draft, target)
        return len(self.done()) - before

    def tidy(self) -> None:
        """Removes what a killed process left half-written, and joins very many shards into one."""
        for draft in self.shards.glob("*.partial"):
            draft.unlink(missing_ok=True)
        shards = list(self.shards.glob("*.parquet"))
        if len(shards) > FEW:
            import pyarrow as pa

            joined = self.ask("SELECT * FROM runs ORDER BY scenario, replication")
            self._write(pa.Table.from_pandas(joined, preserve_index=False))
            for shard in shards:  # the joined one is in place: whoever is stopped here has runs twice, which is allowed
                shard.unlink()
