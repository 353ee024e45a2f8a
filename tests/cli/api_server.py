"""A small OpenAI-like server for tests of the command line: it answers as it is told, and remembers
what it was sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

MODEL = "tiny"


def stream(*texts: str, prompt_tokens: int = 8) -> bytes:
    """A whole answer, one token a text."""
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "text": text, "finish_reason": None}]}
        for text in texts
    ]
    chunks[-1]["choices"][0]["finish_reason"] = "length"
    chunks.append(
        {
            "choices": [],
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": len(texts),
            },
        }
    )
    return (
        b"".join(
            b"data: " + json.dumps(each).encode() + b"\n\n" for each in chunks
        )
        + b"data: [DONE]\n\n"
    )


@dataclass(frozen=True)
class Call:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def number(self) -> int | None:
        """The request's number in the workload; None for the questions before it."""
        name = self.headers.get("x-request-id")
        return int(name.rpartition("-")[2]) if name else None

    def exact_answer(self) -> tuple[int, bytes]:
        """As long as asked for, with the prompt counted right."""
        prompt = self.body["prompt"]
        length = (
            len(prompt) if isinstance(prompt, list) else len(prompt.split())
        )
        return 200, stream(
            *[" x"] * self.body["max_tokens"], prompt_tokens=length
        )


Answer = Callable[[Call], tuple[int, bytes]]


@dataclass
class ApiServer:
    """`answer` is asked for each completion; everything else is there only as far as `bench` needs
    it.
    """

    answer: Answer = Call.exact_answer
    key: str | None = None
    max_model_len: int | None = 4096
    calls: list[Call] = field(default_factory=list)
    url: str = ""
    models_path: str = "/v1/models"
    model: str = MODEL
    posts_at: str | None = None
    """The one path that requests may be posted to; None: any that ends in /completions."""
    moved: dict[str, str] = field(default_factory=dict)
    """Where to ask instead, by path."""
    pages: dict[str, bytes] = field(default_factory=dict)
    """Further answers, by path."""
    asked: list[str] = field(default_factory=list)
    """Method and path of all that was asked."""

    @property
    def measured(self) -> list[Call]:
        """The requests of the workload."""
        return [call for call in self.calls if call.number is not None]

    def reply(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes]:
        self.asked.append(f"{method} {path}")
        if path in self.moved:
            return 307, b""
        if path in self.pages:
            return 200, self.pages[path]
        if (
            self.key is not None
            and headers.get("authorization") != f"Bearer {self.key}"
        ):
            return 401, b'{"error": "Unauthorized"}'
        if method == "GET" and path == self.models_path:
            card = {
                "id": self.model,
                **(
                    {"max_model_len": self.max_model_len}
                    if self.max_model_len
                    else {}
                ),
            }
            return 200, json.dumps({"data": [card]}).encode()
        if method == "POST" and (
            path == self.posts_at
            if self.posts_at
            else path.endswith("/completions")
        ):
            call = Call(path, headers, json.loads(body))
            self.calls.append(call)
            return self.answer(call)
        return 404, b'{"detail": "Not Found"}'


@contextmanager
def serving(**settings: Any) -> Iterator[ApiServer]:
    server = ApiServer(**settings)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {
                name.lower(): value for name, value in self.headers.items()
            }
            status, content = server.reply(
                self.command, self.path, headers, body
            )
            head = (
                f"HTTP/1.1 {status} X\r\nContent-Type: "
                f"{'text/event-stream' if content[:5] == b'data:' else 'application/json'}"
            )
            head += (
                f"\r\nLocation: {server.moved[self.path]}"
                if status == 307
                else ""
            )
            self.wfile.write(
                f"{head}\r\nContent-Length: {len(content)}\r\n\r\n".encode()
                + content
            )

        do_GET = do_POST = reply  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None: ...

    class Http(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 256

        def handle_error(self, request: Any, client_address: Any) -> None: ...

    http = Http(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{http.server_port}"
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
