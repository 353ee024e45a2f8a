"""Endpoint: the calls around a run that ask a server what it is, what it serves and how it counts.

Slow and careful where the loop is fast: every failure becomes an `EndpointError` of one sentence with cause and cure. Knows
httpx (imported on use); not of the loop, whose connections are its own, and not of starting servers.
"""

from __future__ import annotations

import difflib
import os
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

from inferometer.protocol import ANY_SERVER, Routes, TokenizeRoute, error_sentence
from inferometer.protocol.base import Decoder, Usage
from inferometer.request import Message
from inferometer.server.failures import EndpointError, status_error, transport_error
from inferometer.spec.flags import check_header, parse_base_url, with_api_key

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

__all__ = ["Endpoint", "EndpointError", "ModelCard", "ProbeResult"]

READY_PAUSE_S = 0.5

METRICS_TIMEOUT_S = 2.5
METRICS_MOST_BYTES = 8 * 2**20
"""A page of vLLM is of 50 KB for each of its engines."""

VERSION_ROUTES = (
    ("/version", "version"),
    ("/server_info", "version"),
    ("/info", "version"),
    ("/props", "build_info"),
    ("/api/version", "version"),
    ("/v1/cluster/version", "version"),
    ("/v2", "version"),
)
"""Where engines tell their version: vLLM and trtllm-serve, SGLang, TGI, llama.cpp, Ollama, Xinference, Triton."""

LIMITS = ("max_model_len", "max_total_tokens", "context_length")
"""What a model's longest prompt and output together is called: by vLLM and SGLang, TGI, Xinference."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model of the server's list. `max_model_len`: prompt and output together, tokens; None where it is not told."""

    id: str
    max_model_len: int | None = None
    aliases: tuple[str, ...] = ()
    root: str | None = field(default=None, compare=False)
    """What it was loaded from, a repository's name or a path; vLLM tells."""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What became of one short request: its HTTP status, the counts the server reported, and its error, if it had one."""

    status: int
    usage: Usage
    error: str | None = None

    @property
    def prompt_tokens(self) -> int | None:
        """The server's count of the prompt; None where it refused the request or did not say."""
        counted = self.error is None and self.usage.prompt_tokens >= 0
        return self.usage.prompt_tokens if counted else None


class Endpoint:
    """A server under test, asked over a connection of its own. Safe to share between threads; close it, or use `with`.

    `base_url` is taken with and without `/v1` and a trailing slash. The key in OPENAI_API_KEY is sent as a bearer token unless
    `headers` hold an authorization; neither is ever shown. `routes` is where servers of its kind tell of themselves.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        insecure: bool = False,
        timeout_s: float = 30.0,
        routes: Routes = ANY_SERVER,
    ) -> None:
        import httpx

        try:
            self.base_url = parse_base_url(base_url)
            sent = with_api_key(headers or {}, os.environ)
            for name, value in sent.items():
                check_header(name, value)
        except ValueError as error:
            raise EndpointError(str(error)) from None
        self.timeout_s = timeout_s
        self.routes = routes
        self._counted_by: TokenizeRoute | None = None
        self._secrets = tuple({part for value in sent.values() for part in (value, value.split(" ")[-1]) if len(part) > 3})
        self._has_key = any(name.lower() in ("authorization", "api-key", "x-api-key") for name in sent)
        self._client = httpx.Client(
            headers=sent,
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 10.0)),
            verify=_tls(insecure) if self.base_url.startswith("https") else False,  # without TLS, loading authorities is waste
            trust_env=False,  # a proxy from the environment would answer for the server, or slow it down, unseen
            follow_redirects=False,  # the run would not follow either
        )

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url!r})"

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def check_reachable(self) -> None:
        """Raise unless something answers HTTP there, lets us in, and has its model loaded.

        Where the servers' kind has no route of its own for that, or this one does not have it, asks for the list of models.
        """
        response = self._send(*self.routes.ready.split())
        is_list = self.routes.ready == self.routes.models
        if not is_list and response.status_code in (404, 405):
            response, is_list = self._send(*self.routes.models.split()), True
        ready = response.status_code not in (401, 403, 503) if is_list else response.status_code == 200
        if not ready or response.is_redirect:
            raise self._refused(response)

    def wait_ready(self, timeout_s: float) -> None:
        """`check_reachable` until it is content, for `timeout_s` at most (0 is one try); raises what it raised last."""
        deadline_s = time.monotonic() + timeout_s
        while True:
            try:
                self.check_reachable()
                return
            except EndpointError as error:
                if error.status in (401, 403) or time.monotonic() + READY_PAUSE_S > deadline_s:
                    raise
            time.sleep(READY_PAUSE_S)

    def only_model(self) -> str:
        """The name of the one model that is served. Raises where there is none to be seen, or a choice."""
        names = [card.id for card in self.models()]
        if len(names) != 1:
            listed = f"several models ({', '.join(names[:8])})" if names else "no model in its list"
            raise EndpointError(f"{self.base_url} serves {listed}: say which with --model.")
        return names[0]

    def health(self) -> bool | None:
        """Whether its own route for that, else `/health`, says the server is ready; None where it has no such route."""
        own = self.routes.ready if self.routes.ready != self.routes.models else "GET /health"
        status = self._send(*own.split()).status_code
        return None if status in (404, 405) else status == 200

    def models(self) -> list[ModelCard]:
        """The models the server lists; an empty list is possible (transformers serve lists none for a local path)."""
        listed = _listed(self._json(*self.routes.models.split()))
        if listed is None:
            raise EndpointError(
                f"{self.base_url}{self.routes.models.split()[1]} answered without a list of models: "
                "check that --base-url is the inference server."
            )
        return [card for entry in listed if isinstance(entry, dict) and (card := _card(entry)) is not None]

    def find_model(self, name: str) -> ModelCard | None:
        """The card of the model called `name`; None where the server lists none at all. Raises where it lists others."""
        cards = self.models()
        for card in cards:
            if name == card.id or name in card.aliases:
                return card
        if not cards:
            return None
        raise EndpointError(_wrong_model(self.base_url, name, [card.id for card in cards]))

    def version(self) -> str | None:
        """The engine's version as it tells it; None where it does not."""
        for path, key in VERSION_ROUTES:
            answer = _document(self._send("GET", path))
            if isinstance(answer, dict) and isinstance(answer.get(key), str):
                return str(answer[key])
        return None

    def metrics_text(self) -> str | None:
        """The Prometheus page; None where there is none."""
        page = self.metrics_page()
        return page[0] if page else None

    def metrics_page(self) -> tuple[str, float] | None:
        """The Prometheus page, and when it was written, s since 1970 (by the server's clock, where it tells).

        None where there is none, or one of more than METRICS_MOST_BYTES, or that takes longer than METRICS_TIMEOUT_S.
        """
        if self.routes.metrics is None:
            return None
        method, path = self.routes.metrics.split()
        return self._twice(lambda: self._page(method, path), f"{method} {path}", METRICS_TIMEOUT_S)

    def _page(self, method: str, path: str) -> tuple[str, float] | None:
        deadline_s = time.monotonic() + METRICS_TIMEOUT_S
        page = bytearray()
        with self._client.stream(method, self.base_url + path, timeout=METRICS_TIMEOUT_S) as response:
            if response.status_code != 200 or not response.headers.get("content-type", "").startswith("text/plain"):
                return None
            for block in response.iter_bytes():
                page += block
                if len(page) > METRICS_MOST_BYTES or time.monotonic() > deadline_s:
                    return None
        return page.decode(errors="replace"), _written_s(response)

    def tokenize(self, model: str, text: str) -> list[int] | None:
        """Token ids of `text` as a completion prompt, special tokens included; None where the server cannot tell."""
        for route in (self._counted_by,) if self._counted_by else self.routes.tokenize:
            ids = route.read(self._answer(route.path, route.question(model, text)))
            if ids or (ids is not None and not text):  # llama.cpp answers a question that is not its own with no tokens
                self._counted_by = route if ids else None
                return ids
        return None

    def tokenize_chat(self, model: str, messages: Sequence[Message], fields: Mapping[str, Any] | None = None) -> int | None:
        """Prompt tokens of `messages` in the model's chat template, with `fields` such as tools; None where the server cannot
        tell."""
        path = next((route.path for route in self.routes.tokenize if route.chat), None)
        answer = self._answer(path, {"model": model, "messages": list(messages), **(fields or {})}) if path else None
        count = answer.get("count") if isinstance(answer, dict) else None
        return count if isinstance(count, int) and count > 0 else None

    def probe(self, path: str, body: bytes, decoder: Decoder, timeout_s: float = 120.0) -> ProbeResult:
        """Post one request as the run will (`body` and `decoder` are its protocol's) and report what the server made of it.

        A refusal of the request itself is a result; an unreachable server, a refused key, a missing path raise.
        """
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream, application/x-ndjson"}
        response = self._send("POST", path, content=body, headers=headers, timeout_s=timeout_s)
        if response.status_code in (401, 403, 404, 405, 503) or response.is_redirect:
            raise self._refused(response)
        if response.status_code != 200:
            return ProbeResult(response.status_code, Usage(), self._said(response))
        events = decoder.feed(self._hide(response.text).encode()) + decoder.close()
        usage = next((event.usage for event in reversed(events) if event.usage is not None), Usage())
        error = next((event.error for event in events if event.error is not None), None)
        return ProbeResult(response.status_code, usage, error if error is None else self._hide(error))

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, timeout_s: float | None = None) -> Any:
        """The JSON of the answer, None where there is none; for what servers can be told to do. Raises unless it is 200."""
        response = self._send(method, path, timeout_s=timeout_s, **({} if body is None else {"json": dict(body)}))
        if response.status_code != 200:
            raise self._refused(response)
        return _document(response)

    def _answer(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON posted back, None where the server has no such route or does not like the question."""
        response = self._send("POST", path, json=body)
        if response.status_code in (401, 403):
            raise self._refused(response)
        return _document(response)

    def _json(self, method: str, path: str) -> Any:
        response = self._send(method, path)
        if response.status_code != 200:
            raise self._refused(response)
        answer = _document(response)
        objects = answer if isinstance(answer, list) else [answer]
        if not all(isinstance(each, dict) for each in objects):
            kind = response.headers.get("content-type", "no type").split(";")[0]
            raise EndpointError(
                f"{self.base_url}{path} answered with {kind} that is not a JSON object: "
                "check that --base-url is the inference server."
            )
        return answer

    def _send(self, method: str, path: str, *, timeout_s: float | None = None, **content: Any) -> httpx.Response:
        import httpx

        if timeout_s is not None:
            content["timeout"] = httpx.Timeout(timeout_s, connect=min(timeout_s, 10.0))

        def ask() -> httpx.Response:
            return self._client.request(method, self.base_url + path, **content)

        return self._twice(ask, f"{method} {path}", timeout_s or self.timeout_s)

    def _twice(self, ask: Callable[[], T], asked: str, timeout_s: float) -> T:
        """What `ask` returns, at the second try where a kept connection was closed under the first. Raises EndpointError."""
        import httpx

        try:
            try:
                return ask()
            except httpx.RemoteProtocolError as error:
                if "disconnected" not in str(error):
                    raise
                # It may have closed a kept connection just as we wrote: llama-server does so after each stream.
                return ask()
        except httpx.HTTPError as error:
            failed = transport_error(error, self.base_url, asked, timeout_s)
        raise failed  # outside the handler: the library's exception, which may hold headers, is not kept

    def _refused(self, response: httpx.Response) -> EndpointError:
        return status_error(response, self.base_url, self._said(response), self._has_key)

    def _said(self, response: httpx.Response) -> str:
        return self._hide(error_sentence(self._hide(response.text).encode()))  # before it is cut, and after it is unescaped

    def _hide(self, text: str) -> str:
        """The text without our secrets, which some servers repeat."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _tls(insecure: bool) -> ssl.SSLContext:
    """The system's authorities (and SSL_CERT_FILE), as the measuring loop trusts them; httpx would bring its own."""
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _written_s(response: httpx.Response) -> float:
    """When an answer was written, s since 1970: by its Date, else now."""
    try:
        return parsedate_to_datetime(response.headers["date"]).timestamp()
    except (LookupError, TypeError, ValueError, OverflowError):
        return time.time()


def _document(response: httpx.Response) -> Any:
    """The JSON of a good answer; None if it is none."""
    if response.status_code != 200:
        return None
    try:
        return response.json()
    except ValueError:
        return None


def _listed(answer: Any) -> list[Any] | None:
    """The entries of a list of models: OpenAI's, Triton's (bare), or TGI's account of its only one. None if it is none."""
    if isinstance(answer, list):
        return answer
    if "model_id" in answer:
        return [answer]
    data = answer.get("data")
    return data if isinstance(data, list) else None


def _card(entry: Mapping[str, Any]) -> ModelCard | None:
    name = next((entry[key] for key in ("id", "model_id", "name") if isinstance(entry.get(key), str)), None)
    if name is None:
        return None
    meta = entry.get("meta")
    told = [*(entry.get(key) for key in LIMITS), meta.get("n_ctx") if isinstance(meta, dict) else None]  # the last: llama.cpp
    aliases, root = entry.get("aliases"), entry.get("root")
    return ModelCard(
        id=name,
        max_model_len=next((limit for limit in told if type(limit) is int and limit > 0), None),
        aliases=tuple(str(alias) for alias in aliases) if isinstance(aliases, list) else (),
        root=root if isinstance(root, str) else None,
    )


def _wrong_model(base_url: str, name: str, served: Iterable[str]) -> str:
    names = sorted(served)
    by_basename = {each.rsplit("/", 1)[-1].lower(): each for each in names}
    close = difflib.get_close_matches(name.rsplit("/", 1)[-1].lower(), by_basename, n=1, cutoff=0.0 if len(names) == 1 else 0.4)
    listed = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    cure = f"use --model {by_basename[close[0]]}" if close else "use one of these as --model"
    return f"{base_url} does not serve a model called {name!r}, but {listed}: {cure}."
