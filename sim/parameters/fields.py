"""How a parameter is declared: value, bounds, unit, meaning and source in one place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

ASSUMPTION = "assumption: no good evidence, vary it"


class Group(BaseModel):
    """A frozen group of parameters that refuses unknown names, wrong types, NaN and values out of bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True)


def quantity(default: Any, unit: str, meaning: str, source: str = ASSUMPTION, **bounds: Any) -> Any:
    """A parameter with its unit, meaning, source and bounds (`ge`, `gt`, `le`, `lt`, as in pydantic)."""
    return Field(default, description=meaning, json_schema_extra={"unit": unit, "source": source}, **bounds)


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every (dotted path, field) of a parameter class, depth first, in the order of declaration."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from leaves(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field


def allowed(field: FieldInfo) -> str:
    """What a field accepts, in words: its type, bounds and unit."""
    kind = str(field.annotation)
    if "Literal" in kind:
        return "one of " + kind[kind.index("[") + 1 : kind.rindex("]")].replace("'", "")
    word = {"int": "a whole number", "float": "a number", "str": "text", "bool": "true or false"}
    names = [part.strip() for part in getattr(field.annotation, "__name__", kind).split("|")]
    if len(names) == 1 and "|" in kind:
        names = [part.strip() for part in kind.split("|")]
    text = " or ".join("null" if name == "None" else word.get(name, name) for name in names)
    limits = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    bounds = [
        f"{phrase} {getattr(rule, key):g}"
        for key, phrase in limits.items()
        for rule in field.metadata
        if getattr(rule, key, None) is not None
    ]
    unit = (field.json_schema_extra or {}).get("unit", "") if isinstance(field.json_schema_extra, dict) else ""
    return text + (" " + " and ".join(bounds) if bounds else "") + (f" ({unit})" if unit else "")
