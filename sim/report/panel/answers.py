"""How the panel's questions are answered: a small world at once, then all worlds; answers are kept for a step back."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from sim.experiment.compare import Comparison, collect
from sim.experiment.pool import spread_while
from sim.experiment.replicate import Result, run_one, run_together
from sim.parameters import Scenario
from sim.report.panel.choices import Choices
from sim.report.panel.figures import Figures, alike, carried, of_comparison, of_small_world, shrunk

KEPT = 12  # exact answers, for steps back


@dataclass(frozen=True, eq=False)
class Answer:
    """An exact answer, with the small world that previews are carried on from."""

    comparison: Comparison
    figures: Figures
    small: Figures


class Answers:
    """Computes and keeps answers. One thread computes; any may look."""

    def __init__(self, workers: int | None) -> None:
        self.workers = workers
        self._kept: OrderedDict[Choices, Answer] = OrderedDict()
        self._last: Answer | None = None
        self._small: tuple[Choices, Figures] | None = None

    def known(self, choices: Choices) -> Answer | None:
        """The exact answer, if it is there."""
        return self._kept.get(choices)

    def preview(self, choices: Choices) -> Figures:
        """One small world, as a change from the last exact answer where there is one of the same size."""
        small = self._small_world(choices)
        last = self._last
        return carried(last.figures, last.small, small) if last is not None and alike(last.small, small) else small

    def exact(self, choices: Choices, stands: Callable[[], bool], progress: Callable[[float], None]) -> Answer | None:
        """The same runs as `whatif compare` makes; None where the question fell before they were done."""
        answer = self._kept.get(choices)
        if answer is None:
            scenarios = choices.scenarios()
            tasks = [([(one, world, False) for one in scenarios],) for world in range(scenarios[0].run.replications)]
            done: dict[int, list[Result]] = {}
            for number, results in spread_while(stands, run_together, tasks, self.workers):
                done[number] = results
                progress(len(done) / len(tasks))
            if len(done) < len(tasks):
                return None
            comparison = collect(scenarios, [result for number in range(len(tasks)) for result in done[number]])
            answer = Answer(comparison, of_comparison(comparison), self._small_world(choices))
        self._kept[choices] = answer
        self._kept.move_to_end(choices)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self._last = answer
        return answer

    def _small_world(self, choices: Choices) -> Figures:
        if self._small is None or self._small[0] != choices:
            scenarios = choices.scenarios()
            self._small = choices, of_small_world(scenarios, self.small_runs(scenarios))
        return self._small[1]

    def small_runs(
        self, scenarios: tuple[Scenario, ...], stands: Callable[[], bool] = lambda: True, world: int = 0
    ) -> list[Result]:
        """The scenarios in one small paired world, a process each; fewer results where the question fell."""
        tasks = [(shrunk(scenario), world, False) for scenario in scenarios]
        done = dict(spread_while(stands, run_one, tasks, self.workers))
        return [done[number] for number in sorted(done)]
