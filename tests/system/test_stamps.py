"""Arrival stamps: read out of control messages built by hand, and had from the kernel on a real
socket.
"""

from __future__ import annotations

import socket
import struct
import sys

import pytest

from inferometer.clock import realtime_ns
from inferometer.system import stamps

SO_TIMESTAMPING = 37


def control_message(seconds: int, nanos: int) -> stamps.Ancillary:
    """What `recvmsg` returns: the software stamp, then two that are empty."""
    return [
        (
            socket.SOL_SOCKET,
            SO_TIMESTAMPING,
            struct.pack("@qqqqqq", seconds, nanos, 0, 0, 0, 0),
        )
    ]


@pytest.mark.parametrize(
    ("seconds", "nanos", "expected_ns"),
    [
        (0, 1, 1),
        (5, 7, 5_000_000_007),
        (1_767_225_600, 999_999_999, 1_767_225_600_999_999_999),
    ],
)
def test_the_first_of_three_times_is_the_stamp(
    seconds: int, nanos: int, expected_ns: int
) -> None:
    assert stamps.arrival_ns(control_message(seconds, nanos)) == expected_ns


def test_no_control_message_is_no_stamp() -> None:
    assert stamps.arrival_ns([]) == 0


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux stamps what arrives"
)
def test_the_kernel_stamps_what_arrives_on_the_loopback() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
    ):
        server, _ = listener.accept()
        with server:
            assert stamps.enable(client)
            client.settimeout(5)
            stamped = []
            for _ in range(1000):  # the kernel may need a moment to begin
                before_ns = realtime_ns()
                server.sendall(b"x")
                data, ancillary, _, _ = client.recvmsg(
                    16, stamps.ANCILLARY_BYTES
                )
                stamp_ns = stamps.arrival_ns(ancillary)
                assert data == b"x"
                if stamp_ns:
                    assert before_ns <= stamp_ns <= realtime_ns()
                    stamped.append(stamp_ns)
                if len(stamped) == 3:
                    break
            assert len(stamped) == 3
            assert stamped == sorted(stamped)


def test_a_socket_that_takes_no_such_option_is_told_apart() -> None:
    one, other = socket.socketpair()
    with other:
        one.close()
        assert not stamps.enable(one)
