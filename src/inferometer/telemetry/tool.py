"""Asks a vendor's tool: in a process group of its own that is ended in time, whatever it does."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Literal

from inferometer.printable import printable
from inferometer.telemetry.reading import Card, ToolReport, ToolState
from inferometer.words import reason_of

TIMEOUT_S = 8.0
"""`nvidia-smi` with many cards may take 6 s."""
MAX_BYTES = 4 * 1024 * 1024
MAX_COMPLAINT_CHARS = 160

_ENDLESS = re.compile(r"\d{25,}")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What a tool printed, without escape sequences, with lines ending in a line feed."""

    text: str
    state: Literal["ok", "tool_missing", "tool_failed", "tool_timeout"]
    exit_code: int | None = None
    complaint: str = ""
    """The last line of its standard error; without one, the first that it printed."""

    def report(self, tool: str, cards: Sequence[Card]) -> ToolReport:
        """How asking went, given the cards that were read from the answer."""
        state: ToolState = self.state
        if state == "ok" and not cards:
            state = "unknown_format"
        if state == "tool_failed" and cards:
            state = "ok"  # it ended with an error after a good answer
        failed = self.exit_code not in (0, None)
        told = [
            *([f"exit code {self.exit_code}"] if failed else []),
            *([self.complaint] if self.complaint and state != "ok" else []),
        ]
        return ToolReport(tool, state, ": ".join(told) or None)


def ask(command: Sequence[str], *, timeout_s: float = TIMEOUT_S) -> ToolAnswer:
    """What the tool prints on its standard output. A tool that fails may have printed a good answer
    before: the caller judges.
    """
    program = shutil.which(command[0])
    if program is None:
        return ToolAnswer("", "tool_missing")
    # a pipe could be held open by a grandchild
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 - a vendor's tool, from the user's PATH
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                env={**os.environ, "LC_ALL": "C"},
                start_new_session=True,
            )
        except OSError as error:
            return ToolAnswer(
                "", "tool_failed", complaint=str(reason_of(error))
            )
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            _end(process)
            return ToolAnswer("", "tool_timeout")
        text, said = _read(output), _read(errors)
    complaint = _line(said, -1) or (_line(text, 0) if code else "")
    return ToolAnswer(text, "tool_failed" if code else "ok", code, complaint)


def _read(output: IO[bytes]) -> str:
    output.seek(0)
    return cleaned(output.read(MAX_BYTES).decode("utf-8", "replace"))


def _line(text: str, which: int) -> str:
    lines = [line for line in text.split("\n") if line.strip()]
    return printable(lines[which], MAX_COMPLAINT_CHARS) if lines else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(
        subprocess.TimeoutExpired
    ):  # stuck in the driver: it cannot be waited for
        process.wait(1)


def cleaned(text: str) -> str:
    """The text without escape sequences and numbers that none can be, its lines ending in a line
    feed.
    """
    plain = _ANSI.sub("", text).replace("\r\n", "\n")
    return _ENDLESS.sub("?", plain)
