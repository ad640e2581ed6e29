"""Words that the pictures about the warranty share."""

from __future__ import annotations

import pandas as pd

from sim.experiment.questions.evidence import BASE
from sim.experiment.questions.out_of_warranty import Findings
from sim.report import theme


def worlds(table: pd.DataFrame) -> str:
    """'mean of 20 paired worlds'."""
    n = table["replication"].nunique()
    return "one world only, no interval" if n < 2 else f"mean of {n:,} paired worlds"


def first_desk(found: Findings) -> str:
    """What to call the first strategy."""
    return found.base.strategy.title.strip() or found.base.strategy_name


def desks(found: Findings) -> dict[str, tuple[str, str]]:
    """Setting -> (what to call the desk, its colour): the first strategy's and the second one's."""
    scenarios = {setting: found.places[setting] for setting in (BASE, found.desk)}
    colours = theme.colours([scenario.strategy_name for scenario in scenarios.values()])
    return {
        setting: (scenario.strategy.title.strip() or scenario.strategy_name, colours[scenario.strategy_name])
        for setting, scenario in scenarios.items()
    }
