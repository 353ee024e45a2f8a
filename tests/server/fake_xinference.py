"""A server that launches models as Xinference 4.1 does, on 127.0.0.1: `fake_xinference.py PORT` as
a process, or in the test.

Bodies are those of the real one. A launch is answered once its progress has been asked for as often
as `progress` is long.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote

PATIENCE_S = 30.0

Answer = tuple[int, str]


class FakeXinference:
    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        """Every request that changes or uses a model, `METHOD path`."""
        self.bodies: list[dict[str, Any]] = []
        """Of the launches."""
        self.running: list[str] = []
        self.registered: dict[str, Any] = {}
        self.progress: list[float] = []
        self.refusal: Answer | None = None
        """Instead of a launch."""
        self.loading = 0
        """Requests that are told to come again once the model is there."""
        self.trouble: Answer | None = None
        """Instead of an answer to a request."""
        self.keeps_models = False
        self._ready = Event()
        self._cancelled = False

    def get(self, path: str) -> Answer:
        if path == "/v1/models":
            return 200, json.dumps(
                {"object": "list", "data": [card(uid) for uid in self.running]}
            )
        if path == "/v1/cluster/version":
            return 200, '{"version": "4.1.0", "full-revisionid": "7ecec16"}'
        if path.endswith("/progress"):
            told = self.progress.pop(0) if self.progress else 1.0
            if not self.progress:
                self._ready.set()
            return 200, json.dumps({"progress": told})
        return (
            404,
            (
                "<!DOCTYPE html><html><head><title>404: This page could not be "
                "found.</title></head></html>"
            ),
        )

    def post(self, path: str, body: Any) -> Answer:
        self.asked.append(f"POST {path}")
        if path == "/v1/models?wait_ready=true":
            return self._launch(body)
        if path.startswith("/v1/model_registrations/"):
            return self._register(body)
        if path.endswith("/cancel"):
            self._cancelled = True
            self._ready.set()
            return 200, "null"
        return self.trouble or self._complete(body)

    def _complete(self, body: dict[str, Any]) -> Answer:
        if self.loading:
            self.loading -= 1
            uid = body["model"]
            why = (
                f"Model is loading, please retry later: Model {uid} is launching, not yet ready "
                "for inference"
            )
            return 503, json.dumps({"detail": why})
        return (
            200,
            '{"id":"chat1","object":"chat.completion","choices":[{"index":0,"finish_reason":"length"}]}',
        )

    def delete(self, path: str) -> Answer:
        self.asked.append(f"DELETE {path}")
        uid = unquote(path.rsplit("/", 1)[-1])
        if path.startswith("/v1/model_registrations/"):
            self.registered.pop(uid)
            return 200, "null"
        if self.keeps_models or uid not in self.running:
            return 400, json.dumps(
                {"detail": f"Model not found in the model list, uid: {uid}"}
            )
        self.running.remove(uid)
        return 200, "null"

    def _register(self, body: dict[str, Any]) -> Answer:
        name = json.loads(body["model"])["model_name"]
        if name in self.registered:
            return 400, json.dumps(
                {"detail": f"Model name conflicts with existing model {name}"}
            )
        self.registered[name] = body
        return 200, "null"

    def _launch(self, body: dict[str, Any]) -> Answer:
        self.bodies.append(body)
        if self.refusal:
            return self.refusal
        if self.progress:
            self._ready.wait(PATIENCE_S)
        if self._cancelled:
            return 499, json.dumps({"detail": "The launch was cancelled."})
        self.running.append(body["model_uid"])
        return 200, json.dumps({"model_uid": body["model_uid"]})

    def serve(self, port: int = 0) -> ThreadingHTTPServer:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*fake.get(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(
                    int(self.headers.get("Content-Length", 0))
                )
                self._answer(
                    *fake.post(self.path, json.loads(body) if body else None)
                )

            def do_DELETE(self) -> None:
                self._answer(*fake.delete(self.path))

            def _answer(self, status: int, body: str) -> None:
                self.send_response(status)
                self.send_header(
                    "Content-Type",
                    "text/html" if body.startswith("<") else "application/json",
                )
                self.send_header("Content-Length", str(len(body.encode())))
                if status == 503:
                    self.send_header("Retry-After", "30")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: Any) -> None: ...

        http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        http.daemon_threads = True
        self.url = f"http://127.0.0.1:{http.server_address[1]}"
        return http


def card(uid: str) -> dict[str, Any]:
    """Of a running model, as version 4.1.0 lists it."""
    return {
        "id": uid,
        "object": "model",
        "created": 0,
        "owned_by": "xinference",
        "model_type": "LLM",
        "address": "127.0.0.1:35053",
        "accelerators": [],
        "model_name": "tiny",
        "model_lang": ["en"],
        "model_ability": ["generate", "chat"],
        "model_description": "tiny",
        "model_format": "pytorch",
        "model_size_in_billions": 1,
        "model_family": "llama-3-instruct",
        "quantization": "none",
        "multimodal_projector": None,
        "model_hub": "huggingface",
        "revision": None,
        "context_length": 2048,
        "strict_system_first": False,
        "model_engine": "Transformers",
        "replica": 1,
    }


@contextmanager
def fake_xinference() -> Iterator[FakeXinference]:
    fake = FakeXinference()
    with fake.serve() as http:
        Thread(
            target=http.serve_forever,
            kwargs={"poll_interval": 0.01},
            daemon=True,
        ).start()
        try:
            yield fake
        finally:
            http.shutdown()


if __name__ == "__main__":
    FakeXinference().serve(int(sys.argv[1])).serve_forever()
