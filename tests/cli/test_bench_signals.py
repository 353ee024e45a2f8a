"""Ctrl-C, SIGTERM and the end of a terminal, once or several times, at every stage of `bench`.

A command of its own is held up at the stage, says so on standard error, and is sent signals there.
"""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from inferometer.store.run_directory import load_run
from tests.cli.api_server import ApiServer, Call, serving
from tests.processes import Forked

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

CTRL_C, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP

PRELUDE = """
import sys
from select import select
from importlib import import_module
module = import_module("inferometer.{module}")
usual = module.{name}
count = 0
def held_up(*arguments, **more):
    global count
    count += 1
    if count == {call}:
        print("held up", file=sys.stderr, flush=True)
        while not select([sys.stdin], [], [], 0.1)[0]:
            pass  # a signal that comes just before a wait is handled only after it
    return usual(*arguments, **more)
module.{name} = held_up
from inferometer.cli.main import main
main()
"""


def flags(url: str, folder: Path, *more: str) -> list[str]:
    line = (
        f"bench --base-url {url} --num-prompts 6 --max-concurrency 2 --random-input-len 8 "
        "--random-output-len 4 --ignore-eos"
    )
    save = (
        f"--quiet --no-realtime --allow-invalid --save-result --result-dir {folder} "
        "--result-filename r.json"
    )
    return [*line.split(), *save.split(), *more]


@contextmanager
def held_up(
    where: str, arguments: Sequence[str], *, call: int = 1
) -> Iterator[subprocess.Popen[str]]:
    """A command that is at the call of this function, in a session of its own, until it is asked
    for its output, which closes its input.
    """
    module, _, name = where.rpartition(".")
    code = PRELUDE.format(module=module, name=name, call=call)
    command = [sys.executable, "-c", code, *arguments]
    with Forked(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        while (line := process.stderr.readline()) != "held up\n":
            assert line, "it has ended"
        yield process


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as server:
        yield server


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        ("metrics.summary.summarize", [CTRL_C]),
        (
            "metrics.summary.summarize",
            [TERM, HUP, TERM],
        ),  # as the end of a session does
        ("store.run_directory._to_series", [CTRL_C] * 3),
        ("store.run_directory._to_series", [HUP]),
        ("measurement.saving.take_name", [CTRL_C] * 3),
        ("cli.bench.ending.render", [CTRL_C]),
    ],
)
def test_what_was_measured_is_saved_and_reported(
    server: ApiServer, tmp_path: Path, where: str, numbers: list[signal.Signals]
) -> None:
    with held_up(where, flags(server.url, tmp_path)) as process:
        for number in numbers:
            os.killpg(process.pid, number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "")
    assert "Verdict: " in out
    assert f"Saved:    {tmp_path / 'r.json'}" in out
    assert json.loads((tmp_path / "r.json").read_text())["completed"] == 6
    assert len(load_run(tmp_path / "r").trace) == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r", "r.json"]


@pytest.mark.parametrize(
    ("where", "number"),
    [
        ("cli.bench.run.parse_flags", HUP),
        ("measurement.prepare.build_workload", CTRL_C),
        ("measurement.prepare.resolve", TERM),
    ],
)
def test_before_anything_is_measured_it_ends_at_once_with_a_line(
    server: ApiServer, tmp_path: Path, where: str, number: signal.Signals
) -> None:
    with held_up(where, flags(server.url, tmp_path)) as process:
        os.killpg(process.pid, number)
        assert process.wait(30) == 130, "nothing more is waited for"
        _, err = process.communicate(timeout=30)
    assert err == "inferometer: stopped before there was anything to report.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_answer_is_not_waited_for(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        command = [
            sys.executable,
            "-m",
            "inferometer",
            *flags(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path),
        ]
        with Forked(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            silent.settimeout(30)
            connection, _ = silent.accept()
            with connection:
                process.send_signal(CTRL_C)
                _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (
        130,
        "inferometer: stopped before there was anything to report.\n",
    )


@pytest.mark.parametrize(
    ("where", "call", "number", "saved"),
    [
        (
            "measurement.session.prepare",
            2,
            CTRL_C,
            1,
        ),  # the second repeat is made ready: there is nothing of it
        ("metrics.summary.summarize", 2, HUP, 2),
        ("metrics.summary.summarize", 3, CTRL_C, 3),
        ("cli.bench.ending.save_repeats", 1, TERM, 3),
    ],
)
def test_repeats_that_are_finished_are_summed_up(
    tmp_path: Path, where: str, call: int, number: signal.Signals, saved: int
) -> None:
    with (
        serving() as server,
        held_up(
            where, flags(server.url, tmp_path, "--repeats", "3"), call=call
        ) as process,
    ):
        os.killpg(process.pid, number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "")
    runs = json.loads((tmp_path / "r-repeats" / "repeats.json").read_bytes())[
        "runs"
    ]
    assert [run["counts"] for run in runs] == [True] * saved
    assert [
        json.loads((tmp_path / run["json"]).read_text())["completed"]
        for run in runs
    ] == [6] * saved
    assert "Repeats" in out


def hanging_from(number: int) -> tuple[Event, Event, object]:
    """Whether two requests from this one on hang, what lets them go, and how they are answered."""
    hang, over = Event(), Event()
    hanging: list[int] = []

    def answer(call: Call) -> tuple[int, bytes]:
        if call.number is not None and call.number >= number:
            hanging.append(call.number)
            if len(hanging) == 2:
                hang.set()
            over.wait(30)
        return call.exact_answer()

    return hang, over, answer


def test_a_terminal_that_closes_takes_nothing_along(tmp_path: Path) -> None:
    """Its programs are sent SIGHUP, and what they still write fails."""
    hang, over, answer = hanging_from(3)
    with serving(answer=answer) as server:
        arguments = [
            each for each in flags(server.url, tmp_path) if each != "--quiet"
        ]
        process, terminal = pty.fork()
        if process == 0:
            os.execv(
                sys.executable,
                [sys.executable, "-m", "inferometer", *arguments],
            )
        assert hang.wait(30)
        os.close(terminal)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        over.set()
    assert code == 130
    assert json.loads((tmp_path / "r.json").read_text())["completed"] == 3
    assert load_run(tmp_path / "r").trace.interrupted


def test_under_nohup_the_run_goes_on(tmp_path: Path) -> None:
    hang, over, answer = hanging_from(3)
    with serving(answer=answer) as server:
        command = [
            "sh",
            "-c",
            'trap "" HUP; exec "$@"',
            "sh",
            sys.executable,
            "-m",
            "inferometer",
        ]
        with subprocess.Popen(
            [*command, *flags(server.url, tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            assert hang.wait(30)
            os.killpg(process.pid, HUP)
            over.set()
            _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert json.loads((tmp_path / "r.json").read_text())["completed"] == 6


def test_a_process_that_is_suspended_and_goes_on_loses_nothing(
    tmp_path: Path,
) -> None:
    """Its workers, which have not been suspended, go on meanwhile."""
    hang, over, answer = hanging_from(3)
    with serving(answer=answer) as server:
        command = [
            sys.executable,
            "-m",
            "inferometer",
            *flags(server.url, tmp_path),
        ]
        with Forked(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert hang.wait(30)
            process.send_signal(signal.SIGSTOP)
            over.set()
            while len(server.measured) < 6:
                Event().wait(0.01)
            process.send_signal(signal.SIGCONT)
            _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert json.loads((tmp_path / "r.json").read_text())["completed"] == 6
