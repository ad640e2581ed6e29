"""The search for each strategy's own best: planted optima, a planted budget, luck told from skill, stopped, resumed."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.best import judge, runs
from sim.experiment.best.plan import Lever, Plan, with_values
from sim.experiment.best.read import read_plan
from sim.experiment.best.search import EQUAL, OWN, SHIPPED, Found, search
from sim.experiment.best.spend import spend
from sim.experiment.insight.designs import Range
from sim.experiment.metrics import RUN_COLUMNS
from sim.experiment.sweep.store import name_of
from sim.parameters import ParameterError, Scenario

Books = Callable[[Scenario, int], Mapping[str, float]]
OCCUPANCY = {"staffing.occupancy": {"low": 0.5, "high": 0.97}}
ANALYSIS = {"learning.analysis": {"low": 0.0, "high": 1.0}}
PAIR = {
    "cost_center": {"from": "cost_center", "levers": OCCUPANCY},
    "profit_center": {"from": "profit_center", "levers": ANALYSIS},
}
RIVAL = {"profit_center": PAIR["profit_center"]}
ADVERTISING = {"from_best": "cost_center", "levers": {"promotion.advertising": {"low": 1.0, "high": 5.0}}}


@pytest.fixture
def plan_of(tmp_path: Path) -> Callable[..., Plan]:
    def make(contenders: Mapping[str, Any], **said: Any) -> Plan:
        path = tmp_path / "mine.yaml"
        path.write_text(json.dumps({**said, "contenders": contenders}), encoding="utf-8")  # which is YAML too
        return read_plan(str(path))

    return make


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Callable[[Books], list[tuple[str, int]]]:
    """Puts planted accounts ($, those not named are 0) in the place of runs; returns the log of those made."""

    def plant(planted: Books) -> list[tuple[str, int]]:
        made: list[tuple[str, int]] = []

        def one_run(scenario: Scenario, replication: int) -> dict[str, float]:
            made.append((name_of(scenario), replication))
            row = dict.fromkeys(RUN_COLUMNS, 0.0)
            return row | dict(planted(scenario, replication))

        monkeypatch.setattr(runs, "one_run", one_run)
        return made

    return plant


def found_in(plan: Plan, out: Path) -> Found:
    return search(plan, out, workers=1, progress=False)


def luck(*of: Any) -> float:
    """A standard normal number, the same for the same."""
    return float(np.random.default_rng(crc32(repr(of).encode())).normal())


# What is planted is found


def hill(scenario: Scenario, replication: int) -> dict[str, float]:
    """1000 at the top: occupancy .8, a wait of 40 hours, three contacts; each world with a level of its own."""
    strategy = scenario.strategy
    steep = {strategy.staffing.occupancy: 0.8, strategy.desk.contacts / 5: 0.6}
    drop = sum((value - top) ** 2 for value, top in steep.items())
    drop += (np.log(strategy.staffing.wait / 40) / 3) ** 2
    return {"npv": 1000 - 2000 * drop + 500 * luck("world", replication)}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_planted_optimum_is_found(plan_of, books, tmp_path: Path, seed: int):
    books(hill)
    levers = OCCUPANCY | {
        "staffing.wait": {"low": 5, "high": 300, "scale": "log"},
        "desk.contacts": {"low": 1, "high": 6},
    }
    plan = plan_of({"cost_center": {"from": "cost_center", "levers": levers}, **RIVAL}, trials=8, seed=seed)
    best = found_in(plan, tmp_path / "out").of("cost_center", OWN).here
    worlds = [500 * luck("world", number) for number in range(plan.replications)]
    assert best.mean - np.mean(worlds) > 990
    assert best.values["desk.contacts"] == 3


@pytest.mark.parametrize("seed", [1, 2])
def test_what_it_begins_with_is_among_the_trials_so_the_best_is_never_worse(plan_of, books, tmp_path: Path, seed: int):
    """However rough the ground: here every point has a value by chance."""
    books(lambda scenario, replication: {"npv": luck(name_of(scenario))})
    plan = plan_of({**PAIR, "ads": ADVERTISING}, seed=seed)
    found = found_in(plan, tmp_path / "out")
    for contender in plan.contenders:
        first = next(one for one in found.tried if one.contender == contender.name)
        start = found.of("cost_center", OWN).here.scenario if contender.of else contender.scenario
        assert name_of(first.scenario) == name_of(start)
        assert first.values == contender.values(start)
        assert found.of(contender.name, OWN).here.mean >= first.mean


def test_all_trials_meet_the_same_worlds_and_the_best_is_judged_in_others(plan_of, books, tmp_path: Path):
    made = books(hill)
    plan = plan_of(PAIR, replications=3, fresh=4)
    found = found_in(plan, tmp_path / "out")
    worlds = {name: sorted(world for other, world in made if other == name) for name, _ in made}
    judged = {name_of(place.here.scenario) for place in found.places}
    assert all(seen == list(range(7 if name in judged else 3)) for name, seen in worlds.items())
    assert [row["npv"] for row in found.of("cost_center", OWN).rows] == pytest.approx(
        [hill(found.of("cost_center", OWN).here.scenario, world)["npv"] for world in range(3, 7)]
    )


@pytest.mark.slow
def test_where_all_is_luck_the_search_is_optimistic_and_fresh_worlds_say_so(plan_of, books, tmp_path: Path):
    """The best of n draws of a normal lies above its mean; in other worlds nothing is left of it.

    For two worlds the mean of a trial has a standard deviation of 100 / sqrt 2; the largest of 16 lies 1.77 of them
    above zero (Harter 1961), and what it is compared with lies at zero on average: some 125.
    """
    books(lambda scenario, replication: {"npv": 100 * luck(name_of(scenario), replication)})
    promised, kept = [], []
    for seed in range(4):
        plan = plan_of(
            {"cost_center": {"from": "cost_center", "levers": OCCUPANCY}, **RIVAL}, trials=16, fresh=16,
            seed=seed,
        )  # fmt: skip
        found = found_in(plan, tmp_path / f"out{seed}")
        place = found.of("cost_center", OWN)
        promised.append(judge.optimism(found, place).mean + judge.gain(found, place).mean)
        kept.append(judge.gain(found, place).mean)
    assert np.mean(promised) > 60
    assert abs(np.mean(kept)) < 3 * 100 * np.sqrt(2 / 16 / 4)


# Equal spend


def duel(scenario: Scenario, replication: int) -> dict[str, float]:
    """The profit center's best spends 100 more on support; advertising costs 50 for each time today's, and pays."""
    strategy = scenario.strategy
    support = 10 + (90 + 10 * strategy.learning.analysis if strategy.title == "Profit center" else 0)
    effort = strategy.promotion.advertising
    cash = {"npv_support_labour": -support, "npv_advertising": -50 * effort, "npv_sales": 1000 * strategy.offer.price}
    cash["npv_cost_of_goods"] = -600.0
    gross = 600 + 150 * (effort - 1) + 400 * strategy.learning.analysis - 3000 * (1 - strategy.offer.price)
    return {**cash, "npv": gross + 20 * luck("world", replication)}


def test_the_budget_binds_where_it_is_planted(plan_of, books, tmp_path: Path):
    """100 more buys two more times today's advertising, so three in all: 300 of NPV more than the baseline."""
    books(duel)
    price = {"from_best": "cost_center", "levers": {"offer.price": {"low": 0.8, "high": 1.0}}}
    found = found_in(plan_of({**PAIR, "ads": ADVERTISING, "price": price}), tmp_path / "out")
    assert found.budget == pytest.approx(100)
    free, bound = found.of("ads", OWN), found.place("ads", EQUAL)
    assert bound is not None
    assert free.here.values["promotion.advertising"] == pytest.approx(5, abs=0.05)
    assert 2.9 < bound.here.values["promotion.advertising"] <= 3
    assert judge.beyond(found, bound).mean <= 100
    assert judge.difference(bound, found.of("cost_center", OWN)).mean == pytest.approx(300, abs=15)
    assert judge.per_dollar(found, bound).mean == pytest.approx(3, abs=1e-6)
    assert not judge.within_budget(found, "ads")
    # Nobody wants to give revenue away here: as much as today's is the best, and none of the budget is spent
    assert judge.within_budget(found, "price")
    assert found.of("price", OWN).here.values["offer.price"] == 1.0
    assert np.isnan(judge.per_dollar(found, found.of("price", OWN)).mean)
    # 600 of 1000 more are worth as much as 400 of 100 more if each time today's costs twice 50
    assert judge.advertising_at_par(found, free) == pytest.approx(1 + (600 - 400) / 200, rel=0.05)


def test_dollars_may_be_said(plan_of, books, tmp_path: Path):
    """Then the second contender has to keep to them too."""
    books(duel)
    found = found_in(plan_of({**PAIR, "ads": ADVERTISING}, equal_spend=95.0), tmp_path / "out")
    ads, rival = found.place("ads", EQUAL), found.place("profit_center", EQUAL)
    assert ads is not None and rival is not None
    assert ads.here.values["promotion.advertising"] == pytest.approx(2.9, abs=0.05)
    assert rival.here.values["learning.analysis"] == pytest.approx(0.5, abs=0.03)


def test_without_a_way_to_spend_as_little_there_is_no_place(plan_of, books, tmp_path: Path):
    books(duel)
    found = found_in(plan_of(PAIR, equal_spend=50.0), tmp_path / "out")
    assert found.place("profit_center", EQUAL) is None


def test_where_the_second_spends_less_there_is_no_budget(plan_of, books, tmp_path: Path):
    books(lambda scenario, replication: {"npv": 1.0, "npv_remedies": -5.0 * (scenario.strategy.title == "Cost center")})
    found = found_in(plan_of({**PAIR, "ads": ADVERTISING}), tmp_path / "out")
    assert found.budget is None
    assert {place.way for place in found.places} == {SHIPPED, OWN}
    assert found_in(plan_of(PAIR, equal_spend=False), tmp_path / "out").budget is None


def test_what_counts_as_spending(scenario):
    """By hand: goods for 1000 at today's price, sold at .9, halved defects, three desks, a discount."""
    changed = with_values(scenario(), {"offer.price": 0.9, "product.problems": 0.5})
    assert changed.world.needs.gross_margin == 0.4
    row = dict.fromkeys((f"npv_{name}" for name in ("self_service", "learning", "hiring")), 0.0)
    row |= {"npv_sales": 900.0, "npv_cost_of_goods": -630.0, "npv_support_labour": -50.0, "npv_remedies": -20.0}
    row |= {"npv_support_fees": 7.0, "npv_advertising": -11.0, "npv_promotion": -2.0, "npv_discounts": -3.0}
    assert spend(row, changed) == pytest.approx(
        {"support": 63.0, "advertising": 11.0, "product": 30.0, "price": 100.0, "promotion": 5.0}
    )


def test_the_engine_books_a_better_product_and_a_lower_price_as_spending(scenario):
    """Half the defects cost 3 % of today's price of what is sold, five per cent off costs five per cent of it."""
    changes = {"world.market.people": 300, "run.weeks": 20}
    changed = with_values(scenario(changes), {"offer.price": 0.95, "product.problems": 0.5})
    row = runs.one_run(changed, 0)
    today = row["npv_sales"] / 0.95
    found = spend(row, changed)
    assert found["price"] == pytest.approx(0.05 * today)
    assert found["product"] == pytest.approx(changed.world.problems.quality_cost * today, rel=1e-3)
    base = scenario(changes)
    found = spend(runs.one_run(base, 0), base)
    assert found["price"] == 0
    assert found["product"] == pytest.approx(0, abs=1)  # rounding of whole cents


# Stopped and gone on with


def frames(found: Found) -> tuple[pd.DataFrame, pd.DataFrame]:
    return judge.trials(found), judge.table(found)


def test_stopped_anywhere_it_ends_the_same_and_runs_nothing_twice(
    plan_of, books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made = books(duel)
    plan = plan_of({**PAIR, "ads": ADVERTISING})
    wanted = frames(found_in(plan, tmp_path / "whole"))
    total, planted = len(made), runs.one_run
    for stop in (7, total // 2, total - 3):
        made.clear()

        def killed(scenario: Scenario, replication: int, stop: int = stop) -> dict[str, float]:
            if len(made) == stop:
                raise KeyboardInterrupt
            return planted(scenario, replication)

        out = tmp_path / f"stopped{stop}"
        monkeypatch.setattr(runs, "one_run", killed)
        with pytest.raises(KeyboardInterrupt):
            found_in(plan, out)
        monkeypatch.setattr(runs, "one_run", planted)
        for one, other in zip(frames(found_in(plan, out)), wanted, strict=True):
            pd.testing.assert_frame_equal(one, other, check_exact=True)
        assert len(made) == total == len(set(made))


def test_a_changed_file_in_the_same_folder_finds_what_it_would_find_in_a_new_one(plan_of, books, tmp_path: Path):
    made = books(duel)
    found_in(plan_of(PAIR), tmp_path / "out")
    narrow = {"learning.analysis": {"low": 0.3, "high": 0.7}}
    plan = plan_of({**PAIR, "profit_center": {"from": "profit_center", "levers": narrow}})
    made.clear()
    again = frames(found_in(plan, tmp_path / "out"))
    kept = len(made)
    made.clear()
    for one, other in zip(again, frames(found_in(plan, tmp_path / "new")), strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert 0 < kept < len(made)  # what is the same in both was not run again


def test_runs_are_the_same_on_two_processes(plan_of, tmp_path: Path):
    changes = {"world.market.people": 150, "run.weeks": 12}
    plan = plan_of(PAIR, changes=changes, replications=1, fresh=2, trials=2)
    one = frames(search(plan, tmp_path / "one", workers=1, progress=False))
    two = frames(search(plan, tmp_path / "two", workers=2, progress=False))
    for a, b in zip(one, two, strict=True):
        pd.testing.assert_frame_equal(a, b, check_exact=True)


# What the file says


@given(
    unit=st.floats(0, 1),
    ends=st.tuples(st.floats(0.01, 1e4), st.floats(0.01, 1e4)).filter(lambda ends: ends[1] > 1.01 * ends[0]),
    log=st.booleans(),
)
def test_a_lever_stays_in_its_range_and_knows_where_it_is(unit: float, ends: tuple[float, float], log: bool):
    lever = Lever("staffing.wait", Range(*ends, log))
    value = lever.value(unit)
    assert ends[0] <= value <= ends[1]
    assert lever.unit(value) == pytest.approx(unit, abs=1e-3)


def test_the_file_that_ships_is_read(plan_of):
    plan = read_plan("support")
    assert [one.name for one in plan.contenders[:2]] == ["cost_center", "profit_center"]
    levers = {key for one in plan.contenders for key in (lever.key for lever in one.levers)}
    assert {"promotion.advertising", "product.problems", "offer.price"} <= levers
    assert plan.equal_spend is True
    assert all(lever.why for one in plan.contenders for lever in one.levers)
    # Whoever may advertise pays for it
    assert plan.baseline.scenario.world.market.advertising_cost > 0


def lever(key: str, **said: Any) -> dict[str, Any]:
    """Two contenders, the first with this lever."""
    return PAIR | {"cost_center": {"from": "cost_center", "levers": {key: said}}}


@pytest.mark.parametrize(
    ("contenders", "said", "words"),
    [
        (PAIR, {"trails": 3}, ["unknown key 'trails'", "Did you mean 'trials'"]),
        (PAIR, {"trials": 0}, ["trials: got 0", "a whole number at least"]),
        (PAIR, {"fresh": 1}, ["fresh: got 1", "at least 2"]),
        (PAIR, {"replications": True}, ["replications: got true"]),
        (PAIR, {"equal_spend": "yes"}, ["equal_spend: got 'yes'", "true, false, or dollars"]),
        (PAIR, {"equal_spend": -5}, ["equal_spend: got -5"]),
        (PAIR, {"title": 3}, ["title: got 3", "text"]),
        (PAIR, {"world": "online_retial"}, ["Did you mean 'online_retail'"]),
        (PAIR, {"changes": {"world.needs.gros_margin": 0.3}}, ["gros_margin", "Did you mean"]),
        ({"one": PAIR["cost_center"]}, {}, ["contenders", "two or more"]),
        (PAIR | {"ads": 3}, {}, ["contenders, ads: got 3", "keys and values"]),
        (PAIR | {"ads": {**ADVERTISING, "form": "x"}}, {}, ["contenders, ads", "unknown key 'form'", "'from'"]),
        (PAIR | {"ads": {**ADVERTISING, "from": "cost_center"}}, {}, ["contenders, ads", "one of from"]),
        (PAIR | {"ads": {"levers": OCCUPANCY}}, {}, ["contenders, ads", "one of from"]),
        (PAIR | {"ads": {**ADVERTISING, "from_best": "cost_centre"}}, {}, ["from_best", "Did you mean 'cost_center'"]),
        ({"ads": ADVERTISING} | PAIR, {}, ["ads, from_best: got 'cost_center'", "a contender above"]),
        (PAIR | {"x": {"from": "cost_centre", "levers": OCCUPANCY}}, {}, ["cost_centre", "Did you mean 'cost_center'"]),
        (PAIR | {"x": {"from": "cost_center"}}, {}, ["contenders, x, levers", "dotted keys"]),
        (lever("staffing.ocupancy", low=0, high=1), {}, ["staffing.ocupancy", "Did you mean 'staffing.occupancy'"]),
        (lever("remedy.action", low=0, high=1), {}, ["remedy.action", "a number"]),
        (lever("staffing.wait", low=200, high=100), {}, ["levers, staffing.wait", "low below high"]),
        (lever("staffing.wait", low=0, high=100, scale="log"), {}, ["above 0 in log"]),
        (lever("staffing.wait", low=1, high=200, scale="lag"), {}, ["scale: got 'lag'", "Did you mean 'log'"]),
        (lever("staffing.wait", low=1), {}, ["low below high"]),
        (lever("staffing.wait", low=1, high=200, by=3), {}, ["unknown key 'by'"]),
        (lever("staffing.occupancy", low=0.5, high=1.5), {}, ["staffing.occupancy: got 1.5", "below 1"]),
        (lever("desk.contacts", low=1.5, high=4), {}, ["desk.contacts", "whole numbers"]),
        (lever("staffing.wait", low=1, high=50), {}, ["a range that holds 120", "as it ships"]),
    ],
)
def test_what_cannot_be_searched_is_refused_in_words(plan_of, contenders: dict, said: dict, words: list[str]):
    with pytest.raises(ParameterError) as error:
        plan_of(contenders, **said)
    for word in words:
        assert word in str(error.value)


def test_an_unknown_file_is_named_with_the_nearest():
    with pytest.raises(ParameterError, match="Did you mean 'support'"):
        read_plan("suport")


def test_several_faults_are_told_at_once(plan_of):
    with pytest.raises(ParameterError) as error:
        plan_of(lever("staffing.wait", low=3, high=2), trials=0, fresh=0)
    assert len(str(error.value).splitlines()) == 3
