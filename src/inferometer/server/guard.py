"""A small process between us and a server that ends the server when we end, however we end. For
ProcessServer only.

In its own process, `main` reads one line of JSON on standard input (command, environment, log,
lock, stop_timeout_s) and starts the command in a new session. When standard input closes, because
we want that or have died, it ends the server's whole process tree. Standard output gets {"pid": …}
or {"error": …}, and {"exit": code} as soon as the server has ended, before the guard looks for what
it left behind. The file `lock` names the server and is locked while the guard or any process of the
server lives, so that the next start can wait for that.

A server of many workers leaves some behind when its leader dies. On Linux the guard adopts them (it
is their subreaper); and if the guard itself is killed, the kernel tells the server to end.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from inferometer.system.child import adopt_orphans, die_with_parent, first_line

if TYPE_CHECKING:
    import psutil

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PAUSE_S = 0.05
KILL_TIMEOUT_S = 10.0


def main() -> int:
    line = first_line(0)
    if not line:
        return 1  # whoever started us died at once
    asked = json.loads(line)
    adopt_orphans()
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    for number in (signal.SIGCHLD, *ENDING):
        signal.signal(number, lambda *_: None)
    with open(asked["lock"], "ab") as lock, open(asked["log"], "ab") as log:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            server = subprocess.Popen(  # noqa: S603
                asked["command"],
                env=os.environ | asked["environment"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(
                    lock.fileno(),
                ),  # a lock is kept by all who have the file open from us
                preexec_fn=_die_with_guard if sys.platform == "linux" else None,  # noqa: PLW1509 - there are no threads here
            )
        except OSError as error:
            _tell({"error": error.strerror or str(error)})
            return 1
        lock.truncate(0)
        lock.write(b"%d\n" % server.pid)
        lock.flush()
        _tell({"pid": server.pid})
        _wait(server, woken)
        code = server.poll()
        if code is not None:
            _tell({"exit": code})
        end_tree(server, asked["stop_timeout_s"])
        if code is None:
            _tell({"exit": server.poll()})
    return 0


def end_tree(server: subprocess.Popen[bytes], timeout_s: float) -> None:
    """SIGTERM to the server's process group and to survivors of its leader; SIGKILL to the rest
    after `timeout_s`.
    """
    deadline_s = time.monotonic() + timeout_s
    _signal_group(server.pid, signal.SIGTERM)
    asked = False
    while server.poll() is None or _descendants():
        if server.poll() is not None and not asked:
            asked = True
            _send(signal.SIGTERM)
        if time.monotonic() > deadline_s:
            _kill_tree(server)
            return
        time.sleep(PAUSE_S)


def _kill_tree(server: subprocess.Popen[bytes]) -> None:
    # a process that waits for a broken driver dies only when that answers
    deadline_s = time.monotonic() + KILL_TIMEOUT_S
    while (
        server.poll() is None or _descendants()
    ) and time.monotonic() < deadline_s:
        _signal_group(server.pid, signal.SIGKILL)
        _send(signal.SIGKILL)
        time.sleep(PAUSE_S)


def _wait(server: subprocess.Popen[bytes], woken: int) -> None:
    """Wait until the server ends, standard input closes, or a signal comes."""
    while server.poll() is None:
        ready, _, _ = select.select([0, woken], [], [])
        if 0 in ready or (
            woken in ready and set(os.read(woken, 4096)) & set(ENDING)
        ):
            return


def _descendants() -> list[psutil.Process]:
    """All living descendants of the server."""
    if not _has_children():
        return []
    import psutil  # half of the guard's start, and hardly ever needed

    alive = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive


def _has_children() -> bool:
    """Also one that has ended and was not waited for; True where the system does not say."""
    if sys.platform != "linux":
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _send(number: signal.Signals) -> None:
    """To each living descendant of the server."""
    for process in _descendants():
        import psutil

        with contextlib.suppress(psutil.Error):
            process.send_signal(number)


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # macOS does not permit it for a group of zombies
        os.killpg(group, number)


def _die_with_guard() -> None:
    """In the server's process, before its program: end it if the guard is killed."""
    die_with_parent(signal.SIGTERM)


def _tell(what: dict[str, object]) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more
        os.write(1, json.dumps(what).encode() + b"\n")
