"""Many calls on as many processes as wanted, here or on a cluster: one way for every kind of many runs."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from typing import Any, TypeVar

from sim.model.warm_up import warm_up
from sim.parameters import ParameterError

_T = TypeVar("_T")
AHEAD = 4  # tasks handed out for each process, so that none waits and few are on their way
LOOK = 0.02  # seconds after which work that may be overtaken looks up
_starting = threading.Lock()
DEATHS = 10  # of processes in a row, without a task done in between: more is no accident


class WorkerDied(RuntimeError):
    """Processes die whatever is done, most likely for want of memory."""


def spread(
    function: Callable[..., _T], tasks: Sequence[tuple[Any, ...]], workers: int | None, scheduler: str | None = None
) -> Iterator[tuple[int, _T]]:
    """(number of the task, function(*task)) as they are done; a process that dies costs only what it was doing.

    Args:
        workers: processes; None for one a core, 1 for none beside this one.
        scheduler: address of a Dask scheduler, whose workers are used instead.

    Raises:
        ParameterError: no scheduler answers there.
        WorkerDied: processes keep dying without getting anything done.
    """
    if scheduler is not None:
        yield from _spread_on_cluster(function, tasks, scheduler)
        return
    workers = min(workers or os.cpu_count() or 1, len(tasks))
    if workers <= 1:
        yield from ((number, function(*task)) for number, task in enumerate(tasks))
        return
    warm_up()  # here, once, and not in each of them
    waiting, deaths = iter(range(len(tasks))), 0
    again: list[int] = []
    running: dict[Future[_T], int] = {}
    try:
        while True:
            broken = False
            while len(running) < AHEAD * workers and (number := again.pop() if again else next(waiting, -1)) >= 0:
                try:
                    running[_submit(workers, function, *tasks[number])] = number
                except BrokenProcessPool:  # noticed before its calls were
                    again.append(number)
                    broken = True
                    break
            if not running and not again:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                number = running.pop(future)
                try:
                    result = future.result()
                except BrokenProcessPool:
                    again.append(number)
                    broken = True
                else:
                    deaths = 0
                    yield number, result
            if broken:  # a process died, and with it its pool: all that was on its way is done again by new ones
                deaths += 1
                if deaths == DEATHS:
                    raise WorkerDied(f"{DEATHS} times in a row a process died before anything was done: out of memory?")
                again += running.values()
                running.clear()
                _pool.cache_clear()
    except BaseException:
        _pool(workers).shutdown(wait=False, cancel_futures=True)
        _pool.cache_clear()
        raise


def spread_while(
    go_on: Callable[[], bool], function: Callable[..., _T], tasks: Sequence[tuple[Any, ...]], workers: int | None
) -> Iterator[tuple[int, _T]]:
    """As `spread`, for work that may be overtaken: no more is handed out than is worked on, and once `go_on()` is false
    nothing more at all; then it ends, at once. Never in this process, whose other threads would wait.

    Raises:
        WorkerDied: processes keep dying without getting anything done.
    """
    workers = workers or os.cpu_count() or 1
    warm_up()
    waiting, deaths = list(reversed(range(len(tasks)))), 0
    running: dict[Future[_T], int] = {}
    try:
        while (waiting or running) and go_on():
            broken = False
            while waiting and len(running) < workers and not broken:
                try:
                    running[_submit(workers, function, *tasks[waiting[-1]])] = waiting[-1]
                    waiting.pop()
                except (BrokenProcessPool, RuntimeError):  # dead, or shut down by an interrupted call elsewhere
                    broken = True
            for future in wait(running, timeout=LOOK, return_when=FIRST_COMPLETED).done:
                number = running.pop(future)
                try:
                    result = future.result()
                except (BrokenProcessPool, CancelledError):
                    waiting.append(number)
                    broken = True
                else:
                    deaths = 0
                    yield number, result
            if broken:
                deaths += 1
                if deaths == DEATHS:
                    raise WorkerDied(f"{DEATHS} times in a row a process died before anything was done: out of memory?")
                waiting += running.values()
                running.clear()
                _pool.cache_clear()
    finally:
        for future in running:
            future.cancel()


def _spread_on_cluster(
    function: Callable[..., _T], tasks: Sequence[tuple[Any, ...]], scheduler: str
) -> Iterator[tuple[int, _T]]:
    from distributed import Client, as_completed

    try:
        client = Client(scheduler, timeout=10, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ParameterError(
            f"scheduler: nothing answers at {scheduler!r} ({type(error).__name__}); allowed: the address that "
            "`dask scheduler` prints, e.g. tcp://127.0.0.1:8786."
        ) from None
    with client:
        waiting, running = iter(range(len(tasks))), {}

        def submit() -> Any:
            number = next(waiting, None)
            if number is None:
                return None
            future = client.submit(function, *tasks[number], pure=False)
            running[future.key] = number
            return future

        ahead = AHEAD * max(len(client.nthreads()), 1)
        first = [future for future in (submit() for _ in range(ahead)) if future is not None]
        arriving = as_completed(first, loop=client.loop)
        for future in arriving:
            result = future.result()
            yield running.pop(future.key), result
            if (following := submit()) is not None:
                arriving.add(following)


def _submit(workers: int, function: Callable[..., _T], *task: Any) -> Future[_T]:
    """Hands a call to the pool, which may start a process for it.

    Such a process runs the user's script anew before anything else, as long as it can see which one that is. If that
    has no `if __name__ == "__main__"` it would start processes in turn: so it is hidden.
    """
    if _guarded():
        return _pool(workers).submit(function, *task)
    with _starting:
        script = vars(sys.modules["__main__"])
        hidden: dict[str, Any] = {name: script.pop(name) for name in ("__file__", "__spec__") if name in script}
        try:
            script["__spec__"] = None
            return _pool(workers).submit(function, *task)
        finally:
            script |= hidden


@lru_cache(maxsize=1)
def _guarded() -> bool:
    """Whether the script that this process runs, if it does, asks which module it is."""
    script = getattr(sys.modules["__main__"], "__file__", None)
    try:
        return script is None or "__name__" in Path(script).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True


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
            connection.wait([sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()
