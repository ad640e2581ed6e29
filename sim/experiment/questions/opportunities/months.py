"""The survey's months, person by person: who spent, believed and said what, with the problem and without it.

All are sums and counts, which add up over months and runs.
"""

from __future__ import annotations

import numpy as np

from sim.experiment.questions.opportunities.watch import AFTER, YEAR, Month, Watched, count
from sim.experiment.survey import GROUPS, MONTH, groups, spend, wave_starts
from sim.model.case import RESOLVED
from sim.model.draws import Floats, Ints
from sim.model.problems import DEFECT, EXPECTATION, QUESTION
from sim.model.records import Run

MILD, SEVERE = 0.5, 1.0  # severity: less than half of what the order is worth; all of it or more
CLASSES = ("first mild", "first middling", "first severe", "repeated")  # of problems put right
RECOVERED, UNTROUBLED = GROUPS.index("recovered"), GROUPS.index("none")
HELPED = "helped"  # in names of sums: all whose problem was put right, whatever it was


def month_sums(watched: Watched) -> dict[str, float]:
    """Sums over the months of a run.

    For each group of the survey: asked, spend and its square ($), good stories told, mentions, and spend with and
    without the problem. For each class of problem put right, all that were (`HELPED`) and all that were met
    (`troubled`): people, and how much more risk they see and trust they have than without it; a year later too."""
    run = watched.run
    people = run.scenario.world.market.people
    sums: dict[str, float] = dict.fromkeys(_names(), 0.0)
    paired = {month.start: month for month in watched.months}
    for start in wave_starts(run.scenario.run.weeks):
        group, seen = groups(run, start), spend(run.events, people, start)
        stories = _stories_told(run, start)
        mentions = _mentions(watched, start)
        for index, name in enumerate(GROUPS):
            members = group == index
            sums[f"asked_{name}"] += count(members)
            sums[f"spend_{name}"] += float(seen[members].sum())
            sums[f"square_{name}"] += float((seen[members] ** 2).sum())
            sums[f"stories_{name}"] += float(stories[members].sum())
            sums[f"mentions_{name}"] += float(mentions[members].sum())
            if start in paired:
                sums[f"with_{name}"] += float(seen[members].sum())
                sums[f"without_{name}"] += float(paired[start].spend[members].sum())
        if start in paired:
            _add_beliefs(sums, watched, paired[start], group, problem_classes(run, start))
    weekly = {"met": "problems", "voiced": "voiced", "customer_weeks": "customers"}
    return sums | {name: float(run.weeks[column].sum()) for name, column in weekly.items()}


def _names() -> list[str]:
    kinds = ("asked", "spend", "square", "stories", "mentions", "with", "without")
    beliefs = [f"{kind}_{name}" for name in (*CLASSES, HELPED, "troubled") for kind in ("people", "risk", "recovery")]
    later = [f"{kind}_{name}_later" for name in (HELPED, "troubled") for kind in ("people", "risk", "recovery")]
    return [*(f"{kind}_{name}" for kind in kinds for name in GROUPS), *beliefs, *later, "risk_before"]


def problem_classes(run: Run, start: int) -> Ints:
    """For each person: index into CLASSES of the one problem met in the month; -1 for none and for several."""
    people, problem = run.scenario.world.market.people, run.events.of("problem")
    inside = (problem["week"] >= start) & (problem["week"] < start + MONTH) & (problem["about"] != QUESTION)
    who, severity, earlier = (problem[name][inside] for name in ("person", "severity", "earlier"))
    of = np.full(people, -1)
    of[who] = np.select([earlier > 0, severity < MILD, severity < SEVERE], [3, 0, 1], 2)
    of[np.bincount(who, minlength=people) > 1] = -1
    return of


def _add_beliefs(sums: dict[str, float], watched: Watched, month: Month, group: Ints, of: Ints) -> None:
    """What those who met a problem believe more than the same people without it, after a quarter and after a year."""
    diary, after = watched.diary, month.start + AFTER
    troubled = (group >= 0) & (group != UNTROUBLED)
    helped = group == RECOVERED
    members = {name: helped & (of == index) for index, name in enumerate(CLASSES)}
    for when, ending in ((after, ""), (month.start + MONTH + YEAR, "_later")):
        if when not in month.risk:
            continue
        risk = diary.risk[when].astype(float) - month.risk[when]
        recovery = diary.recovery[when].astype(float) - month.recovery[when]
        named = {HELPED: helped, "troubled": troubled} | ({} if ending else members)
        for name, who in named.items():
            sums[f"people_{name}{ending}"] += count(who)
            sums[f"risk_{name}{ending}"] += float(risk[who].sum())
            sums[f"recovery_{name}{ending}"] += float(recovery[who].sum())
        if not ending:
            sums["risk_before"] += float(month.risk[when][helped].sum())  # of the helped, had there been no problem


def _stories_told(run: Run, start: int) -> Floats:
    """Good stories heard at first hand from each person, from the month's beginning to the end of its follow-up."""
    story = run.events.of("story")
    told = (story["hop"] == 1) & ~story["bad"].astype(bool)
    told &= (story["week"] >= start) & (story["week"] < start + AFTER)
    return np.bincount(story["teller"][told], minlength=run.scenario.world.market.people).astype(float)


def _mentions(watched: Watched, start: int) -> Floats:
    """Expected times that each person recommends the firm in those weeks, besides stories."""
    diary = watched.diary
    return np.asarray(diary.praise.get(start + AFTER, diary.said) - diary.praise[start])


def lesson_sums(watched: Watched) -> dict[str, float]:
    """How far single events move perceived risk: an order without trouble, a case put right, a case that was not.

    Of an order it is what the belief in reliability moves, of a case what the belief in recovery moves, each with the
    other belief as it stands; sums of sizes, and of changes of the belief in recovery by kind of problem.
    """
    run, diary = watched.run, watched.diary
    weeks, case, bought = run.scenario.run.weeks, run.events.of("case"), run.events.of("purchase")
    story, problem = run.events.of("story"), run.events.of("problem")
    people = run.scenario.world.market.people
    busy = np.unique(np.concatenate([_key(each, people) for each in (case, story, problem)]))
    calm = ~np.isin(_key(bought, people), busy) & (bought["week"] < weeks - 1)
    week, who = bought["week"][calm], bought["person"][calm]
    step = np.diff(diary.reliability.astype(float), axis=0)[week, who]
    sizes = {"order": np.abs(step * (1 - diary.recovery[week, who]))}
    seen = (case["about"] != QUESTION) & (case["week"] < weeks - 1)
    week, who, about, outcome = (case[name][seen] for name in ("week", "person", "about", "outcome"))
    learned = np.diff(diary.recovery.astype(float), axis=0)[week, who]
    moved = np.abs(learned * (1 - diary.reliability[week + 1, who]))
    sizes |= {"settled": moved[outcome == RESOLVED], "unsettled": moved[outcome != RESOLVED]}
    kinds = {"defect": about == DEFECT, "mistaken": about == EXPECTATION}
    return (
        {f"{name}_events": float(size.size) for name, size in sizes.items()}
        | {f"{name}_moved": float(size.sum()) for name, size in sizes.items()}
        | {f"{name}_settled": count(rows & (outcome == RESOLVED)) for name, rows in kinds.items()}
        | {f"{name}_learned": float(learned[rows & (outcome == RESOLVED)].sum()) for name, rows in kinds.items()}
    )


def _key(events: dict[str, np.ndarray], people: int) -> Ints:
    return np.asarray(events["week"] * people + events["person"])
