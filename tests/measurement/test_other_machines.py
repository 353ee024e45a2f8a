"""A simulated card is looked at over one connection, and over another when that is gone."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler

from inferometer.measurement.other_machines import SimulatedMachine
from tests.server.answering_server import http_server


def test_an_engine_that_hung_up_is_connected_to_again() -> None:
    connections, paths = [], []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            connections.append(self.client_address)

        def do_GET(self) -> None:
            paths.append(self.path)
            body = b'{"monotonic_ns": 1, "cards": []}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = len(paths) == 2  # it does not say so

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http_server(Handler) as url:
        machine = SimulatedMachine(url)
        seen = [machine() for _ in range(4)]
        assert machine._calls is not None
        machine._calls.close()  # in a run, that is the end of the samplers' process
    assert [each.tools for each in seen] == [()] * 4
    assert paths == ["/telemetry"] * 4
    assert len(connections) == 2
