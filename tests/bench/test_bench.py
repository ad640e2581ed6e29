"""The benchmark measures what it says and writes all of it or nothing."""

import json
import math
from time import sleep

import once
import pytest
import run
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
    assert run._large(number) == words


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(4.04, "4 times as fast as"), (1.04, "about as fast as"), (0.25, "4 times slower than")],
)
def test_ratios_in_words(ratio, words):
    assert run.compared(ratio) == words


def test_the_section_of_the_readme_is_made_of_the_figures(figures):
    text = run.section(figures)
    assert figures["machine"]["commit"] in text
    assert "people^0.95 from 10,000 on, people^1.05 from 100,000 on" in text
    shown = run.beside_table(figures)[2]
    assert [row[0] for row in shown] == list(run.MODELS)
    assert shown[2][2] == "–", "Mesa was not asked at the larger size"
    assert all(cell in text for row in shown for cell in row)
    figures["beside"][0]["people_weeks_a_second"][run.MESA] *= 3
    assert run.section(figures) != text


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
