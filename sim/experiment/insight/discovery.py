"""Where a strategy loses: the box of worlds that PRIM finds, tested on worlds it has not seen (Bryant & Lempert 2010).

Bryant & Lempert, doi:10.1016/j.techfore.2009.08.002; Friedman & Fisher 1999, doi:10.1023/A:1008894516817.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.insight.paired import paired_means
from sim.experiment.insight.shares import Share, percent

FEWEST = 10  # worlds of interest and others, that each half must hold before a search is worth the name
RESTRICTED = 0.05  # quasi-p value above which a limit may as well be chance
PROVEN = 0.01  # chance that a box of no meaning stands the test on the held-out half


@dataclass(frozen=True)
class Limit:
    """What a box asks of one parameter: low <= value <= high (infinite: open), or one of some categories."""

    low: float = -math.inf
    high: float = math.inf
    categories: tuple[str, ...] = ()
    whole: bool = False

    def holds(self, values: pd.Series) -> NDArray[np.bool_]:
        """Which of the values lie within."""
        if self.categories:
            return values.astype(str).isin(self.categories).to_numpy()
        numbers = values.to_numpy(float)
        return (numbers >= self.low) & (numbers <= self.high)

    def said(self, label: str) -> str:
        """'gross margin below 0.22', 'number of rivals 1', 'network none or random'."""
        if self.categories:
            return f"{label} {' or '.join(self.categories)}"
        low, high = _number(self.low), _number(self.high)
        if self.low == self.high:
            return f"{label} {low}"
        if math.isinf(self.low):
            return f"{label} {'at most' if self.whole else 'below'} {high}"
        if math.isinf(self.high):
            return f"{label} {'at least' if self.whole else 'above'} {low}"
        return f"{label} from {low} to {high}"


@dataclass(frozen=True)
class Discovery:
    """A box of worlds, or none.

    Attributes:
        loses: whether worlds where the strategy loses on average (mean delta below 0) were looked for, or the others.
        limits: parameter -> what the box asks of it; empty where nothing was found.
        coverage: of the worlds of interest, those in the box; in the half of the points that was searched.
        density: of the worlds in the box, those of interest; there too.
        held_out_coverage, held_out_density: the same in the other half, which the search has not seen.
        base: of the worlds of the held-out half, those of interest.
        p_value: chance of a held-out density as high where the box means nothing (Fisher's exact test, one-sided); 1
            where nothing was tested.
        said: the box in words, or why there is none.
    """

    loses: bool
    limits: Mapping[str, Limit]
    coverage: Share
    density: Share
    held_out_coverage: Share
    held_out_density: Share
    base: Share
    p_value: float
    said: str

    @property
    def found(self) -> bool:
        """Whether there is a box."""
        return bool(self.limits)

    def holds(self, points: pd.DataFrame) -> NDArray[np.bool_]:
        """Which of the points lie in the box; none where nothing was found."""
        return _inside(self.limits, points) if self.limits else np.zeros(len(points), bool)


def discover(
    points: pd.DataFrame,
    deltas: pd.DataFrame,
    labels: Mapping[str, str] | None = None,
    loses: bool = True,
    seed: int = 1,
) -> Discovery:
    """The box of worlds in which the strategy loses, found in a random half of the points and tested in the other.

    PRIM peels with two aims and in slices of two sizes. Of all its boxes, without the limits whose quasi-p value is
    above 5 %, the one of the best balance (harmonic mean) of coverage and density is taken. It counts only if the
    held-out half has more of the worlds of interest in it than chance would put there in one of a hundred searches,
    and its held-out density exceeds that of all worlds by its whole interval.

    Args:
        points: a row a point, indexed by its number; a column a varied parameter.
        deltas: columns point, replication, delta ($). Points without any are left out.
        labels: parameter -> what to call it; otherwise the last part of its key.
        loses: False looks for the worlds in which the mean delta is not below 0.
        seed: of the halves.
    """
    from scipy.stats import hypergeom

    mean = paired_means(deltas)["mean"]
    points = points.loc[points.index.intersection(mean.index)]
    wanted = (mean.loc[points.index].to_numpy(float) < 0) == loses
    order = np.random.default_rng(seed).permutation(len(points))
    searched, held = np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])
    base = Share(int(wanted[held].sum()), len(held))
    kind = "loses" if loses else "wins"
    few = min(min(wanted[half].sum(), (~wanted[half]).sum()) for half in (searched, held))
    if few < FEWEST:
        total = int(wanted.sum())
        return _none(loses, base, f"no box can be sought: it {kind} in {total} of {len(points)} worlds")
    limits = _search(points.iloc[searched], wanted[searched])
    inside = _inside(limits, points)
    cover = [Share(int((inside & wanted)[half].sum()), int(wanted[half].sum())) for half in (searched, held)]
    dense = [Share(int((inside & wanted)[half].sum()), int(inside[half].sum())) for half in (searched, held)]
    hits, drawn = int(dense[1].count), dense[1].n
    p_value = float(hypergeom.sf(hits - 1, len(held), int(base.count), drawn))
    if not limits or p_value >= PROVEN or dense[1].low <= base.value:
        why = f"no box of worlds found in which it {kind} more often than elsewhere"
        return _none(loses, base, why, p_value if limits else 1.0)
    names = labels or {}
    said = " and ".join(limit.said(names.get(key, label_of(key))) for key, limit in limits.items())
    return Discovery(loses, limits, cover[0], dense[0], cover[1], dense[1], base, p_value, said)


@dataclass(frozen=True)
class Verdict:
    """What a sweep says about a strategy. Shares are of all points, with 95 % intervals.

    Attributes:
        profit: points whose 95 % interval over replications lies above 0.
        cost: points whose interval lies below 0.
        undecided: points whose interval holds 0, or that have one replication only.
        ahead: points whose mean is above 0, decided or not.
        discovery: the box of the rarer kind of worlds.
    """

    profit: Share
    cost: Share
    undecided: Share
    ahead: Share
    discovery: Discovery
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def verdict(points: pd.DataFrame, deltas: pd.DataFrame, labels: Mapping[str, str] | None = None) -> Verdict:
    """In what share of the worlds support is a profit center, and where it is not.

    Intervals are over worlds: what other points of the same design would have said. How plausible the worlds are is
    the design's to answer for. Undecided points count for neither side.

    Args:
        points, deltas, labels: as in `discover`.
    """
    table = paired_means(deltas[deltas["point"].isin(points.index)])
    n = len(table)
    profit, cost, undecided = (Share(int((table["sign"] == sign).sum()), n) for sign in (1, -1, 0))
    ahead = Share(int((table["mean"] > 0).sum()), n)
    loses = ahead.count >= n / 2  # the rarer kind of worlds is what needs an explanation
    found = discover(points, deltas, labels, loses=loses)
    if not n:
        return Verdict(profit, cost, undecided, ahead, found, "No world was simulated.")
    first, second = (("Profit", profit), ("cost", cost)) if loses else (("Cost", cost), ("profit", profit))
    text = (
        f"{first[0]} center in {first[1]} of {n:,} plausible worlds, {second[0]} center in {percent(second[1].value)} %"
    )
    if undecided.count:
        text += f", undecided in {percent(undecided.value)} %"
        alone = (table["n"] == 1).sum()
        text += f" ({alone:,} of them with one replication only)" if alone else ""
        text += f"; ahead on average in {ahead}"
    return Verdict(profit, cost, undecided, ahead, found, f"{text}. {_where(found)}")


def _where(found: Discovery) -> str:
    kind, verb = ("Cost", "loses") if found.loses else ("Profit", "wins")
    if not found.found:
        return f"{found.said[0].upper()}{found.said[1:]}."
    density, coverage = found.held_out_density, found.held_out_coverage
    opening = f"{kind} center where" if density.low > 0.5 else f"It {verb} more often, yet not mostly, where"
    return (
        f"{opening} {found.said}: in worlds held out from the search it {verb} on average in {density} of those, "
        f"against {percent(found.base.value)} % of all, and {coverage} of all worlds where it does are there."
    )


def label_of(key: str) -> str:
    """What to call a parameter that has no label: the last part of its key, in words."""
    return key.rsplit(".", 1)[-1].replace("_", " ")


def _search(points: pd.DataFrame, wanted: NDArray[np.bool_]) -> dict[str, Limit]:
    """The box that PRIM finds, without limits that may be chance; empty where it finds none."""
    from warnings import catch_warnings, simplefilter

    with catch_warnings():
        simplefilter("ignore")  # the library's own: backends it does not find, words that pandas will drop one day
        return _peeled(points, wanted)


def _peeled(points: pd.DataFrame, wanted: NDArray[np.bool_]) -> dict[str, Limit]:
    from ema_workbench.analysis import prim

    numeric = [key for key in points if _is_numeric(points[key])]
    table = pd.DataFrame(
        {
            # Not as whole numbers: it would put halves into such columns, which pandas 3 refuses
            str(place): points[key].astype(float) if key in numeric else points[key].astype(str).astype(object)
            for place, key in enumerate(points)
            if points[key].nunique(dropna=False) > 1
        }
    ).reset_index(drop=True)
    if table.empty:
        return {}
    smallest = min(0.05, 0.5 * float(wanted.mean()))
    best: tuple[float, int] = (0.0, 0)
    limits: dict[str, Limit] = {}
    # Peeling is greedy: where slices without a world of interest tie, one way of choosing among them goes astray
    # where another does not
    for aim in (prim.PRIMObjectiveFunctions.LENIENT1, prim.PRIMObjectiveFunctions.ORIGINAL):
        for alpha in (0.05, 0.1):
            # A threshold of 0 would count every world as one of interest
            search = prim.Prim(table, wanted, 1e-9, aim, peel_alpha=alpha, paste_alpha=alpha, mass_min=smallest)
            box = search.find_box()
            for number, chances in enumerate(box.qp):
                found = _limits(points, numeric, box.box_lims[number], chances)
                inside = _inside(found, points)
                hits = (inside & wanted).sum()
                balance = (2 * hits / (inside.sum() + wanted.sum()), -len(found))
                if balance > best:
                    best, limits = balance, found
    return limits


def _limits(
    points: pd.DataFrame, numeric: list[Any], ends: pd.DataFrame, chances: Mapping[str, list[float]]
) -> dict[str, Limit]:
    """A box of PRIM's without what may be chance. A chance of -1 stands for an end that is open anyway."""
    limits: dict[str, Limit] = {}
    for column, (low_chance, high_chance) in chances.items():
        key, (low, high) = points.columns[int(column)], ends[column].tolist()
        below, above = 0 <= low_chance <= RESTRICTED, 0 <= high_chance <= RESTRICTED
        if not (below or above):
            continue
        if key not in numeric:
            limits[key] = Limit(categories=tuple(sorted(low)))
            continue
        whole = bool((points[key].to_numpy(float) % 1 == 0).all())
        low, high = (math.ceil(low), math.floor(high)) if whole else (low, high)
        limits[key] = Limit(float(low) if below else -math.inf, float(high) if above else math.inf, whole=whole)
    return limits


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _inside(limits: Mapping[str, Limit], points: pd.DataFrame) -> NDArray[np.bool_]:
    inside = np.ones(len(points), bool)
    for key, limit in limits.items():
        inside &= limit.holds(points[key])
    return inside


def _none(loses: bool, base: Share, said: str, p_value: float = 1.0) -> Discovery:
    nothing = Share(0, 0)
    return Discovery(loses, {}, nothing, nothing, nothing, nothing, base, p_value, said)


def _number(value: Any) -> str:
    """Three significant digits, without an exponent where one can read it so."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return text.replace("-", "\N{MINUS SIGN}")
