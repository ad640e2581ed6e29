"""Help for anyone, the door and the push, letters: pictures and sentences."""

from __future__ import annotations

import math

import pandas as pd

from sim.experiment.questions.arms import Estimate, difference, estimate, mean_of
from sim.experiment.questions.evidence import BASE
from sim.experiment.questions.forever import Findings, answers, dollars, plan
from sim.experiment.questions.forever.findings import IN_TOUCH, LESSON, SILENT
from sim.experiment.questions.forever.inside import ADVERTISED, HELPED, LAGS
from sim.report import theme
from sim.report.marks import Chart
from sim.report.questions.forever.words import KIND_COLOUR, LEAN_COLOUR, names, row, told, within, worlds
from sim.report.questions.pictures import as_text, curves, dots
from sim.report.words import money, number, percent


def help_anyone(found: Findings) -> Chart:
    """The same people, who never bought here, with and without an answer to their question."""
    gain = answers.converted(found)
    rows = [
        row("Helped", estimate(found.pairs["converted"])),
        row("The same people, sent away", estimate(found.pairs["converted_without"])),
        row("Helped, where help only builds trust", estimate(found.pairs["trust_converted"])),
        row("The same people, sent away ", estimate(found.pairs["trust_converted_without"])),
    ]
    title = told(gain, "share", "Help makes more of those who asked buy within a year, by",
                  "Help makes fewer of those who asked buy within a year, by",
                  "No clear difference: help does not change how many who asked buy within a year")  # fmt: skip
    note = f"People who never bought here and had a question. {worlds(found)}"
    return dots(pd.DataFrame(rows), title, note, "share who buy within a year", "share", zero=None)


def help_cost(found: Findings) -> str:
    """What a customer costs who is won by help, and by advertising."""
    said: list[str] = []
    for words, price in (("as advertising is priced here", dollars.shipped_price(found)),
                         ("at the price that its elasticity justifies", dollars.elastic_price(found))):  # fmt: skip
        by_help, by_ads = answers.each(found, price)
        if not said:
            if math.isnan(by_help.mean):
                return "Help for anyone wins nobody here, so there is no cost of one to compare."
            said.append(f"One more new customer costs {money(by_help.mean)} by help ({within(by_help, '$')})")
        said.append("nothing to compare it with" if math.isnan(by_ads.mean)
                    else f"{money(by_ads.mean)} by twice the advertising {words}")  # fmt: skip
    worth = difference(found.runs, "npv", plan.HELP, plan.KIND)
    return (
        f"{said[0]}, {said[1]}, and {said[2]}. With help for anyone the firm is worth "
        f"{as_text(worth.mean, '$', True)} ({within(worth, '$')})."
    )


def loyalty(found: Findings) -> Chart:
    """How soon those who were won see no more risk than established customers."""
    groups = {
        "won by help": ("", HELPED, theme.VERMILION), "won by advertising": ("", ADVERTISED, theme.BLUE),
        "by help that teaches more": (LESSON, HELPED, theme.ORANGE),
    }  # fmt: skip
    rows = [
        {"group": name, "x": lag, **estimate(answers.loyal(found, setting, won_by, lag))._asdict()}
        for name, (setting, won_by, _) in groups.items()
        for lag in LAGS
    ]
    share = estimate(answers.loyal(found, "", HELPED))
    title = "Help won nobody here who could become loyal"
    if not math.isnan(share.mean):
        ahead = estimate(answers.loyal(found, "", HELPED) - answers.loyal(found, "", ADVERTISED))
        than = told(ahead, "share", "more than of those won by advertising, by",
                     "fewer than of those won by advertising, by",
                     "no clear difference from those won by advertising")  # fmt: skip
        title = f"Half a year after their first purchase {percent(share.mean)} of people won by help are loyal: {than}"
    note = f"Loyal: sees no more risk than the middle one of the customers of the start. {worlds(found, 'bands')}"
    table = pd.DataFrame(rows).dropna(subset=["mean"])
    if table.empty:
        table = pd.DataFrame([{"group": "won by help", "x": lag, "mean": 0.0, "low": 0.0, "high": 0.0} for lag in LAGS])
    return curves(table, title, note, "weeks since the first purchase", "share who have been loyal by then", "share",
                  colours={name: colour for name, (*_, colour) in groups.items()}, zero=None)  # fmt: skip


def invitation(found: Findings) -> Chart:
    """What asking people to call is worth, by the desk that they reach."""
    rows = [
        row({BASE: "a desk that grows with the calls"}.get(setting, setting.removeprefix("at ")),
             difference(found.runs, "npv", *pair))
        for setting, pair in answers.invitations(found).items()
    ]  # fmt: skip
    first = difference(found.runs, "npv", *answers.invitations(found)[BASE])
    title = told(first, "$", "Inviting everyone to call adds", "Inviting everyone to call costs",
                  "No clear difference: whether inviting everyone to call pays is not decided")  # fmt: skip
    note = f"Twice the voice against the same firm without; by desk. {worlds(found)}"
    return dots(pd.DataFrame(rows), title, note, "net present value, invited less not, $")


def silence(found: Findings) -> str:
    """How many problems stay unspoken, with and without an invitation, and what becomes of them."""
    silent, spoken = (mean_of(found.runs, "silent", name) for name in (plan.KIND, plan.INVITED))
    right, wrong = (mean_of(found.runs, "settled", name) for name in (plan.KIND, plan.INVITED))
    tight = [mean_of(found.runs, "settled", plan.desk(plan.DESKS[-1], invited)).mean for invited in (False, True)]
    if math.isnan(silent.mean):
        return "Nothing went wrong here, so there was nothing to keep silent."
    return (
        f"Of all problems {percent(silent.mean)} are kept silent, {percent(spoken.mean)} with an invitation; put right "
        f"are {percent(right.mean)} without and {percent(wrong.mean)} with it, at the smallest desk "
        f"{percent(tight[0])} and {percent(tight[1])}."
    )


def door(found: Findings) -> Chart:
    """An open door, a shut one, and one that is shut to callers while messages go out."""
    settings = {
        "": plan.here,
        f", {found.other.removeprefix('where ')}": lambda name: plan.of_mood(name, plan.TURNED),
        f", {found.elsewhere}": plan.there,
    }
    rows = []
    for said, place in settings.items():
        door, shut, push = (place(name) for name in (plan.KIND, plan.SHUT, plan.PUSH))
        rows += [
            row(f"open door{said}", difference(found.runs, "npv", door, shut), group="open door, no messages"),
            row(f"push{said}", difference(found.runs, "npv", push, shut), group="hard to reach, a message a week"),
        ]
    gap = difference(found.runs, "npv", plan.KIND, plan.PUSH)
    title = told(gap, "$", "An open door is worth more than messages, by",
                  "Messages are worth more than an open door, by",
                  "No clear difference between an open door and messages")  # fmt: skip
    note = f"Against a firm that is hard to reach and keeps quiet. {worlds(found)}"
    colours = {"open door, no messages": KIND_COLOUR, "hard to reach, a message a week": LEAN_COLOUR}
    return dots(pd.DataFrame(rows), title, note, "net present value more, $", colours=colours)


def messages(found: Findings) -> Chart:
    """Value by messages a month."""
    rows = [{"x": 0.0, **Estimate(0.0, 0.0, 0.0, found.kind.run.replications)._asdict()}]
    rows += [
        {"x": each, **difference(found.runs, "npv", plan.posts(each), plan.KIND)._asdict()} for each in plan.PER_MONTH
    ]
    best = max(rows, key=lambda each: each["mean"])
    few, many = (difference(found.runs, "npv", plan.posts(each), plan.KIND) for each in (plan.LETTER, plan.MANY))
    letter = "A letter every four months"
    few_said = told(few, "$", f"{letter} adds", f"{letter} costs", f"{letter} makes no clear difference")
    many_said = told(many, "$", "two a week add", "two a week cost", "two a week make no clear difference")
    title = f"{few_said}; {many_said}. Best of those tried: {number(best['x'])} a month"
    note = f"Messages to all customers who do not object, against none. {worlds(found, 'band')}"
    return curves(pd.DataFrame(rows), title, note, "messages a month to each customer", "net present value more, $")


def consent(found: Findings) -> Chart:
    """Asked first or not, at two messages a week: the firm's side and the customers'."""
    settings = {"as it is": plan.AS_IT_IS, "people welcome twelve a month": plan.TOLERANT,
                found.other.removeprefix("where "): plan.TURNED}  # fmt: skip
    if plan.reminds(found.kind):
        settings["messages remind of needs"] = plan.REMINDED
    rows = []
    for said, mood in settings.items():
        pair = [plan.posts(plan.MANY, choice, mood) for choice in (plan.OPT_IN, plan.OPT_OUT)]
        rows += [row(f"{said}: {who}", difference(found.runs, column, *pair), group=who)
                 for who, column in (("the firm", "npv"), ("its customers", "surplus"))]  # fmt: skip
    firm = difference(found.runs, "npv", *(plan.posts(plan.MANY, choice) for choice in (plan.OPT_IN, plan.OPT_OUT)))
    title = told(firm, "$", "Asking first is worth more to the firm, by", "Asking first costs the firm",
                  "No clear difference for the firm whether it asks first")  # fmt: skip
    note = (
        f"Two messages a week; opt-in less opt-out. The customers' side is what they would pay on top. {worlds(found)}"
    )
    return dots(pd.DataFrame(rows), title, note, "opt-in less opt-out, $",
                colours={"the firm": theme.INK, "its customers": theme.GREEN})  # fmt: skip


def forgotten(found: Findings) -> Chart:
    """Share of customers who would think of the firm if they needed something."""
    lean, kind = names(found)
    rows = []
    looked = found.thought_of
    for firm, name in (("lean", lean), ("kind", kind)):
        for touch in (SILENT, IN_TOUCH):
            part = looked.loc[(looked["firm"] == firm) & (looked["touch"] == touch), "share"]
            rows.append(row(f"{name}, {touch}", estimate(part), group=name))
    gap = difference(found.runs, "orders", plan.posts(plan.LETTER, mood=_forgetful(found)),
                     plan.posts(0.0, mood=_forgetful(found)))  # fmt: skip
    kept = told(gap, "", "where people forget, a letter every four months brings more orders:",
                 "where people forget, a letter every four months brings fewer orders:",
                 "a letter every four months makes no clear difference to orders")  # fmt: skip
    alone = estimate(looked.loc[(looked["firm"] == "kind") & (looked["touch"] == SILENT), "share"])
    title = f"Without letters {percent(alone.mean)} of the customers would think of {kind}; {kept}"
    note = "At the end, where people forget. "
    note += "One world" if alone.n < 2 else f"Mean of {alone.n} paired worlds; bars: 95 % interval"
    return dots(pd.DataFrame(rows), title, note, "share of customers who would think of the firm", "share", zero=None,
                colours={lean: LEAN_COLOUR, kind: KIND_COLOUR})  # fmt: skip


def _forgetful(found: Findings) -> str:
    return plan.AS_IT_IS if plan.forgets(found.kind) else plan.TURNED
