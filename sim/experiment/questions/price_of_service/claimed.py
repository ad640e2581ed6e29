"""What the findings say about each claim."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.experiment.metrics import SUPPORT
from sim.experiment.questions.arms import Estimate, difference, estimate, of_arm
from sim.experiment.questions.evidence import BASE, Evidence
from sim.experiment.questions.price_of_service import arms_of as arms
from sim.experiment.questions.price_of_service.arms_of import GOOD, LEVELS, POOR, PRICES, RATES, Findings

VALUE = "difference of net present value"


def evidence(found: Findings) -> list[Evidence]:
    """All evidence of the question."""
    return [*_everywhere(found), *_levels(found), *_paying(found), *_prices(found), *_budgets(found), *_gaps(found)]


def _npv(found: Findings, name: str, against: str) -> Estimate:
    return difference(found.runs, "npv", name, against)


def _everywhere(found: Findings) -> list[Evidence]:
    """The headline claim, in this firm and in those of the map."""
    said = [Evidence("S3", VALUE, "$", _npv(found, GOOD, POOR), least=0)]
    for row in map_table(found).to_dict("records"):
        setting = f"at a margin of {100 * row['margin']:g} % and {row['need']:g} x the need"
        delta = Estimate(row["mean"], row["low"], row["high"], row["n"])
        said.append(Evidence("S3", VALUE, "$", delta, least=0, setting=setting))
    return said


def best_level(found: Findings, years: int, rate: float) -> np.ndarray:
    """For each paired world the support level with the highest value within so many years, discounted at this rate."""
    values = [of_arm(found.runs, f"value_{years}_{rate:g}", arms.level(x)) for x in LEVELS]
    return np.array(LEVELS)[np.argmax(values, axis=0)]


def _levels(found: Findings) -> list[Evidence]:
    top, years = arms.level(LEVELS[-1]), found.years
    said = [
        Evidence("S61", f"{VALUE}, the strategy less the baseline", "$", _npv(found, GOOD, POOR), least=0),
        Evidence("S61", f"{VALUE}, twice the step up less one step", "$", _npv(found, top, GOOD), most=0),
    ]
    for rate in RATES:
        rises = estimate(
            [] if len(years) < 2 else best_level(found, years[-1], rate) - best_level(found, years[0], rate)
        )
        setting = BASE if rate == RATES[0] else f"at {100 * rate:g} % a year"
        measure = "best support level over the whole horizon less the best within a year"
        said.append(Evidence("S54", measure, "steps", rises, least=0, setting=setting))
    return said


def _paying(found: Findings) -> list[Evidence]:
    said = [Evidence("S59", f"{VALUE}, service paid by the price less the baseline", "$",
                     _npv(found, arms.BY_PRICE, POOR), most=0)]  # fmt: skip
    for other, name in ((arms.BY_ADVERTISING, "less advertising"), (arms.BY_PRODUCT, "a plainer product")):
        measure = f"{VALUE}, paid by {name} less paid by the price"
        said.append(Evidence("S60", measure, "$", _npv(found, other, arms.BY_PRICE), least=0))
    return said


def service_effect(found: Findings, price: float) -> np.ndarray:
    """Orders that service adds at a price, in each paired world."""
    with_it, without = (of_arm(found.runs, "orders", arms.priced(price, service)) for service in (True, False))
    return with_it - without


def _prices(found: Findings) -> list[Evidence]:
    """The effect at the highest price less a tenth of the one at today's: below zero if nobody cares any more."""
    if not service_effect(found, 1).mean() > 0:  # nothing there that could vanish
        left = estimate([])
    else:
        left = estimate(service_effect(found, PRICES[-1]) - 0.1 * service_effect(found, 1))
    measure = f"orders that service adds at {PRICES[-1]:g} x the price, less a tenth of those at today's"
    return [Evidence("S62", measure, "orders", left, most=0)]


def lost_a_dollar(found: Findings, line: str) -> np.ndarray:
    """Value lost for each dollar less on a budget line, in each paired world; NaN where nothing could be cut.

    What was saved is what support, advertising or goods cost less; the value is before the saving.
    """
    name = arms.CUTS[line]
    lost = -(of_arm(found.runs, "npv", name) - of_arm(found.runs, "npv", GOOD))
    if line == "product":
        saved = np.full(lost.size, arms.CUT * found.cost)
    else:
        accounts = SUPPORT if line == "support" else ("advertising",)
        saved = np.sum([_change(found, f"npv_{account}", name) for account in accounts], axis=0)
    return np.where(saved > 0.2 * arms.CUT * abs(found.cost), 1 + lost / np.where(saved > 0, saved, np.nan), np.nan)


def sales_response(found: Findings) -> Estimate:
    """Elasticity of discounted sales to advertising, from the baseline with as much more as the service costs.

    No value where advertising is free, or no more was bought.
    """
    factor = found.more_advertising
    if not factor > 1:
        return estimate([])
    less, more = (of_arm(found.runs, "npv_sales", name) for name in (POOR, arms.MORE_ADVERTISING))
    sold = (less > 0) & (more > 0)
    return estimate(np.log(more[sold] / less[sold]) / np.log(factor))


def _change(found: Findings, column: str, name: str) -> np.ndarray:
    return of_arm(found.runs, column, name) - of_arm(found.runs, column, GOOD)


def _budgets(found: Findings) -> list[Evidence]:
    half = arms.split(0.5)
    said = [
        Evidence("S51", f"{VALUE}, half on each less all on support", "$", _npv(found, half, GOOD), least=0),
        Evidence("S51", f"{VALUE}, half on each less all on the product", "$",
                 _npv(found, half, arms.split(0.0)), least=0),
    ]  # fmt: skip
    support = lost_a_dollar(found, "support")
    for other in ("advertising", "product"):
        measure = f"value lost by a dollar less on support, less that of one less on {other}"
        said.append(Evidence("S63", measure, "$", estimate(support - lost_a_dollar(found, other)), least=0))
    measure = f"{VALUE}, support less advertising for the same money"
    free = not found.advertising > 0  # advertising that costs nothing is no rival for money
    for world in ("", *arms.WORLDS):
        names = [arms.inside(name, world) if world else name for name in (GOOD, arms.MORE_ADVERTISING)]
        between = estimate([]) if free else _npv(found, *names)
        said.append(Evidence("S68", measure, "$", between, least=0, setting=world or BASE))
    return said


def _gaps(found: Findings) -> list[Evidence]:
    return [
        Evidence("S112", "orders with service against the cheaper rival, less those without service at equal price",
                 "orders", difference(found.runs, "orders", arms.gap(x), POOR), least=0,
                 setting=f"against a rival {100 * x:g} % cheaper")
        for x in arms.GAPS
    ]  # fmt: skip


def map_table(found: Findings) -> pd.DataFrame:
    """The firms of the map: margin, need, mean, low, high, n."""
    rows = []
    for margin in arms.MARGINS:
        for need in arms.NEEDS:
            part = found.map[(found.map["margin"] == margin) & (found.map["need"] == need)]
            rows.append({"margin": margin, "need": need, **estimate(part["delta"])._asdict()})
    return pd.DataFrame(rows)
