"""The runs of a search, kept as they are made: what is on disk is never run again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.experiment.metrics import RUN_COLUMNS, summarize
from sim.experiment.pool import spread
from sim.experiment.sweep.store import Store, name_of
from sim.model.simulation import simulate
from sim.parameters import ParameterError, Scenario

Row = dict[str, float]


def one_run(scenario: Scenario, replication: int) -> Row:
    """The per-run row of one run."""
    return summarize(simulate(scenario, replication))


class Runs:
    """A folder of runs (`sim.experiment.sweep.store`), by all their parameters and the number of the paired world.

    So a search that was killed finds what it had run, and one with another file what is the same in both.

    Args:
        workers: processes; None for one a core.

    Raises:
        ParameterError: the folder holds the runs of another version of the model, or cannot be written to.
    """

    def __init__(self, out: Path, workers: int | None = None) -> None:
        self.store, self.workers = Store(out), workers
        self.store.tidy()
        self.rows: dict[tuple[str, int], Row] = {}
        if self.store.done():
            kept = self.store.ask(f"SELECT scenario, replication, {', '.join(RUN_COLUMNS)} FROM runs")
            for row in kept.to_dict("records"):
                key = str(row.pop("scenario")), int(row.pop("replication"))
                self.rows[key] = {str(name): float(value) for name, value in row.items()}

    def of(self, scenarios: Sequence[Scenario], replications: Iterable[int]) -> list[list[Row]]:
        """For each scenario a row a replication."""
        worlds = list(replications)
        names = [name_of(scenario) for scenario in scenarios]
        # World by world: a process draws the people and the network of a world once
        missing = {
            (name, world): scenario
            for world in worlds
            for name, scenario in zip(names, scenarios, strict=True)
            if (name, world) not in self.rows
        }
        tasks = [(self.store.folder, scenario, world) for (_, world), scenario in missing.items()]
        keys = list(missing)
        try:
            for number, row in spread(_run_and_keep, tasks, self.workers):
                self.rows[keys[number]] = row
        except OSError as error:
            raise ParameterError(
                f"out: {str(self.store.folder)!r}: {error.strerror or error}. What was run before is kept."
            ) from None
        return [[self.rows[name, world] for world in worlds] for name in names]


def _run_and_keep(folder: Path, scenario: Scenario, replication: int) -> Row:
    row = one_run(scenario, replication)
    Store(folder).add([{"scenario": name_of(scenario), "replication": replication, **row}])
    return row
