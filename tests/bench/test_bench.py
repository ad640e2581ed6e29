"""The benchmark measures what it says and writes all of it or nothing."""

import json
import math
from time import sleep

import once
import pytest
import run
import shown
import sweeps
from peers import mesa_model
from stopwatch import OUTSIDE, PARTS, Stopwatch

from sim.model.desk import Desk
from sim.model.simulation import Simulation, simulate
from sim.report.readme import ROOT, part, with_part


@pytest.fixture(scope="module")
def figures():
    """Of tiny worlds, as `run.measure` puts them together."""
    few = dict.fromkeys(run.MODELS, 1)
    without_slow_ones = {run.ENGINE: 1, run.LOOP: 1}
    return {
        "machine": run.machine(),
        "sizes": [once.measure(world, people, 12, 1) for world in once.WORLDS for people in (200, 400)],
        "exponent": {"default": {10_000: 0.951, 100_000: 1.049}, "light": {10_000: None}},
        "beside": [run.side_by_side(200, 12, few), run.side_by_side(2_000, 12, without_slow_ones)],
        "three_years": {"warm": 0.5},
        "sweep": {
            "cost": sweeps.measured("cost", 8, 200, 20),
            "beside": {
                "people": 100,
                "weeks": 5,
                **{name: sweeps.measured(name, 4, 100, 5) for name in ("engine", "mesa")},
            },
        },
        "starts": dict.fromkeys(run.STARTS, 0.25),
        "duration": 1.0,
    }


def test_every_moment_counts_once_for_the_innermost_part():
    scenario = once.scenarios("default", 300, 20)[1]
    with Stopwatch() as watch:
        simulate(scenario)
        sleep(0.05)
    assert set(watch.seconds) == {*PARTS, OUTSIDE} and min(watch.seconds.values()) > 0
    assert watch.seconds[OUTSIDE] >= 0.05
    assert 20 <= watch.events < 30


def test_the_model_is_left_as_it_was():
    before = dict(vars(Desk)), dict(vars(Simulation))
    with pytest.raises(ZeroDivisionError), Stopwatch():
        raise ZeroDivisionError
    assert before == (dict(vars(Desk)), dict(vars(Simulation)))


def test_timing_does_not_change_a_run():
    scenario = once.scenarios("default", 300, 20)[1]
    with Stopwatch():
        timed = simulate(scenario)
    assert (timed.ledger == simulate(scenario).ledger).all()


def test_figures_of_a_size_fit_together(figures):
    for one in figures["sizes"]:
        assert math.isclose(sum(one["share"].values()), 1)
        assert one["strategies"] == {"default": 2, "light": 1}[one["world"]]
        assert math.isclose(one["people_weeks_a_second"] * one["seconds"], one["people"] * 12 * one["strategies"])
        assert 50 < one["peak_megabytes"] < 20_000


def test_figures_of_a_sweep_fit_together(figures):
    cost, beside = figures["sweep"]["cost"], figures["sweep"]["beside"]
    assert cost["runs"] == 8 * 2 * 2
    assert 0 < cost["overhead_cpu"] < cost["overhead_cpu_with_rows"] < 1 and 0 < cost["overhead_wall"] < 1
    assert math.isclose(cost["runs_a_second"] * cost["wall_seconds"], cost["runs"])
    assert 50 < cost["megabytes_early"] <= cost["megabytes_late"] * 1.1
    assert beside["engine"]["runs"] == beside["mesa"]["runs"] == 4
    assert beside["engine"]["cpu_seconds"] > 0.1 and beside["mesa"]["cpu_seconds"] > 0.1  # of its processes, too


def test_mesas_batch_runs_the_weeks_that_were_asked_for():
    from mesa.batchrunner import batch_run
    from peers.mesa_batch import BatchWorld

    (row,) = batch_run(BatchWorld, {"people": 100, "agents": 1, "seed": [3]}, max_steps=4, display_progress=False)
    one = mesa_model.run(100, 5, 1, 3)
    assert (row["purchases"], row["cases"], row["customers"]) == (one.purchases, one.cases, one.customers)


def test_exponent_of_a_power():
    sizes = [{"world": "light", "people": people, "seconds": 3 * people**1.3} for people in (10, 100, 1000)]
    sizes.append({"world": "default", "people": 10, "seconds": 1.0})
    assert math.isclose(run.exponent(sizes, "light", 10), 1.3)
    assert run.exponent(sizes, "light", 1000) is None and run.exponent(sizes, "default", 10) is None


@pytest.mark.parametrize(
    ("number", "words"),
    [(0.00528, "0.0053"), (1.0, "1"), (9.96, "10"), (123.0, "120"), (994_000, "990,000"), (15_123_000, "15 million")],
)
def test_two_digits_count(number, words):
    assert shown.large(number) == words


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(4.04, "4 times as fast as"), (1.04, "about as fast as"), (0.25, "4 times slower than")],
)
def test_ratios_in_words(ratio, words):
    assert shown.compared(ratio) == words


def test_the_section_of_the_readme_is_made_of_the_figures(figures):
    text = shown.section(figures)
    assert figures["machine"]["commit"] in text
    assert "people^0.95 from 10,000 on, people^1.05 from 100,000 on" in text
    rows = shown.beside_table(figures)[2]
    assert [row[0] for row in rows] == list(run.MODELS)
    assert rows[2][2] == "–", "Mesa was not asked at the larger size"
    assert all(cell in text for row in rows for cell in row)
    assert shown.sweep_sentence(figures["sweep"]) in text
    figures["beside"][0]["people_weeks_a_second"][run.MESA] *= 3
    assert shown.section(figures) != text


def test_the_readme_has_the_section():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert part(text, "speed").startswith("Measured on ")
    assert part(with_part(text, "speed", "new\n"), "speed") == "new\n"


def test_figures_are_json_and_written_whole(figures, tmp_path):
    path = tmp_path / "deep" / "bench.json"
    run.write(path, "old")
    run.write(path, json.dumps(figures, allow_nan=False))
    assert json.loads(path.read_text())["exponent"]["light"] == {"10000": None}
    assert [file.name for file in path.parent.iterdir()] == ["bench.json"]
