"""How connections are used: what a response is, whatever surrounds it, and which connection may carry
the next request.
"""

from __future__ import annotations

import socket

import pytest

from inferometer.server.calls import Answer, Calls
from inferometer.server.deadline import Deadline
from inferometer.server.endpoint import Endpoint, EndpointError
from tests.server.raw_server import Misbehave, raw_server

LIMIT_S = 20.0
OK = b"HTTP/1.1 200 OK\r\n"
PLAIN = OK + b"Content-Length: 2\r\n\r\n{}"


def asked(misbehave: Misbehave, times: int = 1) -> tuple[list[Answer], int]:
    """What a server answers to so many requests, and over how many connections."""
    peers: list[socket.socket] = []

    def answer(peer: socket.socket, request: bytes) -> None:
        if peer not in peers:
            peers.append(peer)
        misbehave(peer, request)

    with raw_server(answer) as url:
        calls = Calls(url, {}, None)
        try:
            answers = [
                calls.whole("GET", "/q", Deadline(LIMIT_S))
                for _ in range(times)
            ]
        finally:
            calls.close()
    return answers, len(peers)


def says(*pieces: bytes, closes: bool = False) -> Misbehave:
    def misbehave(peer: socket.socket, request: bytes) -> None:
        for piece in pieces:
            peer.sendall(piece)
        if closes:
            peer.shutdown(socket.SHUT_RDWR)

    return misbehave


@pytest.mark.parametrize(
    ("misbehave", "body", "connections"),
    [
        (says(PLAIN), b"{}", 1),
        (says(*(bytes([each]) for each in PLAIN)), b"{}", 1),
        (
            says(
                OK
                + b"Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nT: x\r\n\r\n"
            ),
            b"{}",
            1,
        ),
        (says(b"HTTP/1.1 204 No Content\r\n\r\n"), b"", 1),
        (
            says(b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + PLAIN),
            b"{}",
            1,
        ),
        # without a length, the end of the connection is the end of the body
        (says(OK + b"\r\n{}", closes=True), b"{}", 2),
        (
            says(OK + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"),
            b"{}",
            2,
        ),
    ],
)
def test_a_connection_is_used_again_only_after_a_clear_end(
    misbehave: Misbehave, body: bytes, connections: int
) -> None:
    answers, used = asked(misbehave, times=2)
    assert [each.body for each in answers] == [body] * 2
    assert used == connections


@pytest.mark.parametrize(
    "pieces",
    [
        (OK + b"Content-Length: 3\r\n\r\n{}",),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",),
        (OK + b"Content-Le",),
        (b"",),
        (b"SSH-2.0-OpenSSH_9.6\r\n",),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        ),
    ],
)
def test_half_a_response_is_none(pieces: tuple[bytes, ...]) -> None:
    with (
        raw_server(says(*pieces, closes=True)) as url,
        Endpoint(url) as endpoint,
        pytest.raises(EndpointError, match="did not send HTTP in reply to GET"),
    ):
        endpoint.models()


def test_a_route_that_is_not_there_is_asked_once() -> None:
    seen: list[bytes] = []

    def absent(peer: socket.socket, request: bytes) -> None:
        seen.append(request)
        peer.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")

    with raw_server(absent) as url, Endpoint(url) as endpoint:
        for _ in range(3):
            assert endpoint.tokenize("m", "words") is None
    lines = [each.partition(b" HTTP")[0] for each in seen]
    assert len(lines) == len(set(seen))
    assert set(lines) == {b"POST /tokenize", b"POST /v1/encode"}


def test_a_route_that_is_not_there_yet_is_asked_again() -> None:
    answers = [
        b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 503 Loading\r\nContent-Length: 0\r\n\r\n",
        OK + b'Content-Length: 26\r\n\r\n{"count":2,"tokens":[7,8]}',
    ]

    def starting(peer: socket.socket, request: bytes) -> None:
        peer.sendall(answers[0])

    with raw_server(starting) as url, Endpoint(url) as endpoint:
        assert endpoint.tokenize("m", "words") is None
        del answers[0]
        with pytest.raises(EndpointError):
            endpoint.check_reachable()
        del answers[0]
        assert endpoint.tokenize("m", "words") == [7, 8]
