"""The panel as a page of its own: what Voila serves for `whatif explore`. Nothing of it comes from a network."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report.saved import anywhere

if TYPE_CHECKING:
    from sim.report.panel.panel import Panel

HERE = Path(__file__).parent
SCENARIO = "WHATIF_SCENARIO"  # environment: what to start from, as JSON


def command(port: int) -> list[str]:
    """The server's command line. It listens on 127.0.0.1 only and wants the token of its environment."""
    options = {
        "port": port, "template": "whatif", "Voila.ip": "127.0.0.1", "Voila.port_retries": 0, "Voila.auto_token": True,
        "Voila.log_level": "WARN",
        "VoilaConfiguration.allow_template_override": "NO", "VoilaConfiguration.allow_theme_override": "YES",
    }  # fmt: skip
    said = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "voila", str(HERE / "page.ipynb"), "--no-browser", *said]


def environment(given: Mapping[str, Any], token: str) -> dict[str, str]:
    """What the server and its kernels are told beside this process's own environment.

    Not on the command line, which other users of the machine can read.
    """
    paths = [str(HERE), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    return {"JUPYTER_TOKEN": token, "JUPYTER_PATH": os.pathsep.join(paths), SCENARIO: json.dumps(anywhere(given))}


def panel() -> Panel:
    """What the page shows: the panel with the scenario it was started with."""
    from sim.report.explore import explore

    return explore(json.loads(os.environ.get(SCENARIO, "{}")))
