"""The latest question wins: a quick answer at once, the exact one when the questions stop, then what is worth the wait.

A thread of its own, not the event loop: JupyterLab delivers what widgets say in subshells, each a thread with a loop of
its own, and a cell that computes must not hold up the panel. At most one answer is being computed; a newer question
stops it, except for the quick ones, which are over soon and show that something moves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

_Q = TypeVar("_Q")
PAUSE = 0.2  # seconds without a new question, after which the exact answer begins


class Live(Generic[_Q]):
    """Answers questions; `ask` may be called from any thread and never waits.

    Args:
        quick: answers at once.
        thorough: the slow answers, one after the other; each looks at its second argument, which says whether the
            question still stands, and gives up when not.
        failed: told of a question and its error, which ends the answer to this question only.
        pause: seconds to wait for a newer question before the first slow answer.
    """

    def __init__(
        self,
        quick: Callable[[_Q], None],
        thorough: tuple[Callable[[_Q, Callable[[], bool]], None], ...],
        failed: Callable[[_Q, Exception], None],
        pause: float = PAUSE,
    ) -> None:
        self._quick, self._thorough, self._failed, self._pause = quick, thorough, failed, pause
        self.news = threading.Condition()  # told of every question and every step of an answer
        self._asked: _Q | None = None
        self._since = 0.0  # when that was
        self._number = 0  # of the latest question
        self._at_rest = 0  # of the latest question that is answered in full
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="panel", daemon=True)

    def start(self) -> None:
        """From now on questions are answered."""
        self._thread.start()

    def ask(self, question: _Q) -> None:
        """Overtakes whatever was asked before."""
        with self.news:
            self._asked, self._number, self._since = question, self._number + 1, time.monotonic()
            self.news.notify_all()

    def close(self) -> None:
        """Ends the thread as soon as what it does looks up."""
        with self.news:
            self._closed = True
            self.news.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the latest question is answered in full; False if that took too long."""
        with self.news:
            return self.news.wait_for(lambda: self.at_rest, timeout)

    @property
    def at_rest(self) -> bool:
        """Whether the latest question is answered in full, or nothing will be any more."""
        return self._at_rest == self._number or self._closed

    def _run(self) -> None:
        number = 0
        while True:
            with self.news:
                self.news.wait_for(lambda seen=number: self._closed or self._number != seen)  # type: ignore[misc]
                if self._closed:
                    return
                number, question = self._number, self._asked
            assert question is not None
            try:
                self._answer(number, question)
            except Exception as error:  # whatever it is, the next question deserves its answer
                self._failed(question, error)
            with self.news:
                if self._stands(number):
                    self._at_rest = number
                    self.news.notify_all()

    def _answer(self, number: int, question: _Q) -> None:
        def stands() -> bool:
            return self._stands(number)

        self._quick(question)
        with self.news:
            if self.news.wait_for(lambda: not stands(), max(0.0, self._since + self._pause - time.monotonic())):
                return
        for step in self._thorough:
            if stands():
                step(question, stands)
            with self.news:
                self.news.notify_all()

    def _stands(self, number: int) -> bool:
        return self._number == number and not self._closed
