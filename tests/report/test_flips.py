"""The notebook of a sweep, and the command that runs it: from a file to a verdict, stopped and gone on with."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from sim.experiment.sweep.read import read_plan
from sim.parameters import ParameterError
from sim.report import flips

ROOT = Path(__file__).resolve().parents[2]
SMALL = {
    "title": "Small", "design": "plausible", "points": 24, "replications": 2,
    "changes": {"world.market.people": 200, "run.weeks": 30},
    "vary": {
        "world.needs.gross_margin": {"low": 0.05, "high": 0.6, "why": "all kinds of trade"},
        "world.needs.mean": {"low": 0.03, "high": 0.5, "scale": "log"},
        "world.rival.number": {"values": [1, 3]},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sweep") / "small.yaml"
    path.write_text(yaml.safe_dump(SMALL), encoding="utf-8")
    return path


def whatif(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "from sim.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)


@pytest.fixture(scope="module")
def finished(small: Path) -> tuple[Path, subprocess.CompletedProcess]:
    out = small.parent / "out"
    return out, whatif("sweep", str(small), "--out", str(out), "--workers", "2")


def test_the_command_ends_with_the_verdict_and_leaves_all_behind_it(finished):
    out, done = finished
    assert done.returncode == 0, done.stderr
    verdict = (out / "verdict.txt").read_text(encoding="utf-8").strip()
    assert done.stdout.startswith(verdict)
    assert "of 24 plausible worlds" in verdict
    assert "sweeping" in done.stderr and "96/96" in done.stderr
    for name in ("worlds", "frontier", "regret"):
        assert (out / "charts" / f"{name}.png").stat().st_size > 5_000
    for name in ("points", "runs", "deltas"):
        assert (out / f"{name}.parquet").is_file() and (out / f"{name}.csv").is_file()
    html = (out / "10_where_it_flips.html").read_text(encoding="utf-8")
    assert "Where does the answer flip" in html
    assert 'src="http' not in html


def test_the_same_command_again_runs_nothing(finished, small: Path):
    out, first = finished
    again = whatif("sweep", str(small), "--out", str(out))
    assert again.stdout == first.stdout
    assert not re.search("sweeping|itself", again.stderr)


def test_sharpening_moves_the_line_and_nothing_else(finished, small: Path):
    out, first = finished
    before = {name: (out / name).read_bytes() for name in ("verdict.txt", "points.csv", "runs.csv", "deltas.csv")}
    done = whatif("sweep", str(small), "--out", str(out), "--sharpen", "8", "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert "sharpening" in done.stderr and "32/32" in done.stderr and done.stdout == first.stdout
    assert {name: (out / name).read_bytes() for name in before} == before
    assert pd.read_csv(out / "sharpened_points.csv")["point"].tolist() == list(range(24, 32))
    assert len(pd.read_csv(out / "sharpened_deltas.csv")) == 8 * 2
    svg = (out / "charts" / "frontier.svg").read_text(encoding="utf-8")
    assert "Dots: 8 of the worlds" in re.sub(r"<[^>]*>|\s+", " ", svg).replace("  ", " ")
    again = whatif("sweep", str(small), "--out", str(out))
    assert not re.search("sweeping|sharpening|itself", again.stderr) and not list(out.glob("sharpened_*"))


def test_the_bridge_of_the_middle_worlds_is_the_one_that_the_sweep_found_there(finished, small: Path):
    out, _ = finished
    asked = flips.read_parameters({"sweep": str(small), "out": str(out), "workers": 1})
    found = flips.sweep(asked)
    there = flips.middle_worlds(found, 1)
    assert there
    for point, comparison in there.values():
        first = comparison.by_run("npv").head(2)
        deltas = found.of_last.loc[found.of_last["point"] == point, "delta"]
        assert (first["profit_center"] - first["cost_center"]).to_list() == pytest.approx(deltas.to_list(), abs=1e-6)
    table = flips.where_they_are(found, asked)
    assert table["parameter"].to_list() == list(found.points) and table.shape[1] == 2 + len(there)
    assert (out / "charts" / "causes.png").stat().st_size > 5_000


def test_other_axes_can_be_looked_at(finished, small: Path):
    out, _ = finished
    asked = flips.read_parameters({"sweep": str(small), "out": str(out), "x": "world.needs.mean"})
    assert (asked.x, asked.y) == ("world.needs.mean", "world.needs.gross_margin")
    with pytest.raises(ParameterError, match="allowed: another one than x"):
        flips.read_parameters({"sweep": str(small), "x": "world.needs.mean", "y": "world.needs.mean"})


@pytest.mark.parametrize(
    ("said", "flat"),
    [
        ({"design": "list", "list": [{"world.needs.gross_margin": one} for one in (0.1, 0.3, 0.5)]}, True),
        ({"design": "grid", "vary": {"world.needs.gross_margin": {"values": [0.1, 0.3, 0.4, 0.6]},
                                     "world.rival.number": {"values": [1, 2, 3]}}}, False),
    ],
)  # fmt: skip
def test_a_list_or_a_grid_has_a_verdict_and_the_maps_that_can_be_drawn(tmp_path: Path, said: dict, flat: bool):
    path = tmp_path / "mine.yaml"
    changes = {"world.market.people": 100, "run.weeks": 20, "run.replications": 2}
    path.write_text(yaml.safe_dump(said | {"replications": 2, "changes": changes}), encoding="utf-8")
    asked = flips.read_parameters({"sweep": str(path), "out": str(tmp_path / "out"), "workers": 1})
    found = flips.sweep(asked)
    maps = [flips.worlds(found, asked), flips.frontier(found, asked)]
    assert [isinstance(one, str) for one in maps] == [flat] * 2
    written = flips.save(found, asked)
    assert "verdict.txt" in written and "charts/regret.png" in written
    assert ("charts/frontier.png" in written) is not flat


def test_parts_are_merged_to_the_same_verdict(finished, small: Path):
    out, _ = finished
    for part in (1, 2):
        done = whatif("sweep", str(small), "--part", f"{part}/2", "--out", str(small.parent / f"part{part}"))
        assert done.returncode == 0 and f"Part {part}/2 is done" in done.stdout
    both = small.parent / "both"
    merged = whatif("merge", *(str(small.parent / f"part{part}") for part in (1, 2)), "--into", str(both))
    assert "96 runs are new" in merged.stdout
    done = whatif("sweep", str(small), "--out", str(both))
    assert "sweeping" not in done.stderr and "this world itself" in done.stderr
    for name in ("points", "runs", "deltas"):
        assert (both / f"{name}.csv").read_bytes() == (out / f"{name}.csv").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["sweep", "where_it_flip"], ["where_it_flip", "Did you mean 'where_it_flips'"]),
        (["sweep", "--points", "0"], ["--points", "got 0"]),
        (["sweep", "--part", "3/2"], ["--part", "K/N"]),
        (["sweep", "--scheduler", "nowhere:1"], ["nothing answers at", "nowhere:1"]),
        (["sweep", "--sharpen", "600"], ["--sharpen", "got 600", "at most 512"]),
        (["sweep", "--sharpen", "4", "--part", "1/2"], ["--sharpen", "without --part"]),
        (["sweep", "--x", "world.needs.meen"], ["--x", "got 'world.needs.meen'", "Did you mean 'world.needs.mean'"]),
        (["sweep", "five_worlds"], ["five_worlds", "grid of notebooks", "whatif batch"]),
        (["merge", "tests", "--into", "OUT"], ["'tests' holds no runs"]),
    ],
)
def test_bad_input_is_one_clear_error(tmp_path: Path, arguments: list[str], texts: list[str]):
    out = str(tmp_path / "out")
    asked = [out if one == "OUT" else one for one in arguments]
    done = whatif(*asked, *(["--out", out] if asked[0] == "sweep" else []))
    assert done.returncode == 2, done.stderr
    for text in texts:
        assert text in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"x": "world.needs.means"}, ["x: got 'world.needs.means'", "Did you mean 'world.needs.mean'"]),
        ({"y": "world.rival.number"}, ["y: got", "varies over numbers"]),
        ({"sharpen": -1}, ["sharpen: got -1", "at least 0"]),
        ({"points": 0}, ["points: got 0"]),
        ({"workers": True}, ["workers: got true"]),
    ],
)
def test_notebook_parameters_are_checked(small: Path, names: dict, words: list[str]):
    with pytest.raises(ParameterError) as error:
        flips.read_parameters({"sweep": str(small), **names})
    for word in words:
        assert word in str(error.value)


def test_the_table_of_ranges_says_where_the_shipped_world_stands(finished, small: Path):
    out, _ = finished
    asked = flips.read_parameters({"sweep": str(small), "out": str(out)})
    found = flips.sweep(asked)
    table = flips.ranges(found).set_index("parameter")
    assert table.loc["world.needs.gross_margin", "here"] == 0.4
    assert table.loc["world.needs.gross_margin", "why"] == "all kinds of trade"
    assert 0.05 <= table.loc["world.needs.gross_margin", "from"] < table.loc["world.needs.gross_margin", "to"] <= 0.6
    assert table.loc["world.problems.grievance", "why"].startswith("calibrated")
    spec = json.dumps(flips.frontier(found, asked).to_dict())
    assert '"gross margin, share' in spec
    assert "you are here" in spec


@pytest.mark.parametrize(("design", "points"), [("morris", 4), ("sobol_indices", 4)])
def test_what_matters_shows_every_parameter(tmp_path: Path, design: str, points: int):
    """The picture of a screening names every parameter that was screened."""
    said = SMALL | {"design": design, "points": points, "replications": 1}
    said |= {"vary": {key: SMALL["vary"][key] for key in ("world.needs.gross_margin", "world.needs.mean")}}
    said["vary"] |= {"world.rival.number": {"values": [1, 2]}}
    path = tmp_path / "matters.yaml"
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    asked = flips.read_parameters({"sweep": str(path), "out": str(tmp_path / "out"), "workers": 1})
    found = flips.sweep(asked)
    spec = json.dumps(flips.what_matters(found).to_dict())
    assert "gross margin" in spec and "rival number" in spec


def test_other_designs_say_that_they_cannot_tell(finished, small: Path):
    out, _ = finished
    found = flips.sweep(flips.read_parameters({"sweep": str(small), "out": str(out)}))
    assert "what_matters" in flips.what_matters(found)
    assert read_plan("what_matters").design == "morris"
