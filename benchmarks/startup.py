"""How long a user waits: for `inferometer --help`, and until `inferometer bench` sends its first
request.

The first request is seen by the paced server, which notes when the kernel received it. A bench asks
the server a few things before that (which model, whether it takes token ids); that is part of the
wait.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import cores
from paced import PacedServer
from table import print_table, spread

from inferometer.clock import NS

COMMAND = Path(sys.executable).with_name("inferometer")
PREFIX = "startup-"
TURNS = 5
"""Of each, for every repeat: single starts vary."""


def run(repeats: int) -> None:
    turns = range(TURNS * repeats)
    rows = [
        (
            "inferometer --help, from start to end",
            [_help_s() for _ in turns],
            "≤ 0.15",
        )
    ]
    for prompts, input_len, target in (
        (10, 128, "≤ 0.5"),
        (1000, 1024, "≤ 0.7"),
    ):
        told = (
            f"inferometer bench, {prompts:,} prompts of {input_len:,} tokens, from start to "
            "first request"
        )
        rows.append(
            (
                told,
                [_first_request_s(prompts, input_len) for _ in turns],
                target,
            )
        )
    print_table(
        "Waiting",
        ("seconds", "ours", "target"),
        [(what, spread(times, 3), target) for what, times, target in rows],
    )


def _help_s() -> float:
    began_ns = time.monotonic_ns()
    _run("--help")
    return (time.monotonic_ns() - began_ns) / NS


def _first_request_s(prompts: int, input_len: int) -> float:
    with PacedServer(ttft_ms=1, itl_ms=0) as server:
        began_ns = time.monotonic_ns()
        work = [
            "--num-prompts",
            prompts,
            "--random-input-len",
            input_len,
            "--random-output-len",
            1,
            "--max-concurrency",
            10,
        ]
        quietly = [
            "--quiet",
            "--allow-invalid",
            "--no-calibration",
        ]  # it would only begin after the run
        _run(
            "bench",
            "--base-url",
            server.url,
            "--request-id-prefix",
            PREFIX,
            *quietly,
            *work,
        )
        truth = server.truth(PREFIX)
    first_ns = int(
        min(
            ns
            for name, ns in zip(truth.request_id, truth.arrival_ns, strict=True)
            if name
        )
    )
    return (first_ns - began_ns) / NS


def _run(*words: object) -> None:
    with cores.pinned(cores.CLIENT):
        done = subprocess.run(
            [COMMAND, *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(
            f"inferometer {words[0]} failed:\n{done.stdout}{done.stderr}"
        )
