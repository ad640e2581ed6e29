"""The same sweep on a Dask cluster: two workers in processes of their own, one of them killed."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("distributed")

from sim.experiment.sweep.plan import Plan
from sim.experiment.sweep.run import sweep
from sim.parameters import ParameterError

PLAN = Plan(
    "mine", changes={"world.market.people": 2000, "run.weeks": 52}, replications=4, design="list",
    listed=tuple({"world.needs.gross_margin": margin / 100} for margin in range(10, 50, 4)),
)  # fmt: skip


def dask(*arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """The address of a scheduler on loopback, and its two workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = dask("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    quiet = ("--no-dashboard", "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1")
    workers = [dask("dask_worker", address, *quiet) for _ in range(2)]
    try:
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_worker_that_dies_costs_only_what_it_was_doing(tmp_path: Path, cluster: tuple[str, list[subprocess.Popen]]):
    address, workers = cluster
    out = tmp_path / "cluster"
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from test_cluster import PLAN; from sim.experiment.sweep.run import sweep\n"
        "sweep(PLAN, Path(sys.argv[2]), scheduler=sys.argv[3], progress=False)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", script, str(Path(__file__).parent), str(out), address])
    until = time.monotonic() + 60
    while len(list(out.glob("runs/*.parquet"))) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    workers[0].send_signal(signal.SIGKILL)
    assert run.wait(timeout=120) == 0
    here = sweep(PLAN, tmp_path / "here", 1, progress=False)
    there = sweep(PLAN, out, 1, progress=False)
    pd.testing.assert_frame_equal(there.runs, here.runs)
    assert len(there.runs) == 10 * 4 * 2


def test_a_scheduler_that_is_not_there_is_said_to_be(tmp_path: Path):
    with pytest.raises(ParameterError, match=r"nothing answers at 'tcp://127.0.0.1:9'"):
        sweep(PLAN, tmp_path, scheduler="tcp://127.0.0.1:9", progress=False)
