"""Many runs: their order, their bars, their workers, and what is kept of one."""

import io
import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.experiment import pool
from sim.experiment import replicate as floor
from sim.experiment.replicate import Result, mean_interval, replicate, run_one
from sim.model.ledger import ACCOUNTS
from sim.model.simulation import simulate
from sim.parameters import Scenario, load_comparison

TINY = {"world.market.people": 200, "run.weeks": 12}


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    return load_comparison(changes=TINY)


def order(results: list[Result]) -> list[tuple[str, int]]:
    return [(result.strategy, result.replication) for result in results]


def test_results_come_by_replication_then_strategy_in_the_order_asked(scenarios: list[Scenario]):
    backwards = replicate(scenarios[::-1], [3, 1], workers=1, progress=False)
    assert order(backwards) == [(name, row) for row in (3, 1) for name in ("profit_center", "cost_center")]


def test_results_do_not_depend_on_which_worker_is_done_first(
    scenarios: list[Scenario], monkeypatch: pytest.MonkeyPatch
):
    def late_ones_first(function, tasks, workers):
        numbered = [
            (n, [Result(scenario.strategy_name, row, {}, {}, {}) for scenario, row, _ in batch])
            for n, (batch,) in enumerate(tasks)
        ]
        yield from reversed(numbered)

    monkeypatch.setattr(floor, "spread", late_ones_first)
    for workers in (1, 2):  # the runs of a world together, and each on its own
        assert order(replicate(scenarios, range(2), workers, progress=False)) == [
            (name, row) for row in (0, 1) for name in ("cost_center", "profit_center")
        ]


def test_processes_are_kept_until_something_goes_wrong():
    pool._pool.cache_clear()
    tasks = [(2.0,), (4.0,)]
    assert sorted(pool.spread(math.sqrt, tasks, 2)) == [(0, math.sqrt(2)), (1, 2.0)]
    first = pool._pool(2)
    assert sorted(pool.spread(math.log2, tasks, 2)) == [(0, 1.0), (1, 2.0)]
    assert pool._pool(2) is first
    with pytest.raises(ValueError, match="math domain"):
        list(pool.spread(math.sqrt, [(2.0,), (-1.0,)], 2))
    assert pool._pool(2) is not first
    assert sorted(pool.spread(math.sqrt, tasks, 2)) == [(0, math.sqrt(2)), (1, 2.0)]


@pytest.mark.parametrize(("asked", "tasks", "used"), [(None, 10, 7), (3, 10, 3), (5, 2, 2), (50, 20, 20)])
def test_workers_are_one_a_core_and_no_more_than_tasks(
    asked: int | None, tasks: int, used: int, monkeypatch: pytest.MonkeyPatch
):
    seen = []

    class Executor(ThreadPoolExecutor):
        def __init__(self, workers: int, **options: object):
            seen.append(workers)
            super().__init__(workers)

    pool._pool.cache_clear()
    monkeypatch.setattr(pool, "ProcessPoolExecutor", Executor)
    monkeypatch.setattr(pool.os, "cpu_count", lambda: 7)
    assert sorted(pool.spread(abs, [(-n,) for n in range(tasks)], asked)) == [(n, n) for n in range(tasks)]
    assert seen == [used]
    pool._pool.cache_clear()  # these were no processes


def test_one_worker_is_this_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pool, "ProcessPoolExecutor", None)
    assert list(pool.spread(abs, [(-1,), (-2,)], 1)) == [(0, 1), (1, 2)]
    assert list(pool.spread(abs, [(-1,)], 8)) == [(0, 1)]


UNGUARDED = """
import math, sys
from sim.experiment import pool
known = dict(vars(sys.modules["__main__"]))
print(sorted(pool.spread(math.sqrt, [(4.0,), (9.0,)], 2)))
print(known["__file__"] == __file__, known["__spec__"] is __spec__)
"""


def test_a_script_needs_no_guard_to_use_processes(tmp_path: Path):
    (tmp_path / "mine.py").write_text(UNGUARDED)
    done = subprocess.run([sys.executable, tmp_path / "mine.py"], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["[(0, 2.0), (1, 3.0)]", "True True"], done.stderr


GUARDED = """
from sim.experiment import pool

def half(number):
    return number / 2

if __name__ == "__main__":
    print(sorted(pool.spread(half, [(4.0,), (9.0,)], 2)))
"""


def test_a_script_with_a_guard_may_have_its_own_functions_called(tmp_path: Path):
    (tmp_path / "mine.py").write_text(GUARDED)
    done = subprocess.run([sys.executable, tmp_path / "mine.py"], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["[(0, 2.0), (1, 4.5)]"], done.stderr


def test_one_run_does_not_depend_on_the_others(scenarios: list[Scenario]):
    alone = run_one(scenarios[1], 2)
    among = replicate(scenarios, range(3), workers=1, progress=False)[-1]
    assert order([alone, among]) == [("profit_center", 2)] * 2
    assert alone.row == pytest.approx(among.row, nan_ok=True, abs=0)
    assert alone.survey == among.survey
    assert all(np.array_equal(alone.weeks[name], among.weeks[name]) for name in alone.weeks)


def test_buyers_are_asked_unless_it_is_said_not_to(scenarios: list[Scenario]):
    asked, silent = (replicate(scenarios[:1], [0], workers=1, progress=False, survey=said)[0] for said in (True, False))
    assert asked.survey and not silent.survey
    assert asked.row == pytest.approx(silent.row, nan_ok=True, abs=0)


def test_worlds_of_different_replications_differ(scenarios: list[Scenario]):
    results = replicate(scenarios[:1], range(4), workers=1, progress=False)
    assert len({result.row["npv"] for result in results}) == 4


def test_weeks_hold_the_ledger_in_dollars(scenarios: list[Scenario]):
    run, kept = simulate(scenarios[0], 0), run_one(scenarios[0], 0)
    for index, account in enumerate(ACCOUNTS):
        assert (kept.weeks[account] * 100).round().astype(int).tolist() == run.ledger[:, index].tolist()
    assert (kept.weeks["net"] * 100).round().astype(int).tolist() == run.ledger.sum(axis=1).tolist()
    assert kept.weeks["sales"].sum() > 0
    assert kept.weeks.keys() > run.weeks.keys()
    # A dollar at the end of week w is worth 1.1 ** -((w + 1) / 52)
    discounted = sum(net / 1.1 ** ((week + 1) / 52) for week, net in enumerate(kept.weeks["net"]))
    assert kept.weeks["cumulative_npv"][-1] == pytest.approx(discounted) == pytest.approx(kept.row["npv"])


# The bar


def test_the_bar_goes_to_the_stream_given_and_counts_runs(scenarios: list[Scenario]):
    stream = io.StringIO()
    replicate(scenarios, range(2), workers=1, progress=stream)
    assert "simulating: 100%" in stream.getvalue()
    assert "4/4" in stream.getvalue()


def test_the_bar_is_on_standard_error_or_not_at_all(scenarios: list[Scenario], capsys: pytest.CaptureFixture[str]):
    replicate(scenarios[:1], [0], workers=1, progress=False)
    assert capsys.readouterr() == ("", "")
    replicate(scenarios[:1], [0], workers=1, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "1/1" in err


# A worker that fails


def test_an_error_in_a_run_stops_all_of_them(scenarios: list[Scenario]):
    # A copy made past validation: the run itself must fail, in a worker of its own
    broken = scenarios[1].model_copy(update={"world": None})
    with pytest.raises(AttributeError):
        replicate([scenarios[0], broken], range(2), workers=2, progress=False)


# Mean and interval


def test_the_interval_is_that_of_the_t_test_along_the_first_axis():
    values = np.random.default_rng(5).normal(3, 2, (7, 4))
    mean, half = mean_interval(values)
    for column in range(4):
        low, high = stats.ttest_1samp(values[:, column], 0).confidence_interval(0.95)
        assert (mean[column] - half[column], mean[column] + half[column]) == pytest.approx((low, high))


def test_one_run_has_no_interval():
    mean, half = mean_interval(np.array([[2.0, 3.0]]))
    assert mean.tolist() == [2.0, 3.0]
    assert half.tolist() == [math.inf, math.inf]
    assert mean_interval(np.array([4.0])) == (4.0, math.inf)


def test_equal_runs_have_none_either():
    assert mean_interval(np.array([4.0, 4.0, 4.0])) == (4.0, 0.0)
