"""Floor 4: what people look at: charts, sentences, tables, notebooks.

A notebook needs `from sim import report` and the names below, nothing else.
"""

from sim.experiment.compare import compare
from sim.report import charts
from sim.report.notebook import read_parameters
from sim.report.save import save
from sim.report.sentences import (
    assumptions,
    caption,
    captions,
    differences,
    identity,
    money,
    pairing,
    plain,
    say,
    shipped,
    show,
    survey_sentence,
    verdict,
)

__all__ = [
    "assumptions",
    "caption",
    "captions",
    "charts",
    "compare",
    "differences",
    "identity",
    "money",
    "pairing",
    "plain",
    "read_parameters",
    "save",
    "say",
    "shipped",
    "show",
    "survey_sentence",
    "verdict",
]
