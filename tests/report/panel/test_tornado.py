"""What moves the answer most: a control that can do nothing is nowhere, one that rules all is on top."""

import math

import pytest

from sim.experiment.compare import compare
from sim.report.panel import figures, tornado
from sim.report.panel.choices import Choices
from sim.report.panel.ranges import Range
from sim.report.panel.tornado import Swing

CHOICES = Choices(people=300, weeks=30, replications=2)


def control(side: str, key: str, **more: object) -> Range:
    return Range(side, key, "", "", "", **more)  # type: ignore[arg-type]


@pytest.mark.slow
def test_each_end_is_what_the_comparison_itself_would_say_of_one_small_world() -> None:
    exact = figures.of_comparison(compare(CHOICES.scenarios(), workers=1, progress=False, survey=False))
    known = [
        control("world", "needs.gross_margin", low=0.1, high=0.8),
        control("strategy", "warranty.fee", low=0.0, high=1.0),  # nobody charges: it changes nothing
        control("strategy", "staffing.wage", low=0.5, high=2.0),
    ]
    found = list(tornado.swings(CHOICES, exact, known, 1, lambda: True))
    assert len(found) == tornado.WORLDS
    names = [swing.name for swing in found[-1]]
    assert set(names) == {
        "gross margin", "Cost center: wage", "Profit center: wage", "Cost center: fee", "Profit center: fee"
    }  # fmt: skip
    by_name = {swing.name: swing for swing in found[0]}
    assert by_name["Cost center: fee"].length == 0
    base = compare([s for s in CHOICES.scenarios()], workers=1, progress=False, survey=False)
    start = base.by_run("npv").iloc[0].diff().iloc[-1]
    changed = CHOICES.changed("profit_center.staffing.wage", 2.0).scenarios()
    there = compare(changed, workers=1, progress=False, survey=False).by_run("npv").iloc[0].diff().iloc[-1]
    assert all(
        min(s.ends) <= float(exact.difference.mean) <= max(s.ends) for s in found[-1]
    )  # as it is lies on the bar
    wage = by_name["Profit center: wage"]
    assert wage.ends[0] == pytest.approx(float(exact.difference.mean) + there - start)
    assert wage.values == ("2", "0.5")  # dear agents are the worst, cheap ones the best
    assert all(math.isnan(half) for half in wage.halves)
    assert all(half >= 0 for half in {s.name: s for s in found[-1]}["Profit center: wage"].halves)


def test_it_stops_without_a_word_when_the_question_fell() -> None:
    exact = figures.of_comparison(compare(CHOICES.scenarios(), workers=1, progress=False, survey=False))
    assert (
        list(tornado.swings(CHOICES, exact, [control("world", "needs.basket", low=1, high=2)], 1, lambda: False)) == []
    )


def swing(name: str, low: float, high: float, half: float = math.nan) -> Swing:
    return Swing(name, "#000", ("1", "2"), (low, high), (half, half))


def test_the_finding_names_the_longest_bar_and_counts_those_that_turn_the_answer_round() -> None:
    said = tornado.finding([swing("wage", -2000, 3000), swing("basket", 500, 900)])
    assert said.startswith("Wage moves the answer most: −$2.0 k to $3.0 k")
    assert "1 of 2 controls can turn the answer round alone" in said
    assert "1 of 1" in tornado.finding([swing("wage", -2000, 3000, 1900)])
    assert "no control turns" in tornado.finding([swing("wage", -2000, 3000, 2100)])  # it may be chance
    assert "no control turns" in tornado.finding([swing("basket", 500, 900)])
    assert tornado.finding([]) == "No control moves the answer"


def test_the_table_says_value_and_interval_of_each_end() -> None:
    (row,) = tornado.table([swing("wage", -2000, 3000, 100)])
    assert list(row.values()) == ["wage", "−$2.0 k ± $100 at 1", "$3.0 k ± $100 at 2"]
