"""One run of what `bench` was asked: prepared, measured and saved. What is printed of it is the business of who calls."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inferometer.campaign.calibrated import HostCalibrations, is_rehearsal, policy_for
from inferometer.campaign.measured import Measured, Wanted, measure_point
from inferometer.campaign.point import KnownServer, ReadyPoint, prepare
from inferometer.cli.bench_flags import BenchFlags
from inferometer.cli.bench_spec import Asked, understand
from inferometer.cli.host import host_calibrations
from inferometer.live.progress import progress
from inferometer.protocol import PROTOCOLS
from inferometer.server.endpoint import Endpoint
from inferometer.store.atomic import CannotWriteError, require_writable
from inferometer.store.environment import describe_environment
from inferometer.store.vllm_json import file_name, save_result

REPEAT, REPEATS = "-repeat", "-repeats"
"""End the names of what belongs to one repeat, and to all of them."""
RUN_FILES = "requests.parquet, events.parquet, run.json, summary.json, verdict.json"


@dataclass(frozen=True, slots=True)
class Session:
    """A server that answers, and what is asked of it."""

    flags: BenchFlags
    asked: Asked
    known: KnownServer
    model: str
    calibrations: HostCalibrations

    @property
    def wanted(self) -> Wanted:
        flags, asked = self.flags, self.asked
        return Wanted(asked.metrics, asked.percentiles, asked.goodput, flags.save_detailed, flags.label, asked.metadata)


@contextmanager
def session(flags: BenchFlags) -> Iterator[Session]:
    """Raises FlagsError with all that is wrong, and EndpointError where no server answers."""
    asked = understand(flags)
    calibrations = host_calibrations(quiet=flags.disable_tqdm)
    routes = PROTOCOLS[flags.backend].routes
    with Endpoint(asked.target["base_url"], asked.target["headers"], flags.insecure, routes=routes) as endpoint:
        endpoint.wait_ready(flags.ready_check_timeout_sec)
        yield Session(flags, asked, KnownServer(endpoint), asked.model or endpoint.only_model(), calibrations)


def ready_for(session: Session, repeat: int = 0) -> ReadyPoint:
    """Prompts of that repeat, which no other has. Raises EndpointError, PointError, and CannotWriteError."""
    spec = session.asked.spec(session.model).model_copy(update={"repeat": repeat})
    ready = prepare(spec, session.known)
    if session.flags.save_result:
        _require_writable(session.flags)
    return ready


def measure(session: Session, ready: ReadyPoint, *, label: str = "") -> Measured:
    """Raises MeasurementError, and KeyboardInterrupt if it was stopped before it began. `label` begins the progress line."""
    flags, repeat = session.flags, ready.spec.repeat
    prefix = flags.request_id_prefix or f"bench-{ready.spec.seed:08x}-"
    policy = policy_for(wanted=flags.calibration, rehearsal=is_rehearsal(ready.server["version"]))
    calibration = session.calibrations.of(policy, workers=flags.workers, real_time=flags.realtime)
    with progress(len(ready.plan), quiet=flags.disable_tqdm, label=label) as show:
        return measure_point(
            ready,
            session.known.endpoint,
            session.wanted,
            real_time=flags.realtime,
            request_id_prefix=f"{prefix}r{repeat + 1}-" if repeat else prefix,
            calibration=calibration,
            on_progress=show,
        )


def save(session: Session, measured: Measured, saved: list[Path]) -> None:
    """Write the run directory, then vLLM's JSON beside it; `saved` is told what there is. Raises CannotWriteError."""
    path = result_path(session.flags, measured.ready, measured.finished)
    directory = free_directory(path)
    measured.save_run(directory, describe_environment(sys.argv, measured.ready.server))
    saved.append(directory)
    save_result(path, measured.result(), append=session.flags.append_result)
    saved.append(path)


def result_path(flags: BenchFlags, ready: ReadyPoint, finished: datetime) -> Path:
    """Of the JSON file. Repeats have one each, unless they are lines of one file."""
    path = flags.result_dir / (flags.result_filename or file_name(ready.spec, finished=finished, label=flags.label))
    together = flags.repeats == 1 or flags.append_result
    suffix = ".json" if path.suffix == ".json" else ""
    return path if together else path.with_name(f"{path.name.removesuffix(suffix)}{REPEAT}{ready.spec.repeat + 1}{suffix}")


def free_directory(path: Path) -> Path:
    """The run directory beside a JSON file: its name without the suffix, and a number if that name is taken."""
    stem = path.stem if path.suffix == ".json" else f"{path.name}.run"
    names = itertools.chain([stem], (f"{stem}-{i}" for i in itertools.count(2)))
    return next(directory for name in names if not (directory := path.with_name(name)).exists())


def _require_writable(flags: BenchFlags) -> None:
    """Find out before the run, not after it; and after all that may be refused, so that nothing is left behind then."""
    path = flags.result_dir / (flags.result_filename or "result.json")
    require_writable(path.parent)
    if path.is_dir():
        raise CannotWriteError(f"cannot write {path}: that is a directory; choose another --result-filename")
