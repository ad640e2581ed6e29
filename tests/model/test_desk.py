"""The desk, in scenarios one can solve in the head: whole hours, one literal log each."""

import numpy as np
import pytest
import simpy
from scipy.stats import binomtest

from sim.model.case import DECISIONS, OUTCOMES, lucks, new_cases
from sim.model.desk import Desk
from sim.model.draws import Draws
from sim.parameters.strategy import Desk as DeskParameters
from sim.parameters.world import Callers

PLAIN = {
    "handle_time": 1.0,
    "specialist_time": 1.0,
    "first_contact_resolution": 0.99,
    "specialist_resolution": 0.99,
    "strain_effect": 0.0,
    "escalation": 0.0,
    "contacts": 3,
}
HIGH, LOW = 0.999, 0.001  # luck that fails, or passes, any probability between


class Office:
    """A desk with hours of ten a day, callers by hand, and a log."""

    def __init__(self, agents: float, specialists: float = 0.0, persistence: float = 0.5, **desk):
        self.env = simpy.Environment()
        parameters = DeskParameters(**{**PLAIN, **desk})
        self.desk = Desk(self.env, parameters, Callers(persistence=persistence), day_hours=10.0)
        self.desk.staff(agents, specialists)
        self.contacts = parameters.contacts

    def call(
        self, at, person, work=1.0, patience=1e9, settles=LOW, escalates=HIGH, persists=LOW, returns=1.0,
        back_office=0.0, handed_on=False, defective=False, covered=True, severity=1.0,
    ):  # fmt: skip
        """A case; each kind of luck is one number for all contacts or a list."""
        chances = (work, patience, settles, escalates, persists, returns, back_office, handed_on, defective)
        luck = [column if isinstance(column, list) else [column] * self.contacts for column in chances]
        one, nothing = np.array([person]), np.zeros(1, np.int64)
        cases = new_cases(one, 0, nothing, np.array([severity]), nothing, np.array([covered]), np.zeros(1))
        self.desk.expect(cases, np.array([luck], np.float64), np.array([at - self.env.now]))

    def log(self, until=1000):
        """(person, outcome, hour of closing, hours waited, contacts), in the order of closing."""
        self.env.run(until=until)
        return [
            (case["person"], OUTCOMES[case["outcome"]], case["closed"], case["waited"], case["contacts"])
            for case in self.desk.take_closed()
        ]


def test_three_customers_and_one_agent():
    office = Office(agents=1)
    office.call(at=0, person=0, work=2)
    office.call(at=1, person=1, work=3)
    office.call(at=1.5, person=2, work=1)
    assert office.log() == [
        (0, "resolved", 2, 0, 1),
        (1, "resolved", 5, 1, 1),
        (2, "resolved", 6, 3.5, 1),
    ]
    tier = office.desk.tiers[0]
    assert (tier["waiting_hours"], tier["busy_hours"], tier["demand_hours"]) == (4.5, 6, 6)


def test_two_agents_serve_in_the_order_of_calls():
    office = Office(agents=2)
    for person, (at, work) in enumerate([(0, 4), (0, 2), (1, 2), (1, 1)]):
        office.call(at=at, person=person, work=work)
    assert office.log() == [
        (1, "resolved", 2, 0, 1),
        (0, "resolved", 4, 0, 1),
        (2, "resolved", 4, 1, 1),
        (3, "resolved", 5, 3, 1),
    ]


def test_handle_time_is_in_units_of_the_strategy_s():
    office = Office(agents=1, handle_time=0.5)
    office.call(at=0, person=0, work=3)
    assert office.log() == [(0, "resolved", 1.5, 0, 1)]


def test_who_runs_out_of_patience_leaves_the_line_and_its_place():
    office = Office(agents=1)
    office.call(at=0, person=0, work=5)
    office.call(at=1, person=1, patience=2)
    office.call(at=2, person=2, patience=4)
    assert office.log() == [
        (1, "abandoned", 3, 2, 0),
        (0, "resolved", 5, 0, 1),
        (2, "resolved", 6, 3, 1),
    ]


def test_patience_counts_in_the_line_only_and_anew_with_each_contact():
    """Person 0 is served at once, then comes back at hour 4 and finds person 1 in the way until hour 9."""
    for patience, end in ((3, (0, "abandoned", 7, 3, 1)), (6, (0, "resolved", 10, 5, 2))):
        office = Office(agents=1)
        office.call(at=0, person=0, work=1, patience=[2, patience, 9], settles=[HIGH, LOW, LOW], returns=3)
        office.call(at=2, person=1, work=7, patience=1)
        assert end in office.log()


def test_the_patience_of_an_earlier_contact_is_forgotten():
    """Person 0 would have waited until 4 the first time; the second wait, from 3 to 6, is another one."""
    office = Office(agents=1)
    office.call(at=0, person=1, work=1)
    office.call(at=0, person=0, work=1, patience=[4, 9, 9], settles=[HIGH, LOW, LOW], returns=1)
    office.call(at=2, person=2, work=4)
    assert office.log() == [(1, "resolved", 1, 0, 1), (2, "resolved", 6, 0, 1), (0, "resolved", 7, 4, 2)]


def test_a_repeat_contact():
    office = Office(agents=1)
    office.call(at=0, person=0, work=[2, 3, 1], settles=[HIGH, LOW, LOW], returns=[4, 9, 9])
    assert office.log() == [(0, "resolved", 9, 0, 2)]


def test_who_does_not_persist_stays_unresolved():
    office = Office(agents=1)
    office.call(at=0, person=0, settles=HIGH, persists=0.6)  # persistence is .5
    assert office.log() == [(0, "unresolved", 1, 0, 1)]


def test_a_case_is_closed_after_so_many_contacts():
    office = Office(agents=1, contacts=3, first_contact_resolution=0.5)
    office.call(at=0, person=0, settles=0.9, returns=2)
    assert office.log() == [(0, "unresolved", 7, 0, 3)]


def test_escalation_to_a_specialist_and_time_behind_the_desk():
    """Hour 0-1 tier 1; the specialist is busy with person 1 until 5, works two hours, the part arrives at 7 + 6."""
    office = Office(agents=2, specialists=1, escalation=1.0, first_contact_resolution=0.5, specialist_time=2.0)
    office.call(at=0, person=0, settles=[0.9, LOW, LOW], escalates=LOW, back_office=6)
    office.call(at=0, person=1, work=[0.5, 2.25, 1], settles=[0.9, LOW, LOW], escalates=LOW, back_office=0)
    assert office.log() == [
        (1, "resolved", 5, 0, 2),
        (0, "resolved", 13, 4, 2),
    ]
    assert office.desk.tiers["busy_hours"].tolist() == [1.5, 6.5]


def test_only_some_cases_escalate_the_others_come_back_to_tier_1():
    office = Office(agents=1, specialists=1, escalation=0.3, first_contact_resolution=0.5)
    office.call(at=0, person=0, settles=[0.9, LOW, LOW], escalates=0.4, returns=2)
    office.call(at=5, person=1, settles=[0.9, LOW, LOW], escalates=0.2, returns=2)
    assert office.log() == [(0, "resolved", 4, 0, 2), (1, "resolved", 7, 0, 2)]
    assert office.desk.tiers["busy_hours"].tolist() == [3, 1]


def test_a_case_that_must_be_refused_takes_its_time_too():
    office = Office(agents=1)
    office.call(at=0, person=0, work=2, covered=False)
    assert office.log() == [(0, "refused", 2, 0, 1)]


def test_an_agent_of_two_fifths_works_in_the_morning_only():
    """Days of ten hours: on duty from 0 to 4, from 10 to 14, and so on; what is begun is finished."""
    office = Office(agents=0.4)
    office.call(at=1, person=0)
    office.call(at=3, person=1, work=2)  # begun at 3, finished at 5, after hours
    office.call(at=5, person=2)  # waits for the next morning
    office.call(at=13.5, person=3, patience=1)  # served at once
    office.call(at=15, person=4, patience=4)  # gives up before the third morning
    assert office.log(until=30) == [
        (0, "resolved", 2, 0, 1),
        (1, "resolved", 5, 0, 1),
        (2, "resolved", 11, 5, 1),
        (3, "resolved", 14.5, 0, 1),
        (4, "abandoned", 19, 4, 0),
    ]
    staffed = office.desk.take_work().staffed[0]
    assert staffed == pytest.approx(3 * 4 + 1 + 0.5)  # three mornings and the work finished after them


def test_one_and_a_half_agents():
    office = Office(agents=1.5)
    for person, at in enumerate([3, 3, 6, 6]):
        office.call(at=at, person=person, work=2)
    assert office.log() == [
        (0, "resolved", 5, 0, 1),
        (1, "resolved", 5, 0, 1),
        (2, "resolved", 8, 0, 1),
        (3, "resolved", 10, 2, 1),
    ]


def test_a_new_headcount_works_from_the_next_day():
    office = Office(agents=0)
    office.call(at=1, person=0)
    office.env.run(until=2)
    office.desk.staff(1, 0)
    assert office.log() == [(0, "resolved", 11, 9, 1)]


def test_nobody_on_duty_means_everybody_waits():
    office = Office(agents=0)
    office.call(at=0, person=0, patience=7)
    office.call(at=0, person=1)
    assert office.log(until=500) == [(0, "abandoned", 7, 7, 0)]
    assert office.desk.open_cases == 1


def test_open_cases_count_what_came_in_and_is_not_closed():
    office = Office(agents=1)
    for person, at in enumerate([0, 1, 50]):
        office.call(at=at, person=person, work=5)
    office.env.run(until=6)
    assert office.desk.open_cases == 1
    assert office.desk.take_closed()["person"].tolist() == [0]
    assert office.desk.open_cases == 1  # taking them is not closing them again
    assert office.desk.take_closed().size == 0


def test_work_is_reported_once():
    office = Office(agents=1, specialists=0.5)
    office.call(at=2, person=0, work=3)
    office.call(at=3, person=1, work=1)
    office.env.run(until=20)
    work = office.desk.take_work()
    assert (work.staffed, work.busy, work.waiting) == ((20, 10), (4, 0), (2, 0))
    assert (work.contacts, work.opened) == (2, 2)
    office.env.run(until=30)
    work = office.desk.take_work()
    assert (work.staffed, work.busy, work.waiting) == ((10, 5), (0, 0), (0, 0))
    assert (work.contacts, work.opened) == (0, 0)


@pytest.mark.parametrize(("severity", "chance"), [(1.0, 0.72), (4.0, 0.5625), (0.25, 1.44 / 1.72)])
def test_severe_cases_are_harder_to_settle(severity, chance):
    """Odds .72/.28 fall with severity^-.5: at severity 4 half of that, .36/.64 = .5625 of all; at 1/4 twice that."""
    for settles, outcome in ((chance - 0.001, "resolved"), (chance + 0.001, "unresolved")):
        office = Office(agents=1, first_contact_resolution=0.72, severity_effect=0.5, contacts=1)
        office.call(at=0, person=0, settles=settles, severity=severity)
        assert office.log()[0][1] == outcome


def test_a_stretched_desk_settles_less():
    """Five wait for one agent: strain .5, so odds fall by exp(-1 x .5); with ten or more the loss is whole."""
    for waiting, loss in ((0, 0.0), (5, 0.5), (10, 1.0), (40, 1.0)):
        odds = 0.72 / 0.28 * np.exp(-loss)
        for settles, outcome in ((odds / (1 + odds) - 0.001, "resolved"), (odds / (1 + odds) + 0.001, "unresolved")):
            office = Office(agents=1, first_contact_resolution=0.72, strain_effect=1.0, contacts=1)
            office.call(at=0, person=0, settles=settles)
            for person in range(1, 1 + waiting):
                office.call(at=0.5, person=person)
            assert office.log(until=1.5)[0][:2] == (0, outcome)


# Hand-offs and fixes that do not hold


def test_a_contact_handed_on_is_half_as_much_work_again():
    office = Office(agents=1)
    office.call(at=0, person=0, work=2, handed_on=True)
    office.call(at=0, person=1, work=2)
    assert office.log() == [(0, "resolved", 3, 0, 1), (1, "resolved", 5, 3, 1)]
    assert office.desk.tiers["busy_hours"][0] == 5
    work = office.desk.take_work()
    assert (work.hand_offs, work.contacts) == (1, 2)
    assert office.desk.take_work().hand_offs == 0  # reported once


def test_each_contact_is_handed_on_by_its_own_luck():
    """First contact 1.5 hours, back an hour later, second contact an hour."""
    office = Office(agents=1)
    office.call(at=0, person=0, settles=[HIGH, LOW, LOW], handed_on=[True, False, True], returns=1)
    assert office.log() == [(0, "resolved", 3.5, 0, 2)]
    assert office.desk.take_work().hand_offs == 1


@pytest.mark.parametrize(("effect", "chance"), [(0.0, 0.6), (np.log(1.5), 0.5), (np.log(6.0), 0.2)])
def test_a_contact_handed_on_is_harder_to_settle(effect, chance):
    """Odds of 3 : 2 fall by exp(effect): to 1 : 1 with ln 1.5, to 1 : 4 with ln 6; other contacts are as before."""
    for handed_on, limit in ((True, chance), (False, 0.6)):
        for settles, outcome in ((limit - 0.001, "resolved"), (limit + 0.001, "unresolved")):
            office = Office(agents=1, first_contact_resolution=0.6, hand_off_effect=effect, contacts=1)
            office.call(at=0, person=0, settles=settles, handed_on=handed_on)
            assert office.log()[0][1] == outcome


def test_a_fix_that_does_not_hold_brings_the_customer_back():
    """Worked on in hour 0-1, back two hours later, and then it holds."""
    office = Office(agents=1)
    office.call(at=0, person=0, defective=[True, False, False], returns=2)
    assert office.log() == [(0, "resolved", 4, 0, 2)]
    work = office.desk.take_work()
    assert (work.defective_fixes, work.contacts) == (1, 2)


def test_a_fix_that_does_not_hold_is_unsettled_for_who_lets_it_be():
    office = Office(agents=1)
    office.call(at=0, person=0, defective=True, persists=0.6)  # persistence is .5
    office.call(at=5, person=1, defective=[True, True, True], returns=1)  # three contacts are the most
    assert office.log() == [(0, "unresolved", 1, 0, 1), (1, "unresolved", 10, 0, 3)]
    assert office.desk.take_work().defective_fixes == 4


def test_the_customer_finds_out_when_the_part_is_there():
    """Tier 1 for an hour, the specialist for one, six hours behind the desk: back at 8 + 3, settled at 12 + 6."""
    office = Office(agents=1, specialists=1, escalation=1.0, first_contact_resolution=0.5)
    office.call(
        at=0, person=0, settles=[0.9, LOW, LOW], escalates=LOW, back_office=6, defective=[False, True, False], returns=3
    )
    assert office.log() == [(0, "resolved", 18, 0, 3)]


# The luck of a case


def column(luck: np.ndarray, decision: str) -> np.ndarray:
    """Of each case, by contact."""
    return luck[:, DECISIONS.index(decision)]


def test_lucks_are_a_pure_function_of_person_and_week():
    desk, callers, draws = DeskParameters(contacts=4), Callers(), Draws(5, 2)
    many = lucks(draws, desk, callers, np.arange(50), 7)
    assert many.shape == (50, len(DECISIONS), 4)
    assert (many[31] == lucks(Draws(5, 2), desk, callers, np.array([31]), 7)[0]).all()
    assert (many[31] != lucks(draws, desk, callers, np.array([31]), 8)[0]).any()
    assert (many[31] != many[32]).any()
    for name in ("handle time", "patience", "settles", "returns"):
        assert len(set(column(many, name)[31])) == 4  # each contact has its own


def test_more_contacts_allowed_change_nothing_for_the_first_ones():
    few, many = (lucks(Draws(1, 0), DeskParameters(contacts=n), Callers(), np.arange(9), 3) for n in (2, 10))
    assert (few == many[:, :, :2]).all()
    assert many.shape == (9, len(DECISIONS), 10)


@pytest.mark.parametrize("distribution", ["exponential", "lognormal"])
def test_means_of_the_luck(distribution):
    n = 40_000
    desk = DeskParameters(handle_distribution=distribution, handle_sd=0.7, contacts=1, back_office=20.0)
    luck = lucks(Draws(1, 0), desk, Callers(patience=8.0, return_time=16.0), np.arange(n), 0)
    sd = 1.0 if distribution == "exponential" else np.sqrt(np.expm1(0.49))
    assert abs(column(luck, "handle time").mean() - 1) < 4 * sd / np.sqrt(n)
    assert abs(column(luck, "patience").mean() - 8) < 4 * 8 / np.sqrt(n)
    assert abs(column(luck, "returns").mean() - 16) < 4 * 16 / np.sqrt(n)
    assert np.median(column(luck, "back office")) == pytest.approx(20, rel=0.03)


@pytest.mark.parametrize("name", ["hand_off", "defective_fix"])
@pytest.mark.parametrize("chance", [0.0, 0.15, 1.0])
def test_as_many_contacts_go_wrong_as_the_strategy_says(name, chance):
    desk = DeskParameters(**{name: chance, "contacts": 4})
    luck = lucks(Draws(1, 0), desk, Callers(), np.arange(5000), 0)
    one, other = ("handed on", "fix fails") if name == "hand_off" else ("fix fails", "handed on")
    assert np.isin(column(luck, one), [0, 1]).all()
    happens = column(luck, one) == 1
    assert happens.shape == (5000, 4)
    assert binomtest(int(happens.sum()), 20_000, chance).pvalue > 1e-3
    assert not column(luck, other).any()
    if chance == 0.15:  # each contact has its own
        both = happens[:, 0] & happens[:, 1]
        assert binomtest(int(both.sum()), 5000, 0.15**2).pvalue > 1e-3
