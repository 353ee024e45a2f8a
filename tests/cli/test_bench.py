"""`inferometer bench`, from the command line to the files, against the embedded engine and servers
that fail.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Lock
from typing import Any

import pytest

from inferometer.cli.bench.ending import exit_code
from inferometer.cli.bench.flags import BenchFlags
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.metrics import Verdict
from inferometer.metrics.finding import Finding, Level
from inferometer.store.run_directory import load_run
from inferometer.trace import MISSING, Outcome, Trace
from inferometer.trace.trace import empty_events, empty_requests
from tests.cli.api_server import MODEL, Call, serving
from tests.cli.conftest import Command
from tests.processes import Forked, run_forked

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)
"""The servers' threads are no concern of the forked workers."""

COMMAND = [
    sys.executable,
    "-c",
    "from inferometer.cli.main import main; main()",
    "bench",
]

Bench = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine(
        EngineSettings(ttft_ms=3, itl_ms=1, max_model_len=512), model=MODEL
    ) as engine:
        yield engine


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, inferometer: Command) -> Bench:
    """Runs `inferometer bench` in this process; exit code, standard output and standard error."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        return inferometer("bench", "--no-realtime", *arguments)

    return run


def typed(line: str) -> list[str]:
    return line.split()


def small(url: str, n: int = 6) -> list[str]:
    """Flags of a run that takes no time."""
    return typed(
        f"--base-url {url} --num-prompts {n} --random-input-len 8 --random-output-len 4 "
        "--ignore-eos --seed 5"
    )


USABLE = "--allow-invalid"
"""Where the verdict is not what is tested: on a busy machine the client may be starved, and says
so.
"""


def result_in(directory: Path) -> dict[str, Any]:
    (file,) = directory.glob("*.json")
    content = file.read_text()
    assert "\n" not in content
    result: dict[str, Any] = json.loads(content)
    return result


# What goes well


def test_a_closed_loop_is_measured_reported_and_saved(
    engine: EmbeddedEngine, bench: Bench, tmp_path: Path
) -> None:
    code, out, err = bench(
        *small(engine.base_url, 12),
        USABLE,
        *typed(
            "--max-concurrency 3 --num-warmups 4 --percentile-metrics ttft,tpot,itl,e2el "
            "--metric-percentiles 50,99"
        ),
        *typed(
            "--goodput ttft:10000 tpot:10000 --save-result --label mine --metadata gpu=none "
            "tp=1 --result-dir"
        ),
        tmp_path,
    )
    assert code == 0, out + err
    assert "12/12" not in out  # progress is for standard error
    assert "16/16 requests" in err
    for line in (
        "Successful requests:",
        "Mean TTFT (ms):",
        "P50 TPOT (ms):",
        "P99 E2EL (ms):",
        "closed loop of 3",
    ):
        assert line in out, out
    result = result_in(tmp_path)
    assert (
        result["completed"],
        result["failed"],
        result["num_prompts"],
        result["max_concurrency"],
    ) == (12, 0, 12, 3)
    assert (result["total_input_tokens"], result["total_output_tokens"]) == (
        96,
        48,
    )
    assert (result["label"], result["gpu"], result["tp"]) == (
        "mine",
        "none",
        "1",
    )
    assert "ttfts" not in result
    (directory,) = (path for path in tmp_path.iterdir() if path.is_dir())
    run = load_run(directory)
    r = run.trace.requests
    assert r["id"].tolist() == list(range(16))
    assert r["warmup"].tolist() == [True] * 4 + [False] * 12
    assert (
        r["prompt_tokens"].tolist()
        == r["asked_prompt_tokens"].tolist()
        == [8] * 16
    )
    assert r["output_tokens"].tolist() == [4] * 16
    assert set(r["intended_ns"].tolist()) == {MISSING}
    assert str(directory) in out


def test_an_open_loop_of_chats_with_two_workers(
    engine: EmbeddedEngine, bench: Bench, tmp_path: Path
) -> None:
    code, out, err = bench(
        *small(engine.base_url, 8),
        USABLE,
        *typed(
            "--backend openai-chat --request-rate 200 --burstiness inf --workers 2 "
            "--save-result --save-detailed"
        ),
        *("--result-dir", tmp_path, "--result-filename", "chat.json"),
    )
    assert code == 0, out + err
    result = result_in(tmp_path)
    assert (
        result["completed"],
        result["request_rate"],
        len(result["ttfts"]),
    ) == (8, 200.0, 8)
    assert all(result["generated_texts"])
    r = load_run(tmp_path / "chat").trace.requests
    assert r["intended_ns"].tolist() == [5_000_000 * (i + 1) for i in range(8)]
    assert (r["sent_ns"] >= r["intended_ns"] - 10_000).all()
    assert r["worker"].tolist() == [0, 1] * 4


def test_other_tools_definitions_follow_the_report(
    engine: EmbeddedEngine, bench: Bench
) -> None:
    code, out, err = bench(
        *small(engine.base_url, 4),
        USABLE,
        *typed("--dialect guidellm --dialect mlperf"),
    )
    assert code == 0, out + err
    report, guidellm, mlperf = re.split(r"=+ As (?:GuideLLM|MLPerf).*\n", out)
    assert "Verdict:" in report
    assert "time_per_output_token_ms.mean" in guidellm
    assert "p99_first_token_latency_ns" in mlperf


def test_results_are_added_to_and_run_directories_are_never_replaced(
    engine: EmbeddedEngine, bench: Bench, tmp_path: Path
) -> None:
    where = (
        "--save-result",
        "--append-result",
        "--result-dir",
        tmp_path / "deep" / "er",
        "--result-filename",
        "all.json",
    )
    for _ in range(2):
        code, out, err = bench(*small(engine.base_url, 2), USABLE, *where)
        assert code == 0, out + err
    folder = tmp_path / "deep" / "er"
    assert (
        len(
            [
                json.loads(line)
                for line in (folder / "all.json").read_text().splitlines()
            ]
        )
        == 2
    )
    assert sorted(path.name for path in folder.iterdir()) == [
        "all",
        "all-2",
        "all.json",
    ]


def test_without_being_asked_nothing_is_written(
    engine: EmbeddedEngine,
    bench: Bench,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = bench(*small(engine.base_url), USABLE, "--quiet")
    assert (code, err) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_the_same_seed_sends_the_same_prompts_and_another_one_others(
    bench: Bench,
) -> None:
    sent = []
    with serving() as server:
        for seed in (1, 1, 2):
            server.calls.clear()
            code, out, err = bench(
                *small(server.url, 3), USABLE, "--seed", str(seed)
            )
            assert code == 0, out + err
            sent.append(
                [
                    call.body["prompt"]
                    for call in sorted(
                        server.measured, key=lambda call: call.number or 0
                    )
                ]
            )
    assert sent[0] == sent[1] != sent[2]
    assert [len(prompts) for prompts in sent] == [3, 3, 3]


# What goes wrong on the way


def test_every_request_fails_and_the_results_say_so(
    bench: Bench, tmp_path: Path
) -> None:
    def fail_when_measured(call: Call) -> tuple[int, bytes]:
        return (
            call.exact_answer()
            if call.number is None
            else (500, b'{"error": {"message": "out of memory"}}')
        )

    with serving(answer=fail_when_measured) as server:
        code, out, err = bench(
            *small(server.url), "--save-result", "--result-dir", tmp_path
        )
    assert code == 1, out + err
    assert "INVALID" in out
    result = result_in(tmp_path)
    assert (result["completed"], result["failed"]) == (0, 6)
    (directory,) = (path for path in tmp_path.iterdir() if path.is_dir())
    r = load_run(directory).trace.requests
    assert r["detail"].tolist() == ["HTTP 500: out of memory"] * 6
    assert (
        json.loads((directory / "verdict.json").read_text())["status"]
        == "INVALID"
    )


@pytest.mark.parametrize(
    ("interrupted", "status", "allowed", "code"),
    [
        (False, "VALID", False, 0),
        (False, "SUSPECT", False, 0),
        (False, "INVALID", False, 1),
        (False, "INVALID", True, 0),
        (True, "SUSPECT", False, 130),
        (True, "INVALID", True, 130),
    ],
)
def test_the_exit_code_says_whether_the_numbers_may_be_used(
    interrupted: bool, status: Any, allowed: bool, code: int
) -> None:
    level = {
        "VALID": Level.OK,
        "SUSPECT": Level.SUSPECT,
        "INVALID": Level.INVALID,
    }[status]
    trace = Trace(
        empty_requests(0),
        empty_events(),
        (),
        0,
        closed_loop=True,
        interrupted=interrupted,
    )
    verdict = Verdict(
        (Finding("a_check", level, "found", written=("A sentence.", "")),)
    )
    assert exit_code(BenchFlags(allow_invalid=allowed), trace, verdict) == code


def test_an_invalid_result_may_be_allowed(bench: Bench) -> None:
    def fail_when_measured(call: Call) -> tuple[int, bytes]:
        return call.exact_answer() if call.number is None else (503, b"")

    with serving(answer=fail_when_measured) as server:
        assert bench(*small(server.url), "--allow-invalid")[0] == 0


@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, signal.SIGTERM, signal.SIGHUP],
    ids=["Ctrl-C", "SIGTERM", "SIGHUP"],
)
def test_a_signal_during_the_run_saves_what_is_there(
    tmp_path: Path, number: signal.Signals
) -> None:
    hanging, both_hang, over, lock = [], Event(), Event(), Lock()

    def hang_from_six(call: Call) -> tuple[int, bytes]:
        if call.number is not None and call.number >= 6:
            with lock:
                hanging.append(call.number)
                if len(hanging) == 2:
                    both_hang.set()
            over.wait(20)
        return call.exact_answer()

    with serving(answer=hang_from_six) as server:
        flags = [
            *small(server.url, 10),
            "--max-concurrency",
            "2",
            "--save-result",
            "--result-dir",
            str(tmp_path),
        ]
        process = Forked(
            [*COMMAND, *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert both_hang.wait(20)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        over.set()
    assert process.returncode == 130, out + err
    assert "Traceback" not in err
    assert result_in(tmp_path)["completed"] == 6
    (directory,) = (path for path in tmp_path.iterdir() if path.is_dir())
    trace = load_run(directory).trace
    assert trace.interrupted
    ok, cancelled, unsent = Outcome.OK, Outcome.CANCELLED, Outcome.UNSENT
    assert (
        trace.requests["outcome"].tolist()
        == [ok] * 6 + [cancelled] * 2 + [unsent] * 2
    )


def test_a_reader_that_hangs_up_does_not_cost_the_files(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    """`inferometer bench … | head -3`."""
    flags = [
        *small(engine.base_url, 3),
        "--save-result",
        "--result-dir",
        str(tmp_path),
    ]
    with Forked(
        [*COMMAND, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert [process.stdout.readline().split(b":")[0] for _ in range(3)] == [
            b"Server",
            b"Load",
            b"Prompts",
        ]
        process.stdout.close()
        err = process.stderr.read()
    assert result_in(tmp_path)["completed"] == 3
    assert b"Traceback" not in err


# Keys

KEY = "sk-verysecret0123456789abcdef"


def everything_in(directory: Path) -> str:
    """All that stands in the files, tables included."""
    import polars as pl

    texts = []
    for path in sorted(directory.rglob("*")):
        if path.suffix == ".parquet":
            texts.append(pl.read_parquet(path).write_ndjson())
        if path.is_file():
            texts.append(path.read_bytes().decode("latin-1"))
    assert any("detail" in text for text in texts)
    return "\n".join(texts)


@pytest.mark.parametrize("how", ["environment", "header"])
def test_a_key_is_sent_and_stands_nowhere(
    bench: Bench,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Not even when the server repeats it in its errors."""

    def echo(call: Call) -> tuple[int, bytes]:
        if call.number is None or call.number < 3:
            return call.exact_answer()
        return 400, json.dumps(
            {
                "error": {
                    "message": f"got {call.headers['authorization']} for {KEY}"
                }
            }
        ).encode()

    flags = (
        []
        if how == "environment"
        else ["--header", f"Authorization=Bearer {KEY}"]
    )
    with serving(answer=echo, key=KEY) as server:
        arguments = [
            *small(server.url),
            *flags,
            "--save-result",
            "--save-detailed",
            "--result-dir",
            str(tmp_path),
        ]
        if how == "environment":
            environment = {**os.environ, "OPENAI_API_KEY": KEY}
            told = run_forked([*COMMAND, *arguments], env=environment)
            code, out, err = told.returncode, told.stdout, told.stderr
        else:
            code, out, err = bench(*arguments)
    assert code == 1, out + err  # half of the requests failed
    assert {call.headers["authorization"] for call in server.measured} == {
        f"Bearer {KEY}"
    }
    assert KEY not in out + err
    assert KEY not in everything_in(tmp_path)
