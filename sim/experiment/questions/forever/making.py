"""How the arms are made from the two firms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sim.experiment.questions.arms import arm
from sim.experiment.questions.forever import plan
from sim.parameters import Scenario, Strategy


def lives(firm: plan.Firms) -> dict[str, Scenario]:
    """The arms whose people are compared one by one, besides the two firms."""
    help_all = {"strategy.access.help_anyone": True}
    posted = {"world.word_of_mouth.posted": plan.POSTED, "world.word_of_mouth.posted_good": plan.POSTED}
    away = [arm(each, plan.there(each.strategy_name)) for each in plan.elsewhere(firm)]
    return {
        plan.LEAN: firm.lean,
        plan.KIND: firm.kind,
        plan.HELP: arm(firm.kind, plan.HELP, help_all),
        plan.TRUST_ONLY: arm(firm.kind, plan.TRUST_ONLY, help_all | {"world.market.helped_considers": 0.0}),
        plan.LEAN_POSTED: arm(firm.lean, plan.LEAN_POSTED, posted),
        plan.KIND_POSTED: arm(firm.kind, plan.KIND_POSTED, posted),
    } | {each.strategy_name: each for each in away}


def arms(firm: plan.Firms, agents: float, specialists: float) -> list[Scenario]:
    """All other arms; `agents` and `specialists` are the kind firm's mean headcount."""
    return [
        arm(_half(firm), plan.HALF), *_invited(firm, agents, specialists), *_messages(firm.kind), *_doors(firm.kind),
        *_bought(firm.lean), *_unpromoted(firm.kind), *_reliable(firm), *_treated(firm.kind), *_classes(firm),
        *_elsewhere(plan.elsewhere(firm)),
    ]  # fmt: skip


def _half(firm: plan.Firms) -> Scenario:
    return firm.kind.model_copy(update={"strategy": blend(firm.lean.strategy, firm.kind.strategy, 0.5)})


def _elsewhere(firm: plan.Firms) -> list[Scenario]:
    """Of the arms those by which the value of support is judged, in the other world; besides the two firms."""
    every = [
        arm(_half(firm), plan.HALF), *_bought(firm.lean), *_doors(firm.kind), *_reliable(firm),
        *_invited(firm, 1.0, 1.0), *_messages(firm.kind), lives(firm)[plan.HELP],
    ]  # fmt: skip
    wanted = [
        plan.HALF, plan.HELP, plan.INVITED, plan.posts(plan.LETTER), plan.SHUT, plan.PUSH,
        *(plan.defects(plan.DEFECTS[0], name) for name in (plan.LEAN, plan.KIND)),
        *(f"advertising x {factor:g}" for factor in plan.ADVERTISING[:2]),
        *(f"discount {share:g}" for share in plan.DISCOUNTS),
    ]  # fmt: skip
    return [arm(each, plan.there(each.strategy_name)) for each in every if each.strategy_name in wanted]


def _invited(firm: plan.Firms, agents: float, specialists: float) -> list[Scenario]:
    more = {"strategy.access.invitation": plan.INVITATION}
    made = [arm(firm.kind, plan.INVITED, more), arm(firm.lean, plan.LEAN_INVITED, more)]
    for share in plan.DESKS:
        fixed = {"strategy.staffing.rule": "fixed", "strategy.staffing.agents": share * agents,
                 "strategy.staffing.specialists": share * specialists}  # fmt: skip
        made += [arm(firm.kind, plan.desk(share, False), fixed), arm(firm.kind, plan.desk(share, True), fixed | more)]
    return made


def _messages(kind: Scenario) -> list[Scenario]:
    out, both = plan.OPT_OUT, (plan.OPT_OUT, plan.OPT_IN)
    moods = [plan.TOLERANT, *([plan.REMINDED] if plan.reminds(kind) else [])]
    wanted = [(number, out, plan.AS_IT_IS) for number in plan.PER_MONTH] + [(plan.MANY, plan.OPT_IN, plan.AS_IT_IS)]
    wanted += [(number, out, plan.TURNED) for number in (0.0, plan.LETTER, plan.MANY)]
    wanted += [(plan.MANY, plan.OPT_IN, plan.TURNED)]
    wanted += [(plan.MANY, consent, mood) for mood in moods for consent in both]
    return [
        arm(kind, plan.posts(number, consent, mood), {"strategy.promotion.messages": number,
            "strategy.promotion.consent": consent} | plan.in_mood(kind, mood))
        for number, consent, mood in wanted
    ]  # fmt: skip


def _doors(kind: Scenario) -> list[Scenario]:
    shut = {"strategy.access.invitation": plan.SHUT_TO}
    push = shut | {"strategy.promotion.messages": plan.PUSHED, "strategy.promotion.consent": plan.OPT_OUT}
    return [
        arm(kind, plan.of_mood(name, mood), changes | plan.in_mood(kind, mood))
        for mood in (plan.AS_IT_IS, plan.TURNED)
        for name, changes in ((plan.SHUT, shut), (plan.PUSH, push))
    ]


def _bought(lean: Scenario) -> list[Scenario]:
    effort = lean.strategy.promotion.advertising or 1.0
    return [
        arm(lean, f"advertising x {factor:g}", {"strategy.promotion.advertising": min(20.0, factor * effort)})
        for factor in plan.ADVERTISING
    ] + [arm(lean, f"discount {share:g}", {"strategy.promotion.newcomer_discount": share}) for share in plan.DISCOUNTS]


def _unpromoted(kind: Scenario) -> list[Scenario]:
    none = {"strategy.promotion.advertising": 0.0}
    talk = kind.world.word_of_mouth
    talks = {f"world.word_of_mouth.{name}": min(1.0, plan.TALKATIVE * getattr(talk, name))
             for name in ("mention", "mention_weak")}  # fmt: skip
    return [
        arm(kind, plan.NO_ADS, none),
        arm(kind, plan.TALK, talks),
        arm(kind, f"{plan.TALK}, {plan.NO_ADS}", talks | none),
        arm(kind, plan.seed(plan.FEW, True), {"world.market.initial_buyers": plan.FEW}),
        *(arm(kind, plan.seed(share, False), none | {"world.market.initial_buyers": share}) for share in plan.SEEDS),
    ]


def _reliable(firm: plan.Firms) -> list[Scenario]:
    unlearned = arm(firm.kind, plan.UNLEARNED, {"strategy.learning.analysis": 0.0})
    fewer = {"strategy.product.problems": plan.DEFECTS[0] * firm.kind.strategy.product.problems}
    made = [
        arm(each, plan.defects(factor, each.strategy_name),
            {"strategy.product.problems": min(5.0, factor * each.strategy.product.problems)})
        for factor in plan.DEFECTS
        for each in firm
    ]  # fmt: skip
    return [*made, unlearned, arm(unlearned, plan.defects(plan.DEFECTS[0], plan.UNLEARNED), fewer)]


def _treated(kind: Scenario) -> list[Scenario]:
    return [arm(kind, name, changes) for name, changes in plan.TREATMENTS.items()]


def _classes(firm: plan.Firms) -> list[Scenario]:
    """Two halves of the people, by the size of their orders, each a market of its own."""
    needs, people = firm.lean.world.needs, firm.lean.world.market.people
    made = []
    for size, share in zip((plan.SMALL, plan.LARGE), halves(needs.basket_sd_people), strict=True):
        world = {
            "world.market.people": max(people // 2, 1),
            "world.needs.basket": needs.basket * share,
            "world.needs.basket_sd_people": needs.basket_sd_people * math.sqrt(1 - 2 / math.pi),
        }
        for level in plan.LEVELS:
            strategy = blend(firm.lean.strategy, firm.kind.strategy, level)
            made.append(arm(firm.lean.model_copy(update={"strategy": strategy}), plan.of_class(size, level), world))
    return made


def halves(spread: float) -> tuple[float, float]:
    """Means of the lower and the upper half of a lognormal of mean 1: 2 Phi(-s) and 2 Phi(s)."""
    above = 1 + math.erf(spread / math.sqrt(2))
    return 2 - above, above


def blend(first: Strategy, second: Strategy, level: float) -> Strategy:
    """A strategy between two: numbers lie so far on the way, everything else is the nearer one's."""

    def between(one: Any, other: Any) -> Any:
        if isinstance(one, Mapping):
            return {name: between(value, other[name]) for name, value in one.items()}
        numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (one, other))
        if not numbers or level in (0.0, 1.0):
            return one if level < 0.5 else other
        value = one + level * (other - one)
        return round(value) if isinstance(one, int) and isinstance(other, int) else value

    return Strategy.model_validate(between(first.model_dump(), second.model_dump()))
