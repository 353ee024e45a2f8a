"""The report of one run as plain text: the block that users of `vllm bench serve` know, then the
client, then the verdict.

Up to its closing line the block is printed as vLLM prints it, line for line and column for column,
so that scripts which read the one read the other. A value that does not exist is `n/a`, never 0.
Knows no terminal, no color and no file.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from inferometer.clock import MS
from inferometer.metrics.calibration import statement
from inferometer.metrics.definitions import METRICS
from inferometer.metrics.distribution import MIN_BEYOND, Distribution
from inferometer.metrics.finding import Finding, Level
from inferometer.metrics.statistics import Interval
from inferometer.metrics.steady import Steady
from inferometer.metrics.summary import Summary
from inferometer.metrics.verdict import Verdict
from inferometer.printable import printable
from inferometer.trace.server_counters import ServerCounters
from inferometer.trace.trace import WorkerRecord

if TYPE_CHECKING:
    from inferometer.spec.run import Load

WIDTH = 50
TEXT_WIDTH = 80
ABSENT = "n/a"
MARK = "*"
DEFAULT_METRICS = ("ttft", "tpot", "itl")

INTERVALS = {
    "request_throughput": (None, "Request throughput (req/s):"),
    "request_goodput": (None, "Request goodput (req/s):"),
    "output_throughput": (None, "Output token throughput (tok/s):"),
    "mean_ttft": ("ttft", "Mean TTFT (ms):"),
    "p99_ttft": ("ttft", "P99 TTFT (ms):"),
    "mean_tpot": ("tpot", "Mean TPOT (ms):"),
    "mean_itl": ("itl", "Mean ITL (ms):"),
    "mean_e2el": ("e2el", "Mean E2EL (ms):"),
}
"""The metric that has to be chosen for its interval to be shown, and the label."""


def render(
    summary: Summary,
    verdict: Verdict,
    *,
    load: Load,
    workers: Sequence[WorkerRecord],
    metrics: Sequence[str] = DEFAULT_METRICS,
    server: ServerCounters | None = None,
) -> str:
    """The whole report. `metrics` are the keys of METRICS that get a section; percentiles are those
    that `summary` has.
    """
    chosen = [key for key in METRICS if key in metrics]
    lines = [
        " Serving Benchmark Result ".center(WIDTH, "="),
        *_totals(summary, load),
        *(line for key in chosen for line in _section(key, summary.metrics[key])),
        "=" * WIDTH,
    ]
    if any(summary.metrics[key].thin for key in chosen):
        lines.append(
            f"{MARK} fewer than {MIN_BEYOND} samples lie beyond this percentile: read it "
            "as single requests"
        )
    lines += ["The Client".center(WIDTH, "-"), *_client(summary, workers)]
    if verdict.precision:
        lines += textwrap.wrap(statement(verdict.precision), TEXT_WIDTH)
    if counters := _server(summary, server):
        lines += ["The Server".center(WIDTH, "-"), *counters]
    if intervals := _intervals(summary.intervals, chosen):
        lines += ["95 % Intervals".center(WIDTH, "-"), *intervals]
    if summary.steady:
        lines += ["Steady State".center(WIDTH, "-"), *_steady(summary.steady, chosen)]
    lines += ["=" * WIDTH, *_verdict(verdict)]
    return "\n".join(lines) + "\n"


def render_precision(verdict: Verdict, before: Verdict) -> str:
    """What is to be added to a report once the host is calibrated; `before` is the verdict that the
    report had.
    """
    assert verdict.precision is not None
    lines = textwrap.wrap(statement(verdict.precision), TEXT_WIDTH)
    if verdict.status != before.status:
        lines.append(
            f"Verdict: {verdict.status}, now that this host is calibrated (it was {before.status})"
        )
    news = [
        finding
        for finding in verdict.reasons(at_least=Level.NOTE)
        if finding not in before.findings
    ]
    return "\n".join([*lines, *(line for finding in news for line in _finding(finding))]) + "\n"


def _row(label: str, value: str | int | float | None) -> str:
    """Label and value in vLLM's columns; a float has two decimals."""
    if isinstance(value, float):
        value = f"{value:.2f}"
    return f"{label:<40} {ABSENT if value is None else value:<10}"


def _totals(summary: Summary, load: Load) -> list[str]:
    counts, goodput = summary.counts, summary.goodput
    rate = None if load.request_rate == float("inf") else load.request_rate
    rows: list[tuple[str, str | int | float | None, bool]] = [
        ("Successful requests:", counts.ok, True),
        ("Failed requests:", counts.failed, True),
        ("Cancelled requests:", counts.cancelled, counts.cancelled > 0),
        ("Unfinished requests:", counts.unfinished, counts.unfinished > 0),
        ("Dropped requests:", counts.dropped, counts.dropped > 0),
        ("Requests never sent:", counts.unsent, counts.unsent > 0),
        ("Maximum request concurrency:", load.max_concurrency, load.max_concurrency is not None),
        ("Request rate configured (RPS):", rate, rate is not None),
        ("Benchmark duration (s):", summary.duration_s, True),
        ("Total input tokens:", summary.total_input_tokens, True),
        ("Total generated tokens:", summary.total_output_tokens, True),
        ("Request throughput (req/s):", summary.request_throughput, True),
        (
            "Request goodput (req/s):",
            goodput.request_goodput if goodput else None,
            goodput is not None,
        ),
        (
            "Good among sent requests (%):",
            _percent(goodput.share_of_sent) if goodput else None,
            goodput is not None,
        ),
        ("Output token throughput (tok/s):", summary.output_throughput, True),
        ("Peak output token throughput (tok/s):", summary.peak_output_tokens_per_s, True),
        ("Peak concurrent requests:", float(summary.peak_concurrency), True),
        ("Total token throughput (tok/s):", summary.total_token_throughput, True),
    ]
    return [_row(label, value) for label, value, shown in rows if shown]


def _section(key: str, distribution: Distribution) -> list[str]:
    metric = METRICS[key]
    lines = [
        metric.label.center(WIDTH, "-"),
        _row(f"Mean {metric.short} ({metric.unit}):", distribution.mean),
        _row(f"Median {metric.short} ({metric.unit}):", distribution.median),
    ]
    for name, value in distribution.percentiles.items():
        marked = value if value is None or name not in distribution.thin else f"{value:.2f}{MARK}"
        lines.append(_row(f"{name.upper()} {metric.short} ({metric.unit}):", marked))
    return lines


def _client(summary: Summary, workers: Sequence[WorkerRecord]) -> list[str]:
    """How well the client could see: what vLLM's report does not have."""
    rows = [
        ("Arrivals stamped by:", _stamps(summary)),
        ("Client-added delay p50/p99/max (ms):", _spread(summary.metrics["client_delay"])),
        ("Events sharing a stamp (%):", _percent(summary.events.shared_stamp_share)),
        ("Schedule lag p50/p99/max (ms):", _spread(summary.metrics["schedule_lag"])),
        ("Workers:", _workers(workers)),
        (
            "CPU use, busiest worker (%):",
            _percent(max((w.cpu_ns / w.wall_ns for w in workers if w.wall_ns), default=None)),
        ),
        (
            "Waited for a core, worst worker (ms):",
            max((w.run_queue_ns / MS for w in workers if w.run_queue_ns >= 0), default=None),
        ),
    ]
    return [_row(label, value) for label, value in rows]


def _server(summary: Summary, server: ServerCounters | None) -> list[str]:
    """What the server counted of itself, warm-ups included; nothing where it does not tell."""
    preempted = server.grown("preemptions") if server else None
    rows = [
        ("Prefix cache hit rate (%):", summary.prefix_cache_hit_rate),
        ("Preemptions:", None if preempted is None else int(preempted)),
        ("Mean time in its queue (ms):", server.mean_queue_ms if server else None),
    ]
    return [_row(label, value) for label, value in rows if value is not None]


def _intervals(intervals: Mapping[str, Interval], chosen: Sequence[str]) -> list[str]:
    """Where the headline numbers would lie in the long run; those that this run is too short to
    bound are not there.
    """
    return [
        _row(label, f"{intervals[name].low:.2f} – {intervals[name].high:.2f}")
        for name, (of, label) in INTERVALS.items()
        if name in intervals and (of is None or of in chosen)
    ]


def _steady(steady: Steady, chosen: Sequence[str]) -> list[str]:
    """The part of the run in which the load was what was asked, by itself."""
    rows: list[tuple[str, str | float | None]] = [
        ("From – to (s):", f"{steady.start_s:.2f} – {steady.end_s:.2f}"),
        ("Request throughput (req/s):", steady.request_throughput),
        ("Output token throughput (tok/s):", steady.output_throughput),
        *(
            (f"Mean {METRICS[key].short} (ms):", figures.mean)
            for key, figures in steady.metrics.items()
            if key in chosen
        ),
    ]
    return [_row(label, value) for label, value in rows]


def _stamps(summary: Summary) -> str | None:
    sources, total = summary.events.stamp_sources, summary.events.total
    if len(sources) == 1:
        return next(iter(sources)).lower()
    return ", ".join(f"{name.lower()} {n / total:.2%}" for name, n in sources.items()) or None


def _spread(distribution: Distribution) -> str | None:
    figures = (distribution.median, distribution.percentiles.get("p99"), distribution.max)
    return " / ".join(f"{ms:.2f}" for ms in figures if ms is not None) or None


def _workers(workers: Sequence[WorkerRecord]) -> str:
    """How many, and how the system schedules them where that is out of the ordinary."""
    return ", ".join([str(len(workers)), *sorted({w.scheduling for w in workers} - {"normal"})])


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _verdict(verdict: Verdict) -> list[str]:
    """The word, and why: every finding that is more than "fine", the worst first, with what to do
    about it.
    """
    findings = verdict.reasons(at_least=Level.NOTE)
    lines = [f"Verdict: {verdict.status}"]
    if not findings:
        lines.append(f"  All {len(verdict.findings)} checks passed.")
    return lines + [line for finding in findings for line in _finding(finding)]


def _finding(finding: Finding) -> list[str]:
    level = finding.level.name.lower()
    lines = textwrap.wrap(
        printable(finding.sentence),
        TEXT_WIDTH,
        initial_indent=f"  {level:<8} ",
        subsequent_indent=" " * 11,
    )
    if finding.next_step:
        lines += textwrap.wrap(
            printable(finding.next_step),
            TEXT_WIDTH,
            initial_indent=" " * 11 + "Next: ",
            subsequent_indent=" " * 17,
        )
    return lines
