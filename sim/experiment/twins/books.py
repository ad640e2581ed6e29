"""The books of twin worlds set against each other: every cent by week, person and account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

import numpy as np
import pandas as pd

from sim.model.draws import Ints
from sim.model.ledger import ACCOUNTS, Posting

WORK = "work"  # beside the accounts of the ledger: hours at the desk at what an hour costs
NOBODY = -1
_NAMES = (*ACCOUNTS, WORK)

Entries = tuple[Ints, Ints, Ints, Ints]  # week, account, person, cents; a row each


def money_of(ours: Sequence[Posting], theirs: Sequence[Posting], end: int, sign: int, people: int) -> pd.DataFrame:
    """Cents of one world less those of its twin, x `sign`, before week `end`: week, person, account, cents.

    One amount over many people belongs in equal parts to those of them who are in one world's posting only; cents that
    this leaves over go to the first of them. What is about nobody is NOBODY's.
    """
    parts: list[Entries] = []
    for factor, postings in ((sign, ours), (-sign, theirs)):
        parts += (_each(posting, factor) for posting in postings if posting.week < end and _is_exact(posting))
    one, other = (_shared(postings, end) for postings in (ours, theirs))
    for week, account in sorted({*one, *other}):
        nobody = Posting(week, account, np.empty(0, np.int64), 0)
        pairs = zip_longest(one.get((week, account), ()), other.get((week, account), ()), fillvalue=nobody)
        for pair in pairs:
            who, cents = _share(*pair)
            parts.append((np.full(who.size, week), np.full(who.size, account), who, sign * cents))
    return summed(parts, people)


def _is_exact(posting: Posting) -> bool:
    return isinstance(posting.amount, np.ndarray)


def _shared(postings: Sequence[Posting], end: int) -> dict[tuple[int, int], list[Posting]]:
    """Amounts over many people, by week and account, in their order."""
    found: dict[tuple[int, int], list[Posting]] = {}
    for posting in postings:
        if posting.week < end and not _is_exact(posting):
            found.setdefault((posting.week, posting.account), []).append(posting)
    return found


def _each(posting: Posting, factor: int) -> Entries:
    size = posting.who.size
    return (
        np.full(size, posting.week), np.full(size, posting.account), posting.who, factor * np.asarray(posting.amount),
    )  # fmt: skip


def _share(one: Posting, other: Posting) -> tuple[Ints, Ints]:
    """(who, cents): the difference of two amounts over many, for those who are in one of them only."""
    difference = int(one.amount) - int(other.amount)
    if not difference and np.array_equal(one.who, other.who):
        return one.who[:0], one.who[:0]
    more, fewer = np.setdiff1d(one.who, other.who), np.setdiff1d(other.who, one.who)
    who = np.concatenate([more, fewer])
    if not who.size:
        return (np.array([NOBODY]), np.array([difference])) if difference else (who, who)
    each = [int(posting.amount) / posting.who.size if posting.who.size else 0.0 for posting in (one, other)]
    cents = np.rint(np.concatenate([np.full(more.size, each[0]), np.full(fewer.size, -each[1])])).astype(np.int64)
    left = difference - int(cents.sum())
    cents += left // who.size
    cents[: left % who.size] += 1
    return who, cents


def summed(parts: Iterable[Entries], people: int) -> pd.DataFrame:
    """Entries of the same week, person and account together; those that come to nothing are left out."""
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] or [np.empty(0, np.int64)] * 4
    week, account, person, cents = columns
    key, place = np.unique((week * len(_NAMES) + account) * (people + 1) + person + 1, return_inverse=True)
    total = np.zeros(key.size, np.int64)
    np.add.at(total, place, cents)
    key, total = key[total != 0], total[total != 0]
    rest = key // (people + 1)
    return pd.DataFrame(
        {
            "week": rest // len(_NAMES),
            "person": key % (people + 1) - 1,
            "account": np.array(_NAMES, dtype=object)[rest % len(_NAMES)],
            "cents": total,
        }
    )
