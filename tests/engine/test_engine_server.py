"""The engine over loopback: raw bytes on the wire, and what happens to clients that misbehave."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.engine.tokenizer import VOCABULARY_SIZE
from tests.engine.loopback import TIMEOUT_S, read_until

STREAM_END = b"0\r\n\r\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    settings = EngineSettings(ttft_ms=2, itl_ms=0.5, max_model_len=1000)
    with EmbeddedEngine(settings, model="m", record_truth=True) as running:
        yield running


@pytest.fixture
def client(engine: EmbeddedEngine) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=engine.base_url, timeout=TIMEOUT_S) as http:
        yield http


def connect(engine: EmbeddedEngine) -> socket.socket:
    return socket.create_connection(
        ("127.0.0.1", int(engine.base_url.rsplit(":", 1)[1])), timeout=TIMEOUT_S
    )


def post(path: str, body: str, *fields: str) -> bytes:
    head = "".join(f"{field}\r\n" for field in fields)
    return (
        f"POST {path} HTTP/1.1\r\nhost: x\r\n{head}content-length: {len(body)}\r\n\r\n{body}"
    ).encode()


def metric(client: httpx.Client, name: str) -> float:
    found = re.search(
        rf"^vllm:{name}{{[^}}]*}} (.*)$",
        client.get("/metrics").text,
        re.MULTILINE,
    )
    assert found, name
    return float(found[1])


def wait_for_metric(client: httpx.Client, name: str, value: float) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while metric(client, name) != value:
        assert time.monotonic() < deadline, f"{name} did not become {value}"


def test_a_completion_on_the_wire(engine: EmbeddedEngine) -> None:
    with connect(engine) as sock:
        sock.send(
            post(
                "/v1/completions",
                '{"prompt":"a b","max_tokens":2,"stream":true}',
                "x-request-id: r1",
            )
        )
        got = read_until(sock, STREAM_END).decode()
    date, created = (
        re.search(r"date: (.*)\r", got),
        re.search(r'"created":(\d+)', got),
    )
    assert date
    assert created

    def chunk(text: str, finish: str, more: str = "", end: str = "") -> str:
        event = (
            f'data: {{"id":"cmpl-r1","object":"text_completion","created":{created[1]},"model":"m","choices":[{{"index":0,'
            f'"text":"{text}","logprobs":null,"finish_reason":{finish},"stop_reason":null,"prompt_token_ids":null,'
            f'"token_ids":null}}]{more}}}\n\n{end}'
        )
        return f"{len(event):x}\r\n{event}\r\n"

    assert got == (
        f"HTTP/1.1 200 OK\r\ndate: {date[1]}\r\nserver: inferometer\r\ncontent-type: "
        "text/event-stream; charset=utf-8\r\n"
        "transfer-encoding: chunked\r\n\r\n"
        + chunk(" bababa", "null")
        + chunk(
            " banone",
            '"length"',
            ',"system_fingerprint":"inferometer-0.1.0"',
            "data: [DONE]\n\n",
        )
        + "0\r\n\r\n"
    )


def test_a_connection_serves_many_requests_also_sent_at_once(
    engine: EmbeddedEngine,
) -> None:
    with connect(engine) as sock:
        both = post(
            "/v1/completions", '{"prompt":"a","max_tokens":3,"stream":true}'
        )
        sock.send(both + both + b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        got = read_until(sock, b"content-length: 0\r\n\r\n")
        assert got.count(b"data: [DONE]") == 2
        sock.send(
            post(
                "/v1/completions",
                '{"prompt":"a","max_tokens":1}',
                "connection: close",
            )
        )
        answer = b"".join(iter(lambda: sock.recv(1 << 16), b""))
    assert b"\r\nconnection: close\r\n" in answer
    assert answer.endswith(b'"metrics":null}')


def test_usage_and_whole_answers(client: httpx.Client) -> None:
    messages = [{"role": "user", "content": "one two three"}]
    body = {
        "model": "m",
        "messages": messages,
        "max_completion_tokens": 12,
        "ignore_eos": True,
    }
    whole = client.post("/v1/chat/completions", json=body).json()
    assert whole["usage"]["prompt_tokens"] == 5
    assert whole["usage"]["completion_tokens"] == 12
    said = whole["choices"][0]["message"]["content"]
    streamed = client.post(
        "/v1/chat/completions",
        json={
            **body,
            "stream": True,
            "stream_options": {"include_usage": True},
        },
    )
    assert "".join(re.findall(r'"content":"([^"]*)"', streamed.text)) == said
    assert (
        '"choices":[],"usage":{"prompt_tokens":5,"total_tokens":17,"completion_tokens":12}'
        in streamed.text
    )
    assert client.post("/tokenize", json={"prompt": said}).json()["count"] == 12
    assert (
        client.post("/tokenize", json={"messages": messages}).json()["count"]
        == 5
    )


def test_tokens_there_and_back(client: httpx.Client) -> None:
    ids = [1, 77, VOCABULARY_SIZE - 1]
    text = client.post(
        "/detokenize", json={"model": "m", "tokens": ids}
    ).json()["prompt"]
    answer = client.post(
        "/tokenize",
        json={"model": "m", "prompt": text, "return_token_strs": True},
    ).json()
    assert answer == {
        "count": 3,
        "max_model_len": 1000,
        "tokens": ids,
        "token_strs": [" " + w for w in text.split()],
    }


def test_what_it_says_of_itself(client: httpx.Client) -> None:
    assert (
        client.get("/health").status_code,
        client.get("/health").content,
    ) == (200, b"")
    assert client.get("/v1/models").json()["data"][0]["max_model_len"] == 1000
    assert (
        client.get("/version")
        .json()["version"]
        .startswith("0.32.0+inferometer.")
    )


@pytest.mark.parametrize(
    ("call", "content", "status", "body"),
    [
        ("GET /v1/nothing", b"", 404, '{"detail":"Not Found"}'),
        ("GET /v1/completions", b"", 405, '{"detail":"Method Not Allowed"}'),
        (
            "POST /v1/completions",
            b"{",
            400,
            '{"error":{"message":"1 validation error:',
        ),
        (
            "POST /v1/completions",
            b'{"model":"x","prompt":"a"}',
            404,
            '{"error":{"message":"The model `x` does not exist.',
        ),
        (
            "POST /v1/completions",
            b'{"prompt":[1,2],"max_tokens":999,"stream":true}',
            400,
            (
                '{"error":{"message":"This model\'s maximum context length is 1000 tokens. '
                "However, you requested 999 output"
            ),
        ),
    ],
)
def test_refusals(
    client: httpx.Client, call: str, content: bytes, status: int, body: str
) -> None:
    answer = client.request(*call.split(), content=content)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/json",
    )
    assert answer.text.startswith(body)


def test_a_large_prompt(client: httpx.Client) -> None:
    answer = client.post("/v1/completions", json={"prompt": "word " * 400_000})
    assert (answer.status_code, answer.json()["error"]["param"]) == (
        400,
        "input_tokens",
    )


def test_counters_follow(client: httpx.Client) -> None:
    expected = {
        "prompt_tokens_total": 3,
        "generation_tokens_total": 5,
        "time_to_first_token_seconds_count": 1,
        "inter_token_latency_seconds_count": 4,
        "e2e_request_latency_seconds_count": 1,
        "request_queue_time_seconds_count": 1,
    }
    before = {name: metric(client, name) for name in expected}
    client.post(
        "/v1/completions",
        json={"prompt": [1, 2, 3], "max_tokens": 5, "stream": True},
    )
    assert {
        name: metric(client, name) - before[name] for name in expected
    } == expected


def test_truth_is_of_every_event(
    engine: EmbeddedEngine, client: httpx.Client
) -> None:
    before = time.monotonic_ns()
    client.post(
        "/v1/completions",
        json={"prompt": "a b c", "max_tokens": 7, "stream": True},
        headers={"x-request-id": "true"},
    )
    client.post(
        "/v1/completions",
        json={"prompt": "a", "max_tokens": 3},
        headers={"x-request-id": "whole"},
    )
    after = time.monotonic_ns()
    truth = engine.truth()
    streamed, whole = (
        truth.request_id.index("true"),
        truth.request_id.index("whole"),
    )
    departures = truth.departures_ns(streamed)
    assert (len(departures), truth.prompt_tokens[streamed]) == (7, 3)
    assert (
        before - 1_000_000 <= truth.arrival_ns[streamed] < departures[0]
    )  # two clocks: a little slack
    assert (departures[1:] > departures[:-1]).all()
    assert departures[-1] < truth.departures_ns(whole)[0] <= after
    assert truth.tokens[truth.event_start[whole]] == 3
    assert (truth.lateness_ns >= 0).all()
    # Due times are the settings' own, however late the departures were.
    due = (
        truth.due_ns[truth.event_start[streamed] :][:7]
        - truth.arrival_ns[streamed]
    )
    assert due.tolist() == [2_000_000 + 500_000 * i for i in range(7)]


def test_a_client_that_leaves_frees_its_place() -> None:
    endless = post(
        "/v1/completions", '{"prompt":"a","max_tokens":100000,"stream":true}'
    )
    slow = EngineSettings(ttft_ms=1, itl_ms=50, max_num_seqs=1)
    with (
        EmbeddedEngine(slow) as engine,
        httpx.Client(base_url=engine.base_url, timeout=TIMEOUT_S) as client,
    ):
        with connect(engine) as running, connect(engine) as waiting:
            running.send(endless)
            running.recv(1)
            waiting.send(endless)
            wait_for_metric(client, "num_requests_waiting", 1)
            assert metric(client, "num_requests_running") == 1
        wait_for_metric(client, "num_requests_running", 0)
        assert metric(client, "num_requests_waiting") == 0
        assert (
            client.post(
                "/v1/completions", json={"prompt": "a", "max_tokens": 1}
            ).status_code
            == 200
        )


def test_a_key_guards_the_api_only() -> None:
    with EmbeddedEngine(
        EngineSettings(ttft_ms=1, itl_ms=1), api_key="s3cret"
    ) as engine:
        with httpx.Client(
            base_url=engine.base_url, timeout=TIMEOUT_S
        ) as client:
            refused = client.get("/v1/models")
            assert (refused.status_code, refused.text) == (
                401,
                '{"error":"Unauthorized"}',
            )
            assert (
                client.get(
                    "/v1/models", headers={"authorization": "Bearer wrong"}
                ).status_code
                == 401
            )
            assert (
                client.get(
                    "/v1/models", headers={"authorization": "Bearer s3cret"}
                ).status_code
                == 200
            )
            assert client.get("/health").status_code == 200
            assert client.get("/truth").status_code == 404
        assert "s3cret" not in repr(engine.front)


def test_many_connections_at_once() -> None:
    n = 600
    with EmbeddedEngine(EngineSettings(ttft_ms=200, itl_ms=5)) as engine:
        socks = [connect(engine) for _ in range(n)]
        for sock in socks:
            sock.send(
                post(
                    "/v1/completions",
                    '{"prompt":"a b c","max_tokens":4,"stream":true}',
                )
            )
        answers = [read_until(sock, STREAM_END) for sock in socks]
        for sock in socks:
            sock.close()
        assert all(answer.count(b'"text":"') == 4 for answer in answers)
        ids = [re.findall(rb'"id":"(.*?)"', answer)[0] for answer in answers]
        assert len(set(ids)) == n
