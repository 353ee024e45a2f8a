"""The filter, run here by a small machine of our own on packets made up for it."""

from __future__ import annotations

import socket
import struct
from typing import Any

import pytest

from inferometer.system.packet_filter import (
    ACK,
    FIN,
    IPV4,
    IPV6,
    LAST_CHUNK,
    MAX_ADDRESSES,
    RESET,
    SYN,
    Endpoint,
    Headers,
    filter_for,
)

SERVER, PORT, OTHER_PORT = "192.0.2.7", 8000, 8001
SERVER_6 = "2001:db8::7"
INCOMING, OUTGOING = 0, 4
PACKET_TYPE = 0xFFFFF004
EVENT = b"a\r\ndata: {}\n\n\r\n"


def packet(
    payload: bytes = EVENT,
    *,
    source: str = SERVER,
    port: int = PORT,
    flags: int = ACK,
    options: int = 12,
    protocol: int = 6,
    fragment: int = 0,
    version: int | None = None,
    window: int = 9,
    ours: bool = False,
) -> bytes:
    """One IP packet with TCP in it: from that address and port, or of `ours` to them."""
    words = 5 + options // 4
    turn = -1 if ours else 1
    ports = (port, 40000)[::turn]
    tcp = struct.pack(
        "!HHIIBBHHH", *ports, 1, 1, words << 4, flags, window, 0, 0
    )
    rest = tcp + bytes(options) + payload
    if ":" in source:
        head = struct.pack(
            "!IHBB", version or 0x60000000, len(rest), protocol, 64
        )
        server = socket.inet_pton(socket.AF_INET6, source)
        return head + b"".join((server, bytes(16))[::turn]) + rest
    head = struct.pack(
        "!BBHHHBBH4s4s",
        version or 0x45,
        0,
        20 + len(rest),
        1,
        fragment,
        64,
        protocol,
        0,
        *(socket.inet_aton(source), bytes(4))[::turn],
    )
    return head + rest


def kept(program: bytes, data: bytes, packet_type: int = INCOMING) -> int:
    """Run a classic BPF program: how many bytes of the packet it keeps."""
    steps = list(struct.iter_unpack("=HBBI", program))
    memory: dict[int, int] = {}
    a = x = at = 0

    def load(where: int, size: int) -> int | None:
        if where == PACKET_TYPE:
            return packet_type
        inside = where + size <= len(data)
        return (
            int.from_bytes(data[where : where + size], "big")
            if inside
            else None
        )

    sizes = {0x00: 4, 0x08: 2, 0x10: 1}
    while True:
        code, yes, no, value = steps[at]
        at += 1
        kind, mode = code & 0x07, code & 0xE0
        if code == 0x06:
            return int(value)
        if kind == 0 and mode in (0x20, 0x40):
            got = load(value + (x if mode == 0x40 else 0), sizes[code & 0x18])
            if got is None:
                return 0
            a = got
        elif kind == 0 and mode == 0x80:
            a = len(data)
        elif kind == 0 and mode == 0x60:
            a = memory[value]
        elif code == 0x61:
            x = memory[value]
        elif code == 0x02:
            memory[value] = a
        elif code == 0x07:
            x = a
        elif kind == 4:
            a = calculated(code & 0xF0, a, x if code & 0x08 else value)
        elif code == 0x05:
            at += value
        else:
            true = {
                0x15: a == value,
                0x35: a >= value,
                0x45: bool(a & value),
            }[code]
            at += yes if true else no


def calculated(operation: int, a: int, operand: int) -> int:
    results = {
        0x00: a + operand,
        0x10: a - operand,
        0x50: a & operand,
        0x70: a >> min(operand, 31),
    }
    return results[operation] & 0xFFFFFFFF


ALL = {
    headers: filter_for(headers, [(server, PORT)], alarms_only=False)
    for headers, server in ((IPV4, SERVER), (IPV6, SERVER_6))
}
ALARMS = {
    headers: filter_for(headers, [(server, PORT)], alarms_only=True)
    for headers, server in ((IPV4, SERVER), (IPV6, SERVER_6))
}
OURS = {
    headers: filter_for(headers.of_ours(), [(server, PORT)], alarms_only=False)
    for headers, server in ((IPV4, SERVER), (IPV6, SERVER_6))
}
BOTH = pytest.mark.parametrize(
    ("headers", "source"), [(IPV4, SERVER), (IPV6, SERVER_6)], ids=["4", "6"]
)


@BOTH
@pytest.mark.parametrize("options", [0, 12, 40])
def test_a_packet_with_payload_is_kept_up_to_its_tcp_header(
    headers: Headers, source: str, options: int
) -> None:
    data = packet(source=source, options=options)
    assert kept(ALL[headers], data) == headers.kept
    assert kept(ALARMS[headers], data) == 0


@BOTH
@pytest.mark.parametrize("options", [0, 12, 40])
@pytest.mark.parametrize("before", [b"", b"data: [DONE]\n\n\r\n"])
def test_the_end_of_a_chunked_body_is_an_alarm_and_known_by_a_byte_more(
    headers: Headers, source: str, options: int, before: bytes
) -> None:
    data = packet(before + LAST_CHUNK, source=source, options=options)
    assert kept(ALL[headers], data) == headers.kept + 1
    assert kept(ALARMS[headers], data) == headers.kept + 1


@BOTH
@pytest.mark.parametrize(
    ("payload", "flags", "in_all", "in_alarms"),
    [
        (b"", ACK, False, False),
        (b"", SYN | ACK, True, False),
        (b"", FIN | ACK, True, True),
        (b"", RESET, True, True),
        (b"abc", ACK, True, False),
        (b"HTTP/1.1 200 OK\r\n", ACK, True, False),
        (b"HTTP/1.1 429 Too Many Requests\r\n", ACK, True, True),
        (b"HTTP/1.1 500 X\r\n", ACK, True, True),
        (b"x" * 1460, ACK, True, False),
    ],
)
def test_what_is_kept_and_what_is_an_alarm(
    headers: Headers,
    source: str,
    payload: bytes,
    flags: int,
    *,
    in_all: bool,
    in_alarms: bool,
) -> None:
    data = packet(payload, source=source, flags=flags)
    assert bool(kept(ALL[headers], data)) is in_all
    assert bool(kept(ALARMS[headers], data)) is in_alarms


@BOTH
@pytest.mark.parametrize("options", [0, 12, 40])
@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        ({}, True),
        ({"payload": b"a"}, True),
        ({"payload": LAST_CHUNK}, True),
        ({"payload": b""}, False),
        ({"payload": b"", "window": 0}, True),
        ({"window": 0}, True),
        ({"payload": b"", "flags": SYN}, True),
        ({"payload": b"", "flags": FIN | ACK}, False),
        ({"payload": b"", "flags": FIN | ACK, "window": 0}, False),
        ({"payload": b"", "flags": RESET, "window": 0}, False),
    ],
)
def test_what_is_kept_of_our_own_packets(
    headers: Headers,
    source: str,
    options: int,
    fields: dict[str, Any],
    *,
    taken: bool,
) -> None:
    fields = {**fields, "source": source, "options": options}
    ours, theirs = packet(**fields, ours=True), packet(**fields)
    expected = headers.kept if taken else 0
    assert kept(OURS[headers], ours, OUTGOING) == expected
    assert kept(OURS[headers], ours, INCOMING) == 0  # the loopback shows both
    assert kept(OURS[headers], theirs, OUTGOING) == 0
    assert kept(ALL[headers], ours, INCOMING) == 0


@pytest.mark.parametrize(
    ("data", "packet_type"),
    [
        (packet(source="192.0.2.8"), INCOMING),
        (packet(port=OTHER_PORT), INCOMING),
        (packet(protocol=17), INCOMING),
        (packet(fragment=0x2000), INCOMING),
        (packet(fragment=0x00B9), INCOMING),
        (packet(version=0x46), INCOMING),
        (packet(source=SERVER_6), INCOMING),
        (packet(), OUTGOING),
        (packet()[:30], INCOMING),
    ],
    ids=[
        "other address",
        "other port",
        "not TCP",
        "first fragment",
        "later fragment",
        "with IP options",
        "other version",
        "ours",
        "cut off",
    ],
)
def test_other_packets_are_left_out(data: bytes, packet_type: int) -> None:
    assert kept(ALL[IPV4], data, packet_type) == 0


def test_the_padding_of_a_short_frame_is_no_payload() -> None:
    assert kept(ALL[IPV4], packet(b"", options=0) + bytes(6)) == 0
    data = packet(LAST_CHUNK, options=0) + bytes(1)
    assert kept(ALL[IPV4], data) == IPV4.kept + 1


def test_a_packet_too_large_for_its_length_field() -> None:
    data = bytearray(packet(b"x" * 100 + LAST_CHUNK))
    data[2:4] = bytes(2)
    assert kept(ALL[IPV4], bytes(data)) == IPV4.kept + 1


@pytest.mark.parametrize("headers", [IPV4, IPV6], ids=["4", "6"])
@pytest.mark.parametrize("many", [3, MAX_ADDRESSES, MAX_ADDRESSES + 1])
@pytest.mark.parametrize("ours", [False, True])
def test_several_addresses_and_ports(
    headers: Headers, many: int, *, ours: bool
) -> None:
    form = "192.0.2.{}" if headers is IPV4 else "2001:db8::{}"
    endpoints: list[Endpoint] = [
        (form.format(n + 1), port)
        for n in range(many)
        for port in (PORT, OTHER_PORT)
    ]
    program = filter_for(
        headers.of_ours() if ours else headers, endpoints, alarms_only=False
    )

    def kept_of(address: str, port: int) -> int:
        data = packet(source=address, port=port, ours=ours)
        return kept(program, data, OUTGOING if ours else INCOMING)

    for address, port in endpoints:
        assert kept_of(address, port) == headers.kept
    assert kept_of(endpoints[0][0], 1) == 0
    assert bool(kept_of(form.format(99), PORT)) is (many > MAX_ADDRESSES)
