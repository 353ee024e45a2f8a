"""What runs tell beside their figures: where it was measured, and how exactly the clock was read.

Files may be anybody's: whatever is missing or of another shape is not told, and nothing raises.
Points of other tools' files tell their host and engine as conditions only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from inferometer.report.page.columns import clean
from inferometer.results import Point
from inferometer.results.point import RunFiles
from inferometer.secret import masked_text, masked_words
from inferometer.store.environment import EMBEDDED_VERSION
from inferometer.store.json_values import at, members, number
from inferometer.store.server_cards import STAND_INS
from inferometer.vocabulary import CONDITIONS

Json = Any

LONGEST_FACT = 4000
"""Characters: the command of a server in a container is long, and its end says the most."""
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
"""What a recipe leaves open."""


@dataclass(slots=True)
class Evidence:
    """Gathered over all points."""

    facts: dict[str, Counter[str]] = field(default_factory=dict)
    """How many points were measured with each value, by the key of FACTS."""
    stamps: Counter[str] = field(default_factory=Counter)
    """Events by who stamped their arrival: kernel, user."""
    delay_p99_ms: list[float] = field(default_factory=list)
    """What the client added, a value a run."""
    shared: list[float] = field(default_factory=list)
    """Share of events with another one's stamp, a value a run."""
    busiest: tuple[float, str, Mapping[str, Any]] | None = None
    """Of the run that used most of what its host's client can take: how much, the point, and its
    precision.
    """
    runs: int = 0
    """Points of our own runs."""


def gather(points: Iterable[Point]) -> Evidence:
    evidence = Evidence()
    for point in points:
        if point.recorded is not None:
            evidence.runs += 1
            if not _is_simulated(point.recorded):
                _add_precision(evidence, point.recorded)
                _add_busiest(evidence, point, point.recorded.precision)
        for key, value in _facts(point):
            told = clean(value, LONGEST_FACT)
            evidence.facts.setdefault(key, Counter())[told] += 1
    return evidence


def _facts(point: Point) -> Iterator[tuple[str, str]]:
    """What its run tells, or else its conditions."""
    if point.recorded is None:
        told = ((key, _condition(point, key)) for key in FACTS_TOLD)
    else:
        run = point.recorded.run
        told = (
            (key, read(run) or _condition(point, key))
            for key, read in FACTS.items()
        )
    return ((key, value) for key, value in told if value)


def _text(*keys: str) -> Callable[[Json], str]:
    def read(description: Json) -> str:
        value = at(description, *keys)
        if isinstance(value, list):
            return " ".join(
                masked_words(
                    [
                        str(each)
                        for each in value
                        if isinstance(each, str | int | float)
                    ]
                )
            )
        return (
            masked_text(str(value))
            if isinstance(value, str | int | float)
            else ""
        )

    return read


def _engine(description: Json) -> str:
    """As the campaign calls it; where it has no name, what its own counters are called by."""
    name = _text("spec", "server", "recipe")(description)
    if name and name != CONDITIONS["engine"].placeholder:
        return name
    version = _text("environment", "server", "version")(description)
    if EMBEDDED_VERSION in version:  # it counts as the one it stands for
        return ""
    return _text("server_counters", "engine")(description)


def _command(description: Json) -> str:
    """With the address that the client used, where the command leaves it open; a rehearsal had
    another server.
    """
    command = _text("spec", "server", "command")(description)
    stood_in = (at(description, "spec", "server", each) for each in STAND_INS)
    known = {} if any(stood_in) else _address(description)
    return PLACEHOLDER.sub(
        lambda open_: known.get(open_[1], open_[1].upper()), command
    )


def _address(description: Json) -> dict[str, str]:
    try:
        address = urlsplit(_text("spec", "target", "base_url")(description))
        host, port = address.hostname, address.port
    except ValueError:  # no address at all
        return {}
    if host is None or port is None:
        return {}
    return {"host": host, "port": str(port)}


def _cpu(description: Json) -> str:
    cpu = at(description, "environment", "cpu")
    model = at(cpu, "model")
    logical = at(cpu, "logical")
    governor = at(cpu, "governor")
    named = (
        f"{model} × {logical}"
        if isinstance(model, str) and isinstance(logical, int)
        else ""
    )
    return (
        f"{named}, {governor}" if named and isinstance(governor, str) else named
    )


def _memory(description: Json) -> str:
    total = number(at(description, "environment", "memory", "total_bytes"))
    return f"{total / 2**30:.0f} GiB" if total else ""


def _link(declared: Json) -> str:
    """Such as `PCIe 4 x16`; nothing where neither is told."""
    generation = at(declared, "pcie_generation")
    width = at(declared, "pcie_width")
    told = [str(generation)] if generation else []
    told += [f"x{width}"] if width else []
    return " ".join(["PCIe", *told]) if told else ""


def _hardware(description: Json) -> str:
    declared = at(description, "spec", "server", "hardware")
    name, gpus, bandwidth = (
        at(declared, key) for key in ("name", "gpus", "bandwidth_gb_s")
    )
    parts = [
        f"{gpus} GPU" if gpus else "",
        _link(declared),
        f"{bandwidth} GB/s" if bandwidth else "",
    ]
    known = ", ".join(part for part in parts if part)
    return (
        f"{name}: {known}"
        if isinstance(name, str) and known
        else str(name or known)
    )


FACTS: Mapping[str, Callable[[Json], str]] = {
    "hardware": _hardware,
    "engine": _engine,
    "engine_version": _text("environment", "server", "version"),
    "server_command": _command,
    "host": _text("environment", "hostname"),
    "os": _text("environment", "os"),
    "kernel": _text("environment", "kernel"),
    "cpu": _cpu,
    "memory": _memory,
    "clock_source": _text("environment", "clock_source"),
    "container": _text("environment", "container"),
    "python": _text("environment", "python"),
    "inferometer": _text("inferometer_version"),
}
"""In the order of the page; the words are `page.fact.KEY`."""

FACTS_TOLD = tuple(key for key in FACTS if key in CONDITIONS)
"""Those that files of other tools can tell."""


def _condition(point: Point, key: str) -> str:
    value = point.conditions.get(key) if key in FACTS_TOLD else None
    return str(value) if value is not None else ""


def _is_simulated(recorded: RunFiles) -> bool:
    """Its times were computed: no client read them, precisely or not."""
    sources = at(recorded.events, "stamp_sources")
    return isinstance(sources, dict) and [*sources] == ["SIMULATED"]


def _add_precision(evidence: Evidence, recorded: RunFiles) -> None:
    sources = at(recorded.events, "stamp_sources")
    for source, events in members(sources).items():
        if isinstance(events, int):
            evidence.stamps[str(source).lower()] += events
    if (delay := number(recorded.delay_p99_ms)) is not None:
        evidence.delay_p99_ms.append(delay)
    if (share := number(at(recorded.events, "shared_stamp_share"))) is not None:
        evidence.shared.append(share)


def _add_busiest(evidence: Evidence, point: Point, precision: Json) -> None:
    """Only a precision that has a statement, the run's own, as its console report had it, is
    one.
    """
    used = at(precision, "used")
    shares = (
        [number(share) or 0.0 for share in used.values()]
        if isinstance(used, dict)
        else []
    )
    most = max(shares, default=0.0)
    if isinstance(at(precision, "statement"), str) and (
        evidence.busiest is None or most > evidence.busiest[0]
    ):
        evidence.busiest = most, point.id, precision


def share_of(counts: Counter[str], names: Sequence[str]) -> float | None:
    """What these are of all, None where there is nothing."""
    total = counts.total()
    return sum(counts[name] for name in names) / total if total else None
