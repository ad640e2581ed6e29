"""What is true of every run of every world: nobody and no cent is lost, and every number is a number."""

from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from sim.model import Simulation
from sim.model.ledger import ACCOUNTS
from sim.model.network import Complete, Network
from sim.model.people import NEVER, Status
from sim.model.problems import CALLS, QUESTION, SELF_SERVED, shares
from sim.model.records import JOINED_BY, LEFT_BY, NEWCOMERS, STATUS_COLUMNS, WEEK_COLUMNS
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
    if field.annotation is bool:
        return st.booleans()
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
    "world.market.people": 200,
    "run.weeks": 20,
    "world.needs.mean": 0.5,
    "world.needs.period": 8.0,
    "world.problems.rate": 1.0,
    "world.callers.voice_small": 0.5,
    "world.callers.voice_large": 0.9,
    "world.word_of_mouth.retell": 0.5,
    # All that may happen does
    "world.market.initial_buyers": 0.5,
    "world.market.advertising_reach": 0.02,
    "world.market.return_to_category": 0.05,
    "world.market.questions_outside": 0.1,
    "world.needs.opportunists": 0.3,
    "world.economy.recession_week": 10,
    "world.economy.thrift": 1.0,
    "world.choice.sensitivity_sd": 0.5,
    "world.choice.forgetting": 52.0,
    "world.choice.unfairness_weight": 2.0,
    "world.choice.reminder": 0.5,
    "world.choice.awakening": 0.1,
    "world.rival.matches": 0.5,
    "world.rival.win_back": 0.5,
    "world.problems.questions": 1.0,
    "world.word_of_mouth.mention": 0.1,
    "world.word_of_mouth.mention_weak": 0.05,
    "world.word_of_mouth.posted": 0.3,
    "world.word_of_mouth.posted_good": 0.2,
    "world.labour.attrition": 0.5,
    "world.labour.hiring_lag": 2,
    "world.labour.ramp_up": 3,
    "strategy.promotion.newcomer_discount": 0.2,
    "strategy.promotion.messages": 4.0,
    "strategy.relationship.save_desk": 0.3,
    "strategy.relationship.win_back": 12.0,
    "strategy.relationship.win_back_offer": 0.3,
    "strategy.learning.analysis": 0.5,
    "strategy.access.help_anyone": True,
    "strategy.staffing.review": 4,
    "strategy.desk.hand_off": 0.2,
    "strategy.desk.defective_fix": 0.2,
    "strategy.remedy.no_questions": True,
}


def with_a_file_of_ties(changes: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Ties from a file want the file: the spokes of a wheel, one of them twice, and its rim."""
    if changes.get("world.word_of_mouth.network") != "edges":
        return changes
    n = changes.get("world.market.people", DEFAULTS["world.market.people"])
    path = folder / f"wheel_{n}.csv"
    ties = [(0, i) for i in range(1, n)] + [(i, i + 1) for i in range(1, n - 1)] + [(0, min(1, n - 1))]
    path.write_text("# a wheel\n" + "".join(f"{one},{other}\n" for one, other in ties), encoding="utf-8")
    return {**changes, "world.word_of_mouth.edges": str(path)}


def over_ties(network: Network, said: np.ndarray) -> np.ndarray:
    """What each person's strong ties say, added up."""
    if isinstance(network, Complete):
        return said.sum() - said
    ties = np.ones(network.neighbours.size), network.neighbours, network.starts
    return csr_array(ties, shape=(network.people, network.people)) @ said


def check(scenario) -> None:
    """Runs a scenario and asserts every identity."""
    simulation = Simulation(scenario)
    start = simulation.state.people.counts()
    bought_before = simulation.state.people.last_purchase != NEVER
    run = simulation.run()
    weeks, events, people = run.weeks, run.events, simulation.state.people
    n = scenario.world.market.people

    # Numbers are numbers
    assert set(weeks) == set(WEEK_COLUMNS)
    for name, column in weeks.items():
        assert column.shape == (scenario.run.weeks,), name
        assert np.isfinite(column).all(), name
        assert (column >= 0).all() or name == "surplus", name
    assert run.ledger.shape == (scenario.run.weeks, len(ACCOUNTS))
    assert np.issubdtype(run.ledger.dtype, np.integer)
    kinds = ("purchase", "joining", "problem", "case", "story", "leaving")
    for kind in kinds:
        for name, column in events.of(kind).items():
            assert np.isfinite(column.astype(float)).all(), (kind, name)
        assert ((events.of(kind)["person"] >= 0) & (events.of(kind)["person"] < n)).all()

    # People: everyone is somewhere, and customers change by those who join and leave
    assert len(STATUS_COLUMNS) == len(Status) == 6
    counts = np.array([weeks[name] for name in STATUS_COLUMNS])
    assert (counts.sum(axis=0) == n).all()
    customers = np.concatenate([[start[Status.CUSTOMER]], weeks["customers"]])
    assert (np.diff(customers) == weeks["joined"] - weeks["left"]).all()
    assert np.isin(people.status, [int(status) for status in Status]).all()
    assert (weeks["recommended"] <= weeks["newcomers"]).all()
    assert (weeks["newcomers"] <= weeks["joined"]).all()
    bought, joined, left = (events.of(kind) for kind in ("purchase", "joining", "leaving"))
    ever = bought_before.copy()
    ever[bought["person"]] = True
    assert ever[people.status == Status.CUSTOMER].all() and ever[people.status == Status.FORMER].all()
    assert (np.isin(joined["cause"], range(len(JOINED_BY)))).all() and np.isin(left["cause"], range(len(LEFT_BY))).all()
    newcomer = joined["cause"] < NEWCOMERS
    if not scenario.world.market.forget_the_firm:
        assert not ever[np.isin(people.status, [Status.PROSPECT, Status.REJECTER])].any()  # they never bought
        assert not bought_before[joined["person"][newcomer]].any()
        assert np.unique(joined["person"][newcomer]).size == newcomer.sum()  # a newcomer once in a life
    assert ever[joined["person"]].all()  # whoever joins buys
    if scenario.world.needs.kind == "one_off" and not scenario.world.market.forget_the_firm:
        once = np.bincount(bought["person"], minlength=n) + bought_before
        assert (once <= 1).all()
    subscription = scenario.world.needs.kind == "subscription"
    assert (people.leaving_as >= -1).all()
    if not subscription:
        assert (people.leaving_as == -1).all() and not weeks["paper_retained"].any()
    assert (people.status[people.leaving_as >= 0] == Status.CUSTOMER).all()
    assert (weeks["paper_retained"] <= weeks["customers"]).all()
    if not scenario.strategy.relationship.save_desk:
        assert not weeks["saved"].any()

    # Beliefs: evidence is never negative, never infinite
    for belief in (people.reliability, people.recovery):
        for evidence in (belief.good, belief.bad):
            assert np.isfinite(evidence).all() and (evidence >= 0).all()
    for name in ("grievance", "habit", "looking", "in_use", "unanswered", "problems"):
        assert np.isfinite(getattr(people, name)).all() and (getattr(people, name) >= 0).all(), name
    for name in ("advocacy", "expectation", "put_off"):
        assert ((getattr(people, name) >= 0) & (getattr(people, name) <= 1 + 1e-12)).all(), name
    assert np.isin(people.opinion, [-1, 0, 1]).all()
    assert (people.looking <= 1).all() and (people.habit <= 1 + 1e-9).all()
    assert (weeks["risk"] <= 1 + 0.5 * scenario.world.choice.variance_aversion).all()

    # Talk: what was added up as opinions changed is what a count from scratch gives
    talk = simulation.state.talk
    assert ((talk.praise >= 0) & (talk.praise <= 1)).all() and np.isin(talk.blame, [0, 1]).all()
    for said, friends in ((talk.praise, talk.good_friends), (talk.blame, talk.bad_friends)):
        recount = over_ties(talk.network, said)
        np.testing.assert_allclose(friends, recount, atol=1e-9)
    signals = talk.signals(np.arange(n), scenario.world.market.advertising_reach)
    for chance in signals:
        assert np.isfinite(chance).all() and ((chance >= -1e-12) & (chance <= 1 + 1e-12)).all()
    assert (signals.adopts + signals.rejects <= 1 + 1e-12).all()

    # Cases: what came in is closed or open; who is silent does not come
    closed = {name: weeks[f"cases_{name}"].sum() for name in ("resolved", "unresolved", "abandoned", "refused")}
    assert weeks["cases_opened"].sum() == sum(closed.values()) + run.open_cases
    assert (weeks["cases_opened"] <= weeks["voiced"] + weeks["questions"]).all()
    assert (weeks["voiced"] <= weeks["problems"]).all()
    case, problem = events.of("case"), events.of("problem")
    assert case["person"].size == sum(closed.values())
    calls = np.bincount(problem["week"][problem["fate"] == CALLS], minlength=scenario.run.weeks)
    asked_agents = weeks["cases_opened"] - calls
    assert ((asked_agents >= 0) & (asked_agents <= weeks["questions"])).all()
    about_questions = int((case["about"] == QUESTION).sum())
    assert about_questions <= asked_agents.sum() <= about_questions + run.open_cases
    assert (problem["about"] != QUESTION).all() and np.isin(case["about"], range(4)).all()
    assert not case["person"].size or (case["outcome"] != 3)[case["about"] == QUESTION].all()  # answers are free
    # Of a problem that nobody brought there is no case
    brought = problem["week"][problem["fate"] == CALLS] * n + problem["person"][problem["fate"] == CALLS]
    trouble = case["about"] != QUESTION
    assert np.isin(case["opened_week"][trouble] * n + case["person"][trouble], brought).all()
    assert weeks["contacts"].sum() >= case["contacts"].sum()
    assert (weeks["hand_offs"] >= 0).all() and weeks["hand_offs"].sum() <= weeks["contacts"].sum() + run.open_cases
    assert weeks["defective_fixes"].sum() <= weeks["contacts"].sum()
    assert (case["contacts"] <= scenario.strategy.desk.contacts).all()
    assert (case["hours_closed"] >= case["hours_opened"]).all()
    assert (case["hours_waited"] <= (case["hours_closed"] - case["hours_opened"]) * (1 + 1e-9) + 1e-6).all()
    assert weeks["first_contact"].sum() <= closed["resolved"]
    assert (weeks["hours_busy"] <= weeks["hours_staffed"] * (1 + 1e-9) + 1e-6).all()
    assert (weeks["hours_opened"] == scenario.world.labour.opening_hours).all()
    cap = scenario.strategy.staffing.cap
    if cap is not None and scenario.strategy.staffing.rule == "planned":
        assert (weeks["agents"] <= cap + 1e-9).all() and (weeks["specialists"] <= cap + 1e-9).all()

    # Problems: what learning leaves of them
    product, floor = scenario.strategy.product.problems, scenario.world.problems.learning_floor
    at_first = shares(scenario.world.problems, product, 1.0).sum()  # a better product has fewer defects only
    assert min(product, 1) - 1e-9 <= at_first <= max(product, 1) + 1e-9
    left_of_them = weeks["problem_rate"] / at_first
    assert ((left_of_them >= floor - 1e-9) & (left_of_them <= 1 + 1e-9)).all()
    assert (np.diff(left_of_them) <= 1e-12).all()
    if not scenario.strategy.remedy.no_questions:
        assert not weeks["false_claims"].any()
    if not scenario.world.problems.questions and not scenario.strategy.access.help_anyone:
        assert not weeks["questions"].any()

    # Money: sales are the purchases, and every account has its sign
    sales = np.zeros(scenario.run.weeks, np.int64)
    np.add.at(sales, bought["week"], bought["cents"])
    assert (run.ledger[:, ACCOUNTS.index("sales")] == sales).all()
    assert (bought["units"] >= 1).all() and (bought["cents"] >= 0).all()
    costs = (
        "discounts", "support_labour", "self_service", "hiring", "remedies", "learning", "promotion", "advertising",
    )  # fmt: skip
    for name in costs:
        assert (run.ledger[:, ACCOUNTS.index(name)] <= 0).all(), name
    served = (problem["fate"] == SELF_SERVED).sum() + weeks["questions"].sum() - asked_agents.sum()
    each = round(100 * scenario.strategy.access.self_service_cost)
    assert run.ledger[:, ACCOUNTS.index("self_service")].sum() == pytest.approx(-each * served, abs=served)
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


@pytest.fixture(scope="session")
def ties(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("ties")


def note_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """Names what is not at its default, should the example fail."""
    note({key: value for key, value in changes.items() if value != DEFAULTS[key]})
    return changes


@settings(ALWAYS_THE_SAME, max_examples=60, phases=NO_SHRINKING)
@given(changes=EVERY_PARAMETER)
def test_every_world(scenario, ties, changes):
    check(scenario(with_a_file_of_ties(note_changes(changes), ties)))


@settings(ALWAYS_THE_SAME, max_examples=60, phases=NO_SHRINKING)
@given(changes=SOME_PARAMETERS)
def test_every_change_of_a_live_world(scenario, ties, changes):
    check(scenario(with_a_file_of_ties({**LIVELY, **note_changes(changes)}, ties), "profit_center"))


WORDS = [
    (f"{kind}.{path}", word)
    for kind, model in (("world", World), ("strategy", Strategy), ("run", Run))
    for path, field in leaves(model)
    if get_origin(field.annotation) is Literal
    for word in get_args(field.annotation)
]


@pytest.mark.parametrize(("parameter", "word"), WORDS)
def test_every_word_of_a_live_world(scenario, ties, parameter, word):
    check(scenario(with_a_file_of_ties({**LIVELY, parameter: word}, ties), "profit_center"))


@pytest.mark.slow
@settings(ALWAYS_THE_SAME, max_examples=800, phases=NO_SHRINKING)
@given(changes=st.one_of(EVERY_PARAMETER, SOME_PARAMETERS.map(lambda changes: {**LIVELY, **changes})))
def test_very_many_worlds(scenario, ties, changes):
    check(scenario(with_a_file_of_ties(note_changes(changes), ties)))


@pytest.mark.parametrize("strategy", ["cost_center", "profit_center"])
def test_the_shipped_world_for_five_years(scenario, strategy):
    check(scenario({"world.market.people": 3000}, strategy))


@pytest.mark.parametrize("kind", ["world", "strategy", "run"])
def test_every_parameter_is_drawn(kind):
    model = {"world": World, "strategy": Strategy, "run": Run}[kind]
    assert {f"{kind}.{path}" for path, _ in leaves(model) if path not in ABOUT_MANY_RUNS} <= set(PARAMETERS)
    assert set(NARROWER) <= set(PARAMETERS)
