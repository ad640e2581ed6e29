"""What is in the file: every chart's data are the comparison's, every slide says what it must, nothing overflows."""

import io
import re
import shutil
import subprocess
import zipfile

import pandas as pd
import pytest
from PIL import ImageFont
from pptx import Presentation

from sim.experiment.bridge import bridge
from sim.report.deck import figures, ooxml, story
from sim.report.deck.fields import of_name
from sim.report.deck.template import POINT, faces
from sim.report.deck.write import write
from sim.report.font import shipped
from sim.report.load import load

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def fields(path):
    """Every field of a deck by slide and name."""
    return {
        found: shape for slide in Presentation(path).slides for shape in slide.shapes if (found := of_name(shape.name))
    }


def charts(path):
    return {key: shape.chart for (key, what), shape in fields(path).items() if what == "chart0"}


def series(chart):
    """Heading of each series -> its values, from the chart's own copy."""
    return {one.name: list(one.values) for plot in chart.plots for one in plot.series}


def sheet(chart):
    """The sheet behind a chart: heading -> values, read from its XML, no digit lost."""
    book = zipfile.ZipFile(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    from lxml import etree

    words = ["".join(t.itertext()) for t in etree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{space}si")]
    columns: dict[str, dict[int, object]] = {}
    for cell in etree.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(f"{space}c"):
        letter, row = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r")).groups()
        text = cell.find(f"{space}v").text
        columns.setdefault(letter, {})[int(row)] = words[int(text)] if cell.get("t") == "s" else float(text)
    return {str(cells.pop(1)): list(cells.values()) for cells in columns.values()}


def test_the_lines_are_the_tables_of_the_comparison_to_the_last_digit(made, results):
    comparison, drawn = load(results).comparison, charts(made)
    for key, table in (("customers", comparison.over_time("customers")), ("cash", comparison.cash_difference())):
        shown, behind = series(drawn[key]), sheet(drawn[key])
        for strategy, title in zip(comparison.strategies, ("Cost center", "Profit center"), strict=True):
            rows = table[table["strategy"] == strategy]
            for column, heading in (("mean", ""), ("low", ", low end"), ("high", ", high end")):
                if len(rows):
                    assert shown[f"{title}{heading}"][1:] == rows[column].to_list()  # after time 0
                    assert behind[f"{title}{heading}"] == rows[column].to_list()


def test_the_bars_are_the_tables_of_the_comparison_and_their_whiskers_end_where_the_intervals_do(made, results):
    saved, drawn = load(results), charts(made)
    comparison = saved.comparison
    used = comparison.sources()[comparison.sources()["mean"] != 0]
    total = comparison.difference()
    expected = {
        "bridge": bridge(comparison)[["mean", "low", "high"]],
        "sources": pd.concat(
            [
                used[["mean", "low", "high"]],
                pd.DataFrame([[total.mean, total.low, total.high]], columns=["mean", "low", "high"]),
            ]
        ),
        "ablations": saved.ablations[["mean", "low", "high"]],
        "lenses": figures.lens_changes(comparison).query("lens == 'cost-center'")[["mean", "low", "high"]],
    }
    for key, table in expected.items():
        behind = list(sheet(drawn[key]).values())[1:]
        for column, name in zip(behind, ("mean", "low", "high"), strict=False):
            assert column == table[name].to_list(), (key, name)
        assert next(iter(series(drawn[key]).values())) == table["mean"].to_list()
        space = drawn[key]._chartSpace
        plus = [float(v.text) for v in space.find(f".//{C}errBars/{C}plus").iter(f"{C}v")]
        assert plus == pytest.approx((table["high"] - table["mean"]).to_list(), rel=1e-9)


def test_the_dots_are_the_paired_differences(made, results):
    comparison = load(results).comparison
    npv = comparison.by_run("npv")
    shown = series(charts(made)["worlds"])
    dots = [value for value in shown["Profit center"] if value is not None]
    assert dots == sorted(npv["profit_center"] - npv["cost_center"])
    assert [v for v in shown["Profit center: mean"] if v is not None] == [comparison.difference().mean]


def test_a_change_through_a_lens_is_the_paired_difference_over_the_baseline(results):
    comparison = load(results).comparison
    row = figures.lens_changes(comparison).set_index("metric").loc["cost_per_contact"]
    cost = comparison.by_run("cost_per_contact").mean()
    assert row["mean"] == pytest.approx(100 * (cost["profit_center"] / cost["cost_center"] - 1))


def test_every_slide_has_a_finding_a_source_notes_with_the_command_and_words_for_what_is_drawn(made, results):
    identity = load(results).comparison.identity
    presentation = Presentation(made)
    assert 8 <= len(presentation.slides) <= 12
    assert presentation.slide_width / presentation.slide_height == pytest.approx(16 / 9)
    for slide in presentation.slides:
        assert slide.shapes.title.text_frame.text.strip()
        named = {of_name(shape.name): shape for shape in slide.shapes if of_name(shape.name)}
        key = next(iter(named))[0]
        source = named[key, "source"].text_frame.text
        assert identity in source if key != "sweep" else "sweep worlds" in source
        notes = slide.notes_slide.notes_text_frame.text
        assert "whatif compare --world online_retail" in notes and identity in notes
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table or shape.shape_type == 13:
                assert len(ooxml.description(shape)) > 60, shape.name


def test_every_chart_says_what_it_shows_in_which_unit_and_its_interval(made):
    drawn = charts(made)
    assert set(drawn) == {"customers", "cash", "lenses", "bridge", "sources", "survey", "ablations", "worlds"}
    for key, chart in drawn.items():
        title = chart.chart_title.text_frame.text
        assert "95 % interval" in title and ("$" in title or "%" in title or "Customers" in title), key
        assert chart.value_axis.has_title and chart.value_axis.axis_title.text_frame.text.strip(), key


def height_of(text, width, size, bold):
    """Points from top to bottom of a text in Arial in a box `width` points wide, not by the deck's own code."""
    font = ImageFont.truetype(str(shipped(bold)), 1000)
    room, lines = width - 2 * 7.2, 1  # PowerPoint's margins
    line = ""
    for word in text.split(" "):
        assert font.getlength(word) * size / 1000 <= room, word
        longer = f"{line} {word}".strip()
        if font.getlength(longer) * size / 1000 > room:
            lines, line = lines + 1, word
        else:
            line = longer
    return lines * 1.2 * size + 2 * 3.6


def test_no_text_leaves_its_box_and_no_box_the_slide(made):
    presentation = Presentation(made)
    assert faces(presentation).body.family == "Arial"
    for slide in presentation.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= presentation.slide_width
            assert shape.top >= 0 and shape.top + shape.height <= presentation.slide_height, shape.name
            if not of_name(shape.name):
                continue
            if shape.has_text_frame and shape.text_frame.text:
                text, (run,) = shape.text_frame.text, shape.text_frame.paragraphs[0].runs
                bold = bool(run.font.bold) or shape == slide.shapes.title
                tall = height_of(text, shape.width / POINT, run.font.size.pt, bold)
                assert tall <= shape.height / POINT + 1, shape.name
                assert run.font.size.pt >= 8 and not text.endswith("…"), shape.name
            if shape.has_table:
                width = [column.width / POINT for column in shape.table.columns]
                for row in shape.table.rows:
                    for cell, wide in zip(row.cells, width, strict=True):
                        run = next(iter(cell.text_frame.paragraphs[0].runs), None)
                        tall = height_of(cell.text, wide, run.font.size.pt, False) if run else 0
                        assert tall - 2 * 3.6 + 2 * 1.5 <= row.height / POINT + 0.1, cell.text
                assert sum(row.height for row in shape.table.rows) <= shape.height + len(shape.table.rows)


def test_no_two_fields_of_a_slide_overlap(made):
    for slide in Presentation(made).slides:
        boxes = [(s.name, s.left, s.top, s.left + s.width, s.top + s.height) for s in slide.shapes if of_name(s.name)]
        for place, (one, left, top, right, bottom) in enumerate(boxes):
            for other, at, above, to, below in boxes[place + 1 :]:
                apart = left >= to or at >= right or top >= below or above >= bottom
                assert apart or "rule" in one or "rule" in other, (one, other)


def test_the_same_results_give_the_same_slides_and_the_file_is_small(made, results, sweep, tmp_path):
    write(results, tmp_path / "again.pptx", None, sweep)
    one, two = zipfile.ZipFile(made), zipfile.ZipFile(tmp_path / "again.pptx")
    assert one.namelist() == two.namelist()
    for name in one.namelist():
        assert one.read(name) == two.read(name) or name == "docProps/core.xml", name
    assert made.stat().st_size < 1_000_000


def test_it_reads_back_and_every_part_is_xml_that_is_well_formed(made, tmp_path):
    from lxml import etree

    Presentation(made).save(tmp_path / "round.pptx")
    package = zipfile.ZipFile(tmp_path / "round.pptx")
    for name in package.namelist():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(package.read(name))
    assert charts(tmp_path / "round.pptx").keys() == charts(made).keys()


def test_the_picture_is_there_twice(made):
    shape = fields(made)["sweep", "picture"]
    blip = shape._element.find(f".//{A}blip")
    svg = next(blip.iter(f"{{{ooxml.SVG}}}svgBlip")).get(ooxml.EMBED)
    assert shape.part.related_part(svg).blob.startswith(b"<svg") and shape.image.content_type == "image/png"


@pytest.mark.slow
@pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdftotext")), reason="LibreOffice, poppler: not here"
)
def test_libreoffice_opens_it_and_shows_every_title(made, tmp_path):
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(made)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    text = subprocess.run(["pdftotext", str(tmp_path / "deck.pdf"), "-"], check=True, capture_output=True, text=True)
    pages = text.stdout.split("\f")
    slides = Presentation(made).slides
    assert len(pages) - 1 == len(slides)
    for page, slide in zip(pages, slides, strict=False):
        title = slide.shapes.title.text_frame.text.replace("\N{NO-BREAK SPACE}", " ").split()
        assert title[0] in page and title[-1] in page.replace("\N{NO-BREAK SPACE}", " ")


# Children in the order that ECMA-376, part 1, 21.2 demands; PowerPoint offers to repair a file that has another
ORDER = {
    "errBars": "errDir errBarType errValType noEndCap plus minus val spPr",
    "dPt": "idx invertIfNegative marker bubble3D explosion spPr",
    "chartSpace": "date1904 lang roundedCorners style clrMapOvr pivotSource protection chart spPr txPr externalData",
    "scaling": "logBase orientation max min",
    "areaChart": "grouping varyColors ser dLbls dropLines axId",
    "numRef": "f numCache",
    "numCache": "formatCode ptCount pt",
    "strCache": "ptCount pt",
    "chart": "title autoTitleDeleted plotArea legend plotVisOnly dispBlanksAs",
    "plotArea": "layout areaChart lineChart barChart scatterChart catAx valAx dTable spPr",
    "catAx": "axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark minorTickMark "
    "tickLblPos spPr txPr crossAx crosses auto lblAlgn lblOffset tickLblSkip tickMarkSkip noMultiLvlLbl",
    "valAx": "axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark minorTickMark "
    "tickLblPos spPr txPr crossAx crosses crossBetween majorUnit minorUnit dispUnits",
    "dLbls": "dLbl numFmt spPr txPr dLblPos showLegendKey showVal showCatName showSerName showPercent showBubbleSize",
    "legend": "legendPos legendEntry layout overlay spPr txPr",
    "title": "tx layout overlay spPr txPr",
    "barChart": "barDir grouping varyColors ser dLbls gapWidth overlap serLines axId",
    "lineChart": "grouping varyColors ser dLbls dropLines hiLowLines upDownBars marker smooth axId",
    "scatterChart": "scatterStyle varyColors ser dLbls axId",
}
SERIES = {
    "areaChart": "idx order tx spPr pictureOptions dPt dLbls trendline errBars cat val",
    "lineChart": "idx order tx spPr marker dPt dLbls trendline errBars cat val smooth",
    "barChart": "idx order tx spPr invertIfNegative pictureOptions dPt dLbls trendline errBars cat val shape",
    "scatterChart": "idx order tx spPr marker dPt dLbls trendline errBars xVal yVal smooth",
}


def test_the_parts_of_every_chart_are_in_the_order_of_the_standard(made):
    checked = set()
    for chart in charts(made).values():
        for element in chart._chartSpace.iter(f"{C}*"):
            tag, parent = element.tag.removeprefix(C), element.getparent()
            order = SERIES[parent.tag.removeprefix(C)] if tag == "ser" else ORDER.get(tag)
            if order is None:
                continue
            places = [order.split().index(child.tag.removeprefix(C)) for child in element]
            assert places == sorted(places), (tag, [child.tag for child in element])
            checked.add(tag)
    assert checked == {"ser", *ORDER}


def test_a_strategy_that_does_not_pay_back_is_said_never_to_have(results):
    _, _, when = story.first(load(results).comparison)[0].tiles
    assert when.number == "never" and when.meaning.startswith("has it paid back on average, within the")
