"""YAML without its traps: a key said twice, `no` for false, 010 for 8, 1:30 for 90, aliases and tags are refused."""

from __future__ import annotations

import re
from typing import Any

import yaml

from sim.parameters.errors import ParameterError

_WHOLE, _POWER = r"(0|[1-9][0-9]*(_[0-9]+)*)", r"[eE][-+]?[0-9]+"
# What unquoted text stands for: as in YAML 1.2, with underscores in numbers (20_000); whatever else is text
_SCALARS = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (rf"[-+]?{_WHOLE}", list("-+0123456789")),
    "float": (
        rf"[-+]?({_WHOLE}\.[0-9]*|\.[0-9]+)({_POWER})?|[-+]?{_WHOLE}{_POWER}|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+0123456789."),
    ),
}


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise yaml.MarkedYAMLError(
                problem=f"anchors and aliases (&{event.anchor}, *{event.anchor}) are not allowed; say the value again",
                problem_mark=event.start_mark,
            )
        if event.tag is not None:
            raise yaml.MarkedYAMLError(
                problem=f"tags (here {event.tag!r}) are not allowed; say the plain value", problem_mark=event.start_mark
            )
        return super().compose_node(parent, index)


class Dumper(yaml.SafeDumper):
    """Writes YAML that `read_yaml` reads back: text that would read as a number or true is quoted."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    # PyYAML would write these line breaks as they are and read them as spaces
    style = '"' if set(text) & set("\x85\u2028\u2029") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


Dumper.add_representer(str, _text)
for _side in (_Loader, Dumper):
    _side.yaml_implicit_resolvers = {}
    for _tag, (_pattern, _first) in _SCALARS.items():
        _side.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.MarkedYAMLError(problem=f"key {key!r} is not text", problem_mark=key_node.start_mark)
        if key in tree:
            raise yaml.MarkedYAMLError(problem=f"key {key!r} is there twice", problem_mark=key_node.start_mark)
        tree[key] = loader.construct_object(value_node, deep=True)
    return tree


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(text: str, origin: str) -> Any:
    """The value of a YAML text; `origin` is named in the error, with the line."""
    try:
        return yaml.load(text, Loader=_Loader)  # a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        mark, context = error.problem_mark, error.context_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        since = f", {error.context} that starts in line {context.line + 1}" if error.context and context else ""
        hint = " Indent with spaces, not tabs." if "'\\t'" in str(error.problem) else ""
        raise ParameterError(f"{origin}{where}: not valid YAML: {error.problem}{since}.{hint}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ParameterError(
            f"{origin}, line {line}: not valid YAML: character U+{error.character:04X} is not text."
        ) from None
    except RecursionError:
        raise ParameterError(f"{origin}: not valid YAML: nested too deeply.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ParameterError(f"{origin}: not valid YAML: {error}.") from None
