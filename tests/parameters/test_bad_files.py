"""Every way in which a parameter file can be wrong stops with one error that says where, what, and what is allowed."""

from pathlib import Path

import pytest

from sim.parameters import ParameterError, load_run, load_strategy, load_world, names

NUMBER = "a number at least -1 and at most 1 (share of price)"
ECONOMY = "swing, persistence, recession_week, recession_length, recession_depth, thrift"
WHOLE = "a whole number at least 1 and at most 5,000,000 (people)"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str | bytes, name: str = "mine.yaml") -> None:
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())


def refusal(name: str = "mine.yaml", load=load_world) -> str:
    with pytest.raises(ParameterError) as caught:
        load(name)
    return str(caught.value)


# A value of the wrong type or out of bounds


@pytest.mark.parametrize(
    ("written", "got"),
    [
        ("3", "3"),
        ("-1.5", "-1.5"),
        ("true", "true"),
        ("abc", "'abc'"),
        ("yes", "'yes'"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("-.inf", "-.inf"),
        ("null", "null"),
        ("", "null"),
        ("[0.4]", "a list (0.4)"),
        ("[]", "an empty list"),
        ("{share: 0.4}", "keys and values (share)"),
        ("1:30", "'1:30'"),
        ("2024-01-01", "'2024-01-01'"),
    ],
)
def test_a_value_that_is_not_allowed_is_shown_with_what_is(written: str, got: str):
    write(f"needs:\n  gross_margin: {written}\n")
    assert refusal() == f"mine.yaml, needs.gross_margin: got {got}; allowed: {NUMBER}."


@pytest.mark.parametrize("written", ["true", "2.5", "1e3", "2000.0", "0", "5_000_001", "null", "abc", "0x10", "[1]"])
def test_a_whole_number_is_wanted(written: str):
    write(f"market: {{people: {written}}}")
    message = refusal()
    assert message.startswith("mine.yaml, market.people: got ")
    assert f"; allowed: {WHOLE}." in message


@pytest.mark.parametrize("written", ["'0.4'", '"0.4"', "00.4"])
def test_text_that_looks_like_a_number_gets_a_hint(written: str):
    write(f"needs:\n  gross_margin: {written}\n")
    assert refusal().endswith("Write a plain number, without quotes or leading zeros.")


def test_a_decimal_comma_gets_a_hint():
    write("needs:\n  gross_margin: 0,4\n")
    assert refusal().endswith(f"got '0,4'; allowed: {NUMBER}. Write a decimal point, not a comma.")


def test_a_number_where_text_is_wanted():
    write("title: 3")
    assert refusal() == "mine.yaml, title: got 3; allowed: text."


def test_an_unknown_choice_names_the_nearest():
    write("word_of_mouth: {network: smal_world}")
    assert refusal() == (
        "mine.yaml, word_of_mouth.network: got 'smal_world'; allowed: one of small_world, cliques, scale_free, "
        "random, complete, edges, none. Did you mean 'small_world'?"
    )


@pytest.mark.parametrize(("written", "value"), [("1", 1.0), ("1e-3", 0.001), ("-1E-3", -0.001), (".5", 0.5)])
def test_numbers_that_are_fine(written: str, value: float):
    write(f"needs: {{gross_margin: {written}}}")
    margin = load_world("mine.yaml").needs.gross_margin
    assert margin == value
    assert type(margin) is float


def test_null_is_fine_where_it_means_something():
    write("rival: {entry_week: null}")
    assert load_world("mine.yaml").rival.entry_week is None
    write("rival: {entry_week: 1.5}")
    assert refusal() == (
        "mine.yaml, rival.entry_week: got 1.5; allowed: a whole number at least 0 and at most 5,200 (week), or null."
    )


@pytest.mark.parametrize("written", ["1", "0", "yes", "'true'", "null", "[true]"])
def test_true_or_false_is_wanted(written: str):
    write(f"market: {{forget_the_firm: {written}}}")
    message = refusal()
    assert message.startswith("mine.yaml, market.forget_the_firm: got ")
    assert "; allowed: true or false." in message


@pytest.mark.parametrize(("written", "value"), [("true", True), ("false", False)])
def test_true_and_false_are_fine(written: str, value: bool):
    write(f"market: {{forget_the_firm: {written}}}")
    assert load_world("mine.yaml").market.forget_the_firm is value


def test_an_enormous_value_is_shortened():
    write(f"needs: {{gross_margin: 1{'0' * 3000}}}")
    assert "…; allowed: a number" in refusal()
    assert len(refusal()) < 250
    write(f"needs: {{gross_margin: 1{'0' * 5000}}}")
    assert refusal().startswith("mine.yaml: not valid YAML: ")


def test_several_bad_values_are_listed_one_a_line():
    write("market: {people: 0}\nneeds:\n  gross_margin: 3\n  meen: 1\nrival: 4\n")
    assert [line.partition(" got ")[0] for line in refusal().splitlines()] == [
        "mine.yaml: unknown parameter 'needs.meen',",
        "mine.yaml, rival:",
        "mine.yaml, market.people:",
        "mine.yaml, needs.gross_margin:",
    ]


def test_a_rule_over_two_parameters_names_the_one_to_change():
    write("precision: 1000\nmax_replications: 5\n")
    assert refusal(load=load_run) == (
        "mine.yaml, max_replications: got 5; allowed: at least replications (20) where a precision is wanted."
    )
    write("replications: 500\nprecision: 1000\n")
    assert refusal(load=load_run) == (
        "mine.yaml, precision, max_replications: got 200; allowed: at least replications (500) where a precision is "
        "wanted."
    )
    write("max_replications: 5")
    assert load_run("mine.yaml").max_replications == 5


# A key that does not exist


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("gross_margin: 0.3", "gross_margin", "needs.gross_margin"),
        ("needs: {gros_margin: 0.3}", "needs.gros_margin", "needs.gross_margin"),
        ("needs: {grossMargin: 0.3}", "needs.grossMargin", "needs.gross_margin"),
        ("Gross-Margin: 0.3", "Gross-Margin", "needs.gross_margin"),
        ("market: {gross_margin: 0.3}", "market.gross_margin", "needs.gross_margin"),
        ("need: {gross_margin: 0.3}", "need", "needs"),
        ("word_of_mouths: {ties: 3}", "word_of_mouths", "word_of_mouth"),
        ("extend: online_retail", "extend", "extends"),
    ],
)
def test_a_misspelt_parameter_names_the_nearest(text: str, key: str, nearest: str):
    write(text)
    assert refusal().startswith(f"mine.yaml: unknown parameter '{key}', got ")
    assert f" Did you mean '{nearest}'? Allowed" in refusal()


def test_an_unknown_key_shows_its_value_and_its_neighbours():
    write("economy: {swin: 0.1}")
    assert refusal() == (
        "mine.yaml: unknown parameter 'economy.swin', got 0.1. Did you mean 'economy.swing'? "
        f"Allowed in economy: {ECONOMY}."
    )


def test_a_key_like_no_other_gets_no_guess():
    write("xyzzy: 1")
    assert "Did you mean" not in refusal()
    assert "Allowed: extends, title, story, market, needs," in refusal()


def test_a_parameter_of_another_kind_of_file():
    write("remedy: {respect: 1}")
    assert "unknown parameter 'remedy', got keys and values (respect). It belongs to a strategy." in refusal()


@pytest.mark.parametrize(("written", "got"), [("3", "3"), ("", "null"), ("[1, 2]", "a list (1, 2)"), ("no", "'no'")])
def test_a_group_given_as_something_else(written: str, got: str):
    write(f"economy: {written}")
    assert refusal() == f"mine.yaml, economy: got {got}; allowed: a group of parameters ({ECONOMY})."


def test_a_key_said_twice():
    write("needs:\n  basket: 1\n  basket: 2\n")
    assert refusal() == "mine.yaml, line 3, column 3: not valid YAML: key 'basket' is there twice."
    write("needs.basket: 1\nneeds: {basket: 2}\n")
    assert refusal() == "mine.yaml: key 'needs.basket' is there twice."


@pytest.mark.parametrize(("text", "key"), [("1: 2", "1"), ("null: 2", "None"), ("true: 2", "True"), ("? [a]\n: 2", "")])
def test_a_key_that_is_not_text(text: str, key: str):
    write(text)
    assert f"line 1, column {3 if not key else 1}: not valid YAML: key {key or ['a']} is not text." in refusal()


# A malformed file


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("title: a\nneeds:\n\tbasket: 1", "line 3, column 1", "Indent with spaces, not tabs."),
        ("needs:\n  kind: 'occasional\n  basket: 1\n", "line 4, column 1", "a quoted scalar that starts in line 2."),
        ("title: [a", "line 1, column 10", "a flow sequence that starts in line 1."),
        ("title: a: b", "line 1, column 9", "mapping values are not allowed here."),
        ("title: a\n---\ntitle: b", "line 2, column 1", "another document"),
        ("title: &a x\nstory: *a", "line 1, column 8", "anchors and aliases (&a, *a) are not allowed"),
        ("needs: {basket: !!float x}", "line 1, column 17", "tags (here 'tag:yaml.org,2002:float') are not allowed"),
        ("title: !!python/object/apply:os.getcwd []", "line 1, column 8", "are not allowed; say the plain value."),
        ("title: a\nstory: \0", "line 2", "character U+0000 is not text."),
    ],
)
def test_malformed_yaml_names_the_line(text: str, where: str, what: str):
    write(text)
    assert refusal().startswith(f"mine.yaml, {where}: not valid YAML: ")
    assert what in refusal()
    assert "\n" not in refusal()


def test_an_alias_bomb_is_refused_at_once():
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 40)]
    write("\n".join(["l0: &l0 [x, x]", *levels]))
    assert refusal().startswith("mine.yaml, line 1, column 5: not valid YAML: anchors and aliases")


def test_nesting_without_end_is_refused():
    write("[" * 50_000)
    assert refusal() == "mine.yaml: not valid YAML: nested too deeply."


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "null"])
def test_an_empty_file(text: str):
    write(text)
    assert refusal() == "mine.yaml: is empty; allowed: keys and values, or 'extends: NAME'."


@pytest.mark.parametrize(
    ("text", "got"), [("- 1\n- 2", "a list (1, 2)"), ("people 3", "'people 3'"), ("3", "3"), ("true", "true")]
)
def test_a_file_that_is_not_keys_and_values(text: str, got: str):
    write(text)
    assert refusal() == f"mine.yaml: got {got}; allowed: keys and values, e.g. 'title: My world'."


@pytest.mark.parametrize(
    ("content", "line", "byte"),
    [
        ("title: x\nstory: café".encode("latin-1"), 2, "0xe9"),
        ("title: x".encode("utf-16"), 1, "0xff"),
        (b"\x89PNG\r\n\x1a\n\0\0", 1, "0x89"),
    ],
)
def test_a_file_that_is_not_utf_8(content: bytes, line: int, byte: str):
    write(content)
    assert refusal() == (
        f"mine.yaml, line {line}: is not text in UTF-8 (byte {byte}); allowed: a YAML text file saved as UTF-8."
    )


def test_a_byte_order_mark_and_other_line_ends_are_fine():
    write(b"\xef\xbb\xbftitle: caf\xc3\xa9\r\nneeds:\r\n  basket: 3\r\n")
    world = load_world("mine.yaml")
    assert (world.title, world.needs.basket) == ("café", 3.0)


def test_a_large_file_is_refused_unread():
    write("title: x\n" + "#" * 1_000_000)
    assert refusal() == "mine.yaml: is too large; allowed: a parameter file of at most 100,000 bytes."


def test_a_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch):
    write("title: x")

    def denied(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert refusal() == "mine.yaml: cannot be read: Permission denied."


# A missing file or an unknown name


def test_a_missing_file_names_the_nearest_beside_it():
    Path("worlds").mkdir()
    write("title: x", "worlds/big_city.yaml")
    assert refusal("worlds/big_cty.yaml") == (
        f"world: world file 'worlds/big_cty.yaml': no such file; allowed: a .yaml file, or {_known('world')}. "
        f"Did you mean 'worlds/big_city.yaml'?"
    )


def test_a_missing_file_may_be_a_shipped_name():
    assert refusal("online_retail.yml").endswith("Did you mean 'online_retail'?")


def test_a_directory():
    Path("folder.yaml").mkdir()
    assert "world file 'folder.yaml': is a directory, not a file; allowed: a .yaml file" in refusal("folder.yaml")


@pytest.mark.parametrize("name", ["x" * 5000 + ".yaml", "a\0b.yaml"])
def test_a_name_no_file_can_have(name: str):
    assert refusal(name).startswith("world: world file ")
    assert len(refusal(name)) < 300


def test_an_unknown_name_lists_the_known_ones_and_the_nearest():
    assert refusal("online_retial").startswith("world: unknown world 'online_retial'. Known worlds: ")
    assert refusal("online_retial").endswith("; or the path of a .yaml file. Did you mean 'online_retail'?")
    assert refusal("profit_centre", load_strategy) == (
        "strategy: unknown strategy 'profit_centre'. "
        f"Known strategies: {', '.join(names('strategy'))}; or the path of a .yaml file. "
        "Did you mean 'profit_center'?"
    )
    assert refusal("defalt", load_run).endswith("Did you mean 'default'?")


def test_a_name_of_another_kind():
    assert refusal("profit_center").endswith("'profit_center' is a strategy.")


@pytest.mark.parametrize(("name", "got"), [("", "''"), (None, "null"), (3, "3"), (["a"], "a list ('a')")])
def test_a_name_that_is_none(name: object, got: str):
    assert refusal(name) == f"world: got {got}; allowed: {_known('world')}, or the path of a .yaml file."  # type: ignore[arg-type]


def _known(kind: str) -> str:
    return ("one of " if len(names(kind)) > 1 else "") + ", ".join(names(kind))


# extends


def test_what_a_file_says_comes_after_what_it_extends():
    write("extends: online_retail\nneeds: {basket: 5}", "base.yaml")
    write("extends: base.yaml\ntitle: Mine")
    world, shipped = load_world("mine.yaml"), load_world("online_retail")
    assert (world.title, world.needs.basket, world.needs.shape) == ("Mine", 5.0, shipped.needs.shape)
    assert world.market == shipped.market


def test_extends_is_looked_up_beside_the_file():
    Path("deep").mkdir()
    write("title: Base\n", "deep/base.yaml")
    write("extends: base.yaml", "deep/mine.yaml")
    assert load_world("deep/mine.yaml").title == "Base"


def test_a_bad_value_may_be_corrected_by_the_file_that_extends():
    write("needs: {gross_margin: 3}", "base.yaml")
    write("extends: base.yaml\nneeds: {gross_margin: 0.3}")
    assert load_world("mine.yaml").needs.gross_margin == 0.3


def test_a_bad_value_is_reported_where_it_was_said():
    write("needs: {gross_margin: 3}", "base.yaml")
    write("extends: base.yaml\nmarket: {people: 0}")
    assert [line.partition(":")[0] for line in refusal().splitlines()] == [
        "base.yaml, needs.gross_margin",
        "mine.yaml, market.people",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: online_retial", "mine.yaml, extends: unknown world 'online_retial'. Known worlds: "),
        ("extends: bass.yaml", "mine.yaml, extends: world file 'bass.yaml': no such file; allowed: "),
        ("extends: [a]", "mine.yaml, extends: got a list ('a'); allowed: "),
        ("extends:", "mine.yaml, extends: got null; allowed: "),
        ("extends: cost_center", "mine.yaml, extends: unknown world 'cost_center'. Known worlds: "),
    ],
)
def test_extends_of_nothing(text: str, message: str):
    write(text)
    assert refusal().startswith(message)


def test_extends_of_itself():
    write("extends: mine.yaml")
    assert refusal() == "mine.yaml, extends: got 'mine.yaml', and the file extends itself (mine.yaml -> mine.yaml)."


def test_extends_in_a_circle():
    write("extends: two.yaml", "one.yaml")
    write("extends: three.yaml", "two.yaml")
    write("extends: ./two.yaml", "three.yaml")
    assert refusal("one.yaml") == (
        "three.yaml, extends: got './two.yaml', and the file extends itself (two.yaml -> three.yaml -> two.yaml)."
    )
