"""What `bench` says and writes once it has measured: reports, the sum of repeats, targets, and the
precision that a calibration afterwards adds.

It is imported after the first run, whose first request must not wait for it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson
import typer

from inferometer.cli.announcement import INDENT, saved_in_words
from inferometer.cli.asserted import tell_targets
from inferometer.cli.bench.precision import add_precision, calibrate_afterwards
from inferometer.cli.output import in_files_too
from inferometer.cli.stopped import EXIT_INTERRUPTED
from inferometer.cli.telling import notice, tell
from inferometer.live.campaign import figures_of
from inferometer.measurement.saving import Saved, save, save_repeats
from inferometer.metrics.calibration import statement
from inferometer.metrics.finding import Finding
from inferometer.printable import padded, printable
from inferometer.report.console import render, render_precision
from inferometer.report.dialect import render_dialect
from inferometer.report.repeats import render_repeats
from inferometer.results.repeats import Repeat, spreads
from inferometer.spec.field_flags import as_flags
from inferometer.store.atomic import CannotWriteError, write_file
from inferometer.store.parquet import import_frugally
from inferometer.words import Said, sentence_of, spoken

if TYPE_CHECKING:
    from pathlib import Path

    from inferometer.cli.bench.flags import BenchFlags
    from inferometer.cli.bench.run import Bench
    from inferometer.measurement.session import PointResult
    from inferometer.metrics import Verdict
    from inferometer.system.interruption import Interruption
    from inferometer.trace import Trace

EXIT_INVALID = 1

SUMMARY_FILE = "repeats.json"


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """What is kept of a run; its trace is in its files."""

    label: str
    repeat: Repeat
    verdict: Verdict
    finished: str
    code: int
    saved: Saved | None


def saved_and_reported(
    bench: Bench, label: str, result: PointResult
) -> MeasuredRun:
    """What is kept of a run that has ended."""
    saved = None
    try:  # first the files: nobody can take them back, but a reader of our output may hang up
        if result.output.directory is not None:
            saved = _save(bench, result)
    finally:
        _report(bench, label, result, saved)
    code = exit_code(bench.flags, result.trace, result.verdict)
    return MeasuredRun(
        label=label,
        repeat=Repeat(result.spec.repeat + 1, result.point(), _left_out(code)),
        verdict=result.verdict,
        finished=result.finished.isoformat(timespec="seconds"),
        code=code,
        saved=saved,
    )


def finish(
    bench: Bench,
    runs: Sequence[MeasuredRun],
    summary: Path | None,
    interruption: Interruption,
) -> int:
    """What follows the last run: targets, and a calibration where there was none; the exit code.
    `summary`: the file over all repeats.
    """
    code = (
        EXIT_INTERRUPTED
        if interruption.asked
        else max(run.code for run in runs)
    )
    code = max(code, _hold_against_targets(bench, runs))
    sys.stdout.flush()
    calibration = calibrate_afterwards(bench, runs[0], interruption)
    if calibration is not None:
        places = [run.saved.directory if run.saved else None for run in runs]
        verdicts = add_precision(
            calibration, [run.verdict for run in runs], places
        )
        _tell_precision(bench, runs, verdicts, summary)
    return code


def exit_code(flags: BenchFlags, trace: Trace, verdict: Verdict) -> int:
    if trace.interrupted:
        return EXIT_INTERRUPTED
    return (
        EXIT_INVALID
        if verdict.status == "INVALID" and not flags.allow_invalid
        else 0
    )


def _save(bench: Bench, result: PointResult) -> Saved:
    import_frugally()
    saved = save(result, numbered=bench.is_repeated)
    if saved.notice:
        notice(saved.notice)
    if not bench.is_repeated:
        in_files_too()
    return saved


def _left_out(code: int) -> str:
    """Why a run does not count among its repeats; '' if it does."""
    if code == EXIT_INTERRUPTED:
        return Said("bench.left_out.interrupted")
    return "INVALID" if code == EXIT_INVALID else ""


def _rendered(bench: Bench, result: PointResult) -> str:
    return render(
        result.summary,
        result.verdict,
        load=result.spec.load,
        workers=result.trace.workers,
        metrics=result.output.metrics,
        server=result.server,
        price=result.output.price,
        rated=bench.asked.rated,
        rtfx=result.rtfx,
    )


def _report(
    bench: Bench, label: str, result: PointResult, saved: Saved | None
) -> None:
    """The report of the only run, or a line for one of several."""
    if bench.is_repeated:
        _tell_in_a_line(label, result, saved)
    else:
        typer.echo(_rendered(bench, result), nl=False)
    for dialect in result.output.dialects:
        typer.echo(render_dialect(result.trace, dialect), nl=False)
    if saved is not None and not bench.is_repeated:
        typer.echo("\n".join(saved_in_words([saved.directory, saved.json])))
    sys.stdout.flush()


def _tell_in_a_line(
    label: str, result: PointResult, saved: Saved | None
) -> None:
    """Its verdict and figures, and why it is not VALID."""
    path = f"  {saved.json}" if saved else ""
    figures = figures_of(result.summary, result.output.price)
    typer.echo(f"{label}  {result.verdict.status:7}  {figures}{path}")
    if result.verdict.precision and not result.spec.repeat:
        typer.echo(
            f"    {statement(result.verdict.precision, spoken().language)}"
        )
    for finding in result.verdict.reasons():
        tell(f"    {_in_words(finding)}")


def _in_words(finding: Finding) -> str:
    return as_flags(printable(finding.said(spoken().language).text))


def sum_up(bench: Bench, runs: Sequence[MeasuredRun]) -> Path | None:
    """The table over the runs that count, and its file, if there is one."""
    path = None
    try:
        if (first := runs[0].saved) is not None:
            path = save_repeats(
                first.directory, SUMMARY_FILE, _packed(bench, runs)
            )
            in_files_too()
    finally:
        repeats = [run.repeat for run in runs]
        metrics = bench.asked.output.metrics
        typer.echo(
            render_repeats(repeats, asked=bench.flags.repeats, metrics=metrics),
            nl=False,
        )
        if path is not None:
            words = spoken()
            heading = padded(words.text("plan.saved"), INDENT)
            typer.echo(heading + words.text("plan.repeats", path=path))
    return path


def _packed(bench: Bench, runs: Sequence[MeasuredRun]) -> bytes:
    """The file over all repeats."""
    found = spreads([run.repeat for run in runs])
    content = {
        "asked": bench.flags.repeats,
        "spreads": {name: each.to_dict() for name, each in found.items()},
        "runs": [
            _described(run, run.saved) for run in runs if run.saved is not None
        ],
    }
    return orjson.dumps(
        content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )


def _described(run: MeasuredRun, saved: Saved) -> dict[str, Any]:
    return {
        "repeat": run.repeat.number,
        "status": run.verdict.status,
        "reasons": [finding.sentence for finding in run.verdict.reasons()],
        "counts": not run.repeat.left_out,
        "finished": run.finished,
        "run": saved.directory.name,
        "json": saved.json.name,
        "values": run.repeat.values(),
    }


def _hold_against_targets(bench: Bench, runs: Sequence[MeasuredRun]) -> int:
    """What was measured to its end; the exit code is 1 if a target is missed."""
    if not bench.asked.goals:
        return 0
    from inferometer.analysis.targets import check

    whole = [
        run.repeat.point
        for run in runs
        if not (bench.is_repeated and run.code == EXIT_INTERRUPTED)
    ]
    points = [point for point in whole if point is not None]
    return tell_targets(check(bench.asked.goals, points)) if points else 0


def _tell_precision(
    bench: Bench,
    runs: Sequence[MeasuredRun],
    verdicts: Sequence[Verdict],
    summary: Path | None,
) -> None:
    """What follows from a calibration that was made after the runs, and the same in the file over
    all of them.
    """
    if not bench.is_repeated:
        (run,), (verdict,) = runs, verdicts
        if verdict is not run.verdict:
            typer.echo(render_precision(verdict, run.verdict), nl=False)
        return
    compared = [
        replace(run, verdict=verdict)
        for run, verdict in zip(runs, verdicts, strict=True)
    ]
    if summary is not None:
        try:
            write_file(summary, _packed(bench, compared))
        except CannotWriteError as error:
            notice(Said("bench.not_updated", {"error": sentence_of(error)}))
    precision = verdicts[0].precision
    if precision is not None and precision != runs[0].verdict.precision:
        tell(statement(precision, spoken().language))
    for before, run in zip(runs, compared, strict=True):
        if run.verdict.status != before.verdict.status:
            was = spoken().text("bench.was", status=before.verdict.status)
            typer.echo(f"{run.label}  {run.verdict.status:7}  {was}")
        for finding in run.verdict.reasons():
            if finding not in before.verdict.findings:
                tell(f"    {_in_words(finding)}")
