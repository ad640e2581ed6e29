"""Case files: runs told by their difference from a base. A known answer and a condition are such files.

A case says `title` and `story`; what it `extends` (another case of its kind); the base `world` and `strategies`, by
name; `changes` to them and to the run; `points`, the same case at other values; `against`, changes that make each
point's paired counterpart. A known answer starts from the neutral defaults of `World`, `Strategy` and `Run`, where
hardly anything happens, unless it names files; a condition starts from the shipped comparison.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sim.parameters import files
from sim.parameters.errors import ParameterError, shown, suggestion
from sim.parameters.files import KINDS, read_file
from sim.parameters.run import Run
from sim.parameters.scenario import Scenario
from sim.parameters.strategy import Strategy
from sim.parameters.world import World

NEUTRAL = "neutral"  # the strategy of a known answer that names none: the defaults of `Strategy`
BASE = "base"  # the point of a case without points
_TEXTS = ("title", "story", "extends", "world")
_TREES = ("changes", "points", "against")


class _Kind(NamedTuple):
    plural: str
    world: str | None  # None: the neutral defaults
    run: str | None
    strategies: tuple[str, ...]  # none: NEUTRAL
    extras: dict[str, tuple[str, ...]]  # further keys -> words allowed, none for any text


CASES = {
    "known_answer": _Kind("known answers", None, None, (), {"theory": (), "shows": ()}),
    "condition": _Kind(
        "conditions", "online_retail", "default", ("cost_center", "profit_center"),
        {"expect": ("loses", "wins"), "why": ()},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A case, ready to run.

    Attributes:
        extras: what the kind declares besides: theory and shows, or expect and why.
        points: name of a point -> its scenarios: one a strategy, then their counterparts where the case has any.
    """

    name: str
    title: str
    story: str
    extras: dict[str, str]
    points: dict[str, list[Scenario]]


@dataclass
class _Told:
    """What a chain of files says, the last word on everything."""

    texts: dict[str, str] = field(default_factory=dict)
    strategies: Any = None
    strategies_in: str = ""
    changes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # (where, dotted key -> value)
    points: dict[str, tuple[str, Any]] = field(default_factory=dict)
    against: tuple[str, Any] | None = None


def case_names(kind: str) -> list[str]:
    """Names of the shipped cases of a kind; a file whose name begins with _ is there to be extended, not run."""
    return [name for name in files.names(kind) if not name.startswith("_")]


def load_case(kind: str, name: str, changes: Mapping[str, Any] | None = None, said_by: str = "changes") -> Case:
    """The case of a shipped name or a .yaml file; `changes` (dotted keys, said by `said_by`) apply to every point.

    Raises:
        ParameterError: with a line for each thing that is not allowed.
    """
    complaints: list[str] = []
    path = _find(kind, name)
    told = _read(kind, path, complaints)
    files._stop_at(complaints)
    base, each = _base(kind, path, told, complaints)
    points: dict[str, list[Scenario]] = {}
    for point, (where, further) in (told.points or {BASE: ("", {})}).items():
        said = [*told.changes, (where, further), (said_by, changes)]
        versions = [said] if told.against is None else [said, [*said, told.against]]
        points[point] = [
            scenario for version in versions for scenario in _scenarios(path.stem, base, each, version, complaints)
        ]
    files._stop_at(complaints)
    texts = told.texts
    extras = {key: texts[key] for key in CASES[kind].extras if key in texts}
    return Case(path.stem, texts.get("title", ""), texts.get("story", ""), extras, points)


def _find(kind: str, name: str, beside: Path | None = None, said_in: str = "") -> Path:
    """The file of a shipped case or base, or of a path to a .yaml file."""
    known = case_names(kind)
    where = said_in or kind.replace("_", " ")
    if isinstance(name, str) and name.endswith((".yaml", ".yml")):
        return files.find(kind, name, beside, where)
    if not isinstance(name, str) or name not in files.names(kind):
        hint = suggestion(name, known) if isinstance(name, str) else ""
        raise ParameterError(
            f"{where}: unknown {kind.replace('_', ' ')} {shown(name)}. Known {CASES[kind].plural}: "
            f"{', '.join(known)}; or the path of a .yaml file.{hint}"
        )
    return files.ROOT / kind / f"{name}.yaml"


def _read(kind: str, path: Path, complaints: list[str], chain: Sequence[Path] = ()) -> _Told:
    """All that a case file says, what it extends first."""
    origin, chain = files._shown(path), (*chain, path.resolve())
    tree = read_file(path)
    if not isinstance(tree, dict):
        raise ParameterError(f"{origin}: got {shown(tree)}; allowed: keys and values, e.g. 'title: My case'.")
    told = _Told()
    if "extends" in tree:
        said_in = f"{origin}, extends"
        further = _find(kind, tree["extends"], path.parent, said_in)
        if further.resolve() in chain:
            raise ParameterError(f"{said_in}: got {shown(tree['extends'])}, and the file extends itself.")
        told = _read(kind, further, complaints, chain)
    extras = CASES[kind].extras
    keys = [*_TEXTS, "strategies", *_TREES, *extras]
    for key, value in tree.items():
        where = f"{origin}, {key}"
        words = extras.get(key, ())
        if key not in keys:
            complaints.append(
                f"{origin}: unknown key {shown(key)}, got {shown(value)}.{suggestion(key, keys)} "
                f"Allowed: {', '.join(keys)}."
            )
        elif words and value not in words:
            hint = suggestion(value, words) if isinstance(value, str) else ""
            complaints.append(f"{where}: got {shown(value)}; allowed: one of {', '.join(words)}.{hint}")
        elif (key in _TEXTS or key in extras) and not isinstance(value, str):
            complaints.append(f"{where}: got {shown(value)}; allowed: text.")
        elif key in _TREES and not isinstance(value, dict):
            complaints.append(f"{where}: got {shown(value)}; allowed: keys and values.")
        elif key == "strategies":
            told.strategies, told.strategies_in = value, where
        elif key == "changes":
            told.changes.append((where, value))
        elif key == "against":
            told.against = (where, value)
        elif key == "points":
            told.points = {point: (f"{where}.{point}", further) for point, further in value.items()}
        else:
            told.texts[key] = value
    return told


def _base(
    kind: str, path: Path, told: _Told, complaints: list[str]
) -> tuple[dict[str, files._Said], dict[str, files._Said]]:
    """What world and run say before any change, and each strategy, by label."""
    world, run = told.texts.get("world", CASES[kind].world), CASES[kind].run
    base: dict[str, files._Said] = {"world": {}, "run": {}}
    if world is not None:
        beside = path.parent if world.endswith((".yaml", ".yml")) else None
        if "world" in told.texts:
            files.find("world", world, beside, f"{files._shown(path)}, world")
        base["world"] = files._read("world", world, complaints, beside)
    if run is not None:
        base["run"] = files._read("run", run, complaints)
    strategies = CASES[kind].strategies if told.strategies is None else told.strategies
    if told.strategies is None and not strategies:
        return base, {NEUTRAL: {}}
    try:
        labels = files._labels(strategies)
    except ParameterError as error:
        raise ParameterError(f"{told.strategies_in.rpartition(',')[0]}, {error}") from None
    return base, {
        label: files._read("strategy", name, complaints) for label, name in zip(labels, strategies, strict=True)
    }


def _scenarios(
    name: str,
    base: Mapping[str, files._Said],
    each: Mapping[str, files._Said],
    changes: Sequence[tuple[str, Any]],
    complaints: list[str],
) -> list[Scenario]:
    """A scenario for each strategy, after all changes in turn; none where something is not allowed."""
    said = {kind: dict(values) for kind, values in base.items()}
    strategies = {label: dict(values) for label, values in each.items()}
    for where, tree in changes:
        flat = _flat(tree, tuple(each), where, complaints) if isinstance(tree, Mapping) else tree
        files._apply(flat, said, strategies, where, {}, complaints)
    world, run = files._build(World, said["world"], complaints), files._build(Run, said["run"], complaints)
    built = {label: files._build(Strategy, values, complaints) for label, values in strategies.items()}
    if complaints or world is None or run is None:
        return []
    return [
        Scenario(name=name, strategy_name=label, world=world, strategy=strategy, run=run)
        for label, strategy in built.items()
        if strategy is not None
    ]


def _flat(tree: Mapping[str, Any], labels: tuple[str, ...], where: str, complaints: list[str]) -> dict[str, Any]:
    """Dotted keys of nested changes; what is no group of parameters stays as it is."""
    kinds = {kind: kind for kind in KINDS} | dict.fromkeys(labels, "strategy")
    groups = {*kinds, *(f"{prefix}.{group}" for prefix, kind in kinds.items() for group in files._GROUPS[kind])}
    flat: dict[str, Any] = {}

    def walk(node: Mapping[str, Any], prefix: str) -> None:
        for name, value in node.items():
            key = f"{prefix}{name}"
            if key in groups and isinstance(value, Mapping):
                walk(value, f"{key}.")
            elif key in flat:
                complaints.append(f"{where}: key {key!r} is there twice.")
            else:
                flat[key] = value

    walk(tree, "")
    return flat
