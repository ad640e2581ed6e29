"""A refreshed deck has the new numbers, and everything that the presenter did."""

import shutil

import pytest
from pptx import Presentation
from pptx.util import Inches

from sim.parameters import ParameterError
from sim.report.deck import ooxml
from sim.report.deck.fields import of_name
from sim.report.deck.refresh import refresh
from sim.report.deck.reword import with_new_numbers
from sim.report.deck.write import write
from sim.report.load import load


def field(presentation, name):
    return next(shape for slide in presentation.slides for shape in slide.shapes if shape.name == f"whatif:{name}")


def words(path):
    """Texts and chart values of a deck by field."""
    found = {}
    for slide in Presentation(path).slides:
        for shape in slide.shapes:
            if not of_name(shape.name):
                continue
            if shape.has_text_frame:
                found[shape.name] = shape.text_frame.text
            elif shape.has_chart:
                found[shape.name] = [list(one.values) for plot in shape.chart.plots for one in plot.series]
            elif shape.has_table:
                found[shape.name] = [[cell.text for cell in row.cells] for row in shape.table.rows]
    return found


def test_after_another_seed_it_says_what_a_new_deck_would(made, rerun, sweep, tmp_path):
    assert refresh(made, rerun, tmp_path / "refreshed.pptx") == []
    write(rerun, tmp_path / "new.pptx", None, sweep)
    refreshed, new = words(tmp_path / "refreshed.pptx"), words(tmp_path / "new.pptx")
    assert refreshed == new
    assert refreshed["whatif:cash:chart0"] != words(made)["whatif:cash:chart0"]
    again = Presentation(tmp_path / "refreshed.pptx").slides[1].notes_slide.notes_text_frame.text
    assert load(rerun).comparison.identity in again and "--seed 2" in again
    assert refresh(tmp_path / "refreshed.pptx", rerun) == []
    assert words(tmp_path / "refreshed.pptx") == new


def test_the_same_results_change_nothing(made, results, tmp_path):
    assert refresh(made, results, tmp_path / "same.pptx") == []
    assert words(tmp_path / "same.pptx") == words(made)


def test_what_the_presenter_did_stays(made, rerun, tmp_path):
    edited, out = tmp_path / "edited.pptx", tmp_path / "out.pptx"
    deck = Presentation(made)
    chart = field(deck, "cash:chart0")
    chart.left, chart.top, chart.width, chart.height = Inches(1), Inches(2), Inches(7), Inches(3)
    chart.chart.value_axis.maximum_scale = 123_456
    chart.chart.plots[1].series[0].format.line.width = 50_800
    low = next(one for one in chart.chart.plots[1].series if one.name.endswith("low end"))
    low._element.getparent().remove(low._element)
    field(deck, "sources:chart0").chart.chart_title.text_frame.paragraphs[0].runs[0].text = "Our own heading"
    slide = deck.slides[5]
    box = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(3), Inches(0.5))
    box.text_frame.text = "Our own remark: $33.4 k"
    run = field(deck, "customers:title").text_frame.paragraphs[0].runs[0]
    run.font.italic = True
    notes = slide.notes_slide.notes_text_frame
    notes.text = f"Smile.\n{notes.text}\nThank them."
    extra = deck.slides.add_slide(deck.slide_layouts[1])
    extra.shapes.title.text = "Questions?"
    ids = deck.slides._sldIdLst
    ids.insert(2, ids[-1])  # to the third place
    gone = deck.slides[8]
    gone_title = gone.shapes.title.text
    deck.part.drop_rel(ids[8].rId)
    ids.remove(ids[8])
    deck.save(edited)
    assert refresh(edited, rerun, out) == []
    after = Presentation(out)
    assert field(after, "sources:chart0").chart.chart_title.text_frame.text == "Our own heading"
    moved = field(after, "cash:chart0")
    assert (moved.left, moved.top, moved.width, moved.height) == (Inches(1), Inches(2), Inches(7), Inches(3))
    assert moved.chart.value_axis.maximum_scale == 123_456
    assert moved.chart.plots[1].series[0].format.line.width == 50_800
    assert [one.name for one in moved.chart.plots[1].series][:2] == ["Profit center", "Profit center, high end"]
    table = load(rerun).comparison.cash_difference()
    assert list(moved.chart.plots[1].series[0].values)[1:] == table["mean"].to_list()
    assert field(after, "customers:title").text_frame.paragraphs[0].runs[0].font.italic
    titles = [slide.shapes.title.text for slide in after.slides]
    assert titles[2] == "Questions?" and gone_title not in titles and len(titles) == len(Presentation(made).slides)
    assert any(
        shape.has_text_frame and shape.text_frame.text == "Our own remark: $33.4 k"
        for s in after.slides
        for shape in s.shapes
    )
    said = [slide.notes_slide.notes_text_frame.text for slide in after.slides if slide.has_notes_slide]
    kept = next(text for text in said if text.startswith("Smile."))
    assert kept.endswith("Thank them.") and load(rerun).comparison.identity in kept


def test_a_title_in_other_words_gets_the_new_numbers_or_is_named(made, rerun, tmp_path):
    deck = Presentation(made)
    source, said = field(deck, "cash:source"), field(deck, "verdict:number0")
    old = said.text_frame.text
    source.text_frame.paragraphs[0].runs[0].text = "Seed 1, says the model"
    said.text_frame.paragraphs[0].runs[0].text = f"About {old}!"
    field(deck, "customers:title").text_frame.paragraphs[0].runs[0].text = "17 of 18 customers agree"
    deck.save(tmp_path / "edited.pptx")
    notes = refresh(tmp_path / "edited.pptx", rerun)
    after, new = Presentation(tmp_path / "edited.pptx"), words(tmp_path / "edited.pptx")
    assert new["whatif:verdict:number0"].startswith("About ") and new["whatif:verdict:number0"] != f"About {old}!"
    assert new["whatif:customers:title"] == "17 of 18 customers agree"
    assert len(notes) == 2 and "'customers', title: kept as edited" in notes[0] and "'cash', source" in notes[1]
    assert field(after, "cash:source").text_frame.text == "Seed 1, says the model"


@pytest.mark.parametrize(
    ("here", "old", "new", "expected"),
    [
        ("Good: after 3.2 years", "pays back after 3.2 years", "pays back after 4 years", "Good: after 4 years"),
        ("just $33.4 k", "worth $33.4 k in 5 years", "worth −$1.2 M in 5 years", "just −$1.2 M"),
        ("we win", "wins by 5 %", "wins by 6 %", "we win"),
        ("we win", "wins by 5 %", "loses by 6 %", None),
        ("12 of us", "wins by 5 %", "wins by 6 %", None),
        ("5 and 5", "5 of 5", "6 of 7", None),
    ],
)
def test_numbers_are_replaced_where_they_can_only_mean_one_thing(here, old, new, expected):
    assert with_new_numbers(here, old, new) == expected


@pytest.mark.parametrize("what", ["foreign", "other strategies", "no results", "broken"])
def test_what_cannot_be_refreshed_is_said_and_left_as_it_was(what, made, results, leave, tmp_path):
    deck, folder = tmp_path / "deck.pptx", results
    shutil.copy(made, deck)
    if what == "foreign":
        Presentation().save(deck)
    if what == "broken":
        deck.write_bytes(made.read_bytes()[:5000])
    if what == "no results":
        folder = tmp_path / "nowhere"
    if what == "other strategies":
        folder = leave(tmp_path / "compare", 1, strategies=("cost_center", "goodwill"))
    before = deck.read_bytes()
    with pytest.raises(ParameterError, match={
        "foreign": "is not a deck of ours", "broken": "cannot be opened", "no results": "no such folder",
        "other strategies": "strategies: the deck is about",
    }[what]):  # fmt: skip
        refresh(deck, folder)
    assert deck.read_bytes() == before


def test_a_shorter_horizon_with_fewer_worlds_is_still_the_same_question(made, leave, tmp_path):
    other = leave(tmp_path / "compare", 1, **{"run.weeks": 26, "run.replications": 2})
    before = made.read_bytes()
    refreshed = tmp_path / "out.pptx"
    notes = refresh(made, other, refreshed)
    assert any("'survey'" in note for note in notes) and made.read_bytes() == before
    assert "26 weeks" in field(Presentation(refreshed), "cash:source").text_frame.text
    drawn = field(Presentation(refreshed), "sources:chart0")
    assert "2 paired worlds" in drawn.chart.chart_title.text_frame.text and "2 paired worlds" in ooxml.description(
        drawn
    )


def test_a_heading_and_words_of_the_presenter_stay_in_a_chart_and_are_named(made, leave, tmp_path):
    deck = Presentation(made)
    chart = field(deck, "sources:chart0")
    chart.chart.chart_title.text_frame.paragraphs[0].runs[0].text = "Four (4) worlds"
    ooxml.describe(chart, "99 bars")
    deck.save(tmp_path / "deck.pptx")
    notes = refresh(tmp_path / "deck.pptx", leave(tmp_path / "compare", 1, **{"run.replications": 3}))
    after = field(Presentation(tmp_path / "deck.pptx"), "sources:chart0")
    assert after.chart.chart_title.text_frame.text == "Four (3) worlds"  # 4 was the only number of the old heading
    assert ooxml.description(after) == "99 bars"
    assert [note for note in notes if "sources:chart0:alt: kept as edited, '99 bars'" in note]
