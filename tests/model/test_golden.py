"""The model gives what it gave: small runs that exercise every mechanism, against the records of `tests/golden`.

Where a run differs and was meant to, raise VERSION in sim/model/version.py and record anew, in one command:
`.venv/bin/python tests/golden/record.py`.
"""

from collections import Counter
from typing import get_args

import pytest
from golden.record import GOLDEN, altered, difference, read

from sim.model.case import OUTCOMES
from sim.model.ledger import ACCOUNTS
from sim.model.problems import FATES, KINDS
from sim.model.records import JOINED_BY, LEFT_BY, WEEK_COLUMNS
from sim.model.records import KINDS as EVENTS
from sim.model.version import VERSION
from sim.parameters.world import Needs, WordOfMouth

DOZENS = 24


@pytest.mark.parametrize("name", GOLDEN)
def test_the_model_gives_what_it_gave(name):
    recorded = read(name)
    assert recorded.version == VERSION, f"{name} was recorded under another version: run tests/golden/record.py"
    where = difference(recorded.tables, GOLDEN[name].tables(recorded.scenario))
    assert not where, f"{name}, {where}. Meant so? Raise VERSION in sim/model/version.py, run tests/golden/record.py"


@pytest.mark.parametrize("name", GOLDEN)
def test_another_run_is_told_apart(name):
    recorded, golden = read(name), GOLDEN[name]
    for changes in ({"run.seed": 12}, golden.slightly):
        assert difference(recorded.tables, golden.tables(altered(recorded.scenario, changes))), changes


def test_a_difference_is_found_where_it_is():
    recorded, now = read("contract").tables, read("contract").tables
    assert difference(recorded, now) == ""
    now["weeks"]["surplus"][7] *= 1 + 1e-12  # another order of summation
    assert difference(recorded, now) == ""
    now["weeks"]["surplus"][7] *= 1 + 1e-8
    assert difference(recorded, now).startswith("table weeks, column surplus, row 7: ")
    now["joining"]["cause"] = now["joining"]["cause"][:-1]
    assert difference(recorded, now) == "table joining, column cause, row 54: 54 rows, recorded 55"
    now["purchase"]["cents"][3] += 1
    assert difference(recorded, now).startswith("table purchase, column cents, row 3: ")
    del now["purchase"]["units"]
    assert difference(recorded, now).startswith("table purchase: columns ")


def test_the_recorded_runs_exercise_everything():
    runs = [read(name) for name in GOLDEN]
    worlds = [run.scenario.world for run in runs]
    assert {world.needs.kind for world in worlds} == set(get_args(Needs.model_fields["kind"].annotation))
    networks = set(get_args(WordOfMouth.model_fields["network"].annotation))
    assert {world.word_of_mouth.network for world in worlds} == networks - {"edges"}

    seen: Counter[str] = Counter()
    for run in runs:
        seen.update({kind: run.tables[kind]["week"].size for kind in EVENTS})
        for table, column, names in (
            ("joining", "cause", JOINED_BY), ("leaving", "cause", LEFT_BY), ("case", "outcome", OUTCOMES[:-1]),
            ("problem", "fate", FATES), ("problem", "about", KINDS[:-1]), ("case", "about", KINDS),
        ):  # fmt: skip
            codes = run.tables[table][column]
            seen.update({f"{table} {column} {name}": int((codes == code).sum()) for code, name in enumerate(names)})
    rare = {name: count for name, count in seen.items() if count < DOZENS}
    assert not rare

    never = {f"weeks {name}" for name in WEEK_COLUMNS} | {f"ledger {name}" for name in ACCOUNTS} | {"desk open_cases"}
    for run in runs:
        for table in ("weeks", "ledger", "desk"):
            never -= {f"{table} {name}" for name, rows in run.tables[table].items() if rows.any()}
    assert not never
