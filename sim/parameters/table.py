"""Every parameter as a row (for people) and as JSON Schema (for tools)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sim.parameters.fields import allowed, leaves
from sim.parameters.files import KINDS


def rows(kind: str, values: BaseModel | None = None) -> list[dict[str, Any]]:
    """One row a parameter of 'world', 'strategy' or 'run': key, value, unit, allowed, meaning, source."""
    shown = values if values is not None else KINDS[kind]()
    table = []
    for key, field in leaves(KINDS[kind]):
        value: Any = shown
        for part in key.split("."):
            value = getattr(value, part)
        extra: Mapping[str, Any] = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        table.append(
            {
                "parameter": f"{kind}.{key}",
                "value": value,
                "unit": extra.get("unit", ""),
                "allowed": allowed(field),
                "meaning": field.description or "",
                "source": extra.get("source", ""),
            }
        )
    return table


def json_schema() -> dict[str, Any]:
    """JSON Schema of the three kinds of parameter file, for editors and other tools."""
    schema = {kind: model.model_json_schema() for kind, model in KINDS.items()}
    for part in schema.values():
        part["properties"]["extends"] = {"type": "string", "description": "a file whose values are taken first"}
    return schema
