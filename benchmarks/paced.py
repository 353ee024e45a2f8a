"""The paced C server for as long as a `with` block lasts, and its record of what really
happened.
"""

from __future__ import annotations

import subprocess
from http.client import HTTPConnection
from types import TracebackType

import cores
import numpy as np
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
        options = [
            "--ttft-ms",
            str(ttft_ms),
            "--itl-ms",
            str(itl_ms),
            "--late-head",
        ]
        if step_ms:
            options += ["--step-ms", str(step_ms)]
        if chat:
            options += ["--chat"]
        with cores.pinned(cores.SERVER, real_time=True):
            self._process = subprocess.Popen(
                [program("paced_server"), *options],
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def truth(self, prefix: str) -> Truth:
        """Its record so far. Requests are named as a client with this `--request-id-prefix` names
        them.

        The server keeps neither prompt lengths nor due times: those columns are 0.
        """
        if self._process.poll() is not None:
            raise SystemExit(
                f"The paced server has ended with code {self._process.returncode}: was it killed?"
            )
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/truth")
        record = connection.getresponse().read()
        connection.close()
        if not record.startswith(_MAGIC):
            raise RuntimeError(
                "The paced server's record is not in the format that this benchmark reads: "
                "compile it anew."
            )
        words = np.frombuffer(record, np.int64)
        offset_ns, requests, events = words[1:4].tolist()
        request_id, arrival_ns, start, count, departure_ns = np.split(
            words[4:], np.arange(1, 5) * requests
        )
        return Truth(
            request_id=tuple(
                f"{prefix}{number}" if number >= 0 else ""
                for number in request_id.tolist()
            ),
            arrival_ns=arrival_ns,
            prompt_tokens=np.zeros(requests, np.int64),
            event_start=start,
            event_count=count,
            departure_ns=departure_ns,
            due_ns=np.zeros(events, np.int64),
            tokens=np.ones(events, np.int64),
            realtime_offset_ns=offset_ns,
        )

    def __enter__(self) -> PacedServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.communicate()
