"""HTTP requests and their answers, each bounded in time and size, whatever the server does.

The time-outs of HTTP libraries apply to each read, and a server that sends a byte every half second
never exceeds them. Here the whole call has one, headers included, and the size of an answer is
limited, compressed and uncompressed. Knows httpx (imported on use), but not what is asked.
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from inferometer.protocol.base import JSON
from inferometer.server.deadline import Deadline
from inferometer.server.failures import too_large, transport_error
from inferometer.spec.flags import host_header

if TYPE_CHECKING:
    import httpx

MAX_CONNECT_S = 10.0
MAX_ANSWER_BYTES = 16 * 2**20
"""The token ids of a prompt of a million tokens take 8 MB."""

USUAL_HEADERS = {
    "User-Agent": "inferometer",
    "Accept": "application/json, text/event-stream, application/x-ndjson, text/plain, */*",
    "Accept-Encoding": "identity",
}
PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""Encodings that are decoded although they were not requested, with their zlib codes."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (lower-case names) and the whole decoded body of a response."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def location(self) -> str | None:
        """Target of a redirect, or None."""
        return (
            self.headers.get("location")
            if self.status in (301, 302, 303, 307, 308)
            else None
        )


class Calls:
    """Calls to one server; threads may share it; close it.

    `base_url` is a parsed address; paths are appended to it unchanged, as in the measuring loop.
    Like the loop, it follows no redirects and uses no proxies of the environment, which would be
    measured too.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        tls: ssl.SSLContext | None,
    ) -> None:
        self.base_url = base_url
        self._prefix = urlsplit(base_url).path
        from inferometer.server.transport import BoundedTransport

        given = {name.lower() for name in headers}
        usual = {"Host": host_header(base_url), **USUAL_HEADERS}
        self._headers: dict[str, str] = {
            **{
                name: value
                for name, value in usual.items()
                if name.lower() not in given
            },
            **headers,
        }
        self._types_bodies = "content-type" not in given
        self._transport = BoundedTransport(tls)

    def close(self) -> None:
        self._transport.close()

    def whole(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        body: bytes | None = None,
        max_bytes: int = MAX_ANSWER_BYTES,
    ) -> Answer:
        """The answer with its body. Raises EndpointError."""
        asked = f"{method} {path}"

        def ask() -> Answer:
            with self._open(method, path, deadline, body) as response:
                answer = Answer(response.status_code, dict(response.headers))
                packed = b"".join(
                    self._pieces(response, asked, deadline, max_bytes)
                )
                return replace(
                    answer,
                    body=self._unpacked(packed, answer, asked, max_bytes),
                )

        return self._explained(lambda: _again_if_hung_up(ask), asked, deadline)

    def streamed(
        self,
        path: str,
        deadline: Deadline,
        body: bytes,
        max_bytes: int,
        read: Callable[[Answer, Iterator[bytes]], T],
        *,
        body_type: str = JSON,
    ) -> T:
        """What `read` returns for the answer to a POST while it arrives; it may stop early. Raises
        EndpointError.

        An answer other than 200 is read and decoded first.
        """
        asked = f"POST {path}"

        def ask() -> T:
            with self._open(
                "POST", path, deadline, body, body_type
            ) as response:
                pieces = self._pieces(response, asked, deadline, max_bytes)
                answer = Answer(response.status_code, dict(response.headers))
                if answer.status != 200:
                    pieces = iter(
                        [
                            self._unpacked(
                                b"".join(pieces), answer, asked, max_bytes
                            )
                        ]
                    )
                return read(answer, pieces)

        return self._explained(lambda: _again_if_hung_up(ask), asked, deadline)

    @contextmanager
    def _open(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        body: bytes | None,
        body_type: str = JSON,
    ) -> Iterator[httpx.Response]:
        import httpx

        typed = body is not None and self._types_bodies
        of_body = {"Content-Type": body_type} if typed else {}

        connecting = Deadline(min(deadline.left_s, MAX_CONNECT_S))
        request = httpx.Request(
            method,
            self.base_url.removesuffix(self._prefix)
            if self._prefix
            else self.base_url,
            headers=self._headers | of_body,
            content=body,
            extensions={
                "target": (self._prefix + path).encode(
                    "ascii"
                ),  # as it stands: the library would tidy it up
                "timeout": {
                    "connect": connecting,
                    "read": deadline,
                    "write": deadline,
                    "pool": deadline,
                },
            },
        )
        response = self._transport.handle_request(request)
        try:
            yield response
        finally:
            response.close()

    def _explained(
        self, ask: Callable[[], T], asked: str, deadline: Deadline
    ) -> T:
        import httpx

        try:
            return ask()
        except httpx.HTTPError as error:
            failed = transport_error(error, self.base_url, asked, deadline)
        # outside the handler: the library's exception, which may hold headers, is not kept
        raise failed

    def _pieces(
        self,
        response: httpx.Response,
        asked: str,
        deadline: Deadline,
        max_bytes: int,
    ) -> Iterator[bytes]:
        """A body in pieces. Raises EndpointError, also if it exceeds `max_bytes`."""
        pieces, read = response.iter_raw(), 0
        while piece := self._explained(
            lambda: next(pieces, b""), asked, deadline
        ):
            read += len(piece)
            if read > max_bytes:
                raise too_large(self.base_url, asked, max_bytes)
            yield piece

    def _unpacked(
        self, packed: bytes, answer: Answer, asked: str, max_bytes: int
    ) -> bytes:
        """The decoded body; unchanged if its encoding is unknown."""
        how = PACKED.get(
            answer.headers.get("content-encoding", "").strip().lower()
        )
        if how is None:
            return packed
        try:
            body = zlib.decompressobj(how).decompress(packed, max_bytes + 1)
        except zlib.error:
            return packed
        if len(body) > max_bytes:
            raise too_large(self.base_url, asked, max_bytes)
        return body


def _again_if_hung_up(ask: Callable[[], T]) -> T:
    """Call `ask`, twice if the server closed a kept connection just as we wrote.

    llama-server does so after each stream.
    """
    import httpx

    try:
        return ask()
    except httpx.RemoteProtocolError as error:
        if "disconnected" not in str(error):
            raise
        return ask()
