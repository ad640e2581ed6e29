"""Files said by name or by path, and read as often as wanted."""

from pathlib import Path

import pytest

from sim.parameters import ParameterError, read_file
from sim.parameters.files import ROOT
from sim.parameters.shipped import find_file


def found(name: str) -> Path:
    return find_file("sweep", name, ROOT / "sweep", ".yaml", ".yml")


def test_a_name_is_one_that_ships_and_a_path_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert found("where_it_flips") == ROOT / "sweep" / "where_it_flips.yaml"
    mine = tmp_path / "mine.yml"
    mine.touch()
    assert found(str(mine)) == mine
    monkeypatch.chdir(tmp_path)
    assert found("mine.yml") == Path("mine.yml")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("where_it_flip", ["'where_it_flip': no such file", "one of five_worlds", "Did you mean 'where_it_flips'?"]),
        ("mien.yaml", ["no such file", "Did you mean 'mine.yaml'?"]),
        ("nowhere/mine.yaml", ["'nowhere/mine.yaml': no such file"]),
        ("../sweep/where_it_flips", ["no such file"]),
        ("folder.yaml", ["is a directory, not a file"]),
        ("a\0b.yaml", ["no such file"]),
        (f"{300 * 'a'}.yaml", ["cannot be a file"]),
        ("", ["got ''", "allowed: the path of a .yaml file"]),
        (None, ["got null"]),
    ],
)
def test_what_is_not_there_is_said_with_the_nearest_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: list[str]
):
    (tmp_path / "mine.yaml").touch()
    (tmp_path / "folder.yaml").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError) as error:
        found(name)
    for word in words:
        assert word in str(error.value)


def test_what_was_read_is_ones_own_and_a_changed_file_is_read_anew(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text("vary: {a: [1, 2]}\n")
    read_file(path)["vary"]["a"].append(3)
    assert read_file(path) == {"vary": {"a": [1, 2]}}
    path.write_text("vary: {a: [7]}\n")
    assert read_file(path) == {"vary": {"a": [7]}}
