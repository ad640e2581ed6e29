"""The engine in the light world."""

from peers.rules import LIGHT, ONE_LINE, Totals
from sim.model.simulation import simulate
from sim.parameters import load_comparison


def run(people: int, weeks: int, agents: int, seed: int) -> Totals:
    """The engine with the light world's parameter files."""
    changes = {
        "world.market.people": people,
        "run.weeks": weeks,
        "run.seed": seed,
        "strategy.staffing.agents": agents,
    }
    done = simulate(load_comparison(LIGHT, [ONE_LINE], changes)[0])
    total = {name: float(column.sum()) for name, column in done.weeks.items()}
    closed = done.events.of("case")
    return Totals(
        purchases=int(total["orders"]),
        cases=int(total["cases_opened"]),
        resolved=int(total["cases_resolved"]),
        unresolved=int(total["cases_unresolved"]),
        abandoned=int(total["cases_abandoned"]),
        mean_wait=float(closed["hours_waited"].mean()),
        good_stories=int(total["good_stories"]),
        bad_stories=int(total["bad_stories"]),
        left=int(total["left"]),
        returned=int(total["joined"]),
        customers=int(done.weeks["customers"][-1]),
        mean_risk=float(done.weeks["risk"][-1]),
    )
