"""A scenario on disk: the parameters of notebook 01 as YAML, for the panel, `whatif compare FILE` and papermill -f."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sim.parameters import ParameterError
from sim.parameters.errors import shown, suggestion
from sim.parameters.files import read_file
from sim.parameters.plain_yaml import Dumper
from sim.parameters.shipped import find_file
from sim.report.notebook import KNOWN, check
from sim.report.save import staging

HEAD = """\
# One comparison: a world, its strategies (the first is the baseline), what is changed in them, the size of the run.
#   whatif compare {name}
#   papermill notebooks/01_compare.ipynb out.ipynb -f {name}
"""


def write(given: Mapping[str, Any], path: Path) -> Path:
    """Leaves the parameters in a .yaml file, whole or not at all; returns its path.

    Raises:
        ParameterError: the name has another ending, or it cannot be written there.
    """
    if path.suffix not in (".yaml", ".yml"):
        raise ParameterError(f"scenario file {shown(str(path))}: allowed: a name that ends in .yaml")
    text = yaml.dump(anywhere(given), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
    with staging(path.parent) as aside:
        (aside / path.name).write_text(HEAD.format(name=path.name) + text, encoding="utf-8")
    return path


def anywhere(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with your own files by their whole paths, so that they can be run from any folder."""

    def whole(name: str) -> str:
        return str(Path(name).resolve()) if name.endswith((".yaml", ".yml")) else name

    said = dict(given)
    if "world" in said:
        said["world"] = whole(said["world"])
    if "strategies" in said:
        said["strategies"] = [whole(name) for name in said["strategies"]]
    return said


def read(name: str) -> dict[str, Any]:
    """The parameters that a scenario file says, all of them allowed.

    Raises:
        ParameterError: naming the file: it is no such file, says what notebook 01 does not know or may not be said.
    """
    path = find_file("scenario", name, Path(), ".yaml", ".yml") if name.endswith((".yaml", ".yml")) else None
    if path is None:
        raise ParameterError(f"scenario file {shown(name)}: allowed: the path of a .yaml file")
    given = read_file(path)
    if not isinstance(given, dict):
        raise ParameterError(f"{path.name}: got {shown(given)}; allowed: keys and values, {', '.join(KNOWN)}")
    for key, value in given.items():
        if key not in KNOWN:
            raise ParameterError(
                f"{path.name}: unknown key {shown(key)}, got {shown(value)}.{suggestion(key, KNOWN)} "
                f"Allowed: {', '.join(KNOWN)}."
            )
    try:
        check(given, f"{path.name}, changes", f"{path.name}, {{}}")
    except ParameterError as error:
        lines = str(error).splitlines()
        named = [line if line.startswith(path.name) else f"{path.name}, {line}" for line in lines]
        raise ParameterError("\n".join(named)) from None
    return given
