"""Shows a campaign: a heading per group, a line per point, and the progress of the running one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import IO, TYPE_CHECKING

from inferometer.live.beside import Surroundings
from inferometer.live.progress import progress
from inferometer.printable import (
    columns_of,
    fitted,
    padded,
    printable,
    printable_line,
    printable_lines,
    printable_name,
)
from inferometer.results.derived import costs_at
from inferometer.words import in_words, spoken

if TYPE_CHECKING:
    from inferometer.loadgen import Snapshot
    from inferometer.measurement.sampling import Newest
    from inferometer.metrics import Summary
    from inferometer.server.base import Confirmation
    from inferometer.spec.campaign import Group, PlannedPoint, ServerNeed
    from inferometer.spec.interleave import Block
    from inferometer.spec.output import Price

INDENT = 10

OF_THE_FILE = ("inferometer", "nobody")
"""Who confirmed nothing: for what the server does not report the campaign's author vouches."""


class CampaignLines:
    """Lines on standard output, suitable for a log; the progress of the running point on standard
    error.
    """

    def __init__(
        self,
        blocks: Sequence[Block],
        *,
        price: Price | None = None,
        out: IO[str] | None = None,
        err: IO[str] | None = None,
    ) -> None:
        self._out = out or sys.stdout
        self._err = err
        self._price = price
        self._beside = Surroundings()
        self._columns = (
            shutil.get_terminal_size().columns if self._out.isatty() else None
        )
        points = [point for block in blocks for point in block.points]
        digits = len(str(len(points)))
        self._labels = {
            point.id: f"[{number:{digits}}/{len(points)}]"
            for number, point in enumerate(points, 1)
        }
        self._longest = max((len(point.id) for point in points), default=0)

    def say(self, text: str) -> None:
        """No wider than the terminal; a line between two empty ones is a command, to be pasted."""
        lines = printable_lines(in_words(text)).split("\n")
        for before, line, after in zip(
            ["-", *lines], lines, [*lines[1:], "-"], strict=False
        ):
            whole = not before and not after
            for part in [line] if whole else fitted(line, self._columns):
                print(part, file=self._out)
        self._out.flush()

    def block(self, block: Block, *, todo: int) -> None:
        words, points = spoken(), block.points
        done = len(points) - todo
        what = [words.counted("campaign.todo", todo)] if todo else []
        what += [words.text("campaign.done", n=done)] if done else []
        key = "campaign.group" if len(block.groups) == 1 else "campaign.groups"
        span = words.text(
            "campaign.span", first=points[0].id, last=points[-1].id
        )
        values = {
            "who": words.text(key, group=block.id),
            "what": words.listed(what),
            "points": points[0].id if len(points) == 1 else span,
        }
        self.say("\n" + words.text("campaign.block", **values))

    def server(self, need: ServerNeed, confirmation: Confirmation) -> None:
        facts = confirmation.facts
        more = [
            f"{name} {printable_name(facts[name])}"
            for name in ("max_model_len", "version")
            if facts.get(name)
        ]
        model = printable_name(facts.get("model") or need.served_model)
        words = spoken()
        heading = padded(words.text("plan.server"), INDENT)
        self.say("  ".join([f"{heading}{facts.get('base_url')}", model, *more]))
        if confirmation.unchecked:
            self.say(" " * INDENT + _unchecked(confirmation))

    def measuring(
        self, point: PlannedPoint
    ) -> AbstractContextManager[Callable[[Snapshot], None]]:
        load, self._beside = point.spec.load, Surroundings()
        return progress(
            load.num_warmups + load.num_prompts,
            label=self._start_of(point),
            stream=self._err,
            beside=self._beside,
        )

    def beside(
        self, newest: Callable[[], Newest], log: Callable[[], Sequence[str]]
    ) -> None:
        self._beside.see(newest, log)

    def measured(
        self,
        point: PlannedPoint,
        status: str,
        reasons: Sequence[str],
        summary: Summary,
        path: str,
    ) -> None:
        figures = figures_of(summary, self._price)
        line = f"{self._start_of(point)}  {status:7}  {figures}"
        whole = f"{line}  {path}"
        fits = self._columns is None or columns_of(whole) <= self._columns
        self.say(whole if fits else f"{line}\n    {path}")
        for reason in reasons:
            self.say(f"    {printable(reason)}")

    def failed(self, point: PlannedPoint, reason: str) -> None:
        failed = padded(spoken().text("campaign.failed"), len("INVALID  "))
        self.say(f"{self._start_of(point)}  {failed}{printable(reason)}")

    def lost(self, group: Group, reason: str, log_tail: Sequence[str]) -> None:
        self.say(
            spoken().text(
                "campaign.lost", group=group.id, reason=printable(reason)
            )
        )
        for line in log_tail:
            self.say(f"  | {printable_line(line)}")

    def _start_of(self, point: PlannedPoint) -> str:
        return f"{self._labels[point.id]} {point.id:{self._longest}}"


def _unchecked(confirmation: Confirmation) -> str:
    """What somebody or a file vouches for."""
    words = spoken()
    who = confirmation.confirmed_by.removeprefix("confirmed by: ")
    who = "file" if who in OF_THE_FILE else who
    what = words.listed(map(words.say, confirmation.unchecked))
    told = {
        "who": words.find(f"run.vouched.{who}") or who,
        "what": printable(what),
    }
    return words.text("run.unchecked", **told)


def figures_of(summary: Summary, price: Price | None = None) -> str:
    """The main figures of one run, and the cost of its tokens if there is a price."""

    def mean(metric: str) -> str:
        value = summary.metrics[metric].mean
        return "-" if value is None else f"{value:.1f} ms"

    rate = summary.output_throughput
    throughput = "-" if rate is None else f"{rate:,.1f}"
    figures = f"TTFT {mean('ttft')}  TPOT {mean('tpot')}  {throughput} tok/s"
    return "  ".join([figures, *_cost(summary, price)])


def _cost(summary: Summary, price: Price | None) -> Iterator[str]:
    machine = summary.machine
    values = {
        "output_throughput": summary.output_throughput,
        "average_power": machine.values["average_power"] if machine else None,
    }
    costs = costs_at(price, values) if price else {}
    if (cost := costs.get("cost_per_million_tokens")) is not None:
        yield spoken().text("campaign.cost", cost=f"{cost:.3g}", price=price)
