"""The kernel's filter for a server's packets: classic BPF, which sees packets from their IP header
on.

It keeps of a packet what stands before its payload. What a caller must know of the payload, the
filter says by the number of bytes that it keeps: one more for a packet that ends a chunked body.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

# From linux/bpf_common.h, linux/filter.h and linux/if_packet.h
_LOAD, _LOAD_HALF, _LOAD_BYTE, _LOAD_LENGTH = 0x20, 0x28, 0x30, 0x80
_LOAD_AT_X, _LOAD_HALF_AT_X, _LOAD_BYTE_AT_X = 0x40, 0x48, 0x50
_LOAD_KEPT, _KEEP, _TO_X, _X_FROM_KEPT = 0x60, 0x02, 0x07, 0x61
_ADD, _SUBTRACT, _SUBTRACT_X, _AND, _SHIFT_RIGHT = 0x04, 0x14, 0x1C, 0x54, 0x74
_JUMP, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x05, 0x15, 0x35, 0x45, 0x06
_PACKET_TYPE = 0xFFFFF000 + 4
_OUTGOING = 4

TCP = 6
FIN, SYN, RESET, ACK = 0x01, 0x02, 0x04, 0x10
LAST_CHUNK = b"0\r\n\r\n"
MAX_ADDRESSES = 8
"""With more of them, the filter looks at ports only: its jumps reach 255 steps. The reader looks at
the rest.
"""

Endpoint = tuple[str, int]
"""A server's IP address, as text, and its port."""


class Headers(NamedTuple):
    """Where fields stand from the IP header on, without options or extension headers."""

    family: int
    first_byte: int
    first_mask: int
    protocol: int
    server: int
    """Its address: the source of what it sends, the destination of what we send."""
    address_words: int
    total: int
    total_adds: int
    """What the length field leaves out."""
    tcp: int

    address: struct.Struct
    """Of the server's, as words."""
    outgoing: bool = False
    """These are our packets to the server."""

    @property
    def kept(self) -> int:
        return self.tcp + 20

    @property
    def server_port(self) -> int:
        return self.tcp + 2 * self.outgoing

    def of_ours(self) -> Headers:
        """The same of our packets to the server."""
        destination = self.server + 4 * self.address_words
        return self._replace(server=destination, outgoing=True)


IPV4 = Headers(
    socket.AF_INET, 0x45, 0xFF, 9, 12, 1, 2, 0, 20, struct.Struct("!I")
)
IPV6 = Headers(
    socket.AF_INET6, 0x60, 0xF0, 6, 8, 4, 4, 40, 40, struct.Struct("!4I")
)
_FRAGMENT = 0x3FFF
"""More fragments follow, or this is not the first: IPv4's field at byte 6."""


@dataclass(frozen=True, slots=True)
class _Step:
    code: int
    value: int = 0
    yes: str = ""
    """Label to go to; empty: the next step."""
    no: str = ""
    label: str = ""


def filter_for(
    headers: Headers, endpoints: Sequence[Endpoint], *, alarms_only: bool
) -> bytes:
    """The program for packets from these servers: `struct sock_filter`s.

    It takes what carries payload, and what opens or ends a connection. With `alarms_only` it takes
    what cannot wait: the end of a chunked body or of a connection, and answers other than 200.
    Of our packets it takes what carries payload, opens a connection, or says that our receive
    window is full.
    """
    wanted = (
        _going_out(headers)
        if headers.outgoing
        else _coming_in(headers, alarms_only=alarms_only)
    )
    steps = [
        *_of_the_server(headers, endpoints),
        *wanted,
        _Step(_RETURN, headers.kept, label="plain"),
        _Step(_RETURN, headers.kept + 1, label="ends"),
        _Step(_RETURN, 0, label="drop"),
    ]
    return _assembled(steps)


def _going_out(headers: Headers) -> list[_Step]:
    """A reset has no window, and a FIN comes after all requests."""
    tcp = headers.tcp
    return [
        _Step(_LOAD_BYTE, tcp + 13),
        _Step(_ANY_BIT, FIN | RESET, yes="drop"),
        _Step(_ANY_BIT, SYN, yes="plain"),
        _Step(_LOAD_HALF, tcp + 14),
        _Step(_EQUAL, 0, yes="plain"),
        *_lengths(headers),
        _Step(_EQUAL, 0, yes="drop"),
    ]


def _coming_in(headers: Headers, *, alarms_only: bool) -> list[_Step]:
    flags = FIN | RESET if alarms_only else FIN | SYN | RESET
    return [
        _Step(_LOAD_BYTE, headers.tcp + 13),
        _Step(_ANY_BIT, flags, yes="plain"),
        *_lengths(headers),
        # the accumulator has the payload's length
        _Step(_EQUAL, 0, yes="drop"),
        _Step(_AT_LEAST, len(LAST_CHUNK), no="begins"),
        _Step(_LOAD_KEPT, 0),
        _Step(_SUBTRACT, len(LAST_CHUNK)),
        _Step(_KEEP, 2),
        _Step(_LOAD_KEPT, 1),
        _Step(_KEEP, 3),
        _Step(_X_FROM_KEPT, 2),  # X = where the last five bytes begin
        _Step(_LOAD_AT_X, 0),
        _Step(_EQUAL, int.from_bytes(LAST_CHUNK[:4], "big"), no="begins"),
        _Step(_LOAD_BYTE_AT_X, 4),
        _Step(_EQUAL, LAST_CHUNK[4], yes="ends", no="begins"),
        *(
            _begins_badly()
            if alarms_only
            else [_Step(_JUMP, 0, label="begins")]
        ),
    ]


def _direction(headers: Headers) -> _Step:
    """The loopback shows each packet twice: as it goes out, and as it comes in."""
    if headers.outgoing:
        return _Step(_EQUAL, _OUTGOING, no="drop")
    return _Step(_EQUAL, _OUTGOING, yes="drop")


def _of_the_server(
    headers: Headers, endpoints: Sequence[Endpoint]
) -> list[_Step]:
    """Go on with whole TCP packets that come in from one of them, or that go out to one."""
    steps = [
        _Step(_LOAD_BYTE, _PACKET_TYPE),
        _direction(headers),
        _Step(_LOAD_BYTE, 0),
        _Step(_AND, headers.first_mask),
        _Step(_EQUAL, headers.first_byte, no="drop"),
        _Step(_LOAD_BYTE, headers.protocol),
        _Step(_EQUAL, TCP, no="drop"),
    ]
    if headers.family == socket.AF_INET:
        steps += [_Step(_LOAD_HALF, 6), _Step(_ANY_BIT, _FRAGMENT, yes="drop")]
    steps.append(_Step(_LOAD_HALF, headers.server_port))
    steps += [
        _Step(_EQUAL, port, yes="address")
        for port in sorted({port for _, port in endpoints})
    ]
    steps.append(_Step(_JUMP, yes="drop"))
    addresses = sorted(
        {socket.inet_pton(headers.family, ip) for ip, _ in endpoints}
    )
    steps.append(_Step(_LOAD, headers.server, label="address"))
    if len(addresses) > MAX_ADDRESSES:
        return steps
    for number, address in enumerate(addresses):
        other = f"other {number}"
        for place, word in enumerate(headers.address.unpack(address)):
            steps += [
                _Step(_LOAD, headers.server + 4 * place),
                _Step(_EQUAL, word, no=other),
            ]
        steps += [_Step(_JUMP, 0, yes="ours"), _Step(_JUMP, 0, label=other)]
    steps += [
        _Step(_JUMP, 0, yes="drop"),
        _Step(_JUMP, 0, label="ours"),
    ]
    return steps


def _lengths(headers: Headers) -> list[_Step]:
    """Keep the packet's length (0) and that of its headers (1); then load that of its payload.

    A length field of 0 means that the packet is too large for it.
    """
    return [
        _Step(_LOAD_HALF, headers.total),
        _Step(_EQUAL, 0, no="small"),
        _Step(_LOAD_LENGTH, 0),
        _Step(_SUBTRACT, headers.total_adds),
        _Step(_ADD, headers.total_adds, label="small"),
        _Step(_KEEP, 0),
        _Step(_LOAD_BYTE, headers.tcp + 12),
        _Step(_SHIFT_RIGHT, 2),
        _Step(_AND, 0x3C),
        _Step(_ADD, headers.tcp),
        _Step(_KEEP, 1),
        _Step(_TO_X),
        _Step(_LOAD_KEPT, 0),
        _Step(_SUBTRACT_X),
    ]


def _begins_badly() -> list[_Step]:
    """Take packets that begin a response whose status is not 20x."""
    return [
        _Step(_X_FROM_KEPT, 1, label="begins"),  # X = where the payload begins
        _Step(_LOAD_AT_X, 0),
        _Step(_EQUAL, int.from_bytes(b"HTTP", "big"), no="drop"),
        _Step(_LOAD_HALF_AT_X, 9),
        _Step(_EQUAL, int.from_bytes(b"20", "big"), yes="drop"),
    ]


def _assembled(steps: Sequence[_Step]) -> bytes:
    places = {step.label: n for n, step in enumerate(steps) if step.label}
    program = []
    for n, step in enumerate(steps):
        yes, no = (
            places[label] - n - 1 if label else 0
            for label in (step.yes, step.no)
        )
        if step.code == _JUMP:
            program.append(struct.pack("=HBBI", _JUMP, 0, 0, yes))
        else:
            program.append(struct.pack("=HBBI", step.code, yes, no, step.value))
    return b"".join(program)
