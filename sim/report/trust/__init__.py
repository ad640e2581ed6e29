"""Whether the model can be trusted: known answers, facts of the literature, conditions, assumptions.

Each of the three checks is a table of `sim.experiment` (`verify`, `facts`, `conditions`), run here or read from files
that those commands wrote. Charts and sentences take such a table; a chart's title is the finding, computed from it.
"""

from sim.report.trust.against_conditions import (
    condition_table,
    conditions_chart,
    conditions_headline,
    conditions_sentence,
)
from sim.report.trust.against_facts import fact_table, facts_chart, facts_headline, facts_sentence, trade_off, tried
from sim.report.trust.against_theory import answers, answers_headline, answers_sentence, bass, queue
from sim.report.trust.asked import Asked, check, conditions, facts, known_answers, origin, read_parameters
from sim.report.trust.parts import DARK_ORANGE, INSIDE, LIMIT, marked, show
from sim.report.trust.unsupported import assumptions, assumptions_sentence

__all__ = [
    "DARK_ORANGE",
    "INSIDE",
    "LIMIT",
    "Asked",
    "answers",
    "answers_headline",
    "answers_sentence",
    "assumptions",
    "assumptions_sentence",
    "bass",
    "check",
    "condition_table",
    "conditions",
    "conditions_chart",
    "conditions_headline",
    "conditions_sentence",
    "fact_table",
    "facts",
    "facts_chart",
    "facts_headline",
    "facts_sentence",
    "known_answers",
    "marked",
    "origin",
    "queue",
    "read_parameters",
    "show",
    "trade_off",
    "tried",
]
