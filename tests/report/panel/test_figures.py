"""The numbers on the screen: exact ones are those of the comparison; a preview goes where the small world goes."""

import math
from functools import cache

import numpy as np
import pytest

from sim.experiment.compare import Comparison, compare
from sim.experiment.replicate import run_one
from sim.report.panel import figures, pictures, screen, words
from sim.report.panel.choices import Choices
from sim.report.panel.figures import Figures

SMALL_RUN = Choices(people=400, weeks=30, replications=3)


@cache
def comparison() -> Comparison:
    return compare(SMALL_RUN.scenarios(), workers=1, progress=False, survey=False)


def small_world(choices: Choices, people: int = figures.SMALL) -> Figures:
    scenarios = choices.scenarios()
    runs = [run_one(figures.shrunk(scenario, people), 0, False) for scenario in scenarios]
    return figures.of_small_world(scenarios, runs)


def test_exact_figures_are_those_of_the_comparison() -> None:
    exact, said = figures.of_comparison(comparison()), comparison().difference()
    assert float(exact.difference.mean) == said.mean
    assert float(exact.difference.half) == said.half_width
    assert exact.payback_week == said.payback_week
    assert exact.sign == said.sign
    assert exact.cash.mean[-1] == pytest.approx(said.mean)
    lens = comparison().lenses().set_index(["metric", "strategy"])
    for side, name in enumerate(comparison().strategies):
        assert float(exact.lenses[side]["settled"].mean) == pytest.approx(lens.loc[("settled", name), "mean"])


def test_a_preview_of_what_has_not_changed_is_the_exact_mean_with_a_wider_interval() -> None:
    exact, small = figures.of_comparison(comparison()), small_world(SMALL_RUN)
    preview = figures.carried(exact, small, small)
    assert not preview.exact
    assert np.allclose(preview.cash.mean, exact.cash.mean)
    assert float(preview.difference.mean) == float(exact.difference.mean)
    # 400 people are fewer than the small world has: one world of the same size instead of three
    assert float(preview.difference.half) == pytest.approx(math.sqrt(3) * float(exact.difference.half))


def test_a_preview_moves_as_far_as_the_small_world_does() -> None:
    exact, before = figures.of_comparison(comparison()), small_world(SMALL_RUN)
    after = small_world(SMALL_RUN.changed("world.needs.gross_margin", 0.8))
    preview = figures.carried(exact, before, after)
    moved = float(after.difference.mean) - float(before.difference.mean)
    assert moved != 0
    assert float(preview.difference.mean) == pytest.approx(float(exact.difference.mean) + moved)


def test_a_small_world_of_ten_times_fewer_people_counts_ten_times_and_scatters_by_the_root_of_ten() -> None:
    large = Choices(people=10 * figures.SMALL, weeks=2, replications=2)
    assert figures.shrunk(large.scenarios()[0]).world.market.people == figures.SMALL
    run = [run_one(figures.shrunk(scenario), 0, False) for scenario in large.scenarios()]
    small = figures.of_small_world(large.scenarios(), run)
    assert small.customers[0].mean[0] == 10 * run[0].weeks["customers"][0]
    assert float(small.lenses[0]["retention"].mean) == pytest.approx(run[0].row["retention"], nan_ok=True)
    band = figures.Band(np.float64(1.0), np.float64(1.0))
    exact = Figures(
        large.scenarios(), True, 2, (small.customers[0],) * 2, band, small.cash, band,
        tuple(dict.fromkeys(figures.LENSES, band) for _ in range(2)),
    )  # fmt: skip
    assert float(figures.carried(exact, small, small).difference.half) == pytest.approx(math.sqrt(2 * 10))


def test_fixed_agents_shrink_with_the_market() -> None:
    fixed = Choices(
        people=10 * figures.SMALL, changes={"strategy.staffing.agents": 10.0, "strategy.staffing.cap": 20.0}
    )
    staffing = figures.shrunk(fixed.scenarios()[0]).strategy.staffing
    assert (staffing.agents, staffing.cap) == (1.0, 2.0)


def test_another_horizon_or_market_cannot_be_carried_on() -> None:
    one = small_world(SMALL_RUN)
    assert not figures.alike(one, small_world(Choices(people=400, weeks=20)))
    assert not figures.alike(one, small_world(Choices(people=300, weeks=30)))
    assert figures.alike(one, small_world(SMALL_RUN.changed("world.needs.basket", 9.0)))


def test_the_screen_says_which_answer_it_shows_and_how_sure_it_is() -> None:
    exact = figures.of_comparison(comparison())
    _, said = screen.of(exact, None)
    assert said["badge"] == "Exact: 3 paired worlds of 400 people"
    assert "95 % interval" in said["verdict"]
    preview = small_world(SMALL_RUN)
    assert "no interval" in words.badge(preview)
    assert "no interval" in words.verdict(preview)
    carried = figures.carried(exact, preview, preview)
    assert words.badge(carried).startswith("Preview")
    assert "its interval" in words.badge(carried)


def test_an_interval_that_holds_zero_is_called_undecided() -> None:
    exact = figures.of_comparison(comparison())
    band = figures.Band(np.float64(5.0), np.float64(6.0))
    from dataclasses import replace

    assert words.verdict(replace(exact, difference=band)).startswith("Undecided")
    assert not words.verdict(replace(exact, difference=figures.Band(band.mean, np.float64(4.0)))).startswith("Undec")


def test_views_ask_for_data_that_rows_give_and_rows_are_few() -> None:
    data, _ = screen.of(figures.of_comparison(comparison()), figures.of_comparison(comparison()))
    asked = {
        layer["data"]["name"]
        for spec in pictures.specs().values()
        for layer in spec["layer"]
        if "name" in layer["data"]
    }
    assert asked - {"tornado", "tornado_ends", "now"} == set(data)
    assert sum(map(len, data.values())) < 600
    assert data["customers_pinned"] == data["customers"]


def test_every_view_draws(tmp_path_factory: pytest.TempPathFactory) -> None:
    import json

    import vl_convert

    data, _ = screen.of(figures.of_comparison(comparison()), None)
    for spec in pictures.specs().values():
        whole = spec | {"width": 400, "datasets": data | {"tornado": [], "tornado_ends": [], "now": []}}
        assert vl_convert.vegalite_to_svg(json.dumps(whole)).startswith("<svg")
