"""Floor 4: what people look at: charts, sentences, tables, notebooks.

A notebook needs `from sim import report` and the names below, nothing else.
"""

from sim.experiment.ablate import ablate
from sim.experiment.compare import compare
from sim.model import simulate
from sim.report import charts, flips, trust
from sim.report.bridge import bridge_chart, bridge_sentence
from sim.report.findings import caption, captions
from sim.report.notebook import read_parameters
from sim.report.save import save
from sim.report.sentences import pairing, survey_sentence, verdict
from sim.report.tables import assumptions, differences, identity, life, shipped
from sim.report.words import money, plain, say, show

__all__ = [
    "ablate",
    "assumptions",
    "bridge_chart",
    "bridge_sentence",
    "caption",
    "captions",
    "charts",
    "compare",
    "differences",
    "flips",
    "identity",
    "life",
    "money",
    "pairing",
    "plain",
    "read_parameters",
    "save",
    "say",
    "shipped",
    "show",
    "simulate",
    "survey_sentence",
    "trust",
    "verdict",
]
