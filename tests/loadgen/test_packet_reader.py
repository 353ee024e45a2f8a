"""A loop whose arrival times come from the packet ring: the same requests end in the same way, each
event has its packet's time, and what the ring does not show is stamped as without it.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from threading import Event
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from inferometer.clock import MS, NS, monotonic_ns, realtime_ns
from inferometer.loadgen import loop as loop_module
from inferometer.loadgen import packet_reader, reader
from inferometer.loadgen.chunks import Chunks
from inferometer.loadgen.connection import Connection
from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.flow import Flow
from inferometer.loadgen.job import Job
from inferometer.loadgen.live import Live
from inferometer.loadgen.packet_reader import Early, PacketReader
from inferometer.loadgen.responses import Responses
from inferometer.system.packet_filter import SYN
from inferometer.system.packets import (
    MAX_FRAMES,
    NoRingError,
    Packet,
    PacketRing,
)
from inferometer.trace import MISSING, Failure, Outcome, StampSource
from tests.loadgen.loop_runner import (
    BOUNDED,
    Ran,
    closed_loop,
    finish_loop,
    job_for,
    jobs_for,
    open_loop,
    pass_time,
    requests,
    run_loop,
)
from tests.loadgen.poller_around import PollerAround
from tests.loadgen.scripted_server import (
    DONE,
    LAST_CHUNK,
    PATIENCE_S,
    STREAM,
    Asked,
    Hangup,
    Peer,
    Script,
    ScriptedServer,
    answer,
    chunk,
    chunked,
    event,
    head,
    sized,
)
from tests.system.ring_here import needs_ring

pytestmark = needs_ring

CLOCK_NOISE_NS = MS
"""The server reads the clock and then sends; it may be made to wait in between."""


def run_by_packets(script: Script, n: int = 1, **fields: Any) -> Ran:
    with ScriptedServer(script) as server:
        return run_loop(job_for(server.port, n=n, packets=True, **fields))


def sources(ran: Ran) -> set[StampSource]:
    return {StampSource(code) for code in ran.trace.events["stamp_source"]}


def long_answer(
    events: int, pause_s: float = 0, text: str = " and more"
) -> Script:
    def script(peer: Peer, asked: Asked) -> None:
        peer.send(head("Transfer-Encoding: chunked"))
        for n in range(events - 1):
            peer.send(chunk(event(f" {n}{text}")))
            time.sleep(pause_s)
        peer.send(chunk(event(" end", finish="length")), chunk(DONE))
        peer.send(LAST_CHUNK)

    return script


def test_every_event_has_a_stamp_of_its_own_from_few_reads() -> None:
    ran = run_by_packets(long_answer(100), n=6, concurrency=2)
    assert ran.all_ok
    assert sources(ran) == {StampSource.TAP}
    assert ran.column("event_count") == [100] * 6
    assert not ran.trace.events["ambiguity_ns"].any()
    assert ran.loop.responses.reads < 6 * 100 / 4


def test_a_server_of_large_events_need_not_wait_until_they_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 7 KB, as with log-probabilities: fewer than 32 packets fill a socket's room."""
    monkeypatch.setattr(packet_reader, "SWEEP_TICKS", NS)  # none comes to help
    ran = run_by_packets(long_answer(100, 0.001, "x" * 7000), n=2)
    assert ran.all_ok
    assert ran.column("event_count") == [100] * 2
    assert sources(ran) == {StampSource.TAP}


def test_a_slot_is_free_before_the_packets_of_its_response_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    joined: list[Early] = []
    in_flight: list[int] = []
    join = PacketReader._join

    def remember(self: PacketReader, response: Early) -> None:
        joined.append(response)
        in_flight.append(self._responses.in_flight)
        join(self, response)

    monkeypatch.setattr(PacketReader, "_join", remember)
    ran = run_by_packets(long_answer(150, pause_s=0.002), n=4)
    assert ran.all_ok
    assert ran.column("event_count") == [150] * 4
    assert joined
    assert max(in_flight) == 1  # that of the next request
    assert sources(ran) == {StampSource.TAP}
    assert not ran.trace.events["ambiguity_ns"].any()
    assert (np.diff(ran.column("end_ns")) > 0).all()
    assert not any(flow.early for flow in ran.loop.connections.flows.values())


def test_a_short_response_is_read_before_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The one before it, which was as short, shows when."""
    begun, looked = [Event(), Event()], Event()
    headers, look = Exchange.headers, PacketReader._look

    def begin(self: Exchange, *args: Any, **fields: Any) -> None:
        headers(self, *args, **fields)
        begun[self.position].set()

    def look_on(self: PacketReader, *args: Any) -> None:
        look(self, *args)
        if 1 in self._responses.by_position:
            looked.set()

    def script(peer: Peer, asked: Asked) -> None:
        # or the second one would be read for the end of the first
        assert not asked.number or looked.wait(PATIENCE_S)
        peer.send(head("Transfer-Encoding: chunked"))
        peer.send(*[chunk(event(f" {n} and more")) for n in range(17)])
        assert begun[asked.number].wait(PATIENCE_S)
        peer.send(chunk(event(" end", finish="length")), chunk(DONE))
        peer.send(LAST_CHUNK)

    monkeypatch.setattr(Exchange, "headers", begin)
    monkeypatch.setattr(PacketReader, "_look", look_on)
    monkeypatch.setattr(packet_reader, "SWEEP_TICKS", NS)  # none comes to help
    # which would show that many packets come between two looks
    monkeypatch.setattr(PacketReader, "_adapt_pause", lambda self: None)
    prompts = [replace(each, max_tokens=12) for each in requests(2)]
    assert run_by_packets(script, n=2, prompts=prompts).all_ok


def test_a_short_response_has_no_time_of_the_long_one_before() -> None:
    """Some packets of that are known, and not read, when it ends."""

    def script(peer: Peer, asked: Asked) -> None:
        events = 1 if asked.number % 2 else 60
        long_answer(events, pause_s=0.001)(peer, asked)

    ran = run_by_packets(script, n=20)
    assert ran.all_ok
    assert ran.column("event_count") == [60, 1] * 10
    assert sources(ran) == {StampSource.TAP}


def test_a_connection_that_goes_leaves_its_last_response_the_packets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is closed as soon as its slot is free, before they were looked at."""
    went: list[bool] = []
    finish = Responses.finish

    def finish_and_drop(
        self: Responses, connection: Connection, exchange: Exchange
    ) -> None:
        finish(self, connection, exchange)
        went.append(connection.flow.early)
        self._connections.drop(connection)
        self.replenish()

    monkeypatch.setattr(Responses, "finish", finish_and_drop)
    ran = run_by_packets(long_answer(60, pause_s=0.002), n=3)
    assert ran.all_ok
    assert any(went)
    assert sources(ran) == {StampSource.TAP}


class Stalled(PollerAround):
    """A poller that polls only when the server has sent everything, once it has begun; `held`: it
    waits for that.
    """

    def __init__(
        self, began: Event, sent: Event, held: Event | None = None
    ) -> None:
        super().__init__()
        self._began, self._sent = began, sent
        self._held = held or Event()

    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
        if self._began.is_set():
            self._held.set()
            self._sent.wait(10)
        return super().poll(timeout, maxevents)


def run_stopped(
    monkeypatch: pytest.MonkeyPatch, parts: list[bytes]
) -> tuple[Ran, list[int]]:
    """A client that does not run while the server sends; and when each part was, since the start."""
    began, held, sent = Event(), Event(), Event()
    sent_ns: list[int] = []

    def script(peer: Peer, asked: Asked) -> None:
        began.set()
        peer.send(head("Transfer-Encoding: chunked"))
        assert held.wait(10)
        for part in parts:
            time.sleep(0.002)
            sent_ns.append(realtime_ns())
            peer.send(part)
        peer.send(chunk(event(" end", finish="length")), chunk(DONE))
        peer.send(LAST_CHUNK)
        sent.set()

    monkeypatch.setattr(
        loop_module, "make_poller", lambda: Stalled(began, sent, held)
    )
    ran = run_by_packets(script)
    start_ns = ran.loop.anchors[0].offset_ns + ran.loop._start_ns
    return ran, [each - start_ns for each in sent_ns]


def test_a_client_that_was_stopped_knows_when_each_event_arrived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts = [chunk(event(f" {n} and more")) for n in range(60)]
    ran, sent_ns = run_stopped(monkeypatch, parts)
    assert ran.all_ok
    late_ns = ran.trace.events["arrival_ns"][:60] - np.array(sent_ns)
    assert late_ns.min() >= 0
    assert np.median(late_ns) < CLOCK_NOISE_NS
    assert not ran.trace.events["ambiguity_ns"].any()
    assert ran.loop.responses.reads < 10


def test_what_waits_in_a_socket_is_read_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """49 KB, which would be four reads of the usual size."""
    ran, _ = run_stopped(monkeypatch, [chunk(event("x" * 7000))] * 7)
    assert ran.all_ok
    assert ran.column("event_count") == [8]
    assert ran.loop.responses.reads < 4


def test_an_event_in_the_first_packet_of_a_chunk_may_be_older_than_its_stamp(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = event(" first"), event(" second")
    framed = chunk(first + second)
    cut = framed.index(second)
    parts = [chunk(event(" before")), framed[:cut], framed[cut:]]
    ran, sent_ns = run_stopped(monkeypatch, parts)
    assert ran.all_ok
    events = ran.trace.events
    assert (events["ambiguity_ns"] > 0).tolist() == [False, True, False, False]
    earliest_ns = events["arrival_ns"][1] - events["ambiguity_ns"][1]
    assert sent_ns[1] <= earliest_ns < sent_ns[2] <= events["arrival_ns"][1]


def test_events_whose_packets_were_lost_are_stamped_at_the_read_and_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only the first packets are there."""
    rings: list[PacketRing] = []
    seen: list[int] = []
    ready_of, opened = PacketRing._ready, reader.open_rings

    def first_ones(self: PacketRing, most: int) -> int:
        if self is not rings[0]:
            return ready_of(self, most)
        seen.append(min(20 - sum(seen), ready_of(self, most)))
        return seen[-1]

    def remember(job: Job) -> reader.Rings:
        made = opened(job)
        rings[:] = [made.packets]
        return made

    monkeypatch.setattr(loop_module, "open_rings", remember)
    monkeypatch.setattr(PacketRing, "_ready", first_ones)
    monkeypatch.setattr(PacketRing, "count_lost", lambda self: 1)
    ran = run_by_packets(long_answer(60, pause_s=0.002))
    assert ran.all_ok
    assert ran.column("event_count") == [60]
    assert sources(ran) == {StampSource.TAP, StampSource.KERNEL}
    stamped = ran.trace.events["stamp_source"].tolist()
    assert stamped == sorted(stamped, reverse=True)
    arrivals = ran.trace.events["arrival_ns"]
    assert (np.diff(arrivals) >= 0).all()


def plain(peer: Peer, asked: Asked) -> None:
    peer.send(sized(STREAM[0] + b"".join(STREAM[1:])))


def in_bits(peer: Peer, asked: Asked) -> None:
    """A byte a packet."""
    for part in chunked(*STREAM):
        peer.send(*[part[n : n + 1] for n in range(len(part))])


def closing(peer: Peer, asked: Asked) -> None:
    peer.send(*chunked(*STREAM, head_lines=("Connection: close",)))
    peer.close()


def without_length(peer: Peer, asked: Asked) -> None:
    peer.send(head(), *STREAM)
    peer.close()


def newlines(peer: Peer, asked: Asked) -> None:
    """A chunk of several packets, the first of which end as a whole chunk might."""
    peer.send(head("Transfer-Encoding: chunked"))
    body = b"\n" + b"\r\n" * 40 + STREAM[0]
    framed = chunk(body)
    cut = framed.index(body) + 61
    peer.send(framed[:cut])
    peer.send(framed[cut : cut + 10], framed[cut + 10 :])
    peer.send(*map(chunk, STREAM[1:]), LAST_CHUNK)


def chunks_in_a_chunk(peer: Peer, asked: Asked) -> None:
    """What is in a comment looks like the end of the body, and like a chunk of its own."""
    body = b": 0\r\n\r\n: 5\r\nhello\r\n\n\n" + STREAM[0]
    framed = chunk(body)
    peer.send(head("Transfer-Encoding: chunked"))
    for part in (b"0\r\n\r\n", b"5\r\nhello\r\n"):
        cut = framed.index(part) + len(part)
        peer.send(framed[:cut])
        framed = framed[cut:]
    peer.send(framed)
    peer.send(*map(chunk, STREAM[1:]), LAST_CHUNK)


def with_extensions(peer: Peer, asked: Asked) -> None:
    """The head of the next chunk, with its end apart, looks like what went before it."""
    again = b"%x;a=%s" % (len(STREAM[1]), b"b" * 20)
    body = b": " + again + b"\n"
    peer.send(head("Transfer-Encoding: chunked"), chunk(STREAM[0]))
    peer.send(chunk(body) + again + b"\r\n")
    peer.send(STREAM[1] + b"\r\n")
    peer.send(*map(chunk, STREAM[2:]), LAST_CHUNK)


def left_open(peer: Peer, asked: Asked) -> None:
    """The last chunk never comes."""
    peer.send(*chunked(*STREAM)[:-1])
    peer.wait_for_hangup()
    raise Hangup


def refused(peer: Peer, asked: Asked) -> None:
    peer.send(sized(b'{"error": "no"}', "429 X"))


def cut_off(peer: Peer, asked: Asked) -> None:
    peer.send(*chunked(*STREAM)[:2])
    raise Hangup


def reset(peer: Peer, asked: Asked) -> None:
    peer.send(*chunked(*STREAM)[:2])
    peer.reset()
    raise Hangup


@pytest.mark.parametrize("packets", [True, False])
@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (answer, Outcome.OK),
        (in_bits, Outcome.OK),
        (newlines, Outcome.OK),
        (chunks_in_a_chunk, Outcome.OK),
        (with_extensions, Outcome.OK),
        (plain, Outcome.OK),
        (closing, Outcome.OK),
        (without_length, Outcome.OK),
        (left_open, Outcome.OK),
        (refused, Outcome.FAILED),
        (cut_off, Outcome.FAILED),
        (reset, Outcome.FAILED),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_response_ends_as_it_does_without_the_ring(
    script: Script, outcome: Outcome, *, packets: bool
) -> None:
    with ScriptedServer(script) as server:
        ran = run_loop(
            job_for(server.port, n=8, concurrency=3, packets=packets)
        )
    assert ran.outcomes == [outcome] * 8
    if outcome is Outcome.OK:
        assert ran.column("event_count") == [3] * 8
        expected = StampSource.TAP if packets else StampSource.KERNEL
        assert sources(ran) <= {expected, StampSource.USER}


@pytest.mark.parametrize(
    ("script", "failure"),
    [(plain, Failure.NONE), (refused, Failure.HTTP_STATUS)],
)
def test_a_slot_does_not_wait_for_a_sweep_where_no_chunk_is_the_last(
    monkeypatch: pytest.MonkeyPatch, script: Script, failure: Failure
) -> None:
    monkeypatch.setattr(packet_reader, "SWEEP_TICKS", 1 << 30)
    assert run_by_packets(script, n=4).failures == [failure] * 4


def test_open_loops_keep_their_schedule() -> None:
    due_ns = [n * 2 * MS for n in range(30)]
    with ScriptedServer(answer) as server:
        (job,) = jobs_for(server.port, open_loop(due_ns), packets=True)
        ran = run_loop(job)
    assert ran.all_ok
    assert ran.column("intended_ns") == due_ns


@pytest.mark.parametrize(
    ("limit", "sent", "failure"),
    [
        ("first_token_s", 1, Failure.FIRST_TOKEN_TIMEOUT),
        ("idle_s", 2, Failure.IDLE_TIMEOUT),
        ("total_s", 2, Failure.TOTAL_TIMEOUT),
    ],
)
def test_time_outs_are_kept(limit: str, sent: int, failure: Failure) -> None:
    def script(peer: Peer, asked: Asked) -> None:
        peer.send(*chunked(*STREAM)[:sent])
        peer.wait_for_hangup()
        raise Hangup

    limits = BOUNDED.model_copy(update={limit: 0.2})
    assert run_by_packets(script, timeouts=limits).failures == [failure]


def test_tokens_that_arrive_in_time_are_no_time_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They wait in the socket when the limit expires."""
    begun = Event()

    def others_wait(loop: loop_module.Loop) -> bool:
        waiting = [c for c in loop.connections.by_fd.values() if c.exchange]
        if any(c.exchange and c.exchange.arrivals for c in waiting):
            begun.set()
        return begun.is_set() and any(map(loop._reader.holds, waiting))

    def script(peer: Peer, asked: Asked) -> None:
        first, second, *rest = chunked(*STREAM)
        peer.send(first, second)
        assert begun.wait(PATIENCE_S)
        peer.send(rest[0])
        assert passed.wait(PATIENCE_S)
        peer.send(*rest[1:])

    passed = pass_time(monkeypatch, others_wait)
    limits = BOUNDED.model_copy(update={"total_s": 3600})
    assert run_by_packets(script, timeouts=limits).all_ok


def test_before_a_time_out_packets_are_looked_at() -> None:
    """However seldom they otherwise are."""
    limits = BOUNDED.model_copy(update={"total_s": 3600})
    with ScriptedServer(answer) as server:
        job = job_for(server.port, packets=True, timeouts=limits)
        loop = loop_module.Loop(job, Live())
        loop.prepare()
        loop._start_ns = 0
        loop._schedule.start(1, 0)
        loop._send_due()
        assert loop.rings is not None
        assert select.select([loop.rings.packets], [], [], PATIENCE_S)[0]
        loop._expire(monotonic_ns() + 60 * NS)
        assert loop.responses.in_flight == 1
        loop.close()


def test_what_waits_in_a_socket_when_the_time_is_over_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The response has not ended, and nothing has been read of it."""
    for name in ("MIN_PAUSE_NS", "MAX_PAUSE_NS"):
        monkeypatch.setattr(packet_reader, name, 60 * NS)

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(head("Transfer-Encoding: chunked"))
        peer.send(*[chunk(event(f" {n} and more")) for n in range(20)])
        peer.wait_for_hangup()
        raise Hangup

    plan = replace(closed_loop(1, 1), time_ns=NS // 2)
    with ScriptedServer(script) as server:
        (job,) = jobs_for(server.port, plan, packets=True)
        ran = run_loop(job)
    assert ran.outcomes == [Outcome.UNFINISHED]
    assert ran.column("event_count") == [20]
    assert sources(ran) == {StampSource.TAP}


def without_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(job: object) -> reader.Rings:
        raise NoRingError("Operation not permitted")

    monkeypatch.setattr(loop_module, "open_rings", refuse)


def by_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PacketReader, "sees", lambda self, connections: False)


@pytest.mark.parametrize(
    ("obstacle", "why"),
    [
        (without_permission, "Operation not permitted"),
        (by_another_way, "the server's packets take another way"),
    ],
)
def test_without_a_ring_sockets_are_read_as_they_come_and_the_reason_is_kept(
    monkeypatch: pytest.MonkeyPatch,
    obstacle: Callable[[pytest.MonkeyPatch], None],
    why: str,
) -> None:
    obstacle(monkeypatch)
    ran = run_by_packets(long_answer(20), n=6, concurrency=2)
    assert ran.all_ok
    assert StampSource.TAP not in sources(ran)
    assert ran.loop.no_ring == why


def test_a_connection_that_the_ring_does_not_show_ends_its_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the middle of a run, with exchanges in flight."""
    sees = PacketReader.sees
    asked: list[bool] = []

    def see_at_first(reader_: PacketReader, connections: Any) -> bool:
        asked.append(sees(reader_, connections))
        return len(asked) < 4

    def script(peer: Peer, request: Asked) -> None:
        long_answer(30, pause_s=0.002)(peer, request)
        peer.close()

    monkeypatch.setattr(PacketReader, "sees", see_at_first)
    ran = run_by_packets(script, n=8, concurrency=3)
    assert ran.all_ok
    assert ran.column("event_count") == [30] * 8
    assert ran.loop.rings is None
    assert sources(ran) == {StampSource.TAP, StampSource.KERNEL}
    for name in ("departed_ns", "zero_windows"):
        assert MISSING in ran.column(name)
        assert set(ran.column(name)) != {MISSING}


def test_events_of_a_connection_that_was_never_seen_are_at_most_as_old_as_its_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Flow, "open", lambda self, sequence: None)
    monkeypatch.setattr(PacketReader, "sees", lambda self, connections: True)
    ran = run_by_packets(long_answer(40), n=3)
    assert ran.all_ok
    assert sources(ran) == {StampSource.KERNEL}
    ages_ns = ran.trace.events["ambiguity_ns"]
    assert ages_ns.max() <= ran.trace.requests["end_ns"].max()


def test_what_tcp_refuses_keeps_no_exchange_alive() -> None:
    """A packet that is in the ring and never in the socket, such as one with a wrong checksum."""

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(*chunked(*STREAM)[:2])
        peer.wait_for_hangup()
        raise Hangup

    limits = BOUNDED.model_copy(update={"idle_s": 0.3})
    with ScriptedServer(script) as server:
        job = job_for(server.port, packets=True, timeouts=limits)
        live = Live()
        loop = loop_module.Loop(job, live)
        loop.prepare()
        (flow,) = loop.connections.flows.values()
        flow.lengths.append(5)
        flow.times_ns.append(realtime_ns())
        ran = finish_loop(loop, job, live)
    assert ran.failures == [Failure.IDLE_TIMEOUT]


def test_losses_are_noticed_whoever_counts_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ScriptedServer(answer) as server:
        loop = loop_module.Loop(job_for(server.port, packets=True), Live())
        loop.prepare()
        assert loop.rings is not None
        loop.rings.packets.lost += 1  # as another has asked the kernel
        read: list[object] = []
        monkeypatch.setattr(
            PacketReader, "_read_socket", lambda *seen, **_: read.append(seen)
        )
        loop._start_ns = 0
        loop._schedule.start(1, 0)
        loop._send_due()
        loop._reader.tick()
        loop._reader.tick()
        assert len(read) == 1
        loop.close()


def test_when_the_interface_is_deleted_sockets_are_read_as_they_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rings: list[PacketRing] = []
    faults: list[tuple[int, int]] = []
    opened, put_aside = reader.open_rings, Responses.put_aside

    class Deleted(Stalled):
        """Once events were stamped by their packets."""

        def __init__(self) -> None:
            super().__init__(Event(), Event())

        def poll(
            self, timeout: float, maxevents: int, /
        ) -> list[tuple[int, int]]:
            if faults:
                return [faults.pop()]
            return super().poll(timeout, maxevents)

    def then_delete(*stamped: Any) -> None:
        put_aside(*stamped)
        faults.extend((ring.fileno(), select.POLLERR) for ring in rings)
        rings.clear()

    def remember(job: Job) -> reader.Rings:
        made = opened(job)
        rings.append(made.alarms)
        return made

    monkeypatch.setattr(loop_module, "open_rings", remember)
    monkeypatch.setattr(loop_module, "make_poller", Deleted)
    monkeypatch.setattr(Responses, "put_aside", then_delete)
    monkeypatch.setattr(PacketRing, "is_cut_off", lambda self: True)
    ran = run_by_packets(long_answer(60, pause_s=0.01), n=2)
    assert ran.all_ok
    assert ran.column("event_count") == [60] * 2
    assert ran.loop.no_ring == "its network interface was deleted"
    assert sources(ran) == {StampSource.TAP, StampSource.KERNEL}


def test_a_ring_that_shows_no_more_than_handshakes_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where a proxy on this host hands data from socket to socket."""
    take = PacketRing.take_columns

    def handshakes(ring: PacketRing, most: int = MAX_FRAMES) -> list[Packet]:
        taken = take(ring, most)
        packets = taken if isinstance(taken, list) else taken.rows()
        return [Packet(*each) for each in packets if each[4] & SYN]

    monkeypatch.setattr(PacketRing, "take_columns", handshakes)
    monkeypatch.setattr(packet_reader, "CHECK_NS", 50 * MS)
    ran = run_by_packets(long_answer(20, pause_s=0.02), n=3)
    assert ran.all_ok
    assert ran.column("event_count") == [20] * 3
    assert ran.loop.no_ring == "the server's packets take another way"
    assert sources(ran) == {StampSource.KERNEL}


def test_a_socket_with_nothing_left_when_its_turn_comes_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its response was over before: packets that are looked at while another is read show it."""
    with ScriptedServer(answer) as server:
        job = job_for(server.port, n=2, concurrency=2, packets=True)
        loop = loop_module.Loop(job, Live())
        loop.prepare()
        by_packets = loop._reader
        assert isinstance(by_packets, PacketReader)
        first, second = loop.connections.flows.values()
        second.add(second.expected, len(LAST_CHUNK), realtime_ns())
        exchange = loop._exchanges.take(0)
        found, size = Chunks([], [], 0, last=True), len(LAST_CHUNK)
        by_packets._early.append(Early(second, exchange, found, size, [], 1, 1))
        by_packets._looked_ns = monotonic_ns() + NS  # not before one is read
        by_packets._ended.update({first.fd: first, second.fd: second})
        read: list[Flow] = []

        def read_and_look(flow: Flow) -> None:
            read.append(flow)
            by_packets._look()

        monkeypatch.setattr(by_packets, "_read_flow", read_and_look)
        by_packets.read()
        assert read == [first]
        loop.close()


def test_rings_that_are_left_are_not_asked_for_their_errors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In one turn a connection is found to take another way, and the interface to be down."""
    with ScriptedServer(answer) as server:
        loop = loop_module.Loop(job_for(server.port, packets=True), Live())
        loop.prepare()
        by_packets, loop._running = loop._reader, True
        rings = loop.rings
        assert isinstance(by_packets, PacketReader)
        assert rings is not None
        by_packets.begin()
        monkeypatch.setattr(
            by_packets, "_attend", lambda *_: loop._read_sockets("another way")
        )
        (idle,) = loop.connections.by_fd
        by_packets._ready = [
            (idle, select.POLLIN),
            (rings.alarms.fileno(), select.POLLERR),
        ]
        by_packets.read()
        assert loop.rings is None
        loop.close()


def test_an_interface_that_was_down_does_not_keep_the_loop_from_decoding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ring's descriptor has an error then, until that is asked for."""
    forgotten: list[PacketRing] = []
    failing: list[int] = []

    class Faulty(Stalled):
        def __init__(self) -> None:
            super().__init__(Event(), Event())

        def poll(
            self, timeout: float, maxevents: int, /
        ) -> list[tuple[int, int]]:
            error = (
                [] if forgotten else [(fd, select.POLLERR) for fd in failing]
            )
            return error or super().poll(timeout, maxevents)

    def begin(self: PacketReader) -> None:
        begin_of(self)
        failing.append(self._alarm.fileno())

    def forget(self: PacketRing) -> None:
        forgotten.append(self)

    begin_of = PacketReader.begin
    monkeypatch.setattr(PacketReader, "begin", begin)
    monkeypatch.setattr(PacketRing, "forget_error", forget)
    monkeypatch.setattr(loop_module, "make_poller", Faulty)
    ran = run_by_packets(long_answer(20), n=2)
    assert ran.all_ok
    assert sources(ran) == {StampSource.TAP}
    assert len(forgotten) == 2


def test_it_is_known_when_each_request_left() -> None:
    ran = run_by_packets(answer, n=12, concurrency=3)
    assert ran.all_ok
    for sent, first, last, headers in zip(
        *map(
            ran.column,
            ("sent_ns", "first_departed_ns", "departed_ns", "headers_ns"),
        ),
        strict=True,
    ):
        assert sent < first == last < headers
    assert ran.column("zero_windows") == [0] * 12


def test_the_first_and_the_last_byte_of_a_large_request_leave_apart() -> None:
    prompts = requests(2, "hello " * 200_000)
    ran = run_by_packets(answer, n=2, prompts=prompts)
    assert ran.all_ok
    for first, last, headers in zip(
        *map(ran.column, ("first_departed_ns", "departed_ns", "headers_ns")),
        strict=True,
    ):
        assert first < last < headers


def test_a_request_that_was_sent_again_left_when_the_last_one_did() -> None:
    """The server closes each connection after an answer, when the next request may be on it."""

    def script(peer: Peer, asked: Asked) -> None:
        if asked.nth:
            peer.close()
            raise Hangup
        answer(peer, asked)

    ran = run_by_packets(script, n=6)
    assert ran.all_ok
    assert sum(ran.column("resent")) > 0
    for sent, departed in zip(
        ran.column("sent_ns"), ran.column("departed_ns"), strict=True
    ):
        assert sent < departed


@pytest.mark.parametrize("obstacle", [None, without_permission])
def test_without_a_ring_it_is_unknown_when_requests_left(
    monkeypatch: pytest.MonkeyPatch,
    obstacle: Callable[[pytest.MonkeyPatch], None] | None,
) -> None:
    if obstacle is not None:
        obstacle(monkeypatch)
    with ScriptedServer(answer) as server:
        ran = run_loop(job_for(server.port, n=2, packets=obstacle is not None))
    assert ran.all_ok
    for name in ("first_departed_ns", "departed_ns", "zero_windows"):
        assert ran.column(name) == [MISSING] * 2


def test_a_client_that_does_not_read_closes_its_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It does not run until the server can send no more."""
    began, held, sent = Event(), Event(), Event()
    padding = chunk(b": " + b"x" * 65_536 + b"\n\n")

    def script(peer: Peer, asked: Asked) -> None:
        if asked.number:
            answer(peer, asked)
            return
        began.set()
        peer.send(head("Transfer-Encoding: chunked"))
        assert held.wait(10)
        peer.sock.setblocking(False)
        rest = b""
        with suppress(BlockingIOError):
            while True:
                rest = rest or padding
                rest = rest[peer.sock.send(rest) :]
        sent.set()
        peer.sock.settimeout(PATIENCE_S)
        peer.send(rest, *map(chunk, STREAM), LAST_CHUNK)

    monkeypatch.setattr(
        loop_module, "make_poller", lambda: Stalled(began, sent, held)
    )
    ran = run_by_packets(script, n=2)
    assert ran.all_ok
    stopped, other = ran.column("zero_windows")
    assert stopped > 0
    assert other == 0


def test_the_memory_that_is_told_is_that_of_all_rings() -> None:
    sizes: Any = (SimpleNamespace(bytes=each) for each in (16, 2, 1))
    assert reader.Rings(*sizes).bytes == 19
