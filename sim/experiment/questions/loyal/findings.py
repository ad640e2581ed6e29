"""The arms of the questions of loyalty: one thing changed in each, all in the same paired worlds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import pandas as pd

from sim.experiment.questions.arms import Measure, arm, mean_of, run_arms
from sim.experiment.questions.loyal.measures import measure, measure_entry
from sim.experiment.questions.loyal.relived import thanked, watch
from sim.parameters.scenario import Scenario

ENTRIES = (0.0, 0.25, 0.5, 0.75, 1.0)  # the rival enters after so much of the horizon; 1: never within it
RIVALS = (1, 2, 8)
DEALS = (0.1, 0.2, 0.4)  # share off a newcomer's first order
DEAL = 0.2  # the one that is looked at closely
AWARE = {"nobody sees them": 0.0, "some see them": None, "everybody sees them": 1.0}  # None: the world's own share
UNFAIRNESS = 6.0  # utility a share of price, where a world has none: that of the wireless world
SAVES = (0.1, 0.2, 0.5, 1.0)  # share off the next order of one about to leave
SAVE = 0.2
ASKED_BACK = 6.0  # contacts a year with each former customer
WAKES = (0.0, 0.02, 0.05, 0.1)  # probability that a gesture makes a customer look around
MORE_ADVERTISING = 1.5  # times
FAST, STILL = 0.3, 0.0  # utility a year by which the rival improves
RATCHET, EXPECTS = 0.4, 0.5  # expectation that follows treatment; weight of what falls short, where a world has none
SMALL = 4  # the small firm is this much smaller
DISCOUNT, SAVE_DESK, WIN_BACK = (
    "strategy.promotion.newcomer_discount", "strategy.relationship.save_desk", "strategy.relationship.win_back",
)  # fmt: skip
ONE, OTHER = "one", "other"  # the first strategy asked for, and the last


def called(what: str, strategy: str = ONE) -> str:
    """The name of an arm."""
    return f"{what} / {strategy}"


@dataclass(frozen=True)
class Findings:
    """What was measured.

    Attributes:
        scenarios: as asked for; the first strategy is `ONE`, the last `OTHER`.
        runs: a row an arm and replication, see `measures.measure`.
        entered: the same for the arms of `ENTRIES`, with the customers every few weeks.
        thanked: the same where loyal customers are thanked, an arm for each of `WAKES`.
        watched: see `relived.watch`.
    """

    scenarios: tuple[Scenario, ...]
    runs: pd.DataFrame
    entered: pd.DataFrame
    thanked: pd.DataFrame
    watched: pd.DataFrame

    @property
    def weeks(self) -> int:
        """The horizon."""
        return self.scenarios[0].run.weeks

    @property
    def titles(self) -> dict[str, str]:
        """What the two strategies are called."""
        pair = self.scenarios[0], self.scenarios[-1]
        said = [each.strategy.title.strip() or each.strategy_name for each in pair]
        said = said if said[0] != said[1] else [each.strategy_name for each in pair]
        return dict(zip((ONE, OTHER), said, strict=True))


def ask(scenarios: Sequence[Scenario], workers: int | None = None, progress: bool | TextIO = True) -> Findings:
    """Runs everything. The first and the last strategy are compared; deals and offers are tried on the first."""
    pair = {ONE: grounded(scenarios[0]), OTHER: grounded(scenarios[-1])}

    def run(arms: Sequence[Scenario], of: Measure = measure) -> pd.DataFrame:
        return run_arms(arms, of, workers, progress)

    runs = run([*both(pair), *first(pair[ONE])])
    agents = max(mean_of(runs, "agents", called("small")).mean, 0.01)
    capped = {"strategy.staffing.cap": agents}
    more = run(
        [made(pair[ONE], "small, capped", smaller(pair[ONE]) | capped), made(pair[ONE], "large, capped", capped)]
    )
    return Findings(
        tuple(scenarios),
        _joined(runs, more),
        run(list(entries(pair)), measure_entry),
        run(
            [made(pair[ONE], f"thanked, {wakes:g} wake", {"world.choice.awakening": wakes}) for wakes in WAKES], thanked
        ),
        run(list(looked_at(pair[ONE])), watch),
    )


def _joined(*tables: pd.DataFrame) -> pd.DataFrame:
    names = [name for table in tables for name in table["arm"].cat.categories]
    joined = pd.concat([table.astype({"arm": str}) for table in tables], ignore_index=True)
    return joined.assign(arm=pd.Categorical(joined["arm"], names, ordered=True))


def grounded(scenario: Scenario) -> Scenario:
    """The scenario on which deals and offers are tried: without its own, in a world where they can be resented."""
    weight = scenario.world.choice.unfairness_weight or UNFAIRNESS
    return arm(scenario, scenario.strategy_name, {
        "world.choice.unfairness_weight": weight, DISCOUNT: 0.0, SAVE_DESK: 0.0, WIN_BACK: 0.0,
    })  # fmt: skip


def made(scenario: Scenario, what: str, changes: Mapping[str, Any], strategy: str = ONE) -> Scenario:
    """An arm of that name."""
    return arm(scenario, called(what, strategy), changes)


def both(pair: Mapping[str, Scenario]) -> Iterator[Scenario]:
    """Arms under either strategy."""
    needs = pair[ONE].world.needs
    advantage, looking = pair[ONE].world.rival.advantage, pair[ONE].world.rival.base_looking
    expects = {"world.beliefs.expectation_weight": pair[ONE].world.beliefs.expectation_weight or EXPECTS}
    changes: dict[str, Mapping[str, Any]] = {
        "as it is": {},
        "hardly any problems": {"world.problems.rate": pair[ONE].world.problems.rate / 10},
        "hard to leave": {"world.rival.advantage": max(advantage - 1, -20)},
        "easy to leave": {"world.rival.advantage": min(advantage + 1, 20)},
        "seldom looking": {"world.rival.base_looking": looking / 4},
        "often looking": {"world.rival.base_looking": min(4 * looking, 1)},
        "rival stands still": {"world.rival.improvement": STILL},
        "rival improves fast": {"world.rival.improvement": FAST},
        "same expectations": expects | {"world.beliefs.ratchet": 0.0},
        "rising expectations": expects | {"world.beliefs.ratchet": RATCHET},
        f"deal {DEAL:g}": {DISCOUNT: DEAL},
    }
    changes |= {f"{number} rivals": {"world.rival.number": number} for number in RIVALS}
    changes["alike"] = {
        "world.needs.dropout_a": needs.dropout_a * 1000,
        "world.needs.dropout_b": needs.dropout_b * 1000,
    }
    for what, values in changes.items():
        for strategy, scenario in pair.items():
            if what != "alike" or strategy == ONE:
                yield made(scenario, what, values, strategy)
    loyal = {SAVE_DESK: 0.15, WIN_BACK: 2.0}
    newcomers = {DISCOUNT: DEAL, "strategy.promotion.advertising": 2 * pair[ONE].strategy.promotion.advertising}
    young = {"world.market.initial_buyers": 0.05}
    places: dict[str, Mapping[str, Any]] = {"": {}, ", unseen": {"world.choice.deal_awareness": 0.0}, ", young": young}
    for place, values in places.items():
        yield made(pair[OTHER], f"loyal{place}", {**values, **loyal}, OTHER)
        yield made(pair[ONE], f"newcomers{place}", {**values, **newcomers})


def first(one: Scenario) -> Iterator[Scenario]:
    """Arms under the first strategy alone."""
    advertising = MORE_ADVERTISING * one.strategy.promotion.advertising
    dear = {"strategy.promotion.advertising": min(advertising, 20.0)}
    few = {"world.problems.rate": one.world.problems.rate / 10}
    no_problems = {"world.problems.rate": 0.0}
    no_pull = {"world.rival.improvement": 0.0, "world.rival.advantage": min(one.world.rival.advantage, 0.0)}
    fast = {"world.rival.improvement": FAST}
    deal = {DISCOUNT: DEAL}
    changes: dict[str, Mapping[str, Any]] = {
        "more advertising": dear,
        "more advertising, hardly any problems": dear | few,
        "short search": {"world.rival.looking_half_life": 0.5},
        "nobody looks unprompted": {"world.rival.base_looking": 0.0},
        "nobody looks unprompted, fast": {"world.rival.base_looking": 0.0} | fast,
        "deal 0.05": {DISCOUNT: 0.05},
        "deal, not minded": deal | {"world.choice.unfairness_weight": 0.0},
        "deal, no problems": deal | no_problems,
        "no problems": no_problems,
        "deal, no pull": deal | no_pull,
        "deal, fast": deal | fast,
        "no problems, fast": no_problems | fast,
        "asked back": {WIN_BACK: ASKED_BACK},
        "asked back with an offer": {WIN_BACK: ASKED_BACK, "strategy.relationship.win_back_offer": DEAL},
        "deal, asked back": deal | {WIN_BACK: ASKED_BACK},
        "dearer": {"strategy.offer.price": min(one.strategy.offer.price * 1.1, 10.0)},
        "small": smaller(one),
    }
    for save in SAVES:
        changes[f"save {save:g}"] = {SAVE_DESK: save}
    for seen, share in AWARE.items():
        for size in DEALS:
            if share is None and size == DEAL:
                continue  # under both strategies
            seen_by = {} if share is None else {"world.choice.deal_awareness": share}
            changes[deal_name(size, seen)] = {DISCOUNT: size} | seen_by
    for what, values in changes.items():
        yield made(one, what, values)


def deal_name(size: float, seen: str = "some see them") -> str:
    """The name of an arm with that deal."""
    return f"deal {size:g}" if AWARE[seen] is None else f"deal {size:g}, {seen}"


def smaller(scenario: Scenario) -> dict[str, Any]:
    """A firm with a part of the people around it."""
    return {"world.market.people": max(scenario.world.market.people // SMALL, 20)}


def entries(pair: Mapping[str, Scenario]) -> Iterator[Scenario]:
    """The rival enters later and later; and at half time where most can do without what the firm sells."""
    horizon = pair[ONE].run.weeks
    for strategy, scenario in pair.items():
        for part in ENTRIES:
            yield made(scenario, entry_name(part), {"world.rival.entry_week": round(part * horizon)}, strategy)
        optional = {"world.rival.entry_week": horizon // 2, "world.rival.gives_up": 0.75}
        yield made(scenario, "entry, optional", optional, strategy)


def entry_name(part: float) -> str:
    """The name of the arm in which the rival enters then."""
    return f"entry {part:g}"


def looked_at(one: Scenario) -> Iterator[Scenario]:
    """Arms that are lived again with somebody looking on."""
    back = {DISCOUNT: DEAL, WIN_BACK: ASKED_BACK}
    forgives = {"world.rival.returning_praise": 1.0, "world.rival.returning_ceiling": 1.0}
    yield made(one, "as it is", {})
    yield made(one, "everybody looks", {"world.rival.base_looking": 1.0})
    yield made(one, "rival improves fast", {"world.rival.improvement": FAST})
    yield made(one, "asked back", back)
    yield made(one, "asked back, forgives", back | forgives)
