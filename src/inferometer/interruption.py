"""What Ctrl-C, SIGTERM and SIGHUP do to a command, stage by stage.

Until anything was measured they end it: KeyboardInterrupt. While workers measure, they ask the workers to stop. While that
is saved and reported, they are only noted, so that nothing that was measured is lost; who holds them asks afterwards.
"""

from __future__ import annotations

import atexit
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

ALL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

SECOND_THOUGHT_NS = 2_000_000_000
"""A second Ctrl-C counts as a second wish, but not within this of the first: an impatient finger is not a decision."""


class Interruption:
    """Answers these signals as long as it is entered; then they do what they did before.

    SIGHUP that is ignored (`nohup`) stays so. It asks like the others, but it is no second wish: when a session ends, it may
    come several times, and from several sides.
    """

    def __init__(self) -> None:
        self.asked = False
        """Whether one of them came."""
        self._answer = _end
        self._first_ns: int | None = None
        self._before: dict[int, Any] = {}
        self._around: object = None
        """The one whose place this takes while it is entered."""

    def __enter__(self) -> Interruption:
        for number in ALL:
            before = signal.getsignal(number)
            self._around = getattr(before, "__self__", None)
            if number != signal.SIGHUP or before != signal.SIG_IGN:
                self._before[number] = before
                signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def measuring(self, stop: Callable[[], None], kill: Callable[[], None]) -> Iterator[None]:
        """Meanwhile a signal calls `stop`, and a second one `kill`. What was measured is then held until it is released."""
        self._answer = lambda again: kill() if again else stop()
        try:
            yield
        finally:
            self.hold()

    def hold(self) -> None:
        """From now on, signals are only noted."""
        self._answer = _note

    def finish(self) -> None:
        """The exit code is known: signals are only noted from now on, also when this is left for another one."""
        self.hold()
        if isinstance(self._around, Interruption):
            self._around.finish()

    @contextmanager
    def skipping(self) -> Iterator[None]:
        """A signal ends what is done meanwhile, and nothing else; further ones are only noted, also afterwards."""
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

    def release(self) -> None:
        """From now on, any signal ends the command. Raises KeyboardInterrupt if one came while they were held."""
        self._answer = _end
        if self.asked:
            raise KeyboardInterrupt

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now_ns = time.monotonic_ns()
        again = self._first_ns is not None and now_ns - self._first_ns > SECOND_THOUGHT_NS
        if number != signal.SIGHUP and self._first_ns is None:
            self._first_ns = now_ns
        self.asked = True
        self._answer(again and number != signal.SIGHUP)


def _end(again: bool) -> None:
    raise KeyboardInterrupt


def _note(again: bool) -> None:
    pass


def ignore_at_exit() -> None:
    """While the interpreter ends, which takes a moment, a signal does not change the exit code any more."""
    atexit.register(lambda: [signal.signal(number, signal.SIG_IGN) for number in ALL])
