"""The world: what the firm cannot choose. One frozen class a group, in the order in which a customer meets them."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from sim.parameters.edges import read_edges
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
    advertising_decay: float = quantity(
        1.0, "x a week", "advertising reaches fewer from week to week; 1 keeps its strength", ge=0, le=1
    )
    advertising_cost: float = quantity(0.0, "$ a prospect a week", "advertising paid for each prospect", ge=0, le=100)
    return_to_category: float = quantity(
        0.002, "probability a week", "someone who left the category thinks of it again", ge=0, le=1
    )
    forget_the_firm: bool = quantity(
        False, "", "whoever returns to the category is a prospect who knows nothing; otherwise chooses at once"
    )
    rejection_half_life: float = quantity(
        260.0, "weeks", "a prospect whom bad opinion turned away becomes one again", gt=0, le=520_000
    )
    questions_outside: float = quantity(
        0.0, "probability a week", "a prospect has a question the firm could help with", ge=0, le=1
    )
    helped_considers: float = quantity(
        0.2, "probability", "a prospect whom the firm helped considers buying there",
        "only qualitative field results (Urban 2004); assumption", ge=0, le=1,
    )  # fmt: skip


class Needs(Group):
    """How often people need something, how much they spend, how long they stay interested."""

    kind: Literal["occasional", "subscription", "durable", "one_off"] = quantity(
        "occasional",
        "",
        "occasional: needs come by chance; subscription: one a period, leaving only at renewal; durable: one a product "
        "life; one_off: one ever",
    )
    period: float = quantity(
        52.0, "weeks", "subscription: from renewal to renewal; durable: product life", ge=1, le=5200
    )
    period_sd: float = quantity(0.3, "log", "durable: spread of product life", ge=0, le=2)
    shape: float = quantity(0.24259, "", "shape of the Gamma distribution of need over people", CDNOW, gt=0, le=100)
    mean: float = quantity(
        0.0647, "needs a week", "mean need; r/alpha of the fit divided by the untroubled purchase probability", CDNOW,
        ge=0, le=7,
    )  # fmt: skip
    dropout_a: float = quantity(
        0.79289, "", "first parameter of the Beta dropout after a purchase; 0: nobody loses interest", CDNOW,
        ge=0, le=1e6,
    )  # fmt: skip
    dropout_b: float = quantity(2.42575, "", "second parameter of the Beta dropout", CDNOW, gt=0, le=1e6)
    basket: float = quantity(35.319, "$", "mean order", CDNOW, gt=0, le=1e6)
    basket_sd_people: float = quantity(0.45591, "log", "spread of the typical order between people", CDNOW, ge=0, le=3)
    basket_sd_orders: float = quantity(0.60773, "log", "spread of one person's orders", CDNOW, ge=0, le=3)
    gross_margin: float = quantity(
        0.4, "share of price", "price less cost of goods", "non-store retail, about .4; assumption", ge=-1, le=1
    )
    opportunists: float = quantity(
        0.0, "share of people", "claim what they are not owed where nobody asks questions", ge=0, le=1
    )
    false_claims: float = quantity(0.3, "claims a purchase", "by opportunists, where nobody asks", ge=0, le=1)


class Economy(Group):
    """Good and bad times for everyone: need in a week is multiplied by an index around 1 (log AR(1))."""

    swing: float = quantity(0.05, "log", "standard deviation of the demand index", ge=0, le=1)
    persistence: float = quantity(0.98, "a week", "how slowly times change; .98 is half a year or so", ge=0, lt=1)
    recession_week: int | None = quantity(None, "week", "a recession begins; null: none", ge=0, le=5200)
    recession_length: int = quantity(52, "weeks", "how long it lasts", ge=1, le=5200)
    recession_depth: float = quantity(0.2, "share of need", "need lost in it", ge=0, le=1)
    thrift: float = quantity(
        0.0,
        "x need lost",
        "how much more a price matters when need is down: sensitivity x (1 + thrift x need lost)",
        ge=0,
        le=20,
    )


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
    sensitivity_sd: float = quantity(0.0, "log", "spread of price sensitivity between people", ge=0, le=1.5)
    forgetting: float | None = quantity(
        None, "weeks", "half-life of being thought of since the last good contact; null: nobody forgets", gt=0, le=5200
    )
    unfairness_weight: float = quantity(
        0.0, "utility a share of price", "dislike of newcomers' prices by those who know of them",
        "direction: Feinberg, Krishna & Zhang 2002; size is an assumption", ge=0, le=100,
    )  # fmt: skip
    deal_awareness: float = quantity(0.3, "share of people", "see the prices that newcomers get", ge=0, le=1)
    deal_looking: float = quantity(
        0.05, "probability a week", "one who sees newcomers get all of the price off looks around", ge=0, le=1
    )
    deal_tenure: float = quantity(
        104.0, "weeks", "tenure at which newcomers' prices hurt nearly two thirds as much as ever", gt=0, le=5200
    )
    tolerance: float = quantity(
        3.0, "messages a month", "mean number welcomed (exponential over people)",
        "diminishing returns above some three e-mails a week; weak evidence", gt=0, le=1000,
    )  # fmt: skip
    fatigue_weight: float = quantity(0.05, "utility a message a month", "each one beyond tolerance", ge=0, le=10)
    opting_out: float = quantity(0.02, "probability a week", "one tired of messages wants no more", ge=0, le=1)
    opting_in: float = quantity(0.3, "share of people", "sign up for messages when asked first", ge=0, le=1)
    reminder: float = quantity(
        0.0, "share of need", "most that messages add to need; half of it at one a month", ge=0, le=2
    )
    awakening: float = quantity(
        0.0, "probability a message", "a message makes a customer look around", "direction: Ascarza et al. 2016",
        ge=0, le=1,
    )  # fmt: skip


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
    number: int = quantity(1, "rivals", "how many there are to look at", ge=1, le=100)
    matches: float = quantity(
        0.0, "share", "how far rivals match what customers have come to expect of the firm", ge=0, le=1
    )
    stays_for_offer: float = quantity(
        0.5, "probability", "one about to leave stays for an offer as good as the price", "save desks: assumption",
        ge=0, le=1,
    )  # fmt: skip
    calls_to_cancel: float = quantity(0.5, "probability", "one about to leave tells the firm first", ge=0, le=1)
    win_back: float = quantity(
        0.02, "probability a contact", "a former customer contacted weighs the firm again",
        "Kumar, Bhagwat & Zhang 2015: direction; 20-40 % of the lapsed over a campaign, from memory", ge=0, le=1,
    )  # fmt: skip
    returning_ceiling: float = quantity(
        0.6, "probability", "the most that one who left over a problem or a rival ever again believes in recovery",
        ge=0, le=1,
    )  # fmt: skip
    returning_praise: float = quantity(0.25, "share", "of the praise of others, what they still give", ge=0, le=1)
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
    question_weight: float = quantity(
        0.2, "share", "of what a problem put right teaches, what an answered question does", ge=0, le=1
    )
    repeat_weight: float = quantity(
        0.5, "a problem", "zeta: each earlier problem aggravates", "direction: Maxham & Netemeyer 2002", ge=0, le=10
    )
    recovery_patience: float = quantity(60.0, "days", "tau: a late recovery counts exp(-delay/tau)", gt=0, le=36_500)
    expectation: float = quantity(0.5, "share", "treatment (score J) that people expect at first", ge=0, le=1)
    ratchet: float = quantity(
        0.0, "share", "of the way from what they expected to what they got, expectation goes each time",
        "direction: Lapre & Tsikriktsis 2006", ge=0, le=1,
    )  # fmt: skip
    expectation_weight: float = quantity(
        0.0, "utility", "grievance over treatment that falls short of the expected by all of J", ge=0, le=20
    )
    forgiveness: float = quantity(0.0, "share", "of a grievance, what a perfect recovery wipes out", ge=0, le=1)


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
    service_share: float = quantity(0.0, "share", "problems that are errors of service, not of the product", ge=0, le=1)
    expectation_share: float = quantity(
        0.0, "share", "problems that are mis-set expectations: it does not do what they thought", ge=0, le=1
    )
    service_weight: float = quantity(1.3, "x", "a service error weighs this much more than a defect", ge=0, le=10)
    questions: float = quantity(0.0, "questions a purchase", "how-to and where-is-it questions", ge=0, le=20)
    customary_warranty: float = quantity(
        8.0, "weeks", "for how long firms of this trade stand behind what they sold", ge=0, le=5200
    )
    question_lag: float = quantity(8.0, "weeks", "mean time from purchase to question", gt=0, le=520)
    question_severity: float = quantity(0.05, "severity", "an unanswered question as a problem", ge=0, le=20)
    learning_floor: float = quantity(
        0.4, "share", "of today's problems, what no learning removes: people and things fail", ge=0, le=1
    )
    learning_cases: float = quantity(
        20.0, "cases per 1,000 people", "analysed cases that count as today's experience", gt=0, le=1e6
    )
    learning_exponent: float = quantity(
        0.32,
        "exponent",
        "how fast the rest falls with experience; .32: by a fifth with each doubling",
        "learning curves of 80 %: assumption",
        ge=0,
        le=5,
    )
    quality_cost: float = quantity(
        0.03, "share of price", "cost of halving the defects by a better product", ge=0, le=1
    )
    use_elasticity: float = quantity(
        0.5, "", "how problems grow with use: 1 in proportion; less: who buys often knows how to avoid them", gt=0, le=1
    )
    severity: float = quantity(0.6, "", "median severity; 1 is a loss of the order's value", ge=0.001, le=20)
    severity_sd: float = quantity(0.6, "log", "spread of severity between problems", ge=0, le=3)
    spoils: float = quantity(
        1.0,
        "share of an order",
        "what a problem of severity 1 or more spoils and a remedy has to make good",
        ge=0,
        le=5,
    )
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
    bad_opinion_half_life: float = quantity(
        52.0, "weeks", "how long the disappointed speak ill when asked", gt=0, le=520_000
    )
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
    question_voice: float = quantity(0.5, "probability", "someone with a question asks the firm", ge=0, le=1)
    effort_deterrence: float = quantity(
        0.0, "share", "of those whom the firm put to all possible effort before, put off for good", ge=0, le=1
    )
    patience: float = quantity(8.0, "hours", "mean patience in the queue (exponential)", gt=0, le=1e6)
    persistence: float = quantity(0.7, "probability", "someone left unsettled contacts the firm again", ge=0, le=1)
    return_time: float = quantity(16.0, "hours", "mean time until they do", gt=0, le=10_000)


class WordOfMouth(Group):
    """Who hears what, when, and how much it moves them."""

    network: Literal["small_world", "cliques", "scale_free", "random", "complete", "edges", "none"] = quantity(
        "small_world",
        "",
        "who has strong ties to whom: Watts-Strogatz, closed groups, Barabasi-Albert, at random, everyone to everyone, "
        "a file of edges, or nobody (then nobody talks at all)",
    )
    edges: str = quantity("", "", "edges: a CSV file with a tie a line, two numbers of persons from 0")
    ties: int = quantity(
        8,
        "people",
        "strong ties of a person, on average; scale_free: the next lower even number",
        "5-15 close contacts (Dunbar layers)",
        ge=2,
        le=200,
    )
    rewiring: float = quantity(0.1, "share", "ties rewired at random (small world)", ge=0, le=1)
    weak_ties: int = quantity(
        0, "people", "acquaintances met in a week, others each week", "Dunbar layers: 50-150 in all", ge=0, le=1000
    )
    mention: float = quantity(
        0.0, "probability a week", "what a customer thinks of the firm comes up with one strong tie", ge=0, le=1
    )
    mention_weak: float = quantity(0.0, "probability a week", "the same with one acquaintance", ge=0, le=1)
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
    audience: Literal["some", "each_tie"] = quantity(
        "some", "", "who is told: some friends and acquaintances, or each strong tie with the probability of telling",
    )  # fmt: skip
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
    posted: float = quantity(
        0.0, "probability", "an unresolved problem is also posted for all to see", "Rage survey 2023: 32 %",
        ge=0, le=1,
    )  # fmt: skip
    posted_good: float = quantity(0.0, "probability", "a resolved one is", ge=0, le=1)
    post_readers: float = quantity(5.0, "people", "mean number who read a post", ge=0, le=10)
    recommendation: float = quantity(
        0.125,
        "probability",
        "a good story first-hand, or a mention, makes a prospect consider",
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
    work: float = quantity(
        1.0, "x handle time", "how much work a case is here, next to one about an online order", gt=0, le=100
    )
    wage: float = quantity(
        20.59, "$ an hour", "tier-1 wage", "US median customer service representative", ge=0, le=1000
    )
    on_costs: float = quantity(1.3, "x wage", "social cost, rooms, tools", ge=1, le=10)
    shrinkage: float = quantity(0.3, "share of paid time", "paid but not at the desk", ge=0, le=0.95)
    specialist_wage: float = quantity(1.4, "x wage", "tier-2 wage", ge=0, le=20)
    hiring_cost: float = quantity(3000.0, "$ an agent", "hiring and training one agent", ge=0, le=1e6)
    hiring_lag: int = quantity(0, "weeks", "from the decision to the first day", ge=0, le=520)
    ramp_up: int = quantity(0, "weeks", "a new agent does half the work for so long", ge=0, le=520)
    attrition: float = quantity(0.0, "share a year", "agents who leave", "ContactBabel: 27-42 % a year", ge=0, lt=1)
    attrition_strain: float = quantity(
        1.0, "x", "leaving grows by so much when agents are at work all the time instead of .85 of it", ge=0, le=20
    )


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

    @model_validator(mode="after")
    def _has_its_edges(self) -> Self:
        if self.word_of_mouth.network == "edges":
            try:
                read_edges(self.word_of_mouth.edges, self.market.people)
            except ValueError as error:
                raise ValueError(f"word_of_mouth.edges: {error}") from None
        return self
