"""`inferometer.measure`: a point for programs, on the embedded engine; and what it refuses."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

import inferometer
from inferometer import RunSpec
from inferometer.analysis.targets import check
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.measurement.saving import save
from inferometer.measurement.session import Session
from inferometer.report.figures.machine import OVER_TIME, records_of
from inferometer.results import read
from inferometer.server.endpoint import Endpoint
from inferometer.spec.output import Output, Price
from inferometer.spec.run import Load, RandomWorkload, Sampling, Target
from inferometer.spec.target import parse_target
from inferometer.store.atomic import saying_why
from inferometer.store.run_directory import (
    load_run,
    load_telemetry,
    save_run,
)

DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENTED_URL = "http://127.0.0.1:8000"

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

POINT: dict[str, Any] = {
    "input_len": 8,
    "output_len": 4,
    "num_prompts": 6,
    "max_concurrency": 2,
    "ignore_eos": True,
    "real_time": False,
}


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine(
        EngineSettings(ttft_ms=2, itl_ms=1), record_truth=True
    ) as engine:
        yield engine


@pytest.fixture(autouse=True)
def no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def test_a_point_is_measured_and_nothing_is_printed_or_saved(
    engine: EmbeddedEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    result = inferometer.measure(
        f"{engine.base_url}/v1",
        num_warmups=2,
        goodput={"ttft": 60_000},
        **POINT,
    )
    assert (result.summary.counts.ok, result.summary.total_output_tokens) == (
        6,
        24,
    )
    assert result.summary.goodput is not None
    assert (
        result.summary.goodput.request_goodput
        == result.summary.request_throughput
    )
    assert result.summary.metrics["ttft"].percentiles.keys() == {
        "p50",
        "p90",
        "p99",
    }
    assert result.verdict.status in ("VALID", "SUSPECT", "INVALID")
    assert (result.spec.target.model, result.spec.target.base_url) == (
        "embedded",
        engine.base_url,
    )
    truth = engine.truth()
    rows = [
        row
        for row, name in enumerate(truth.request_id)
        if name.startswith("measure-")
    ]
    assert len(rows) == 8, "the engine saw the same requests"
    assert (result.files, list(tmp_path.iterdir())) == ((), [])
    assert capfd.readouterr() == ("", "")


def test_what_is_saved_is_what_was_measured(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    results = [
        inferometer.measure(
            engine.base_url, save_to=tmp_path / "a" / "b", label="mine", **POINT
        )
        for _ in range(2)
    ]
    directories, files = zip(*(result.files for result in results), strict=True)
    assert len({*directories, *files}) == 4
    assert all(file.name.startswith("mine-") for file in files)
    assert [load_run(each).fingerprint for each in directories] == [
        result.spec.fingerprint for result in results
    ]
    assert results[0].spec.seed != results[1].spec.seed, (
        "no cache helps the second"
    )
    points = inferometer.load(tmp_path).points
    assert sorted(points["output_throughput"]) == pytest.approx(
        sorted(result.summary.output_throughput or 0.0 for result in results)
    )


def test_a_spec_says_everything_but_where_the_server_is(
    engine: EmbeddedEngine,
) -> None:
    spec = RunSpec.model_validate(
        {
            "target": {"base_url": "http://elsewhere:1", "model": "embedded"},
            "workload": {
                "kind": "prefix",
                "prefix_len": 8,
                "suffix_len": 4,
                "output_len": 3,
            },
            "load": {"num_prompts": 4, "request_rate": 200.0},
            "seed": 7,
        }
    )
    result = inferometer.measure(engine.base_url, spec, real_time=False)
    assert (result.summary.counts.ok, result.spec.seed) == (4, 7)
    assert result.spec.workload == spec.workload
    assert spec.target.base_url == "http://elsewhere:1"
    with pytest.raises(
        inferometer.PointError, match=r"either a spec or num_prompts, seed"
    ):
        inferometer.measure(engine.base_url, spec, num_prompts=3, seed=1)


def test_it_may_be_called_in_another_thread(engine: EmbeddedEngine) -> None:
    with ThreadPoolExecutor(1) as threads:
        result = threads.submit(
            inferometer.measure, engine.base_url, **POINT
        ).result(60)
    assert result.summary.counts.ok == 6


def test_progress_is_told(engine: EmbeddedEngine) -> None:
    told: list[int] = []
    inferometer.measure(
        engine.base_url,
        on_progress=lambda snapshot: told.append(snapshot.ok),
        **POINT,
    )
    assert told[-1:] == [6]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"num_prompts": 0}, "num_prompts 0: should be greater than 0."),
        (
            {"max_concurrency": -1},
            "max_concurrency -1: should be greater than 0.",
        ),
        ({"input_len": "many"}, "input_len 'many': should be a valid integer"),
        (
            {"request_rate": float("nan")},
            "request_rate nan: should be greater than 0",
        ),
        (
            {"goodput": {"speed": 3}},
            "goodput 'speed': should be 'ttft', 'tpot', 'itl' or 'e2el'.",
        ),
        ({"goodput": {"ttft": 0}}, "goodput 0: should be greater than 0."),
        (
            {"percentiles": [101]},
            "percentiles 101: should be less than or equal to 100.",
        ),
        ({"backend": "opnai"}, "backend 'opnai': should be one of openai, "),
        ({"seed": -1}, "seed -1: should be greater than or equal to 0."),
        ({"headers": {"X-A": "b\n"}}, "X-A"),
    ],
)
def test_a_wrong_argument_is_named_before_any_server_is_asked(
    arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(inferometer.PointError) as refused:
        inferometer.measure("http://127.0.0.1:1", **arguments)
    assert any(reason in each for each in refused.value.reasons), (
        refused.value.reasons
    )


def test_all_wrong_arguments_are_named_at_once() -> None:
    with pytest.raises(inferometer.PointError) as refused:
        inferometer.measure("http://127.0.0.1:1", num_prompts=0, output_len=0)
    assert len(refused.value.reasons) == 2


def test_without_a_server_or_with_another_model_it_says_so(
    engine: EmbeddedEngine,
) -> None:
    with pytest.raises(
        inferometer.EndpointError, match="Nothing listens on http"
    ):
        inferometer.measure("http://127.0.0.1:1", **POINT)
    with pytest.raises(inferometer.EndpointError, match="another"):
        inferometer.measure(engine.base_url, model="another", **POINT)
    with pytest.raises(inferometer.EndpointError, match="is not an address"):
        inferometer.measure("no address", **POINT)


def test_a_place_that_cannot_be_written_is_refused_before_the_run(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    before = len(engine.truth())
    with pytest.raises(
        inferometer.CannotWriteError, match="part of that path is a file"
    ):
        inferometer.measure(
            engine.base_url, save_to=tmp_path / "file" / "x", **POINT
        )
    assert not any(
        name.startswith("measure-")
        for name in engine.truth().request_id[before:]
    )


def test_what_had_to_be_saved_elsewhere_is_warned_of(
    engine: EmbeddedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(directory: Path, *rest: Any, **more: Any) -> None:
        with saying_why(directory):
            if "results" in directory.parts:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            save_run(directory, *rest, **more)

    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "elsewhere"))
    monkeypatch.setattr("inferometer.measurement.session.save_run", full)
    with pytest.warns(
        UserWarning, match=r"disk is full.* The results are in .*elsewhere"
    ):
        result = inferometer.measure(
            engine.base_url, save_to=tmp_path / "results", **POINT
        )
    assert all(
        path.is_relative_to(tmp_path / "elsewhere") for path in result.files
    )
    assert all(path.exists() for path in result.files)


IMPORTED_BEFORE = [
    "",
    "import inferometer.measurement, inferometer.measurement.session",
    "import inferometer.loadgen, inferometer.cli.main, inferometer.results",
    "from inferometer.measurement.measure import measure",
]
FORKED = """
import os, sys
import httptools, numpy, orjson, psutil, pydantic, typer, yaml
assert not any(name.startswith("inferometer") for name in sys.modules)
for code in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        exec(code, {"__name__": "__main__"})
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""A process a code, in which only what others wrote has been imported, which takes longest."""


@pytest.fixture(scope="module")
def ended_with() -> dict[str, str]:
    """By what was imported first: the exit code of a program that looks at the public names."""
    looking = (
        "import inferometer, sys\n"
        "assert callable(inferometer.measure) and callable(inferometer.load)\n"
        "import inferometer.measurement.measure as place\n"
        "assert inferometer.measure is place.measure\n"
        "assert all(hasattr(inferometer, name) for name in inferometer.__all__)\n"
        "assert not hasattr(inferometer, 'mesure')\n"
    )
    codes = [f"{before}\n{looking}" for before in IMPORTED_BEFORE]
    command = [sys.executable, "-c", FORKED, *codes]
    ran = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, timeout=300
    )
    return dict(zip(IMPORTED_BEFORE, ran.stdout.split(), strict=True))


@pytest.mark.parametrize("before", IMPORTED_BEFORE)
def test_public_names_are_the_same_whatever_was_imported_first(
    before: str, ended_with: dict[str, str]
) -> None:
    assert ended_with[before] == "0", "its standard error shows why"


def test_the_documented_code_runs_as_it_stands(
    engine: EmbeddedEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    document = (DOCS / "python.md").read_text(encoding="utf-8")
    code = "".join(
        re.findall(r"^```python\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    )
    assert code.count(DOCUMENTED_URL) == 1
    names: dict[str, Any] = {}
    exec(code.replace(DOCUMENTED_URL, engine.base_url), names)
    assert names["best"] in {0, 1, 2, 4, 8}
    assert names["result"].spec.load.request_rate == 20
    assert "num_prompts" in capsys.readouterr().out
    assert (len(names["frames"].points), len(names["frames"].requests)) == (
        1,
        16,
    )


LATE_S = 0.52
"""Between two samples that are due half a second apart."""


def test_the_whole_way_of_a_simulated_accelerator(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    """Sampling, series, energy, cost, file, result read again, target: each as the one before has
    it.
    """
    price = Price(amount=0.5, per="kWh", pue=1.2)
    output = Output(price=price, directory=tmp_path)
    with Session(Endpoint(engine.base_url), output, real_time=False) as session:
        ready = session.prepare(
            RunSpec(
                target=Target(model="embedded"),
                workload=RandomWorkload(input_len=8, output_len=800),
                load=Load(num_prompts=20, max_concurrency=2),
                sampling=Sampling(ignore_eos=True),
            )
        )
        result = session.measure(ready)
        saved = save(result)
    machine, telemetry = result.summary.machine, result.telemetry
    assert machine is not None
    assert telemetry is not None
    assert machine.simulated
    assert {each.state for each in telemetry.samplers} == {"ok"}
    (card,) = machine.energy.by_card
    if card.longest_gap_s is None or card.longest_gap_s > LATE_S:
        pytest.skip("this host was too busy to sample in time")
    assert machine.energy.reason is None
    assert card.counter_j == pytest.approx(card.power_j, rel=0.05)
    # two of the eight sequences that fill it: 60 W and a quarter of 300 W
    assert machine.values["average_power"] == pytest.approx(135.0, rel=0.1)
    points = read([tmp_path]).points
    assert [point.run for point in points] == [saved.directory]
    values = points[0].values
    tokens = result.summary.total_output_tokens
    assert values["tokens_per_joule"] == tokens / values["energy"]
    hourly = values["average_power"] / 1000 * 0.5 * 1.2
    assert values["tokens_per_currency"] == pytest.approx(
        values["output_throughput"] * 3600 / hourly
    )
    assert values["gpu_utilization"] == pytest.approx(25.0, rel=0.1)
    believed = [replace(point, status="VALID") for point in points]
    for target, state in (("> 20", "reached"), ("> 85", "missed")):
        asked = parse_target(f"gpu_utilization {target}")
        assert [each.state for each in check([asked], believed)] == [state]
    again = load_telemetry(saved.directory)
    assert again is not None
    assert again.facts() == telemetry.facts()
    json = orjson.loads(saved.json.read_bytes())
    assert json["energy"] == values["energy"]
    assert {record["name"] for record in records_of(again)} == set(OVER_TIME)


def test_nothing_is_sampled_unless_it_is_wanted(engine: EmbeddedEngine) -> None:
    output = Output(telemetry=False)
    with Session(Endpoint(engine.base_url), output) as session:
        ready = session.prepare(
            RunSpec(
                target=Target(model="embedded"),
                workload=RandomWorkload(input_len=8, output_len=4),
                load=Load(num_prompts=2),
            )
        )
        result = session.measure(ready)
    assert result.telemetry is None
    assert result.summary.machine is None
