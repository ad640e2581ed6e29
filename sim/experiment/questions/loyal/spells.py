"""Who was a customer when: spells, from what a run recorded, and how often they end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.experiment.metrics import ratio
from sim.model.case import RESOLVED
from sim.model.draws import Draws, Ints
from sim.model.people import People, Status, populate
from sim.model.problems import QUESTION, SILENT
from sim.model.records import LEFT_BY, Run

STAYS = -1  # cause of an end that did not come
LOST_INTEREST = LEFT_BY.index("lost interest")
YEAR = 52
HALF_YEAR = 26


class Spells(NamedTuple):
    """A row a spell: from the week in which somebody was or became a customer to the one in which they left.

    Attributes:
        stop: the week after the last one as a customer.
        cause: index into LEFT_BY, or STAYS.
    """

    person: Ints
    start: Ints
    stop: Ints
    cause: Ints


def people_of(run: Run) -> People:
    """Everyone, as week 0 found them."""
    return populate(run.scenario.world, Draws(run.scenario.run.seed, run.replication))


def spells(run: Run, people: People) -> Spells:
    """Every spell of a run, by person and start. Joining and leaving take turns in everybody's life."""
    horizon, joins, leaves = run.scenario.run.weeks, run.events.of("joining"), run.events.of("leaving")
    there = np.flatnonzero(people.status == Status.CUSTOMER)
    person = np.concatenate([there, joins["person"]]).astype(np.int64)
    start = np.concatenate([np.zeros(there.size, np.int64), joins["week"]])
    order = np.lexsort((start, person))
    person, start = person[order], start[order]
    # The first spell of a person ends with their first leaving, the second with the second
    number = _number(person) + person * (horizon + 2)
    ending = np.lexsort((leaves["week"], leaves["person"]))
    left = leaves["person"][ending].astype(np.int64)
    ended = _number(left) + left * (horizon + 2)
    place = np.searchsorted(ended, number)
    over = np.append(ended, -1)[place] == number
    stop, cause = np.full(person.size, horizon), np.full(person.size, STAYS)
    stop[over] = leaves["week"][ending][place[over]] + 1
    cause[over] = leaves["cause"][ending][place[over]]
    return Spells(person, start, stop, cause)


def _number(person: Ints) -> Ints:
    """How many rows of the same person come before, in a sorted column."""
    return np.asarray(np.arange(person.size) - np.searchsorted(person, person))


def exits(lives: Spells, low: Ints | int, high: Ints | int, but: tuple[int, ...] = ()) -> tuple[int, float]:
    """(spells that ended from week `low` to before `high`, years lived as a customer in between).

    Args:
        but: causes that do not count as an end.
    """
    begin, end = np.maximum(lives.start, low), np.minimum(lives.stop, high)
    counts = end > begin
    ended = counts & ~np.isin(lives.cause, (STAYS, *but)) & (lives.stop - 1 >= begin) & (lives.stop - 1 < high)
    return int(ended.sum()), float((end - begin)[counts].sum()) / YEAR


def rate(ended: int, years: float) -> float:
    """Endings for each customer and year; NaN where nobody was there."""
    return ratio(ended, years)


def triggers(run: Run) -> tuple[Ints, Ints]:
    """(person, week) of each reason to look elsewhere: a problem that was not put right, or never mentioned."""
    cases, trouble = run.events.of("case"), run.events.of("problem")
    let_down = (cases["outcome"] != RESOLVED) & (cases["about"] != QUESTION)
    silent = trouble["fate"] == SILENT
    person = np.concatenate([cases["person"][let_down], trouble["person"][silent]]).astype(np.int64)
    return person, np.concatenate([cases["week"][let_down], trouble["week"][silent]]).astype(np.int64)


def first_trigger(run: Run, lives: Spells) -> Ints:
    """The week of the first reason to look elsewhere in each spell; the horizon where there is none."""
    horizon = run.scenario.run.weeks
    person, week = triggers(run)
    when = np.sort(person * (horizon + 1) + week)
    place = np.searchsorted(when, lives.person * (horizon + 1) + lives.start)
    found = np.append(when, np.iinfo(np.int64).max)[place]
    same = found // (horizon + 1) == lives.person
    return np.where(same & (found % (horizon + 1) < lives.stop), found % (horizon + 1), horizon)
