"""The packets of a server as the kernel sees them come in (Linux, AF_PACKET): when each arrived,
and which bytes of which connection it brought. The same of our packets to it, as they go out.

The kernel writes the headers of each packet into a ring of memory that we map. No payload is kept.
What is in the ring does not depend on when we look, so a process that was stopped for a second
still knows when every byte arrived.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import socket
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from inferometer.system.packet_filter import (
    FIN,
    IPV4,
    IPV6,
    RESET,
    SYN,
    Endpoint,
    Headers,
    filter_for,
)
from inferometer.system.route import interface_to

# From linux/if_packet.h and asm-generic/socket.h; the socket module has no names for them.
_SOL_PACKET = 263
_RX_RING, _STATISTICS, _VERSION, _IGNORE_OUTGOING = 5, 6, 10, 23
_TPACKET_V2 = 1
_ATTACH_FILTER = 26
_EVERY_PROTOCOL = 3
_KERNELS, _OURS = 0, 1
"""Who owns a frame of the ring."""

_IP_AT = 80
"""Where a frame holds the IP header: after the kernel's own, for sockets of type SOCK_DGRAM."""

_FRAME_BYTES: dict[int, int] = {socket.AF_INET: 128, socket.AF_INET6: 256}
_BLOCK_BYTES = 1 << 16
_LOOK = 256
"""Frames whose state is looked at together."""

MIN_FRAMES, MAX_FRAMES = 1 << 14, 1 << 18
FRAMES_A_STREAM = 64

ENDS = 1 << 8
"""The packet ends as the last chunk of a body does."""
ZERO_WINDOW = 1 << 9
"""A packet of ours says that we have no room for more."""

FEW = 24
"""Up to so many packets are read sooner one by one than as columns."""

FlowKey = int
"""Of a connection, from what its incoming packets show: see `flow_key`."""

_HALF, _TCP = struct.Struct("!H"), struct.Struct("!2I4xI")
_UNUSUAL = SYN | FIN | RESET
_WINDOW, _SECOND_PORT = 0xFFFF, 0xFFFF
"""Where they are in the words that they share with TCP's flags and with the first port."""
_HEAD = struct.Struct("@4x2I4x2I")
"""Of `struct tpacket2_hdr`: the packet's length, how much was kept of it, and its time."""


class Packet(NamedTuple):
    """One packet. Rows of columns are plain tuples: the reader takes each apart at once."""

    key: FlowKey
    sequence: int
    """TCP's number of the first byte, modulo 2³²."""
    length: int
    """Bytes of payload."""
    time_ns: int
    """Arrival, or departure, CLOCK_REALTIME."""
    kind: int
    """SYN, FIN and RESET as TCP has them, ENDS and ZERO_WINDOW; 0: it does nothing but bring
    bytes.
    """


class Columns(NamedTuple):
    """Packets, a column for each field of Packet."""

    keys: npt.NDArray[np.uint64]
    sequences: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    times_ns: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]

    def part(self, which: npt.NDArray[Any]) -> Columns:
        """Those with these numbers, or those for which this is true."""
        return Columns(*[column[which] for column in self])

    def rows(self) -> list[Packet]:
        rows = zip(*[column.tolist() for column in self], strict=True)
        return list(rows)  # type: ignore[arg-type]


class NoRingError(Exception):
    """There is no packet ring here; the argument says why."""


def flow_key(server: Endpoint, local_port: int, family: int) -> FlowKey:
    """What identifies a connection: its server's address (the words of an IPv6 address folded into
    one) and both ports.
    """
    address, port = server
    packed = socket.inet_pton(family, address)
    folded = 0
    for (word,) in struct.iter_unpack("!I", packed):
        folded ^= word
    return folded << 32 | port << 16 | local_port


class PacketRing:
    """Packets from some servers, from `listen` until it is closed."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        family: int,
        *,
        frames: int,
        alarms_only: bool = False,
        outgoing: bool = False,
    ) -> None:
        """`frames`: packets that the ring can hold. `alarms_only`: see `filter_for`. `outgoing`:
        our packets to these servers instead. Raises NoRingError.
        """
        _refuse_unsuitable_hosts()
        headers = IPV4 if family == socket.AF_INET else IPV6
        frame_bytes = _FRAME_BYTES[headers.family]
        self._headers = headers.of_ours() if outgoing else headers
        blocks = max(1, -(-frames * frame_bytes // _BLOCK_BYTES))
        self.bytes = blocks * _BLOCK_BYTES
        self.lost = 0
        """Packets for which the ring had no room, so far."""
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        except PermissionError as error:
            raise NoRingError("CAP_NET_RAW is missing") from error
        except OSError as error:
            raise NoRingError(error.strerror or str(error)) from error
        try:
            self._open(endpoints, blocks, frame_bytes, alarms_only=alarms_only)
        except OSError as error:
            self._socket.close()
            raise NoRingError(error.strerror or str(error)) from error
        words = np.frombuffer(self._memory, np.uint32)
        self._frame_bytes = frame_bytes
        self._frames = words.reshape(-1, frame_bytes // 4)
        self._status = self._frames[:, 0]
        self._next = 0

    def _open(
        self,
        endpoints: Sequence[Endpoint],
        blocks: int,
        frame_bytes: int,
        *,
        alarms_only: bool,
    ) -> None:
        set_option = self._socket.setsockopt
        program = filter_for(self._headers, endpoints, alarms_only=alarms_only)
        steps = ctypes.create_string_buffer(program, len(program))
        # struct sock_fprog: how many steps, and where they are
        set_option(
            socket.SOL_SOCKET,
            _ATTACH_FILTER,
            struct.pack("@HP", len(program) // 8, ctypes.addressof(steps)),
        )
        if not self._headers.outgoing:
            # from Linux 4.20 on: spares the filter's run
            with suppress(OSError):
                set_option(_SOL_PACKET, _IGNORE_OUTGOING, 1)
        set_option(_SOL_PACKET, _VERSION, _TPACKET_V2)
        frames = blocks * _BLOCK_BYTES // frame_bytes
        self._make_room(blocks, frame_bytes, frames)
        self._memory = mmap.mmap(self._socket.fileno(), self.bytes)
        addresses = {address for address, _ in endpoints}
        interfaces = {
            interface_to(address, self._headers.family) for address in addresses
        }
        # "" is any interface
        name = interfaces.pop() if len(interfaces) == 1 else ""
        self._interface = (name, socket.if_nametoindex(name)) if name else None

    def _make_room(self, blocks: int, frame_bytes: int, frames: int) -> None:
        """The kernel takes some milliseconds, for which the socket module would keep other threads
        waiting.
        """
        request = struct.pack("@4I", _BLOCK_BYTES, blocks, frame_bytes, frames)
        c_library = ctypes.CDLL(None, use_errno=True)
        if c_library.setsockopt(
            self._socket.fileno(), _SOL_PACKET, _RX_RING, request, len(request)
        ):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def listen(self) -> None:
        """From now on packets come in. Raises NoRingError."""
        name = self._interface[0] if self._interface else ""
        try:
            self._socket.bind((name, _EVERY_PROTOCOL))
        except OSError as error:
            raise NoRingError(error.strerror or str(error)) from error

    def fileno(self) -> int:
        """Readable while there are packets."""
        return self._socket.fileno()

    def take(self, most: int = MAX_FRAMES) -> list[Packet]:
        """The next packets, at most so many, in the order of their arrival. There may be more after
        them.
        """
        packets = self.take_columns(most)
        return packets if isinstance(packets, list) else packets.rows()

    def take_columns(self, most: int = MAX_FRAMES) -> list[Packet] | Columns:
        """The same; as columns if they are more than a few."""
        count = self._ready(most)
        if not count:
            return []
        taken = slice(self._next, self._next + count)
        packets: list[Packet] | Columns
        if count <= FEW:
            packets = [
                _read_one(self._memory, at * self._frame_bytes, self._headers)
                for at in range(taken.start, taken.stop)
            ]
        else:
            packets = _read(self._frames[taken], self._headers)
        self._status[taken] = _KERNELS
        self._next = taken.stop % len(self._status)
        return packets

    def _ready(self, most: int) -> int:
        """How many frames after the last one hold packets, up to the end of the memory."""
        begin = end = self._next
        memory, step = self._memory, self._frame_bytes
        few = min(begin + min(most, FEW), len(self._status))
        while end < few:  # one by one is sooner done for them
            if not memory[end * step] & _OURS:
                return end - begin
            end += 1
        until = min(begin + most, len(self._status))
        while end < until:
            block = self._status[end : min(end + _LOOK, until)] & _OURS
            if not block.all():
                return end + int(block.argmin()) - begin
            end += len(block)
        return end - begin

    def count_lost(self) -> int:
        """How many packets found no room since this was last asked."""
        counted = self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 8)
        lost = struct.unpack("@2I", counted)[1]
        self.lost += lost
        return int(lost)

    def is_cut_off(self) -> bool:
        """Whether its network interface was deleted. Another one of that name is not the same."""
        if self._interface is None:
            return False
        name, index = self._interface
        try:
            return socket.if_nametoindex(name) != index
        except OSError:
            return True

    def forget_error(self) -> None:
        """The interface was down; when it is up, packets come again."""
        self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

    def close(self) -> None:
        self._socket.close()
        del self._frames, self._status
        self._memory.close()


def frames_for(streams: int) -> int:
    """How many packets a ring holds for so many streams: some seconds of them."""
    return min(MAX_FRAMES, max(MIN_FRAMES, streams * FRAMES_A_STREAM))


def _refuse_unsuitable_hosts() -> None:
    if sys.platform != "linux":
        raise NoRingError("not Linux")
    if struct.calcsize("P") != 8:
        raise NoRingError("not a 64-bit system")


def _read(frames: npt.NDArray[np.uint32], headers: Headers) -> Columns:
    """What frames, rows of 32-bit words, tell: of `struct tpacket2_hdr`, of IP, and of TCP."""
    kept = frames.copy()  # one pass over memory that the kernel shares
    network = kept[:, _IP_AT // 4 :].view(">u4")

    def word(at: int) -> npt.NDArray[np.int64]:
        return network[:, at // 4].astype(np.int64)

    # IPv4's length is the second half of its word, IPv6's the first
    shift = 16 if headers.total % 4 == 0 else 0
    total = (word(headers.total) >> shift & 0xFFFF) + headers.total_adds
    too_large = total == headers.total_adds
    if too_large.any():  # for the field
        total = np.where(too_large, kept[:, 1], total)
    state = word(headers.tcp + 12)
    if headers.outgoing:
        marked = (state & _WINDOW == 0) * ZERO_WINDOW
    else:
        marked = (kept[:, 2] > headers.kept) * ENDS
    return Columns(
        _keys(network, headers),
        word(headers.tcp + 4),
        total - headers.tcp - (state >> 28) * 4,
        kept[:, 4].astype(np.int64) * 1_000_000_000 + kept[:, 5],
        state >> 16 & _UNUSUAL | marked,
    )


def _keys(
    network: npt.NDArray[np.uint32], headers: Headers
) -> npt.NDArray[np.uint64]:
    """The `flow_key` of each packet."""
    server = headers.server // 4
    folded = network[:, server].astype(np.uint64)
    for word in range(server + 1, server + headers.address_words):
        folded ^= network[:, word]
    ports = network[:, headers.tcp // 4].astype(np.uint64)
    if headers.outgoing:  # the server's is the second one
        ports = (ports & np.uint64(_SECOND_PORT)) << np.uint64(16) | (
            ports >> np.uint64(16)
        )
    keys: npt.NDArray[np.uint64] = folded << np.uint64(32) | ports
    return keys


def _read_one(
    memory: mmap.mmap | bytearray, at: int, headers: Headers
) -> Packet:
    """The same of the frame that begins at that byte."""
    size, kept, seconds, nanos = _HEAD.unpack_from(memory, at)
    at += _IP_AT
    (total,) = _HALF.unpack_from(memory, at + headers.total)
    total = total + headers.total_adds if total else size
    folded = 0
    for word in headers.address.unpack_from(memory, at + headers.server):
        folded ^= word
    ports, sequence, state = _TCP.unpack_from(memory, at + headers.tcp)
    if headers.outgoing:
        ports = (ports & _SECOND_PORT) << 16 | ports >> 16
        marked = 0 if state & _WINDOW else ZERO_WINDOW
    else:
        marked = ENDS if kept > headers.kept else 0
    return Packet(
        folded << 32 | ports,
        sequence,
        total - headers.tcp - (state >> 28) * 4,
        seconds * 1_000_000_000 + nanos,
        state >> 16 & _UNUSUAL | marked,
    )
