"""The report: vLLM's own lines for vLLM's own numbers, and whole reports against golden files.

UPDATE_GOLDEN=1 writes the golden files anew: read them before you commit them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferometer.analysis.ratings import RatingLimits
from inferometer.clock import MS
from inferometer.metrics.calibration import (
    KINDS,
    Calibration,
    Ceiling,
    Kind,
    Missing,
    Precision,
)
from inferometer.metrics.definitions import QUANTITIES
from inferometer.metrics.distribution import Distribution
from inferometer.metrics.finding import Finding, Level
from inferometer.metrics.statistics import Interval
from inferometer.metrics.steady import Steady
from inferometer.metrics.summary import Counts, Events, Goodput, Summary
from inferometer.metrics.verdict import Verdict
from inferometer.printable import columns_of
from inferometer.report.console import render, render_precision
from inferometer.spec.run import Load
from inferometer.trace.server_counters import (
    Counter,
    MetricsReading,
    ServerCounters,
)
from inferometer.trace.trace import WorkerRecord
from inferometer.words import speak

GOLDEN = Path(__file__).parent.parent / "golden"
FINE = Verdict(
    (
        Finding("failures", Level.OK, "fine"),
        Finding("stamps", Level.OK, "fine"),
    )
)
FAILED = Finding(
    "failures",
    Level.SUSPECT,
    "said",
    {
        "failed": 2,
        "sent": 30,
        "share_of_sent": 2 / 30,
        "RESET": 2,
        "reasons": "2 × “Connection reset by peer”",
        "cure": "cut",
    },
    ("RESET",),
)
UNKNOWN = Precision(
    calibrated=None,
    target_ms=None,
    ttft_error_p50_ms=None,
    ttft_error_p99_ms=None,
    itl_error_p50_ms=None,
    itl_error_p99_ms=None,
    ceilings={},
    load={"events": 200.0, "requests": 10.0, "streams": 10.0},
    stamps={"KERNEL": 200},
    added_delay_p50_ms=0.01,
    added_delay_p99_ms=0.02,
    shared_stamp_share=0.0,
    ambiguity_p99_ms=0.0,
    tls=False,
    missing=Missing("none"),
)
ALL = ("e2el", "ttft", "tpot", "itl")


def assert_golden(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def worker(**changes: Any) -> WorkerRecord:
    record = WorkerRecord(
        worker=0,
        assigned=30,
        sent=30,
        wall_ns=1000 * MS,
        cpu_ns=351 * MS,
        run_queue_ns=3_140_000,
        scheduling="normal",
        reads=900,
        bytes_read=400_000,
        backlog_peak_bytes=4096,
        spilled_bytes=0,
        connections=4,
        reconnects=0,
        clock_step_ns=100,
        kernel_stamps=True,
    )
    return replace(record, **changes)


def counts(**changes: Any) -> Counts:
    none = Counts(
        planned=30,
        sent=30,
        ok=30,
        failed=0,
        cancelled=0,
        unfinished=0,
        dropped=0,
        unsent=0,
        failures={},
        http_statuses={},
    )
    return replace(none, **changes)


def their_summary() -> Summary:
    """What vLLM said of a run of its own, as a Summary."""
    theirs = json.loads(
        (GOLDEN / "vllm" / "completions_c4_plain.json").read_bytes()
    )
    metrics = dict.fromkeys(QUANTITIES, Distribution())
    for key in ALL:
        percentiles = {
            p: theirs[f"{p}_{key}_ms"] for p in ("p50", "p90", "p95", "p99")
        }
        metrics[key] = Distribution(
            30,
            theirs[f"mean_{key}_ms"],
            theirs[f"median_{key}_ms"],
            theirs[f"std_{key}_ms"],
            0.0,
            0.0,
            percentiles,
        )
    return Summary(
        counts=counts(),
        duration_s=theirs["duration"],
        total_input_tokens=theirs["total_input_tokens"],
        total_output_tokens=theirs["total_output_tokens"],
        input_token_sources={"USAGE": 30},
        output_token_sources={"USAGE": 30},
        request_throughput=theirs["request_throughput"],
        output_throughput=theirs["output_throughput"],
        total_token_throughput=theirs["total_token_throughput"],
        peak_output_tokens_per_s=theirs["max_output_tokens_per_s"],
        peak_concurrency=theirs["max_concurrent_requests"],
        goodput=None,
        metrics=metrics,
        lengths={},
        events=Events(960, 0, 0.0, {"KERNEL": 960}),
    )


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("slot_time", "Slot time p50/p99/max (ms):"),
        ("departure", "Send to departure p50/p99/max (ms):"),
        ("sending", "First to last byte p50/p99/max (ms):"),
    ],
)
@pytest.mark.parametrize(
    ("times", "row"),
    [
        (
            Distribution(26, 1.0, 0.5, 0.1, 0.1, 2.5, {"p99": 1.25}),
            "{:<41}0.50 / 1.25 / 2.50",
        ),
        (Distribution(), ""),
    ],
)
def test_what_only_some_runs_have_is_shown_where_there_is_one(
    name: str, label: str, times: Distribution, row: str
) -> None:
    fields: dict[str, Any] = {name: times}
    summary = replace(their_summary(), **fields)
    lines = render(summary, FINE, load=Load(), workers=[worker()], metrics=ALL)
    shown = [x for x in lines.splitlines() if x.startswith(label)]
    assert shown == ([row.format(label)] if row else [])


def test_the_round_trip_is_that_of_the_worker_with_the_longest_way() -> None:
    workers = [worker(rtt_ns=MS), worker(rtt_ns=2 * MS), worker()]
    lines = render(their_summary(), FINE, load=Load(), workers=workers)
    assert "Network round trip (ms):                 2.00      " in lines


def test_the_block_is_what_vllm_printed_for_the_same_numbers() -> None:
    text = render(
        their_summary(),
        FINE,
        load=Load(num_prompts=30, max_concurrency=4),
        workers=[worker()],
        metrics=ALL,
    )
    theirs = (GOLDEN / "vllm" / "completions_c4.report.txt").read_text()
    assert text.startswith(theirs)


def test_a_valid_run() -> None:
    summary = their_summary()
    delay = Distribution(
        960, 0.031, 0.029, 0.01, 0.011, 0.307, {"p50": 0.029, "p99": 0.081}
    )
    summary = replace(
        summary, metrics={**summary.metrics, "client_delay": delay}
    )
    load = Load(num_prompts=30, max_concurrency=4)
    assert_golden(
        "console_valid.txt",
        render(summary, FINE, load=load, workers=[worker(), worker(cpu_ns=MS)]),
    )


def test_intervals_follow_the_client_and_only_of_metrics_that_are_shown() -> (
    None
):
    known = {
        "mean_ttft_ms": (9.5, 10.25),
        "request_throughput": (63.0, 68.125),
        "mean_e2el_ms": (55.0, 59.0),
    }
    intervals = {
        name: Interval(*bounds, 25.0, "batch means", 0.95)
        for name, bounds in known.items()
    }
    summary = replace(their_summary(), intervals=intervals)
    text = render(
        summary,
        FINE,
        load=Load(num_prompts=30, max_concurrency=4),
        workers=[worker()],
        metrics=("ttft", "tpot"),
    )
    block = text[text.index("The Client") :].splitlines()
    heading = block.index("------------------95% Intervals-------------------")
    assert block[heading + 1 : heading + 4] == [
        "Throughput of requests (req/s):          63.00 – 68.12",
        "TTFT, mean (ms):                         9.50 – 10.25",
        "=" * 50,
    ]


def test_the_steady_state_stands_beside_the_whole_run() -> None:
    metrics = {
        key: Distribution(20, mean)
        for key, mean in (("ttft", 9.5), ("tpot", None), ("e2el", 58.0))
    }
    summary = replace(
        their_summary(), steady=Steady(0.05, 0.4, 70.0, 2_240.0, metrics)
    )
    text = render(
        summary,
        FINE,
        load=Load(num_prompts=30, max_concurrency=4),
        workers=[worker()],
        metrics=("ttft", "tpot"),
    )
    block = text[text.index("-Steady State-") :].splitlines()[1:]
    assert [line.rstrip() for line in block[:6]] == [
        "From – to (s):                           0.05 – 0.40",
        "Throughput of requests (req/s):          70.00",
        "Throughput of output (tok/s):            2240.00",
        "TTFT, mean (ms):                         9.50",
        "TPOT, mean (ms):                         n/a",
        "=" * 50,
    ]


def test_scripts_that_read_vllms_report_find_each_line_once_and_numbers_in_it() -> (
    None
):
    """As `grep '^Mean TTFT' | awk '{print $NF}'` does it."""
    summary = their_summary()
    ttft = replace(summary.metrics["ttft"], thin=("p99",))
    text = render(
        replace(
            summary,
            metrics={**summary.metrics, "ttft": ttft},
            intervals={
                name: Interval(9.5, 10.25, 25.0, "batch means", 0.95)
                for name in ("mean_ttft_ms", "p99_ttft_ms", "output_throughput")
            },
            steady=Steady(
                0.05, 0.4, 70.0, 2_240.0, {"ttft": Distribution(20, 9.5)}
            ),
        ),
        FINE,
        load=Load(num_prompts=30, max_concurrency=4),
        workers=[worker()],
    )
    block, found = text.partition("=" * 50 + "\n")[0].splitlines(), {}
    for line in [*block[1:], "Total Token throughput (tok/s):"]:
        label = line.partition(":")[0]
        if ":" in line:
            (row,) = [each for each in text.splitlines() if label in each]
            found[label] = float(row.split()[-1])
    total = found["Total token throughput (tok/s)"]
    assert (
        found["Total Token throughput (tok/s)"]
        == total
        == round(summary.total_token_throughput or 0, 2)
    )
    assert found["P99 TTFT (ms)"] > 0
    assert (
        "Fewer than 10 samples lie beyond TTFT p99: read these as single requests."
        in text
    )


def test_what_the_server_counted_stands_after_the_client() -> None:
    """The hit rate also where only the answers tell of it; nothing where nobody tells."""
    load = Load(num_prompts=30, max_concurrency=4)
    assert "The Server" not in render(
        their_summary(), FINE, load=load, workers=[worker()]
    )
    warm = replace(
        their_summary(),
        prefix_cache_hit_rate=79.875,
        external_cache_hit_rate=25.125,
    )
    before = MetricsReading(
        "vLLM",
        0.0,
        None,
        {"preemptions": 1, "queued": 10, "queue_s": 1},
        {},
        {},
    )
    counted: dict[Counter, float] = {
        "preemptions": 3,
        "queued": 40,
        "queue_s": 1.15,
    }
    after = MetricsReading(
        "vLLM",
        9.0,
        None,
        {**counted, "lmcache_queries": 8, "lmcache_hits": 3},
        {},
        {},
    )
    text = render(
        warm,
        FINE,
        load=load,
        workers=[worker()],
        server=ServerCounters(before, after),
    )
    block = text[text.index("-The Server-") :].splitlines()[1:]
    assert [line.rstrip() for line in block[:6]] == [
        "Prefix cache hit rate (%):               79.88",
        "External cache hit rate (%):             25.12",
        "LMCache hit rate (%):                    37.50",
        "Preemptions:                             2",
        "Mean time in its queue (ms):             5.00",
        "=" * 50,
    ]
    alone = render(warm, FINE, load=load, workers=[worker()])
    assert "Prefix cache hit rate (%):" in alone
    assert "Preemptions" not in alone


def test_ratings_are_of_the_limits_and_the_metrics_that_are_chosen() -> None:
    rated = {
        "p99_ttft_ms": RatingLimits(1.0, 2.0, 3.0),
        "output_throughput": RatingLimits(0.3, 0.2, 0.1),
        "joules_per_good_token": RatingLimits(1.0, 2.0, 3.0),
    }
    text = render(
        their_summary(),
        FINE,
        load=Load(num_prompts=1),
        workers=[worker()],
        rated=rated,
    )
    assert text.splitlines()[-1] == (
        "Ratings: TTFT p99 needs work, Output throughput excellent"
    )


def test_a_suspect_run_in_open_loop() -> None:
    summary = their_summary()
    ttft = replace(summary.metrics["ttft"], thin=("p95", "p99"))
    lag = Distribution(30, 0.2, 0.1, 0.1, 0.0, 12.345, {"p99": 9.876})
    summary = replace(
        summary,
        counts=counts(
            ok=26,
            failed=2,
            cancelled=1,
            unfinished=1,
            dropped=4,
            unsent=5,
            planned=39,
        ),
        goodput=Goodput({"ttft": 100.0}, 24, 52.49, 0.8),
        metrics={**summary.metrics, "ttft": ttft, "schedule_lag": lag},
        events=Events(1000, 20, 0.02, {"KERNEL": 990, "USER": 10}),
    )
    verdict = Verdict(
        (
            Finding(
                "thin_percentiles",
                Level.NOTE,
                "found",
                {"ttft": "p95, p99"},
                ("ttft",),
            ),
            Finding("order_of_times", Level.OK, "fine"),
            FAILED,
        )
    )
    workers = [
        worker(run_queue_ns=-1, scheduling="fifo 10"),
        worker(run_queue_ns=-1),
    ]
    load = Load(num_prompts=39, request_rate=1.5)
    assert_golden(
        "console_suspect.txt",
        render(
            summary,
            verdict,
            load=load,
            workers=workers,
            metrics=("ttft", "e2el"),
        ),
    )


def test_a_run_that_measured_nothing() -> None:
    summary = replace(
        their_summary(),
        counts=counts(ok=0, failed=30),
        duration_s=None,
        total_input_tokens=0,
        total_output_tokens=0,
        request_throughput=None,
        output_throughput=None,
        total_token_throughput=None,
        peak_output_tokens_per_s=None,
        peak_concurrency=0,
        goodput=Goodput({"ttft": 100.0}, 0, None, None),
        metrics=dict.fromkeys(
            QUANTITIES, Distribution(percentiles={"p99": None})
        ),
        events=Events(0, 0, None, {}),
    )
    values = {"planned": 30, "sent": 30}
    nothing = Finding("something_measured", Level.INVALID, "found", values)
    assert_golden(
        "console_nothing.txt",
        render(
            summary, Verdict((nothing,)), load=Load(num_prompts=30), workers=[]
        ),
    )


def test_what_is_added_once_the_host_is_calibrated() -> None:
    found = UNKNOWN
    before = Verdict(
        (Finding("beyond_calibration", Level.OK, "none"), *FINE.findings), found
    )
    high: dict[Kind, Ceiling] = dict.fromkeys(KINDS, Ceiling(1_000.0, "client"))
    made = Calibration(
        {},
        "2026-11-20T12:00:00+00:00",
        True,
        11.5,
        0.1,
        0.25,
        "kernel",
        "normal",
        high,
        (),
    )
    assert render_precision(before.against(made), before) == (
        "This host: beyond ±0.25 ms at any load, ceiling 1,000 events/s, 1,000\n"
        "requests/s, 1,000 streams; this run used 20%, 1.0%, 1.0%.\n"
    )
    low = replace(made, ceilings={**high, "events": Ceiling(150.0, "client")})
    lines = render_precision(before.against(low), before).splitlines()
    assert (
        lines[2]
        == "Verdict: SUSPECT, now that this host is calibrated (it was VALID)"
    )
    assert lines[3].startswith(
        "  suspect  The peak load exceeded what this host's client can take within"
    )


@pytest.fixture(params=["zh-CN", "zh-TW"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """That the terminal is spoken to in."""
    speak(request.param)
    yield request.param
    speak("en")


def test_a_report_in_chinese(language: str) -> None:
    summary = their_summary()
    lag = Distribution(30, 0.2, 0.1, 0.1, 0.0, 12.345, {"p99": 9.876})
    summary = replace(
        summary,
        counts=counts(ok=28, failed=2),
        metrics={**summary.metrics, "schedule_lag": lag},
        intervals={
            "request_throughput": Interval(1.5, 2.5, 25.0, "batch means", 0.95)
        },
        steady=Steady(1.0, 9.0, 2.0, 64.0, {}),
        events=Events(1000, 20, 0.02, {"KERNEL": 990, "USER": 10}),
    )
    thin = Finding(
        "thin_percentiles", Level.NOTE, "found", {"ttft": "p95, p99"}, ("ttft",)
    )
    text = render(
        summary,
        replace(Verdict((thin, FAILED)), precision=UNKNOWN),
        load=Load(num_prompts=30, request_rate=1.5),
        workers=[worker()],
        metrics=("ttft",),
        server=ServerCounters(
            MetricsReading("vLLM", 0.0, None, {"preemptions": 1.0}, {}, {}),
            MetricsReading("vLLM", 9.0, None, {"preemptions": 3.0}, {}, {}),
        ),
    )
    assert_golden(f"console_{language}.txt", text)
    assert max(map(columns_of, text.splitlines())) <= 80
    table = text.rpartition("=" * 50)[0].splitlines()
    rows = [line for line in table if "：  " in line]
    assert len(rows) > 8
    for row in rows:  # values begin in the same column, as a terminal shows it
        label = row.partition("：")[0] + "："
        gap = len(row.removeprefix(label)) - len(
            row.removeprefix(label).lstrip(" ")
        )
        assert columns_of(label) + gap == 41, row


def test_the_block_of_vllm_is_the_same_in_every_language(language: str) -> None:
    def block() -> str:
        whole = render(
            their_summary(),
            FINE,
            load=Load(num_prompts=30, max_concurrency=4),
            workers=[],
        )
        return whole.split("=" * 50 + "\n")[0]

    chinese = block()
    speak("en")
    assert chinese == block()


def test_what_is_added_in_chinese(language: str) -> None:
    low: dict[Kind, Ceiling] = dict.fromkeys(KINDS, Ceiling(1.0, "client"))
    made = Calibration(
        {},
        "2026-11-20T12:00:00+00:00",
        True,
        11.5,
        0.1,
        0.25,
        "kernel",
        "normal",
        low,
        (),
    )
    before = Verdict(
        (Finding("beyond_calibration", Level.OK, "none"),), UNKNOWN
    )
    text = render_precision(before.against(made), before)
    assert "SUSPECT" in text
    assert not re.search("[a-z]{4,} [a-z]{2,} [a-z]{2,}", text), text
