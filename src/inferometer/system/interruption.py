"""What Ctrl-C, SIGTERM and SIGHUP do to a command, depending on how far it is.

Before anything was measured, they end the command (KeyboardInterrupt). While workers measure, they
ask the workers to stop. While the measurement is saved and reported, they are only recorded, so
that nothing that was measured is lost. Once the work is over, nothing changes its exit code.
"""

from __future__ import annotations

import atexit
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

ALL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

SECOND_THOUGHT_NS = 2_000_000_000
"""A second Ctrl-C throws a run away only if it comes later than this after the first one."""


class Interruption:
    """Handles these signals while it is entered, and restores their handlers when it is left.

    Outside the main thread, which is the only one that may handle signals, it does nothing. If
    SIGHUP is ignored (`nohup`), it stays ignored. Otherwise SIGHUP stops a run like Ctrl-C, but
    it never counts as a second Ctrl-C: when a session ends, it may arrive several times.
    """

    def __init__(self) -> None:
        self.asked = False
        """Whether one of the signals arrived."""
        self._answer = _end
        self._first_ns: int | None = None
        self._before: dict[int, Any] = {}
        self._around: object = None
        """The Interruption whose handlers this one replaces, if there is one."""

    def __enter__(self) -> Interruption:
        if threading.current_thread() is not threading.main_thread():
            return self
        for number in ALL:
            before = signal.getsignal(number)
            if number != signal.SIGHUP or before != signal.SIG_IGN:
                self._around = getattr(before, "__self__", None)
                self._before[number] = before
                signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def measuring(
        self, stop: Callable[[], None], kill: Callable[[], None]
    ) -> Iterator[None]:
        """Inside, a signal calls `stop`, and a second one `kill`. Afterwards signals are held."""
        self._answer = lambda again: kill() if again else stop()
        try:
            yield
        finally:
            self.hold()

    def hold(self) -> None:
        """From now on, signals are only recorded."""
        self._answer = _record

    def release(self) -> None:
        """From now on, a signal raises KeyboardInterrupt. So does one that came while held."""
        self._answer = _end
        if self.asked:
            raise KeyboardInterrupt

    def finish(self) -> None:
        """The work is over: from now on, signals are only recorded, also by the outer one."""
        self.hold()
        if isinstance(self._around, Interruption):
            self._around.finish()

    @contextmanager
    def skipping(self) -> Iterator[None]:
        """Inside, the first signal ends the block and nothing else. Later ones are recorded."""
        self._answer = self._skip
        try:
            yield
        except KeyboardInterrupt:
            pass
        finally:
            self.hold()

    def _skip(self, again: bool) -> None:
        self.hold()
        raise KeyboardInterrupt

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now_ns = time.monotonic_ns()
        again = (
            self._first_ns is not None
            and now_ns - self._first_ns > SECOND_THOUGHT_NS
        )
        if number != signal.SIGHUP and self._first_ns is None:
            self._first_ns = now_ns
        self.asked = True
        self._answer(again and number != signal.SIGHUP)


def _end(again: bool) -> None:
    raise KeyboardInterrupt


def _record(again: bool) -> None:
    pass


def until_exit() -> Interruption:
    """An Interruption of the whole process, which is never left.

    While the interpreter ends, it still runs Python code: it joins threads and removes files.
    At last it restores the default of each signal that has a handler, but not of an ignored one.
    """
    atexit.register(ignore_signals)
    return Interruption().__enter__()


@contextmanager
def signals_held_back() -> Iterator[None]:
    """Inside, no signal is answered: a process forked here can ignore them before one arrives.

    What this thread blocks is delivered to another one, if there is one; Python then calls the
    handler in this one. So the handlers wait too.
    """
    came: dict[int, None] = {}
    handlers: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for number in ALL:
            if (before := signal.getsignal(number)) is not None:
                handlers[number] = before
                signal.signal(number, lambda each, _: came.update({each: None}))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ALL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for each, handler in handlers.items():
            signal.signal(each, handler)
        for each in came:
            signal.raise_signal(each)


def ignore_signals() -> None:
    """From now on, in this process; also those that were held back."""
    for number in ALL:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ALL)
