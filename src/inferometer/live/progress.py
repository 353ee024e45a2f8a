"""Progress of a run: a live line on a terminal, a plain line every few seconds elsewhere. Fed with snapshots by the pool."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from inferometer.loadgen import Snapshot

PLAIN_LINE_EVERY_S = 5.0
LABELLED_LINE_EVERY_S = 60.0
LEAST_BAR_WIDTH, MOST_BAR_WIDTH = 6, 24
ELAPSED_WIDTH = len("0:00:00 ")
FIGURES_WIDTH = len("256 in flight  TTFT 1234.5 ms  TPOT 12.34 ms  12,345 tok/s")


def figures(now: Snapshot, elapsed_s: float) -> str:
    """The running means, in a few words; `-` where there is none yet."""
    ttft = f"{now.ttft_sum_ns / now.ttft_count / 1e6:.1f}" if now.ttft_count else "-"
    tpot = f"{now.tpot_sum_ns / now.tpot_count / 1e6:.2f}" if now.tpot_count else "-"
    rate = f"{now.output_tokens / elapsed_s:,.0f}" if elapsed_s > 0 else "-"
    failed = f"  {now.failed} failed" if now.failed else ""
    dropped = f"  {now.dropped} dropped" if now.dropped else ""
    stopping = "stopping: interrupt again to throw the run away  " if now.stopping else ""
    return f"{stopping}{now.in_flight} in flight  TTFT {ttft} ms  TPOT {tpot} ms  {rate} tok/s{failed}{dropped}"


def over(now: Snapshot) -> int:
    """Requests of the plan that nothing more will come of."""
    return now.ok + now.failed + now.dropped


class PlainProgress:
    """One line every few seconds, for logs, and one at the end; of one run of many, one a minute, with its label."""

    def __init__(self, total: int, stream: IO[str], label: str = "") -> None:
        self._total = total
        self._stream = stream
        self._label = label
        self._every_s = LABELLED_LINE_EVERY_S if label else PLAIN_LINE_EVERY_S
        self._began_s = self._spoke_s = time.monotonic()
        self._finished = False

    def __call__(self, now: Snapshot) -> None:
        if self._finished:
            return
        done = over(now)
        time_s = time.monotonic()
        self._finished = done == self._total
        if (self._finished and not self._label) or time_s - self._spoke_s >= self._every_s:
            self._spoke_s = time_s
            words = [self._label] if self._label else []
            words += [f"{done}/{self._total} requests", figures(now, time_s - self._began_s)]
            print("  ".join(words), file=self._stream, flush=True)


class LiveProgress:
    """A bar with the running figures beside it; that of one run of many has its label, and is gone in the end.

    Where the terminal is too narrow for all, the bar gives way, then the time, then the end of the figures: never the count."""

    def __init__(self, total: int, stream: IO[str], label: str = "") -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(file=stream)
        room = console.width - len(label) - bool(label) - 2 * (len(str(total)) + 1)
        timed = room >= FIGURES_WIDTH + ELAPSED_WIDTH
        bar = min(MOST_BAR_WIDTH, room - FIGURES_WIDTH - ELAPSED_WIDTH - 1)
        barred = bar >= LEAST_BAR_WIDTH
        self._room = max(room - ELAPSED_WIDTH * timed - (bar + 1) * barred, 0)
        self._bar = Progress(
            *([TextColumn("{task.description}", markup=False)] if label else []),
            *([BarColumn(bar_width=bar)] if barred else []),
            MofNCompleteColumn(),
            *([TimeElapsedColumn()] if timed else []),
            TextColumn("{task.fields[figures]}", markup=False),
            console=console,
            transient=bool(label),
            auto_refresh=False,  # refreshed by each snapshot: no thread, and the workers are forked from us
        )
        self._task = self._bar.add_task(label, total=total, figures="connecting"[: self._room])
        self._began_s = time.monotonic()

    def __call__(self, now: Snapshot) -> None:
        self._bar.start()
        elapsed_s = time.monotonic() - self._began_s
        self._bar.update(self._task, completed=over(now), figures=figures(now, elapsed_s)[: self._room], refresh=True)

    def close(self) -> None:
        self._bar.stop()


@contextmanager
def progress(
    total: int, *, label: str = "", quiet: bool = False, stream: IO[str] | None = None
) -> Iterator[Callable[[Snapshot], None]]:
    """What to call with each snapshot while the run lasts. `label`: its name, if it is one run of many."""
    stream = stream or sys.stderr
    if quiet:
        yield lambda _: None
    elif stream.isatty():
        live = LiveProgress(total, stream, label)
        try:
            yield live
        finally:
            live.close()
    else:
        yield PlainProgress(total, stream, label)
