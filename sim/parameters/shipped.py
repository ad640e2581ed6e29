"""Where a file is that is said by name or by path."""

from __future__ import annotations

from pathlib import Path

from sim.parameters.errors import ParameterError, nearest, shown


def find_file(what: str, name: str, folder: Path, *endings: str) -> Path:
    """A file that ships in `folder`, by its name without the ending, or any other by its path, ending included.

    Args:
        what: it is, for the error: 'notebook', 'sweep'.
        endings: the first one is that of the files which ship.

    Raises:
        ParameterError: there is no such file; it names those that ship and the nearest one, beside the path too.
    """
    known = sorted(path.stem for path in folder.glob(f"*{endings[0]}"))
    allowed = f"the path of a{'n' if endings[0][1] in 'aeiou' else ''} {endings[0]} file, or one of {', '.join(known)}"
    if not isinstance(name, str) or not name:
        raise ParameterError(f"{what}: got {shown(name)}; allowed: {allowed}.")
    by_path = name.endswith(endings)
    path = Path(name) if by_path else folder / f"{name}{endings[0]}"
    try:
        if path.is_file() and (by_path or name in known):
            return path
        problem = "is a directory, not a file" if path.is_dir() else "no such file"
        beside = [other for other in sorted(path.parent.iterdir()) if other.suffix in endings] if by_path else []
    except (OSError, ValueError) as error:  # no such folder, a name too long, or with a null character
        missing = isinstance(error, FileNotFoundError)
        problem = "no such file" if missing else f"cannot be a file ({getattr(error, 'strerror', None) or error})"
        beside = []
    near = nearest(Path(name).stem, [other.stem for other in beside] + known)
    near = next((str(other) for other in beside if other.stem == near), near)
    hint = f" Did you mean {near!r}?" if near else ""
    raise ParameterError(f"{what} file {shown(name)}: {problem}; allowed: {allowed}.{hint}")
