"""Many calls on as many processes as wanted: one way for every kind of many runs."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Any, TypeVar

from sim.model.warm_up import warm_up

_T = TypeVar("_T")


def spread(
    function: Callable[..., _T], tasks: Sequence[tuple[Any, ...]], workers: int | None
) -> Iterator[tuple[int, _T]]:
    """(number of the task, function(*task)) as they are done.

    Args:
        workers: processes; None for one a core, 1 for none beside this one.
    """
    workers = min(workers or os.cpu_count() or 1, len(tasks))
    if workers <= 1:
        yield from ((number, function(*task)) for number, task in enumerate(tasks))
        return
    warm_up()  # here, once, and not in each of them
    futures = {_pool(workers).submit(function, *task): number for number, task in enumerate(tasks)}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BaseException:
        _pool(workers).shutdown(wait=False, cancel_futures=True)
        _pool.cache_clear()
        raise


@lru_cache(maxsize=1)
def _pool(workers: int) -> ProcessPoolExecutor:
    """Kept for the next time: to start a process takes as long as some runs.

    Spawned, not forked: the same on every system, and safe beside a notebook's threads.
    """
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_follow_parent)


def _follow_parent() -> None:
    """A worker leaves Ctrl-C to its parent and ends when the parent does, even if that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def watch() -> None:
            wait([sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()
