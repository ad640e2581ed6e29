"""Every parameter as a row (for people) and as JSON Schema (for tools)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from sim.parameters.errors import ParameterError, suggestion
from sim.parameters.fields import allowed, leaves, note
from sim.parameters.files import KINDS


def rows(kind: str, values: BaseModel | None = None) -> list[dict[str, Any]]:
    """One row a parameter of 'world', 'strategy' or 'run': key, value, unit, allowed, meaning, source."""
    if kind not in KINDS:
        raise ParameterError(f"unknown kind {kind!r}; allowed: {', '.join(KINDS)}.{suggestion(str(kind), KINDS)}")
    shown = values if values is not None else KINDS[kind]()
    table = []
    for key, field in leaves(KINDS[kind]):
        value: Any = shown
        for part in key.split("."):
            value = getattr(value, part)
        table.append(
            {
                "parameter": f"{kind}.{key}",
                "value": value,
                "unit": note(field, "unit"),
                "allowed": allowed(field),
                "meaning": field.description or "",
                "source": note(field, "source"),
            }
        )
    return table


def json_schema() -> dict[str, Any]:
    """JSON Schema of the three kinds of parameter file, for editors and other tools."""
    schema = {kind: model.model_json_schema() for kind, model in KINDS.items()}
    for part in schema.values():
        part["properties"]["extends"] = {"type": "string", "description": "a file whose values are taken first"}
    return schema
