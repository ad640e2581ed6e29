"""What a firm can see of what its support does: by its metrics, and by the usual ways of estimating an effect."""

from sim.experiment.questions.measuring.arms_of import Findings, ask
from sim.experiment.questions.measuring.claimed import evidence

__all__ = ["Findings", "ask", "evidence"]
