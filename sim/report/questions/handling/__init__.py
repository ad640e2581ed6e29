"""How problems are handled: pictures and sentences of the experiment, and what it says about each claim."""

from __future__ import annotations

from sim.experiment.questions import handling
from sim.experiment.questions.evidence import Evidence
from sim.experiment.questions.handling import Findings, claimed
from sim.report.notebook import Asked
from sim.report.questions.handling.customers import compounding, delay, handled, moment, paths, worth_more
from sim.report.questions.handling.firms import apology, desk, histories, learning, parts, pushed

__all__ = [
    "apology", "ask", "compounding", "delay", "desk", "evidence", "handled", "histories", "learning", "moment",
    "parts", "paths", "pushed", "worth_more",
]  # fmt: skip


def ask(asked: Asked) -> Findings:
    """Runs everything, for the first two strategies: the lean one and the better one."""
    return handling.ask(asked.scenarios, asked.workers)


def evidence(found: Findings) -> list[Evidence]:
    """What was measured about each claim of this half of the notebook."""
    return claimed.evidence(found)
