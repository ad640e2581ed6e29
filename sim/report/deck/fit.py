"""Text that stays in its box: measured with its own font, made smaller within limits, at last cut at a word."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.report.font import shipped

SAME_WIDTHS = ("arial", "helvetica", "liberation sans", "arimo")  # as Liberation Sans, by design
WIDER = 1.3  # a font that is not here, or what stands in for it, may be wider: DejaVu Serif by a quarter
LEADING = 1.2  # from line to line, in sizes
INSET_X, INSET_Y = 7.2, 3.6  # points, left and right, above and below: what PowerPoint leaves if not told otherwise
MEASURED = 200  # size at which widths are read


@dataclass(frozen=True)
class Face:
    """A font family to measure with. `exact` is False where another one stands in for it."""

    family: str
    regular: Path
    bold: Path
    exact: bool
    capitals: bool = False  # all letters are shown as capitals

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """How wide one line of text is, in points."""
        shown = text.upper() if self.capitals else text
        length = _font(self.bold if bold else self.regular).getlength(shown) / MEASURED * size
        return length if self.exact else WIDER * length


@dataclass(frozen=True)
class Fitted:
    """A text that fits: its size in points and its lines as they break; `cut` if words had to go."""

    text: str
    size: float
    lines: tuple[str, ...]
    cut: bool = False

    @property
    def height(self) -> float:
        """Points from the top of the first line to the bottom of the last."""
        return len(self.lines) * LEADING * self.size


def face(family: str) -> Face:
    """The font to measure `family` with: itself if it is here, else the one that ships, with a margin.

    Raises:
        ParameterError: a font file that ships is missing or broken.
    """
    ours = shipped(), shipped(bold=True)
    if family.lower() in SAME_WIDTHS or not family:
        return Face(family or "Liberation Sans", *ours, exact=True)
    plain = family.replace(" ", "")
    for regular, bold in (
        (f"{plain}-Regular", f"{plain}-Bold"),
        (plain, f"{plain}bd"),
        (plain.lower(), f"{plain.lower()}b"),
    ):
        try:
            return Face(family, _here(regular), _here(bold), exact=True)
        except OSError:
            continue
    return Face(family, *ours, exact=False)


def _here(name: str) -> Path:
    """The file of a font of this machine."""
    return Path(_font(Path(f"{name}.ttf")).path)


@lru_cache(maxsize=16)
def _font(path: Path) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(path), MEASURED, layout_engine=ImageFont.Layout.BASIC)


def broken(text: str, width: float, size: float, font: Face, bold: bool = False) -> list[str]:
    """The lines of a text in a box `width` points wide (margins included), broken at spaces as PowerPoint does."""
    room, lines = width - 2 * INSET_X, []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and font.width(longer, size, bold) > room:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def fit(
    text: str, width: float, height: float, font: Face, largest: float, smallest: float = 10, bold: bool = False
) -> Fitted:
    """The text in a box of so many points: as large as fits; where the smallest does not, cut at a word with '…'."""
    size = largest
    while True:
        lines = broken(text, width, size, font, bold)
        if _inside(lines, width, height, size, font, bold):
            return Fitted(text, size, tuple(lines))
        if size <= smallest:
            break
        size = max(smallest, size - 0.5)
    words = text.split(" ")

    def cut(kept: int) -> Fitted:
        shorter = " ".join(words[:kept]).rstrip(",;:.") + "…"
        return Fitted(shorter, size, tuple(broken(shorter, width, size, font, bold)), cut=True)

    def too_long(kept: int) -> bool:
        return not _inside(cut(kept).lines, width, height, size, font, bold)

    return cut(max(0, bisect_left(range(1, len(words)), True, key=too_long)))


def _inside(lines: Sequence[str], width: float, height: float, size: float, font: Face, bold: bool) -> bool:
    room = width - 2 * INSET_X
    tall = len(lines) * LEADING * size + 2 * INSET_Y
    return tall <= height and all(font.width(line, size, bold) <= room for line in lines)
