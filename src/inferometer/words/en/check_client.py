"""What checks of the client found, in English."""

from __future__ import annotations

from inferometer.words.en.check_network import FULL_QUEUE

_MORE_CLIENT = "Give the client its own cores, more `workers`, or its own host."
_RUN_ON = (
    "Check whether the process was stopped (Ctrl-Z) or the machine was suspended, migrated or "
    "frozen, then run again."
)
_UNBUFFER = (
    "Switch off buffering between client and engine (nginx: proxy_buffering off, or the header "
    "X-Accel-Buffering: no; HTTP/1.1 to the engine), or measure the engine at its own address."
)
_BUFFERED = (
    "and the client read them without delay: a proxy or gateway buffers the stream, or the server "
    "emits many tokens at once. Throughput and E2EL are valid; TTFT, TPOT and ITL are not those of "
    "the engine."
)

CHECK_CLIENT: dict[str, str] = {
    "check.stamps.fine": "Arrivals were stamped by the kernel.",
    "check.stamps.ring_left": (
        "The packet ring stopped showing the server's packets during the run ({why}). From then "
        "on the kernel stamped each read, as in a run without the ring."
    ),
    "check.stamps.ring_left.next": (
        "Check which network interface leads to the server, and run again."
    ),
    "check.stamps.none": "There was no event to stamp.",
    "check.stamps.simulated": (
        "Simulated, not measured: a twin computed all times; there was no client and no server."
    ),
    "check.stamps.simulated.next": (
        "Measure a real server before you rely on a number."
    ),
    "check.stamps.mixed": (
        "{user} of {total} arrivals were stamped in user space, the others by the kernel: two "
        "kinds of clock readings."
    ),
    "check.stamps.mixed.next": "Find out why the kernel left out stamps on this host.",
    "check.stamps.busy": (
        "Arrivals were stamped in user space, after the read, and the client was busy "
        "{busy_share:.0%} of the time: client delay is counted as server latency."
    ),
    "check.stamps.busy.next": f"Measure from a Linux host, which has kernel stamps. {_MORE_CLIENT}",
    "check.stamps.waited": (
        "Arrivals were stamped in user space, after the read, and the client waited for a core "
        "{busy_share:.0%} of the time: client delay is counted as server latency."
    ),
    "check.stamps.waited.next": (
        f"Measure from a Linux host, which has kernel stamps. {_MORE_CLIENT}"
    ),
    "check.stamps.unknown": (
        "Arrivals were stamped in user space, after the read, and it is unknown how busy the "
        "client was: client delay is counted as server latency."
    ),
    "check.stamps.unknown.next": (
        f"Measure from a Linux host, which has kernel stamps. {_MORE_CLIENT}"
    ),
    "check.stamps.idle": (
        "Arrivals were stamped in user space, after the read; the client had time to spare."
    ),
    "check.stamps.idle.next": (
        "For exact tail latencies, measure from a Linux host, which has kernel stamps."
    ),
    "check.client_delay.none": "No event was read.",
    "check.client_delay.simulated": (
        "There was no client whose delay could be in a latency."
    ),
    "check.client_delay.packets": (
        "The kernel stamped every packet, whenever the client read it, so no latency contains "
        "the client's delay."
    ),
    "check.client_delay.kernel": (
        "The client read {p99_ms:.2f} ms (p99) after arrival; the kernel stamps arrivals, so no "
        "latency contains this delay."
    ),
    "check.client_delay.unseen": (
        "The client stamped arrivals itself, so how late it read them cannot be seen."
    ),
    "check.client_delay.unrelated": (
        "The client read {p99_ms:.2f} ms (p99) after arrival, and every latency contains this "
        "delay."
    ),
    "check.client_delay.found": (
        "The client read {p99_ms:.2f} ms (p99) after arrival, and every latency contains this "
        "delay: {share_of_latency:.0%} of the median {latency}."
    ),
    "check.client_delay.found.next": _MORE_CLIENT,
    "check.shared_stamps.fine": (
        "{shared_stamp_share:.1%} of the events share a stamp with a later one, within tolerance."
    ),
    "check.shared_stamps.found": (
        "Several events arrived in one read and share its stamp: {uncertain_event_share:.1%} of "
        "them may have come earlier by more than {tolerated_share:.0%} of the median ITL, "
        "{uncertain_first_share:.1%} of the first events by more than {tolerated_share:.0%} of the "
        "median TTFT."
    ),
    "check.shared_stamps.found.next": _MORE_CLIENT,
    "check.shared_stamps.blocks": (
        f"Events arrive in blocks of about {{block_events:.0f}}, {{block_pause_ms:.0f}} ms apart, "
        f"{_BUFFERED}"
    ),
    "check.shared_stamps.blocks.next": _UNBUFFER,
    "check.shared_stamps.whole": f"Whole answers arrive at once, {_BUFFERED}",
    "check.shared_stamps.whole.next": _UNBUFFER,
    "check.schedule_lag.closed": "Closed loop: there is no schedule to lag behind.",
    "check.schedule_lag.fine": "Requests were sent {p99_ms:.2f} ms (p99) after they were due.",
    "check.schedule_lag.cap": (
        "Requests were sent {p99_ms:.2f} ms (p99) after they were due because all {cap} slots were "
        "busy; TTFT excludes this wait, 'TTFT from the due time' includes it."
    ),
    "check.schedule_lag.cap.next": "Raise load.max_concurrency, or lower load.request_rate.",
    "check.schedule_lag.behind": (
        "Requests were sent {p99_ms:.2f} ms (p99) after they were due: the client could not keep "
        "up with the schedule."
    ),
    "check.schedule_lag.behind.next": _MORE_CLIENT,
    "check.schedule_lag.late": (
        "Requests were sent {p99_ms:.2f} ms (p99) after they were due: arrivals deviate from the "
        "plan."
    ),
    "check.schedule_lag.late.next": _MORE_CLIENT,
    "check.schedule_lag.connects": (
        "Requests were sent {p99_ms:.2f} ms (p99) after they were due, because {unanswered} of the "
        "late ones waited for a connection that was not answered when it was first asked for."
    ),
    "check.schedule_lag.connects.next": FULL_QUEUE,
    "check.client_stalls.fine": "The client ran all the time.",
    "check.client_stalls.found": (
        "{stalled_workers} of {workers} workers stopped for up to {stalled_s:.1f} s "
        "({share:.1%} of the run, at most {longest_s:.1f} s at once) and sent nothing meanwhile."
    ),
    "check.client_stalls.next": _RUN_ON,
    "check.slots_filled.none": "No slot of a closed loop had to be filled again.",
    "check.slots_filled.fine": (
        "Free slots got their next request within {wait_p99_ms:.2f} ms (p99)."
    ),
    "check.slots_filled.found": (
        "Free slots waited {idle_share:.1%} of the time for their next request (at most "
        "{wait_max_ms:.0f} ms): the load was lower than requested, and throughput is too low by "
        "about as much."
    ),
    "check.slots_filled.next": _MORE_CLIENT,
    "check.slots_filled.next.connects": FULL_QUEUE,
    "check.slots_filled.next.stalled": _RUN_ON,
    "check.run_queue.unknown": (
        "The system does not report how long the client waited for a core."
    ),
    "check.run_queue.found": "The client waited for a core {run_queue_share:.1%} of the time.",
    "check.run_queue.next": (
        "Another program, perhaps the server, uses its cores: separate them (taskset), or allow a "
        "real-time priority."
    ),
    "check.client_cpu.unknown": "No worker reported its CPU time.",
    "check.client_cpu.found": "The client's busiest loop used {cpu_share:.0%} of a core.",
    "check.client_cpu.next": _MORE_CLIENT,
    "check.clock_step.fine": "The system clock ran steadily.",
    "check.clock_step.found": (
        "The system clock was set during the run, by {clock_step_ms:.1f} ms: latencies at that "
        "moment are off by as much."
    ),
    "check.clock_step.next": "Run again while nothing sets the clock.",
    "check.backlog.fine": "All responses were decoded from memory.",
    "check.backlog.found": (
        "The client was never idle enough to decode: {spilled_bytes:,} bytes waited in a temporary "
        "file; times are not affected."
    ),
    "check.backlog.next": "Use more `workers`.",
    "check.beyond_calibration.none": (
        "The load was not compared with a calibration of this host."
    ),
    "check.beyond_calibration.fine": (
        "The peak load was {most_used:.0%} of what this host's client can take."
    ),
    "check.beyond_calibration.beyond": (
        "The peak load exceeded what this host's client can take within {target_ms:g} ms of error: "
        "{parts}."
    ),
    "check.beyond_calibration.beyond.next": (
        f"{_MORE_CLIENT} If it was busy during calibration: `inferometer calibrate`."
    ),
    "check.beyond_calibration.untried": (
        "The peak load exceeded what this host was calibrated for: {parts}."
    ),
    "check.beyond_calibration.untried.next": (
        "`inferometer calibrate` takes longer than a quick calibration and tries higher loads."
    ),
    "check.beyond_calibration.part.events": "{events:,.0f} of {events_limit} events/s",
    "check.beyond_calibration.part.requests": "{requests:,.0f} of {requests_limit} requests/s",
    "check.beyond_calibration.part.streams": "{streams:,.0f} of {streams_limit} streams",
}
