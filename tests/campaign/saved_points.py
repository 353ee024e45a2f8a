"""Points that are saved without being measured, for tests of what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from inferometer.campaign.results import Measurement, Results
from inferometer.metrics.verdict import Status
from inferometer.spec.run import RandomWorkload, RunSpec, Target
from inferometer.store.atomic import new_directory, write_file
from inferometer.store.campaign.history import Result
from inferometer.store.campaign.ledger import read_ledger
from inferometer.store.campaign.paths import CampaignPaths


def spec_of(number: int) -> RunSpec:
    return RunSpec(
        target=Target(model="m"), workload=RandomWorkload(), seed=number
    )


def writer(content: str) -> Callable[[Path, Path], None]:
    def write(run_directory: Path, json: Path) -> None:
        with new_directory(run_directory) as temporary:
            (temporary / "run.json").write_text(f"run {content}")
            (temporary / "events.parquet").write_text(f"events {content}")
        write_file(json, f"json {content}".encode())

    return write


def save(
    results: Results,
    number: int,
    content: str,
    *,
    status: Status = "VALID",
    allowed: bool = False,
    version: str | None = "1",
    name: str | None = None,
    max_model_len: int | None = None,
) -> Result:
    spec = spec_of(number)
    attempt = results.begin(spec)
    json = name or f"p{number}_{content}.json"
    measurement = Measurement(
        spec,
        f"p{number}",
        status,
        (),
        allowed,
        version,
        attempt,
        json,
        max_model_len,
    )
    return results.save(measurement, writer(content))


def visible(places: CampaignPaths) -> list[str]:
    return sorted(
        path.name
        for path in places.result_dir.iterdir()
        if not path.name.startswith(".")
    )


def saves(places: CampaignPaths) -> list[Mapping[str, Any]]:
    return [
        record
        for record in read_ledger(places.ledger)
        if record["kind"] in ("intent", "done")
    ]
