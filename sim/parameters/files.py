"""How parameter files become typed parameters: YAML, `extends`, changes by dotted key, one clear error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from sim.parameters.errors import ParameterError, suggestion
from sim.parameters.fields import allowed, leaves
from sim.parameters.run import Run
from sim.parameters.scenario import Scenario
from sim.parameters.strategy import Strategy
from sim.parameters.world import World

ROOT = Path(__file__).resolve().parents[2] / "params"
KINDS: dict[str, type[BaseModel]] = {"world": World, "strategy": Strategy, "run": Run}
_PLURAL = {"world": "worlds", "strategy": "strategies", "run": "runs"}
_M = TypeVar("_M", bound=BaseModel)

# A dotted key -> (value, where it was said). What was said later replaces what was said earlier.
_Said = dict[str, tuple[Any, str]]


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key said twice and reads 1e-3 as the number it is (YAML 1.1 reads text)."""


def _mapping(loader: _Loader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.MarkedYAMLError(problem=f"key {key!r} is not text", problem_mark=key_node.start_mark)
        if key in seen:
            raise yaml.MarkedYAMLError(problem=f"key {key!r} is there twice", problem_mark=key_node.start_mark)
        seen.add(key)
    return {
        loader.construct_object(key_node, deep=True): loader.construct_object(value_node, deep=True)
        for key_node, value_node in node.value
    }


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def read_yaml(text: str, origin: str) -> Any:
    """The value of a YAML text; `origin` is named in the error."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ParameterError(f"{origin}{where}: not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ParameterError(f"{origin}: not valid YAML: {error}") from None


def names(kind: str) -> list[str]:
    """Names of the parameter files that ship, e.g. names('world')."""
    return sorted(path.stem for path in (ROOT / kind).glob("*.yaml"))


def find(kind: str, name: str, beside: Path | None = None) -> Path:
    """The file of a shipped name, or of a path to a .yaml file (relative to `beside` or the working directory)."""
    if not isinstance(name, str) or not name:
        raise ParameterError(f"{kind}: got {name!r}; allowed: a name ({', '.join(names(kind))}) or a .yaml file")
    if name.endswith((".yaml", ".yml")):
        path = (beside / name) if beside else Path(name)
        if not path.is_file():
            raise ParameterError(f"{kind} file {name!r}: no such file.{suggestion(Path(name).stem, names(kind))}")
        return path
    if name not in names(kind):
        raise ParameterError(
            f"unknown {kind} {name!r}. Known {_PLURAL[kind]}: {', '.join(names(kind))}; or the path of a .yaml file."
            + suggestion(name, names(kind))
        )
    return ROOT / kind / f"{name}.yaml"


def _flatten(kind: str, tree: Any, origin: str) -> _Said:
    """Dotted keys of a nested mapping, every one of them known to the parameter class of `kind`."""
    if not isinstance(tree, Mapping):
        raise ParameterError(f"{origin}: must hold keys and values, got {type(tree).__name__} {str(tree)[:60]!r}")
    known = dict(leaves(KINDS[kind]))
    groups = {key.rsplit(".", 1)[0] for key in known if "." in key}
    said: _Said = {}

    def walk(node: Mapping[str, Any], prefix: str) -> None:
        for key, value in node.items():
            path = f"{prefix}{key}"
            if path in known:
                said[path] = (value, origin)
            elif path in groups:
                if not isinstance(value, Mapping):
                    raise ParameterError(f"{origin}, {path}: is a group of parameters, got {value!r}")
                walk(value, f"{path}.")
            else:
                raise unknown_key(origin, path, value, [*known, *groups])

    walk(tree, "")
    return said


def unknown_key(origin: str, key: str, value: Any, known: Sequence[str]) -> ParameterError:
    """The error of a key that does not exist, with its neighbours and the nearest valid name."""
    prefix = key.rsplit(".", 1)[0] + "." if "." in key else ""
    here = [name for name in known if name.startswith(prefix)] or list(known)
    siblings = list(dict.fromkeys(name[len(prefix) :].split(".")[0] for name in here if name.startswith(prefix)))
    inside = f" Allowed in {prefix[:-1]}: " if prefix and siblings else " Allowed: "
    listing = ", ".join(siblings or sorted({name.split(".")[0] for name in known}))
    return ParameterError(
        f"{origin}: unknown parameter {key!r} (value {value!r}).{suggestion(key, known)}{inside}{listing}."
    )


def _read(kind: str, name: str, beside: Path | None = None, chain: tuple[Path, ...] = ()) -> _Said:
    """All a file says, what it extends first."""
    path = find(kind, name, beside)
    origin = _shown(path)
    if path.resolve() in chain:
        raise ParameterError(f"{origin}: extends itself ({' -> '.join(p.stem for p in (*chain, path.resolve()))})")
    try:
        tree = read_yaml(path.read_text(encoding="utf-8"), origin)
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{origin}: cannot be read: {error}") from None
    tree = {} if tree is None else tree
    said: _Said = {}
    if isinstance(tree, dict) and "extends" in tree:
        said = _read(kind, tree.pop("extends"), path.parent, (*chain, path.resolve()))
    return said | _flatten(kind, tree, origin)


def _shown(path: Path) -> str:
    """A path as the user knows it: relative where it can be."""
    for base, prefix in ((ROOT, "params/"), (Path.cwd(), "")):
        try:
            return prefix + path.resolve().relative_to(base.resolve()).as_posix()
        except ValueError:
            continue
    return str(path)


def _build(model: type[_M], said: _Said) -> _M:
    """The validated parameters, or the one error that names every value that is not allowed."""
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
        bad = {key for key in (_leaf_of(problem["loc"], known) for problem in error.errors()) if key}
        lines = [
            f"{said[key][1]}, {key}: got {said[key][0]!r}; allowed: {allowed(known[key])}."
            + (
                suggestion(str(said[key][0]), allowed(known[key])[7:].split(", "))
                if "one of" in allowed(known[key])
                else ""
            )
            for key in said
            if key in bad
        ]
        raise ParameterError("\n".join(lines) or str(error)) from None


def _leaf_of(loc: tuple[int | str, ...], known: Mapping[str, Any]) -> str | None:
    """The parameter a pydantic error location belongs to."""
    for end in range(len(loc), 0, -1):
        key = ".".join(str(part) for part in loc[:end])
        if key in known:
            return key
    return None


def load_world(name: str = "online_retail") -> World:
    """The world of a shipped name or a .yaml file."""
    return _build(World, _read("world", name))


def load_strategy(name: str) -> Strategy:
    """The strategy of a shipped name or a .yaml file."""
    return _build(Strategy, _read("strategy", name))


def load_run(name: str = "default") -> Run:
    """The run settings of a shipped name or a .yaml file."""
    return _build(Run, _read("run", name))


def load_comparison(
    world: str = "online_retail",
    strategies: Sequence[str] = ("cost_center", "profit_center"),
    changes: Mapping[str, Any] | None = None,
    run: str = "default",
    said_by: str = "changes",
) -> list[Scenario]:
    """One scenario a strategy, in the same world, with the same run settings.

    `changes` maps dotted keys to values: 'world.market.people', 'run.seed', 'strategy.remedy.respect' (every
    strategy), 'profit_center.remedy.respect' (that one). `said_by` names their origin in errors.
    """
    if isinstance(strategies, str) or not isinstance(strategies, Sequence) or not strategies:
        raise ParameterError(
            f"strategies: got {strategies!r}; allowed: a list of names ({', '.join(names('strategy'))})"
        )
    said = {"world": _read("world", world), "run": _read("run", run)}
    labels = [Path(find("strategy", strategy)).stem for strategy in strategies]
    for label in labels:
        if labels.count(label) > 1 or label in KINDS:
            raise ParameterError(f"strategies: {label!r} is there twice or is a reserved name; names must differ")
    each = {label: _read("strategy", strategy) for label, strategy in zip(labels, strategies, strict=True)}

    if not isinstance(changes or {}, Mapping):
        raise ParameterError(f"{said_by}: got {changes!r}; allowed: keys and values, e.g. world.market.people: 2000")
    for key, value in (changes or {}).items():
        origin = f"{said_by} {key}={value}"
        head, _, rest = str(key).partition(".")
        targets = {"world": [said["world"]], "run": [said["run"]], "strategy": list(each.values())}
        targets |= {label: [each[label]] for label in labels}
        kind = head if head in KINDS else "strategy"
        known = [f"{name}.{path}" for name in KINDS for path, _ in leaves(KINDS[name])]
        known += [f"{label}.{path}" for label in labels for path, _ in leaves(Strategy)]
        if head not in targets or rest not in dict(leaves(KINDS[kind])):
            raise unknown_key(said_by, str(key), value, known)
        for target in targets[head]:
            target[rest] = (value, origin)

    built_world, built_run = _build(World, said["world"]), _build(Run, said["run"])
    return [
        Scenario(
            name=Path(find("world", world)).stem,
            strategy_name=label,
            world=built_world,
            strategy=_build(Strategy, each[label]),
            run=built_run,
        )
        for label in labels
    ]
