"""Which parameters have a control: every one of them exists, is allowed and says where it comes from."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import ParameterError
from sim.report.panel.ranges import Range, ranges, said, shipped


def test_those_that_ship_are_about_a_dozen_a_side_each_with_its_evidence() -> None:
    sides = [known.side for known in shipped()]
    assert sides.count("world") == 12
    assert sides.count("strategy") == 12
    assert all(known.meaning in known.hint and known.source in known.hint for known in shipped())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("world: {needs: {gross_margins: {low: 0, high: 1}}}", "Did you mean 'needs.gross_margin'"),
        ("world: {needs: {gross_margin: {low: 0, high: 2}}}", "got 2; allowed: a number at least -1 and at most 1"),
        ("world: {needs: {gross_margin: {low: 0.5, high: 0.1}}}", "low below high"),
        ("world: {needs: {gross_margin: {low: 0, high: 1, log: true}}}", "above 0 where log is true"),
        ("world: {needs: {gross_margin: {low: 0}}}", "got null"),
        ("world: {needs: {kind: {choices: [weekly]}}}", "one of occasional"),
        ("world: {needs: {gross_margin: {low: 0, high: 1, label: 3}}}", "label: got 3"),
        ("world: {needs: 3}", "allowed: groups of parameters"),
        ("firm: {}", "allowed: world and strategy"),
        ("world: {}", "at least one"),
    ],
)
def test_a_file_with_a_fault_is_refused_and_says_where(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "controls.yaml"
    file.write_text(text)
    with pytest.raises(ParameterError, match=r"controls\.yaml") as refused:
        ranges(file)
    assert named in str(refused.value)


def slider(low: float, high: float, **more: Any) -> Range:
    return Range("world", "needs.basket", "$", "mean order", "assumption", low=low, high=high, **more)


def test_a_slider_steps_through_round_values_from_end_to_end() -> None:
    assert slider(0, 1).places()[:3] == [0, 0.01, 0.02]
    assert slider(0, 1).places()[-1] == 1
    assert slider(1, 6, whole=True).places() == [1, 2, 3, 4, 5, 6]
    places = slider(10, 1000, log=True).places()
    assert (places[0], places[-1]) == (10, 1000)
    assert all(1.01 < after / before < 1.13 for before, after in pairwise(places))  # in per cent, two digits each


@given(st.floats(0.001, 1000), st.booleans())
def test_a_value_of_yours_has_its_own_place_unrounded(value: float, log: bool) -> None:
    places = slider(0.5, 300, log=log).places(value)
    assert value in places
    assert places == sorted(set(places))
    assert len(places) <= 122


def test_a_list_keeps_its_order_and_takes_in_what_is_not_on_it() -> None:
    assert slider(0, 0, options=(None, 0, 52)).places(30) == [None, 0, 52, 30]


def test_values_are_said_as_people_write_them() -> None:
    values = [None, True, "never_out", 0.25, 1200.0, 1_250_000]
    assert [said(value) for value in values] == ["none", "yes", "never out", "0.25", "1,200", "1,250,000"]
