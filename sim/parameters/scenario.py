"""One run's complete, immutable input."""

from __future__ import annotations

import math

from sim.parameters.fields import Group
from sim.parameters.run import Run
from sim.parameters.strategy import Strategy
from sim.parameters.world import World


class Scenario(Group):
    """A world under a strategy, with the run settings. `name` is the world's, `strategy_name` the strategy's."""

    name: str
    strategy_name: str
    world: World
    strategy: Strategy
    run: Run

    @property
    def margin(self) -> float:
        """Gross margin as a share of the price that the strategy asks.

        Goods cost what they cost at today's price and quality; each halving of problems costs the same on top.
        """
        better = -self.world.problems.quality_cost * math.log2(self.strategy.product.problems)
        return 1 - max(0.0, 1 - self.world.needs.gross_margin + better) / self.strategy.offer.price
