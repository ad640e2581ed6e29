"""Problems as opportunities: pictures and sentences of the experiment, and what it says about each claim."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from sim.experiment.questions import opportunities
from sim.experiment.questions.evidence import Evidence
from sim.experiment.questions.opportunities import Findings
from sim.report.notebook import Asked
from sim.report.questions.opportunities.firm import (
    cheap,
    cheap_sentence,
    delight,
    incidence,
    kinds,
    strain,
    strain_sentence,
    uneven,
)
from sim.report.questions.opportunities.stories import stories, stories_sentence
from sim.report.questions.opportunities.survey import respondents, survey
from sim.report.questions.opportunities.trust import loyalty, loyalty_sentence, trust, trust_sentence
from sim.report.questions.verdicts import verdicts as judged

__all__ = [
    "ask",
    "cheap",
    "cheap_sentence",
    "delight",
    "incidence",
    "kinds",
    "loyalty",
    "loyalty_sentence",
    "respondents",
    "stories",
    "stories_sentence",
    "strain",
    "strain_sentence",
    "survey",
    "trust",
    "trust_sentence",
    "uneven",
    "verdicts",
]

NOTEBOOK = "05_problems_are_opportunities"


def ask(asked: Asked) -> Findings:
    """Runs everything, for the first two strategies: the baseline and the one set against it."""
    return opportunities.ask(asked.scenarios, asked.workers)


def verdicts(found: Findings, asked: Asked, further: Iterable[Evidence] = ()) -> pd.DataFrame:
    """The verdict on each claim of the notebook; `further` is the evidence of its other half."""
    return judged(NOTEBOOK, [*opportunities.evidence(found), *further], asked)
