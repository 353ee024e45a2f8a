"""Compose without Docker: which calls are made, and what becomes of their answers. test_docker.py
has a real engine.
"""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from inferometer.server import accelerator_memory, compose
from inferometer.server.base import ServerError
from inferometer.server.compose import OVERRIDE, ComposeServer, override_of
from inferometer.server.port import is_served
from inferometer.spec.server_recipe import ServerRecipe
from tests.server.needs import MODEL, free_port, need, small_server

FAKE = Path(__file__).with_name("fake_docker.sh")
FAKE_UP = Path(__file__).with_name("fake_docker_up.py")


class Bench:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.said: list[str] = []
        self.state = folder / "docker"
        self.logs = folder / "logs"
        self.file = folder / "compose.yaml"
        self.state.mkdir()
        self.file.touch()

    def server(
        self,
        *options: str,
        directory: Path | None = None,
        key: str = "",
        **changes: Any,
    ) -> ComposeServer:
        settings: dict[str, Any] = {
            "kind": "compose",
            "base_url": f"http://127.0.0.1:{self.port}",
            "compose_file": str(self.file),
            "compose_service": "vllm-server",
            "command": small_server(self.port, *options),
            "environment": {"NCCL_DEBUG": "INFO"}
            | ({"API_KEY": key} if key else {}),
            "stop_timeout_s": 7.0,
            "start_timeout_s": 30.0,
        } | changes
        return ComposeServer(
            need(ServerRecipe(**settings)),
            directory=directory or self.logs,
            say=self.said.append,
        )

    def calls(self) -> list[list[str]]:
        return [
            line.split("\037")
            for line in (self.state / "calls").read_text().split("\n")[:-1]
        ]

    def install(self, folder: Path, *names: str) -> None:
        folder.mkdir(exist_ok=True)
        up = shlex.join([sys.executable, "-IS", str(FAKE_UP)])
        fake = FAKE.read_text(encoding="utf-8").replace("UP_COMMAND", up)
        for name in names:
            program = folder / name
            program.write_text(fake, encoding="utf-8")
            program.chmod(0o755)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path)
    made.install(tmp_path / "bin", "docker", "docker-compose")
    monkeypatch.setenv(
        "PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    )
    monkeypatch.setenv("FAKE_DOCKER", str(made.state))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(accelerator_memory, "used_mib", dict)
    return made


def test_up_logs_and_down(bench: Bench) -> None:
    server = bench.server("print=loading weights")
    found = server.start()
    assert found.facts["model"] == MODEL
    assert (found.facts["image"], found.facts["image_id"]) == (
        "vllm:file",
        "sha256:1",
    )
    assert bench.said[0].startswith(
        f"Starting vllm-server of {bench.file} (project {server.project})\n  NCCL_DEBUG=INFO "
    )
    server.check()
    assert server.log_tail() == ["loading weights"]
    server.stop()
    assert not is_served(server.base_url)
    assert server.log_tail() == ["loading weights"], "the log is kept"
    server.stop()
    project = ["docker", "compose", "--project-name", server.project]
    files = ["--file", str(bench.file), "--file", str(bench.logs / OVERRIDE)]
    composed = [call for call in bench.calls() if call[:3] == project[:3]]
    assert composed == [
        [*project, *files, "up", "--detach", "vllm-server"],
        [*project, *files, "down", "--timeout", "7", "--remove-orphans"],
    ]


def test_the_log_is_there_while_the_server_works(bench: Bench) -> None:
    """Without a question to Docker for each look; a key is not shown."""
    before = set(psutil.Process().children())
    server = bench.server("print=loading geheim-geheim", key="geheim-geheim")
    server.start()
    asked = len(bench.calls())
    deadline_s = time.monotonic() + 20
    while not (seen := server.recent_log()):
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    assert seen == ["loading ***"]
    assert len(bench.calls()) <= asked + 1, "but for the one that follows"
    server.stop()
    assert server.recent_log() == ["loading ***"]
    assert set(psutil.Process().children()) <= before


def test_the_older_compose_is_used_where_docker_has_no_plugin(
    bench: Bench,
) -> None:
    (bench.state / "no-plugin").touch()
    server = bench.server()
    server.start()
    server.stop()
    assert [
        call[0] for call in bench.calls() if "up" in call or "down" in call
    ] == [
        "docker-compose",
        "docker-compose",
    ]


@pytest.mark.parametrize(
    ("programs", "words"),
    [
        ([], "Docker is not installed"),
        (["docker"], "Docker Compose is not installed"),
    ],
)
def test_what_is_not_installed_is_named(
    bench: Bench,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    programs: list[str],
    words: str,
) -> None:
    (bench.state / "no-plugin").touch()
    bench.install(tmp_path / "few", *programs)
    monkeypatch.setenv("PATH", str(tmp_path / "few"))
    with pytest.raises(ServerError, match=words):
        bench.server().start()


def test_the_project_belongs_to_the_directory(
    bench: Bench, tmp_path: Path
) -> None:
    assert bench.server().project == bench.server().project
    assert (
        bench.server().project
        != bench.server(directory=tmp_path / "other").project
    )


def test_what_the_recipe_says_replaces_what_the_file_says() -> None:
    recipe = ServerRecipe(
        compose_service="vllm-server",
        command=("sh", "-c", "echo $HOME {x}"),
        image="rocm/vllm:1",
        environment={"NCCL_DEBUG": "IN$FO"},
    )
    assert override_of(need(recipe)) == {
        "services": {
            "vllm-server": {
                "command": ["sh", "-c", "echo $$HOME {x}"],
                "image": "rocm/vllm:1",
                "environment": {"NCCL_DEBUG": None},
                "restart": "no",
            }
        }
    }
    nothing_more = {"services": {"a": {"restart": "no"}}}
    assert override_of(need(ServerRecipe(compose_service="a"))) == nothing_more


def test_a_model_on_disk_is_mounted_where_it_is() -> None:
    override = override_of(
        need(ServerRecipe(compose_service="a"), model_id="/data/$7B")
    )
    assert override["services"]["a"]["volumes"] == [
        {
            "type": "bind",
            "source": "/data/$$7B",
            "target": "/data/$$7B",
            "read_only": True,
        }
    ]


def test_what_an_earlier_run_has_left_is_taken_down_first(bench: Bench) -> None:
    earlier = bench.server("print=left")
    earlier.start()
    server = bench.server("print=new")
    server.start()
    verbs = [
        next(word for word in call if word in ("up", "down"))
        for call in bench.calls()
        if {"up", "down"} & set(call)
    ]
    assert verbs == ["up", "down", "up"]
    assert (bench.logs / "vllm-left-behind.log").read_text() == "left\n"
    assert server.log_tail() == ["new"]
    server.stop()
    earlier.stop()


def test_a_container_that_dies_says_why(bench: Bench) -> None:
    with pytest.raises(
        ServerError,
        match=r"vllm-server exited with exit code 1\. Cause: access to the model has to be requested",
    ) as raised:
        bench.server(
            "print=Cannot access gated repo for url https://huggingface.co/meta-llama",
            "exit=1",
        ).start()
    assert raised.value.log_tail == (
        "Cannot access gated repo for url https://huggingface.co/meta-llama",
    )
    assert not (bench.state / "container").exists()


def test_a_failure_of_up_is_told_with_its_cure(bench: Bench) -> None:
    (bench.state / "up-fails").write_text(
        "Pulling\nError response from daemon: manifest unknown",
        encoding="utf-8",
    )
    with pytest.raises(
        ServerError,
        match=(
            r"`up` of .* failed: Error response from daemon: manifest unknown\. Cause: .*registry"
        ),
    ):
        bench.server().start()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"compose_file": None},
            "has to contain compose_file and compose_service",
        ),
        (
            {"compose_service": None},
            "has to contain compose_file and compose_service",
        ),
        (
            {"compose_file": "no/such.yaml"},
            "There is no compose file no/such.yaml",
        ),
    ],
)
def test_a_recipe_that_cannot_be_brought_up(
    bench: Bench, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ServerError, match=words):
        bench.server(**changes).start()


def test_a_server_that_has_not_been_started(bench: Bench) -> None:
    with pytest.raises(
        ServerError, match="There is no container of vllm-server"
    ):
        bench.server().check()
    assert bench.server().log_tail() == []


DENIED = (
    "permission denied while trying to connect to the Docker daemon socket at "
    "unix:///var/run/docker.sock"
)
DOWN = (
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon "
    "running?"
)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (DENIED, f"Docker does not answer: {DENIED}. Cause: "),
        (DOWN, f"Docker does not answer: {DOWN} Cause: "),
    ],
)
def test_a_docker_that_does_not_answer_is_told_with_its_cure(
    bench: Bench, told: str, said: str
) -> None:
    (bench.state / "fails-ps").write_text(told)
    server = bench.server()
    with pytest.raises(ServerError) as raised:
        server.start()
    assert str(raised.value).startswith(said)
    assert "add the user to the group docker" in str(raised.value)
    asked = len(bench.calls())
    server.stop()
    assert server.log_tail() == []
    assert len(bench.calls()) == asked, "it is not asked again"


@pytest.mark.parametrize("verb", ["version", "ps"])
def test_a_docker_that_hangs_is_given_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """With the child that holds its output open: else whoever reads that would wait for it."""
    monkeypatch.setattr(compose, "CALL_TIMEOUT_S", 1.0)
    (bench.state / f"hangs-{verb}").touch()
    with pytest.raises(
        ServerError, match="did not finish within 1 s: check the Docker engine"
    ):
        bench.server().start()


def test_a_docker_that_fails_later_is_a_server_that_cannot_be_looked_at(
    bench: Bench,
) -> None:
    server = bench.server()
    server.start()
    (bench.state / "fails-ps").write_text(DOWN)
    with pytest.raises(ServerError, match="Docker does not answer"):
        server.check()
    with pytest.raises(ServerError, match="Docker does not answer"):
        server.stop()
    (bench.state / "fails-ps").unlink()
    server.stop()
    assert not is_served(server.base_url)


class Dying(ComposeServer):
    """Its Docker dies during `up`."""

    def _compose(self, words: Sequence[str], timeout_s: float) -> None:
        Path(os.environ["FAKE_DOCKER"], "fails-ps").write_text(DOWN)
        super()._compose(words, timeout_s)


def test_what_went_wrong_first_is_what_counts(bench: Bench) -> None:
    (bench.state / "up-fails").write_text("manifest unknown")
    usual = bench.server()
    with pytest.raises(
        ServerError, match=r"`up` of .* failed: manifest unknown"
    ):
        Dying(usual.need, directory=bench.logs, say=bench.said.append).start()


@pytest.mark.parametrize(
    "told", ["", "no JSON", "[]", '{"status": "running"}', '{"surplus": 1}']
)
def test_a_description_that_is_none_is_told(bench: Bench, told: str) -> None:
    server = bench.server()
    server.start()
    (bench.state / "says-inspect").write_text(told)
    with pytest.raises(ServerError, match="did not describe container c0ffee"):
        server.check()
    server.stop()
