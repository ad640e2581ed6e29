"""The files that ship: they load, say what their sources say, and survive being written and read again."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.parameters import Run, Strategy, World, dump, load_comparison, load_run, load_strategy, load_world, names
from sim.parameters.fields import choices, leaves, types
from sim.parameters.files import KINDS, ROOT, load

SHIPPED = [(kind, name) for kind in KINDS for name in names(kind)]


def value_at(model: Any, key: str) -> Any:
    for part in key.split("."):
        model = model[part] if isinstance(model, dict) else getattr(model, part)
    return model


def keys_of(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        flat |= keys_of(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return flat


def test_the_defaults_ship():
    assert {("world", "online_retail"), ("run", "default")} <= set(SHIPPED)
    assert {("strategy", "cost_center"), ("strategy", "profit_center")} <= set(SHIPPED)


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_a_shipped_file_is_what_it_says_and_else_the_default(kind: str, name: str):
    # Read by PyYAML itself, not by the code under test
    said = keys_of(yaml.safe_load((ROOT / kind / f"{name}.yaml").read_text(encoding="utf-8")))
    base = load(kind, said.pop("extends")) if "extends" in said else KINDS[kind]()
    loaded = load(kind, name)
    assert said.keys() <= dict(leaves(KINDS[kind])).keys()
    for key, _ in leaves(KINDS[kind]):
        assert value_at(loaded, key) == said.get(key, value_at(base, key)), key


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_a_shipped_world_or_strategy_has_a_title_and_a_story(kind: str, name: str):
    if kind != "run":
        assert value_at(load(kind, name), "title")
        assert len(value_at(load(kind, name), "story").split()) > 10


def test_loaders_by_name_and_by_kind_agree():
    assert load("world", "online_retail") == load_world() == load_world("online_retail")
    assert load("strategy", "profit_center") == load_strategy("profit_center")
    assert load("run", "default") == load_run()
    assert load_world(str(ROOT / "world" / "online_retail.yaml")) == load_world()


# Loading is pure


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_loading_twice_gives_equal_frozen_parameters(kind: str, name: str):
    loaded = load(kind, name)
    assert loaded == load(kind, name)
    assert hash(loaded) == hash(load(kind, name))
    for key, _ in leaves(KINDS[kind]):
        group, _, leaf = key.rpartition(".")
        owner = value_at(loaded, group) if group else loaded
        with pytest.raises(ValidationError, match="frozen"):
            setattr(owner, leaf, value_at(loaded, key))


def test_scenarios_share_one_frozen_world():
    one, other = load_comparison()
    assert one.world is other.world
    with pytest.raises(ValidationError, match="frozen"):
        one.world = other.world  # type: ignore[misc]


# Written and read again


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_what_is_dumped_loads_equal(kind: str, name: str, tmp_path: Path):
    loaded = load(kind, name)
    path = tmp_path / "again.yaml"
    path.write_text(dump(loaded), encoding="utf-8")
    assert load(kind, str(path)) == loaded
    assert dump(load(kind, str(path))) == dump(loaded)


@pytest.mark.parametrize("title", ["1e-3", "no", "010", "null", "", "a: b", "é\x85\n  # x"])
def test_a_title_that_looks_like_something_else_stays_text(title: str, tmp_path: Path):
    path = tmp_path / "again.yaml"
    path.write_text(dump(World(title=title)), encoding="utf-8")
    assert load_world(str(path)) == World(title=title)


@pytest.mark.parametrize("kind", KINDS)
def test_a_dump_says_everything_in_the_order_of_declaration(kind: str):
    tree = yaml.safe_load(dump(KINDS[kind]()))
    assert list(keys_of(tree)) == [key for key, _ in leaves(KINDS[kind])]


def test_a_dump_is_plain_yaml():
    assert dump(Run()) == (
        "weeks: 260\nreplications: 20\nseed: 1\ndiscount_rate: 0.1\nprecision: null\nmax_replications: 200\n"
    )


def test_a_dump_does_not_depend_on_the_order_in_which_a_file_says_things(tmp_path: Path):
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text("needs: {basket: 3, gross_margin: 0.2}\ntitle: x\n")
    other.write_text("title: x\nneeds: {gross_margin: 0.2, basket: 3.0}\n")
    assert dump(load_world(str(one))) == dump(load_world(str(other)))


@st.composite
def parameters(draw: st.DrawFn) -> World | Strategy | Run:
    """Any World, Strategy or Run."""
    kind = draw(st.sampled_from(list(KINDS)))
    tree: dict[str, Any] = {}
    for key, field in leaves(KINDS[kind]):
        if draw(st.booleans()):
            continue
        bounds = {bound: getattr(rule, bound) for rule in field.metadata for bound in ("ge", "gt", "le", "lt")
                  if getattr(rule, bound, None) is not None}  # fmt: skip
        low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
        if choices(field):
            # Ties from a file want the file
            values: st.SearchStrategy[Any] = st.sampled_from([word for word in choices(field) if word != "edges"])
        elif bool in types(field):
            values = st.booleans()
        elif str in types(field):
            values = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
        elif int in types(field):
            values = st.integers(low, high - ("lt" in bounds))
        else:
            values = st.floats(
                low, high, allow_nan=False, allow_infinity=False, exclude_min="gt" in bounds, exclude_max="lt" in bounds
            )
        if type(None) in types(field):
            values = st.none() | values
        *groups, leaf = key.split(".")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[leaf] = draw(values)
    if kind == "run":
        tree["max_replications"] = 100_000
    return KINDS[kind].model_validate(tree)


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(model=parameters())
def test_any_parameters_are_read_back_equal(model: World | Strategy | Run, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("dump") / "any.yaml"
    path.write_bytes(dump(model).encode())
    kind = type(model).__name__.lower()
    assert load(kind, str(path)) == model
    assert repr(load(kind, str(path))) == repr(model)


# Values that come from somewhere


@pytest.fixture(scope="module")
def fitted() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "source" / "fitted.yaml").read_text(encoding="utf-8"))


def test_need_and_dropout_are_those_fitted_to_cdnow(fitted: dict[str, Any]):
    world, fit = load_world("online_retail"), fitted["cdnow"]["bg_nbd"]
    needs = world.needs
    assert (needs.shape, needs.dropout_a, needs.dropout_b) == (fit["r"], fit["a"], fit["b"])
    assert needs.mean == pytest.approx(fit["r"] / fit["alpha"] / world.choice.untroubled_purchase, rel=1e-4)


def test_the_basket_is_the_fitted_one_in_dollars_of_2024(fitted: dict[str, Any]):
    needs, fit = load_world("online_retail").needs, fitted["cdnow"]["basket"]
    assert needs.basket == pytest.approx(fit["mean"] * 1.954, abs=0.01)
    assert (needs.basket_sd_people, needs.basket_sd_orders) == (fit["log_sd_between"], fit["log_sd_within"])


def test_defaults_said_to_be_fitted_are_the_fitted_ones(fitted: dict[str, Any]):
    needs, fit = World().needs, fitted["cdnow"]["bg_nbd"]
    assert (needs.shape, needs.dropout_a, needs.dropout_b) == pytest.approx((fit["r"], fit["a"], fit["b"]), rel=1e-4)
    assert needs.mean == pytest.approx(fit["r"] / fit["alpha"] / World().choice.untroubled_purchase, rel=1e-3)
    assert needs.basket == fitted["cdnow"]["basket"]["mean"]


def test_the_back_office_is_spread_as_in_the_help_desk_log(fitted: dict[str, Any]):
    assert Strategy().desk.back_office_sd == fitted["helpdesk"]["open_log_sd"]
    for name in ("cost_center", "profit_center"):
        assert load_strategy(name).desk.back_office_sd == fitted["helpdesk"]["open_log_sd"]
