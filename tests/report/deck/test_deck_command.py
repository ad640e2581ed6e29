"""`whatif deck` from a shell: makes, refreshes, and says what it cannot do."""

import subprocess
import sys

import pytest
from pptx import Presentation
from typer.testing import CliRunner

from sim.cli import app
from sim.parameters import ParameterError


def run(*arguments):
    found = CliRunner().invoke(app, ["deck", *map(str, arguments)])
    if isinstance(found.exception, ParameterError):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found


def test_it_makes_and_refreshes_a_deck_where_it_is_told(results, rerun, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "Show it: deck.pptx" in run(results, "--out", "deck.pptx").stdout
    before = (tmp_path / "deck.pptx").read_bytes()
    assert "Refreshed: new.pptx" in run("--refresh", "deck.pptx", rerun, "--out", "new.pptx").stdout
    assert (tmp_path / "deck.pptx").read_bytes() == before
    assert run("--refresh", "deck.pptx").stdout == "Refreshed: deck.pptx\n"  # from the folder that it was made of
    assert {path.name for path in tmp_path.iterdir()} == {"deck.pptx", "new.pptx"}


def test_what_was_not_brought_up_to_date_is_said_on_standard_error(results, rerun, tmp_path):
    run(results, "--out", tmp_path / "deck.pptx")
    deck = Presentation(tmp_path / "deck.pptx")
    deck.slides[1].shapes.title.text_frame.paragraphs[0].runs[0].text = "Seventeen, or 17"
    deck.save(tmp_path / "deck.pptx")
    said = run("--refresh", tmp_path / "deck.pptx", rerun)
    assert said.stderr.startswith("note: slide 'customers', title: kept as edited, 'Seventeen, or 17'")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], r"nowhere: no such folder; allowed: a folder that `whatif compare --out` left"),
        (["--out", "deck.ppt"], r"--out: got 'deck\.ppt'; allowed: the path of a \.pptx file"),
        (
            ["--refresh", "deck.pptx", "--template", "b.pptx"],
            "--template: got 'b.pptx'; allowed: nothing beside --refresh",
        ),
        (["--refresh", "none.pptx"], r"deck none\.pptx: no such file"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ParameterError, match=message):
        run(*arguments)


def test_a_folder_in_the_way_and_a_sweep_that_is_none(results, tmp_path):
    (tmp_path / "deck.pptx").mkdir()
    with pytest.raises(ParameterError, match=r"a folder; allowed: the path of a \.pptx file"):
        run(results, "--out", tmp_path / "deck.pptx")
    with pytest.raises(ParameterError, match=r"sweep .*: lacks .*verdict\.txt"):
        run(results, "--sweep", tmp_path, "--out", tmp_path / "other.pptx")


def test_help_is_fast_for_want_of_heavy_imports():
    heavy = "('pptx', 'altair', 'pandas', 'PIL', 'lxml')"
    code = f"import sys; import sim.cli; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
