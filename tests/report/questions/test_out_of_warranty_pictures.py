"""Pictures and sentences of the notebook about the end of the warranty: findings computed, nothing crashes."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from sim.experiment.questions import out_of_warranty as experiment
from sim.experiment.questions.out_of_warranty.arms_of import CHARGE, NEVER, REFUSE, called, fee, generous
from sim.parameters import load_comparison
from sim.report import out_of_warranty as report
from sim.report import theme
from sim.report.questions.out_of_warranty.terms import crossover

CHARTS = ("expiry", "policies", "exploit", "fees", "abuse", "cut_off", "paper", "trust", "ages", "once")


def tiny(replications):
    changes = {"world.market.people": 60, "run.weeks": 30, "run.replications": replications}
    return tuple(load_comparison(changes=changes))


@pytest.fixture(scope="module")
def found():
    return experiment.ask(tiny(2), 1, False)


@pytest.fixture(scope="module")
def one():
    return experiment.ask(tiny(1), 1, False)


def title(chart):
    return theme.title(chart.to_dict()).replace("\N{NO-BREAK SPACE}", " ")


def with_values(found, values):
    """The findings with columns of arms (name -> column -> values of the paired worlds) put in, here and close by."""
    tables = {}
    for name in ("runs", "close"):
        table = getattr(found, name).copy()
        for arm, columns in values.items():
            rows = table["arm"] == arm
            for column, value in columns.items():
                table.loc[rows, column] = np.resize(value, rows.sum())
        tables[name] = table
    return dataclasses.replace(found, **tables)


@pytest.mark.parametrize("name", CHARTS)
def test_charts_draw_what_there_is(found, name):
    assert theme.png(getattr(report, name)(found))


@pytest.mark.parametrize("name", CHARTS)
def test_charts_draw_one_replication_and_nothing_measured(one, name):
    assert title(getattr(report, name)(one))
    numbers = one.runs.select_dtypes(float).columns
    runs, close = one.runs.copy(), one.close.copy()
    runs.loc[:, numbers] = close.loc[:, numbers] = math.nan
    close.loc[:, [name for name in numbers if "@" in name]] = 0.0
    empty = one.trust.assign(premium=math.nan, pays=math.nan)
    nothing = dataclasses.replace(one, runs=runs, close=close, trust=empty)
    assert "nan" not in title(getattr(report, name)(nothing)).lower()


def expiry_of(found, after):
    """One case in four lost before the end of the warranty; after it, under refusal, as many as said."""
    values = {}
    for arm, late in ((called(REFUSE), after), (called(NEVER), 0.25)):
        values[arm] = {f"n@{at}": 100.0 for at in range(-5, 5)}
        values[arm] |= {f"left@{at}": [100 * (late if at >= 0 else 0.25), 100 * (late if at >= 0 else 0.25) + 1]
                        for at in range(-5, 5)}  # fmt: skip
    return with_values(found, values)


def test_the_title_says_the_jump_and_that_there_is_none(found):
    text = title(report.expiry(expiry_of(found, 0.45)))
    assert text.startswith("20 points (20 to 20) more customers leave")
    assert "no clear jump where nobody" in text
    assert title(report.expiry(expiry_of(found, 0.25))).startswith("No clear jump of leaving")


def test_charging_turns_where_the_mean_goes_below_zero_for_good(found):
    worths = {"value@13": [10.0, 11.0], "value@26": [-1.0, -1.1], "value@30": [-5.0, -5.1]}
    values = {called(CHARGE): worths, called(NEVER): dict.fromkeys(worths, 0.0)}
    assert title(report.exploit(with_values(found, values))).endswith("at first and behind after 26 weeks")
    values[called(CHARGE)] = worths | {"value@30": [5.0, 5.1]}
    assert title(report.exploit(with_values(found, values))).startswith("Charging stays ahead of giving: by $5.05")
    values[called(CHARGE)] = worths | {"value@30": [5.0, -5.1]}
    assert title(report.exploit(with_values(found, values))).endswith("no clear difference")


def test_the_crossover_is_the_last_one():
    table = pd.DataFrame({"x": [0.25, 0.5, 0.75, 1.0], "mean": [-1.0, 2.0, -1.0, -3.0]})
    assert crossover(table) == "39 weeks"


def test_the_abuse_that_generosity_bears_is_where_its_curve_crosses_zero(found):
    values = {called(REFUSE): {"npv": 0.0}}
    for share in (0.0, 0.03, 0.1, 0.25, 0.5):
        values[called(generous(share))] = {"npv": [1000 - 10_000 * share, 1002 - 10_000 * share]}
    assert "pays until 10 %" in title(report.abuse(with_values(found, values)))
    values[called(generous(0.0))] = {"npv": [1000.0, -1000.0]}
    assert title(report.abuse(with_values(found, values))).startswith("No clear difference")


def test_fees_and_what_they_lose_add_up_in_the_title(found):
    values = {called(NEVER): {"npv": 0.0, "npv_support_fees": 0.0}}
    for share, net in ((0.1, 50.0), (0.3, -20.0), (0.6, -90.0)):
        values[called(fee(share))] = {"npv": [net, net - 1], "npv_support_fees": 100.0}
    text = title(report.fees(with_values(found, values)))
    assert text == "A fee of 30 % for any help: $20 lost in the end; one of 60 % loses more than it brings in"


def test_sentences_say_when_there_is_nothing_to_say(found):
    assert "never came back" in report.never_again_sentence(found)
    assert report.promise_sentence(found).endswith(".")
