"""Changes by dotted key, as notebooks and `--set` make them: what they reach, and how they are refused."""

from pathlib import Path

import numpy as np
import pytest

from sim.parameters import ParameterError, load_comparison, load_strategy, load_world, names

SHARE = "a number at least 0 and at most 1 (share)"


def refusal(**given: object) -> str:
    with pytest.raises(ParameterError) as caught:
        load_comparison(**given)  # type: ignore[arg-type]
    return str(caught.value)


# What they reach


def test_each_prefix_reaches_its_own():
    one, other = load_comparison(
        changes={
            "world.needs.gross_margin": 0.25,
            "run.seed": 7,
            "strategy.remedy.effort": 0.3,
            "profit_center.remedy.respect": 0.6,
        }
    )
    before, _ = load_comparison()
    assert one.world.needs.gross_margin == other.world.needs.gross_margin == 0.25
    assert one.run.seed == other.run.seed == 7
    assert one.strategy.remedy.effort == other.strategy.remedy.effort == 0.3
    assert other.strategy.remedy.respect == 0.6
    assert one.strategy.remedy.respect == before.strategy.remedy.respect
    assert one.world.market == before.world.market


def test_the_later_change_wins():
    changes = {"strategy.remedy.respect": 0.1, "profit_center.remedy.respect": 0.9}
    assert [s.strategy.remedy.respect for s in load_comparison(changes=changes)] == [0.1, 0.9]
    assert [s.strategy.remedy.respect for s in load_comparison(changes=dict(reversed(changes.items())))] == [0.1, 0.1]


def test_no_changes_leave_the_files_as_they_are():
    assert load_comparison(changes={}) == load_comparison(changes=None) == load_comparison()


def test_changes_are_not_changed():
    changes = {"world.needs.gross_margin": 0.25}
    load_comparison(changes=changes)
    assert changes == {"world.needs.gross_margin": 0.25}
    assert load_comparison()[0].world.needs.gross_margin == load_world().needs.gross_margin != 0.25


def test_strategies_are_named_by_their_files_in_the_order_asked(tmp_path: Path):
    for name in ("my.plan.yaml", "my.yaml"):
        (tmp_path / name).write_text("extends: profit_center\n")
    strategies = ["profit_center", str(tmp_path / "my.yaml"), str(tmp_path / "my.plan.yaml"), "cost_center"]
    scenarios = load_comparison(
        strategies=strategies, changes={"my.plan.remedy.respect": 0.25, "my.remedy.respect": 0.75}
    )
    assert [scenario.strategy_name for scenario in scenarios] == ["profit_center", "my", "my.plan", "cost_center"]
    first, last = (load_strategy(name).remedy.respect for name in ("profit_center", "cost_center"))
    assert [scenario.strategy.remedy.respect for scenario in scenarios] == [first, 0.75, 0.25, last]
    assert {scenario.name for scenario in scenarios} == {"online_retail"}


def test_numbers_of_numpy_are_numbers():
    changes = {"world.market.people": np.int64(70), "world.needs.gross_margin": np.linspace(0, 1, 3)[1]}
    world = load_comparison(changes=changes)[0].world
    assert type(world.market.people) is int
    assert type(world.needs.gross_margin) is float
    assert (world.market.people, world.needs.gross_margin) == (70, 0.5)
    assert "world.market.people: got array([70]); allowed: a whole number" in refusal(
        changes={"world.market.people": np.array([70])}
    )
    assert "world.market.people: got true;" in refusal(changes={"world.market.people": np.bool_(True)})


# How they are refused


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("gross_margin", "world.needs.gross_margin"),
        ("needs.gross_margin", "world.needs.gross_margin"),
        ("world.gross_margin", "world.needs.gross_margin"),
        ("world.need.gross_margin", "world.needs.gross_margin"),
        ("world.needs.gros_margin", "world.needs.gross_margin"),
        ("World.Needs.GrossMargin", "world.needs.gross_margin"),
        ("wrold.needs.gross_margin", "world.needs.gross_margin"),
        ("profit_centre.remedy.respect", "profit_center.remedy.respect"),
        ("profit_center.respect", "profit_center.remedy.respect"),
        ("profit_center.remedi.respect", "profit_center.remedy.respect"),
        ("world.remedy.respect", "strategy.remedy.respect"),
        ("respect", "strategy.remedy.respect"),
        ("strategies.remedy.respect", "strategy.remedy.respect"),
        ("seed", "run.seed"),
        ("run.sed", "run.seed"),
        ("run.replication", "run.replications"),
        ("worlds", "world"),
    ],
)
def test_a_misspelt_key_names_the_nearest(key: str, nearest: str):
    message = refusal(changes={key: 0.5}, said_by="--set")
    assert message.startswith(f"--set: unknown parameter '{key}', got 0.5. Did you mean '{nearest}'? Allowed")


def test_a_misspelt_key_lists_its_neighbours():
    assert refusal(changes={"strategy.remedy.respct": 1}).endswith(
        "Allowed in strategy.remedy: action, compensation, effort, respect, no_questions."
    )
    assert refusal(changes={"nothing": 1}).endswith("Allowed: world, strategy, run, cost_center, profit_center.")


@pytest.mark.parametrize("key", ["", ".", "world.", 3, None, "world.needs.gross_margin.", " world.needs.gross_margin"])
def test_a_key_that_is_none(key: object):
    assert refusal(changes={key: 1}).startswith(f"changes: unknown parameter {str(key)!r}, got 1.")


@pytest.mark.parametrize("key", ["world", "run", "strategy", "cost_center", "world.needs", "profit_center.remedy"])
def test_a_group_cannot_be_given_a_value(key: str):
    assert refusal(changes={key: 3}).startswith(f"changes {key}: got 3; allowed: a group of parameters (")
    assert refusal(changes={key: {"seed": 3}}).startswith(f"changes {key}: got keys and values (seed); allowed: a gr")


@pytest.mark.parametrize(
    ("value", "got"),
    [(2, "2"), (-0.1, "-0.1"), (True, "true"), ("abc", "'abc'"), (float("nan"), ".nan"), (None, "null"), ([1], "a")],
)
def test_a_bad_value_names_option_key_value_and_what_is_allowed(value: object, got: str):
    message = refusal(changes={"profit_center.remedy.respect": value}, said_by="--set")
    assert message.startswith(f"--set profit_center.remedy.respect: got {got}")
    assert message.endswith(f"; allowed: {SHARE}.")


def test_an_option_of_its_own_is_named_instead():
    message = refusal(changes={"run.seed": -1, "run.weeks": 0}, said_by="--set", options={"run.seed": "--seed"})
    assert {line.partition(":")[0] for line in message.splitlines()} == {"--seed", "--set run.weeks"}


def test_a_bad_value_for_every_strategy_is_reported_once():
    assert refusal(changes={"strategy.remedy.respect": 2}) == (
        f"changes strategy.remedy.respect: got 2; allowed: {SHARE}."
    )


def test_all_that_is_wrong_is_listed_one_a_line(tmp_path: Path):
    world, plan = tmp_path / "sea.yaml", tmp_path / "plan.yaml"
    world.write_text("needs: {basket: -1}")
    plan.write_text("remedy: {acton: refund}")
    lines = refusal(
        world=str(world),
        strategies=["cost_center", str(plan)],
        changes={"run.seed": -1, "world.market.people": "many", "foo.bar": 1, "plan.remedy.action": "refnd"},
    ).splitlines()
    assert [line.partition(" got ")[0] for line in lines] == [
        f"{plan}: unknown parameter 'remedy.acton',",
        "changes: unknown parameter 'foo.bar',",
        f"{world}, needs.basket:",
        "changes world.market.people:",
        "changes run.seed:",
        "changes plan.remedy.action:",
    ]
    assert lines[-1].endswith("allowed: one of explain, repair, replace, refund. Did you mean 'refund'?")


@pytest.mark.parametrize(
    ("changes", "got"), [("run.seed=3", "'run.seed=3'"), ([1], "a list (1)"), (0, "0"), (False, "false"), ("", "''")]
)
def test_changes_that_are_not_keys_and_values(changes: object, got: str):
    assert refusal(changes=changes) == (
        f"changes: got {got}; allowed: keys and values, e.g. world.market.people: 2000."
    )


@pytest.mark.parametrize(
    ("strategies", "got"),
    [
        ("cost_center", "'cost_center'"),
        ([], "an empty list"),
        (None, "null"),
        ({"cost_center": 1}, "keys and values (cost_center)"),
        ({"cost_center"}, "{'cost_center'}"),
    ],
)
def test_strategies_that_are_not_a_list(strategies: object, got: str):
    assert refusal(strategies=strategies) == (
        f"strategies: got {got}; allowed: a list of names ({', '.join(names('strategy'))}) or of .yaml files."
    )


def test_strategies_must_differ_in_name(tmp_path: Path):
    (tmp_path / "profit_center.yaml").write_text("extends: cost_center")
    for twice in (["profit_center"] * 2, ["profit_center", str(tmp_path / "profit_center.yaml")]):
        assert refusal(strategies=twice) == (
            "strategies: 'profit_center' is there twice; allowed: strategies under different names. Copy the file."
        )


@pytest.mark.parametrize("name", ["world", "strategy", "run"])
def test_a_strategy_may_not_be_called_like_a_prefix(name: str, tmp_path: Path):
    (tmp_path / f"{name}.yaml").write_text("extends: cost_center")
    assert refusal(strategies=["cost_center", str(tmp_path / f"{name}.yaml")]) == (
        f"strategies: got '{name}'; allowed: any other name; world, strategy, run mean something in dotted keys."
    )


def test_unknown_names_are_refused_wherever_they_are_said():
    assert refusal(world="online_retial").endswith("Did you mean 'online_retail'?")
    assert refusal(run="defalt").endswith("Did you mean 'default'?")
    assert refusal(strategies=["cost_center", "proft_center"]).endswith("Did you mean 'profit_center'?")
    assert refusal(strategies=[3, "cost_center"]).startswith("strategy: got 3; allowed: one of ")


def test_a_notebook_shows_the_error_without_a_stack():
    error = ParameterError("x.yaml: wrong")
    assert error._render_traceback_() == ["ParameterError: x.yaml: wrong"]
