"""Servers that we start: real child processes, small ones, and everything that can go wrong with
them.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from inferometer.server import accelerator_memory
from inferometer.server.base import Confirmation, ServerError
from inferometer.server.port import is_served
from inferometer.server.process import ProcessServer, exit_words
from inferometer.spec.server_recipe import ServerRecipe
from tests.processes import Forked, environment
from tests.server.needs import (
    LIMIT,
    MACHINE_B,
    MODEL,
    free_port,
    need,
    small_server,
)

PATIENCE_S = 30.0


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(accelerator_memory, "used_mib", dict)


@pytest.fixture
def port() -> int:
    return free_port()


class Bench:
    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory
        self.port = port
        self.said: list[str] = []

    def server(self, *options: str, **recipe: Any) -> ProcessServer:
        """A process server with the small server as its command, unless the recipe says
        otherwise.
        """
        settings: dict[str, Any] = {
            "kind": "process",
            "base_url": f"http://127.0.0.1:{self.port}",
            "command": small_server(self.port, *options),
            "stop_timeout_s": 10.0,
            "start_timeout_s": PATIENCE_S,
        } | recipe
        needed = need(ServerRecipe(**settings), hardware=("B", MACHINE_B), tp=2)
        return ProcessServer(
            needed, directory=self.directory, say=self.said.append
        )

    @contextmanager
    def running(
        self, *options: str, **recipe: Any
    ) -> Iterator[tuple[ProcessServer, Confirmation]]:
        server = self.server(*options, **recipe)
        try:
            yield server, server.start()
        finally:
            server.stop()


@pytest.fixture
def bench(tmp_path: Path, port: int) -> Bench:
    return Bench(tmp_path / "logs", port)


def gone(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def wait_gone(*pids: int) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not all(map(gone, pids)):
        assert time.monotonic() < deadline_s, (
            f"still there: {[pid for pid in pids if not gone(pid)]}"
        )
        time.sleep(0.02)


def test_it_comes_up_is_checked_and_is_gone(bench: Bench) -> None:
    with bench.running("print=loading weights") as (server, found):
        assert found.facts["model"] == MODEL
        assert found.facts["max_model_len"] == LIMIT
        assert found.facts["log"] == "vllm-7B-tp2.log"
        assert found.unchecked == (
            "hardware B: 2 GPUs, PCIe 5.0 x8, 16 GB/s each",
        )
        assert found.confirmed_by == "inferometer"
        server.check()
        assert server.log_tail() == ["loading weights"]
        assert server.recent_log() == ["loading weights"]
        assert server.pid is not None
        pid = server.pid
        assert os.getsid(pid) == pid, (
            "a session of its own: Ctrl-C at our terminal does not reach it"
        )
    assert gone(pid)
    assert not is_served(server.base_url)
    server.stop()
    assert server.log_tail() == ["loading weights"], (
        "the log outlives the server"
    )
    assert server.log_path is not None
    assert server.log_path.stat().st_mode & 0o077 == 0, (
        "servers print their settings, keys among them"
    )
    assert "Starting" in bench.said[0]


def test_every_start_has_a_log_of_its_own(bench: Bench) -> None:
    server = bench.server()
    for _ in range(2):
        server.start()
        server.stop()
    assert sorted(path.name for path in bench.directory.glob("*.log")) == [
        "vllm-7B-tp2-2.log",
        "vllm-7B-tp2.log",
    ]


def test_a_port_that_somebody_serves_is_refused_before_anything_starts(
    bench: Bench,
) -> None:
    with socket.create_server(("127.0.0.1", bench.port)):
        with pytest.raises(
            ServerError,
            match=rf"\(process {os.getpid()}\) already serves port {bench.port}: end it, or choose",
        ):
            bench.server().start()
        assert bench.said == []


def test_an_address_of_another_machine(bench: Bench) -> None:
    with pytest.raises(
        ServerError, match=r"192\.0\.2\.1 is not an address of this machine"
    ):
        bench.server(base_url="http://192.0.2.1:8000").start()


def test_a_recipe_without_a_command(bench: Bench) -> None:
    with pytest.raises(ServerError, match="vllm has no command"):
        bench.server(command=()).start()


def test_a_program_that_is_not_there(bench: Bench) -> None:
    with pytest.raises(
        ServerError,
        match=r"no-such-engine cannot be started .*activate its environment",
    ):
        bench.server(command=("no-such-engine", "serve")).start()


def test_a_directory_that_cannot_be_written_to(bench: Bench) -> None:
    bench.directory.write_text("a file", encoding="utf-8")
    with pytest.raises(ServerError, match="No log can be written to"):
        bench.server().start()


def test_it_dies_while_it_starts_and_the_log_says_why(bench: Bench) -> None:
    log = (
        "torch.OutOfMemoryError: HIP out of memory. Tried to allocate 12.95 GiB. GPU 0 has a "
        "total capacity of 31.86 GiB"
    )
    with pytest.raises(ServerError) as raised:
        bench.server(f"print={log}", "exit=1").start()
    sentence = str(raised.value)
    assert "The server ended with exit code 1." in sentence
    assert "vllm-7B-tp2.log" in sentence
    assert (
        "memory (VRAM) ran out. Cure: spread the model over more cards (TP=2)"
        in sentence
    )
    assert raised.value.log_tail == (log,)


def test_what_it_left_behind_when_it_died_is_ended(
    bench: Bench, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    with bench.running("child", f"pids={pids}") as (server, _):
        with suppress(OSError):
            urllib.request.urlopen(server.base_url + "/die", timeout=10)
        leader, child = map(int, pids.read_text().split())
        wait_gone(leader, child)
        with pytest.raises(ServerError, match="exit code 3"):
            server.check()


def test_it_does_not_become_ready(bench: Bench) -> None:
    with pytest.raises(
        ServerError,
        match=r"not ready within 0\.2 s \(start_timeout_s of its recipe\): Nothing listens",
    ) as raised:
        bench.server(
            "silent", "print=compiling graphs, 3 of 67", start_timeout_s=0.2
        ).start()
    assert raised.value.log_tail in ((), ("compiling graphs, 3 of 67",)), (
        "the machine may be slower than the time-out"
    )
    assert not is_served(f"http://127.0.0.1:{bench.port}")


def test_it_serves_another_model_than_the_recipe_says(bench: Bench) -> None:
    with pytest.raises(
        ServerError,
        match=r"is not the required one: .* serves tiny, not .*Compare the recipe's command",
    ):
        bench.server(command=small_server(bench.port, model="tiny")).start()
    assert not is_served(f"http://127.0.0.1:{bench.port}")


def test_a_child_in_another_session_ends_with_it(
    bench: Bench, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    with bench.running("child", f"pids={pids}"):
        leader, child = map(int, pids.read_text().split())
        assert not gone(child)
    assert gone(leader)
    assert gone(child)


def test_a_server_that_ignores_sigterm_is_killed(
    bench: Bench, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    with bench.running("deaf", "child", f"pids={pids}", stop_timeout_s=0.2):
        leader, child = map(int, pids.read_text().split())
    assert gone(leader)
    assert gone(child)
    assert not is_served(f"http://127.0.0.1:{bench.port}")


def test_the_environment_of_the_recipe_reaches_it_and_keys_do_not_reach_the_log(
    bench: Bench,
) -> None:
    code = (
        "import os; print('token', os.environ['HF_TOKEN'], 'cards', "
        "os.environ['HIP_VISIBLE_DEVICES'])"
    )
    with pytest.raises(ServerError, match="exit code 0") as raised:
        bench.server(
            command=(sys.executable, "-c", code),
            environment={
                "HF_TOKEN": "hf_nobody_may_see",
                "HIP_VISIBLE_DEVICES": "0,1",
            },
        ).start()
    assert raised.value.log_tail == ("token *** cards 0,1",)
    assert bench.said[0].startswith(
        "Starting HF_TOKEN='***' HIP_VISIBLE_DEVICES=0,1 "
    )


def test_checks_notice_a_server_that_hangs_and_one_that_was_killed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench.running("print=busy") as (server, _):
        assert server.pid is not None
        os.kill(server.pid, signal.SIGSTOP)
        with monkeypatch.context() as impatient:
            impatient.setattr(
                "inferometer.server.verification.ASK_TIMEOUT_S", 0.2
            )
            with pytest.raises(ServerError, match="did not answer") as raised:
                server.check()
        assert raised.value.log_tail == ("busy",)
        os.kill(server.pid, signal.SIGKILL)
        wait_gone(server.pid)
        with pytest.raises(
            ServerError,
            match=r"was killed \(SIGKILL\), most likely by the kernel",
        ):
            server.check()
        server.start()
        server.check()


def test_a_server_that_has_not_been_started(bench: Bench) -> None:
    with pytest.raises(ServerError, match="has not been started"):
        bench.server().check()


def test_ctrl_c_while_it_starts_leaves_nothing(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    server = bench.server("silent", f"pids={pids}")

    def interrupt(_: ProcessServer, seconds: float) -> None:
        if pids.exists() and pids.read_text():
            raise KeyboardInterrupt

    monkeypatch.setattr(ProcessServer, "_pause", interrupt)
    with pytest.raises(KeyboardInterrupt):
        server.start()
    assert gone(int(pids.read_text()))


RUNNER = """
import sys
from pathlib import Path
from tests.server.needs import need, small_server
from inferometer.server.process import ProcessServer
from inferometer.spec.server_recipe import ServerRecipe
recipe = ServerRecipe(kind="process", base_url="http://127.0.0.1:{port}", stop_timeout_s=10,
                      command=small_server({port}, "child", "pids={pids}"))
server = ProcessServer(need(recipe), directory=Path({directory!r}), say=lambda line: None)
server.start()
print(server.pid, server._guard.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("killed", ["runner", "guard", "both"])
def test_no_server_is_left_when_we_are_killed(
    bench: Bench, tmp_path: Path, killed: str
) -> None:
    """kill -9 of the program that started it, of the guard, or of both at once; and the next start
    goes through.
    """
    pids = tmp_path / "pids"
    code = RUNNER.format(
        port=bench.port, pids=pids, directory=str(bench.directory)
    )
    with Forked(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as runner:
        assert runner.stdout
        server, guard = map(int, runner.stdout.readline().split())
        child = int(pids.read_text().split()[1])
        if killed in ("guard", "both"):
            os.kill(guard, signal.SIGKILL)
        if killed in ("runner", "both"):
            runner.kill()
        if (
            killed != "runner"
        ):  # nobody is left to look for what a server hides in another session
            os.kill(child, signal.SIGKILL)
        with bench.running():
            assert gone(server), "the next start waits for the last server"
        wait_gone(guard, child)
        runner.kill()


def test_an_earlier_server_that_does_not_end_is_named(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inferometer.server.process.GUARD_TIMEOUT_S", 0.0)
    bench.directory.mkdir()
    with (bench.directory / f"server-{bench.port}.lock").open(
        "w", encoding="utf-8"
    ) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        print(4711, file=lock, flush=True)
        with pytest.raises(
            ServerError, match=r"\(process 4711\) does not end: kill -9 4711\."
        ):
            bench.server(stop_timeout_s=0.1).start()
    assert "waiting for it" in bench.said[-1]


def test_a_real_server_the_embedded_engine(bench: Bench) -> None:
    words = (
        "from inferometer.cli.main import main; main()",
        "engine",
        "--port",
        str(bench.port),
        "--model",
        MODEL,
    )
    command = (sys.executable, "-c", *words, "--max-model-len", str(LIMIT))
    with bench.running(command=command) as (server, found):
        assert found.facts["model"] == MODEL
        assert found.facts["max_model_len"] == LIMIT
        assert found.facts["version"]
        server.check()
        assert server.log_tail(1) == [
            f"Embedded engine ready at http://127.0.0.1:{bench.port}"
        ]
    assert not is_served(server.base_url)
    assert "Traceback" not in "\n".join(server.log_tail())


def test_modules_of_the_users_directory_are_left_alone(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text(
        "raise SystemExit('this is no module for you')", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    with bench.running():
        pass


def test_memory_that_does_not_come_back_is_told_and_does_no_harm(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = iter([{"card0": 100.0}])
    monkeypatch.setattr(accelerator_memory, "used_mib", lambda: next(held))
    monkeypatch.setattr(
        accelerator_memory,
        "wait_released",
        lambda before: {"card0": 9000.0} if before else {},
    )
    with bench.running():
        pass
    assert bench.said[-1].endswith(
        "more accelerator memory is in use than before its start: card0 9000 MiB."
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            -9,
            (
                "was killed (SIGKILL), most likely by the kernel because the machine's memory "
                "ran out: check dmesg"
            ),
        ),
        (
            137,
            (
                "was killed (SIGKILL), most likely by the kernel because the machine's memory "
                "ran out: check dmesg"
            ),
        ),
        (-11, "was ended by SIGSEGV"),
        (143, "was ended by SIGTERM"),
        (127, "did not start: its command was not found"),
        (0, "ended with exit code 0"),
        (255, "ended with exit code 255"),
    ],
)
def test_how_a_process_ended(code: int, words: str) -> None:
    assert exit_words(code) == words
