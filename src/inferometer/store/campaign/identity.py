"""Which deployment the results of an earlier version are of, whose fingerprints had no address.

Such a fingerprint was the same for every address with a server of that declaration. A result's run
directory has the old fingerprint and the address, which together give today's fingerprint. Only
results of planned points are checked. Reads, and writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from inferometer.grouping import by_key
from inferometer.store.campaign.checksum import checksum_of_bytes
from inferometer.store.campaign.history import History, Identities, Result
from inferometer.store.plain_files import read_plain
from inferometer.store.run_directory import RUN
from inferometer.words import Said, counted

if TYPE_CHECKING:
    from inferometer.spec.run import RunSpec

MAX_JSON_BYTES = 1 << 24


@dataclass(frozen=True, slots=True)
class Identified:
    """What was found out."""

    identities: Identities
    remarks: tuple[str, ...]
    """Of results that would count but belong to no planned point, a sentence each."""


def _of_earlier_versions(history: History) -> dict[str, list[Result]]:
    """By fingerprint."""
    old = (each for each in history.results if each.is_of_an_earlier_version)
    return by_key(old, lambda result: result.fingerprint)


def identify(
    history: History, specs: Sequence[RunSpec], result_dir: Path
) -> Identified:
    """Which results of an earlier version belong to these points, and which to other
    deployments.
    """
    old = _of_earlier_versions(history)
    identities: dict[str, tuple[str, str]] = {}
    unused: Counter[tuple[str | None, str]] = Counter()
    for spec in specs if old else ():
        for result in old.get(spec.at_address(None).fingerprint, ()):
            base_url = _measured_at(result, result_dir)
            fingerprint = (
                None if base_url is None else _fingerprint(spec, base_url)
            )
            if fingerprint is not None and base_url is not None:
                identities[result.run] = (fingerprint, base_url)
            is_current = history.current.get(result.fingerprint) is result
            if is_current and result.counts and fingerprint != spec.fingerprint:
                unused[base_url, spec.address or spec.target.base_url] += 1
    remarks = [_remark(*places, number) for places, number in unused.items()]
    return Identified(
        identities, (*remarks, *_differently_measured(history, specs))
    )


def _differently_measured(
    history: History, specs: Sequence[RunSpec]
) -> list[str]:
    """For each other way in which an earlier version measured points, a sentence on their
    results.
    """
    ways = {
        fingerprint: each.measurement
        for spec in specs
        for each in (spec, spec.at_address(None))
        if (fingerprint := each.earlier_fingerprint) is not None
    }
    numbers = Counter(
        way
        for each, way in ways.items()
        if each in history.current and history.current[each].counts
    )
    return [
        counted(
            "earlier.measured_otherwise",
            number,
            {"why": Said(f"earlier.before.{way}")},
        )
        for way, number in sorted(numbers.items())
    ]


def _fingerprint(spec: RunSpec, base_url: str) -> str | None:
    """Today's fingerprint of the same point measured there; None if that is no address."""
    from inferometer.spec.binding import same_machine
    from inferometer.spec.flags import canonical_base_url

    if "embedded" in (spec.server or {}):
        return spec.fingerprint
    try:
        if spec.address is None and same_machine(
            spec.target.base_url, base_url
        ):
            return spec.fingerprint
        return spec.at_address(canonical_base_url(base_url)).fingerprint
    except ValueError:
        return None


def _measured_at(result: Result, result_dir: Path) -> str | None:
    """The address in its run directory; None if that has changed since it was written."""
    name = f"{result.run}/{RUN}"
    try:
        content = read_plain(result_dir / name, MAX_JSON_BYTES)
        run = orjson.loads(content)
        base_url = run["spec"]["target"]["base_url"]
        is_its = (
            checksum_of_bytes(content) == result.files[name]
            and run["fingerprint"] == result.fingerprint
        )
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return (
        base_url
        if is_its and isinstance(base_url, str) and base_url.isprintable()
        else None
    )


def _remark(measured_at: str | None, planned: str, number: int) -> str:
    if measured_at is None:
        return counted("earlier.unknown", number, {"file": RUN})
    return counted(
        "earlier.elsewhere", number, {"there": measured_at, "here": planned}
    )
