"""The bytes of requests: exact, and nothing that a user may set can add a header or a request of
its own.
"""

from __future__ import annotations

from typing import Any

import pytest

from inferometer.loadgen.job import wire_messages
from inferometer.protocol import PROTOCOLS, Generation
from inferometer.request import Request
from tests.loadgen.loop_runner import (
    address_of,
    closed_loop,
    job_for,
    jobs_for,
    requests,
)


def test_the_bytes_of_a_request() -> None:
    prompt = [Request(id=7, prompt="hé", prompt_tokens=2, max_tokens=3)]
    job = job_for(
        8000,
        prompts=prompt,
        headers={"Authorization": "Bearer k"},
        request_id_prefix="run1-",
    )
    body = '{"model":"m","prompt":"hé","max_tokens":3,"stream":true,"stream_options":{"include_usage":true}}'.encode()
    assert wire_messages(job) == [
        b"POST /v1/completions HTTP/1.1\r\n"
        b"Host: 127.0.0.1:8000\r\n"
        b"User-Agent: inferometer\r\n"
        b"Accept: text/event-stream\r\n"
        b"Accept-Encoding: identity\r\n"
        b"Content-Type: application/json\r\n"
        b"Authorization: Bearer k\r\n"
        b"X-Request-Id: run1-7\r\n"
        b"Content-Length: " + str(len(body)).encode() + b"\r\n"
        b"\r\n" + body
    ]


def test_each_request_has_its_own_id_and_length() -> None:
    prompts = [
        Request(id=i, prompt="x" * i, prompt_tokens=i, max_tokens=3)
        for i in range(3)
    ]
    messages = wire_messages(job_for(1, prompts=prompts, n=3))
    for i, message in enumerate(messages):
        head, _, body = message.partition(b"\r\n\r\n")
        assert f"X-Request-Id: t-{i}\r\n".encode() in head + b"\r\n"
        assert head.endswith(b"Content-Length: %d" % len(body))


def test_chats_go_to_the_chats_path() -> None:
    job = job_for(
        1,
        backend=PROTOCOLS["openai-chat"],
        path="/v1/chat/completions",
        generation=Generation(model="m"),
    )
    (message,) = wire_messages(job)
    assert message.startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")
    assert b'"messages":[' in message


@pytest.mark.parametrize(
    "fields",
    [
        {"headers": {"X-Team": "blue\r\nX-Admin: yes"}},
        {"headers": {"X-Team": "blue\nX-Admin: yes"}},
        {"headers": {"X-Team": "blue\0"}},
        {"headers": {"X-Team": "blaü"}},
        {"headers": {"X-Team\r\nX-Admin": "yes"}},
        {"headers": {"X Team": "blue"}},
        {"headers": {"X-Team:": "blue"}},
        {"headers": {"": "blue"}},
        {"path": "/v1/completions HTTP/1.1\r\nX-Admin: yes\r\n\r\n"},
        {"path": "/v1/com pletions"},
        {"path": "/v1/完成"},
        {"request_id_prefix": "a\r\nX-Admin: yes\r\nY: "},
        {"request_id_prefix": "é"},
    ],
)
def test_nothing_can_smuggle_a_line_into_the_head(
    fields: dict[str, Any],
) -> None:
    with pytest.raises(
        ValueError, match=r"HTTP does not allow there|^server.headers"
    ):
        job_for(1, **fields)


@pytest.mark.parametrize(
    "name",
    ["Content-Length", "transfer-encoding", "Connection", "X-Request-ID"],
)
def test_what_framing_depends_on_cannot_be_replaced(name: str) -> None:
    with pytest.raises(
        ValueError,
        match=f"server.headers {name}: the measurement sets this header; leave it out",
    ):
        job_for(1, headers={name: "5"})


def test_other_headers_of_ours_can() -> None:
    (message,) = wire_messages(
        job_for(1, headers={"host": "gateway", "USER-AGENT": "me"})
    )
    lines = message.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    assert [
        line for line in lines if line.startswith((b"host", b"user-agent"))
    ] == [
        b"host: gateway",
        b"user-agent: me",
    ]


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(ValueError, match="header") as refused:
        job_for(1, headers={"Authorization": "Bearer sk-secret\n"})
    assert "sk-secret" not in str(refused.value)


def test_a_job_does_not_show_its_headers() -> None:
    assert "sk-secret" not in repr(
        job_for(1, headers={"Authorization": "Bearer sk-secret"})
    )


def test_workers_get_the_requests_of_their_share() -> None:
    first, second = jobs_for(
        1,
        closed_loop(5, 2),
        workers=2,
        address=address_of(1),
        prompts=requests(5),
    )
    assert [request.id for request in first.requests] == [0, 2, 4]
    assert [request.id for request in second.requests] == [1, 3]
