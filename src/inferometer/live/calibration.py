"""Shows a calibration that a run waits for: one line on a terminal, erased at the end; nothing
elsewhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from inferometer.words import spoken

if TYPE_CHECKING:
    from inferometer.metrics.calibration import LoadLevel

ERASE = "\r\x1b[K"


@contextmanager
def calibrating(
    *, quiet: bool = False, stream: IO[str] | None = None
) -> Iterator[Callable[[LoadLevel], None]]:
    """To be called with every tried load."""
    stream = stream or sys.stderr
    if quiet or not stream.isatty():
        yield lambda _: None
        return

    def show(level: LoadLevel) -> None:
        print(f"{ERASE}{_line(level)}", end="", file=stream, flush=True)

    try:
        yield show
    finally:
        print(ERASE, end="", file=stream, flush=True)


def _line(level: LoadLevel) -> str:
    words, both = spoken(), (level.ttft_error_p99_ms, level.itl_error_p99_ms)
    errors = [ms for ms in both if ms is not None]
    exact = (
        f"±{max(errors):.3f} ms"
        if errors
        else words.text("progress.unanswered")
    )
    told = {"unit": words.text(f"unit.{level.kind}"), "exact": exact}
    return words.text(
        "progress.calibrating", load=f"{level.asked:,.0f}", **told
    )
