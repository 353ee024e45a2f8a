"""Progress of a run, from the pool's snapshots, and what happens beside it: live on a terminal, a
line every few seconds elsewhere.

Requests in flight count with what they have so far: if all are sent at once, none ends for minutes.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from inferometer.live.beside import GAP, Surroundings
from inferometer.printable import columns_of, cut
from inferometer.words import spoken

if TYPE_CHECKING:
    from inferometer.loadgen import Snapshot

PLAIN_LINE_EVERY_S = 5.0
LABELLED_LINE_EVERY_S = 60.0
MIN_BAR_WIDTH, MAX_BAR_WIDTH = 6, 24
ELAPSED_WIDTH = len("0:00:00 ")
ROWS_OF_THE_BAR = 2
"""And one to spare: a screen that is full to its end scrolls."""
WITHOUT_A_CURSOR = ("dumb", "unknown")
"""Terminals that cannot go back to a line."""
TYPICAL = {
    "in_flight": 256,
    "ttft": "1234.5",
    "tpot": "12.34",
    "rate": "12,345",
}
"""Figures that are to have room."""


RATE_OVER_S = 5.0


class Rate:
    """Output tokens per second: over the last seconds during a run, over all of it at its end."""

    def __init__(self, begin_s: float) -> None:
        self._begin = (begin_s, 0.0)
        self._seen = deque([self._begin])

    def of(self, now: Snapshot, time_s: float, *, at_end: bool) -> float | None:
        """None until some time has passed: the run's own, where that is virtual."""
        if now.virtual_s is not None:
            time_s = self._begin[0] + now.virtual_s
        tokens = tokens_so_far(now)
        self._seen.append((time_s, tokens))
        while len(self._seen) > 2 and self._seen[1][0] <= time_s - RATE_OVER_S:
            self._seen.popleft()
        since_s, before = self._begin if at_end else self._seen[0]
        return (
            max(tokens - before, 0.0) / (time_s - since_s)
            if time_s > since_s
            else None
        )


def tokens_so_far(now: Snapshot) -> float:
    """Output tokens of all requests; an event in flight counts like the earlier ones, or as one."""
    an_event = (
        now.output_tokens / now.output_events if now.output_events else 1.0
    )
    return now.output_tokens + now.streaming_events * an_event


def figures(now: Snapshot, rate_tok_s: float | None) -> str:
    """The running means; `-` where there is none yet."""
    ttft_ns = now.ttft_sum_ns + now.streaming_ttft_sum_ns
    begun = now.ttft_count + now.streaming_ttft_count
    ttft = f"{ttft_ns / begun / 1e6:.1f}" if begun else "-"
    tpot_ns = _tpot_ns(now)
    tpot = "-" if tpot_ns is None else f"{tpot_ns / 1e6:.2f}"
    rate = "-" if rate_tok_s is None else f"{rate_tok_s:,.0f}"
    words, lost = spoken(), (("failed", now.failed), ("dropped", now.dropped))
    told = {
        "in_flight": now.in_flight,
        "ttft": ttft,
        "tpot": tpot,
        "rate": rate,
    }
    return "".join(
        [
            words.text("progress.stopping") if now.stopping else "",
            words.text("progress.figures", **told),
            *(words.text(f"progress.{name}", n=n) for name, n in lost if n),
        ]
    )


def _tpot_ns(now: Snapshot) -> float | None:
    """TPOT of the finished requests, else mean gap between events so far."""
    if now.tpot_count:
        return now.tpot_sum_ns / now.tpot_count
    return (
        now.streaming_gaps_ns / now.streaming_gaps
        if now.streaming_gaps
        else None
    )


def fitting(figures: str, columns: int) -> str:
    """As many of the figures, from the first, as have room; only the first one may be cut."""
    while columns_of(figures) > columns and GAP in figures:
        figures = figures.rpartition(GAP)[0]
    return cut(figures, columns)


def over(now: Snapshot) -> int:
    """Requests of the plan that are over."""
    return now.ok + now.failed + now.dropped


class PlainProgress:
    """One line every few seconds and one at the end, for logs; in a campaign, a labelled line a
    minute.
    """

    def __init__(
        self,
        total: int,
        stream: IO[str],
        label: str = "",
        beside: Surroundings | None = None,
    ) -> None:
        self._total = total
        self._stream = stream
        self._beside = beside or Surroundings()
        self._label = label
        self._every_s = LABELLED_LINE_EVERY_S if label else PLAIN_LINE_EVERY_S
        self._spoke_s = time.monotonic()
        self._rate = Rate(self._spoke_s)
        self._finished = False

    def __call__(self, now: Snapshot) -> None:
        if self._finished:
            return
        self._beside.look()
        done = over(now)
        time_s = time.monotonic()
        self._finished = done == self._total
        rate = self._rate.of(now, time_s, at_end=self._finished)
        if (
            self._finished and not self._label
        ) or time_s - self._spoke_s >= self._every_s:
            self._spoke_s = time_s
            self._tell(done, figures(now, rate))

    def _tell(self, done: int, told: str) -> None:
        requests = spoken().text(
            "progress.requests", done=done, total=self._total
        )
        words = filter(None, (self._label, requests, told))
        print(GAP.join(words), file=self._stream, flush=True)
        if not self._finished and (beside := self._beside.line()):
            print(f"  {beside}", file=self._stream, flush=True)


class LiveProgress:
    """A bar with the running figures, and below it what happens beside the load, which disappears
    at the end. In a campaign the bar has a label and disappears, too.

    A narrow terminal loses the bar first, then the time, then the end of the figures, but never the
    count.
    """

    def __init__(
        self,
        total: int,
        stream: IO[str],
        label: str = "",
        beside: Surroundings | None = None,
    ) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        console = Console(file=stream)
        room = (
            console.width - len(label) - bool(label) - 2 * (len(str(total)) + 1)
        )
        width = (
            columns_of(spoken().text("progress.figures", **TYPICAL))
            + ELAPSED_WIDTH
        )
        timed = room >= width
        bar = min(MAX_BAR_WIDTH, room - width - 1)
        barred = bar >= MIN_BAR_WIDTH
        self._room = max(room - ELAPSED_WIDTH * timed - (bar + 1) * barred, 0)
        self._bar = Progress(
            *(
                [TextColumn("{task.description}", markup=False)]
                if label
                else []
            ),
            *([BarColumn(bar_width=bar)] if barred else []),
            MofNCompleteColumn(),
            *([TimeElapsedColumn()] if timed else []),
            TextColumn("{task.fields[figures]}", markup=False),
            console=console,
        )
        # refreshed by each snapshot: no thread, and the workers are forked from us
        self._screen = Live(
            console=console, transient=bool(label), auto_refresh=False
        )
        self._console, self._beside = console, beside or Surroundings()
        self._total = total
        connecting = fitting(spoken().text("progress.connecting"), self._room)
        self._task = self._bar.add_task(label, total=total, figures=connecting)
        self._rate = Rate(time.monotonic())

    def __call__(self, now: Snapshot) -> None:
        done = over(now)
        at_end = done == self._total
        rate = self._rate.of(now, time.monotonic(), at_end=at_end)
        if not (self._beside.look() or at_end):
            return  # a screen of many lines costs a processor's time
        shown = fitting(figures(now, rate), self._room)
        self._bar.update(self._task, completed=done, figures=shown)
        self._screen.start()
        rows = self._console.height - ROWS_OF_THE_BAR
        self._draw(self._beside.lines(self._console.width, rows))

    def _draw(self, below: Sequence[str]) -> None:
        from rich.console import Group
        from rich.text import Text

        lines = [Text(line, no_wrap=True) for line in below]
        self._screen.update(
            Group(self._bar.get_renderable(), *lines), refresh=True
        )

    def close(self) -> None:
        if self._screen.is_started:
            self._draw(())
        self._screen.stop()


@contextmanager
def progress(
    total: int,
    *,
    label: str = "",
    quiet: bool = False,
    stream: IO[str] | None = None,
    beside: Surroundings | None = None,
) -> Iterator[Callable[[Snapshot], None]]:
    """To be called with each snapshot of the run. `label` is the run's name within a campaign."""
    stream = stream or sys.stderr
    if quiet:
        yield lambda _: None
    elif stream.isatty() and os.environ.get("TERM") not in WITHOUT_A_CURSOR:
        live = LiveProgress(total, stream, label, beside)
        try:
            yield live
        finally:
            live.close()
    else:
        yield PlainProgress(total, stream, label, beside)
