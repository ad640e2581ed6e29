"""The font that ships, so that a chart and a slide look and break alike on every machine."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sim.parameters import ParameterError

FONTS = Path(__file__).resolve().parent / "fonts"  # Liberation Sans: SIL Open Font License, widths of Arial


def shipped(bold: bool = False) -> Path:
    """The file of Liberation Sans.

    Raises:
        ParameterError: it is missing or broken.
    """
    path = FONTS / f"LiberationSans-{'Bold' if bold else 'Regular'}.ttf"
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        reason = error.strerror or str(error)
    else:
        if start == b"\x00\x01\x00\x00":
            return path
        reason = "is no TrueType font"
    raise ParameterError(
        f"font {path.name}: cannot be read ({reason}); allowed: the file that ships with the project in "
        "sim/report/fonts. Install the project again."
    )


@lru_cache(maxsize=1)
def register() -> None:
    """Makes the font known to whatever turns charts into files."""
    import vl_convert

    shipped()
    shipped(bold=True)
    vl_convert.register_font_directory(str(FONTS))
