"""How a parameter is declared: value, bounds, unit, meaning and source in one place."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

ASSUMPTION = "assumption: no good evidence, vary it"
DECISION = "a decision: yours to make"
LABEL = "a label: nothing is computed from it"


class Group(BaseModel):
    """A frozen group of parameters that refuses unknown names, wrong types, NaN and values out of bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True)


def quantity(default: Any, unit: str, meaning: str, source: str = ASSUMPTION, **bounds: Any) -> Any:
    """A parameter with its unit, meaning, source and bounds (`ge`, `gt`, `le`, `lt`, as in pydantic)."""
    return Field(default, description=meaning, json_schema_extra={"unit": unit, "source": source}, **bounds)


def label(meaning: str) -> Any:
    """A text that people read and the model does not."""
    return quantity("", "", meaning, LABEL)


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every (dotted path, field) of a parameter class, depth first, in the order of declaration."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from leaves(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field


def note(field: FieldInfo, name: Literal["unit", "source"]) -> str:
    """The unit or the source of a field."""
    extra = field.json_schema_extra
    return str(extra.get(name, "")) if isinstance(extra, dict) else ""


def choices(field: FieldInfo) -> tuple[str, ...]:
    """The words a field chooses from; none for a number or free text."""
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()


def types(field: FieldInfo) -> set[type]:
    """The plain types a field accepts, NoneType among them where null is allowed."""
    return set(get_args(field.annotation) or (field.annotation,)) if not choices(field) else {str}


_WORDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
_LIMITS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}


def allowed(field: FieldInfo) -> str:
    """What a field accepts, in words: its type, bounds and unit."""
    if words := choices(field):
        return f"one of {', '.join(words)}" if len(words) > 1 else words[0]
    accepted = types(field)
    text = next(word for kind, word in _WORDS.items() if kind in accepted)
    bounds = [
        f"{phrase} {int(limit) if limit == int(limit) else limit:,}"
        for key, phrase in _LIMITS.items()
        for rule in field.metadata
        if (limit := getattr(rule, key, None)) is not None
    ]
    text += f" {' and '.join(bounds)}" if bounds else ""
    text += f" ({note(field, 'unit')})" if note(field, "unit") else ""
    return f"{text}, or null" if NoneType in accepted else text
