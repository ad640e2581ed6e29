"""A finished sweep as pictures: what matters, where it flips, where it loses, what is regretted.

Each function takes what `sim.experiment.insight` found and returns an Altair chart whose title is the finding. bars.py:
a row a parameter or a strategy; causes.py: what brings the difference where it wins and where it loses; maps.py: every
world over two parameters; line.py: the break-even line between them.
"""

from sim.report.sweep_charts.bars import indices, regret, screening
from sim.report.sweep_charts.causes import causes
from sim.report.sweep_charts.line import Here, Sharpened, frontier
from sim.report.sweep_charts.maps import worlds

__all__ = ["Here", "Sharpened", "causes", "frontier", "indices", "regret", "screening", "worlds"]
