"""One point: from a spec to a trace, with what the server said of itself. Decides nothing about
numbers, writes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson

from inferometer.arrival import (
    LoadPlan,
    RateProfile,
    conversations_of,
    plan_load,
    ramp,
    stepped,
    stripe,
)
from inferometer.arrival.reserve import reserve
from inferometer.calibration.host import is_rehearsal
from inferometer.loadgen import (
    Job,
    MeasurementError,
    Snapshot,
    measure,
    resolve,
)
from inferometer.loadgen.address import Address
from inferometer.measurement.trial import Trial
from inferometer.protocol import PROTOCOLS, Backend, Generation
from inferometer.secret import masked_details
from inferometer.server.endpoint import Endpoint, Listing
from inferometer.server.failures import proxy_passed_by
from inferometer.spec.base import ReasonsError
from inferometer.spec.checks import check_requests, check_run
from inferometer.spec.flags import by_ring, with_api_key
from inferometer.spec.load import Load
from inferometer.spec.run import RunSpec
from inferometer.system.descriptors import raise_descriptor_limit
from inferometer.system.interruption import Interruption
from inferometer.trace import TokenSource, Trace
from inferometer.words import Said, sentence_of
from inferometer.workload import (
    LocalCounter,
    TokenCounter,
    TokenIds,
    TooFewRowsError,
    Workload,
    build_workload,
    find_counting,
)

MAX_VERSION = 200
"""Characters of a server's version that are kept."""


class PointError(ReasonsError):
    """The point cannot be measured as asked."""

    def __init__(
        self, reasons: Sequence[str], *, usable_rows: int | None = None
    ) -> None:
        """`usable_rows`: of a file that has fewer than requests are to be made."""
        super().__init__(reasons)
        self.usable_rows = usable_rows


@dataclass(frozen=True, slots=True)
class ReadyPoint:
    """A point of which all is known that can be known before its first request."""

    spec: RunSpec
    backend: Backend
    path: str
    generation: Generation
    workload: Workload
    plan: LoadPlan
    server: dict[str, Any]
    """What the server says of itself: version, model, max_model_len. `limits`: what it cannot do of
    what is asked. `notes`: what could not be checked, and what of a request was changed because the
    server refuses it (`limit_field`, `left_out`).
    """

    @property
    def notes(self) -> list[Said | str]:
        """What a reader has to know before the run; of a simulated server first of all that."""
        simulated = is_rehearsal(self.server.get("version"))
        return [
            *([Said("note.simulated")] if simulated else []),
            *self.server["notes"],
        ]

    def without_prompts(self) -> ReadyPoint:
        """What its result needs: prompts may be most of what a run holds."""
        requests = [replace(each, prompt="") for each in self.workload.requests]
        return replace(self, workload=replace(self.workload, requests=requests))


class KnownServer:
    """A running server and its answers, for all points measured before its next restart."""

    def __init__(
        self, endpoint: Endpoint, *, eos_by_default: bool = False
    ) -> None:
        """`eos_by_default`: nobody asked for `ignore_eos`; a server that refuses it is measured
        without.
        """
        self.endpoint = endpoint
        self._eos_by_default = eos_by_default
        self._listings: dict[str, Listing] = {}
        self._trials: dict[bytes, Trial] = {}
        self._countings: dict[bytes, TokenIds | TokenCounter] = {}

    @cached_property
    def version(self) -> str | None:
        """The engine's version, fit for a ledger; None where it does not tell."""
        readable = "".join(
            each for each in self.endpoint.version() or "" if each.isprintable()
        )
        return readable[:MAX_VERSION] or None

    def listing(self, model: str) -> Listing:
        """What its list of models says of that one. Raises EndpointError if there is no server."""
        if model not in self._listings:
            self._listings[model] = self.endpoint.listing(model)
        return self._listings[model]

    def trial(self, spec: RunSpec) -> Trial:
        """The trial of such a point's requests."""
        key = _trial_key(spec)
        if key not in self._trials:
            backend = PROTOCOLS[spec.target.backend]
            listing = self.listing(spec.target.model)
            self._trials[key] = Trial(
                self.endpoint,
                backend,
                _path(spec),
                generation_of(spec),
                listing,
                eos_by_default=self._eos_by_default,
            )
        return self._trials[key]

    def without_eos(self, spec: RunSpec) -> RunSpec:
        """The point as this server takes it, and the trial that found it out."""
        sampling = spec.sampling.model_copy(update={"ignore_eos": False})
        taken = spec.model_copy(update={"sampling": sampling})
        self._trials[_trial_key(taken)] = self.trial(spec)
        return taken

    def counting(self, spec: RunSpec) -> TokenIds | TokenCounter:
        """How such prompts are counted. Raises EndpointError, or ValueError for an unusable
        tokenizer.
        """
        backend = PROTOCOLS[spec.target.backend]
        token_ids = (
            backend.carries_token_ids and spec.workload.writes_own_tokens
        )
        key = orjson.dumps(
            [
                spec.target.model_dump(),
                spec.sampling.model_dump(),
                spec.workload.tokenizer,
                token_ids,
            ]
        )
        if key not in self._countings:
            self._countings[key] = find_counting(
                self.endpoint,
                spec.target.model,
                ask=self.trial(spec).ask,
                token_ids=token_ids,
                chat=backend.chat,
                tokenizer=spec.workload.tokenizer,
            )
        return self._countings[key]


def prepare(
    spec: RunSpec, server: KnownServer, *, attempt: int = 0
) -> ReadyPoint:
    """Ask the server what it is and how it counts, check that the point can be measured, and draw
    up its requests.

    A point that is measured again has an `attempt` of its own, or the server might remember its
    prompts. `ignore_eos` that nobody asked for and the server refuses is no part of the point, nor
    of its identity. Raises EndpointError or PointError.
    """
    backend = PROTOCOLS[spec.target.backend]
    listing = server.listing(spec.target.model)
    limit = listing.card.max_model_len if listing.card else None
    reasons = check_run(
        spec, max_model_len=limit, descriptor_limit=raise_descriptor_limit()
    )
    if reasons:
        raise PointError(reasons)
    trial = server.trial(spec)
    workload = _requests(
        spec, server, spec.load.num_warmups + spec.load.num_prompts, attempt
    )
    if spec.sampling.ignore_eos and not trial.generation.ignore_eos:
        return prepare(server.without_eos(spec), server, attempt=attempt)
    try:
        plan = plan_of(
            spec.load, workload, np.random.default_rng([spec.seed, spec.repeat])
        )
    except ValueError as error:
        raise PointError([sentence_of(error)]) from error
    if reasons := check_requests(workload.requests, limit):
        raise PointError(reasons)
    return ReadyPoint(
        spec,
        backend,
        _path(spec),
        trial.generation,
        workload,
        plan,
        _facts(spec, server, listing, trial),
    )


def _requests(
    spec: RunSpec, server: KnownServer, number: int, attempt: int
) -> Workload:
    """Raises PointError and EndpointError."""
    backend, trial = PROTOCOLS[spec.target.backend], server.trial(spec)
    try:
        return build_workload(
            spec.workload,
            number,
            identity=(spec.seed, spec.prompts_fingerprint, spec.repeat),
            counting=lambda: server.counting(spec),
            chat=backend.chat,
            token_ids=backend.carries_token_ids,
            fields=backend.fields,
            encode=lambda request: backend.encode(request, trial.generation),
            texts=backend.carries_text,
            attempt=attempt,
        )
    except ValueError as error:
        found = error.found if isinstance(error, TooFewRowsError) else None
        raise PointError([sentence_of(error)], usable_rows=found) from error


def usable_rows(spec: RunSpec, server: KnownServer, at_most: int) -> int:
    """How many requests the file of this point makes. Raises PointError and EndpointError."""
    try:
        _requests(spec, server, at_most, 0)
    except PointError as error:
        if not error.usable_rows:
            raise
        return error.usable_rows
    return at_most


def plan_of(load: Load, work: Workload, rng: np.random.Generator) -> LoadPlan:
    """The load plan, warm-ups first. Raises ValueError if there are no recorded times to replay."""
    if load.replay_speed is not None and work.recorded_ns is None:
        raise ValueError(Said("measure.replay"))
    return plan_load(
        load.num_prompts,
        request_rate=load.request_rate,
        burstiness=load.burstiness,
        max_concurrency=load.max_concurrency,
        num_warmups=load.num_warmups,
        rng=rng,
        profile=_profile(load),
        recorded_ns=work.recorded_ns if load.replay_speed is not None else None,
        speed=load.replay_speed or 1.0,
        conversations=conversations_of(
            [request.after for request in work.requests]
        ),
        drops=load.when_full == "drop",
        max_seconds=load.max_seconds,
    )


def _profile(load: Load) -> RateProfile | None:
    if load.ramp is not None:
        return ramp(
            load.ramp.strategy,
            load.ramp.start_rps,
            load.ramp.end_rps,
            load.num_prompts,
        )
    if load.steps is not None:
        return stepped([(step.rate, step.seconds) for step in load.steps])
    return None


def generation_of(spec: RunSpec) -> Generation:
    """What is asked of the server in every request."""
    return Generation(
        model=spec.target.model,
        ignore_eos=spec.sampling.ignore_eos,
        sampling=spec.sampling.parameters,
        logprobs=spec.sampling.logprobs,
        extra_body=spec.sampling.extra_body,
        adapters=_adapters(spec),
    )


def _adapters(spec: RunSpec) -> Sequence[str]:
    """In turn, or one drawn for each request."""
    names = spec.target.lora_modules or ()
    if not names or spec.target.lora_assignment is None:
        return names
    rng = np.random.default_rng([spec.seed, spec.repeat])
    number = spec.load.num_warmups + spec.load.num_prompts
    return [names[i] for i in rng.integers(len(names), size=number).tolist()]


def _trial_key(spec: RunSpec) -> bytes:
    return orjson.dumps([spec.target.model_dump(), spec.sampling.model_dump()])


def _path(spec: RunSpec) -> str:
    return spec.target.endpoint or PROTOCOLS[spec.target.backend].path(
        spec.target.model
    )


def _facts(
    spec: RunSpec, server: KnownServer, listing: Listing, trial: Trial
) -> dict[str, Any]:
    note = listing.note(spec.target.model)
    return {
        "model": spec.target.model,
        "max_model_len": listing.card.max_model_len if listing.card else None,
        "version": server.version,
        "limits": list(PROTOCOLS[spec.target.backend].limits(trial.generation)),
        "notes": [*([note] if note else []), *trial.notes()],
        "limit_field": trial.generation.limit_field,
        "left_out": list(trial.generation.left_out),
    }


def _address(base_url: str, spec: RunSpec) -> Address:
    """Raises MeasurementError."""
    try:
        return resolve(
            base_url,
            insecure=spec.target.insecure,
            timeout_s=spec.timeouts.connect_s,
        )
    except OSError as error:
        proxy = proxy_passed_by(base_url)
        told = {"url": base_url, "why": sentence_of(error), "proxy": proxy}
        raise MeasurementError(Said("measure.unreachable", told)) from error


def run(
    point: ReadyPoint,
    endpoint: Endpoint,
    *,
    real_time: bool = True,
    keep_texts: bool = False,
    request_id_prefix: str = "",
    on_progress: Callable[[Snapshot], None] = lambda _: None,
    before_start: Callable[[], None] = lambda: None,
    on_start: Callable[[], None] = lambda: None,
    interruption: Interruption | None = None,
) -> Trace:
    """Measure it. Raises MeasurementError if it could not begin; an interrupted run returns its
    part.
    """
    tokenizer = point.spec.workload.tokenizer
    jobs = _jobs(
        point,
        endpoint,
        real_time=real_time,
        # to count them with it, should the server not
        keep_texts=keep_texts or tokenizer is not None,
        request_id_prefix=request_id_prefix,
    )
    trace = _without_keys(
        measure(
            jobs,
            on_progress,
            before_start=before_start,
            on_start=on_start,
            interruption=interruption,
        ),
        jobs[0].headers,
    )
    return recount(trace, tokenizer) if tokenizer else trace


def _jobs(
    point: ReadyPoint,
    endpoint: Endpoint,
    *,
    real_time: bool,
    keep_texts: bool,
    request_id_prefix: str,
) -> list[Job]:
    """One for each worker. Raises MeasurementError if no address accepts a connection."""
    spec, plan = point.spec, point.plan
    address = _address(endpoint.base_url, spec)
    return [
        Job(
            address=address,
            path=urlsplit(endpoint.base_url).path + point.path,
            headers=with_api_key(spec.target.headers, os.environ),
            backend=point.backend,
            generation=point.generation,
            requests=[point.workload.requests[i] for i in shard.requests],
            shard=shard,
            closed_loop=plan.closed_loop,
            drain_warmups=plan.drain_warmups,
            reserve=reserve(plan, shard.max_in_flight),
            timeouts=spec.timeouts,
            real_time=real_time,
            keep_texts=keep_texts,
            request_id_prefix=request_id_prefix,
            workers=spec.workers,
            packets=by_ring(os.environ, spec.workers),
        )
        for shard in stripe(plan, spec.workers)
    ]


def _without_keys(trace: Trace, headers: Mapping[str, str]) -> Trace:
    """Without API keys, which some servers repeat in error messages."""
    details = trace.requests["detail"]
    if not any(details):
        return trace
    return trace.with_requests(
        {
            **trace.requests,
            "detail": np.array(
                masked_details(details.tolist(), headers), dtype=object
            ),
        }
    )


def recount(trace: Trace, tokenizer: str) -> Trace:
    """Count outputs with a local tokenizer where the server did not; needs the texts."""
    guessed = trace.requests["token_source"] == TokenSource.EVENTS
    if trace.texts is None or not guessed.any():
        return trace
    counter = LocalCounter.load(tokenizer)
    requests = {**trace.requests}
    requests["output_tokens"] = requests["output_tokens"].copy()
    requests["token_source"] = requests["token_source"].copy()
    for row in np.flatnonzero(guessed):
        requests["output_tokens"][row] = len(counter.ids(trace.texts[row]))
        requests["token_source"][row] = TokenSource.TOKENIZER
    return trace.with_requests(requests)
