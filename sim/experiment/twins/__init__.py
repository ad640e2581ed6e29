"""Twin worlds: one problem of one customer put right in one and not in the other, everything else equal."""

from sim.experiment.twins.worlds import Case, Twin, World, still

__all__ = ["Case", "Twin", "World", "still"]
