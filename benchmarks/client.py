"""One run of `inferometer bench`, just as a user starts it, on a core of its own; and what it took.

Run as a script, this file is that run: a process becomes the command, and at its end reads its own
CPU time and memory.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cores
import memory

if (
    TYPE_CHECKING
):  # the child imports what the command does, when the command does
    from inferometer.store.run_directory import Run
    from inferometer.trace import WorkerRecord

REQUEST_ID_PREFIX = "benchmark-"


@dataclass(frozen=True, slots=True)
class Cost:
    """What the two processes of a run took: the worker that measures, and its parent, the
    command.
    """

    worker_cpu_s: float
    worker_peak_mib: float
    parent_cpu_s: float
    parent_peak_mib: float


@dataclass(frozen=True, slots=True)
class Measured:
    reported: Mapping[str, Any]
    """What a user is told: the content of the result file."""
    run: Run
    """What a user keeps."""
    cost: Cost
    together_mib: float
    """Most memory both processes held at one moment, if it was watched; else 0."""

    @property
    def worker(self) -> WorkerRecord:
        return self.run.trace.workers[0]

    @property
    def events(self) -> int:
        """Events of all requests, warm-ups among them."""
        return len(self.run.trace.events["arrival_ns"])

    @property
    def doubtful_percent(self) -> float:
        """Share of events that were read together with a later one, and so have its stamp."""
        return float((self.run.trace.events["ambiguity_ns"] > 0).mean()) * 100


def measure(
    url: str,
    *flags: object,
    script: Path = Path(__file__),
    watch_memory: bool = False,
    arrivals: str = "",
    beside: Callable[[int], AbstractContextManager[object]] | None = None,
) -> Measured:
    """Run `inferometer bench` with these flags against the server at `url`.

    Exits with the command's own words if it measured nothing, or if a request failed. `script` is
    what becomes the command; `arrivals` is the value of INFEROMETER_ARRIVALS, empty: as it is.
    `beside` gets the command's process id, and is entered while it runs.
    """
    from inferometer.store.run_directory import load_run

    with tempfile.TemporaryDirectory(prefix="inferometer-benchmark-") as folder:
        note = Path(folder) / "cost.json"
        fixed = [
            "--base-url",
            url,
            "--request-id-prefix",
            REQUEST_ID_PREFIX,
            "--ignore-eos",
            "--quiet",
            "--allow-invalid",
        ]
        fixed += ["--no-calibration"]  # the truth is at hand
        files = [
            "--save-result",
            "--result-dir",
            folder,
            "--result-filename",
            "result.json",
        ]
        together_mib = _run(
            [
                sys.executable,
                str(script),
                str(note),
                *fixed,
                *files,
                *map(str, flags),
            ],
            watch_memory,
            {"INFEROMETER_ARRIVALS": arrivals} if arrivals else {},
            beside or nullcontext,
        )
        measured = Measured(
            reported=json.loads((Path(folder) / "result.json").read_bytes()),
            run=load_run(Path(folder) / "result"),
            cost=Cost(**json.loads(note.read_bytes())),
            together_mib=together_mib,
        )
    if measured.reported["failed"]:
        why = {
            detail for detail in measured.run.trace.requests["detail"] if detail
        }
        raise SystemExit(
            f"{measured.reported['failed']} requests failed, so there is nothing to compare: "
            f"{', '.join(why)}"
        )
    return measured


def _run(
    command: list[str],
    watch_memory: bool,
    variables: Mapping[str, str],
    beside: Callable[[int], AbstractContextManager[object]],
) -> float:
    """Run it on the client's core; the peak of its memory if that is watched (from the same core),
    else 0.
    """
    with cores.pinned(cores.CLIENT), tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            env={**os.environ, **variables},
        )
        watch = memory.Watch(process.pid)
        with watch if watch_memory else nullcontext(), beside(process.pid):
            process.wait()
        if process.wait():
            output.seek(0)
            raise SystemExit(
                f"inferometer bench failed:\n{output.read().strip()}"
            )
    return watch.peak_mib


def become_the_client() -> None:
    """The child: be `inferometer bench` with the flags given, then note the cost in the file named
    first.
    """
    from inferometer.__main__ import main

    note, *flags = sys.argv[1:]
    sys.argv = ["inferometer", "bench", *flags]
    try:
        main()
    finally:
        parent, worker = (
            resource.getrusage(resource.RUSAGE_SELF),
            resource.getrusage(resource.RUSAGE_CHILDREN),
        )
        cost = {
            "worker_cpu_s": worker.ru_utime + worker.ru_stime,
            "worker_peak_mib": worker.ru_maxrss / 1024,
            "parent_cpu_s": parent.ru_utime + parent.ru_stime,
            "parent_peak_mib": memory.own_peak_mib(),
        }
        Path(note).write_text(json.dumps(cost))


if __name__ == "__main__":
    become_the_client()
