"""The true times of everything that passed through the engine, to compare measurements with.

Recording appends integers to columns. numpy is imported only to write or read them, so that the
engine starts without it. All times are ns of CLOCK_MONOTONIC, which all processes of a host share;
`realtime_offset_ns` converts to CLOCK_REALTIME.
"""

from __future__ import annotations

import io
import os
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inferometer.clock import take_anchor

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Truth:
    """Requests in order of arrival, one row each; events grouped by request (`event_start`,
    `event_count`).

    A non-streamed answer has one event, its whole body.
    """

    request_id: tuple[str, ...]
    """The request's `x-request-id` header, or ''."""
    arrival_ns: Ints
    """When its last byte arrived, by the kernel's stamp if there is one."""
    prompt_tokens: Ints
    event_start: Ints
    event_count: Ints
    departure_ns: Ints
    """Read just before the event was passed to the kernel."""
    due_ns: Ints
    """When the model scheduled it."""
    tokens: Ints
    realtime_offset_ns: int
    """CLOCK_REALTIME minus CLOCK_MONOTONIC when the record was made."""
    fault: tuple[str, ...] = ()
    """The fault of each request (a name of FAULTS, or ''); empty if the server has no faults."""
    handed_ns: Ints | None = None
    """Read just after the event was passed to the kernel: it left between `departure_ns` and this.
    None if not recorded.
    """

    def __len__(self) -> int:
        return len(self.arrival_ns)

    def departures_ns(self, row: int) -> Ints:
        """Departures of all events of one request."""
        return self.departure_ns[
            self.event_start[row] : self.event_start[row]
            + self.event_count[row]
        ]

    @property
    def ttft_ns(self) -> Ints:
        """First departure minus arrival, of the requests with an event."""
        answered = self.event_count > 0
        return (
            self.departure_ns[self.event_start[answered]]
            - self.arrival_ns[answered]
        )

    @property
    def lateness_ns(self) -> Ints:
        """How much later than scheduled each event left: the engine's own error."""
        return self.departure_ns - self.due_ns


class TruthRecorder:
    """Collects while the engine runs."""

    def __init__(self) -> None:
        self._request_id: list[str] = []
        self._fault: list[str] = []
        self._arrival_ns = array("q")
        self._prompt_tokens = array("q")
        self._row = array("q")
        self._departure_ns = array("q")
        self._due_ns = array("q")
        self._tokens = array("q")

    def request(
        self,
        request_id: str,
        arrival_ns: int,
        prompt_tokens: int,
        fault: str = "",
    ) -> int:
        """Record a request; its row."""
        self._request_id.append(request_id)
        self._fault.append(fault)
        self._arrival_ns.append(arrival_ns)
        self._prompt_tokens.append(prompt_tokens)
        return len(self._request_id) - 1

    def event(
        self, row: int, due_ns: int, departure_ns: int, tokens: int
    ) -> None:
        self._row.append(row)
        self._due_ns.append(due_ns)
        self._departure_ns.append(departure_ns)
        self._tokens.append(tokens)

    def to_npz(self) -> bytes:
        """The record so far as a numpy archive, for `load_truth`."""
        import numpy as np

        rows = np.array(self._row, np.int64)
        order = np.argsort(
            rows, kind="stable"
        )  # within a request, events are in order already
        counts = np.bincount(rows, minlength=len(self._request_id)).astype(
            np.int64
        )
        file = io.BytesIO()
        np.savez(
            file,
            request_id=np.array(self._request_id, dtype=np.str_),
            fault=np.array(self._fault, dtype=np.str_),
            arrival_ns=np.array(self._arrival_ns, np.int64),
            prompt_tokens=np.array(self._prompt_tokens, np.int64),
            event_start=np.cumsum(counts) - counts,
            event_count=counts,
            departure_ns=np.array(self._departure_ns, np.int64)[order],
            due_ns=np.array(self._due_ns, np.int64)[order],
            tokens=np.array(self._tokens, np.int64)[order],
            realtime_offset_ns=np.int64(take_anchor().offset_ns),
        )
        return file.getvalue()


def load_truth(source: bytes | str | os.PathLike[str]) -> Truth:
    """Read a record: the bytes of `GET /truth`, or the path of a file written at the end."""
    import numpy as np

    with np.load(
        io.BytesIO(source) if isinstance(source, bytes) else source
    ) as archive:
        columns: dict[str, Any] = {
            name: archive[name] for name in archive.files
        }
    for name in ("request_id", "fault"):
        columns[name] = tuple(map(str, columns[name]))
    columns["realtime_offset_ns"] = int(columns["realtime_offset_ns"])
    return Truth(**columns)
