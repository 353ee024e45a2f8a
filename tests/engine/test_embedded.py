"""The engine as a process: how it starts, and that it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from inferometer.engine import EmbeddedEngine, EngineSettings, load_truth
from tests.engine.loopback import TIMEOUT_S
from tests.processes import Forked, run_forked

PARENT = """
import sys
from inferometer.engine import EmbeddedEngine
engine = EmbeddedEngine()
engine.start()
print(engine.pid, flush=True)
sys.stdin.read()
"""

COMMAND = [
    sys.executable,
    "-c",
    "from inferometer.cli.engine import engine; import typer; typer.run(engine)",
]


@pytest.fixture(scope="module", autouse=True)
def forked_engines() -> None:
    """Not here: what is tested is how users start it."""


def test_it_ends_with_its_block() -> None:
    with EmbeddedEngine() as engine:
        process = psutil.Process(engine.pid)
        assert engine.base_url.startswith("http://127.0.0.1:")
    assert not process.is_running()
    engine.stop()
    with pytest.raises(RuntimeError, match="not been started"):
        _ = engine.pid


def test_modules_of_the_users_directory_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("json", "heapq", "httptools"):
        (tmp_path / f"{module}.py").write_text(
            "raise SystemExit('this is no module for you')", encoding="utf-8"
        )
    monkeypatch.chdir(tmp_path)
    with EmbeddedEngine() as engine:
        assert engine.base_url


def test_it_ends_when_its_parent_is_killed() -> None:
    with Forked(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        engine = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + TIMEOUT_S
        while engine.is_running() and engine.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline, "the engine outlived its parent"
            time.sleep(0.01)


def test_a_port_that_is_taken(capfd: pytest.CaptureFixture[str]) -> None:
    with EmbeddedEngine() as first:
        port = int(first.base_url.rsplit(":", 1)[1])
        with pytest.raises(RuntimeError, match="did not start"):
            EmbeddedEngine(port=port).start()
    assert (
        f"cannot listen on 127.0.0.1:{port} (Address already in use)"
        in capfd.readouterr().err
    )


def test_truth_has_to_be_asked_for() -> None:
    with (
        EmbeddedEngine() as engine,
        pytest.raises(RuntimeError, match="record_truth=True"),
    ):
        engine.truth()


def test_wrong_settings_are_found_before_anything_starts() -> None:
    with pytest.raises(ValueError, match="itl_ms"):
        EmbeddedEngine(EngineSettings(itl_ms=-1))
    with pytest.raises(ValueError, match="port"):
        EmbeddedEngine(port=70_000)


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
)
def test_the_command_serves_until_it_is_told_to_end(
    number: signal.Signals, tmp_path: Path
) -> None:
    truth = tmp_path / "truth.npz"
    command = [*COMMAND, "--port", "0", "--truth", str(truth)]
    with Forked(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("Embedded engine ready at http://127.0.0.1:")
        os.kill(process.pid, number)
        assert process.wait(TIMEOUT_S) == 0
    assert len(load_truth(truth)) == 0


def test_true_times_that_cannot_be_written_any_more_are_a_sentence(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    command = [*COMMAND, "--port", "0", "--truth", str(folder / "truth.npz")]
    with Forked(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline()
        folder.rmdir()
        process.terminate()
        _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 2
    assert err == (
        f"The true times cannot be written to {folder / 'truth.npz'} (No such file or "
        "directory) and are lost.\n"
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--jitter", "-1"], "jitter is -1.0"),
        (["--port", "99999"], "port is 99999"),
        (
            ["--truth", "/no/such/folder/truth.npz"],
            "cannot be written to /no/such/folder",
        ),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1:8000"),
    ],
)
def test_the_command_refuses_in_a_sentence(
    options: list[str], words: str
) -> None:
    done = run_forked([*COMMAND, *options], timeout=TIMEOUT_S)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_child_whose_parent_is_gone_before_it_was_asked_ends() -> None:
    code = "import sys; from inferometer.engine.child import main; sys.exit(main())"
    ended = run_forked([sys.executable, "-c", code], stdin=subprocess.DEVNULL)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
