"""What a search found, in sentences and in a table for people. Sentences are Markdown, names in *italics*."""

from __future__ import annotations

import pandas as pd

from sim.experiment.best.judge import (
    Interval,
    advertising_at_par,
    beyond,
    difference,
    ends,
    optimism,
    per_dollar,
    within_budget,
)
from sim.experiment.best.search import EQUAL, OWN, SHIPPED, Found
from sim.report.sentences import signed
from sim.report.words import duration, money, number

ADVERTISING = "promotion.advertising"


def sentences(found: Found) -> list[str]:
    """Verdict, what advertising would have to cost, and what to be careful about."""
    return [text for text in (verdict(found), advertising(found), caution(found)) if text]


def remarks(found: Found | None) -> str:
    """All but the verdict."""
    return " ".join(sentences(found)[1:]) if found else ""


def verdict(found: Found | None) -> str:
    """Which is worth more when each is at its own best, which at equal spend, and how sure that is. Markdown."""
    if found is None:
        return 'Left out here: `best = "support"` among the parameters, or `whatif best`, runs it in a minute or so.'
    return " ".join([_against_baseline(found), _foremost(found), _equal_spend(found)]).strip()


def _against_baseline(found: Found) -> str:
    plan = found.plan
    base, rival = plan.baseline, plan.rival
    now = difference(found.of(rival.name, OWN), found.of(base.name, OWN))
    before = difference(found.of(rival.name, SHIPPED), found.of(base.name, SHIPPED))
    world = base.scenario.world.title.strip() or base.scenario.name
    return (
        f"In the world *{world}* over {duration(base.scenario.run.weeks)}, each at its own best, *{rival.title}* is "
        f"worth {_more(now)} than *{base.title}*{_doubt(now)}; as both ship it is {_more(before)}{_doubt(before)}."
    )


def _foremost(found: Found) -> str:
    """Who is first of all at its own best, and by how much. Nothing where there are but two."""
    places = sorted((one for one in found.places if one.way == OWN), key=lambda one: -one.npv.mean())
    if len(places) == 2:
        return ""
    first, second = places[:2]
    lead = difference(first, second)
    return (
        f"Of all {len(places)} *{first.contender.title}* is worth most, {_more(lead)} than the next, "
        f"*{second.contender.title}*{_doubt(lead)}."
    )


def _equal_spend(found: Found) -> str:
    plan = found.plan
    base, rival = found.of(plan.baseline.name, OWN), found.of(plan.rival.name, OWN)
    if plan.equal_spend is False or (len(plan.contenders) == 2 and plan.equal_spend is True):
        return ""
    if found.budget is None:
        return (
            f"At its own best *{rival.contender.title}* spends {money(-beyond(found, rival).mean)} less than "
            f"*{base.contender.title}*: there is no money to spend otherwise."
        )
    others = [one for one in plan.contenders[1:] if one is not plan.rival or plan.equal_spend is not True]
    places = {one.name: found.place(one.name, EQUAL) for one in others}
    reached = sorted((one for one in places.values() if one), key=lambda one: -one.npv.mean())
    clauses = []
    for place in reached:
        spent = beyond(found, place)
        text = f"*{place.contender.title}* {_signed(difference(place, base))}"
        if within_budget(found, place.contender.name):
            text += f", and would rather spend {'nothing' if spent.mean < 0.5 else f'only {money(spent.mean)}'} of it"
        clauses.append(text)
    clauses += [f"*{one.title}* found no way to spend as little" for one in others if places[one.name] is None]
    whose = f" that *{rival.contender.title}* spends more" if plan.equal_spend is True else " more"
    return (
        f"With at most the {money(found.budget)}{whose}, against *{base.contender.title}* at its best: "
        f"{'; '.join(clauses)}."
    )


def advertising(found: Found) -> str:
    """What advertising would have to cost to be worth as much as the second contender; '' where nobody advertises."""
    rival, cost = found.plan.rival, found.plan.baseline.scenario.world.market.advertising_cost
    places = [one for one in found.places if ADVERTISING in one.here.values and one.way != SHIPPED]
    if not places:
        return ""
    title = places[0].contender.title
    if not cost:
        return f"Advertising costs nothing in this world, so *{title}* is no fair way to spend money: give it a cost."
    par = {place: times for place in places if (times := advertising_at_par(found, place)) == times}
    if not par:
        return f"*{title}* is best with no more advertising than *{rival.title}* has."
    place = max(par, key=lambda one: par[one])
    effort = f"{place.here.values[ADVERTISING]:.3g} times today's effort"
    shipped = found.plan.advertising_cost
    own = ""
    if shipped != cost:
        better = "more" if shipped / cost < par[place] else "less"
        own = f" As the world ships it costs {number(shipped / cost)} times as much, and so is worth {better}."
    if par[place] <= 0:
        return f"Even if it cost nothing, *{title}*, at {effort}, would be worth less than *{rival.title}* at its best."
    return (
        f"*{title}*, at {effort} and without regard to the budget, would be worth as much as *{rival.title}* at its "
        f"best if advertising cost {number(par[place])} times what it does here.{own}"
    )


def caution(found: Found) -> str:
    """How much of the search was luck, and whose best is at an end of a range."""
    own = [one for one in found.places if one.way == OWN]
    worst = max(own, key=lambda one: optimism(found, one).mean)
    luck = optimism(found, worst)
    text = f"All this is measured in {len(worst.rows)} worlds that the search has not seen. "
    if luck.mean > 0:
        text += (
            f"In those in which it chose, a gain over the start looked at most {money(luck.mean)} better "
            f"(*{worst.contender.title}*, 95 % interval {money(luck.low)} to {money(luck.high)})."
        )
    else:
        text += "There no gain over the start was smaller than in those in which it chose."
    at_end = {one.contender.title: ends(one) for one in own if ends(one)}
    if at_end:
        told = "; ".join(
            f"*{title}*: {', '.join(f'{_short(key)} ({end} end)' for key, end in levers.items())}"
            for title, levers in at_end.items()
        )
        text += f" At an end of its range, so that further on might be better still: {told}."
    return text


def table(found: Found | None) -> pd.DataFrame:
    """For people: contender, way, difference from the baseline's own best, spend beyond it, per $, luck, levers."""
    if found is None:
        return pd.DataFrame()
    base, rows = found.of(found.plan.baseline.name, OWN), []
    for place in found.places:
        if place.way == SHIPPED and place.contender.of:
            continue  # as its base ships
        ratio = per_dollar(found, place)
        rows.append(
            {
                "contender": place.contender.title,
                "way": place.way,
                "npv_difference": _signed_half(difference(place, base)),
                "extra_spend": _signed_half(beyond(found, place)),
                "for_each_$": f"{ratio.mean:+.2f} ± {ratio.half:.2f}" if ratio.mean == ratio.mean else "",
                "optimism": "" if place.way == SHIPPED else _signed_half(optimism(found, place)),
                "levers": ", ".join(f"{_short(key)} {number(value)}" for key, value in place.here.values.items()),
            }
        )
    return pd.DataFrame(rows)


def _more(one: Interval) -> str:
    return f"{money(abs(one.mean))} {'more' if one.mean >= 0 else 'less'}"


def _doubt(one: Interval) -> str:
    """' (95 % interval ...)', and whether zero is in it."""
    text = f" (95 % interval {money(one.low)} to {money(one.high)}"
    return text + (")" if one.sign or not one.half else ", undecided)")


def _signed(one: Interval) -> str:
    if not one.half:
        return signed(one.mean) if one.mean else "gains nothing"
    return f"{signed(one.mean)} ({money(one.low)} to {money(one.high)}{'' if one.sign else ', undecided'})"


def _signed_half(one: Interval) -> str:
    return signed(one.mean) + (f" ± {money(one.half)}" if one.half else "")


def _short(key: str) -> str:
    """What to call a lever: 'self service', 'price'."""
    return key.rpartition(".")[2].replace("_", " ")
