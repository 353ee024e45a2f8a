"""What the tests of servers share: needs, a server inside the test that can be changed and
restarted, and free ports.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from inferometer.spec.campaign import Hardware, ServerNeed
from inferometer.spec.server_recipe import ServerRecipe

SMALL_SERVER = Path(__file__).with_name("small_server.py")
MODEL = "meta-llama/Llama-3.1-8B"
LIMIT = 1280

MACHINE_A = Hardware(
    gpus=1, pcie_generation=5, pcie_width=16, bandwidth_gb_s=32
)
MACHINE_B = Hardware(
    gpus=2,
    pcie_generation=5,
    pcie_width=8,
    bandwidth_gb_s=16,
    instruction="set the slot to x8",
)


def need(
    recipe: ServerRecipe,
    *,
    hardware: tuple[str, Hardware] | None = None,
    tp: int = 1,
    model_id: str = MODEL,
    served_model: str = MODEL,
    max_model_len: int | None = LIMIT,
) -> ServerNeed:
    name, declared = hardware or (None, None)
    return ServerNeed(
        recipe_name="vllm",
        recipe=recipe,
        hardware_name=name,
        hardware=declared,
        model_alias="7B",
        model_id=model_id,
        served_model=served_model,
        tp=tp,
        max_model_len=max_model_len,
        declared={
            "recipe": "vllm",
            "hardware": name,
            "model": model_id,
            "tp": tp,
        },
    )


def small_server(
    port: int, *options: str, model: str = MODEL, limit: int = LIMIT
) -> tuple[str, ...]:
    """The command that serves `model` at `port`; see small_server.py for the options."""
    return (
        sys.executable,
        "-IS",  # it needs nothing but the standard library
        str(SMALL_SERVER),
        str(port),
        model,
        str(limit),
        *options,
    )


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class ChangingServer:
    """A server in this process. Set what it serves; `stop` and `start` it as often as the test
    likes, on one port.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.cards: list[dict[str, Any]] = [
            {"id": MODEL, "max_model_len": LIMIT}
        ]
        self.health = 200
        self.status = 200
        self.started_s: float | None = 1000.0
        """What /metrics tells; raised by every start. None: it does not tell."""
        self._http: ThreadingHTTPServer | None = None

    def start(self) -> None:
        self.stop()
        if self.started_s is not None:
            self.started_s += 100.0
        self._http = ThreadingHTTPServer(
            ("127.0.0.1", self.port), self._handler()
        )
        self._http.daemon_threads = True
        Thread(
            target=self._http.serve_forever,
            kwargs={"poll_interval": 0.01},
            daemon=True,
        ).start()

    def stop(self) -> None:
        http, self._http = self._http, None
        if http is not None:
            http.shutdown()
            http.server_close()

    def answer(self, path: str) -> tuple[int, str]:
        if path == "/health":
            return self.health, ""
        if path == "/v1/models":
            return self.status, json.dumps({"data": self.cards})
        if path == "/metrics" and self.started_s is not None:
            return (
                200,
                (
                    "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds "
                    f"{self.started_s}\n"
                ),
            )
        if path == "/version":
            return 200, '{"version": "0.10.2"}'
        return 404, ""

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = server.answer(self.path)
                self.send_response(status)
                kind = (
                    "text/plain; version=0.0.4"
                    if self.path == "/metrics"
                    else "application/json"
                )
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: Any) -> None: ...

        return Handler


@contextmanager
def changing_server() -> Iterator[ChangingServer]:
    server = ChangingServer()
    try:
        yield server
    finally:
        server.stop()
