"""The end of the warranty, and help that is not owed: refuse it, charge for it, give it out of goodwill, or always."""

from sim.experiment.questions.out_of_warranty.arms_of import Findings, ask
from sim.experiment.questions.out_of_warranty.claimed import evidence

__all__ = ["Findings", "ask", "evidence"]
