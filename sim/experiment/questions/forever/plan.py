"""What is tried, by which of the two firms, in which world: values, names of arms, the firms themselves."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.experiment.questions.arms import arm
from sim.parameters import Scenario, load_world

LEAN, KIND = "lean", "kind"  # arms of the first and of the second strategy
HALF = "half way"  # between the two, lever by lever
HELP, TRUST_ONLY = "help for anyone", "help for anyone, trust only"
LEAN_POSTED, KIND_POSTED = "lean, all is posted", "kind, all is posted"
QUESTIONS = 0.004  # a week, of a prospect, where the world says nothing: those of the camera store
HALF_LIFE = 156.0  # weeks of being thought of, where the world says nothing: that of the camera store
POSTED = 0.32  # of cases, on either side; Rage survey 2023: 32 % of complainants post

INVITED, LEAN_INVITED = "invited", "lean, invited"
INVITATION = 2.0  # x voice: an 800 number doubles the complaints that arrive, TARP
DESKS = (1.0, 0.6)  # x the headcount of the kind firm without an invitation, fixed

PER_MONTH = (0.25, 1.0, 3.0, 8.0)  # messages
LETTER, MANY = PER_MONTH[0], PER_MONTH[-1]  # one every four months; two a week
PUSHED = 4.0  # messages a month of the firm that is hard to reach: one a week
OPT_IN, OPT_OUT = "opt_in", "opt_out"
SHUT, PUSH = "hard to reach", "hard to reach, pushing"
SHUT_TO = 0.5  # x voice
AS_IT_IS, TURNED, TOLERANT, REMINDED = "", "forgetting turned", "tolerant", "reminded"
MOODS: dict[str, dict[str, Any]] = {
    TOLERANT: {"world.choice.tolerance": 12.0},  # messages a month welcomed on average; some 3 a week, practitioners
    REMINDED: {"world.choice.reminder": 0.2},  # of need, at most
}  # how people take messages -> changes of the world

ADVERTISING = (2.0, 5.0, 20.0)  # x today's
DISCOUNTS = (0.05, 0.15)  # of the price of the first order
NO_ADS = "no advertising"
SEEDS = (0.005, 0.02, 0.1)  # share of people who bought before
FEW = SEEDS[1]
TALK = "talk"
TALKATIVE = 4.0  # x mentions

DEFECTS = (0.5, 2.0)  # x today's
UNLEARNED = "learning nothing"
TREATMENTS: dict[str, dict[str, Any]] = {
    "poor": {"strategy.remedy.respect": 0.3, "strategy.remedy.effort": 0.6},
    "decent": {"strategy.remedy.respect": 0.6, "strategy.remedy.effort": 0.35},
    "excellent": {"strategy.remedy.respect": 0.9, "strategy.remedy.effort": 0.1},
}  # equal steps of the score J
SMALL, LARGE = "small orders", "large orders"
LEVELS = (0.0, 0.5, 1.0)  # of support, from the first strategy to the second
SHOP, STORE = "online_retail", "camera_store"  # where people come back several times a year, and every four years


class Firms(NamedTuple):
    """The notebook's world under its first two strategies, without what is tried here: messages, help for anyone."""

    lean: Scenario
    kind: Scenario


def firms(scenarios: tuple[Scenario, ...]) -> Firms:
    """The first two scenarios, without messages and help for people who are not customers."""
    plain = {"strategy.access.help_anyone": False, "strategy.promotion.messages": 0.0}
    if not scenarios[0].world.market.questions_outside:
        plain |= {"world.market.questions_outside": QUESTIONS}  # they change nothing where nobody answers them
    return Firms(arm(scenarios[0], LEAN, plain), arm(scenarios[1], KIND, plain))


def here(name: str) -> str:
    """The name of an arm in the notebook's own world."""
    return name


def there(name: str) -> str:
    """The name of an arm in the other world."""
    return f"{name}, elsewhere"


def elsewhere(firm: Firms) -> Firms:
    """The same two firms in the other world: a shop where people buy often, or for that one a store where they do not.

    Of no more people than here.
    """
    other = load_world(STORE if firm.lean.name == SHOP else SHOP)
    people = min(firm.lean.world.market.people, other.market.people)
    moved = other.model_copy(update={"market": other.market.model_copy(update={"people": people})})
    return Firms(*(arm(each.model_copy(update={"world": moved}), each.strategy_name) for each in firm))


def forgets(scenario: Scenario) -> bool:
    """Whether customers of this world forget the firm."""
    return scenario.world.choice.forgetting is not None


def reminds(scenario: Scenario) -> bool:
    """Whether messages can make people need something: where needs come by chance, not by contract or product life."""
    return scenario.world.needs.kind == "occasional"


def turned(scenario: Scenario) -> dict[str, Any]:
    """The change by which nobody forgets where people do, and people do where nobody does."""
    return {"world.choice.forgetting": None if forgets(scenario) else HALF_LIFE}


def in_mood(scenario: Scenario, mood: str) -> dict[str, Any]:
    """The changes of the world that a mood stands for."""
    return turned(scenario) if mood == TURNED else MOODS.get(mood, {})


def posts(number: float, consent: str = OPT_OUT, mood: str = AS_IT_IS) -> str:
    """The name of the arm with so many messages a month; of the kind firm where there are none."""
    if not number:
        return of_mood(KIND, mood if mood == TURNED else AS_IT_IS)  # the others are about messages alone
    return f"{number:g} a month, {consent}" + (f", {mood}" if mood else "")


def of_mood(name: str, mood: str) -> str:
    """The name of an arm in another mood."""
    return f"{name}, {mood}" if mood else name


def desk(share: float, invited: bool) -> str:
    """The name of the arm with a desk of a fixed size."""
    return f"desk x {share:g}" + (", invited" if invited else "")


def defects(factor: float, name: str) -> str:
    """The name of the arm with so many defects."""
    return name if factor == 1 else f"{name}, defects x {factor:g}"


def seed(share: float, advertised: bool) -> str:
    """The name of the arm that starts with so many buyers."""
    return f"{share:g} bought" + ("" if advertised else f", {NO_ADS}")


def of_class(size: str, level: float) -> str:
    """The name of the arm of customers with large or small orders under so much support."""
    return f"{size}, support {level:g}"
