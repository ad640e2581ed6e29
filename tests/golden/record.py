"""Small runs that together exercise every mechanism, and what they left behind under one version of the model.

`python tests/golden/record.py` writes it anew. A file holds the parameters that differ from the defaults, so that
neither an edited world nor a new parameter that changes nothing by default makes it obsolete.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.experiment import facts
from sim.experiment.measure import lives, measure
from sim.experiment.survey import simulate_surveyed
from sim.model.ledger import ACCOUNTS
from sim.model.people import Status
from sim.model.records import KINDS
from sim.model.simulation import simulate
from sim.model.state import State
from sim.model.version import VERSION
from sim.parameters import Scenario, load_comparison

HERE = Path(__file__).parent
RELATIVE, ABSOLUTE = 1e-9, 1e-12  # tolerance of what is not a whole number
Tables = dict[str, dict[str, np.ndarray]]  # table -> column -> its rows


@dataclass(frozen=True)
class Golden:
    """A run to be recorded.

    Attributes:
        slightly: a parameter changed so little that only its own mechanism can tell; no run must match the record.
        problem_free, intervene: as in `simulate`.
    """

    world: str
    strategy: str
    changes: Mapping[str, Any]
    slightly: Mapping[str, Any]
    problem_free: range = range(0)
    intervene: Mapping[int, Callable[[State], None]] = field(default_factory=dict)

    def scenario(self) -> Scenario:
        """What to record."""
        return load_comparison(self.world, [self.strategy], {**COMMON, **self.changes})[0]

    @property
    def version(self) -> str:
        """Of what makes the tables."""
        return VERSION

    def tables(self, scenario: Scenario) -> Tables:
        """Everything that the run leaves behind."""
        run = simulate(scenario, 1, self.problem_free, self.intervene)
        return {
            **{kind: run.events.of(kind) for kind in KINDS},
            "weeks": run.weeks,
            "ledger": dict(zip(ACCOUNTS, run.ledger.T, strict=True)),
            "desk": {"open_cases": np.array([run.open_cases])},
        }


class GoldenFacts(Golden):
    """The same for the facts that a run shows."""

    @property
    def version(self) -> str:
        """Of what makes the tables."""
        return f"{VERSION}, facts {facts.VERSION}"

    def tables(self, scenario: Scenario) -> Tables:
        """Sums of the run, and the facts that ordinary runs show."""
        run, surveyed = simulate_surveyed(scenario, 1)
        sums = measure(run, surveyed) | lives(run)
        judged = facts.judge([[sums]], [fact for fact in facts.FACTS if fact.of != "pairs"])
        values = dict(zip(judged["fact"], judged["value"], strict=True))
        return {
            table: {name: np.array([value]) for name, value in row.items()}
            for table, row in (("sums", sums), ("facts", values))
        }


def _warned(state: State) -> None:
    state.depart(state.people.having(Status.CUSTOMER)[:40], speak_ill=True)


def _in_silence(state: State) -> None:
    state.depart(state.people.having(Status.CUSTOMER)[-40:])


# Much goes wrong, much is asked, told and posted
COMMON: dict[str, Any] = {
    "world.market.people": 600,
    "world.problems.rate": 1.0,
    "world.problems.questions": 1.0,
    "world.word_of_mouth.posted": 0.3,
    "world.word_of_mouth.posted_good": 0.2,
    "world.word_of_mouth.mention": 0.02,
    "world.word_of_mouth.mention_weak": 0.004,
    "run.weeks": 90,
    "run.seed": 11,
}

GOLDEN = {
    "recession": Golden("online_retail", "cost_center", {
        "world.word_of_mouth.ties": 7,
        "world.economy.recession_week": 40,
        "world.economy.recession_length": 30,
        "world.economy.recession_depth": 0.4,
        "world.economy.thrift": 5.0,
        "world.market.questions_outside": 0.05,
        "world.callers.patience": 20.0,
        "strategy.offer.price": 1.1,
        "strategy.access.help_anyone": True,
        "strategy.staffing.cap": 0.06,
    }, {"world.economy.thrift": 5.1}),
    "learning": Golden("online_retail", "profit_center", {
        "world.word_of_mouth.network": "scale_free",
        "world.choice.variance_aversion": 0.5,
        "world.problems.learning_cases": 5.0,
        "world.rival.matches": 0.5,
        "strategy.product.problems": 0.6,
        "strategy.promotion.messages": 4.0,
        "strategy.remedy.action": "refund",
        "world.choice.reminder": 0.5,
        "world.choice.opting_out": 0.1,
    }, {"world.problems.learning_exponent": 0.33}, problem_free=range(30, 40)),
    "no_questions": Golden("camera_store", "never_out", {
        "world.word_of_mouth.network": "cliques",
        "world.needs.period": 26.0,
        "world.needs.opportunists": 0.3,
        "world.market.questions_outside": 0.05,
        "world.market.forget_the_firm": True,
        "world.market.return_to_category": 0.05,
        "world.choice.forgetting": 26.0,
        "world.rival.base_looking": 0.1,
        "strategy.remedy.compensation": 0.1,
    }, {"world.needs.false_claims": 0.33}),
    "contract": Golden("wireless_carrier", "loyal_first", {
        "world.word_of_mouth.network": "random",
        "world.problems.rate": 0.2,
        "world.problems.questions": 0.2,
        "world.rival.advantage": 2.0,
        "world.rival.base_looking": 0.05,
        "world.rival.win_back": 0.3,
        "world.choice.tolerance": 1.0,
        "world.choice.awakening": 0.02,
        "strategy.promotion.messages": 2.0,
        "strategy.relationship.win_back": 12.0,
    }, {"strategy.relationship.save_desk": 0.16}),
    "deals": Golden("wireless_carrier", "new_customer_deals", {
        "world.word_of_mouth.network": "complete",
        "world.word_of_mouth.mention": 0.0002,
        "world.word_of_mouth.mention_weak": 0.0,
        "world.market.people": 400,
        "world.problems.rate": 0.2,
        "world.problems.questions": 0.2,
        "world.rival.entry_week": 30,
        "world.choice.deal_looking": 0.3,
        "strategy.promotion.messages": 6.0,
        "strategy.promotion.consent": "opt_out",
    }, {"world.choice.deal_tenure": 103.0}),
    "hiring": Golden("it_hardware", "hard_line", {
        "world.word_of_mouth.rewiring": 0.3,
        "world.word_of_mouth.weak_ties": 0,
        "world.needs.period": 13.0,
        "world.labour.attrition": 0.6,
        "strategy.staffing.review": 6,
        "strategy.warranty.term": 4.0,
        "strategy.desk.defective_fix": 0.2,
        "strategy.desk.back_office": 0.0,
    }, {"world.labour.attrition": 0.61}),
    "outsourced": Golden("auto_repair", "outsourced", {
        "world.word_of_mouth.network": "scale_free",
        "world.word_of_mouth.hops": 5,
        "world.word_of_mouth.retell": 0.5,
        "world.word_of_mouth.delay_bad": 0.0,
        "world.rival.base_looking": 0.2,
        "world.rival.win_back": 0.3,
        "strategy.promotion.newcomer_discount": 0.1,
        "strategy.relationship.win_back": 12.0,
        "strategy.relationship.win_back_offer": 0.3,
        "strategy.relationship.save_desk": 0.1,
        "strategy.staffing.rule": "fixed",
        "strategy.staffing.agents": 0.9,
        "strategy.staffing.specialists": 0.3,
        "strategy.desk.contacts": 10,
        "strategy.desk.handle_distribution": "exponential",
    }, {"strategy.desk.hand_off_effect": 0.75}),
    "one_off": Golden("online_retail", "goodwill", {
        "world.needs.kind": "one_off",
        "world.word_of_mouth.network": "none",
        "world.market.initial_buyers": 0.1,
        "world.market.advertising_reach": 0.03,
        "world.market.advertising_decay": 0.99,
        "world.problems.rate": 2.0,
        "world.problems.questions": 2.0,
        "world.choice.price_sensitivity": 0.0,
        "strategy.desk.contacts": 1,
    }, {"world.beliefs.half_life": 103.0}),
    "cornered": Golden("auto_repair", "apology", {
        "world.rival.entry_week": None,
        "world.rival.gives_up": 0.5,
        "world.problems.questions": 0.0,
        "world.word_of_mouth.bad_multiplier": 3.0,
        "world.market.rejection_half_life": 20.0,
        "world.market.return_to_category": 0.03,
        "strategy.remedy.action": "explain",
    }, {"world.rival.gives_up": 0.51}, intervene={20: _warned, 40: _in_silence}),
}  # fmt: skip


# Severe problems, put right or not, of people who are inclined to stay; newcomers
FACTS = GoldenFacts("online_retail", "profit_center", {
    "world.market.people": 1500,
    "world.market.advertising_reach": 0.02,
    "world.needs.mean": 0.15,
    "world.problems.severity": 0.8,
    "world.problems.leave_unresolved": 0.05,
    "world.problems.leave_silent": 0.1,
    "world.problems.grievance": 0.2,
    "world.beliefs.unresolved_weight": 0.3,
    "world.choice.risk_sensitivity": 40.0,
    "world.callers.patience": 30.0,
    "world.word_of_mouth.hops": 4,
    "world.word_of_mouth.retell": 0.4,
    "strategy.desk.first_contact_resolution": 0.5,
    "strategy.desk.specialist_resolution": 0.6,
    "run.weeks": 180,
}, {"world.word_of_mouth.hop_weight": 0.48})  # fmt: skip


class Recorded(NamedTuple):
    """What a file holds."""

    version: str
    scenario: Scenario
    tables: Tables


def read(name: str) -> Recorded:
    """The recorded run of that name."""
    found: Tables = {}
    with np.load(HERE / f"{name}.npz") as file:
        for key in file.files:
            table, _, column = key.partition(".")
            if column:
                found.setdefault(table, {})[column] = file[key]
        return Recorded(str(file["version"]), Scenario.model_validate_json(str(file["scenario"])), found)


def altered(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The same with other values under some dotted keys."""
    tree = scenario.model_dump()
    for key, value in changes.items():
        *groups, name = key.split(".")
        node = tree
        for group in groups:
            node = node[group]
        node[name] = value
    return Scenario.model_validate(tree)


def difference(recorded: Tables, now: Tables) -> str:
    """Where two runs differ first: table, column, row, and both values; '' if they do not."""
    for table, columns in recorded.items():
        if list(columns) != list(now[table]):
            return f"table {table}: columns {list(now[table])}, recorded {list(columns)}"
        for column, was in columns.items():
            found = now[table][column]
            rows = min(was.size, found.size)
            if was.dtype.kind == "f":
                same = np.isclose(found[:rows], was[:rows], RELATIVE, ABSOLUTE, equal_nan=True)
            else:
                same = found[:rows] == was[:rows]
            if not same.all():
                row = int(np.argmin(same))
                return f"table {table}, column {column}, row {row}: {found[row]!r}, recorded {was[row]!r}"
            if was.size != found.size:
                return f"table {table}, column {column}, row {rows}: {found.size} rows, recorded {was.size}"
    return ""


def record(name: str, golden: Golden) -> None:
    """Simulates and writes one run; other results of the same parameters need another version."""
    scenario, path = golden.scenario(), HERE / f"{name}.npz"
    found = golden.tables(scenario)
    if path.exists():
        before = read(name)
        if (before.version, before.scenario) == (golden.version, scenario):
            if where := difference(before.tables, found):
                sys.exit(f"{name}, {where}. Raise VERSION first.")
            return
    columns = {f"{table}.{column}": rows for table, named in found.items() for column, rows in named.items()}
    said = scenario.model_dump_json(exclude_defaults=True)
    np.savez_compressed(path, version=golden.version, scenario=said, **columns)


if __name__ == "__main__":
    for name, golden in {**GOLDEN, "facts": FACTS}.items():
        record(name, golden)
