"""The calls around a run that ask a server what it is, what it serves and how it counts.

Slow and careful where the loop is fast: every failure becomes an `EndpointError` with cause and
cure, and every call is limited in time. Optional answers are skipped if the server does not give
them in time. Knows nothing of the loop, which has its own connections, or of starting servers.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from functools import reduce
from typing import Any

from orjson import dumps

from inferometer.printable import printable, printable_name
from inferometer.protocol import (
    ANY_SERVER,
    Routes,
    TokenizeRoute,
    error_sentence,
)
from inferometer.protocol.base import JSON, Decoder, StreamEvent, Usage
from inferometer.protocol.error_body import SENTENCE_CHARS
from inferometer.protocol.lenient_json import read_json
from inferometer.request import Message
from inferometer.secret import masked_text
from inferometer.server.calls import MAX_ANSWER_BYTES, Answer, Calls
from inferometer.server.deadline import Deadline
from inferometer.server.failures import EndpointError, status_error
from inferometer.server.model_list import (
    Listing,
    ModelCard,
    card_of,
    listed,
    listed_names,
)
from inferometer.spec.flags import check_header, parse_base_url, with_api_key
from inferometer.words import Said, sentence_of

__all__ = ["Endpoint", "EndpointError", "Listing", "ModelCard", "ProbeResult"]

READY_PAUSE_S = 0.5

METRICS_TIMEOUT_S = 2.5
MAX_METRICS_BYTES = 4 * 2**20
"""A page of vLLM has 50 KB per engine."""

HEALTH_TIMEOUT_S = 5.0
VERSION_TIMEOUT_S = 10.0
"""For all routes together; optional answers that take longer are skipped."""

MAX_TRIAL_BYTES = 4 * 2**20
AFTER_FINISH_S = 2.0
AFTER_DONE_S = 0.5
"""How long to wait for the end of a body after the answer has finished (usage may follow), and
after its end marker.
"""

VERSION_ROUTES = (
    ("/version", "version"),
    ("/server_info", "version"),
    ("/info", "version"),
    ("/props", "build_info"),
    ("/api/version", "version"),
    ("/v1/cluster/version", "version"),
    ("/v2", "version"),
)
"""Where engines report their version: vLLM and trtllm-serve, SGLang, TGI, llama.cpp, Ollama,
Xinference, Triton.
"""

NOT_YET = (502, 503, 504)
"""Statuses of servers and gateways while a model is loading."""

SHORTEST_SECRET = 4


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of one short request: HTTP status, token counts of the server, and any error."""

    status: int
    usage: Usage
    error: str | None = None
    outputs: int = 0
    """Events with output."""

    @property
    def prompt_tokens(self) -> int | None:
        """The server's count of the prompt; None if it refused the request or did not
        report one.
        """
        counted = self.error is None and self.usage.prompt_tokens >= 0
        return self.usage.prompt_tokens if counted else None


class Endpoint:
    """A server under test, asked over separate connections. Threads may share it; close it, or use
    `with`.

    `base_url` works with and without `/v1` and a trailing slash. The key in OPENAI_API_KEY is sent
    as a bearer token unless `headers` contain an authorization; neither is ever shown. `routes` are
    those of its kind of server.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        insecure: bool = False,
        timeout_s: float = 30.0,
        routes: Routes = ANY_SERVER,
    ) -> None:
        self.made_with = (base_url, headers, insecure, timeout_s, routes)
        """For another one like it, in another process: connections cannot be shared with one."""
        try:
            self.base_url = parse_base_url(base_url)
            sent = with_api_key(headers or {}, os.environ)
            for name, value in sent.items():
                check_header(name, value)
        except ValueError as error:
            raise EndpointError(sentence_of(error)) from None
        self.timeout_s = timeout_s
        self.routes = routes
        self._counted_by: TokenizeRoute | None = None
        self._cannot_count = False
        self._absent: set[tuple[str, Any]] = set()
        """Paths that do not count, with the model that they were asked for."""
        self._late_list: EndpointError | None = None
        self._secrets = tuple(
            {
                part
                for value in sent.values()
                for part in (value, value.split(" ")[-1])
                if len(part) > 3
            }
        )
        self._has_key = any(
            name.lower() in ("authorization", "api-key", "x-api-key")
            for name in sent
        )
        # loading authorities takes its time
        tls = _tls(insecure) if self.base_url.startswith("https") else None
        self._calls = Calls(self.base_url, sent, tls)

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url!r})"

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._calls.close()

    def check_reachable(self) -> None:
        """Raise unless the server answers HTTP, accepts the key, and has loaded its model.

        Without a readiness route, this asks for the list of models.
        """
        route = self.routes.ready
        answer = self._ask(route)
        if route != self.routes.models and answer.status in (404, 405):
            route = self.routes.models
            answer = self._ask(route)
        is_list = route == self.routes.models
        ready = (
            answer.status not in (401, 403, *NOT_YET)
            if is_list
            else answer.status == 200
        )
        if not ready or answer.location is not None:
            raise self._refused(answer, route.split()[1])

    def wait_ready(
        self, timeout_s: float, *, model_given: bool = False
    ) -> None:
        """Repeat `check_reachable` for at most `timeout_s` (0: once); raise its last error.

        If the model is given, these routes add nothing that a request would not show: then any
        server that accepts the connection is good enough in the end.
        """
        deadline_s = time.monotonic() + timeout_s
        while True:
            try:
                self.check_reachable()
                return
            except EndpointError as error:
                is_final = error.status in (401, 403) or error.redirect
                if is_final or time.monotonic() + READY_PAUSE_S > deadline_s:
                    if model_given and not error.unreachable:
                        if (
                            error.timed_out
                            and self.routes.ready == self.routes.models
                        ):
                            self._late_list = (
                                error  # once is enough to wait for it
                            )
                        return
                    raise
            time.sleep(READY_PAUSE_S)

    def _unlisted(self, error: EndpointError) -> EndpointError:
        if error.timed_out:
            why = {"why": sentence_of(error)}
            return EndpointError(Said("server.only_list", why), timed_out=True)
        if error.status in (None, 401, 403, 503) or error.redirect:
            return error
        why = {"url": self.base_url, "why": error.reason}
        what = Said("server.no_list", why)
        told = {"what": what, "cure": Said("cure.no_list")}
        return EndpointError(Said("server.sentence", told), error.status)

    def only_model(self) -> str:
        """The name of the only served model. Raises if there is none or a choice."""
        found = self._models_or_why()
        if isinstance(found, EndpointError):
            raise self._unlisted(found)
        names = [card.id for card in found]
        if len(names) != 1:
            key = "server.several_models" if names else "server.no_model"
            raise EndpointError(
                Said(key, {"url": self.base_url, "models": listed_names(names)})
            )
        return names[0]

    def health(self) -> bool | None:
        """Whether its readiness route, else `/health`, reports ready; None if neither tells."""
        own = self.routes.ready != self.routes.models
        route = self.routes.ready if own else "GET /health"
        try:
            status = self._ask(route, Deadline(HEALTH_TIMEOUT_S)).status
        except EndpointError:
            return None
        return (
            True
            if status == 200
            else False
            if status >= 500 or (own and status == 400)
            else None
        )

    def models(self) -> list[ModelCard]:
        """The listed models; may be empty (transformers serve lists none for a local path)."""
        path = self.routes.models.split()[1]
        entries = listed(self._json(self.routes.models))
        if entries is None:
            raise self._no_list(
                Said("server.no_list_of_models", {"path": path})
            )
        return [
            card
            for entry in entries
            if isinstance(entry, dict) and (card := card_of(entry)) is not None
        ]

    def listing(self, name: str) -> Listing:
        """What the list of models says of `name`; a missing list is no error. Raises
        EndpointError.
        """
        found = self._models_or_why()
        if isinstance(found, EndpointError):
            return Listing(missing=found)
        card = next(
            (each for each in found if name in (each.id, *each.aliases)), None
        )
        return Listing(
            card,
            others=() if card is not None else tuple(each.id for each in found),
        )

    def _models_or_why(self) -> list[ModelCard] | EndpointError:
        """The models, or why a server that answers lists none. Raises EndpointError if no server
        answers.
        """
        if self._late_list is not None:
            return self._late_list
        try:
            return self.models()
        except EndpointError as error:
            if error.unreachable:
                raise
            return error

    def version(self) -> str | None:
        """The engine's version, or None. Raises EndpointError if there is no server."""
        deadline = Deadline(VERSION_TIMEOUT_S)
        for n, (path, key) in enumerate(VERSION_ROUTES):
            try:
                answer = _document(self._ask(f"GET {path}", deadline))
            except EndpointError as error:
                if error.unreachable and n == 0:
                    raise
                if error.unreachable or error.timed_out:
                    return (
                        None  # little time may have been left to connect again
                    )
                continue
            if isinstance(answer, dict) and isinstance(answer.get(key), str):
                return str(answer[key])
        return None

    def metrics_text(self) -> str | None:
        """The Prometheus page; None where there is none."""
        page = self.metrics_page()
        return page[0] if page else None

    def metrics_page(self) -> tuple[str, float] | None:
        """The Prometheus page and its time, s since 1970 (by the server's clock if known).

        None if there is none, or if it exceeds MAX_METRICS_BYTES or METRICS_TIMEOUT_S.
        """
        if self.routes.metrics is None:
            return None
        try:
            answer = self._ask(
                self.routes.metrics,
                Deadline(METRICS_TIMEOUT_S),
                max_bytes=MAX_METRICS_BYTES,
            )
        except EndpointError:
            return None
        if answer.status != 200 or not answer.headers.get(
            "content-type", ""
        ).startswith("text/plain"):
            return None
        return answer.body.decode(errors="replace"), _written_s(answer)

    def tokenize(self, model: str, text: str) -> list[int] | None:
        """Token ids of `text` as a completion prompt, with special tokens; None if the server
        cannot tell.
        """
        for route in (
            (self._counted_by,) if self._counted_by else self.routes.tokenize
        ):
            ids = route.read(
                self._counted(route.path, route.question(model, text))
            )
            if ids or (ids is not None and not text):
                # llama.cpp answers a question that is not its own with no tokens
                self._counted_by = route if ids else None
                return ids
        return None

    def tokenize_chat(
        self,
        model: str,
        messages: Sequence[Message],
        fields: Mapping[str, Any] | None = None,
    ) -> int | None:
        """Prompt tokens of `messages` in the model's chat template, with `fields` such as tools, or
        None.
        """
        path = next(
            (route.path for route in self.routes.tokenize if route.chat), None
        )
        question = {
            "model": model,
            "messages": list(messages),
            **(fields or {}),
        }
        answer = self._counted(path, question) if path else None
        count = answer.get("count") if isinstance(answer, dict) else None
        return count if type(count) is int and count > 0 else None

    def _counted(self, path: str, question: Mapping[str, Any]) -> Any:
        """The JSON answer to a POST; None if the server has no such route or refuses.

        A server that did not answer in time is not asked again: there are other ways to count. Nor
        is a route that is not there, unless the server refuses what it has to answer: it may still
        be starting.
        """
        route = path, question.get("model")
        if self._cannot_count or route in self._absent:
            return None
        try:
            answer = self._ask(f"POST {path}", body=dumps(question))
        except EndpointError:
            self._cannot_count = True
            return None
        if answer.status in (404, 405):
            self._absent.add(route)
        return _document(answer)

    def probe(
        self,
        path: str,
        body: bytes,
        decoder: Decoder,
        deadline: Deadline | None = None,
        *,
        body_type: str = JSON,
    ) -> ProbeResult:
        """Post one request like the run's (with its protocol's `body` and `decoder`) and report the
        result.

        It ends with the answer, whether or not the body ends. A refused request is a result; an
        unreachable server, a refused key and a missing path raise.
        """
        until = (
            Deadline(self.timeout_s) if deadline is None else deadline.part()
        )

        def read(answer: Answer, pieces: Iterator[bytes]) -> ProbeResult:
            if answer.status != 200:
                whole = replace(answer, body=b"".join(pieces))
                if (
                    answer.status in (401, 403, 404, 405, 503)
                    or answer.location is not None
                ):
                    raise self._refused(whole, path, measured=True)
                return ProbeResult(answer.status, Usage(), self._said(whole))
            if (
                packed := answer.headers.get("content-encoding", "identity")
            ) not in (
                "",
                "identity",
            ):
                told = {"url": self.base_url, "path": path, "packed": packed}
                raise EndpointError(
                    Said("server.compresses", told), answer.status
                )
            return self._result(_events(pieces, decoder, until))

        return self._calls.streamed(
            path, until, body, MAX_TRIAL_BYTES, read, body_type=body_type
        )

    def _result(self, events: Sequence[StreamEvent]) -> ProbeResult:
        usage = reduce(
            Usage.grown,
            (event.usage for event in events if event.usage is not None),
            Usage(),
        )
        error = next(
            (event.error for event in events if event.error is not None), None
        )
        outputs = sum(bool(event.text) for event in events)
        said = (
            None
            if error is None
            else printable(masked_text(self._hide(error)), SENTENCE_CHARS)
        )
        return ProbeResult(200, usage, said, outputs)

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout_s: float | None = None,
    ) -> Any:
        """The JSON of the answer or None, for commands to a server. Raises unless the status is
        200.
        """
        deadline = Deadline(
            timeout_s if timeout_s is not None else self.timeout_s
        )
        answer = self._ask(
            f"{method} {path}",
            deadline,
            body=None if body is None else dumps(body),
        )
        if answer.status != 200:
            raise self._refused(answer, path)
        return _document(answer)

    def _json(self, route: str) -> Any:
        path = route.split()[1]
        response = self._ask(route)
        if response.status != 200:
            raise self._refused(response, path)
        answer = _document(response)
        objects = answer if isinstance(answer, list) else [answer]
        if not all(isinstance(each, dict) for each in objects):
            kind = response.headers.get("content-type", "no type").split(";")[0]
            told = {"path": path, "kind": printable_name(kind)}
            raise self._no_list(Said("server.not_json", told))
        return answer

    def _no_list(self, what: str) -> EndpointError:
        where = Said(
            "server.not_json.where", {"url": self.base_url, "what": what}
        )
        cure = Said("cure.inference_server")
        return EndpointError(
            Said("server.sentence", {"what": where, "cure": cure}),
            status=200,
            reason=what,
        )

    def _ask(
        self,
        route: str,
        deadline: Deadline | None = None,
        *,
        body: bytes | None = None,
        max_bytes: int = MAX_ANSWER_BYTES,
    ) -> Answer:
        """The answer on a route, `METHOD path`, within the time limit of required calls by
        default.
        """
        method, path = route.split()
        until = Deadline(self.timeout_s) if deadline is None else deadline
        return self._calls.whole(method, path, until, body, max_bytes)

    def _refused(
        self, answer: Answer, path: str, *, measured: bool = False
    ) -> EndpointError:
        self._absent.clear()  # they may be there once it is ready
        return status_error(
            answer,
            self.base_url,
            path,
            self._said(answer),
            has_key=self._has_key,
            measured=measured,
        )

    def _said(self, answer: Answer) -> str:
        # before it is cut ...
        body = self._hide(answer.body.decode("utf-8", "replace")).encode(
            "utf-8", "replace"
        )
        # ... and after it is unescaped; keys of others, too
        return masked_text(self._hide(error_sentence(body)))

    def _hide(self, text: str) -> str:
        """The text without our secrets, which some servers repeat, even if cut off in the middle of
        one.
        """
        for secret in self._secrets:
            text = text.replace(secret, "***")
            begun = [
                secret[:n]
                for n in range(SHORTEST_SECRET, len(secret))
                if text.endswith(f"{secret[:n]}…")
            ]
            text = text.removesuffix(f"{begun[-1]}…") + "***" if begun else text
        return text


def _events(
    pieces: Iterator[bytes], decoder: Decoder, deadline: Deadline
) -> list[StreamEvent]:
    """The events of an answer up to its end, which may come before that of its body."""
    events: list[StreamEvent] = []
    over = False
    try:
        for piece in pieces:
            found = decoder.feed(piece)
            events += found
            if any(event.done for event in found):
                over = True
                deadline.shorten(AFTER_DONE_S)
            elif any(event.finish_reason is not None for event in found):
                over = True
                deadline.shorten(AFTER_FINISH_S)
    except EndpointError:
        if not over:
            raise
        return events
    return events + decoder.close()


def _tls(insecure: bool) -> ssl.SSLContext:
    """The system's authorities (and SSL_CERT_FILE), like the measuring loop; httpx would use its
    own.
    """
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _written_s(answer: Answer) -> float:
    """When an answer was written, s since 1970: by its Date header, else now."""
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (LookupError, TypeError, ValueError, OverflowError):
        return time.time()


def _document(answer: Answer) -> Any:
    """The JSON of a successful answer, or None."""
    if answer.status != 200:
        return None
    try:
        return read_json(answer.body)
    except ValueError:
        return None
