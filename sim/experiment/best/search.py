"""The search: each contender's own best, then the best for as much money, then all of them in other worlds.

The trials of a contender are a study of Optuna, asked and told four at a time. All trials of all contenders are run in
the same paired worlds, so that they differ by what was tried and not by luck. Runs are kept on disk
(`sim.experiment.best.runs`) and the study is not: stopped, the search is done again from its beginning, which asks the
same, finds what was run, and goes on where it was.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from zlib import crc32

import numpy as np
from tqdm import tqdm

from sim.experiment.best.plan import Contender, Lever, Plan, with_values
from sim.experiment.best.runs import Row, Runs
from sim.experiment.best.spend import spend
from sim.model.draws import Floats
from sim.parameters import Scenario

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

BATCH = 4  # trials on their way at once
SHIPPED, OWN, EQUAL = "as shipped", "own best", "equal spend"


@dataclass(frozen=True, eq=False)
class Tried:
    """A trial: what was tried, and what came of it in each of the worlds of the search.

    Attributes:
        way: what was searched for, `OWN` or `EQUAL`.
        spent: $, by replication.
    """

    contender: str
    way: str
    scenario: Scenario
    values: dict[str, float | int]
    npv: Floats
    spent: Floats

    @property
    def mean(self) -> float:
        return float(self.npv.mean())


@dataclass(frozen=True, eq=False)
class Place:
    """A contender as shipped, at its own best or at its best for as much money, judged in fresh worlds.

    Attributes:
        first: what the search began with: as it ships, or another contender's best; of that one, in the search.
        here: the same for this place.
        rows: of the per-run table, one a fresh world.
    """

    contender: Contender
    way: str
    first: Tried
    here: Tried
    rows: tuple[Row, ...]

    @property
    def npv(self) -> Floats:
        """$, by fresh world."""
        return np.array([row["npv"] for row in self.rows])

    def spent(self, way: str = "") -> Floats:
        """$, by fresh world, in one of the ways of `sim.experiment.best.spend` or in all."""
        parts = [spend(row, self.here.scenario) for row in self.rows]
        return np.array([part[way] if way else sum(part.values()) for part in parts])


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found.

    Attributes:
        budget: $ that the others may spend beyond the baseline's own best; None where that was not asked, or where
            the second contender spends less than the baseline.
        tried: every trial, contender by contender.
        places: what was judged. A contender whose own best costs no more than the budget has it as its `EQUAL` too;
            one that found no way to spend as little has none.
    """

    plan: Plan
    budget: float | None
    tried: tuple[Tried, ...]
    places: tuple[Place, ...]

    def place(self, contender: str, way: str) -> Place | None:
        """One of the places."""
        return next((one for one in self.places if (one.contender.name, one.way) == (contender, way)), None)

    def of(self, contender: str, way: str) -> Place:
        """One that is always there: `SHIPPED` or `OWN`."""
        found = self.place(contender, way)
        assert found is not None
        return found


def search(plan: Plan, out: Path, workers: int | None = None, progress: bool | TextIO = True) -> Found:
    """Searches, or goes on searching, in the folder `out`; the result is the same however often it was stopped.

    Args:
        workers: processes; None for one a core.

    Raises:
        ParameterError: the folder holds the runs of another version of the model, or cannot be written to.
    """
    runs = Runs(out, workers)
    most = sum(map(plan.number, plan.contenders)) + sum(plan.number(c, again=True) for c in plan.contenders[1:])
    with tqdm(
        total=most + 3 * len(plan.contenders), desc="searching", unit="trial", disable=progress is False,
        file=progress if not isinstance(progress, bool) else sys.stderr, ncols=88, mininterval=0.5, smoothing=0.1,
    ) as bar:  # fmt: skip
        found = _Search(plan, runs, bar)
        for contender in plan.contenders:
            found.own_best(contender)
        if plan.equal_spend is not False:
            found.equal_spend()
        result = found.judged()
    runs.store.tidy()
    return result


def _distribution(lever: Lever) -> BaseDistribution:
    from optuna.distributions import FloatDistribution, IntDistribution

    low, high, log, integer = lever.range
    return IntDistribution(int(low), int(high), log) if integer else FloatDistribution(low, high, log)


class _Search:
    """What is known so far."""

    def __init__(self, plan: Plan, runs: Runs, bar: Any) -> None:
        self.plan, self.runs, self.bar = plan, runs, bar
        self.tried: dict[tuple[str, str], list[Tried]] = {}
        self.best: dict[tuple[str, str], Tried] = {}
        self.budget: float | None = None

    def own_best(self, contender: Contender) -> None:
        """Whatever it costs, beginning with the strategy as it ships or with another's best."""
        start = contender.scenario
        if contender.of:
            start = self.best[contender.of, OWN].scenario.model_copy(update={"strategy_name": contender.name})
        tried = self._trials(contender, OWN, start, self.plan.number(contender), [])
        self.tried[contender.name, OWN] = tried
        self.best[contender.name, OWN] = max(tried, key=lambda one: one.mean)  # the first of equals

    def equal_spend(self) -> None:
        """With no more money than the second contender spends beyond the baseline."""
        plan = self.plan
        asked = plan.equal_spend
        budget = self._beyond(self.best[plan.rival.name, OWN]) if asked is True else float(asked)
        if budget > 0:
            self.budget = budget
        for contender in plan.contenders[1:]:
            before, own = self.tried[contender.name, OWN], self.best[contender.name, OWN]
            number = plan.number(contender, again=True)
            if budget <= 0 or self._beyond(own) <= budget:
                self.bar.total -= number
                self.bar.refresh()
                if budget > 0:
                    self.best[contender.name, EQUAL] = own
                continue
            tried = self._trials(contender, EQUAL, before[0].scenario, number, before)
            self.tried[contender.name, EQUAL] = tried
            within = [one for one in [*before, *tried] if self._beyond(one) <= budget]
            if within:
                self.best[contender.name, EQUAL] = max(within, key=lambda one: one.mean)

    def judged(self) -> Found:
        """The places reached, in worlds that the search has not seen."""
        plan, places = self.plan, []
        for contender in plan.contenders:
            first = self.tried[contender.name, OWN][0]
            shipped = self._tried(contender, SHIPPED, [contender.scenario])[0] if contender.of else first
            reached = {SHIPPED: shipped}
            for way in (OWN, EQUAL):
                if (contender.name, way) in self.best:
                    reached[way] = self.best[contender.name, way]
            places += [(contender, way, first, here) for way, here in reached.items()]
        worlds = range(plan.replications, plan.replications + plan.fresh)
        rows: list[list[Row]] = []
        self.bar.total += len(places) - 3 * len(plan.contenders)
        for start in range(0, len(places), BATCH):
            some = places[start : start + BATCH]
            rows += self.runs.of([here.scenario for *_, here in some], worlds)
            self.bar.update(len(some))
        judged = [Place(*place, tuple(row)) for place, row in zip(places, rows, strict=True)]
        return Found(plan, self.budget, tuple(one for each in self.tried.values() for one in each), tuple(judged))

    def _beyond(self, one: Tried) -> float:
        """$ spent beyond the baseline's own best, mean over the worlds of the search."""
        return float((one.spent - self.best[self.plan.baseline.name, OWN].spent).mean())

    def _trials(
        self, contender: Contender, way: str, start: Scenario, number: int, before: Sequence[Tried]
    ) -> list[Tried]:
        """So many new trials of a contender, after those that there were."""
        import optuna

        from sim.experiment.best.sampler import Gaussian

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        space = {lever.key: _distribution(lever) for lever in contender.levers}
        design = max(3, -(-number // 3))
        seed = self.plan.seed + crc32(contender.name.encode())
        study = optuna.create_study(direction="maximize", sampler=Gaussian(contender, space, design, seed))
        for one in before:
            limits = {"spend": self._beyond(one) - self.budget} if self.budget is not None else None
            study.add_trial(
                optuna.trial.create_trial(params=one.values, distributions=space, value=one.mean, constraints=limits)
            )
        if not before:
            study.enqueue_trial(contender.values(start))
        found: list[Tried] = []
        self.bar.set_description(contender.name)
        at_once = max(2, min(BATCH, len(contender.levers)))  # few levers have few trials to learn from
        while len(found) < number:
            asked = [study.ask(space) for _ in range(min(at_once, number - len(found)))]
            some = self._tried(contender, way, [with_values(start, trial.params) for trial in asked])
            for trial, one in zip(asked, some, strict=True):
                if before and self.budget is not None:
                    trial.set_constraint("spend", self._beyond(one) - self.budget)
                study.tell(trial, one.mean)
            found += some
            self.bar.update(len(some))
        return found

    def _tried(self, contender: Contender, way: str, scenarios: Sequence[Scenario]) -> list[Tried]:
        found = []
        rows = self.runs.of(scenarios, range(self.plan.replications))
        for scenario, each in zip(scenarios, rows, strict=True):
            npv = np.array([row["npv"] for row in each])
            spent = np.array([sum(spend(row, scenario).values()) for row in each])
            found.append(Tried(contender.name, way, scenario, contender.values(scenario), npv, spent))
        return found
