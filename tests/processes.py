"""For tests that start a Python process of their own."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.preloaded import ORDER_BYTES, Order

ROOT = Path(__file__).resolve().parents[1]

ADDRESS = "INFEROMETER_TESTS_PRELOADED"
"""Names where the preloaded process listens, if there is one for several workers."""


def environment() -> dict[str, str]:
    """With which a process can import from `tests` wherever it is started."""
    paths = (str(ROOT), os.environ.get("PYTHONPATH"))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


class Forked(subprocess.Popen[Any]):
    """`[sys.executable, "-c" or "-m", …]` as a process that need not import Inferometer, since it is
    forked from one that has; otherwise what `subprocess.Popen` makes of it. What an interpreter reads
    as it starts (PYTHON…, LC_ALL, a descriptor that is closed) needs a new one.
    """

    if sys.platform == "linux":

        def _execute_child(self, *given: Any) -> None:
            words, _, _, _, _, directory, environ, *_ = given
            pipes, new_session = given[10:16], given[21]
            p2cread, _, _, c2pwrite, _, errwrite = pipes
            order = Order(
                arguments=words[1:],
                environment=dict(os.environ if environ is None else environ),
                directory=os.fspath(directory or os.getcwd()),
                new_session=new_session,
            )
            self._teller, theirs = socket.socketpair()
            with theirs:
                standard = [
                    own if given < 0 else given
                    for own, given in enumerate((p2cread, c2pwrite, errwrite))
                ]
                message = json.dumps(order).encode()
                assert len(message) < ORDER_BYTES
                socket.send_fds(
                    _preloaded(), [message], [*standard, theirs.fileno()]
                )
            told = self._teller.recv(8)
            if not told:
                raise OSError(
                    "the preloaded process has ended: its error is above"
                )
            self.pid = int.from_bytes(told, "little")
            self._child_created = True
            self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]

        def __exit__(self, *error: Any) -> None:
            """A test that failed waits for nothing."""
            if error[0]:
                self.kill()
            super().__exit__(*error)

        def _try_wait(self, flags: int) -> tuple[int, int]:
            """What os.waitpid says of a child of ours."""
            try:
                status = self._teller.recv(
                    8, socket.MSG_DONTWAIT if flags & os.WNOHANG else 0
                )
            except BlockingIOError:
                return 0, 0
            self._teller.close()
            assert status, "the preloaded process has died"
            return self.pid, int.from_bytes(status, "little")

        def _internal_poll(self, *_: Any, **__: Any) -> int | None:
            if self.returncode is None:
                pid, status = self._try_wait(os.WNOHANG)
                if pid:
                    self._handle_exitstatus(status)  # type: ignore[attr-defined]
            return self.returncode


def run_forked(
    command: Sequence[str],
    timeout: float = 300,
    check: bool = False,
    **options: Any,
) -> subprocess.CompletedProcess[Any]:
    """`subprocess.run` of a `Forked`; what it writes is kept as text unless it is sent elsewhere."""
    streams = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
    }
    with Forked(command, **{**streams, **options}) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    done = subprocess.CompletedProcess(
        process.args, process.returncode, out, err
    )
    if check:
        done.check_returncode()
    return done


def printed_anew(code: str, *arguments: str) -> str:
    """What the code prints in an interpreter that has loaded nothing yet."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


@functools.cache
def _preloaded() -> socket.socket:
    """A socket of the process that all those of this session are forked from."""
    orders = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    orders.connect(os.environ.get(ADDRESS) or preload())
    atexit.register(orders.close)
    return orders


def preload() -> str:
    """Start the process that others are forked from; it ends with this one. Where it listens."""
    folder = tempfile.mkdtemp(prefix="inferometer-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    address = os.path.join(folder, "orders")
    lifeline, theirs = socket.socketpair()
    with (
        theirs,
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener,
    ):
        listener.bind(address)
        listener.listen()
        descriptors = (listener.fileno(), theirs.fileno())
        subprocess.run(
            [sys.executable, "-m", "tests.preloaded", *map(str, descriptors)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment(),
            pass_fds=descriptors,
            start_new_session=True,
            check=True,
        )
    atexit.register(lifeline.close)
    return address
