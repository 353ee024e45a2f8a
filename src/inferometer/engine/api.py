"""The engine's routes, and the generations that its model works on.

A request enters the model with the arrival time of its last byte; `send_due` sends what the model
says is due. Connections are known only as something to answer on; there are no sockets and no
waiting here.
"""

from __future__ import annotations

import hmac
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import orjson

from inferometer import __version__
from inferometer.clock import monotonic_ns
from inferometer.engine import wire
from inferometer.engine.accelerator import SCHEMA, Accelerator
from inferometer.engine.ask import (
    Ask,
    AskError,
    parse_ask,
    parse_detokenize,
    parse_tokenize,
)
from inferometer.engine.engine_model import (
    Emission,
    EngineModel,
    PopKnown,
    RunningSequence,
)
from inferometer.engine.faults import Fault, FaultPlan, parse_faults
from inferometer.engine.faulty import FaultyAnswer, State
from inferometer.engine.http import ClientConnection, HttpRequest
from inferometer.engine.metrics import CONTENT_TYPE, Metrics
from inferometer.engine.rewrite import expressible
from inferometer.engine.truth import TruthRecorder
from inferometer.protocol import PROTOCOLS, Backend, Reply, TokenizeRoute
from inferometer.words import Said, either, reason_of

VLLM_VERSION = "0.32.0"
"""The vLLM version whose wire format is the default."""

VLLM_BACKENDS = ("openai", "openai-chat")

SENT_AT_ONCE = 256
"""Events that leave before it is looked whether requests have come."""

Handler = Callable[[ClientConnection, HttpRequest], None]


class TruthFileError(Exception):
    """The true times could not be written: one sentence."""


@dataclass(frozen=True, slots=True)
class FrontSettings:
    """Address and API of the engine."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 selects a free port."""
    model: str = "embedded"
    """Model name in the API."""
    backends: Sequence[str] = VLLM_BACKENDS
    """Wire formats by their names in PROTOCOLS; each on its own path."""
    api_key: str | None = field(default=None, repr=False)
    """If set, required as bearer token on /v1 and on generating routes."""
    record_truth: bool = False
    """Record all true times, 32 bytes an event, for `GET /truth` and `truth_file`."""
    truth_file: str | None = None
    """Where to write the record at the end."""
    refused_fields: Sequence[str] = ()
    """Fields of a request that are refused, as by servers that accept no unknown ones."""
    faults: str = ""
    """Faults to inject, as `faults` reads them; EngineSettings' seed selects the requests."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ValueError(Said("engine.port", {"port": self.port}))
        if not self.model:
            raise ValueError(Said("engine.no_model"))
        paths: dict[str, str] = {}
        for name in self.backends:
            if name not in PROTOCOLS:
                told = {"name": name, "known": list(PROTOCOLS)}
                raise ValueError(Said("engine.no_backend", told))
            path = PROTOCOLS[name].endpoint
            other = paths.setdefault(path, name)
            if other != name:
                same = {"one": other, "other": name, "path": path}
                raise ValueError(Said("engine.same_path", same))
        for fault in parse_faults(self.faults):
            if not any(
                expressible(fault.name, PROTOCOLS[name])
                for name in self.backends
            ):
                where = either(self.backends)
                wrong = {"fault": fault.name, "backends": where}
                raise ValueError(Said("engine.impossible_fault", wrong))


class ActiveRequest:
    """A request that the model works on, and where its tokens go."""

    __slots__ = (
        "arrived_ns",
        "ask",
        "connection",
        "departed_ns",
        "faulty",
        "request_id",
        "sequence",
        "stream",
        "truth_row",
    )

    def __init__(
        self,
        connection: ClientConnection,
        ask: Ask,
        sequence: RunningSequence,
        request_id: str,
        arrived_ns: int,
    ) -> None:
        self.connection = connection
        self.ask = ask
        self.sequence = sequence
        self.request_id = request_id
        self.arrived_ns = arrived_ns
        self.departed_ns = 0
        self.stream: wire.EventStream | None = None
        self.faulty: FaultyAnswer | None = None
        self.truth_row = 0


class Api:
    """The engine's state between calls. One generation at a time on each connection."""

    def __init__(
        self,
        model: EngineModel,
        front: FrontSettings,
        refuse: Callable[[], None],
        cut: Callable[[], None],
    ) -> None:
        """`refuse` makes the server accept no more connections, `cut` closes the open ones."""
        self._refuse = refuse
        self._cut = cut
        faults = parse_faults(front.faults)
        self._faults = FaultPlan(faults, model.seed) if faults else None
        self._front = front
        self._model = model
        self._metrics = Metrics(time.time())
        self._accelerator = Accelerator(monotonic_ns())
        self._truth = (
            TruthRecorder() if front.record_truth or front.truth_file else None
        )
        self._created = int(time.time())
        self._submitted = 0
        self._generations: dict[int, ActiveRequest] = {}
        self._sent: deque[tuple[ActiveRequest, Emission, int]] = deque()
        """Events that have left, and when, of which nothing has been noted yet."""
        self._put_off: deque[Emission] = deque()
        """Those that could not be sent when they were due, since the model worked."""
        self._settle: list[ClientConnection] = []
        backends = [PROTOCOLS[name] for name in front.backends]
        self._routes = self._routes_of(backends)
        self._guarded = (
            "/v1",
            *(backend.path(front.model) for backend in backends),
        )
        model.call_meanwhile(self._send_meanwhile)

    def handle(
        self, connection: ClientConnection, request: HttpRequest
    ) -> None:
        """Answer at once, or start a generation, whose number is then `connection.answering`."""
        try:
            self._route(connection, request)
        except AskError as error:
            connection.respond(error.status, wire.error(error))
        self._accelerator.load(self._model.running, monotonic_ns())

    def abandon(self, connection: ClientConnection) -> None:
        """The client has disconnected: its slot in the model is free."""
        self._note_all()
        if connection.answering is not None:
            generation = self._generations.pop(connection.answering)
            now_ns = monotonic_ns()
            self._cancel(generation, now_ns)
            self._accelerator.load(self._model.running, now_ns)

    def _cancel(self, generation: ActiveRequest, now_ns: int) -> None:
        """Its slot in the model is free; what was put off of it is not sent any more."""
        self._model.cancel(generation.sequence, now_ns)
        number = generation.sequence.number
        self._put_off = deque(
            each for each in self._put_off if each.sequence.number != number
        )

    def next_ns(self) -> int | None:
        """When to call `send_due` next, monotonic ns; None while nothing runs."""
        if self._put_off:
            return self._put_off[0].time_ns
        return self._model.next_ns()

    def send_due(self, known_ns: int) -> None:
        """Send what is due, and what becomes due meanwhile, as far as it follows from the requests
        that came by `known_ns`.
        """
        generations = self._generations
        sent, now_ns = self._sent, monotonic_ns()
        while len(sent) < SENT_AT_ONCE:
            emission = self._pop_due(now_ns, known_ns)
            if emission is None:
                return
            generation = generations[emission.sequence.number]
            if generation.stream is None:
                self._answer(generation, emission)
            else:
                now_ns = self._send(generation, generation.stream, emission)

    def _pop_due(self, now_ns: int, known_ns: int) -> Emission | None:
        """The next one, after those that were put off."""
        put_off = self._put_off
        if not put_off:
            emission = self._model.pop_due(now_ns, known_ns)
            if emission is not None:
                # behind those that were put off while the model worked
                put_off.append(emission)
        return put_off.popleft() if put_off else None

    def _send_meanwhile(self, pop_known: PopKnown) -> None:
        """Send what is due while the model works."""
        while (emission := pop_known(monotonic_ns())) is not None:
            generation = self._generations[emission.sequence.number]
            if generation.stream is None or self._put_off:
                # its answer may need the model, or comes after one that does
                self._put_off.append(emission)
            else:
                self._send(generation, generation.stream, emission)

    def _send(
        self,
        generation: ActiveRequest,
        stream: wire.EventStream,
        emission: Emission,
    ) -> int:
        """When it left, ns."""
        data = stream.event(emission.last)
        departed_ns = monotonic_ns()
        generation.connection.send(data)
        self._sent.append((generation, emission, departed_ns))
        return departed_ns

    def note_sent(self) -> list[ClientConnection]:
        """Do what could wait until events had left, as long as nothing is due. Returns connections
        with a complete answer or a full socket.
        """
        next_ns, sent = self.next_ns(), self._sent
        if next_ns is None or len(sent) >= SENT_AT_ONCE:
            self._note_all()
        while sent and monotonic_ns() < (next_ns or 0):
            self._has_left(*sent.popleft())
        settle, self._settle = self._settle, []
        if settle:
            self._accelerator.load(self._model.running, monotonic_ns())
        return settle

    def _note_all(self) -> None:
        while self._sent:
            self._has_left(*self._sent.popleft())

    def _has_left(
        self, generation: ActiveRequest, emission: Emission, departed_ns: int
    ) -> None:
        """Note an event of a stream, and make the next one."""
        if self._truth is not None:
            self._truth.event(
                generation.truth_row,
                emission.time_ns,
                departed_ns,
                emission.tokens,
            )
        self._count(generation, departed_ns, emission.tokens)
        if emission.last:
            self._finish(generation)
        elif generation.stream is not None:
            generation.stream.prepare()
        if emission.last or generation.connection.unsent:
            self._settle.append(generation.connection)

    def _answer(self, generation: ActiveRequest, emission: Emission) -> None:
        """Of a request that gets no stream, or a faulty one."""
        last = emission.last
        if generation.faulty is not None:
            departed_ns, last = self._misbehave(
                generation, generation.faulty, emission
            )
        elif last:
            departed_ns = self._answer_whole(generation, emission.time_ns)
        else:
            departed_ns = monotonic_ns()
        self._count(generation, departed_ns, emission.tokens)
        if last:
            self._finish(generation)
        if last or generation.connection.unsent:
            self._settle.append(generation.connection)

    def _answer_whole(self, generation: ActiveRequest, due_ns: int) -> int:
        """Send a non-streamed answer; when it left, ns."""
        ask = generation.ask
        body = wire.answer(
            ask,
            request_id=generation.request_id,
            created=int(time.time()),
            model=self._front.model,
        )
        departed_ns = monotonic_ns()
        generation.connection.respond(200, body)
        if self._truth is not None:
            self._truth.event(
                generation.truth_row, due_ns, departed_ns, ask.max_tokens
            )
        return departed_ns

    def _misbehave(
        self,
        generation: ActiveRequest,
        faulty: FaultyAnswer,
        emission: Emission,
    ) -> tuple[int, bool]:
        """Send what the fault makes of an emission: when that was, and whether the answer
        is over.
        """
        departed_ns = monotonic_ns()
        gone = faulty.step(emission.tokens, emission.last)
        if self._truth is not None:
            for tokens in gone:
                self._truth.event(
                    generation.truth_row, emission.time_ns, departed_ns, tokens
                )
        if faulty.state is not State.GOES_ON and not emission.last:
            self._cancel(generation, departed_ns)
        if faulty.preempted:
            self._metrics.preemptions += 1
            self._model.preempt(generation.sequence)
        over = faulty.state is State.OVER
        if over and faulty.name == "refuse":
            self._refuse()
        return departed_ns, over

    def _count(
        self, generation: ActiveRequest, departed_ns: int, tokens: int
    ) -> None:
        metrics = self._metrics
        metrics.generation_tokens += tokens
        if generation.departed_ns:
            metrics.itl.observe(departed_ns - generation.departed_ns)
        else:
            metrics.ttft.observe(departed_ns - generation.arrived_ns)
            metrics.queue.observe(
                generation.sequence.admitted_ns - generation.arrived_ns
            )
        generation.departed_ns = departed_ns

    def _finish(self, generation: ActiveRequest) -> None:
        self._metrics.finished += 1
        self._metrics.e2e.observe(
            generation.departed_ns - generation.arrived_ns
        )
        del self._generations[generation.sequence.number]
        generation.connection.answering = None

    def write_truth(self) -> None:
        """Write the complete record of true times to `truth_file`, if requested. Raises
        TruthFileError.
        """
        self._note_all()
        if self._truth is None or not self._front.truth_file:
            return
        path = Path(self._front.truth_file)
        part = path.with_name(f"{path.name}.part")
        try:
            part.write_bytes(self._truth.to_npz())
            part.replace(path)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            why = {"path": path, "why": reason_of(error)}
            raise TruthFileError(Said("engine.truth_lost", why)) from error

    def _routes_of(
        self, backends: Sequence[Backend]
    ) -> dict[str, tuple[str, Handler]]:
        """Method and handler of every path: the engine's own, and those of servers with these
        formats.
        """
        routes: dict[str, tuple[str, Handler]] = {
            "/health": ("GET", self._health),
            "/version": ("GET", self._version),
            "/metrics": ("GET", self._metrics_page),
            "/telemetry": ("GET", self._telemetry),
            "/detokenize": ("POST", self._detokenize),
            "/truth": ("GET", self._truth_record),
        }
        for backend in backends:
            for route, handler in (
                (backend.routes.ready, self._health),
                (backend.routes.models, self._models),
            ):
                method, path = route.split()
                routes[path] = (method, handler)
            for tokenizing in backend.routes.tokenize[:1]:
                # others are those of other servers with the same format
                routes[tokenizing.path] = (
                    "POST",
                    partial(self._tokenize, tokenizing),
                )
            routes[backend.path(self._front.model)] = (
                "POST",
                partial(self._generate, backend),
            )
        return routes

    def _route(
        self, connection: ClientConnection, request: HttpRequest
    ) -> None:
        route = self._routes.get(request.path)
        if request.path.startswith(self._guarded) and not self._is_authorized(
            request
        ):
            connection.respond(401, b'{"error":"Unauthorized"}')
        elif route is None:
            connection.respond(404, b'{"detail":"Not Found"}')
        elif route[0] != request.method:
            connection.respond(405, b'{"detail":"Method Not Allowed"}')
        else:
            route[1](connection, request)

    def _is_authorized(self, request: HttpRequest) -> bool:
        key = self._front.api_key
        given = request.headers.get("authorization", "")
        return not key or hmac.compare_digest(
            given.encode("latin-1"), f"Bearer {key}".encode()
        )

    def _health(self, connection: ClientConnection, _: HttpRequest) -> None:
        connection.respond(200, b"", None)

    def _version(self, connection: ClientConnection, _: HttpRequest) -> None:
        version = f"{VLLM_VERSION}+inferometer.{__version__}"
        if self._model.report() is not None:
            version += ".simulated"
        connection.respond(200, orjson.dumps({"version": version}))

    def _models(
        self, connection: ClientConnection, request: HttpRequest
    ) -> None:
        page = wire.models(
            request.path,
            self._front.model,
            self._model.max_model_len,
            self._created,
        )
        connection.respond(200, page)

    def _metrics_page(
        self, connection: ClientConnection, _: HttpRequest
    ) -> None:
        self._note_all()
        model = self._model
        page = self._metrics.render(
            model=self._front.model,
            running=model.running,
            waiting=model.waiting,
            kv_cache_usage=model.kv_cache_usage,
            report=model.report(),
        )
        connection.respond(200, page, CONTENT_TYPE)

    def _telemetry(self, connection: ClientConnection, _: HttpRequest) -> None:
        now_ns, model = monotonic_ns(), self._model
        cards = model.cards(now_ns)
        if cards is None:
            cards = [self._accelerator.sample(now_ns, model.kv_cache_usage)]
        sample = {"schema": SCHEMA, "monotonic_ns": now_ns, "cards": cards}
        connection.respond(200, orjson.dumps(sample))

    def _tokenize(
        self,
        route: TokenizeRoute,
        connection: ClientConnection,
        request: HttpRequest,
    ) -> None:
        tokens, spelled = parse_tokenize(request.body, self._front.model, route)
        answer = route.answer(tokens)
        if route.chat:
            answer |= {
                "max_model_len": self._model.max_model_len,
                "token_strs": spelled,
            }
        connection.respond(200, orjson.dumps(answer))

    def _detokenize(
        self, connection: ClientConnection, request: HttpRequest
    ) -> None:
        connection.respond(
            200,
            orjson.dumps(
                {"prompt": parse_detokenize(request.body, self._front.model)}
            ),
        )

    def _truth_record(
        self, connection: ClientConnection, _: HttpRequest
    ) -> None:
        self._note_all()
        if self._truth is None:
            connection.respond(
                404,
                b'{"detail":"No truth is recorded: start the engine with its recording '
                b'switched on."}',
            )
        else:
            connection.respond(
                200, self._truth.to_npz(), "application/octet-stream"
            )

    def _generate(
        self,
        backend: Backend,
        connection: ClientConnection,
        request: HttpRequest,
    ) -> None:
        front, model = self._front, self._model
        ask = parse_ask(
            request.body,
            backend=backend,
            model=front.model,
            max_model_len=model.max_model_len,
            refused_fields=front.refused_fields,
            with_prompt=model.reads_prompts,
        )
        asked_id = request.headers.get("x-request-id", "")
        fault = self._fault_of(asked_id, backend) if ask.stream else None
        row = self._truth_row(request, ask, fault)
        number = self._counted(ask, fault)
        request_id = asked_id or f"{number:016x}"
        stream = faulty = None
        if ask.stream:
            stream = self._begin_stream(
                backend, connection, ask, request_id, fault
            )
            if stream is None:
                return
            faulty = stream if isinstance(stream, FaultyAnswer) else None
        max_tokens = faulty.max_tokens if faulty else ask.max_tokens
        sequence = model.submit(
            number,
            ask.prompt_tokens,
            max_tokens,
            request.arrived_ns,
            ask.prompt,
        )
        generation = ActiveRequest(
            connection, ask, sequence, request_id, request.arrived_ns
        )
        generation.stream = (
            stream if isinstance(stream, wire.EventStream) else None
        )
        generation.faulty, generation.truth_row = faulty, row
        self._generations[number] = generation
        connection.answering = number
        if generation.stream is not None:
            generation.stream.prepare()
        if faulty is not None and faulty.state is State.SILENT:
            model.cancel(sequence, request.arrived_ns)

    def _truth_row(
        self, request: HttpRequest, ask: Ask, fault: Fault | None
    ) -> int:
        if self._truth is None:
            return 0
        return self._truth.request(
            request.headers.get("x-request-id", ""),
            request.arrived_ns,
            ask.prompt_tokens,
            fault.name if fault else "",
        )

    def _counted(self, ask: Ask, fault: Fault | None) -> int:
        """The number of the request."""
        number = self._submitted
        self._submitted += 1
        self._metrics.prompt_tokens += ask.prompt_tokens
        if fault is not None and fault.name in {"cached", "hit"}:
            self._metrics.prefix_hits += ask.prompt_tokens
        return number

    def _begin_stream(
        self,
        backend: Backend,
        connection: ClientConnection,
        ask: Ask,
        request_id: str,
        fault: Fault | None,
    ) -> wire.EventStream | FaultyAnswer | None:
        """None if a fault was the whole answer."""
        reply = Reply(
            request_id,
            self._front.model,
            int(time.time()),
            ask.prompt_tokens,
            ask.include_usage,
            ask.continuous_usage,
        )
        per_event = self._model.tokens_per_event
        lengths = {"max_tokens": ask.max_tokens, "tokens_per_event": per_event}
        if fault is not None:
            return self._begin_faulty(
                FaultyAnswer(fault, connection, backend, reply, **lengths)
            )
        connection.start_stream(backend.content_type)
        return wire.EventStream(backend.emitter(reply), **lengths)

    def _begin_faulty(self, faulty: FaultyAnswer) -> FaultyAnswer | None:
        """None if that was the whole answer."""
        if faulty.name == "die":
            # as if killed by somebody else; but the true times are kept, for those who want to know
            self.write_truth()
            os.kill(os.getpid(), signal.SIGKILL)
        if faulty.name == "restart":
            self._restart()
            return None
        faulty.begin()
        return None if faulty.state is State.OVER else faulty

    def _restart(self) -> None:
        self._note_all()
        generations = [*self._generations.values()]
        for generation in generations:
            self._cancel(generation, monotonic_ns())
        self._note_all()  # what left while others were cancelled
        for generation in generations:
            generation.connection.answering = None
        self._generations.clear()
        self._metrics = Metrics(time.time())
        self._accelerator = Accelerator(monotonic_ns())
        self._cut()

    def _fault_of(self, request_id: str, backend: Backend) -> Fault | None:
        """The fault for a request that has just arrived."""
        if self._faults is None:
            return None
        fault = self._faults.choose(self._faults.number(request_id))
        return (
            fault
            if fault is not None and expressible(fault.name, backend)
            else None
        )
