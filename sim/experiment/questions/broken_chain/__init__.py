"""Twin worlds and stories: what one broken chain is worth, how far and how fast news of it goes."""

from sim.experiment.questions.broken_chain.findings import Findings, ask
from sim.experiment.questions.broken_chain.judged import evidence

__all__ = ["Findings", "ask", "evidence"]
