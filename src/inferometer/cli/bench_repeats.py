"""`bench --repeats n`: the same point again and again, a line and files for each, and what all of them say together."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import typer

from inferometer.printable import printable

if TYPE_CHECKING:
    from inferometer.campaign.measured import Measured
    from inferometer.cli.bench_flags import BenchFlags
    from inferometer.cli.bench_run import Session
    from inferometer.metrics import Summary
    from inferometer.results import Point

SUMMARY_FILE = "repeats.json"


@dataclass(frozen=True, slots=True)
class _Run:
    """What is kept of a repeat; its trace is in its files."""

    repeat: int
    """From 1."""
    summary: Summary
    status: str
    reasons: tuple[str, ...]
    finished: str
    counts: bool
    """Whether its numbers are among those that are summed up: a whole run, and not INVALID unless that is allowed."""
    code: int
    saved: tuple[Path, ...]
    """Its run directory and JSON file, in this order, if they were written."""
    point: Point | None
    """To be held against targets; None where there are none."""


def measure_repeats(flags: BenchFlags) -> int:
    """All repeats, from flags to report and files; the exit code. What is finished is summed up however it ends.

    Raises what the first run of `bench` raises, also in a later one.
    """
    from inferometer.cli.asserted import mean_of, tell
    from inferometer.cli.bench import EXIT_INTERRUPTED
    from inferometer.cli.bench_run import session

    runs: list[_Run] = []
    with session(flags) as opened:
        try:
            for repeat in range(flags.repeats):
                runs.append(_measure(opened, repeat))
                if runs[-1].code == EXIT_INTERRUPTED:
                    break
        except KeyboardInterrupt:
            if not runs:
                raise
            return EXIT_INTERRUPTED
        finally:
            if runs:
                _sum_up(opened, runs)
    code = max(run.code for run in runs)
    counting = [run.point for run in runs if run.counts and run.point is not None]
    if not counting:
        return code
    from inferometer.analysis.targets import check

    return max(code, tell(check(opened.asked.goals, [mean_of(counting)])))


def _measure(session: Session, repeat: int) -> _Run:
    from inferometer.cli.announcement import announcement
    from inferometer.cli.asserted import point_of_measured
    from inferometer.cli.bench import exit_code
    from inferometer.cli.bench_files import save
    from inferometer.cli.bench_run import measure, ready_for
    from inferometer.report.dialect import render_dialect

    flags = session.flags
    ready = ready_for(session, repeat)
    if repeat == 0:
        typer.echo("\n".join(announcement(ready, session.known.endpoint.base_url)))
        typer.echo(f"Repeats:  {flags.repeats}, each with prompts and warm-ups of its own")
        sys.stdout.flush()
    label = f"[{repeat + 1:{len(str(flags.repeats))}}/{flags.repeats}]"
    measured = measure(session, ready, label=label)
    code = exit_code(flags, measured.trace, measured.verdict)
    saved: list[Path] = []
    try:
        if flags.save_result:
            save(flags, measured, saved)
    finally:
        _tell(label, measured, saved)
        for dialect in flags.dialect or []:
            typer.echo(render_dialect(measured.trace, dialect), nl=False)
        sys.stdout.flush()
    verdict = measured.verdict
    return _Run(
        repeat=repeat + 1,
        summary=measured.summary,
        status=verdict.status,
        reasons=tuple(finding.sentence for finding in verdict.reasons()),
        finished=measured.finished.isoformat(timespec="seconds"),
        counts=code == 0,
        code=code,
        saved=tuple(saved),
        point=point_of_measured(measured) if session.asked.goals else None,
    )


def _tell(label: str, measured: Measured, saved: Sequence[Path]) -> None:
    """A line for the run, and why it is not VALID."""
    from inferometer.live.campaign import figures_of
    from inferometer.metrics.calibration import statement

    path = f"  {saved[-1]}" if saved else ""
    typer.echo(f"{label}  {measured.verdict.status:7}  {figures_of(measured.summary)}{path}")
    if measured.verdict.precision and not measured.ready.spec.repeat:
        typer.echo(f"    {statement(measured.verdict.precision)}")
    for finding in measured.verdict.reasons():
        typer.echo(f"    {printable(finding.sentence)}")


def _sum_up(session: Session, runs: Sequence[_Run]) -> None:
    """The table over the runs that count, and its file."""
    from inferometer.metrics.repeats import spreads
    from inferometer.report.repeats import render_repeats

    counting = [run for run in runs if run.counts]
    found = spreads([run.summary for run in counting])
    path = None
    try:
        if runs[0].saved:
            path = _save(session, runs, {name: each.to_dict() for name, each in found.items()})
    finally:
        if counting:
            typer.echo(render_repeats(found, asked=session.flags.repeats, metrics=session.asked.metrics), nl=False)
        if left_out := [str(run.repeat) for run in runs if not run.counts]:
            typer.echo(f"Left out, since INVALID or interrupted: {', '.join(left_out)}.")
        if path is not None:
            typer.echo(f"Saved:    {path} (all repeats; each has files of its own)")


def _save(session: Session, runs: Sequence[_Run], found: dict[str, object]) -> Path:
    """Write the summary of repeats into a directory of its own: whoever reads all JSON files here finds only runs."""
    from inferometer.cli.bench_files import REPEAT, REPEATS, free_names
    from inferometer.metrics.repeats import headline_numbers
    from inferometer.store.atomic import new_directory

    directory = runs[0].saved[0]
    stem = directory.name.rpartition(REPEAT)[0] or directory.name
    _, place = free_names(directory.with_name(f"{stem}{REPEATS}.json"))
    content = {
        "asked": session.flags.repeats,
        "spreads": found,
        "runs": [
            {
                "repeat": run.repeat,
                "status": run.status,
                "reasons": run.reasons,
                "counts": run.counts,
                "finished": run.finished,
                "run": run.saved[0].name,
                "json": run.saved[1].name,
                "values": headline_numbers(run.summary),
            }
            for run in runs
        ],
    }
    with new_directory(place) as temporary:
        (temporary / SUMMARY_FILE).write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return place / SUMMARY_FILE
