"""The tables of docs/model.md, written from the code and the parameter files, so that they cannot drift from them.

`make docs`; a test keeps the page in step with the model.
"""

from __future__ import annotations

import ast
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import sim.model
from sim.experiment.ablate import ABLATIONS
from sim.experiment.calibrate import read_free
from sim.experiment.metrics import RUN_COLUMNS
from sim.experiment.rungs import RUNGS
from sim.experiment.stylised import FACTS
from sim.model import desk, firm, line, problems, remedy, word_of_mouth
from sim.model.case import OUTCOMES
from sim.model.ledger import ACCOUNTS, Account
from sim.model.people import Status
from sim.model.records import JOINED_BY, LEFT_BY, NEWCOMERS, WEEK_COLUMNS
from sim.model.records import KINDS as EVENTS
from sim.parameters.cases import case_names, load_case
from sim.parameters.errors import shown
from sim.parameters.fields import LABEL
from sim.parameters.files import KINDS, load, load_comparison, names
from sim.parameters.table import rows
from sim.report.readme import ROOT, with_part

PAGE = ROOT / "docs" / "model.md"
# Values shown beside the defaults
SHIPPED = {"world": ("online_retail",), "strategy": ("cost_center", "profit_center"), "run": ("default",)}
LONGEST = 40  # characters of a value; a longer one is a story, told elsewhere on the page

# The code names these; what they mean is said here, and a new one without a meaning cannot be written
STATUSES = {
    Status.PROSPECT: "never bought here, or has forgotten it; open to it",
    Status.CUSTOMER: "buys here when a need comes and the firm wins the occasion",
    Status.FORMER: "went to the rival; may come back or be won back",
    Status.LOST_FOR_GOOD: "left over a problem and never returns",
    Status.LEFT_CATEGORY: "buys such things nowhere at present",
    Status.REJECTER: "never bought; the bad opinion of others turned them away",
}
BOOKED: Mapping[Account, str] = {
    "sales": "what buyers pay before discounts",
    "cost_of_goods": "what the goods sold cost",
    "discounts": "what new and returning customers are let off, and the offers of the save desk",
    "support_fees": "paid by customers whose problem was settled out of warranty",
    "support_labour": "hours on duty in both tiers, newcomers' learning included",
    "self_service": "problems and questions that self-service settled",
    "hiring": "agents who start",
    "remedies": "what settled problems and false claims cost in goods, refunds and compensation",
    "learning": "cases whose cause was analysed",
    "promotion": "messages, save and win-back contacts",
    "advertising": "for each prospect, each week",
}


# Markdown


def table(columns: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = list(columns)
    every = [head, ["---"] * len(head), *(list(line) for line in lines)]
    return "".join("| " + " | ".join(_cell(text) for text in line) + " |\n" for line in every)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """A name as code."""
    return f"`{text}`"


def value(content: Any) -> str:
    """A value as one would write it in a parameter file."""
    if isinstance(content, str):
        return "(text)" if len(content) > LONGEST else content or "(none)"
    return shown(content)


def first_line(documented: object) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(documented) or "").partition("\n")[0]


# Parameters


def parameters(kind: str) -> str:
    """A table for each group of a kind: name, default, shipped values, unit, what is allowed, meaning, source."""
    shipped = SHIPPED[kind]
    columns = [rows(kind), *(rows(kind, load(kind, name)) for name in shipped)]
    groups: dict[str, list[list[str]]] = {}
    for row, *others in zip(*columns, strict=True):
        default = row["value"]
        also = (
            value(other["value"]) if other["value"] == default else f"**{value(other['value'])}**" for other in others
        )
        groups.setdefault(row["parameter"].rpartition(".")[0], []).append(
            [code(row["parameter"]), value(default), *also, row["unit"], _allowed(row), row["meaning"], row["source"]]
        )
    head = ("parameter", "default", *(code(name) for name in shipped), "unit", "allowed", "meaning", "source")
    return "\n".join(f"#### `{group}`: {_about(group)}\n\n{table(head, lines)}" for group, lines in groups.items())


def _allowed(row: Mapping[str, Any]) -> str:
    """What is allowed; the unit has a column of its own."""
    return str(row["allowed"]).replace(f" ({row['unit']})", "")


def _about(group: str) -> str:
    """What the class of a group says of itself."""
    kind, _, name = group.partition(".")
    model: Any = KINDS[kind]
    return first_line(model.model_fields[name].annotation if name else model)


def evidence() -> str:
    """How many parameters rest on what."""
    sources = [row["source"] for kind in KINDS for row in rows(kind)]
    labels, decisions = sources.count(LABEL), sum("decision" in source for source in sources)
    assumed = sum("assumption" in source for source in sources)
    rest = len(sources) - labels - decisions - assumed
    return (
        f"Of {len(sources)} parameters, {decisions} are decisions of yours, {assumed} are assumptions at least in "
        f"part, {labels} are labels, and {rest} have a source.\n"
    )


def shipped(kind: str) -> str:
    """The worlds or strategies that ship, with their stories."""
    found = ((name, load(kind, name)) for name in names(kind))
    return table(("file", "title", "story"), ((code(name), file.title, file.story) for name, file in found))  # type: ignore[union-attr]


# What happens and what is written down


def statuses() -> str:
    """Where a person can stand with the firm."""
    return table(("status", "meaning"), ((code(status.name.lower()), STATUSES[status]) for status in Status))


def accounts() -> str:
    """The accounts of the ledger."""
    return table(("account", "what is booked"), ((code(account), BOOKED[account]) for account in ACCOUNTS))


def events() -> str:
    """The kinds of event with their columns, and the words that stand for the numbers in them."""
    kinds = table(
        ("event", "columns besides week and person"),
        ((code(kind), ", ".join(code(name) for name in columns)) for kind, columns in EVENTS.items()),
    )
    words = {
        "kinds of problem (`about`)": problems.KINDS,
        "what becomes of a problem (`fate`)": problems.FATES,
        "outcomes of a case (`outcome`)": OUTCOMES,
        f"how people join (`cause`; the first {NEWCOMERS} are newcomers)": JOINED_BY,
        "why customers leave (`cause`)": LEFT_BY,
        "statuses (`status`)": [status.name.lower() for status in Status],
    }
    lines = (
        (what, ", ".join(f"{number} {word}" for number, word in enumerate(named))) for what, named in words.items()
    )
    return f"{kinds}\n{table(('in the events', 'numbers and words'), lines)}"


def weeks() -> str:
    """The columns of the weekly table."""
    return table(("column", "meaning"), ((code(name), meaning) for name, meaning in WEEK_COLUMNS.items()))


def actions() -> str:
    """The remedies: how much of the loss each makes good, and what it costs."""
    return table(
        ("action", "makes good", "costs of goods", "price given back"),
        ((code(name), *(f"{share:g}" for share in action)) for name, action in remedy.ACTIONS.items()),
    )


def constants() -> str:
    """Numbers that are fixed in the code."""
    done, way, respect = remedy.WEIGHTS
    fixed = (
        ("remedy.py", "weights of distributive, procedural, interactional justice", f"{done:g}, {way:g}, {respect:g}"),
        ("remedy.py", "procedural justice lost with each further contact or hand-off", f"{remedy.REPEATED_CONTACT:g}"),
        ("remedy.py", "respect lost where the desk is most strained", f"{remedy.STRAIN:g}"),
        ("line.py", "work of a contact that is handed on, x another's", f"{line.LONGER:g}"),
        ("desk.py", "opening days a week", f"{desk.DAYS_A_WEEK}"),
        ("firm.py", "smallest step of planned headcount, agents", f"{firm.SMALLEST_STEP:g}"),
        ("problems.py", "exposure below which a purchase is used up", f"{problems.USED_UP:g}"),
        ("word_of_mouth.py", "most listeners of one story at first hand", f"{word_of_mouth.MOST_LISTENERS}"),
    )
    return table(("sim/model/", "meaning", "value"), ((code(file), meaning, number) for file, meaning, number in fixed))


def metrics() -> str:
    """The columns of the per-run table; those of the ledger's accounts in one line."""
    by_account = [name for name in RUN_COLUMNS if name.removeprefix("npv_") in ACCOUNTS]
    lines = [(code(name), meaning) for name, meaning in RUN_COLUMNS.items() if name not in by_account]
    lines.insert(1, ("`npv_...`", f"{RUN_COLUMNS[by_account[0]]}, one column each"))
    return table(("column", "unit and meaning"), lines)


def files() -> str:
    """The files of the model, with what each says of itself."""
    paths = sorted(Path(sim.model.__path__[0]).glob("*.py"))
    lines = ((code(path.name), _docstring(path)) for path in paths if path.name != "__init__.py")
    return table(("sim/model/", "what is in it"), lines)


def _docstring(path: Path) -> str:
    """The first line of a file's docstring."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


# What is checked


def known_answers() -> str:
    """The known answers: what theory they are held against, what they show, at which points."""
    cases = [load_case("known_answer", name) for name in case_names("known_answer")]
    return table(
        ("file", "title", "what theory says", "what it shows", "points"),
        (
            (
                code(case.name), case.title, first_line(RUNGS[case.extras["theory"]].expected), case.extras["shows"],
                str(len(case.points)),
            )
            for case in cases
        ),
    )  # fmt: skip


def conditions() -> str:
    """The conditions: what is expected, and why."""
    cases = [load_case("condition", name) for name in case_names("condition")]
    return table(
        ("file", "title", "the better desk", "why"),
        ((code(case.name), case.title, case.extras["expect"], case.extras["why"]) for case in cases),
    )


def facts() -> str:
    """The stylised facts: band, source, and under which change each must vanish."""
    lines = []
    for fact in FACTS:
        without = ", ".join(f"{key.partition('.')[2]} {value(off)}" for key, off in fact.mechanism.items())
        lines.append((code(fact.key), fact.meaning, _band(fact.low, fact.high, fact.unit), fact.source, without))
    return table(("fact", "what is measured", "band", "source", "must vanish with"), lines)


def _band(low: float, high: float, unit: str) -> str:
    if math.isinf(high):
        return f"at least {low:g} {unit}"
    return f"{low:g} {unit}" if low == high else f"{low:.3g} to {high:.3g} {unit}"


def priors() -> str:
    """What the calibration may move, and how far."""
    lines = ((code(one.key), f"{one.low:g} to {one.high:g}", one.scale, one.why) for one in read_free())
    return table(("parameter", "range", "scale", "why"), lines)


def switches() -> str:
    """The contested mechanisms that a comparison switches off, with what that changes in the default comparison."""
    base = load_comparison()[0]
    lines = (
        (name, meaning, ", ".join(code(f"{key}={value(off)}") for key, off in changes(base).items()))
        for name, (meaning, changes) in ABLATIONS.items()
    )
    return table(("switch", "meaning", "in the default comparison"), lines)


# The page

BLOCKS: dict[str, Callable[[], str]] = {
    "statuses": statuses,
    "files": files,
    "evidence": evidence,
    "actions": actions,
    "constants": constants,
    "worlds": lambda: shipped("world"),
    "strategies": lambda: shipped("strategy"),
    "accounts": accounts,
    "events": events,
    "weeks": weeks,
    "metrics": metrics,
    "known answers": known_answers,
    "conditions": conditions,
    "facts": facts,
    "priors": priors,
    "switches": switches,
    "world parameters": lambda: parameters("world"),
    "strategy parameters": lambda: parameters("strategy"),
    "run parameters": lambda: parameters("run"),
}


def written(text: str) -> str:
    """The page with every block as the code would write it now.

    Raises:
        ValueError: where the page has a block that nothing fills, or lacks one.
    """
    marked = re.findall(r"^<!-- (?!/)(.+) -->$", text, re.MULTILINE)
    if sorted(marked) != sorted(BLOCKS):
        raise ValueError(f"docs/model.md has the blocks {sorted(marked)}; it needs each of {sorted(BLOCKS)} once")
    for name, write in BLOCKS.items():
        text = with_part(text, name, f"\n{write().strip()}\n\n")
    return text


def prose(text: str) -> str:
    """The page without what is generated."""
    for name in BLOCKS:
        text = with_part(text, name, "")
    return text


def main() -> None:
    """Rewrites the generated blocks of docs/model.md."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
