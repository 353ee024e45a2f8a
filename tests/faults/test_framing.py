"""Framing as the loop does it: what a response says does not depend on how it was cut into reads,
or its body into chunks.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.loadgen.address import Address
from inferometer.loadgen.connection import Connection

bodies = st.binary(max_size=200)
places = st.lists(st.floats(0, 1), max_size=12)
statuses = st.sampled_from([200, 404, 429, 503])
before = st.sampled_from(
    [
        b"",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
    ]
)


@pytest.fixture(scope="module")
def address() -> Iterator[Address]:
    """Of somebody who listens and never speaks: the bytes come from the test."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        port = listener.getsockname()[1]
        yield Address(
            2,
            ("127.0.0.1", port),
            "127.0.0.1",
            f"127.0.0.1:{port}",
            False,
            False,
        )


def cut(data: bytes, at: list[float]) -> list[bytes]:
    ends = sorted(round(place * len(data)) for place in at)
    return [
        data[start:end]
        for start, end in zip([0, *ends], [*ends, len(data)], strict=True)
    ]


def framed(
    address: Address, reads: list[bytes]
) -> tuple[int, bytes, bool, bool, bool]:
    """Status, body, and whether the response was complete, of known length, and its connection to
    be kept.
    """
    connection = Connection(address, address.socket_address, None)
    try:
        body = b""
        for read in reads:
            connection.feed(read)
            body += connection.body
            connection.body = b""
        return (
            connection.status,
            body,
            connection.complete,
            connection.sized,
            connection.keep_alive,
        )
    finally:
        connection.close()


@given(
    body=bodies,
    chunks=places,
    reads=places,
    status=statuses,
    first=before,
    close=st.booleans(),
)
def test_chunked(
    address: Address,
    *,
    body: bytes,
    chunks: list[float],
    reads: list[float],
    status: int,
    first: bytes,
    close: bool,
) -> None:
    head = b"HTTP/1.1 %d X\r\nTransfer-Encoding: chunked\r\n%b\r\n" % (
        status,
        b"Connection: close\r\n" if close else b"",
    )
    pieces = b"".join(
        b"%x;x=y\r\n%b\r\n" % (len(chunk), chunk)
        for chunk in cut(body, chunks)
        if chunk
    )
    response = first + head + pieces + b"0\r\n\r\n"
    assert framed(address, cut(response, reads)) == (
        status,
        body,
        True,
        True,
        not close,
    )
    assert framed(
        address, [response[i : i + 1] for i in range(len(response))]
    ) == (
        status,
        body,
        True,
        True,
        not close,
    )


@given(body=bodies, reads=places, share=st.floats(0, 0.999))
def test_of_known_length_and_of_a_part_of_it(
    address: Address, body: bytes, reads: list[float], share: float
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert framed(address, cut(head + body, reads)) == (
        200,
        body,
        True,
        True,
        True,
    )
    part = body[: int(share * len(body))]
    if len(part) < len(body):
        assert framed(address, cut(head + part, reads))[:3] == (
            200,
            part,
            False,
        )


@given(body=bodies, reads=places)
def test_without_a_length_only_the_end_of_the_connection_ends_it(
    address: Address, body: bytes, reads: list[float]
) -> None:
    status, got, complete, sized, keep_alive = framed(
        address, cut(b"HTTP/1.1 200 OK\r\n\r\n" + body, reads)
    )
    assert (status, got, complete, sized, keep_alive) == (
        200,
        body,
        False,
        False,
        False,
    )
