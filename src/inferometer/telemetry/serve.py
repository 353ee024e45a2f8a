"""Shows a machine's samples over HTTP to a client on another host.

`GET /sample?after=N` answers what was seen after the sample of number N: a sample in JSON, powers
of cards that were read alone in between, its number, and this host's clocks when the question came
and when the answer left. Nothing else is served, and nothing of a request is logged.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import socket
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from inferometer.clock import monotonic_ns, realtime_ns
from inferometer.telemetry.reading import reading_json
from inferometer.telemetry.sample import gathered
from inferometer.telemetry.watch import Watch

PATH = "/sample"
TIMEOUT_S = 30.0
"""After so long without a question a connection is closed."""
MAX_CONNECTIONS = 16


def is_loopback(host: str) -> bool:
    """Whether only this host reaches the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class MonitorServer(ThreadingHTTPServer):
    """Serves a watch. Without a token it must listen on the loopback only."""

    daemon_threads = True

    def __init__(
        self, address: tuple[str, int], watch: Watch, token: str | None
    ) -> None:
        if token is None and not is_loopback(address[0]):
            raise ValueError("a token is required beyond the loopback")
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)
        self.watch, self.token = watch, token
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)

    def process_request(self, request: object, client_address: object) -> None:
        """In a thread of its own, of which there are not many."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)  # type: ignore[arg-type]
            return
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def process_request_thread(
        self, request: object, client_address: object
    ) -> None:
        """The thread's body."""
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._free.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no event."""


class _Handler(BaseHTTPRequestHandler):
    server: MonitorServer
    protocol_version = "HTTP/1.1"
    timeout = TIMEOUT_S
    server_version = "inferometer"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer a question."""
        received = monotonic_ns(), realtime_ns()
        if {"Content-Length", "Transfer-Encoding"} & {
            name.title() for name in self.headers
        }:
            self.close_connection = True  # its body is not read
        if not self._is_allowed():
            self._answer(HTTPStatus.UNAUTHORIZED, {"error": "token"})
            return
        asked = urlsplit(self.path)
        if asked.path != PATH:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "path"})
            return
        after = parse_qs(asked.query).get("after", ["0"])[0]
        seen, powers, number = self.server.watch.since(
            int(after) if after.isdecimal() and len(after) < 19 else 0
        )
        stamp = max(
            (each.monotonic_ns for each in seen if each.cards),
            default=seen[-1].monotonic_ns if seen else received[0],
        )
        newest = {
            card.address or (card.vendor, card.number): card
            for each in seen
            for card in each.cards
        }
        sample = gathered(seen, stamp, list(newest.values()))
        self._answer(
            HTTPStatus.OK,
            {
                **sample.as_json(),
                "powers": [
                    {
                        "monotonic_ns": each.monotonic_ns,
                        "address": each.address,
                        "power": reading_json(each.power, "W"),
                    }
                    for each in powers
                ],
                "number": number,
                "received_ns": received[0],
                "received_time_ns": received[1],
            },
        )

    def _is_allowed(self) -> bool:
        """By the token; without one, by a name of the loopback, which a page of the web that was
        pointed here has not.
        """
        token = self.server.token
        if token is None:
            host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
            return is_loopback(host or "")
        told = self.headers.get("Authorization", "").encode()
        return hmac.compare_digest(told, f"Bearer {token}".encode())

    def _answer(self, status: HTTPStatus, found: dict[str, object]) -> None:
        found["sent_ns"], found["sent_time_ns"] = monotonic_ns(), realtime_ns()
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a request may hold a key."""
