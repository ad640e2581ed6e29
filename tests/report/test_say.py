"""What a notebook shows as a sentence: text, whatever stands in a title."""

import pytest

from sim.report import words


def test_a_title_never_becomes_html_or_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr("IPython.display.display", lambda page: shown.append(page.data))
    words.say("In the world *<img src=x onerror=alert(1)> [here](http://a.b) & $1* it pays.")
    (page,) = shown
    assert "<img" not in page
    assert "[here](" not in page
    assert page.count("<") == 2  # the span around the dollar sign, which keeps formulas away
    assert page.startswith("In the world *&lt;img")
