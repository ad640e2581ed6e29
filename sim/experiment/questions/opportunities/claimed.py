"""What the findings say about each claim. Bounds are what the claim says, or the number that it gives."""

from __future__ import annotations

from sim.experiment.questions.arms import difference, estimate
from sim.experiment.questions.evidence import BASE, Evidence
from sim.experiment.questions.opportunities.asking import CARE, DROPS, LEAN, Findings
from sim.experiment.questions.opportunities.figures import (
    all_handled_to_orders,
    as_caused,
    as_seen,
    camp_over_middle,
    doubt_taken,
    good_share,
    good_words,
    handled_to_order,
    learned_by_kind,
    respondents,
    risk_over_record,
    words_over_untroubled,
)
from sim.experiment.questions.opportunities.months import CLASSES, HELPED
from sim.experiment.questions.opportunities.pooling import per, pooled

DAYS, THOUSAND = 6, 1000  # opening days a week; customers
SEEN = (98.0, 112.0), (10.0, 35.0)  # spend of recovered and of unresolved for 100 of untroubled: 106 and 20 published
ASKED = 1000  # respondents
MORE, FEWER = 6.0, 80.0  # % of spend: what is to be seen of the recovered, and of the unresolved
TENTH = 0.1, 0.7  # shares of those asked with such a problem, and without one, as the published survey may have had
SETTLED_IS_NO_NEWS = "where what was settled is no news"


def evidence(found: Findings) -> list[Evidence]:
    """Evidence on S76 to S90."""
    return [*_problems(found), *_trust(found), *_survey(found), *_money(found), *_words(found)]


def _problems(found: Findings) -> list[Evidence]:
    arms, months = found.arms, found.months
    kinds = "trust in recovery gained by a defect put right less that by a mis-set expectation"
    back = "net present value of money back less that of a replacement"
    daily = "number of problems a day for 1,000 customers"
    right, wait = "share of cases put right less that without strain", "time in line less that without strain"
    rows = [
        Evidence("S76", kinds, "", pooled(months, learned_by_kind), least=0),
        Evidence("S76", back, "$", difference(arms, "npv", "all mistaken, refund", "all mistaken, replace"), least=0,
                 setting="where all problems are mis-set expectations"),
        Evidence("S76", back, "$", difference(arms, "npv", "all defects, refund", "all defects, replace"), most=0,
                 setting="where all problems are defects"),
        Evidence("S77", daily, "", pooled(months, per("met", "customer_weeks", THOUSAND / DAYS)), least=1),
        Evidence("S77", daily, "", pooled(months, per("voiced", "customer_weeks", THOUSAND / DAYS)), least=1,
                 setting="of those that the firm hears of"),
    ]  # fmt: skip
    for setting, strained, calm in ((BASE, CARE, "unstrained"), ("with half the agents", "half", "half, unstrained")):
        rows += [
            Evidence("S78", right, "share", difference(arms, "put_right", strained, calm), most=0, setting=setting),
            Evidence("S78", wait, "hours", difference(arms, "wait", strained, calm), least=0, setting=setting),
        ]
    leaves = "number of customers lost in a year, of 100, with uneven problems less that with even ones"
    for setting, ending in ((BASE, ""), ("where customers dislike not knowing", ", disliked")):
        lost = difference(arms, "left", f"wide{ending}", f"alike{ending}")
        rows.append(Evidence("S82", leaves, "", lost, least=0, setting=setting))
    handling = "number of customers lost in a year, of 100, with uneven handling less that with even handling"
    rows.append(Evidence("S82", handling, "", difference(arms, "left", LEAN, "even handling"), least=0,
                         setting="where it is the handling that is uneven"))  # fmt: skip
    return rows


def _trust(found: Findings) -> list[Evidence]:
    months = found.months
    size = "change of risk by a case that ends, x that by an order without trouble"
    sums = "change of risk by all such cases, x that by all such orders"
    tells = "chance that perceived risk was higher of a leaver than of a stayer"
    better = "the same chance less that by the share of orders gone wrong"
    calmer = "perceived risk after a problem put right less that without it"
    builds = "trust in recovery after a problem less that without it"
    rows = [
        Evidence("S79", size, "", pooled(months, handled_to_order), least=1),
        Evidence("S79", sums, "", pooled(months, all_handled_to_orders), least=1, setting="in all that customers live"),
    ]
    for setting, ending in ((BASE, ""), ("among equally frequent buyers", "_alike")):
        risk = pooled(months, per(f"risk_tells{ending}", f"pairs{ending}"))
        rows += [
            Evidence("S80", tells, "share", risk, least=0.5, setting=setting),
            Evidence("S80", better, "share", pooled(months, risk_over_record(ending)), least=0, setting=setting),
        ]
    rows += [
        Evidence("S80", "number of orders a person in a year without any doubt less that with doubts", "",
                 doubt_taken(found, "orders"), least=0, setting="as caused, in what people buy"),
        Evidence("S80", "share of people lost in a year without any doubt less that with doubts", "share",
                 doubt_taken(found, "left"), most=0, setting="as caused, in who leaves"),
    ]  # fmt: skip
    for name, setting in ((HELPED, BASE), *((each, f"after a {each} problem") for each in CLASSES)):
        risk = pooled(months, per(f"risk_{name}", f"people_{name}"))
        rows.append(Evidence("S81", calmer, "", risk, most=0, setting=setting))
    for setting, name in ((BASE, HELPED), ("a year later", f"{HELPED}_later"), ("of all who met one", "troubled")):
        ending = "_later" if name.endswith("_later") else ""
        bare = name.removesuffix("_later")
        trust = pooled(months, per(f"recovery_{bare}{ending}", f"people_{bare}{ending}"))
        rows.append(Evidence("S84", builds, "", trust, least=0, setting=setting))
    camps = "share of customers at {} end of readiness to buy less that in the middle third"
    rows += [
        Evidence("S90", camps.format("the lower"), "share", pooled(months, camp_over_middle(0)), least=0),
        Evidence("S90", camps.format("the upper"), "share", pooled(months, camp_over_middle(2)), least=0),
        Evidence("S90", camps.format("the lower"), "share", pooled(months, camp_over_middle(0, gone=True)), least=0,
                 setting="with those who left"),
        Evidence("S90", camps.format("the upper"), "share", pooled(months, camp_over_middle(2, gone=True)), least=0,
                 setting="with those who left"),
    ]  # fmt: skip
    return rows


def _survey(found: Findings) -> list[Evidence]:
    months = found.months
    need = "number of respondents needed to see a difference of {:g} %"
    spend = "spend of those whose problem was {}, for 100 of {}"
    seen, caused = "buyers without one", "the same people without it"
    return [
        Evidence("S85", need.format(MORE), "", pooled(months, respondents("recovered", MORE)), most=ASKED),
        Evidence("S85", need.format(FEWER), "", pooled(months, respondents("unresolved", FEWER)), most=ASKED,
                 setting="for the gap of the unresolved"),
        Evidence("S85", need.format(MORE), "", pooled(months, respondents("recovered", MORE, TENTH)), most=ASKED,
                 setting="where a tenth of those asked had a problem put right"),
        Evidence("S85", need.format(FEWER), "", pooled(months, respondents("unresolved", FEWER, TENTH)), most=ASKED,
                 setting="where a tenth of those asked had one not put right"),
        Evidence("S86", spend.format("put right", seen), "", pooled(months, as_seen("recovered")), *SEEN[0]),
        Evidence("S86", spend.format("not put right", seen), "", pooled(months, as_seen("unresolved")), *SEEN[1]),
        Evidence("S86", spend.format("put right", caused), "", pooled(months, as_caused("recovered")), least=100,
                 setting="as caused by the problem"),
        Evidence("S86", spend.format("not put right", caused), "", pooled(months, as_caused("unresolved")), most=100,
                 setting="as caused by the problem"),
    ]  # fmt: skip


def _money(found: Findings) -> list[Evidence]:
    arms = found.arms
    left = "number of customers lost in a year, of 100, with fewer problems less that with delight"
    worth, cheap = "net present value with fewer problems less that with delight", "net present value of cheap contacts"
    rows = []
    for setting, delight in ((BASE, "compensation"), ("with something off every order instead", "discount")):
        rows += [
            Evidence("S83", left, "", difference(arms, "left", "fewer problems", delight), most=0, setting=setting),
            Evidence("S83", worth, "$", difference(arms, "npv", "fewer problems", delight), least=0, setting=setting),
        ]
    words = "number of good words heard, with fewer problems less that with delight"
    more = good_words(arms, "fewer problems") - good_words(arms, "compensation")
    rows.append(Evidence("S83", words, "", estimate(more), least=0, setting="in good words"))
    years = f"over {found.long_weeks / 52:.2g} years"
    for setting, name, base in (
        (BASE, f"{CARE}, outsourced", CARE),
        ("under the baseline strategy", f"{LEAN}, outsourced", LEAN),
        (f"where only {round(100 * DROPS[1])} of 100 fewer are settled at once", f"cheap {DROPS[1]:g}", CARE),
        (years, f"{CARE}, long, outsourced", f"{CARE}, long"),
        ("where nobody is asked a second time", f"cheap {DROPS[1]:g}, one contact", CARE),
    ):
        rows.append(Evidence("S87", cheap, "$", difference(arms, "npv", name, base), most=0, setting=setting))
    return rows


def _words(found: Findings) -> list[Evidence]:
    months, arms = found.months, found.arms
    words = "number of good words a quarter from a customer whose problem was put right less that from one without"
    mix = "share of good ones among the {} heard, less that under the other strategy"
    return [
        Evidence("S88", words, "", pooled(months, words_over_untroubled(stories=True)), least=0),
        Evidence("S88", words, "", pooled(months, words_over_untroubled(stories=False)), least=0,
                 setting=SETTLED_IS_NO_NEWS),
        Evidence("S89", mix.format("stories"), "share", good_share(arms, CARE, LEAN, ("stories",)), least=0),
        Evidence("S89", mix.format("stories and mentions"), "share",
                 good_share(arms, CARE, LEAN, ("stories", "mentions")), least=0, setting="with mentions"),
        Evidence("S89", mix.format("stories"), "share",
                 good_share(arms, f"{CARE}, equal speed", f"{LEAN}, equal speed", ("stories",)), least=0,
                 setting="at equal speed of news"),
    ]  # fmt: skip
