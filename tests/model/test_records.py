"""What a run leaves behind: events, weeks and their agreement."""

import numpy as np
import pytest

from sim.model import simulate
from sim.model.case import OUTCOMES
from sim.model.ledger import ACCOUNTS
from sim.model.records import JOINED_BY, KINDS, LEFT_BY, STATUS_COLUMNS, WEEK_COLUMNS, Events

WEEKS = 50
NEW = [JOINED_BY.index(cause) for cause in ("advertising", "recommendation", "mention", "help")]
TOLD = [JOINED_BY.index(cause) for cause in ("recommendation", "mention")]


@pytest.fixture(scope="module")
def run(scenario):
    return simulate(scenario({"world.market.people": 3000, "world.problems.rate": 1.0, "run.weeks": WEEKS}))


def test_events_come_back_in_the_order_in_which_they_happened():
    events = Events()
    events.add("purchase", 3, np.array([7, 2]), units=np.array([1, 4]), cents=np.array([500, 900]))
    events.add("joining", 3, np.array([7]), cause=0)
    events.add("purchase", 4, np.array([2]), units=1, cents=100)  # a number is repeated for everyone
    events.add("purchase", 5, np.array([], int), units=1, cents=1)  # nobody: nothing
    bought = {name: column.tolist() for name, column in events.of("purchase").items()}
    assert bought == {"week": [3, 3, 4], "person": [7, 2, 2], "units": [1, 4, 1], "cents": [500, 900, 100]}
    frame = events.frame()
    assert len(frame) == 4
    assert frame.columns[0] == "kind"
    assert frame.loc[frame["kind"] == "joining", "cents"].isna().all()
    assert frame.loc[frame["kind"] == "purchase", "cents"].tolist() == [500, 900, 100]


def test_nothing_happened():
    events = Events()
    assert len(events.frame()) == 0
    for kind, columns in KINDS.items():
        assert {name: column.size for name, column in events.of(kind).items()} == dict.fromkeys(
            ("week", "person", *columns), 0
        )


@pytest.mark.parametrize("columns", [{}, {"units": 1}, {"units": 1, "dollars": 3}, {"cents": 1, "units": 1}])
def test_an_event_must_have_the_columns_of_its_kind(columns):
    with pytest.raises(KeyError, match="purchase needs the columns"):
        Events().add("purchase", 0, np.array([1]), **columns)


def test_recorded_events_cannot_be_changed_by_who_reads_them():
    events, units = Events(), np.array([1, 2])
    events.add("purchase", 0, np.array([5, 6]), units=units, cents=units * 100)
    table = events.of("purchase")
    for column in table.values():
        with pytest.raises(ValueError, match="read-only"):
            column[:] = 99
    table["units"] = units * 99
    assert events.of("purchase")["units"].tolist() == [1, 2]


def test_every_week_has_every_column_and_nothing_else(run):
    assert set(run.weeks) == set(WEEK_COLUMNS)
    assert {column.shape for column in run.weeks.values()} == {(WEEKS,)}
    assert run.ledger.shape == (WEEKS, len(ACCOUNTS))
    assert all(text for text in WEEK_COLUMNS.values())


def test_weeks_count_the_events(run):
    def count(kind, keep=slice(None)):
        return np.bincount(run.events.of(kind)["week"][keep], minlength=WEEKS)

    events = run.events.of
    pairs = {
        "orders": count("purchase"),
        "joined": count("joining"),
        "newcomers": count("joining", np.isin(events("joining")["cause"], NEW)),
        "recommended": count("joining", np.isin(events("joining")["cause"], TOLD)),
        "left": count("leaving"),
        "problems": count("problem"),
        "voiced": count("problem", events("problem")["fate"] > 0),
        "bad_stories": count("story", events("story")["bad"]),
        "good_stories": count("story", ~events("story")["bad"]),
        **{f"cases_{name}": count("case", events("case")["outcome"] == i) for i, name in enumerate(OUTCOMES[:-1])},
    }
    for name, column in pairs.items():
        np.testing.assert_array_equal(run.weeks[name], column, name)
    for name in (
        "orders",
        "joined",
        "newcomers",
        "recommended",
        "left",
        "voiced",
        "cases_resolved",
        "cases_refused",
        "bad_stories",
    ):
        assert run.weeks[name].sum() > 0, f"nothing to count: {name}"


def test_cases_come_in_during_their_week_and_end_before_they_are_counted(run):
    case, hours = run.events.of("case"), run.scenario.world.labour.opening_hours
    assert (case["hours_opened"] // hours == case["opened_week"]).all()
    assert (case["hours_closed"] <= (case["week"] + 1) * hours).all()
    assert (case["hours_closed"] >= case["week"] * hours).all()
    worked = case["contacts"] > 0
    assert (case["hours_handled"][worked] > 0).all() and (case["hours_handled"][~worked] == 0).all()


def test_who_leaves_is_worth_a_year_of_expected_margin(quiet):
    """Need .2 a week, $50, margin .4 and next to no spread: about 52 x .2 x 50 x .4 = $208."""
    run = simulate(quiet({"world.needs.dropout_a": 1e3, "world.needs.dropout_b": 1e3, "world.market.people": 2000}))
    leaving = run.events.of("leaving")
    assert leaving["person"].size > 500
    assert (leaving["cause"] == LEFT_BY.index("lost interest")).all()
    assert (leaving["status"] == STATUS_COLUMNS.index("left_category")).all()
    # heavier users leave sooner: a little above the mean of everyone
    assert leaving["yearly_margin"].mean() / 100 == pytest.approx(208, rel=0.03)


def test_open_cases_are_what_is_not_closed_at_the_end(scenario):
    changes = {"strategy.staffing.rule": "fixed", "strategy.staffing.agents": 0.0, "strategy.staffing.specialists": 0.0}
    run = simulate(scenario({**changes, "world.callers.patience": 1e6, "world.market.people": 2000, "run.weeks": 20}))
    assert run.open_cases == run.weeks["cases_opened"].sum() > 0
