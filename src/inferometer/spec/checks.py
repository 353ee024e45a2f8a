"""Checks of a whole spec before anything is sent: pure functions of the spec and of what is known
of server and host.

Each finding is one sentence with cause and cure, and all of them are returned at once. What one
value can say about itself is the models' own validation; what the running server answers is the
endpoint's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import get_args

from inferometer.request import Request
from inferometer.spec.run import RandomWorkload, RunSpec
from inferometer.spec.server_recipe import ChatBackend, SoundBackend
from inferometer.spec.workload import TIMED, FileWorkload
from inferometer.words import Said, either

DESCRIPTORS_BESIDES_STREAMS = 64
"""Open files of a worker that are not streams: standard streams, epoll, pipes, libraries, spare."""

FIELDS_WE_SET = (
    "model",
    "prompt",
    "messages",
    "stream",
    "n",
    "max_tokens",
    "max_completion_tokens",
)
"""Body fields that the measurement depends on: the stream, its one choice, and the length asked
for.
"""


def check_run(
    spec: RunSpec,
    *,
    max_model_len: int | None = None,
    descriptor_limit: int | None = None,
) -> list[str]:
    """Everything that is wrong with `spec`; empty where nothing is.

    `max_model_len` is the server's limit in tokens and `descriptor_limit` this process's limit of
    open files (the soft limit, after it was raised as far as it goes); None where it is not known.
    """
    return [
        *_endpoint(spec),
        *_carried(spec),
        *_lengths(spec, max_model_len),
        *_descriptors(spec, descriptor_limit),
        *_arrivals(spec),
        *_body_fields(spec),
    ]


def _endpoint(spec: RunSpec) -> list[str]:
    path = spec.target.endpoint
    if path is not None and "#" in path:
        return [Said("check_run.hash", {"path": path})]
    if path is None or path.startswith("/"):
        return []
    return [Said("check_run.slash", {"path": path})]


def _carried(spec: RunSpec) -> list[str]:
    """Prompts that the wire has no place for."""
    chats = get_args(ChatBackend)
    sounds = spec.target.backend in get_args(SoundBackend)
    if sounds and not isinstance(spec.workload, FileWorkload):
        told = {"backend": spec.target.backend, "kind": spec.workload.kind}
        return [Said("check_run.sound", told)]
    if not spec.workload.needs_messages or spec.target.backend in chats:
        return []
    what = "pictures" if spec.workload.kind == "images" else "chats"
    told = {"backend": spec.target.backend, "chats": ", ".join(chats)}
    return [Said(f"check_run.{what}", told)]


def _lengths(spec: RunSpec, max_model_len: int | None) -> list[str]:
    """Refuses more than max_model_len, which vLLM would serve with shorter outputs than asked.
    Exactly that much is served.

    What is in a file is checked when it has been read, by `check_requests`.
    """
    longest = spec.workload.longest_request()
    fields = [f"workload.{field}" for field in spec.workload.lengths]
    if (
        longest is None
        or not fields
        or max_model_len is None
        or sum(longest) <= max_model_len
    ):
        return []
    total = sum(longest)
    told = {
        "input": longest[0],
        "output": longest[1],
        "spread": _spread(spec),
    }
    told |= {
        "total": total,
        "limit": max_model_len,
        "over": total - max_model_len,
    }
    return [Said("check_run.too_long", {**told, "fields": either(fields)})]


def check_requests(
    requests: Sequence[Request], max_model_len: int | None
) -> list[str]:
    """Requests that are longer than the server serves, which for some workloads only shows when
    they have been read.
    """
    too_long = [
        r
        for r in requests
        if max_model_len is not None
        and r.prompt_tokens + r.max_tokens > max_model_len
    ]
    if not too_long:
        return []
    longest = max(
        too_long, key=lambda request: request.prompt_tokens + request.max_tokens
    )
    total = longest.prompt_tokens + longest.max_tokens
    told = {
        "n": len(too_long),
        "of": len(requests),
        "limit": max_model_len,
        "input": longest.prompt_tokens,
        "output": longest.max_tokens,
        "total": total,
    }
    return [Said("check_run.rows_too_long", told)]


def _spread(spec: RunSpec) -> str:
    """Where the longest request is longer than the lengths that were given."""
    if (
        isinstance(spec.workload, RandomWorkload)
        and spec.workload.scenario is not None
    ):
        return Said("check_run.spread", {"field": "workload.scenario"})
    ratio: float = getattr(spec.workload, "range_ratio", 0.0)
    return (
        Said("check_run.spread", {"field": "workload.range_ratio"})
        if ratio
        else ""
    )


def streams_per_worker(spec: RunSpec) -> int:
    """Connections that the plan itself makes one worker open; 0 for an open loop without a cap,
    where the server decides.
    """
    load = spec.load
    total = load.num_warmups + load.num_prompts
    if load.max_concurrency is None and load.open_loop:
        return 0
    return math.ceil(min(load.max_concurrency or total, total) / spec.workers)


def _descriptors(spec: RunSpec, limit: int | None) -> list[str]:
    needed = streams_per_worker(spec) + DESCRIPTORS_BESIDES_STREAMS
    if limit is None or needed <= limit:
        return []
    fewer = limit - DESCRIPTORS_BESIDES_STREAMS
    streams, workers = streams_per_worker(spec), ""
    if fewer > 0:
        workers = Said(
            "check_run.workers",
            {"n": math.ceil(streams * spec.workers / fewer)},
        )
    told = {
        "streams": streams,
        "needed": needed,
        "limit": limit,
        "workers": workers,
    }
    return [Said("check_run.descriptors", told)]


def _arrivals(spec: RunSpec) -> list[str]:
    load = spec.load
    found: list[str] = []
    shapes = {
        "load.request_rate": not math.isinf(load.request_rate),
        "load.ramp": load.ramp is not None,
        "load.steps": load.steps is not None,
        "load.replay_speed": load.replay_speed is not None,
    }
    given = [flag for flag, there in shapes.items() if there]
    if len(given) > 1:
        first, *others = given
        told = {"first": ", ".join([first, *others[:-1]]), "second": others[-1]}
        found.append(Said("check_run.several_shapes", told))
    if load.replay_speed is not None and (
        spec.workload.kind not in TIMED or spec.workload.distinct is not None
    ):
        found.append(Said("check_run.replay"))
    if load.burstiness != 1 and (
        not load.open_loop or load.replay_speed is not None
    ):
        found.append(Said("check_run.burstiness", {"value": load.burstiness}))
    if load.when_full == "drop" and not (
        load.open_loop and load.max_concurrency
    ):
        found.append(Said("check_run.drop"))
    return found


def _body_fields(spec: RunSpec) -> list[str]:
    extra = spec.sampling.extra_body
    found: list[str] = [
        Said("check_run.ours", {"field": field})
        for field in FIELDS_WE_SET
        if field in extra
    ]
    given = dict(spec.sampling.parameters)
    if spec.sampling.logprobs is not None:
        given["logprobs"] = spec.sampling.logprobs
    if spec.sampling.ignore_eos:
        given["ignore_eos"] = True
    found += [
        Said("check_run.twice", {"field": field})
        for field in given
        if field in extra
    ]
    return found
