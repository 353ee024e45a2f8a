"""One run of what `bench` was asked: prepared and measured. What is printed and saved of it is the
business of who calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import typer

from inferometer.calibration.host import HostCalibrations, Policy, is_rehearsal, policy_for
from inferometer.cli.bench_files import require_room
from inferometer.cli.bench_flags import BenchFlags
from inferometer.cli.bench_spec import ParsedFlags, parse_flags
from inferometer.cli.host import host_calibrations
from inferometer.live.progress import progress
from inferometer.measure.point import Measured, Wanted, measure_point
from inferometer.measure.prepare import KnownServer, ReadyPoint, prepare
from inferometer.protocol import PROTOCOLS
from inferometer.server.endpoint import Endpoint
from inferometer.system.interruption import Interruption


@dataclass(frozen=True, slots=True)
class Session:
    """A server that answers, and what is asked of it."""

    flags: BenchFlags
    asked: ParsedFlags
    known: KnownServer
    model: str
    calibrations: HostCalibrations

    @property
    def wanted(self) -> Wanted:
        flags, asked = self.flags, self.asked
        return Wanted(
            asked.metrics,
            asked.percentiles,
            asked.goodput,
            flags.save_detailed,
            flags.label,
            asked.metadata,
        )

    @property
    def policy(self) -> Policy:
        """What is to be done for a calibration of this host."""
        return policy_for(wanted=self.flags.calibration, rehearsal=is_rehearsal(self.known.version))


@contextmanager
def session(flags: BenchFlags) -> Iterator[Session]:
    """Raises FlagsError with all that is wrong, and EndpointError where no server answers."""
    asked = parse_flags(flags)
    if asked.address_note:
        typer.echo(f"inferometer: {asked.address_note}.", err=True)
    calibrations = host_calibrations(quiet=flags.disable_tqdm)
    routes = PROTOCOLS[flags.backend].routes
    with Endpoint(
        asked.target["base_url"], asked.target["headers"], flags.insecure, routes=routes
    ) as endpoint:
        endpoint.wait_ready(flags.ready_check_timeout_sec, model_given=asked.model is not None)
        yield Session(
            flags, asked, KnownServer(endpoint), asked.model or endpoint.only_model(), calibrations
        )


def ready_for(session: Session, repeat: int = 0) -> ReadyPoint:
    """Prompts of that repeat, which no other has. Raises EndpointError, PointError, and
    CannotWriteError.
    """
    spec = session.asked.spec(session.model).model_copy(update={"repeat": repeat})
    ready = prepare(spec, session.known)
    if session.flags.save_result:
        require_room(session.flags, ready)
    return ready


def measure(
    session: Session, ready: ReadyPoint, interruption: Interruption, *, label: str = ""
) -> Measured:
    """Raises MeasurementError, and KeyboardInterrupt if it was stopped before it began. `label`
    begins the progress line.

    Signals are held when it returns.
    """
    flags, repeat = session.flags, ready.spec.repeat
    prefix = flags.request_id_prefix or f"bench-{ready.spec.seed:08x}-"
    calibration = session.calibrations.find(
        session.policy, workers=flags.workers, real_time=flags.realtime
    )
    with progress(len(ready.plan), quiet=flags.disable_tqdm, label=label) as show:
        return measure_point(
            ready,
            session.known.endpoint,
            session.wanted,
            real_time=flags.realtime,
            request_id_prefix=f"{prefix}r{repeat + 1}-" if repeat else prefix,
            calibration=calibration,
            on_progress=show,
            interruption=interruption,
        )
