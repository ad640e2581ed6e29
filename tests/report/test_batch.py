"""A notebook at every point of a grid: what is refused, what runs, what a failure costs, what a second command runs."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from sim.parameters import ParameterError
from sim.parameters.grid import MOST, load_grid
from sim.report import batch as batches
from sim.report.publish import find_notebook

ROOT = Path(__file__).resolve().parents[2]
TINY = "parameters: {people: 60, weeks: 30, replications: 2, ablations: 0}\n"
COMPARE = find_notebook("01_compare")
SMALL = """
from pathlib import Path
import os
import time
(Path(room) / f"started {number}").touch()
while together and len(list(Path(room).glob("started *"))) < together:
    time.sleep(0.05)
aside = Path(out).parent / f".{Path(out).name}.partial-{os.getpid()}"  # as if killed in the middle of saving
aside.mkdir()
(Path(room) / f"saving {number}").touch()
while number in slow and not (Path(room) / "go").exists():
    time.sleep(0.05)
aside.rmdir()
if number in bad and not (Path(room) / "mended").exists():
    raise ValueError(f"no luck with {number} <b>")
Path(out, "verdict.txt").write_text(f"*Number* {number} <i>won</i>.\\nMore.\\n")
"""


@pytest.fixture
def small(tmp_path):
    """A notebook without a simulation: it may wait, or fail until it is mended."""
    names = f"room = {str(tmp_path)!r}\ntogether = 0\nslow = []\nbad = []\nnumber = 1\nworkers = None\nout = ''"
    cells = [nbformat.v4.new_code_cell(source) for source in (f"# Parameters\n{names}", SMALL)]
    cells[0].metadata.tags = ["parameters"]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), tmp_path / "small.ipynb")
    return tmp_path / "small.ipynb"


def grid_file(folder, text):
    path = folder / "mine.yaml"
    path.write_text(text)
    return path


def prepared(notebook, folder, text):
    return batches.prepare(notebook, load_grid(str(grid_file(folder, text))), folder / "out")


def states(batch):
    return [point.state for point in batch.points]


def command(*arguments):
    return [sys.executable, "-c", "from sim.cli import main; main()", "batch", *map(str, arguments)]


def whatif_batch(*arguments):
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=550)


def nothing_hidden(folder):
    return not [path for path in folder.rglob(".*") if "partial" in path.name]


# Refused before a kernel starts

REFUSED = {
    "no grid": ("parameters: {weeks: 30}", ["grid: is missing", "seed: [1, 2]"]),
    "empty grid": ("grid: {}", ["grid: got keys and values"]),
    "grid is a list": ("grid: [1, 2]", ["grid: got a list (1, 2)"]),
    "no list of values": ("grid: {seed: 1}", ["grid, seed: got 1", "list of values"]),
    "no values": ("grid: {seed: []}", ["grid, seed: got an empty list"]),
    "unknown key": ("gird: {seed: [1]}\ngrid: {seed: [1]}", ["unknown key 'gird'", "Did you mean 'grid'"]),
    "title is a number": ("title: 3\ngrid: {seed: [1]}", ["title: got 3; allowed: text"]),
    "parameters is a list": ("grid: {seed: [1]}\nparameters: [1]", ["parameters: got a list (1)"]),
    "said in both": ("grid: {seed: [1]}\nparameters: {seed: 2}", ["grid, seed", "under parameters too (there 2)"]),
    "a value twice": ("grid: {seed: [1, 2, 1]}", ["grid, seed: 1 is there twice"]),
    "too many points": (f"grid: {{seed: {list(range(MOST))}, weeks: [30, 40]}}", ["2,000 points", "at most 1,000"]),
    "unknown name": ("grid: {sead: [1, 2]}", ["grid: 'sead': no such parameter of 01_compare", "got 1", "'seed'"]),
    "unknown constant": ("grid: {seed: [1]}\nparameters: {wekes: 30}", ["parameters: 'wekes'", "'weeks'"]),
    "its own folder": ("grid: {seed: [1]}\nparameters: {out: x}", ["'out' cannot be said", "--out"]),
    "a constant of a wrong type": ("grid: {seed: [1, 2]}\nparameters: {weeks: abc}", ["weeks: got 'abc'", "whole"]),
    "an unknown world everywhere": (
        "grid: {seed: [1, 2]}\nparameters: {world: wireless_carier}",
        ["unknown world 'wireless_carier'", "'wireless_carrier'"],
    ),
    "not YAML": ("grid: {seed: [1\n", ["line", "not valid YAML"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_one_clear_error_that_names_the_file(case, tmp_path):
    text, told = REFUSED[case]
    with pytest.raises(ParameterError) as error:
        prepared(COMPARE, tmp_path, text)
    for part in ("mine.yaml", *told):
        assert part in str(error.value)


def test_the_command_refuses_with_status_2_and_writes_nothing(tmp_path):
    done = whatif_batch(COMPARE, grid_file(tmp_path, "grid: {sead: [1]}"), "--out", tmp_path / "out")
    assert done.returncode == 2 and "'sead'" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
    missing = whatif_batch(COMPARE, tmp_path / "mien.yaml")
    assert missing.returncode == 2 and "no such file" in missing.stderr and "mine.yaml" in missing.stderr


def test_another_notebook_is_checked_by_the_names_of_its_own_cell(small, tmp_path):
    assert states(prepared(small, tmp_path, "grid: {number: [1, 2]}")) == ["not yet run"] * 2
    with pytest.raises(ParameterError, match=r"'nunber': no such parameter of small.ipynb.*Did you mean 'number'"):
        prepared(small, tmp_path, "grid: {nunber: [1]}")


def test_a_file_that_is_no_notebook_is_refused(tmp_path):
    (tmp_path / "no.ipynb").write_text("grid")
    with pytest.raises(ParameterError, match=r"no.ipynb.*cannot be read"):
        prepared(tmp_path / "no.ipynb", tmp_path, "grid: {seed: [1]}")


def test_the_shipped_grid_is_ten_points_that_can_run(tmp_path):
    batch = batches.prepare(COMPARE, load_grid("five_worlds"), tmp_path / "out")
    assert states(batch) == ["not yet run"] * 10
    assert batch.points[1].label == "world=online_retail, seed=2"
    assert batch.points[9].folder.name == "world=it_hardware,seed=2"


def test_a_value_that_is_not_allowed_costs_only_its_points(tmp_path):
    batch = prepared(COMPARE, tmp_path, "grid: {world: [online_retail, no_such_world], seed: [1, 2]}")
    assert states(batch) == ["not yet run"] * 2 + ["not allowed"] * 2
    assert "unknown world 'no_such_world'" in batch.points[2].error


def test_a_notebook_whose_own_default_is_computed_is_checked_without_it(tmp_path):
    document = nbformat.read(COMPARE, 4)
    cell = next(cell for cell in document.cells if "parameters" in cell.metadata.get("tags", []))
    cell.source = cell.source.replace("weeks = 260", "weeks = 5 * 52")
    nbformat.write(document, tmp_path / "computed.ipynb")
    assert states(prepared(tmp_path / "computed.ipynb", tmp_path, "grid: {seed: [1]}")) == ["not yet run"]


def test_folders_are_safe_and_differ(small, tmp_path):
    values = r"[1, '1', 1.0, true, 'true', null, a, A, a b, ../../x, 'a,b=c', {x: [1]}, 'C:\x', '']"
    batch = prepared(small, tmp_path, f"grid: {{number: {values}}}\n")
    names = [point.folder.name for point in batch.points]
    assert len({name.lower() for name in names}) == 14
    assert names[0] == "number=1" and names[6] == "number=a"
    for name in names:
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_.=,-") and name[0] not in "._"
    long = prepared(small, tmp_path, f"grid: {{number: [{'a' * 300}, {'a' * 299}b]}}").points
    assert long[0].folder != long[1].folder and len(long[0].folder.name) < 120


# What makes a point


def finished(batch):
    """As if the points had run."""
    for point in batch.points:
        point.folder.mkdir(parents=True)
        for ending in (".ipynb", ".html"):
            (point.folder / f"{batch.notebook.stem}{ending}").touch()
        (point.folder / "point.json").write_text(json.dumps({"identity": point.identity}))


def test_done_is_what_has_the_same_parameters_notebook_and_model(small, tmp_path, monkeypatch):
    text = "grid: {number: [1, 2]}\nparameters: {slow: [7]}\n"
    finished(prepared(small, tmp_path, text))
    assert states(prepared(small, tmp_path, text)) == ["done"] * 2
    assert states(prepared(small, tmp_path, text.replace("2]", "2, 3]"))) == ["done", "done", "not yet run"]
    assert states(prepared(small, tmp_path, text.replace("7", "8"))) == ["not yet run"] * 2
    assert states(prepared(small, tmp_path, f"title: Other\n{text}".replace("slow", "workers: 1, slow"))) == [
        "done", "done",
    ]  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(batches, "VERSION", "another")
        assert states(prepared(small, tmp_path, text)) == ["not yet run"] * 2
    document = nbformat.read(small, 4)
    document.cells[1].outputs = [nbformat.v4.new_output("stream", text="seen")]
    nbformat.write(document, small)
    assert states(prepared(small, tmp_path, text)) == ["done"] * 2
    (tmp_path / "out" / "number=1" / "small.html").unlink()
    assert states(prepared(small, tmp_path, text)) == ["not yet run", "done"]
    document.cells[1].source += "\n1"
    nbformat.write(document, small)
    assert states(prepared(small, tmp_path, text)) == ["not yet run"] * 2


def test_a_parameter_file_that_changed_is_another_point(tmp_path):
    world = tmp_path / "world.yaml"
    world.write_text("extends: online_retail\n")
    text = f"grid: {{seed: [1]}}\nparameters: {{world: {world}}}\n"
    finished(prepared(COMPARE, tmp_path, text))
    assert states(prepared(COMPARE, tmp_path, text)) == ["done"]
    world.write_text("extends: online_retail\nneeds: {gross_margin: 0.31}\n")
    assert states(prepared(COMPARE, tmp_path, text)) == ["not yet run"]


# The page


def test_hostile_text_stays_text(small, tmp_path):
    evil = "<script>alert(1)</script>\"'&"
    said = json.dumps(evil)
    batch = prepared(
        small, tmp_path, f"title: {said}\nstory: {said}\ngrid: {{number: [{said}, 2]}}\nparameters: {{room: {said}}}\n"
    )
    batch.points[0].state, batch.points[0].verdict = "done", f"*{evil}* <img src=x onerror=alert(1)>"
    batch.points[1].state, batch.points[1].error = "failed", evil
    page = batches.page(batch)
    # the title twice, the story, what is the same, a value, a verdict and an error
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 7
    assert "<script" not in page and "<img" not in page
    assert "<em>&lt;script&gt;" in page
    assert "http://" not in page and "https://" not in page
    assert "default-src 'none'" in page


# Running


def test_kernels_run_at_once_and_share_the_cores(small, tmp_path, monkeypatch):
    monkeypatch.setattr(batches.os, "cpu_count", lambda: 6)
    batch = prepared(small, tmp_path, "grid: {number: [1, 2]}\nparameters: {together: 2}\n")
    batches.run(batch, kernels=2, progress=False)
    assert states(batch) == ["done"] * 2
    executed = nbformat.read(batch.points[0].folder / "small.ipynb", 4)
    given = next(cell.source for cell in executed.cells if "injected-parameters" in cell.metadata.get("tags", []))
    assert "workers = 3" in given and f'out = "{batch.points[0].folder}"' in given
    assert nothing_hidden(tmp_path)


def test_a_failed_point_costs_no_other_and_the_same_command_runs_only_it(small, tmp_path):
    grid, out = (
        grid_file(tmp_path, "title: Three\ngrid: {number: [1, 2, 3]}\nparameters: {bad: [2]}\n"),
        tmp_path / "out",
    )
    done = whatif_batch(small, grid, "--out", out, "--kernels", "2")
    assert done.returncode == 1, done.stderr
    assert "2 of 3 notebooks are done" in done.stdout and str(out / "index.html") in done.stdout
    told = done.stderr[done.stderr.index("1 of 3 points without a result:") :]
    assert "failed: number=2" in told and "bad=[2]" in told and "ValueError: no luck with 2" in told
    assert "Traceback" not in done.stderr and "3/3" in done.stderr
    page = (out / "index.html").read_text()
    assert "2 done, 1 failed" in page and "no luck with 2 &lt;b&gt;" in page
    assert "<em>Number</em> 3 &lt;i&gt;won&lt;/i&gt;." in page and 'href="./number%3D3/small.html"' in page
    assert {path.name for path in (out / "number=1").iterdir()} == {
        "small.ipynb", "small.html", "point.json", "verdict.txt",
    }  # fmt: skip
    assert not (out / "number=2" / "point.json").exists() and nothing_hidden(tmp_path)

    before = {path: path.stat().st_mtime_ns for path in (out / "number=1").iterdir()}
    (tmp_path / "mended").touch()
    (tmp_path / "started 1").unlink()
    again = whatif_batch(small, grid, "--out", out)
    assert again.returncode == 0, again.stderr
    assert "3 of 3 notebooks are done" in again.stdout and "3 done." in (out / "index.html").read_text()
    assert {path: path.stat().st_mtime_ns for path in (out / "number=1").iterdir()} == before
    assert not (tmp_path / "started 1").exists()


def test_a_point_about_to_run_no_longer_counts_as_what_it_was(small, tmp_path):
    batches.run(prepared(small, tmp_path, "grid: {number: [1]}\n"), progress=False)
    changed = "grid: {number: [1]}\nparameters: {bad: [1]}\n"
    batches.run(prepared(small, tmp_path, changed), progress=False)
    assert states(prepared(small, tmp_path, "grid: {number: [1]}\n")) == ["not yet run"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_batch_goes_on_where_it_was(small, tmp_path, how):
    grid, out = grid_file(tmp_path, "grid: {number: [1, 2, 3]}\nparameters: {slow: [2, 3]}\n"), tmp_path / "out"
    process = subprocess.Popen(
        command(small, grid, "--out", out, "--kernels", "2"),
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    wait_for(
        lambda: (
            (out / "number=1" / "point.json").exists()
            and all((tmp_path / f"saving {slow}").exists() for slow in (2, 3))
        )
    )
    wait_for(lambda: len(children(process.pid)) == 2)  # the one that is done may still be on its way out
    kernels = children(process.pid)
    if how is signal.SIGINT:
        os.killpg(process.pid, how)
    else:
        process.send_signal(how)
    _, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    if how is signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == 130
        assert "1 of 3 notebooks are done" in err and nothing_hidden(tmp_path)
        assert "1 done, 2 not yet run" in (out / "index.html").read_text()
    wait_for(lambda: not any(alive(kernel) for kernel in kernels))
    assert not (out / "number=2" / "small.ipynb").exists()
    before = (out / "number=1" / "point.json").stat().st_mtime_ns
    (tmp_path / "go").touch()
    again = whatif_batch(small, grid, "--out", out)
    assert again.returncode == 0 and "3 of 3" in again.stdout
    assert (out / "number=1" / "point.json").stat().st_mtime_ns == before
    assert nothing_hidden(tmp_path)


def wait_for(true, seconds=90):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def children(process):
    numbers = map(int, filter(str.isdigit, os.listdir("/proc")))
    return [number for number in numbers if stat(number)[1:2] == [str(process)] and alive(number)]


def alive(process):
    return stat(process)[:1] not in ([], ["Z"])


def stat(process):
    """State and parent of a process; nothing if there is none."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[:2]
    except OSError:
        return []


def test_the_comparison_at_two_points_one_not_allowed_then_mended(tmp_path):
    text, out = f"grid: {{world: [online_retail, auto_repiar]}}\n{TINY}", tmp_path / "out"
    done = whatif_batch("01_compare", grid_file(tmp_path, text), "--out", out)
    assert done.returncode == 1, done.stderr
    assert done.stderr.index("unknown world 'auto_repiar'") < done.stderr.index("running:")
    assert "Did you mean 'auto_repair'" in done.stderr and "Passed unknown" not in done.stderr
    first = out / "world=online_retail"
    assert {"01_compare.ipynb", "01_compare.html", "runs.parquet", "charts", "point.json"} <= set(os.listdir(first))
    verdict = (first / "verdict.txt").read_text().partition("\n")[0]
    assert verdict.rpartition("*")[2] in (out / "index.html").read_text()
    before = {path: path.stat().st_mtime_ns for path in first.rglob("*")}
    again = whatif_batch("01_compare", grid_file(tmp_path, text.replace("repiar", "repair")), "--out", out)
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in first.rglob("*")} == before
    assert "people" in (out / "world=auto_repair" / "point.json").read_text()


@pytest.mark.slow
def test_five_worlds_and_two_seeds_with_two_kernels_then_one_bad_point(tmp_path):
    worlds = "[online_retail, wireless_carrier, camera_store, auto_repair, it_hardware]"
    grid, out = grid_file(tmp_path, f"grid: {{world: {worlds}, seed: [1, 2]}}\n{TINY}"), tmp_path / "out"
    done = whatif_batch(COMPARE, grid, "--kernels", "2", "--out", out)
    assert done.returncode == 0, done.stderr
    assert len(list(out.glob("*/01_compare.ipynb"))) == len(list(out.glob("*/01_compare.html"))) == 10
    assert "Of 10 points: 10 done." in (out / "index.html").read_text()

    seeds = f"grid: {{seed: {[*range(1, 10), -10]}}}\n{TINY}"
    grid, out = grid_file(tmp_path, seeds), tmp_path / "seeds"
    done = whatif_batch(COMPARE, grid, "--kernels", "2", "--out", out)
    assert done.returncode == 1
    assert len(list(out.glob("*/01_compare.ipynb"))) == 9, done.stderr
    assert "not allowed: seed=-10" in done.stderr and "seed: got -10; allowed: a whole number at least 0" in done.stderr
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/point.json")}
    again = whatif_batch(COMPARE, grid_file(tmp_path, seeds.replace("-10", "10")), "--kernels", "2", "--out", out)
    assert again.returncode == 0 and len(list(out.glob("*/01_compare.ipynb"))) == 10
    assert {path: path.stat().st_mtime_ns for path in before} == before
