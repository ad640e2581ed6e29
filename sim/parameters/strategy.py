"""The strategy: what the firm can choose about its support."""

from __future__ import annotations

from typing import Literal

from sim.parameters.fields import DECISION, Group, label, quantity


class Offer(Group):
    """What the firm asks for what it sells."""

    price: float = quantity(
        1.0,
        "x today's price",
        "above 1 customers pay for the service and buy less",
        DECISION,
        ge=0.1,
        le=10,
    )


class Product(Group):
    """What the firm puts into what it sells."""

    problems: float = quantity(
        1.0, "x today's defects", "below 1 the product is made better, at a cost; above 1 worse", DECISION, gt=0, le=5
    )


class Promotion(Group):
    """How the firm speaks to people who did not ask."""

    advertising: float = quantity(
        1.0, "x today's advertising", "0: no promotion at all, growth by word of mouth alone", DECISION, ge=0, le=20
    )
    newcomer_discount: float = quantity(
        0.0, "share of price", "off the first order of a new customer", DECISION, ge=0, le=0.9
    )
    messages: float = quantity(0.0, "a customer a month", "newsletters and offers sent", DECISION, ge=0, le=100)
    consent: Literal["opt_in", "opt_out"] = quantity(
        "opt_out", "", "opt_in: only to those who sign up; opt_out: to all who did not object", DECISION
    )
    message_cost: float = quantity(0.01, "$ a message", "cost of sending one", ge=0, le=100)


class Relationship(Group):
    """What the firm does to keep customers and get them back."""

    save_desk: float = quantity(
        0.0, "share of price", "offer that the save desk may make to one about to leave; 0: 'nothing we can do'",
        DECISION, ge=0, le=1,
    )  # fmt: skip
    win_back: float = quantity(0.0, "contacts a year", "to former customers, asking them back", DECISION, ge=0, le=52)
    win_back_offer: float = quantity(
        0.0, "share of price", "off the order with which they return", DECISION, ge=0, le=0.9
    )
    contact_cost: float = quantity(1.0, "$ a contact", "cost of a save or win-back contact", ge=0, le=1000)


class Learning(Group):
    """What the firm makes of what it hears."""

    analysis: float = quantity(
        0.0, "share of cases", "cases whose cause is found and worked on; fewer problems later", DECISION, ge=0, le=1
    )
    cost: float = quantity(5.0, "$ a case", "cost of analysing one case", ge=0, le=10_000)


class Access(Group):
    """How easy it is to reach the firm."""

    invitation: float = quantity(1.0, "x voice", "below 1 callers are put off, above 1 invited", DECISION, ge=0, le=2)
    self_service: float = quantity(
        0.0, "probability", "self-service settles a trifling problem before it reaches the desk", ge=0, le=1
    )
    self_service_cost: float = quantity(0.25, "$ a case", "cost of one case in self-service", ge=0, le=1000)
    help_anyone: bool = quantity(False, "", "people who never bought here are helped too", DECISION)


class Staffing(Group):
    """How many agents. A fraction of an agent is a part of each opening day."""

    rule: Literal["planned", "fixed"] = quantity(
        "planned", "", "planned: Erlang planning from the demand seen; fixed: the numbers below, always", DECISION
    )
    occupancy: float = quantity(
        0.85, "share of staffed time", "planned: busiest an agent may be", "benchmark .75-.88", ge=0.01, lt=1
    )
    wait: float = quantity(1.0, "hours", "planned: longest mean wait by Erlang-C", DECISION, gt=0, le=10_000)
    review: int = quantity(13, "weeks", "planned: time between reviews of headcount", DECISION, ge=1, le=5200)
    agents: float = quantity(
        1.0,
        "agents",
        "fixed: tier-1 agents on duty (planned: never fewer than a two-hundredth)",
        DECISION,
        ge=0,
        le=1e5,
    )
    specialists: float = quantity(0.5, "agents", "fixed: tier-2 agents on duty", DECISION, ge=0, le=1e5)
    cap: float | None = quantity(
        None,
        "agents",
        "planned: most agents the budget pays for, both tiers each; null: no limit",
        DECISION,
        gt=0,
        le=1e5,
    )
    wage: float = quantity(1.0, "x wage", "paid to agents: below 1 offshored or outsourced", DECISION, ge=0, le=10)


class Desk(Group):
    """How a case is worked on. Hours are opening hours."""

    handle_time: float = quantity(
        0.4, "hours", "mean work of tier 1 on one contact, all channels and after-work included", gt=0, le=1000
    )
    specialist_time: float = quantity(0.8, "hours", "mean work of tier 2 on one contact", gt=0, le=1000)
    handle_distribution: Literal["exponential", "lognormal"] = quantity("lognormal", "", "distribution of handle time")
    handle_sd: float = quantity(0.7, "log", "spread of lognormal handle time", ge=0, le=3)
    first_contact_resolution: float = quantity(
        0.72, "probability", "tier 1 settles a case of severity 1", "benchmark 65-80 %", ge=0, le=1
    )
    specialist_resolution: float = quantity(0.85, "probability", "tier 2 settles a case of severity 1", ge=0, le=1)
    severity_effect: float = quantity(
        0.5,
        "log odds a log severity",
        "severe cases are harder to settle",
        "Soares & Proenca 2015: direction",
        ge=0,
        le=10,
    )
    strain_effect: float = quantity(
        1.0, "log odds", "loss of quality when ten or more wait for each agent", ge=0, le=10
    )
    escalation: float = quantity(0.5, "probability", "a case tier 1 cannot settle goes to tier 2", DECISION, ge=0, le=1)
    contacts: int = quantity(
        3, "contacts", "after being worked on so often a case is closed, settled or not", DECISION, ge=1, le=10
    )
    hand_off: float = quantity(
        0.0, "probability", "a contact is handed on to somebody else: half as much work again, harder to settle",
        "transfers about 10 % of calls", ge=0, le=1,
    )  # fmt: skip
    hand_off_effect: float = quantity(0.7, "log odds", "what a hand-off takes from settling it", ge=0, le=10)
    defective_fix: float = quantity(
        0.0, "probability", "a fix does not hold: the customer has to come back", ge=0, le=1
    )
    back_office: float = quantity(
        20.0, "hours", "median time a case of tier 2 spends behind the desk: parts, other departments", ge=0, le=10_000
    )
    back_office_sd: float = quantity(
        1.1828, "log", "spread of the time behind the desk", "help-desk log, see params/source/fitted.yaml", ge=0, le=4
    )


class Warranty(Group):
    """For how long the firm stands behind a product, and what happens after."""

    term: float | None = quantity(
        None, "weeks", "warranty or return window after the purchase; null: what is customary in the trade", DECISION,
        ge=0, le=5200,
    )  # fmt: skip
    after: Literal["refuse", "charge", "goodwill", "never_out"] = quantity("refuse", "", "out of warranty", DECISION)
    goodwill: float = quantity(0.0, "weeks", "goodwill: this much longer", DECISION, ge=0, le=5200)
    fee: float = quantity(0.3, "share of price", "charge: what the customer pays out of warranty", DECISION, ge=0, le=5)


class Remedy(Group):
    """What a customer gets when a problem is settled, and how it feels."""

    action: Literal["explain", "repair", "replace", "refund"] = quantity("replace", "", "what is done", DECISION)
    compensation: float = quantity(0.0, "share of price", "goodwill payment on top", DECISION, ge=0, le=5)
    effort: float = quantity(
        0.4, "share", "chi: internal trouble pushed onto the customer: forms, deposits", DECISION, ge=0, le=1
    )
    respect: float = quantity(0.5, "share", "ownership and apology", DECISION, ge=0, le=1)
    no_questions: bool = quantity(
        False, "", "whoever asks gets it: half the effort, and opportunists claim too", DECISION
    )


class Strategy(Group):
    """One way to run support."""

    title: str = label("the strategy in a few words")
    story: str = label("what is told about it in a meeting")
    offer: Offer = Offer()
    product: Product = Product()
    promotion: Promotion = Promotion()
    relationship: Relationship = Relationship()
    learning: Learning = Learning()
    access: Access = Access()
    staffing: Staffing = Staffing()
    desk: Desk = Desk()
    warranty: Warranty = Warranty()
    remedy: Remedy = Remedy()
