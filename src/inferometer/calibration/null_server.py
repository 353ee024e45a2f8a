"""NullServer: processes that do nothing but send events at known times, for as long as a `with`
block lasts.

Made to find out what a client on this host can take (see `null_loop` for what each process does).
They share one port, among which the kernel deals out the connections. Whether they kept up is part
of their record.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import subprocess
import time
from pathlib import Path

from inferometer.calibration.null_loop import LENGTH, MODEL, RECORD
from inferometer.clock import take_anchor
from inferometer.engine.truth import Truth
from inferometer.system.child import close_pipes, python_command
from inferometer.words import Said

__all__ = ["MODEL", "NullServer"]

_TIMEOUT_S = 30.0


class NullServer:
    """Several processes at one `base_url`. Raises RuntimeError if one does not start or answer."""

    def __init__(self, processes: int = 1) -> None:
        self.processes = processes
        self.base_url = ""
        """`http://127.0.0.1:PORT`, once it is started."""
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        port = 0
        try:
            for _ in range(self.processes):
                child = subprocess.Popen(  # noqa: S603
                    python_command(
                        "inferometer.calibration.null_loop", str(port)
                    ),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    bufsize=0,
                    # Ctrl-C at the terminal is ours: they have to serve until we have stopped
                    start_new_session=True,
                )
                self._children.append(child)
                port = int(_read_line(child))
        except BaseException:
            self.stop()
            raise
        self.base_url = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """End them; may be called twice."""
        children, self._children = self._children, []
        for child in children:
            child.kill()  # nothing of theirs is worth keeping
            child.wait()
            close_pipes(child)

    def truth(self) -> Truth:
        """True times since the last call, of all processes, which pause to hand them over."""
        return _joined([_read_record(child) for child in self._children])

    def waited_ns(self) -> int | None:
        """Total time its processes waited for a core; None if the system does not report it."""
        try:
            readings = [
                Path(f"/proc/{child.pid}/schedstat").read_text(encoding="ascii")
                for child in self._children
            ]
            return sum(int(each.split()[1]) for each in readings)
        except (OSError, ValueError, IndexError):
            return None

    def __enter__(self) -> NullServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _read(child: subprocess.Popen[bytes], length: int) -> bytes:
    assert child.stdout is not None
    data, deadline_s = bytearray(), time.monotonic() + _TIMEOUT_S
    while len(data) < length:
        ready, _, _ = select.select(
            (child.stdout,), (), (), max(0.0, deadline_s - time.monotonic())
        )
        more = (
            os.read(child.stdout.fileno(), length - len(data)) if ready else b""
        )
        if not more:
            raise RuntimeError(Said("calibration.null_server"))
        data += more
    return bytes(data)


def _read_line(child: subprocess.Popen[bytes]) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        line += _read(child, 1)
    return line


def _read_record(child: subprocess.Popen[bytes]) -> bytes:
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(RECORD)
    (length,) = LENGTH.unpack(_read(child, LENGTH.size))
    return _read(child, length)


def _joined(records: list[bytes]) -> Truth:
    """One truth out of those of all processes: events grouped by request."""
    import numpy as np

    parts = []
    for record in records:
        with np.load(io.BytesIO(record)) as archive:
            parts.append({name: archive[name] for name in archive.files})
    shift = np.cumsum([0, *(len(part["request_id"]) for part in parts)])
    rows = np.concatenate(
        [part["row"] + begin for part, begin in zip(parts, shift, strict=False)]
    )
    order = np.argsort(
        rows, kind="stable"
    )  # within a request, events are in order already
    requests = int(shift[-1])
    counts = np.bincount(rows, minlength=requests).astype(np.int64)

    def all_of(name: str) -> np.typing.NDArray[np.int64]:
        return np.concatenate([part[name] for part in parts])

    return Truth(
        request_id=tuple(
            str(name) for part in parts for name in part["request_id"]
        ),
        arrival_ns=all_of("arrival_ns"),
        prompt_tokens=np.zeros(requests, np.int64),
        event_start=np.cumsum(counts) - counts,
        event_count=counts,
        departure_ns=all_of("departure_ns")[order],
        due_ns=all_of("due_ns")[order],
        tokens=np.ones(len(rows), np.int64),
        realtime_offset_ns=take_anchor().offset_ns,
        handed_ns=all_of("handed_ns")[order],
    )
