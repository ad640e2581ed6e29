"""The books: every amount is an entry (week, account, whole cents); positive is money in."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from sim.model.draws import Floats, Ints

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


class Ledger:
    """Cents by week and account. Integers, so that the books balance exactly."""

    def __init__(self, weeks: int) -> None:
        self.entries: Ints = np.zeros((weeks, len(ACCOUNTS)), np.int64)

    def post(self, week: int, account: Account, amount: Ints | int) -> None:
        """Posts the sum of whole cents to an account; costs are negative."""
        self.entries[week, _COLUMN[account]] += amount.sum() if isinstance(amount, np.ndarray) else amount

    def net(self) -> Ints:
        """Net cash of each week, cents."""
        return np.asarray(self.entries.sum(axis=1))


def discount_factors(weeks: int, yearly_rate: float) -> Floats:
    """Present value of a dollar at the end of each week, by weekly discounting."""
    return np.asarray((1 + yearly_rate) ** (-(np.arange(weeks) + 1) / 52))


def npv(entries: Ints, yearly_rate: float) -> Floats:
    """Net present value in dollars over axis 0 (weeks) of an array of cents."""
    return np.asarray(np.tensordot(discount_factors(entries.shape[0], yearly_rate), entries, axes=(0, 0)) / 100)
