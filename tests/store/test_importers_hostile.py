"""Files that somebody else prepared: refused in one sentence, or read without what is wrong in
them. Nothing in them is run.
"""

from __future__ import annotations

import ast
import json
import math
import os
import pickle
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.store import importers
from inferometer.store.importers import (
    CannotImportError,
    evalscope,
    read_results,
    recompute,
)

PEERS = Path(__file__).parents[1] / "golden" / "peers"
TOOL_FILES = PEERS.parent / "tools"
MLPERF = TOOL_FILES / "mlperf" / "results" / "8xCARD-X_2xCPU" / "tiny-70b-99"
EVALSCOPE = PEERS / "evalscope-1.14" / "parallel_4_number_12"
FILES = (
    PEERS / "vllm-0.32.json",
    PEERS / "sglang-0.5.jsonl",
    PEERS / "guidellm-0.8" / "benchmarks.json",
    PEERS / "aiperf-0.13" / "profile_export_aiperf.json",
    PEERS
    / "genai-bench-0.0.5"
    / "D64_16_text-to-text_num_concurrency_4_time_1s.json",
    TOOL_FILES / "aiperf-early" / "profile_export_aiperf.json",
    TOOL_FILES
    / "aiperf-sweep"
    / "sweep_aggregate"
    / "profile_export_aiperf_sweep.json",
    TOOL_FILES / "genai-perf" / "profile_export_genai_perf.json",
    TOOL_FILES / "guidellm" / "v0.2.json",
    TOOL_FILES / "guidellm" / "v0.6.json",
    TOOL_FILES / "inference-perf" / "stage_0_lifecycle_metrics.json",
    TOOL_FILES / "llama-bench" / "tests.jsonl",
    TOOL_FILES / "llmperf" / "acme-tiny-7b_550_150_summary.json",
    TOOL_FILES / "sglang-batch" / "engine.jsonl",
    TOOL_FILES / "sglang-batch" / "server.jsonl",
    TOOL_FILES / "sglang-offline" / "results.jsonl",
    TOOL_FILES / "vllm-offline" / "latency.json",
    TOOL_FILES / "vllm-offline" / "tiny_tp2_throughput.json",
)
TEXTS = (
    PEERS.parent / "points.csv",
    TOOL_FILES / "aiperf-0.10" / "profile_export_aiperf.csv",
    TOOL_FILES / "dcu" / "r1-awq.csv",
    TOOL_FILES / "guidellm" / "v0.3.csv",
    TOOL_FILES / "guidellm" / "v0.6.csv",
    TOOL_FILES / "llama-bench" / "tests.csv",
    TOOL_FILES / "llama-bench" / "tests.md",
    TOOL_FILES / "llama-bench" / "tests.sql",
    TOOL_FILES / "mlperf" / "detail-alone" / "mlperf_log_detail.txt",
    MLPERF / "Server" / "performance" / "run_1" / "mlperf_log_summary.txt",
    TOOL_FILES / "sglang-offline-log" / "bench.txt",
    TOOL_FILES / "sglang-report" / "bench.txt",
    TOOL_FILES / "vllm-offline-log" / "bench.txt",
    TOOL_FILES / "vllm-report" / "bench.txt",
)
YAML = TOOL_FILES / "guidellm" / "v0.6.yaml"
"""What is not wholly YAML is none."""


def refusal(path: Path, **options: int) -> str:
    with pytest.raises(CannotImportError) as refused:
        read_results(path, **options)
    sentence = str(refused.value)
    assert sentence.startswith(f"cannot read {path}")
    assert "\n" not in sentence
    return sentence


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "result.json"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "not JSON"),
        (b"\x00\xff\xfe", "not a result file (UnicodeDecodeError)"),
        (b"[1, 2]", "holds a JSON list"),
        (b'{"a": 1}', "no result of vLLM"),
        (b"[" * 1_000_000, "RecursionError"),
        (b'{"model_id": ' + b"9" * 10_000 + b"}", "ValueError"),
        (b'{"a": 1}\n{"a":', "line 2 is not JSON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_result(tmp_path: Path, content: bytes, cause: str) -> None:
    assert cause in refusal(written(tmp_path, content))


def test_what_is_no_file(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "nothing.json")
    assert "it is a directory" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe.json")
    assert "not a regular file" in refusal(tmp_path / "pipe.json")
    assert "not a regular file" in refusal(Path("/dev/zero"))


def test_numbers_that_are_no_times(tmp_path: Path) -> None:
    result = json.loads(FILES[0].read_bytes())
    result["ttfts"][0] = result["latencies"][0] = 1e308
    (run,) = read_results(written(tmp_path, json.dumps(result).encode()))
    computed = recompute(run)
    assert computed["median_ttft_ms"] == pytest.approx(31, abs=1)
    assert "std_ttft_ms" not in computed


@pytest.mark.parametrize(
    "path", [*FILES, EVALSCOPE], ids=lambda path: path.name
)
def test_a_file_beyond_the_limit_is_not_opened(path: Path) -> None:
    with pytest.raises(CannotImportError, match="more than the 100 allowed"):
        read_results(path, most_bytes=100)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@given(data=st.data())
def test_whatever_stands_in_a_field_it_is_read_or_refused(
    path: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """One field, somewhere in a real file, is replaced by anything."""
    result: Any = json.loads(
        path.read_bytes().splitlines()[0]
        if path.suffix == ".jsonl"
        else path.read_bytes()
    )
    inside: Any = result
    while True:
        keys = list(inside) if isinstance(inside, dict) else range(len(inside))
        key = data.draw(st.sampled_from(keys))
        if (
            not isinstance(inside[key], dict | list)
            or not inside[key]
            or data.draw(st.integers(0, 4)) == 0
        ):
            break
        inside = inside[key]
    inside[key] = data.draw(json_values)
    changed = tmp_path_factory.getbasetemp() / "changed.json"
    changed.write_text(json.dumps(result))
    try:
        runs = read_results(changed)
    except CannotImportError:
        return
    for run in runs:
        recompute(run)
        assert isinstance(run.missing, tuple)


odd_texts = st.text(max_size=20) | st.sampled_from(
    (
        "9" * 400,
        "-1",
        "nan",
        "inf",
        "1e999",
        "\0",
        '"',
        "'",
        "|",
        ",",
        "=" * 60,
        "\x1b[31m",
        "[" * 99,
    )
)


@pytest.mark.parametrize("path", [*TEXTS, YAML], ids=lambda path: path.name)
@given(data=st.data())
def test_whatever_stands_in_a_text_it_is_read_or_refused(
    path: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A piece, somewhere in a real text, is replaced by anything."""
    content = path.read_bytes().decode()
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, min(len(content), begin + 200)))
    piece = data.draw(odd_texts)
    changed = tmp_path_factory.getbasetemp() / f"changed{path.suffix}"
    changed.write_bytes(
        (content[:begin] + piece + content[end:]).encode("utf-8", "replace")
    )
    try:
        runs = read_results(changed)
    except CannotImportError:
        return
    for run in runs:
        assert all(math.isfinite(value) for value in run.metrics.values())
        assert isinstance(run.missing, tuple)


LINES = (
    "=" * 60_000,
    "model=" * 10_000,
    "Namespace(" + "model='" * 8_000,
    "bench serve " + "--model " * 8_000,
    "INSERT INTO test (" * 3_000,
    ":" * 60_000,
    "\x1b[" * 20_000,
    "1," * 30_000,
    "p9" * 30_000 + " latency (ns): 1",
)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_a_line_without_end_takes_no_time(
    path: Path, line: str, tmp_path: Path
) -> None:
    """A reader whose time grows with the square of a line would not come back from a thousand."""
    changed = tmp_path / path.name
    changed.write_bytes(
        (path.read_bytes().decode() + f"\n{line}" * 20).encode()
    )
    assert read_results(changed)


@pytest.mark.parametrize("line", LINES)
def test_nor_does_it_where_it_is_refused(line: str, tmp_path: Path) -> None:
    changed = tmp_path / YAML.name
    changed.write_text(YAML.read_text() + f"\n{line}" * 20)
    assert "no YAML report" in refusal(changed)


def database(
    directory: Path, *statements: str | tuple[str, tuple[Any, ...]]
) -> Path:
    """EvalScope's directory with another database."""
    shutil.copytree(EVALSCOPE, directory, ignore=shutil.ignore_patterns("*.db"))
    with closing(
        sqlite3.connect(directory / "benchmark_data.db")
    ) as connection:
        for statement in statements:
            connection.execute(
                *(statement if isinstance(statement, tuple) else (statement,))
            )
        connection.commit()
    return directory


TABLE = f"CREATE TABLE result (response_messages TEXT, request TEXT, {', '.join(evalscope.COLUMNS)})"
ROW = "INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        return Path.touch, (self.path,)


def test_a_pickled_answer_is_never_read(tmp_path: Path) -> None:
    mark = tmp_path / "was-run"
    bomb = pickle.dumps(Bomb(mark))
    directory = database(
        tmp_path / "run",
        TABLE,
        (ROW, (bomb, bomb, 1.0, 1, 0.03, 0.18, 40, 16, "[0.01]")),
    )
    (run,) = read_results(directory)
    assert run.requests is not None
    assert run.requests.ttft_s.tolist() == [0.03]
    assert not mark.exists()
    pickle.loads(bomb)
    assert mark.exists()  # it would have


def test_no_importer_knows_pickle() -> None:
    for path in Path(importers.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import | ast.ImportFrom)
                else []
            )
            assert not {"pickle", "marshal", "shelve", "joblib"} & set(names)


def test_a_database_with_values_of_any_type(tmp_path: Path) -> None:
    rows = [
        (
            "x",
            "x",
            "yesterday",
            1,
            b"\x00",
            float("inf"),
            "many",
            None,
            '[0.01, null, "x"]',
        ),
        ("", "", 1, 0, 1, 1, 1, 1, "[[["),
    ]
    (run,) = read_results(
        database(tmp_path / "run", TABLE, *((ROW, row) for row in rows))
    )
    assert run.requests is not None
    assert run.requests.ok.tolist() == [True, False]
    assert "mean_ttft_ms" not in recompute(run)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE other (a)",
        "CREATE TABLE result (a)",
        (
            "CREATE VIEW result AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) "
            "SELECT i AS start_time FROM n"
        ),
    ],
)
def test_a_database_of_another_shape(tmp_path: Path, statement: str) -> None:
    with pytest.raises(CannotImportError, match="take it away to do without"):
        read_results(database(tmp_path / "run", statement))


def test_a_database_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = database(
        tmp_path / "run",
        TABLE,
        *[(ROW, ("", "", 1, 1, 1, 1, 1, 1, "[]"))] * 2_000,
    )
    assert read_results(directory)[0].requests is not None
    monkeypatch.setattr(evalscope, "MAX_STEPS", 3)
    with pytest.raises(CannotImportError, match="interrupted"):
        read_results(directory)


def test_a_damaged_database(tmp_path: Path) -> None:
    directory = database(tmp_path / "run", TABLE)
    (directory / "benchmark_data.db").write_bytes(
        b"SQLite format 3\x00" + os.urandom(4_000)
    )
    with pytest.raises(CannotImportError, match=r"benchmark_data\.db"):
        read_results(directory)


def test_reading_a_database_leaves_no_trace(tmp_path: Path) -> None:
    directory = shutil.copytree(EVALSCOPE, tmp_path / "run")
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    read_results(directory)
    assert {
        path.name: path.read_bytes() for path in directory.iterdir()
    } == before
