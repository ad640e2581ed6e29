"""Floor 2: one run of one world under one strategy."""

from sim.model.simulation import Simulation, simulate

__all__ = ["Simulation", "simulate"]
