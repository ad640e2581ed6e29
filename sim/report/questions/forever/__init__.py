"""Committed for good: the pictures and sentences of its notebook. Every title is computed."""

from __future__ import annotations

import pandas as pd

from sim.experiment.questions import forever as measured
from sim.experiment.questions.forever import Findings
from sim.report.notebook import Asked
from sim.report.questions import verdicts as judged
from sim.report.questions.forever.money import (
    assurance,
    happier,
    horizons,
    no_promotion,
    reliability,
    same_dollars,
    seeds,
    triage,
)
from sim.report.questions.forever.people import (
    consent,
    door,
    forgotten,
    help_anyone,
    help_cost,
    invitation,
    loyalty,
    messages,
    silence,
)

NOTEBOOK = "07_committed_forever"

__all__ = [
    "ask",
    "assurance",
    "consent",
    "door",
    "forgotten",
    "happier",
    "help_anyone",
    "help_cost",
    "horizons",
    "invitation",
    "loyalty",
    "messages",
    "no_promotion",
    "reliability",
    "same_dollars",
    "seeds",
    "silence",
    "triage",
    "verdicts",
]


def ask(asked: Asked) -> Findings:
    """Runs all arms of the notebook."""
    return measured.ask(asked.scenarios, asked.workers)


def verdicts(found: Findings, asked: Asked) -> pd.DataFrame:
    """The claims of the notebook and what was found; see `sim.report.questions.verdicts.verdicts`."""
    return judged.verdicts(NOTEBOOK, measured.evidence(found), asked)
