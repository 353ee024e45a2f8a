"""What Ctrl-C ends with where no verb has more to say of it: a sentence, and its exit code."""

from __future__ import annotations

import os
import sys

from inferometer.cli.language import chosen, of_environment
from inferometer.system.interruption import ignore_signals
from inferometer.words import speak, spoken

EXIT_INTERRUPTED = 130


def stopped() -> int:
    """Say it once: further signals are not answered. Returns the exit code."""
    ignore_signals()
    # Python ends by the signal if Ctrl-C came within the text of a program, as dataclasses are made
    # of, until it has run another text
    exec("")  # noqa: S102
    sys.stderr.write(f"inferometer: {spoken().text('main.stopped')}\n")
    return EXIT_INTERRUPTED


def stopped_early() -> int:
    """The same before the language was chosen."""
    _, language = chosen(sys.argv[1:])
    speak(language or of_environment(os.environ))
    return stopped()
