"""What the engine does with requests: its routes, and the generations that the model has in hand.

A request enters the model with the time its last byte arrived; `send_due` sends what the model says is due. Knows connections
as something to answer on, and neither sockets nor waiting.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from inferometer import __version__
from inferometer.clock import monotonic_ns
from inferometer.simulator import wire
from inferometer.simulator.ask import Ask, AskError, parse_ask, parse_detokenize, parse_tokenize
from inferometer.simulator.http import Connection, HttpRequest
from inferometer.simulator.metrics import CONTENT_TYPE, Metrics
from inferometer.simulator.model import EngineSettings, PacedModel, Sequence
from inferometer.simulator.truth import TruthRecorder

VLLM_VERSION = "0.32.0"
"""The vLLM whose wire format this is."""


@dataclass(frozen=True, slots=True)
class FrontSettings:
    """Where and as what the engine is served."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes any free one."""
    model: str = "embedded"
    """The model's name in the API."""
    api_key: str | None = field(default=None, repr=False)
    """If set, calls below /v1 need it as a bearer token."""
    record_truth: bool = False
    """Keep the true times of everything, 32 bytes an event, for `GET /truth` and `truth_file`."""
    truth_file: str | None = None
    """Where to write the record when the server ends."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ValueError(f"port is {self.port}, but it has to be from 0 to 65535 (0 takes any free one).")
        if not self.model:
            raise ValueError("The model's name is empty: give it one.")


class Generation:
    """A request that the model has in hand, and where its tokens go."""

    __slots__ = ("arrived_ns", "ask", "connection", "departed_ns", "request_id", "sequence", "stream", "truth_row")

    def __init__(self, connection: Connection, ask: Ask, sequence: Sequence, request_id: str, arrived_ns: int) -> None:
        self.connection = connection
        self.ask = ask
        self.sequence = sequence
        self.request_id = request_id
        self.arrived_ns = arrived_ns
        self.departed_ns = 0
        self.stream: wire.EventStream | None = None
        self.truth_row = 0


class Api:
    """All the engine's state between two calls. One generation at a time on each connection."""

    def __init__(self, settings: EngineSettings, front: FrontSettings) -> None:
        self._settings = settings
        self._front = front
        self._model = PacedModel(settings)
        self._metrics = Metrics()
        self._truth = TruthRecorder() if front.record_truth or front.truth_file else None
        self._created = int(time.time())
        self._submitted = 0
        self._generations: dict[int, Generation] = {}
        self.next_ns = self._model.next_ns
        """When `send_due` is next worth calling, monotonic ns; None while nothing runs."""

    def handle(self, connection: Connection, request: HttpRequest) -> None:
        """Answer at once, or take up a generation: `connection.answering` is its number then."""
        try:
            self._route(connection, request)
        except AskError as error:
            connection.respond(error.status, wire.error(error))

    def abandon(self, connection: Connection) -> None:
        """The client has gone away: its place in the model is free."""
        if connection.answering is not None:
            generation = self._generations.pop(connection.answering)
            self._model.cancel(generation.sequence, monotonic_ns())

    def send_due(self, now_ns: int) -> list[Connection]:
        """Send what is due at `now_ns`. Returns connections whose answer is complete, or whose socket did not take all."""
        settle: list[Connection] = []
        pop_due, generations = self._model.pop_due, self._generations
        while (emission := pop_due(now_ns)) is not None:
            due_ns, sequence, tokens, last = emission
            generation = generations[sequence.number]
            connection, stream = generation.connection, generation.stream
            if stream is not None:
                data = stream.event(last)
                departed_ns = monotonic_ns()
                connection.send(data)
                if self._truth is not None:
                    self._truth.event(generation.truth_row, due_ns, departed_ns, tokens)
            else:
                departed_ns = self._answer_whole(generation, due_ns) if last else monotonic_ns()
            self._count(generation, departed_ns, tokens)
            if last:
                self._finish(generation)
            if last or connection.unsent:
                settle.append(connection)
        return settle

    def _answer_whole(self, generation: Generation, due_ns: int) -> int:
        """Send the whole of an answer that is not streamed; when it left, ns."""
        ask = generation.ask
        body = wire.answer(ask, request_id=generation.request_id, created=int(time.time()), model=self._front.model)
        departed_ns = monotonic_ns()
        generation.connection.respond(200, body)
        if self._truth is not None:
            self._truth.event(generation.truth_row, due_ns, departed_ns, ask.max_tokens)
        return departed_ns

    def _count(self, generation: Generation, departed_ns: int, tokens: int) -> None:
        metrics = self._metrics
        metrics.generation_tokens += tokens
        if generation.departed_ns:
            metrics.itl.observe(departed_ns - generation.departed_ns)
        else:
            metrics.ttft.observe(departed_ns - generation.arrived_ns)
            metrics.queue.observe(generation.sequence.admitted_ns - generation.arrived_ns)
        generation.departed_ns = departed_ns

    def _finish(self, generation: Generation) -> None:
        self._metrics.finished += 1
        self._metrics.e2e.observe(generation.departed_ns - generation.arrived_ns)
        del self._generations[generation.sequence.number]
        generation.connection.answering = None

    def write_truth(self) -> None:
        """Write the record of true times to `truth_file`, if one was asked for."""
        if self._truth is not None and self._front.truth_file:
            with open(self._front.truth_file, "wb") as file:
                file.write(self._truth.to_npz())

    def _route(self, connection: Connection, request: HttpRequest) -> None:
        if request.path.startswith("/v1") and not self._is_authorized(request):
            connection.respond(401, b'{"error":"Unauthorized"}')
            return
        route = _ROUTES.get(request.path)
        if route is None:
            connection.respond(404, b'{"detail":"Not Found"}')
        elif route[0] != request.method:
            connection.respond(405, b'{"detail":"Method Not Allowed"}')
        else:
            route[1](self, connection, request)

    def _is_authorized(self, request: HttpRequest) -> bool:
        key = self._front.api_key
        given = request.headers.get("authorization", "")
        return not key or hmac.compare_digest(given.encode("latin-1"), f"Bearer {key}".encode())

    def _health(self, connection: Connection, _: HttpRequest) -> None:
        connection.respond(200, b"", None)

    def _version(self, connection: Connection, _: HttpRequest) -> None:
        connection.respond(200, orjson.dumps({"version": f"{VLLM_VERSION}+inferometer.{__version__}"}))

    def _models(self, connection: Connection, _: HttpRequest) -> None:
        connection.respond(200, wire.models(self._front.model, self._settings.max_model_len, self._created))

    def _metrics_page(self, connection: Connection, _: HttpRequest) -> None:
        model = self._model
        page = self._metrics.render(
            model=self._front.model, running=model.running, waiting=model.waiting, kv_cache_usage=model.kv_cache_usage
        )
        connection.respond(200, page, CONTENT_TYPE)

    def _tokenize(self, connection: Connection, request: HttpRequest) -> None:
        tokens, spelled = parse_tokenize(request.body, self._front.model)
        answer = {
            "count": len(tokens),
            "max_model_len": self._settings.max_model_len,
            "tokens": tokens,
            "token_strs": spelled,
        }
        connection.respond(200, orjson.dumps(answer))

    def _detokenize(self, connection: Connection, request: HttpRequest) -> None:
        connection.respond(200, orjson.dumps({"prompt": parse_detokenize(request.body, self._front.model)}))

    def _truth_record(self, connection: Connection, _: HttpRequest) -> None:
        if self._truth is None:
            connection.respond(404, b'{"detail":"No truth is recorded: start the engine with its recording switched on."}')
        else:
            connection.respond(200, self._truth.to_npz(), "application/octet-stream")

    def _completion(self, connection: Connection, request: HttpRequest) -> None:
        self._generate(connection, request, chat=False)

    def _chat(self, connection: Connection, request: HttpRequest) -> None:
        self._generate(connection, request, chat=True)

    def _generate(self, connection: Connection, request: HttpRequest, *, chat: bool) -> None:
        front, settings = self._front, self._settings
        ask = parse_ask(request.body, chat=chat, model=front.model, max_model_len=settings.max_model_len)
        number = self._submitted
        self._submitted += 1
        asked_id = request.headers.get("x-request-id", "")
        request_id = asked_id or f"{number:016x}"
        sequence = self._model.submit(number, ask.prompt_tokens, ask.max_tokens, request.arrived_ns)
        generation = Generation(connection, ask, sequence, request_id, request.arrived_ns)
        if ask.stream:
            generation.stream = wire.EventStream(
                ask,
                request_id=request_id,
                created=int(time.time()),
                model=front.model,
                tokens_per_event=settings.tokens_per_event,
            )
            connection.start_stream()
        if self._truth is not None:
            generation.truth_row = self._truth.request(asked_id, request.arrived_ns, ask.prompt_tokens)
        self._generations[number] = generation
        connection.answering = number
        self._metrics.prompt_tokens += ask.prompt_tokens


_ROUTES: dict[str, tuple[str, Callable[[Api, Connection, HttpRequest], None]]] = {
    "/health": ("GET", Api._health),
    "/version": ("GET", Api._version),
    "/metrics": ("GET", Api._metrics_page),
    "/v1/models": ("GET", Api._models),
    "/v1/completions": ("POST", Api._completion),
    "/v1/chat/completions": ("POST", Api._chat),
    "/tokenize": ("POST", Api._tokenize),
    "/detokenize": ("POST", Api._detokenize),
    "/truth": ("GET", Api._truth_record),
}
