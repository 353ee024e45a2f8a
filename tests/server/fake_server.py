"""A scripted server on the loopback, and what is expected of every sentence about it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from inferometer.protocol.base import Remarks, StreamEvent, Usage
from inferometer.server.endpoint import EndpointError
from tests.server.answering_server import http_server

Answer = tuple[int, Any]


@dataclass
class FakeServer:
    """Answers (method, path) with (status, JSON or text) and remembers what it was asked."""

    routes: dict[tuple[str, str], Answer | Callable[[Any], Answer]] = field(
        default_factory=dict
    )
    asked: list[tuple[str, str, dict[str, str], Any]] = field(
        default_factory=list
    )
    url: str = ""

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        content = json.loads(body) if body else None
        self.asked.append((method, path, headers, content))
        route = self.routes.get((method, path), (404, {"detail": "Not Found"}))
        return route(content) if callable(route) else route


def handler_for(fake: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, content = fake.answer(
                self.command,
                self.path,
                {k.lower(): v for k, v in self.headers.items()},
                body,
            )
            data = (
                content.encode()
                if isinstance(content, str)
                else json.dumps(content).encode()
            )
            self.send_response(status)
            if status in (301, 302, 307, 308):
                self.send_header("Location", str(content))
            self.send_header(
                "Content-Type",
                "text/plain"
                if isinstance(content, str)
                else "application/json",
            )
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = reply  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None: ...

    return Handler


@contextmanager
def serve(tls: ssl.SSLContext | None = None) -> Iterator[FakeServer]:
    fake = FakeServer()
    with http_server(handler_for(fake), tls) as fake.url:
        yield fake


def served(*names: str, **fields: Any) -> Answer:
    return 200, {
        "object": "list",
        "data": [{"id": name, "object": "model", **fields} for name in names],
    }


def sentence_of(ask: Callable[[], object]) -> str:
    with pytest.raises(EndpointError) as caught:
        ask()
    assert (caught.value.__context__, caught.value.__cause__) == (
        None,
        None,
    )  # nothing of the library's hangs on it
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


@dataclass
class CountingDecoder:
    """Stands in for a protocol's decoder: the whole body is the last usage, or an error."""

    def feed(self, body: bytes) -> list[StreamEvent]:
        content = json.loads(body)
        return [
            StreamEvent(usage=Usage(0, 0)),
            StreamEvent(
                usage=Usage(content.get("prompt", -1), 1),
                error=content.get("error"),
            ),
        ]

    def close(self) -> list[StreamEvent]:
        return [StreamEvent(done=True)]

    def remarks(self) -> Remarks:
        return Remarks()
