"""What is chosen in the panel, as values that never change: a step back is the value before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.parameters import ParameterError, Scenario
from sim.parameters.errors import shown
from sim.report.notebook import check

SIZES = {"people": 10_000, "weeks": 156, "replications": 10, "seed": 1}
TWO = ("cost_center", "profit_center")


@dataclass(frozen=True)
class Choices:
    """A world, two strategies, what is changed in them by dotted key, and the size of the run."""

    world: str = "online_retail"
    strategies: tuple[str, ...] = TWO
    changes: Mapping[str, Any] = field(default_factory=dict)
    people: int = SIZES["people"]
    weeks: int = SIZES["weeks"]
    replications: int = SIZES["replications"]
    seed: int = SIZES["seed"]

    @classmethod
    def of(cls, given: Mapping[str, Any], origin: str = "") -> Choices:
        """From the parameters of a notebook or a scenario file, judged as everywhere.

        Args:
            origin: of the values, for errors: the name of a file; '' for a notebook's parameters.

        Raises:
            ParameterError: a value that is not allowed, or other than two strategies.
        """
        option = f"{origin}, {{}}" if origin else "notebook parameter {}"
        names = {key: given[key] for key in ("world", "strategies", "changes") if key in given}
        scenarios = check(dict(SIZES) | dict(given), option.format("changes"), option).scenarios
        if len(scenarios) != 2:
            raise ParameterError(
                f"{option.format('strategies')}: got {shown(given['strategies'])}; allowed: two, side by side"
            )
        run, people = scenarios[0].run, scenarios[0].world.market.people
        if run.precision is not None:
            raise ParameterError(
                f"{option.format('precision')}: got {shown(run.precision)}; allowed: null, the panel runs as many "
                "worlds as `replications` says"
            )
        changes = {str(key): value for key, value in (names.get("changes") or {}).items()}
        # What has a name of its own goes by that
        sizes = {"people": people, "weeks": run.weeks, "replications": run.replications, "seed": run.seed}
        for key in ("world.market.people", *(f"run.{name}" for name in SIZES)):
            changes.pop(key, None)
        return cls(names.get("world", cls.world), tuple(names.get("strategies", TWO)), changes, **sizes)

    def given(self) -> dict[str, Any]:
        """The same as parameters of notebook 01 and of a scenario file."""
        return {
            "world": self.world, "strategies": list(self.strategies), "changes": dict(self.changes),
            "people": self.people, "weeks": self.weeks, "replications": self.replications, "seed": self.seed,
        }  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.world, self.strategies, self.people, self.weeks, self.replications, self.seed))

    def scenarios(self) -> tuple[Scenario, ...]:
        """What they stand for.

        Raises:
            ParameterError: a value that is not allowed, such as one that two controls forbid each other.
        """
        return check(self.given(), "the panel,", "the panel, {}").scenarios

    def label(self, side: int) -> str:
        """The name under which a strategy runs: that of its file."""
        return Path(self.strategies[side]).stem if self.strategies[side].endswith((".yaml", ".yml")) else (
            self.strategies[side]
        )  # fmt: skip

    def changed(self, key: str, value: Any) -> Choices:
        """With one parameter at another value; said last, it counts last."""
        return replace(self, changes={k: v for k, v in self.changes.items() if k != key} | {key: value})

    def with_world(self, world: str) -> Choices:
        """In another world, as its file says it."""
        return replace(self, world=world, changes=self._without(["world."]))

    def with_strategy(self, side: int, strategy: str) -> Choices:
        """With another strategy on one side, as its file says it. One that is there already changes places."""
        two = list(self.strategies)
        if strategy in two and two[side] != strategy:
            return replace(self, strategies=tuple(reversed(two)))
        two[side] = strategy
        chosen = replace(self, strategies=tuple(two))
        gone = [f"{label}." for label in (self.label(side), chosen.label(side))]
        return replace(chosen, changes=self._without(gone))

    def _without(self, prefixes: Iterable[str]) -> dict[str, Any]:
        return {key: value for key, value in self.changes.items() if not key.startswith(tuple(prefixes))}


@dataclass(frozen=True)
class History:
    """What was chosen before and, after a step back, since. A drag of one control is one step."""

    present: Choices
    past: tuple[Choices, ...] = ()
    future: tuple[Choices, ...] = ()
    dragged: str = ""

    def move(self, choices: Choices, of: str = "") -> History:
        """The next choice; `of` names the control that is being dragged, whose moves are one step until `settle`."""
        if choices == self.present:
            return self
        past = self.past if of and of == self.dragged else (*self.past, self.present)
        return History(choices, past, (), of)

    def settle(self) -> History:
        """The drag is over: the next move is a step of its own."""
        return replace(self, dragged="")

    def undo(self) -> History:
        """One step back, if there is one."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redo(self) -> History:
        """One step forward again, if one was taken back."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])
