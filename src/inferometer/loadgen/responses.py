"""What comes back: from the bytes of a response to the end of its exchange, whoever read them.

Bytes are framed at once, so that a complete response frees its slot; they are decoded when there is
nothing to read.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence

import httptools

from inferometer.clock import MS, Anchor, monotonic_ns, realtime_ns
from inferometer.loadgen.backlog import Backlog
from inferometer.loadgen.chunks import Framed, arrivals
from inferometer.loadgen.connection import HEADER_BYTES_MOST, Connection
from inferometer.loadgen.connections import Connections
from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.job import Job
from inferometer.loadgen.live import Live
from inferometer.loadgen.outflow import UNSEEN
from inferometer.loadgen.recorder import Recorder
from inferometer.loadgen.schedule import Schedule
from inferometer.loadgen.steady import SteadyStreams
from inferometer.system.stamps import Arrival, arrival_ns
from inferometer.trace.schema import MISSING, Failure, Outcome

NOT_HTTP = (httptools.HttpParserError, httptools.HttpParserUpgrade, OSError)
"""What framing and TLS raise; to httptools, a change to another protocol is not a parser error."""

READ_BYTES = 16_384

GRACE_NS, MIN_GRACE_NS = 20 * MS, MS
"""How long a body may stay open after its end marker before the slot is reused without it. Most
servers end it at once and keep the connection. Each one that does not halves the wait for the next.
"""

CLOCK_NOISE_NS = MS
"""Above this change of the clocks' distance, stamps before and after it cannot be compared."""

_NUMBER = re.compile(r"\d+")


class Responses:
    """The exchanges of one worker's loop that have begun, until each has its outcome."""

    def __init__(
        self,
        job: Job,
        live: Live,
        connections: Connections,
        schedule: Schedule,
        *,
        recorder: Recorder,
        anchors: Sequence[Anchor],
        connect_failed: Callable[[Failure, str], None],
    ) -> None:
        """`connect_failed` is called if there is no connection, and none to be had."""
        self.backlog = Backlog()
        self.steady = SteadyStreams(self.backlog)
        self.by_position: dict[int, Exchange] = {}
        """Sent and not yet concluded."""
        self.in_flight = 0
        self.resend: deque[Exchange] = deque()
        self.lingering: deque[tuple[int, Exchange]] = deque()
        """Over, but the body is open; until when it is waited for."""
        self.reconnects = self.surplus = self.reads = self.bytes_read = 0
        self.lingered = 0
        """Answers that were over while their bodies stayed open."""
        self.over = False
        """The run has ended: no new connections."""
        self._job = job
        self._live = live
        self._connections = connections
        self._schedule = schedule
        self._turns = schedule.turns
        self._recorder = recorder
        self._anchors = anchors
        self._connect_failed = connect_failed
        self._grace_ns = GRACE_NS
        self._unnoted: deque[Connection] = deque()
        """What TCP had to do for their last exchanges is not known yet."""

    def take_in(  # noqa: PLR0917 (keywords cost, at each event)
        self,
        connection: Connection,
        exchange: Exchange,
        data: bytes,
        arrival: Arrival,
        read_ns: int,
        quiet_ns: int,
    ) -> None:
        """Frame bytes that arrived: the first half of the hot path. The exchange may end by it.

        `quiet_ns`: when the loop knew that nothing was waiting here.
        """
        size = len(data)
        try:
            if connection.tls is not None:
                data = connection.tls.decrypt(data)
            connection.feed(data)
        except NOT_HTTP as error:
            self._misframed(connection, arrival, read_ns, quiet_ns, error)
            return
        if not exchange.headers_ns and not self._headers(
            connection, exchange, size, arrival_ns(arrival) or read_ns
        ):
            return
        body = connection.body
        if body:
            connection.body = b""
            exchange.queued += 1
            # One chunk is one write of the server, and one arrival. Anything else may have come
            # bit by bit, unless it is one packet.
            if not connection.piecemeal and size != READ_BYTES:
                since_ns = read_ns
            elif type(arrival) is int:
                since_ns = arrival
            else:
                since_ns = connection.arrived_since(
                    quiet_ns, full=size == READ_BYTES
                )
            self.backlog.bytes += len(body)
            self.backlog.reads.append(
                (exchange.position, body, arrival, read_ns, since_ns)
            )
        connection.at_chunk = (
            not connection.piecemeal and connection.is_between_chunks(data)
        )
        if connection.complete:
            self._completed(connection, exchange, arrival, read_ns)

    def _headers(
        self,
        connection: Connection,
        exchange: Exchange,
        length: int,
        stamp_ns: int,
    ) -> bool:
        """The first reads of a response: record when its headers were complete, and check its
        owner.

        False if that ended the exchange.
        """
        if connection.status:
            connection.note_previous()  # nobody has had time for it
            if self._is_out_of_step(connection, exchange, stamp_ns):
                return False
            exchange.headers(
                connection.status, stamp_ns, packed=connection.compressed
            )
            return True
        connection.header_bytes += length
        if connection.header_bytes > HEADER_BYTES_MOST:
            self.give_up(
                connection,
                Failure.BAD_FRAMING,
                "the response headers do not end",
            )
            return False
        return True

    def _is_out_of_step(
        self, connection: Connection, exchange: Exchange, stamp_ns: int
    ) -> bool:
        """Whether the response belongs to another request, which ends the exchange: it arrived
        before the request was sent, or names another one. A server that timed out waiting (408) is
        asked again.
        """
        early = (
            stamp_ns < exchange.sent_ns
            and connection.served > 0
            and not self._clock_was_set()
        )
        if early and connection.status == 408:
            self.send_again(connection, exchange)
            return True
        if early:
            detail = (
                "the response began to arrive before the request was sent: it answers an earlier "
                "one"
            )
        elif self._names_another(
            connection.request_id.decode("latin-1"), exchange
        ):
            detail = "the response's X-Request-Id is that of another request"
        else:
            return False
        self.give_up(connection, Failure.OUT_OF_STEP, detail)
        return True

    def _names_another(self, answer_id: str, exchange: Exchange) -> bool:
        """Whether an id in the server's answer is made from that of another of our requests."""
        prefix = self._job.request_id_prefix
        _, found, rest = (
            answer_id.partition(prefix) if prefix else (answer_id, "", "")
        )
        number = _NUMBER.match(rest) if found else None
        return (
            number is not None
            and int(number[0]) != self._job.requests[exchange.position].id
        )

    def _clock_was_set(self) -> bool:
        """Whether the system's time has been set since the last anchor; stamps then have no
        order.
        """
        return (
            abs(realtime_ns() - monotonic_ns() - self._anchors[-1].offset_ns)
            > CLOCK_NOISE_NS
        )

    def _completed(
        self,
        connection: Connection,
        exchange: Exchange,
        arrival: Arrival,
        read_ns: int,
    ) -> None:
        """The response is complete: its end follows its reads, and the connection is free for the
        next.
        """
        self.end(exchange, arrival, read_ns)
        self._free(connection, exchange)

    def end(self, exchange: Exchange, arrival: Arrival, read_ns: int) -> None:
        """Nothing follows of it."""
        self.backlog.reads.append(
            (exchange.position, None, arrival, read_ns, read_ns)
        )

    def _free(self, connection: Connection, exchange: Exchange) -> None:
        self.in_flight -= 1
        if self._turns.next_of:
            self._turns.has_ended(exchange.position, monotonic_ns())
        connection.exchange, connection.previous = None, exchange
        self._unnoted.append(connection)
        connection.served += 1
        if connection.keep_alive and not connection.outgoing:
            self._connections.rest(connection)
        else:
            self._connections.drop(connection)
            self.replenish()

    def _misframed(
        self,
        connection: Connection,
        arrival: Arrival,
        read_ns: int,
        quiet_ns: int,
        error: Exception,
    ) -> None:
        """Not HTTP: the end of the connection, and of the response unless that was complete."""
        exchange = connection.exchange
        assert exchange is not None
        self.surplus += connection.surplus
        stamp_ns = arrival_ns(arrival) or read_ns
        if (
            not exchange.headers_ns
            and connection.status
            and not self._headers(connection, exchange, 0, stamp_ns)
        ):
            return
        if connection.body:  # framed before the failure
            self.backlog.reads.append(
                (
                    exchange.position,
                    connection.body,
                    arrival,
                    read_ns,
                    quiet_ns,
                )
            )
            self.backlog.bytes += len(connection.body)
            exchange.queued += 1
        if connection.complete:
            connection.keep_alive = False
            self._completed(connection, exchange, arrival, read_ns)
        else:
            self.give_up(
                connection,
                Failure.BAD_FRAMING,
                f"the response is not HTTP ({error})",
            )

    def put_aside(
        self, exchange: Exchange, framed: Framed, read_ns: int
    ) -> None:
        """Keep framed chunks to be decoded, with the times of their packets."""
        held, bodies, _, _, arrived_ns = framed
        exchange.queued += len(bodies)
        self.backlog.bytes += held
        self.backlog.reads.append(
            (exchange.position, framed, arrived_ns[-1], read_ns, read_ns)
        )

    def finish(self, connection: Connection, exchange: Exchange) -> None:
        """The response is complete, though its parser has not seen the last chunk. The caller puts
        what it contains aside, and its `end`.
        """
        connection.finish()
        self._free(connection, exchange)

    def put_aside_late(
        self,
        exchange: Exchange,
        bodies: Sequence[bytes],
        arrival: Arrival,
        read_ns: int,
        since_ns: int,
    ) -> None:
        """Keep bodies of chunks whose packets are not known, but only one stamp for all."""
        exchange.queued += len(bodies)
        self.backlog.bytes += sum(map(len, bodies))
        self.backlog.reads.extend(
            (exchange.position, body, arrival, read_ns, since_ns)
            for body in bodies
        )

    def followed(self, connection: Connection, data: bytes) -> None:
        """There are bytes after the end of a response: unless TLS sent them, they end the
        connection.
        """
        if self._connections.by_fd.get(connection.fd) is not connection:
            return
        try:
            if connection.tls is not None:
                data = connection.tls.decrypt(data)
            connection.feed(data)
        except NOT_HTTP:
            self.surplus += connection.surplus
            self._connections.drop(connection)
            self.replenish()

    def check_length(
        self, connection: Connection, exchange: Exchange, full_reads: int = 1
    ) -> None:
        """After so many full reads: give up a response that does not end."""
        if connection.exchange is exchange and exchange.has_run_away(
            full_reads
        ):
            self.give_up(connection, *exchange.why_run_away())

    def note_network(self) -> None:
        """Ask what TCP had to do for the exchanges that have ended. Others need not wait for that,
        as the next requests of many do when they end together.
        """
        while self._unnoted:
            self._unnoted.popleft().note_previous()

    def decode(self, most: int) -> None:
        if self._unnoted:
            self.note_network()
        exchanges = self.by_position
        for position, body, arrival, read_ns, quiet_ns in self.backlog.take(
            most
        ):
            exchange = exchanges[position]
            if body is not None:
                if isinstance(body, tuple):
                    exchange.decode_all(body[1], *arrivals(body), read_ns)
                elif isinstance(body, list):
                    exchange.decode_reads(body[::3], body[1::3], body[2::3])
                else:
                    exchange.decode(body, arrival, read_ns, quiet_ns)
                if exchange.done_ns or exchange.hopeless:
                    self._let_go(exchange)
                continue
            self._connections.look_out()
            exchange.conclude(arrival_ns(arrival) or read_ns)
            if self._names_another(exchange.remarks.answer_id, exchange):
                exchange.fail(
                    Failure.OUT_OF_STEP,
                    "the answer's id is that of another request",
                )
            del exchanges[position]
            self._recorder.add(exchange)
            self._live.count(exchange)

    def _let_go(self, exchange: Exchange) -> None:
        """The answer is over or hopeless, as decoding showed: no longer wait for its connection."""
        connection = exchange.connection
        if connection is None or connection.exchange is not exchange:
            return
        if exchange.hopeless:
            self.give_up(connection, exchange.failure, exchange.detail or "")
        else:
            self.lingering.append((monotonic_ns() + self._grace_ns, exchange))

    def leave_lingering(self) -> None:
        """Give up connections whose answers are over but whose bodies stay open: their slots are
        free.
        """
        while self.lingering:
            until_ns, exchange = self.lingering[0]
            connection = exchange.connection
            if connection is not None and connection.exchange is exchange:
                if until_ns > monotonic_ns():
                    return
                exchange.lingered = True
                self.lingered += 1
                self._grace_ns = max(MIN_GRACE_NS, self._grace_ns // 2)
                self._cut(connection, exchange)
            self.lingering.popleft()

    def ended(self, connection: Connection, read_ns: int) -> None:
        """The server closed the connection during an exchange."""
        exchange = connection.exchange
        assert exchange is not None
        if self._was_stale(connection, exchange):
            self.send_again(connection, exchange)
        elif (
            exchange.headers_ns and not connection.sized
        ):  # a body without a length ends like this
            self._completed(connection, exchange, [], read_ns)
        else:
            self.give_up(
                connection,
                Failure.CLOSED_EARLY,
                "the server closed the connection before the response was over",
            )

    def lost(self, connection: Connection, error: OSError) -> None:
        exchange = connection.exchange
        assert exchange is not None
        if self._was_stale(connection, exchange):
            self.send_again(connection, exchange)
        else:
            self.give_up(
                connection, Failure.RESET, f"the connection broke: {error}"
            )

    def write_failed(self, connection: Connection, error: OSError) -> None:
        """The server accepts no more of the request. If it has sent a reason, that is read
        first.
        """
        if connection.has_answer():
            self._connections.listen(connection)
        else:
            self.lost(connection, error)

    def _was_stale(self, connection: Connection, exchange: Exchange) -> bool:
        """A kept-alive connection that ends before any byte of the response was closed while idle:
        not an error of the request.
        """
        return (
            connection.served > 0
            and not exchange.headers_ns
            and not connection.header_bytes
        )

    def send_again(self, connection: Connection, exchange: Exchange) -> None:
        exchange.resent += 1
        exchange.sent_done_ns = MISSING
        exchange.departure = UNSEEN
        self.reconnects += 1
        self.in_flight -= 1
        self.resend.append(exchange)
        self._connections.drop(connection)
        self.replenish()

    def give_up(
        self,
        connection: Connection,
        failure: Failure,
        detail: str,
        outcome: Outcome = Outcome.FAILED,
    ) -> None:
        """End an exchange before its response is complete. Its connection cannot be reused."""
        exchange = connection.exchange
        assert exchange is not None
        exchange.break_off(failure, detail, outcome)
        self._cut(connection, exchange)

    def _cut(self, connection: Connection, exchange: Exchange) -> None:
        """Read no more of the response: its slot is free."""
        self.steady.leave(connection.fd)
        self.backlog.reads.append(
            (exchange.position, None, [], realtime_ns(), 0)
        )
        self.in_flight -= 1
        self._turns.has_ended(exchange.position, monotonic_ns())
        self._connections.drop(connection)
        if not self.over:
            self.replenish()

    def replenish(self) -> None:
        try:
            self._connections.replenish(
                self.in_flight + len(self.resend) + self._schedule.left
            )
        except OSError as error:  # no more sockets to be had
            if not self._connections.by_fd:  # and none to wait for
                self._connect_failed(
                    Failure.CONNECT_ERROR, f"could not open a socket: {error}"
                )
