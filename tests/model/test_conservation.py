"""What is true of every run of every world: nobody and no cent is lost, and every number is a number."""

from types import NoneType
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from sim.model import Simulation
from sim.model.ledger import ACCOUNTS
from sim.model.people import Status
from sim.model.records import STATUS_COLUMNS, WEEK_COLUMNS
from sim.parameters import Run, Strategy, World
from sim.parameters.fields import leaves

# An overflow or a division by zero would be a wrong number, even where no identity notices
pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

ABOUT_MANY_RUNS = ("replications", "precision", "max_replications")

# Narrower than the parameters' own bounds
NARROWER: dict[str, tuple[float, float]] = {
    # so that an example takes milliseconds
    "world.market.people": (1, 300),
    "run.weeks": (1, 30),
    "world.word_of_mouth.ties": (2, 40),
    # so that Erlang planning for a desk of astronomers does not search for minutes
    "strategy.desk.handle_time": (1e-3, 100),
    "strategy.desk.specialist_time": (1e-3, 100),
    "world.labour.opening_hours": (1, 168),
    "strategy.staffing.occupancy": (0.05, 0.99),
    "strategy.staffing.wait": (1e-3, 1e4),
    # so that one order stays below the 9e16 dollars that whole cents can count
    "world.needs.basket": (0.01, 1e6),
    "world.needs.basket_sd_people": (0, 1.5),
    "world.needs.basket_sd_orders": (0, 1.5),
}


def values(path: str, field: Any) -> st.SearchStrategy[Any]:
    """Allowed values of one parameter: its default, its bounds, and anything between."""
    kinds = get_args(field.annotation) if get_origin(field.annotation) is not Literal else ()
    if get_origin(field.annotation) is Literal:
        return st.sampled_from(get_args(field.annotation))
    if field.annotation is str:
        return st.just(field.default)
    whole = field.annotation is int or int in kinds
    bounds = ("ge", "gt", "le", "lt")
    limit = {key: getattr(rule, key) for rule in field.metadata for key in bounds if hasattr(rule, key)}
    low, high = limit.get("ge", limit.get("gt", 0)), limit.get("le", limit.get("lt", 1e6))
    open_low, open_high = "gt" in limit, "lt" in limit
    if path in NARROWER:
        (low, high), open_low, open_high = NARROWER[path], False, False
    if whole:
        between: st.SearchStrategy[Any] = st.integers(int(low) + open_low, int(high) - open_high)
        ends = [int(low) + open_low, int(high) - open_high]
    else:
        # no denormals: a half-life of 1e-300 weeks is not a case worth the reader's time
        smallest = 1e-6 if open_low and low == 0 else low
        between = st.floats(smallest, high, exclude_max=open_high, allow_subnormal=False).filter(
            lambda x: x == 0 or abs(x) >= 1e-6
        )
        ends = [smallest] + [high] * (not open_high)
    default = [field.default] if path not in NARROWER or low <= (field.default or 0) <= high else []
    options = [st.sampled_from(default)] * (2 if default else 0) + [st.sampled_from(ends), between]
    if NoneType in kinds:
        options.append(st.none())
    return st.one_of(*options)


PARAMETERS = {
    f"{kind}.{path}": values(f"{kind}.{path}", field)
    for kind, model in (("world", World), ("strategy", Strategy), ("run", Run))
    for path, field in leaves(model)
    if path not in ABOUT_MANY_RUNS
}
DEFAULTS = {
    f"{kind}.{path}": field.default
    for kind, model in (("world", World), ("strategy", Strategy), ("run", Run))
    for path, field in leaves(model)
}
EVERY_PARAMETER = st.fixed_dictionaries(PARAMETERS)
# Most of the worlds above are dead on arrival; these change a few things in a live one
SOME_PARAMETERS = st.lists(st.sampled_from(sorted(PARAMETERS)), min_size=1, max_size=8, unique=True).flatmap(
    lambda keys: st.fixed_dictionaries({key: PARAMETERS[key] for key in keys})
)
LIVELY = {
    "world.market.people": 300,
    "run.weeks": 20,
    "world.needs.mean": 0.5,
    "world.problems.rate": 1.0,
    "world.callers.voice_small": 0.5,
    "world.callers.voice_large": 0.9,
    "world.word_of_mouth.retell": 0.5,
}


def check(scenario) -> None:
    """Runs a scenario and asserts every identity."""
    simulation = Simulation(scenario)
    start = simulation.state.people.counts()
    run = simulation.run()
    weeks, events, people = run.weeks, run.events, simulation.state.people
    n = scenario.world.market.people

    # Numbers are numbers
    assert set(weeks) == set(WEEK_COLUMNS)
    for name, column in weeks.items():
        assert column.shape == (scenario.run.weeks,), name
        assert np.isfinite(column).all(), name
        assert (column >= 0).all(), name
    assert run.ledger.shape == (scenario.run.weeks, len(ACCOUNTS))
    assert np.issubdtype(run.ledger.dtype, np.integer)
    kinds = ("purchase", "joining", "problem", "case", "story", "leaving")
    for kind in kinds:
        for name, column in events.of(kind).items():
            assert np.isfinite(column.astype(float)).all(), (kind, name)
        assert ((events.of(kind)["person"] >= 0) & (events.of(kind)["person"] < n)).all()

    # People: everyone is somewhere, and customers change by those who join and leave
    counts = np.array([weeks[name] for name in STATUS_COLUMNS])
    assert (counts.sum(axis=0) == n).all()
    customers = np.concatenate([[start[Status.CUSTOMER]], weeks["customers"]])
    assert (np.diff(customers) == weeks["joined"] - weeks["left"]).all()
    assert np.isin(people.status, [int(status) for status in Status]).all()
    assert (weeks["recommended"] <= weeks["joined"]).all()

    # Beliefs: evidence is never negative, never infinite
    for belief in (people.reliability, people.recovery):
        for evidence in (belief.good, belief.bad):
            assert np.isfinite(evidence).all() and (evidence >= 0).all()
    for name in ("grievance", "habit", "looking", "in_use", "problems"):
        assert (getattr(people, name) >= 0).all(), name
    assert (people.looking <= 1).all() and (people.habit <= 1 + 1e-9).all()
    assert (weeks["risk"] <= 1 + 0.5 * scenario.world.choice.variance_aversion).all()

    # Cases: what came in is closed or open; who is silent does not come
    closed = {name: weeks[f"cases_{name}"].sum() for name in ("resolved", "unresolved", "abandoned", "refused")}
    assert weeks["cases_opened"].sum() == sum(closed.values()) + run.open_cases
    assert (weeks["cases_opened"] <= weeks["voiced"]).all() and (weeks["voiced"] <= weeks["problems"]).all()
    case, problem = events.of("case"), events.of("problem")
    assert case["person"].size == sum(closed.values())
    assert (problem["fate"] == 2).sum() == weeks["cases_opened"].sum()
    assert weeks["contacts"].sum() >= case["contacts"].sum()
    assert (case["contacts"] <= scenario.strategy.desk.contacts).all()
    assert (case["hours_closed"] >= case["hours_opened"]).all()
    assert (case["hours_waited"] <= (case["hours_closed"] - case["hours_opened"]) * (1 + 1e-9) + 1e-6).all()
    assert weeks["first_contact"].sum() <= closed["resolved"]
    assert (weeks["hours_busy"] <= weeks["hours_staffed"] * (1 + 1e-9) + 1e-6).all()

    # Money: sales are the purchases, and every account has its sign
    bought = events.of("purchase")
    sales = np.zeros(scenario.run.weeks, np.int64)
    np.add.at(sales, bought["week"], bought["cents"])
    assert (run.ledger[:, ACCOUNTS.index("sales")] == sales).all()
    assert (bought["units"] >= 1).all() and (bought["cents"] >= 0).all()
    for name in ("support_labour", "self_service", "hiring", "remedies", "advertising"):
        assert (run.ledger[:, ACCOUNTS.index(name)] <= 0).all(), name
    assert (run.ledger[:, ACCOUNTS.index("support_fees")] >= 0).all()

    # Events and weeks tell the same story
    for kind, name in (("purchase", "orders"), ("joining", "joined"), ("leaving", "left"), ("problem", "problems")):
        assert (np.bincount(events.of(kind)["week"], minlength=scenario.run.weeks) == weeks[name]).all(), kind
    story = events.of("story")
    assert story["person"].size == weeks["bad_stories"].sum() + weeks["good_stories"].sum()
    assert np.unique(story["story"] * n + story["person"]).size == story["person"].size  # heard once
    assert (story["hop"] <= scenario.world.word_of_mouth.hops).all() and (story["person"] != story["teller"]).all()


ALWAYS_THE_SAME = settings(
    deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip
NO_SHRINKING = (Phase.explicit, Phase.generate)  # of a hundred parameters it would take minutes


def note_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """Names what is not at its default, should the example fail."""
    note({key: value for key, value in changes.items() if value != DEFAULTS[key]})
    return changes


@settings(ALWAYS_THE_SAME, max_examples=60, phases=NO_SHRINKING)
@given(changes=EVERY_PARAMETER)
def test_every_world(scenario, changes):
    check(scenario(note_changes(changes)))


@settings(ALWAYS_THE_SAME, max_examples=60)
@given(changes=SOME_PARAMETERS)
def test_every_change_of_a_live_world(scenario, changes):
    check(scenario({**LIVELY, **changes}, "profit_center"))


@pytest.mark.slow
@settings(ALWAYS_THE_SAME, max_examples=1500, phases=NO_SHRINKING)
@given(changes=st.one_of(EVERY_PARAMETER, SOME_PARAMETERS.map(lambda changes: {**LIVELY, **changes})))
def test_very_many_worlds(scenario, changes):
    check(scenario(note_changes(changes)))


@pytest.mark.parametrize("strategy", ["cost_center", "profit_center"])
def test_the_shipped_world_for_five_years(scenario, strategy):
    check(scenario({"world.market.people": 3000}, strategy))


@pytest.mark.parametrize("kind", ["world", "strategy", "run"])
def test_every_parameter_is_drawn(kind):
    model = {"world": World, "strategy": Strategy, "run": Run}[kind]
    assert {f"{kind}.{path}" for path, _ in leaves(model) if path not in ABOUT_MANY_RUNS} <= set(PARAMETERS)
    assert set(NARROWER) <= set(PARAMETERS)
