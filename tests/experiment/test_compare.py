"""The statistics of a comparison against scipy on frames made by hand, and what pairing and precision promise."""

import hashlib
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from sim.experiment.compare import Comparison, compare
from sim.experiment.metrics import RUN_COLUMNS
from sim.experiment.survey import COLUMNS, GROUPS
from sim.model.ledger import ACCOUNTS
from sim.model.records import WEEK_COLUMNS
from sim.parameters import ParameterError, Scenario, load_comparison

TINY = {"world.market.people": 300, "run.weeks": 30, "run.replications": 3}
# NPV of two strategies in eight worlds: mostly the worlds differ
COST = [100.0, 140.0, 90.0, 200.0, 160.0, 120.0, 80.0, 150.0]
PROFIT = [112.0, 149.0, 103.0, 220.0, 158.0, 131.0, 95.0, 149.0]


def named(*names: str) -> tuple[Scenario, ...]:
    """Scenarios of any names, for frames made by hand."""
    one = load_comparison(strategies=["cost_center"])[0]
    return tuple(one.model_copy(update={"strategy_name": name}) for name in names)


def made(cash: dict[str, Any] | None = None, **columns: dict[str, Sequence[float]]) -> Comparison:
    """A comparison from NPVs (or other columns) a strategy and cumulative cash a strategy (replications x weeks)."""
    names = list(columns["npv"])
    replications = len(columns["npv"][names[0]])
    runs = pd.DataFrame(
        {"scenario": "w", "strategy": name, "replication": row}
        | {column: values[name][row] for column, values in columns.items()}
        for row in range(replications)
        for name in names
    )
    cash = cash or {name: np.cumsum(np.ones((replications, 3)), axis=1) for name in names}
    weeks = pd.DataFrame(
        {"scenario": "w", "strategy": name, "replication": row, "week": week, "cumulative_npv": value}
        for name in names
        for row, path in enumerate(np.asarray(cash[name], float))
        for week, value in enumerate(path)
    )
    return Comparison(named(*names), weeks, runs)


def of(cost: Sequence[float], profit: Sequence[float]) -> Comparison:
    return made(npv={"cost": cost, "profit": profit})


# The answer


def test_the_paired_interval_is_that_of_the_paired_t_test():
    difference = of(COST, PROFIT).difference()
    interval = stats.ttest_rel(PROFIT, COST).confidence_interval(0.95)
    assert (difference.low, difference.high) == pytest.approx((interval.low, interval.high))
    assert difference.mean == pytest.approx(np.mean(PROFIT) - np.mean(COST))
    assert difference.replications == 8
    assert difference.baseline_npv == pytest.approx(np.mean(COST))


@pytest.mark.parametrize("spread", [1.0, 0.05])
def test_the_unpaired_interval_is_that_of_welch(spread: float):
    profit = np.mean(PROFIT) + spread * (np.array(PROFIT) - np.mean(PROFIT))
    difference = of(COST, profit).difference()
    interval = stats.ttest_ind(profit, COST, equal_var=False).confidence_interval(0.95)
    assert difference.unpaired_half_width == pytest.approx((interval.high - interval.low) / 2)
    assert difference.pairing_gain == pytest.approx(difference.unpaired_half_width / difference.half_width)


def test_pairing_takes_out_what_the_worlds_share():
    difference = of(COST, PROFIT).difference()
    assert difference.pairing_gain > 5
    assert of(COST, PROFIT[::-1]).difference().pairing_gain < 1.2


@given(
    world=st.lists(st.floats(-1e4, 1e4), min_size=4, max_size=4),
    delta=st.lists(st.floats(-1e2, 1e2), min_size=4, max_size=4),
)
@settings(max_examples=25, derandomize=True, deadline=None)
def test_what_both_strategies_share_does_not_matter(world: list[float], delta: list[float]):
    base = np.array(world)
    shared = of(base.tolist(), (base + delta).tolist()).difference()
    alone = of([0.0] * 4, delta).difference()
    assert (shared.mean, shared.half_width) == pytest.approx((alone.mean, alone.half_width), abs=1e-6)


@pytest.mark.parametrize(("wins", "n"), [(1, 8), (4, 8), (7, 8), (2, 3), (19, 20)])
def test_the_probability_of_a_win_has_a_jeffreys_interval(wins: int, n: int):
    difference = of([0.0] * n, [1.0] * wins + [-1.0] * (n - wins)).difference()
    assert (difference.wins, difference.probability) == (wins, wins / n)

    # The posterior under the prior 1 / sqrt(p (1 - p)), integrated here; p = sin(x)^2 takes out the poles
    def weight(x: float) -> float:
        return math.sin(x) ** (2 * wins) * math.cos(x) ** (2 * (n - wins))

    whole = integrate.quad(weight, 0, math.pi / 2)[0]

    def below(p: float) -> float:
        return integrate.quad(weight, 0, math.asin(math.sqrt(p)))[0] / whole

    low = optimize.brentq(lambda p: below(p) - 0.025, 1e-9, 1 - 1e-9)
    high = optimize.brentq(lambda p: below(p) - 0.975, 1e-9, 1 - 1e-9)
    assert (difference.probability_low, difference.probability_high) == pytest.approx((low, high), abs=1e-6)


def test_certain_wins_and_losses_reach_the_ends():
    always, never = of([0.0] * 5, [1.0, 2, 3, 4, 5]).difference(), of([1.0] * 5, [0.0] * 5).difference()
    assert (always.probability, always.probability_high) == (1.0, 1.0)
    assert 0.5 < always.probability_low < 1
    assert (never.probability, never.probability_low) == (0.0, 0.0)
    assert 0 < never.probability_high < 0.5
    assert always.probability_low == pytest.approx(1 - never.probability_high)


def test_a_draw_is_not_a_win():
    assert of([1.0, 1.0], [1.0, 2.0]).difference().wins == 1


@pytest.mark.parametrize(
    ("profit", "sign"), [([3.0, 4, 5], 1), ([-3.0, -4, -5], -1), ([-3.0, 1, 4], 0), ([0.0] * 3, 0)]
)
def test_the_sign_is_claimed_only_where_the_interval_excludes_zero(profit: list[float], sign: int):
    assert of([0.0] * 3, profit).difference().sign == sign


def test_one_replication_claims_nothing():
    difference = of([1.0], [9.0]).difference()
    assert difference.mean == 8.0
    assert difference.half_width == difference.unpaired_half_width == math.inf
    assert difference.sign == 0


def test_equal_strategies_differ_by_nothing():
    difference = of(COST, COST).difference()
    assert (difference.mean, difference.half_width, difference.wins, difference.sign) == (0.0, 0.0, 0, 0)
    assert difference.pairing_gain == math.inf


def test_each_other_strategy_is_compared_with_the_first():
    comparison = made(npv={"a": COST, "b": PROFIT, "c": [0.0] * 8})
    assert comparison.strategies == ["a", "b", "c"]
    assert comparison.difference() == comparison.difference("c")
    assert comparison.difference("b").mean == pytest.approx(np.mean(PROFIT) - np.mean(COST))
    assert (comparison.difference("b").baseline, comparison.difference("b").strategy) == ("a", "b")


def test_rows_are_matched_by_replication_not_by_position():
    comparison = of(COST, PROFIT)
    shuffled = comparison.runs.sample(frac=1, random_state=1)
    again = Comparison(comparison.scenarios, comparison.weeks.sample(frac=1, random_state=2), shuffled)
    assert again.difference() == comparison.difference()
    pd.testing.assert_frame_equal(again.by_run("npv"), comparison.by_run("npv"))


# Payback


@pytest.mark.parametrize(
    ("path", "week"),
    [
        ([-3.0, -2.0, -1.0, -0.5], None),  # never
        ([0.0, 1.0, 2.0, 3.0], 0),  # from the first week
        ([0.0, 0.0, 0.0, 0.0], 0),
        ([-3.0, -1.0, 2.0, 3.0], 2),
        ([-3.0, 1.0, -1.0, 2.0], 3),  # twice: the crossing that lasts, here in the last week
        ([1.0, -1.0, 0.0, 2.0], 2),
        ([1.0, 2.0, 3.0, -1.0], None),  # lost in the end
    ],
)
def test_payback_is_the_first_week_from_which_cash_stays_ahead(path: list[float], week: int | None):
    cash = {"cost": np.zeros((2, 4)), "profit": np.array(path) + np.array([[-5.0], [5.0]])}
    cash["cost"] += [[7.0] * 4, [11.0] * 4]
    cash["profit"] += [[7.0] * 4, [11.0] * 4]
    comparison = made(cash, npv={"cost": [0.0, 0.0], "profit": [1.0, 2.0]})
    assert comparison.difference().payback_week == week


# Tables


def test_the_sources_add_up_to_the_difference():
    rng = np.random.default_rng(1)
    parts = {f"npv_{account}": {"cost": rng.normal(0, 50, 8), "profit": rng.normal(5, 50, 8)} for account in ACCOUNTS}
    npv = {name: sum(part[name] for part in parts.values()) for name in ("cost", "profit")}
    comparison = made(npv=npv, **parts)
    sources = comparison.sources()
    assert list(sources["account"]) == list(ACCOUNTS)
    assert sources["mean"].sum() == pytest.approx(comparison.difference().mean)
    for row in sources.itertuples():
        interval = stats.ttest_rel(*(parts[f"npv_{row.account}"][name] for name in ("profit", "cost")))
        low, high = interval.confidence_interval(0.95)
        assert (row.low, row.high) == pytest.approx((low, high))


def test_weeks_have_a_mean_and_an_interval_over_runs():
    cash = {"cost": [[1.0, 5.0], [3.0, 5.0], [8.0, 5.0]], "profit": [[2.0, 4.0], [3.0, 7.0], [10.0, 10.0]]}
    comparison = made(cash, npv={"cost": [0.0] * 3, "profit": [0.0] * 3})
    table = comparison.over_time("cumulative_npv")
    assert table[["strategy", "week"]].values.tolist() == [["cost", 0], ["cost", 1], ["profit", 0], ["profit", 1]]
    assert table["mean"].tolist() == [4.0, 5.0, 5.0, 7.0]
    low, high = stats.ttest_1samp([1.0, 3.0, 8.0], 0).confidence_interval(0.95)
    assert (table["low"][0], table["high"][0]) == pytest.approx((low, high))
    assert (table["low"][1], table["high"][1]) == (5.0, 5.0)

    paired = comparison.cash_difference()
    assert set(paired["strategy"]) == {"profit"}
    assert paired["mean"].tolist() == [1.0, 2.0]
    low, high = stats.ttest_1samp([1.0, 0.0, 2.0], 0).confidence_interval(0.95)
    assert (paired["low"][0], paired["high"][0]) == pytest.approx((low, high))


def test_one_run_draws_a_line_without_a_band():
    table = made({"a": [[1.0, 2.0]], "b": [[3.0, 4.0]]}, npv={"a": [0.0], "b": [0.0]}).over_time("cumulative_npv")
    assert table["low"].tolist() == table["mean"].tolist() == table["high"].tolist() == [1.0, 2.0, 3.0, 4.0]


def test_both_lenses_show_every_metric_of_theirs_for_every_strategy():
    values = {name: {"a": [1.0, 3.0], "b": [2.0, math.nan]} for name in RUN_COLUMNS if name != "npv"}
    values["retention"] = {"a": [math.nan, math.nan], "b": [0.5, 0.7]}
    lenses = made(npv={"a": [0.0, 0.0], "b": [0.0, 0.0]}, **values).lenses()
    marked = {name for name, meaning in RUN_COLUMNS.items() if " lens)" in meaning}
    assert set(lenses["metric"]) == marked
    assert set(lenses["lens"]) == {"cost-center", "profit-center"}
    assert len(lenses) == 2 * len(marked)
    assert not lenses["meaning"].str.contains("lens").any()
    rows = lenses.set_index(["metric", "strategy"])
    assert rows.loc[("occupancy", "a"), "mean"] == 2.0
    assert rows.loc[("occupancy", "b"), "mean"] == 2.0  # the run without any is left out
    assert math.isnan(rows.loc[("retention", "a"), "mean"])
    assert rows.loc[("retention", "b"), "mean"] == pytest.approx(0.6)


def survey_sums(**sums: Sequence[float]) -> dict[str, dict[str, Sequence[float]]]:
    n = len(next(iter(sums.values())))
    every = {f"{kind}_{name}": [0.0] * n for kind in COLUMNS for name in GROUPS} | sums
    return {name: {"only": values} for name, values in every.items()}


def test_the_survey_compares_mean_spend_and_the_same_people():
    columns = survey_sums(
        respondents_none=[10, 30], spend_none=[1000.0, 3000.0], paired_spend_none=[90.0, 110.0],
        paired_without_none=[100.0, 100.0], respondents_recovered=[2, 2], spend_recovered=[240.0, 160.0],
        paired_spend_recovered=[30.0, 60.0], paired_without_recovered=[50.0, 50.0],
    )  # fmt: skip
    table = made(npv={"only": [0.0, 0.0]}, **columns).survey().set_index("group")
    assert table["respondents"].to_dict() == {"recovered": 4, "none": 40, "unresolved": 0, "silent": 0}
    assert table.loc["none", ["as_seen", "as_caused"]].tolist() == [100.0, 100.0]
    assert table.loc["recovered", ["as_seen", "as_caused"]].tolist() == pytest.approx([100.0, 90.0])
    assert table.loc[["unresolved", "silent"], ["as_seen", "as_caused", "as_seen_low"]].isna().all(axis=None)
    # (30 - .9 x 50, 60 - .9 x 50) / 50 = (-.3, .3): half width t(1) x sd / sqrt(2) = 12.706 x .3
    half = 100 * stats.t.ppf(0.975, 1) * 0.3
    assert table.loc["recovered", "as_caused_high"] - 90 == pytest.approx(half)
    assert 90 - table.loc["recovered", "as_caused_low"] == pytest.approx(half)
    assert table.loc["none", "as_seen_low"] == pytest.approx(100.0)  # the baseline of itself


def test_the_interval_of_a_ratio_covers_as_often_as_it_says():
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(120):
        people, buyers = rng.poisson(50, 20), rng.poisson(900, 20)
        spend, untroubled = rng.gamma(people, 20.0), rng.gamma(buyers, 100.0)
        columns = survey_sums(
            respondents_unresolved=people, spend_unresolved=spend, respondents_none=buyers, spend_none=untroubled
        )
        row = made(npv={"only": [0.0] * 20}, **columns).survey().set_index("group").loc["unresolved"]
        covered += row["as_seen_low"] < 20 < row["as_seen_high"]
    assert 0.88 < covered / 120 < 0.995


def test_the_survey_of_one_strategy_counts_only_its_own():
    columns = {
        name: {"a": values["only"], "b": np.multiply(values["only"], 3)}
        for name, values in survey_sums(respondents_none=[10, 10], spend_none=[50.0, 70.0]).items()
    }
    comparison = made(npv={"a": [0.0, 0.0], "b": [0.0, 0.0]}, **columns)
    assert [comparison.survey(name)["respondents"].sum() for name in ("a", "b", None)] == [20, 60, 80]


# Identity


def test_the_identity_names_parameters_and_replications():
    comparison = of(COST, PROFIT)
    again = of([0.0] * 8, [1.0] * 8)
    assert comparison.identity == again.identity
    assert len(comparison.identity) == 12
    assert int(comparison.identity, 16) >= 0
    assert of(COST[:7], PROFIT[:7]).identity != comparison.identity
    world = comparison.scenarios[0].world
    for changed in (
        {"strategy_name": "other"},
        {"world": world.model_copy(update={"needs": world.needs.model_copy(update={"basket": 3.0})})},
        {"run": comparison.scenarios[0].run.model_copy(update={"seed": 2})},
    ):
        scenario = comparison.scenarios[0].model_copy(update=changed)
        other = Comparison((scenario, comparison.scenarios[1]), comparison.weeks, comparison.runs)
        assert other.identity != comparison.identity


# Simulated


@pytest.fixture(scope="module")
def tiny() -> Comparison:
    return compare(load_comparison(changes=TINY), workers=1, progress=False)


def test_a_comparison_needs_two_strategies():
    with pytest.raises(ParameterError, match=r"strategies: .*at least two"):
        compare(load_comparison(strategies=["cost_center"], changes=TINY), workers=1, progress=False)
    with pytest.raises(ParameterError, match=r"strategies: .*at least two"):
        compare([], workers=1, progress=False)


def test_tables_have_a_row_a_run_and_a_row_a_week(tiny: Comparison):
    assert tiny.replications == 3
    keys = [(name, row) for row in range(3) for name in ("cost_center", "profit_center")]
    assert list(zip(tiny.runs["strategy"], tiny.runs["replication"], strict=True)) == keys
    assert set(tiny.runs["scenario"]) == {"online_retail"}
    assert {*RUN_COLUMNS, *(f"{kind}_{name}" for kind in COLUMNS for name in GROUPS)} < set(tiny.runs.columns)
    assert len(tiny.weeks) == len(keys) * 30
    assert {*WEEK_COLUMNS, *ACCOUNTS, "net", "cumulative_npv"} < set(tiny.weeks.columns)
    assert tiny.weeks.groupby(["strategy", "replication"])["week"].apply(list).tolist() == [list(range(30))] * 6


def test_npv_of_runs_weeks_and_accounts_agree(tiny: Comparison):
    last = tiny.weeks[tiny.weeks["week"] == 29].set_index(["strategy", "replication"])["cumulative_npv"]
    npv = tiny.runs.set_index(["strategy", "replication"])["npv"]
    assert npv.to_dict() == pytest.approx(last.to_dict())
    assert tiny.runs[[f"npv_{account}" for account in ACCOUNTS]].sum(axis=1).tolist() == pytest.approx(npv.tolist())
    assert tiny.sources()["mean"].sum() == pytest.approx(tiny.difference().mean)
    assert tiny.weeks[list(ACCOUNTS)].sum(axis=1).tolist() == pytest.approx(tiny.weeks["net"].tolist())


def test_identical_strategies_under_two_names_differ_by_nothing_in_any_world(tmp_path: Path):
    source = (Path(__file__).resolve().parents[2] / "params" / "strategy" / "profit_center.yaml").read_text()
    for name in ("one.yaml", "other.yaml"):
        (tmp_path / name).write_text(source)
    files = [str(tmp_path / "one.yaml"), str(tmp_path / "other.yaml")]
    comparison = compare(load_comparison(strategies=files, changes=TINY), workers=1, progress=False)
    npv = comparison.by_run("npv")
    assert (npv["one"] == npv["other"]).all()
    assert npv["one"].nunique() == 3  # the worlds do differ
    frames = [
        table[table["strategy"] == name].drop(columns="strategy").reset_index(drop=True)
        for table in (comparison.weeks, comparison.runs)
        for name in ("one", "other")
    ]
    pd.testing.assert_frame_equal(frames[0], frames[1], check_exact=True)
    pd.testing.assert_frame_equal(frames[2], frames[3], check_exact=True)
    assert comparison.difference().half_width == 0


def digest(comparison: Comparison, folder: Path) -> str:
    """One hash of both tables as CSV and as parquet."""
    content = hashlib.sha256()
    for table in (comparison.weeks, comparison.runs):
        content.update(table.to_csv(index=False).encode())
        table.to_parquet(folder / "table.parquet", index=False)
        content.update((folder / "table.parquet").read_bytes())
    return content.hexdigest()


def test_two_workers_give_the_same_bytes_as_one(tiny: Comparison, tmp_path: Path):
    two = compare(load_comparison(changes=TINY), workers=2, progress=False)
    assert digest(two, tmp_path) == digest(tiny, tmp_path)
    assert two.identity == tiny.identity


def test_a_process_of_its_own_gives_the_same_bytes(tiny: Comparison, tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "from test_compare import TINY, compare, digest, load_comparison;"
        "print(digest(compare(load_comparison(changes=TINY), workers=1, progress=False), Path(sys.argv[2])))"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent), str(tmp_path)]
    seeded = os.environ | {"PYTHONHASHSEED": "12345"}
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=seeded, timeout=120)
    assert result.stdout.strip() == digest(tiny, tmp_path)


def test_another_seed_gives_other_worlds(tiny: Comparison):
    other = compare(load_comparison(changes=TINY | {"run.seed": 2}), workers=1, progress=False)
    assert not set(other.runs["npv"]) & set(tiny.runs["npv"])


# Precision


def precise(precision: float | None, most: int = 200, first: int = 3) -> Comparison:
    changes = TINY | {"run.precision": precision, "run.max_replications": most, "run.replications": first}
    return compare(load_comparison(changes=changes), workers=1, progress=False)


@pytest.fixture(scope="module")
def further(tiny: Comparison) -> Comparison:
    return precise(0.6 * tiny.difference().half_width)


def test_it_goes_on_until_the_interval_is_as_narrow_as_wanted(tiny: Comparison, further: Comparison):
    assert further.difference().half_width <= 0.6 * tiny.difference().half_width
    assert 3 < further.replications < 30


def test_the_first_replications_are_not_changed_by_going_on(tiny: Comparison, further: Comparison):
    for name in ("runs", "weeks"):
        table = getattr(further, name)
        first = table[table["replication"] < 3].reset_index(drop=True)
        pd.testing.assert_frame_equal(first, getattr(tiny, name), check_exact=True)
    assert further.runs["replication"].tolist() == [row for row in range(further.replications) for _ in range(2)]


def test_it_gives_up_at_the_most_replications():
    assert precise(0.01, most=7).replications == 7


def test_it_stops_at_once_where_the_interval_is_narrow_enough(tiny: Comparison):
    assert precise(tiny.difference().half_width * 1.01).replications == 3


def test_it_goes_on_from_one_replication():
    assert precise(1e6, first=1).replications > 1


# Claims about the default world, measured


@pytest.mark.slow
def test_pairing_makes_the_interval_three_times_narrower():
    middle = {"world.market.people": 6000, "run.weeks": 104, "run.replications": 10}
    paired = compare(load_comparison(changes=middle), progress=False)
    other_worlds = compare(load_comparison(changes=middle | {"run.seed": 2}), progress=False)
    difference = paired.difference()
    assert difference.pairing_gain > 3
    # Not by the formula: the other strategy really run in other worlds, replication by replication
    unpaired = other_worlds.by_run("npv")["profit_center"] - paired.by_run("npv")["cost_center"]
    interval = stats.ttest_1samp(unpaired, 0).confidence_interval(0.95)
    assert (interval.high - interval.low) / 2 > 3 * difference.half_width
