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
        "decision",
        ge=0.1,
        le=10,
    )


class Access(Group):
    """How easy it is to reach the firm."""

    invitation: float = quantity(1.0, "x voice", "below 1 callers are put off, above 1 invited", DECISION, ge=0, le=2)
    self_service: float = quantity(
        0.0, "probability", "self-service settles a trifling problem before it reaches the desk", ge=0, le=1
    )
    self_service_cost: float = quantity(0.25, "$ a case", "cost of one case in self-service", ge=0, le=1000)


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
        1.0, "agents", "fixed: tier-1 agents on duty (planned: never fewer than a fiftieth)", DECISION, ge=0, le=1e5
    )
    specialists: float = quantity(0.5, "agents", "fixed: tier-2 agents on duty", DECISION, ge=0, le=1e5)


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
    back_office: float = quantity(
        20.0, "hours", "median time a case of tier 2 spends behind the desk: parts, other departments", ge=0, le=10_000
    )
    back_office_sd: float = quantity(
        1.1828, "log", "spread of the time behind the desk", "help-desk log, see params/source/fitted.yaml", ge=0, le=4
    )


class Warranty(Group):
    """For how long the firm stands behind a product, and what happens after."""

    term: float = quantity(8.0, "weeks", "warranty or return window after the purchase", DECISION, ge=0, le=5200)
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


class Strategy(Group):
    """One way to run support."""

    title: str = label("the strategy in a few words")
    story: str = label("what is told about it in a meeting")
    offer: Offer = Offer()
    access: Access = Access()
    staffing: Staffing = Staffing()
    desk: Desk = Desk()
    warranty: Warranty = Warranty()
    remedy: Remedy = Remedy()
