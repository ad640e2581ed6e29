"""Ways to handle a problem: hand-made worlds, frames and events with answers known beforehand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.experiment.questions import handling
from sim.experiment.questions.handling import claimed, firm, inflicted, moments
from sim.experiment.questions.handling.inflicted import DOWN, RIGHT, Calendar, Problem, follow
from sim.model.case import RESOLVED, UNRESOLVED
from sim.model.problems import CALLS, DEFECT, SELF_SERVED, SILENT
from sim.model.records import Events, Run
from sim.model.simulation import Simulation
from sim.parameters import load_comparison
from sim.parameters.claims import claims

NOTEBOOK = "05_problems_are_opportunities"
MINE = {f"S{n}" for n in (6, 10, 11, 12, 21, 23, 24, 25, 26, 29, 30, 31, 32, 33, 34, 35, 36, 38, 39)}


def frame(values: dict[str, list[float]], column: str = "kept") -> pd.DataFrame:
    rows = [{"arm": name, "replication": r, column: x} for name, of in values.items() for r, x in enumerate(of)]
    found = pd.DataFrame(rows)
    found["arm"] = pd.Categorical(found["arm"], list(values), ordered=True)
    return found


# --- problems brought about --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("weeks", "expected"), [(156, (52, 26, 104)), (80, (40, 20, 80)), (60, (30, 15, 60))])
def test_the_calendar_fits_into_the_horizon(weeks, expected):
    assert Calendar.of(weeks) == expected


def test_problems_come_when_the_way_says_and_late_ends_come_later():
    calendar, who = Calendar(52, 26, 104), np.array([1])
    assert sorted(inflicted.interventions((Problem(False, 8), RIGHT), who, calendar)) == [44, 52]
    assert sorted(inflicted.interventions((Problem(True, days=28),), who, calendar)) == [52, 56]
    assert sorted(inflicted.interventions((Problem(True, days=7000),), who, calendar)) == [52, 103]


def test_a_problem_teaches_what_the_model_says(quiet):
    world = quiet({"world.beliefs.problem_weight": 2.0, "world.beliefs.resolved_weight": 1.5,
                   "world.beliefs.unresolved_weight": 3.0, "world.problems.stake_sd": 0.0,
                   "world.beliefs.recovery_patience": 1e4})  # fmt: skip
    helped, spared = np.array([3, 5]), 7
    for way, lesson in ((RIGHT, "good"), (DOWN, "bad")):
        simulation = Simulation(world, 0)
        simulation.intervene = inflicted.interventions((way,), helped, Calendar(0, 0, 26))
        simulation.advance(1)
        simulation.close()
        people = simulation.state.people
        # An hour after the week's forgetting; the outcome is that of the good remedy: 1.5 x J
        justice = 0.4 * 0.8 + 0.3 * 0.9 + 0.3 * 0.9
        expected = 1.5 * justice * np.exp(-1 / 1e4) if way.solved else 3.0 * 1.1
        kept = 0.5 ** (1 / world.world.beliefs.half_life)
        assert people.reliability.bad[helped] == pytest.approx(2.0 * kept)
        assert getattr(people.recovery, lesson)[helped] == pytest.approx(expected * kept)
        assert people.problems[helped].tolist() == [1, 1]
        assert people.problems[spared] == 0 and people.reliability.bad[spared] == 0


def test_the_strategy_is_as_before_once_the_problem_has_ended(quiet):
    world = quiet()
    simulation = Simulation(world, 0)
    before = simulation.state.strategy
    simulation.intervene = inflicted.interventions((RIGHT,), np.array([0]), Calendar(0, 0, 26))
    simulation.advance(1)
    simulation.close()
    assert simulation.state.strategy == before


def test_where_problems_teach_nothing_and_nobody_leaves_all_is_kept(quiet):
    nothing = {"world.beliefs.problem_weight": 0.0, "world.problems.leave_unresolved": 0.0,
               "world.problems.grievance": 0.0, "run.weeks": 60}  # fmt: skip
    rows = pd.DataFrame(follow(quiet(nothing), 0, {"put right": (RIGHT,), "let down": (DOWN,)}))
    assert rows["arm"].tolist() == [inflicted.NOTHING, "put right", "let down"]
    assert rows["kept"].tolist() == [1.0, 1.0, 1.0]
    assert 40 < rows["treated"].iloc[0] < 95  # a third of two hundred


def test_where_everyone_leaves_who_is_let_down_nothing_is_kept(quiet):
    leave = {"world.problems.leave_unresolved": 1 - 1e-9, "run.weeks": 60}
    rows = pd.DataFrame(follow(quiet(leave), 0, {"let down": (DOWN,), "put right": (RIGHT,)})).set_index("arm")
    # Who had bought in the week itself, before the problem, has spent that much
    assert rows.loc["let down", "kept"] < 0.15
    assert rows.loc["let down", "soon"] == 0.0
    assert rows.loc["put right", "kept"] == 1.0


def test_chances_are_those_of_customers_only(quiet):
    simulation = Simulation(quiet(), 0)
    simulation.state.people.status[:100] = 2  # former
    chance = inflicted.chances(simulation.state, 0)
    assert chance[:100].max() == 0.0
    assert chance[100:] == pytest.approx(0.85)


# --- problems as they come ---------------------------------------------------------------------------------------


def test_variance_is_compared_within_classes_of_need():
    need = np.array([1.0, 1, 1, 1, 9, 9, 9, 9])
    troubled = np.array([True, True, False, False] * 2)
    spent = np.array([0.0, 2, 0, 1, 100, 104, 100, 102])  # variances 2 : .5 and 8 : 2
    assert moments.variance_ratio(need, troubled, spent) == pytest.approx(10 / 2.5)
    assert np.isnan(moments.variance_ratio(need, np.zeros(8, bool), spent))


def test_a_customer_belongs_to_the_last_outcome_before_the_year(scenario):
    settings = scenario({"world.market.people": 5, "run.weeks": 60})
    events = Events()
    for week, person, fate in ((3, 0, SELF_SERVED), (9, 0, SILENT), (4, 1, CALLS), (5, 2, CALLS), (55, 3, SILENT)):
        events.add("problem", week, np.array([person]), about=DEFECT, severity=1.0, earlier=0, fate=fate)
    for person, opened, outcome in ((1, 4, RESOLVED), (2, 5, UNRESOLVED)):
        events.add("case", 6, np.array([person]), opened_week=opened, about=DEFECT, severity=1.0, outcome=outcome,
                   contacts=1, tier=0, hours_opened=0.0, hours_closed=1.0, hours_waited=0.0,
                   hours_handled=0.0)  # fmt: skip
    run = Run(settings, 0, {}, np.zeros((60, 1)), events, 0)
    named = [moments.HISTORIES[code] for code in moments.histories(run, 50)]
    assert named == ["not put right", "put right", "not put right", "never had a problem", "never had a problem"]


def test_spend_counts_the_weeks_asked_for(scenario):
    events = Events()
    for week, cents in ((4, 100), (5, 200), (6, 400)):
        events.add("purchase", week, np.array([1]), units=1, cents=cents)
    run = Run(scenario({"world.market.people": 3, "run.weeks": 10}), 0, {}, np.zeros((10, 1)), events, 0)
    assert moments.spend(run, 5, 6).tolist() == [0.0, 2.0, 0.0]


# --- whole firms -------------------------------------------------------------------------------------------------


def test_the_conjoint_has_every_combination_and_its_ends_are_the_strategies_parts(scenario):
    lean, better = scenario(), scenario(strategy="profit_center")
    arms = {each.strategy_name: each for each in firm.conjoint(lean, better)}
    assert len(arms) == 8
    assert arms["none of them"].strategy == lean.strategy
    every = arms["speed + one touch + respect"].strategy
    assert every.staffing.wait == better.strategy.staffing.wait
    assert every.remedy.respect == better.strategy.remedy.respect
    assert every.desk.handle_time == pytest.approx(better.strategy.desk.handle_time + 1 / 60)
    assert arms["respect"].strategy.desk.handle_time == pytest.approx(lean.strategy.desk.handle_time + 1 / 60)
    assert arms["speed"].strategy.desk.hand_off == lean.strategy.desk.hand_off


def test_a_main_effect_is_the_mean_over_the_other_parts():
    values = {}
    for speed in (0, 1):
        for touch in (0, 1):
            for respect in (0, 1):
                on = zip(firm.PARTS, (speed, touch, respect), strict=True)
                name = firm.combination(tuple(part for part, yes in on if yes))
                values[name] = [10.0 * speed + 3 * touch + respect + 4 * speed * touch] * 2
    arms = frame(values, "margin")
    assert claimed.main_effect(arms, "margin", "speed").mean == pytest.approx(12)  # 10 + 4 / 2
    assert claimed.main_effect(arms, "margin", "one touch").mean == pytest.approx(5)
    assert claimed.main_effect(arms, "margin", "respect").mean == pytest.approx(1)


def test_a_slope_is_that_of_the_line():
    arms = frame({"effort 0": [1.0, 5], "effort 0.5": [0.0, 3], "effort 1": [-1.0, 1]}, "npv")
    assert claimed.slope(arms, "npv").mean == pytest.approx(-3)


def test_a_return_is_the_ratio_of_means_and_nothing_where_it_is_for_free():
    arms = frame({"neither": [0.0, 0, 0], "apology": [1.0, 2, 3], "remedy": [0.0, 0, 0]}, "margin")
    arms["support"] = [0.0, 0, 0, 2, 4, 6, -1, -1, -1]
    returns = claimed.returns(arms, "apology")
    assert returns.mean() == pytest.approx(0.5)
    assert returns == pytest.approx(0.5)  # the same in each world: no error
    assert np.isnan(claimed.returns(arms, "remedy")).all()


def test_an_interaction_is_what_is_lost_beyond_both():
    ways = frame({"put right": [0.9], "let down": [0.5], "down, right": [0.4], "down, down": [0.1]})
    assert claimed.interaction(ways, "kept").mean == pytest.approx((0.1 - 0.4) - (0.5 - 0.9))
    assert claimed.of_what_is_left(ways).mean == pytest.approx(0.1 / 0.4 - 0.5 / 0.9)
    gone = frame({"put right": [0.9], "let down": [0.5], "down, right": [0.0], "down, down": [0.0]})
    assert np.isnan(claimed.of_what_is_left(gone).mean)


# --- all of it ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found():
    changes = {"world.market.people": 300, "run.weeks": 60, "run.replications": 1}
    return handling.ask(load_comparison(changes=changes), workers=1, progress=False)


def test_the_experiment_has_evidence_on_each_of_its_claims(found):
    made = claimed.evidence(found)
    assert {each.claim for each in made} == MINE
    assert set(claims(NOTEBOOK)) >= MINE
    keys = [(each.claim, each.setting, each.measure) for each in made]
    assert len(keys) == len(set(keys))


def test_a_firm_that_learns_nothing_stays_as_it_is(found):
    arms = found.arms.set_index("arm")
    assert arms.loc["learns from nothing", "rate_end"] == arms.loc["learns from nothing", "rate_start"]
    assert arms.loc["learns from all", "rate_end"] < arms.loc["learns from all", "rate_start"]


def test_margin_less_support_and_the_rest_is_what_is_left(found):
    """Pushing trouble changes nothing in the books but margin and support, so the differences agree."""
    arms = found.arms.set_index("arm")
    gap = arms.loc["both"] - arms.loc["neither"]
    assert gap["npv"] == pytest.approx(gap["margin"] - gap["support"], abs=60)  # advertising for other prospects
