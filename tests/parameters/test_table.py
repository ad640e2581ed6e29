"""The table of parameters says of each field what the field itself does; the JSON Schema says the same to tools."""

import inspect
import json
import math
import re
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from sim.parameters import ParameterError, World, load_comparison, load_world, names, read_file
from sim.parameters.errors import nearest
from sim.parameters.fields import ASSUMPTION, DECISION, LABEL, leaves
from sim.parameters.files import KINDS, ROOT
from sim.parameters.table import json_schema, rows

ROWS = [row | {"kind": kind} for kind in KINDS for row in rows(kind)]
BY_NAME = {row["parameter"]: row for row in ROWS}
SCHEMA = {kind: jsonschema.Draft202012Validator(schema) for kind, schema in json_schema().items()}
WORDING = re.compile(
    r"(?P<what>a whole number|a number|text|true or false|one of (?P<words>\w+(, \w+)+)|(?P<word>\w+))"
    r"( (?P<lower>at least|above) (?P<low>-?[\d,.]+))?"
    r"( and)?( (?P<upper>at most|below) (?P<high>[\d,.]+))?( \((?P<unit>[^()]+)\))?(?P<null>, or null)?"
)
# Shapes, powers and multiples that have no unit
WANTS_MORE = {("world.word_of_mouth.network", "edges")}  # words that want another parameter beside them
PURE = {
    "world.needs.shape", "world.needs.dropout_a", "world.needs.dropout_b", "world.problems.use_elasticity",
    "world.problems.severity", "world.word_of_mouth.dispersion", "world.word_of_mouth.bad_multiplier", "run.seed",
}  # fmt: skip


def said(row: dict[str, Any]) -> re.Match[str]:
    match = WORDING.fullmatch(row["allowed"])
    assert match, row["allowed"]
    return match


def tree_of(name: str, value: Any) -> Any:
    for part in reversed(name.split(".")[1:]):
        value = {part: value}
    return value


def fits(name: str, value: Any) -> bool:
    try:
        KINDS[name.split(".")[0]].model_validate(tree_of(name, value))
    except ValidationError:
        return False
    return True


def values_around(row: dict[str, Any]) -> list[tuple[Any, bool]]:
    """Values at, inside and outside of what the wording says, and whether they should fit."""
    match = said(row)
    common = [(None, bool(match["null"])), (True, False), ([0.5], False)]
    if match["what"] == "true or false":
        return [(True, True), (False, True), (None, False), (1, False), (0, False), ("true", False), ([True], False)]
    if words := match["words"] or match["word"]:
        fit = [(word, True) for word in words.split(", ") if (row["parameter"], word) not in WANTS_MORE]
        return [*common, *fit, (f"{words.split(', ')[0]}x", False), (1, False)]
    if match["what"] == "text":
        return [*common, ("any text", True), ("", True), (3, False)]
    whole = match["what"] == "a whole number"
    tried = [*common, ("1", False), (math.nan, False), (math.inf, False)]
    for which, limit, outside, closed in (
        (match["lower"], match["low"], -math.inf, "at least"),
        (match["upper"], match["high"], math.inf, "at most"),
    ):
        if which:
            number = (int if whole else float)(limit.replace(",", ""))
            tried += [(number, which == closed), (_step(number, outside), False), (_step(number, -outside), True)]
            tried += [(number + 0.5 * (-1 if outside > 0 else 1), not whole)]
    return tried


def _step(value: Any, towards: float) -> Any:
    return value + int(math.copysign(1, towards)) if isinstance(value, int) else math.nextafter(value, towards)


@pytest.mark.parametrize("name", BY_NAME)
def test_the_wording_of_what_is_allowed_is_what_is_allowed(name: str):
    for value, expected in values_around(BY_NAME[name]):
        assert fits(name, value) is expected, (value, BY_NAME[name]["allowed"])


@pytest.mark.parametrize("name", BY_NAME)
def test_the_json_schema_says_the_same(name: str):
    validator = SCHEMA[BY_NAME[name]["kind"]]
    for value, expected in values_around(BY_NAME[name]):
        if value not in (math.inf, 2**63 - 0.5) and value == value:  # no JSON; beyond the exact floats
            assert validator.is_valid(tree_of(name, value)) is expected, (value, BY_NAME[name]["allowed"])


@pytest.mark.parametrize("name", BY_NAME)
def test_a_refused_change_says_what_is_allowed(name: str):
    with pytest.raises(ParameterError) as caught:
        load_comparison(changes={name: [0.5]})
    assert str(caught.value) == f"changes {name}: got a list (0.5); allowed: {BY_NAME[name]['allowed']}."


@pytest.mark.parametrize("name", BY_NAME)
def test_every_parameter_has_unit_meaning_and_source(name: str):
    row = BY_NAME[name]
    number = said(row)["what"] in ("a number", "a whole number")
    assert bool(row["unit"]) is (number and name not in PURE)
    assert row["meaning"].strip() == row["meaning"] != ""
    assert row["source"].strip() == row["source"] != ""
    assert (row["source"] == LABEL) is (row["parameter"].rpartition(".")[2] in ("title", "story"))
    assert row["source"] != DECISION or row["kind"] != "world", "the firm cannot choose its world"
    if row["unit"]:
        assert f"({row['unit']})" in row["allowed"]


def test_the_pure_numbers_exist():
    assert BY_NAME.keys() >= PURE


def test_assumptions_are_said_to_be_assumptions():
    assert BY_NAME["world.rival.switch"]["source"] == ASSUMPTION


def test_every_group_and_field_is_listed_once_in_the_order_of_declaration():
    assert len(BY_NAME) == len(ROWS)
    for model in KINDS.values():
        groups = [key.split(".")[0] for key, _ in leaves(model)]
        assert list(dict.fromkeys(groups)) == list(model.model_fields)
        assert inspect.getdoc(model)


def test_rows_show_the_values_given():
    world = load_world()
    shown = {row["parameter"]: row["value"] for row in rows("world", world)}
    assert shown["world.needs.basket"] == world.needs.basket
    assert BY_NAME["world.needs.basket"]["value"] == World().needs.basket != world.needs.basket


def test_an_unknown_kind_is_refused():
    with pytest.raises(ParameterError, match=r"unknown kind 'wrold'; allowed: world, strategy, run\. .*'world'"):
        rows("wrold")


# JSON Schema


def test_the_schema_is_a_schema_and_json():
    for schema in json_schema().values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(json_schema())) == json_schema()


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in KINDS for name in names(kind)])
def test_the_schema_accepts_what_ships(kind: str, name: str):
    jsonschema.validate(read_file(ROOT / kind / f"{name}.yaml"), json_schema()[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_knows_extends_and_no_misspelt_key(kind: str):
    validator = SCHEMA[kind]
    assert validator.is_valid({})
    assert validator.is_valid({"extends": "base.yaml"})
    assert not validator.is_valid({"extends": 3})
    assert not validator.is_valid({"extend": "base.yaml"})
    groups = [name for name, field in KINDS[kind].model_fields.items() if hasattr(field.annotation, "model_fields")]
    for group in groups:
        assert validator.is_valid({group: {}})
        assert not validator.is_valid({group: {"misspelt": 1}})
        assert not validator.is_valid({group: None})
    assert bool(groups) is (kind != "run")


# The nearest valid name


@pytest.mark.parametrize("name", BY_NAME)
def test_one_slip_of_the_pen_still_finds_the_parameter(name: str):
    head, _, leaf = name.rpartition(".")
    assert nearest(f"{head}.{leaf}s", BY_NAME) == name
    assert nearest(f"{head}.{leaf[1]}{leaf[0]}{leaf[2:]}", BY_NAME) == name
    assert nearest(name.replace("_", "-").upper(), BY_NAME) == name


def test_of_equals_the_first_is_named():
    assert nearest("half_life", ["a.half_life", "b.half_life"]) == "a.half_life"


def test_nothing_alike_is_nothing():
    assert nearest("xyzzy", BY_NAME) is None
    assert nearest("", BY_NAME) is None
    assert nearest("a", []) is None
