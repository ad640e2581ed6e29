"""The bridge: every difference in the part it belongs to, by hand where that can be done, and always the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment.bridge import BOOKED, PARTS, TOTAL, bridge, bridge_by_run
from sim.experiment.compare import Comparison, compare
from sim.model.ledger import ACCOUNTS, discount_factors
from sim.parameters import load_comparison

BASE = load_comparison(strategies=["cost_center"])[0]
Weeks = dict[str, Sequence[float]]
MARGIN = [part for part in PARTS if part not in ("cost to serve", "remedies and fees")]


def lived(
    start: float = 100.0,
    leaves: Sequence[float] = (0.0, 0.0),
    returned: Sequence[float] = (0, 0),
    recommended: Sequence[float] = (0, 0),
    others: Sequence[float] = (0, 0),
    repeats: Sequence[float] = (1.0, 1.0),
    basket: float = 10.0,
    markup: float = 0.4,
    **booked: Sequence[float],
) -> Weeks:
    """Two weeks (or more) of a firm, told by what it does: shares that leave, people who join, orders of a customer."""
    weeks: dict[str, list[float]] = {name: [] for name in ("customers", "left", "joined", "orders")}
    customers = start
    for week, share in enumerate(leaves):
        joined = returned[week] + recommended[week] + others[week]
        weeks["joined"].append(joined)
        weeks["orders"].append(joined + repeats[week] * customers)
        weeks["left"].append(share * (customers + joined))
        customers = (customers + joined) * (1 - share)
        weeks["customers"].append(customers)
    sales = basket * np.array(weeks["orders"])
    told = {"newcomers": np.add(recommended, others), "recommended": recommended}
    told |= {account: np.zeros(len(sales)) for account in ACCOUNTS}
    return {**weeks, **told, "sales": sales, "cost_of_goods": -(1 - markup) * sales, **booked}


def made(*worlds: tuple[Weeks, Weeks], rate: float = 0.0, price: float = 1.0) -> Comparison:
    """A comparison of two strategies from the weeks of each in each world; the second asks `price`."""
    horizon = len(worlds[0][0]["orders"])
    run = BASE.run.model_copy(update={"weeks": horizon, "discount_rate": rate})
    offer = BASE.strategy.offer.model_copy(update={"price": price})
    dearer = BASE.strategy.model_copy(update={"offer": offer})
    scenarios = (
        BASE.model_copy(update={"strategy_name": "one", "run": run}),
        BASE.model_copy(update={"strategy_name": "other", "run": run, "strategy": dearer}),
    )
    weeks, runs = [], []
    for replication, pair in enumerate(worlds):
        for scenario, columns in zip(scenarios, pair, strict=True):
            key: dict[str, Any] = {"scenario": "w", "strategy": scenario.strategy_name, "replication": replication}
            net = np.sum([columns[account] for account in ACCOUNTS], axis=0)
            weeks.append(pd.DataFrame(key | {"week": np.arange(horizon)} | columns))
            runs.append(key | {"npv": net @ discount_factors(horizon, rate)})
    return Comparison(scenarios, pd.concat(weeks, ignore_index=True), pd.DataFrame(runs))


def split(*worlds: tuple[Weeks, Weeks], **how: float) -> dict[str, float]:
    """The parts of the first world, those of nothing left out."""
    parts = bridge_by_run(made(*worlds, **how)).iloc[0]
    return {name: value for name, value in parts.items() if abs(value) > 1e-9}


def differences(comparison: Comparison, strategy: str) -> np.ndarray:
    npv = comparison.by_run("npv")
    return (npv[strategy] - npv[comparison.strategies[0]]).to_numpy()


# One difference, one part


@pytest.mark.parametrize(
    ("part", "before", "after", "worth"),
    [
        # A tenth leaves in the first week: 10 orders of the second, $4 of margin each
        ("retention", {"leaves": (0.1, 0.0)}, {"leaves": (0.0, 0.0)}, 40.0),
        # Five come back and buy, and buy again
        ("retention", {"returned": (0, 0)}, {"returned": (5, 0)}, 40.0),
        ("repurchase", {"repeats": (1.0, 1.0)}, {"repeats": (1.0, 1.5)}, 200.0),
        ("repurchase", {"basket": 10.0}, {"basket": 11.0}, 80.0),
        # Twice as many at the same time; as many a week sooner, who have time to buy again
        ("expansion", {"recommended": (3, 1)}, {"recommended": (6, 2)}, 28.0),
        ("acceleration", {"recommended": (0, 4)}, {"recommended": (4, 0)}, 16.0),
        ("other newcomers", {"others": (1, 0)}, {"others": (2, 0)}, 8.0),
        ("price and promotion", {"markup": 0.4}, {"markup": 0.5}, 200.0),
        ("price and promotion", {}, {"discounts": (-3.0, 0.0), "promotion": (0, -2.0), "advertising": (0, -1.0)}, -6.0),
        ("cost to serve", {}, {"support_labour": (-7.0, 0.0), "hiring": (0, -1.0), "learning": (0, -2.0)}, -10.0),
        ("cost to serve", {"self_service": (-1.0, -1.0)}, {}, 2.0),
        ("remedies and fees", {}, {"remedies": (-5.0, 0.0), "support_fees": (0.0, 2.0)}, -3.0),
    ],
)  # fmt: skip
def test_a_single_difference_is_all_in_its_part(part: str, before: Any, after: Any, worth: float) -> None:
    assert split((lived(**before), lived(**after))) == pytest.approx({part: worth})


def test_two_factors_by_hand() -> None:
    """Twice the orders of each and half as many customers in the second week.

    Orders are 100 + 100 before and 200 + 2 x 50 after, $4 each. Alone, the doubling adds 200 and the leaving takes 50;
    together they add 100, so that each is the mean of coming first and second.
    """
    before, after = lived(), lived(leaves=(0.5, 0.0), repeats=(2.0, 2.0))
    expected = {"repurchase": 4 * (200 + 150) / 2, "retention": 4 * (-50 - 100) / 2}
    assert split((before, after)) == pytest.approx(expected)


def test_three_factors_by_hand() -> None:
    """Nobody there; newcomers, their basket and the margin in it are twice, three and five times the old ones.

    Worth is 1 before and 30 after. Alone they add 1, 2 and 4; second, after one of the others; last, the rest of 30.
    """
    before = lived(start=0, others=(1, 0), repeats=(0, 0), basket=10.0, markup=0.1)
    after = lived(start=0, others=(2, 0), repeats=(0, 0), basket=30.0, markup=0.5)
    expected = {
        "other newcomers": 1 / 3 + (3 + 5) / 6 + 15 / 3,
        "repurchase": 2 / 3 + 2 * (2 + 5) / 6 + 2 * 10 / 3,
        "price and promotion": 4 / 3 + 4 * (2 + 3) / 6 + 4 * 6 / 3,
    }
    assert split((before, after)) == pytest.approx(expected)
    assert sum(expected.values()) == pytest.approx(29)


def test_a_higher_price_for_the_same_goods_is_price() -> None:
    """A tenth dearer: sales of 200 orders rise from $10 to $11 each, the goods cost $6 as before."""
    goods = {"cost_of_goods": (-600.0, -600.0)}
    assert split((lived(), lived(basket=11.0, **goods)), price=1.1) == pytest.approx({"price and promotion": 200.0})


def test_what_comes_later_is_worth_less() -> None:
    after = lived(repeats=(1.0, 1.5), remedies=(0.0, -100.0))
    second = discount_factors(2, 0.5)[1]
    expected = {"repurchase": 200 * second, "remedies and fees": -100 * second}
    assert split((lived(), after), rate=0.5) == pytest.approx(expected)


# Nobody there, nothing bought


def test_the_first_customers_of_all_belong_to_who_brought_them() -> None:
    """Without customers nobody can say how much they would have bought: that is no difference then."""
    nobody, some = lived(start=0), lived(start=0, leaves=(0.5, 0.0), recommended=(10, 0))
    assert split((nobody, some)) == pytest.approx({"expansion": 4 * (10 + 5)})
    assert split((some, nobody)) == pytest.approx({"expansion": -4 * (10 + 5)})
    assert split((nobody, nobody)) == {}


def test_all_are_gone() -> None:
    stay, go = lived(), lived(leaves=(1.0, 0.0))
    assert split((stay, go)) == pytest.approx({"retention": -400.0})


def test_nothing_bought_is_repurchase() -> None:
    assert split((lived(), lived(repeats=(0.0, 0.0)))) == pytest.approx({"repurchase": -800.0})


# Always the whole

share = st.floats(0, 1).map(lambda x: 0.0 if x < 0.1 else 1.0 if x > 0.9 else x)
people = st.integers(0, 30)
dollars = st.floats(-1e4, 1e4)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Weeks, Weeks]:
    """Four weeks of any two firms that begin with the same people."""
    start = draw(st.sampled_from([0.0, 1.0, 250.0]))

    def four(values: st.SearchStrategy) -> list[float]:
        return draw(st.lists(values, min_size=4, max_size=4))

    def firm() -> Weeks:
        booked = {account: four(dollars) for accounts in BOOKED.values() for account in accounts}
        joining = {name: four(people) for name in ("returned", "recommended", "others")}
        repeats = four(st.floats(0, 3).map(lambda x: 0.0 if x < 0.5 else x))
        basket, markup = draw(st.floats(0.01, 200)), draw(st.floats(-0.5, 0.9))
        return lived(start, four(share), repeats=repeats, basket=basket, markup=markup, **joining, **booked)

    return firm(), firm()


@given(worlds=st.lists(pairs(), min_size=1, max_size=3), rate=st.floats(0, 0.5), price=st.floats(0.5, 2))
@settings(max_examples=40, derandomize=True, deadline=None)
def test_the_parts_of_any_two_firms_add_up(worlds: list[tuple[Weeks, Weeks]], rate: float, price: float) -> None:
    comparison = made(*worlds, rate=rate, price=price)
    values = bridge_by_run(comparison)
    assert np.isfinite(values.to_numpy()).all()
    assert values.sum(axis=1).to_numpy() == pytest.approx(differences(comparison, "other"), abs=1e-6)


@given(pair=pairs())
@settings(max_examples=15, derandomize=True, deadline=None)
def test_the_way_back_is_as_long(pair: tuple[Weeks, Weeks]) -> None:
    there, back = bridge_by_run(made(pair)), bridge_by_run(made(pair[::-1]))
    assert there.to_numpy() == pytest.approx(-back.to_numpy(), abs=1e-6)


@pytest.fixture(scope="module", params=["online_retail", "wireless_carrier", "camera_store", "auto_repair"])
def real(request: pytest.FixtureRequest) -> Comparison:
    changes = {"world.market.people": 1000, "run.weeks": 60, "run.replications": 3}
    changes |= {"new_customer_deals.offer.price": 1.1, "profit_center.product.problems": 0.9}
    strategies = ["cost_center", "new_customer_deals", "profit_center"]
    scenarios = load_comparison(request.param, strategies=strategies, changes=changes)
    return compare(scenarios, workers=1, progress=False, survey=False)


@pytest.mark.parametrize("strategy", ["new_customer_deals", "profit_center"])
def test_the_parts_of_real_runs_add_up_in_each_world(real: Comparison, strategy: str) -> None:
    values = bridge_by_run(real, strategy)
    assert values.columns.to_list() == list(PARTS)
    assert values.sum(axis=1).to_numpy() == pytest.approx(differences(real, strategy), abs=1e-6)
    booked = [real.by_run(f"npv_{account}") for account in BOOKED["cost to serve"]]
    expected = sum(table[strategy] - table["cost_center"] for table in booked)
    assert values["cost to serve"].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6)
    assert values[MARGIN].to_numpy().any()


def test_people_are_counted_as_the_bridge_takes_them_to_be(real: Comparison) -> None:
    """Who joins buys once in that week; nobody leaves or orders who is not there."""
    names = ("customers", "left", "joined", "newcomers", "recommended", "orders")
    tables = {name: real.by_week(name) for name in names}
    for strategy in real.strategies:
        customers, left, joined, newcomers, recommended, orders = (tables[name][strategy] for name in names)
        before = customers + left - joined
        assert (before[:, 1:] == customers[:, :-1]).all()
        assert (before[:, 0] == tables["customers"]["cost_center"][:, 0] + tables["left"]["cost_center"][:, 0]
                - tables["joined"]["cost_center"][:, 0]).all()  # fmt: skip
        assert (left <= before + joined).all() and (recommended <= newcomers).all() and (newcomers <= joined).all()
        assert (orders >= joined).all() and (orders == joined)[before == 0].all()


# The table


def test_the_table_has_means_and_intervals_of_each_part_and_of_the_whole(real: Comparison) -> None:
    table, values = bridge(real).set_index("part"), bridge_by_run(real, "profit_center")
    assert list(table.index) == [*PARTS, TOTAL]
    assert table["mean"][list(PARTS)].to_numpy() == pytest.approx(values.mean().to_numpy())
    assert table["mean"][list(PARTS)].sum() == pytest.approx(table["mean"][TOTAL])
    half = 4.302653 * values["retention"].std() / 3**0.5  # Student's t of two degrees of freedom
    row = table.loc["retention"]
    assert (row["mean"] - row["low"], row["high"] - row["mean"]) == pytest.approx((half, half))
    difference = real.difference("profit_center")
    whole = table.loc[TOTAL, ["mean", "low", "high"]].to_numpy(float)
    assert whole == pytest.approx([difference.mean, difference.low, difference.high])


def test_one_world_has_no_interval() -> None:
    table = bridge(made((lived(), lived(basket=11.0))))
    assert np.isneginf(table["low"]).all() and np.isposinf(table["high"]).all()
