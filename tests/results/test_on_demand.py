"""Percentiles that nobody asked for before: computed from single requests, where there are any, and
only then.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from inferometer.metrics.definitions import QUANTITIES
from inferometer.results import Point, on_demand, read
from inferometer.results.foreign import runs_in
from inferometer.results.on_demand import with_percentiles
from tests.results.result_files import (
    VLLM_DETAILED,
    VLLM_PLAIN,
    save,
    save_json,
    spec_of,
    the_point,
    trace_of,
    vllm_file,
)

NAMES = ("p95_ttft_ms", "p99.9_itl_ms", "p12.5_tpot_ms", "p75_e2el_ms")


def added(point: Point, *names: str) -> dict[str, float]:
    (after,) = with_percentiles([point], names)
    return {
        name: value
        for name, value in after.values.items()
        if name not in point.values
    }


def test_of_a_run_directory_they_are_those_of_its_trace(tmp_path: Path) -> None:
    trace = trace_of(80, failed=3)
    save(tmp_path / "run", trace, spec_of(80))
    found = added(the_point(tmp_path / "run"), *NAMES, "p99_ttft_ms")
    assert found.keys() >= set(NAMES)
    for name in NAMES:
        percentile, latency = (
            name.removesuffix("_ms").removeprefix("p").split("_")
        )
        sample = QUANTITIES[latency].values(trace.measured())
        assert found[name] == pytest.approx(
            float(np.percentile(sample, float(percentile)))
        ), "no warm-up, no failed request"


def test_run_json_is_read_once(tmp_path: Path) -> None:
    """It was read, and held against its ledger, with the point."""
    save(tmp_path / "run", trace_of(80), spec_of(80))
    point = the_point(tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text("{}")
    assert added(point, *NAMES).keys() == set(NAMES)


def test_of_a_detailed_file_they_are_those_of_its_arrays(
    tmp_path: Path,
) -> None:
    raw = json.loads(VLLM_DETAILED.read_bytes())
    found = added(the_point(VLLM_DETAILED), "p94_ttft_ms", "p97.5_itl_ms")
    assert found["p94_ttft_ms"] == pytest.approx(
        1000 * np.percentile(raw["ttfts"], 94)
    )
    assert found["p97.5_itl_ms"] == pytest.approx(
        1000 * np.percentile(np.concatenate(raw["itls"]), 97.5)
    )
    trace, spec = trace_of(40), spec_of(40)
    save_json(tmp_path / "ours.json", trace, spec, detailed=True)
    save(tmp_path / "run", trace, spec)
    ours, run = (
        added(the_point(tmp_path / name), "p95_tpot_ms")
        for name in ("ours.json", "run")
    )
    assert ours["p95_tpot_ms"] == pytest.approx(run["p95_tpot_ms"], rel=1e-6)


def test_of_a_plain_file_there_are_none() -> None:
    assert added(the_point(VLLM_PLAIN), *NAMES) == {}


def test_the_median_is_the_50th_percentile(tmp_path: Path) -> None:
    point = the_point(vllm_file(tmp_path / "x.json"))
    values = {
        name: value
        for name, value in point.values.items()
        if not name.startswith("p50")
    }
    bare = Point(point.id, point.source, point.tool, point.conditions, values)
    assert added(bare, "p50_ttft_ms", "p50.0_itl_ms") == {
        "p50_ttft_ms": values["median_ttft_ms"],
        "p50_itl_ms": values["median_itl_ms"],
    }


def test_nothing_is_read_unless_something_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "run", trace_of(8), spec_of(8))
    point = the_point(tmp_path / "run")
    monkeypatch.setattr(on_demand, "load_trace", None)
    told = next(name for name in point.values if name.startswith("p99_"))
    assert (
        added(
            point,
            told,
            "mean_ttft_ms",
            "output_throughput",
            "nonsense",
            "p101_ttft_ms",
        )
        == {}
    )


def test_a_file_of_many_points_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "many.json"
    for number in range(20, 25):
        save_json(
            tmp_path / "one.json",
            trace_of(number, seed=number),
            spec_of(number),
            detailed=True,
        )
        with path.open("a") as many:
            many.write((tmp_path / "one.json").read_text() + "\n")
    points = read([path]).points
    times = []

    def counted(source: Path) -> object:
        times.append(source)
        return runs_in(source)

    monkeypatch.setattr(on_demand, "runs_in", counted)
    after = with_percentiles(points, ["p95_ttft_ms"])
    assert (
        len(points)
        == len({point.values["p95_ttft_ms"] for point in after})
        == 5
    )
    assert times == [path]


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_what_cannot_be_read_stays_absent(tmp_path: Path, damage: str) -> None:
    save(tmp_path / "run", trace_of(8), spec_of(8))
    save_json(tmp_path / "file.json", trace_of(8), spec_of(8), detailed=True)
    run, file = the_point(tmp_path / "run"), the_point(tmp_path / "file.json")
    for path in (tmp_path / "run" / "requests.parquet", tmp_path / "file.json"):
        path.unlink() if damage == "gone" else path.write_bytes(b"[1]")
    assert added(run, *NAMES) == added(file, *NAMES) == {}
