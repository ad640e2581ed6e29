"""What the firm makes of what it hears: fewer problems the more causes it has found, and what finding them costs."""

import numpy as np
import pytest

from sim.model import simulate
from sim.model.ledger import ACCOUNTS
from sim.model.problems import DEFECT, QUESTION
from sim.model.state import State

# Everybody calls with everything, and is answered at once
BUSY = {
    "world.market.people": 1000,
    "world.problems.rate": 1.0,
    "world.problems.lag": 1.0,
    "world.problems.use_elasticity": 1.0,
    "world.problems.leave_unresolved": 0.0,
    "world.problems.leave_silent": 0.0,
    "world.callers.voice_small": 1.0,
    "world.callers.voice_large": 1.0,
    "world.callers.patience": 1e6,
    "strategy.access.invitation": 1.0,
    "strategy.access.self_service": 0.0,
    "strategy.staffing.agents": 50.0,
    "strategy.desk.handle_time": 0.05,
    "strategy.desk.contacts": 1,
    "strategy.warranty.after": "never_out",
    "world.problems.learning_floor": 0.4,
    "world.problems.learning_cases": 200.0,
    "world.problems.learning_exponent": 0.5,
    "strategy.learning.cost": 5.0,
}


@pytest.mark.parametrize(
    ("analysed", "left"),
    [
        # 1000 people, 200 cases a thousand count as today's experience, floor .4, exponent .5
        (0, 1.0),
        (200, 0.4 + 0.6 / 2**0.5),
        (600, 0.4 + 0.6 / 2),
        (1600, 0.4 + 0.6 / 3),
        (1e12, 0.4),
    ],
)
def test_what_is_left_of_the_problems(quiet, analysed, left):
    state = State(quiet(BUSY), 0, range(0))
    state.analysed = float(analysed)
    assert state.learned() == pytest.approx(left, rel=1e-4)


def test_a_larger_firm_needs_more_cases(quiet):
    """As many a thousand people."""
    small, large = (State(quiet({**BUSY, "world.market.people": people}), 0, range(0)) for people in (500, 2000))
    small.analysed, large.analysed = 100.0, 400.0
    assert small.learned() == large.learned() == pytest.approx(0.4 + 0.6 / 2**0.5)


@pytest.mark.parametrize("still", [{"world.problems.learning_floor": 1.0}, {"world.problems.learning_exponent": 0.0}])
def test_a_world_in_which_nothing_can_be_learned(quiet, still):
    state = State(quiet({**BUSY, **still}), 0, range(0))
    state.analysed = 5000.0
    assert state.learned() == 1.0


def test_without_analysis_there_is_no_learning_and_it_costs_nothing(quiet):
    run = simulate(quiet(BUSY))
    assert run.events.of("case")["person"].size > 1000
    assert (run.weeks["problem_rate"] == 1).all()
    assert not run.ledger[:, ACCOUNTS.index("learning")].any()


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_each_week_builds_on_the_cases_closed_before(quiet, share):
    run = simulate(quiet({**BUSY, "strategy.learning.analysis": share}))
    closed = np.bincount(run.events.of("case")["week"], minlength=26)
    before = share * (np.cumsum(closed) - closed)
    assert before[-1] > 200
    assert run.weeks["problem_rate"] == pytest.approx(0.4 + 0.6 * (1 + before / 200) ** -0.5)
    paid = -run.ledger[:, ACCOUNTS.index("learning")]
    assert np.abs(paid - share * closed * 5_00).max() <= 0.5


def test_learning_leaves_fewer_problems_as_many_as_its_formula_says(quiet):
    """At its floor from the start, a third of what happened otherwise; problems are few enough not to coincide."""
    few = {**BUSY, "world.market.people": 8000, "world.problems.rate": 0.1, "world.problems.learning_floor": 1 / 3}
    counts = []
    for analysed in (0.0, 1e15):

        def know(state, analysed=analysed):
            state.analysed = analysed

        counts.append(simulate(quiet(few), intervene={0: know}).weeks["problems"].sum())
    assert counts[0] > 2000
    assert abs(counts[1] - counts[0] / 3) < 4 * np.sqrt(counts[0] / 3)


def test_questions_teach_nothing_about_problems(quiet):
    """Half a question and no problem a purchase: everyone asks, agents answer, and nothing is analysed."""
    changes = {**BUSY, "world.problems.rate": 0.0, "world.problems.questions": 0.5, "world.callers.question_voice": 1.0}
    run = simulate(quiet({**changes, "strategy.learning.analysis": 1.0}))
    about = run.events.of("case")["about"]
    assert about.size > 500 and (about == QUESTION).all()
    assert (run.weeks["problem_rate"] == 1).all()
    assert not run.ledger[:, ACCOUNTS.index("learning")].any()


def test_the_rate_shown_is_that_of_the_problems_there_are(quiet):
    """A product with half the defects, where half of the problems are defects: three quarters of the problems."""
    changes = {**BUSY, "world.problems.service_share": 0.5, "strategy.product.problems": 0.5, "run.weeks": 2}
    changes |= {"world.problems.quality_cost": 0.0}
    run = simulate(quiet(changes))
    assert (run.events.of("problem")["about"] == DEFECT).mean() == pytest.approx(1 / 3, abs=0.1)
    assert run.weeks["problem_rate"] == pytest.approx([0.75, 0.75])
