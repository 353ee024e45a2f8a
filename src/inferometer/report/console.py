"""The report of one run as plain text: the block that users of `vllm bench serve` know, then the
client, then the verdict.

Up to its closing line the block is printed as vLLM prints it, line for line and column for column
and in English, so that scripts which read the one read the other. The line after it has the name
that older versions gave to total throughput. What follows is in the language of the terminal, and
no line of it begins like one of the block. A value that does not exist is `n/a`, never 0. Knows no
terminal, no color and no file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from inferometer.analysis.ratings import RATED, Rated
from inferometer.clock import MS
from inferometer.metrics.calibration import Precision, statement
from inferometer.metrics.distribution import MIN_BEYOND, Distribution
from inferometer.metrics.finding import Finding, Level
from inferometer.metrics.statistics import Interval
from inferometer.metrics.steady import Steady
from inferometer.metrics.summary import Goodput, Summary
from inferometer.metrics.verdict import Verdict
from inferometer.printable import (
    TEXT_WIDTH,
    centered,
    columns_of,
    padded,
    printable,
    wrapped,
)
from inferometer.report.machine import (
    cost_rows,
    machine_rows,
    where_sampled,
    why_no_energy,
)
from inferometer.report.rated import rating_of_run
from inferometer.spec.field_flags import as_flags
from inferometer.store.json_values import given
from inferometer.trace.server_counters import ServerCounters
from inferometer.trace.trace import WorkerRecord
from inferometer.vocabulary import LATENCIES, SHOWN_LATENCIES, metric
from inferometer.words import Said, recorded_reason, spoken

if TYPE_CHECKING:
    from inferometer.spec.output import Price
    from inferometer.spec.run import Load

WIDTH = 50
LABEL_WIDTH, VALUE_WIDTH = 40, 10
ABSENT = "n/a"
Value = str | int | float | None

INTERVALS = {
    "request_throughput": (None, Said("console.request_throughput")),
    "request_goodput": (None, Said("console.request_goodput")),
    "output_throughput": (None, Said("console.output_throughput")),
    "mean_ttft_ms": ("ttft", Said("console.mean", {"latency": "TTFT"})),
    "p99_ttft_ms": ("ttft", Said("console.p99", {"latency": "TTFT"})),
    "mean_tpot_ms": ("tpot", Said("console.mean", {"latency": "TPOT"})),
    "mean_itl_ms": ("itl", Said("console.mean", {"latency": "ITL"})),
    "mean_e2el_ms": ("e2el", Said("console.mean", {"latency": "E2EL"})),
}
"""The metric that has to be chosen for its interval to be shown, and the label."""


def render(
    summary: Summary,
    verdict: Verdict,
    *,
    load: Load,
    workers: Sequence[WorkerRecord],
    metrics: Sequence[str] = SHOWN_LATENCIES,
    server: ServerCounters | None = None,
    price: Price | None = None,
    rated: Rated = RATED,
    rtfx: float | None = None,
) -> str:
    """The whole report. `metrics` are the latencies that get a section; percentiles are those
    that `summary` has. `price`: of the deployment. `rated`: the limits of the ratings.
    `rtfx`: of transcriptions, seconds of sound a second.
    """
    chosen = [key for key in LATENCIES if key in metrics]
    lines = [
        " Serving Benchmark Result ".center(WIDTH, "="),
        *_totals(summary, load),
        *([_row("RTFx (Inverse Real-Time Factor):", rtfx)] if rtfx else []),
        *(
            line
            for key in chosen
            for line in _section(key, summary.metrics[key])
        ),
        "=" * WIDTH,
        _row("Total Token throughput (tok/s):", summary.total_token_throughput),
        *_thin(summary, chosen),
        *_under("console.client", _client(summary, workers)),
        *(_statement(verdict.precision) if verdict.precision else ()),
        *_under("console.server", _server(summary, server)),
        *_machine(summary, price),
        *_under("console.intervals", _intervals(summary.intervals, chosen)),
        *_under("console.steady", _steady(summary.steady, chosen)),
        "=" * WIDTH,
        *_verdict(verdict),
        *_rating(summary, verdict, rated),
    ]
    return "\n".join(lines) + "\n"


def _thin(summary: Summary, chosen: Sequence[str]) -> list[str]:
    """Percentiles that few samples lie beyond. No mark stands beside their values, which scripts
    read as numbers, and they are not called as the lines are, which scripts search for.
    """
    words = spoken()
    thin = words.listed(
        f"{LATENCIES[key].label} {name}"
        for key in chosen
        for name in summary.metrics[key].percentiles
        if name in summary.metrics[key].thin
    )
    text = words.text("console.thin", percentiles=thin, fewest=MIN_BEYOND)
    return wrapped(text, TEXT_WIDTH) if thin else []


def render_precision(verdict: Verdict, before: Verdict) -> str:
    """What is to be added to a report once the host is calibrated; `before` is the verdict that the
    report had.
    """
    assert verdict.precision is not None
    lines = _statement(verdict.precision)
    if verdict.status != before.status:
        now, earlier = (_status(each) for each in (verdict, before))
        lines.append(
            spoken().text("console.verdict.changed", status=now, before=earlier)
        )
    news = [
        finding
        for finding in verdict.reasons(at_least=Level.NOTE)
        if finding not in before.findings
    ]
    return (
        "\n".join(
            [*lines, *(line for finding in news for line in _finding(finding))]
        )
        + "\n"
    )


def _statement(precision: Precision) -> list[str]:
    return wrapped(statement(precision, spoken().language), TEXT_WIDTH)


def _heading(key: str) -> str:
    return centered(spoken().text(key), WIDTH, "-")


def _under(heading: str, rows: Sequence[str]) -> list[str]:
    return [_heading(heading), *rows] if rows else []


def _rows(section: str, values: Mapping[str, Value]) -> list[str]:
    return [
        _row(Said(f"{section}.{name}"), value) for name, value in values.items()
    ]


def _row(label: str | Said, value: Value) -> str:
    """Label and value in vLLM's columns; a float has two decimals."""
    if isinstance(value, float):
        value = f"{value:.2f}"
    text = padded(spoken().say(label), LABEL_WIDTH)
    return (
        f"{text} {padded(ABSENT if value is None else str(value), VALUE_WIDTH)}"
    )


def _totals(summary: Summary, load: Load) -> list[str]:
    counts = summary.counts
    rate = None if load.request_rate == float("inf") else load.request_rate
    if_any = (
        ("Cancelled requests:", counts.cancelled),
        ("Unfinished requests:", counts.unfinished),
        ("Dropped requests:", counts.dropped),
        ("Requests never sent:", counts.unsent),
        ("Maximum request concurrency:", load.max_concurrency),
        ("Request rate configured (RPS):", rate),
    )
    rows: list[tuple[str, Value]] = [
        ("Successful requests:", counts.ok),
        ("Failed requests:", counts.failed),
        *((label, value) for label, value in if_any if value),
        ("Benchmark duration (s):", summary.duration_s),
        ("Total input tokens:", summary.total_input_tokens),
        ("Total generated tokens:", summary.total_output_tokens),
        ("Request throughput (req/s):", summary.request_throughput),
        *_goodput(summary.goodput),
        ("Output token throughput (tok/s):", summary.output_throughput),
        (
            "Peak output token throughput (tok/s):",
            summary.peak_output_tokens_per_s,
        ),
        ("Peak concurrent requests:", float(summary.peak_concurrency)),
        ("Total token throughput (tok/s):", summary.total_token_throughput),
    ]
    return [_row(label, value) for label, value in rows]


def _goodput(goodput: Goodput | None) -> list[tuple[str, Value]]:
    if goodput is None:
        return []
    return [
        ("Request goodput (req/s):", goodput.request_goodput),
        ("Good among sent requests (%):", _percent(goodput.share_of_sent)),
    ]


def _section(key: str, distribution: Distribution) -> list[str]:
    latency = LATENCIES[key]
    lines = [
        latency.title.center(WIDTH, "-"),
        _row(f"Mean {latency.label} (ms):", distribution.mean),
        _row(f"Median {latency.label} (ms):", distribution.median),
    ]
    for name, value in distribution.percentiles.items():
        lines.append(_row(f"{name.upper()} {latency.label} (ms):", value))
    return lines


def _client(summary: Summary, workers: Sequence[WorkerRecord]) -> list[str]:
    """How well the client could see: what vLLM's report does not have."""
    cpu = (w.cpu_ns / w.wall_ns for w in workers if w.wall_ns)
    waited_ms = (w.run_queue_ns / MS for w in workers if w.run_queue_ns >= 0)
    values = {
        "stamps": _stamps(summary, workers),
        "delay": _spread(summary.metrics["client_delay"]),
        "shared": _percent(summary.events.shared_stamp_share),
        "lag": _spread(summary.metrics["schedule_lag"]),
        **_where_known(summary, workers),
        "workers": _workers(workers),
        "cpu": _percent(max(cpu, default=None)),
        "waited": max(waited_ms, default=None),
    }
    return _rows("console.client", values)


def _where_known(
    summary: Summary, workers: Sequence[WorkerRecord]
) -> dict[str, Value]:
    """What only some runs have: slot time, and the way to the server."""
    distributions = {
        "slot_time": summary.slot_time,
        "departure": summary.departure,
        "sending": summary.sending,
    }
    values: dict[str, Value] = {
        name: _spread(each) for name, each in distributions.items() if each.n
    }
    rtts_ms = [w.rtt_ns / MS for w in workers if w.rtt_ns >= 0]
    return values | ({"rtt": max(rtts_ms)} if rtts_ms else {})


def _server(summary: Summary, server: ServerCounters | None) -> list[str]:
    """What the server counted of itself, warm-ups included; nothing where it does not tell."""
    preempted = server.grown("preemptions") if server else None
    lmcache = server.lmcache_hit_rate if server else None
    values = {
        "hit_rate": summary.prefix_cache_hit_rate,
        "external_hit_rate": summary.external_cache_hit_rate,
        "lmcache_hit_rate": _percent(lmcache),
        "preemptions": None if preempted is None else int(preempted),
        "queue": server.mean_queue_ms if server else None,
    }
    return _rows("console.server", given(values))


def _machine(summary: Summary, price: Price | None) -> list[str]:
    """What cards and host did, and what that cost."""
    machine, lines = summary.machine, []
    if rows := machine_rows(machine, _row):
        simulated = machine is not None and machine.simulated
        heading = (
            "console.machine.simulated" if simulated else "console.machine"
        )
        lines += [_heading(heading), *rows]
    for sentence in (why_no_energy(machine), where_sampled(machine)):
        lines += wrapped(sentence, TEXT_WIDTH) if sentence else []
    return lines if price is None else [*lines, *_costs(summary, price)]


def _costs(summary: Summary, price: Price) -> list[str]:
    goodput, machine = summary.goodput, summary.machine
    values = {
        "output_throughput": summary.output_throughput,
        "good_output_throughput": goodput.output_throughput
        if goodput
        else None,
        "average_power": machine.values["average_power"] if machine else None,
    }
    heading = spoken().text("console.cost", price=price)
    costs = cost_rows(values, price, _row)
    return [
        centered(heading, WIDTH, "-"),
        *(costs or wrapped(spoken().text("console.cost.why"), TEXT_WIDTH)),
    ]


def _intervals(
    intervals: Mapping[str, Interval], chosen: Sequence[str]
) -> list[str]:
    """Where the headline numbers would lie in the long run; those that this run is too short to
    bound are not there.
    """
    return [
        _row(label, f"{intervals[name].low:.2f} – {intervals[name].high:.2f}")
        for name, (of, label) in INTERVALS.items()
        if name in intervals and (of is None or of in chosen)
    ]


def _steady(steady: Steady | None, chosen: Sequence[str]) -> list[str]:
    """The part of the run in which the load was what was asked, by itself."""
    if steady is None:
        return []
    span = f"{steady.start_s:.2f} – {steady.end_s:.2f}"
    rows: list[tuple[Said, Value]] = [
        (Said("console.steady.span"), span),
        (Said("console.request_throughput"), steady.request_throughput),
        (Said("console.output_throughput"), steady.output_throughput),
        *(
            (
                Said("console.mean", {"latency": LATENCIES[key].label}),
                figures.mean,
            )
            for key, figures in steady.metrics.items()
            if key in chosen
        ),
    ]
    return [_row(label, value) for label, value in rows]


def _stamps(summary: Summary, workers: Sequence[WorkerRecord]) -> str | None:
    """Who stamped arrivals; and why the packet ring did not, if it was to."""
    stamps = _sources(summary)
    why = next((worker.no_ring for worker in workers if worker.no_ring), None)
    if stamps is None or why is None:
        return stamps
    why = printable(spoken().say(recorded_reason(why)))
    return spoken().text("console.stamp.no_ring", stamps=stamps, why=why)


def _sources(summary: Summary) -> str | None:
    sources, total = summary.events.stamp_sources, summary.events.total
    names = {name: spoken().text(f"console.stamp.{name}") for name in sources}
    if len(sources) == 1:
        return names[next(iter(sources))]
    return (
        ", ".join(
            f"{names[name]} {n / total:.2%}" for name, n in sources.items()
        )
        or None
    )


def _spread(distribution: Distribution) -> str | None:
    figures = (
        distribution.median,
        distribution.percentiles.get("p99"),
        distribution.max,
    )
    return " / ".join(f"{ms:.2f}" for ms in figures if ms is not None) or None


def _workers(workers: Sequence[WorkerRecord]) -> str:
    """How many, and how the system schedules them where that is out of the ordinary."""
    return ", ".join(
        [
            str(len(workers)),
            *sorted({w.scheduling for w in workers} - {"normal"}),
        ]
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _status(verdict: Verdict) -> str:
    return spoken().text(f"console.verdict.{verdict.status}")


def _verdict(verdict: Verdict) -> list[str]:
    """The word, and why: every finding that is more than "fine", the worst first, with what to do
    about it.
    """
    findings = verdict.reasons(at_least=Level.NOTE)
    lines = [spoken().text("console.verdict", status=_status(verdict))]
    if not findings:
        n = len(verdict.findings)
        lines.append(f"  {spoken().text('console.verdict.fine', checks=n)}")
    return lines + [line for finding in findings for line in _finding(finding)]


def _rating(summary: Summary, verdict: Verdict, rated: Rated) -> list[str]:
    """A word for the metrics that have one; an INVALID run has none."""
    if verdict.status == "INVALID":
        return []
    found = {name: _value_of(name, summary) for name in rated}
    line = rating_of_run(given(found), spoken(), rated)
    return [line] if line else []


def _value_of(name: str, summary: Summary) -> float | None:
    """A metric by where summary.json has it; None for what is computed when results are read."""
    known = metric(name)
    if known is None or not known.path:
        return None
    value: object = summary
    for key in known.path:
        value = (
            value.get(key)
            if isinstance(value, Mapping)
            else getattr(value, key, None)
        )
    return value if isinstance(value, int | float) else None


def _finding(finding: Finding) -> list[str]:
    words = spoken()
    said = finding.said(words.language)
    level = padded(words.text(f"console.level.{finding.level.name.lower()}"), 8)
    lines = wrapped(
        as_flags(printable(said.text)), TEXT_WIDTH, f"  {level} ", " " * 11
    )
    if said.next_step:
        first = " " * 11 + words.text("console.next")
        step = as_flags(printable(said.next_step))
        lines += wrapped(step, TEXT_WIDTH, first, " " * columns_of(first))
    return lines
