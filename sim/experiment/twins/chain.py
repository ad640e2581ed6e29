"""The chain of people through whom one problem reaches others, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.model.draws import Ints
from sim.model.network import Network
from sim.model.records import Events

BY_STORY, BY_MENTION = "story", "mention"
LEFT, NEVER_CAME, LESS, NOTHING, MORE, GAINED = CONSEQUENCES = (
    "left", "never came", "bought less", "heard of it", "bought more", "came or stayed",
)  # fmt: skip
UNKNOWN = -1


def reached_by(
    root: int, since: Ints, speaks: Mapping[int, Ints], network: Network, ours: Events, theirs: Events
) -> pd.DataFrame:
    """Who differs between two worlds, since when, and through whom: the one reached first of those it could be.

    Somebody is reached by a story that only one of the worlds tells, from one who was reached before; or else by a
    friend who was reached before and has another opinion of the firm.

    Args:
        root: where it begins.
        since: week since which each person differs, -1 for never.
        speaks: week -> who says something else of the firm in it.

    Returns:
        person, week, hop (0: root, UNKNOWN: through nobody), through (UNKNOWN), way ('' for none); by week.
    """
    told_here, told_there = _stories(ours, since), _stories(theirs, since)
    starts, ties = network.starts, network.neighbours
    hop, rows = {root: 0}, [(root, int(since[root]), 0, UNKNOWN, "")]
    others = [person for person in np.flatnonzero(since >= 0).tolist() if person != root]
    for person in sorted(others, key=lambda one: (since[one], one)):
        week = int(since[person])
        told = told_here.get(person, set()) ^ told_there.get(person, set())
        by, way = {int(teller) for teller, *_ in told}, BY_STORY
        by = {teller for teller in by if -1 < since[teller] < week}
        if not by:
            friends = speaks[week]
            if not network.ties.complete:
                friends = np.intersect1d(friends, ties[starts[person] : starts[person + 1]])
            by, way = {friend for friend in friends.tolist() if -1 < since[friend] < week}, BY_MENTION
        through = min(by, key=lambda one: (since[one], one), default=UNKNOWN)
        known = through != UNKNOWN and hop[through] != UNKNOWN
        hop[person] = hop[through] + 1 if known else UNKNOWN
        rows.append((person, week, hop[person], through, way if through != UNKNOWN else ""))
    return pd.DataFrame(rows, columns=["person", "week", "hop", "through", "way"])


def _stories(events: Events, since: Ints) -> dict[int, set[tuple[float, ...]]]:
    """person -> stories heard in the week since which they differ: (teller, story, bad, weight, hop)."""
    story = events.of("story")
    rows = np.flatnonzero(since[story["person"]] == story["week"])
    found: dict[int, set[tuple[float, ...]]] = {}
    columns = (story[name][rows].tolist() for name in ("person", "teller", "story", "bad", "weight", "hop"))
    for person, *heard in zip(*columns, strict=True):
        found.setdefault(person, set()).add(tuple(heard))
    return found


def consequences(
    reached: pd.DataFrame, money: pd.DataFrame, kept: Events, broken: Events, weeks: range
) -> tuple[list[str], list[int]]:
    """(what became of each person reached, how many times they were lost as a customer) where it was not put right."""
    joined, left = (_oftener(kept, broken, kind, weeks) for kind in ("joining", "leaving"))
    bought = money[money["account"] == "sales"].groupby("person")["cents"].sum()
    found, lost = [], []
    for person in reached["person"].tolist():
        stays, spent = joined.get(person, 0) - left.get(person, 0), bought.get(person, 0)
        lost.append(stays)
        if stays > 0:
            found.append(NEVER_CAME if joined.get(person, 0) > 0 else LEFT)
        elif stays < 0:
            found.append(GAINED)
        else:
            found.append(LESS if spent > 0 else MORE if spent < 0 else NOTHING)
    return found, lost


def _oftener(kept: Events, broken: Events, kind: str, weeks: range) -> dict[int, int]:
    """person -> how much oftener it happened to them where the problem was put right."""
    count: dict[int, int] = {}
    for sign, events in ((1, kept), (-1, broken)):
        event = events.of(kind)
        inside = (event["week"] >= weeks.start) & (event["week"] < weeks.stop)
        for person in event["person"][inside].tolist():
            count[person] = count.get(person, 0) + sign
    return count
