"""The command `whatif`: the verbs of the notebooks from a shell.

compare.py one world, explore.py its panel as a page, claims.py what the essays claim, trust.py what the model is held
against, sweeps.py many worlds, best.py each strategy at its own best, batch.py a notebook at many points, deck.py
slides, look.py what may be said; options.py what they share. Heavy imports are inside the verbs: `--help` is fast.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import NoReturn

import typer

from sim.cli import batch, best, claims, compare, deck, explore, look, options, sweeps, trust
from sim.parameters import ParameterError

app = typer.Typer(
    help="Support what-if: is customer support a cost center or a profit center for my business?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
# In the order of the help text
for verb in (
    compare.compare, explore.explore,
    claims.claims,
    trust.verify, trust.facts, trust.conditions, trust.calibrate,
    sweeps.sweep, sweeps.merge, best.best,
    look.params, look.names,
    trust.fit,
    batch.batch, deck.deck,
):  # fmt: skip
    app.command()(verb)


def _terminated(signum: int, frame: FrameType | None) -> NoReturn:
    """A kill tidies up like Ctrl-C."""
    raise KeyboardInterrupt


def main() -> None:
    """Entry point. Exit status 2 for bad input, 1 for a notebook that failed, 130 when interrupted."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        app(options.spread(sys.argv[1:]))
    except ParameterError as error:
        options.fail(2, f"error: {error}")
    except RuntimeError as error:
        if type(error).__name__ not in ("NotebookFailed", "WorkerDied"):
            raise
        options.fail(1, f"error: {error}")
