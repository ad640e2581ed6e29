"""The command as a user meets it: real processes, real files, exit status and the text on the screen."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
TINY = ["--set", "world.market.people=400", "--weeks", "45", "--replications", "2", "--workers", "2"]


def whatif(*arguments, cwd=ROOT, **options):
    return subprocess.run(
        [sys.executable, "-c", "from sim.cli import main; main()", *arguments],
        capture_output=True, text=True, cwd=cwd, timeout=300, **options,
    )  # fmt: skip


BAD = {
    "misspelt key": (["--set", "world.market.pople=5"], ["--set", "world.market.pople", "5", "world.market.people"]),
    "leaf alone": (["--set", "gross_margin=.3"], ["gross_margin", "world.needs.gross_margin"]),
    "out of bounds": (
        ["--set", "world.needs.gross_margin=3"],
        ["--set world.needs.gross_margin", "got 3", "at most"],
    ),
    "wrong type": (["--set", "world.market.people=many"], ["'many'", "whole number"]),
    "no value": (["--set", "world.market.people"], ["KEY=VALUE"]),
    "broken value": (["--set", "world.market.people=[1"], ["--set world.market.people=[1", "not valid YAML"]),
    "unknown strategy": (["--strategies", "cost_center", "profit_centre"], ["profit_centre", "'profit_center'"]),
    "unknown world": (["--world", "online_retial"], ["online_retial", "'online_retail'"]),
    "missing file": (["--world", "mine/online_retail.yaml"], ["mine/online_retail.yaml", "no such file"]),
    "one strategy": (["--strategies", "cost_center"], ["at least two"]),
    "negative replications": (["--replications", "0"], ["--replications", "got 0", "at least 1"]),
    "unknown option": (["--strateggies", "cost_center"], ["--strateggies", "--strategies"]),
    "wrong option type": (["--seed", "abc"], ["--seed", "'abc'", "whole number"]),
    "no workers": (["--workers", "0"], ["workers", "at least 1"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_clear_error_before_anything_runs(case, tmp_path):
    arguments, texts = BAD[case]
    done = whatif("compare", *arguments, "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    for text in texts:
        assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_malformed_file_names_file_and_line(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: online_retail\nneeds:\n  gross_margin: [0.3\n")
    done = whatif("compare", "--world", str(tmp_path / "mine.yaml"), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "mine.yaml, line" in done.stderr and "not valid YAML" in done.stderr


def test_an_output_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "out").write_text("precious")
    done = whatif("compare", *TINY, "--out", str(tmp_path / "out"))
    assert done.returncode == 2 and "is a file" in done.stderr
    assert (tmp_path / "out").read_text() == "precious"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("compare") / "out"
    mine = out.parent / "mine.yaml"
    mine.write_text("extends: profit_center\nremedy:\n  respect: 1.0\n")
    done = whatif("compare", *TINY, "--strategies", "cost_center", "profit_center", str(mine), "--out", str(out))
    assert done.returncode == 0, done.stderr
    return done, out


def test_compare_prints_the_verdict_and_shows_progress(finished):
    done, out = finished
    assert "interval" in done.stdout and "01_compare.html" in done.stdout
    assert "simulating" in done.stderr and "6/6" in done.stderr
    assert (out / "verdict.txt").read_text().strip() in done.stdout


def test_compare_leaves_everything_and_nothing_else(finished):
    _, out = finished
    names = {path.name for path in out.iterdir()}
    assert names == {
        "01_compare.ipynb", "01_compare.html", "weeks.parquet", "weeks.csv", "runs.parquet", "runs.csv",
        "ablations.parquet", "ablations.csv", "charts", "parameters", "verdict.txt", "identity.json",
    }  # fmt: skip
    charts = {path.name for path in (out / "charts").iterdir()}
    assert {"customers.png", "customers.svg", "cash.png", "lenses.png", "survey.png", "sources.png"} <= charts
    assert not [path for path in out.parent.iterdir() if path.name.startswith(".")]
    runs, weeks = pd.read_parquet(out / "runs.parquet"), pd.read_csv(out / "weeks.csv")
    assert len(runs) == 6 and len(weeks) == 6 * 45
    assert json.loads((out / "identity.json").read_text())["identity"] in (out / "parameters/run.yaml").read_text()


def test_the_html_is_self_contained(finished):
    html = (finished[1] / "01_compare.html").read_text()
    assert "data:image/png;base64" in html
    assert 'src="http' not in html and "cdn" not in html.lower().split("<body")[0].replace("cdnow", "")
    assert "0%|" not in html


def test_saved_parameters_run_again_to_the_same_numbers(finished, tmp_path):
    _, out = finished
    saved = out / "parameters"
    done = whatif(
        "compare", "--world", str(saved / "online_retail.yaml"), "--run", str(saved / "run.yaml"),
        "--strategies", *(str(saved / f"{name}.yaml") for name in ("cost_center", "profit_center", "mine")),
        "--out", str(tmp_path / "again"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for name in ("runs.csv", "weeks.parquet", "runs.parquet"):
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_leaves_earlier_results_whole_and_nothing_half_written(finished, how):
    _, out = finished
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    command = [sys.executable, "-c", "from sim.cli import main; main()", "compare", "--replications", "99"]
    process = subprocess.Popen(
        [*command, "--out", str(out)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    time.sleep(6)
    if how is signal.SIGINT:
        os.killpg(process.pid, how)  # Ctrl-C reaches the whole foreground group
    else:
        process.send_signal(how)
    _, err = process.communicate(timeout=60)
    assert process.returncode in ((130,) if how is not signal.SIGKILL else (-9,)), err
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    if how is not signal.SIGKILL:
        assert "nothing half-written" in err
        assert not [path for path in out.parent.iterdir() if path.name.startswith(".out")]
    deadline = time.monotonic() + 20
    while _group_alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert not _group_alive(process.pid), "a kernel or worker outlived the command"


def _group_alive(group):
    """Whether any process of the session is still there (zombies apart)."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == group and fields[0] != "Z":
            return True
    return False


def test_params_lists_every_parameter_and_the_schema_is_json():
    table = whatif("params").stdout
    assert "world.needs.gross_margin" in table and "strategy.remedy.respect" in table and "run.seed" in table
    assert "share of price" in table
    assert set(json.loads(whatif("params", "--schema").stdout)) == {"world", "strategy", "run"}
    assert "0.78" in whatif("params", "strategy", "profit_center").stdout
    wrong = whatif("params", "wrold")
    assert wrong.returncode == 2 and "'world'" in wrong.stderr


def test_names_lists_what_ships():
    assert "online_retail" in whatif("names").stdout
