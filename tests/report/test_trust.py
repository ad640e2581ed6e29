"""Trust: sentences and charts say what the tables say, whatever is in them; the notebook checks what it is asked."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from test_notebook import ROOT, papermill

from sim.experiment import facts as stylised
from sim.experiment import ladder
from sim.parameters import ParameterError, load_comparison
from sim.report import theme, trust

NAN, INF = math.nan, math.inf


def answer(
    z: float, rung: str = "bass", observable: str = "year_1", error: float = 0.01, **more: Any
) -> dict[str, Any]:
    row = {"rung": rung, "point": "base", "observable": observable, "theory": 0.5, "simulated": 0.5 + z * error}
    row |= {"standard_error": error, "z": z, "relative_error": 0.02, "replications": 10, "holds": abs(z) <= 3}
    return row | more


def fact(value: float, low: float = 3.0, high: float = 7.0, key: str = "listeners", **more: Any) -> dict[str, Any]:
    row = {"fact": key, "meaning": "so many", "unit": "x", "low": low, "high": high, "value": value}
    row |= {
        "interval_low": value - 0.5,
        "interval_high": value + 0.5,
        "holds": low <= value <= high,
        "source": "X 1999",
    }
    return row | more


def condition(mean: float, half: float, expect: str, title: str, **more: Any) -> dict[str, Any]:
    low, high = mean - half, mean + half
    row = {
        "condition": "a_file",
        "title": title,
        "expect": expect,
        "strategy": "Profit center",
        "mean": mean,
        "low": low,
    }
    row |= {"high": high, "share": mean / 1e6, "wins": 3, "replications": 3, "why": "because"}
    return row | {"holds": low > 0 if expect == "wins" else low <= 0} | more


ANSWERS: dict[str, list[dict[str, Any]]] = {
    "good": [answer(0.5), answer(-2.9, "sbg", "after_1")],
    "one broken": [answer(0.5), answer(14.0, "sbg", "after_1")],
    "a band, no z": [answer(0.5), answer(NAN, "survey", "recovered", holds=True)],
    "no standard error": [answer(0.0, error=INF, simulated=9.0, holds=True)],
    "desk": [answer(1.0, "erlang_a", "abandons", point="one agent, as patient as service is long", theory=0.368)],
    "nothing": [],
}
FACTS: dict[str, list[dict[str, Any]]] = {
    "in and out": [fact(5.0), fact(2.0), fact(7.4), fact(4.0, 1.0, INF), fact(0.0, 0.0, 0.0, "beyond_hops")],
    "far away": [fact(5e6), fact(-9.0, 0.0, INF, "retention_rises_2", unit="points")],
    "not measured": [fact(NAN, holds=False)],
    "unknown": [fact(2.0, 2.0, 2.0, "a new fact"), fact(2.0, 0.0, INF, "another")],
    "no interval": [fact(5.0, interval_low=-INF, interval_high=INF)],
    "nothing": [],
}
CONDITIONS: dict[str, list[dict[str, Any]]] = {
    "both": [condition(-9e4, 1e4, "loses", "A"), condition(5e4, 1e4, "wins", "B")],
    "broken": [condition(9e4, 1e4, "loses", "A"), condition(5e4, 6e4, "wins", "B")],
    "undecided": [condition(-1e4, 2e4, "loses", "A")],
    "a ruin": [condition(-9e6, 1e4, "loses", "A"), condition(-1e4, 1e3, "loses", "B " * 40)],
    "one run": [condition(-9e4, INF, "loses", "A", low=-INF, high=INF)],
    "no share": [condition(-9e4, 1e4, "loses", "A", share=NAN), condition(0.0, 0.0, "wins", "B", share=0.0)],
    "nothing": [],
}


def frame(rows: list[dict[str, Any]], made: Any, *arguments: Any) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(made(*arguments)))


def answers_of(case: str) -> pd.DataFrame:
    return frame(ANSWERS[case], answer, 0.0)


def facts_of(case: str) -> pd.DataFrame:
    return frame(FACTS[case], fact, 0.0)


def conditions_of(case: str) -> pd.DataFrame:
    return frame(CONDITIONS[case], condition, 1.0, 1.0, "wins", "A")


def readable(chart: Any) -> str:
    """The title of a chart that draws without a number that is none."""
    spec = chart.to_dict()
    for rows in spec["datasets"].values():
        for row in rows:
            assert not any(isinstance(value, float) and not math.isfinite(value) for value in row.values()), row
    assert theme.png(chart).startswith(b"\x89PNG")
    return theme.title(spec)


# --- known answers


@pytest.mark.parametrize("case", ANSWERS)
def test_every_picture_of_answers_draws(case: str) -> None:
    table = answers_of(case)
    assert readable(trust.answers(table)) == trust.answers_headline(table)
    assert readable(trust.bass(table))
    assert readable(trust.queue(table))
    assert "nan" not in trust.answers_sentence(table)


def test_the_headline_counts_what_holds() -> None:
    assert trust.answers_headline(answers_of("good")) == "All 2 known answers hold within three standard errors"
    broken = "1 of 2 known answers is off by more than three standard errors"
    assert trust.answers_headline(answers_of("one broken")) == broken
    assert "*after_1* of *sbg* (base): 14.0 standard errors, 28 % from theory" in trust.answers_sentence(
        answers_of("one broken")
    )


def test_without_a_standard_error_nothing_is_claimed() -> None:
    table = answers_of("no standard error")
    assert trust.answers_headline(table) == "No known answer was put to the test"
    assert "1 have too few runs" in trust.answers_sentence(table)


def test_the_limit_is_that_of_the_ladder() -> None:
    assert trust.LIMIT == ladder.LIMIT


def test_a_band_is_counted_apart() -> None:
    table = answers_of("a band, no z")
    assert trust.answers_headline(table) == "The known answer holds"
    assert "1 of 1 observables held against a published band lie in it" in trust.answers_sentence(table)


def test_the_line_of_the_bass_curve_is_the_theory_of_the_table() -> None:
    (theory_line,) = [
        rows for rows in trust.bass(answers_of("good")).to_dict()["datasets"].values() if len(rows) == 201
    ]
    (expected,) = [row for row in ladder.verify("bass", 2, {"run.weeks": 50}, 1, False).to_dict("records")
                   if row["observable"] == "year_10"]  # fmt: skip
    assert theory_line[-1]["year"] == 10
    # The same p and q at fewer ticks a year: the curve at fifty ticks is the one at a quarter of a year
    near = min(theory_line, key=lambda row: abs(row["year"] - 0.25))
    assert near["share"] == pytest.approx(expected["theory"], rel=1e-6)


# --- facts


@pytest.mark.parametrize("case", FACTS)
def test_every_picture_of_facts_draws(case: str) -> None:
    table = facts_of(case)
    assert readable(trust.facts_chart(table)) == trust.facts_headline(table)
    assert len(trust.fact_table(table)) == len(table)
    assert "nan" not in trust.facts_sentence(table) + trust.fact_table(table).to_string()


def test_what_is_outside_is_named_with_its_side_and_its_doubt() -> None:
    table = pd.DataFrame([fact(5.0), fact(2.0, key="low_one"), fact(7.4, key="high_one"), fact(7.001, key="near")])
    text = trust.facts_sentence(table)
    assert text.startswith("1 of 4 facts lie in their bands, 1 of them with their whole 95 % interval.")
    assert "*Low one* is 2.00 x, below the band (3 to 7 x)." in text
    assert "*High one* is 7.40 x, above the band (3 to 7 x); the interval reaches the band." in text
    assert "*Near* is just above 7.00 x" in text
    assert trust.facts_headline(table) == "1 of 4 facts of the literature come out in their bands"


def test_marks_do_not_speak_by_colour_alone(capsys: pytest.CaptureFixture[str]) -> None:
    table = trust.fact_table(facts_of("in and out"))
    assert list(table["verdict"]) == ["● in band", "✕ outside", "✕ outside", "● in band", "● in band"]
    assert list(trust.fact_table(facts_of("not measured"))["verdict"]) == ["○ no error known"]
    assert list(table["band"]) == ["3 to 7 x", "3 to 7 x", "3 to 7 x", "at least 1 x", "0 x"]


def test_tables_are_coloured_by_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[str] = []
    monkeypatch.setattr("IPython.display.display", lambda page: pages.append(page.data))
    trust.show(trust.fact_table(facts_of("in and out")))
    assert pages[0].count(f"color: {theme.BLUE}") == 3
    assert pages[0].count(f"color: {trust.DARK_ORANGE}") == 2


def test_shares_are_told_in_per_cent_and_bands_as_well() -> None:
    row = trust.fact_table(pd.DataFrame([fact(0.094, 0.05, 0.1, unit="share")])).iloc[0]
    assert (row["band"], row["value (95 %)"]) == ("5 to 10 %", "9.4 % ± 50 %")


def test_every_shipped_fact_has_a_place_in_the_picture() -> None:
    rows = [
        fact(each.low, each.low, each.high, each.key, unit=each.unit, interval_low=each.low, interval_high=each.low)
        for each in stylised.FACTS
    ]
    chart = trust.facts_chart(pd.DataFrame(rows)).to_dict()
    (places,) = [rows for rows in chart["datasets"].values() if rows and "band_low" in rows[0] and "text" in rows[0]]
    for each in places:
        assert each["value"] == pytest.approx(each["band_low"], abs=1e-9)
        assert each["verdict"] == trust.INSIDE


# --- the trade-off


def kept(retention: float, rate: float = 0.10) -> pd.DataFrame:
    """Facts of customers who follow the closed form exactly: a small step of retention."""
    step = 1e-6
    growth = math.log((1 + rate - retention) / (1 + rate - retention - step))
    elasticity = growth / math.log((retention + step) / retention)
    five = math.expm1(0.05 * growth / step)
    return pd.DataFrame([fact(elasticity, key="retention_elasticity", unit="%"), fact(five, key="five_points")])


@pytest.mark.parametrize(("retention", "closed"), [(0.7, 0.7 / 0.4), (0.9, 4.5)])
def test_the_closed_form_is_found_again(retention: float, closed: float) -> None:
    text = trust.trade_off(kept(retention), 0.10)
    assert f"stay a year with {100 * retention:.0f} %" in text
    assert f"worth {closed:.2f} % of a customer's value; the simulation measures {closed:.2f} %" in text
    assert "belongs to a yearly retention of 82 % to 96 %" in text
    assert ("CDNOW" in text) == (retention < 0.8)


@pytest.mark.parametrize(
    "table", [facts_of("nothing"), facts_of("in and out"), kept(0.7).assign(value=NAN), kept(0.7).assign(value=-0.5)]
)
def test_what_was_not_measured_makes_no_trade_off(table: pd.DataFrame) -> None:
    assert "not" in trust.trade_off(table, 0.10)
    assert "nan" not in trust.trade_off(table, 0.10)


# --- conditions


def test_tried_points_say_what_a_fact_would_cost(tmp_path: Path) -> None:
    keys = [each.key for each in stylised.FACTS if each.of != "pairs"]
    inside = {each.key: each.low if math.isfinite(each.low) else each.high for each in stylised.FACTS}
    points = pd.DataFrame([{key: inside[key] for key in keys}] * 8)
    points.loc[:3, "abandonment"] = 0.5  # half of the points have it outside
    points.loc[6:, "occupancy"] = 0.1  # and of the others, half have this one outside
    points.to_csv(tmp_path / "points.csv")
    table = pd.DataFrame([fact(0.5, 0.05, 0.1, key="abandonment"), fact(0.8, 0.75, 0.88, key="occupancy")])
    text = trust.tried(table, tmp_path)
    assert "tried 8 points" in text and "2 of them had all" in text
    assert "*Abandonment* was in its band in 50 % of them; compared with the others" in text
    assert "these less often had *Occupancy* (50 % against 100 %)." in text
    assert "*Occupancy* was" not in text  # it is inside in the table
    points.loc[6:, "occupancy"] = points.loc[0, "occupancy"]
    points.to_csv(tmp_path / "points.csv")
    assert "no other fact suffered" in trust.tried(table, tmp_path)
    assert trust.tried(table, tmp_path / "nothing") == "Nothing is kept of a calibration."
    assert "nan" not in trust.tried(table)  # with what ships


@pytest.mark.parametrize("case", CONDITIONS)
def test_every_picture_of_conditions_draws(case: str) -> None:
    table = conditions_of(case)
    assert readable(trust.conditions_chart(table)) == trust.conditions_headline(table)
    assert len(trust.condition_table(table)) == len(table)
    assert "nan" not in trust.conditions_sentence(table) + trust.condition_table(table).to_string()


def test_the_headline_claims_only_what_is_clear() -> None:
    assert trust.conditions_headline(conditions_of("both")) == (
        "Better-funded support loses clearly in 1 of 1 condition where it should lose and wins clearly in 1 of 1 "
        "condition where it should win"
    )
    assert "loses clearly in 0 of 1" in trust.conditions_headline(conditions_of("undecided"))
    assert "No clear gain, but no clear loss either: *A*." in trust.conditions_sentence(conditions_of("undecided"))


def test_what_came_out_otherwise_is_said() -> None:
    text = trust.conditions_sentence(conditions_of("broken"))
    assert "*A* should be one where it loses, but it is worth +$90.0 k (95 % interval $80.0 k to $100 k)." in text
    assert "*B* should be one where it wins" in text
    assert list(trust.condition_table(conditions_of("broken"))["verdict"]) == ["✕ not as expected"] * 2


# --- assumptions


def test_assumptions_are_those_that_say_so() -> None:
    scenarios = load_comparison()
    table = trust.assumptions(scenarios).set_index("parameter")
    assert table.loc["world.needs.gross_margin", "value"] == "0.4"
    assert "run.seed" not in table.index
    assert trust.assumptions_sentence(scenarios).startswith(f"{len(table)} of ")
    assert len(trust.assumptions(scenarios[:1])) == len(table)
    assert trust.assumptions([]).empty


# --- parameters and the notebook


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"known_answers": ["bas"]}, r"known_answers: known answer: unknown known answer 'bas'.*Did you mean 'bass'"),
        ({"known_answers": "bass"}, r"known_answers: got 'bass'; allowed: a list of names, \[\] for all"),
        ({"conditions": ["loses_monopoli"]}, r"conditions: .*Did you mean 'loses_monopoly'"),
        ({"fact_replications": 1}, r"fact_replications: got 1; allowed: a whole number at least 2"),
        ({"fact_replications": None}, r"fact_replications: got null"),
        ({"answer_replications": True}, r"answer_replications: got true; allowed: null or a whole number at least 2"),
        ({"people": -3}, r"notebook parameter people"),
        ({"world": "onlin_retail"}, r"Did you mean 'online_retail'"),
        ({"workers": 0}, r"workers: got 0; allowed: null or a whole number at least 1"),
        ({"tables": 3}, r"tables: got 3; allowed: a folder"),
        ({"tables": "no/such/folder"}, r"tables: nothing to read in 'no/such/folder'"),
    ],
)
def test_wrong_parameters_stop_at_once(given: dict[str, Any], text: str) -> None:
    with pytest.raises(ParameterError, match=text):
        trust.check(given)


def test_a_misspelt_name_is_refused() -> None:
    names = {"In": ["", "# Parameters\npeeple = 5", "read"], "peeple": 5}
    with pytest.raises(ParameterError, match=r"'peeple' \(value 5\).*Did you mean 'people'"):
        trust.read_parameters(names)


def test_an_empty_list_means_all() -> None:
    asked = trust.check({})
    assert {"bass", "survey"} <= set(asked.known_answers)
    assert len(asked.conditions) > 20


def written(folder: Path) -> Path:
    """The three tables by hand, as the commands write them."""
    answers_of("good").to_csv(folder / "verify.csv", index=False)
    facts_of("in and out").to_csv(folder / "facts.csv", index=False)
    conditions_of("both").to_csv(folder / "conditions.csv", index=False)
    return folder


def test_tables_are_read_where_they_are(tmp_path: Path) -> None:
    (written(tmp_path) / "facts.csv").unlink()
    asked = trust.check({"tables": str(tmp_path)})
    pd.testing.assert_frame_equal(trust.known_answers(asked), answers_of("good"), check_dtype=False)
    assert trust.conditions_headline(trust.conditions(asked)) == trust.conditions_headline(conditions_of("both"))
    assert trust.origin(asked) == "Read from files: known answers, conditions; computed now: facts."


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text("fact,value\na,1\n")
    with pytest.raises(ParameterError, match=r"facts\.csv' has no column meaning, unit"):
        trust.check({"tables": str(tmp_path)})
    (tmp_path / "facts.csv").write_text("")
    with pytest.raises(ParameterError, match="is not a table"):
        trust.check({"tables": str(tmp_path)})


def test_tables_survive_the_way_through_a_file(tmp_path: Path) -> None:
    asked = trust.check({"tables": str(written(tmp_path))})
    assert trust.facts_sentence(trust.facts(asked)) == trust.facts_sentence(facts_of("in and out"))
    assert trust.facts(asked)["high"].to_list() == facts_of("in and out")["high"].to_list()


def images(executed: Path) -> int:
    cells = nbformat.read(executed, 4).cells
    return sum("image/png" in output.get("data", {}) for cell in cells for output in cell.get("outputs", []))


def test_the_notebook_reads_tables(tmp_path: Path) -> None:
    done, executed = papermill(tmp_path, "-p", "tables", str(written(tmp_path)), notebook="11_can_i_trust_it")
    assert done.returncode == 0, done.stderr
    assert images(executed) == 5


def test_the_notebook_refuses_a_misspelt_parameter(tmp_path: Path) -> None:
    done, _ = papermill(tmp_path, "-p", "replications", "3", notebook="11_can_i_trust_it")
    assert done.returncode != 0
    assert "notebook parameter 'replications' (value 3): no such parameter." in done.stderr


@pytest.mark.slow
def test_the_notebook_computes(tmp_path: Path) -> None:
    tiny = "{known_answers: [sbg, hays_hill], conditions: [loses_short_horizon], answer_replications: 2, people: 500, "
    tiny += "fact_replications: 2, condition_replications: 2, workers: 1}"
    done, executed = papermill(tmp_path, "-y", tiny, notebook="11_can_i_trust_it")
    assert done.returncode == 0, done.stderr
    assert images(executed) == 5


def test_the_notebook_is_clean() -> None:
    cells = json.loads((ROOT / "notebooks/11_can_i_trust_it.ipynb").read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
    assert max(len("".join(cell["source"]).splitlines()) for cell in code if cell["id"] != "parameters") <= 4
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert np.all([cell["id"].replace("-", "").isalpha() for cell in cells])
