"""THE hot loop: sends what is due, reads what arrives, and decodes only when there is nothing to
read.

Between a request's due time and its end this loop builds no models, logs nothing and takes no lock,
and it parses no event while another waits to be read: events that pile up in a socket share the
stamp of the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from time import sleep

from inferometer.clock import NS, monotonic_ns, realtime_ns, take_anchor
from inferometer.loadgen.connection import READABLE, Connection
from inferometer.loadgen.connections import Connections, failure_of_connect
from inferometer.loadgen.exchange import FEW_READS, Exchange
from inferometer.loadgen.exchanges import Exchanges
from inferometer.loadgen.job import Job, timed_out, wire_messages
from inferometer.loadgen.live import Live
from inferometer.loadgen.packet_reader import PacketReader
from inferometer.loadgen.reader import ArrivalReader, Rings, open_rings
from inferometer.loadgen.recorder import Recorder
from inferometer.loadgen.responses import Responses
from inferometer.loadgen.schedule import Schedule
from inferometer.loadgen.socket_reader import READY_MOST, SocketReader
from inferometer.system.os_priority import Priority
from inferometer.system.packets import NoRingError
from inferometer.system.poller import make_poller
from inferometer.system.timer import DueTimer
from inferometer.trace.schema import Failure, Outcome
from inferometer.words import Said, reason_of

SENDS_A_TURN = 64
"""Requests written before the loop checks its sockets again: a burst of sends must not delay
reading.
"""

EXPIRE_EVERY_NS = NS
"""How often connections are looked at for time-outs, or in a tenth of the shortest: a request is
given up so much later at most, and a quiet one twice as much.
"""

STALL_NS = NS // 2
"""A tick later than this was not a wait: the loop could not run."""

A_BURST, BETWEEN_BURSTS_S = 4, 0.001
"""Connections that are opened at once before the run. A server may have room for only five that it
has not yet accepted, and forgets what has none.
"""

STREAMING_EVERY = 5
"""Ticks between two updates of what the requests in flight have brought, for the display."""


class CannotConnectError(Exception):
    """The connections that the plan needs could not be opened; the message says why."""


class Loop:
    """One worker's shard, from open connections to columns: `prepare`, `run` once or twice,
    `close`.
    """

    def __init__(self, job: Job, live: Live) -> None:
        self.anchors = [take_anchor()]
        self.priority = Priority()
        self.sent = 0
        self.stalled_ns = self.longest_stall_ns = 0
        self.stopped = self._running = False
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
        self.rings: Rings | None = None
        self.no_ring = ""
        """Why arrival times do not come from a packet ring, if they were to."""
        if job.packets:
            try:
                self.rings = open_rings(job)
            except NoRingError as error:
                self.no_ring = str(error)
        self.connections = Connections(
            self._poller,
            job.address,
            job.shard.max_in_flight,
            job.reserve,
            first_address=job.shard.worker,
            by_packets=self.rings is not None,
        )
        self.responses = Responses(
            job,
            live,
            self.connections,
            self._schedule,
            recorder=self.recorder,
            anchors=self.anchors,
            connect_failed=self._connect_failed,
        )
        self._reader = self._make_reader()
        self._exchanges = self._make_exchanges()
        self._ticks = 0
        self._tick_ns = max(NS // 100, self._a_tenth_ns(NS // 10))
        self._tick_s = self._tick_ns / NS
        self._start_ns = self._next_tick_ns = self._expire_ns = 0

    def _make_reader(self) -> ArrivalReader:
        if self.rings is not None:
            return PacketReader(
                self.rings,
                self._poller,
                self.connections,
                self.responses,
                self._attend,
                eager=self._job.address.tls,
            )
        return SocketReader(
            self._poller, self.connections.by_fd, self.responses, self._attend
        )

    def _make_exchanges(self) -> Exchanges:
        source = self._reader.stamp_source
        return Exchanges(self._job, self._schedule, source)

    def prepare(self) -> None:
        """Open the missing connections. Raises CannotConnectError unless there are as many as the
        plan needs.
        """
        connections = self.connections
        ahead = self._schedule.ahead
        wanted = min(self._job.reserve, ahead)
        closed_most = self.responses.reconnects + len(connections.idle) + wanted
        deadline_ns = monotonic_ns() + int(self._job.timeouts.connect_s * NS)
        lacking = True
        while lacking:
            try:
                is_burst = connections.replenish(ahead, A_BURST) == A_BURST
                if is_burst:
                    sleep(BETWEEN_BURSTS_S)
                is_full = len(connections.idle) >= wanted
                for fd, _ in self._poller.poll(
                    0 if is_burst or is_full else 0.1, READY_MOST
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
            if self.responses.reconnects > closed_most:
                raise CannotConnectError(
                    self._opened_so_far(wanted, Said("measure.closes_unused"))
                )
            if lacking and monotonic_ns() > deadline_ns:
                late = {"seconds": self._job.timeouts.connect_s}
                raise CannotConnectError(
                    self._opened_so_far(wanted, Said("measure.no_more", late))
                )

        self._check_reader(connections.idle)
        self._exchanges.make_ahead()

    def _check_reader(self, connections: Iterable[Connection]) -> None:
        """Read sockets as they come if the ring does not show what arrives at them."""
        if self.rings is not None and not self._reader.sees(connections):
            self._read_sockets(str(Said("ring.route")))

    def _read_sockets(self, why: str) -> None:
        """From now on, without the ring."""
        assert self.rings is not None
        self.no_ring = why
        if self._running:
            self._reader.end()
        self.rings.close()
        self.rings = None
        self.connections.poll_sockets()
        self._reader = self._make_reader()
        self._exchanges = self._make_exchanges()

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
        self._reader.begin()
        self._running = True
        schedule, responses = self._schedule, self.responses
        backlog = responses.backlog
        while (
            responses.in_flight or schedule.left or responses.resend
        ) and not responses.over:
            more_to_send = self._send_due()
            seconds = 0 if more_to_send or backlog else self._patience_s()
            reader = self._reader
            if reader.wait(seconds) and not backlog.is_full:
                reader.read()
                backlog.settle()
            elif backlog:
                responses.decode(reader.decodes_a_turn)
                self._exchanges.make_ahead(1)
            else:
                reader.catch_up()
                responses.decode(reader.decodes_a_turn)
            if responses.lingering:
                responses.leave_lingering()
            if monotonic_ns() >= self._next_tick_ns:
                self._tick()
        self._reader.end()
        self._running = False
        while backlog:
            responses.decode(self._reader.decodes_a_turn)
        self._report()

    def close(self) -> None:
        for position in self._schedule.dropped:
            self.recorder.add_unsent(position, Outcome.DROPPED)
        for position in self.recorder.missing():
            self.recorder.add_unsent(position)
        self.anchors.append(take_anchor())
        self.connections.close()
        if self.rings is not None:
            self.rings.packets.count_lost()
            self.rings.close()
        self.responses.backlog.close()
        self._timer.close()
        self._poller.close()

    # Sending

    def _send_due(self) -> bool:
        """Send what is due and may be sent. True if more is left for the next turn."""
        if (
            self.responses.in_flight >= self._job.shard.max_in_flight
            and not self._job.shard.drops
        ):
            return False  # as in nearly every turn of a closed loop
        for _ in range(SENDS_A_TURN):
            if not self._is_due():
                return False
            if not self.connections.idle:
                self.responses.replenish()
                return False
            exchange = self._begin()
            self.responses.in_flight += 1
            self._send(exchange)
        return True

    def _is_due(self) -> bool:
        """Whether a request is to be sent now; otherwise the timer is set for the next one."""
        if (
            self.responses.resend
            and self.responses.in_flight < self._job.shard.max_in_flight
        ):
            return True
        now_ns = monotonic_ns()
        due_ns = self._schedule.next_ns(self.responses.in_flight, now_ns)
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
        if self.responses.resend:
            return self.responses.resend.popleft()
        position = self._schedule.take(monotonic_ns())
        exchange = self._exchanges.take(position)
        # from now on it is the exchange's, and goes with it
        exchange.message = self._messages[position]
        self._messages[position] = b""
        self.responses.by_position[position] = exchange
        self.sent += 1
        return exchange

    def _send(self, exchange: Exchange) -> None:
        connection = self.connections.idle.popleft()
        try:
            connection.send(exchange, exchange.message)
        except OSError as error:
            self.responses.write_failed(connection, error)
            return
        self.connections.sent(connection)
        if not self._job.closed_loop:
            self.responses.replenish()

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
        self._reader.tick()
        self.responses.note_network()
        if self._reader.blind:
            self._read_sockets(str(Said(self._reader.blind)))
        if now_ns >= self._expire_ns:
            self._expire_ns = now_ns + self._a_tenth_ns(EXPIRE_EVERY_NS)
            self._expire(now_ns)
        self._report()
        self._ticks += 1
        if self._ticks % STREAMING_EVERY == 0:
            self._live.stream(self.responses.by_position.values())
        if self._job.shard.time_ns is not None:
            self._keep_time(self._job.shard.time_ns, now_ns)
        if self._live.stop_requested():
            self.stopped = True
            self._end("the run was stopped", Outcome.CANCELLED)

    def _a_tenth_ns(self, most_ns: int) -> int:
        """Of the shortest time-out."""
        return int(min(most_ns, self._job.timeouts.shortest_s / 10 * NS))

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
            self.sent,
            self.responses.in_flight,
            self.responses.reads,
            len(self._schedule.dropped),
        )

    def _patience_s(self) -> float:
        """How long to wait for a socket: until the next tick, or the next due time if there is no
        timer.
        """
        if (
            self._timer.fd >= 0
            and self._ends_ns is None
            and not self.responses.lingering
        ):
            # a tick may come late by as much: cheaper than asking the clock at every turn
            return self._tick_s
        now_ns = monotonic_ns()
        wait_ns = self._next_tick_ns - now_ns
        if self.responses.lingering:
            wait_ns = min(wait_ns, self.responses.lingering[0][0] - now_ns)
        if self._timer.fd < 0:
            due_ns = self._schedule.next_ns(self.responses.in_flight, now_ns)
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
                self.responses.write_failed(connection, error)
                return
            if not connection.outgoing:
                self.connections.watch(connection)
        elif connection.exchange is None and connection.is_spent():
            self.connections.drop(connection)
            self.responses.reconnects += 1
            self.responses.surplus += connection.surplus
            self.responses.replenish()

    def _advance(self, connection: Connection) -> None:
        try:
            self.connections.advance(connection)
        except OSError as error:
            self._connect_failed(
                failure_of_connect(error), f"could not connect: {error}"
            )
        else:
            if connection.ready:
                self._check_reader([connection])

    def _connect_failed(self, failure: Failure, detail: str) -> None:
        """A due request without a connection has failed."""
        if self.connections.idle:
            return
        if self._is_due():
            exchange = self._begin()
            exchange.fail(failure, detail)
            self.responses.backlog.reads.append(
                (exchange.position, None, [], realtime_ns(), 0)
            )
            self._turns.has_ended(exchange.position, monotonic_ns())

    def _expire(self, now_ns: int) -> None:
        """Fail requests that timed out, by the monotonic clock: setting the system's time must not
        matter.
        """
        limits, holds = self._job.timeouts, self._reader.holds
        self.responses.steady.release_all()  # it knows when they were read
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
                        timed_out(Failure.CONNECT_TIMEOUT, limits),
                    )
            elif now_ns - exchange.begun_ns > limits.total_s * NS:
                self.responses.give_up(
                    connection,
                    Failure.TOTAL_TIMEOUT,
                    timed_out(Failure.TOTAL_TIMEOUT, limits),
                )
            elif exchange.arrivals:
                quiet_ns = now_ns - exchange.alive_at(now_ns)
                if quiet_ns > limits.idle_s * NS and not holds(connection):
                    self.responses.give_up(
                        connection,
                        Failure.IDLE_TIMEOUT,
                        timed_out(Failure.IDLE_TIMEOUT, limits),
                    )
            elif 0 < exchange.undecoded <= FEW_READS:
                pass  # its first token may be there
            elif (
                now_ns - exchange.begun_ns > limits.first_token_s * NS
                and not holds(connection)
            ):
                self.responses.give_up(
                    connection,
                    Failure.FIRST_TOKEN_TIMEOUT,
                    timed_out(Failure.FIRST_TOKEN_TIMEOUT, limits),
                )

    def _end(self, detail: str, outcome: Outcome) -> None:
        """The run is over: what is in flight ends with this outcome, what was not sent stays
        unsent.
        """
        self.responses.over = True
        self._reader.read_all()
        for connection in list(self.connections.by_fd.values()):
            if connection.exchange is not None:
                self.responses.give_up(
                    connection, Failure.NONE, detail, outcome
                )
        for exchange in self.responses.resend:
            exchange.break_off(Failure.NONE, detail, outcome)
            self.responses.backlog.reads.append(
                (exchange.position, None, [], realtime_ns(), 0)
            )
        self.responses.resend.clear()
