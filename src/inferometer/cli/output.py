"""Standard output and standard error that never raise: a full disk or a closed terminal is no reason to lose a measurement."""

from __future__ import annotations

import errno
import io
import os
import sys

from inferometer.store.atomic import CAUSES_AND_CURES

NOBODY_READS = (errno.EPIPE, errno.EIO, errno.ECONNRESET, errno.ENXIO)
"""The reader hung up (`| head`), or the terminal is gone: that was somebody's wish, or nobody is there to be told."""


class _Output(io.TextIOWrapper):
    """After the first write that failed, the rest is dropped."""

    failure: OSError | None = None
    files_hold_it = False

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
    """From now on neither a failing output nor a character that it cannot show raises anything."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (stays open as long as we run)
        elif stream is getattr(sys, f"__{name}__") and isinstance(stream, io.TextIOWrapper):
            setattr(sys, name, _wrapped(stream))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _wrapped(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    os.set_blocking(stream.fileno(), True)  # a program that was killed may have left its terminal otherwise
    return _Output(
        stream.buffer,
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def in_files_too() -> None:
    """What the command prints is in files, too: if it cannot be printed, that is said, but the command has done its work."""
    if isinstance(sys.stdout, _Output):
        sys.stdout.files_hold_it = True


def finish_output(code: int) -> int:
    """Print what is left; the exit code of a command that ends with `code`: 2 if what it was to print is lost."""
    output = sys.stdout
    output.flush()
    if not isinstance(output, _Output) or output.failure is None or output.failure.errno in NOBODY_READS:
        return code
    why, _, _ = str(CAUSES_AND_CURES.get(output.failure.errno or 0, output.failure.strerror)).partition(";")
    still = " The results are saved." if output.files_hold_it else ""
    sys.stderr.write(f"inferometer: the output could not be written ({why}): send it to another place.{still}\n")
    return code if output.files_hold_it else code or 2
