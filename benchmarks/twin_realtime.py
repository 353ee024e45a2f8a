"""How near the twin's events are to the model's time, behind its front in real time: as
`inferometer bench` measures it.

    .venv/bin/python benchmarks/twin_realtime.py

The engine has one core and the client another. The twin's record says when each event was due by
the model; `sent` is when the engine handed it over, `measured` when bench says that it arrived.
`--speed` brings each load, prompts and all, to 20,000 events per second: so many as virtual time
says. Warm-ups do not count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import client
import cores
import numpy as np
from table import print_table

from inferometer.engine import EmbeddedEngine
from inferometer.engine.truth import Truth
from inferometer.engine.twin.client import TwinLoad, served
from inferometer.engine.twin.configuration import TwinSettings, make_twin

EVENTS_PER_S = 20_000
USERS = (1, 8, 32, 128)
PROMPT, OUTPUT = 128, 256
SECONDS = 4
TARGET_MS = 0.2
SECOND_NS = 1_000_000_000


@dataclass(frozen=True)
class Lateness:
    """p99 in ms, after the model's time."""

    events_per_s: float
    sent_ms: float
    measured_ms: float


def main() -> None:
    rows = []
    for users in USERS:
        found = measured(users)
        rows.append(
            [
                str(users),
                f"{found.events_per_s:,.0f}",
                f"{found.sent_ms:.3f}",
                f"{found.measured_ms:.3f}",
            ]
        )
    title = f"p99 of an event's lateness, ms (target {TARGET_MS})"
    heads = ["requests at once", "events/s", "sent", "measured by bench"]
    print_table(title, heads, rows)


def measured(users: int) -> Lateness:
    settings = TwinSettings(card="h100", model="llama-3.1-8b")
    rounds = ceil(EVENTS_PER_S * SECONDS / OUTPUT / users)
    load = TwinLoad(rounds * users, PROMPT, OUTPUT, users)
    speed = EVENTS_PER_S / events_per_s(settings, load)
    with cores.pinned(cores.SERVER, real_time=True):
        engine = EmbeddedEngine(
            replace(settings, speed=speed), record_truth=True
        )
        engine.start()
    try:
        run = client.measure(
            engine.base_url,
            *("--num-prompts", load.requests),
            *("--max-concurrency", users),
            *("--random-input-len", PROMPT, "--random-output-len", OUTPUT),
            *("--num-warmups", users),
        )
        return lateness(run, engine.truth())
    finally:
        engine.stop()


def events_per_s(settings: TwinSettings, load: TwinLoad) -> float:
    """In virtual time."""
    done = served(
        make_twin(settings).simulation(), load.arrivals(0), load.max_concurrency
    )
    first_ns = min(each.first_ns for each in done)
    span_ns = max(each.finished_ns for each in done) - first_ns
    return load.requests * load.output_tokens * SECOND_NS / span_ns


def lateness(run: client.Measured, truth: Truth) -> Lateness:
    trace = run.run.trace
    requests = trace.measured().requests
    row_of = {name: row for row, name in enumerate(truth.request_id)}
    # the record's clock is that of the host, the run's begins with it
    apart_ns = truth.realtime_offset_ns - trace.start_realtime_ns
    late: list[np.ndarray] = []
    sent: list[np.ndarray] = []
    own: list[np.ndarray] = []
    for number, first, count in zip(
        requests["id"],
        requests["event_start"],
        requests["event_count"],
        strict=True,
    ):
        row = row_of[f"{client.REQUEST_ID_PREFIX}{number}"]
        start = truth.event_start[row]
        arrived = trace.events["arrival_ns"][first : first + count]
        due_ns = truth.due_ns[start : start + count] + apart_ns
        late.append(arrived - due_ns)
        sent.append(truth.departure_ns[start : start + count] + apart_ns)
        own.append(sent[-1] - due_ns)
    departures_ns = np.concatenate(sent)
    return Lateness(
        len(departures_ns) * SECOND_NS / np.ptp(departures_ns),
        p99_ms(np.concatenate(own)),
        p99_ms(np.concatenate(late)),
    )


def p99_ms(times_ns: np.ndarray) -> float:
    return float(np.percentile(times_ns, 99)) / 1e6


if __name__ == "__main__":
    main()
