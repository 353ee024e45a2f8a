"""`inferometer bench`: measure one point of a running server, report it, and say how far to believe
it.
"""

from __future__ import annotations

import inspect
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, get_type_hints

import typer

from inferometer.cli.bench_flags import BenchFlags
from inferometer.cli.usage import usage_error
from inferometer.system.interruption import Interruption

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inferometer.cli.bench_run import Session
    from inferometer.measure.point import Measured
    from inferometer.metrics import Verdict
    from inferometer.trace import Trace

EXIT_INVALID = 1
EXIT_INTERRUPTED = 130


def bench(**flags: Any) -> None:
    """Measure a running server, with the flags of `vllm bench serve`.

    Closed loop: inferometer bench --port 8000 --random-input-len 1024 --random-output-len 128
    --ignore-eos --num-prompts 200 --max-concurrency 32 --save-result

    Open loop, chat API, latency limits: inferometer bench --backend openai-chat --request-rate 8
    --num-prompts 500 --goodput ttft:200 tpot:50

    One test of the PCIe campaign: inferometer bench --config C --model 7B --tp 1 --input-len 1024

    Exit code: 0 if the verdict is VALID or SUSPECT; 1 if it is INVALID or a target is missed; 2 if
    the flags are wrong, the server could not be measured, or the results could not be saved; 130
    after Ctrl-C, SIGTERM or a closed terminal (results up to then are reported and saved). With
    --repeats, it is the highest of theirs.
    """
    from inferometer.cli.bench_repeats import measure_repeats

    with usage_errors(), Interruption() as interruption:
        asked = BenchFlags(**flags)
        if asked.config or asked.tp or asked.campaign:
            _run_test(asked)
        if asked.repeats != 1:
            code = measure_repeats(asked, interruption)
        else:
            _, code = measure_and_report(asked, interruption)
        interruption.finish()
        raise typer.Exit(code)


@contextmanager
def usage_errors() -> Iterator[None]:
    """Whatever ends a run without a result is a sentence and an exit code."""
    from inferometer.cli.flag_errors import FlagsError
    from inferometer.loadgen import MeasurementError
    from inferometer.measure.prepare import PointError
    from inferometer.server.endpoint import EndpointError
    from inferometer.store.atomic import CannotWriteError

    try:
        yield
    except (FlagsError, PointError) as error:
        usage_error(*error.reasons)
    except (EndpointError, MeasurementError, CannotWriteError) as error:
        usage_error(str(error))
    except KeyboardInterrupt:
        typer.echo("inferometer: stopped before there was anything to report.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None


def _run_test(flags: BenchFlags) -> NoReturn:
    """The test of a campaign that the flags name, as `run` does it."""
    from inferometer.cli.bench_config import choose
    from inferometer.cli.run import run
    from inferometer.spec.campaign import CampaignError

    try:
        chosen = choose(flags)
    except CampaignError as error:
        usage_error(*error.reasons)
    only = " ".join(f"--only {shlex.quote(point)}" for point in chosen.only)
    typer.echo(f"That is: inferometer run {chosen.campaign} {only}")
    run(
        chosen.campaign,
        only=chosen.only,
        sets=chosen.sets,
        allow_invalid=flags.allow_invalid,
        calibration=flags.calibration,
    )
    raise typer.Exit


# The flags are a dataclass; the command line parser reads them off the function's signature.
bench.__signature__ = inspect.signature(BenchFlags)  # type: ignore[attr-defined]
bench.__annotations__ = get_type_hints(BenchFlags, include_extras=True)


def exit_code(flags: BenchFlags, trace: Trace, verdict: Verdict) -> int:
    if trace.interrupted:
        return EXIT_INTERRUPTED
    return EXIT_INVALID if verdict.status == "INVALID" and not flags.allow_invalid else 0


def measure_and_report(flags: BenchFlags, interruption: Interruption) -> tuple[Trace, int]:
    """One run, from flags to report and files; and its exit code."""
    from inferometer.cli.announcement import announcement
    from inferometer.cli.asserted import point_of_measured, tell
    from inferometer.cli.bench_files import save
    from inferometer.cli.bench_precision import add_precision, calibrate_afterwards
    from inferometer.cli.bench_run import measure, ready_for, session
    from inferometer.cli.output import in_files_too
    from inferometer.report.console import render_precision

    with session(flags) as opened:
        ready = ready_for(opened)
        typer.echo("\n".join(announcement(ready, opened.known.endpoint.base_url)))
        sys.stdout.flush()
        measured = measure(opened, ready, interruption)
        saved: list[Path] = []
        try:  # first the files: nobody can take them back, but a reader of our output may hang up
            if flags.save_result:
                saved += save(flags, measured)
                in_files_too()
        finally:
            _report(opened, measured, saved)
    trace, verdict = measured.trace, measured.verdict
    code = EXIT_INTERRUPTED if interruption.asked else exit_code(flags, trace, verdict)
    if opened.asked.goals:
        from inferometer.analysis.targets import check

        code = max(code, tell(check(opened.asked.goals, [point_of_measured(measured)])))
    sys.stdout.flush()
    if calibration := calibrate_afterwards(opened, verdict, interruption, saved=bool(saved)):
        (compared,) = add_precision(calibration, [verdict], [saved[0] if saved else None])
        if compared is not verdict:
            typer.echo(render_precision(compared, verdict), nl=False)
    return trace, code


def _report(session: Session, measured: Measured, saved: Sequence[Path]) -> None:
    from inferometer.cli.announcement import saved_in_words
    from inferometer.report.console import render
    from inferometer.report.dialect import render_dialect

    text = render(
        measured.summary,
        measured.verdict,
        load=measured.ready.spec.load,
        workers=measured.trace.workers,
        metrics=session.asked.metrics,
        server=measured.server,
    )
    typer.echo(text, nl=False)
    for dialect in session.flags.dialect or []:
        typer.echo(render_dialect(measured.trace, dialect), nl=False)
    for line in saved_in_words(saved):
        typer.echo(line)
