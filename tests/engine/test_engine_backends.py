"""The engine in the wire formats of other servers, over loopback, as the client's own code sees
it.
"""

from __future__ import annotations

import httpx
import pytest

from inferometer.engine import EmbeddedEngine, EngineSettings, tokenizer
from inferometer.engine.api import FrontSettings
from inferometer.protocol import PROTOCOLS, Generation
from inferometer.request import Request
from inferometer.server.endpoint import Endpoint, EndpointError
from tests.backends import TEXT_BACKENDS
from tests.engine.loopback import TIMEOUT_S

QUICK = EngineSettings(ttft_ms=1, itl_ms=0.2, max_model_len=1000)

TELLS_LIMIT = set(PROTOCOLS) - {"tensorrt-llm"}
TELLS_PROMPT_TOKENS = set(PROTOCOLS) - {"tensorrt-llm"}


@pytest.mark.parametrize("name", TEXT_BACKENDS)
def test_a_client_of_this_format_finds_all_it_needs(name: str) -> None:
    backend = PROTOCOLS[name]
    with (
        EmbeddedEngine(
            QUICK, model="a/m", backends=(name,), record_truth=True
        ) as engine,
        Endpoint(engine.base_url, routes=backend.routes) as endpoint,
    ):
        endpoint.check_reachable()
        assert endpoint.health() is True
        assert endpoint.only_model() == "a/m"
        card = endpoint.listing("a/m").card
        assert card is not None
        assert card.max_model_len == (1000 if name in TELLS_LIMIT else None)
        told = endpoint.tokenize("a/m", "one two three")
        assert told == (
            tokenizer.tokenize("one two three")
            if backend.routes.tokenize
            else None
        )
        body = backend.encode(
            Request(
                id=0, prompt="one two three", prompt_tokens=3, max_tokens=7
            ),
            Generation("a/m"),
        )
        result = endpoint.probe(backend.path("a/m"), body, backend.decoder())
        assert (result.status, result.error) == (200, None)
        assert result.prompt_tokens == (
            (5 if backend.chat else 3) if name in TELLS_PROMPT_TOKENS else None
        )
        (departures,) = [
            engine.truth().departures_ns(row)
            for row in range(len(engine.truth()))
        ]
        assert len(departures) == 7


def test_what_a_server_has_not_the_engine_has_not_either() -> None:
    with (
        EmbeddedEngine(QUICK, backends=("ollama",)) as engine,
        httpx.Client(base_url=engine.base_url) as client,
    ):
        assert client.post("/tokenize", json={"prompt": "a"}).status_code == 404
        assert (
            client.post("/v1/completions", json={"prompt": "a"}).status_code
            == 404
        )
        answer = client.post(
            "/api/generate",
            json={"prompt": "a", "options": {"num_predict": 1}},
            timeout=TIMEOUT_S,
        )
        assert answer.headers["content-type"] == "application/x-ndjson"
        assert [line[:9] for line in answer.text.splitlines()] == [
            '{"model":'
        ] * 2


def test_several_formats_at_once() -> None:
    backends = ("openai", "openai-chat", "tgi", "ollama-chat")
    with (
        EmbeddedEngine(QUICK, backends=backends) as engine,
        Endpoint(engine.base_url) as endpoint,
    ):
        for name in backends:
            backend = PROTOCOLS[name]
            body = backend.encode(
                Request(id=0, prompt="a b", prompt_tokens=2, max_tokens=2),
                Generation("embedded"),
            )
            assert (
                endpoint.probe(backend.endpoint, body, backend.decoder()).error
                is None
            )


def test_formats_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(
        ValueError, match="sglang and lmdeploy have the same path, /generate"
    ):
        FrontSettings(backends=("sglang", "lmdeploy"))
    with pytest.raises(ValueError, match="'sglan' is not a backend"):
        FrontSettings(backends=("sglan",))


def test_a_key_guards_every_path_that_generates() -> None:
    with (
        EmbeddedEngine(
            QUICK, backends=("tgi", "tensorrt-llm"), api_key="s3cret"
        ) as engine,
        httpx.Client(base_url=engine.base_url, timeout=TIMEOUT_S) as client,
    ):
        for path in ("/generate_stream", "/v2/models/embedded/generate_stream"):
            assert client.post(path, json={}).status_code == 401
            assert (
                client.post(
                    path, json={}, headers={"authorization": "Bearer s3cret"}
                ).status_code
                == 400
            )
        assert client.get("/info").status_code == 200


def test_a_model_that_is_not_served_has_no_path() -> None:
    with (
        EmbeddedEngine(QUICK, backends=("tensorrt-llm",)) as engine,
        Endpoint(engine.base_url) as endpoint,
    ):
        path = PROTOCOLS["tensorrt-llm"].path("other")
        with pytest.raises(EndpointError, match="404"):
            endpoint.probe(
                path,
                b'{"text_input":"a","max_tokens":1,"stream":true}',
                PROTOCOLS["tensorrt-llm"].decoder(),
            )
