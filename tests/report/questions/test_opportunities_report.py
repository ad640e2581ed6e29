"""Pictures and sentences of problems as opportunities: they say what the numbers say, and never crash on little."""

import json

import numpy as np
import pandas as pd
import pytest

from sim.experiment.questions.arms import Estimate
from sim.experiment.questions.opportunities import evidence
from sim.experiment.questions.opportunities.asking import CARE, DROPS, LEAN, ONE_KIND, Findings
from sim.experiment.questions.opportunities.figures import cheap_curve
from sim.experiment.questions.opportunities.loyalty import BINS
from sim.experiment.questions.opportunities.months import CLASSES
from sim.experiment.survey import GROUPS
from sim.report import opportunities, theme
from sim.report.questions.opportunities.parts import between, signed_number

CHARTS = ("kinds", "survey", "respondents", "trust", "loyalty", "strain", "delight", "cheap", "stories")
SENTENCES = ("incidence", "trust_sentence", "loyalty_sentence", "strain_sentence", "uneven", "cheap_sentence",
             "stories_sentence")  # fmt: skip
ARMS = (
    LEAN, CARE, f"{LEAN}, equal speed", f"{CARE}, equal speed", "unstrained", "half", "half, unstrained",
    "fewer problems", "compensation", "discount", "even handling", "alike", "wide", "alike, disliked", "wide, disliked",
    f"{LEAN}, outsourced", f"{CARE}, outsourced", f"{CARE}, long", f"{CARE}, long, outsourced",
    *(f"{kind}, {action}" for kind in ONE_KIND for action in ("replace", "refund")),
    *(f"cheap {drop:g}{end}" for drop in DROPS for end in ("", ", one contact")),
)  # fmt: skip
COLUMNS = ("npv", "sales", "remedies", "left", "put_right", "wait", "good_stories", "bad_stories", "good_mentions",
           "bad_mentions")  # fmt: skip


def found_of(worlds=3, value=1.0, sums=1.0, **arms) -> Findings:
    """Findings in which everything is alike but for the npv of the arms given, which vary a little by world."""
    rows = [
        {"arm": name, "replication": world, **dict.fromkeys(COLUMNS, value)}
        | ({"npv": arms[name] + world} if name in arms else {})
        for name in ARMS
        for world in range(worlds)
    ]
    table = pd.DataFrame(rows)
    table["arm"] = pd.Categorical(table["arm"], ARMS, ordered=True)
    groups = [f"{kind}_{name}" for name in GROUPS
              for kind in ("asked", "spend", "square", "stories", "mentions", "with", "without")]  # fmt: skip
    beliefs = [f"{kind}_{name}{end}" for name, end in ((n, e) for n in (*CLASSES, "helped", "troubled")
               for e in ("", "_later")) for kind in ("people", "risk", "recovery")]  # fmt: skip
    events = [f"{name}_{what}" for name in ("order", "settled", "unsettled") for what in ("events", "moved")]
    kinds = [f"{name}_{what}" for name in ("defect", "mistaken") for what in ("settled", "learned")]
    tells = [f"{name}{end}" for name in ("risk_tells", "record_tells", "pairs") for end in ("", "_alike")]
    bins = [f"camp_{one}" for one in range(BINS)]
    rest = ["gone", "met", "voiced", "customer_weeks", "followed", "followed_left", "followed_orders"]
    names = [*groups, *beliefs, *events, *kinds, *tells, *bins, *rest]
    rows = [{"strategy": name, "replication": world, **dict.fromkeys(names, sums)}
            for name in (LEAN, CARE) for world in range(worlds)]  # fmt: skip
    months = pd.DataFrame(rows)
    freed = months[["strategy", "replication", "followed", "followed_left", "followed_orders"]].copy()
    return Findings(("Lean", "Care"), table, months, freed, 0.1, 0.01, 260)


@pytest.mark.parametrize("found", [found_of(), found_of(worlds=1), found_of(value=np.nan, sums=0.0)],
                         ids=["alike", "one world", "nothing happened"])  # fmt: skip
def test_everything_is_drawn_and_said_whatever_there_is(found):
    for name in CHARTS:
        json.dumps(theme.themed(getattr(opportunities, name)(found)), allow_nan=False)
    for name in SENTENCES:
        text = getattr(opportunities, name)(found)
        assert text.endswith(".") and "nan" not in text and "inf" not in text
    assert evidence(found)


def title(chart) -> str:
    return theme.title(chart.to_dict())


def test_titles_say_what_was_found():
    two = {"all defects, refund": -9.0, "all mistaken, refund": 30.0}
    assert title(opportunities.kinds(found_of(**two))).startswith("Defects want a replacement, mis-set")
    assert title(opportunities.kinds(found_of())).startswith("No clear difference")
    assert title(opportunities.survey(found_of())).startswith("Whether a problem put right costs or gains")


def test_half_the_wage_pays_until_the_line_crosses():
    worth = {f"cheap {drop:g}": 1.0 + 20 - 100 * drop for drop in DROPS}
    found = found_of(**worth)
    assert cheap_curve(found)["mean"].tolist() == pytest.approx([21 - 100 * drop for drop in DROPS])
    assert title(opportunities.cheap(found)) == "Half the wage pays until 21.0 of 100 fewer are settled at once"


def test_no_difference_is_no_difference():
    texts = {1: "more", -1: "fewer", 0: "as many"}
    assert between(Estimate(1, 0.5, 1.5, 3), texts) == "more"
    assert between(Estimate(1, -0.5, 2.5, 3), texts) == "as many"
    assert between(Estimate(np.nan, np.nan, np.nan, 0), texts) == "It cannot be told here"
    assert signed_number(Estimate(1.5, -np.inf, np.inf, 1)) == "+1.50"
