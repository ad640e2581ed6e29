"""What the arms say about each claim."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.experiment.questions.arms import difference, estimate, mean_of, of_arm
from sim.experiment.questions.evidence import BASE, Evidence
from sim.experiment.questions.loyal import findings as arms
from sim.experiment.questions.loyal import quotients
from sim.experiment.questions.loyal.findings import DEAL, OTHER, SAVE, WAKES, Findings, called, deal_name
from sim.experiment.questions.loyal.numbers_of import (
    AS_IT_IS,
    DEALS,
    PLACES,
    SEEN,
    UNSEEN,
    caused,
    costs,
    doubled,
    lead,
    lost,
    thanked,
)  # fmt: skip
from sim.experiment.questions.loyal.quotients import quotient

MONTHS = 2 * 52 / 12  # weeks: 'months' are two at least
TIMES = 2.0, 20.0  # what winning a customer is said to cost, times keeping one
NOBODY_SEES, EVERYBODY_SEES = "where nobody sees what newcomers pay", "where everybody sees what newcomers pay"
NPV = "difference of net present value"


def evidence(found: Findings) -> list[Evidence]:
    """At least one number for each claim of params/claim/06_loyal_customers.yaml."""
    return [
        *_cost_of_keeping(found), *_cornered(found), *_options(found), *_erosion(found), *_expectations(found),
        *_tenure(found), *_deals(found), *_better_rivals(found), *_inertia(found), *_number(found), *_offers(found),
        *_reasons(found), *_returning(found), *_policy(found), *_gesture(found),
    ]  # fmt: skip


def _cost_of_keeping(found: Findings) -> Iterator[Evidence]:
    """S52, S111: dollars for one more customer, won or kept."""
    for setting, place in PLACES.items():
        cost = costs(found, place)
        (paid, won), (spent, kept) = cost["winning"], cost["keeping"]
        yield Evidence("S52", "cost of winning one more customer less that of keeping one more", "$",
                       quotients.difference(cost["winning"], cost["keeping"]), least=0, setting=setting)  # fmt: skip
        yield Evidence("S111", "cost of winning one more customer over that of keeping one more", "times",
                       quotient([paid, kept], [won, spent]), *TIMES, setting=setting)  # fmt: skip


def _cornered(found: Findings) -> Iterator[Evidence]:
    """S91: before and after a rival enters."""
    half = arms.entry_name(0.5)
    for setting, what in ((BASE, half), ("where most can do without the whole category", "entry, optional")):
        for part, text in (("npv_before", "while the market is cornered"), ("npv_after", "once the rival is there")):
            bound = {"most": 0.0} if part == "npv_before" else {"least": 0.0}
            yield Evidence("S91", f"{NPV} by better support, {text}", "$", lead(found.entered, what, part),
                           setting=setting, **bound)  # fmt: skip


def _options(found: Findings) -> Iterator[Evidence]:
    """S92: better support with many and with few ways out."""
    few, many = arms.RIVALS[0], arms.RIVALS[-1]
    for setting, easy, hard in (
        (BASE, f"{many} rivals", f"{few} rivals"),
        ("by the trouble of switching", "easy to leave", "hard to leave"),
        ("by how often people look around", "often looking", "seldom looking"),
    ):
        yield Evidence("S92", "value of better support with many options less that with few", "$",
                       doubled(found.runs, easy, hard), least=0, setting=setting)  # fmt: skip
    yield Evidence("S92", "value of better support with a rival less that in a cornered market", "$",
                   doubled(found.entered, arms.entry_name(0), arms.entry_name(1)), least=0,
                   setting="with a rival against none")  # fmt: skip


def _erosion(found: Findings) -> Iterator[Evidence]:
    """S93: what follows a reason to look elsewhere."""
    for setting, name in ((BASE, AS_IT_IS), ("where a search is over within days", called("short search"))):
        later, years, before, before_years, soon = (
            of_arm(found.runs, column, name)
            for column in ("later_ended", "later_years", "untroubled_ended", "untroubled_years", "soon_ended")
        )
        yield Evidence("S93", "rate of leaving in the half year after the first chance to, over that without a reason",
                       "times", quotient([later, before_years], [years, before]), least=1, setting=setting)  # fmt: skip
        yield Evidence("S93", "part of those who leave within that time who do so later than at the first chance",
                       "share", quotient([later], [soon + later]), least=0.5, setting=setting)  # fmt: skip


def _expectations(found: Findings) -> Iterator[Evidence]:
    """S94: the same service while expectations move."""
    for setting, rising, same in (
        (BASE, called("rising expectations"), called("same expectations")),
        ("under the other strategy", called("rising expectations", OTHER), called("same expectations", OTHER)),
        ("where rivals set what is expected", called("rival improves fast"), called("rival stands still")),
    ):
        yield Evidence("S94", "part of old customers' orders in the second half that moving expectations cost", "share",
                       estimate(lost(found.runs, "late", rising, same)), least=0, setting=setting)  # fmt: skip


def _tenure(found: Findings) -> Iterator[Evidence]:
    """S96, S97: what customers of many years are worth, bear and tell."""
    for setting, name in ((BASE, AS_IT_IS), ("where all lose interest alike", called("alike"))):
        yield Evidence("S96", "margin from a customer of the longest-standing tenth over that from the average one",
                       "times", mean_of(found.runs, "worth_oldest", name), least=1, setting=setting)  # fmt: skip
    young, old = (lost(found.runs, who, called("dearer"), AS_IT_IS) for who in ("young", "old"))
    yield Evidence("S97", "part of their orders kept at a price a tenth higher, longest-standing quarter less newest",
                   "share", estimate(young - old), least=0)  # fmt: skip
    old, young = (of_arm(found.runs, f"told_{who}", AS_IT_IS) for who in ("old", "young"))
    yield Evidence("S97", "good stories told by a customer, longest-standing quarter less newest", "stories",
                   estimate(old - young), least=0, setting="in what they tell")  # fmt: skip


def _deals(found: Findings) -> Iterator[Evidence]:
    """S95, S98, S103, S107: newcomers' prices."""
    runs = found.runs
    for setting, name in ((BASE, DEALS), (NOBODY_SEES, UNSEEN), (EVERYBODY_SEES, SEEN)):
        old, young = (lost(runs, who, name, AS_IT_IS) for who in ("old", "young"))
        yield Evidence("S95", "part of their orders lost to deals for others, longest-standing quarter less newest",
                       "share", estimate(old - young), least=0, setting=setting)  # fmt: skip
        yield Evidence("S98", "customers won more with deals for newcomers", "people",
                       difference(runs, "newcomers", name, AS_IT_IS), least=0, setting=setting)  # fmt: skip
        yield Evidence("S98", "part of old customers' orders lost to deals for others", "share",
                       estimate(lost(runs, "legacy", name, AS_IT_IS)), least=0, setting=setting)  # fmt: skip
    for setting, name in (
        (BASE, DEALS),
        ("at a twentieth off", called("deal 0.05")),
        ("where deals are not minded", called("deal, not minded")),
    ):
        aware, unaware = (lost(runs, who, name, AS_IT_IS) for who in ("aware", "unaware"))
        yield Evidence("S103", "part of their orders lost to deals for others, by old customers who see them less by "
                       "those who do not", "share", estimate(aware - unaware), least=0, setting=setting)  # fmt: skip
    for setting, name in ((BASE, DEALS), ("at twice the deal", called(deal_name(2 * DEAL)))):
        yield Evidence("S107", "part of newcomers' discounts that goes to those who were customers before", "share",
                       mean_of(runs, "deals_to_former", name), least=0, setting=setting)  # fmt: skip
        yield Evidence("S107", "yearly rate of coming back that deals add", "share",
                       difference(runs, "came_back", name, AS_IT_IS), least=0, setting=setting)  # fmt: skip


def _better_rivals(found: Findings) -> Iterator[Evidence]:
    """S99: the competition gets better and the firm does not."""
    fast, still, asleep = "rival improves fast", "rival stands still", "nobody looks unprompted"
    for setting, better, same in (
        (BASE, called(fast), called(still)),
        ("under the other strategy", called(fast, OTHER), called(still, OTHER)),
        ("where nobody looks around unprompted", called(f"{asleep}, fast"), called(asleep)),
    ):
        yield Evidence("S99", "customers at the end, with a rival that improves fast less with a slower one", "people",
                       difference(found.runs, "customers", better, same), most=0, setting=setting)  # fmt: skip


def _inertia(found: Findings) -> Iterator[Evidence]:
    """S100: how long people stay who would be better off elsewhere."""
    for setting, what, column in (
        (BASE, "as it is", "lag"),
        ("counting habit as something that the firm offers", "as it is", "lag_habit"),
        ("where everybody looks around all the time", "everybody looks", "lag"),
        ("with a rival that improves fast", "rival improves fast", "lag"),
    ):
        stayed = mean_of(found.watched, column, called(what))
        yield Evidence("S100", "time for which those who go to the rival had stayed although it offered more", "weeks",
                       stayed, least=MONTHS, setting=setting)  # fmt: skip


def _number(found: Findings) -> Iterator[Evidence]:
    """S101: the same customer at a large and at a small firm."""
    for setting, large, small in (
        (BASE, AS_IT_IS, called("small")),
        ("where the desk does not grow with the firm", called("large, capped"), called("small, capped")),
    ):
        yield Evidence("S101", "problems put right by a large firm less those by one a quarter of its size", "share",
                       difference(found.runs, "settled", large, small), most=0, setting=setting)  # fmt: skip


def _offers(found: Findings) -> Iterator[Evidence]:
    """S102: authority to keep who is about to leave."""
    for setting, offer in ((BASE, SAVE), ("with the whole next order for nothing", arms.SAVES[-1])):
        name = called(f"save {offer:g}")
        yield Evidence("S102", "customers at the end, with an offer to stay less without", "people",
                       difference(found.runs, "customers", name, AS_IT_IS), least=0, setting=setting)  # fmt: skip
        yield Evidence("S102", f"{NPV} by the offer", "$", difference(found.runs, "npv", name, AS_IT_IS),
                       least=0, setting=setting)  # fmt: skip


def _reasons(found: Findings) -> Iterator[Evidence]:
    """S104, S106: why they leave, by what happens without the reason."""
    fast = "with a rival that improves fast"
    for setting, reasons, none in (
        (BASE, DEALS, called("no problems")), (fast, called("deal, fast"), called("no problems, fast")),
    ):  # fmt: skip
        yield Evidence("S104", "part of those going elsewhere whom problems and deals for others drove away", "share",
                       caused(found, reasons, none), least=0.5, setting=setting)  # fmt: skip
        yield Evidence("S106", "yearly rate of leaving, without the rival's pull less without the firm's push", "share",
                       difference(found.runs, "switched", called("deal, no pull"), none), least=0,
                       setting=setting)  # fmt: skip


def _returning(found: Findings) -> Iterator[Evidence]:
    """S105, S108: those who come back."""
    for setting, name in ((BASE, DEALS), ("where they are asked back", called("deal, asked back"))):
        rival, problem = (of_arm(found.runs, f"back_{why}", name) for why in ("rival", "problem"))
        yield Evidence("S105", "part that is back within a year, of those who went to the rival less of those who left "
                       "over a problem", "share", estimate(rival - problem), least=0, setting=setting)  # fmt: skip
    for setting, what in ((BASE, "asked back"), ("where returning wipes the slate clean", "asked back, forgives")):
        back, stayed = (of_arm(found.watched, f"praise_{who}", called(what)) for who in ("back", "stayed"))
        known = ~np.isnan(back)
        yield Evidence("S108", "praise given by those who came back over that by those who never left", "times",
                       quotient([back[known]], [stayed[known]]) if known.any() else quotients.UNKNOWN, most=1,
                       setting=setting)  # fmt: skip


def _policy(found: Findings) -> Iterator[Evidence]:
    """S109: loyal customers first, or newcomers first."""
    for setting, place in ((BASE, ""), (NOBODY_SEES, ", unseen"), ("in a young market", ", young")):
        yield Evidence("S109", "net present value of care for loyal customers less that of deals for newcomers", "$",
                       difference(found.runs, "npv", called(f"loyal{place}", OTHER), called(f"newcomers{place}")),
                       least=0, setting=setting)  # fmt: skip


def _gesture(found: Findings) -> Iterator[Evidence]:
    """S110: a gesture, and whom it wakes."""
    for setting, wakes in ((BASE, WAKES[0]), ("where it makes one in ten look around", WAKES[-1])):
        yield Evidence("S110", f"{NPV} by a yearly gesture to loyal customers", "$", thanked(found, "npv", wakes),
                       least=0, setting=setting)  # fmt: skip
        yield Evidence("S110", "orders of long-standing customers that the gesture adds", "orders",
                       thanked(found, "orders_long", wakes), least=0, setting=setting)  # fmt: skip
