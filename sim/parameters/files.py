"""How parameter files become typed parameters and back: YAML, `extends`, changes by dotted key, one clear error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sim.parameters.errors import ParameterError, nearest, shown, suggestion
from sim.parameters.fields import allowed, choices, leaves, types
from sim.parameters.plain_yaml import Dumper, read_yaml
from sim.parameters.run import Run
from sim.parameters.scenario import Scenario
from sim.parameters.strategy import Strategy
from sim.parameters.world import World

ROOT = Path(__file__).resolve().parents[2] / "params"
KINDS: dict[str, type[World] | type[Strategy] | type[Run]] = {"world": World, "strategy": Strategy, "run": Run}
LARGEST = 100_000  # bytes of a parameter file
_PLURAL = {"world": "worlds", "strategy": "strategies", "run": "runs"}
_LEAVES: dict[str, dict[str, FieldInfo]] = {kind: dict(leaves(model)) for kind, model in KINDS.items()}
_GROUPS = {kind: {key.rpartition(".")[0] for key in known} - {""} for kind, known in _LEAVES.items()}
_M = TypeVar("_M", bound=BaseModel)


class _Value(NamedTuple):
    value: Any
    where: str  # file or option, and the key as it was said there


# Dotted key -> what was said last about it
_Said = dict[str, _Value]


# Files


def names(kind: str) -> list[str]:
    """Names of the parameter files that ship, e.g. names('world')."""
    return sorted(path.stem for path in (ROOT / kind).glob("*.yaml"))


def find(kind: str, name: str, beside: Path | None = None, said_in: str = "") -> Path:
    """The file of a shipped name, or of a path to a .yaml file (relative to `beside` or the working directory).

    `said_in` is where the name was said (default: the option of that kind) and leads the error.
    """
    where = said_in or kind
    known = names(kind)
    listing = f"one of {', '.join(known)}" if len(known) > 1 else ", ".join(known)
    if not isinstance(name, str) or not name:
        raise ParameterError(f"{where}: got {shown(name)}; allowed: {listing}, or the path of a .yaml file.")
    if name.endswith((".yaml", ".yml")):
        path = (beside or Path()) / name
        try:
            if path.is_file():
                return path
            problem = "is a directory, not a file" if path.is_dir() else "no such file"
            beside_it = [other.name for other in sorted(path.parent.glob("*.y*ml")) if other.is_file()]
        except (OSError, ValueError) as error:  # a name too long, or with a null character
            problem, beside_it = f"cannot be a file ({getattr(error, 'strerror', None) or error})", []
        near = nearest(path.stem, [Path(other).stem for other in beside_it] + known)
        near = next((str(Path(name).with_name(other)) for other in beside_it if Path(other).stem == near), near)
        hint = f" Did you mean {near!r}?" if near else ""
        raise ParameterError(
            f"{where}: {kind} file {shown(name)}: {problem}; allowed: a .yaml file, or {listing}.{hint}"
        )
    if name not in known:
        elsewhere = [other for other in KINDS if name in names(other)]
        raise ParameterError(
            f"{where}: unknown {kind} {shown(name)}. Known {_PLURAL[kind]}: {', '.join(known)}; "
            f"or the path of a .yaml file."
            + (f" {name!r} is a {elsewhere[0]}." if elsewhere else suggestion(name, known))
        )
    return ROOT / kind / f"{name}.yaml"


def read_file(path: Path) -> Any:
    """The value of a YAML file; refuses what is too large, not UTF-8 text, empty or malformed."""
    origin = _shown(path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise ParameterError(f"{origin}: cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if len(content) > LARGEST:
        raise ParameterError(f"{origin}: is too large; allowed: a parameter file of at most {LARGEST:,} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ParameterError(
            f"{origin}, line {line}: is not text in UTF-8 (byte {content[error.start]:#04x}); "
            "allowed: a YAML text file saved as UTF-8."
        ) from None
    value = _parsed(text, origin)
    if value is None:
        raise ParameterError(f"{origin}: is empty; allowed: keys and values, or 'extends: NAME'.")
    return deepcopy(value)


@lru_cache(maxsize=64)  # by its whole text: a sweep reads the same few files for each of its points
def _parsed(text: str, origin: str) -> Any:
    return read_yaml(text, origin)


def _shown(path: Path) -> str:
    """A path as the user knows it: relative where it can be."""
    for base, prefix in ((ROOT, "params/"), (Path.cwd(), "")):
        try:
            return prefix + path.resolve().relative_to(base.resolve()).as_posix()
        except ValueError:
            continue
    return str(path)


def dump(model: BaseModel) -> str:
    """The YAML text of a World, Strategy or Run: every value in the order of declaration; reads back equal."""
    return yaml.dump(model.model_dump(), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)


# What files and changes say


def _read(kind: str, name: str, complaints: list[str], beside: Path | None = None, chain: Sequence[Path] = ()) -> _Said:
    """All a file says, what it extends first; keys that do not exist are added to the complaints."""
    said_in = f"{_shown(chain[-1])}, extends" if chain else ""
    path = find(kind, name, beside, said_in)
    chain = (*chain, path.resolve())
    if chain[-1] in chain[:-1]:
        circle = " -> ".join(step.name for step in chain[chain.index(chain[-1]) :])
        raise ParameterError(f"{said_in}: got {shown(name)}, and the file extends itself ({circle}).")
    tree, origin = read_file(path), _shown(path)
    if not isinstance(tree, dict):
        raise ParameterError(f"{origin}: got {shown(tree)}; allowed: keys and values, e.g. 'title: My {kind}'.")
    base: _Said = {}
    if "extends" in tree:
        base = _read(kind, tree.pop("extends"), complaints, path.parent, chain)
    return base | _flatten(kind, tree, origin, complaints)


def _flatten(kind: str, tree: Mapping[str, Any], origin: str, complaints: list[str]) -> _Said:
    """Dotted keys of a nested mapping that exist in the parameters of `kind`; the others are complained about."""
    known, groups = _LEAVES[kind], _GROUPS[kind]
    said: _Said = {}

    def walk(node: Mapping[str, Any], prefix: str) -> None:
        for name, value in node.items():
            key = f"{prefix}{name}"
            if key in said:
                complaints.append(f"{origin}: key {key!r} is there twice.")
            elif key in known:
                said[key] = _Value(value, f"{origin}, {key}")
            elif key not in groups:
                complaints.append(_unknown(origin, key, value, ["extends", *known, *groups], kind))
            elif isinstance(value, Mapping):
                walk(value, f"{key}.")
            else:
                complaints.append(_is_group(f"{origin}, {key}", key, value, known))

    walk(tree, "")
    return said


def _is_group(where: str, key: str, value: Any, known: Iterable[str]) -> str:
    inside = ", ".join(_inside(key, known))
    return f"{where}: got {shown(value)}; allowed: a group of parameters ({inside})."


def _unknown(where: str, key: str, value: Any, known: Sequence[str], kind: str = "") -> str:
    """The complaint about a key that does not exist: the nearest valid name, and all names of its group."""
    elsewhere = [other for other in KINDS if kind and key in (*_LEAVES[other], *_GROUPS[other])]
    hint = f" It belongs to a {elsewhere[0]}." if elsewhere else suggestion(key, known)
    group = key.rpartition(".")[0]
    while group and not _inside(group, known):
        group = group.rpartition(".")[0]
    return (
        f"{where}: unknown parameter {shown(key)}, got {shown(value)}.{hint} "
        f"Allowed{f' in {group}' if group else ''}: {', '.join(_inside(group, known))}."
    )


def _inside(group: str, known: Iterable[str]) -> list[str]:
    """The names one level below a group ('' for the top)."""
    start = f"{group}." if group else ""
    return list(dict.fromkeys(key[len(start) :].split(".")[0] for key in known if key.startswith(start)))


def _build(model: type[_M], said: _Said, complaints: list[str]) -> _M | None:
    """The validated parameters; None where values are not allowed: all of them are added to the complaints."""
    tree: dict[str, Any] = {}
    for key, (value, _) in said.items():
        *groups, leaf = key.split(".")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[leaf] = value
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        known = dict(leaves(model))
        bad: set[str] = set()
        for problem in error.errors(include_url=False):
            path = ".".join(str(part) for part in problem["loc"])
            if not path:
                complaints.append(_broken_rule(said, problem["msg"].removeprefix("Value error, ")))
            bad |= {key for key in known if f"{path}.".startswith(f"{key}.")}
        complaints += [_not_allowed(said[key], known[key]) for key in said if key in bad]
        return None


def _not_allowed(said: _Value, field: FieldInfo) -> str:
    value, where = said
    hint = ""
    if isinstance(value, str) and choices(field):
        hint = suggestion(value, choices(field))
    elif isinstance(value, str) and str not in types(field):
        if _is_number(value):
            hint = " Write a plain number, without quotes or leading zeros."
        elif _is_number(value.replace(",", ".")):
            hint = " Write a decimal point, not a comma."
    return f"{where}: got {shown(value)}; allowed: {allowed(field)}.{hint}"


def _broken_rule(said: _Said, message: str) -> str:
    """A rule over several parameters: its message begins with the key to change, said somewhere or a default."""
    key, _, rest = message.partition(": ")
    if key in said:
        return f"{said[key].where}: {rest}"
    where = next((said[other].where for other in reversed(said) if other in rest), "")
    return f"{where}, {message}" if where else message


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _stop_at(complaints: list[str]) -> None:
    if complaints:
        raise ParameterError("\n".join(dict.fromkeys(complaints)))


# Loading


def load(kind: str, name: str) -> World | Strategy | Run:
    """The 'world', 'strategy' or 'run' of a shipped name or a .yaml file."""
    return _load(KINDS[kind], kind, name)


def load_world(name: str = "online_retail") -> World:
    """The world of a shipped name or a .yaml file."""
    return _load(World, "world", name)


def load_strategy(name: str) -> Strategy:
    """The strategy of a shipped name or a .yaml file."""
    return _load(Strategy, "strategy", name)


def load_run(name: str = "default") -> Run:
    """The run settings of a shipped name or a .yaml file."""
    return _load(Run, "run", name)


def _load(model: type[_M], kind: str, name: str) -> _M:
    complaints: list[str] = []
    built = _build(model, _read(kind, name, complaints), complaints)
    _stop_at(complaints)
    assert built is not None
    return built


def load_comparison(
    world: str = "online_retail",
    strategies: Sequence[str] = ("cost_center", "profit_center"),
    changes: Mapping[str, Any] | None = None,
    run: str = "default",
    said_by: str = "changes",
    options: Mapping[str, str] | None = None,
) -> list[Scenario]:
    """One scenario a strategy, in the same world, with the same run settings.

    `changes` maps dotted keys to values: 'world.market.people', 'run.seed', 'strategy.remedy.respect' (every
    strategy), 'profit_center.remedy.respect' (that one). `said_by` names their origin in errors,
    `options` the origin of a key that has one of its own: {'run.seed': '--seed'}.

    Raises:
        ParameterError: with a line for each thing that is not allowed.
    """
    complaints: list[str] = []
    labels = _labels(strategies)
    said = {"world": _read("world", world, complaints), "run": _read("run", run, complaints)}
    each = {label: _read("strategy", name, complaints) for label, name in zip(labels, strategies, strict=True)}
    _apply(changes, said, each, said_by, options or {}, complaints)

    built_world, built_run = _build(World, said["world"], complaints), _build(Run, said["run"], complaints)
    built = {label: _build(Strategy, each[label], complaints) for label in labels}
    _stop_at(complaints)
    name = find("world", world).stem
    return [
        Scenario(name=name, strategy_name=label, world=built_world, strategy=strategy, run=built_run)  # type: ignore[arg-type]
        for label, strategy in built.items()
    ]


def _labels(strategies: Sequence[str]) -> list[str]:
    """The names under which strategies are compared: those of their files, which must differ."""
    listing = ", ".join(names("strategy"))
    if isinstance(strategies, str) or not isinstance(strategies, Sequence) or not strategies:
        raise ParameterError(
            f"strategies: got {shown(strategies)}; allowed: a list of names ({listing}) or of .yaml files."
        )
    labels = [find("strategy", name).stem for name in strategies]
    for label in labels:
        if label in KINDS:
            raise ParameterError(
                f"strategies: got {label!r}; allowed: any other name; {', '.join(KINDS)} mean something in dotted keys."
            )
        if labels.count(label) > 1:
            raise ParameterError(
                f"strategies: {label!r} is there twice; allowed: strategies under different names. Copy the file."
            )
    return labels


def _apply(
    changes: Mapping[str, Any] | None,
    said: dict[str, _Said],
    each: dict[str, _Said],
    said_by: str,
    options: Mapping[str, str],
    complaints: list[str],
) -> None:
    """Writes changes over what the files say."""
    if changes is None:
        return
    if not isinstance(changes, Mapping):
        raise ParameterError(
            f"{said_by}: got {shown(changes)}; allowed: keys and values, e.g. world.market.people: 2000."
        )
    kinds = {kind: kind for kind in KINDS} | dict.fromkeys(each, "strategy")
    known = [f"{prefix}.{leaf}" for prefix, kind in kinds.items() for leaf in _LEAVES[kind]]
    groups = [*kinds, *(f"{prefix}.{group}" for prefix, kind in kinds.items() for group in _GROUPS[kind])]
    for key, value in changes.items():
        # The longest prefix: a strategy's file name may have dots of its own
        prefix = max((name for name in kinds if str(key).startswith(f"{name}.")), key=len, default="")
        leaf = str(key)[len(prefix) + 1 :]
        if key in groups:
            complaints.append(_is_group(f"{said_by} {key}", key, value, known))
        elif not prefix or leaf not in _LEAVES[kinds[prefix]]:
            complaints.append(_unknown(said_by, str(key), value, [*known, *groups]))
        else:
            for target in each.values() if prefix == "strategy" else [(said | each)[prefix]]:
                target[leaf] = _Value(_plain(value), options.get(key, f"{said_by} {key}"))


def _plain(value: Any) -> Any:
    """A number of NumPy, as loops in notebooks make them, as Python's own."""
    return value.item() if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0 else value
