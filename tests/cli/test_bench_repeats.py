"""`inferometer bench --repeats`: a line and files for each run, and a summary of those that
count.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from inferometer.loadgen import MeasurementError
from inferometer.measurement import session as measured
from inferometer.measurement.prepare import ReadyPoint, run
from inferometer.metrics import Finding, Level, Summary, Verdict
from inferometer.metrics import verdict as verdict_of
from inferometer.store.run_directory import load_run
from inferometer.trace import Trace
from tests.cli.api_server import Call, serving
from tests.cli.conftest import Command
from tests.processes import Forked

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)
"""The server's threads are no concern of the forked workers."""

COMMAND = [
    sys.executable,
    "-c",
    "from inferometer.cli.main import main; main()",
    "bench",
    "--no-realtime",
    "--no-telemetry",
    "--quiet",
]

Bench = Callable[..., tuple[int, str, str]]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, inferometer: Command) -> Bench:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def run(*arguments: object) -> tuple[int, str, str]:
        quick = ("--no-realtime", "--no-telemetry", "--quiet")
        return inferometer("bench", *quick, *arguments)

    return run


def flags(url: str, folder: Path, *more: str) -> list[str]:
    line = (
        f"--base-url {url} --num-prompts 4 --num-warmups 2 --random-input-len 8 "
        "--random-output-len 3 --ignore-eos --seed 5"
    )
    return [
        *line.split(),
        "--save-result",
        "--result-dir",
        str(folder),
        "--result-filename",
        "mine.json",
        *more,
    ]


def summary_in(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (folder / "mine-repeats" / "repeats.json").read_bytes()
    )
    return found


def fails_in_run(number: int) -> Callable[[Call], tuple[int, bytes]]:
    """The runs are told apart by their request ids."""

    def answer(call: Call) -> tuple[int, bytes]:
        name = call.headers.get("x-request-id", "")
        return (500, b"{}") if f"-r{number}-" in name else call.exact_answer()

    return answer


def test_every_repeat_has_its_line_and_files_and_prompts(
    bench: Bench, tmp_path: Path
) -> None:
    with serving() as server:
        code, out, err = bench(
            *flags(server.url, tmp_path, "--repeats", "3", "--allow-invalid")
        )
        prompts = [tuple(call.body["prompt"]) for call in server.measured]
    assert code == 0, out + err
    assert len(set(prompts)) == 3 * 6, (
        "four requests and two warm-ups each, none sent twice"
    )
    assert [line[:5] for line in out.splitlines() if line.startswith("[")] == [
        "[1/3]",
        "[2/3]",
        "[3/3]",
    ]
    assert " 3 Repeats " in out
    runs = [f"mine-repeat{number}" for number in (1, 2, 3)]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*runs, *(f"{run}.json" for run in runs), "mine-repeats"]
    )
    loaded = [load_run(tmp_path / run) for run in runs]
    assert [run.spec.repeat for run in loaded] == [0, 1, 2]
    assert len({run.fingerprint for run in loaded}) == 3
    assert [int(run.trace.requests["warmup"].sum()) for run in loaded] == [
        2,
        2,
        2,
    ]
    found = summary_in(tmp_path)
    assert [
        (run["repeat"], run["run"], run["json"], run["counts"])
        for run in found["runs"]
    ] == [
        (number, run, f"{run}.json", True) for number, run in enumerate(runs, 1)
    ]
    written = [
        json.loads((tmp_path / f"{run}.json").read_text())["output_throughput"]
        for run in runs
    ]
    spread = found["spreads"]["output_throughput"]
    assert (
        spread["values"]
        == written
        == [run["values"]["output_throughput"] for run in found["runs"]]
    )
    assert (spread["min"], spread["max"], spread["runs"]) == (
        min(written),
        max(written),
        3,
    )
    assert (
        spread["interval"]["low"]
        <= spread["mean"]
        <= spread["interval"]["high"]
    )


def test_a_run_that_is_invalid_is_left_out_and_gives_the_exit_code(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(trace: Any, summary: Summary, **_: Any) -> Verdict:
        level = Level.INVALID if summary.counts.failed else Level.OK
        return Verdict(
            (
                Finding(
                    "failures",
                    level,
                    "found",
                    written=("The test says so.", ""),
                ),
            )
        )

    monkeypatch.setattr(
        verdict_of, "judge", judge
    )  # a busy machine may make the other runs INVALID too
    with serving(answer=fails_in_run(2)) as server:
        code, out, err = bench(*flags(server.url, tmp_path, "--repeats", "3"))
    assert code == 1, out + err
    assert "Left out: 2 (INVALID)." in out
    runs = summary_in(tmp_path)["runs"]
    assert (runs[1]["status"], runs[1]["counts"]) == ("INVALID", False)
    assert (tmp_path / "mine-repeat2.json").exists()


def test_lines_of_one_file(bench: Bench, tmp_path: Path) -> None:
    with serving() as server:
        code, out, err = bench(
            *flags(
                server.url,
                tmp_path,
                "--repeats",
                "2",
                "--append-result",
                "--allow-invalid",
            )
        )
    assert code == 0, out + err
    assert len((tmp_path / "mine.json").read_text().splitlines()) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "mine",
        "mine-2",
        "mine-repeats",
        "mine.json",
    ]


def test_one_repeat_is_a_run_as_ever(bench: Bench, tmp_path: Path) -> None:
    with serving() as server:
        code, out, err = bench(
            *flags(server.url, tmp_path, "--repeats", "1", "--allow-invalid")
        )
    assert code == 0, out + err
    assert "Serving Benchmark Result" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "mine",
        "mine.json",
    ]


def test_without_being_asked_nothing_is_written(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with serving() as server:
        line = (
            f"--base-url {server.url} --num-prompts 2 --random-input-len 8 --random-output-len 3 "
            "--repeats 2 --allow-invalid"
        )
        code, out, err = bench(*line.split())
    assert (code, err) == (0, ""), out
    assert " 2 Repeats " in out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("repeats", ["0", "-1", "1001"])
def test_numbers_that_are_none(bench: Bench, repeats: str) -> None:
    code, out, err = bench("--repeats", repeats, "--num-prompts", "0")
    assert (code, out) == (2, "")
    assert f"--repeats {repeats}: should be 1 to 1000." in err
    assert "--num-prompts" in err, "all that is wrong at once"


def test_a_signal_keeps_what_is_finished(tmp_path: Path) -> None:
    hangs, over = Event(), Event()

    def hang_in_the_second(call: Call) -> tuple[int, bytes]:
        if "-r2-" in call.headers.get("x-request-id", ""):
            hangs.set()
            over.wait(20)
        return call.exact_answer()

    with serving(answer=hang_in_the_second) as server:
        arguments = [
            *COMMAND,
            *flags(
                server.url,
                tmp_path,
                "--repeats",
                "3",
                "--allow-invalid",
                "--max-concurrency",
                "1",
            ),
        ]
        process = Forked(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert hangs.wait(20)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        over.set()
    assert process.returncode == 130, out + err
    assert "Traceback" not in err
    assert " 1 of 3 Repeats " in out
    assert [
        (run["repeat"], run["counts"]) for run in summary_in(tmp_path)["runs"]
    ] == [
        (1, True),
        (2, False),
    ]
    assert load_run(tmp_path / "mine-repeat2").trace.interrupted
    assert not (tmp_path / "mine-repeat3").exists()


def test_a_server_that_goes_away_between_runs(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is finished is summed up, and the exit code says that the rest could not be measured."""

    def once(ready: ReadyPoint, *rest: Any, **more: Any) -> Trace:
        if ready.spec.repeat:
            raise MeasurementError("Only 0 of 4 connections could be opened.")
        return run(ready, *rest, **more)

    monkeypatch.setattr(measured, "run", once)
    with serving() as server:
        code, out, err = bench(
            *flags(server.url, tmp_path, "--repeats", "3", "--allow-invalid")
        )
    assert code == 2
    assert err == "inferometer: Only 0 of 4 connections could be opened.\n"
    assert " 1 of 3 Repeats " in out
    assert len(summary_in(tmp_path)["runs"]) == 1
