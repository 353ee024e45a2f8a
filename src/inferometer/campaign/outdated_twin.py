"""Why points of a twin have no result although they had one: what the twin computes with has
changed since. The identity of each point has it as digests.
"""

from __future__ import annotations

from pathlib import Path

import orjson

from inferometer.results.predicted import PROVENANCE, twin_settings
from inferometer.spec.campaign import Group, PlannedPoint
from inferometer.store.campaign.state import CampaignState
from inferometer.store.json_values import at
from inferometer.words import spoken

RUN = "run.json"
MAX_BYTES = 1 << 24


def outdated(
    group: Group, state: CampaignState, result_dir: Path
) -> str | None:
    """A sentence; None where nothing has changed."""
    runs = {
        result.point: result.run
        for result in state.history.current.values()
        if result.counts
    }
    changed = [
        parts
        for point in group.points
        if state.result(point.spec.fingerprint) is None
        and point.id in runs
        and (parts := _changed(point, result_dir / runs[point.id] / RUN))
    ]
    if not changed:
        return None
    words = spoken()
    names = dict.fromkeys(part for each in changed for part in each)
    told = words.listed(words.text(f"simulate.part.{name}") for name in names)
    return words.counted(
        "simulate.again", len(changed), group=group.id, parts=told
    )


def _changed(point: PlannedPoint, path: Path) -> list[str]:
    """What the twin of this point has differently from that of a result; empty if the result's
    point has other settings, or cannot be read.
    """
    now, then = point.spec.server, _server_in(path)
    settings = twin_settings(now)
    if not settings or settings != twin_settings(then):
        return []
    kind = str(settings["kind"])
    used, before = (at(each, kind, PROVENANCE) for each in (now, then))
    if not isinstance(before, dict):  # of a version that did not say
        return ["twin"]
    names = dict.fromkeys((*used, "fitted"))
    return [name for name in names if used.get(name) != before.get(name)]


def _server_in(path: Path) -> object:
    """None if it cannot be read."""
    try:
        with path.open("rb") as file:
            return at(orjson.loads(file.read(MAX_BYTES)), "spec", "server")
    except (OSError, ValueError):
        return None
