"""What is said of a search, drawn and kept; and the command, killed and gone on with."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment.best import runs
from sim.experiment.best.search import Found
from sim.experiment.metrics import RUN_COLUMNS
from sim.parameters import ParameterError, Scenario, load_strategy
from sim.report import best, flips, theme
from sim.report.publish import find_notebook, publish

ROOT = Path(__file__).resolve().parents[2]
CONTENDERS: dict[str, Any] = {
    "cost_center": {"from": "cost_center", "levers": {"staffing.occupancy": {"low": 0.5, "high": 0.95}}},
    "profit_center": {"from": "profit_center", "levers": {"learning.analysis": {"low": 0.0, "high": 1.0}}},
    "ads": {
        "title": "More advertising",
        "from_best": "cost_center",
        "levers": {"promotion.advertising": {"low": 1.0, "high": 5.0}},
    },
    "price": {
        "title": "A lower price",
        "from_best": "cost_center",
        "levers": {"offer.price": {"low": 0.9, "high": 1.0}},
    },
}
TINY = {"world.market.people": 200, "run.weeks": 20}


def books(better: float = 40_000, each: float = 15_000, noise: float = 0.0) -> Callable[[Scenario, int], Mapping]:
    """Accounts by hand: the profit center spends 10 k on support and gains so much; so much for each time today's
    advertising, which costs 5 k each."""

    def planted(scenario: Scenario, replication: int) -> dict[str, float]:
        strategy = scenario.strategy
        rival, effort = strategy.title == "Profit center", strategy.promotion.advertising
        luck = np.random.default_rng([replication, int(rival), int(100 * effort)]).normal() * noise
        npv = 100_000 + better * strategy.learning.analysis * rival + each * (effort - 1)
        npv -= 90_000 * (1 - strategy.offer.price) + 50_000 * (0.95 - strategy.staffing.occupancy) * (not rival)
        return {"npv": npv + luck, "npv_support_labour": -10_000.0 * rival, "npv_advertising": -5_000 * effort}

    return planted


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """A search with some luck in it: without a budget advertising is best, four times more of it bringing 60 k."""
    with pytest.MonkeyPatch.context() as patch:
        return _found(patch, tmp_path_factory.mktemp("usual"), books(noise=500), CONTENDERS, fresh=4)


@pytest.fixture
def found_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Found]:
    def make(planted: Callable, contenders: Mapping[str, Any] = CONTENDERS, **said: Any) -> Found:
        return _found(monkeypatch, tmp_path, planted, contenders, **said)

    return make


def _found(patch: pytest.MonkeyPatch, folder: Path, planted: Callable, contenders: Mapping, **said: Any) -> Found:
    patch.setattr(runs, "one_run", lambda *run: dict.fromkeys(RUN_COLUMNS, 0.0) | planted(*run))
    path = folder / "mine.yaml"
    path.write_text(json.dumps({**said, "contenders": contenders}), encoding="utf-8")
    return best.search(str(path), folder / "out", workers=1, progress=False)


def test_the_verdict_says_who_is_ahead_as_shipped_at_its_best_and_at_equal_spend(usual: Found):
    text = best.verdict(usual)
    assert text.startswith(
        "In the world *Online retailer* over 5 years, each at its own best, *Profit center* is worth"
    )
    assert "as both ship it is" in text
    # Without a budget four times more advertising brings 60 k, with 10 k two times more brings 30 k
    assert "Of all 4 *More advertising* is worth most" in text
    assert "With at most the $10.0 k that *Profit center* spends more" in text
    after = text.partition("against *Cost center* at its best: ")[2]
    assert after.startswith("*More advertising* +$")
    assert "*A lower price* gains nothing, and would rather spend nothing of it" in after


@pytest.mark.parametrize("better", [60_000, 0])
def test_the_verdict_leaves_open_what_worlds_do_not_decide(found_with, better: float):
    pair = {name: CONTENDERS[name] for name in ("cost_center", "profit_center")}
    text = best.verdict(found_with(books(better, noise=10_000), pair, fresh=4))
    first = text.partition(" than *Cost center*")[2].partition(";")[0]
    low, high = (part.partition(")")[0] for part in first.partition("interval ")[2].split(" to "))
    assert ("undecided" in first) == (low.startswith("−") and not high.startswith("−")) == (better == 0)


def test_without_money_to_spend_that_is_what_is_said(found_with):
    def thrifty(scenario: Scenario, replication: int) -> dict[str, float]:
        return {"npv": 1.0, "npv_remedies": -3_000.0 * (scenario.strategy.title == "Cost center")}

    text = best.verdict(found_with(thrifty))
    assert "*Profit center* spends $3.0 k less than *Cost center*: there is no money to spend otherwise" in text


@pytest.mark.parametrize(
    ("better", "each", "cost", "words"),
    [
        # 4 times more brings 60 k, which is 20 k more than the profit center, for 20 k of advertising: twice as dear
        (40_000, 15_000, 0.1, "advertising cost 2.00 times what it does here"),
        (100_000, 15_000, 0.1, "Even if it cost nothing"),
        (40_000, -15_000, 0.1, "is best with no more advertising than *Profit center* has"),
        (40_000, 15_000, 0.0, "Advertising costs nothing in this world"),
    ],
)
def test_what_advertising_would_have_to_cost(found_with, better: float, each: float, cost: float, words: str):
    found = found_with(books(better, each), changes={"world.market.advertising_cost": cost}, fresh=2)
    text = best.advertising(found)
    assert words in text
    # The online retailer's own cost is 0.05
    assert ("As the world ships it costs 0.50 times as much, and so is worth more" in text) == (
        " times what it does here" in text
    )


def test_nobody_advertises_nothing_is_said(found_with):
    pair = {name: CONTENDERS[name] for name in ("cost_center", "profit_center")}
    assert best.advertising(found_with(books(), pair, fresh=2)) == ""


def test_levers_at_an_end_are_named_where_one_could_go_on(usual: Found):
    """Occupancy could be above .95 and the price above today's; no more than every case can be analysed."""
    text = best.caution(usual)
    assert "*Cost center*: occupancy (high end)" in text
    assert "*A lower price*: price (high end)" in text
    assert "analysis" not in text


def test_the_table_has_a_row_for_each_way(usual: Found):
    table = best.table(usual)
    rows = set(zip(table["contender"], table["way"], strict=True))
    assert ("Cost center", "as shipped") in rows and ("More advertising", "equal spend") in rows
    assert ("More advertising", "as shipped") not in rows
    bought = table[(table["contender"] == "More advertising") & (table["way"] == "equal spend")].iloc[0]
    assert bought["for_each_$"].startswith("+3.0")  # 15 k for 5 k


def test_the_picture_states_the_finding_and_shows_each_place_once(usual: Found):
    spec = best.chart(usual).to_dict()
    title = theme.title(spec)
    assert title.startswith("Each at its own best, More advertising is worth $")
    assert "10.0\N{NO-BREAK SPACE}k" in title
    (data,) = (rows for rows in spec["datasets"].values() if "way" in rows[0])
    shown = [(row["contender"], row["way"]) for row in data]
    assert len(shown) == len(set(shown)) == 7  # two of each strategy, two of advertising, one of the price
    assert ("ads", "equal spend") in shown and ("price", "equal spend") not in shown
    places = sorted(row["place"] for row in data)
    assert min(np.diff(places)) > 0
    assert theme.png(best.chart(usual)).startswith(b"\x89PNG")


def test_what_is_kept_is_whole_and_can_be_run_again(usual: Found, tmp_path: Path):
    written = best.save(usual, tmp_path / "out")
    assert all((tmp_path / "out" / name).stat().st_size for name in written)
    assert not list(tmp_path.glob(".*partial*"))
    strategy = load_strategy(str(tmp_path / "out" / "strategy" / "ads.yaml"))
    assert strategy.promotion.advertising == pytest.approx(5)
    assert strategy.title == "More advertising, at its best"
    trials = pd.read_csv(tmp_path / "out" / "trials.csv")
    assert len(trials) == len(usual.tried)
    assert (trials.groupby("contender")["gain"].first() == 0).all()
    table = pd.read_csv(tmp_path / "out" / "best.csv").set_index(["contender", "way"])
    parts = table[[f"spend_{way}" for way in ("support", "advertising", "product", "price", "promotion")]]
    assert parts.sum(axis=1).to_numpy() == pytest.approx(table["spend"].to_numpy())


# The command


def tiny(folder: Path, **said: Any) -> Path:
    path = folder / "tiny.yaml"
    sizes = {"changes": TINY, "replications": 1, "fresh": 2, "trials": 2}
    path.write_text(json.dumps({**sizes, **said, "contenders": CONTENDERS}), encoding="utf-8")
    return path


def whatif(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "from sim.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)


def test_the_command_ends_with_a_verdict_and_a_table_and_again_runs_nothing(tmp_path: Path):
    file, out = str(tiny(tmp_path)), tmp_path / "out"
    done = whatif("best", file, "--out", str(out), "--workers", "1")
    assert done.returncode == 0, done.stderr
    verdict = (out / "verdict.txt").read_text(encoding="utf-8")
    assert done.stdout.startswith(verdict.strip())
    assert "*" not in verdict
    assert "More advertising\town best" in done.stdout
    assert "100%" in done.stderr
    for name in ("best.csv", "trials.csv", "charts/best.png", "charts/best.svg"):
        assert (out / name).is_file()
    shards = set((out / "runs").iterdir())
    again = whatif("best", file, "--out", str(out), "--workers", "1")
    assert again.stdout == done.stdout
    assert set((out / "runs").iterdir()) == shards


@pytest.mark.slow
def test_killed_it_goes_on_and_ends_the_same(tmp_path: Path):
    file, out = str(tiny(tmp_path, changes=TINY | {"run.weeks": 60})), tmp_path / "killed"
    arguments = ["best", file, "--workers", "2"]
    whole = whatif(*arguments, "--out", str(tmp_path / "whole"))
    assert whole.returncode == 0, whole.stderr
    for number in (2, 15, 30):
        process = subprocess.Popen(
            [sys.executable, "-c", "from sim.cli import main; main()", *arguments, "--out", str(out)],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while process.poll() is None and len(list((out / "runs").glob("*.parquet"))) < number:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = whatif(*arguments, "--out", str(out))
    assert done.returncode == 0, done.stderr
    for name in ("verdict.txt", "best.csv", "trials.csv", "charts/best.svg"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.slow
def test_the_notebook_ends_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ranges = {"world.needs.gross_margin": {"low": 0.05, "high": 0.6}, "world.needs.mean": {"low": 0.03, "high": 0.5}}
    sweep = {"design": "sobol", "points": 16, "replications": 1, "changes": TINY, "vary": ranges}
    (tmp_path / "few.yaml").write_text(json.dumps(sweep), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    given = {"sweep": "few.yaml", "best": tiny(tmp_path).name, "workers": 1, "out": "few"}
    html = publish(find_notebook("10_where_it_flips"), tmp_path / "few", given, progress=False)
    page = html.read_text(encoding="utf-8")
    assert "each at its own best" in page and "More advertising" in page
    assert (tmp_path / "results" / "best" / "tiny" / "verdict.txt").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["best", "suport"], ["'suport'", "Did you mean 'support'"]),
        (["best", "--trials", "0"], ["--trials", "got 0"]),
        (["best", "--fresh", "1"], ["--fresh", "at least 2"]),
    ],
)
def test_bad_input_is_one_clear_error(arguments: list[str], words: list[str]):
    done = whatif(*arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_a_folder_of_another_version_is_refused(tmp_path: Path):
    (tmp_path / "store.json").write_text('{"format": 0}', encoding="utf-8")
    with pytest.raises(ParameterError, match="runs of another version"):
        best.search(str(tiny(tmp_path)), tmp_path, workers=1, progress=False)


def test_the_notebook_tells_a_wrong_name_before_the_sweep_is_run():
    with pytest.raises(ParameterError, match="Did you mean 'support'"):
        flips.read_parameters({"sweep": "where_it_flips", "best": "suport"})
