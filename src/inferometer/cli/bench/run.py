"""From the flags of `bench` to a report and files: one run, or several of one point, which are
summed up.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from inferometer.calibration.host import (
    HostCalibrations,
    Policy,
    is_rehearsal,
    policy_for,
)
from inferometer.cli.announcement import INDENT, announcement
from inferometer.cli.bench.spec import ParsedFlags, parse_flags
from inferometer.cli.host import host_calibrations
from inferometer.cli.stopped import EXIT_INTERRUPTED
from inferometer.cli.telling import notice
from inferometer.live.beside import Surroundings
from inferometer.live.progress import progress
from inferometer.measurement.prepare import PointError, ReadyPoint
from inferometer.measurement.saving import require_room
from inferometer.measurement.session import PointResult, Session
from inferometer.printable import padded
from inferometer.protocol import PROTOCOLS
from inferometer.server.endpoint import Endpoint
from inferometer.spec.workload import HfWorkload
from inferometer.words import Said, in_words, spoken

if TYPE_CHECKING:
    from inferometer.cli.bench.ending import MeasuredRun
    from inferometer.cli.bench.flags import BenchFlags
    from inferometer.spec.run import RunSpec
    from inferometer.spec.workload import AnyWorkload
    from inferometer.system.interruption import Interruption


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


def _endpoint(flags: BenchFlags, target: Mapping[str, Any]) -> Endpoint:
    routes = PROTOCOLS[flags.backend].routes
    return Endpoint(
        target["base_url"], target["headers"], flags.insecure, routes=routes
    )


@contextmanager
def opened(flags: BenchFlags) -> Iterator[Bench]:
    """Raises FlagsError with all that is wrong, and EndpointError where no server answers."""
    asked = parse_flags(flags)
    if asked.address_note:
        notice(Said("sentence", {"what": asked.address_note}))
    for note in asked.notes:
        notice(note)
    calibrations = host_calibrations(quiet=flags.disable_tqdm)
    endpoint = _endpoint(flags, asked.target)
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
    runs: list[MeasuredRun] = []
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
                from inferometer.cli.bench.ending import sum_up

                summary = sum_up(bench, runs)
    from inferometer.cli.bench.ending import finish

    return result, finish(bench, runs, summary, interruption)


def _announce(bench: Bench, ready: ReadyPoint) -> None:
    typer.echo("\n".join(announcement(ready, bench.session.endpoint.base_url)))
    if bench.is_repeated:
        words = spoken()
        heading = padded(words.text("plan.repeat"), INDENT)
        times = words.text("plan.repeat.own", n=bench.flags.repeats)
        typer.echo(heading + times)
    sys.stdout.flush()


def _run(
    bench: Bench, repeat: int, interruption: Interruption
) -> tuple[PointResult, MeasuredRun]:
    """One run with prompts of its own: measured, saved and reported."""
    flags, session, output = bench.flags, bench.session, bench.asked.output
    spec = bench.asked.spec(bench.model).model_copy(update={"repeat": repeat})
    if repeat == 0:
        _tell_of_hub(spec.workload)
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
    find_calibration = partial(
        bench.calibrations.find,
        bench.policy,
        workers=flags.workers,
        real_time=flags.realtime,
    )
    beside = Surroundings()
    with progress(
        len(ready.plan), quiet=flags.disable_tqdm, label=label, beside=beside
    ) as show:
        result = session.measure(
            ready,
            find_calibration=find_calibration,
            request_id_prefix=_request_id_prefix(flags, ready.spec),
            on_progress=show,
            on_sampling=beside.see,
            interruption=interruption,
        )
    # its prompts: there is more room then for what saves results
    del ready
    # not before: the first request would wait for all that shows its result
    from inferometer.cli.bench.ending import saved_and_reported

    return result, saved_and_reported(bench, label, result)


def _tell_of_hub(workload: AnyWorkload) -> None:
    """What is waited for: without a network the library tries long."""
    if isinstance(workload, HfWorkload) and not Path(workload.path).exists():
        notice(Said("dataset.hf.asking", {"path": workload.path}))


def _request_id_prefix(flags: BenchFlags, spec: RunSpec) -> str:
    prefix = flags.request_id_prefix or f"bench-{spec.seed:08x}-"
    return f"{prefix}r{spec.repeat + 1}-" if spec.repeat else prefix


def _with_all_rows(bench: Bench, spec: RunSpec) -> RunSpec:
    """With a request for each row, but no more than the flags ask for where they ask."""
    load = spec.load
    most = load.num_warmups + load.num_prompts
    if bench.asked.rows == "all":
        most = MAX_ROWS
    number = bench.session.usable_rows(spec, most) - load.num_warmups
    if number < 1:
        raise PointError(
            [in_words(Said("vllm.only_warmups", {"rows": number}))]
        )
    load = load.model_copy(update={"num_prompts": number})
    return spec.model_copy(update={"load": load})


def _prepared(bench: Bench, spec: RunSpec) -> ReadyPoint:
    """With as many requests as the file has rows for, where the flags leave that to it."""
    session, rows = bench.session, bench.asked.rows
    if rows in ("all", "at_most"):
        return session.prepare(_with_all_rows(bench, spec))
    try:
        return session.prepare(spec)
    except PointError as error:
        if rows != "repeated" or not error.usable_rows:
            raise
        work = spec.workload.model_copy(update={"oversample": "unasked"})
        return session.prepare(spec.model_copy(update={"workload": work}))
