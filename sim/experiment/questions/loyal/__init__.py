"""Taking care of loyal customers, or of those who are not yet customers: rivals, deals, offers to stay, win-back."""

from sim.experiment.questions.loyal.claimed import evidence
from sim.experiment.questions.loyal.findings import Findings, ask

__all__ = ["Findings", "ask", "evidence"]
