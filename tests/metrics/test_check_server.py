"""What a server's counters say of a run, check by check: a fault that is named, and the clean run
that is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from inferometer.metrics import Finding, Level, judge, summarize
from inferometer.trace import Failure, Outcome, TokenSource, Trace
from inferometer.trace.server_counters import (
    Counter,
    Gauge,
    MetricsReading,
    ServerCounters,
)
from tests.metrics.trace_builder import build, failed, request

N, PROMPT, OUTPUT = 20, 100, 10
STARTED_S, BEFORE_S, AFTER_S = 1_000.0, 5_000.0, 5_100.0

CLEAN: Mapping[Counter, float] = {
    "requests": N,
    "prompt_tokens": N * PROMPT,
    "generation_tokens": N * OUTPUT,
    "prefix_queries": N * PROMPT,
    "prefix_hits": 0,
    "preemptions": 0,
    "rejections": 0,
    "queued": N,
    "queue_s": 0.001 * N,
}
"""What a server counts that had nothing to do but a run of ours."""


def answered(n: int = N, **columns: Any) -> list[dict[str, Any]]:
    """TTFT 50 ms, ten tokens."""
    return [
        request(
            10.0 * i, *(10 * i + 50 + 20 * k for k in range(OUTPUT)), **columns
        )
        for i in range(n)
    ]


def counted(
    delta: Mapping[Counter, float] | None = None,
    *,
    before: Mapping[Gauge, float] | None = None,
    after: Mapping[Gauge, float] | None = None,
    only: tuple[Counter, ...] | None = None,
) -> ServerCounters:
    """The clean server's counters but for these; what it had counted before was 7 of each."""
    grown = {
        name: value
        for name, value in {**CLEAN, **(delta or {})}.items()
        if only is None or name in only
    }
    idle: Mapping[Gauge, float] = {"running": 0, "waiting": 0}
    return ServerCounters(
        MetricsReading(
            "vLLM",
            BEFORE_S,
            STARTED_S,
            dict.fromkeys(grown, 7.0),
            before or idle,
            {},
        ),
        MetricsReading(
            "vLLM",
            AFTER_S,
            STARTED_S,
            {name: 7.0 + value for name, value in grown.items()},
            after or idle,
            {},
        ),
    )


def finding(
    name: str,
    server: ServerCounters | None,
    trace: Trace | None = None,
    **options: Any,
) -> Finding:
    trace = trace or build(answered())
    summary = summarize(trace, planned=len(trace.measured()), server=server)
    verdict = judge(trace, summary, ignore_eos=True, server=server, **options)
    (found,) = [f for f in verdict.findings if f.name == name]
    assert found.level == Level.OK or found.next_step
    return found


NAMES = (
    "server_restarted",
    "preemptions",
    "prefix_hits",
    "warm_cache",
    "other_clients",
    "queueing",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_clean_run_raises_nothing(name: str) -> None:
    assert finding(name, counted()).level == Level.OK
    with_warmups = build([*answered(4, warmup=True), *answered()])
    more: dict[Counter, float] = {
        "requests": N + 4,
        "prompt_tokens": PROMPT * (N + 4),
        "generation_tokens": OUTPUT * (N + 4),
    }
    assert finding(name, counted(more), with_warmups).level == Level.OK


@pytest.mark.parametrize("name", NAMES)
def test_a_server_without_counters_is_not_doubted(name: str) -> None:
    silent = finding(name, None)
    assert silent.level == Level.OK
    assert name == "warm_cache" or silent.sentence == (
        "The server publishes no counters for this check."
    )
    assert finding(name, counted(only=())).level == Level.OK


def test_restarted() -> None:
    server = counted()
    assert server.after is not None
    anew = MetricsReading("vLLM", AFTER_S, BEFORE_S + 50, CLEAN, {}, {})
    assert (
        finding("server_restarted", ServerCounters(server.before, anew)).level
        == Level.INVALID
    )
    replica = MetricsReading("vLLM", AFTER_S, STARTED_S + 50, CLEAN, {}, {})
    assert (
        finding(
            "server_restarted", ServerCounters(server.before, replica)
        ).level
        == Level.NOTE
    )
    assert (
        finding("other_clients", ServerCounters(server.before, replica)).level
        == Level.OK
    )
    assert (
        finding("server_restarted", ServerCounters(server.before, None)).level
        == Level.NOTE
    )


def test_preempted() -> None:
    found = finding("preemptions", counted({"preemptions": 14}))
    assert (found.level, found.values) == (Level.SUSPECT, {"preemptions": 14})
    assert found.sentence.startswith(
        "KV cache memory ran out. Preemptions: 14."
    )


@pytest.mark.parametrize(
    ("share", "level"),
    [(0.04, Level.OK), (0.06, Level.SUSPECT), (0.6, Level.INVALID)],
)
def test_hits_that_answers_do_not_tell_of(share: float, level: Level) -> None:
    found = finding("prefix_hits", counted({"prefix_hits": share * N * PROMPT}))
    assert found.level == level
    assert found.values["unexpected_share"] == pytest.approx(share)


def test_hits_that_are_intended() -> None:
    """64 tokens of each prompt are a shared prefix; or all of it, where the cache is what is
    studied.
    """
    server = counted({"prefix_hits": 64 * (N - 1)})
    assert (
        finding("prefix_hits", server, expected_cached_tokens=64).level
        == Level.OK
    )
    assert finding("prefix_hits", server).level == Level.INVALID


def test_hits_are_told_once() -> None:
    """Where usage tells of them, `cached_tokens` does."""
    trace = build(answered(cached_tokens=90))
    server = counted({"prefix_hits": 90 * N})
    assert finding("cached_tokens", server, trace).level == Level.INVALID
    assert finding("prefix_hits", server, trace).level == Level.OK


def test_beginnings_that_are_shared_and_never_found_are_a_note() -> None:
    found = finding("prefix_hits", counted(), expected_cached_tokens=1024)
    assert (found.level, found.values["hits"]) == (Level.NOTE, 0)
    assert "the server's prefix cache had no hits" in found.sentence
    others: list[dict[str, Any]] = [
        {"expected_cached_tokens": 256},
        {"rehearsal": True},
        {"warm": True},
    ]
    for other in others:
        assert (
            finding(
                "prefix_hits",
                counted(),
                **{"expected_cached_tokens": 1024, **other},
            ).level
            == Level.OK
        )
    assert (
        finding(
            "prefix_hits",
            counted({"prefix_hits": 1}),
            expected_cached_tokens=1024,
        ).level
        == Level.OK
    )
    assert (
        finding(
            "prefix_hits",
            counted(only=("requests",)),
            expected_cached_tokens=1024,
        ).level
        == Level.OK
    )


WARM: dict[str, Any] = {"warm": True, "expected_cached_tokens": PROMPT}


@pytest.mark.parametrize(
    ("share", "level"),
    [
        (0.0, Level.INVALID),
        (0.04, Level.INVALID),
        (0.06, Level.SUSPECT),
        (0.4, Level.SUSPECT),
        (0.55, Level.OK),
        (0.96, Level.OK),
    ],
)
def test_a_warm_cache_by_the_servers_counters(
    share: float, level: Level
) -> None:
    found = finding(
        "warm_cache", counted({"prefix_hits": share * N * PROMPT}), **WARM
    )
    assert found.level == level
    assert found.values == {
        "share": pytest.approx(share),
        "possible_share": pytest.approx(0.99),
        "cold_share": None,
    }
    assert (
        f"{share:.1%} of the prompt tokens came from the server's prefix cache, of at most 99.0%"
    ) in found.sentence


@pytest.mark.parametrize(
    ("cached", "level"),
    [
        ([0] * N, Level.INVALID),
        ([96] * N, Level.OK),
        ([64] * N, Level.OK),  # of blocks of 64 tokens it is all that can be
        ([40] * N, Level.SUSPECT),
        ([96] * 14 + [0] * 6, Level.SUSPECT),  # room for 14 prompts of 20
        ([96] * 19 + [0], Level.OK),
        ([96] * 14 + [None] * 6, Level.SUSPECT),  # vLLM leaves out what is 0
        ([96] + [None] * 19, Level.INVALID),
    ],
    ids=str,
)
def test_a_warm_cache_by_the_answers(
    cached: list[int | None], level: Level
) -> None:
    trace = build(
        [
            {**request(10.0 * i, 50, 60), "cached_tokens": tokens}
            for i, tokens in enumerate(cached)
        ]
    )
    assert finding("warm_cache", None, trace, **WARM).level == level
    assert finding("warm_cache", None, trace).level == Level.OK
    assert finding("cached_tokens", None, trace, **WARM).level == Level.OK


def test_a_warm_cache_of_which_nobody_tells() -> None:
    for server in (
        None,
        counted(only=("requests",)),
        ServerCounters(counted().before, None),
    ):
        found = finding("warm_cache", server, **WARM)
        assert found.level == Level.SUSPECT
        assert found.sentence.startswith(
            "It is unknown whether the prompts were in the server's prefix cache"
        )


def test_a_rehearsal_has_no_prefix_cache() -> None:
    for server in (None, counted()):
        found = finding("warm_cache", server, rehearsal=True, **WARM)
        assert (
            found.level,
            "embedded engine has no prefix cache" in found.sentence,
        ) == (
            Level.SUSPECT,
            True,
        )
    assert (
        finding(
            "warm_cache",
            counted({"prefix_hits": 0.96 * N * PROMPT}),
            rehearsal=True,
            **WARM,
        ).level
        == Level.OK
    )


def test_a_warm_run_in_which_nothing_was_answered_breaks_no_check() -> None:
    assert (
        finding(
            "warm_cache", None, build([failed(0, Failure.RESET)]), **WARM
        ).level
        == Level.SUSPECT
    )


def test_someone_else_finished_requests() -> None:
    found = finding(
        "other_clients",
        counted({"requests": N + 3, "prompt_tokens": (N + 3) * PROMPT}),
    )
    assert found.level == Level.SUSPECT
    assert "3 finished in addition to the 20 of this run" in found.sentence
    assert found.values["foreign_requests"] == 3
    assert found.values["foreign_share"] == pytest.approx(
        3 * PROMPT / (N * (PROMPT + OUTPUT))
    )


def test_a_health_check_that_generates_a_token_is_worth_a_note() -> None:
    little: dict[Counter, float] = {
        "requests": N + 1,
        "prompt_tokens": N * PROMPT + 5,
        "generation_tokens": N * OUTPUT + 1,
    }
    found = finding("other_clients", counted(little))
    assert found.level == Level.NOTE
    assert "0.3% of the work of this run" in found.sentence


def test_someone_else_whose_request_has_not_ended() -> None:
    found = finding(
        "other_clients", counted({"generation_tokens": N * OUTPUT + 500})
    )
    assert found.level == Level.SUSPECT
    assert "22.7% more tokens" in found.sentence


@pytest.mark.parametrize("when", ["before", "after"])
def test_work_in_flight_at_rest(when: str) -> None:
    gauges: Mapping[Gauge, float] = {"running": 2, "waiting": 1}
    server = (
        counted(before=gauges) if when == "before" else counted(after=gauges)
    )
    found = finding("other_clients", server)
    assert found.level == Level.SUSPECT
    assert f"3 requests in flight {when}" in found.sentence


def test_what_is_left_of_ours_is_nobody_elses() -> None:
    """Requests that we gave up may run on at the server; that it counts them is no surprise
    either.
    """
    trace = build(
        [
            *answered(),
            request(1, outcome=Outcome.UNFINISHED),
            failed(2, Failure.IDLE_TIMEOUT),
        ]
    )
    server = counted(
        {"requests": N + 1, "generation_tokens": N * OUTPUT + 800},
        after={"running": 1},
    )
    assert finding("other_clients", server, trace).level == Level.OK


def test_requests_that_were_sent_twice_may_be_counted_twice() -> None:
    assert (
        finding(
            "other_clients",
            counted({"requests": 2 * N}),
            build(answered(resent=1)),
        ).level
        == Level.OK
    )


def test_without_counts_of_its_own_tokens_requests_tell() -> None:
    trace = build(answered(token_source=TokenSource.EVENTS))
    assert (
        finding(
            "other_clients",
            counted({"generation_tokens": 5 * N * OUTPUT}),
            trace,
        ).level
        == Level.OK
    )
    assert (
        finding("other_clients", counted({"requests": N + 1}), trace).level
        == Level.SUSPECT
    )
    unknown = counted(
        {"generation_tokens": 5 * N * OUTPUT},
        only=("generation_tokens", "prompt_tokens"),
    )
    assert finding("other_clients", unknown, trace).level == Level.OK


def test_most_of_ttft_is_waiting() -> None:
    found = finding("queueing", counted({"queue_s": 0.030 * N}))
    assert found.level == Level.NOTE
    assert found.values["mean_queue_ms"] == pytest.approx(30)
    assert (
        "waited 30 ms in its queue on average, of a mean TTFT of 50 ms"
        in found.sentence
    )
    assert (
        finding("queueing", counted({"queue_s": 0.020 * N})).level == Level.OK
    )


def test_a_full_queue() -> None:
    found = finding("queueing", counted({"rejections": 4}))
    assert found.level == Level.NOTE
    assert "it refused 4 requests because its queue was full" in found.sentence


def test_the_hit_rate_is_the_servers_and_else_that_of_the_answers() -> None:
    trace = build(answered(cached_tokens=50))
    assert summarize(trace, planned=N).prefix_cache_hit_rate == 50
    assert (
        summarize(
            trace, planned=N, server=counted({"prefix_hits": N * 25})
        ).prefix_cache_hit_rate
        == 25
    )
    assert summarize(build(answered()), planned=N).prefix_cache_hit_rate is None


def test_the_hit_rate_of_an_external_cache_is_the_servers() -> None:
    trace = build(answered())
    assert summarize(trace, planned=N).external_cache_hit_rate is None
    asked = counted({"external_queries": 200, "external_hits": 50})
    assert (
        summarize(trace, planned=N, server=asked).external_cache_hit_rate == 25
    )


def test_readings_are_plain_data() -> None:
    plain = counted({"preemptions": 2}).to_dict()
    assert list(plain) == ["engine", "names", "before", "after", "delta"]
    assert (
        list(plain["before"])
        == list(plain["after"])
        == ["at_s", "started_s", "counters", "gauges"]
    )
    assert plain["delta"]["preemptions"] == 2
    assert plain["before"]["gauges"] == {"running": 0, "waiting": 0}
    assert plain["after"]["counters"]["requests"] == 7 + N
    assert ServerCounters(counted().before, None).to_dict()["delta"] == {}


def test_a_server_that_says_no_tokens_were_used_is_compared_by_requests() -> (
    None
):
    trace = build(answered(prompt_tokens=0, output_tokens=0))
    found = finding("other_clients", counted({"requests": N + 5}), trace)
    assert (found.level, found.values["foreign_share"]) == (
        Level.SUSPECT,
        5 / N,
    )
