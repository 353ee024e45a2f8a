"""The paced C server for as long as a `with` block lasts, and its record of what really
happened.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from http.client import HTTPConnection
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import cores
import numpy as np
import numpy.typing as npt
from native import program

from inferometer.engine import Truth

_MAGIC = b"PACEDTR1"


class PacedServer:
    """On a core of its own. `url` is where it listens; its model is called `paced`."""

    def __init__(
        self,
        *,
        ttft_ms: float,
        itl_ms: float,
        step_ms: float = 0,
        chat: bool = False,
    ) -> None:
        """With `step_ms`, all streams have their events at multiples of it, together."""
        options: list[object] = []
        if step_ms:
            options += ["--step-ms", step_ms]
        if chat:
            options += ["--chat"]
        self._process, self.url = _start(
            cores.SERVER, ttft_ms, itl_ms, *options
        )

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def truth(self, prefix: str) -> Truth:
        """Its record so far. Requests are named as a client with this `--request-id-prefix` names
        them.
        """
        if self._process.poll() is not None:
            raise SystemExit(
                f"The paced server has ended with code {self._process.returncode}: was it killed?"
            )
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/truth")
        record = connection.getresponse().read()
        connection.close()
        return _truth_of([_Record.of(record)], prefix)

    def __enter__(self) -> PacedServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()


class PacedServers:
    """Several behind one port, which share the connections: together they send more than one core
    can.
    """

    def __init__(
        self, on_cores: Sequence[int], *, ttft_ms: float, itl_ms: float
    ) -> None:
        """One on each of these cores; a core may have several."""
        self._folder = tempfile.TemporaryDirectory(prefix="paced-servers-")
        self._processes: list[subprocess.Popen[str]] = []
        port = "0"
        for number, core in enumerate(on_cores):
            process, self.url = _start(
                core,
                ttft_ms,
                itl_ms,
                *("--share-port", "--port", port),
                *("--truth", self._record_of(number)),
            )
            self._processes.append(process)
            port = self.url.rpartition(":")[2]

    def _record_of(self, number: int) -> Path:
        return Path(self._folder.name) / f"{number}.truth"

    def truth(self, prefix: str) -> Truth:
        """The record of all of them, which ends them."""
        self._end()
        records = [
            _Record.of(self._record_of(number).read_bytes())
            for number in range(len(self._processes))
        ]
        return _truth_of(records, prefix)

    def _end(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait()

    def __enter__(self) -> PacedServers:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._folder.cleanup()


def _start(
    core: int, ttft_ms: float, itl_ms: float, *options: object
) -> tuple[subprocess.Popen[str], str]:
    """The process, and where it listens."""
    times = ("--ttft-ms", ttft_ms, "--itl-ms", itl_ms, "--late-head")
    with cores.pinned(core, real_time=True):
        process = subprocess.Popen(
            [program("paced_server"), *map(str, (*times, *options))],
            stdout=subprocess.PIPE,
            text=True,
        )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


class _Record(NamedTuple):
    """What one server has noted: see the head of its source."""

    offset_ns: int
    request_id: npt.NDArray[np.int64]
    arrival_ns: npt.NDArray[np.int64]
    event_start: npt.NDArray[np.int64]
    event_count: npt.NDArray[np.int64]
    departure_ns: npt.NDArray[np.int64]

    @classmethod
    def of(cls, record: bytes) -> _Record:
        if not record.startswith(_MAGIC):
            raise RuntimeError(
                "The paced server's record is not in the format that this benchmark reads: "
                "compile it anew."
            )
        words = np.frombuffer(record, np.int64)
        offset_ns, requests = words[1:3].tolist()
        return cls(offset_ns, *np.split(words[4:], np.arange(1, 5) * requests))


def _truth_of(records: Sequence[_Record], prefix: str) -> Truth:
    """The servers keep neither prompt lengths nor due times: those columns are 0."""
    before = accumulate((len(r.departure_ns) for r in records), initial=0)
    starts = [
        record.event_start + events
        for record, events in zip(records, before, strict=False)
    ]
    departure_ns = np.concatenate([r.departure_ns for r in records])
    request_id = np.concatenate([r.request_id for r in records])
    return Truth(
        request_id=tuple(
            f"{prefix}{number}" if number >= 0 else ""
            for number in request_id.tolist()
        ),
        arrival_ns=np.concatenate([r.arrival_ns for r in records]),
        prompt_tokens=np.zeros(len(request_id), np.int64),
        event_start=np.concatenate(starts),
        event_count=np.concatenate([r.event_count for r in records]),
        departure_ns=departure_ns,
        due_ns=np.zeros(len(departure_ns), np.int64),
        tokens=np.ones(len(departure_ns), np.int64),
        realtime_offset_ns=records[0].offset_ns,
    )
