"""Pictures and sentences about the end of the warranty; what notebook 03 calls."""

from __future__ import annotations

import pandas as pd

from sim.experiment.questions import out_of_warranty as experiment
from sim.experiment.questions.out_of_warranty import Findings
from sim.report.notebook import Asked
from sim.report.questions import verdicts as all_verdicts
from sim.report.questions.out_of_warranty.doubts import ages, once, paper, promise_sentence, trust
from sim.report.questions.out_of_warranty.expiry import expiry, never_again_sentence
from sim.report.questions.out_of_warranty.terms import abuse, cut_off, exploit, fees, policies

NOTEBOOK = "03_out_of_warranty"

__all__ = [
    "abuse",
    "ages",
    "ask",
    "cut_off",
    "expiry",
    "exploit",
    "fees",
    "never_again_sentence",
    "once",
    "paper",
    "policies",
    "promise_sentence",
    "trust",
    "verdicts",
]


def ask(asked: Asked) -> Findings:
    """Runs the experiment in the world that was asked for, under the first two strategies."""
    return experiment.ask(asked.scenarios, asked.workers)


def verdicts(found: Findings, asked: Asked) -> pd.DataFrame:
    """What the runs say about each claim of the notebook."""
    return all_verdicts.verdicts(NOTEBOOK, experiment.evidence(found), asked)
