"""What is saved is what is loaded, to the last bit; what cannot be read says so in one sentence."""

from __future__ import annotations

import errno
import gc
import math
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest

from inferometer.spec.run import Load, RunSpec, Sampling
from inferometer.store import run_directory
from inferometer.store.atomic import CannotWriteError
from inferometer.store.campaign.checksum import checksum_of
from inferometer.store.run_directory import (
    WORDS,
    load_run,
    load_telemetry,
    save_run,
)
from inferometer.store.telemetry_file import (
    TELEMETRY,
    read_telemetry,
    write_telemetry,
)
from inferometer.trace.schema import (
    EVENT_COLUMNS,
    REQUEST_COLUMNS,
    SCHEMA_VERSION,
)
from inferometer.trace.series import (
    HOST,
    Declared,
    SampledCard,
    SamplerReport,
    Series,
    Telemetry,
)
from inferometer.trace.trace import Trace, empty_events, empty_requests
from tests.store.example_run import example_spec, example_trace

ENVIRONMENT = {"hostname": "bench-1", "cpu": {"count": 2, "governor": None}}
SUMMARY = {"completed": 2, "ttft": {"mean": 55.0, "percentiles": {"99": None}}}
VERDICT = {"level": "VALID", "findings": []}
PROMPTS = {
    "counting": "token ids",
    "exact": True,
    "file": "rows.jsonl",
    "left_out": {"too long": 3},
}


@pytest.fixture(name="spec")
def _spec() -> RunSpec:
    return example_spec()


@pytest.fixture(name="trace")
def _trace() -> Trace:
    return example_trace()


def save(
    directory: Path,
    trace: Trace,
    spec: RunSpec,
    server_counters: dict[str, Any] | None = None,
    telemetry: Telemetry | None = None,
) -> Path:
    asides = {
        "environment": ENVIRONMENT,
        "prompts": PROMPTS,
        "server_counters": server_counters,
        "telemetry": telemetry,
    }
    save_run(directory, trace, spec, summary=SUMMARY, verdict=VERDICT, **asides)  # type: ignore[arg-type]
    return directory


def assert_same(one: Trace, other: Trace) -> None:
    for columns, before, after in (
        (REQUEST_COLUMNS, one.requests, other.requests),
        (EVENT_COLUMNS, one.events, other.events),
    ):
        assert list(after) == [column.name for column in columns]
        for column in columns:
            assert after[column.name].dtype == np.dtype(column.dtype), (
                column.name
            )
            assert (
                after[column.name].tolist() == before[column.name].tolist()
            ), column.name
    assert (other.workers, other.start_realtime_ns, other.texts) == (
        one.workers,
        one.start_realtime_ns,
        one.texts,
    )
    assert (other.closed_loop, other.interrupted) == (
        one.closed_loop,
        one.interrupted,
    )


def test_a_run_comes_back_exactly(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    run = load_run(save(tmp_path / "run", trace, spec))
    assert_same(trace, run.trace)
    assert run.spec == spec.model_copy(
        update={"target": spec.target.model_copy(update={"headers": {}})}
    )
    assert run.fingerprint == run.spec.fingerprint == spec.fingerprint
    assert (run.environment, run.summary, run.verdict, run.prompts) == (
        ENVIRONMENT,
        SUMMARY,
        VERDICT,
        PROMPTS,
    )


def test_what_the_server_counted_comes_back(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    counters = {
        "before": {"engine": "vLLM", "counters": {"requests": 3.0}},
        "after": None,
        "delta": {},
    }
    assert (
        load_run(save(tmp_path / "told", trace, spec, counters)).server_counters
        == counters
    )
    assert (
        load_run(save(tmp_path / "silent", trace, spec)).server_counters is None
    )


def test_texts_come_back_where_they_were_kept(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    texts = ("", "你好\n", "a\0b", "half a pair: \ud83d", "'\"", "x" * 10_000)
    run = load_run(
        save(
            tmp_path / "run",
            replace(trace, texts=texts, interrupted=True),
            spec,
        )
    )
    assert run.trace.texts == (*texts[:3], "half a pair: ?", *texts[4:])
    assert run.trace.interrupted


def test_a_trace_without_requests_comes_back(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    empty = replace(
        trace,
        requests=empty_requests(0),
        events=empty_events(),
        workers=(),
        texts=(),
    )
    assert_same(empty, load_run(save(tmp_path / "run", empty, spec)).trace)


def test_a_trace_of_failures_only_comes_back(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    failures = trace.select(trace.requests["failure"] != 0)
    assert len(failures) == 1
    only = replace(
        failures,
        events=empty_events(),
        requests={**failures.requests, "event_count": np.zeros(1, np.int64)},
    )
    only.requests["event_start"][:] = 0
    assert_same(only, load_run(save(tmp_path / "run", only, spec)).trace)


def test_the_spec_comes_back_with_its_infinities(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    bursts = spec.model_copy(
        update={
            "load": Load(num_prompts=3, burstiness=math.inf, request_rate=2.5)
        }
    )
    assert (
        load_run(save(tmp_path / "run", trace, bursts)).spec.load == bursts.load
    )


def test_every_code_has_its_word_and_comes_back(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    for name, codes in WORDS.items():
        assert sorted(codes) == list(range(len(codes))), name
    n = max(len(codes) for codes in WORDS.values())
    requests = empty_requests(n)
    for name in ("outcome", "failure", "token_source"):
        requests[name][:] = np.arange(n) % len(WORDS[name])
    every = replace(trace, requests=requests, events=empty_events())
    assert_same(every, load_run(save(tmp_path / "run", every, spec)).trace)


def test_tables_are_built_without_a_query(
    trace: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Polars' planner and engine would take megabytes, and be used for nothing else."""

    def query(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(pl.DataFrame, "lazy", query)  # each begins so
    written: list[pl.DataFrame] = []
    for name in ("run_directory", "telemetry_file"):
        monkeypatch.setattr(
            f"inferometer.store.{name}.write_parquet",
            lambda _, table: written.append(table),
        )
    run_directory._write_table(Path(), REQUEST_COLUMNS, trace.requests)
    write_telemetry(Path(), seen())
    assert [len(table) for table in written] == [len(trace), 6]


def test_long_columns_of_codes_are_looked_up_in_parts(
    tmp_path: Path, trace: Trace, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_directory, "ROWS_AT_ONCE", 2)
    assert_same(trace, load_run(save(tmp_path / "run", trace, spec)).trace)


def test_other_tools_read_words_and_nulls(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    directory = save(tmp_path / "run", trace, spec)
    requests = pl.read_parquet(directory / "requests.parquet").with_columns(
        pl.col("outcome", "failure").cast(pl.String)
    )
    assert requests["outcome"].to_list() == [
        "OK",
        "OK",
        "OK",
        "FAILED",
        "CANCELLED",
        "UNSENT",
    ]
    assert requests["failure"].to_list() == [
        "NONE",
        "NONE",
        "NONE",
        "RESET",
        "NONE",
        "NONE",
    ]
    assert requests["sent_ns"].to_list()[4:] == [210_000_000, None]
    assert requests["cached_tokens"].to_list() == [
        None,
        None,
        0,
        None,
        None,
        None,
    ]
    assert requests["warmup"].to_list() == [
        True,
        False,
        False,
        False,
        False,
        False,
    ]
    assert requests["detail"].to_list()[3] == "the connection was reset"
    events = pl.read_parquet(directory / "events.parquet").with_columns(
        pl.col("stamp_source").cast(pl.String)
    )
    assert events["tokens"].to_list() == [None] * 7
    assert events["stamp_source"].to_list() == ["KERNEL"] * 7
    assert events["arrival_ns"].to_list()[:2] == [20_000_000, 150_000_000]


def test_the_description_says_what_and_when(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    text = (save(tmp_path / "run", trace, spec) / "run.json").read_bytes()
    description = orjson.loads(text)
    assert description["schema_version"] == SCHEMA_VERSION
    assert description["started"] == "2027-01-15T08:00:00.123456+00:00"
    assert description["start_realtime_ns"] == 1_800_000_000_123_456_789
    assert (description["requests"], description["events"]) == (6, 7)
    assert description["spec"]["load"]["request_rate"] == "inf"
    assert description["workers"] == [asdict(trace.workers[0])]


def test_no_secret_reaches_a_file(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    target = spec.target.model_copy(
        update={"base_url": "http://alice:s3cret@host:8000"}
    )
    telling = spec.model_copy(
        update={
            "target": target,
            "sampling": Sampling(extra_body={"api_key": "s3cret"}),
        }
    )
    environment = {"server": {"token": "s3cret"}}
    details = np.array(
        ["401: s3cret expired", *trace.requests["detail"][1:]], dtype=object
    )
    trace = replace(trace, requests={**trace.requests, "detail": details})
    save_run(
        tmp_path / "run",
        trace,
        telling,
        environment=environment,
        summary={},
        verdict={},
    )
    for file in (tmp_path / "run").iterdir():
        assert b"s3cret" not in file.read_bytes(), file.name
    run = load_run(tmp_path / "run")
    assert run.trace.requests["detail"].tolist()[0] == "401: *** expired"
    assert run.spec.target.base_url == "http://***@host:8000"
    assert run.fingerprint == telling.fingerprint


def test_a_failed_save_leaves_no_directory(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CannotWriteError):
        save(tmp_path / "file" / "run", trace, spec)
    with pytest.raises(KeyError):
        save(tmp_path / "run", replace(trace, events={}), spec)
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def rewrite(path: Path, **changes: Any) -> None:
    path.write_bytes(
        orjson.dumps({**orjson.loads(path.read_bytes()), **changes})
    )


def test_a_newer_run_is_refused(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    directory = save(tmp_path / "run", trace, spec)
    rewrite(
        directory / "run.json",
        schema_version=SCHEMA_VERSION + 1,
        spec="something new",
    )
    with pytest.raises(
        ValueError,
        match=(
            rf"newer Inferometer \(schema {SCHEMA_VERSION + 1}; "
            rf"this one reads up to {SCHEMA_VERSION}\): update"
        ),
    ):
        load_run(directory)


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(ValueError, match="is not a run directory"):
            load_run(path)


@pytest.mark.parametrize(
    "name",
    [
        "run.json",
        "requests.parquet",
        "events.parquet",
        "summary.json",
        "verdict.json",
    ],
)
@pytest.mark.parametrize("damage", ["missing", "empty", "half", "one bit"])
def test_a_damaged_file_is_told_in_one_sentence(
    tmp_path: Path, trace: Trace, spec: RunSpec, name: str, damage: str
) -> None:
    path = save(tmp_path / "run", trace, spec) / name
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(
            {
                "empty": b"",
                "half": content[: len(content) // 2],
                "one bit": bytes([content[0] ^ 1]) + content[1:],
            }[damage]
        )
    with pytest.raises(
        ValueError, match=r"cannot be read|is not a run directory"
    ) as caught:
        load_run(tmp_path / "run")
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "run") in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {"sha256": {"requests.parquet": "0"}},
            "requests.parquet has changed since it was written",
        ),
        ({"sha256": {"other.parquet": "0"}}, "other.parquet"),
        ({"schema_version": "one"}, "cannot be read"),
        ({"spec": {"target": {}}}, "validation error"),
        ({"workers": [{"wroker": 1}]}, "wroker"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(
    tmp_path: Path,
    trace: Trace,
    spec: RunSpec,
    changes: dict[str, Any],
    why: str,
) -> None:
    directory = save(tmp_path / "run", trace, spec)
    rewrite(directory / "run.json", **changes)
    with pytest.raises(ValueError, match=re.escape(why)):
        load_run(directory)


def test_tables_of_another_run_are_refused(
    tmp_path: Path, trace: Trace, spec: RunSpec
) -> None:
    directory = save(tmp_path / "run", trace, spec)
    other = save(tmp_path / "other", trace.measured(), spec)
    (directory / "events.parquet").write_bytes(
        (other / "events.parquet").read_bytes()
    )
    assert_same(
        trace, load_run(directory).trace
    )  # the same events, and so the same file
    (directory / "requests.parquet").write_bytes(
        (other / "requests.parquet").read_bytes()
    )
    with pytest.raises(
        ValueError, match=r"requests\.parquet has changed since it was written"
    ):
        load_run(directory)


@pytest.mark.skipif(
    not Path("/dev/full").exists(),
    reason="this system has no disk that is always full",
)
def test_a_full_disk_says_that_it_is_full(trace: Trace) -> None:
    """And nothing more, when the error is collected: of a buffer still in use, Python 3.13 would
    complain on stderr.
    """

    def errno_of_it() -> int | None:
        with pytest.raises(OSError, match="No space left") as caught:
            run_directory._write_table(
                Path("/dev/full"), REQUEST_COLUMNS, trace.requests
            )
        return caught.value.errno

    assert errno_of_it() == errno.ENOSPC
    gc.collect()


def seen() -> Telemetry:
    """A card whose power cannot be read at times, and the host."""
    times = np.array([-500, 0, 500], dtype=np.int64) * 1_000_000
    missing = np.array([None, "unreadable", None], dtype=object)
    none = np.array([None] * 3, dtype=object)
    return Telemetry(
        (
            Series(
                "power_w",
                "W",
                "0000:03:00.0",
                "nvml power",
                "1 s",
                times,
                np.array([70.0, np.nan, 0.0]),
                missing,
            ),
            Series(
                "cpu_busy_s",
                "s",
                HOST,
                "proc/stat",
                "",
                times,
                np.array([1.0, 2.0, 3.0]),
                none,
            ),
        ),
        (
            SampledCard(
                "0000:03:00.0", "nvidia", "H200", package="0000:02:00.0"
            ),
        ),
        (SamplerReport("nvidia", "ok", "", 3, 0.002),),
        Declared(("0000:03:00.0",), 1, 5, 16),
        idle_s=12.0,
    )


def test_telemetry_is_read_as_it_was_saved(
    tmp_path: Path, spec: RunSpec, trace: Trace
) -> None:
    saved = seen()
    directory = save(tmp_path / "run", trace, spec, telemetry=saved)
    read = load_run(directory).telemetry
    assert read is not None
    assert read.facts() == saved.facts()
    assert len(read.series) == len(saved.series)
    for one, other in zip(read.series, saved.series, strict=True):
        assert (one.name, one.unit, one.card, one.source, one.averaging) == (
            other.name,
            other.unit,
            other.card,
            other.source,
            other.averaging,
        )
        np.testing.assert_array_equal(one.time_ns, other.time_ns)
        np.testing.assert_array_equal(one.value, other.value)
        assert one.reason.tolist() == other.reason.tolist()
    table = pl.read_parquet(tmp_path / "run" / TELEMETRY)
    assert table["value"].to_list() == [70.0, None, 0.0, 1.0, 2.0, 3.0]


def test_a_run_without_telemetry(
    tmp_path: Path, spec: RunSpec, trace: Trace
) -> None:
    directory = save(tmp_path / "run", trace, spec)
    assert load_run(directory).telemetry is None
    assert load_telemetry(directory) is None
    assert not (directory / TELEMETRY).exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"PAR1" * 9),
        lambda file: pl.DataFrame({"name": [1]}).write_parquet(file),
        lambda file: file.with_suffix("").mkdir(),
    ],
    ids=["empty", "no parquet", "other columns", "as it was"],
)
def test_damaged_telemetry_is_refused_in_a_sentence(
    tmp_path: Path,
    spec: RunSpec,
    trace: Trace,
    spoil: Callable[[Path], None],
    request: pytest.FixtureRequest,
) -> None:
    directory = save(tmp_path / "run", trace, spec, telemetry=seen())
    spoil(directory / TELEMETRY)
    for checked in (True, False):
        told = orjson.loads((directory / "run.json").read_bytes())
        if not checked:  # whoever made the file also made its checksum
            told["sha256"][TELEMETRY] = checksum_of(directory / TELEMETRY)
        if request.node.callspec.id == "as it was":
            assert load_telemetry(directory, told) is not None
        else:
            with pytest.raises(ValueError, match="cannot be read"):
                load_telemetry(directory, told)


@pytest.mark.parametrize(
    "facts",
    [
        [],
        {"cards": 7, "samplers": {"a": 1}, "declared": [1], "period_s": "x"},
        {"cards": [None, 3, {"id": ["x"]}], "samplers": [[]]},
        {"declared": {"cards": [1, None, "x" * 9999], "number": "many"}},
        {"clock_offset_ms": {}, "idle_s": [], "place": 3},
    ],
)
def test_facts_of_telemetry_may_be_anything(
    tmp_path: Path, facts: object
) -> None:
    write_telemetry(tmp_path / TELEMETRY, seen())
    read = read_telemetry(tmp_path / TELEMETRY, facts)
    assert len(read.series) == 2
    assert read.place
    assert read.period_s > 0
