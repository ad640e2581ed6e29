"""Floor 4: what people look at: charts, sentences, tables, notebooks.

A notebook needs `from sim import report` and the names below, nothing else.
"""

from sim.experiment.ablate import ablate
from sim.experiment.compare import compare
from sim.model import simulate
from sim.report import best, charts, flips, trust
from sim.report.bridge import bridge_chart, bridge_sentence
from sim.report.deck.refresh import refresh as refresh_deck
from sim.report.deck.write import write as write_deck
from sim.report.explore import explore
from sim.report.export import export
from sim.report.findings import caption, captions
from sim.report.load import load
from sim.report.notebook import read_parameters
from sim.report.questions import (
    broken_chain,
    forever,
    handling,
    loyal,
    measuring,
    opportunities,
    out_of_warranty,
    price_of_service,
)
from sim.report.questions import gathered as claims
from sim.report.save import save
from sim.report.sentences import pairing, survey_sentence, verdict
from sim.report.tables import assumptions, differences, identity, life, shipped
from sim.report.words import money, plain, say, show

__all__ = [
    "ablate",
    "assumptions",
    "best",
    "bridge_chart",
    "bridge_sentence",
    "broken_chain",
    "caption",
    "captions",
    "charts",
    "claims",
    "compare",
    "differences",
    "explore",
    "export",
    "flips",
    "forever",
    "handling",
    "identity",
    "life",
    "load",
    "loyal",
    "measuring",
    "money",
    "opportunities",
    "out_of_warranty",
    "pairing",
    "plain",
    "price_of_service",
    "read_parameters",
    "refresh_deck",
    "save",
    "say",
    "shipped",
    "show",
    "simulate",
    "survey_sentence",
    "trust",
    "verdict",
    "write_deck",
]
