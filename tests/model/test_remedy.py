"""What a settled problem feels like and costs, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.problems import DEFECT, EXPECTATION, QUESTION, SERVICE
from sim.model.remedy import ACTIONS, cost, effort, justice, makes_good
from sim.parameters.strategy import Remedy

ONE = np.ones(1)
shares = st.floats(0, 1)


@pytest.mark.parametrize(
    ("remedy", "contacts", "fee", "score"),
    [
        # .4 done + .3 way + .3 respect
        (Remedy(action="replace", effort=0.0, respect=1.0), 1, 0.0, 0.4 * 0.8 + 0.3 + 0.3),
        (Remedy(action="replace", compensation=0.2, effort=0.0, respect=1.0), 1, 0.0, 1.0),
        (Remedy(action="refund", compensation=5.0, effort=0.0, respect=1.0), 1, 0.0, 1.0),  # not more than all
        (Remedy(action="explain", effort=1.0, respect=0.0), 1, 0.0, 0.4 * 0.2),
        (Remedy(action="repair", effort=0.5, respect=0.5), 3, 0.0, 0.4 * 0.6 + 0.3 * 0.5 * 0.5 + 0.3 * 0.5),
        (Remedy(action="repair", effort=0.0, respect=0.0), 1, 0.4, 0.4 * 0.2 + 0.3),
        (Remedy(action="repair", effort=0.0, respect=0.0), 9, 2.0, 0.0),  # not less than nothing
    ],
)
def test_justice(remedy, contacts, fee, score):
    assert justice(remedy, contacts * ONE, fee * ONE)[0] == pytest.approx(score)


@given(
    action=st.sampled_from(sorted(ACTIONS)),
    compensation=st.floats(0, 5),
    effort=shares,
    respect=shares,
    contacts=st.integers(1, 10),
    fee=st.floats(0, 5),
)
def test_justice_is_a_share_and_falls_with_each_contact_and_fee(action, compensation, effort, respect, contacts, fee):
    remedy = Remedy(action=action, compensation=compensation, effort=effort, respect=respect)
    score = justice(remedy, contacts * ONE, fee * ONE)[0]
    assert 0 <= score <= 1
    assert score >= justice(remedy, (contacts + 1) * ONE, fee * ONE)[0]
    assert score >= justice(remedy, contacts * ONE, (fee + 0.1) * ONE)[0]


@pytest.mark.parametrize("better", [{"effort": 0.1}, {"respect": 0.9}, {"compensation": 0.1}])
def test_less_effort_more_respect_and_more_money_feel_better(better):
    plain = {"action": "repair", "effort": 0.4, "respect": 0.5}
    assert justice(Remedy(**plain | better), ONE, 0 * ONE) > justice(Remedy(**plain), ONE, 0 * ONE)


@pytest.mark.parametrize(
    ("remedy", "spoilt", "dollars"),
    [
        # of an order of $80 at a margin of .4: goods cost $48
        (Remedy(action="explain"), 1.0, 0.0),
        (Remedy(action="repair"), 1.0, 0.3 * 48),
        (Remedy(action="replace"), 1.0, 48),
        (Remedy(action="refund"), 1.0, 80),
        (Remedy(action="refund"), 0.25, 20),  # a quarter of the order is spoilt
        (Remedy(action="refund"), 2.5, 200),  # where a problem spoils more than the order
        (Remedy(action="replace", compensation=0.1), 0.5, 24 + 8),
    ],
)
def test_cost(remedy, spoilt, dollars):
    assert cost(remedy, 80 * ONE, 0.4, spoilt * ONE)[0] == pytest.approx(dollars)


def test_respect_costs_nothing():
    one, other = (Remedy(respect=respect, effort=0.1) for respect in (0.0, 1.0))
    assert cost(one, 80 * ONE, 0.4, ONE) == cost(other, 80 * ONE, 0.4, ONE)


# Kinds of problem

KINDS = np.array([DEFECT, SERVICE, EXPECTATION, QUESTION])


@pytest.mark.parametrize(
    ("action", "made_good"),
    [
        ("explain", [0.2, 0.2, 0.2, 1.0]),
        ("repair", [0.6, 0.6, 0.2, 1.0]),  # who wanted something else is not helped by the same again
        ("replace", [0.8, 0.8, 0.2, 1.0]),
        ("refund", [0.9, 0.9, 0.9, 1.0]),  # but by the money
    ],
)
def test_what_an_action_makes_good_of_each_kind(action, made_good):
    assert makes_good(Remedy(action=action), KINDS).tolist() == made_good
    plain = Remedy(action=action, effort=0.0, respect=0.0)
    assert justice(plain, np.ones(4), np.zeros(4), KINDS) == pytest.approx(0.4 * np.array(made_good) + 0.3)


def test_an_answer_costs_the_work_only():
    spent = cost(Remedy(action="refund", compensation=0.1), 80 * np.ones(4), 0.4, np.ones(4), KINDS)
    assert spent == pytest.approx([88, 88, 88, 0])


def test_where_no_questions_are_asked_it_is_half_the_trouble():
    asks, asks_not = (Remedy(effort=0.6, respect=0.0, no_questions=no_questions) for no_questions in (False, True))
    assert (effort(asks), effort(asks_not)) == pytest.approx((0.6, 0.3))
    assert justice(asks_not, ONE, 0 * ONE) - justice(asks, ONE, 0 * ONE) == pytest.approx(0.3 * 0.3)


def test_agents_under_strain_are_less_kind():
    """Ten or more waiting for each: half of the respect is gone."""
    remedy = Remedy(effort=1.0, respect=0.8, action="explain")
    calm, stretched, worst = (justice(remedy, ONE, 0 * ONE, strain=strain)[0] for strain in (0.0, 0.5, 1.0))
    assert calm - stretched == pytest.approx(0.3 * 0.8 * 0.25)
    assert calm - worst == pytest.approx(0.3 * 0.8 * 0.5)
