"""What a settled problem feels like and costs, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.remedy import ACTIONS, cost, justice
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
    ("remedy", "severity", "dollars"),
    [
        # an order of $80 at a margin of .4: goods cost $48
        (Remedy(action="explain"), 1.0, 0.0),
        (Remedy(action="repair"), 1.0, 0.3 * 48),
        (Remedy(action="replace"), 1.0, 48),
        (Remedy(action="refund"), 1.0, 80),
        (Remedy(action="refund"), 0.25, 20),  # a quarter of the order is spoilt
        (Remedy(action="refund"), 7.0, 80),  # never more than the order
        (Remedy(action="replace", compensation=0.1), 0.5, 24 + 8),
    ],
)
def test_cost(remedy, severity, dollars):
    assert cost(remedy, 80 * ONE, 0.4, severity * ONE)[0] == pytest.approx(dollars)


def test_respect_costs_nothing():
    one, other = (Remedy(respect=respect, effort=0.1) for respect in (0.0, 1.0))
    assert cost(one, 80 * ONE, 0.4, ONE) == cost(other, 80 * ONE, 0.4, ONE)
