"""Compose with a real Docker engine: the one that runs here, or one of our own where we are root
and have `dockerd`.

`make test-docker`, or `pytest -m docker tests/server`. Containers share the host's network and are
made of busybox alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from inferometer.server import accelerator_memory
from inferometer.server.base import Confirmation, ServerError
from inferometer.server.compose import ComposeServer, compose_command
from inferometer.server.port import is_served
from inferometer.spec.server_recipe import ServerRecipe
from tests.processes import environment
from tests.server.needs import LIMIT, MODEL, free_port, need

pytestmark = pytest.mark.docker

IMAGE = "inferometer-test:busybox"
OTHER_IMAGE = "inferometer-test:other"
ENGINE_TIMEOUT_S = 60.0
DOCKERD = [
    "dockerd",
    "--storage-driver=vfs",
    "--iptables=false",
    "--ip6tables=false",
    "--bridge=none",
]

SERVE = (
    "echo starting $MODEL; mkdir -p /www/v1; echo ok >/www/health;"
    ' echo "{\\"data\\": [{\\"id\\": \\"$MODEL\\", \\"max_model_len\\": $LIMIT}]}" >/www/v1/models;'
    " exec httpd -f -p 127.0.0.1:$PORT -h /www"
)
"""What the container's shell runs; the variables are for it, not for compose."""


def docker(*words: str) -> str:
    return subprocess.run(
        ["docker", *words],
        check=True,
        capture_output=True,
        text=True,
        timeout=ENGINE_TIMEOUT_S,
    ).stdout


def engine_runs() -> bool:
    with suppress(OSError, subprocess.SubprocessError):
        docker("info")
        return True
    return False


@pytest.fixture(scope="module")
def engine() -> Iterator[None]:
    """A Docker engine, with the image of the tests in it."""
    if shutil.which("docker") is None:
        pytest.skip("there is no docker command")
    if shutil.which("busybox") is None:
        pytest.skip("there is no busybox to make an image of")
    with running_engine():
        with tempfile.TemporaryDirectory() as root:
            archive = busybox_archive(Path(root))
            for image in (IMAGE, OTHER_IMAGE):
                docker("import", str(archive), image)
        yield
        docker("image", "rm", "--force", IMAGE, OTHER_IMAGE)


@contextmanager
def running_engine() -> Iterator[None]:
    if engine_runs():
        yield
        return
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        pytest.skip(
            "no Docker engine runs, and we cannot start one: that needs dockerd and root"
        )
    place = Path(tempfile.mkdtemp(prefix="dockerd-"))
    socket = f"unix://{place}/socket"
    places = [
        "--data-root",
        str(place / "data"),
        "--exec-root",
        str(place / "exec"),
        "--pidfile",
        str(place / "pid"),
    ]
    before = os.environ.get("DOCKER_HOST")
    os.environ["DOCKER_HOST"] = socket
    with (place / "log").open("wb") as log:
        daemon = subprocess.Popen(
            [*DOCKERD, *places, "--host", socket],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline_s = time.monotonic() + ENGINE_TIMEOUT_S
        while not engine_runs():
            if daemon.poll() is not None or time.monotonic() > deadline_s:
                pytest.skip(
                    f"dockerd does not start here: {(place / 'log').read_text()[-300:]}"
                )
            time.sleep(0.2)
        yield
    finally:
        daemon.terminate()
        daemon.wait(ENGINE_TIMEOUT_S)
        os.environ.pop("DOCKER_HOST")
        if before is not None:
            os.environ["DOCKER_HOST"] = before
        for mount in re.findall(
            rf"^\S+ ({re.escape(str(place))}\S*)",
            Path("/proc/mounts").read_text(),
            re.MULTILINE,
        ):
            subprocess.run(
                ["umount", "--lazy", mount], check=False, capture_output=True
            )
        shutil.rmtree(place, ignore_errors=True)


def busybox_archive(root: Path) -> Path:
    """A tar file of a root directory that holds busybox, under the names that the tests call it
    by.
    """
    busybox = Path(shutil.which("busybox") or "")
    libraries = subprocess.run(
        ["ldd", str(busybox)], check=False, capture_output=True, text=True
    ).stdout
    for path in [str(busybox), *re.findall(r"(/\S+) \(0x", libraries)]:
        place = (
            root
            / "root"
            / (path.lstrip("/") if path != str(busybox) else "bin/busybox")
        )
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    for name in ("sh", "echo", "mkdir", "httpd", "sleep", "tail"):
        (root / "root" / "bin" / name).symlink_to("busybox")
    archive = root / "root.tar"
    subprocess.run(
        ["tar", "-C", str(root / "root"), "-cf", str(archive), "."], check=True
    )
    return archive


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.said: list[str] = []
        self.file = folder / "compose.yaml"
        self.file.write_text(
            "services:\n"
            "  vllm-server: {image: inferometer-test:busybox, network_mode: host, mem_limit: "
            "32m, command: [sleep, '600']}\n"
            "  vllm-bench-client: {image: no-such-image, network_mode: host}\n",
            encoding="utf-8",
        )

    def recipe(self, **changes: Any) -> ServerRecipe:
        settings: dict[str, Any] = {
            "kind": "compose",
            "base_url": f"http://127.0.0.1:{self.port}",
            "compose_file": str(self.file),
            "compose_service": "vllm-server",
            "command": ("sh", "-c", SERVE),
            "environment": {
                "MODEL": MODEL,
                "LIMIT": str(LIMIT),
                "PORT": str(self.port),
                "LOG_PREFIX": "$5 a month",
            },
            "stop_timeout_s": 1.0,
            "start_timeout_s": 30.0,
        }
        return ServerRecipe(**settings | changes)

    def server(self, **changes: Any) -> ComposeServer:
        return ComposeServer(
            need(self.recipe(**changes)),
            directory=self.folder / "logs",
            say=self.said.append,
        )

    @contextmanager
    def running(
        self, **changes: Any
    ) -> Iterator[tuple[ComposeServer, Confirmation]]:
        server = self.server(**changes)
        try:
            yield server, server.start()
        finally:
            server.stop()

    def containers(self) -> list[str]:
        project = self.server().project
        return docker(
            "ps",
            "-aq",
            "--no-trunc",
            "--filter",
            f"label=com.docker.compose.project={project}",
        ).split()


@pytest.fixture
def bench(
    engine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(accelerator_memory, "used_mib", dict)
    made = Bench(tmp_path)
    yield made
    for container in made.containers():
        docker("rm", "--force", container)


def test_it_comes_up_is_checked_and_is_gone(bench: Bench) -> None:
    with bench.running(image=OTHER_IMAGE) as (server, found):
        assert found.facts["model"] == MODEL
        assert found.facts["max_model_len"] == LIMIT
        assert found.facts["image"] == OTHER_IMAGE, (
            "the recipe's, not the file's"
        )
        assert found.facts["image_id"].startswith("sha256:")
        assert found.confirmed_by == "inferometer"
        assert len(bench.containers()) == 1, (
            "the client's service is left alone"
        )
        server.check()
        assert server.log_tail() == [f"starting {MODEL}"]
        inside = json.loads(
            docker(
                "inspect",
                "--format",
                "{{json .Config.Env}}",
                bench.containers()[0],
            )
        )
        assert "LOG_PREFIX=$5 a month" in inside
    assert bench.containers() == []
    assert not is_served(server.base_url)
    assert server.log_tail() == [f"starting {MODEL}"], "the log is kept"
    assert (
        bench.folder / "logs" / found.facts["log"]
    ).read_text() == f"starting {MODEL}\n"
    server.stop()


RUNNER = """
import sys
from pathlib import Path
from tests.server.needs import need
from inferometer.server.compose import ComposeServer, compose_command
from inferometer.spec.server_recipe import ServerRecipe
server = ComposeServer(need(ServerRecipe(**{recipe!r})), directory=Path({directory!r}), say=lambda line: None)
server.start()
print("up", flush=True)
sys.stdin.read()
"""


def test_what_a_killed_run_left_behind_is_taken_down_by_the_next(
    bench: Bench,
) -> None:
    code = RUNNER.format(
        recipe=bench.recipe().model_dump(),
        directory=str(bench.folder / "logs"),
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as runner:
        assert runner.stdout
        assert runner.stdout.readline() == "up\n"
        os.kill(runner.pid, signal.SIGKILL)
    left = bench.containers()
    assert len(left) == 1
    with bench.running() as (server, _):
        assert len(bench.containers()) == 1
        assert set(bench.containers()).isdisjoint(left)
        server.check()
    assert (
        bench.folder / "logs" / "vllm-left-behind.log"
    ).read_text() == f"starting {MODEL}\n"


def test_a_container_that_dies_while_it_starts(bench: Bench) -> None:
    words = "echo 'torch.OutOfMemoryError: HIP out of memory. Tried to allocate 1.08 GiB.'; exit 1"
    with pytest.raises(
        ServerError,
        match=r"vllm-server exited with exit code 1\. Cause: .*VRAM.*TP=2",
    ) as raised:
        bench.server(command=("sh", "-c", words)).start()
    assert raised.value.log_tail == (
        "torch.OutOfMemoryError: HIP out of memory. Tried to allocate 1.08 GiB.",
    )
    assert bench.containers() == []


def test_a_container_whose_memory_runs_out(bench: Bench) -> None:
    with pytest.raises(ServerError, match="was killed: its memory ran out"):
        bench.server(command=("tail", "/dev/zero")).start()


def test_checks_notice_a_container_that_died_and_one_that_was_restarted(
    bench: Bench,
) -> None:
    with bench.running() as (server, _):
        (container,) = bench.containers()
        docker("restart", "--time", "0", container)
        with pytest.raises(
            ServerError, match="was restarted after it was confirmed"
        ):
            server.check()
        docker("kill", container)
        with pytest.raises(ServerError, match="exited with exit code 137"):
            server.check()
        docker("rm", container)
        with pytest.raises(
            ServerError, match="There is no container of vllm-server"
        ):
            server.check()
        server.start()
        server.check()


def test_an_image_that_is_not_there(bench: Bench) -> None:
    with pytest.raises(
        ServerError,
        match=r"`up` of .*compose.yaml failed: .* Cause: the container's image is not here",
    ):
        bench.server(image="localhost:1/no-such-image:none").start()


def test_a_file_that_compose_does_not_understand(bench: Bench) -> None:
    bench.file.write_text("services: [what]\n", encoding="utf-8")
    with pytest.raises(ServerError, match=r"`up` of .* failed"):
        bench.server().start()


def test_ctrl_c_while_it_starts_leaves_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> Confirmation:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "inferometer.server.compose.wait_until_ready", interrupt
    )
    with pytest.raises(KeyboardInterrupt):
        bench.server().start()
    assert bench.containers() == []


def test_no_engine_at_the_other_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{bench.folder}/no-socket")
    with pytest.raises(
        ServerError,
        match=r"Docker does not answer: .* Cause: the Docker engine does not run",
    ):
        bench.server().start()
    monkeypatch.undo()


EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "compose"


@pytest.mark.parametrize(
    ("name", "services"),
    [
        ("vllm", ["vllm-bench-client", "vllm-server"]),
        ("mi300x", ["vllm-server"]),
        ("dcu", ["vllm-server"]),
    ],
)
def test_compose_understands_the_examples(
    engine: None, name: str, services: list[str]
) -> None:
    words = [
        *compose_command(),
        "--profile",
        "client",
        "--file",
        str(EXAMPLES / f"{name}.compose.yaml"),
        "config",
        "--services",
    ]
    told = subprocess.run(
        words,
        check=True,
        capture_output=True,
        text=True,
        timeout=ENGINE_TIMEOUT_S,
    )
    assert sorted(told.stdout.split()) == services


@pytest.mark.skipif(
    Path("/dev/kfd").exists(), reason="this machine has an AMD card"
)
def test_the_example_on_a_machine_without_an_amd_card_says_so(
    bench: Bench,
) -> None:
    with pytest.raises(
        ServerError, match="Cause: the container has no accelerator"
    ):
        bench.server(
            compose_file=str(EXAMPLES / "vllm.compose.yaml"), image=IMAGE
        ).start()
