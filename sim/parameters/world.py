"""The world: what the firm cannot choose. One frozen class a group, in the order in which a customer meets them."""

from __future__ import annotations

from typing import Literal

from sim.parameters.fields import ASSUMPTION, Group, label, quantity

CDNOW = "fitted to the CDNOW sample, see params/source/fitted.yaml"


class Market(Group):
    """Who is there and what they know of the firm at the start."""

    people: int = quantity(20_000, "people", "everyone who could ever buy in this category", ge=1, le=5_000_000)
    initial_buyers: float = quantity(
        0.6,
        "share of people",
        "people who bought from the firm before week 0; some have lost interest since",
        ge=0,
        le=1,
    )
    history: int = quantity(
        156, "weeks", "the first purchases before week 0 are spread evenly over so many weeks", ge=0, le=5200
    )
    advertising_reach: float = quantity(
        0.0012,
        "probability a week",
        "a prospect considers the firm because of advertising or by chance",
        "twice the external influence of Bass (.03 a year); Sultan, Farley & Lehmann 1990",
        ge=0,
        le=1,
    )
    advertising_cost: float = quantity(0.0, "$ a prospect a week", "advertising paid for each prospect", ge=0, le=100)
    return_to_category: float = quantity(
        0.002, "probability a week", "someone who left the category becomes a prospect again", ge=0, le=1
    )


class Needs(Group):
    """How often people need something, how much they spend, how long they stay interested."""

    shape: float = quantity(0.24259, "", "shape of the Gamma distribution of need over people", CDNOW, gt=0, le=100)
    mean: float = quantity(
        0.0647, "needs a week", "mean need; r/alpha of the fit divided by the untroubled purchase probability", CDNOW,
        ge=0, le=7,
    )  # fmt: skip
    dropout_a: float = quantity(
        0.79289, "", "first parameter of the Beta dropout after a purchase", CDNOW, gt=0, le=1e6
    )
    dropout_b: float = quantity(2.42575, "", "second parameter of the Beta dropout", CDNOW, gt=0, le=1e6)
    basket: float = quantity(35.319, "$", "mean order", CDNOW, gt=0, le=1e6)
    basket_sd_people: float = quantity(0.45591, "log", "spread of the typical order between people", CDNOW, ge=0, le=3)
    basket_sd_orders: float = quantity(0.60773, "log", "spread of one person's orders", CDNOW, ge=0, le=3)
    gross_margin: float = quantity(
        0.4, "share of price", "price less cost of goods", "non-store retail, about .4; assumption", ge=-1, le=1
    )


class Economy(Group):
    """Good and bad times for everyone: need in a week is multiplied by an index around 1 (log AR(1))."""

    swing: float = quantity(0.05, "log", "standard deviation of the demand index", ge=0, le=1)
    persistence: float = quantity(0.98, "a week", "how slowly times change; .98 is half a year or so", ge=0, lt=1)


class Choice(Group):
    """What decides an occasion of need: the firm, a rival or nothing."""

    untroubled_purchase: float = quantity(
        0.85, "probability", "an untroubled customer with a need buys at the firm", gt=0, lt=1
    )
    price_sensitivity: float = quantity(
        5.2, "utility a log price", "at a share of one half, an elasticity of -2.6", "Bijmolt et al. 2005: mean -2.62",
        ge=0, le=50,
    )  # fmt: skip
    risk_sensitivity: float = quantity(70.0, "utility a unit of risk", "weight of perceived risk R", ge=0, le=1000)
    variance_aversion: float = quantity(0.0, "sd", "psi: weight of the spread of perceived risk", ge=0, le=3)
    habit_weight: float = quantity(0.3, "utility", "pull of a formed habit", ge=0, le=20)
    habit_gain: float = quantity(0.1, "share", "share of the way to a full habit, one purchase", ge=0, le=1)
    habit_half_life: float = quantity(26.0, "weeks", "habit fades without purchases", gt=0, le=5200)
    reconsider: float = quantity(
        0.05, "probability", "a former customer with a need considers the firm again", ge=0, le=1
    )


class Rival(Group):
    """The alternative: when it exists, how good it is, who looks at it."""

    entry_week: int | None = quantity(
        0, "week", "the rival enters the market in this week; null: never, the market stays cornered", ge=0, le=5200
    )
    advantage: float = quantity(0.0, "utility", "how much better the rival is at its entry", ge=-20, le=20)
    improvement: float = quantity(0.05, "utility a year", "the rival keeps getting better", ge=-20, le=20)
    base_looking: float = quantity(0.005, "probability a week", "a customer starts looking around", ge=0, le=1)
    looking_half_life: float = quantity(8.0, "weeks", "looking around fades", gt=0, le=5200)
    switch: float = quantity(
        0.3, "probability", "an occasion lost to the rival makes a former customer (more with a grievance)", ge=0, le=1
    )
    gives_up: float = quantity(
        0.2,
        "share",
        "in a cornered market, the share of those turning away who can do without; the rest buy",
        ge=0,
        le=1,
    )


class Beliefs(Group):
    """Two Beta beliefs about the firm: reliability (things go right), recovery (if not, they put it right)."""

    reliability: float = quantity(0.95, "probability", "prior mean of reliability", gt=0, lt=1)
    reliability_strength: float = quantity(20.0, "pseudo-counts", "prior strength of reliability", gt=0, le=1e6)
    recovery: float = quantity(0.5, "probability", "prior mean of recovery", gt=0, lt=1)
    recovery_strength: float = quantity(2.0, "pseudo-counts", "prior strength of recovery", gt=0, le=1e6)
    half_life: float = quantity(104.0, "weeks", "beliefs decay to the prior", gt=0, le=52_000)
    success_weight: float = quantity(1.0, "pseudo-counts", "a purchase that goes well", ge=0, le=100)
    problem_weight: float = quantity(1.0, "pseudo-counts", "a problem, times its severity", ge=0, le=100)
    resolved_weight: float = quantity(1.0, "pseudo-counts", "w_r: a problem put right, times J", ge=0, le=100)
    unresolved_weight: float = quantity(2.0, "pseudo-counts", "w_u: a problem not put right", ge=0, le=100)
    repeat_weight: float = quantity(
        0.5, "a problem", "zeta: each earlier problem aggravates", "direction: Maxham & Netemeyer 2002", ge=0, le=10
    )
    recovery_patience: float = quantity(60.0, "days", "tau: a late recovery counts exp(-delay/tau)", gt=0, le=36_500)


class Problems(Group):
    """What goes wrong, how badly, and who leaves over it."""

    rate: float = quantity(
        0.15,
        "problems a purchase",
        "expected problems of one purchase",
        "with about 3 purchases a year: 4 in 10 households a year, National Customer Rage survey 2011: 45 %",
        ge=0,
        le=5,
    )
    lag: float = quantity(
        4.0, "weeks", "mean time from purchase to problem", "Knox & van Oest 2014: 28 days", gt=0, le=520
    )
    use_elasticity: float = quantity(
        0.5, "", "how problems grow with use: 1 in proportion; less: who buys often knows how to avoid them", gt=0, le=1
    )
    severity: float = quantity(0.6, "", "median severity; 1 is a loss of the order's value", ge=0.001, le=20)
    severity_sd: float = quantity(0.6, "log", "spread of severity between problems", ge=0, le=3)
    stake_sd: float = quantity(0.3, "log", "spread between people of how much hangs on it", ge=0, le=3)
    leave_unresolved: float = quantity(
        0.35, "probability", "x_u: leaves at once after an unresolved problem of severity 1",
        "mild worlds .25, harsh ones .65; assumption", ge=0, lt=1,
    )  # fmt: skip
    leave_silent: float = quantity(
        0.12, "probability", "leaves at once after a problem of severity 1 kept silent", ge=0, lt=1
    )
    lost_for_good: float = quantity(0.3, "share", "of those who leave after a problem, never to return", ge=0, le=1)
    grievance: float = quantity(1.0, "utility", "grievance of who stays after an unresolved problem", ge=0, le=50)
    grievance_half_life: float = quantity(6.0, "weeks", "grievance fades", gt=0, le=5200)


class Callers(Group):
    """Who speaks up, how long they wait, whether they come back."""

    voice_small: float = quantity(
        0.05, "probability", "someone with a trifling problem calls", "TARP: 3-10 %", ge=0, le=1
    )
    voice_large: float = quantity(
        0.60, "probability", "someone with a severe problem calls", "TARP: 50-75 %", ge=0, le=1
    )
    voice_half: float = quantity(0.6, "severity", "severity at which voice is half way", gt=0, le=20)
    patience: float = quantity(8.0, "hours", "mean patience in the queue (exponential)", gt=0, le=1e6)
    persistence: float = quantity(0.7, "probability", "someone left unsettled contacts the firm again", ge=0, le=1)
    return_time: float = quantity(16.0, "hours", "mean time until they do", gt=0, le=10_000)


class WordOfMouth(Group):
    """Who hears what, when, and how much it moves them."""

    network: Literal["small_world", "random", "none"] = quantity(
        "small_world", "", "who has strong ties to whom (Watts-Strogatz, random, or nobody)"
    )
    ties: int = quantity(
        8,
        "people",
        "strong ties of a person; an odd number counts as one less",
        "5-15 close contacts (Dunbar layers)",
        ge=2,
        le=200,
    )
    rewiring: float = quantity(0.1, "share", "ties rewired at random (small world)", ge=0, le=1)
    tell_unresolved: float = quantity(0.74, "probability", "an unresolved problem is told", "SQM", ge=0, le=1)
    tell_resolved: float = quantity(0.41, "probability", "a resolved problem is told", "SQM", ge=0, le=1)
    tell_silent: float = quantity(0.3, "probability", "a problem kept from the firm is told to others", ge=0, le=1)
    listeners_unresolved: float = quantity(
        3.5,
        "people",
        "mean listeners of a bad story",
        "vendor surveys say 5-16, exaggerated (Anderson 1998)",
        ge=0,
        le=10,
    )
    listeners_resolved: float = quantity(2.0, "people", "mean listeners of a good story", "SQM, AmEx: 1-9", ge=0, le=10)
    dispersion: float = quantity(1.0, "", "negative binomial size: smaller is more uneven", gt=0, le=100)
    strong_share: float = quantity(0.72, "share", "tellings that go to strong ties", "Keller Fay 2006", ge=0, le=1)
    delay_bad: float = quantity(1.0, "weeks", "mean delay of a bad story, each hop", ASSUMPTION, ge=0, le=520)
    delay_good: float = quantity(
        2.0, "weeks", "mean delay of a good story, each hop; equal speed is the contested alternative", ge=0, le=520
    )
    retell: float = quantity(0.2, "probability", "a listener tells it on, to one strong tie", ge=0, le=1)
    hop_weight: float = quantity(
        0.47, "share", "weight kept at each hop", "Christakis & Fowler 2007: 45, 20, 10 %", ge=0, le=1
    )
    hops: int = quantity(3, "hops", "farthest hop of a story", "Christakis & Fowler 2007", ge=1, le=10)
    effect: float = quantity(
        0.3, "pseudo-counts", "mu: weight of a first-hand story in a prospect's beliefs", ge=0, le=20
    )
    bad_multiplier: float = quantity(
        1.0, "", "m: a bad story weighs this much more than a good one", "East et al. 2008: about equal; Goldenberg: 2",
        ge=0, le=20,
    )  # fmt: skip
    customer_good: float = quantity(0.5, "share", "effect of a good story on a customer", "East et al.", ge=0, le=1)
    customer_bad: float = quantity(0.25, "share", "effect of a bad story on a customer", "East et al.", ge=0, le=1)
    recommendation: float = quantity(
        0.125,
        "probability",
        "a good story first-hand makes a prospect consider",
        "Keller Fay: one in eight",
        ge=0,
        le=1,
    )
    bad_story_looking: float = quantity(0.1, "probability", "a bad story makes a customer look around", ge=0, le=1)


class Labour(Group):
    """What support work costs here."""

    opening_hours: float = quantity(
        60.0, "hours a week", "the desk's opening hours: the clock of the model", ge=1, le=168
    )
    wage: float = quantity(
        20.59, "$ an hour", "tier-1 wage", "US median customer service representative", ge=0, le=1000
    )
    on_costs: float = quantity(1.3, "x wage", "social cost, rooms, tools", ge=1, le=10)
    shrinkage: float = quantity(0.3, "share of paid time", "paid but not at the desk", ge=0, le=0.95)
    specialist_wage: float = quantity(1.4, "x wage", "tier-2 wage", ge=0, le=20)
    hiring_cost: float = quantity(3000.0, "$ an agent", "hiring and training one agent", ge=0, le=1e6)


class World(Group):
    """One market with its people, rivals, problems and prices."""

    title: str = label("the world in a few words")
    story: str = label("what is told about it in a meeting")
    market: Market = Market()
    needs: Needs = Needs()
    economy: Economy = Economy()
    choice: Choice = Choice()
    rival: Rival = Rival()
    beliefs: Beliefs = Beliefs()
    problems: Problems = Problems()
    callers: Callers = Callers()
    word_of_mouth: WordOfMouth = WordOfMouth()
    labour: Labour = Labour()
