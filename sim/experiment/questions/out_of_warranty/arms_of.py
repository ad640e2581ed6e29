"""The arms of the experiment: what happens out of warranty, at which desk, in which world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.experiment.questions.arms import arm, run_arms
from sim.experiment.questions.evidence import BASE
from sim.experiment.questions.out_of_warranty.measures import measure
from sim.experiment.questions.out_of_warranty.trust import trust
from sim.parameters import Scenario, load_world

CORNERED, FREQUENT, GARAGE = "in a cornered market", "where people buy five times a year", "in a garage"
CONTRACT, CAMERAS = "under contract", "in a camera store"
ABUSED, WHISPERED = "where a quarter take advantage", "where nobody talks"
REFUSE, CHARGE, GOODWILL, NEVER = "refuse", "charge", "goodwill", "never out"
OFTEN = {"world.needs.mean": 0.115, "world.needs.shape": 1.0}  # as in params/condition/wins_frequent_repeat.yaml
REST = {"strategy.remedy.no_questions": False}
POLICIES: dict[str, dict[str, Any]] = {
    REFUSE: {"strategy.warranty.after": "refuse"},
    CHARGE: {"strategy.warranty.after": "charge", "strategy.warranty.fee": 0.3},
    GOODWILL: {"strategy.warranty.after": "goodwill", "strategy.warranty.goodwill": 26.0},
    NEVER: {"strategy.warranty.after": "never_out"},
}
TERMS = (0.0, 2.0, 6.0)  # x the trade's warranty, besides that itself and for ever
FEE = 0.3  # of the price, for any help
FEES = (0.1, FEE, 0.6)  # the same, besides none
ABUSE = 0.25  # share of people who are opportunists, as in the condition in which generosity must lose
ABUSES = (0.0, 0.1, ABUSE, 0.5)  # besides the world's own
CLOSER = 3  # x the paired worlds asked for, where little differs or few are concerned
PLAIN, PROMISED = 0.5, 0.9  # treatment that people expect: at first, and who was sold a promise


@dataclass(frozen=True)
class Findings:
    """What was run.

    Attributes:
        close: `CLOSER` times as many paired worlds of the arms in which little differs: the policies in the notebook's
            own world at its first desk, and the promise there. A row an arm and replication, with what
            `measures.measure` says; arms are named by `called`.
        runs: the same of all arms in the first of these worlds, as many as were asked for.
        trust: see `trust.trust`.
        places: setting -> the scenario whose out-of-warranty policy was varied there, the notebook's own first.
        desk: the setting of the second strategy's desk.
        contract: the setting of the world under contract: the notebook's own, or another world.
    """

    close: pd.DataFrame
    runs: pd.DataFrame
    trust: pd.DataFrame
    places: Mapping[str, Scenario]
    desk: str
    contract: str

    @property
    def base(self) -> Scenario:
        """The notebook's world under its first strategy."""
        return self.places[BASE]


def called(policy: str, setting: str = BASE) -> str:
    """The name of an arm."""
    return f"{policy}, {setting}"


def term(share: float) -> str:
    """The policy of refusing after so many times the trade's warranty."""
    return f"help for {share:g} warranties"


def fee(share: float) -> str:
    """The policy of charging so much for any help."""
    return f"any help at {share:g}"


def generous(opportunists: float) -> str:
    """The policy of replacing without questions and without end, where so many take advantage."""
    return f"no questions, {opportunists:g} opportunists"


def paper(number: int) -> str:
    """The arm of a strategy (0, 1), just as it is, under contract."""
    return f"contract {number}"


def ask(scenarios: tuple[Scenario, ...], workers: int | None = None, progress: bool = True) -> Findings:
    """Runs every arm in every paired world of the first scenario.

    Args:
        scenarios: one world under at least two strategies; the out-of-warranty policy of the first two is varied.
    """
    first, second = scenarios[:2]
    places, desk = places_of(first, second)
    contract = BASE if first.world.needs.kind == "subscription" else CONTRACT
    under_contract = first if contract == BASE else _elsewhere(first, "it_hardware")
    close = [*_policies({BASE: first}), *_promise(first, BASE)]
    arms = [
        *_policies({name: place for name, place in places.items() if name != BASE}),
        *_terms(places, desk),
        *_any_help(places, desk),
        *_generous(places, desk),
        *_once(first),
        *(_promise(under_contract, contract) if contract != BASE else []),
    ]
    for number, strategy in enumerate((first, second)):
        arms.append(arm(_with_strategy(under_contract, strategy), paper(number)))
    if first.name != "camera_store":
        arms.append(arm(_elsewhere(first, "camera_store"), called(REFUSE, CAMERAS), POLICIES[REFUSE] | REST))
    worlds = first.run.replications
    closer = run_arms(close, measure, workers, progress, CLOSER * worlds)
    others = run_arms(arms, measure, workers, progress)
    doubts = {BASE: first} if contract == BASE else {BASE: first, CONTRACT: under_contract}
    together = pd.concat([closer[closer["replication"] < worlds], others], ignore_index=True)
    return Findings(closer, together, trust(doubts, workers), places, desk, contract)


def places_of(first: Scenario, second: Scenario) -> tuple[dict[str, Scenario], str]:
    """(setting -> scenario, the setting of the second desk): own world, second desk, no rival, many needs, a garage."""
    desk = f"at the desk of {second.strategy.title.strip() or second.strategy_name}"
    places = {BASE: first, desk: second}
    if first.world.rival.entry_week is not None:
        places[CORNERED] = arm(first, "cornered", {"world.rival.entry_week": None})
    needs = first.world.needs
    if needs.kind == "occasional" and needs.mean < OFTEN["world.needs.mean"]:
        places[FREQUENT] = arm(first, "frequent", OFTEN)
    if first.name != "auto_repair":
        places[GARAGE] = _elsewhere(first, "auto_repair")
    return places, desk


def _elsewhere(scenario: Scenario, world: str) -> Scenario:
    """The same strategy in another world that ships, of no more people than this one."""
    other = load_world(world)
    people = min(other.market.people, scenario.world.market.people)
    other = other.model_copy(update={"market": other.market.model_copy(update={"people": people})})
    return scenario.model_copy(update={"name": world, "world": other})


def _with_strategy(scenario: Scenario, other: Scenario) -> Scenario:
    return scenario.model_copy(update={"strategy": other.strategy, "strategy_name": other.strategy_name})


def _policies(places: Mapping[str, Scenario]) -> list[Scenario]:
    """Each policy at each place; goodwill, about which nothing is claimed, at the desks of the notebook only."""
    return [
        arm(place, called(policy, setting), changes | REST)
        for setting, place in places.items()
        for policy, changes in POLICIES.items()
        if policy != GOODWILL or setting not in (CORNERED, FREQUENT, GARAGE)
    ]


def _terms(places: Mapping[str, Scenario], desk: str) -> list[Scenario]:
    """Help ends at another age of the purchase."""
    made = []
    for setting, shares in ((BASE, TERMS), (desk, TERMS[:1])):
        place = places[setting]
        weeks = place.world.problems.customary_warranty
        for share in shares:
            ends = POLICIES[REFUSE] | {"strategy.warranty.term": min(share * weeks, 5200.0)}
            made.append(arm(place, called(term(share), setting), ends | REST))
    return made


def _any_help(places: Mapping[str, Scenario], desk: str) -> list[Scenario]:
    """Whatever goes wrong after the week of the purchase is put right for a fee."""
    paid = POLICIES[CHARGE] | {"strategy.warranty.term": 0.0} | REST
    return [
        arm(place, called(fee(share), setting), paid | {"strategy.warranty.fee": share})
        for setting, place in places.items()
        if setting in (BASE, desk, CORNERED, FREQUENT)
        for share in (FEES if setting == BASE else (FEE,))
    ]


def _generous(places: Mapping[str, Scenario], desk: str) -> list[Scenario]:
    """A new one, no questions, whenever it was bought; the more opportunists, the dearer."""
    given = POLICIES[NEVER] | {"strategy.remedy.action": "replace", "strategy.remedy.no_questions": True}
    return [
        arm(places[setting], called(generous(share), setting), given | {"world.needs.opportunists": share})
        for setting in (BASE, desk)
        for share in (abuses(places[setting]) if setting == BASE else [places[setting].world.needs.opportunists])
    ]


def abuses(scenario: Scenario) -> list[float]:
    """Shares of opportunists, the world's own among them, ascending."""
    return sorted({*ABUSES, scenario.world.needs.opportunists})


def _once(first: Scenario) -> list[Scenario]:
    """Everyone buys once at most: help or refusal, where people talk and where they do not."""
    made = []
    for setting, silence in ((BASE, {}), (WHISPERED, {"world.word_of_mouth.network": "none"})):
        for policy in (REFUSE, NEVER):
            changes = {"world.needs.kind": "one_off"} | silence | POLICIES[policy] | REST
            made.append(arm(first, called(f"once, {policy}", setting), changes))
    return made


def _promise(place: Scenario, setting: str) -> list[Scenario]:
    """What people expect because it was sold to them, or not."""
    return [
        arm(place, called(f"expects {expected:g}", setting), {"world.beliefs.expectation": expected})
        for expected in (PLAIN, PROMISED)
    ]
