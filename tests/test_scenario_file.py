"""A scenario file is run by `whatif compare FILE`, by papermill and by the panel: one file, one answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.cli import explore, main, options
from sim.report import publish, saved
from sim.report.panel.choices import Choices

NOTEBOOK = publish.NOTEBOOKS / "02_explore.ipynb"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `whatif compare` asks the notebook for; nothing is run."""
    given: dict[str, Any] = {}

    def note(notebook: Path, out: Path, parameters: dict[str, Any]) -> Path:
        given.update(parameters)
        return out / "01_compare.html"

    monkeypatch.setattr(publish, "publish", note)
    monkeypatch.setattr(options, "verdict", lambda out: "")
    return given


def whatif(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["whatif", *arguments])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture
def file(tmp_path: Path) -> str:
    choices = Choices(people=500, weeks=30, replications=3, seed=9).changed("world.needs.basket", 9.0)
    return str(saved.write(choices.given(), tmp_path / "mine.yaml"))


def test_compare_runs_what_the_file_says(monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], file: str) -> None:
    assert whatif(monkeypatch, "compare", file) == 0
    said = saved.read(file)
    assert {name: asked[name] for name in said if name != "changes"} == {
        name: value for name, value in said.items() if name != "changes"
    }
    assert asked["changes"]["world.needs.basket"] == 9.0


def test_what_options_say_counts_instead(monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], file: str) -> None:
    options_ = ["--weeks", "40", "--set", "world.needs.basket=8.0", "--world", "camera_store"]
    assert whatif(monkeypatch, "compare", file, *options_) == 0
    assert (asked["weeks"], asked["seed"], asked["world"]) == (40, 9, "camera_store")
    assert asked["changes"]["world.needs.basket"] == 8.0


def test_without_a_file_it_is_as_ever(monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any]) -> None:
    assert whatif(monkeypatch, "compare") == 0
    assert (asked["world"], asked["strategies"]) == ("online_retail", ["cost_center", "profit_center"])


@pytest.mark.parametrize("verb", ["compare", "explore"])
def test_a_bad_file_ends_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], tmp_path: Path, capfd: Any, verb: str
) -> None:
    (tmp_path / "bad.yaml").write_text("worlds: online_retail\n")
    monkeypatch.setattr(explore.os, "execve", lambda *_: pytest.fail("a server was started"))
    assert whatif(monkeypatch, verb, str(tmp_path / "bad.yaml")) == 2
    assert "bad.yaml: unknown key 'worlds'" in capfd.readouterr().err
    assert asked == {}


def test_explore_listens_on_this_machine_only_and_keeps_its_token_off_the_command_line(
    monkeypatch: pytest.MonkeyPatch, file: str, capfd: Any
) -> None:
    started: list[Any] = []
    monkeypatch.setattr(explore.os, "execve", lambda *call: started.append(call))
    assert whatif(monkeypatch, "explore", file) == 0
    ((_, line, environment),) = started
    token = environment["JUPYTER_TOKEN"]
    assert "--Voila.ip=127.0.0.1" in line
    assert len(token) >= 32
    assert not any(token in part for part in line)
    assert f"?token={token}" in capfd.readouterr().out
    assert Choices.of(json.loads(environment["WHATIF_SCENARIO"])) == Choices.of(saved.read(file))


@pytest.mark.slow
def test_under_papermill_the_panel_leaves_pictures_and_tables(tmp_path: Path) -> None:
    import nbformat

    given = {"people": 300, "weeks": 30, "replications": 2, "workers": 1, "out": str(tmp_path / "left")}
    page = publish.publish(NOTEBOOK, tmp_path / "out", given, progress=False)
    notebook = nbformat.read(tmp_path / "out" / NOTEBOOK.name, as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    kinds = [kind for output in outputs for kind in output.get("data", {})]
    assert kinds.count("image/png") == 4  # customers, cash, lenses, tornado
    assert kinds.count("text/html") >= 2
    html = page.read_text()
    assert html.count('src="data:image/png;base64') == 4
    assert "widget-state" not in html
    assert "needs a running kernel" in html
    left = {path.name for path in (tmp_path / "left").iterdir()}
    assert {"scenario.yaml", "tornado.png", "verdict.txt"} <= left
    assert Choices.of(saved.read(str(tmp_path / "left" / "scenario.yaml"))).people == 300
