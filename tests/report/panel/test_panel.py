"""The panel without a browser: what its widgets are told and what it then shows, saves, loads and presents."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pptx
import pytest

from sim.experiment.compare import compare
from sim.parameters import ParameterError
from sim.report import explore
from sim.report.panel.choices import Choices
from sim.report.panel.panel import Panel
from sim.report.sentences import verdict
from sim.report.words import plain

pytestmark = pytest.mark.slow  # starts processes

LONG = 120.0
TINY = Choices(people=300, weeks=30, replications=2)


@pytest.fixture(scope="module")
def one() -> Iterator[Panel]:
    panel = Panel(TINY, workers=1)
    yield panel
    panel.close()


@pytest.fixture
def panel(one: Panel) -> Panel:
    """The same for all tests, as it was at the start."""
    press(one, "Reset")
    one.comparison(LONG)
    one.view.say("")
    return one


def press(panel: Panel, name: str) -> None:
    panel._bar.buttons[name].click()


def slider(panel: Panel, key: str) -> Any:
    return panel._controls.of_world[key].widget


def test_its_exact_run_is_the_comparison_of_the_same_parameters(panel: Panel) -> None:
    ours, theirs = panel.comparison(LONG), compare(TINY.scenarios(), workers=1, progress=False)
    assert ours.runs["npv"].to_list() == theirs.runs["npv"].to_list()
    assert ours.identity == theirs.identity
    assert panel.view.words["kind"] == "exact"


def test_a_control_shows_what_files_say_and_says_what_a_person_does(panel: Panel) -> None:
    assert slider(panel, "needs.mean").value == 0.064665
    before = panel.comparison(LONG).identity
    slider(panel, "needs.gross_margin").value = 0.7
    after = panel.comparison(LONG)
    assert after.identity != before
    assert after.scenarios[0].world.needs.gross_margin == 0.7
    assert panel._history.present.changes == {"world.needs.gross_margin": 0.7}


def test_undo_redo_and_reset_move_the_controls_too(panel: Panel) -> None:
    slider(panel, "needs.gross_margin").value = 0.7
    press(panel, "Undo")
    assert slider(panel, "needs.gross_margin").value == 0.4
    press(panel, "Redo")
    assert slider(panel, "needs.gross_margin").value == 0.7
    press(panel, "Reset")
    assert panel._history.present == TINY


def test_a_preset_moves_the_controls(panel: Panel) -> None:
    panel._bar.world.value = "camera_store"
    assert panel.comparison(LONG).scenarios[0].name == "camera_store"
    assert slider(panel, "needs.basket").value == panel.comparison(LONG).scenarios[0].world.needs.basket


def test_what_two_controls_forbid_each_other_is_said_and_the_next_question_is_answered(panel: Panel) -> None:
    panel._bar.sizes["people"].value = -5
    with pytest.raises(ParameterError, match="people"):
        panel.comparison(LONG)
    assert panel.view.bad
    assert "people" in panel.view.note
    press(panel, "Undo")
    assert panel.comparison(LONG).scenarios[0].world.market.people == 300
    assert not panel.view.bad


def test_saved_and_loaded_it_is_the_same(panel: Panel, tmp_path: Path) -> None:
    slider(panel, "needs.gross_margin").value = 0.7
    panel._bar.file.value = str(tmp_path / "one.yaml")
    press(panel, "Save scenario")
    chosen = panel._history.present
    press(panel, "Reset")
    press(panel, "Load")
    assert panel._history.present == chosen
    assert panel.view.note == "Loaded one.yaml."


def test_a_hostile_file_is_refused_in_words_and_nothing_changes(panel: Panel, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("world: <img src=x onerror=alert(1)>\n")
    panel._bar.file.value = str(tmp_path / "bad.yaml")
    press(panel, "Load")
    assert panel.view.bad
    assert "bad.yaml" in panel.view.note
    assert panel._history.present == TINY


def test_presented_there_are_pictures_slides_and_the_verdict(panel: Panel, tmp_path: Path) -> None:
    panel.swings(LONG)
    panel._bar.file.value = str(tmp_path / "talk" / "one.yaml")
    press(panel, "Present")
    assert {path.name for path in (tmp_path / "talk").iterdir()} == {
        *(f"{name}.{kind}" for name in ("customers", "cash", "lenses", "tornado") for kind in ("png", "svg")),
        "slides.pptx",
        "verdict.txt",
    }
    slides = pptx.Presentation(str(tmp_path / "talk" / "slides.pptx")).slides
    assert [sum(shape.has_chart for shape in slide.shapes) for slide in slides] == [0, 1, 1, 2, 0]
    said = " ".join(shape.text_frame.text for shape in slides[0].shapes if shape.has_text_frame)
    assert plain(verdict(panel.comparison())).split(" (")[0] in said.replace("\N{NO-BREAK SPACE}", " ")
    assert "moves the answer most" in slides[4].shapes.title.text
    assert panel.comparison().identity in slides[4].notes_slide.notes_text_frame.text


def test_a_pinned_run_stays_to_compare_with(panel: Panel) -> None:
    press(panel, "Pin")
    pinned = panel.view.data["cash_pinned"]
    slider(panel, "needs.gross_margin").value = 0.7
    panel.comparison(LONG)
    assert panel.view.data["cash_pinned"] == pinned != panel.view.data["cash"]
    assert panel.view.words["pinned"].startswith("Pinned (dashed)")
    press(panel, "Pin")
    assert panel.view.data["cash_pinned"] == []


def test_sixty_quick_moves_leave_the_last_on_the_screen(panel: Panel) -> None:
    places = [place for _, place in slider(panel, "needs.gross_margin").options][:60]
    steps = len(panel._history.past)
    for place in places:
        slider(panel, "needs.gross_margin").value = place
    assert panel.comparison(LONG).scenarios[0].world.needs.gross_margin == places[-1]
    assert len(panel._history.past) == steps + 1  # one drag, one step


def test_the_cells_below_hold_a_picture_and_a_table(panel: Panel) -> None:
    assert "moves the answer most" in " ".join(panel.tornado(LONG).to_dict()["title"]["text"])
    assert not panel.swings(LONG).empty


def test_a_notebook_parameter_that_is_none_is_refused() -> None:
    with pytest.raises(ParameterError, match="Did you mean 'world'"):
        explore({"In": ["# Parameters\nworlds = 'online_retail'"], "worlds": "online_retail"})
