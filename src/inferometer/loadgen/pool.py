"""Starts the workers together, shows their progress, stops them, and merges their shards into a
trace.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from inferometer.clock import MS, monotonic_ns, take_anchor
from inferometer.loadgen.handover import load_columns, lost_share
from inferometer.loadgen.job import Job
from inferometer.loadgen.live import Live, Snapshot, snapshot
from inferometer.loadgen.scratch import scratch_folder
from inferometer.loadgen.worker import work
from inferometer.system.interruption import Interruption
from inferometer.trace.trace import Trace, merge
from inferometer.words import Said

SNAPSHOT_S = 0.2
START_AFTER_NS = 10 * MS
"""From the order to the common start: enough for it to reach every worker."""


class MeasurementError(Exception):
    """The measurement could not begin; the message says why."""


class _Worker:
    """A worker as its parent sees it."""

    def __init__(self, job: Job, directory: Path | None) -> None:
        # A forked worker finds the requests in memory it shares with us; elsewhere they are sent to
        # it.
        context: Any = multiprocessing.get_context(
            "fork" if sys.platform == "linux" else "spawn"
        )
        self.job = job
        self.live = Live()
        self.pipe, far_end = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=work, args=(job, self.live, far_end, directory), daemon=True
        )
        self.process.start()
        far_end.close()

    def hear(self) -> tuple[Any, ...]:
        """Its next message; ("died",) if there will be none."""
        try:
            return tuple(self.pipe.recv())
        except (EOFError, OSError):
            return ("died",)

    def begin(self, start_ns: int) -> None:
        with suppress(OSError):  # it has died: that is heard soon enough
            self.pipe.send(("start", start_ns))


def measure(
    jobs: Sequence[Job],
    on_progress: Callable[[Snapshot], None] = lambda _: None,
    *,
    before_start: Callable[[], None] = lambda: None,
    on_start: Callable[[], None] = lambda: None,
    interruption: Interruption | None = None,
) -> Trace:
    """Run the jobs, one worker process each, and merge their records.

    `before_start` is called when all workers are ready, and may take its time or raise; `on_start`
    right before the first measured request, and has to return at once; `on_progress` a few times a
    second.

    Ctrl-C, SIGTERM and SIGHUP stop the run and keep its results; a second Ctrl-C or SIGTERM kills
    it. An `interruption` that the caller has entered holds signals after the run until the caller
    releases it. Raises MeasurementError if a worker could not prepare, and KeyboardInterrupt if the
    run was stopped before it began.
    """
    workers: list[_Worker] = []

    def stop() -> None:
        for worker in workers:
            worker.live.request_stop()

    def kill() -> None:
        for worker in workers:
            worker.process.kill()

    entered = nullcontext(interruption) if interruption else Interruption()
    with (
        scratch_folder() as folder,
        entered as interrupted,
        interrupted.measuring(stop, kill),
    ):
        try:
            workers.extend(
                _Worker(job, folder and folder / str(job.shard.worker))
                for job in jobs
            )
            _await_ready(workers, interrupted)
            before_start()
            if interrupted.asked:
                raise KeyboardInterrupt
            on_start()
            anchor = take_anchor()
            start_ns = monotonic_ns() + START_AFTER_NS
            for worker in workers:
                worker.begin(start_ns)
            last_words = _follow(workers, on_progress)
            trace = _collect(
                workers,
                last_words,
                start_ns + anchor.offset_ns,
                interrupted=interrupted.asked,
            )
        except MeasurementError:
            if interrupted.asked:
                raise KeyboardInterrupt from None
            raise
        finally:
            for worker in workers:
                worker.process.kill()
                worker.process.join()
                worker.pipe.close()
        # also if all had ended when it came
        return replace(
            trace, interrupted=trace.interrupted or interrupted.asked
        )


def _next_words(
    workers: Sequence[_Worker],
) -> Iterator[dict[int, tuple[Any, ...]]]:
    """The next message of each worker, by its index; empty if none came for a while."""
    waiting = {worker.pipe: place for place, worker in enumerate(workers)}
    while waiting:
        heard = connection.wait(list(waiting), SNAPSHOT_S)
        places = [waiting.pop(pipe) for pipe in heard]
        yield {place: workers[place].hear() for place in places}


def _await_ready(
    workers: Sequence[_Worker], interruption: Interruption
) -> None:
    for words in _next_words(workers):
        if interruption.asked:
            raise KeyboardInterrupt
        for word in words.values():
            if word[0] == "failed":
                raise MeasurementError(word[1])
            if word[0] == "died":
                raise MeasurementError(Said("measure.worker_died"))


def _follow(
    workers: Sequence[_Worker], on_progress: Callable[[Snapshot], None]
) -> dict[int, tuple[Any, ...]]:
    """Wait until every worker has finished or died: their last messages."""
    lives = [worker.live for worker in workers]
    last_words: dict[int, tuple[Any, ...]] = {}
    for words in _next_words(workers):
        last_words |= words
        on_progress(snapshot(lives))
    return last_words


def _collect(
    workers: Sequence[_Worker],
    last_words: Mapping[int, tuple[Any, ...]],
    start_realtime_ns: int,
    *,
    interrupted: bool,
) -> Trace:
    """One trace, whatever happened to the workers: one worker's loss does not affect the others."""
    shards = [
        _share_of(
            worker,
            last_words[place],
            start_realtime_ns,
            interrupted=interrupted,
        )
        for place, worker in enumerate(workers)
    ]
    return merge(shards)


def _share_of(
    worker: _Worker,
    word: tuple[Any, ...],
    start_realtime_ns: int,
    *,
    interrupted: bool,
) -> Trace:
    """A worker's record, or what its last message tells of it."""
    if word[0] == "done":
        try:
            return load_columns(word[1], worker.job, start_realtime_ns)
        except OSError as error:
            why = f"the worker's records are gone from the temporary folder: {error.strerror}"
    elif word[0] == "died":
        why = "the worker process died"
    else:
        why = f"the worker failed: {word[1].strip().splitlines()[-1]}"
    last = snapshot([worker.live])
    return lost_share(
        worker.job,
        last.sent,
        start_realtime_ns,
        why=why,
        answered=last.ok,
        interrupted=interrupted,
    )
