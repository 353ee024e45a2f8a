"""THE hot loop: sends what is due, reads what arrives, and decodes only when there is nothing to
read.

Between a request's due time and its end this loop builds no models, logs nothing and takes no lock,
and it parses no event while another waits to be read: events that pile up in a socket share the
stamp of the last.

This file is long because the second half (unusual cases) ends the same exchanges that the first
half begins.
"""

from __future__ import annotations

import re
from collections import deque

import httptools

from inferometer.clock import MS, NS, monotonic_ns, realtime_ns, take_anchor
from inferometer.loadgen.backlog import Backlog
from inferometer.loadgen.connection import (
    HEADER_BYTES_MOST,
    READABLE,
    WRITABLE,
    Connection,
)
from inferometer.loadgen.connections import Connections, failure_of_connect
from inferometer.loadgen.exchange import FEW_READS, Exchange
from inferometer.loadgen.job import Job, wire_messages
from inferometer.loadgen.live import Live
from inferometer.loadgen.recorder import Recorder
from inferometer.loadgen.schedule import Schedule
from inferometer.system.os_priority import Priority
from inferometer.system.poller import make_poller
from inferometer.system.stamps import ANCILLARY_BYTES, Ancillary, arrival_ns
from inferometer.system.timer import DueTimer
from inferometer.trace.schema import MISSING, Failure, Outcome
from inferometer.words import Said, reason_of

NOT_HTTP = (httptools.HttpParserError, httptools.HttpParserUpgrade, OSError)
"""What framing and TLS raise; to httptools, a change to another protocol is not a parser error."""

READ_BYTES = 16_384
READY_MOST = 1024
SENDS_A_TURN = 64
"""Requests written before the loop checks its sockets again: a burst of sends must not delay
reading.
"""

DECODES_A_TURN = 32
"""Reads decoded before the loop checks its sockets again."""

GRACE_NS, MIN_GRACE_NS = 20 * MS, MS
"""How long a body may stay open after its end marker before the slot is reused without it. Most
servers end it at once and keep the connection. Each one that does not halves the wait for the next.
"""

STALL_NS = NS // 2
"""A tick later than this was not a wait: the loop could not run."""

CLOCK_NOISE_NS = MS
"""Above this change of the clocks' distance, stamps before and after it cannot be compared."""

STREAMING_EVERY = 5
"""Ticks between two updates of what the requests in flight have brought, for the display."""

_NUMBER = re.compile(r"\d+")


class CannotConnectError(Exception):
    """The connections that the plan needs could not be opened; the message says why."""


class Loop:
    """One worker's shard, from open connections to columns: `prepare`, `run` once or twice,
    `close`.
    """

    def __init__(self, job: Job, live: Live) -> None:
        self.backlog = Backlog()
        self.anchors = [take_anchor()]
        self.priority = Priority()
        self.reads = self.bytes_read = self.reconnects = self.sent = (
            self.surplus
        ) = 0
        self.stalled_ns = self.longest_stall_ns = 0
        self.stopped = False
        self._over = False
        self._ends_ns: int | None = None
        self._job = job
        self._live = live
        self._messages = wire_messages(job)
        self._schedule = Schedule(job.requests, job.shard)
        self._turns = self._schedule.turns
        self.recorder = Recorder(job, self._turns.due_ns)
        self._poller = make_poller()
        self._timer = DueTimer()
        if self._timer.fd >= 0:
            self._poller.register(self._timer.fd, READABLE)
        self.connections = Connections(
            self._poller,
            job.address,
            job.shard.max_in_flight,
            job.reserve,
            first_address=job.shard.worker,
        )
        self._exchanges: dict[
            int, Exchange
        ] = {}  # sent and not yet concluded, by position
        # over, but its body is open; until when it is waited for
        self._lingering: deque[tuple[int, Exchange]] = deque()
        self._grace_ns = GRACE_NS
        self._ticks = 0
        self._resend: deque[Exchange] = deque()
        self._in_flight = 0
        self._start_ns = 0
        self._polled_ns = realtime_ns()
        self._tick_ns = int(
            min(0.1, max(0.01, job.timeouts.shortest_s / 10)) * NS
        )
        self._tick_s = self._tick_ns / NS
        self._next_tick_ns = 0

    def prepare(self) -> None:
        """Open the missing connections. Raises CannotConnectError unless there are as many as the
        plan needs.
        """
        connections = self.connections
        ahead = self._schedule.ahead
        wanted = min(self._job.reserve, ahead)
        closed_most = self.reconnects + len(connections.idle) + wanted
        deadline_ns = monotonic_ns() + int(self._job.timeouts.connect_s * NS)
        lacking = True
        while lacking:
            try:
                connections.replenish(ahead)
                for fd, _ in self._poller.poll(
                    0.1 if len(connections.idle) < wanted else 0, READY_MOST
                ):
                    connection = connections.by_fd[fd]
                    if connection.ready:
                        self._attend(fd, connection)
                    else:
                        connections.advance(connection)
            except OSError as error:
                raise CannotConnectError(
                    self._opened_so_far(
                        wanted,
                        reason_of(error) if error.strerror else str(error),
                    )
                ) from error
            lacking = len(connections.idle) < wanted
            if self.reconnects > closed_most:
                raise CannotConnectError(
                    self._opened_so_far(wanted, Said("measure.closes_unused"))
                )
            if lacking and monotonic_ns() > deadline_ns:
                late = {"seconds": self._job.timeouts.connect_s}
                raise CannotConnectError(
                    self._opened_so_far(wanted, Said("measure.no_more", late))
                )

    def _opened_so_far(self, wanted: int, why: str) -> str:
        opened = {"n": len(self.connections.idle), "of": wanted, "why": why}
        return Said(
            "measure.connections",
            {**opened, "host": self._job.address.host_header},
        )

    def run(self, until: int, start_ns: int) -> None:
        """Send requests up to position `until`, due counted from `start_ns` (monotonic), and wait
        for them.
        """
        self._start_ns = start_ns
        self._schedule.start(until, start_ns)
        self._ends_ns = self._known_end_ns()
        self._next_tick_ns = start_ns
        self.stalled_ns = self.longest_stall_ns = 0
        while (
            self._in_flight or self._schedule.left or self._resend
        ) and not self._over:
            more_to_send = self._send_due()
            polled_ns = self._polled_ns
            ready = self._poller.poll(
                0 if more_to_send or self.backlog else self._patience_s(),
                READY_MOST,
            )
            if (
                len(ready) < READY_MOST
            ):  # else more may have been ready than we were told of
                self._polled_ns = realtime_ns()
            if ready and not self.backlog.is_full:
                self._read(ready, polled_ns)
                self.backlog.settle()
            else:
                self._decode(DECODES_A_TURN)
            if self._lingering:
                self._leave_lingering()
            if monotonic_ns() >= self._next_tick_ns:
                self._tick()
        while self.backlog:
            self._decode(DECODES_A_TURN)
        self._report()

    def close(self) -> None:
        for position in self._schedule.dropped:
            self.recorder.add_unsent(position, Outcome.DROPPED)
        for position in self.recorder.missing():
            self.recorder.add_unsent(position)
        self.anchors.append(take_anchor())
        self.connections.close()
        self.backlog.close()
        self._timer.close()
        self._poller.close()

    # Sending

    def _send_due(self) -> bool:
        """Send what is due and may be sent. True if more is left for the next turn."""
        if (
            self._in_flight >= self._job.shard.max_in_flight
            and not self._job.shard.drops
        ):
            return False  # as in nearly every turn of a closed loop
        for _ in range(SENDS_A_TURN):
            if not self._is_due():
                return False
            if not self.connections.idle:
                self._replenish()
                return False
            exchange = self._begin()
            self._in_flight += 1
            self._send(exchange)
        return True

    def _is_due(self) -> bool:
        """Whether a request is to be sent now; otherwise the timer is set for the next one."""
        if self._resend and self._in_flight < self._job.shard.max_in_flight:
            return True
        now_ns = monotonic_ns()
        due_ns = self._schedule.next_ns(self._in_flight, now_ns)
        if due_ns is None:
            return False
        if due_ns <= now_ns:
            return True
        self._timer.arm(due_ns)
        return False

    def _begin(self) -> Exchange:
        """Send what is due: an exchange that has to be sent again, or the next request as a new
        one.
        """
        if self._resend:
            return self._resend.popleft()
        position = self._schedule.take(monotonic_ns())
        exchange = Exchange(
            position,
            self._job.backend.decoder(),
            max_tokens=self._job.requests[position].max_tokens,
            read_bytes=READ_BYTES,
            keep_text=self._job.keep_texts,
        )
        self._exchanges[position] = exchange
        self.sent += 1
        return exchange

    def _send(self, exchange: Exchange) -> None:
        connection = self.connections.idle.popleft()
        try:
            connection.send(exchange, self._messages[exchange.position])
        except OSError as error:
            self._write_failed(connection, error)
            return
        if connection.outgoing:
            self.connections.watch(connection)
        if not self._job.closed_loop:
            self._replenish()

    def _replenish(self) -> None:
        try:
            self.connections.replenish(
                self._in_flight + len(self._resend) + self._schedule.left
            )
        except OSError as error:  # no more sockets to be had
            if not self.connections.by_fd:  # and none to wait for
                self._connect_failed(
                    Failure.CONNECT_ERROR, f"could not open a socket: {error}"
                )

    # Reading: the hot path

    def _read(self, ready: list[tuple[int, int]], quiet_ns: int) -> None:  # noqa: PLR0912 (calls cost, at each read)
        """Read each ready socket once, frame at once so that a complete response frees its slot,
        decode later.
        """
        by_fd = self.connections.by_fd
        append = self.backlog.reads.append
        body_bytes = read_bytes = reads = 0
        for fd, mask in ready:
            connection = by_fd.get(fd)
            if (
                connection is None
                or (exchange := connection.exchange) is None
                or mask & WRITABLE
            ):
                self._attend(fd, connection)
                continue
            try:
                data, ancillary, _, _ = connection.recvmsg(
                    READ_BYTES, ANCILLARY_BYTES
                )
            except BlockingIOError:
                continue
            except OSError as error:
                self._lost(connection, error)
                continue
            read_ns = realtime_ns()
            if not data:
                self._ended(connection, read_ns)
                continue
            size = len(data)
            reads += 1
            read_bytes += size
            exchange.last_read_ns = read_ns
            try:
                if connection.tls is not None:
                    data = connection.tls.decrypt(data)
                connection.feed(data)
            except NOT_HTTP as error:
                self._misframed(connection, ancillary, read_ns, quiet_ns, error)
                continue
            if not exchange.headers_ns and not self._headers(
                connection, exchange, size, arrival_ns(ancillary) or read_ns
            ):
                continue
            body = connection.body
            if body:
                connection.body = b""
                body_bytes += len(body)
                exchange.queued += 1
                # One chunk is one write of the server, and one arrival. Anything else may have come
                # bit by bit.
                if connection.piecemeal or size == READ_BYTES:
                    since_ns = connection.arrived_since(
                        quiet_ns, full=size == READ_BYTES
                    )
                else:
                    since_ns = read_ns
                append((exchange.position, body, ancillary, read_ns, since_ns))
            if connection.complete:
                self._completed(connection, exchange, ancillary, read_ns)
            elif size == READ_BYTES and exchange.has_run_away():
                self._give_up(connection, *exchange.why_run_away())
        self.reads += reads
        self.bytes_read += read_bytes
        self.backlog.bytes += body_bytes

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
            if self._is_out_of_step(connection, exchange, stamp_ns):
                return False
            exchange.headers(
                connection.status, stamp_ns, packed=connection.compressed
            )
            return True
        connection.header_bytes += length
        if connection.header_bytes > HEADER_BYTES_MOST:
            self._give_up(
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
            self._send_again(connection, exchange)
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
        self._give_up(connection, Failure.OUT_OF_STEP, detail)
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
            abs(realtime_ns() - monotonic_ns() - self.anchors[-1].offset_ns)
            > CLOCK_NOISE_NS
        )

    def _completed(
        self,
        connection: Connection,
        exchange: Exchange,
        ancillary: Ancillary,
        read_ns: int,
    ) -> None:
        """The response is complete: its end follows its reads, and the connection is free for the
        next.
        """
        self.backlog.reads.append(
            (exchange.position, None, ancillary, read_ns, read_ns)
        )
        self._in_flight -= 1
        if self._turns.next_of:
            self._turns.has_ended(exchange.position, monotonic_ns())
        connection.exchange = None
        connection.served += 1
        if connection.keep_alive and not connection.outgoing:
            self.connections.idle.append(connection)
        else:
            self.connections.drop(connection)
            self._replenish()

    def _misframed(
        self,
        connection: Connection,
        ancillary: Ancillary,
        read_ns: int,
        quiet_ns: int,
        error: Exception,
    ) -> None:
        """Not HTTP: the end of the connection, and of the response unless that was complete."""
        exchange = connection.exchange
        assert exchange is not None
        self.surplus += connection.surplus
        stamp_ns = arrival_ns(ancillary) or read_ns
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
                    ancillary,
                    read_ns,
                    quiet_ns,
                )
            )
            self.backlog.bytes += len(connection.body)
            exchange.queued += 1
        if connection.complete:
            connection.keep_alive = False
            self._completed(connection, exchange, ancillary, read_ns)
        else:
            self._give_up(
                connection,
                Failure.BAD_FRAMING,
                f"the response is not HTTP ({error})",
            )

    # When there is nothing to read

    def _decode(self, most: int) -> None:
        exchanges = self._exchanges
        for position, body, ancillary, read_ns, quiet_ns in self.backlog.take(
            most
        ):
            exchange = exchanges[position]
            if body is not None:
                exchange.decode(body, ancillary, read_ns, quiet_ns)
                if exchange.done_ns or exchange.hopeless:
                    self._let_go(exchange)
                continue
            exchange.conclude(arrival_ns(ancillary) or read_ns)
            if self._names_another(exchange.remarks.answer_id, exchange):
                exchange.fail(
                    Failure.OUT_OF_STEP,
                    "the answer's id is that of another request",
                )
            del exchanges[position]
            self.recorder.add(exchange)
            self._live.count(exchange)

    def _let_go(self, exchange: Exchange) -> None:
        """The answer is over or hopeless, as decoding showed: no longer wait for its connection."""
        connection = exchange.connection
        if connection is None or connection.exchange is not exchange:
            return
        if exchange.hopeless:
            self._give_up(connection, exchange.failure, exchange.detail or "")
        else:
            self._lingering.append((monotonic_ns() + self._grace_ns, exchange))

    def _leave_lingering(self) -> None:
        """Give up connections whose answers are over but whose bodies stay open: their slots are
        free.
        """
        while self._lingering:
            until_ns, exchange = self._lingering[0]
            connection = exchange.connection
            if connection is not None and connection.exchange is exchange:
                if until_ns > monotonic_ns():
                    return
                exchange.lingered = True
                self._grace_ns = max(MIN_GRACE_NS, self._grace_ns // 2)
                self._cut(connection, exchange)
            self._lingering.popleft()

    def _tick(self) -> None:
        """Ten times a second, or more for short time-outs: time-outs, clock anchor, priority,
        progress, stop.
        """
        now_ns = monotonic_ns()
        late_ns = now_ns - self._next_tick_ns
        if late_ns > STALL_NS:
            self.stalled_ns += late_ns
            self.longest_stall_ns = max(self.longest_stall_ns, late_ns)
        self._next_tick_ns = now_ns + self._tick_ns
        if now_ns - self.anchors[-1].monotonic_ns > NS // 2:
            self.anchors.append(take_anchor())
        self.priority.adapt()
        self._expire(now_ns)
        self._report()
        self._ticks += 1
        if self._ticks % STREAMING_EVERY == 0:
            self._live.stream(self._exchanges.values())
        if self._job.shard.time_ns is not None:
            self._keep_time(self._job.shard.time_ns, now_ns)
        if self._live.stop_requested():
            self.stopped = True
            self._end("the run was stopped", Outcome.CANCELLED)

    def _known_end_ns(self) -> int | None:
        """When the run's time is over. It counts from the first measured request, after any
        warm-ups.
        """
        shard, from_ns = self._job.shard, self._schedule.measured_from_ns()
        warming_up = self.sent < shard.warmups and (
            self._job.closed_loop or bool(self._turns.next_of)
        )
        return (
            None
            if shard.time_ns is None or from_ns is None or warming_up
            else from_ns + shard.time_ns
        )

    def _keep_time(self, time_ns: int, now_ns: int) -> None:
        if self._ends_ns is None and self.sent > self._job.shard.warmups:
            self._ends_ns = now_ns + time_ns
        if self._ends_ns is None:
            return
        if now_ns >= self._ends_ns:
            self._end("the run's time was over", Outcome.UNFINISHED)
        self._next_tick_ns = min(self._next_tick_ns, self._ends_ns)

    def _report(self) -> None:
        self._live.report(
            self.sent, self._in_flight, self.reads, len(self._schedule.dropped)
        )

    def _patience_s(self) -> float:
        """How long to wait for a socket: until the next tick, or the next due time if there is no
        timer.
        """
        if (
            self._timer.fd >= 0
            and self._ends_ns is None
            and not self._lingering
        ):
            # a tick may come late by as much: cheaper than asking the clock at every turn
            return self._tick_s
        now_ns = monotonic_ns()
        wait_ns = self._next_tick_ns - now_ns
        if self._lingering:
            wait_ns = min(wait_ns, self._lingering[0][0] - now_ns)
        if self._timer.fd < 0:
            due_ns = self._schedule.next_ns(self._in_flight, now_ns)
            wait_ns = (
                wait_ns if due_ns is None else min(wait_ns, due_ns - now_ns)
            )
        return max(0.0, wait_ns / NS)

    # When something is unusual

    def _attend(self, fd: int, connection: Connection | None) -> None:
        """Everything that is not simply a response: timer, opening or idle connections, room to
        write.
        """
        if connection is None:
            if fd == self._timer.fd:
                self._timer.rang()
        elif not connection.ready:
            self._advance(connection)
        elif connection.outgoing:
            try:
                connection.flush()
            except OSError as error:
                self._write_failed(connection, error)
                return
            if not connection.outgoing:
                self.connections.watch(connection)
        elif connection.exchange is None and connection.is_spent():
            self.connections.drop(connection)
            self.reconnects += 1
            self.surplus += connection.surplus
            self._replenish()

    def _advance(self, connection: Connection) -> None:
        try:
            self.connections.advance(connection)
        except OSError as error:
            self._connect_failed(
                failure_of_connect(error), f"could not connect: {error}"
            )

    def _connect_failed(self, failure: Failure, detail: str) -> None:
        """A due request without a connection has failed."""
        if self.connections.idle:
            return
        if self._is_due():
            exchange = self._begin()
            exchange.fail(failure, detail)
            self.backlog.reads.append(
                (exchange.position, None, [], realtime_ns(), 0)
            )
            self._turns.has_ended(exchange.position, monotonic_ns())

    def _ended(self, connection: Connection, read_ns: int) -> None:
        """The server closed the connection during an exchange."""
        exchange = connection.exchange
        assert exchange is not None
        if self._was_stale(connection, exchange):
            self._send_again(connection, exchange)
        elif (
            exchange.headers_ns and not connection.sized
        ):  # a body without a length ends like this
            self._completed(connection, exchange, [], read_ns)
        else:
            self._give_up(
                connection,
                Failure.CLOSED_EARLY,
                "the server closed the connection before the response was over",
            )

    def _lost(self, connection: Connection, error: OSError) -> None:
        exchange = connection.exchange
        assert exchange is not None
        if self._was_stale(connection, exchange):
            self._send_again(connection, exchange)
        else:
            self._give_up(
                connection, Failure.RESET, f"the connection broke: {error}"
            )

    def _write_failed(self, connection: Connection, error: OSError) -> None:
        """The server accepts no more of the request. If it has sent a reason, that is read
        first.
        """
        if connection.has_answer():
            self.connections.listen(connection)
        else:
            self._lost(connection, error)

    def _was_stale(self, connection: Connection, exchange: Exchange) -> bool:
        """A kept-alive connection that ends before any byte of the response was closed while idle:
        not an error of the request.
        """
        return (
            connection.served > 0
            and not exchange.headers_ns
            and not connection.header_bytes
        )

    def _send_again(self, connection: Connection, exchange: Exchange) -> None:
        exchange.resent += 1
        exchange.sent_done_ns = MISSING
        self.reconnects += 1
        self._in_flight -= 1
        self._resend.append(exchange)
        self.connections.drop(connection)
        self._replenish()

    def _give_up(
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
        self.backlog.reads.append(
            (exchange.position, None, [], realtime_ns(), 0)
        )
        self._in_flight -= 1
        self._turns.has_ended(exchange.position, monotonic_ns())
        self.connections.drop(connection)
        if not self._over:
            self._replenish()

    def _expire(self, now_ns: int) -> None:
        """Fail requests that timed out, by the monotonic clock: setting the system's time must not
        matter.
        """
        limits = self._job.timeouts
        for connection in list(self.connections.by_fd.values()):
            exchange = connection.exchange
            if exchange is None:
                if (
                    not connection.ready
                    and now_ns - connection.opened_ns > limits.connect_s * NS
                ):
                    self.connections.drop(connection)
                    self._connect_failed(
                        Failure.CONNECT_TIMEOUT,
                        f"no connection within {limits.connect_s:g} s",
                    )
            elif now_ns - exchange.begun_ns > limits.total_s * NS:
                self._give_up(
                    connection,
                    Failure.TOTAL_TIMEOUT,
                    f"not complete within {limits.total_s:g} s",
                )
            elif exchange.arrivals:
                if now_ns - exchange.alive_at(now_ns) > limits.idle_s * NS:
                    self._give_up(
                        connection,
                        Failure.IDLE_TIMEOUT,
                        f"nothing arrived for {limits.idle_s:g} s",
                    )
            elif 0 < exchange.undecoded <= FEW_READS:
                pass  # its first token may be there
            elif now_ns - exchange.begun_ns > limits.first_token_s * NS:
                self._give_up(
                    connection,
                    Failure.FIRST_TOKEN_TIMEOUT,
                    f"no token within {limits.first_token_s:g} s",
                )

    def _end(self, detail: str, outcome: Outcome) -> None:
        """The run is over: what is in flight ends with this outcome, what was not sent stays
        unsent.
        """
        self._over = True
        for connection in list(self.connections.by_fd.values()):
            if connection.exchange is not None:
                self._give_up(connection, Failure.NONE, detail, outcome)
        for exchange in self._resend:
            exchange.break_off(Failure.NONE, detail, outcome)
            self.backlog.reads.append(
                (exchange.position, None, [], realtime_ns(), 0)
            )
        self._resend.clear()
