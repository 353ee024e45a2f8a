"""`inferometer bench`: measure one point of a running server, report it, and say how far to believe it."""

from __future__ import annotations

import inspect
import itertools
import shlex
import sys
from typing import TYPE_CHECKING, Any, NoReturn, get_type_hints

import typer

from inferometer.cli.bench_flags import BenchFlags

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from inferometer.campaign.measured import Measured
    from inferometer.campaign.point import ReadyPoint
    from inferometer.metrics import Verdict
    from inferometer.trace import Trace

EXIT_INVALID = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


def bench(**flags: Any) -> None:
    """Measure a running server, with the flags of `vllm bench serve`.

    Closed loop: inferometer bench --port 8000 --random-input-len 1024 --random-output-len 128 --ignore-eos
    --num-prompts 200 --max-concurrency 32 --save-result

    Open loop, as a chat, against limits: inferometer bench --backend openai-chat --request-rate 8 --num-prompts 500
    --goodput ttft:200 tpot:50

    A test of the PCIe study, saved as there: inferometer bench --config C --model 7B --tp 1 --input-len 1024

    Exit code: 0 if the numbers may be used, 1 if the verdict is INVALID, 2 if nothing could be measured as asked, 130 if it
    was interrupted (what there was by then is reported and saved).
    """
    from inferometer.campaign.point import PointError
    from inferometer.cli.flag_errors import FlagsError
    from inferometer.loadgen import MeasurementError
    from inferometer.server.endpoint import EndpointError
    from inferometer.store.atomic import CannotWriteError

    try:
        asked = BenchFlags(**flags)
        if asked.config or asked.tp or asked.campaign:
            _run_test(asked)
        code = exit_code(asked, *measure_and_report(asked))
    except (FlagsError, PointError) as error:
        _refuse(*error.reasons)
    except (EndpointError, MeasurementError, CannotWriteError) as error:
        _refuse(str(error))
    except KeyboardInterrupt:
        typer.echo("inferometer: stopped before there was anything to report.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    raise typer.Exit(code)


def _run_test(flags: BenchFlags) -> NoReturn:
    """The test of a campaign that the flags name, as `run` does it."""
    from inferometer.cli.bench_config import choose
    from inferometer.cli.run import run
    from inferometer.spec.campaign import CampaignError

    try:
        chosen = choose(flags)
    except CampaignError as error:
        _refuse(*error.reasons)
    only = " ".join(f"--only {shlex.quote(point)}" for point in chosen.only)
    typer.echo(f"That is: inferometer run {chosen.campaign} {only}")
    run(chosen.campaign, only=chosen.only, sets=chosen.sets, allow_invalid=flags.allow_invalid)
    raise typer.Exit


# The flags are a dataclass; the command line parser reads them off the function's signature.
bench.__signature__ = inspect.signature(BenchFlags)  # type: ignore[attr-defined]
bench.__annotations__ = get_type_hints(BenchFlags, include_extras=True)


def _refuse(*reasons: str) -> NoReturn:
    for reason in reasons:
        typer.echo(f"inferometer: {reason}", err=True)
    raise typer.Exit(EXIT_USAGE)


def exit_code(flags: BenchFlags, trace: Trace, verdict: Verdict) -> int:
    if trace.interrupted:
        return EXIT_INTERRUPTED
    return EXIT_INVALID if verdict.status == "INVALID" and not flags.allow_invalid else 0


def measure_and_report(flags: BenchFlags) -> tuple[Trace, Verdict]:
    """What `bench` does, from flags to files."""
    from inferometer.campaign.measured import Wanted, measure_point
    from inferometer.campaign.point import KnownServer, prepare
    from inferometer.cli.announcement import announcement
    from inferometer.cli.bench_spec import understand
    from inferometer.live.progress import progress
    from inferometer.protocol import PROTOCOLS
    from inferometer.report.console import render
    from inferometer.report.dialect import render_dialect
    from inferometer.server.endpoint import Endpoint

    asked = understand(flags)
    wanted = Wanted(asked.metrics, asked.percentiles, asked.goodput, flags.save_detailed, flags.label, asked.metadata)
    routes = PROTOCOLS[flags.backend].routes
    with Endpoint(asked.target["base_url"], asked.target["headers"], flags.insecure, routes=routes) as endpoint:
        endpoint.wait_ready(flags.ready_check_timeout_sec)
        model = asked.model or endpoint.only_model()
        ready = prepare(asked.spec(model), KnownServer(endpoint))
        if flags.save_result:
            _require_writable(flags)
        typer.echo("\n".join(announcement(ready, endpoint.base_url)))
        sys.stdout.flush()
        with progress(len(ready.plan), quiet=flags.disable_tqdm) as show:
            measured = measure_point(
                ready,
                endpoint,
                wanted,
                real_time=flags.realtime,
                request_id_prefix=flags.request_id_prefix or f"bench-{ready.spec.seed:08x}-",
                on_progress=show,
            )
    trace, verdict = measured.trace, measured.verdict
    saved: list[str] = []
    try:  # first the files: nobody can take them back, but a reader of our output may hang up
        if flags.save_result:
            _save(flags, measured, saved)
    finally:
        text = render(measured.summary, verdict, load=ready.spec.load, workers=trace.workers, metrics=asked.metrics)
        typer.echo(text, nl=False)
        for dialect in flags.dialect or []:
            typer.echo(render_dialect(trace, dialect), nl=False)
        for heading, line in zip(("Saved:", ""), reversed(saved), strict=False):
            typer.echo(f"{heading:9} {line}")
    return trace, verdict


def _result_path(flags: BenchFlags, ready: ReadyPoint, finished: datetime) -> Path:
    from inferometer.store.vllm_json import file_name

    return flags.result_dir / (flags.result_filename or file_name(ready.spec, finished=finished, label=flags.label))


def _free_directory(path: Path) -> Path:
    """The run directory beside a JSON file: its name without the suffix, and a number if that name is taken."""
    stem = path.stem if path.suffix == ".json" else f"{path.name}.run"
    names = itertools.chain([stem], (f"{stem}-{i}" for i in itertools.count(2)))
    return next(directory for name in names if not (directory := path.with_name(name)).exists())


def _require_writable(flags: BenchFlags) -> None:
    """Find out before the run, not after it; and after all that may be refused, so that nothing is left behind then."""
    from inferometer.store.atomic import CannotWriteError, require_writable

    path = flags.result_dir / (flags.result_filename or "result.json")
    require_writable(path.parent)
    if path.is_dir():
        raise CannotWriteError(f"cannot write {path}: that is a directory; choose another --result-filename")


def _save(flags: BenchFlags, measured: Measured, saved: list[str]) -> None:
    """Write the run directory, then vLLM's JSON beside it; `saved` is told what there is."""
    from inferometer.store.environment import describe_environment
    from inferometer.store.vllm_json import save_result

    path = _result_path(flags, measured.ready, measured.finished)
    directory = _free_directory(path)
    measured.save_run(directory, describe_environment(sys.argv, measured.ready.server))
    saved.append(f"{directory}/ (requests.parquet, events.parquet, run.json, summary.json, verdict.json)")
    save_result(path, measured.result(), append=flags.append_result)
    saved.append(str(path))
