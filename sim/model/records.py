"""What a run leaves behind: events (a row each), weeks (a row each) and the ledger. Metrics are computed from these."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.model.draws import Ints
from sim.parameters.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

# kind -> its columns besides `week` (in which it happened) and `person`
KINDS: dict[str, tuple[str, ...]] = {
    "purchase": ("units", "cents"),  # units: needs met
    "joining": ("cause",),  # JOINED_BY
    "problem": ("about", "severity", "earlier", "fate"),  # about: problems.KINDS; fate: problems.FATES
    "case": (
        "opened_week", "about", "severity", "outcome", "contacts", "tier", "hours_opened", "hours_closed",
        "hours_waited", "hours_handled",
    ),
    "story": ("story", "teller", "bad", "weight", "hop"),  # person: the listener
    "leaving": ("cause", "status", "yearly_margin"),  # LEFT_BY, Status, cents of expected yearly margin
}  # fmt: skip
JOINED_BY = ("advertising", "recommendation", "mention", "help", "return", "win-back", "renewed interest")
NEWCOMERS = 4  # of these causes, so many are those of people who never bought before
LEFT_BY = ("unresolved", "silent", "rival", "lost interest")


# Columns kept in four bytes, where they fit, until somebody asks for them: memory of long runs is mostly these
PEOPLE = frozenset({"person", "teller"})  # rows of the population
AMOUNTS = frozenset({"units", "cents"})  # none below 0
NARROW = PEOPLE | AMOUNTS
_MOST = np.iinfo(np.int32).max


def _narrow(name: str, column: ArrayLike) -> ArrayLike:
    if name in PEOPLE or (name in AMOUNTS and np.max(column) <= _MOST):
        return np.asarray(column, np.int32)
    return column


class Events:
    """Append-only events by kind, kept as lists of column chunks."""

    def __init__(self) -> None:
        self._chunks: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def __deepcopy__(self, memo: dict[int, Any]) -> Events:
        """What has happened stays; what happens to the copy happens to it alone."""
        copied = Events()
        copied._chunks.update({kind: list(chunks) for kind, chunks in self._chunks.items()})
        return copied

    def add(self, kind: str, week: int, person: Ints, **columns: ArrayLike) -> None:
        """Adds one row a person; the columns must be those of the kind (scalars are repeated)."""
        if not person.size:
            return
        if tuple(columns) != KINDS[kind]:
            raise KeyError(f"{kind} needs the columns {KINDS[kind]}, got {tuple(columns)}")
        row = {"person": person, **columns}
        self._chunks[kind].append({"week": week} | {name: _narrow(name, column) for name, column in row.items()})

    def of(self, kind: str) -> dict[str, NDArray[Any]]:
        """The columns of one kind, in the order in which the events were recorded; they cannot be written to."""
        chunks = self._chunks[kind]
        if not chunks:
            return {name: np.empty(0, np.int64) for name in ("week", "person", *KINDS[kind])}
        if len(chunks) > 1 or not np.ndim(chunks[0]["week"]):
            chunks[:] = [self._joined(kind)]  # once: metrics ask again and again
        return dict(chunks[0])

    def _joined(self, kind: str) -> dict[str, NDArray[Any]]:
        """One chunk of many; scalars are repeated."""
        chunks = self._chunks[kind]
        sizes = [chunk["person"].size for chunk in chunks]
        joined = {}
        for name in ("week", "person", *KINDS[kind]):
            parts = [chunk[name] for chunk in chunks]
            if any(np.ndim(part) for part in parts):
                parts = [
                    part if np.ndim(part) else np.full(size, part) for part, size in zip(parts, sizes, strict=True)
                ]
                joined[name] = np.concatenate(parts, dtype=np.int64 if name in NARROW else None)
            else:
                joined[name] = np.repeat(parts, sizes)
            joined[name].flags.writeable = False
        return joined

    def frame(self) -> pd.DataFrame:
        """All events in one flat frame with a `kind` column; columns that a kind does not have are empty."""
        import pandas as pd

        parts = [pd.DataFrame(self.of(kind)).assign(kind=kind) for kind in KINDS if self._chunks[kind]]
        if not parts:
            return pd.DataFrame({"kind": [], "week": [], "person": []})
        table = pd.concat(parts, ignore_index=True)
        return table[["kind", *(name for name in table.columns if name != "kind")]]


@dataclass(frozen=True)
class Run:
    """One replication of one scenario.

    Attributes:
        weeks: column name -> array with one number a week (see `WEEK_COLUMNS`).
        ledger: cents, shape (weeks, accounts in the order of `sim.model.ledger.ACCOUNTS`).
        events: what happened, a row each.
        open_cases: cases still at the desk at the end.
    """

    scenario: Scenario
    replication: int
    weeks: dict[str, NDArray[Any]]
    ledger: Ints
    events: Events
    open_cases: int


STATUS_COLUMNS = (
    "prospects",
    "customers",
    "former",
    "lost_for_good",
    "left_category",
    "rejecters",
)  # in the order of Status
# name -> unit and meaning; the ledger's accounts follow in the weekly table, in dollars
WEEK_COLUMNS: dict[str, str] = {
    "prospects": "people at the end of the week",
    "customers": "people at the end of the week",
    "former": "people at the end of the week",
    "lost_for_good": "people at the end of the week",
    "left_category": "people at the end of the week",
    "rejecters": "people at the end of the week",
    "joined": "people who became customers",
    "newcomers": "of those, people who never bought before",
    "recommended": "of those, people won by a story or a mention",
    "rejected": "prospects turned away by bad opinion",
    "left": "customers who left",
    "saved": "customers about to leave whom the save desk kept",
    "paper_retained": "customers under contract who have decided to leave",
    "orders": "purchases",
    "problems": "problems met by customers",
    "voiced": "problems brought to the firm, self-service included",
    "questions": "questions brought to the firm, self-service included",
    "false_claims": "claims of opportunists",
    "cases_opened": "cases that reached the desk",
    "cases_resolved": "cases settled",
    "cases_unresolved": "cases closed unsettled after work on them",
    "cases_abandoned": "callers who gave up waiting",
    "cases_refused": "cases refused, mostly out of warranty",
    "first_contact": "cases settled by tier 1 in one contact",
    "contacts": "pieces of work by agents",
    "hand_offs": "contacts handed on to somebody else",
    "defective_fixes": "fixes that did not hold",
    "hours_staffed": "agent hours on duty, both tiers",
    "hours_busy": "agent hours at work, both tiers",
    "hours_waited": "case hours waiting in line",
    "hours_opened": "hours the desk was open",
    "bad_stories": "bad stories heard",
    "good_stories": "good stories heard",
    "bad_mentions": "expected times that the disappointed warn somebody",
    "good_mentions": "expected times that the satisfied recommend the firm to somebody",
    "problem_rate": "problems of a purchase, x those of week 0's technology",
    "surplus": "$; what buyers would have paid on top, less what went wrong for them",
    "risk": "mean perceived risk of customers",
    "agents": "tier-1 agents employed, in full-time equivalents",
    "specialists": "tier-2 agents employed",
}
