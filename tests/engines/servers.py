"""Start and stop the real engines, each as a context manager that yields where it listens.

    with vllm(model, log=Path("vllm.log")) as server:
        httpx.get(f"{server.base_url}/v1/models")

A server runs in a process group of its own on a free port of the loopback, is ready when `/health`
says so, and is gone when the block ends, however it ends. Knows nothing of measuring; `install.py`
makes the environments, `make_tiny_model.py` models.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

HERE = Path(__file__).resolve().parent
ENGINES_DIR = HERE.parents[1] / ".engines"
PR_SET_PDEATHSIG = 1

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
}


class EngineError(Exception):
    """An engine is not installed, does not start, or dies; the message says which, and what it said
    last.
    """


@dataclass(frozen=True)
class Server:
    base_url: str
    model: str
    """Name that requests must give."""
    tokenizer: Path
    """Directory of the model's tokenizer."""
    log: Path
    pid: int
    """Process id of the server, and of its process group."""


def program(engine: str, name: str) -> Path:
    """Path of a program in an engine's environment."""
    path = ENGINES_DIR / engine / "bin" / name
    if not path.exists():
        raise EngineError(
            f"{engine} is not installed ({path} is missing): run `python "
            f"tests/engines/install.py {engine}`"
        )
    return path


def make_tiny_model(
    directory: Path, *, layers: int = 2, hidden: int = 128
) -> Path:
    """Make the tiny random model with whichever engine's Python is there; `directory` is
    returned.
    """
    python = next((p for p in sorted(ENGINES_DIR.glob("*/bin/python"))), None)
    if python is None:
        raise EngineError(
            f"no engine is installed in {ENGINES_DIR}: run `python tests/engines/install.py`"
        )
    command = [
        str(python),
        str(HERE / "make_tiny_model.py"),
        str(directory),
        f"--layers={layers}",
        f"--hidden={hidden}",
    ]
    made = subprocess.run(
        command,
        check=False,
        env=os.environ | OFFLINE,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise EngineError(f"the tiny model could not be made:\n{made.stderr}")
    return directory


@contextmanager
def vllm(
    model: Path,
    *,
    log: Path,
    quiet_yield: bool = True,
    max_model_len: int = 2048,
    options: Sequence[str] = (),
) -> Iterator[Server]:
    """vLLM on the CPU. With `quiet_yield` it waits by sleeping, not by spinning (see
    quiet_yield/sitecustomize.py).
    """
    port, name = free_port(), "tiny"
    command = [
        str(program("vllm", "vllm")),
        "serve",
        str(model),
        "--served-model-name",
        name,
    ]
    command += [
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--max-model-len",
        str(max_model_len),
        "--max-num-seqs",
        "16",
    ]
    command += [
        "--enable-prefix-caching",
        "--enforce-eager",
        "--seed",
        "0",
        *options,
    ]
    environment = {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_HOST_IP": "127.0.0.1"}
    if quiet_yield:
        environment["PYTHONPATH"] = str(HERE / "quiet_yield")
    with _process(command, environment, log) as process:
        base_url = f"http://127.0.0.1:{port}"
        _wait_until_ready("vLLM", process, base_url, log)
        yield Server(base_url, name, model, log, process.pid)


@contextmanager
def transformers_serve(
    model: Path,
    *,
    log: Path,
    continuous_batching: bool = True,
    options: Sequence[str] = (),
) -> Iterator[Server]:
    """`transformers serve` on the CPU, with or without continuous batching; its model is called by
    its exact path.
    """
    port = free_port()
    command = [
        str(program("transformers", "transformers")),
        "serve",
        str(model),
    ]
    command += [
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--device",
        "cpu",
        "--log-level",
        "info",
        *options,
    ]
    if continuous_batching:
        # Unless it is told how much cache to have it takes half of the machine's memory, at the
        # first request, in 5 to 25 s.
        command += [
            "--continuous-batching",
            "--cb-block-size",
            "32",
            "--cb-num-blocks",
            "128",
            "--cb-max-batch-tokens",
            "512",
        ]
    hub_cache = log.parent / "empty-hub-cache"
    hub_cache.mkdir(
        exist_ok=True
    )  # without this folder its /v1/models answers 500
    # Threads that wait for one another at every step crawl where other programs want the cores; one
    # is enough for a tiny model.
    with _process(
        command, {"HF_HUB_CACHE": str(hub_cache), "OMP_NUM_THREADS": "1"}, log
    ) as process:
        base_url = f"http://127.0.0.1:{port}"
        _wait_until_ready("transformers serve", process, base_url, log)
        yield Server(base_url, str(model), model, log, process.pid)


def counters(server: Server) -> dict[str, float]:
    """Every sample of the server's /metrics page by its whole name, summed over its labels."""
    page = httpx.get(f"{server.base_url}/metrics", timeout=10).text
    sums: dict[str, float] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            sums[sample.name] = sums.get(sample.name, 0.0) + sample.value
    return sums


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def _process(
    command: Sequence[str], environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """The command in a process group of its own, which has no process left in it when the block
    ends.
    """
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            env=os.environ | OFFLINE | environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - unsafe with threads; none here
        )
    try:
        yield process
    finally:
        _end_group(process)


def _end_group(
    process: subprocess.Popen[bytes], patience_s: float = 15
) -> None:
    """Ask the leader to stop, wait for all of its children too, kill what is left after
    `patience_s`.
    """
    process.terminate()
    deadline = time.monotonic() + patience_s
    with suppress(ProcessLookupError):  # no process is left in the group
        while time.monotonic() < deadline:
            process.poll()
            os.killpg(process.pid, 0)
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _die_with_parent() -> None:
    """In the child: be terminated when this program dies without the time to clean up."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_until_ready(
    engine: str,
    process: subprocess.Popen[bytes],
    base_url: str,
    log: Path,
    timeout_s: float = 180,
) -> None:
    """Returns when /health answers 200; EngineError with the last log lines if the process dies or
    the time is over.
    """
    deadline = time.monotonic() + timeout_s
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(f"{base_url}/health", timeout=2).status_code == 200:
                return
        time.sleep(0.25)
    what = (
        f"was not ready within {timeout_s:.0f} s"
        if process.poll() is None
        else f"exited with {process.returncode}"
    )
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
    raise EngineError(
        f"{engine} {what}; the end of its log {log}:\n" + "\n".join(tail)
    )
