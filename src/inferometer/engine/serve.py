"""Running the engine as a process of its own: signals, the ready line, the end."""

from __future__ import annotations

import os
import signal
import sys

from inferometer.engine.api import FrontSettings, TruthFileError
from inferometer.engine.model import EngineSettings
from inferometer.engine.server import EngineServer
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.system.poller import sharpen_timers
from inferometer.words import Said, in_words, reason_of

READY = "Embedded engine ready at "
"""The ready line begins with this; the URL follows."""


def serve(
    settings: EngineSettings | TwinSettings,
    front: FrontSettings,
    *,
    lifeline_fd: int | None = None,
) -> int:
    """Serve until SIGTERM, SIGINT, SIGHUP (unless ignored), or the end of `lifeline_fd`; the exit
    code.

    The first line on standard output, once connections are accepted, is `READY` and the URL.
    """
    folder = (
        os.path.dirname(os.path.abspath(front.truth_file))
        if front.truth_file
        else None
    )
    if folder and not os.access(folder, os.W_OK):
        return _refuse(Said("engine.truth_folder", {"folder": folder}))
    try:
        server = EngineServer(settings, front)
    except OSError as error:
        cause = reason_of(error).partition(" (")[0]
        told = {"host": front.host, "port": front.port, "why": cause}
        return _refuse(Said("engine.cannot_listen", told))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if (
            number != signal.SIGHUP
            or signal.getsignal(number) != signal.SIG_IGN
        ):
            signal.signal(number, lambda *_: server.stop())
    if lifeline_fd is not None:
        server.watch(lifeline_fd)
    sharpen_timers()
    print(f"{READY}{server.url}", flush=True)  # noqa: T201
    try:
        server.run()
    except TruthFileError as error:
        return _refuse(error)
    return 0


def _refuse(why: Said | Exception) -> int:
    print(in_words(why), file=sys.stderr)  # noqa: T201
    return 2
