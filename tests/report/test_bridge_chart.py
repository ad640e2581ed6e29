"""The bridge as a picture and a sentence: they say what its table says, whatever that is."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_sentences import made

from sim.experiment.bridge import PARTS, TOTAL
from sim.report import bridge as shown
from sim.report import theme
from sim.report.bridge import bridge_chart, bridge_headline, bridge_sentence

Table = dict[str, tuple[float, float]]  # part -> mean, half width
USUAL: Table = {
    "retention": (35e3, 2e3),
    "expansion": (60e3, 9e3),
    "repurchase": (5e3, 6e3),
    "cost to serve": (-83e3, 3e3),
}
CASES: dict[str, Table] = {
    "usual": USUAL,
    "one run": {part: (mean, np.inf) for part, (mean, _) in USUAL.items()},
    "only gains": {"retention": (10.0, 1.0)},
    "only losses": {"cost to serve": (-7e3, 10.0), "retention": (5.0, 1.0)},
    "chance": {"retention": (10.0, 11.0)},
    "nothing": {},
}


def comparison_with(monkeypatch: pytest.MonkeyPatch, case: str) -> Any:
    """A comparison with this bridge; its strategies have titles of their own."""
    parts = CASES[case]
    mean = np.array([parts.get(part, (0.0, 0.0))[0] for part in PARTS])
    half = np.array([parts.get(part, (0.0, np.inf if case == "one run" else 0.0))[1] for part in PARTS])
    mean, half = np.append(mean, mean.sum()), np.append(half, half.max())
    table = pd.DataFrame({"part": [*PARTS, TOTAL], "mean": mean, "low": mean - half, "high": mean + half})
    monkeypatch.setattr(shown, "bridge", lambda comparison, strategy: table)
    return made([1.0] if case == "one run" else [1.0, 2.0])


@pytest.mark.parametrize(
    ("case", "title"),
    [
        ("usual", "gains most by expansion of word of mouth (+$60.0 k) and loses most by cost to serve (−$83.0 k)"),
        ("one run", "gains most by expansion of word of mouth (+$60.0 k) and loses most by cost to serve (−$83.0 k)"),
        ("only gains", "gains most by retention (+$10); no part clearly speaks against it"),
        ("only losses", "loses most by cost to serve (−$7.0 k); no part clearly speaks for it"),
        ("nothing", "changes nothing"),
    ],
)
def test_title(monkeypatch: pytest.MonkeyPatch, case: str, title: str) -> None:
    assert bridge_headline(comparison_with(monkeypatch, case)) == f"Profit center {title}"


def test_title_of_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bridge_headline(comparison_with(monkeypatch, "chance")) == "Whatever Profit center changes is within chance"


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (
            "usual",
            "*Profit center* is worth $17.0 k more than *Cost center* over 5 years: it gains by expansion of word of "
            "mouth (+$60.0 k) and retention (+$35.0 k), and it loses by cost to serve (−$83.0 k). "
            "Within chance: repurchase (+$5.0 k).",
        ),
        (
            "one run",
            "*Profit center* is worth $17.0 k more than *Cost center* over 5 years: it gains by expansion of word of "
            "mouth (+$60.0 k), retention (+$35.0 k) and repurchase (+$5.0 k), and it loses by cost to serve "
            "(−$83.0 k). One run has no interval to read these by.",
        ),
        (
            "only losses",
            "*Profit center* is worth $7.0 k less than *Cost center* over 5 years: it loses by cost to serve "
            "(−$7.0 k).",
        ),
        (
            "chance",
            "*Profit center* is worth $10 more than *Cost center* over 5 years. Within chance: retention (+$10).",
        ),
        ("nothing", "*Profit center* and *Cost center* come out the same over 5 years, part by part."),
    ],
)
def test_sentence(monkeypatch: pytest.MonkeyPatch, case: str, sentence: str) -> None:
    assert bridge_sentence(comparison_with(monkeypatch, case)) == sentence


@pytest.mark.parametrize("case", CASES)
def test_chart_is_valid_finite_and_has_a_title_that_fits(monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    spec = bridge_chart(comparison_with(monkeypatch, case)).to_dict()
    text = json.dumps(spec, allow_nan=False, ensure_ascii=False)  # no NaN: JSON that every reader takes
    assert "∞" not in text
    title = theme.title(spec).replace("\N{NO-BREAK SPACE}", " ")
    assert title == bridge_headline(comparison_with(monkeypatch, case))
    assert max(len(line) for line in spec["title"]["text"]) <= 78 and len(spec["title"]["text"]) <= 3


def test_each_bar_begins_where_the_last_one_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = bridge_chart(comparison_with(monkeypatch, "usual")).to_dict()
    rows = next(rows for rows in spec["datasets"].values() if len(rows) == len(PARTS) + 1)
    parts, total = rows[:-1], rows[-1]
    assert [row["from"] for row in parts] == pytest.approx([0.0, *(row["to"] for row in parts[:-1])])
    assert (total["from"], total["to"]) == pytest.approx((0.0, parts[-1]["to"]))
    assert total["to"] == pytest.approx(17e3)
    served = next(row for row in rows if row["part"] == "cost to serve")
    assert (served["low"], served["high"]) == pytest.approx((served["to"] - 3e3, served["to"] + 3e3))
    assert (served["for"], total["for"]) == ("Cost center", "Profit center")
    assert served["text"] == "−$83.0 k ± $3.0 k"


def test_colours_are_those_of_the_strategies(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(bridge_chart(comparison_with(monkeypatch, "usual")).to_dict())
    assert f'"domain": ["Profit center", "Cost center"], "range": ["{theme.VERMILION}", "{theme.BLUE}"]' in text
