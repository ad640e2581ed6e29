"""One broken chain told in full, and many of them: pictures, sentences, verdicts."""

from __future__ import annotations

import pandas as pd

from sim.experiment.questions import broken_chain
from sim.experiment.questions.broken_chain import Findings
from sim.report.notebook import Asked
from sim.report.questions import verdicts as judged
from sim.report.questions.broken_chain.rules import capped, compensate, compensate_sentence
from sim.report.questions.broken_chain.spread import gets_around, news, tell, transparency
from sim.report.questions.broken_chain.story import books, in_time, network, story_sentence
from sim.report.questions.broken_chain.worth import distribution, for_whom, two_sides, who_pays

__all__ = [
    "ask",
    "books",
    "capped",
    "compensate",
    "compensate_sentence",
    "distribution",
    "for_whom",
    "gets_around",
    "in_time",
    "network",
    "news",
    "story_sentence",
    "tell",
    "transparency",
    "two_sides",
    "verdicts",
    "who_pays",
]

NOTEBOOK = "04_broken_chain"


def ask(asked: Asked) -> Findings:
    """Runs everything that the notebook shows."""
    return broken_chain.ask(asked.scenarios, asked.workers)


def verdicts(found: Findings, asked: Asked) -> pd.DataFrame:
    """The claims of the notebook and what the evidence says."""
    return judged.verdicts(NOTEBOOK, broken_chain.evidence(found), asked)
