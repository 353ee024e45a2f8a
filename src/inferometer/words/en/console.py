"""What the console says, in English."""

from __future__ import annotations

CONSOLE: dict[str, str] = {
    "unit.events": "events/s",
    "unit.requests": "requests/s",
    "unit.streams": "streams",
    "calibration.unfit.busy": (
        "This host was busy while it was calibrated: other programs used {others:.0%} of its "
        "cores, and the calibration waited for a core {waited:.0%} of the time."
    ),
    "calibration.unfit.ceiling": (
        "Even at the smallest load that was tried ({loads}), this host's client exceeded ±"
        "{target:g} ms or sent too late: the host was probably busy."
    ),
    "console.thin": (
        "* fewer than {fewest} samples lie beyond this percentile: read it as single requests"
    ),
    "console.client": "The Client",
    "console.client.stamps": "Arrivals stamped by:",
    "console.client.delay": "Client-added delay p50/p99/max (ms):",
    "console.client.shared": "Events sharing a stamp (%):",
    "console.client.lag": "Schedule lag p50/p99/max (ms):",
    "console.client.workers": "Workers:",
    "console.client.cpu": "CPU use, busiest worker (%):",
    "console.client.waited": "Waited for a core, worst worker (ms):",
    "console.server": "The Server",
    "console.server.hit_rate": "Prefix cache hit rate (%):",
    "console.server.preemptions": "Preemptions:",
    "console.server.queue": "Mean time in its queue (ms):",
    "console.intervals": "95 % Intervals",
    "console.steady": "Steady State",
    "console.steady.span": "From – to (s):",
    "console.request_throughput": "Request throughput (req/s):",
    "console.request_goodput": "Request goodput (req/s):",
    "console.output_throughput": "Output token throughput (tok/s):",
    "console.mean": "Mean {latency} (ms):",
    "console.p99": "P99 {latency} (ms):",
    "console.stamp.KERNEL": "kernel",
    "console.stamp.USER": "user",
    "console.stamp.TAP": "tap",
    "console.verdict": "Verdict: {status}",
    "console.verdict.VALID": "VALID",
    "console.verdict.SUSPECT": "SUSPECT",
    "console.verdict.INVALID": "INVALID",
    "console.verdict.changed": (
        "Verdict: {status}, now that this host is calibrated (it was {before})"
    ),
    "console.verdict.fine": "All {checks} checks passed.",
    "console.level.note": "note",
    "console.level.suspect": "suspect",
    "console.level.invalid": "invalid",
    "console.next": "Next: ",
    "console.repeats.mean": "Mean",
    "console.repeats.interval": "95 % interval",
    "console.repeats.range": "Min – max",
    "console.targets": "Targets:",
    "console.reached": "reached",
    "console.missed": "MISSED",
    "console.not_checked": "not checked",
    "console.problems.more": "({n} more files could not be read)",
    "console.problems.more.one": "(1 more file could not be read)",
    "percent": "{percent} %",
    "console.target.at": "{deployment} at {place}",
    "console.target.found": "{value} ({where})",
    "console.target.why": "{found}: {why}",
    "console.repeats.title": "{runs} Repeats",
    "console.repeats.some": "{runs} of {asked}",
    "console.repeats.line": "{name}  {runs} repeats: {figures}",
    "console.repeats.few": (
        " The intervals are those of {runs} runs: {few} or more would narrow them."
    ),
    "console.repeats.left_out": "Left out: {runs}.",
    "console.dialect": "As {tool} defines it",
    "repeats.differ": (
        "Run-to-run variation: {label} varies {times:.1f} times as much between runs as the runs' "
        "own intervals explain. Something changes between runs: quote the interval over repeats."
    ),
    "repeats.differ.more": (
        "Run-to-run variation: {label} varies {times:.1f} times as much between runs as the runs' "
        "own intervals explain, and so do others ({more}). Something changes between runs: quote "
        "the interval over repeats."
    ),
    "repeats.short": (
        "The runs are too short for intervals of their own: whether they differ by more than "
        "chance is unknown."
    ),
    "repeats.agree": "The runs agree: they differ by no more than their own intervals explain.",
}
