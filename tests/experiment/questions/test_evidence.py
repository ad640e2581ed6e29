"""The rule that makes a verdict of evidence."""

from __future__ import annotations

import math

import pytest

from sim.experiment.questions.arms import Estimate
from sim.experiment.questions.evidence import (
    AS_CLAIMED,
    BASE,
    CONTRARY,
    DEPENDS,
    FAILS,
    HOLDS,
    NO_VALUE,
    OPEN,
    UNDECIDED,
    UNMEASURED,
    Evidence,
    table,
    verdicts,
)

UP, DOWN, ROUND, NONE = (
    Estimate(2.0, 1.0, 3.0, 9),
    Estimate(-2.0, -3.0, -1.0, 9),
    Estimate(0.5, -1.0, 2.0, 9),
    Estimate(math.nan, math.nan, math.nan, 0),
)


@pytest.mark.parametrize(
    ("found", "least", "most", "outcome"),
    [
        (UP, 0.0, None, AS_CLAIMED),
        (UP, 1.0, None, OPEN),  # the interval begins at the bound itself
        (DOWN, 0.0, None, CONTRARY),
        (ROUND, 0.0, None, OPEN),
        (NONE, 0.0, None, NO_VALUE),
        (Estimate(0.0, 0.0, 0.0, 9), 0.0, None, CONTRARY),  # no difference at all is not one above zero
        (DOWN, None, 0.0, AS_CLAIMED),
        (UP, None, 0.0, CONTRARY),
        (UP, 0.5, 3.5, AS_CLAIMED),
        (UP, 2.0, 4.0, OPEN),
        (UP, 4.0, 5.0, CONTRARY),
        (Estimate(5.0, -math.inf, math.inf, 1), 0.0, None, OPEN),  # one world shows nothing
    ],
)
def test_where_the_interval_lies_is_the_outcome(found, least, most, outcome):
    assert Evidence("S1", "x", "$", found, least, most).outcome == outcome


def test_evidence_needs_a_bound_and_says_what_is_claimed():
    with pytest.raises(ValueError, match="shows nothing"):
        Evidence("S1", "x", "$", UP)
    assert Evidence("S1", "x", "$", UP, least=0.0).claimed == "above 0"
    assert Evidence("S1", "x", "$", UP, most=2.5).claimed == "below 2.5"
    assert Evidence("S1", "x", "$", UP, 0.98, 1.12).claimed == "from 0.98 to 1.12"


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ({BASE: [UP]}, HOLDS),
        ({BASE: [UP], "alone": [UP]}, HOLDS),
        ({BASE: [UP], "alone": [ROUND]}, HOLDS),
        ({BASE: [ROUND], "alone": [UP]}, DEPENDS),
        ({BASE: [UP], "alone": [DOWN]}, DEPENDS),
        ({BASE: [DOWN], "alone": [UP]}, DEPENDS),
        ({BASE: [DOWN]}, FAILS),
        ({BASE: [DOWN], "alone": [ROUND]}, FAILS),
        ({BASE: [ROUND]}, UNDECIDED),
        ({BASE: [NONE]}, UNMEASURED),
        ({BASE: [NONE], "alone": [UP]}, HOLDS),
        ({BASE: [UP, UP]}, HOLDS),
        ({BASE: [UP, DOWN]}, FAILS),
        ({BASE: [UP, ROUND]}, UNDECIDED),
        ({BASE: [UP, NONE]}, HOLDS),
    ],
)
def test_the_verdict_follows_from_the_settings(settings, verdict):
    rows = table(Evidence("S1", "x", "$", e, least=0.0, setting=name) for name, of in settings.items() for e in of)
    assert verdicts(rows)["verdict"].tolist() == [verdict]


def test_the_condition_is_told_and_claims_come_in_order():
    found = verdicts(
        table(
            [
                Evidence("S10", "x", "$", UP, least=0.0),
                Evidence("S9", "x", "$", UP, least=0.0),
                Evidence("S9", "x", "$", DOWN, least=0.0, setting="without a rival"),
            ]
        )
    )
    assert found["claim"].tolist() == ["S9", "S10"]
    assert found["where"].tolist() == [f"as claimed: {BASE}; contrary: without a rival", ""]
