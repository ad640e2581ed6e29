"""A scenario on disk: what is written reads back, and what is hostile is refused with its name."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import ParameterError
from sim.report import saved
from sim.report.panel.choices import Choices

CHANGES = st.fixed_dictionaries({}, optional={
    "world.needs.gross_margin": st.floats(0, 1),
    "world.title": st.text(max_size=30).filter(lambda text: text.isprintable()),
    "profit_center.warranty.after": st.sampled_from(["refuse", "charge"]),
    "world.rival.entry_week": st.none() | st.integers(0, 100),
})  # fmt: skip


@given(CHANGES, st.integers(1, 10_000), st.integers(1, 500))
def test_what_is_written_reads_back(tmp_path_factory: Any, changes: dict[str, Any], people: int, weeks: int) -> None:
    choices = Choices(changes=changes, people=people, weeks=weeks)
    path = saved.write(choices.given(), tmp_path_factory.mktemp("saved") / "one.yaml")
    assert Choices.of(saved.read(str(path)), path.name) == choices


def test_files_of_yours_are_named_so_that_they_are_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.yaml").write_text("extends: online_retail\ntitle: Mine\n")
    monkeypatch.chdir(tmp_path)
    path = saved.write(Choices(world="mine.yaml").given(), tmp_path / "deep" / "one.yaml")
    monkeypatch.chdir("/")
    assert Choices.of(saved.read(str(path))).scenarios()[0].world.title == "Mine"


BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (BOMB, "anchors and aliases"),
        ("x" * 10_000_000, "too large"),
        ("!!python/object/apply:os.system ['true']", "tags"),
        ("[1, 2]", "allowed: keys and values"),
        ("", "is empty"),
        ("\x00", "not text"),
        ("worlds: online_retail", "Did you mean 'world'"),
        ("world: [online_retail]", "world"),
        ("strategies: 3", "strategies: got 3"),
        ("changes: [1]", "changes: got"),
        ("weeks: many", "weeks: got 'many'"),
        ("seed: 1.5", "seed: got 1.5"),
        ("changes: {world.needs.gross_margin: <script>alert(1)</script>}", "got '<script>alert(1)</script>'"),
        ("a: " * 5000, "nested|not valid YAML"),
        ("world: ../../../../etc/passwd.yaml", "no such file"),
    ],
    ids=lambda value: value[:20],
)
def test_a_hostile_file_is_refused_with_its_name(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "hostile.yaml"
    path.write_text(text)
    with pytest.raises(ParameterError) as refused:
        saved.read(str(path))
    said = str(refused.value)
    assert "hostile.yaml" in said.split(":")[0]
    assert any(each in said for each in named.split("|"))
    assert len(said) < 2000


@pytest.mark.parametrize("name", ["gone.yaml", "", "scenario", "/etc/passwd", "."])
def test_what_is_no_such_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError, match="scenario file"):
        saved.read(name)


def test_only_yaml_is_written(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="ends in"):
        saved.write(Choices().given(), tmp_path / "view.js")
