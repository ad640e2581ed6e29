"""The text of a field: rewritten, or, where the presenter has put it in other words, its numbers alone."""

from __future__ import annotations

import re
from typing import Any

from sim.report.deck import fields
from sim.report.deck.fields import Memory, of_name
from sim.report.deck.fit import Face, fit
from sim.report.deck.place import say
from sim.report.deck.template import POINT

# A number with what belongs to it: +$33.4 k, 95 %, 3.2
NUMBER = re.compile(r"[+−]?\$?\d[\d,]*(?:\.\d+)?(?:[ \N{NO-BREAK SPACE}](?:[kMB]\b|%))?")
HALF = 0.25  # points: sizes closer than that are the same


def reword(shape: Any, what: str, text: str, font: Face, before: Memory, now: Memory) -> list[str]:
    """Brings the text field `what` to `text`, in the box that it has now; returns what could not be done."""
    old, here = before.texts.get(shape.name), shape.text_frame.text
    runs = [run for paragraph in shape.text_frame.paragraphs for run in paragraph.runs]
    largest, smallest = fields.sizes(what)
    size = runs[0].font.size.pt if runs and runs[0].font.size else largest
    wide, tall, strong = shape.width / POINT, shape.height / POINT + 1, fields.bold(what)
    written = fit(old or text, wide, tall, font, largest, smallest, strong).size
    most = largest if abs(written - size) < HALF else size  # else the presenter chose it

    def put(words: str) -> str:
        fitted = fit(words, wide, tall, font, most, min(smallest, most), strong)
        return _rewritten(shape, runs, fitted.text, fitted.size)

    if old is None or here == old:
        now.texts[shape.name] = put(text)
        return []
    wanted = fit(text, wide, tall, font, most, min(smallest, most), strong).text
    mixed = here if wanted == old else with_new_numbers(here, old, wanted)
    if mixed is None:
        now.texts[shape.name] = old
        slide, _ = of_name(shape.name) or ("", "")
        return [f"slide {slide!r}, {what}: kept as edited, {here!r}; the results now say {wanted!r}."]
    if mixed != here:
        put(mixed)
    now.texts[shape.name] = wanted
    return []


def _rewritten(shape: Any, runs: list[Any], text: str, size: float) -> str:
    """The text in the first run, in its looks; the runs behind it go."""
    from pptx.util import Pt

    if not runs:
        return say(shape, text, size)
    for run in runs[1:]:
        run._r.getparent().remove(run._r)
    first = runs[0]._r.getparent()
    for paragraph in shape.text_frame.paragraphs:
        if paragraph._p is not first:
            paragraph._p.getparent().remove(paragraph._p)
    runs[0].text = text
    runs[0].font.size = Pt(size)
    return shape.text_frame.text


def with_new_numbers(here: str, old: str, new: str) -> str | None:
    """The presenter's text `here` with the numbers of `old` replaced by those that stand in their place in `new`.

    None where that cannot be said without a doubt: old and new differ in more than numbers, the same number of `old`
    has become two, or `here` has numbers that are none of `old`. A text without numbers stays as it is only if the
    words around them did.
    """
    if NUMBER.sub("#", _bare(old)) != NUMBER.sub("#", _bare(new)):
        return None
    pairs: dict[str, str] = {}
    for was, is_now in zip(NUMBER.findall(old), NUMBER.findall(new), strict=True):
        if pairs.setdefault(_bare(was), is_now) != is_now:
            return None
    if any(_bare(number) not in pairs for number in NUMBER.findall(here)):
        return None
    return NUMBER.sub(lambda match: pairs[_bare(match.group())], here)


def _bare(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")
