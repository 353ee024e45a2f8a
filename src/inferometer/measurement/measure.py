"""`inferometer.measure`: one point of a running server, for programs and notebooks."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from inferometer.calibration.host import (
    HostCalibrations,
    is_rehearsal,
    policy_for,
)
from inferometer.loadgen import Snapshot
from inferometer.loadgen.job import check_headers
from inferometer.measurement.prepare import PointError
from inferometer.measurement.saving import require_room, save
from inferometer.measurement.session import PointResult, Session
from inferometer.metrics.calibration import Calibration, Missing
from inferometer.protocol import PROTOCOLS
from inferometer.server.endpoint import Endpoint
from inferometer.spec.base import Spec
from inferometer.spec.checks import check_run
from inferometer.spec.output import Output
from inferometer.spec.run import RunSpec, Target
from inferometer.system.interruption import Interruption
from inferometer.words import Said, sentence_of

AnySpec = TypeVar("AnySpec", bound=Spec)

PLACES = {
    "model": ("target", "model"),
    "backend": ("target", "backend"),
    "headers": ("target", "headers"),
    "input_len": ("workload", "input_len"),
    "output_len": ("workload", "output_len"),
    "num_prompts": ("load", "num_prompts"),
    "max_concurrency": ("load", "max_concurrency"),
    "request_rate": ("load", "request_rate"),
    "num_warmups": ("load", "num_warmups"),
    "ignore_eos": ("sampling", "ignore_eos"),
    "seed": ("seed",),
}
"""Arguments that describe the point, and where a RunSpec has them."""


def measure(
    url: str,
    spec: RunSpec | None = None,
    *,
    model: str | None = None,
    backend: str | None = None,
    headers: Mapping[str, str] | None = None,
    input_len: int | None = None,
    output_len: int | None = None,
    num_prompts: int | None = None,
    max_concurrency: int | None = None,
    request_rate: float | None = None,
    num_warmups: int | None = None,
    ignore_eos: bool | None = None,
    seed: int | None = None,
    goodput: Mapping[str, float] | None = None,
    percentiles: Sequence[float] = (50.0, 90.0, 99.0),
    save_to: str | Path | None = None,
    label: str | None = None,
    detailed: bool = False,
    ready_timeout_s: float = 0.0,
    real_time: bool = True,
    on_progress: Callable[[Snapshot], None] = lambda _: None,
) -> PointResult:
    """Measure one point of a running server, as `inferometer bench` does. Prints nothing.

    For example:

        result = inferometer.measure(
            "http://127.0.0.1:8000", input_len=1024, output_len=128, max_concurrency=32,
            num_prompts=200, ignore_eos=True, goodput={"ttft": 200, "tpot": 50}, save_to="results",
        )
        print(result.verdict.status, result.summary.output_throughput, "tok/s")
        print(result.summary.metrics["ttft"].mean, "ms")

    The point is described by these arguments:

    - `url`: address of the server, with or without `/v1`. The key in OPENAI_API_KEY is sent, if
      there is one.
    - `model`: name to send in requests (default: the one model that the server lists).
    - `backend`: wire format, a name of `inferometer backends` (default: "openai").
    - `headers`: HTTP headers to send as well.
    - `input_len`, `output_len`: tokens of each random prompt (default: 1024), and of each answer at
      most (default: 128).
    - `num_prompts`: requests to measure (default: 1000).
    - `max_concurrency`: most requests in flight (default: no limit). Without a `request_rate` it is
      a closed loop.
    - `request_rate`: arrivals per second, an open loop (default: infinity, all at once).
    - `num_warmups`: requests that are sent first and are not measured (default: 0).
    - `ignore_eos`: generate all `output_len` tokens (default: False).
    - `seed`: of prompts and arrivals (default: a new one in each call, so that no cache helps).

    Or `spec` describes it as a whole: other data sets, ramps, time-outs, several workers. Then none
    of the arguments above may be given but `url`, which is where its `target` is.

    What comes out is described by these:

    - `goodput`: limits in ms that a good request keeps, by "ttft", "tpot", "itl" or "e2el".
    - `percentiles`: of all latencies, from 0 to 100.
    - `save_to`: directory for the run directory and vLLM's JSON file; it is made if needed, and
      nothing in it is replaced (default: nothing is saved). The result's `files` are their paths.
      A UserWarning says where they are if they had to be saved elsewhere.
    - `label`: recorded in the JSON file, and the start of its name.
    - `detailed`: keep the generated texts, and every request in the JSON file.

    `ready_timeout_s`: seconds to wait for the server to become ready (0: check once). `real_time`:
    ask for a real-time priority for the client. `on_progress` is called a few times a second.

    Latencies are in ms, rates per second, durations in s. Ctrl-C while it measures ends the
    measurement: the result is then of what was measured, and its `trace.interrupted` is True. A
    calibration of this host is used if there is one, and none is made.

    Raises these, which are all names of `inferometer`:
        PointError: the point cannot be measured as described; `reasons` has a sentence for each.
        EndpointError: there is no server, or it refuses a request.
        MeasurementError: the measurement could not begin.
        CannotWriteError: the results could not be saved.
        KeyboardInterrupt: it was stopped before it began.
    """
    given = _given(locals())
    output = _validated(
        Output,
        goodput=dict(goodput or {}),
        percentiles=tuple(percentiles),
        directory=save_to,
        label=label,
        detailed=detailed,
    )
    point = spec or _spec_of(given)
    _check(point)
    endpoint = _endpoint(url, point.target)
    has_model = spec is not None or model is not None
    with (
        Session(endpoint, output, real_time=real_time) as session,
        Interruption() as interruption,
    ):
        endpoint.wait_ready(ready_timeout_s, model_given=has_model)
        if not has_model:
            point = _of_model(point, endpoint.only_model())
        return _measured(session, point, on_progress, interruption)


def _given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that describe the point. Raises PointError if a spec describes it, too."""
    given = {
        name: arguments[name] for name in PLACES if arguments[name] is not None
    }
    if given and arguments["spec"] is not None:
        raise PointError([Said("measure.either", {"names": list(given)})])
    return given


def _endpoint(url: str, target: Target) -> Endpoint:
    return Endpoint(
        url,
        target.headers,
        target.insecure,
        routes=PROTOCOLS[target.backend].routes,
    )


def _measured(
    session: Session,
    spec: RunSpec,
    on_progress: Callable[[Snapshot], None],
    interruption: Interruption,
) -> PointResult:
    ready = session.prepare(spec)
    if session.output.directory is not None:
        require_room(session.output, ready)
    result = session.measure(
        ready,
        find_calibration=lambda: _stored_calibration(session, spec.workers),
        request_id_prefix=f"measure-{spec.seed:08x}-",
        on_progress=on_progress,
        interruption=interruption,
    )
    # its prompts: there is more room then for what saves results
    del ready
    if session.output.directory is None:
        return result
    saved = save(result)
    if saved.notice:
        warnings.warn(saved.notice, stacklevel=3)
    return replace(result, files=(saved.directory, saved.json))


def _spec_of(given: Mapping[str, Any]) -> RunSpec:
    """The point that these arguments describe; of any model, if they name none."""
    content: dict[str, Any] = {
        "target": {"model": "any"},
        "workload": {},
        "load": {},
        "sampling": {},
        "seed": secrets.randbits(31),
    }
    for name, value in given.items():
        *sections, key = PLACES[name]
        section = content[sections[0]] if sections else content
        section[key] = value
    return _validated(RunSpec, **content)


def _of_model(spec: RunSpec, model: str) -> RunSpec:
    return spec.model_copy(
        update={"target": spec.target.model_copy(update={"model": model})}
    )


def _check(spec: RunSpec) -> None:
    """Before the server is asked for anything. Raises PointError."""
    if spec.target.backend not in PROTOCOLS:
        told = {"name": spec.target.backend, "known": list(PROTOCOLS)}
        raise PointError([Said("measure.backend", told)])
    try:
        check_headers(spec.target.headers)
    except ValueError as error:
        raise PointError([sentence_of(error)]) from None
    if reasons := check_run(spec):
        raise PointError(reasons)


def _validated(model: type[AnySpec], **content: Any) -> AnySpec:
    """Raises PointError with all that is wrong, each by the argument's name."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise PointError([_sentence(each) for each in error.errors()]) from None


def _sentence(error: Mapping[str, Any]) -> str:
    names = [
        step
        for step in error["loc"]
        if step in PLACES or step in Output.model_fields
    ]
    wish = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    shown = (
        f" {error['input']!r}"
        if isinstance(error["input"], str | int | float)
        else ""
    )
    return f"{names[-1] if names else error['loc'][-1]}{shown}: {wish}."


def _stored_calibration(
    session: Session, workers: int
) -> Calibration | Missing:
    """What is stored of this host; nothing is made, and nothing said."""
    known = HostCalibrations(
        lambda _: None, lambda: nullcontext(lambda _: None)
    )
    policy = policy_for(
        wanted=True, rehearsal=is_rehearsal(session.server.version)
    )
    return known.find(policy, workers=workers, real_time=session.real_time)
