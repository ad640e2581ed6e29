"""Charts of a sweep: titles computed from the numbers, marks where the numbers are, drawable."""

import json

import numpy as np
import pandas as pd
import pytest

from sim.experiment.bridge import PARTS, TOTAL
from sim.experiment.insight.designs import Range, sobol
from sim.experiment.insight.discovery import discover
from sim.experiment.insight.frontier import frontier
from sim.experiment.insight.shares import percent
from sim.report import sweep_charts, theme

UNIT = {"w.x": Range(0, 1), "w.y": Range(0, 1)}
POINTS = pd.DataFrame(sobol(UNIT, 200, 1), columns=list(UNIT))


def deltas(means: np.ndarray) -> pd.DataFrame:
    noise = np.random.default_rng(1).normal(0, 50, 4 * len(means))
    row = np.arange(len(means))
    return pd.DataFrame(
        {"point": np.repeat(row, 4), "replication": np.tile(range(4), len(means)), "delta": np.repeat(means, 4) + noise}
    )


def rows(chart) -> list[dict]:
    return [row for data in chart.to_dict()["datasets"].values() for row in data]


def title(chart) -> str:
    return theme.title(chart.to_dict()).replace("\N{NO-BREAK SPACE}", " ")


def note(chart) -> str:
    return " ".join(chart.to_dict()["title"]["subtitle"]).replace("\N{NO-BREAK SPACE}", " ")


def index_table(second_high: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "first": [0.1, 0.5], "first_low": [-0.02, 0.4], "first_high": [0.2, 0.6],
            "total": [0.2, 0.7], "total_low": [0.1, 0.6], "total_high": [second_high, 0.8],
        },
        index=["w.gross_margin", "w.y"],
    )  # fmt: skip


def test_indices_name_the_strongest_and_doubt_it_where_intervals_meet():
    sure, unsure = (sweep_charts.indices(index_table(high), {"w.y": "number of rivals"}) for high in (0.3, 0.65))
    assert title(sure) == "Number of rivals explains 70 % of how the difference varies"
    assert title(unsure) == f"{title(sure)}; gross margin may be as strong"
    drawn = {(row["name"], row["kind"]): (row["value"], row["low"], row["high"]) for row in rows(sure)}
    assert drawn["gross margin", "alone"] == (0.1, -0.02, 0.2)
    assert drawn["number of rivals", "with all it interacts with"] == (0.7, 0.6, 0.8)


def test_screening_is_in_dollars():
    table = pd.DataFrame(
        {"mu_star": [2000.0, 9000.0], "mu_star_low": [1500.0, 8000.0], "mu_star_high": [2500.0, 10000.0]},
        index=["a.x", "a.y"],
    )
    chart = sweep_charts.screening(table)
    assert title(chart) == "Y moves the difference most: $9.0 k over its range"
    assert "$" in note(chart) and "95 % interval" in note(chart)


def test_a_frontier_shows_both_sides_the_line_and_where_you_are():
    found = frontier(POINTS, deltas(4000 * (POINTS["w.y"] - 0.25).to_numpy()), "w.x", "w.y", UNIT)
    here = sweep_charts.Here(0.4, 0.75, "Our shop", -700.0, 80.0)
    chart = sweep_charts.frontier(found, {"w.x": "margin"}, here=here, strategy="Profit center")
    assert title(chart).startswith("Profit center on average wins over 7")
    assert "% of the map and loses over 2" in title(chart)
    assert "fitted to 200 worlds" in note(chart) and "a mean over all other parameters" in note(chart)
    assert "too narrow" not in note(chart) and "Dots" not in note(chart)
    area = [row for row in rows(chart) if "kind" in row]
    surface = pd.DataFrame(area).assign(size=lambda one: (one["right"] - one["left"]) * (one["top"] - one["bottom"]))
    assert surface["size"].sum() == pytest.approx(1)  # no gap, no overlap
    assert surface.groupby("kind")["size"].sum()["wins"] == pytest.approx(0.75, abs=0.03)
    line = [row["y"] for row in rows(chart) if "piece" in row]
    assert len(line) > 10 and np.allclose(line, 0.25, atol=0.03)
    texts = [row["text"] for row in rows(chart) if row.get("x") == 0.4 and "text" in row]
    assert texts[:2] == ["you are here", "Our shop itself: −$700 ± $80"]
    assert texts[2].startswith("worlds at this place on average: +$2.0 k ± $")


def test_a_map_without_break_even_says_so():
    found = frontier(POINTS, deltas(np.full(200, -3000.0) + 100 * POINTS["w.x"].to_numpy()), "w.x", "w.y", UNIT)
    said = "The strategy on average loses all over the map: there is no break-even"
    assert title(sweep_charts.frontier(found)) == said


def test_a_world_off_the_map_is_said_and_not_drawn():
    found = frontier(POINTS, deltas(4000 * (POINTS["w.y"] - 0.25).to_numpy()), "w.x", "w.y", UNIT)
    chart = sweep_charts.frontier(found, here=sweep_charts.Here(1.4, 0.75, "our shop"))
    assert "Our shop lies outside of the map." in note(chart)
    assert not [row for row in rows(chart) if "text" in row]


def test_sharpened_points_are_dots_and_the_note_says_what_they_did():
    scatter = np.random.default_rng(2).normal(0, 800, len(POINTS))
    means = 4000 * (POINTS["w.y"] - 0.25).to_numpy() + scatter
    before = frontier(POINTS[:40], deltas(means[:40]), "w.x", "w.y", UNIT)
    after = frontier(POINTS, deltas(means), "w.x", "w.y", UNIT)
    places = POINTS[40:].to_numpy()
    chart = sweep_charts.frontier(after, sharpened=sweep_charts.Sharpened(places, before))
    grey = [percent(float(each.band.mean())) for each in (before, after)]
    assert f"Dots: 160 of the worlds, put where the sign was in doubt; without them {grey[0]} %" in note(chart)
    assert f"with them {grey[1]} %" in note(chart) and before.band.mean() > after.band.mean()
    dots = [row for row in rows(chart) if set(row) == {"x", "y"}]
    assert np.allclose([[row["x"], row["y"]] for row in dots], places)
    assert "somewhat too narrow" in note(sweep_charts.frontier(before))


def test_regret_ranks_by_its_mean_in_the_colours_of_the_strategies():
    npv = pd.DataFrame({"cost_center": [0.0, 5e3, 0.0, 0.0], "profit_center": [1e4, 0.0, 8e3, 9e3]})
    chart = sweep_charts.regret(npv, {"profit_center": "Profit center"})
    assert title(chart) == "Profit center is regretted least: $1.2 k on average, $5.0 k at worst"
    by_name = {row["name"]: row for row in rows(chart)}
    assert by_name["cost_center"]["mean"] == 27e3 / 4 and by_name["cost_center"]["maximum"] == 1e4
    assert by_name["Profit center"]["text"].startswith("best in 75 % (")
    scale = {"domain": ["Profit center", "cost_center"], "range": [theme.VERMILION, theme.BLUE]}
    assert json.dumps(scale)[1:-1] in json.dumps(chart.to_dict())


def bridged(**parts: float) -> pd.DataFrame:
    means = {part: parts.get(part.replace(" ", "_"), 0.0) for part in PARTS}
    means |= {TOTAL: sum(means.values())}
    table = pd.DataFrame({"part": list(means), "mean": list(means.values())})
    return table.assign(low=table["mean"] - 10, high=table["mean"] + 10)


def test_what_decides_where_it_wins_and_where_it_loses_stands_in_the_title():
    there = {1: bridged(retention=9e3, cost_to_serve=-2e3), -1: bridged(retention=1e3, cost_to_serve=-5e3)}
    titles = {"lean": "Lean", "rich": "Rich"}
    chart = sweep_charts.causes(there, {1: 7, -1: 40}, titles, ("lean", "rich"), 20)
    said = "Rich: where it wins, retention brings most (+$9.0 k); where it loses, cost to serve takes most (−$5.0 k)"
    assert title(chart) == said
    assert "of 7 where it surely wins and of 40 where it surely loses" in note(chart)
    assert "20 paired worlds; whisker: 95 % interval" in note(chart)
    drawn = [row for row in rows(chart) if row["kind"] == "where it loses"]
    assert [row["value"] for row in drawn] == there[-1]["mean"].to_list()
    colours = theme.colours(["lean", "rich"])
    scale = {"domain": ["where it wins", "where it loses"], "range": [colours["rich"], colours["lean"]]}
    assert json.dumps(scale)[1:-1] in json.dumps(chart.to_dict())


def test_without_a_world_where_it_wins_only_the_other_is_drawn():
    chart = sweep_charts.causes({-1: bridged(remedies_and_fees=-5e3)}, {-1: 3}, {"a": "A", "b": "B"}, ("a", "b"), 4)
    assert title(chart) == "B: where it loses, remedies and fees takes most (−$5.0 k)"
    assert {row["kind"] for row in rows(chart)} == {"where it loses"}


def test_worlds_are_counted_and_the_box_is_drawn():
    box = (POINTS["w.x"] < 0.4) & (POINTS["w.y"] > 0.5)
    table = deltas(np.where(box, -1000.0, 1000.0))
    found = discover(POINTS, table)
    chart = sweep_charts.worlds(POINTS, table, "w.x", "w.y", found)
    assert title(chart) == "The strategy wins in 80 % (74 to 85 %) and loses in 20 % (15 to 26 %) of 200 worlds"
    assert "Dashed: where x below 0." in note(chart) and "held out" in note(chart)
    kinds = pd.Series([row["kind"] for row in rows(chart) if "kind" in row]).value_counts()
    assert kinds["loses"] == box.sum() and kinds.sum() == 200
    (frame,) = [row for row in rows(chart) if "x2" in row]
    assert frame["x2"] == pytest.approx(0.4, abs=0.05) and frame["y"] == pytest.approx(0.5, abs=0.05)
    assert frame["x"] < 0.01 and frame["y2"] > 0.99
    assert theme.png(chart)[:4] == b"\x89PNG"
    assert "No box" in note(sweep_charts.worlds(POINTS, deltas(np.full(200, 1000.0)), "w.x", "w.y",
                                                discover(POINTS, deltas(np.full(200, 1000.0)))))  # fmt: skip
