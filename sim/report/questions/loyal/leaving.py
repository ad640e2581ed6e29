"""Why customers leave, how long they wait before they do, and what long tenure says about them."""

from __future__ import annotations

from sim.experiment.questions.arms import Estimate, difference, estimate, mean_of, of_arm
from sim.experiment.questions.loyal.findings import Findings, called
from sim.experiment.questions.loyal.numbers_of import AS_IT_IS, DEALS, caused, lost
from sim.experiment.questions.loyal.quotients import quotient
from sim.report.marks import Chart
from sim.report.questions.loyal.parts import figure, note, rows_of, told
from sim.report.questions.pictures import dots
from sim.report.words import percent

WORLDS = {
    DEALS: "Problems, deals for others, a better rival",
    called("deal, no pull"): "... if the rival were no better",
    AS_IT_IS: "... if newcomers got no deals",
    called("no problems"): "... and nothing went wrong either",
}


def reasons(found: Findings) -> Chart:
    """How many leave, with and without what drives them out and what draws them away."""
    rates = {text: mean_of(found.runs, "switched", name) for name, text in WORLDS.items()}
    own = caused(found, DEALS, called("no problems"))
    push = difference(found.runs, "switched", called("deal, no pull"), called("no problems"))
    title = "Customers are " + told(push, "pushed out more than pulled away", "pulled away more than pushed out",
                                    "not clearly pushed out or pulled away")  # fmt: skip
    title += f": {_share(own)} of those who leave would not without problems and deals for others"
    return dots(rows_of(rates), title, note(found, more="Not counted: who loses interest in all such goods"),
                "Leave over a problem or for a rival, for each customer and year", "share", zero=None)  # fmt: skip


def _share(found: Estimate) -> str:
    return "an unknown part" if found.n == 0 else percent(found.mean)


def erosion_sentence(found: Findings) -> str:
    """What follows a reason to look elsewhere."""
    later, years, before, before_years, soon = (
        of_arm(found.runs, column, AS_IT_IS)
        for column in ("later_ended", "later_years", "untroubled_ended", "untroubled_years", "soon_ended")
    )
    times = quotient([later, before_years], [years, before])
    part = quotient([later], [soon + later])
    return (
        "After a problem that was not put right, those who did not leave at the first chance leave for half a year "
        f"{figure(times, 'times')} as often as those without one. Of all who leave within that time, "
        f"{figure(part, 'share')} leave later than at the first chance."
    )


def inertia_sentence(found: Findings) -> str:
    """How long people stay who would be better off elsewhere."""
    lag, counted, inert = (mean_of(found.watched, column, AS_IT_IS) for column in ("lag", "lag_habit", "inert"))
    return (
        f"At any time {figure(inert, 'share')} of all customers would be better off with the rival, habit apart, and "
        f"are still here. Those who go there had stayed on for {figure(lag, 'weeks')} although it offered more; with "
        f"habit counted as something that the firm offers, for {figure(counted, 'weeks')}."
    )


def tenure(found: Findings) -> Chart:
    """What the customers with the longest time here are worth, next to the average one."""
    worth = {
        "As it is": mean_of(found.runs, "worth_oldest", AS_IT_IS),
        "All lose interest alike": mean_of(found.runs, "worth_oldest", called("alike")),
    }
    first = worth["As it is"]
    said = told(first, f"{percent(first.mean - 1)} more than", f"{percent(1 - first.mean)} less than",
                "about as much (no clear difference) as", zero=1.0)  # fmt: skip
    title = f"The tenth of customers with the longest time here are worth {said} the average one"
    return dots(rows_of(worth), title, note(found, more="Customers of week 0; discounted"),
                "Margin from one of them over that from the average customer", "times", zero=1.0)  # fmt: skip


def tenure_sentence(found: Findings) -> str:
    """Whether long-standing customers bear a higher price, and tell more."""
    old, young = (lost(found.runs, who, called("dearer"), AS_IT_IS) for who in ("old", "young"))
    gap = estimate(young - old)
    stories = estimate(of_arm(found.runs, "told_old", AS_IT_IS) - of_arm(found.runs, "told_young", AS_IT_IS))
    bear = told(gap, "a smaller part than", "a larger part than", "no clearly different part than")
    tell = told(
        stories, "more good stories than", "fewer good stories than", "no clearly different number of stories than"
    )
    return (
        f"At a price a tenth higher the longest-standing quarter loses {figure(estimate(old), 'share')} of its orders: "
        f"{bear} the newest quarter with {figure(estimate(young), 'share')}. They tell {tell} the newest."
    )
