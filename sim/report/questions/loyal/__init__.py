"""Loyal customers or new ones: pictures and sentences of the experiment, and what it says about each claim."""

from __future__ import annotations

import pandas as pd

from sim.experiment.questions import loyal
from sim.experiment.questions.loyal import Findings
from sim.report.notebook import Asked
from sim.report.questions import verdicts as kept
from sim.report.questions.loyal.competition import around_entry, entry, options, rival_sentence
from sim.report.questions.loyal.deals import deals, deals_sentence, fairness
from sim.report.questions.loyal.keeping import gesture, offers, offers_sentence, price_of, price_sentence
from sim.report.questions.loyal.leaving import erosion_sentence, inertia_sentence, reasons, tenure, tenure_sentence

__all__ = [
    "around_entry",
    "ask",
    "deals",
    "deals_sentence",
    "entry",
    "erosion_sentence",
    "fairness",
    "gesture",
    "inertia_sentence",
    "offers",
    "offers_sentence",
    "options",
    "price_of",
    "price_sentence",
    "reasons",
    "rival_sentence",
    "tenure",
    "tenure_sentence",
    "verdicts",
]
NOTEBOOK = "06_loyal_customers"


def ask(asked: Asked) -> Findings:
    """Runs everything: the first and the last strategy asked for, and deals and offers tried on the first."""
    return loyal.ask(asked.scenarios, asked.workers)


def verdicts(found: Findings, asked: Asked) -> pd.DataFrame:
    """Each claim with the verdict that the evidence gives, for people; the evidence is kept as a file."""
    return kept.verdicts(NOTEBOOK, loyal.evidence(found), asked)
