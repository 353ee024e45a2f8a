"""The server's own counters around a run, from its Prometheus page.

A missing or useless page is not an error: there are no counters then.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping, Sequence
from typing import TypeVar

from inferometer.server.counter_names import ENGINES, Names
from inferometer.server.endpoint import Endpoint
from inferometer.server.failures import EndpointError
from inferometer.trace.server_counters import MetricsReading, ServerCounters

REST_PAUSES_S = (0.05, 0.1, 0.2, 0.4)
"""Servers may count a request shortly after its last byte: how long we wait for that between two
readings.
"""

START = "process_start_time_seconds"

QUOTED = r'"[^"\\]*(?:\\.[^"\\]*)*"'
NAME, LABELS = r"([a-zA-Z_:][\w:]*)", rf'\{{([^"}}]*(?:{QUOTED}[^"}}]*)*)\}}'
VALUE, TIME, EXEMPLAR = r"([a-zA-Z0-9.+-]+)", r"\s+[^\s#]\S*", r"#.*"
SAMPLE = re.compile(
    rf"\s*{NAME}\s*(?:{LABELS})?\s*{VALUE}(?:{TIME})?\s*(?:{EXEMPLAR})?",
    re.ASCII,
)

Sample = tuple[str, float]
"""Labels, as the page has them, and value."""

Name = TypeVar("Name", bound=str)


def counters_before(endpoint: Endpoint) -> MetricsReading | None:
    """What the server has counted so far, or None. A previous question of ours may be in flight, so
    this waits a moment.
    """
    reading = _look(endpoint)
    for pause_s in REST_PAUSES_S:
        if reading is None or not reading.in_flight:
            break
        time.sleep(pause_s)
        reading = _look(endpoint) or reading
    return reading


def counters_around(
    before: MetricsReading | None, endpoint: Endpoint, requests: int
) -> ServerCounters | None:
    """`before` and the counts since. The server gets a moment to count our `requests` finished
    meanwhile.
    """
    if before is None:
        return None
    around = ServerCounters(before, _look(endpoint))
    for pause_s in REST_PAUSES_S:
        counted = around.grown("requests")
        still_busy = around.after is not None and bool(around.after.in_flight)
        if not still_busy and (counted is None or counted >= requests):
            break
        time.sleep(pause_s)
        around = ServerCounters(before, _look(endpoint) or around.after)
    return around


def _look(endpoint: Endpoint) -> MetricsReading | None:
    try:
        page = endpoint.metrics_page()
    except EndpointError:
        return None
    return read_page(*page) if page else None


def read_page(text: str, at_s: float) -> MetricsReading | None:
    """The counters of a page, or None if it is no Prometheus page or of no known engine."""
    samples = _samples(text)
    for engine, table in ENGINES.items():
        if samples is not None and any(
            name.startswith(table.prefix) for name in samples
        ):
            counters = _numbers(samples, table.counters)
            gauges = _numbers(samples, table.gauges)
            starts = [value for _, value in samples.get(START, ())]
            found: dict[str, tuple[str, ...]] = {
                name: names for name, (names, _) in counters.items()
            }
            found |= {name: names for name, (names, _) in gauges.items()}
            return MetricsReading(
                engine=engine,
                at_s=at_s,
                started_s=max(starts, default=None),
                counters={
                    name: sum(values) for name, (_, values) in counters.items()
                },
                gauges={
                    n: max(vs, default=0.0)
                    if n == "kv_cache_usage"
                    else sum(vs)
                    for n, (_, vs) in gauges.items()
                },
                names=found,
            )
    return None


def _samples(text: str) -> dict[str, list[Sample]] | None:
    """Samples by name, without buckets and names in quotes; a metric without samples is empty. None
    if the page does not parse.
    """
    samples: dict[str, list[Sample]] = {}
    whole: dict[str, str] = {}
    for line in text.split("\n"):
        words = line.split(None, 3)
        if line.startswith("# TYPE ") and len(words) == 4:
            name, kind = words[2], words[3].strip()
            if kind == "counter":
                whole[name] = f"{name.removesuffix('_total')}_total"
            samples.setdefault(whole.get(name, name), [])
        elif words and words[0][0] not in "#{" and "_bucket{" not in line:
            if (found := _sample(line)) is None:
                return None
            name, labels, value = found
            same = samples.setdefault(whole.get(name, name), [])
            if math.isfinite(value):
                same.append((labels, value))
    return samples


def _sample(line: str) -> tuple[str, str, float] | None:
    """Name, labels and value; None if it is none. What follows is not read."""
    found = SAMPLE.fullmatch(line)
    if found is None:
        return None
    name, labels, value = found.groups()
    try:
        return name, labels or "", float(value)
    except ValueError:
        return None


def _numbers(
    samples: Mapping[str, Sequence[Sample]], table: Mapping[Name, Names]
) -> dict[Name, tuple[tuple[str, ...], list[float]]]:
    """Each number on the page: its names, and its values under all labels."""
    numbers: dict[Name, tuple[tuple[str, ...], list[float]]] = {}
    for number, ways in table.items():
        for way in ways:
            found = tuple(
                name for name in way if name.partition("{")[0] in samples
            )
            if found:
                numbers[number] = (
                    found,
                    [
                        value
                        for name in found
                        for value in _values(samples, name)
                    ],
                )
                break
    return numbers


def _values(
    samples: Mapping[str, Sequence[Sample]], selector: str
) -> list[float]:
    name, _, condition = selector.partition("{")
    label, _, wanted = condition.rstrip("}").partition("=")
    has_it = re.compile(rf'(^|[,\s]){label}\s*=\s*"{re.escape(wanted)}"')
    return [
        value
        for labels, value in samples[name]
        if not label or has_it.search(labels)
    ]
