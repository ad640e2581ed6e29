"""A network that the user brings along: a file of ties."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def read_edges(path: str, people: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The ties of a CSV file: two numbers of persons a line, from 0 below `people`; lines with # are comments.

    Raises:
        ValueError: saying what is wrong and what is allowed.
    """
    import numpy as np  # slow to import, and few bring a network

    if not Path(path).is_file():
        raise ValueError(f"got {path!r}, no such file; allowed: a CSV file with a tie a line, e.g. '0,1'.")
    try:
        ties = np.loadtxt(path, delimiter=",", dtype=np.int64, ndmin=2, comments="#")
    except ValueError as error:
        raise ValueError(f"got {path!r}: {error}; allowed: two whole numbers a line, e.g. '0,1'.") from None
    if ties.size and (ties.shape[1] != 2 or ties.min() < 0 or ties.max() >= people):
        raise ValueError(
            f"got {path!r}, which has other numbers; allowed: two persons a line, from 0 to {people - 1} "
            "(market.people less one)."
        )
    return (ties[:, 0], ties[:, 1]) if ties.size else (np.empty(0, np.int64), np.empty(0, np.int64))
