"""Checks of a whole spec before anything is sent: pure functions of the spec and of what is known of server and host.

Each finding is one sentence with cause and cure, and all of them are returned at once. What one value can say about itself is
the models' own validation; what the running server answers is the endpoint's.
"""

from __future__ import annotations

import math

from inferometer.spec.longest import longest_request
from inferometer.spec.run import RandomWorkload, RunSpec

DESCRIPTORS_BESIDES_STREAMS = 64
"""Open files of a worker that are not streams: standard streams, epoll, pipes, libraries, spare."""

LENGTH_FLAGS = {
    "random": ("--random-input-len", "--random-output-len"),
    "sonnet": ("--sonnet-input-len", "--sonnet-output-len"),
    "prefix": ("--prefix-repetition-suffix-len", "--prefix-repetition-output-len"),
    "sessions": ("--session-input-len", "--session-output-len"),
}
"""What makes the requests of a workload shorter; the others are shortened by leaving rows out."""

FIELDS_WE_SET = ("model", "prompt", "messages", "stream", "n", "max_tokens", "max_completion_tokens")
"""Body fields that the measurement depends on: the stream, its one choice, and the length asked for."""


def check_run(spec: RunSpec, *, max_model_len: int | None = None, descriptor_limit: int | None = None) -> list[str]:
    """Everything that is wrong with `spec`; empty where nothing is.

    `max_model_len` is the server's limit in tokens and `descriptor_limit` this process's limit of open files (the soft limit,
    after it was raised as far as it goes); None where it is not known.
    """
    return [
        *_endpoint(spec),
        *_lengths(spec, max_model_len),
        *_descriptors(spec, descriptor_limit),
        *_arrivals(spec),
        *_body_fields(spec),
    ]


def _endpoint(spec: RunSpec) -> list[str]:
    path = spec.target.endpoint
    if path is None or path.startswith("/"):
        return []
    return [f"--endpoint {path!r} must begin with '/', such as /v1/completions; the server itself is --base-url."]


def _lengths(spec: RunSpec, max_model_len: int | None) -> list[str]:
    """Refuses more than max_model_len, which vLLM would serve with shorter outputs than asked. Exactly that much is served."""
    longest = longest_request(spec.workload)
    if longest is None or max_model_len is None or sum(longest) <= max_model_len:
        return []
    total = sum(longest)
    if spec.workload.kind in LENGTH_FLAGS:
        cure = f"shorten {' or '.join(LENGTH_FLAGS[spec.workload.kind])} by {total - max_model_len}"
    else:
        cure = f"leave the longer rows out (--max-total-len {max_model_len})"
    return [
        f"{longest[0]} input and {longest[1]} output tokens{_spread(spec)} are {total}, but the server's max_model_len is "
        f"{max_model_len}: {cure}, or start the server with --max-model-len {total} or more."
    ]


def _spread(spec: RunSpec) -> str:
    """Where the longest request is longer than the lengths that were given."""
    if isinstance(spec.workload, RandomWorkload) and spec.workload.scenario is not None:
        return " at the upper end of --scenario"
    return " at the upper end of --random-range-ratio" if getattr(spec.workload, "range_ratio", 0) else ""


def streams_per_worker(spec: RunSpec) -> int:
    """The most connections that one worker opens."""
    total = spec.load.num_warmups + spec.load.num_prompts
    at_once = min(spec.load.max_concurrency or total, total)
    return math.ceil(at_once / spec.workers)


def _descriptors(spec: RunSpec, limit: int | None) -> list[str]:
    needed = streams_per_worker(spec) + DESCRIPTORS_BESIDES_STREAMS
    if limit is None or needed <= limit:
        return []
    fewer = limit - DESCRIPTORS_BESIDES_STREAMS
    workers = f", or --workers {math.ceil(streams_per_worker(spec) * spec.workers / fewer)}" if fewer > 0 else ""
    return [
        f"{streams_per_worker(spec)} connections in one process need {needed} open files, but the limit is {limit}: "
        f"raise it (ulimit -n {needed}), or use a smaller --max-concurrency{workers}."
    ]


def _arrivals(spec: RunSpec) -> list[str]:
    if spec.load.burstiness != 1 and math.isinf(spec.load.request_rate):
        return [
            f"--burstiness {spec.load.burstiness:g} shapes the gaps between requests, and there are none while "
            "--request-rate is inf: give a rate, or leave it out."
        ]
    return []


def _body_fields(spec: RunSpec) -> list[str]:
    extra = spec.sampling.extra_body
    found = [
        f"--extra-body must not set {field!r}, on which the measurement depends: remove it."
        for field in FIELDS_WE_SET
        if field in extra
    ]
    given = dict(spec.sampling.parameters)
    if spec.sampling.logprobs is not None:
        given["logprobs"] = spec.sampling.logprobs
    if spec.sampling.ignore_eos:
        given["ignore_eos"] = True
    found += [
        f"{field!r} is given by its flag and in --extra-body: remove one of the two." for field in given if field in extra
    ]
    return found
