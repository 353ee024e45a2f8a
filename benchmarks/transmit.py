"""Would transmit stamps be worth having? How far `sent`, read just before the write, is from the
kernel's own stamp of the moment at which the request's last byte left.

Bodies go over loopback, one after the other, to a process that reads them on the other core. The
kernel's stamps (SOF_TIMESTAMPING_TX_SOFTWARE) come back through the socket's error queue.
"""

from __future__ import annotations

import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Sequence

import cores
import numpy as np
from table import print_table

# From the kernel's headers; the socket module has no names for them.
SO_TIMESTAMPING = 37
TX_SOFTWARE, REPORT_SOFTWARE, WITH_BYTE_NUMBER, WITHOUT_PACKET = (
    1 << 1,
    1 << 4,
    1 << 7,
    1 << 11,
)
MSG_ERRQUEUE, IP_RECVERR = 0x2000, 11
EXTENDED_ERROR = struct.Struct("@IBBBBII")
"""`sock_extended_err` of linux/errqueue.h: its last field is the number of the byte that the stamp
belongs to.
"""

PAUSE_S = 0.0005
SPINNER = "while True: pass"
READER = """
import socket, sys
connection, _ = socket.socket(fileno=int(sys.argv[1])).accept()
while connection.recv(1 << 20): pass
"""


def run(repeats: int) -> None:
    cases = (
        ("6 kB, core idle", 6_000, 2_000, 0),
        ("6 kB, two other processes want the core", 6_000, 1_000, 2),
        ("600 kB, core idle", 600_000, 200, 0),
    )
    rows = [
        _row(what, _lags_us(size, sends * repeats, rivals))
        for what, size, sends, rivals in cases
    ]
    print_table(
        "Transmit stamps: departure of the last byte by the kernel, less `sent`",
        ("µs", "p50", "p99", "max", "`sent_done` less `sent`, p50", "p99"),
        rows,
    )


def _row(what: str, lags_us: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    kernel, done = np.array(lags_us).T
    figures = (
        *np.percentile(kernel, [50, 99, 100]),
        *np.percentile(done, [50, 99]),
    )
    return what, *(f"{figure:,.0f}" for figure in figures)


def _lags_us(size: int, sends: int, rivals: int) -> list[tuple[float, float]]:
    """For each send: (kernel's transmit stamp, clock read after the write), both less the clock
    read before it, µs.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    with cores.pinned(cores.SERVER):
        reader = subprocess.Popen(
            [sys.executable, "-c", READER, str(listener.fileno())],
            pass_fds=[listener.fileno()],
        )
    with cores.pinned(cores.CLIENT):
        spinners = [
            subprocess.Popen([sys.executable, "-c", SPINNER])
            for _ in range(rivals)
        ]
        try:
            with socket.create_connection(listener.getsockname()) as sock:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                wanted = (
                    TX_SOFTWARE
                    | REPORT_SOFTWARE
                    | WITH_BYTE_NUMBER
                    | WITHOUT_PACKET
                )
                sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, wanted)
                return [
                    _send(sock, b"x" * size, last_byte=(turn + 1) * size - 1)
                    for turn in range(sends)
                ]
        finally:
            for process in (reader, *spinners):
                process.kill()
                process.wait()
            listener.close()


def _send(
    sock: socket.socket, body: bytes, last_byte: int
) -> tuple[float, float]:
    time.sleep(PAUSE_S)
    sent_ns = time.time_ns()
    sock.sendall(body)
    done_ns = time.time_ns()
    return (_stamp_of(sock, last_byte) - sent_ns) / 1e3, (
        done_ns - sent_ns
    ) / 1e3


def _stamp_of(sock: socket.socket, byte: int) -> int:
    """The transmit stamp of the byte with this number, ns of CLOCK_REALTIME; waits until it has
    left.
    """
    poller = select.poll()
    poller.register(sock, 0)  # errors are reported unasked
    while poller.poll(1000):
        _, ancillary, _, _ = sock.recvmsg(0, 512, MSG_ERRQUEUE)
        parts = {(level, kind): data for level, kind, data in ancillary}
        number = EXTENDED_ERROR.unpack_from(parts[socket.SOL_IP, IP_RECVERR])[
            -1
        ]
        if number == byte:
            seconds, nanos = struct.unpack_from(
                "@qq", parts[socket.SOL_SOCKET, SO_TIMESTAMPING]
            )
            return int(seconds) * 1_000_000_000 + int(nanos)
    raise SystemExit("The kernel gives no transmit stamps on this socket.")
