"""Endpoint, against a scripted server on the loopback: what it understands, and the one sentence
for all that can fail.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from inferometer.protocol import PROTOCOLS
from inferometer.protocol.base import Usage
from inferometer.server.deadline import Deadline
from inferometer.server.endpoint import (
    Endpoint,
    EndpointError,
    ModelCard,
    ProbeResult,
)
from tests.server.fake_server import (
    CountingDecoder,
    FakeServer,
    sentence_of,
    serve,
    served,
)

Answer = tuple[int, Any]
KEY = "sk-a-secret-nobody-may-see"


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


# what it understands


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
def test_the_address_is_taken_with_and_without_v1_and_slash(
    fake: FakeServer, ending: str
) -> None:
    fake.routes["GET", "/v1/models"] = served("tiny", max_model_len=2048)
    with Endpoint(fake.url + ending) as endpoint:
        assert endpoint.models() == [ModelCard("tiny", 2048)]


def test_a_prefix_in_the_path_is_kept(fake: FakeServer) -> None:
    fake.routes["GET", "/team/llm/v1/models"] = served("tiny")
    with Endpoint(fake.url + "/team/llm/v1") as endpoint:
        assert endpoint.models() == [ModelCard("tiny", None)]


@pytest.mark.parametrize(
    ("status", "healthy"),
    [
        (200, True),
        (503, False),
        (500, False),
        (404, None),
        (405, None),
        (401, None),
        (403, None),
        (400, None),
    ],
)
def test_health(
    fake: FakeServer, endpoint: Endpoint, status: int, healthy: bool | None
) -> None:
    fake.routes["GET", "/health"] = (status, "")
    assert endpoint.health() is healthy


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/version", {"version": "0.32.0"}),
        ("/props", {"build_info": "0.32.0"}),
        ("/server_info", {"version": "0.32.0"}),
    ],
)
def test_version_is_looked_for_where_engines_keep_it(
    fake: FakeServer, endpoint: Endpoint, path: str, answer: dict[str, str]
) -> None:
    assert endpoint.version() is None
    fake.routes["GET", path] = (200, answer)
    assert endpoint.version() == "0.32.0"


def test_metrics_text(fake: FakeServer, endpoint: Endpoint) -> None:
    assert endpoint.metrics_text() is None
    fake.routes["GET", "/metrics"] = (200, "vllm:num_requests_running 0.0\n")
    assert endpoint.metrics_text() == "vllm:num_requests_running 0.0\n"
    fake.routes["GET", "/metrics"] = (
        200,
        [{"iter": 1}],
    )  # trtllm-serve has JSON there
    assert endpoint.metrics_text() is None


def test_tokenize_as_vllm_answers_it(
    fake: FakeServer, endpoint: Endpoint
) -> None:
    fake.routes["POST", "/tokenize"] = (
        200,
        {"count": 3, "max_model_len": 2048, "tokens": [1, 20, 30]},
    )
    assert endpoint.tokenize("tiny", "two words") == [1, 20, 30]
    assert (
        endpoint.tokenize_chat("tiny", [{"role": "user", "content": "hi"}]) == 3
    )
    assert (
        endpoint.tokenize_chat(
            "tiny",
            [{"role": "user", "content": "hi"}],
            {"tools": [{"type": "function"}]},
        )
        == 3
    )
    bodies = [content for _, _, _, content in fake.asked]
    assert bodies == [
        {"model": "tiny", "prompt": "two words", "add_special_tokens": True},
        {"model": "tiny", "messages": [{"role": "user", "content": "hi"}]},
        {
            "model": "tiny",
            "messages": [{"role": "user", "content": "hi"}],
            "tools": [{"type": "function"}],
        },
    ]


def test_tokenize_as_llama_cpp_answers_it(
    fake: FakeServer, endpoint: Endpoint
) -> None:
    def only_content(body: dict[str, Any]) -> Answer:
        return 200, {"tokens": [7] * len(body.get("content", "").split())}

    fake.routes["POST", "/tokenize"] = only_content
    assert endpoint.tokenize("tiny", "two words") == [7, 7]
    assert (
        endpoint.tokenize_chat("tiny", [{"role": "user", "content": "hi"}])
        is None
    )


@pytest.mark.parametrize(
    "answer",
    [
        (404, {"detail": "Not Found"}),
        (422, {"error": "inputs"}),
        (200, [1, 2]),
        (200, "tokens"),
    ],
)
def test_a_server_that_cannot_tokenize_says_none(
    fake: FakeServer, endpoint: Endpoint, answer: Answer
) -> None:
    fake.routes["POST", "/tokenize"] = answer
    assert endpoint.tokenize("tiny", "words") is None
    assert endpoint.tokenize_chat("tiny", []) is None


def test_probe_reports_what_the_server_counted(
    fake: FakeServer, endpoint: Endpoint
) -> None:
    fake.routes["POST", "/v1/completions"] = (200, {"prompt": 4})
    result = endpoint.probe(
        "/v1/completions", b'{"prompt": [5, 6, 7, 8]}', CountingDecoder()
    )
    assert result == ProbeResult(200, Usage(4, 1))
    assert result.prompt_tokens == 4
    assert fake.asked[-1][3] == {"prompt": [5, 6, 7, 8]}
    assert fake.asked[-1][2]["content-type"] == "application/json"


def test_probe_reports_a_refused_prompt_as_a_result(
    fake: FakeServer, endpoint: Endpoint
) -> None:
    fake.routes["POST", "/v1/completions"] = (
        400,
        {"detail": "prompt must be a string."},
    )
    result = endpoint.probe("/v1/completions", b"{}", CountingDecoder())
    assert (result.status, result.error, result.prompt_tokens) == (
        400,
        "prompt must be a string.",
        None,
    )


def test_probe_reports_an_error_inside_a_success(
    fake: FakeServer, endpoint: Endpoint
) -> None:
    fake.routes["POST", "/v1/completions"] = (
        200,
        {"prompt": 4, "error": "out of memory"},
    )
    result = endpoint.probe("/v1/completions", b"{}", CountingDecoder())
    assert (result.error, result.prompt_tokens) == ("out of memory", None)


def test_a_count_the_server_did_not_tell_is_none() -> None:
    assert ProbeResult(200, Usage()).prompt_tokens is None


# keys and proxies


def test_the_key_of_the_environment_is_sent_and_never_shown(
    fake: FakeServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    refusal = {"error": {"message": f"Incorrect API key provided: {KEY}."}}
    fake.routes["GET", "/v1/models"] = (401, refusal)
    fake.routes["POST", "/v1/completions"] = (400, refusal)
    with Endpoint(fake.url) as endpoint:
        sentence = sentence_of(endpoint.models)
        assert "rejects the API key" in sentence
        probed = endpoint.probe("/v1/completions", b"{}", CountingDecoder())
        fake.routes["POST", "/v1/completions"] = (
            200,
            {"error": f"no such key: {KEY}"},
        )
        in_stream = endpoint.probe("/v1/completions", b"{}", CountingDecoder())
        fake.routes["GET", "/v1/models"] = (
            500,
            {"detail": "x" * 385 + KEY},
        )  # cut in the middle of the key
        cut = sentence_of(endpoint.models)
    assert fake.asked[0][2]["authorization"] == f"Bearer {KEY}"
    assert probed.error == "Incorrect API key provided: ***."
    assert in_stream.error == "no such key: ***"
    assert KEY[:5] not in repr(endpoint) + sentence + cut + caplog.text


@pytest.mark.parametrize("status", [200, 400, 401, 404, 500])
def test_keys_of_others_are_not_shown(
    fake: FakeServer, endpoint: Endpoint, status: int
) -> None:
    key = "sk-of-somebody-else-0123456789"
    fake.routes["POST", "/p"] = (
        status,
        {"error": {"message": f"upstream refused {key}"}},
    )
    try:
        said = str(
            endpoint.probe("/p", b"{}", PROTOCOLS["openai"].decoder()).error
        )
    except EndpointError as error:
        said = str(error)
    assert key not in said


def test_a_header_with_an_authorization_wins_over_the_environment(
    fake: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with Endpoint(
        fake.url, {"authorization": "Basic other", "X-Team": "blue"}
    ) as endpoint:
        endpoint.health()
    headers = fake.asked[0][2]
    assert (headers["authorization"], headers["x-team"]) == (
        "Basic other",
        "blue",
    )


@pytest.mark.parametrize("value", [f"{KEY}\n injected", "schlüssel"])
def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", value)
    with pytest.raises(
        EndpointError, match="OPENAI_API_KEY holds a line break"
    ) as caught:
        Endpoint("http://127.0.0.1:1")
    assert value[:5] not in str(caught.value)
    with pytest.raises(
        EndpointError, match=r"server\.headers X-Key: the value holds"
    ) as caught:
        Endpoint(
            "http://127.0.0.1:1", {"X-Key": value, "Authorization": "none"}
        )
    assert value[:5] not in str(caught.value)


def test_proxies_of_the_environment_are_passed_by(
    fake: FakeServer, silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{silent_port}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    fake.routes["GET", "/v1/models"] = served("tiny")
    with Endpoint(fake.url) as endpoint:
        endpoint.check_reachable()


# all that can fail


def test_refused_connection(silent_port: int) -> None:
    with Endpoint(f"http://127.0.0.1:{silent_port}") as endpoint:
        sentence = sentence_of(endpoint.check_reachable)
    assert sentence.startswith(
        f"Nothing listens on http://127.0.0.1:{silent_port}: start the server, or check "
        "host and port"
    )


def test_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with Endpoint("http://gpu-box:8000") as endpoint:
        assert sentence_of(endpoint.models).startswith(
            "The host of http://gpu-box:8000 is unknown: check the spelling"
        )


def test_no_way_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError(113, "No route to host")

    monkeypatch.setattr(socket, "create_connection", unreachable)
    with Endpoint("http://127.0.0.1:9") as endpoint:
        assert "cannot be reached (No route to host)" in sentence_of(
            endpoint.models
        )


def test_time_out_while_waiting_for_an_answer() -> None:
    with socket.create_server(
        ("127.0.0.1", 0)
    ) as listening:  # accepts by its backlog, answers never
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with Endpoint(url, timeout_s=0.05) as endpoint:
            assert "did not answer GET /v1/models within 0.05 s" in sentence_of(
                endpoint.models
            )
        with Endpoint(url) as endpoint:
            assert "did not answer POST /p within 0.05 s" in sentence_of(
                lambda: endpoint.probe(
                    "/p", b"{}", CountingDecoder(), Deadline(0.05)
                )
            )


def test_time_out_while_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_far(*_: object, **__: object) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", too_far)
    with Endpoint("http://127.0.0.1:9") as endpoint:
        assert "did not accept a connection in time" in sentence_of(
            endpoint.models
        )


def test_something_that_is_not_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            for _ in range(2):  # it is asked again, in case it had only hung up
                connection, _ = listening.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"220 mail.example ESMTP\r\n")

        Thread(target=greet, daemon=True).start()
        with Endpoint(
            f"http://127.0.0.1:{listening.getsockname()[1]}"
        ) as endpoint:
            assert (
                "did not send HTTP in reply to GET /v1/models"
                in sentence_of(endpoint.models)
            )


def test_a_certificate_nobody_vouches_for() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("self_signed.pem"))
    with serve(context) as fake:
        fake.routes["GET", "/v1/models"] = served("tiny")
        with Endpoint(fake.url) as endpoint:
            sentence = sentence_of(endpoint.models)
        assert re.match(
            rf"The TLS certificate of {re.escape(fake.url)} is not trusted \(self.signed "
            r"certificate\)",
            sentence,
        )
        assert "server.insecure" in sentence
        with Endpoint(fake.url, insecure=True) as endpoint:
            assert endpoint.models() == [ModelCard("tiny")]


def test_tls_asked_of_a_plain_server(fake: FakeServer) -> None:
    with Endpoint(fake.url.replace("http:", "https:")) as endpoint:
        assert "failed the TLS handshake: use http://" in sentence_of(
            endpoint.models
        )


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("ask", ["check_reachable", "models"])
def test_a_missing_key(
    fake: FakeServer, endpoint: Endpoint, status: int, ask: str
) -> None:
    fake.routes["GET", "/v1/models"] = (status, {"error": "Unauthorized"})
    sentence = sentence_of(getattr(endpoint, ask))
    assert (
        f"requires an API key ({status} on /v1/models): set OPENAI_API_KEY"
        in sentence
    )
    assert "server.headers" in sentence


def test_a_missing_key_is_told_by_the_request_that_counts(
    fake: FakeServer, endpoint: Endpoint
) -> None:
    fake.routes["POST", "/tokenize"] = fake.routes["POST", "/p"] = (
        401,
        {"error": "Unauthorized"},
    )
    assert endpoint.tokenize("m", "x") is None
    assert endpoint.tokenize_chat("m", []) is None
    assert "requires an API key (401 on /p)" in sentence_of(
        lambda: endpoint.probe("/p", b"{}", CountingDecoder())
    )


def test_an_address_that_is_none() -> None:
    with pytest.raises(
        EndpointError, match=r"is not an address: set server\.base_url"
    ):
        Endpoint("http://::1:8000")


def test_a_server_that_is_still_loading(
    fake: FakeServer, endpoint: Endpoint
) -> None:
    fake.routes["GET", "/v1/models"] = (
        503,
        {"error": {"code": 503, "message": "Loading model"}},
    )
    with pytest.raises(
        EndpointError,
        match=r"is not ready yet \(Loading model\): wait until the model is loaded",
    ) as caught:
        endpoint.check_reachable()
    assert caught.value.status == 503
    fake.routes["POST", "/p"] = (503, "")
    assert "is not ready yet" in sentence_of(
        lambda: endpoint.probe("/p", b"{}", CountingDecoder())
    )


def test_a_path_that_does_not_exist(
    fake: FakeServer, endpoint: Endpoint
) -> None:
    assert (
        "answers 404 on /v1/models (Not Found): check server.served_model, server.endpoint"
        in sentence_of(endpoint.models)
    )
    assert "answers 404 on /v1/nope (Not Found)" in sentence_of(
        lambda: endpoint.probe("/v1/nope", b"{}", CountingDecoder())
    )
    endpoint.check_reachable()  # somebody is there, only not with a list of models


def test_a_broken_server(fake: FakeServer, endpoint: Endpoint) -> None:
    fake.routes["GET", "/v1/models"] = (500, {"detail": "CUDA error"})
    assert (
        "answers 500 on /v1/models (CUDA error): check the server's log"
        in sentence_of(endpoint.models)
    )
    # transformers serve answers so where it has no cache folder, and serves all the same
    endpoint.check_reachable()


@dataclass
class VirtualTime:
    """Stands in for the `time` module: sleeping is what makes it pass."""

    now_s: float = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def test_waiting_until_the_model_is_loaded(
    fake: FakeServer, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = VirtualTime()
    monkeypatch.setattr("inferometer.server.endpoint.time", time)
    fake.routes["GET", "/v1/models"] = lambda _: (
        served("tiny") if time.now_s >= 7 else (503, {"detail": "loading"})
    )
    with pytest.raises(EndpointError, match="is not ready yet"):
        endpoint.wait_ready(0)
    assert time.now_s == 0  # one try
    with pytest.raises(EndpointError, match="is not ready yet"):
        endpoint.wait_ready(5)
    assert 4 <= time.now_s <= 5
    endpoint.wait_ready(60)
    assert 7 <= time.now_s < 8


def test_where_the_model_is_given_waiting_ends_with_a_trial(
    fake: FakeServer, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = VirtualTime()
    monkeypatch.setattr("inferometer.server.endpoint.time", time)
    fake.routes["GET", "/v1/models"] = lambda _: (
        served("tiny") if time.now_s >= 7 else (503, {"detail": "loading"})
    )
    endpoint.wait_ready(60, model_given=True)
    assert 7 <= time.now_s < 8, "a model that is loading is waited for"
    for status, waits in (
        (503, True),
        (502, True),
        (401, False),
        (404, False),
        (500, False),
    ):
        before_s = time.now_s
        fake.routes["GET", "/v1/models"] = (status, "no")
        endpoint.wait_ready(5, model_given=True)
        assert (time.now_s - before_s >= 4) is waits


def test_waiting_does_not_make_a_key_good(
    fake: FakeServer, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = VirtualTime()
    monkeypatch.setattr("inferometer.server.endpoint.time", time)
    fake.routes["GET", "/v1/models"] = (401, {"error": "Unauthorized"})
    with pytest.raises(EndpointError, match="requires an API key"):
        endpoint.wait_ready(60)
    assert time.now_s == 0


def test_a_kept_connection_that_the_server_closed_meanwhile_is_no_failure() -> (
    None
):
    """Once: a server that hangs up on a new connection too is at fault."""
    answer = (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 24\r\nContent-Type: "
        b"application/json\r\n\r\n"
    ) + b'{"data":[{"id":"one"}]} '
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        hangs_up = [False, True, False, True, True]

        def serve_each() -> None:
            for hang_up in hangs_up:
                peer, _ = listener.accept()
                with peer:
                    peer.recv(65536)
                    if not hang_up:
                        peer.sendall(answer)

        thread = threading.Thread(target=serve_each, daemon=True)
        thread.start()
        with Endpoint(f"http://127.0.0.1:{port}") as endpoint:
            assert endpoint.only_model() == "one"
            assert endpoint.only_model() == "one"
            with pytest.raises(EndpointError, match="closed the connection"):
                endpoint.only_model()
        thread.join(10)
