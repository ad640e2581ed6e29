"""A real JupyterLab or Voila and a real browser that can reach nothing but this machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--js-flags=--expose-gc",
    "--enable-precise-memory-info",
]  # fmt: skip
TOKEN = "only-for-this-test"


def free_port() -> int:
    """A port of the loopback interface that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(arguments: list[str], home: Path, ready: str, cwd: Path = PROJECT) -> Iterator[subprocess.Popen[bytes]]:
    """A server that has answered at the address `ready`, with a home of its own; it and its kernels end with it."""
    home.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"HOME": str(home), "JUPYTER_PREFER_ENV_PATH": "1"}
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            arguments, cwd=cwd, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait_for(ready, process, home / "server.log")
            yield process
        finally:
            for end in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, end)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                    break


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError, urllib.error.HTTPError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.2)
    raise RuntimeError(f"no answer at {address}:\n{log.read_text(errors='replace')[-3000:]}")


@contextmanager
def jupyterlab(folder: Path, home: Path) -> Iterator[str]:
    """JupyterLab with `folder` as its root; gives its address."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    arguments = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}",
        "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    with server(arguments, home, f"{base}/api?token={TOKEN}"):
        yield base


class Watched:
    """A browser page that refuses and remembers every request beyond this machine, and every error on its console."""

    def __init__(self, browser: Any) -> None:
        context = browser.new_context(viewport={"width": 1500, "height": 1900})
        self.refused: list[str] = []
        self.errors: list[str] = []
        context.route("**/*", self._route)
        context.set_default_timeout(60_000)
        self.page = context.new_page()
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _route(self, route: Any) -> None:
        address = route.request.url
        if address.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")):
            route.continue_()
        else:
            self.refused.append(address)
            route.abort()


@contextmanager
def chromium() -> Iterator[Any]:
    """Debian's chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield started
        finally:
            started.close()


def open_notebook(page: Any, base: str, name: str) -> None:
    """Opens a notebook of the root folder and waits until its kernel is idle."""
    page.goto(f"{base}/lab/tree/{name}?token={TOKEN}&reset")
    page.wait_for_function(
        "() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    )


def run_all(page: Any) -> None:
    """Runs all cells, without waiting for them: the command's promise must not be returned."""
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); return 1 }")


def drag(page: Any, handle: Any, pixels: int, steps: int = 10, pause: int = 25) -> float:
    """Slowly, as a hand does; lets go at the end. Gives the time of the last move, in the page's milliseconds."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, steps + 1):
        page.mouse.move(x + pixels * step / steps, y)
        page.wait_for_timeout(pause)
    moved = float(page.evaluate("performance.now()"))
    page.mouse.up()
    return moved
