"""Pictures and sentences of how problems are handled: from one world, from several, and from nothing at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.experiment.questions import handling as experiment
from sim.experiment.questions.arms import Estimate
from sim.parameters import load_comparison
from sim.report import handling, theme
from sim.report.questions.handling.said import bars, interval, points, told

CHARTS = ("handled", "delay", "worth_more", "paths", "parts", "apology", "pushed", "desk", "histories")
SENTENCES = ("moment", "compounding", "learning")


@pytest.fixture(scope="module")
def one_world():
    changes = {"world.market.people": 300, "run.weeks": 60, "run.replications": 1}
    return experiment.ask(load_comparison(changes=changes), workers=1, progress=False)


def several(found, worlds=3, step=0.01):
    """The same world again and again, each time a little better."""

    def again(table):
        copies = [table.assign(replication=r) for r in range(worlds)]
        numbers = table.select_dtypes(float).columns
        for r, copy in enumerate(copies):
            copy[numbers] = copy[numbers] * (1 + step * r)
        return pd.concat(copies, ignore_index=True)

    return replace(found, arms=again(found.arms), ways={name: again(each) for name, each in found.ways.items()},
                   moments=again(found.moments))  # fmt: skip


def nothing(found):
    """Nobody met anything, nobody bought anything."""

    def empty(table):
        numbers = table.select_dtypes(float).columns
        return table.assign(**dict.fromkeys(numbers, np.nan))

    return replace(found, arms=empty(found.arms), ways={name: empty(each) for name, each in found.ways.items()},
                   moments=empty(found.moments))  # fmt: skip


@pytest.mark.parametrize("name", CHARTS)
def test_pictures_of_one_world_of_several_and_of_nothing(one_world, name):
    for found in (one_world, several(one_world), nothing(one_world)):
        spec = theme.themed(getattr(handling, name)(found))
        assert "nan" not in theme.title(spec)
        note = " ".join(spec["title"]["subtitle"]).replace("\N{NO-BREAK SPACE}", " ")
        assert ("no interval" if found is one_world else "95 % interval") in note


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences_of_one_world_of_several_and_of_nothing(one_world, name):
    for found in (one_world, several(one_world), nothing(one_world)):
        text = getattr(handling, name)(found)
        assert text.endswith(".") and "nan" not in text


def test_evidence_of_nothing_says_nothing(one_world):
    assert {each.outcome for each in handling.evidence(nothing(one_world))} == {"no value"}


def test_words_follow_the_interval():
    clear, open_, one = (
        Estimate(0.05, 0.02, 0.08, 5),
        Estimate(0.05, -0.02, 0.12, 5),
        Estimate(0.05, -np.inf, np.inf, 1),
    )
    assert told(clear, "up", "down", "open") == "up"
    assert told(Estimate(-0.05, -0.08, -0.02, 5), "up", "down", "open") == "down"
    assert told(open_, "up", "down", "open") == told(one, "up", "down", "open") == "open"
    assert points(clear) == "5.00 points (2.00 to 8.00)"
    assert points(open_).endswith(", no clear difference)")
    assert points(one) == "5.00 points"
    assert bars(one) == "One world only: no interval"
    assert interval(Estimate(50.0, 20.0, 80.0, 5)) == "+$50, 95 % interval $20 to $80"


def test_the_title_of_the_apology_follows_the_books(one_world):
    found = several(one_world, step=0.0)
    arms = found.arms.copy()
    arms.loc[arms["arm"] == "neither", ["npv", "margin", "support"]] = 0.0
    arms.loc[arms["arm"] == "apology", ["npv", "margin", "support"]] = 100.0, 150.0, 50.0
    arms.loc[arms["arm"] == "remedy", ["npv", "margin", "support"]] = -30.0, 20.0, 50.0
    title = theme.title(theme.themed(handling.apology(replace(found, arms=arms))))
    assert title.startswith("An apology alone pays, a remedy alone does not pay")
    assert "a dollar on apologies brings $3.00" in title and "a dollar on remedies brings $0.40" in title
