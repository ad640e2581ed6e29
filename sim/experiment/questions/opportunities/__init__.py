"""Problems are opportunities: what surveys show and what problems cause, trust, risk, loyalty, strain, stories.

`ask` runs the experiment, `evidence` says what it found about claims S76 to S90.
"""

from sim.experiment.questions.opportunities.asking import Findings, ask
from sim.experiment.questions.opportunities.claimed import evidence

__all__ = ["Findings", "ask", "evidence"]
