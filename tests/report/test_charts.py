"""Charts are valid, small, readable and say what the numbers say, whatever the numbers are."""

from __future__ import annotations

import json
import math
import struct
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import altair as alt
import pytest
from test_sentences import TEN, made

from sim.experiment.compare import Comparison
from sim.model.ledger import ACCOUNTS
from sim.report import charts, marks, theme
from sim.report.findings import captions

BETTER = [1000 * delta for delta in TEN]
CASES: dict[str, dict[str, Any]] = {
    "better": {"deltas": BETTER},
    "worse": {"deltas": [-delta for delta in BETTER]},
    "undecided": {"deltas": [30_000, -20_000, 10_000, -15_000]},
    "same": {"deltas": [0.0, 0.0, 0.0], "metrics": 1.0, "customers": (100.0, 100.0)},
    "one run": {"deltas": [5000.0]},
    "pays back late": {"deltas": [1000, 1001], "gap": [-1.0] * 200 + [1.0] * 60},
    "one week, no survey": {"deltas": [10.0, 11.0], "weeks": 1, "survey": False},
    "short, no survey": {"deltas": [10.0, 11.0], "weeks": 26, "survey": False},
    "nobody surveyed": {"deltas": [10.0, 11.0], "survey": False},
    "no metrics": {"deltas": [10.0, 11.0], "metrics": math.nan},
    "metrics are zero": {"deltas": [10.0, 11.0], "metrics": 0.0},
    "no value at all": {"deltas": [math.nan, math.nan], "metrics": math.nan},
    "four strategies": {"deltas": BETTER, "more": [BETTER[::-1], [0.0] * 6], "customers": (9.0, 9.0, 9.1, 8.0)},
    "a century": {"deltas": [10.0, 11.0], "weeks": 5200},
    "many runs": {"deltas": [float(delta) for delta in range(-50, 850)], "weeks": 2},
}


@pytest.fixture(scope="module", params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Comparison:
    return made(**CASES[request.param])


def specification(name: str, comparison: Comparison) -> dict[str, Any]:
    return charts.ALL[name](comparison).to_dict()  # validates against Vega-Lite's schema


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Every mapping inside a specification, data aside."""
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key != "datasets":
                yield from parts(value)
    elif isinstance(node, list):
        for value in node:
            yield from parts(value)


def title(name: str, **made_with: Any) -> str:
    return theme.title(specification(name, made(**made_with))).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("name", charts.ALL)
def test_chart_is_valid_small_finite_and_has_a_title_that_fits(name: str, case: Comparison) -> None:
    spec = specification(name, case)
    assert 0 < sum(len(rows) for rows in spec["datasets"].values()) < 5000
    text = json.dumps(spec, allow_nan=False)  # no NaN, no infinity: JSON that every reader takes
    assert "inf " not in theme.title(spec) and "nan" not in theme.title(spec).lower() and text
    for part in parts(spec):
        domain = part.get("scale", {}).get("domain") if isinstance(part.get("scale"), dict) else None
        if domain and not isinstance(domain[0], str):
            assert domain[0] != domain[1]
    said = spec["title"]
    assert said["text"] and said["subtitle"]
    assert max(len(line) for line in said["text"]) <= 78 and len(said["text"]) <= 3


@pytest.mark.parametrize("name", charts.ALL)
def test_chart_is_the_same_each_time(name: str) -> None:
    one, other = (json.dumps(specification(name, made(BETTER))) for _ in range(2))
    assert one == other


def test_charts_come_in_reading_order() -> None:
    assert list(charts.ALL) == ["customers", "cash", "npv_runs", "sources", "lenses", "survey"]


def test_customers_title_follows_the_sign() -> None:
    assert title("customers", deltas=BETTER) == "Profit center ends with 20 more customers than Cost center (20 %)"
    assert "20 fewer customers" in title("customers", deltas=BETTER, customers=(120.0, 100.0))
    assert "ends with 6 more customers" in title("customers", deltas=BETTER, customers=(100.0, 106.0))
    assert "same number" in title("customers", deltas=BETTER, customers=(100.0, 100.0))


def test_cash_title_follows_the_sign() -> None:
    assert title("cash", deltas=BETTER) == "Profit center is ahead from the first week, by $10.0 k at the end"
    assert "does not pay back within 5 years: $10.0 k behind" in title("cash", deltas=[-delta for delta in BETTER])
    assert "within chance" in title("cash", deltas=[30_000, -20_000, 10_000, -15_000])
    gap = [-1.0] * 103 + [1.0] * 157
    assert title("cash", deltas=[1000, 1001], gap=gap).startswith("Profit center pays back after 2 years; $1.0 k ahead")


def test_npv_title_follows_the_sign() -> None:
    assert title("npv_runs", deltas=BETTER) == "Profit center is worth more than Cost center in all 6 paired worlds"
    assert "worth less than Cost center in all 6" in title("npv_runs", deltas=[-delta for delta in BETTER])
    assert "in 2 of 4 paired worlds" in title("npv_runs", deltas=[30_000, -20_000, 10_000, -15_000])
    assert title("npv_runs", deltas=[-5000.0]).endswith("worth $5.0 k less than Cost center in the one world simulated")


def test_sources_title_follows_the_sign() -> None:
    assert title("sources", deltas=BETTER) == (
        "Profit center earns $30.0 k more gross margin but spends $20.0 k more on support"
    )
    assert "$30.0 k less gross margin but spends $20.0 k less" in title("sources", deltas=[-delta for delta in BETTER])
    assert title("sources", deltas=[0.0, 0.0]) == "Profit center changes no account"


def test_lenses_title_follows_the_sign() -> None:
    assert title("lenses", deltas=BETTER) == (
        "With Profit center a contact costs 100 % more, a new customer is worth 100 % more"
    )
    assert title("lenses", deltas=BETTER, metrics=1.0).count("the same") == 2


def test_survey_title_follows_the_sign() -> None:
    assert title("survey", deltas=BETTER) == (
        "Recovered buyers spend 108 where the untroubled spend 100, yet the problem cost them 10 %"
    )
    without = {"recovered": 90.0, "none": 100.0, "unresolved": 90.0, "silent": 100.0}
    assert "gained 20 %" in title("survey", deltas=BETTER, without=without)
    assert (
        title("survey", deltas=[1.0, 2.0], weeks=26, survey=False)
        == "A horizon of 26 weeks is too short for the survey"
    )


def test_survey_without_room_still_shows_what_was_published() -> None:
    spec = specification("survey", made([1.0, 2.0], weeks=26, survey=False))
    points = [row for rows in spec["datasets"].values() for row in rows if "way" in row]
    assert {row["way"] for row in points} == {"published"} and [row["value"] for row in points] == [106, 100, 20]


def test_every_account_has_a_name_to_show() -> None:
    assert list(charts.ACCOUNT_NAMES) == list(ACCOUNTS)
    assert all(charts.ACCOUNT_NAMES.values())


def test_sources_add_up_and_leave_out_unused_accounts() -> None:
    spec = specification("sources", made(BETTER))
    bars = next(rows for rows in spec["datasets"].values() if "account" in rows[0])
    assert [row["name"] for row in bars] == ["Sales", "Support labour", "Difference"]
    assert sum(row["mean"] for row in bars[:-1]) == pytest.approx(bars[-1]["mean"]) == pytest.approx(10_000)


def test_payback_is_marked_where_the_line_crosses() -> None:
    def marked(comparison: Comparison) -> list[float]:
        rows = [row for rows in specification("cash", comparison)["datasets"].values() for row in rows]
        return [row["time"] for row in rows if "label" in row and "week" not in row]

    assert set(marked(made([1000, 1001], gap=[-1.0] * 103 + [1.0] * 157))) == {2.0}
    assert marked(made(BETTER)) == [] and marked(made([-delta for delta in BETTER])) == []


def test_one_run_draws_no_interval() -> None:
    spec = specification("customers", made([5000.0]))
    rows = [row for rows in spec["datasets"].values() for row in rows]
    assert all(row["low"] == row["mean"] == row["high"] for row in rows)
    assert "no interval" in " ".join(spec["title"]["subtitle"])
    assert "95 %" in " ".join(specification("customers", made(BETTER))["title"]["subtitle"]).replace("\xa0", " ")


def test_of_many_dots_some_are_shown_ends_included() -> None:
    spec = specification("npv_runs", made(**CASES["many runs"]))
    dots = [row["delta"] for rows in spec["datasets"].values() for row in rows if "delta" in row]
    assert len(dots) == charts.DOTS and (min(dots), max(dots)) == (-50, 849)
    assert "400 of 900 shown" in " ".join(spec["title"]["subtitle"])


def test_labels_at_line_ends_stay_apart() -> None:
    placed = marks.spread_apart([5.0, 5.0, 5.1, 1.0], 1.0, [0.0, 10.0])
    assert all(abs(one - other) >= 1 - 1e-9 for one, other in combinations(placed, 2))
    assert marks.spread_apart([1.0, 9.0], 1.0, [0.0, 10.0]) == pytest.approx([1.0, 9.0])


def test_text_is_large_enough_for_a_projector() -> None:
    for name in charts.ALL:
        spec = theme.themed(charts.ALL[name](made(BETTER)))
        assert spec["config"]["title"]["fontSize"] >= 18 and spec["config"]["axis"]["labelFontSize"] >= 13
        sizes = [part[key] for part in parts(spec) for key in part if key in ("fontSize", "labelFontSize")]
        assert min(sizes) >= 13


def test_a_strategy_has_one_colour_everywhere() -> None:
    assert (theme.colour("cost_center"), theme.colour("profit_center")) == ("#0072B2", "#D55E00")
    names = ["cost_center", "profit_center", "a", "b", "c", "d", "e", "f"]
    chosen = theme.colours(names)
    assert len(set(chosen.values())) == 8
    assert chosen["a"] == theme.colour("a") == theme.colours(["a", "cost_center"])["a"]
    other = subprocess.run(
        [sys.executable, "-c", "from sim.report import theme; print(theme.colour('a'), theme.colour('never_out'))"],
        capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert other.stdout.split() == [theme.colour("a"), theme.colour("never_out")]


def test_lines_have_the_colours_of_their_strategies() -> None:
    spec = specification("customers", made(BETTER))
    scales = [part["scale"] for part in parts(spec) if part.get("field") == "strategy" and "scale" in part]
    assert scales
    for scale in scales:
        assert dict(zip(scale["domain"], scale["range"], strict=True)) == theme.FIXED


@pytest.mark.parametrize("name", charts.ALL)
def test_pictures(name: str) -> None:
    chart = charts.ALL[name](made(BETTER))
    image = theme.png(chart)
    assert image.startswith(b"\x89PNG") and image == theme.png(chart)
    width, height = struct.unpack(">II", image[16:24])
    assert 1100 < width < 2000 and 300 < height < 2000
    drawing = theme.svg(chart)
    assert drawing.startswith("<svg") and "Liberation Sans" in drawing and "https://" not in drawing.split(">", 1)[1]


def test_renderer_labels_charts_for_jupyterlab_and_adds_a_picture() -> None:
    before = alt.theme.active, alt.renderers.active
    try:
        theme.setup()
        theme.setup()
        assert (alt.theme.active, alt.renderers.active) == (theme.NAME, theme.NAME)
        bundle, metadata = charts.customers(made(BETTER))._repr_mimebundle_()
        assert set(bundle) == {"application/vnd.vegalite.v5+json", "image/png", "text/plain"}
        assert "20 more customers" in bundle["text/plain"].replace("\N{NO-BREAK SPACE}", " ")
        assert bundle[theme.V5]["config"]["title"]["fontSize"] == 20
        assert 600 < metadata["image/png"]["width"] < 1000
    finally:
        alt.theme.enable(before[0])
        alt.renderers.enable(before[1])


def test_captions_hold_in_every_case(case: Comparison) -> None:
    for text in captions(case).values():
        assert "nan" not in text and "inf" not in text.replace("information", "")
