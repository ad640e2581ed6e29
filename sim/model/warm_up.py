"""Compiles the model's loops before anybody waits for them, or before many processes would all do it at once.

`python -m sim.model.warm_up` is a part of the installation.
"""

from __future__ import annotations

from sim.model.compiled import PLAIN, folder
from sim.model.simulation import simulate
from sim.parameters import load_comparison, names

A_FEW = {"world.market.people": 60, "run.weeks": 30}


def warm_up() -> None:
    """Runs every shipped world in small, once for each state of the model's text; at once back if that was done."""
    done = folder() / "complete"
    if PLAIN or done.exists():
        return
    for world in names("world"):
        for scenario in load_comparison(world, changes=A_FEW):
            simulate(scenario)
    done.touch()


if __name__ == "__main__":
    warm_up()
