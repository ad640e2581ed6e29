"""What was measured about each claim. Bounds are what the claim says."""

from __future__ import annotations

from sim.experiment.questions.arms import difference, estimate, of_arm
from sim.experiment.questions.evidence import BASE, Evidence
from sim.experiment.questions.forever import answers, dollars, plan
from sim.experiment.questions.forever.findings import LESSON, Findings
from sim.experiment.questions.forever.inside import ADVERTISED, HELPED
from sim.experiment.questions.forever.measures import QUARTER, YEAR

NPV = "difference of net present value"
SURPLUS = "difference of customers' surplus"
ELASTIC = "with advertising at the price that its elasticity justifies"
REMINDING = "where messages remind people of what they need"


def evidence(found: Findings) -> list[Evidence]:
    """At least one number for each claim of params/claim/07_committed_forever.yaml."""
    return [
        *_help(found), *_invitation(found), *_horizon(found), *_loyal(found), *_messages(found), *_reliable(found),
        *_consent(found), *_door(found), *_assured(found), *_happier(found), *_unpromoted(found), *_stages(found),
        *_forgotten(found), *_triage(found),
    ]  # fmt: skip


def _help(found: Findings) -> list[Evidence]:
    """S48: the same people with and without help; what it costs to win one."""
    measure = "share of people helped who buy within a year, less that of the same people not helped"
    return [
        Evidence("S48", measure, "share", answers.converted(found), least=0),
        Evidence("S48", "cost of help less that of advertising for as many new customers", "$",
                 answers.cheaper(found, dollars.shipped_price(found)), most=0),
        Evidence("S48", measure, "share", answers.converted(found, "trust_"), least=0,
                 setting="where help only builds trust"),
        Evidence("S48", "cost of help less that of advertising for as many new customers", "$",
                 answers.cheaper(found, dollars.elastic_price(found)), most=0, setting=ELASTIC),
    ]  # fmt: skip


def _invitation(found: Findings) -> list[Evidence]:
    """S49: silence broken, and what it is worth."""
    made = []
    for setting, (invited, not_invited) in answers.invitations(found).items():
        made += [
            Evidence("S49", "difference of the share of problems kept silent", "share",
                     difference(found.runs, "silent", invited, not_invited), most=0, setting=setting),
            Evidence("S49", f"{NPV}, invited less not", "$", difference(found.runs, "npv", invited, not_invited),
                     least=0, setting=setting),
        ]  # fmt: skip
    return made


def _horizon(found: Findings) -> list[Evidence]:
    """S50: the long and the short view, where promotion may be chosen too, and where only support may."""
    everything, support = tuple(answers.MENU), answers.SUPPORT
    settings = {
        BASE: (QUARTER, plan.here, everything),
        "where the short view is a year": (YEAR, plan.here, everything),
        "where only support may be chosen": (QUARTER, plan.here, support),
        found.elsewhere: (QUARTER, plan.there, everything),
        f"{found.elsewhere} where only support may be chosen": (QUARTER, plan.there, support),
    }
    return [
        Evidence("S50", "value at the horizon of what a long view chooses less what a short view chooses", "$",
                 answers.chosen_apart(found, f"value@{until}", place, menu), least=0, setting=setting)
        for setting, (until, place, menu) in settings.items()
    ]  # fmt: skip


def _loyal(found: Findings) -> list[Evidence]:
    """S53: half of them within half a year, and more than of others."""
    made = []
    for name, setting in (("", BASE), (LESSON, LESSON)):
        by_help, by_ads = answers.loyal(found, name, HELPED), answers.loyal(found, name, ADVERTISED)
        made += [
            Evidence("S53", "share of people won by help who are loyal within half a year", "share", estimate(by_help),
                     least=0.5, setting=setting),
            Evidence("S53", "the same, less that of people won by advertising", "share", estimate(by_help - by_ads),
                     least=0, setting=setting),
        ]  # fmt: skip
    return made


def _messages(found: Findings) -> list[Evidence]:
    """S55: blah, and no blah."""
    settings = {
        BASE: (plan.MANY, plan.AS_IT_IS), "at one a month": (1.0, plan.AS_IT_IS),
        found.other: (plan.MANY, plan.TURNED),
    }  # fmt: skip
    if plan.reminds(found.kind):
        settings[REMINDING] = plan.MANY, plan.REMINDED
    return [
        Evidence("S55", f"{what}, with messages less without", "$",
                 difference(found.runs, column, plan.posts(number, mood=mood), plan.posts(0.0, mood=mood)),
                 most=0, setting=setting)
        for setting, (number, mood) in settings.items()
        for what, column in ((SURPLUS, "surplus"), (NPV, "npv"))
    ]  # fmt: skip


def _reliable(found: Findings) -> list[Evidence]:
    """S56: substitutes."""
    settings = {
        BASE: (plan.KIND, plan.here), "where the second strategy learns nothing": (plan.UNLEARNED, plan.here),
        found.elsewhere: (plan.KIND, plan.there),
    }  # fmt: skip
    made = []
    for setting, (kind, place) in settings.items():
        few, many = (answers.support_worth(found, factor, kind, place) for factor in (plan.DEFECTS[0], 1.0))
        made.append(Evidence("S56", "value of better support at half the defects less at today's", "$",
                             estimate(few - many), most=0, setting=setting))  # fmt: skip
    return made


def _consent(found: Findings) -> list[Evidence]:
    """S57: asked first or not."""
    settings = {
        BASE: plan.AS_IT_IS, "where people welcome twelve messages a month on average": plan.TOLERANT,
        found.other: plan.TURNED,
    }  # fmt: skip
    if plan.reminds(found.kind):
        settings[REMINDING] = plan.REMINDED
    return [
        Evidence("S57", f"{what}, opt-in less opt-out", "$",
                 difference(found.runs, column, *(plan.posts(plan.MANY, consent, mood)
                                                  for consent in (plan.OPT_IN, plan.OPT_OUT))),
                 least=0, setting=setting)
        for setting, mood in settings.items()
        for what, column in ((SURPLUS, "surplus"), (NPV, "npv"))
    ]  # fmt: skip


def _door(found: Findings) -> list[Evidence]:
    """S58: open, shut, pushing."""
    arms = {BASE: [plan.KIND, plan.SHUT, plan.PUSH]}
    arms[found.other] = [plan.of_mood(name, plan.TURNED) for name in arms[BASE]]
    arms[found.elsewhere] = [plan.there(name) for name in arms[BASE]]
    return [
        Evidence("S58", f"{NPV}, open door less {what}", "$", difference(found.runs, "npv", door, name), least=0,
                 setting=setting)
        for setting, (door, shut, push) in arms.items()
        for what, name in (("shut one", shut), ("messages", push))
    ]  # fmt: skip


def _assured(found: Findings) -> list[Evidence]:
    """S67: people who never had a problem."""
    settings = {
        "": BASE, "posted_": "where a third of all cases is posted for all to read", "there_": found.elsewhere,
    }  # fmt: skip
    return [
        Evidence("S67", "difference of orders a year of customers who never had a problem", "orders",
                 answers.assurance(found, prefix), least=0, setting=setting)
        for prefix, setting in settings.items()
    ]  # fmt: skip


def _happier(found: Findings) -> list[Evidence]:
    """S69: more, and more than in proportion."""
    poor, decent, excellent = (of_arm(found.runs, "words", name) for name in plan.TREATMENTS)
    return [
        Evidence("S69", "good words a customer a year, excellent less poor treatment", "", estimate(excellent - poor),
                 least=0),
        Evidence("S69", "good words more by the second step than by the first", "",
                 estimate(excellent - 2 * decent + poor), least=0),
    ]  # fmt: skip


def _unpromoted(found: Findings) -> list[Evidence]:
    """S71: without any promotion."""
    shipped = dollars.shipped_price(found)
    settings = {
        BASE: (plan.NO_ADS, plan.KIND, shipped),
        "from few buyers": (plan.seed(plan.FEW, False), plan.seed(plan.FEW, True), shipped),
        "where people talk four times as much": (f"{plan.TALK}, {plan.NO_ADS}", plan.TALK, shipped),
        ELASTIC: (plan.NO_ADS, plan.KIND, dollars.elastic_price(found)),
    }
    return [
        Evidence("S71", f"{NPV}, without advertising less with it", "$",
                 estimate(dollars.gained(found, *arms_and_price)), most=0, setting=setting)
        for setting, arms_and_price in settings.items()
    ]  # fmt: skip


def _stages(found: Findings) -> list[Evidence]:
    """S72: the same dollars before the sale, at it, and after it."""
    settings = {
        BASE: (dollars.shipped_price(found), plan.here), ELASTIC: (dollars.elastic_price(found), plan.here),
        found.elsewhere: (dollars.shipped_price(found, plan.there), plan.there),
    }  # fmt: skip
    return [
        Evidence("S72", f"{NPV}, support less {what} for the same dollars", "$",
                 answers.duel(found, way, price, place), least=0, setting=setting)
        for setting, (price, place) in settings.items()
        for way, what in (("advertising", "advertising"), ("discount", "a discount for newcomers"))
    ]  # fmt: skip


def _forgotten(found: Findings) -> list[Evidence]:
    """S73: staying in touch where people forget, and where they do not."""
    made = []
    for setting, mood in ((BASE, plan.AS_IT_IS), (found.other, plan.TURNED)):
        pair = plan.posts(plan.LETTER, mood=mood), plan.posts(0.0, mood=mood)
        made += [
            Evidence("S73", "difference of orders, a letter every four months less none", "orders",
                     difference(found.runs, "orders", *pair), least=0, setting=setting),
            Evidence("S73", f"{NPV}, a letter every four months less none", "$",
                     difference(found.runs, "npv", *pair), least=0, setting=setting),
        ]  # fmt: skip
    return made


def _triage(found: Findings) -> list[Evidence]:
    """S74: by the size of orders."""
    return [
        Evidence("S74", f"{NPV}, large orders first less all alike", "$", answers.triage(found, plan.LARGE), least=0)
    ]
