"""The stylised facts of the literature: each with its band, its source, its mechanism, and how it is read from sums.

Every fact is a ratio of sums over runs, or a few of them, so that its interval follows by linearisation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sim.experiment.measure import HOPS, Sums
from sim.experiment.metrics import ratio

# What the paired runs change. A fifth less dropout is worth about five points of yearly retention
LOYAL, RICHER = 0.8, 1.01  # x dropout_a, x gross_margin


@dataclass(frozen=True)
class Fact:
    """A stylised fact.

    Attributes:
        value: of sums over runs, as `measure` gives them.
        low, high: the band of the literature; what lies in it, edges included, agrees.
        mechanism: dotted keys and values under which the fact must vanish: none is built in.
        of: runs it is measured in: of all strategies together, of the first one alone (the desk at base staffing), or
            the pairs of runs that differ in one parameter.
        scale: what counts as half a band where the band has no width or no upper end.
    """

    key: str
    meaning: str
    unit: str
    low: float
    high: float
    source: str
    mechanism: Mapping[str, Any]
    value: Callable[[Sums], float]
    of: Literal["all", "first", "pairs"] = "all"
    scale: float | None = None

    @property
    def half_band(self) -> float:
        """The unit in which the distance to the band is counted."""
        return self.scale or (self.high - self.low) / 2


def _mean(sums: Sums, top: str, bottom: str) -> float:
    return ratio(sums[top], sums[bottom])


def _spend(group: str) -> Callable[[Sums], float]:
    """Mean spend of a group of the survey, as % of that of the untroubled."""
    return lambda sums: (
        100
        * ratio(_mean(sums, f"spend_{group}", f"respondents_{group}"), _mean(sums, "spend_none", "respondents_none"))
    )


def _again(better: str, worse: str) -> Callable[[Sums], float]:
    return lambda sums: ratio(
        _mean(sums, f"again_{better}", f"severe_{better}"), _mean(sums, f"again_{worse}", f"severe_{worse}")
    )


def _kept(later: str, earlier: str) -> Callable[[Sums], float]:
    """Spend after as a share of spend before: of one group over another."""
    return lambda sums: ratio(
        _mean(sums, f"after_{later}", f"before_{later}"), _mean(sums, f"after_{earlier}", f"before_{earlier}")
    )


def _share(top: str, *bottom: str) -> Callable[[Sums], float]:
    return lambda sums: ratio(sums[top], sum(sums[name] for name in bottom))


def _messages(sums: Sums) -> float:
    return ratio(sums["good_stories"] + sums["good_mentions"], sums["bad_stories"] + sums["bad_mentions"])


def _listeners(sums: Sums) -> float:
    return ratio(_mean(sums, "told_unresolved", "tellers_unresolved"), _mean(sums, "told_resolved", "tellers_resolved"))


def _hop_decay(sums: Sums) -> float:
    """Geometric mean over the hops."""
    last = ratio(_mean(sums, f"weight_{HOPS}", f"stories_{HOPS}"), _mean(sums, "weight_1", "stories_1"))
    return float(last ** (1 / (HOPS - 1)))


def _hits(sums: Sums) -> float:
    return ratio(
        _mean(sums, "bad_moves_prospects", "bad_to_prospects"), _mean(sums, "bad_moves_customers", "bad_to_customers")
    )


def _rises(year: int) -> Callable[[Sums], float]:
    return lambda sums: (
        _mean(sums, f"stayed_{year}", f"there_{year}") - _mean(sums, f"stayed_{year - 1}", f"there_{year - 1}")
    )


def _grows(sums: Sums, variant: str) -> float:
    """Log growth of the value of a customer won, from the base to the variant."""
    grown = ratio(_mean(sums, f"{variant}_won_value", f"{variant}_won"), _mean(sums, "won_value", "won"))
    return math.log(grown) if grown > 0 else math.nan


def _retention(sums: Sums) -> tuple[float, float]:
    """Yearly retention of customers won, base and loyal."""
    return _mean(sums, "won_stay", "won"), _mean(sums, "loyal_won_stay", "loyal_won")


def _retention_elasticity(sums: Sums) -> float:
    base, loyal = _retention(sums)
    return ratio(_grows(sums, "loyal"), math.log(loyal / base)) if base and loyal else math.nan


def _five_points(sums: Sums) -> float:
    base, loyal = _retention(sums)
    growth = ratio(0.05 * _grows(sums, "loyal"), loyal - base)
    return math.expm1(growth) if math.isfinite(growth) else math.nan


def _margin_elasticity(sums: Sums) -> float:
    return _grows(sums, "richer") / math.log(RICHER)


_SURVEY = "an online retailer's survey of about 1,000 buyers: 106, 100, about 20"
_TARP = "TARP 1986 (Goodman): losses above $100, 9, 19, 54, 82 % buy again; direction and size"
_TWICE = "Maxham & Netemeyer 2002: direction"
_GUPTA = "Gupta, Lehmann & Stuart 2004"
_INF = math.inf
# Nobody leaves over a problem or resents it; nobody learns from what comes of it
_NO_HARM = {
    "world.problems.leave_unresolved": 0.0, "world.problems.leave_silent": 0.0, "world.problems.grievance": 0.0,
    "world.beliefs.unresolved_weight": 0.0, "world.beliefs.expectation_weight": 0.0,
    "world.choice.risk_sensitivity": 0.0, "world.rival.entry_week": None, "world.rival.gives_up": 0.0,
}  # fmt: skip
# A problem counts four times, that it was put right counts for nothing
_UNFORGIVEN = {"world.beliefs.problem_weight": 4.0, "world.beliefs.resolved_weight": 0.0}
# Everyone buys alike, in times that stay alike, is equally prone to lose interest, and meets no problems
_ALIKE = {
    "world.problems.rate": 0.0,
    "world.needs.shape": 100.0, "world.needs.basket_sd_people": 0.0, "world.needs.basket_sd_orders": 0.0,
    "world.needs.dropout_a": 2_500.0, "world.needs.dropout_b": 7_500.0, "world.economy.swing": 0.0,
}  # fmt: skip
# Nobody loses interest
_LOYAL = {"world.needs.dropout_a": 1e-6, "world.needs.dropout_b": 1e6}

FACTS: tuple[Fact, ...] = (
    Fact(
        "recovered_seen", "buyers whose problem was put right spend this much of what untroubled ones do, as surveyed",
        "%", 98, 112, _SURVEY, _UNFORGIVEN, _spend("recovered"),
    ),
    Fact(
        "unresolved_seen", "buyers whose problem was not put right spend this much of it, as surveyed",
        "%", 10, 35, _SURVEY, _NO_HARM, _spend("unresolved"),
    ),
    Fact(
        "recovered_caused", "buyers whose problem was put right spend this much of what they would have without it",
        "%", 85, 102, "Knox & van Oest 2014: recovery almost never fully offsets; de Matos et al. 2007: no paradox",
        _UNFORGIVEN,
        lambda sums: 100 * _mean(sums, "paired_spend_recovered", "paired_without_recovered"),
    ),
    Fact(
        "unsatisfied_over_silent", "after a severe problem the unsatisfied buy again this much more than the silent",
        "x", 1, _INF, _TARP, _NO_HARM, _again("unsatisfied", "silent"), scale=0.5,
    ),
    Fact(
        "satisfied_over_unsatisfied", "the satisfied buy again this much more than the unsatisfied",
        "x", 2.5, _INF, _TARP, _NO_HARM, _again("satisfied", "unsatisfied"), scale=0.5,
    ),
    Fact(
        "quickly_over_satisfied", "those satisfied faster than the median buy again this much more than the slower",
        "x", 1, _INF, _TARP, {"world.beliefs.recovery_patience": 36_500.0},
        _again("quickly", "satisfied"), scale=0.25,
    ),
    Fact(
        "recovered_twice", "share of their spend that customers keep, put right twice over put right once",
        "x", 0, 1, _TWICE, _NO_HARM, _kept("good_good", "good"),
    ),
    Fact(
        "unresolved_twice", "share of their spend that customers keep, let down twice over let down once",
        "x", 0, 1 / 3, _TWICE, _NO_HARM, _kept("bad_bad", "bad"),
    ),
    Fact(
        "bad_then_good", "share of their spend that customers keep, let down then put right over the other way round",
        "x", 1, _INF, _TWICE, _NO_HARM, _kept("bad_good", "good_bad"), scale=0.5,
    ),
    Fact(
        "voice_small", "problems brought to the firm, of the fifth that is least severe",
        "share", 0.03, 0.10, "TARP 1979", {"world.callers.voice_small": 0.6}, _share("voiced_small", "small"),
    ),
    Fact(
        "voice_large", "problems brought to the firm, of the twentieth that is most severe",
        "share", 0.50, 0.75, "TARP 1979", {"world.callers.voice_large": 0.05}, _share("voiced_large", "large"),
    ),
    Fact(
        "good_over_bad", "good messages about the firm for each bad one",
        "x", 2, 5, "East, Hammond & Wright 2007: 3 to 1 over 15 studies",
        {"world.word_of_mouth.mention": 0.0, "world.word_of_mouth.mention_weak": 0.0}, _messages,
    ),
    Fact(
        "listeners", "people whom an unresolved customer tells at first hand, for each one told by a resolved customer",
        "x", 1.7, 5, "SQM; American Express 2011: 16 to 9; Anderson 1998: exaggerated",
        {
            "world.word_of_mouth.tell_unresolved": 0.41, "world.word_of_mouth.listeners_unresolved": 2.0,
            "world.word_of_mouth.post_readers": 0.0,
        }, _listeners,
    ),
    Fact(
        "hop_decay", "weight that a story keeps from hop to hop",
        "share", 0.35, 0.6, "Christakis & Fowler 2007: 45, 20, 10 %", {"world.word_of_mouth.hop_weight": 1.0},
        _hop_decay,
    ),
    Fact(
        "beyond_hops", "stories heard beyond the third hop",
        "share", 0, 0, "Christakis & Fowler 2007", {"world.word_of_mouth.hops": 6, "world.word_of_mouth.retell": 0.6},
        _share("stories_beyond", "stories"), scale=0.01,
    ),
    Fact(
        "bad_hits_prospects", "evidence a bad story adds for someone who never bought, for each it adds for a customer",
        "x", 3, 5, "East, Romaniuk, Chawdhary & Uncles 2017: over 4", {"world.word_of_mouth.customer_bad": 1.0}, _hits,
    ),
    Fact(
        "retention_rises_2", "yearly retention of newcomers: second year less first",
        "points", 0, _INF, "Fader & Hardie 2007: mostly sorting", _ALIKE, _rises(2), scale=0.02,
    ),
    Fact(
        "retention_rises_3", "yearly retention of newcomers: third year less second",
        "points", 0, _INF, "Fader & Hardie 2007: mostly sorting", _ALIKE, _rises(3), scale=0.02,
    ),
    Fact(
        "best_fifth", "part of a cohort's spend in its first 78 weeks by the fifth that spends most",
        "share", 0.55, 0.75, "CDNOW sample: 67.5 %; Fader, Hardie & Lee 2005", _ALIKE,
        _share("best_spend", "cohort_spend"),
    ),
    Fact(
        "retention_elasticity", "growth of a won customer's value for each per cent of yearly retention gained by "
        "less loss of interest", "%", 3, 7, f"{_GUPTA}: 5", _LOYAL, _retention_elasticity, "pairs",
    ),
    Fact(
        "five_points", "growth of a won customer's value with five points of yearly retention",
        "share", 0.10, 0.40, "Reichheld & Sasser 1990, at a discount rate of 10 %", _LOYAL, _five_points, "pairs",
    ),
    Fact(
        "margin_elasticity", "growth of a won customer's value for a per cent of margin",
        "%", 0.9, 1.1, f"{_GUPTA}: 1", {"world.needs.gross_margin": 0.0}, _margin_elasticity, "pairs",
    ),
    Fact(
        "abandonment", "cases that gave up waiting", "share", 0.05, 0.10,
        "CCMA 2023: 9.1 %; 5 to 8 % held normal", {"world.callers.patience": 1e6},
        _share("cases_abandoned", "cases_resolved", "cases_unresolved", "cases_abandoned", "cases_refused"), "first",
    ),
    Fact(
        "first_contact", "cases worked on that the first contact settled", "share", 0.65, 0.80, "SQM: 70 %",
        {"strategy.desk.first_contact_resolution": 0.3},
        _share("first_contact", "cases_resolved", "cases_unresolved", "cases_refused"), "first",
    ),
    Fact(
        "occupancy", "staffed time at work", "share", 0.75, 0.88, "contact centres: 75 to 88 %",
        {"strategy.staffing.rule": "fixed", "strategy.staffing.agents": 10.0, "strategy.staffing.specialists": 10.0},
        _share("hours_busy", "hours_staffed"), "first",
    ),
    Fact(
        "word_of_mouth", "new customers won by word of mouth", "share", 0.35, 0.55,
        "Keaveney 1995: half of replacements; Keller Fay 2006", {"world.word_of_mouth.recommendation": 0.0},
        _share("recommended", "newcomers"),
    ),
)  # fmt: skip
