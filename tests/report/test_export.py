"""Any chart as files: the same each time, small, self-contained, in three registers and on dark paper."""

import json
import re
import subprocess
import sys

import altair as alt
import pandas as pd
import pytest
from pptx import Presentation

from sim.parameters import ParameterError
from sim.report import font, looks, theme
from sim.report.deck import ooxml
from sim.report.export import ENDINGS, export

TABLE = pd.DataFrame({"x": [0.0, 1.0, 2.0], "y": [3.0, 5.0, 4.0], "word": ["white", "#1a1a1a", "b"]})


def chart():
    title = alt.TitleParams(["Sales rise", "and fall"], subtitle=["Sales a year, $ k. Invented."])
    marks = alt.Chart(TABLE, title=title).mark_line(color=theme.INK, point={"size": 50})
    return marks.encode(alt.X("x:Q", title="years"), alt.Y("y:Q", title="$ k"), tooltip="word")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    out = tmp_path_factory.mktemp("charts")
    return {path.suffix: path for path in export(chart(), "sales", out)}


def test_every_format_is_there_and_small(files):
    assert tuple(files) == ENDINGS
    starts = {".png": b"\x89PNG", ".svg": b"<svg", ".pdf": b"%PDF", ".html": b"<!DOCTYPE html>", ".pptx": b"PK"}
    for ending, path in files.items():
        assert path.read_bytes().startswith(starts[ending]) and path.stat().st_size < 1_000_000


def test_nothing_is_loaded_from_anywhere(files):
    page = files[".html"].read_text()
    tags = re.sub(r"(<script\b[^>]*>).*?</script>", r"\1", page, flags=re.DOTALL)
    assert "<script" in tags and not re.search(r"<(script|link|img)[^>]*\b(src|href)=", tags)
    assert "<title>Sales rise and fall</title>" in page and "Sales a year" in page
    assert not re.search(r"(href|src|url)\W{1,2}https?:", files[".svg"].read_text())


def test_the_pdf_has_its_font_in_it(files):
    assert b"LiberationSans" in files[".pdf"].read_bytes()


def test_the_same_chart_is_the_same_picture_in_another_process(files, tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from test_export import chart; from sim import report; report."
        "export(chart(), 'sales', sys.argv[2])"
    )
    here = str(__file__).rsplit("/", 1)[0]
    subprocess.run([sys.executable, "-c", code, here, str(tmp_path)], check=True)
    for ending in (".png", ".svg"):
        assert (tmp_path / f"sales{ending}").read_bytes() == files[ending].read_bytes()
    assert ours((tmp_path / "sales.html").read_text()) == ours(files[".html"].read_text())


def ours(page: str) -> str:
    """A page without the code that draws charts: its bundler may name things otherwise on another day."""
    text, libraries = re.subn(r"<script[^>]*>(?:(?!</script>).)*window\.vegaEmbed=.*?</script>", "", page, flags=re.S)
    assert libraries == 1 and "const spec = " in text
    return text


def test_the_slide_has_the_title_the_subtitle_and_the_words_for_the_picture(files):
    (slide,) = Presentation(files[".pptx"]).slides
    assert slide.shapes.title.text_frame.text == "Sales rise and fall"
    named = {shape.name: shape for shape in slide.shapes}
    assert (
        named["whatif:chart:said"].text_frame.text.replace("\N{NO-BREAK SPACE}", " ") == "Sales a year, $ k. Invented."
    )
    assert "Sales rise and fall" in ooxml.description(named["whatif:chart:picture"])


def test_dark_paper_changes_colours_and_no_data():
    light, dark = theme.themed(chart()), theme.themed(chart(), dark=True)
    assert dark["datasets"] == light["datasets"]
    assert dark["config"]["background"] == looks.DARK["white"] and dark["mark"]["color"] == looks.DARK[theme.INK]
    assert theme.png(chart(), dark=True) != theme.png(chart())


@pytest.mark.parametrize(
    ("register", "axis", "title"), [("notebook", 14, 20), ("slide", 16.1, 20), ("print", 11.9, 17)]
)
def test_a_register_is_a_size_of_type(register, axis, title):
    config = theme.themed(chart(), register)["config"]
    assert config["axis"]["labelFontSize"] == pytest.approx(axis) and config["title"]["fontSize"] == pytest.approx(
        title
    )
    assert json.dumps(theme.themed(chart(), register)["datasets"]) == json.dumps(theme.themed(chart())["datasets"])


def test_the_strategies_keep_their_colours_on_dark_paper():
    assert not set(looks.DARK) & {*theme.FIXED.values(), *theme.OTHERS}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"name": "../sales"}, "export, name: got '../sales'; allowed: letters"),
        ({"name": ""}, "export, name: got ''"),
        ({"register": "slides"}, "register: got 'slides'; allowed: notebook, slide, print.*slide"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(asked, message, tmp_path):
    with pytest.raises(ParameterError, match=message):
        export(chart(), **({"name": "sales", "out": tmp_path / "out"} | asked))
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_a_font_that_is_missing_or_broken_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(font, "FONTS", tmp_path)
    with pytest.raises(
        ParameterError, match=r"LiberationSans-Regular\.ttf: cannot be read .*Install the project again"
    ):
        font.shipped()
    (tmp_path / "LiberationSans-Regular.ttf").write_text("not a font")
    with pytest.raises(ParameterError, match="is no TrueType font"):
        font.shipped()
