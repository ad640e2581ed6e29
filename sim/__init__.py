"""Support what-if: is customer support a cost center or a profit center for my business?

`import sim` only defines names; each is loaded when it is first used.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "compare": "sim.experiment.compare",
    "load_comparison": "sim.parameters.files",
    "simulate": "sim.model.simulation",
    "verdict": "sim.report.sentences",
}
__all__ = ["compare", "load_comparison", "simulate", "verdict"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
