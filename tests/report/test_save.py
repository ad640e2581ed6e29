"""Files are whole or absent."""

import os

import pytest

from sim.report.save import staging


def test_files_appear_only_when_all_are_written(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "old.txt").write_text("old")
    with pytest.raises(RuntimeError), staging(out) as aside:
        (aside / "old.txt").write_text("new")
        raise RuntimeError
    assert (out / "old.txt").read_text() == "old"
    with staging(out) as aside:
        (aside / "old.txt").write_text("new")
        (aside / "deep").mkdir()
        (aside / "deep" / "more.txt").write_text("more")
        assert (out / "old.txt").read_text() == "old"
    assert (out / "old.txt").read_text() == "new" and (out / "deep/more.txt").read_text() == "more"
    assert os.listdir(tmp_path) == ["out"]


def test_what_a_killed_process_left_aside_is_cleared(tmp_path):
    (tmp_path / ".out.partial-999999999").mkdir()
    with staging(tmp_path / "out"):
        pass
    assert os.listdir(tmp_path) == ["out"]


def test_what_a_killed_process_of_the_same_number_left_aside_is_cleared(tmp_path):
    (tmp_path / f".out.partial-{os.getpid()}").mkdir()
    with staging(tmp_path / "out") as aside:
        (aside / "new.txt").write_text("new")
    assert os.listdir(tmp_path) == ["out"] and os.listdir(tmp_path / "out") == ["new.txt"]
