"""Same luck for the same person, whatever else is different: what makes a difference between two runs a cause."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from sim.model import simulate
from sim.model.records import KINDS

SMALL = {"world.market.people": 1500, "run.weeks": 40}

# Nobody can be in anybody's way: no stories, and a desk that never lets anyone wait
UNCONNECTED = {
    "world.market.people": 1200,
    "world.word_of_mouth.network": "none",
    "strategy.staffing.rule": "fixed",
    "strategy.staffing.agents": 40.0,
    "strategy.staffing.specialists": 40.0,
    "world.callers.patience": 1e6,
    "strategy.learning.analysis": 0.0,  # nobody's case changes anybody's problems
    "world.rival.matches": 0.0,  # nor the rival's offer
    "world.problems.rate": 1.0,
    "world.callers.voice_small": 0.3,
    "run.weeks": 60,
}

FINGERPRINT = """
from sim.model import simulate
from sim.parameters import load_comparison
from tests_fingerprint import fingerprint
scenario = load_comparison(strategies=["profit_center"], changes={"world.market.people": 1500, "run.weeks": 40})[0]
print(fingerprint(simulate(scenario, 2)))
"""


def fingerprint(run) -> str:
    """SHA-256 of every number of a run."""
    digest = hashlib.sha256(run.ledger.tobytes())
    for name in sorted(run.weeks):
        digest.update(name.encode() + np.asarray(run.weeks[name], float).tobytes())
    for kind in KINDS:
        for name, column in run.events.of(kind).items():
            digest.update(f"{kind} {name}".encode() + np.asarray(column, float).tobytes())
    return digest.hexdigest()


def assert_same_events(one, other, keep=lambda kind, events: slice(None)):
    """The same rows in the same order, of each kind, among those that keep(kind, events) selects."""
    for kind in KINDS:
        left, right = one.events.of(kind), other.events.of(kind)
        ours, theirs = keep(kind, left), keep(kind, right)
        for name in left:
            np.testing.assert_array_equal(left[name][ours], right[name][theirs], f"{kind}.{name}")


def test_the_same_seed_gives_the_same_run_in_every_process(scenario, tmp_path):
    (tmp_path / "tests_fingerprint.py").write_text(
        "import hashlib\nimport numpy as np\nfrom sim.model.records import KINDS\n\n\n"
        + "".join(_source_of(fingerprint)),
        encoding="utf-8",
    )
    here = fingerprint(simulate(scenario(SMALL, "profit_center"), 2))
    for hash_seed in ("1", "2"):  # sets and dictionaries of text must not matter
        path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
        there = subprocess.run(
            [sys.executable, "-c", FINGERPRINT], env=environment, capture_output=True, text=True, check=True
        )
        assert there.stdout.strip() == here


def _source_of(function):
    import inspect

    return inspect.getsource(function)


def test_the_fingerprint_sees_a_difference(scenario):
    """Negative control: another replication, another seed, a cent's difference of a parameter."""
    changes = [{}, {"run.seed": 2}, {"world.needs.basket": 69.02}]
    prints = [fingerprint(simulate(scenario({**SMALL, **change}))) for change in changes]
    prints.append(fingerprint(simulate(scenario(SMALL), 1)))
    assert len(set(prints)) == 4


def test_a_run_leaves_no_trace_on_the_next_one(scenario):
    one = scenario(SMALL)
    before = one.model_dump_json()
    first = fingerprint(simulate(one))
    simulate(scenario(SMALL, "profit_center"))
    assert fingerprint(simulate(one)) == first
    assert one.model_dump_json() == before


def test_strategies_that_differ_in_name_only_have_the_same_books(scenario, tmp_path):
    twin = tmp_path / "twin.yaml"
    twin.write_text("extends: profit_center\n", encoding="utf-8")
    one, other = (simulate(scenario(SMALL, strategy)) for strategy in ("profit_center", str(twin)))
    assert one.scenario.strategy_name != other.scenario.strategy_name
    np.testing.assert_array_equal(one.ledger, other.ledger)
    assert fingerprint(one) == fingerprint(other)


def test_one_customer_more_changes_nobody_else_s_history(scenario):
    something = 0
    for replication in range(4):
        one = simulate(scenario(UNCONNECTED), replication)
        other = simulate(scenario({**UNCONNECTED, "world.market.people": 1201}), replication)
        assert_same_events(one, other, keep=lambda kind, events: events["person"] < 1200)
        something += int((other.events.of("purchase")["person"] == 1200).sum())
    assert something > 0  # the newcomer is somebody: she buys in one of these worlds


def first_calls(run) -> dict[int, tuple[float, float]]:
    """person -> (hour, severity) of their first call."""
    case = run.events.of("case")
    order = np.argsort(case["hours_opened"])[::-1]
    columns = (case[name][order].tolist() for name in ("person", "hours_opened", "severity"))
    return {person: (hour, severity) for person, hour, severity in zip(*columns, strict=True)}


REMEDIES = {
    "a refund with an apology": {
        "strategy.remedy.action": "refund",
        "strategy.remedy.respect": 1.0,
        "strategy.remedy.effort": 0.0,
    },
    "a generous warranty": {"strategy.warranty.after": "never_out"},
    "better agents": {"strategy.desk.first_contact_resolution": 0.95, "strategy.desk.contacts": 6},
}


@pytest.mark.parametrize("change", REMEDIES)
def test_the_remedy_changes_nobody_s_history_before_their_first_case(scenario, change):
    poor = {"strategy.remedy.action": "explain", "strategy.remedy.respect": 0.0, "strategy.remedy.effort": 1.0}
    one = simulate(scenario({**UNCONNECTED, **poor, "strategy.warranty.after": "refuse"}))
    other = simulate(scenario({**UNCONNECTED, **poor, "strategy.warranty.after": "refuse", **REMEDIES[change]}))
    first = np.full(1200, np.iinfo(np.int64).max)
    for run in (one, other):
        case = run.events.of("case")
        np.minimum.at(first, case["person"], case["opened_week"])
    assert (first < 60).sum() > 150

    # In the week of the first case everything up to the call itself is still the same
    def before(kind, events):
        until = first[events["person"]]
        return events["week"] <= until if kind in ("purchase", "problem", "joining") else events["week"] < until

    assert_same_events(one, other, before)
    assert first_calls(one) == first_calls(other)
    # The test would mean nothing if the remedy changed nothing at all
    assert fingerprint(one) != fingerprint(other)


def test_the_same_people_meet_the_same_first_problem_under_both_strategies(scenario):
    """With a real network and a real desk: luck is the person's, so the first problems of week 0 are the same."""
    one, other = (simulate(scenario(SMALL, name)).events.of("problem") for name in ("cost_center", "profit_center"))
    for name in ("person", "severity", "earlier"):
        np.testing.assert_array_equal(one[name][one["week"] == 0], other[name][other["week"] == 0])


def test_another_replication_is_another_world(scenario):
    one, other = (simulate(scenario(SMALL), replication) for replication in (0, 1))
    assert abs(np.corrcoef(one.weeks["orders"][5:], other.weeks["orders"][5:])[0, 1]) < 0.6
    assert not np.array_equal(one.weeks["orders"], other.weeks["orders"])


# Directions


def test_more_agents_less_waiting(scenario):
    busy = {"world.market.people": 4000, "world.problems.rate": 1.0, "run.weeks": 40, "strategy.staffing.rule": "fixed"}
    runs = [
        simulate(scenario({**busy, "strategy.staffing.agents": agents, "strategy.staffing.specialists": agents}))
        for agents in (0.05, 0.1, 0.3, 2.0)
    ]
    waits = [float(run.events.of("case")["hours_waited"].mean()) for run in runs]
    abandoned = [run.weeks["cases_abandoned"].sum() / run.weeks["cases_opened"].sum() for run in runs]
    occupancy = [run.weeks["hours_busy"].sum() / run.weeks["hours_staffed"].sum() for run in runs]
    for column in (waits, abandoned, occupancy):
        assert (np.diff(column) <= 0).all() and column[0] > 2 * column[-1]
    assert runs[0].weeks["cases_opened"].sum() > 300


def test_no_problems_no_cases_no_remedies_no_stories(scenario):
    none = {"world.problems.rate": 0.0, "world.problems.questions": 0.0, "strategy.access.help_anyone": False}
    run = simulate(scenario({**SMALL, **none}))
    for name in (
        "problems",
        "questions",
        "voiced",
        "contacts",
        "bad_stories",
        "good_stories",
        "hours_busy",
        "hours_waited",
    ):
        assert run.weeks[name].sum() == 0, name
    frame = run.events.frame()
    assert not frame["kind"].isin(["problem", "case", "story"]).any()
    assert frame["kind"].eq("purchase").any()


def test_nobody_calls_nobody_comes_to_the_desk(scenario):
    run = simulate(scenario({**SMALL, "strategy.access.invitation": 0.0}))
    assert run.weeks["problems"].sum() > 50
    assert run.weeks["cases_opened"].sum() == run.weeks["contacts"].sum() == 0


def test_better_recovery_less_risk_and_fewer_leave(scenario):
    """Directional: agents who settle everything, and for good, against agents who settle nothing."""
    settle = "strategy.desk.first_contact_resolution"
    often = {"world.problems.rate": 1.0, "strategy.desk.contacts": 1, "strategy.desk.defective_fix": 0.0}
    good, poor = (simulate(scenario({**SMALL, **often, settle: share})) for share in (1.0, 0.0))
    left = [
        pd.DataFrame(run.events.of("leaving")).query("cause == 0").shape[0]  # over an unresolved problem
        for run in (good, poor)
    ]
    assert left[0] < left[1]
    assert good.weeks["risk"][-1] < poor.weeks["risk"][-1]
    assert good.weeks["cases_unresolved"].sum() == 0 < poor.weeks["cases_unresolved"].sum()


def test_problem_free_weeks_are_free_of_problems_and_equal_before(scenario):
    with_problems, without = (
        simulate(scenario({**SMALL, "world.problems.rate": 1.0}), 0, free) for free in (range(0), range(20, 24))
    )
    assert with_problems.weeks["problems"][20:24].sum() > 10
    assert without.weeks["problems"][20:24].sum() == 0
    assert_same_events(with_problems, without, keep=lambda kind, events: events["week"] < 20)
