"""Lists of models, where they are, where they are not, and where they lack the one that is asked
for.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from inferometer.protocol import PROTOCOLS
from inferometer.server.endpoint import Endpoint, Listing, ModelCard
from inferometer.server.model_list import wrong_model
from tests.server.fake_server import (
    Answer,
    FakeServer,
    sentence_of,
    serve,
    served,
)
from tests.server.raw_server import raw_server


@pytest.fixture(autouse=True)
def no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with serve() as server:
        yield server


@pytest.fixture
def endpoint(fake: FakeServer) -> Iterator[Endpoint]:
    with Endpoint(fake.url) as opened:
        yield opened


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that is taken, but on which nobody listens: connections to it are refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_models_of_llama_cpp_tell_their_context_in_meta_and_have_aliases(
    fake: FakeServer, endpoint: Endpoint
) -> None:
    fake.routes["GET", "/v1/models"] = served(
        "a.gguf", aliases=["a"], meta={"n_ctx": 512, "n_ctx_train": 4096}
    )
    card = ModelCard("a.gguf", 512, ("a",))
    assert endpoint.models() == [card]
    assert endpoint.listing("a").card == card


def test_a_model_is_found_or_cannot_be_known(
    fake: FakeServer, endpoint: Endpoint
) -> None:
    fake.routes["GET", "/v1/models"] = served("one", "two", max_model_len=10)
    assert endpoint.listing("two") == Listing(ModelCard("two", 10))
    fake.routes["GET", "/v1/models"] = (
        served()
    )  # transformers serve lists nothing for a local path
    assert endpoint.listing("/models/tiny") == Listing()
    assert endpoint.listing("/models/tiny").note("/models/tiny") is None


def test_a_model_that_is_not_listed_is_said_to_be_so(
    fake: FakeServer, endpoint: Endpoint
) -> None:
    fake.routes["GET", "/v1/models"] = served("one", "t\x1bwo")
    listing = endpoint.listing("gpt")
    assert (listing.card, listing.others) == (None, ("one", "t\x1bwo"))
    note = "The server's list of models has no gpt, but one, t?wo; it answers requests for it anyway."
    assert listing.note("gpt") == note


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((404, {"detail": "Not Found"}), "404 on /v1/models: Not Found"),
        ((405, ""), "405 on /v1/models: the server gave no reason"),
        ((401, {"error": "Unauthorized"}), "401 on /v1/models: Unauthorized"),
        ((403, "<title>Forbidden</title>"), "403 on /v1/models: Forbidden"),
        ((400, "bad"), "400 on /v1/models: bad"),
        ((500, "boom"), "500 on /v1/models: boom"),
        ((503, "no"), "503 on /v1/models: no"),
        (
            (307, "https://elsewhere/login"),
            "307 on /v1/models, which redirects to https://elsewhere/login",
        ),
        (
            (200, "<html>hello</html>"),
            "/v1/models answered with text/plain that is not a JSON object",
        ),
        (
            (200, ""),
            "/v1/models answered with text/plain that is not a JSON object",
        ),
        (
            (200, "[" * 200_000),
            "/v1/models answered with text/plain that is not a JSON object",
        ),
        ((200, {"data": None}), "/v1/models answered without a list of models"),
        ((200, {"models": []}), "/v1/models answered without a list of models"),
    ],
)
def test_a_list_of_models_that_is_none_is_no_obstacle_where_the_model_is_known(
    fake: FakeServer, endpoint: Endpoint, answer: Answer, reason: str
) -> None:
    fake.routes["GET", "/v1/models"] = answer
    endpoint.wait_ready(0, model_given=True)
    note = endpoint.listing("gpt").note("gpt")
    assert note == (
        f"The server has no list of models ({reason}): its model and maximum length are not "
        "checked."
    )
    said = sentence_of(endpoint.only_model)
    assert "server.served_model" in said or answer[0] in (401, 403, 503, 307)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 405, 500, 503])
def test_what_a_route_for_health_says_is_no_obstacle_where_the_model_is_known(
    fake: FakeServer, status: int
) -> None:
    fake.routes["GET", "/ready"] = (status, "nothing")
    with Endpoint(fake.url, routes=PROTOCOLS["sglang"].routes) as sglang:
        sglang.wait_ready(0, model_given=True)


def test_no_server_at_all_is_an_obstacle_all_the_same(silent_port: int) -> None:
    with Endpoint(f"http://127.0.0.1:{silent_port}") as endpoint:
        assert "Nothing listens" in sentence_of(
            lambda: endpoint.wait_ready(0, model_given=True)
        )
        assert "Nothing listens" in sentence_of(lambda: endpoint.listing("gpt"))


def test_a_server_that_does_not_answer_in_time_may_still_be_measured() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        Endpoint(
            f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_s=0.05
        ) as endpoint,
    ):
        endpoint.wait_ready(0, model_given=True)
        note = endpoint.listing("gpt").note("gpt")
        assert note is not None
        assert "(GET /v1/models was not answered within 0.05 s)" in note
        assert "did not answer GET /v1/models within 0.05 s" in sentence_of(
            endpoint.models
        )
        assert "did not answer" in sentence_of(lambda: endpoint.wait_ready(0))
        assert "set server.served_model" in sentence_of(endpoint.only_model)


def test_a_list_that_is_not_even_http_is_no_obstacle_where_the_model_is_known() -> (
    None
):
    broken = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"
    with (
        raw_server(lambda peer, request: peer.sendall(broken)) as url,
        Endpoint(url) as endpoint,
    ):
        endpoint.wait_ready(0, model_given=True)
        note = endpoint.listing("gpt").note("gpt")
        assert note is not None
        assert "did not send HTTP in reply to GET /v1/models" in note
        assert "did not send HTTP" in sentence_of(endpoint.only_model)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            "<html>hello</html>",
            "answered with text/plain that is not a JSON object",
        ),
        ([1], "not a JSON object"),
        ({"models": []}, "without a list of models"),
    ],
)
def test_some_other_web_server(
    fake: FakeServer, endpoint: Endpoint, answer: Any, told: str
) -> None:
    fake.routes["GET", "/v1/models"] = (200, answer)
    sentence = sentence_of(endpoint.models)
    assert told in sentence
    assert "check that server.base_url is the inference server" in sentence


@pytest.mark.parametrize(
    ("names", "asked", "cure"),
    [
        (
            ["qwen"],
            "meta-llama/Llama-3.1-8B",
            "use server.served_model qwen.",
        ),  # the only one there is
        (
            ["qwen3-14b", "meta-llama/Llama-3.1-8B"],
            "llama-3.1-8b",
            "use server.served_model meta-llama/Llama-3.1-8B.",
        ),
        (
            ["qwen3-14b", "gemma"],
            "qwen-14b",
            "use server.served_model qwen3-14b.",
        ),
        (["aaaa", "bbbb"], "zzzz", "use one of these as server.served_model."),
    ],
)
def test_a_model_that_is_not_served(
    names: list[str], asked: str, cure: str
) -> None:
    sentence = wrong_model("http://h", asked, names)
    assert repr(asked) in sentence
    assert all(name in sentence for name in names)
    assert sentence.endswith(cure)


def test_the_only_model_need_not_be_named(
    fake: FakeServer, endpoint: Endpoint
) -> None:
    fake.routes["GET", "/v1/models"] = served("tiny")
    assert endpoint.only_model() == "tiny"
    fake.routes["GET", "/v1/models"] = served("one", "two")
    assert sentence_of(endpoint.only_model).endswith(
        "serves several models (one, two): choose one with server.served_model."
    )
    fake.routes["GET", "/v1/models"] = served()
    assert sentence_of(endpoint.only_model).endswith(
        "lists no model: choose one with server.served_model."
    )


def test_a_long_list_of_models_is_cut() -> None:
    sentence = wrong_model(
        "http://h", "zzz", (f"model-{i:02}" for i in range(20))
    )
    assert "model-07 and 12 more" in sentence
    assert "model-08" not in sentence
