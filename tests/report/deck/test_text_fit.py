"""Text is measured, not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import ParameterError
from sim.report import font
from sim.report.deck import fit, grid
from sim.report.deck.wording import joined

ARIAL = fit.face("Arial")


def test_widths_are_those_of_the_font():
    assert ARIAL.width("0000", 10) == pytest.approx(4 * 10 * 1139 / 2048, rel=0.01)  # a digit of Arial: 1139 of 2048
    assert ARIAL.exact and not fit.face("No Such Font At All").exact
    assert fit.face("No Such Font At All").width("a", 10) > ARIAL.width("a", 10)


def test_a_short_text_is_as_large_as_allowed_and_a_long_one_smaller():
    assert fit.fit("Yes", 300, 60, ARIAL, 28).size == 28
    longer = fit.fit("Yes and no " * 20, 300, 100, ARIAL, 28, 8)
    assert 8 <= longer.size < 28 and not longer.cut


@given(
    st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=400),
    st.floats(60, 900), st.floats(25, 300), st.floats(10, 40), st.booleans(),
)  # fmt: skip
def test_nothing_leaves_its_box(text, width, height, largest, bold):
    found = fit.fit(text, width, height, ARIAL, largest, 8, bold)
    assert len(found.lines) * fit.LEADING * found.size + 2 * fit.INSET_Y <= height + 1e-6
    assert all(ARIAL.width(line, found.size, bold) <= width - 2 * fit.INSET_X + 1e-6 for line in found.lines)
    assert 8 <= found.size <= max(largest, 8)


def test_what_never_fits_is_cut_at_a_word():
    text = "one two three four five six seven eight nine ten " * 30
    found = fit.fit(text, 200, 40, ARIAL, 12, 10)
    assert found.cut and found.text.endswith("…") and text.startswith(f"{found.text[:-1]} ")
    assert len(found.lines) * fit.LEADING * found.size + 2 * fit.INSET_Y <= 40
    assert fit.fit("Unbelievablyoverlong", 40, 20, ARIAL, 12, 10).text == "…"


def test_a_number_and_its_unit_stay_on_one_line():
    text = "5.4 % of $33.4 k ± $3.4 k in 5 years of it"
    assert joined(text) == "5.4~% of $33.4~k~±~$3.4~k in 5~years of it".replace("~", "\N{NO-BREAK SPACE}")


def test_a_table_takes_the_room_it_has_and_counts_what_has_none():
    rows = (("a", "b"), *((f"row {n}", "some words that are long enough to need the room") for n in range(40)))
    found = grid.laid(rows, 500, 200, ARIAL)
    assert sum(found.heights) <= 200 and sum(found.widths) == pytest.approx(500)
    assert found.rows[-1][0] == f"and {len(rows) - len(found.rows) + 1} more, in the notes"
    assert grid.laid(rows[:4], 500, 200, ARIAL).rows == rows[:4]


def test_a_font_of_ours_that_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(font, "FONTS", tmp_path)
    with pytest.raises(
        ParameterError, match=r"LiberationSans-Regular\.ttf: cannot be read .* Install the project again"
    ):
        fit.face("Arial")
