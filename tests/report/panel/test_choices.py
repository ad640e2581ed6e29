"""What is chosen: presets, changes, undo and redo."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import ParameterError
from sim.report.panel.choices import Choices, History
from sim.report.panel.code import code


def test_they_are_the_parameters_of_the_notebook_and_back() -> None:
    said = {"world": "camera_store", "strategies": ["cost_center", "goodwill"], "people": 500, "weeks": 30,
            "replications": 2, "seed": 7, "changes": {"goodwill.remedy.respect": 0.1}}  # fmt: skip
    assert Choices.of(said).given() == said


def test_sizes_said_as_changes_go_by_their_own_names() -> None:
    choices = Choices.of({"changes": {"world.market.people": 600, "run.weeks": 20, "world.needs.basket": 9.0}})
    assert (choices.people, choices.weeks) == (600, 20)
    assert choices.changes == {"world.needs.basket": 9.0}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"strategies": ["cost_center", "goodwill", "apology"]}, "two, side by side"),
        ({"changes": {"run.precision": 100.0}}, "precision: got 100.0; allowed: null"),
        ({"people": -1}, "people: got -1"),
        ({"people": "many"}, "people: got 'many'"),
        ({"changes": {"world.needs.margin": 1}}, "Did you mean"),
        ({"world": "<script>alert(1)</script>"}, "unknown world"),
    ],
)
def test_what_is_not_allowed_is_refused_with_its_origin(said: dict[str, Any], named: str) -> None:
    with pytest.raises(ParameterError) as refused:
        Choices.of(said, "mine.yaml")
    assert named in str(refused.value)
    assert "mine.yaml" in str(refused.value) or "world" in said


def test_a_preset_takes_the_place_of_what_was_changed_in_it_and_of_nothing_else() -> None:
    changed = Choices().changed("world.needs.basket", 9.0).changed("profit_center.remedy.respect", 0.1)
    assert changed.with_world("camera_store").changes == {"profit_center.remedy.respect": 0.1}
    assert changed.with_strategy(1, "goodwill").changes == {"world.needs.basket": 9.0}
    assert changed.with_strategy(0, "goodwill").changes == changed.changes  # nothing of either's was changed
    assert changed.with_strategy(1, "profit_center").changes == {"world.needs.basket": 9.0}


def test_a_strategy_that_is_on_the_other_side_changes_places() -> None:
    assert Choices().with_strategy(0, "profit_center").strategies == ("profit_center", "cost_center")


def test_what_is_said_last_counts_last() -> None:
    choices = Choices(changes={"profit_center.remedy.respect": 0.1, "strategy.remedy.respect": 0.2})
    again = choices.changed("profit_center.remedy.respect", 0.3)
    assert [one.strategy.remedy.respect for one in again.scenarios()] == [0.2, 0.3]


def test_a_drag_is_one_step_until_it_settles() -> None:
    start = Choices()
    history = History(start)
    for value in (0.1, 0.2, 0.3):
        history = history.move(start.changed("world.needs.gross_margin", value), of="world.needs.gross_margin")
    assert history.undo().present == start
    again = history.settle().move(start.changed("world.needs.gross_margin", 0.4), of="world.needs.gross_margin")
    assert again.undo().present == history.present


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(0, 15))
def test_undone_and_redone_it_is_as_it_was(seeds: list[int], steps: int) -> None:
    history = History(Choices())
    for seed in seeds:
        history = history.move(Choices(seed=seed))
    back = history
    for _ in range(steps):
        back = back.undo()
    forward = back
    for _ in range(steps):
        forward = forward.redo()
    assert forward.present == history.present
    assert forward.past == history.past
    for _ in range(len(seeds)):
        forward = forward.undo()
    assert forward.present == Choices()


def test_a_new_choice_forgets_what_was_undone() -> None:
    history = History(Choices()).move(Choices(seed=2)).undo().move(Choices(seed=3))
    assert history.redo() is history


def test_the_code_computes_the_same_scenarios_whatever_is_in_a_name() -> None:
    import sim

    choices = Choices(people=50, weeks=4, replications=2).changed("world.title", "'); raise SystemExit('")
    lines = code(choices).splitlines()
    ran: dict[str, Any] = {"sim": sim}
    exec("\n".join(line for line in lines if not line.startswith(("import", "print"))), ran)
    assert tuple(ran["scenarios"]) == choices.scenarios()
