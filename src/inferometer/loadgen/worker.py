"""The process around one loop: prepares, waits for the common start, runs, and writes its columns.

Parent and worker exchange small tuples over a pipe: ("ready",) → ("start", monotonic ns) → ("done",
a folder with the columns, or the columns themselves if the disk is full); or, at any time,
("failed", sentence).
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import time
import traceback
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from inferometer.clock import clock_step_ns, monotonic_ns
from inferometer.loadgen.handover import WorkerColumns, hand_over
from inferometer.loadgen.job import Job
from inferometer.loadgen.live import Live
from inferometer.loadgen.loop import CannotConnectError, Loop
from inferometer.system.child import die_with_parent
from inferometer.system.interruption import ignore_signals
from inferometer.system.os_priority import run_queue_ns
from inferometer.trace.trace import WorkerRecord

Readings = tuple[int, int, int]
"""Monotonic clock, CPU time and time without a core, ns."""


def work(job: Job, live: Live, pipe: Pipe, directory: Path | None) -> None:
    """Body of a worker process. Never raises: errors go through the pipe."""
    # they reach the whole group, and the parent tells us when to stop
    ignore_signals()
    # what our parent holds is not collected here: it takes 0.1 s of CPU, and copies the memory
    gc.freeze()
    if sys.platform == "linux":
        die_with_parent(signal.SIGKILL)  # no load without anyone to hear of it
        parent = multiprocessing.parent_process()
        if parent is not None and os.getppid() != parent.pid:
            os._exit(1)  # it died before we asked to die with it
    try:
        pipe.send(("done", _measure(job, live, pipe, directory)))
    except CannotConnectError as error:
        from inferometer.words import sentence_of

        pipe.send(("failed", sentence_of(error)))
    except Exception:
        pipe.send(("failed", traceback.format_exc()))


def _measure(
    job: Job, live: Live, pipe: Pipe, directory: Path | None
) -> Path | WorkerColumns:
    loop = Loop(job, live)
    loop.prepare()
    gc.collect()
    gc.freeze()
    # a collection in mid-run would hold the loop for milliseconds, and what it makes has no cycles
    gc.disable()
    if job.real_time:
        loop.priority.take()
    if job.drain_warmups:
        loop.run(job.shard.warmups, monotonic_ns())
        # again, for connections closed meanwhile: a burst is not to begin with connects
        loop.prepare()
    pipe.send(("ready",))
    _, start_ns = pipe.recv()
    began = monotonic_ns(), time.process_time_ns(), run_queue_ns()
    loop.run(len(job.requests), start_ns)
    ended = monotonic_ns(), time.process_time_ns(), run_queue_ns()
    loop.close()
    record = _record(job, loop, began, ended)
    requests, events, texts = loop.recorder.finish(loop.anchors, start_ns)
    return hand_over(
        directory,
        requests,
        events,
        {"record": record, "texts": texts, "stopped": loop.stopped},
    )


def _record(
    job: Job, loop: Loop, began: Readings, ended: Readings
) -> WorkerRecord:
    wall_ns, cpu_ns, waited_ns = (
        after - before for before, after in zip(began, ended, strict=True)
    )
    return WorkerRecord(
        worker=job.shard.worker,
        assigned=len(job.requests),
        sent=loop.sent,
        wall_ns=wall_ns,
        cpu_ns=cpu_ns,
        run_queue_ns=waited_ns if ended[2] >= 0 else -1,
        scheduling=str(loop.priority),
        reads=loop.responses.reads,
        bytes_read=loop.responses.bytes_read,
        backlog_peak_bytes=loop.responses.backlog.peak_bytes,
        spilled_bytes=loop.responses.backlog.spilled_bytes,
        connections=loop.connections.opened,
        reconnects=loop.responses.reconnects,
        clock_step_ns=clock_step_ns(loop.anchors),
        kernel_stamps=loop.connections.kernel_stamps,
        stalled_ns=loop.stalled_ns,
        longest_stall_ns=loop.longest_stall_ns,
        ring_bytes=loop.rings.bytes if loop.rings else 0,
        ring_lost=loop.rings.packets.lost if loop.rings else 0,
        retransmissions=loop.connections.retransmissions,
        no_ring=loop.no_ring,
        rtt_ns=loop.connections.network.rtt_ns,
        sent_again=loop.connections.network.sent_again,
        out_of_order=loop.connections.network.out_of_order,
        window_limited_ns=loop.connections.network.window_limited_ns,
        surplus=loop.responses.surplus,
        unread_fields=", ".join(loop.recorder.unread_fields),
        addresses=len(job.address.all),
    )
