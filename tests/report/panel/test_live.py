"""The latest question wins, whatever the questions are; nothing queues up."""

import threading
from collections.abc import Callable

import pytest

from sim.report.panel.live import Live

LONG = 10.0  # seconds within which a thread must have come this far


class Desk:
    """Answers that wait to be let go, and a record of what was done."""

    def __init__(self, pause: float = 0.0) -> None:
        self.done: list[tuple[str, int]] = []
        self.errors: list[Exception] = []
        self.at_work = self.most = 0
        self.gate = threading.Event()
        self.gate.set()
        self.live: Live[int] = Live(
            self.quick, (self.exact, self.extra), lambda _, error: self.errors.append(error), pause
        )

    def quick(self, question: int) -> None:
        self.at_work += 1
        self.most = max(self.most, self.at_work)
        self.gate.wait(LONG)
        self.done.append(("quick", question))
        self.at_work -= 1
        if question < 0:
            raise ValueError(str(question))

    def exact(self, question: int, stands: Callable[[], bool]) -> None:
        self.done.append(("exact", question) if stands() else ("overtaken", question))

    def extra(self, question: int, stands: Callable[[], bool]) -> None:
        self.done.append(("extra", question))


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.live.start()
    return desk


def test_a_question_is_answered_at_once_then_exactly_then_with_what_is_worth_the_wait(desk: Desk) -> None:
    desk.live.ask(1)
    assert desk.live.wait(LONG)
    assert desk.done == [("quick", 1), ("exact", 1), ("extra", 1)]


def test_of_sixty_questions_in_a_row_the_last_is_answered_and_hardly_any_other() -> None:
    desk = Desk(pause=0.05)
    desk.live.start()
    desk.gate.clear()
    for question in range(1, 61):
        desk.live.ask(question)
    desk.gate.set()
    assert desk.live.wait(LONG)
    assert desk.done[-3:] == [("quick", 60), ("exact", 60), ("extra", 60)]
    assert len(desk.done) <= 5  # one may have been under way when the others came
    assert desk.most == 1


def test_a_newer_question_ends_the_exact_answer() -> None:
    begun, overtaken = threading.Event(), threading.Event()

    def exact(question: str, stands: Callable[[], bool]) -> None:
        begun.set()
        if question == "old":
            while stands():
                pass
            overtaken.set()

    live: Live[str] = Live(lambda question: None, (exact,), lambda question, error: None, pause=0)
    live.start()
    live.ask("old")
    assert begun.wait(LONG)
    live.ask("new")
    assert overtaken.wait(LONG)
    assert live.wait(LONG)


def test_an_error_ends_one_answer_and_not_the_next(desk: Desk) -> None:
    desk.live.ask(-1)
    assert desk.live.wait(LONG)
    desk.live.ask(2)
    assert desk.live.wait(LONG)
    assert [str(error) for error in desk.errors] == ["-1"]
    assert desk.done[1:] == [("quick", 2), ("exact", 2), ("extra", 2)]


def test_closed_it_answers_no_more(desk: Desk) -> None:
    desk.live.close()
    desk.live.ask(1)
    assert desk.live.wait(LONG)
    assert desk.done == []
