"""Case files: what they say becomes scenarios; what they must not say stops with one clear error."""

from pathlib import Path

import pytest

from sim.parameters import ParameterError, Run, Strategy, World, files, load_strategy, load_world
from sim.parameters.cases import CASES, Case, case_names, load_case


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "mine.yaml") -> None:
    Path(name).write_text(text)


def case(text: str, kind: str = "known_answer", **options) -> Case:
    write(text)
    return load_case(kind, "mine.yaml", **options)


def refusal(text: str, kind: str = "known_answer", **options) -> str:
    with pytest.raises(ParameterError) as caught:
        case(text, kind, **options)
    return str(caught.value)


# What a case says


def test_a_known_answer_starts_from_the_neutral_defaults():
    one = case("title: Nothing\ntheory: erlang_c\nshows: nothing\n")
    (scenario,) = one.points["base"]
    assert (scenario.world, scenario.strategy, scenario.run) == (World(), Strategy(), Run())
    assert (scenario.name, scenario.strategy_name) == ("mine", "neutral")
    assert (one.name, one.title, one.extras) == ("mine", "Nothing", {"theory": "erlang_c", "shows": "nothing"})


def test_a_known_answer_may_name_files():
    one = case("title: Shop\nworld: online_retail\nstrategies: [cost_center, profit_center]\n")
    scenarios = one.points["base"]
    assert [scenario.strategy for scenario in scenarios] == [
        load_strategy("cost_center"),
        load_strategy("profit_center"),
    ]
    assert all(scenario.world == load_world("online_retail") for scenario in scenarios)


def test_a_condition_starts_from_the_shipped_comparison():
    one = case("title: Thin margin\nexpect: loses\nwhy: nothing to lose\n", kind="condition")
    assert [scenario.strategy_name for scenario in one.points["base"]] == ["cost_center", "profit_center"]
    assert one.points["base"][0].world == load_world("online_retail")
    assert one.extras == {"expect": "loses", "why": "nothing to lose"}


@pytest.mark.parametrize(
    "changes",
    [
        "world: {market: {people: 7}}\n  strategy: {remedy: {effort: 0.2}}\n  run: {weeks: 3}",
        "world.market.people: 7\n  strategy.remedy.effort: 0.2\n  run.weeks: 3",
        "world: {market.people: 7}\n  neutral.remedy.effort: 0.2\n  run: {weeks: 3}",
    ],
)
def test_changes_may_be_nested_or_dotted(changes: str):
    (scenario,) = case(f"changes:\n  {changes}\n").points["base"]
    assert scenario.world.market.people == 7
    assert scenario.strategy.remedy.effort == 0.2
    assert scenario.run.weeks == 3


def test_points_are_the_same_case_at_other_values():
    one = case(
        "changes: {world.market.people: 7}\n"
        "points:\n  few:\n  many: {world.market.people: 9, strategy: {staffing: {agents: 2}}}\n"
    )
    (few,), (many,) = one.points.values()
    assert list(one.points) == ["few", "many"]
    assert (few.world.market.people, many.world.market.people) == (7, 9)
    assert (few.strategy.staffing.agents, many.strategy.staffing.agents) == (Strategy().staffing.agents, 2)


def test_against_makes_a_counterpart_of_each_point():
    one = case(
        "changes: {world.problems.rate: 0.5}\n"
        "points:\n  few: {world.market.people: 7}\n  many: {world.market.people: 9}\n"
        "against: {world: {problems: {rate: 0}}}\n",
        changes={"world.problems.lag": 2},
    )
    for people, (this, other) in zip((7, 9), one.points.values(), strict=True):
        assert (this.world.problems.rate, other.world.problems.rate) == (0.5, 0)
        assert this.world.market.people == other.world.market.people == people
        assert this.world.problems.lag == other.world.problems.lag == 2


def test_what_is_extended_comes_first_and_changes_of_the_caller_last():
    write(
        "title: Base\nstory: Told\nchanges: {world: {market: {people: 7}}, run.weeks: 3, run.seed: 4}\n", "_base.yaml"
    )
    one = case("extends: _base.yaml\ntitle: Mine\nchanges: {run.weeks: 5}\n", changes={"run.seed": 6})
    (scenario,) = one.points["base"]
    assert (one.title, one.story) == ("Mine", "Told")
    assert (scenario.world.market.people, scenario.run.weeks, scenario.run.seed) == (7, 5, 6)


def test_a_shipped_base_can_be_extended_and_is_no_case():
    assert "_quiet" in files.names("known_answer")
    assert not [name for kind in CASES for name in case_names(kind) if name.startswith("_")]
    (scenario,) = case("extends: _quiet\n").points["base"]
    assert scenario.world.problems.rate == 0 and scenario.world.rival.entry_week is None


@pytest.mark.parametrize("kind", CASES)
def test_every_shipped_case_loads_and_can_be_told(kind: str):
    for name in case_names(kind):
        one = load_case(kind, name)
        assert one.title and one.story and set(one.extras) == set(CASES[kind].extras), name
        assert all(one.points.values())


# What it must not say


def test_an_unknown_key_names_the_nearest_and_all():
    assert refusal("titel: Mine\n") == (
        "mine.yaml: unknown key 'titel', got 'Mine'. Did you mean 'title'? Allowed: title, story, extends, world, "
        "strategies, changes, points, against, theory, shows."
    )


def test_a_key_of_the_other_kind_is_unknown():
    assert refusal("expect: loses\n").startswith("mine.yaml: unknown key 'expect', got 'loses'.")
    assert refusal("theory: bass\n", kind="condition").startswith("mine.yaml: unknown key 'theory', got 'bass'.")


def test_only_some_outcomes_can_be_expected():
    message = refusal("expect: lose\n", kind="condition")
    assert message == "mine.yaml, expect: got 'lose'; allowed: one of loses, wins. Did you mean 'loses'?"


@pytest.mark.parametrize(
    ("text", "where", "allowed"),
    [
        ("title: 3", "mine.yaml, title: got 3", "text."),
        ("theory:", "mine.yaml, theory: got null", "text."),
        ("changes: 3", "mine.yaml, changes: got 3", "keys and values."),
        ("points: [a]", "mine.yaml, points: got a list ('a')", "keys and values."),
        ("- title", "mine.yaml: got a list ('title')", "keys and values, e.g. 'title: My case'."),
    ],
)
def test_a_value_of_the_wrong_type(text: str, where: str, allowed: str):
    assert refusal(text) == f"{where}; allowed: {allowed}"


def test_an_unknown_parameter_is_said_where_it_is():
    message = refusal("changes: {world: {market: {poeple: 3}}}\n")
    assert message.startswith("mine.yaml, changes: unknown parameter 'world.market.poeple', got 3.")
    assert "Did you mean 'world.market.people'?" in message


def test_an_impossible_value_is_said_where_it_is():
    message = refusal("changes: {world: {market: {people: 0}}}\n")
    assert message.startswith("mine.yaml, changes world.market.people: got 0; allowed: a whole number at least 1")
    message = refusal("points:\n  few: {world: {market: {people: 0}}}\n  many: {world.market.people: 0.5}\n")
    assert message.splitlines()[0].startswith("mine.yaml, points.few world.market.people: got 0; allowed: ")
    assert message.splitlines()[1].startswith("mine.yaml, points.many world.market.people: got 0.5; allowed: ")
    message = refusal("against: {run.weeks: 0}\n")
    assert message.startswith("mine.yaml, against run.weeks: got 0; allowed: ")


def test_a_change_of_the_caller_is_said_by_the_caller():
    assert refusal("title: x\n", changes={"run.weeks": 0}, said_by="--set").startswith(
        "--set run.weeks: got 0; allowed"
    )
    message = refusal("title: x\n", changes={"cost_center.remedy.effort": 0}, said_by="--set")
    assert message.startswith("--set: unknown parameter 'cost_center.remedy.effort', got 0.")


def test_a_group_is_no_value_and_a_value_no_group():
    assert refusal("changes: {world: {market: 3}}\n").startswith(
        "mine.yaml, changes world.market: got 3; allowed: a group"
    )
    message = refusal("changes: {world: {market: {people: {few: 3}}}}\n")
    assert message.startswith("mine.yaml, changes world.market.people: got keys and values (few); allowed: a whole")
    assert refusal("points: {few: 3}\n").startswith("mine.yaml, points.few: got 3; allowed: keys and values")


def test_a_key_said_twice():
    message = refusal("changes: {world: {market: {people: 3}}, world.market.people: 4}\n")
    assert message == "mine.yaml, changes: key 'world.market.people' is there twice."


def test_an_unknown_world_strategy_or_case():
    assert refusal("world: online_retial\n").startswith("mine.yaml, world: unknown world 'online_retial'.")
    message = refusal("strategies: [cost_centre]\n")
    assert message.startswith("mine.yaml, strategy: unknown strategy 'cost_centre'.")
    assert "Did you mean 'cost_center'?" in message
    assert refusal("extends: _quite\n").startswith("mine.yaml, extends: unknown known answer '_quite'.")
    assert refusal("extends: 3\n").startswith("mine.yaml, extends: unknown known answer 3.")
    assert "no such file" in refusal("extends: other.yaml\n")
    with pytest.raises(ParameterError, match=r"unknown known answer 'erlangc'.*Did you mean 'erlang_c'"):
        load_case("known_answer", "erlangc")


def test_a_case_that_extends_itself():
    write("extends: mine.yaml\n", "other.yaml")
    assert refusal("extends: other.yaml\n") == "other.yaml, extends: got 'mine.yaml', and the file extends itself."


def test_all_mistakes_are_said_at_once():
    message = refusal("titel: x\nchanges: {run: {weeks: 0, sead: 1}}\n")
    assert message.startswith("mine.yaml: unknown key 'titel'")
    message = refusal("changes: {run: {weeks: 0, sead: 1}, world.market.people: 0}\n")
    assert len(message.splitlines()) == 3
