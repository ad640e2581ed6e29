"""One world to look into for each answer: the middle one of those that win, and of those that lose."""

from __future__ import annotations

import pandas as pd

WON, LOST = 1, -1


def typical(means: pd.DataFrame) -> dict[int, int]:
    """The world with the median difference among those where the sign is sure.

    Args:
        means: from `paired_means`, a row a point: mean ($), sign.

    Returns:
        Sign (`WON`, `LOST`) -> the number of its point; a sign that no world has is left out. Of an even number of
        worlds it is the one of the two in the middle where the difference is smaller in size.
    """
    chosen = {}
    for sign in (WON, LOST):
        ranked = means.loc[means["sign"] == sign, "mean"].sort_values(key=abs, kind="stable")
        if len(ranked):
            chosen[sign] = int(ranked.index[(len(ranked) - 1) // 2])
    return chosen
