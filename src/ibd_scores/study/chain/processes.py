"""The processes that notebooks run in: how they begin and, whatever happens, end."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Never

PATIENCE = 5  # seconds for a process to end by itself


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Leave Ctrl-C unanswered for a while; only the main thread ever answers it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def pool(jobs: int) -> Iterator[Executor]:
    """Processes to run notebooks in; never threads, for the working directory is the process's."""
    others = {*multiprocessing.active_children()}
    workers = ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
    )
    try:
        yield workers
    except BaseException:
        # Whoever presses Ctrl-C twice must not cut off what ends the others.
        with _uninterrupted():
            ours = {*multiprocessing.active_children()} - others
            for child in ours:
                child.terminate()
            workers.shutdown(wait=False, cancel_futures=True)
            for child in ours:
                child.join(PATIENCE)
                child.kill()
            workers.shutdown()
        raise
    workers.shutdown()


def _begin() -> None:
    """Prepare a process of the pool: it ends when told to or when its parent is gone.

    Ctrl-C reaches every process of a terminal; only the parent answers it, by telling the others.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _leave(*_: object) -> Never:
    sys.exit(1)  # unwinds through nbclient, which ends the kernel


def _follow_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(2)
        os._exit(1)
