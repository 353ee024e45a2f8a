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
from typing import Literal

from inferometer.telemetry.reading import Card, ToolReport, ToolState

TIMEOUT_S = 8.0
"""`nvidia-smi` with many cards may take 6 s."""
MAX_BYTES = 4 * 1024 * 1024

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What a tool printed, without escape sequences, with lines ending in a line feed."""

    text: str
    state: Literal["ok", "tool_missing", "tool_failed", "tool_timeout"]
    exit_code: int | None = None

    def report(self, tool: str, cards: Sequence[Card]) -> ToolReport:
        """How asking went, given the cards that were read from the answer."""
        state: ToolState = self.state
        if state == "ok" and not cards:
            state = "unknown_format"
        if state == "tool_failed" and cards:
            state = "ok"  # it ended with an error after a good answer
        failed = self.exit_code not in (0, None)
        detail = f"exit code {self.exit_code}" if failed else None
        return ToolReport(tool, state, detail)


def ask(command: Sequence[str], *, timeout_s: float = TIMEOUT_S) -> ToolAnswer:
    """What the tool prints on its standard output. A tool that fails may have printed a good answer
    before: the caller judges.
    """
    program = shutil.which(command[0])
    if program is None:
        return ToolAnswer("", "tool_missing")
    with (
        tempfile.TemporaryFile() as output
    ):  # a pipe could be held open by a grandchild
        try:
            process = subprocess.Popen(  # noqa: S603 - a vendor's tool, from the user's PATH
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "LC_ALL": "C"},
                start_new_session=True,
            )
        except OSError:
            return ToolAnswer("", "tool_failed")
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            _end(process)
            return ToolAnswer("", "tool_timeout")
        output.seek(0)
        text = output.read(MAX_BYTES).decode("utf-8", "replace")
    return ToolAnswer(cleaned(text), "ok" if code == 0 else "tool_failed", code)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(
        subprocess.TimeoutExpired
    ):  # stuck in the driver: it cannot be waited for
        process.wait(1)


def cleaned(text: str) -> str:
    """The text without escape sequences, its lines ending in a line feed."""
    return _ANSI.sub("", text).replace("\r\n", "\n")
