"""The comparison on the screen as Python."""

from __future__ import annotations

import textwrap

from sim.report.panel.choices import Choices


def code(choices: Choices) -> str:
    """Lines that compute the same numbers; names and values are written as Python literals, whatever is in them."""
    given = choices.given()
    changes = dict(given["changes"]) | {"world.market.people": given["people"]}
    changes |= {f"run.{name}": given[name] for name in ("weeks", "replications", "seed")}
    lines = textwrap.indent("\n".join(f"{key!r}: {value!r}," for key, value in changes.items()), "    ")
    return (
        "import sim\n\n"
        f"changes = {{\n{lines}\n}}\n"
        f"scenarios = sim.load_comparison({given['world']!r}, {given['strategies']!r}, changes)\n"
        "print(sim.verdict(sim.compare(scenarios)))\n"
    )
