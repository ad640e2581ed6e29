"""A template of the user: its master, its places, its fonts; or a clear error before anything is written."""

import zipfile

import pytest
from pptx import Presentation
from pptx.util import Inches

from sim.parameters import ParameterError
from sim.report.deck.template import _theme, template
from sim.report.deck.write import write


def branded(path, wide=10.0, tall=7.5, font=b"Georgia"):
    """A foreign master: 4:3, another font, a title at the right height for nothing, a sample slide."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(wide), Inches(tall)
    theme = _theme(deck)
    theme._blob = theme.blob.replace(b'typeface="Calibri"', b'typeface="%s"' % font)
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "Sample"
    deck.save(path)
    return path


def test_the_users_master_is_kept_and_its_samples_are_not(results, tmp_path):
    brand = branded(tmp_path / "brand.pptx")
    write(results, tmp_path / "deck.pptx", brand)
    deck = Presentation(tmp_path / "deck.pptx")
    assert deck.slide_width == Inches(10) and b"Georgia" in _theme(deck).blob
    assert all(slide.slide_layout.name == "Title Only" for slide in deck.slides)
    assert "Sample" not in [slide.shapes.title.text for slide in deck.slides]
    assert len({info.filename for info in zipfile.ZipFile(tmp_path / "deck.pptx").infolist()}) == len(
        zipfile.ZipFile(tmp_path / "deck.pptx").infolist()
    )
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width, shape.name
            assert shape.top + shape.height <= deck.slide_height, shape.name


def test_a_font_that_is_not_here_is_measured_with_a_margin(tmp_path):
    assert template(branded(tmp_path / "brand.pptx", font=b"No Such Font")).fonts.body.exact is False
    assert template(None).fonts.body.family == "Arial"


@pytest.mark.parametrize("what", ["missing", "text", "cut off", "not slides", "no title", "no room"])
def test_a_template_that_cannot_be_used_is_named_and_nothing_is_written(what, results, tmp_path):
    brand = branded(tmp_path / "brand.pptx")
    if what == "missing":
        brand.rename(tmp_path / "brend.pptx")
    if what == "text":
        brand.write_text("Dear designer, please find attached")
    if what == "cut off":
        brand.write_bytes(brand.read_bytes()[:9000])
    if what == "not slides":
        with zipfile.ZipFile(brand, "w") as package:
            package.writestr(
                "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
            )
    if what == "no title":
        deck = Presentation(brand)
        for layout in deck.slide_layouts:
            for shape in [shape for shape in layout.placeholders if shape.placeholder_format.idx == 0]:
                shape._element.getparent().remove(shape._element)
        deck.save(brand)
    if what == "no room":
        branded(brand, 4, 3)
    (tmp_path / "deck.pptx").write_text("old")
    with pytest.raises(ParameterError, match=r"^template .*brand\.pptx.*allowed: "):
        write(results, tmp_path / "deck.pptx", brand)
    assert (tmp_path / "deck.pptx").read_text() == "old"
    assert not list(tmp_path.glob(".*"))


def test_titles_in_capitals_are_measured_in_capitals(tmp_path):
    deck = Presentation(branded(tmp_path / "brand.pptx", font=b"Arial"))
    plain = template(tmp_path / "brand.pptx").fonts.heading.width("support", 20)
    for style in deck.slide_master._element.xpath(".//p:titleStyle/a:lvl1pPr"):
        next(one for one in style if one.tag.endswith("defRPr")).set("cap", "all")
    deck.save(tmp_path / "capitals.pptx")
    found = template(tmp_path / "capitals.pptx").fonts
    assert found.heading.width("support", 20) == found.body.width("SUPPORT", 20) > plain


def test_the_shapes_of_a_slide_have_numbers_of_their_own(results, tmp_path):
    write(results, tmp_path / "deck.pptx", branded(tmp_path / "brand.pptx"))
    for slide in Presentation(tmp_path / "deck.pptx").slides:
        ids = [shape.shape_id for shape in slide.shapes]
        assert len(ids) == len(set(ids))
