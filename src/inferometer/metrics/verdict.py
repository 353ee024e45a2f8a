"""Verdict: VALID, SUSPECT or INVALID, with the findings it rests on. Pure: what to do about it is
the caller's business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from inferometer.metrics import (
    check_client,
    check_load,
    check_machine,
    check_network,
    check_outcome,
    check_server,
    check_steady,
    check_work,
)
from inferometer.metrics.calibration import (
    Calibration,
    Missing,
    Precision,
    precision_of,
)
from inferometer.metrics.finding import Facts, Finding, Found, Level, Thresholds
from inferometer.metrics.summary import Summary
from inferometer.trace import Trace
from inferometer.trace.series import Telemetry
from inferometer.trace.server_counters import ServerCounters
from inferometer.vocabulary import LATENCIES

Status = Literal["VALID", "SUSPECT", "INVALID"]

CHECKS: tuple[Callable[[Facts], Found], ...] = (
    check_outcome.something_measured,
    check_outcome.conservation,
    check_outcome.failures,
    check_outcome.interruption,
    check_outcome.dropped_arrivals,
    check_outcome.order_of_times,
    check_outcome.answers_in_step,
    check_client.stamps,
    check_client.client_delay,
    check_client.shared_stamps,
    check_client.schedule_lag,
    check_client.client_stalls,
    check_client.slots_filled,
    check_client.run_queue,
    check_client.client_cpu,
    check_client.clock_step,
    check_client.backlog,
    check_network.network,
    check_network.departures,
    check_network.client_window,
    check_client.beyond_calibration,
    check_work.row_fields,
    check_work.repeated_rows,
    check_work.input_length,
    check_work.output_length,
    check_work.cached_tokens,
    check_work.token_source,
    check_work.token_counts,
    check_work.hidden_tokens,
    check_work.unread_output,
    check_work.foreign_frames,
    check_work.open_after_done,
    check_server.server_restarted,
    check_server.preemptions,
    check_server.prefix_hits,
    check_server.warm_cache,
    check_server.other_clients,
    check_server.queueing,
    check_server.several_addresses,
    check_machine.link_as_declared,
    check_machine.link_held,
    check_machine.throttled,
    check_machine.power_cap,
    check_machine.other_processes,
    check_machine.samplers,
    check_load.load_reached,
    check_steady.steady_state,
    check_steady.slots_busy,
    check_work.thin_percentiles,
)
"""Every check, in reading order; a finding has its function's name."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What every check found, in the order of CHECKS, and how exact the run was."""

    findings: tuple[Finding, ...]
    precision: Precision | None = None

    @property
    def status(self) -> Status:
        """The worst finding decides; notes do not count."""
        worst = max(f.level for f in self.findings)
        return (
            "INVALID"
            if worst == Level.INVALID
            else "SUSPECT"
            if worst == Level.SUSPECT
            else "VALID"
        )

    def reasons(self, at_least: Level = Level.SUSPECT) -> list[Finding]:
        """Findings of this level or worse, the worst first."""
        return sorted(
            (f for f in self.findings if f.level >= at_least),
            key=lambda f: -f.level,
        )

    def against(self, calibration: Calibration) -> Verdict:
        """The verdict after a later calibration of the host."""
        if self.precision is None:
            return self
        precision = self.precision.against(calibration)
        name = check_client.beyond_calibration.__name__
        found = Finding(name, *check_client.load_and_ceilings(precision))
        return Verdict(
            tuple(found if f.name == found.name else f for f in self.findings),
            precision,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data; sentences in English."""
        return {
            "status": self.status,
            "findings": [finding.to_dict() for finding in self.findings],
            "precision": self.precision.to_dict() if self.precision else None,
        }


def judge(
    trace: Trace,
    summary: Summary,
    *,
    ignore_eos: bool,
    expected_cached_tokens: int = 0,
    warm: bool = False,
    rehearsal: bool = False,
    max_in_flight: int | None = None,
    ends_by_time: bool = False,
    constant_load: bool = True,
    server: ServerCounters | None = None,
    telemetry: Telemetry | None = None,
    calibration: Calibration | Missing | None = None,
    tls: bool = False,
    shown: Sequence[str] = tuple(LATENCIES),
    diagnosis: str = "",
    unsent: str = "",
    repeated: int = 0,
    thresholds: Thresholds | None = None,
) -> Verdict:
    """How far the numbers of a run may be believed.

    `ignore_eos`: whether the server was asked to generate up to the limit.
    `expected_cached_tokens`: how many tokens of each prompt may come from the prefix cache by
    intention, such as a shared prefix. `warm`: whether all prompts were to be in that cache
    already. `rehearsal`: whether the server is an embedded engine of ours. `max_in_flight`: the
    plan's cap, to tell a lag behind the schedule that the cap causes from one that the client
    causes. `ends_by_time`: whether the plan says when the run is over. `constant_load`: whether the
    load is to be the same from beginning to end. `server`: what the server counted.
    `telemetry`: what samplers saw of the machine. `calibration`: of the host that the client ran
    on, or why there is none. `tls`: whether it spoke through TLS, which no calibration does.
    `shown`: the latencies that the report shows. `diagnosis`: of what the server said of failures.
    `unsent`: what rows of the data set ask for that was not sent. `repeated`: requests that repeat
    rows of a file unasked. The run being interrupted is in the
    trace.
    """
    precision = precision_of(trace, summary, calibration, tls=tls)
    facts = Facts(
        trace=trace.measured(),
        whole=trace,
        summary=summary,
        ignore_eos=ignore_eos,
        expected_cached_tokens=expected_cached_tokens,
        warm=warm,
        rehearsal=rehearsal,
        max_in_flight=max_in_flight,
        ends_by_time=ends_by_time,
        constant_load=constant_load,
        server=server,
        telemetry=telemetry,
        precision=precision,
        shown=shown,
        diagnosis=diagnosis,
        unsent=unsent,
        repeated=repeated,
        thresholds=thresholds or Thresholds(),
    )
    return Verdict(
        tuple(Finding(check.__name__, *check(facts)) for check in CHECKS),
        precision,
    )
