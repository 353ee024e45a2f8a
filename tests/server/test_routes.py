"""Where each kind of server tells of itself: recorded answers where there are any, else as their
documents have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inferometer.protocol import PROTOCOLS
from inferometer.server.endpoint import Endpoint, EndpointError, ModelCard
from tests.server.answering_server import AnsweringServer, answering

WIRE = Path(__file__).parents[1] / "wire"


@pytest.fixture
def server() -> Iterator[AnsweringServer]:
    with answering() as running:
        yield running


def asking(server: AnsweringServer, backend: str) -> Endpoint:
    return Endpoint(server.url, routes=PROTOCOLS[backend].routes)


def recorded(name: str) -> tuple[int, bytes]:
    """Status and body of a recorded response."""
    _, _, response = (WIRE / f"{name}.txt").read_bytes().partition(b"\n--- ")
    head, _, body = response.partition(b"\n\n")
    return int(head.split()[0]), body


@pytest.mark.parametrize(
    ("folder", "backend", "cards"),
    [
        ("vllm-0.32.0", "vllm", [ModelCard("tiny", 2048)]),
        ("sglang-0.5.23", "sglang", [ModelCard("tiny", 2048)]),
        ("xinference-4.1.0", "xinference", [ModelCard("tiny", 2048)]),
        ("llama-server", "llama.cpp", [ModelCard("tiny", 2048, ("tiny",))]),
        ("llama-cpp-python-0.3.36", "openai", [ModelCard("tiny")]),
        ("transformers-serve-5.23", "openai-chat", []),
    ],
)
def test_recorded_lists_of_models(
    server: AnsweringServer, folder: str, backend: str, cards: list[ModelCard]
) -> None:
    server.answers["GET /v1/models"] = recorded(f"{folder}/models")
    with asking(server, backend) as endpoint:
        assert endpoint.models() == cards
        endpoint.check_reachable()


@pytest.mark.parametrize(
    ("backend", "route", "answer", "cards"),
    [
        (
            "tgi",
            "GET /info",
            {"model_id": "org/m", "max_total_tokens": 4096, "version": "3.3.6"},
            [ModelCard("org/m", 4096)],
        ),
        (
            "tensorrt-llm",
            "POST /v2/repository/index",
            [
                {"name": "ensemble", "version": "1", "state": "READY"},
                {"name": "preprocessing", "version": "1"},
            ],
            [ModelCard("ensemble"), ModelCard("preprocessing")],
        ),
        ("tensorrt-llm", "POST /v2/repository/index", [], []),
        (
            "ollama",
            "GET /v1/models",
            {"object": "list", "data": [{"id": "llama3.2:latest"}]},
            [ModelCard("llama3.2:latest")],
        ),
    ],
)
def test_lists_of_models(
    server: AnsweringServer,
    backend: str,
    route: str,
    answer: Any,
    cards: list[ModelCard],
) -> None:
    server.answers[route] = (200, answer)
    with asking(server, backend) as endpoint:
        assert endpoint.models() == cards
    assert server.asked == [route]


def test_an_entry_without_a_name_is_no_model(server: AnsweringServer) -> None:
    server.answers["GET /v1/models"] = (
        200,
        {"data": [{"object": "model"}, {"id": "m", "max_model_len": "many"}]},
    )
    with asking(server, "openai") as endpoint:
        assert endpoint.models() == [ModelCard("m")]


@pytest.mark.parametrize(
    ("backend", "route", "not_ready"),
    [
        ("sglang", "GET /ready", 503),
        ("tgi", "GET /health", 503),
        ("llama.cpp", "GET /health", 503),
        ("lmdeploy", "GET /health", 500),
        ("trtllm-serve", "GET /health", 503),
        ("tensorrt-llm", "GET /v2/health/ready", 400),
    ],
)
def test_ready_is_what_the_servers_own_route_says(
    server: AnsweringServer, backend: str, route: str, not_ready: int
) -> None:
    server.answers[route] = (200, b"")
    with asking(server, backend) as endpoint:
        endpoint.check_reachable()
        assert endpoint.health() is True
        server.answers[route] = (
            not_ready,
            {"error": {"message": "Loading model"}},
        )
        with pytest.raises(EndpointError, match="Loading model"):
            endpoint.check_reachable()
        assert endpoint.health() is False
    assert set(server.asked) == {route}


def test_an_older_server_without_that_route_is_asked_for_its_models(
    server: AnsweringServer,
) -> None:
    server.answers["GET /v1/models"] = (200, {"data": []})
    with asking(server, "sglang") as endpoint:
        endpoint.check_reachable()
        assert endpoint.health() is None
        server.answers["GET /v1/models"] = (503, {"error": "starting"})
        with pytest.raises(EndpointError, match="not ready yet"):
            endpoint.check_reachable()


@pytest.mark.parametrize(
    ("path", "answer", "version"),
    [
        ("/version", recorded("vllm-0.32.0/version"), "0.32.0"),
        ("/server_info", (200, {"version": "0.5.23"}), "0.5.23"),
        ("/info", (200, {"model_id": "m", "version": "3.3.6"}), "3.3.6"),
        ("/props", (200, {"build_info": "b9554-d403f00ec"}), "b9554-d403f00ec"),
        ("/api/version", (200, {"version": "0.12.11"}), "0.12.11"),
        (
            "/v1/cluster/version",
            (200, {"version": "4.1.0", "dirty": False}),
            "4.1.0",
        ),
        (
            "/v2",
            (200, {"name": "triton", "version": "2.61.0", "extensions": []}),
            "2.61.0",
        ),
        ("/version", recorded("sglang-0.5.23/version"), None),
        ("/version", recorded("llama-server/version"), None),
        ("/version", (200, ["0.1"]), None),
    ],
)
def test_versions(
    server: AnsweringServer,
    path: str,
    answer: tuple[int, Any],
    version: str | None,
) -> None:
    server.answers[f"GET {path}"] = answer
    with asking(server, "openai") as endpoint:
        assert endpoint.version() == version


TOKENIZERS = {
    "vllm": (
        "/tokenize",
        {"model": "m", "prompt": "a b", "add_special_tokens": True},
        {"count": 2, "tokens": [5, 6]},
    ),
    "sglang": (
        "/tokenize",
        {"model": "m", "prompt": "a b", "add_special_tokens": True},
        {"count": 2, "tokens": [5, 6]},
    ),
    "llama.cpp": (
        "/tokenize",
        {"model": "m", "content": "a b", "add_special": True},
        {"tokens": [5, 6]},
    ),
    "tgi": (
        "/tokenize",
        {"model": "m", "inputs": "a b"},
        [
            {"id": 5, "text": "a", "start": 0, "stop": 1},
            {"id": 6, "text": " b", "start": 1, "stop": 3},
        ],
    ),
    "lmdeploy": (
        "/v1/encode",
        {"model": "m", "input": "a b", "add_bos": True},
        {"input_ids": [5, 6], "length": 2},
    ),
}


@pytest.mark.parametrize("backend", TOKENIZERS)
def test_tokenizers(server: AnsweringServer, backend: str) -> None:
    path, question, answer = TOKENIZERS[backend]
    server.answers[f"POST {path}"] = (200, answer)
    with asking(server, backend) as endpoint:
        assert endpoint.tokenize("m", "a b") == [5, 6]
    assert server.bodies == [question]


@pytest.mark.parametrize("backend", TOKENIZERS)
def test_a_server_of_unknown_kind_is_asked_in_every_way_until_one_works(
    server: AnsweringServer, backend: str
) -> None:
    path, _, answer = TOKENIZERS[backend]
    server.answers[f"POST {path}"] = (200, answer)
    with asking(server, "openai") as endpoint:
        assert endpoint.tokenize("m", "a b") == [5, 6]
        server.bodies.clear()
        assert endpoint.tokenize("m", "a b") == [5, 6]
    assert len(server.bodies) == 1, "what has worked once is asked alone"


@pytest.mark.parametrize(
    "backend", ["ollama", "tensorrt-llm", "trtllm-serve", "xinference"]
)
def test_servers_that_tokenize_nothing_are_not_asked(
    server: AnsweringServer, backend: str
) -> None:
    with asking(server, backend) as endpoint:
        assert endpoint.tokenize("m", "a b") is None
        assert (
            endpoint.tokenize_chat("m", [{"role": "user", "content": "a b"}])
            is None
        )
    assert server.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        [5, 6],
        [{"id": "5"}],
        {"tokens": "5 6"},
        {"tokens": [True]},
        "no",
        7,
        None,
    ],
)
def test_answers_that_are_no_tokens(
    server: AnsweringServer, answer: Any
) -> None:
    for path in ("/tokenize", "/v1/encode"):
        server.answers[f"POST {path}"] = (200, answer)
    with asking(server, "openai") as endpoint:
        assert endpoint.tokenize("m", "a b") is None
