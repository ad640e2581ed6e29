"""Floor 1: what a user may say (typed, bounded, sourced) and how files become it."""

from sim.parameters.errors import ParameterError
from sim.parameters.files import dump, load_comparison, load_run, load_strategy, load_world, names, read_file
from sim.parameters.plain_yaml import read_yaml
from sim.parameters.run import Run
from sim.parameters.scenario import Scenario
from sim.parameters.strategy import Strategy
from sim.parameters.world import World

__all__ = [
    "ParameterError",
    "Run",
    "Scenario",
    "Strategy",
    "World",
    "dump",
    "load_comparison",
    "load_run",
    "load_strategy",
    "load_world",
    "names",
    "read_file",
    "read_yaml",
]
