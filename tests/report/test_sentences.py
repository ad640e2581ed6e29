"""Sentences and tables say what the numbers say, in every case that numbers can bring."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from sim.experiment.compare import Comparison
from sim.experiment.metrics import RUN_COLUMNS
from sim.experiment.survey import COLUMNS, GROUPS
from sim.model.ledger import ACCOUNTS
from sim.parameters import load_comparison
from sim.report import findings, sentences, tables, words
from sim.report.charts import ALL

TEN = (9.0, 11.0, 10.0, 12.0, 8.0, 10.0)  # k$; mean 10
SPEND = {"recovered": 108.0, "none": 100.0, "unresolved": 18.0, "silent": 70.0}
WITHOUT = {"recovered": 120.0, "none": 100.0, "unresolved": 90.0, "silent": 100.0}


def made(
    deltas: Sequence[float],
    more: Sequence[Sequence[float]] = (),
    weeks: int = 260,
    gap: Sequence[float] | None = None,
    customers: tuple[float, ...] = (100.0, 120.0, 130.0),
    npv: float = 1_000_000.0,
    survey: bool = True,
    without: dict[str, float] = WITHOUT,
    metrics: float | None = None,
) -> Comparison:
    """A comparison by hand: strategies worth `npv` (in worlds that differ by 50 k$) and so much more, $, in each world.

    `gap` is the weekly cumulative difference (default: on a straight line to each delta); `metrics` one value for all.
    """
    names = ["cost_center", "profit_center"]
    changes = {"run.weeks": weeks, "run.replications": len(deltas)}
    scenarios = load_comparison(strategies=names, changes=changes)
    for index in range(len(more)):
        extra = scenarios[1].strategy.model_copy(update={"title": f"Third way {index}"})
        scenarios.append(scenarios[1].model_copy(update={"strategy_name": f"third_{index}", "strategy": extra}))
    runs, rows = [], []
    for place, (scenario, extra_npv) in enumerate(zip(scenarios, ([0.0] * len(deltas), deltas, *more), strict=True)):
        for world in range(len(deltas)):
            delta = float(extra_npv[world])
            worth = npv + 50_000 * (world % 3) + delta
            key = {"scenario": "w", "strategy": scenario.strategy_name, "replication": world}
            row = {name: (place + 1.0 if metrics is None else metrics) for name in RUN_COLUMNS}
            row |= {f"npv_{account}": 0.0 for account in ACCOUNTS}
            row |= {"npv": worth, "npv_sales": npv + 50_000 * (world % 3) + 3 * delta, "npv_support_labour": -2 * delta}
            row |= {"customers": customers[place] + world % 2 * (metrics is None)}
            row |= {f"{kind}_{group}": 0.0 for kind in COLUMNS for group in GROUPS}
            if survey:
                for group in GROUPS:
                    row |= {f"respondents_{group}": 10.0, f"spend_{group}": 10 * SPEND[group] + world % 3}
                    row |= {f"paired_spend_{group}": 10 * SPEND[group] + world % 3}
                    row |= {f"paired_without_{group}": 10 * without[group]}
            runs.append(key | row)
            ahead = np.linspace(0, delta, weeks + 1)[1:] if gap is None or not place else np.asarray(gap, float)
            cash = np.linspace(0, worth - delta, weeks + 1)[1:] + (ahead if place else 0)
            rows.append(
                pd.DataFrame(key | {"week": np.arange(weeks), "cumulative_npv": cash, "customers": row["customers"]})
            )
    return Comparison(tuple(scenarios), pd.concat(rows, ignore_index=True), pd.DataFrame(runs))


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        (8_437.5, "$8.4 k"), (1_234_567, "$1.2 M"), (-126_000, "−$126 k"), (0, "$0"), (-0.001, "$0"), (5.256, "$5.26"),
        (25.06, "$25"), (999.4, "$999"), (999.6, "$1.0 k"), (99_949, "$99.9 k"), (99_960, "$100 k"),
        (999_960, "$1.0 M"),
        (2.5e9, "$2.5 B"), (4e12, "$4,000 B"), (math.nan, "n/a"), (-math.inf, "−$∞"),
    ],
)  # fmt: skip
def test_money(dollars: float, text: str) -> None:
    assert words.money(dollars) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (13_672.3, "13,672"),
        (268.26, "268"),
        (45.37, "45.4"),
        (8.58, "8.58"),
        (0.0706, "0.071"),
        (0, "0"),
        (-1.5, "−1.50"),
    ],
)
def test_number(value: float, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("weeks", "text"),
    [(1, "1 week"), (26, "26 weeks"), (52, "1 year"), (53, "53 weeks"), (78, "1.5 years"), (260, "5 years")],
)
def test_duration(weeks: int, text: str) -> None:
    assert words.duration(weeks) == text


def test_verdict_better() -> None:
    text = sentences.verdict(made([1000 * delta for delta in TEN]))
    assert text.startswith("In the world *Online retailer*, *Profit center* is worth $10.0 k more than *Cost center*")
    # t(.975, 5) 2.5706 x sd 1.4142 / sqrt 6 = 1.484; mean NPV of the baseline 1.05 M$
    assert "over 5 years (95 % interval $8.5 k to $11.5 k, 1.0 % of what *Cost center* is worth)" in text
    assert "It wins in all 6 paired worlds (chance of winning in one world: 67 % to 100 %)" in text
    assert text.endswith("On average it is ahead from the first week.")


def test_verdict_worse() -> None:
    text = sentences.verdict(made([-1000 * delta for delta in TEN]))
    assert "is worth $10.0 k less than *Cost center*" in text and "95 % interval −$11.5 k to −$8.5 k" in text
    assert "wins in none of 6" in text and "does not pay back within 5 years" in text


def test_verdict_undecided_does_not_take_sides() -> None:
    text = sentences.verdict(made([30_000, -20_000, 10_000, -15_000]))
    assert "4 paired worlds do not decide between *Profit center* and *Cost center*" in text
    assert "includes zero" in text and "wins in 2 of 4" in text
    assert "do not decide" not in sentences.verdict(made([30_000, 29_000, 31_000, 30_000]))


def test_verdict_payback_is_told_in_years() -> None:
    gap = [-1.0] * 103 + [1.0] * 157  # the 104th week is the first at or above zero: two years
    assert sentences.verdict(made([1000, 1001], gap=gap)).endswith("On average it pays back after 2 years.")
    soon = made([1000, 1001], weeks=20, gap=[-1.0] * 9 + [0.0] * 11)
    assert sentences.verdict(soon).endswith("On average it pays back after 10 weeks.")


def test_verdict_same() -> None:
    for worlds in ([0.0, 0.0, 0.0], [0.0]):
        text = sentences.verdict(made(worlds))
        assert "come out exactly the same over 5 years" in text and "interval" not in text


def test_verdict_of_one_run_has_no_interval() -> None:
    text = sentences.verdict(made([5000.0]))
    assert "In the one run" in text and "is worth $5.0 k more" in text and "One run has no interval" in text
    assert "∞" not in text and "inf" not in text and "95 %" not in text


def test_verdict_of_missing_values() -> None:
    assert "a net present value is missing" in sentences.verdict(made([math.nan, math.nan]))
    assert "a net present value is missing" in sentences.verdict(made([math.nan, 1.0], more=[[1.0, 2.0]]))


def test_verdict_leaves_out_the_share_of_nothing() -> None:
    assert "% of what" not in sentences.verdict(made([10.0, 11.0], npv=-100_000))


def test_verdict_of_three_names_the_best_and_each_against_the_baseline() -> None:
    text = sentences.verdict(made([1000.0, 1010.0, 990.0], more=[[-5000.0, 5000.0, 2.0]]))
    assert "of 3 strategies *Profit center* is worth most on average over 5 years" in text
    assert "*Profit center* +$1.0 k (95 % interval $975 to $1.0 k)" in text
    assert re.search(r"\*Third way 0\* \+\$0\.67 \(.*, undecided\)", text)


def test_pairing_prints_both_intervals() -> None:
    comparison = made([1000 * delta for delta in TEN])
    text, difference = sentences.pairing(comparison), comparison.difference()
    assert f"± {words.money(difference.half_width)}" in text
    assert f"± {words.money(difference.unpaired_half_width)}" in text
    assert f"{difference.unpaired_half_width / difference.half_width:.1f} times narrower" in text
    assert "no interval" in sentences.pairing(made([5.0]))
    assert "no width" in sentences.pairing(made([0.0, 0.0]))


def test_pairing_may_not_help() -> None:
    # Worlds are 0, 50, 100, 0, 50, 100 k$ better: differences that undo that make the paired interval the wider one
    text = sentences.pairing(made([0.0, -100_000, -200_000, 0.0, -100_000, -200_000]))
    assert "does not help" in text and "narrower" not in text


def test_survey_sentence() -> None:
    text = sentences.survey_sentence(made([1.0, 2.0, 3.0]))
    assert "is 108 : 100 : 18 as a survey sees it (published: 106 : 100 : 20)" in text
    assert "it is 90 : 100 : 20" in text and "the problem cost them 10 %" in text
    gained = sentences.survey_sentence(made([1.0, 2.0, 3.0], without=WITHOUT | {"recovered": 90.0}))
    assert "gained 20 %" in gained and "cost them" not in gained
    assert "is not decided" in sentences.survey_sentence(made([1.0, 2.0, 3.0], without=WITHOUT | {"recovered": 108.05}))
    assert "no room for the survey" in sentences.survey_sentence(made([1.0, 2.0], weeks=26, survey=False))
    assert "no buyers" in sentences.survey_sentence(made([1.0, 2.0], survey=False))
    assert "One run gives no interval" in sentences.survey_sentence(made([1.0]))


def test_captions_are_one_sentence_for_each_chart() -> None:
    found = findings.captions(made([1000.0, 2000.0]))
    assert list(found) == list(ALL)
    for name, text in found.items():
        assert text.endswith(".") and text == findings.caption(name, made([1000.0, 2000.0]))
        assert not re.search(r"\. [A-Z]", text)


def test_plain_has_no_markup() -> None:
    assert "*" not in words.plain(sentences.verdict(made([1.0, 2.0])))


def test_two_strategies_of_one_title_go_by_their_names() -> None:
    comparison = made([1.0, 2.0])
    twin = comparison.scenarios[1].strategy.model_copy(update={"title": comparison.scenarios[0].strategy.title})
    scenarios = (comparison.scenarios[0], comparison.scenarios[1].model_copy(update={"strategy": twin}))
    same = Comparison(scenarios, comparison.weeks, comparison.runs)
    assert words.titles(same) == {"cost_center": "cost_center", "profit_center": "profit_center"}
    assert words.titles(comparison) == {"cost_center": "Cost center", "profit_center": "Profit center"}


def test_say_shows_dollars_that_no_notebook_takes_for_a_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    words.say("from $1 to $2")
    assert "$" not in shown[0].data and shown[0].data.count("&#36;") == 2


def test_show_leaves_no_row_out(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    words.show(pd.DataFrame({"word": [f"row {n} " + "long " * 30 for n in range(200)]}))
    assert shown[0].data.count("<tr") == 201 and "..." not in shown[0].data


def test_differences_are_all_and_only_those_of_the_files() -> None:
    comparison = made([1.0, 2.0])
    table = tables.differences(comparison)
    assert list(table.columns) == ["parameter", "meaning", "unit", "Cost center", "Profit center"]
    row = table.set_index("parameter").loc["strategy.remedy.effort"]
    assert (row["Cost center"], row["Profit center"]) == ("0.5", "0.1")
    assert (table["Cost center"] != table["Profit center"]).all()
    assert not table["parameter"].isin(["strategy.title", "strategy.story"]).any()
    twin = comparison.scenarios[0].model_copy(update={"strategy_name": "twin"})
    assert tables.differences(Comparison((comparison.scenarios[0], twin), comparison.weeks, comparison.runs)).empty


def test_assumptions_hold_no_evidence_and_no_choice() -> None:
    comparison = made([1.0, 2.0])
    found = set(tables.assumptions(comparison)["parameter"])
    assert {"world.beliefs.half_life", "run.discount_rate"} <= found
    assert "world.word_of_mouth.tell_resolved" not in found  # has a source
    assert not found & {"run.weeks", "run.replications", "run.seed", "strategy.remedy.respect"}
    assert not found & set(tables.differences(comparison)["parameter"])


def test_command_says_what_differs_from_the_files_and_nothing_else() -> None:
    assert tables.command(made([1.0, 2.0], weeks=100)) == (
        "whatif compare --world online_retail --strategies cost_center profit_center --replications 2 --seed 1 "
        "--weeks 100"
    )
    changes = {"world.market.people": 4000, "profit_center.remedy.respect": 0.4, "run.precision": 5.0}
    base = made([1.0, 2.0])
    changed = Comparison(tuple(load_comparison(changes=changes)), base.weeks, base.runs)
    assert tables.command(changed).endswith(
        "--precision 5.0 --set world.market.people=4000 profit_center.remedy.respect=0.4"
    )
    assert "saved results" in tables.command(made([1.0, 2.0], more=[[1.0, 2.0]]))  # third_0 is no file


def test_identity_names_the_run() -> None:
    comparison = made([1.0, 2.0])
    table = tables.identity(comparison).set_index("item")["value"]
    assert table["Identity"] == comparison.identity and table["Paired worlds"] == "2"
    assert table["Again"] == tables.command(comparison)


def test_shipped_lists_the_files() -> None:
    assert {"cost_center", "profit_center"} <= set(tables.shipped("strategy")["name"])
    assert (tables.shipped("world")["story"].str.len() > 0).all()
    with pytest.raises(ValueError, match="allowed: world, strategy"):
        tables.shipped("run")
