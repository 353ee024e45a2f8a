"""Every fault on every wire that can express it: nothing hangs, nothing is lost, and each is
counted under its own name.

One run holds them all, a right request between any two, so that what one fault does to the others
would show.
"""

from __future__ import annotations

from collections import Counter

import pytest

from inferometer.engine.faults import FAULTS
from inferometer.protocol import PROTOCOLS
from inferometer.trace import MISSING, Failure, Outcome, TokenSource
from tests.backends import TEXT_BACKENDS
from tests.faults.faulty_run import (
    CHAT_TEMPLATE_TOKENS,
    MIDDLE,
    PROMPT_TOKENS,
    TO_THE_SERVER,
    TOKENS,
    check_healthy,
    faults_of,
    faulty_run,
)

FAILS = {
    "http-503": Failure.HTTP_STATUS,
    "reset-early": Failure.RESET,
    "close-early": Failure.CLOSED_EARLY,
    "no-answer": Failure.FIRST_TOKEN_TIMEOUT,
    "garbage-head": Failure.BAD_FRAMING,
    "endless-head": Failure.BAD_FRAMING,
    "empty-body": Failure.NO_FINISH,
    "html-page": Failure.BAD_EVENT,
    "json-error": Failure.STREAM_ERROR,
    "whole-answer": Failure.BAD_EVENT,
    "no-output": Failure.NO_OUTPUT,
    "stall": Failure.IDLE_TIMEOUT,
    "reset": Failure.RESET,
    "close": Failure.CLOSED_EARLY,
    "cut-chunk": Failure.CLOSED_EARLY,
    "garbage": Failure.BAD_FRAMING,
    "cut-event": Failure.BAD_EVENT,
    "no-finish": Failure.NO_FINISH,
    "error-event": Failure.STREAM_ERROR,
    "bad-json": Failure.BAD_EVENT,
    "endless": Failure.TOTAL_TIMEOUT,
    "gzip": Failure.CONTENT_TYPE,
}
PASSES = {
    "short": MIDDLE + 1,
    "long": 2 * TOKENS,
    "merge": TOKENS // 2,
    **dict.fromkeys(
        ("long-prompt", "cached", "no-usage", "no-done", "no-reason"), TOKENS
    ),
    **dict.fromkeys(
        (
            "slow-head",
            "burst",
            "split",
            "split-char",
            "sized",
            "unsized",
            "content-type",
            "crlf",
        ),
        TOKENS,
    ),
    **dict.fromkeys(
        (
            "comments",
            "no-space",
            "usage-in-last",
            "empty-choices",
            "invalid-utf8",
            "huge-event",
        ),
        TOKENS,
    ),
    **dict.fromkeys(("close-idle", "preempt", "hit"), TOKENS),
}
"""Answers that are no failures, and how many events they have."""

OTHERWISE: dict[tuple[str, str], Failure] = {
    ("tensorrt-llm", "empty-body"): Failure.NO_OUTPUT,
    (
        "tensorrt-llm",
        "no-finish",
    ): Failure.NONE,  # the end of the body is all the end it has
    (
        "tgi",
        "no-output",
    ): Failure.NONE,  # an event is a token there, with text or without
    (
        "ollama",
        "whole-answer",
    ): Failure.NO_FINISH,  # a line of JSON without anything of its own
    ("ollama-chat", "whole-answer"): Failure.NO_FINISH,
}

BREAKS_IN_THE_MIDDLE = {
    "stall",
    "reset",
    "close",
    "cut-chunk",
    "garbage",
    "cut-event",
    "error-event",
}

FEW = ("openai-chat", "ollama")
"""Server-sent events and lines: of each one."""


def expected(backend: str, fault: str) -> Failure:
    return OTHERWISE.get((backend, fault), FAILS.get(fault, Failure.NONE))


def prompt_tokens(backend: str) -> int | None:
    wire = PROTOCOLS[backend]
    return (
        PROMPT_TOKENS + (CHAT_TEMPLATE_TOKENS if wire.chat else 0)
        if wire.reports_usage
        else None
    )


def test_what_is_expected_of_every_fault_is_written_down() -> None:
    assert {*FAILS, *PASSES} == {"http-503", *FAULTS} - {
        "http-NNN"
    } - TO_THE_SERVER
    assert not FAILS.keys() & PASSES.keys()
    assert {
        fault for backend in TEXT_BACKENDS for fault in faults_of(backend)
    } == {
        *FAILS,
        *PASSES,
    }


@pytest.mark.parametrize(
    "backend",
    [
        name if name in FEW else pytest.param(name, marks=pytest.mark.wide)
        for name in TEXT_BACKENDS
    ],
)
def test_each_fault_once(backend: str) -> None:
    faults = faults_of(backend)
    n = 2 * len(faults) + 1
    befallen = {2 * i + 1: fault for i, fault in enumerate(faults)}
    ran = faulty_run(
        backend,
        ",".join(f"{fault}#{number}" for number, fault in befallen.items()),
        n,
    )
    assert ran.fault_of == {
        number: befallen.get(number, "") for number in range(n)
    }
    assert {number: ran.failure_of[number] for number in befallen} == {
        number: expected(backend, fault) for number, fault in befallen.items()
    }
    check_healthy(
        ran,
        [number for number in range(n) if number not in befallen],
        prompt_tokens=prompt_tokens(backend),
    )
    r = ran.trace.requests
    for number, fault in befallen.items():
        events = r["event_count"][number]
        if fault in BREAKS_IN_THE_MIDDLE:
            assert events == MIDDLE, fault
        elif expected(backend, fault) is Failure.NONE and fault in PASSES:
            assert events == PASSES[fault], fault
        assert r["status"][number] == (
            503
            if fault == "http-503"
            else 200
            if r["headers_ns"][number] != MISSING
            else 0
        ), fault
    row = {fault: number for number, fault in befallen.items()}
    if PROTOCOLS[backend].reports_usage:
        assert r["output_tokens"][row["merge"]] == TOKENS
        assert r["prompt_tokens"][row["long-prompt"]] == 2 * (
            prompt_tokens(backend) or 0
        )
        assert r["prompt_tokens"][row["no-usage"]] == MISSING
    if "cached" in row:
        assert r["cached_tokens"][row["cached"]] == prompt_tokens(backend)
    if backend in {"openai", "openai-chat"}:
        assert r["token_source"][row["no-usage"]] == TokenSource.EVENTS
        assert r["token_source"][row["usage-in-last"]] == TokenSource.USAGE


@pytest.mark.wide
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("backend", TEXT_BACKENDS)
def test_a_share_of_requests_each(backend: str, workers: int) -> None:
    """As in real life: nobody chose who is hit. The engine's record says who was, and the counts
    are the same.
    """
    faults = faults_of(backend)
    n = 300
    share = 0.5 / len(faults)
    ran = faulty_run(
        backend,
        ",".join(f"{fault}:{share}" for fault in faults),
        n,
        concurrency=16,
        workers=workers,
        seed=workers,
    )
    noted = ran.fault_of
    assert sorted(noted) == list(range(n))
    assert sum(map(bool, noted.values())) > n / 4
    befallen = Counter(
        expected(backend, fault) if fault else Failure.NONE
        for fault in noted.values()
    )
    assert Counter(ran.failure_of.values()) == befallen
    check_healthy(
        ran,
        [number for number, fault in noted.items() if not fault],
        prompt_tokens=prompt_tokens(backend),
    )


def test_a_connection_closed_between_requests_is_opened_again_and_counted() -> (
    None
):
    ran = faulty_run("openai", "close-idle:0.5", 40, concurrency=2)
    closed = sum(fault == "close-idle" for fault in ran.fault_of.values())
    assert closed > 10
    assert set(ran.failure_of.values()) == {Failure.NONE}
    (worker,) = ran.trace.workers
    assert (
        closed - 2 <= worker.reconnects <= closed
    )  # of the last ones on each connection nobody need have heard
    assert ran.trace.requests["resent"].sum() <= worker.reconnects


@pytest.mark.parametrize(
    "fault", ["http-429", "http-500", "http-502", "http-503"]
)
def test_a_server_that_only_refuses(fault: str) -> None:
    ran = faulty_run("openai", fault, 12)
    assert (
        ran.rows("outcome", "failure", "status")
        == [(Outcome.FAILED, Failure.HTTP_STATUS, int(fault[5:]))] * 12
    )
    said = (
        "Bad Gateway"
        if fault == "http-502"
        else ("The engine injects this fault as requested.")
    )
    assert set(ran.trace.requests["detail"]) == {f"HTTP {fault[5:]}: {said}"}
    assert (
        ran.trace.workers[0].connections <= 8
    )  # an error is no reason to hang up
