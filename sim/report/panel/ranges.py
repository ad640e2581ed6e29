"""Which parameters have a control, and how far it goes: params/explore/controls.yaml, checked when it is read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import NoneType
from typing import Any

from pydantic import ValidationError

from sim.parameters import ParameterError
from sim.parameters.errors import shown, suggestion
from sim.parameters.fields import allowed, choices, leaves, note, types
from sim.parameters.files import KINDS, ROOT, read_file

FILE = ROOT / "explore" / "controls.yaml"
SIDES = ("world", "strategy")
SAID = ("low", "high", "log", "choices", "label")
PLACES = 100  # of a slider, about


@dataclass(frozen=True)
class Range:
    """One parameter with a control: `side` is 'world' or 'strategy', `key` its dotted name there.

    A slider from `low` to `high`, or, where `options` are said, a list of these.
    """

    side: str
    key: str
    unit: str
    meaning: str
    source: str
    whole: bool = False
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    options: tuple[Any, ...] = ()
    label: str = ""

    @property
    def group(self) -> str:
        """The group it stands in, as people write it: 'word of mouth'."""
        return self.key.split(".")[0].replace("_", " ")

    @property
    def name(self) -> str:
        """Its name as people write it: 'gross margin'."""
        return self.label or self.key.rpartition(".")[2].replace("_", " ")

    @property
    def hint(self) -> str:
        """Unit, meaning and the evidence behind the default."""
        unit = f" ({self.unit})" if self.unit else ""
        return f"{self.side}.{self.key}{unit}: {self.meaning}. Source: {self.source}."

    @property
    def caption(self) -> str:
        """What stands over its control: 'gross margin, share of price'."""
        return f"{self.name}, {self.unit}" if self.unit and self.unit != self.name else self.name

    def places(self, *more: Any) -> list[Any]:
        """The values a control can take, in order: round ones from end to end, and `more`, as exact as they are."""
        if self.options:
            return [*self.options, *(value for value in dict.fromkeys(more) if value not in self.options)]
        return sorted({*self._round(), *more})

    def _round(self) -> list[Any]:
        if self.log:
            count = min(PLACES, round(40 * math.log10(self.high / self.low)))
            grown = [self.low * (self.high / self.low) ** (place / count) for place in range(count + 1)]
            values = [float(f"{value:.2g}") for value in grown]
        else:
            step = (self.high - self.low) / PLACES
            decade = 10.0 ** math.floor(math.log10(step))
            step = next(nice * decade for nice in (1, 2, 5, 10) if nice * decade >= step * 0.999)
            step = max(step, 1.0) if self.whole else step
            count = math.floor((self.high - self.low) / step + 1e-9)
            values = [float(f"{self.low + place * step:.6g}") for place in range(count + 1)]
        return [round(value) for value in values] if self.whole else values


def said(value: Any) -> str:
    """A value as a person writes it: 'none', 'yes', '0.25', '1,200'."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case str():
            return value.replace("_", " ")
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def ranges(path: Path = FILE) -> tuple[Range, ...]:
    """All parameters with a control, in the order of the file.

    Raises:
        ParameterError: a name that does not exist, or a range that the parameter does not allow.
    """
    return _checked(read_file(path), path.name)


def _checked(tree: Any, origin: str) -> tuple[Range, ...]:
    if not isinstance(tree, dict) or not set(tree) <= set(SIDES):
        raise ParameterError(f"{origin}: got {shown(tree)}; allowed: {' and '.join(SIDES)}, each with parameters.")
    found: list[Range] = []
    for side, groups in tree.items():
        fields = dict(leaves(KINDS[side]))
        for key, says in _flat(groups, f"{origin}, {side}"):
            where = f"{origin}, {side}.{key}"
            if key not in fields:
                raise ParameterError(f"{where}: unknown parameter.{suggestion(key, fields)}")
            found.append(_range(side, key, says, where))
    if not found:
        raise ParameterError(f"{origin}: no parameter has a control; allowed: at least one.")
    return tuple(found)


def _flat(tree: Any, where: str) -> list[tuple[str, dict[str, Any]]]:
    """(dotted key, what is said of it): a mapping of nothing but `SAID` is that, any other a group."""
    if not isinstance(tree, dict):
        raise ParameterError(f"{where}: got {shown(tree)}; allowed: groups of parameters.")
    rows: list[tuple[str, dict[str, Any]]] = []
    for name, value in tree.items():
        if isinstance(value, dict) and set(value) <= set(SAID):
            rows.append((name, value))
        else:
            rows += [(f"{name}.{key}", says) for key, says in _flat(value, f"{where}.{name}")]
    return rows


def _range(side: str, key: str, says: dict[str, Any], where: str) -> Range:
    field = dict(leaves(KINDS[side]))[key]
    about: dict[str, Any] = {"side": side, "key": key, "unit": note(field, "unit"), "meaning": field.description or ""}
    about |= {"source": note(field, "source"), "whole": int in types(field), "label": says.get("label", "")}
    if not isinstance(about["label"], str):
        raise ParameterError(f"{where}, label: got {shown(about['label'])}; allowed: text.")
    words: list[Any] = [False, True] if bool in types(field) else list(choices(field))
    options = says.get("choices", words)
    if not isinstance(options, list):
        raise ParameterError(f"{where}, choices: got {shown(options)}; allowed: a list of values.")
    ends: list[Any] = [says.get("low"), says.get("high")]
    for value in options or ends:
        if not _fits(side, key, value):
            raise ParameterError(f"{where}: got {shown(value)}; allowed: {allowed(field)}.")
    if options:
        return Range(**about, options=tuple(options))
    low, high, log = *ends, says.get("log", False)
    if str in types(field) or NoneType in {type(end) for end in ends}:
        raise ParameterError(f"{where}: allowed: low and high, or choices.")
    if not low < high or not isinstance(log, bool) or (log and low <= 0):
        raise ParameterError(f"{where}: got {low} to {high}; allowed: low below high, above 0 where log is true.")
    return Range(**about, low=float(low), high=float(high), log=log)


def _fits(side: str, key: str, value: Any) -> bool:
    tree: Any = value
    for part in reversed(key.split(".")):
        tree = {part: tree}
    try:
        KINDS[side].model_validate(tree)
    except ValidationError:
        return False
    return True


@lru_cache(maxsize=1)
def shipped() -> tuple[Range, ...]:
    """Those of the file that ships."""
    return ranges()
