"""Job: all that one worker needs, made ready before its clock starts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from inferometer.arrival import Share
from inferometer.load.address import Address
from inferometer.protocol.base import Backend, Generation
from inferometer.request import Request
from inferometer.spec.run import Timeouts

_WORD = re.compile(r"[\x21-\x7e]*")
_LINE = re.compile(r"[\x20-\x7e\t]*")


@dataclass(frozen=True, slots=True)
class Job:
    """One worker's share of a run. `requests` and the share's due times are in the same order.

    Raises ValueError if a header, the path or the prefix of request ids could not be sent as one line, or one word, of HTTP.
    """

    address: Address
    path: str
    headers: dict[str, str] = field(repr=False)
    backend: Backend
    generation: Generation
    requests: Sequence[Request]
    share: Share
    closed_loop: bool
    drain_warmups: bool
    reserve: int
    """Connections to hold open beside those in use."""
    timeouts: Timeouts
    real_time: bool = True
    """Take a real-time priority where the system allows it."""
    keep_texts: bool = False
    request_id_prefix: str = ""

    def __post_init__(self) -> None:
        words = (self.path, self.request_id_prefix, self.address.host_header, *self.headers)
        if not all(map(_WORD.fullmatch, words)) or not all(map(_LINE.fullmatch, self.headers.values())):
            raise ValueError(
                "A header, the path or the prefix of request ids holds a character that HTTP does not allow there."
            )


def wire_messages(job: Job) -> list[bytes]:
    """Every request of the job as the bytes to write, head and body."""
    fixed = [
        f"POST {job.path} HTTP/1.1",
        f"Host: {job.address.host_header}",
        "User-Agent: inferometer",
        "Accept: text/event-stream",
        "Accept-Encoding: identity",
        "Content-Type: application/json",
        *(f"{name}: {value}" for name, value in job.headers.items()),
    ]
    head = "\r\n".join(fixed).encode("ascii")
    messages = []
    for request in job.requests:
        body = job.backend.encode(request, job.generation)
        own = f"\r\nX-Request-Id: {job.request_id_prefix}{request.id}\r\nContent-Length: {len(body)}\r\n\r\n"
        messages.append(head + own.encode("ascii") + body)
    return messages
