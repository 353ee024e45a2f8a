"""Confirmations by whoever started the run, for what no server reports.

They are given at the terminal or, without one, by creating a file.
"""

from __future__ import annotations

import os
import select
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from inferometer.words import Said

CONFIRMATION_FILE = "server-is-right"
YES = ("y", "yes")
POLL_S = 1.0
"""How often the file is checked; a typed line arrives at once."""

PATIENT_AFTER_S = 600.0
TELL_EVERY_S = 60.0
TELL_SELDOM_S = 600.0
"""Between two reminders."""


class Person(Protocol):
    """Whoever started the run, if present."""

    @property
    def present(self) -> bool:
        """Whether there is a terminal to type at."""

    def wait(self, seconds: float) -> str:
        """What was typed, as soon as a line is complete; "" after `seconds`."""


class Terminal:
    """Standard input, if it is a terminal that we may read. Who sits there is not asked."""

    def __init__(self) -> None:
        self._ended = False

    @property
    def present(self) -> bool:
        try:
            return (
                not self._ended
                and sys.stdin.isatty()
                and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
            )
        except (
            OSError,
            ValueError,
            AttributeError,
        ):  # closed, replaced, or none at all
            return False

    def wait(self, seconds: float) -> str:
        if not self.present:
            time.sleep(seconds)
            return ""
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
        line = sys.stdin.readline() if ready else ""
        self._ended = bool(ready) and not line
        return line.strip()


class Word:
    """A confirmation, and how to give it. `directory` is for the file that confirms without a
    terminal.
    """

    def __init__(self, directory: Path, person: Person) -> None:
        self.person = person
        self._file = directory / CONFIRMATION_FILE
        self._file_counts = True

    def ask_anew(self) -> None:
        """Earlier confirmations no longer count, nor does a file that cannot be removed."""
        try:
            self._file.unlink(missing_ok=True)
        except OSError:
            self._file_counts = False

    def heard(self, typed: str) -> str | None:
        """How it was given, if it was: by the line `typed`, or by the file, which is removed."""
        if typed.lower() in YES:
            return Said("believed.terminal")
        if self._file_counts and self._file.is_file():
            self.ask_anew()
            return Said("believed.file", {"file": CONFIRMATION_FILE})
        return None

    def asked(self, condition: str) -> str:
        """How to give it under this condition; the command at the end can be pasted."""
        key = (
            "operator.asked.typing" if self.person.present else "operator.asked"
        )
        file = shlex.quote(str(self._file.absolute()))
        return Said(key, {"condition": condition, "file": file})

    @property
    def whose(self) -> str:
        """Who gave it, for the ledger."""
        return (
            "operator at a terminal"
            if self.person.present
            else "operator, no terminal"
        )


class Wait:
    """How long a person has been waited for, and when to remind them."""

    def __init__(self, timeout_s: float, now_s: Callable[[], float]) -> None:
        self.timeout_s = timeout_s
        self._now_s = now_s
        self._begin_s = self._told_s = now_s()

    @property
    def is_over(self) -> bool:
        return self._left_s <= 0

    @property
    def pause_s(self) -> float:
        """Until the file is checked again, or the time is over."""
        return min(POLL_S, max(0.0, self._left_s))

    @property
    def _left_s(self) -> float:
        return self.timeout_s - (self._now_s() - self._begin_s)

    def asks_for_a_reminder(self) -> bool:
        """Whether the last line is long enough ago: short at first, longer later."""
        now_s = self._now_s()
        is_early = now_s - self._begin_s < PATIENT_AFTER_S
        return now_s - self._told_s > (
            TELL_EVERY_S if is_early else TELL_SELDOM_S
        )

    def remind(self) -> dict[str, float]:
        """What a reminder that is given now says of the time."""
        self._told_s = self._now_s()
        return {
            "minutes": (self._told_s - self._begin_s) / 60,
            "most": self.timeout_s / 60,
        }
