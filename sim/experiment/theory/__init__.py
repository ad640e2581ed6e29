"""What theory says: closed forms and exact recursions, computed without the engine.

`expected_*` read every number from the parameters of the scenarios and name observables as `sim.experiment.ladder`
measures them, so that theory moves with the parameters. They hold where the case files say: the mechanisms that a
formula does not know of must stay off.

A file a subject: queues.py, service.py, lifetimes.py, price.py, diffusion.py, talk.py.
"""

from sim.experiment.theory.common import WEEKS_A_YEAR, YEARS, Band, Expected
from sim.experiment.theory.diffusion import (
    ATTRITION_YEARS,
    LOST_AFTER,
    LOST_SHARE,
    LOUDNESS,
    bass,
    bass_peak,
    bass_with_attrition,
    expected_bass,
    expected_bass_attrition,
    expected_lost_customer,
    hazards,
    mixed_adoption,
    peak_tick,
)
from sim.experiment.theory.lifetimes import (
    BUYER_WEEKS,
    bg_nbd_by_week,
    bg_nbd_transactions,
    expected_bg_nbd,
    expected_lifetime_value,
    expected_sbg,
    lifetime_value,
    sbg_survival,
)
from sim.experiment.theory.price import break_even_lift, expected_price, profit_ratio
from sim.experiment.theory.queues import (
    Queue,
    calls_an_hour,
    erlang_a,
    erlang_b,
    erlang_c,
    expected_erlang_a,
    expected_erlang_c,
    problem_probability,
)
from sim.experiment.theory.service import (
    expected_hays_hill,
    expected_paradox,
    expected_survey,
    paradox_holds,
    risk,
    satisfied_share,
)
from sim.experiment.theory.talk import ADOPTED_IN, Course, cliques, course, discounted, expected_bad_news, expected_talk

__all__ = [
    "ADOPTED_IN",
    "ATTRITION_YEARS",
    "BUYER_WEEKS",
    "LOST_AFTER",
    "LOST_SHARE",
    "LOUDNESS",
    "WEEKS_A_YEAR",
    "YEARS",
    "Band",
    "Course",
    "Expected",
    "Queue",
    "bass",
    "bass_peak",
    "bass_with_attrition",
    "bg_nbd_by_week",
    "bg_nbd_transactions",
    "break_even_lift",
    "calls_an_hour",
    "cliques",
    "course",
    "discounted",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "expected_bad_news",
    "expected_bass",
    "expected_bass_attrition",
    "expected_bg_nbd",
    "expected_erlang_a",
    "expected_erlang_c",
    "expected_hays_hill",
    "expected_lifetime_value",
    "expected_lost_customer",
    "expected_paradox",
    "expected_price",
    "expected_sbg",
    "expected_survey",
    "expected_talk",
    "hazards",
    "lifetime_value",
    "mixed_adoption",
    "paradox_holds",
    "peak_tick",
    "problem_probability",
    "profit_ratio",
    "risk",
    "satisfied_share",
    "sbg_survival",
]
