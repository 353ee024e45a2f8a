"""Ctrl-C, SIGTERM and the end of a terminal once the work is over: they change nothing any more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inferometer.calibration import accuracy, kept
from inferometer.calibration import search as making
from inferometer.calibration.kept import DIRECTORY_VARIABLE
from inferometer.cli import demo, run_ending
from inferometer.cli.bench import ending as bench_ending
from inferometer.cli.bench import run as bench_run
from inferometer.metrics.calibration import KINDS, Calibration, Ceiling
from inferometer.system.interruption import ALL
from tests.cli.api_server import serving
from tests.cli.conftest import Command
from tests.processes import environment, run_forked

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

PROGRAM = f"""
import atexit, os, sys, threading, weakref
from inferometer.cli import main
def send():
    for number in {[int(number) for number in ALL]}:
        os.kill(os.getpid(), number)
        print("sent", end=" ", flush=True)
class Anything: pass
anything = Anything()
usual = main.finish_output
def finish_output(code):
    send()
    threading._register_atexit(send)
    atexit.register(send)
    weakref.finalize(anything, send)  # what multiprocessing and tempfile leave to the end
    return usual(code)
main.finish_output = finish_output
try:
    main.main()
finally:
    send()
"""


def fresh(command: list[str], **options: Any) -> Any:
    return subprocess.run(command, capture_output=True, check=False, **options)


@pytest.mark.parametrize("start", [fresh, run_forked])
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--version"], 0, ""),
        (["presets", "show", "none"], 2, "inferometer: there is no preset"),
    ],
)
def test_while_the_interpreter_ends_nothing_is_said_and_the_code_stays(
    start: Callable[..., Any], words: list[str], code: int, said: str
) -> None:
    ended = start(
        [sys.executable, "-c", PROGRAM, *words], env=environment(), text=True
    )
    assert ended.stdout.split().count("sent") == 5 * len(ALL)
    assert ended.returncode == code
    assert ended.stderr.startswith(said)
    assert ended.stderr.count("\n") == (1 if said else 0)


@pytest.fixture
def sent_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[object, str], None]:
    """All signals arrive when this function is called."""

    def send_at(module: object, name: str) -> None:
        usual = getattr(module, name)

        def held_up(*given: Any, **more: Any) -> Any:
            for number in ALL:
                os.kill(os.getpid(), number)
            return usual(*given, **more)

        monkeypatch.setattr(module, name, held_up)

    return send_at


def test_what_bench_does_after_its_report_is_done(
    inferometer: Command,
    sent_at: Callable[[object, str], None],
    tmp_path: Path,
) -> None:
    sent_at(bench_ending, "calibrate_afterwards")
    with serving() as server:
        code, out, err = inferometer(
            *f"bench --base-url {server.url} --num-prompts 4".split(),
            *[
                "--random-input-len",
                "8",
                "--random-output-len",
                "4",
                "--ignore-eos",
            ],
            *["--no-realtime", "--allow-invalid", "--quiet", "--save-result"],
            *("--result-dir", tmp_path),
        )
    assert (code, err) == (0, "")
    assert "Verdict: " in out


CAMPAIGN = """
name: small
result_dir: {folder}
telemetry: false
models: {{m: tiny}}
servers: {{s: {{kind: external, base_url: "{url}"}}}}
groups: [{{id: g, model: m, server: s}}]
workload: {{input_len: 8, output_len: 3}}
sampling: {{ignore_eos: true}}
matrix: {{num_prompts: [2]}}
"""


def test_a_campaign_that_is_measured_is_reported_to_its_end(
    inferometer: Command,
    sent_at: Callable[[object, str], None],
    tmp_path: Path,
) -> None:
    sent_at(run_ending, "show_outcome")
    with serving() as server:
        path = tmp_path / "small.yaml"
        path.write_text(
            CAMPAIGN.format(url=server.url, folder=tmp_path / "results")
        )
        code, out, _ = inferometer("run", path, "--allow-invalid")
    assert code == 0, out
    assert "[x] results: 1 of 1 points" in out


def test_a_calibration_that_is_made_is_kept(
    inferometer: Command,
    sent_at: Callable[[object, str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path))
    made = Calibration(
        making.key_of(workers=1, real_time=False),
        *("2026-11-20T12:00:00+00:00", True, 11.5, 0.1, 0.25),
        *("kernel", "normal", dict.fromkeys(KINDS, Ceiling(1e6, "client")), ()),
    )
    monkeypatch.setattr(making, "calibrate", lambda **_: made)
    sent_at(kept, "keep")
    code, _, err = inferometer("calibrate", "--quick", "--no-realtime")
    assert (code, err) == (0, "")
    assert list(tmp_path.glob("*.json"))


def test_a_demo_that_is_measured_is_told_to_its_end(
    inferometer: Command,
    sent_at: Callable[[object, str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured = SimpleNamespace(trace=None)
    exact = accuracy.Accuracy(*[1.0] * 9)  # type: ignore[arg-type]
    monkeypatch.setattr(
        bench_run, "measure_and_report", lambda *_: (measured, 0)
    )
    monkeypatch.setattr(accuracy, "compare", lambda *_: exact)
    sent_at(demo, "_tell")
    assert inferometer("demo", "--result-dir", tmp_path)[::2] == (0, "")
