"""How hot loops are compiled: by Numba, once for each version of the model, kept on disk.

A compiled function is plain Python: with WHATIF_PLAIN=1 in the environment nothing is compiled and the same functions
run as they stand, some hundred times slower. That is the reference which the compiled ones are held against.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

_F = TypeVar("_F", bound=Callable[..., object])

PLAIN = os.environ.get("WHATIF_PLAIN") == "1"
if PLAIN:
    np.seterr(over="ignore")  # hashes wrap around, as they must


@cache
def folder() -> Path:
    """Where compiled loops are kept: a folder for each state of the model's text.

    Numba looks for changes only in the file of a function, not in those of the functions that it calls.
    """
    here = Path(__file__).parent
    text = b"".join(path.read_bytes() for path in sorted(here.glob("*.py")))
    name = f"compiled-{hashlib.blake2b(text, digest_size=8).hexdigest()}"
    for parent in (here / "__pycache__", Path.home() / ".cache" / "support-whatif"):
        try:
            (parent / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(parent / name, os.W_OK):
            return parent / name
    return Path(tempfile.mkdtemp(prefix="support-whatif-"))


def compiled(function: _F) -> _F:
    """Compiles `function` when it is first called; divisions by zero give infinities, as in NumPy."""
    if PLAIN:
        return function
    import numba

    _announce()
    config: Any = numba.config
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder())
    try:
        return cast(_F, numba.njit(cache=True, error_model="numpy")(function))
    finally:
        config.CACHE_DIR = before


@cache
def _announce() -> None:
    """Whoever waits for the compiler is told so, once; what is found on disk is not compiled."""
    from numba.core import event

    class Told(event.Listener):
        first = True

        def on_start(self, event: object) -> None:
            if self.first:
                print("compiling the model's loops for this machine: once, about half a minute", file=sys.stderr)
            Told.first = False

        def on_end(self, event: object) -> None:
            pass

    event.register("numba:compile", Told())
