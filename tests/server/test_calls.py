"""Calls have an end, in time and in size, whatever the server does; and they go over the wire as
the loop's requests do.
"""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Callable

import pytest

from inferometer.protocol import PROTOCOLS
from inferometer.server import endpoint as endpoint_module
from inferometer.server.calls import Calls
from inferometer.server.deadline import Deadline
from inferometer.server.endpoint import Endpoint, EndpointError
from tests.server.raw_server import (
    Misbehave,
    chunk,
    drip,
    flood,
    packed_blanks,
    raw_server,
)

SHORT_S = 0.2
END_S = 20.0
"""Whatever is bounded has ended by then, also on a busy machine."""

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


GZIP, DEFLATE = packed_blanks(31, 1 << 30), packed_blanks(15, 1 << 30)


def encoded(how: bytes, body: bytes) -> bytes:
    return OK + b"Content-Encoding: %b\r\nContent-Length: %d\r\n\r\n%b" % (
        how,
        len(body),
        body,
    )


def after(
    head: bytes, then: Callable[[socket.socket, bytes], None], data: bytes
) -> Misbehave:
    def misbehave(peer: socket.socket, request: bytes) -> None:
        peer.sendall(head)
        then(peer, data)

    return misbehave


SLOW = {
    "no answer": lambda peer, request: time.sleep(END_S),
    "a body drop by drop": after(
        OK + b"Content-Length: 100000\r\n\r\n{", drip, b" "
    ),
    "chunks drop by drop": after(CHUNKED, drip, chunk(b" ")),
    "headers drop by drop": after(b"HTTP/1.1 200 OK\r\nX-Slow: ", drip, b"a"),
    "a status line drop by drop": after(b"", drip, b"H"),
    "one early response after the other": after(
        b"", drip, b"HTTP/1.1 102 Processing\r\n\r\n"
    ),
    "an event stream of comments": after(STREAM, drip, chunk(b": ping\n\n")),
}

LARGE = {
    "blanks without end": after(CHUNKED, flood, chunk(b" " * 65536)),
    "a gzip bomb": lambda peer, request: peer.sendall(encoded(b"gzip", GZIP)),
    "a deflate bomb": lambda peer, request: peer.sendall(
        encoded(b"deflate", DEFLATE)
    ),
}

NOT_HTTP = {
    "headers without end": after(
        b"HTTP/1.1 200 OK\r\n", flood, b"X-More: " + b"a" * 1000 + b"\r\n"
    ),
    "one header without end": after(
        b"HTTP/1.1 200 OK\r\nX-More: ", flood, b"a" * 65536
    ),
}

ENDLESS = {**SLOW, **LARGE, **NOT_HTTP}


@pytest.fixture(autouse=True)
def short_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for name in ("METRICS_TIMEOUT_S", "HEALTH_TIMEOUT_S", "VERSION_TIMEOUT_S"):
        monkeypatch.setattr(endpoint_module, name, SHORT_S)


def said_of(ask: Callable[[], object]) -> str:
    begun_s = time.monotonic()
    with pytest.raises(EndpointError) as caught:
        ask()
    assert time.monotonic() - begun_s < END_S
    return str(caught.value)


@pytest.mark.parametrize("wrong", SLOW)
def test_what_is_needed_fails_in_time(wrong: str) -> None:
    with (
        raw_server(SLOW[wrong]) as url,
        Endpoint(url, timeout_s=SHORT_S) as endpoint,
    ):
        assert f"did not answer GET /v1/models within {SHORT_S} s" in said_of(
            endpoint.models
        )
        body = PROTOCOLS["openai"].decoder()
        assert f"did not answer POST /p within {SHORT_S} s" in said_of(
            lambda: endpoint.probe("/p", b"{}", body, Deadline(SHORT_S))
        )
        assert "did not answer DELETE /m within 0.1 s" in said_of(
            lambda: endpoint.call("DELETE", "/m", timeout_s=0.1)
        )


@pytest.mark.parametrize("wrong", LARGE)
def test_what_is_too_large_is_not_read(wrong: str) -> None:
    with raw_server(LARGE[wrong]) as url, Endpoint(url) as endpoint:
        assert "answers GET /v1/models with more than 16 MiB" in said_of(
            endpoint.models
        )


@pytest.mark.parametrize("wrong", NOT_HTTP)
def test_headers_have_an_end(wrong: str) -> None:
    with raw_server(NOT_HTTP[wrong]) as url, Endpoint(url) as endpoint:
        assert "did not send HTTP in reply to GET /v1/models" in said_of(
            endpoint.models
        )


@pytest.mark.parametrize("wrong", ENDLESS)
def test_what_is_only_nice_to_know_is_done_without(wrong: str) -> None:
    with (
        raw_server(ENDLESS[wrong]) as url,
        Endpoint(url, timeout_s=SHORT_S) as endpoint,
    ):
        begun_s = time.monotonic()
        assert endpoint.version() is None
        assert endpoint.health() in (None, True)
        assert endpoint.metrics_page() is None
        assert [endpoint.tokenize("m", "words") for _ in range(50)] == [
            None
        ] * 50
        assert endpoint.tokenize_chat("m", []) is None
        endpoint.wait_ready(0, model_given=True)
        assert time.monotonic() - begun_s < END_S


@pytest.mark.parametrize("answered", [0, 1, 4])
def test_a_server_that_answered_is_not_gone_if_little_time_is_left_to_connect(
    answered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([EndpointError("not found", status=404)] * answered)
    late = EndpointError("no connection in time", unreachable=True)

    def ask(*_: object) -> None:
        raise next(answers, late)

    monkeypatch.setattr(Endpoint, "_ask", ask)
    with Endpoint("http://127.0.0.1:1") as endpoint:
        if answered:
            assert endpoint.version() is None
        else:
            with pytest.raises(EndpointError, match="no connection"):
                endpoint.version()


def test_a_server_that_reads_nothing_has_its_time_too() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as deaf,
        Endpoint(f"http://127.0.0.1:{deaf.getsockname()[1]}") as endpoint,
    ):
        said = said_of(
            lambda: endpoint.call(
                "POST", "/p", {"text": "x" * 30_000_000}, timeout_s=SHORT_S
            )
        )
    assert f"did not answer POST /p within {SHORT_S} s" in said


@pytest.mark.parametrize(
    ("how", "wbits"), [(b"gzip", 31), (b"deflate", 15), (b"x-gzip", 31)]
)
def test_what_is_packed_all_the_same_is_unpacked(
    how: bytes, wbits: int
) -> None:
    packer = zlib.compressobj(wbits=wbits)
    body = packer.compress(b'{"data": [{"id": "m"}]}') + packer.flush()
    with (
        raw_server(
            lambda peer, request: peer.sendall(encoded(how, body))
        ) as url,
        Endpoint(url) as endpoint,
    ):
        assert endpoint.only_model() == "m"


def test_what_a_refusal_says_is_unpacked() -> None:
    packer = zlib.compressobj(wbits=31)
    body = packer.compress(b'{"error": "HIP out of memory"}') + packer.flush()
    head = (
        b"HTTP/1.1 500 No\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
        % len(body)
    )
    with (
        raw_server(lambda peer, request: peer.sendall(head + body)) as url,
        Endpoint(url) as endpoint,
    ):
        found = endpoint.probe("/p", b"{}", PROTOCOLS["openai"].decoder())
    assert (found.status, found.error) == (500, "HIP out of memory")


def test_a_refusal_that_unpacks_without_end_is_not_unpacked() -> None:
    packed = encoded(b"gzip", GZIP).replace(b"200 OK", b"500 No")
    with (
        raw_server(lambda peer, request: peer.sendall(packed)) as url,
        Endpoint(url) as endpoint,
    ):
        said = said_of(
            lambda: endpoint.probe("/p", b"{}", PROTOCOLS["openai"].decoder())
        )
    assert "answers POST /p with more than 4 MiB" in said


@pytest.mark.parametrize(
    ("how", "body"),
    [(b"br", b"\x0b\x02\x80"), (b"gzip", b"no gzip"), (b"zstd", b"{}x")],
)
def test_what_cannot_be_unpacked_is_no_list(how: bytes, body: bytes) -> None:
    with (
        raw_server(
            lambda peer, request: peer.sendall(encoded(how, body))
        ) as url,
        Endpoint(url) as endpoint,
    ):
        assert "that is not a JSON object" in said_of(endpoint.models)


def test_nothing_packed_is_asked_for_and_the_path_stays_as_it_is() -> None:
    requests: list[bytes] = []

    def answer(peer: socket.socket, request: bytes) -> None:
        requests.append(request)
        peer.sendall(OK + b"Set-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}")

    with raw_server(answer) as url:
        calls = Calls(
            f"{url}/a%2Fb/../%E6%A8%A1",
            {"x-team": "blue", "accept": "text/plain"},
            None,
        )
        calls.whole("POST", "/p?api-version=1&q=%20", Deadline(END_S), b"{}")
        calls.whole("GET", "/q", Deadline(END_S))
        calls.close()
    head, _, _ = requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a%2Fb/../%E6%A8%A1/p?api-version=1&q=%20 HTTP/1.1"
    assert f"Host: {url.removeprefix('http://')}" in lines
    assert {
        "x-team: blue",
        "accept: text/plain",
        "Accept-Encoding: identity",
        "Content-Type: application/json",
    } <= set(lines)
    assert b"cookie" not in requests[1].lower()
    assert b"content-type" not in requests[1].lower()


# the trial request


def event(text: str) -> bytes:
    return chunk(b"data: " + text.encode() + b"\n\n")


TEXT = event(
    '{"choices": [{"index": 0, "text": " x", "finish_reason": "length"}]}'
)
USAGE = event(
    '{"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}'
)


@pytest.mark.parametrize(
    "ending",
    [
        USAGE + event("[DONE]"),  # and no end of the body
        USAGE,
        event(
            '{"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}'
        )
        + chunk(b": ping\n\n"),
        USAGE + event("[DONE]") + b"0\r\n\r\n",
    ],
)
def test_a_trial_is_over_with_the_answer(
    monkeypatch: pytest.MonkeyPatch, ending: bytes
) -> None:
    monkeypatch.setattr(endpoint_module, "AFTER_DONE_S", 0.1)
    monkeypatch.setattr(endpoint_module, "AFTER_FINISH_S", 0.1)
    with (
        raw_server(
            lambda peer, request: peer.sendall(STREAM + TEXT + ending)
        ) as url,
        Endpoint(url) as endpoint,
    ):
        begun_s = time.monotonic()
        result = endpoint.probe("/p", b"{}", PROTOCOLS["openai"].decoder())
        assert time.monotonic() - begun_s < END_S
    assert (result.error, result.prompt_tokens, result.outputs) == (None, 3, 1)


@pytest.mark.parametrize(
    "more",
    [
        event('{"choices": [{"index": 0, "text": " more"}]}'),
        chunk(b": ping\n" * 9000),
    ],
)
def test_a_trial_whose_answer_goes_on_for_ever_has_an_end(more: bytes) -> None:
    with (
        raw_server(after(STREAM, flood, more)) as url,
        Endpoint(url) as endpoint,
    ):
        said = said_of(
            lambda: endpoint.probe(
                "/p", b"{}", PROTOCOLS["openai"].decoder(), Deadline(END_S / 2)
            )
        )
    assert (
        "answers POST /p with more than 4 MiB" in said
        or "did not answer POST /p within 10 s" in said
    )


def test_what_follows_the_end_of_an_answer_is_nothing() -> None:
    flooding = after(
        STREAM + TEXT + USAGE + event("[DONE]"),
        flood,
        chunk(b": ping\n" * 9000),
    )
    with raw_server(flooding) as url, Endpoint(url) as endpoint:
        assert (
            endpoint.probe(
                "/p", b"{}", PROTOCOLS["openai"].decoder()
            ).prompt_tokens
            == 3
        )


def test_a_connection_is_kept_where_the_body_ends() -> None:
    peers: set[int] = set()

    def answer(peer: socket.socket, request: bytes) -> None:
        peers.add(peer.fileno())
        peer.sendall(STREAM + TEXT + USAGE + event("[DONE]") + b"0\r\n\r\n")

    with raw_server(answer) as url, Endpoint(url) as endpoint:
        for _ in range(3):
            endpoint.probe("/p", b"{}", PROTOCOLS["openai"].decoder())
    assert len(peers) == 1


def test_a_compressed_stream_cannot_be_timed() -> None:
    answer = STREAM.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    with (
        raw_server(lambda peer, request: peer.sendall(answer)) as url,
        Endpoint(url) as endpoint,
    ):
        said = said_of(
            lambda: endpoint.probe("/p", b"{}", PROTOCOLS["openai"].decoder())
        )
    assert (
        "compresses its answer on /p (gzip) although the request did not permit it"
        in said
    )
