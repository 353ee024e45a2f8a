"""Everything that one worker needs, prepared before its clock starts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inferometer.arrival import Shard
from inferometer.loadgen.address import Address
from inferometer.protocol.base import Backend, Generation
from inferometer.request import Request
from inferometer.spec.flags import check_header
from inferometer.spec.run import Timeouts
from inferometer.trace import Failure
from inferometer.words import Said

SET_BY_US = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "transfer-encoding",
        "x-request-id",
    }
)
"""Headers (lower case) that framing and matching depend on; others may be replaced."""

_WORD = re.compile(r"[\x21-\x7e]*")


@dataclass(frozen=True, slots=True)
class Job:
    """One worker's shard of a run. `requests` and the shard's due times are in the same order.

    Raises ValueError if a header, the path or the request id prefix cannot be sent as one line, or
    one word, of HTTP.
    """

    address: Address
    path: str
    headers: dict[str, str] = field(repr=False)
    backend: Backend
    generation: Generation
    requests: Sequence[Request]
    shard: Shard
    closed_loop: bool
    drain_warmups: bool
    reserve: int
    """Connections to keep open in addition to those in use."""
    timeouts: Timeouts
    real_time: bool = True
    """Use a real-time priority where permitted."""
    keep_texts: bool = False
    request_id_prefix: str = ""
    workers: int = 1
    """All that share the run."""
    packets: bool = False
    """Take arrival times from a packet ring where there can be one."""

    def __post_init__(self) -> None:
        check_headers(self.headers)
        if not all(
            map(
                _WORD.fullmatch,
                (self.path, self.request_id_prefix, self.address.host_header),
            )
        ):
            raise ValueError(Said("measure.characters"))


def timed_out(failure: Failure, limits: Timeouts) -> str:
    """The limit that a request did not keep. Raises KeyError if `failure` is no time-out."""
    return {
        Failure.CONNECT_TIMEOUT: f"no connection within {limits.connect_s:g} s",
        Failure.TOTAL_TIMEOUT: f"not complete within {limits.total_s:g} s",
        Failure.IDLE_TIMEOUT: f"nothing arrived for {limits.idle_s:g} s",
        Failure.FIRST_TOKEN_TIMEOUT: f"no token within {limits.first_token_s:g} s",
    }[failure]


def check_headers(headers: Mapping[str, str]) -> None:
    """Raise ValueError unless all of these can be sent with every request."""
    for name, value in headers.items():
        check_header(name, value)
        if name.lower() in SET_BY_US:
            raise ValueError(Said("measure.header", {"name": name}))


def wire_messages(job: Job) -> list[bytes]:
    """Every request of the job as the bytes to write, head and body."""
    usual = {
        "Host": job.address.host_header,
        "User-Agent": "inferometer",
        "Accept": job.backend.content_type.partition(";")[0],
        "Accept-Encoding": "identity",
        "Content-Type": job.backend.body_type,
    }
    given = {name.lower() for name in job.headers}
    headers = {
        **{
            name: value
            for name, value in usual.items()
            if name.lower() not in given
        },
        **job.headers,
    }
    head = "\r\n".join(
        [
            f"POST {job.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
    ).encode("ascii")
    messages = []
    for request in job.requests:
        body = job.backend.encode(request, job.generation)
        own = (
            f"\r\nX-Request-Id: {job.request_id_prefix}{request.id}\r\nContent-Length: "
            f"{len(body)}\r\n\r\n"
        )
        messages.append(head + own.encode("ascii") + body)
    return messages
