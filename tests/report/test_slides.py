"""`jupyter nbconvert --to slides`: steps where the notebook has none, and a file that asks nothing of a network."""

import re
import subprocess
import sys

import nbformat.v4 as v4
import pytest

from sim.report.sections import Sections

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def notebook():
    picture = v4.new_output("display_data", data={"image/png": PNG, "text/plain": "<chart>"})
    words = v4.new_output("display_data", data={"text/markdown": "It pays."})
    noise = v4.new_output("stream", name="stderr", text="simulating: 100%")
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# A title"),
            v4.new_code_cell("setup = 1"),
            v4.new_markdown_cell("## The answer\n\n**Question.** Which?"),
            v4.new_code_cell("say()", outputs=[noise, words]),
            v4.new_code_cell("draw()", outputs=[picture]),
            v4.new_markdown_cell("*What it means.* Much."),
        ]
    )


def types(nb):
    return [cell.metadata.slideshow.slide_type for cell in nb.cells]


def test_a_heading_begins_a_slide_and_a_picture_a_step():
    nb, _ = Sections().preprocess(notebook())
    assert types(nb) == ["slide", "skip", "slide", "-", "subslide", "subslide"]
    assert [output.output_type for output in nb.cells[3].outputs] == ["display_data"]
    assert "slideshow" not in notebook().cells[0].metadata


def test_a_notebook_with_slides_of_its_own_keeps_them():
    mine = notebook()
    for cell, kind in zip(mine.cells, ["slide", "notes", "fragment", "-", "skip", "slide"], strict=True):
        cell.metadata["slideshow"] = {"slide_type": kind}
    assert types(Sections().preprocess(mine)[0]) == ["slide", "notes", "fragment", "-", "skip", "slide"]


@pytest.mark.slow
def test_plain_nbconvert_makes_one_file_that_loads_nothing(tmp_path):
    import nbformat

    nbformat.write(notebook(), tmp_path / "talk.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "slides", str(tmp_path / "talk.ipynb")]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    page = (tmp_path / "talk.slides.html").read_text()
    tags = re.sub(r"(<script\b[^>]*>).*?</script>", r"\1", page, flags=re.DOTALL)
    assert "<script" in tags and not re.search(r"<(script|link|img|iframe)[^>]*\b(src|href)=\"(?!data:)", tags)
    assert not re.search(r"@import|url\(\s*[\"']?https?:", tags)
    assert "Reveal.initialize" in page and page.count("<section") == 2 + 4
