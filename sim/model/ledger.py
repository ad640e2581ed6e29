"""The books: every amount is an entry (week, account, whole cents); positive is money in."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np

from sim.model.compiled import compiled
from sim.model.draws import Bools, Floats, Ints

Account = Literal[
    "sales",
    "cost_of_goods",
    "discounts",
    "support_fees",
    "support_labour",
    "self_service",
    "hiring",
    "remedies",
    "learning",
    "promotion",
    "advertising",
]
ACCOUNTS: tuple[Account, ...] = get_args(Account)
_COLUMN = {account: column for column, account in enumerate(ACCOUNTS)}


def cents(dollars: Floats | float) -> Ints:
    """Whole cents, rounded half to even."""
    return np.rint(np.asarray(dollars) * 100).astype(np.int64)


@compiled
def to_cents(dollars: float) -> int:
    """The same of one amount, for compiled loops."""
    return int(np.rint(dollars * 100))


class Posting(NamedTuple):
    """One posting with the people it is about: cents of each, or one amount over all of them together."""

    week: int
    account: int  # place in ACCOUNTS
    who: Ints  # nobody: it is about no person, as the desk's wages
    amount: Ints | int


class Ledger:
    """Cents by week and account. Integers, so that the books balance exactly.

    Args:
        by_person: whether to remember whom each posting is about, in `postings`.
    """

    def __init__(self, weeks: int, by_person: bool = False) -> None:
        self.entries: Ints = np.zeros((weeks, len(ACCOUNTS)), np.int64)
        self.postings: list[Posting] = []
        self.by_person = by_person

    def __deepcopy__(self, memo: dict[int, object]) -> Ledger:
        """What is posted stays; what is posted to the copy stands there alone."""
        copied = Ledger(0, self.by_person)
        copied.entries, copied.postings = self.entries.copy(), list(self.postings)
        return copied

    def post(self, week: int, account: Account, amount: Ints | int, who: Ints | Bools | None = None) -> None:
        """Posts whole cents to an account, the sum where they are many; costs are negative.

        `who`: whom they are about, by row or marked: a cent amount for each, or one for all of them.
        """
        column = _COLUMN[account]
        self.entries[week, column] += amount.sum() if isinstance(amount, np.ndarray) else amount
        if self.by_person:
            if who is None:
                about: Ints = np.empty(0, np.int64)
            else:
                about = np.flatnonzero(who) if who.dtype == np.bool_ else who.astype(np.int64)
            self.postings.append(Posting(week, column, about, amount))

    def net(self) -> Ints:
        """Net cash of each week, cents."""
        return np.asarray(self.entries.sum(axis=1))


def discount_factors(weeks: int, yearly_rate: float) -> Floats:
    """Present value of a dollar at the end of each week, by weekly discounting."""
    return np.asarray((1 + yearly_rate) ** (-(np.arange(weeks) + 1) / 52))


def npv(entries: Ints, yearly_rate: float) -> Floats:
    """Net present value in dollars over axis 0 (weeks) of an array of cents."""
    return np.asarray(np.tensordot(discount_factors(entries.shape[0], yearly_rate), entries, axes=(0, 0)) / 100)
