"""Every check: one run that trips it, and the clean run that does not; and what the findings amount
to.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from inferometer.clock import MS
from inferometer.metrics import (
    Finding,
    Level,
    Thresholds,
    Verdict,
    judge,
    summarize,
)
from inferometer.metrics.verdict import CHECKS
from inferometer.trace import Failure, Outcome, StampSource, TokenSource, Trace
from tests.metrics.calibrations import calibration
from tests.metrics.trace_builder import build, failed, request

EVENTS = 20


def answered(sent_ms: float = 0.0, **columns: Any) -> dict[str, Any]:
    """TTFT 50 ms and 20 tokens, one every 20 ms."""
    return request(
        sent_ms, *(sent_ms + 50 + 20 * k for k in range(EVENTS)), **columns
    )


def run(n: int = 40, **columns: Any) -> list[dict[str, Any]]:
    return [answered(10.0 * i, **columns) for i in range(n)]


def verdict_of(
    trace: Trace,
    planned: int | None = None,
    percentiles: tuple[float, ...] = (99,),
    **options: Any,
) -> Verdict:
    n = int(np.count_nonzero(~trace.requests["warmup"]))
    summary = summarize(
        trace,
        planned=n if planned is None else planned,
        percentiles=percentiles,
        telemetry=options.get("telemetry"),
    )
    return judge(trace, summary, **{"ignore_eos": True, **options})


def finding(name: str, trace: Trace, **options: Any) -> Finding:
    (found,) = [
        f for f in verdict_of(trace, **options).findings if f.name == name
    ]
    return found


def busy(**fields: Any) -> list[dict[str, Any]]:
    return [fields]


# The clean run


@pytest.mark.parametrize("closed_loop", [True, False])
def test_a_clean_run_is_valid_though_its_p99_is_of_few_requests(
    closed_loop: bool,
) -> None:
    verdict = verdict_of(build(run(), closed_loop=closed_loop))
    assert verdict.status == "VALID"
    assert verdict.reasons() == []
    assert [f.name for f in verdict.reasons(Level.NOTE)] == [
        "steady_state",
        "thin_percentiles",
    ]
    assert len(verdict.findings) == len(CHECKS)


def test_each_check_bears_its_own_name() -> None:
    names = [f.name for f in verdict_of(build(run())).findings]
    assert names == [check.__name__ for check in CHECKS]


def test_warmup_requests_are_not_judged() -> None:
    warmup = failed(0, Failure.RESET, warmup=True)
    assert verdict_of(build([warmup, *run()])).status == "VALID"


# What became of the requests


def test_nothing_measured() -> None:
    f = finding(
        "something_measured",
        build([failed(0, Failure.RESET), failed(1, Failure.RESET)]),
    )
    assert f.level == Level.INVALID
    assert (
        f.sentence
        == "Nothing was measured: none of the 2 planned requests was answered (2 were sent)."
    )
    assert finding("something_measured", build(run(1))).level == Level.OK


def test_an_empty_run_is_invalid_and_breaks_no_check() -> None:
    assert verdict_of(build([])).status == "INVALID"
    assert (
        verdict_of(build([], closed_loop=False, workers=()), planned=5).status
        == "INVALID"
    )


def test_a_planned_request_without_a_record_is_an_imbalance() -> None:
    f = finding("conservation", build(run(40)), planned=41)
    assert (f.level, f.values["planned_gap"]) == (Level.INVALID, 1)
    assert (
        f.sentence
        == "Requests do not add up: planned 41, but sent 40 + dropped 0 + unsent 0."
    )


def test_an_answer_to_a_request_that_was_not_sent_is_an_imbalance() -> None:
    f = finding(
        "conservation", build([*run(3), request(None, outcome=Outcome.OK)])
    )
    assert (f.level, f.values["planned_gap"], f.values["sent_gap"]) == (
        Level.INVALID,
        1,
        -1,
    )


def test_a_request_both_unsent_and_sent_is_an_imbalance() -> None:
    trace = build(run(3))
    trace.requests["outcome"][1] = Outcome.UNSENT
    assert finding("conservation", trace).level == Level.INVALID


def test_a_request_recorded_twice_is_an_imbalance() -> None:
    trace = build(run(3))
    trace.requests["id"][1] = 0
    f = finding("conservation", trace)
    assert (f.level, f.values["recorded_twice"]) == (Level.INVALID, 1)


@pytest.mark.parametrize(
    ("field", "gap"), [("assigned", "assigned_gap"), ("sent", "begun_gap")]
)
def test_workers_that_counted_otherwise_are_an_imbalance(
    field: str, gap: str
) -> None:
    f = finding("conservation", build(run(3), workers=[{field: 4}]))
    assert (f.level, f.values[gap]) == (Level.INVALID, 1)


def test_every_kind_of_ending_is_accounted_for() -> None:
    ended = [
        answered(warmup=True),
        *run(3),
        failed(5, Failure.RESET),
        failed(None, Failure.CONNECT_REFUSED),
        request(1, outcome=Outcome.CANCELLED, end_ms=5),
        request(1, outcome=Outcome.UNFINISHED),
        request(outcome=Outcome.UNSENT),
        request(outcome=Outcome.DROPPED),
    ]
    f = finding("conservation", build(ended))
    assert (f.level, f.sentence) == (
        Level.OK,
        "All 9 planned requests are accounted for.",
    )
    assert (
        finding("conservation", replace(build(ended), workers=())).level
        == Level.OK
    )


def test_any_failure_is_suspect_and_many_are_invalid() -> None:
    one = finding(
        "failures", build([*run(39), failed(0, Failure.IDLE_TIMEOUT)])
    )
    assert one.level == Level.SUSPECT
    assert (
        one.sentence
        == "1 of 40 requests failed (2.5%: 1 IDLE_TIMEOUT); latencies cover only the others."
    )
    http = [failed(0, Failure.HTTP_STATUS, status=s) for s in (500, 503, 503)]
    many = finding(
        "failures", build([*run(36), *http, failed(0, Failure.STREAM_ERROR)])
    )
    assert many.level == Level.INVALID
    assert "10.0%: 1 HTTP 500; 2 HTTP 503; 1 STREAM_ERROR" in many.sentence
    assert many.values["http_503"] == 2
    assert finding("failures", build(run())).level == Level.OK


@pytest.mark.parametrize(
    "cut",
    [request(0, outcome=Outcome.CANCELLED), request(outcome=Outcome.UNSENT)],
)
def test_a_run_cut_short_is_suspect(cut: dict[str, Any]) -> None:
    f = finding("interruption", build([*run(), cut], interrupted=True))
    assert f.level == Level.SUSPECT
    assert "slowest first" in f.sentence
    assert (
        finding("interruption", build([*run(), cut])).level == Level.SUSPECT
    )  # whoever cut it
    after_the_last = finding("interruption", build(run(), interrupted=True))
    assert after_the_last.level == Level.SUSPECT
    assert "never sent" not in after_the_last.sentence
    assert finding("interruption", build(run())).level == Level.OK


def test_an_interrupted_run_is_suspect_unless_it_has_no_number_at_all() -> None:
    """However many answers are missing."""
    cut = request(0, outcome=Outcome.CANCELLED)
    unsent = [request(outcome=Outcome.UNSENT)] * 200
    for answered, status in ((0, "INVALID"), (1, "SUSPECT"), (50, "SUSPECT")):
        trace = build([*run(answered), cut, *unsent], interrupted=True)
        assert verdict_of(trace).status == status


def test_a_run_that_ends_by_its_own_time_is_suspect_only_where_many_were_cut_off() -> (
    None
):
    cut, unsent = (
        request(0, outcome=Outcome.UNFINISHED),
        request(outcome=Outcome.UNSENT),
    )
    few = finding(
        "interruption",
        build([*run(99), cut, unsent, unsent]),
        ends_by_time=True,
    )
    assert (few.level, few.values["share_of_sent"], few.values["unsent"]) == (
        Level.NOTE,
        0.01,
        2,
    )
    many = finding(
        "interruption", build([*run(97), cut, cut, cut]), ends_by_time=True
    )
    assert (
        many.level,
        "slowest first" in many.sentence,
        bool(many.next_step),
    ) == (
        Level.SUSPECT,
        True,
        True,
    )
    stopped = finding(
        "interruption",
        build([*run(99), cut], interrupted=True),
        ends_by_time=True,
    )
    assert (stopped.level, "cut short" in stopped.sentence) == (
        Level.SUSPECT,
        True,
    )
    died = finding(
        "interruption",
        build([*run(), request(None, outcome=Outcome.UNFINISHED)]),
        ends_by_time=True,
    )
    assert died.level == Level.INVALID
    assert (
        finding("interruption", build(run()), ends_by_time=True).level
        == Level.OK
    )


def test_a_worker_that_died_makes_a_run_invalid() -> None:
    f = finding(
        "interruption",
        build([*run(), request(None, outcome=Outcome.UNFINISHED)]),
    )
    assert (f.level, f.values["lost"]) == (Level.INVALID, 1)
    assert (
        finding(
            "interruption",
            build([*run(), request(0, outcome=Outcome.UNFINISHED)]),
        ).level
        == Level.SUSPECT
    )


def test_dropped_arrivals_are_load_that_was_not_there() -> None:
    f = finding(
        "dropped_arrivals",
        build([*run(), request(outcome=Outcome.DROPPED)], closed_loop=False),
    )
    assert (f.level, f.values["dropped"]) == (Level.SUSPECT, 1)
    assert (
        finding("dropped_arrivals", build(run(), closed_loop=False)).level
        == Level.OK
    )


@pytest.mark.parametrize("wrong", [{"first_ms": -1}, {"last_ms": 20}])
def test_output_before_its_request_is_invalid(wrong: dict[str, float]) -> None:
    f = finding("order_of_times", build([*run(), answered(**wrong)]))
    assert (f.level, f.values["backwards"]) == (Level.INVALID, 1)
    assert (
        finding(
            "order_of_times",
            build([*run(), failed(5, Failure.RESET, first_ms=1)]),
        ).level
        == Level.OK
    )


# The instrument

USER: dict[str, Any] = {
    "sources": [StampSource.USER] * EVENTS,
    "delay_ms": [0.0] * EVENTS,
}


@pytest.mark.parametrize(
    ("worker", "says"),
    [
        ({"cpu_ns": 600 * MS}, "busy 60% of the time"),
        ({"run_queue_ns": 150 * MS}, "waited for a core 15% of the time"),
    ],
)
def test_user_space_stamps_of_a_busy_client_are_suspect(
    worker: dict[str, int], says: str
) -> None:
    f = finding("stamps", build(run(**USER), workers=busy(**worker)))
    assert f.level == Level.SUSPECT
    assert says in f.sentence
    assert (
        finding("stamps", build(run(), workers=busy(**worker))).level
        == Level.OK
    )  # the kernel does not mind


def test_user_space_stamps_of_an_idle_client_are_a_note() -> None:
    assert finding("stamps", build(run(**USER))).level == Level.NOTE
    assert verdict_of(build(run(**USER))).status == "VALID"
    assert (
        finding("stamps", build(run(**USER), workers=())).level == Level.SUSPECT
    )  # nobody knows whether it was idle


def test_stamps_of_two_clocks_are_suspect_when_more_than_a_few() -> None:
    mixed = finding("stamps", build([*run(39), answered(**USER)]))
    assert (mixed.level, mixed.values["user_share"]) == (Level.SUSPECT, 0.025)
    first = answered(
        sources=[StampSource.USER] + [StampSource.KERNEL] * (EVENTS - 1)
    )
    assert (
        finding("stamps", build([*run(99), first])).level == Level.NOTE
    )  # 1 of 2,000
    assert (
        finding("stamps", build(run(sources=[StampSource.TAP] * EVENTS))).level
        == Level.OK
    )


@pytest.mark.parametrize(
    ("source", "variant", "level"),
    [
        (StampSource.TAP, "ring_left", Level.NOTE),
        (StampSource.KERNEL, "fine", Level.OK),
    ],
)
def test_a_ring_that_was_left_during_the_run_is_noted(
    source: StampSource, variant: str, level: Level
) -> None:
    trace = build(run(sources=[source] * EVENTS), workers=busy(no_ring="gone"))
    found = finding("stamps", trace)
    assert (found.variant, found.level) == (variant, level)


@pytest.mark.parametrize(
    ("delay_ms", "level"),
    [(1.9, Level.OK), (2.5, Level.SUSPECT), (10.5, Level.INVALID)],
)
def test_client_delay_is_in_every_latency_when_stamps_are_ours(
    delay_ms: float, level: Level
) -> None:
    late: dict[str, Any] = {"delay_ms": [delay_ms] * EVENTS}
    f = finding("client_delay", build(run(**{**USER, **late})))
    assert f.level == level
    assert f.values["share_of_latency"] == pytest.approx(delay_ms / 20)
    assert "of the median ITL" in f.sentence
    kernel = finding("client_delay", build(run(**late)))
    assert kernel.level == Level.OK
    assert "no latency contains this delay" in kernel.sentence


def test_client_delay_is_measured_against_the_smaller_latency() -> None:
    quick = [
        request(
            0, 5, 105, 205, sources=[StampSource.USER] * 3, delay_ms=[0, 0, 1]
        )
    ]
    f = finding("client_delay", build(quick))
    assert f.level == Level.SUSPECT
    assert "of the median TTFT" in f.sentence
    single = [request(0, 40, sources=[StampSource.USER], delay_ms=[30])]
    assert finding("client_delay", build(single)).level == Level.INVALID


def test_a_negligible_client_delay_is_never_held_against_a_run() -> None:
    fast = [
        request(
            0,
            0.1,
            0.2,
            0.3,
            sources=[StampSource.USER] * 3,
            delay_ms=[0.04] * 3,
        )
    ]
    assert finding("client_delay", build(fast)).level == Level.OK
    fast[0]["delay_ms"] = [0.06] * 3
    assert finding("client_delay", build(fast)).level == Level.INVALID


def test_a_delay_that_cannot_be_seen_is_said_to_be_so() -> None:
    assert finding("client_delay", build(run(**USER))).level == Level.NOTE


def ambiguous(*at: int, ms: float) -> dict[str, Any]:
    return {"ambiguity_ms": [ms if k in at else 0 for k in range(EVENTS)]}


def test_events_that_share_stamps_bend_itl() -> None:
    some = finding(
        "shared_stamps", build([*run(30), *run(10, **ambiguous(5, ms=1.1))])
    )  # 10 of 760 gaps, tolerance 1 ms
    assert some.level == Level.SUSPECT
    assert some.values["uncertain_event_share"] == pytest.approx(10 / 760)
    assert some.values["largest_ms"] == pytest.approx(1.1)
    many = finding(
        "shared_stamps", build(run(**ambiguous(*range(1, 11), ms=1.1)))
    )
    assert many.level == Level.INVALID
    within = finding(
        "shared_stamps", build(run(**ambiguous(*range(1, 11), ms=0.9)))
    )
    assert (within.level, within.values["shared_stamp_share"]) == (
        Level.OK,
        0.5,
    )
    assert finding("shared_stamps", build(run())).level == Level.OK


def test_first_events_that_share_stamps_bend_ttft() -> None:
    few = finding(
        "shared_stamps", build([*run(38), *run(2, **ambiguous(0, ms=2.6))])
    )  # 2 of 40, tolerance 2.5 ms
    assert (few.level, few.values["uncertain_first_share"]) == (
        Level.SUSPECT,
        0.05,
    )
    assert few.values["uncertain_event_share"] == 0.0
    assert (
        finding("shared_stamps", build(run(**ambiguous(0, ms=2.6)))).level
        == Level.INVALID
    )
    assert (
        finding("shared_stamps", build(run(**ambiguous(0, ms=2.4)))).level
        == Level.OK
    )


def test_a_starved_client_that_got_all_in_one_read_is_invalid() -> None:
    heap = request(
        0, *[400.0] * 20, ambiguity_ms=[380.0] * 19 + [0]
    )  # the median ITL it reports is 0
    assert finding("shared_stamps", build([heap])).level == Level.INVALID


def lagging(lag_ms: float, n: int = 40) -> list[dict[str, Any]]:
    return [answered(10.0 * i + lag_ms, intended_ms=10.0 * i) for i in range(n)]


@pytest.mark.parametrize(
    ("lag_ms", "level"),
    [
        (4.9, Level.OK),
        (5.5, Level.SUSPECT),
        (900, Level.SUSPECT),
        (1100, Level.INVALID),
    ],
)
def test_schedule_lag_of_an_open_loop(lag_ms: float, level: Level) -> None:
    f = finding("schedule_lag", build(lagging(lag_ms), closed_loop=False))
    assert f.level == level
    assert f.values["p99_ms"] == pytest.approx(lag_ms)
    assert (
        finding("schedule_lag", build(run())).level == Level.OK
    )  # closed loop


@pytest.mark.parametrize(
    ("lag_ms", "level"), [(0.9, Level.OK), (1.1, Level.SUSPECT)]
)
def test_a_millisecond_of_lag_is_not_held_against_a_run(
    lag_ms: float, level: Level
) -> None:
    quick = [
        request(10.0 * i + lag_ms, 10.0 * i + lag_ms + 2, intended_ms=10.0 * i)
        for i in range(40)
    ]
    assert (
        finding("schedule_lag", build(quick, closed_loop=False)).level == level
    )


@pytest.mark.parametrize(
    ("unanswered", "lag_ms", "level", "variant"),
    [
        (21, 1100, Level.INVALID, "connects"),
        (21, 900, Level.SUSPECT, "connects"),
        (20, 900, Level.SUSPECT, "late"),
        (40, 4, Level.OK, "fine"),
    ],
)
def test_lag_for_want_of_connections_is_not_the_clients(
    unanswered: int, lag_ms: float, level: Level, variant: str
) -> None:
    """All 40 requests are late."""
    rows = [
        {**row, "connect_losses": int(n < unanswered)}
        for n, row in enumerate(lagging(lag_ms))
    ]
    f = finding("schedule_lag", build(rows, closed_loop=False))
    assert (f.level, f.variant) == (level, variant)
    assert ("ListenOverflows" in f.next_step) is (variant == "connects")


def test_lag_at_the_in_flight_cap_is_the_caps() -> None:
    trace = build(
        lagging(5000), closed_loop=False
    )  # 40 requests, 430 ms each, 10 ms apart: all 40 at once
    at_cap = finding("schedule_lag", trace, max_in_flight=39)
    assert at_cap.level == Level.SUSPECT
    assert "because all 39 slots were busy" in at_cap.sentence
    assert (
        finding("schedule_lag", trace, max_in_flight=41).level == Level.INVALID
    )  # never reached
    burst = finding(
        "schedule_lag",
        build(lagging(5000, 3), closed_loop=False),
        max_in_flight=3,
    )
    assert (
        burst.level == Level.INVALID
    )  # a cap that all requests fit under holds nobody back


@pytest.mark.parametrize(
    ("waited_ms", "level"),
    [
        (90, Level.OK),
        (110, Level.SUSPECT),
        (510, Level.INVALID),
        (-1, Level.OK),
    ],
)
def test_a_client_without_a_core(waited_ms: int, level: Level) -> None:
    waited_ns = waited_ms * MS if waited_ms > 0 else -1
    f = finding(
        "run_queue", build(run(), workers=[{}, {"run_queue_ns": waited_ns}])
    )
    assert f.level == level
    alone = finding("run_queue", build(run(), workers=busy(run_queue_ns=-1)))
    assert (alone.level, alone.values["run_queue_share"]) == (Level.OK, None)


@pytest.mark.parametrize(
    ("cpu_ms", "level"), [(890, Level.OK), (910, Level.SUSPECT)]
)
def test_a_client_at_its_limit(cpu_ms: int, level: Level) -> None:
    f = finding(
        "client_cpu", build(run(), workers=[{"cpu_ns": cpu_ms * MS}, {}])
    )
    assert (f.level, f.values["cpu_share"]) == (level, cpu_ms / 1000)


@pytest.mark.parametrize(
    ("step_ms", "level"), [(0.9, Level.OK), (1.5, Level.SUSPECT)]
)
def test_a_clock_that_was_set(step_ms: float, level: Level) -> None:
    f = finding(
        "clock_step",
        build(run(), workers=[{}, {"clock_step_ns": round(step_ms * MS)}]),
    )
    assert (f.level, f.values["clock_step_ms"]) == (level, step_ms)


def test_a_backlog_on_disk_is_a_note() -> None:
    f = finding(
        "backlog",
        build(
            run(),
            workers=[
                {"spilled_bytes": 3_000_000},
                {"spilled_bytes": 1_000_000},
            ],
        ),
    )
    assert (f.level, f.values["spilled_bytes"]) == (Level.NOTE, 4_000_000)
    assert finding("backlog", build(run())).level == Level.OK


# The work


@pytest.mark.parametrize(
    ("asked", "actual", "level"),
    [
        (1000, 1049, Level.OK),
        (1000, 1060, Level.SUSPECT),
        (10_000, 5_827, Level.INVALID),
        (
            100,
            130,
            Level.SUSPECT,
        ),  # 30% off, but by no more than a chat template
        (1000, None, Level.OK),  # the server does not tell
    ],
)
def test_prompts_of_another_length(
    asked: int, actual: int | None, level: Level
) -> None:
    assert (
        finding(
            "input_length",
            build(run(asked_prompt_tokens=asked, prompt_tokens=actual)),
        ).level
        == level
    )


def test_prompts_too_long_do_not_make_up_for_prompts_too_short() -> None:
    lengths = [
        answered(asked_prompt_tokens=1000, prompt_tokens=n) for n in (900, 1100)
    ]
    assert finding("input_length", build(lengths)).values[
        "deviation"
    ] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("ignore_eos", "output_tokens", "level"),
    [
        (True, 20, Level.OK),
        (True, 19, Level.SUSPECT),
        (True, 1, Level.INVALID),
        (False, 1, Level.OK),
        (False, 21, Level.SUSPECT),
        (True, 30, Level.INVALID),
        (True, None, Level.OK),
    ],
)
def test_outputs_of_another_length(
    ignore_eos: bool, output_tokens: int | None, level: Level
) -> None:
    trace = build(run(output_tokens=output_tokens))
    assert finding("output_length", trace, ignore_eos=ignore_eos).level == level


def test_outputs_counted_by_events_say_nothing_of_their_length() -> None:
    assert (
        finding(
            "output_length",
            build(run(output_tokens=10, token_source=TokenSource.EVENTS)),
        ).level
        == Level.OK
    )


@pytest.mark.parametrize(
    ("cached", "level"),
    [
        (None, Level.OK),
        (0, Level.OK),
        (5, Level.OK),
        (6, Level.SUSPECT),
        (51, Level.INVALID),
    ],
)
def test_prompt_tokens_from_the_cache(cached: int | None, level: Level) -> None:
    trace = build(run(cached_tokens=cached))  # of 100 a prompt
    assert finding("cached_tokens", trace).level == level
    assert (
        finding("cached_tokens", trace, expected_cached_tokens=64).level
        == Level.OK
    )


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (TokenSource.TOKENIZER, "local tokenizer"),
        (TokenSource.EVENTS, "one per streamed event"),
        (TokenSource.NONE, "not counted: 1 requests"),
    ],
)
def test_tokens_not_counted_by_the_server(
    source: TokenSource, says: str
) -> None:
    f = finding(
        "token_source", build([*run(39), answered(token_source=source)])
    )
    assert (f.level, f.values[source.name]) == (Level.SUSPECT, 1)
    assert says in f.sentence
    assert finding("token_source", build(run())).level == Level.OK


def test_percentiles_of_few_samples_are_a_note() -> None:
    f = finding("thin_percentiles", build(run(40)))
    assert f.level == Level.NOTE
    assert f.sentence.startswith(
        "Fewer than 10 samples lie beyond TTFT p99; TPOT p99; ITL p99; E2EL p99: "
    )
    assert (
        finding("thin_percentiles", build(run(40)), percentiles=(75,)).level
        == Level.OK
    )
    shown = finding("thin_percentiles", build(run(40)), shown=("itl", "ttft"))
    assert shown.sentence.startswith(
        "Fewer than 10 samples lie beyond ITL p99; TTFT p99: "
    )


# What the findings amount to


def test_the_worst_finding_decides() -> None:
    suspect = [*run(39), failed(0, Failure.RESET)]
    assert verdict_of(build(suspect)).status == "SUSPECT"
    both = verdict_of(build(suspect), planned=50)
    assert both.status == "INVALID"
    assert [f.name for f in both.reasons()] == ["conservation", "failures"]


def test_thresholds_are_options() -> None:
    trace = build([*run(39), failed(0, Failure.RESET)])
    strict = verdict_of(trace, thresholds=Thresholds(failed_share_invalid=0.0))
    assert strict.status == "INVALID"


def test_every_doubt_comes_with_a_next_step() -> None:
    worker = {
        "cpu_ns": 950 * MS,
        "run_queue_ns": 600 * MS,
        "clock_step_ns": 5 * MS,
        "spilled_bytes": 10,
    }
    worker |= {
        "stalled_ns": 600 * MS,
        "longest_stall_ns": 600 * MS,
        "surplus": 1,
        "rtt_ns": MS,
    }
    columns = {
        **USER,
        **ambiguous(*range(10), ms=9),
        "delay_ms": [9.0] * EVENTS,
    }
    columns |= {
        "prompt_tokens": 500,
        "cached_tokens": 400,
        "output_tokens": 5,
        "asked_output_tokens": 20,
    }
    columns |= {"hidden_tokens": 1, "ignored": 1, "unread": 1, "lingered": True}
    columns |= {"losses": 1, "zero_windows": 1}
    rows = [
        answered(5000.0 + i, intended_ms=0, departed_ms=5040.0 + i, **columns)
        for i in range(40)
    ]
    rows += [
        answered(0, first_ms=-5, token_source=TokenSource.NONE),
        failed(0, Failure.RESET),
        request(outcome=Outcome.DROPPED),
    ]
    trace = build(
        [*rows, request(outcome=Outcome.UNSENT)],
        closed_loop=False,
        workers=busy(**worker),
    )
    verdict = verdict_of(
        trace,
        planned=99,
        calibration=calibration(events=1),
        unsent="temperature (5)",
        repeated=3,
    )
    doubted = [f for f in verdict.findings if f.level >= Level.NOTE]
    told_by_the_server = {
        check.__name__
        for check in CHECKS
        if check.__module__.endswith(("check_server", "check_machine"))
    }
    of_closed_loops = {"slots_filled", "slots_busy", "load_reached"}
    others = {"something_measured", *told_by_the_server, *of_closed_loops}
    assert {f.name for f in doubted} == {
        check.__name__ for check in CHECKS
    } - others
    assert all(
        f.next_step.endswith(".") and f.sentence.endswith(".") for f in doubted
    )


def test_to_dict_is_plain() -> None:
    plain = json.loads(
        json.dumps(
            verdict_of(build([*run(39), failed(0, Failure.RESET)])).to_dict(),
            allow_nan=False,
        )
    )
    assert plain["status"] == "SUSPECT"
    (failures,) = [f for f in plain["findings"] if f["name"] == "failures"]
    assert failures["level"] == "suspect"
    assert failures["figures"] == {
        "failed": 1,
        "share_of_sent": 0.025,
        "RESET": 1,
        "sent": 40,
        "cure": "cut",
    }
    assert (failures["variant"], failures["parts"]) == ("found", ["RESET"])
    assert failures["sentence"].startswith(
        "1 of 40 requests failed (2.5%: 1 RESET)"
    )
    assert failures["next_step"]


def test_a_load_that_too_few_requests_cannot_reach_is_noted_and_no_reason_for_doubt() -> (
    None
):
    verdict = verdict_of(build(run(4)), planned=4, max_in_flight=512)
    found = next(
        finding
        for finding in verdict.findings
        if finding.name == "load_reached"
    )
    assert (found.level, found.values["cap"], found.values["planned"]) == (
        Level.NOTE,
        512,
        4,
    )
    assert found.sentence.startswith(
        "A concurrency of 512 was never reached: there were 4 requests, and at most "
    )
    assert found not in verdict.reasons()
    at_a_rate = verdict_of(
        build(run(4), closed_loop=False), planned=4, max_in_flight=512
    )
    enough = verdict_of(build(run(40)), planned=40, max_in_flight=40)
    without = verdict_of(build(run(4)), planned=4)
    for each in (at_a_rate, enough, without):
        assert (
            next(
                finding
                for finding in each.findings
                if finding.name == "load_reached"
            ).level
            == Level.OK
        )
