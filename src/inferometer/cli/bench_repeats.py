"""`bench --repeats n`: the same point again and again, a line and files for each, and what all of
them say together.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import typer

from inferometer.printable import printable

if TYPE_CHECKING:
    from inferometer.cli.bench_flags import BenchFlags
    from inferometer.cli.bench_run import Session
    from inferometer.measure.point import Measured
    from inferometer.metrics import Summary, Verdict
    from inferometer.metrics.repeats import Spread
    from inferometer.results import Point
    from inferometer.system.interruption import Interruption

SUMMARY_FILE = "repeats.json"


@dataclass(frozen=True, slots=True)
class _Run:
    """What is kept of a repeat; its trace is in its files."""

    label: str
    repeat: int
    """From 1."""
    summary: Summary
    verdict: Verdict
    finished: str
    counts: bool
    """Whether its numbers are among those that are summed up: a whole run, and not INVALID unless
    that is allowed.
    """
    code: int
    saved: tuple[Path, ...]
    """Its run directory and JSON file, in this order, if they were written."""
    point: Point | None
    """To be held against targets; None where there are none."""


def measure_repeats(flags: BenchFlags, interruption: Interruption) -> int:
    """All repeats, from flags to report and files; the exit code. What is finished is summed up
    however it ends.

    Raises what the first run of `bench` raises, also in a later one.
    """
    from inferometer.cli.asserted import mean_of, tell
    from inferometer.cli.bench import EXIT_INTERRUPTED
    from inferometer.cli.bench_run import session

    runs: list[_Run] = []
    summary = None
    with session(flags) as opened:
        try:
            for repeat in range(flags.repeats):
                interruption.release()
                runs.append(_measure(opened, repeat, interruption))
                if runs[-1].code == EXIT_INTERRUPTED:
                    break
        except KeyboardInterrupt:
            if not runs:
                raise
        finally:
            interruption.hold()
            if runs:
                summary = _sum_up(opened, runs)
    if interruption.asked:
        return EXIT_INTERRUPTED
    code = max(run.code for run in runs)
    counting = [run.point for run in runs if run.counts and run.point is not None]
    if counting:
        from inferometer.analysis.targets import check

        code = max(code, tell(check(opened.asked.goals, [mean_of(counting)])))
    sys.stdout.flush()
    _add_precision(opened, runs, summary, interruption)
    return code


def _measure(session: Session, repeat: int, interruption: Interruption) -> _Run:
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
    measured = measure(session, ready, interruption, label=label)
    code = exit_code(flags, measured.trace, measured.verdict)
    saved: list[Path] = []
    try:
        if flags.save_result:
            saved += save(flags, measured)
    finally:
        _tell(label, measured, saved)
        for dialect in flags.dialect or []:
            typer.echo(render_dialect(measured.trace, dialect), nl=False)
        sys.stdout.flush()
    return _Run(
        label=label,
        repeat=repeat + 1,
        summary=measured.summary,
        verdict=measured.verdict,
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


def _sum_up(session: Session, runs: Sequence[_Run]) -> Path | None:
    """The table over the runs that count, and its file, if there is one."""
    from inferometer.cli.bench_files import save_repeats
    from inferometer.cli.output import in_files_too
    from inferometer.report.repeats import render_repeats

    found = _spreads(runs)
    path = None
    try:
        if runs[0].saved:
            path = save_repeats(runs[0].saved[0], SUMMARY_FILE, _packed(session, runs))
            in_files_too()
    finally:
        if any(run.counts for run in runs):
            typer.echo(
                render_repeats(found, asked=session.flags.repeats, metrics=session.asked.metrics),
                nl=False,
            )
        if left_out := [str(run.repeat) for run in runs if not run.counts]:
            typer.echo(f"Left out, since INVALID or interrupted: {', '.join(left_out)}.")
        if path is not None:
            typer.echo(f"Saved:    {path} (all repeats; each has files of its own)")
    return path


def _spreads(runs: Sequence[_Run]) -> Mapping[str, Spread]:
    from inferometer.metrics.repeats import spreads

    return spreads([run.summary for run in runs if run.counts])


def _packed(session: Session, runs: Sequence[_Run]) -> bytes:
    """The file over all repeats."""
    from inferometer.metrics.repeats import headline_numbers

    content = {
        "asked": session.flags.repeats,
        "spreads": {name: each.to_dict() for name, each in _spreads(runs).items()},
        "runs": [
            {
                "repeat": run.repeat,
                "status": run.verdict.status,
                "reasons": [finding.sentence for finding in run.verdict.reasons()],
                "counts": run.counts,
                "finished": run.finished,
                "run": run.saved[0].name,
                "json": run.saved[1].name,
                "values": headline_numbers(run.summary),
            }
            for run in runs
        ],
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _add_precision(
    session: Session, runs: Sequence[_Run], summary: Path | None, interruption: Interruption
) -> None:
    """Calibrate the host if it is not, and say, and add to all files, what follows from that for
    these runs.
    """
    from inferometer.cli.bench_precision import add_precision, calibrate_afterwards
    from inferometer.metrics.calibration import statement
    from inferometer.store.atomic import CannotWriteError, write_file

    calibration = calibrate_afterwards(
        session, runs[0].verdict, interruption, saved=summary is not None
    )
    if calibration is None:
        return
    places = [run.saved[0] if run.saved else None for run in runs]
    verdicts = add_precision(calibration, [run.verdict for run in runs], places)
    compared = [replace(run, verdict=verdict) for run, verdict in zip(runs, verdicts, strict=True)]
    if summary is not None:
        try:
            write_file(summary, _packed(session, compared))
        except CannotWriteError as error:
            typer.echo(
                f"inferometer: {error}. It is as it was before this host was calibrated.", err=True
            )
    precision = compared[0].verdict.precision
    if precision is not None and precision != runs[0].verdict.precision:
        typer.echo(statement(precision))
    for before, run in zip(runs, compared, strict=True):
        if run.verdict.status != before.verdict.status:
            typer.echo(f"{run.label}  {run.verdict.status:7}  (it was {before.verdict.status})")
        for finding in run.verdict.reasons():
            if finding not in before.verdict.findings:
                typer.echo(f"    {finding.sentence}")
