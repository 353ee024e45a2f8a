"""From the flags of `bench` to a report and files: one run, or several of one point, which are
summed up.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import typer

from inferometer.calibration.host import (
    HostCalibrations,
    Policy,
    is_rehearsal,
    policy_for,
)
from inferometer.cli.announcement import INDENT, announcement, saved_in_words
from inferometer.cli.asserted import tell
from inferometer.cli.bench.precision import add_precision, calibrate_afterwards
from inferometer.cli.bench.spec import ParsedFlags, parse_flags
from inferometer.cli.host import host_calibrations
from inferometer.cli.output import in_files_too
from inferometer.live.beside import Surroundings
from inferometer.live.campaign import figures_of
from inferometer.live.progress import progress
from inferometer.measurement.prepare import PointError, ReadyPoint
from inferometer.measurement.saving import (
    Saved,
    require_room,
    save,
    save_repeats,
)
from inferometer.measurement.session import PointResult, Session
from inferometer.metrics.calibration import statement
from inferometer.metrics.finding import Finding
from inferometer.printable import padded, printable
from inferometer.protocol import PROTOCOLS
from inferometer.report.console import render, render_precision
from inferometer.report.dialect import render_dialect
from inferometer.report.repeats import render_repeats
from inferometer.results.repeats import Repeat, spreads
from inferometer.server.endpoint import Endpoint
from inferometer.spec.field_flags import as_flags
from inferometer.store.atomic import CannotWriteError, write_file
from inferometer.words import Said, in_words, spoken

if TYPE_CHECKING:
    from inferometer.cli.bench.flags import BenchFlags
    from inferometer.metrics import Verdict
    from inferometer.spec.run import RunSpec
    from inferometer.system.interruption import Interruption
    from inferometer.trace import Trace

EXIT_INVALID = 1
EXIT_INTERRUPTED = 130

SUMMARY_FILE = "repeats.json"
MAX_ROWS = 10_000_000
"""Requests of a run that takes all rows of a file."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A server that answers, and what is asked of it."""

    flags: BenchFlags
    asked: ParsedFlags
    session: Session
    model: str
    calibrations: HostCalibrations

    @property
    def policy(self) -> Policy:
        """What is to be done for a calibration of this host."""
        rehearsal = is_rehearsal(self.session.server.version)
        return policy_for(wanted=self.flags.calibration, rehearsal=rehearsal)

    @property
    def is_repeated(self) -> bool:
        return self.flags.repeats > 1


@dataclass(frozen=True, slots=True)
class _Run:
    """What is kept of a run; its trace is in its files."""

    label: str
    repeat: Repeat
    verdict: Verdict
    finished: str
    code: int
    saved: Saved | None


@contextmanager
def opened(flags: BenchFlags) -> Iterator[Bench]:
    """Raises FlagsError with all that is wrong, and EndpointError where no server answers."""
    asked = parse_flags(flags)
    if asked.address_note:
        note = spoken().text("sentence", what=in_words(asked.address_note))
        typer.echo(f"inferometer: {note}", err=True)
    for note in asked.notes:
        typer.echo(f"inferometer: {in_words(note)}", err=True)
    calibrations = host_calibrations(quiet=flags.disable_tqdm)
    routes = PROTOCOLS[flags.backend].routes
    base_url, headers = asked.target["base_url"], asked.target["headers"]
    endpoint = Endpoint(base_url, headers, flags.insecure, routes=routes)
    with Session(
        endpoint,
        asked.output,
        real_time=flags.realtime,
        eos_by_default=asked.eos_by_default,
    ) as session:
        endpoint.wait_ready(
            flags.ready_check_timeout_sec, model_given=asked.model is not None
        )
        yield Bench(
            flags,
            asked,
            session,
            asked.model or endpoint.only_model(),
            calibrations,
        )


def measure_and_report(
    flags: BenchFlags, interruption: Interruption
) -> tuple[PointResult, int]:
    """All runs, from flags to report and files; the last result and the exit code. What is finished
    is summed up however it ends.

    Raises what the first run raises, also in a later one.
    """
    runs: list[_Run] = []
    summary = None
    with opened(flags) as bench:
        try:
            for repeat in range(flags.repeats):
                interruption.release()
                result, run = _run(bench, repeat, interruption)
                runs.append(run)
                if run.code == EXIT_INTERRUPTED:
                    break
        except KeyboardInterrupt:
            if not runs:
                raise
        finally:
            interruption.hold()
            if runs and bench.is_repeated:
                summary = _sum_up(bench, runs)
    code = (
        EXIT_INTERRUPTED
        if interruption.asked
        else max(run.code for run in runs)
    )
    code = max(code, _hold_against_targets(bench, runs))
    sys.stdout.flush()
    is_saved = runs[0].saved is not None
    calibration = calibrate_afterwards(
        bench, runs[0].verdict, interruption, saved=is_saved
    )
    if calibration is not None:
        places = [run.saved.directory if run.saved else None for run in runs]
        verdicts = add_precision(
            calibration, [run.verdict for run in runs], places
        )
        _tell_precision(bench, runs, verdicts, summary)
    return result, code


def _announce(bench: Bench, ready: ReadyPoint) -> None:
    address = bench.session.endpoint.base_url
    typer.echo("\n".join(announcement(ready, address)))
    if bench.is_repeated:
        words = spoken()
        heading = padded(words.text("plan.repeat"), INDENT)
        times = words.text("plan.repeat.own", n=bench.flags.repeats)
        typer.echo(heading + times)
    sys.stdout.flush()


def _run(
    bench: Bench, repeat: int, interruption: Interruption
) -> tuple[PointResult, _Run]:
    """One run with prompts of its own: measured, saved and reported."""
    flags, session, output = bench.flags, bench.session, bench.asked.output
    spec = bench.asked.spec(bench.model).model_copy(update={"repeat": repeat})
    ready = _prepared(bench, spec)
    if output.directory is not None:
        require_room(output, ready, numbered=bench.is_repeated)
    if repeat == 0:
        _announce(bench, ready)
    label = (
        f"[{repeat + 1:{len(str(flags.repeats))}}/{flags.repeats}]"
        if bench.is_repeated
        else ""
    )
    calibration = bench.calibrations.find(
        bench.policy, workers=flags.workers, real_time=flags.realtime
    )
    beside = Surroundings()
    with progress(
        len(ready.plan), quiet=flags.disable_tqdm, label=label, beside=beside
    ) as show:
        result = session.measure(
            ready,
            calibration=calibration,
            request_id_prefix=_request_id_prefix(flags, ready.spec),
            on_progress=show,
            on_sampling=beside.see,
            interruption=interruption,
        )
    saved = None
    try:  # first the files: nobody can take them back, but a reader of our output may hang up
        if output.directory is not None:
            saved = _save(bench, result)
    finally:
        _report(bench, label, result, saved)
    code = exit_code(flags, result.trace, result.verdict)
    return result, _Run(
        label=label,
        repeat=Repeat(repeat + 1, result.point(), _left_out(code)),
        verdict=result.verdict,
        finished=result.finished.isoformat(timespec="seconds"),
        code=code,
        saved=saved,
    )


def _request_id_prefix(flags: BenchFlags, spec: RunSpec) -> str:
    prefix = flags.request_id_prefix or f"bench-{spec.seed:08x}-"
    return f"{prefix}r{spec.repeat + 1}-" if spec.repeat else prefix


def _left_out(code: int) -> str:
    """Why a run does not count among its repeats; '' if it does."""
    if code == EXIT_INTERRUPTED:
        return Said("bench.left_out.interrupted")
    return "INVALID" if code == EXIT_INVALID else ""


def _prepared(bench: Bench, spec: RunSpec) -> ReadyPoint:
    """With as many requests as the file has rows for, where the flags leave that to it."""
    session, rows, load = bench.session, bench.asked.rows, spec.load
    if rows in ("all", "at_most"):
        most = (
            MAX_ROWS if rows == "all" else load.num_warmups + load.num_prompts
        )
        number = session.usable_rows(spec, most) - load.num_warmups
        if number < 1:
            raise PointError(
                [in_words(Said("vllm.only_warmups", {"rows": number}))]
            )
        load = load.model_copy(update={"num_prompts": number})
        return session.prepare(spec.model_copy(update={"load": load}))
    try:
        return session.prepare(spec)
    except PointError as error:
        if rows != "repeated" or not error.usable_rows:
            raise
        work = spec.workload.model_copy(update={"oversample": "unasked"})
        return session.prepare(spec.model_copy(update={"workload": work}))


def exit_code(flags: BenchFlags, trace: Trace, verdict: Verdict) -> int:
    if trace.interrupted:
        return EXIT_INTERRUPTED
    return (
        EXIT_INVALID
        if verdict.status == "INVALID" and not flags.allow_invalid
        else 0
    )


def _save(bench: Bench, result: PointResult) -> Saved:
    saved = save(result, numbered=bench.is_repeated)
    if saved.notice:
        typer.echo(f"inferometer: {in_words(saved.notice)}", err=True)
    if not bench.is_repeated:
        in_files_too()
    return saved


def _report(
    bench: Bench, label: str, result: PointResult, saved: Saved | None
) -> None:
    """The report of the only run, or a line for one of several."""
    if bench.is_repeated:
        _tell_in_a_line(label, result, saved)
    else:
        text = render(
            result.summary,
            result.verdict,
            load=result.spec.load,
            workers=result.trace.workers,
            metrics=result.output.metrics,
            server=result.server,
            price=result.output.price,
            rated=bench.asked.rated,
        )
        typer.echo(text, nl=False)
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
        typer.echo(f"    {_in_words(finding)}")


def _in_words(finding: Finding) -> str:
    return as_flags(printable(finding.said(spoken().language).text))


def _sum_up(bench: Bench, runs: Sequence[_Run]) -> Path | None:
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


def _packed(bench: Bench, runs: Sequence[_Run]) -> bytes:
    """The file over all repeats."""
    found = spreads([run.repeat for run in runs])
    content = {
        "asked": bench.flags.repeats,
        "spreads": {name: each.to_dict() for name, each in found.items()},
        "runs": [
            {
                "repeat": run.repeat.number,
                "status": run.verdict.status,
                "reasons": [
                    finding.sentence for finding in run.verdict.reasons()
                ],
                "counts": not run.repeat.left_out,
                "finished": run.finished,
                "run": run.saved.directory.name,
                "json": run.saved.json.name,
                "values": run.repeat.values(),
            }
            for run in runs
            if run.saved is not None
        ],
    }
    return orjson.dumps(
        content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )


def _hold_against_targets(bench: Bench, runs: Sequence[_Run]) -> int:
    """What was measured to its end; the exit code is 1 if a target is missed."""
    from inferometer.analysis.targets import check

    goals = bench.asked.goals
    whole = [
        run.repeat.point
        for run in runs
        if not (bench.is_repeated and run.code == EXIT_INTERRUPTED)
    ]
    points = [point for point in whole if point is not None]
    return tell(check(goals, points)) if goals and points else 0


def _tell_precision(
    bench: Bench,
    runs: Sequence[_Run],
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
            told = spoken().text("bench.not_updated", error=in_words(error))
            typer.echo(f"inferometer: {told}", err=True)
    precision = verdicts[0].precision
    if precision is not None and precision != runs[0].verdict.precision:
        typer.echo(statement(precision, spoken().language))
    for before, run in zip(runs, compared, strict=True):
        if run.verdict.status != before.verdict.status:
            was = spoken().text("bench.was", status=before.verdict.status)
            typer.echo(f"{run.label}  {run.verdict.status:7}  {was}")
        for finding in run.verdict.reasons():
            if finding not in before.verdict.findings:
                typer.echo(f"    {_in_words(finding)}")
