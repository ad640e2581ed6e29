"""The light world as `mesa.batch_run` wants it: with a data collector that has a row a week."""

from mesa.datacollection import DataCollector

from peers.mesa_model import LightWorld


class BatchWorld(LightWorld):
    """Counts purchases, cases, leavers and customers week by week."""

    def __init__(self, people: int, agents: int, seed: int) -> None:
        super().__init__(people, agents, seed)
        reporters = {
            "purchases": "purchases",
            "cases": lambda model: model.desk.opened,
            "left": "left",
            "customers": lambda model: sum(person.customer for person in model.agents),
        }
        self.datacollector = DataCollector(reporters)

    def step(self) -> None:
        """A week, and its row."""
        super().step()
        self.datacollector.collect(self)
