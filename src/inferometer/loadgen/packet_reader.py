"""Arrivals by packets: the ring knows when each byte arrived, so sockets are read rarely.

A socket is read when its response has ended, when enough packets wait in it, or after a while. What
is read is cut where packets ended, and each piece has its packet's stamp.
"""

from __future__ import annotations

import select
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from inferometer.clock import MS, NS, monotonic_ns, realtime_ns
from inferometer.loadgen.chunks import (
    Chunks,
    end_of_body,
    find_chunks,
    framed,
    whole_rest,
)
from inferometer.loadgen.connection import READABLE, WRITABLE, Connection
from inferometer.loadgen.connections import Connections
from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.flow import (
    ENOUGH_BYTES,
    ENOUGH_PACKETS,
    MODULUS,
    Flow,
)
from inferometer.loadgen.outflow import Departures
from inferometer.loadgen.reader import Rings
from inferometer.loadgen.responses import READ_BYTES, Responses
from inferometer.loadgen.runs import Runs, runs_of, runs_of_few
from inferometer.loadgen.socket_reader import READY_MOST, Attend
from inferometer.system.packet_filter import FIN, RESET, SYN
from inferometer.system.packets import ENDS, MAX_FRAMES
from inferometer.system.poller import Poller
from inferometer.system.stamps import ANCILLARY_BYTES, Arrival
from inferometer.trace.schema import StampSource

MIN_PAUSE_NS, MAX_PAUSE_NS = 20 * MS, 50 * MS
"""How often packets are looked at that ring no alarm: the seldomer, the more of them bring
something to the same connection.
"""

BUSY_PACKETS, CALM_PACKETS = 16, 8
"""If one connection had more packets since the last look than the one, they are looked at more
often; if none had more than the other, less often: a socket's room is limited.
"""

SPIN_NS, RETRY_NS = MS // 4, MS
"""A packet is in the ring some microseconds before TCP has it: for how long the socket is asked at
every turn, and how often from then on.
"""

LOOK_MOST = 4096
"""Packets looked at before the loop asks for alarms again: an end must not wait for others'
packets.
"""

OVERDUE = 2
"""A socket with this multiple of enough is read before anything is decoded."""

MIN_ENOUGH = 4
"""Fewer packets are not worth a read before the end."""

SWEEP_TICKS = 5
"""Ticks between two looks for sockets that were not read for long."""

STALE_NS = NS
"""A socket that was not read for so long is read if its packets say that something waits in it."""

CHECK_NS = 2 * NS
"""A socket that was not read for so long is read, whatever its packets say."""

READS_A_TURN = 8
"""Sockets that cannot wait and are read before the loop sends what is due."""

STAMPED_BYTES = 65_536
"""Read at once if all of it has stamps: as much as Linux has room for by default."""

FAULT = select.POLLERR

CROWDED_NS = 100 * MS
"""While ends wait to be answered, packets are not looked at more often than this: others that come
meanwhile are later.
"""

BEFORE_THE_END = 3
"""Packets before the expected end at which a socket is read; as many are added as come between two
looks. Little is then left to read at the end, and the next request is sent sooner.
"""

OVER = ENDS | FIN | RESET
"""Kinds of packets after which nothing more of a response comes."""


class Early(NamedTuple):
    """A response that was read to its end before its packets were looked at."""

    flow: Flow
    exchange: Exchange
    found: Chunks
    size: int
    arrival: Arrival
    """Of all of it, by its read."""
    read_ns: int
    since_ns: int
    """When its bytes may have begun to arrive."""


class PacketReader:
    """Reads a socket when its packets say that it is worth it."""

    stamp_source = StampSource.TAP
    decodes_a_turn = 3
    """An end waits for no more. With fewer, the loop asks for ends more often, which costs CPU."""

    def __init__(
        self,
        rings: Rings,
        poller: Poller,
        connections: Connections,
        responses: Responses,
        attend: Attend,
        *,
        eager: bool,
    ) -> None:
        """`eager`: packets do not show the ends of responses, so each is read at once."""
        self._ring, self._alarm = rings.packets, rings.alarms
        self._ring_fds = {self._ring.fileno(), self._alarm.fileno()}
        self._departures = Departures(rings.ours, connections.outflows)
        self._poller = poller
        self._connections = connections
        self._responses = responses
        self._attend = attend
        self._ready: list[tuple[int, int]] = []
        self._ended: dict[int, Flow] = {}
        """Whose responses have ended, by file descriptor: their slots are free."""
        self._urgent: dict[int, Flow] = {}
        """Whose packets rang: their responses have probably ended, or are errors."""
        self._early: list[Early] = []
        self._now: dict[int, Flow] = {}
        """To be read before anything is decoded."""
        self._again: dict[int, Flow] = {}
        """To be read again: their sockets had less than the ring."""
        self._spin_until_ns = 0
        self._soon: dict[int, Flow] = {}
        """To be read when there is nothing to decode."""
        self._look_ns = self._looked_ns = 0
        self._pause_ns = MIN_PAUSE_NS
        self._most = 0
        """The most packets of one connection since the last look."""
        self._before_end = BEFORE_THE_END
        self._ticks = 0
        self._eager = eager
        self._watching = False
        self._sized: dict[int, Flow] = {}
        """Of responses whose body is not chunked."""
        self._lost = 0
        """Packets that the ring had lost at the last tick."""
        connections.look = self._look
        connections.look_out = self._departures.look
        self._over = False
        self._unexplained = 0
        """Bytes that were read and that no packet had brought."""
        self.blind = ""

    def begin(self) -> None:
        self._over = False
        self._poller.register(self._alarm.fileno(), READABLE)
        if self._eager:
            self._watch_every_packet()

    def end(self) -> None:
        if self._early:
            self._look()
        self._departures.look()
        self._over = True
        self._poller.unregister(self._alarm.fileno())
        self._watch_alarms_only()

    def wait(self, seconds: float) -> bool:
        """Whether something cannot wait, after waiting for it at most so long."""
        now_ns = monotonic_ns()
        left_s = (self._look_ns - now_ns) / NS
        if self._again and now_ns < self._spin_until_ns:
            self._ended |= self._again
            self._again.clear()
        if self._soon or self._now or self._ended or self._urgent:
            seconds = 0
        if seconds and left_s > 0:
            self._connections.listen_to_idle()
        self._ready = self._poller.poll(
            max(0, min(seconds, left_s)), READY_MOST
        )
        return (
            bool(self._ready or self._urgent or self._ended or self._now)
            or monotonic_ns() >= self._look_ns
        )

    def read(self) -> None:
        """Look at the packets, and read the sockets that cannot wait."""
        broken = self._sort_out()
        if self._over:  # the ring does not see all connections
            return
        self._note_alarms()
        if broken or self._is_time_to_look():
            self._look(MAX_FRAMES if broken else LOOK_MOST)
        for connection in broken:
            if connection.exchange is not None:
                self._read_socket(connection, connection.flow, whole=True)
        waiting = self._urgent or self._ended or self._now
        read = self._answer if waiting is self._urgent else self._read_flow
        for fd in list(islice(waiting, READS_A_TURN)):
            # a look at packets while one is read may have shown that nothing is left of another
            if (flow := waiting.pop(fd, None)) is not None:
                read(flow)

    def _is_time_to_look(self) -> bool:
        now_ns = monotonic_ns()
        if self._urgent or self._ended:
            return now_ns >= self._looked_ns + CROWDED_NS
        if self._watching:
            return not self._now or now_ns >= self._looked_ns + RETRY_NS
        return now_ns >= self._look_ns

    def _note_alarms(self) -> None:
        """Ends and errors are answered before anything else, also before packets are looked at."""
        flow_of = self._connections.flows.get
        for packet in self._alarm.take():
            flow = flow_of(packet[0])
            if flow is None:
                continue
            if packet[4] & (FIN | RESET):
                self._look_ns = 0
            else:
                self._urgent[flow.fd] = flow

    def _answer(self, flow: Flow) -> None:
        """Read a response that has probably ended, or is an error."""
        connection = self._in_exchange(flow)
        if connection is None:
            return
        exchange = connection.exchange
        self._read_socket(connection, flow, whole=True)
        if connection.exchange is exchange:
            self._look()  # TCP does not have it yet, or it was no end
            if flow.times_ns:
                self._ended[flow.fd] = flow

    def catch_up(self) -> None:
        """Read one of the sockets in which something waits."""
        if self._soon:
            self._read_flow(self._soon.popitem()[1])

    def read_all(self) -> None:
        """Read every socket that waits for a response, or for the rest of one."""
        for connection in list(self._connections.by_fd.values()):
            if connection.exchange is not None:
                self._read_socket(connection, connection.flow, whole=True)

    def tick(self) -> None:
        """Read now and then what would wait for long; and everything, if packets were lost."""
        self._departures.look()
        self._ticks += 1
        self._ring.count_lost()
        lost, self._lost = self._ring.lost > self._lost, self._ring.lost
        if self._responses.lingered and not self._eager:
            # no packet shows when this server's answers are over
            self._eager = True
            self._watch_every_packet()
        if lost:
            self.read_all()
        elif self._ticks % SWEEP_TICKS == 0:
            self._sweep()

    def _sweep(self) -> None:
        """Read what would wait for long. If it finds what no packet brought, and none was lost,
        packets do not show what arrives.
        """
        now_ns, unexplained = realtime_ns(), self._unexplained
        for connection in list(self._connections.by_fd.values()):
            exchange, flow = connection.exchange, connection.flow
            if exchange is None:
                continue
            unread_ns = now_ns - exchange.last_read_ns
            waits = bool(flow.times_ns)
            if flow.ahead or (unread_ns > CHECK_NS and not waits):
                self._read_socket(connection, flow, whole=True)
            elif waits and unread_ns > STALE_NS:
                self._soon[flow.fd] = flow
        if self._unexplained > unexplained:
            self._ring.count_lost()
            if not self._ring.lost:
                self.blind = "ring.route"

    def holds(self, connection: Connection) -> bool:
        """Whether something has arrived at it that is not read, and will be.

        A packet that TCP refused, for its checksum, is in the ring and never in the socket.
        """
        self._look()
        return bool(connection.flow.times_ns) and not connection.flow.short

    def sees(self, connections: Iterable[Connection]) -> bool:
        """Whether their handshakes came by; the ring may have lost some."""
        self._look()
        seen = all(each.flow.expected >= 0 for each in connections)
        self._ring.count_lost()
        return seen or self._ring.lost > 0

    def _sort_out(self) -> list[Connection]:
        """Attend to what the poller found; what it found of responses is that they broke off."""
        broken = []
        for fd, mask in self._ready:
            if fd in self._ring_fds:
                if mask & FAULT and not self._over:  # else it is found again
                    self._ring.forget_error()
                    self._alarm.forget_error()
                    if self._ring.is_cut_off():
                        self.blind = "ring.interface"
                continue
            connection = self._connections.by_fd.get(fd)
            if (
                connection is None
                or connection.exchange is None
                or mask & WRITABLE
            ):
                self._attend(fd, connection)
            else:
                broken.append(connection)
        return broken

    def _look(self, most: int = MAX_FRAMES) -> None:
        """Give each packet that is there now to its connection, or as many as asked for."""
        for _ in range(2):  # to the end of the ring's memory, from its start
            packets = self._ring.take_columns(most)
            if isinstance(packets, list):
                self._note(runs_of_few(packets))
            else:
                self._note(runs_of(packets))
                if len(packets.keys) == most < MAX_FRAMES:
                    return  # the next turn goes on
        for response in self._early:
            self._join(response)
        self._early.clear()
        self._ended |= self._again
        self._again.clear()
        self._adapt_pause()
        self._looked_ns = monotonic_ns()
        self._look_ns = self._looked_ns + self._pause_ns

    def _adapt_pause(self) -> None:
        if self._most > BUSY_PACKETS:
            self._pause_ns = MIN_PAUSE_NS
        elif self._most <= CALM_PACKETS:
            self._pause_ns = min(MAX_PAUSE_NS, self._pause_ns * 2)
        if self._most:
            self._before_end = BEFORE_THE_END + self._most
        self._most = 0

    def _note(self, packets: Runs) -> None:
        runs, lengths, times_ns, most = packets
        flow_of, eager = self._connections.flows.get, self._eager
        for key, sequence, after, begin, end, kind in runs:
            flow = flow_of(key)
            if flow is None:
                continue
            if sequence != flow.expected or flow.ahead or kind & SYN:
                brought = lengths[begin:end], times_ns[begin:end]
                self._note_unusual(flow, sequence, *brought, kind)
                continue
            if after != sequence:
                flow.expected = after
                flow.lengths += lengths[begin:end]
                flow.times_ns += times_ns[begin:end]
            if eager or kind & OVER:
                self._ended[flow.fd] = flow
            elif (
                len(flow.times_ns) >= flow.enough
                or (after - flow.taken) % MODULUS >= ENOUGH_BYTES
            ):  # as `waits_for` says, without two calls for each connection
                self._enough(flow)
        self._most = max(self._most, most)

    def _enough(self, flow: Flow) -> None:
        if flow.enough < ENOUGH_PACKETS or flow.waits_for(OVERDUE):
            self._soon.pop(flow.fd, None)
            self._now[flow.fd] = flow
        else:
            self._soon[flow.fd] = flow

    def _note_unusual(
        self,
        flow: Flow,
        sequence: int,
        lengths: Sequence[int],
        times_ns: Sequence[int],
        kind: int,
    ) -> None:
        """Packets that follow one another, but are not the next ones, or close a gap; or one that
        opens a connection.
        """
        if kind & SYN:
            flow.open(sequence)
            return
        for length, time_ns in zip(lengths, times_ns, strict=True):
            if length:
                flow.add(sequence, length, time_ns)
            sequence = (sequence + length) % MODULUS
        self._sort_in(flow, kind)

    def _sort_in(self, flow: Flow, kind: int) -> None:
        """Decide when to read the socket."""
        if kind & OVER or self._eager or flow.expected < 0:
            self._ended[flow.fd] = flow
        elif flow.waits_for(1):
            self._enough(flow)

    def _in_exchange(self, flow: Flow) -> Connection | None:
        """Its connection, if that is waiting for a response, or for the rest of one."""
        connection = self._connections.by_fd.get(flow.fd)
        if (
            connection is None
            or connection.flow is not flow
            or connection.exchange is None
        ):
            return None
        return connection

    def _read_flow(self, flow: Flow) -> None:
        connection = self._in_exchange(flow)
        if connection is None:
            return
        whole = bool(flow.ahead) or flow.expected < 0
        self._read_socket(connection, flow, whole=whole)
        if flow.times_ns and connection.exchange is not None:
            now_ns = monotonic_ns()
            if not flow.short:
                flow.short = True
                self._spin_until_ns = now_ns + SPIN_NS
            self._again[flow.fd] = flow
            self._look_ns = min(self._look_ns, now_ns + RETRY_NS)
        else:
            flow.short = False

    def _read_socket(
        self, connection: Connection, flow: Flow, *, whole: bool
    ) -> None:
        """Read what has a stamp; with `whole`, also what has none."""
        exchange = connection.exchange
        assert exchange is not None
        if flow.early:  # what is known is of the response before this one
            self._look()
        known = flow.known_bytes
        size = READ_BYTES if whole else min(STAMPED_BYTES, known)
        if size <= 0:
            return
        ancillary: Arrival = []
        try:
            if whole:
                data, ancillary, _, _ = connection.recvmsg(
                    size, ANCILLARY_BYTES
                )
            else:  # all of it has a stamp
                data = connection.recv(size)
        except BlockingIOError:
            return
        except OSError as error:
            self._responses.lost(connection, error)
            return
        read_ns, last_read_ns = realtime_ns(), exchange.last_read_ns
        if not data:
            self._responses.ended(connection, read_ns)
            return
        self._responses.reads += 1
        self._responses.bytes_read += len(data)
        exchange.last_read_ns = read_ns
        if len(data) > known:  # packets came after the last look, or were lost
            since_ns = flow.latest_ns or last_read_ns
            if self._ends_early(connection, data, ancillary, since_ns):
                return
            self._look()
        rest = self._take_in_pieces(connection, exchange, data, read_ns)
        if rest and connection.exchange is exchange:
            self._unexplained += len(rest)
            flow.lose(len(rest))
            connection.piecemeal = True
            since_ns = flow.latest_ns or last_read_ns
            self._responses.take_in(
                connection, exchange, rest, ancillary, read_ns, since_ns
            )
            connection.between_chunks = connection.is_between_chunks(rest)
        elif rest:
            self._responses.followed(connection, rest)
        if full := len(data) // READ_BYTES:
            self._responses.check_length(connection, exchange, full)
        self._adapt(connection, exchange)

    def _ends_early(
        self,
        connection: Connection,
        data: bytes,
        arrival: Arrival,
        since_ns: int,
    ) -> bool:
        """Whether these bytes are the rest of a response, whose slot is then free at once."""
        exchange, flow = connection.exchange, connection.flow
        if (
            not connection.between_chunks
            or not connection.keep_alive
            or flow.early
            or flow.expected < 0
            or (found := whole_rest(data)) is None
        ):
            return False
        assert exchange is not None
        flow.early = True
        if not self._eager:
            flow.enough = self._enough_for_next(exchange)
        self._early.append(
            Early(
                flow,
                exchange,
                found,
                len(data),
                arrival,
                exchange.last_read_ns,
                since_ns,
            )
        )
        self._responses.finish(connection, exchange)
        return True

    def _join(self, response: Early) -> None:
        """Put its chunks aside, now that their packets are known, or were lost."""
        flow, exchange, found, size, arrival, read_ns, since_ns = response
        flow.early = False
        ends, times_ns = flow.take(size)
        known = ends[-1] if ends else 0
        bodies = bisect_right(found.ends, known)
        if bodies:
            stamped = found._replace(
                bodies=found.bodies[:bodies], ends=found.ends[:bodies]
            )
            self._responses.put_aside(
                exchange, framed(stamped, ends, times_ns), read_ns
            )
        if known < size:
            flow.lose(size - known)
            self._responses.put_aside_late(
                exchange, found.bodies[bodies:], arrival, read_ns, since_ns
            )
        else:
            arrival = times_ns[-1]
        self._responses.end(exchange, arrival, read_ns)
        if not flow.times_ns:
            for waiting in (self._ended, self._now, self._soon):
                waiting.pop(flow.fd, None)

    def _take_in_pieces(
        self,
        connection: Connection,
        exchange: Exchange,
        data: bytes,
        read_ns: int,
    ) -> bytes:
        """Take in the bytes that have a stamp. Returns the others, and those after the end."""
        ends, times_ns = connection.flow.take(len(data))
        at, known = 0, ends[-1] if ends else 0
        while at < known and connection.exchange is exchange:
            done = bisect_right(ends, at)
            if connection.between_chunks:
                found = find_chunks(data, at, known)
                at = found.until
                if found.bodies:
                    pieces = framed(found, ends[done:], times_ns[done:])
                    self._responses.put_aside(exchange, pieces, read_ns)
                if found.last:
                    at = end_of_body(data, found)
                    arrived_ns = times_ns[bisect_left(ends, at)]
                    self._responses.end(exchange, arrived_ns, read_ns)
                    self._responses.finish(connection, exchange)
                    break
                if at == known:
                    break
            # the parser has to see what is not a whole chunk
            packet = bisect_right(ends, at)
            piece, arrived_ns = data[at : ends[packet]], times_ns[packet]
            self._responses.take_in(
                connection, exchange, piece, arrived_ns, read_ns, arrived_ns
            )
            at = ends[packet]
            connection.between_chunks = connection.is_between_chunks(piece)
        return data[at:]

    def _adapt(self, connection: Connection, exchange: Exchange) -> None:
        """The end of a body that is not chunked shows in no packet: read each one."""
        flow = connection.flow
        if exchange.status == 200 and not connection.chunked:
            self._eager = True  # this server's answers are all like that
            self._watch_every_packet()
        if connection.exchange is exchange:
            if not exchange.headers_ns:
                return
            if connection.chunked:
                left = exchange.max_tokens - exchange.queued
                flow.enough = self._enough_before_end(left)
                return
            self._sized[flow.fd] = flow
            flow.enough = 1
            self._watch_every_packet()
        elif not self._eager:
            flow.enough = self._enough_for_next(exchange)
            if self._sized.pop(flow.fd, None) and not self._sized:
                self._watch_alarms_only()

    def _enough_for_next(self, exchange: Exchange) -> int:
        """Taken to be as long as this one. A response that is first read at its end has its header
        parsed, and its packets looked at, before its slot is free.
        """
        return self._enough_before_end(exchange.max_tokens)

    def _enough_before_end(self, tokens: int) -> int:
        """While so many are to come."""
        left = tokens - self._before_end
        return left if MIN_ENOUGH <= left < ENOUGH_PACKETS else ENOUGH_PACKETS

    def _watch_every_packet(self) -> None:
        if not self._watching:
            self._watching = True
            self._poller.register(self._ring.fileno(), READABLE)

    def _watch_alarms_only(self) -> None:
        if self._watching:
            self._watching = False
            self._poller.unregister(self._ring.fileno())
