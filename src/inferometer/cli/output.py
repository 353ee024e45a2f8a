"""Standard output and standard error that never raise.

A full disk, a reader that hangs up or a closed terminal must not cost a measurement.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys

from inferometer.store.atomic import cause_and_cure
from inferometer.words import in_words, spoken

NOBODY_READS = (errno.EPIPE, errno.EIO, errno.ECONNRESET, errno.ENXIO)
"""The reader hung up (`| head`), or the terminal is gone. This is not reported."""


PLAIN = {"−": "-", "–": "-", "…": "...", "×": "x", "’": "'"}
"""How these are written where the terminal's encoding lacks them: a minus must not become `?`."""


def _plain(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN.get(each, "?") for each in lacking), error.end


codecs.register_error("plain", _plain)


class _Output(io.TextIOWrapper):
    """After the first write that fails, everything else is dropped."""

    failure: OSError | None = None
    is_in_files = False

    def write(self, text: str, /) -> int:
        if self.failure is None:
            try:
                return super().write(text)
            except OSError as error:
                self.failure = error
        return len(text)

    def flush(self) -> None:
        if self.failure is None:
            try:
                super().flush()
            except OSError as error:
                self.failure = error


def survive_any_output() -> None:
    """From now on, failing output and characters that cannot be encoded raise nothing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (open until we exit)
            setattr(sys, name, nowhere)
        elif stream is getattr(sys, f"__{name}__") and isinstance(
            stream, io.TextIOWrapper
        ):
            setattr(sys, name, _wrapped(stream))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")


def _wrapped(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    os.set_blocking(
        stream.fileno(), True
    )  # another program may have left it non-blocking
    return _Output(
        stream.buffer,
        encoding=stream.encoding,
        errors="plain",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def in_files_too() -> None:
    """The results are saved: the exit code does not depend on whether they can be printed."""
    if isinstance(sys.stdout, _Output):
        sys.stdout.is_in_files = True


def finish_output(code: int) -> int:
    """Flush the output. Returns the exit code: 2 instead of 0 if the command's result is lost."""
    output = sys.stdout
    output.flush()
    failure = output.failure if isinstance(output, _Output) else None
    if (
        not isinstance(output, _Output)
        or failure is None
        or failure.errno in NOBODY_READS
    ):
        return code
    cause, _, _ = (
        in_words(cause_and_cure(failure.errno or 0))
        .replace("；", ";")
        .partition(";")
    )
    key = "output.lost.saved" if output.is_in_files else "output.lost"
    sys.stderr.write(f"inferometer: {spoken().text(key, cause=cause)}\n")
    return code if output.is_in_files else code or 2
