"""What better service costs, who pays for it, and where it stops paying."""

from sim.experiment.questions.price_of_service.arms_of import Findings, ask
from sim.experiment.questions.price_of_service.claimed import evidence

__all__ = ["Findings", "ask", "evidence"]
