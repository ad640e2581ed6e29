"""`whatif explore`: the panel of notebook 02 as a page of its own, for people without notebooks."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import options

PORT = 8866


def explore(
    file: Annotated[str | None, typer.Argument(help="A scenario to start from, as the panel saves it.")] = None,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="The next free one is taken if it is not.")] = PORT,
    workers: Annotated[str | None, typer.Option(metavar="N", help="Processes; one a core if not said.")] = None,
) -> None:
    """Move a slider, see the answer: a page on this machine that only who has its address can open."""
    from sim.report import saved
    from sim.report.explore import check
    from sim.report.panel.page import command, environment

    given: dict[str, Any] = saved.read(file) if file else {}
    processes = options.whole("workers", workers)
    if processes is not None:
        given["workers"] = processes
    free, token = _free(port), secrets.token_urlsafe(24)
    check(given, Path(file).name if file else "")
    typer.echo(f"Open http://127.0.0.1:{free}/?token={token}\nCtrl-C ends it.")
    sys.stdout.flush()
    # In place of this process: Ctrl-C and kill reach the server itself
    os.execve(sys.executable, command(free), os.environ | environment(given, token))


def _free(port: int) -> int:
    """This port of 127.0.0.1 or, where it is taken, any free one."""
    for wanted in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    options.fail(1, "error: no free port on 127.0.0.1")
