"""Pictures and sentences of broken chains: drawn with and without anything to show, and right about the numbers."""

import math

import numpy as np
import pandas as pd
import pytest

from sim.experiment.questions.broken_chain import Findings, ask
from sim.parameters import load_comparison
from sim.report import theme
from sim.report.questions import broken_chain as report
from sim.report.questions.broken_chain.story import placed
from sim.report.questions.broken_chain.worth import thirds

CHARTS = (
    "network", "in_time", "distribution", "who_pays", "for_whom", "two_sides", "news", "gets_around", "transparency",
    "compensate", "capped",
)  # fmt: skip
SENTENCES = ("story_sentence", "books", "tell", "compensate_sentence")
SMALL = {"world.market.people": 300, "run.weeks": 60, "world.problems.rate": 0.8}


@pytest.fixture(scope="module")
def nothing():
    return Findings(tuple(load_comparison()), pd.DataFrame(), pd.DataFrame(), None, 10)


@pytest.mark.parametrize("name", [name for name in CHARTS if name not in ("news", "gets_around", "transparency")])
def test_without_problems_every_chart_says_that_there_is_nothing(nothing, name):
    assert "Nothing to show" in theme.title(getattr(report, name)(nothing).to_dict())


def test_without_problems_the_sentences_say_so(nothing):
    assert report.story_sentence(nothing).startswith("There is no story")
    assert report.books(nothing).startswith("Nothing to account for")
    assert report.compensate_sentence(nothing).startswith("Nothing to decide")
    assert report.tell(nothing).startswith("Nothing is told")


@pytest.mark.slow
@pytest.mark.parametrize(("world", "replications"), [("online_retail", 1), ("wireless_carrier", 2)])
def test_every_chart_is_drawn_and_every_cent_told(world, replications):
    found = ask(load_comparison(world, changes={**SMALL, "run.replications": replications}), 1, False)
    assert (found.twins["cents_off"] == 0).all()
    assert (found.twins["unknown"] == 0).all()
    for name in CHARTS:
        chart = getattr(report, name)(found)
        assert theme.png(chart)
        assert "nan" not in theme.title(chart.to_dict()).split()
    for name in SENTENCES:
        assert getattr(report, name)(found)
    assert "to the cent in every one of them; nobody differs whom no chain" in report.books(found)


def test_people_stand_on_the_ring_of_their_hop_and_beside_who_told_them():
    reached = pd.DataFrame({"person": [7, 1, 2, 3], "hop": [0, 1, 1, 2], "through": [-1, 7, 7, 1]})
    where = placed(reached).set_index("person")
    radius = np.hypot(where["x"], where["y"])
    assert radius.to_dict() == pytest.approx({7: 0.0, 1: 1.0, 2: 1.0, 3: 2.0})
    assert math.atan2(where["y"][3], where["x"][3]) == pytest.approx(math.atan2(where["y"][1], where["x"][1]))


def test_thirds_keep_equals_together():
    assert thirds(pd.DataFrame({"ties": [1, 2, 2, 2, 2, 9]}), "ties").tolist() == [0, 1, 1, 1, 1, 2]
