"""Committed for good: help for anyone, an open door or a push, letters, no promotion, the same dollars elsewhere."""

from sim.experiment.questions.forever.claimed import evidence
from sim.experiment.questions.forever.findings import Findings, ask

__all__ = ["Findings", "ask", "evidence"]
