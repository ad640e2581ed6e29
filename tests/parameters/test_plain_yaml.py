"""YAML without its traps: what unquoted text stands for, and text that survives being written and read."""

import math

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.parameters import read_yaml
from sim.parameters.plain_yaml import Dumper


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 100_000.0),
        ("-2.5e+3", -2500.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("3", 3),
        ("+3", 3),
        ("-0", 0),
        ("20_000", 20_000),
        ("1_000.5", 1000.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_numbers_truth_and_null(text: str, value: object):
    read = read_yaml(text, "x")
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "text",
    ["no", "yes", "on", "off", "010", "00", "0x10", "0o7", "0b1", "1:30", "12:30:00", "2024-01-01", "1_", "_1", "1__0",
     "e3", "1e", "1e3.5", ".", "..5", "1.2.3", "nan", "inf", "1,5", "=", "<<", "'1'", '"true"'],
)  # fmt: skip
def test_all_else_is_text(text: str):
    assert read_yaml(text, "x") == text.strip("'\"")
    assert isinstance(read_yaml(text, "x"), str)


def test_no_number_at_all():
    assert math.isnan(read_yaml(".nan", "x"))
    assert read_yaml("[.inf, -.inf]", "x") == [math.inf, -math.inf]


def test_lists_and_mappings_nest():
    assert read_yaml("a: [1, {b: x}]\nc:\n  - d: 1e0\n", "x") == {"a": [1, {"b": "x"}], "c": [{"d": 1.0}]}


@pytest.mark.parametrize(
    "text", ["a\x85b", "\u2028", "a\u2029", "\r\n", " a\n\n b\t", "\ufeff", "é\U0001f600", "no", "1e-3", "010"]
)
def test_text_is_written_so_that_it_stays_text(text: str):
    assert read_yaml(yaml.dump({"a": text}, Dumper=Dumper, allow_unicode=True), "x") == {"a": text}


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30),
    st.from_regex(r"[-+]?[0-9_.:]{1,4}([eE][-+]?[0-9]{1,2})?", fullmatch=True),
    st.sampled_from(
        ["no", "null", "~", "1e-3", "010", "true", ".nan", "1:30", "<<", "=", "- a", "a: b", "#", "&a", "*a"]
    ),
)


@settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text(st.characters(codec="ascii"), min_size=1, max_size=8), SCALARS, max_size=5))
def test_what_is_written_reads_back_the_same(tree: dict):
    text = yaml.dump(tree, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
    read = read_yaml(text, "x") if tree else {}
    assert read == tree
    assert list(map(type, read.values())) == list(map(type, tree.values()))
