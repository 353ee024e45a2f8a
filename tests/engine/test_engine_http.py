"""One connection of the engine, on a real pair of sockets."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from time import monotonic_ns

import pytest

from inferometer.engine.http import ClientConnection
from tests.engine.loopback import TIMEOUT_S, read_until, tcp_pair

POST = (
    b"POST /v1/completions?x=1 HTTP/1.1\r\nHost: h\r\nX-Request-Id: seven\r\nContent-Length: "
    b"5\r\n\r\nhello"
)
GET = b"GET /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, ClientConnection]]:
    with tcp_pair() as (client, server):
        yield client, ClientConnection(server)


def receive(connection: ClientConnection) -> bool:
    """Wait for bytes, and read them."""
    assert select.select((connection.sock,), (), (), TIMEOUT_S)[0]
    return connection.receive()


def test_a_request_that_comes_byte_by_byte(
    pair: tuple[socket.socket, ClientConnection],
) -> None:
    client, connection = pair
    for i in range(len(POST)):
        assert not connection.requests
        client.send(POST[i : i + 1])
        assert receive(connection)
    (request,) = connection.requests
    assert (request.method, request.path, request.body) == (
        "POST",
        "/v1/completions",
        b"hello",
    )
    assert request.headers["x-request-id"] == "seven"
    assert request.keep_alive


def test_requests_that_come_together(
    pair: tuple[socket.socket, ClientConnection],
) -> None:
    client, connection = pair
    client.send(POST + POST + GET)
    assert receive(connection)
    assert [(r.path, r.body, r.keep_alive) for r in connection.requests] == [
        ("/v1/completions", b"hello", True),
        ("/v1/completions", b"hello", True),
        ("/health", b"", False),
    ]


def test_arrival_is_before_the_read_and_after_the_send(
    pair: tuple[socket.socket, ClientConnection],
) -> None:
    client, connection = pair
    before = monotonic_ns()
    client.send(POST)
    assert receive(connection)
    assert (
        before - 1_000_000
        <= connection.requests[0].arrived_ns
        <= monotonic_ns()
    )  # two clocks: a little slack


def test_what_is_not_http_is_told_so_and_closed(
    pair: tuple[socket.socket, ClientConnection],
) -> None:
    client, connection = pair
    client.send(b"\x16\x03\x01 hello?\r\n\r\n")
    assert not receive(connection)
    connection.close()
    answer = read_until(client, b"Invalid HTTP request received.")
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"\r\nconnection: close\r\n" in answer


def test_a_client_that_left(
    pair: tuple[socket.socket, ClientConnection],
) -> None:
    client, connection = pair
    client.close()
    assert not receive(connection)


def test_expect_100_continue(
    pair: tuple[socket.socket, ClientConnection],
) -> None:
    client, connection = pair
    head, body = (
        POST[:-5].replace(b"Host: h", b"Host: h\r\nExpect: 100-continue"),
        POST[-5:],
    )
    client.send(head)
    assert receive(connection)
    assert read_until(client, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.send(body)
    assert receive(connection)
    assert connection.requests[0].body == b"hello"


def test_a_slow_reader_is_buffered_for(
    pair: tuple[socket.socket, ClientConnection],
) -> None:
    client, connection = pair
    pieces = [bytes([i]) * 200_000 for i in range(100)]
    for piece in pieces:
        connection.send(piece)
    assert connection.unsent
    expected = b"".join(pieces)
    got = b""
    while len(got) < len(expected):
        got += client.recv(1 << 20)
        connection.flush()
    assert got == expected
    assert not connection.unsent


def test_sending_to_nobody_is_left_for_the_next_read_to_find(
    pair: tuple[socket.socket, ClientConnection],
) -> None:
    client, connection = pair
    client.close()
    for _ in range(100):
        connection.send(b"x" * 100_000)
        connection.flush()
    assert not receive(connection)
