"""The browser's side as Python sees it: one thread at a time, and a script that fetches nothing."""

import re
import threading

from sim.report.panel import pictures
from sim.report.panel.view import View


def test_an_answer_and_a_note_at_once_wait_for_each_other() -> None:
    view, inside, said = View(specs=pictures.specs()), threading.Event(), threading.Event()
    early: list[bool] = []

    def slow(_: object) -> None:
        inside.set()
        early.append(said.wait(0.3))

    view.observe(slow, "serial")
    answer = threading.Thread(target=view.put, args=({"cash": []}, {"verdict": "yes"}))
    answer.start()
    assert inside.wait(10)

    def note() -> None:
        view.say("Saved")
        said.set()

    other = threading.Thread(target=note)
    other.start()
    for thread in (answer, other):
        thread.join(10)
    assert said.is_set()
    assert early == [False]  # the note was not half-way in while the answer went out
    assert (view.words["verdict"], view.note) == ("yes", "Saved")


def test_the_script_brings_vega_with_it_and_loads_nothing() -> None:
    script = str(View(specs=pictures.specs())._esm)
    assert len(script) > 500_000
    assert not re.search(r"""(import\s*\(?|from)\s*["']https?:""", script)
