"""The result file of `vllm bench serve` (the keys, order and quirks of version 0.33), which our
users' scripts read.

Its quirks live here and nowhere else:
- arrays are in seconds, statistics in ms; an infinite request rate is the string "inf"; metadata
  stands at top level, between `num_prompts` and `request_rate`; everything is on one line, without
  a newline at its end;
- `backend` stands there twice (`endpoint_type`); `rtfx` is 0.0 for all but sound, of which it is
  null where a recording does not say how long it is;
- `latencies` and `queue_times` stay without `--save-detailed`, the other arrays go; `ttfts` and
  `latencies` of requests that failed are 0.0, and so is every statistic without a sample;
- `failed` is all that did not complete: cut off and dropped requests too, since the file has no
  other word for them. Requests that were never due are left out.

Where vLLM's numbers are known to be wrong ours are right, under its names: peaks are exact, a
stream with an error in it has failed. NaN and Infinity, which strict readers refuse, are never
written. Statistics of `client_queue_time` are not offered: our schedule lag says more;
`queue_times` is written as vLLM means it, sent − due, with everything due at the first send where
there are no due times.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import numpy.typing as npt

from inferometer.clock import NS
from inferometer.secret import masked_details
from inferometer.store.atomic import append_line, write_file
from inferometer.store.json_values import at
from inferometer.trace.schema import MISSING, Failure, Outcome
from inferometer.trace.trace import Trace
from inferometer.vocabulary import LATENCIES, SHOWN_LATENCIES
from inferometer.words import Said

if TYPE_CHECKING:
    from inferometer.metrics import Summary
    from inferometer.spec.run import RunSpec

MAX_PART_BYTES = 80
"""Of a label and of a model in a file name, which is limited to 255 bytes, some for numbers and
dates.
"""

RESERVED = (
    "date",
    "endpoint_type",
    "backend",
    "label",
    "model_id",
    "tokenizer_id",
    "num_prompts",
    "request_rate",
    "burstiness",
    "max_concurrency",
    "ramp_up_strategy",
    "ramp_up_start_rps",
    "ramp_up_end_rps",
    "duration",
    "completed",
    "failed",
    "total_input_tokens",
    "total_output_tokens",
    "request_throughput",
    "request_goodput",
    "output_throughput",
    "total_token_throughput",
    "input_lens",
    "output_lens",
    "ttfts",
    "itls",
    "latencies",
    "start_times",
    "queue_times",
    "generated_texts",
    "errors",
    "max_output_tokens_per_s",
    "max_concurrent_requests",
    "rtfx",
)
"""Keys of the file that metadata must not use."""


def check_metadata(metadata: Mapping[str, str]) -> None:
    """Raise ValueError if a key of `metadata` is one of the file's own; to be called before
    a run.
    """
    for key in metadata:
        if key in RESERVED or key.endswith(
            tuple(f"_{latency}_ms" for latency in LATENCIES)
        ):
            raise ValueError(Said("metadata.reserved", {"key": key}))


def file_name(
    spec: RunSpec, *, finished: datetime, label: str | None = None
) -> str:
    """vLLM's name for a result: `openai-infqps-concurrency8-Qwen3-14B-20260131-120000.json`.

    A long label or model is cut, and characters that file names cannot have become `_`.
    """
    load = spec.load
    concurrency = (
        ""
        if load.max_concurrency is None
        else f"-concurrency{load.max_concurrency}"
    )
    series = _nameable((label or spec.target.backend).replace("/", "_"))
    model = _nameable(spec.target.model.rstrip("/").rpartition("/")[2])
    return f"{series}-{load.request_rate}qps{concurrency}-{model}-{_date(finished)}.json"


def _nameable(part: str) -> str:
    """As part of a file name."""
    encoding = sys.getfilesystemencoding()
    known = "".join(
        each if each.isprintable() and each.encode(encoding, "ignore") else "_"
        for each in part
    )
    return known.encode(encoding)[:MAX_PART_BYTES].decode(encoding, "ignore")


def save_result(
    path: Path, result: Mapping[str, Any], *, append: bool = False
) -> None:
    """Write `result` to `path`; with `append`, as one more line of a file. Raises
    CannotWriteError.
    """
    line = json.dumps(result, allow_nan=False).encode()
    if append:
        append_line(path, line)
    else:
        write_file(path, line)


def vllm_result(
    spec: RunSpec,
    summary: Summary,
    trace: Trace,
    *,
    finished: datetime,
    label: str | None = None,
    metadata: Mapping[str, str] | None = None,
    metrics: Sequence[str] = SHOWN_LATENCIES,
    detailed: bool = False,
    rtfx: float | None = None,
) -> dict[str, Any]:
    """The file's content, keys in vLLM's order. `finished` is the local time of the end, `metrics`
    the latencies wanted.

    `detailed` adds the arrays of every request; texts are among them only if the trace has kept
    them.
    """
    due = trace.measured()
    due = due.select(due.requests["outcome"] != Outcome.UNSENT)
    return {
        "date": _date(finished),
        "endpoint_type": spec.target.backend,
        "backend": spec.target.backend,
        "label": label,
        "model_id": spec.target.model,
        "tokenizer_id": spec.workload.tokenizer or spec.target.model,
        "num_prompts": spec.load.num_prompts,
        **(metadata or {}),
        **_simulated(spec),
        "request_rate": _finite(spec.load.request_rate),
        "burstiness": _finite(spec.load.burstiness),
        "max_concurrency": spec.load.max_concurrency,
        **_ramp(spec),
        **_totals(summary, len(due)),
        **(_detailed_arrays(due, spec) if detailed else _plain_arrays(due)),
        "max_output_tokens_per_s": summary.peak_output_tokens_per_s or 0.0,
        "max_concurrent_requests": summary.peak_concurrency,
        "rtfx": rtfx if _is_of_sound(spec) else 0.0,
        **_statistics(summary, metrics),
        **_machine(summary, metadata or {}),
    }


def _is_of_sound(spec: RunSpec) -> bool:
    """Who writes has pydantic; who reads needs none."""
    from inferometer.spec.server_recipe import SoundBackend

    return spec.target.backend in get_args(SoundBackend)


def _simulated(spec: RunSpec) -> dict[str, str]:
    """What no measurement has: a file that was moved is not taken for one, and still says which
    rates of the twin's card nobody has verified.
    """
    twin = (spec.server or {}).get("simulated")
    if twin is None:
        return {}
    told = {"rehearsal": "simulated"}
    if isinstance(rates := at(twin, "unverified"), dict):
        listed = ", ".join(f"{name} = {rate:g}" for name, rate in rates.items())
        told["unverified"] = f"{at(twin, 'card')}: {listed}"
    return told


def _machine(summary: Summary, metadata: Mapping[str, str]) -> dict[str, float]:
    """What cards and host did, as plain numbers: vLLM's tools make columns of all keys. What is not
    known is not there; what a user calls alike stays.
    """
    values = summary.machine.values if summary.machine else {}
    return {
        name: value
        for name, value in values.items()
        if value is not None and name not in metadata
    }


def _totals(summary: Summary, requests: int) -> dict[str, float | None]:
    """Counts and rates of all that was sent."""
    goodput = summary.goodput
    return {
        "duration": summary.duration_s or 0.0,
        "completed": summary.counts.ok,
        "failed": requests - summary.counts.ok,
        "total_input_tokens": summary.total_input_tokens,
        "total_output_tokens": summary.total_output_tokens,
        "request_throughput": summary.request_throughput or 0.0,
        "request_goodput": None
        if goodput is None
        else goodput.request_goodput or 0.0,
        "output_throughput": summary.output_throughput or 0.0,
        "total_token_throughput": summary.total_token_throughput or 0.0,
    }


def _ramp(spec: RunSpec) -> dict[str, float | str]:
    ramp = spec.load.ramp
    if ramp is None:
        return {}
    return {
        "ramp_up_strategy": ramp.strategy,
        "ramp_up_start_rps": ramp.start_rps,
        "ramp_up_end_rps": ramp.end_rps,
    }


def _date(finished: datetime) -> str:
    return finished.strftime("%Y%m%d-%H%M%S")


def _finite(number: float) -> float | str:
    return "inf" if math.isinf(number) else number


def _statistics(summary: Summary, metrics: Sequence[str]) -> dict[str, float]:
    statistics: dict[str, float] = {}
    for latency in (name for name in LATENCIES if name in metrics):
        distribution = summary.metrics[latency]
        found = {
            name: getattr(distribution, name)
            for name in ("mean", "median", "std")
        }
        for name, value in {**found, **distribution.percentiles}.items():
            statistics[f"{name}_{latency}_ms"] = value or 0.0
    return statistics


def _plain_arrays(trace: Trace) -> dict[str, list[float]]:
    r = trace.requests
    sent = r["sent_ns"]
    ok_last = np.where(r["outcome"] == Outcome.OK, r["last_ns"], MISSING)
    known = sent[sent != MISSING]
    due = (
        np.full(len(sent), known.min())
        if trace.closed_loop and len(known)
        else r["intended_ns"]
    )
    return {
        "latencies": _seconds(sent, ok_last),
        "queue_times": _seconds(due, sent),
    }


def _detailed_arrays(trace: Trace, spec: RunSpec) -> dict[str, list[Any]]:
    r = trace.requests
    plain = _plain_arrays(trace)
    completed = r["outcome"] == Outcome.OK
    prompt = np.where(
        r["prompt_tokens"] == MISSING,
        r["asked_prompt_tokens"],
        r["prompt_tokens"],
    )
    details = masked_details(r["detail"].tolist(), spec.target.headers)
    return {
        "input_lens": np.maximum(prompt, 0).tolist(),
        "output_lens": np.where(
            completed, np.maximum(r["output_tokens"], 0), 0
        ).tolist(),
        "ttfts": _seconds(r["sent_ns"], r["first_ns"]),
        "itls": _itls(trace),
        "latencies": plain["latencies"],
        "start_times": _seconds(np.zeros(len(trace), np.int64), r["sent_ns"]),
        "queue_times": plain["queue_times"],
        "generated_texts": list(trace.texts or [""] * len(trace)),
        "errors": [
            _error(*row)
            for row in zip(r["outcome"], r["failure"], details, strict=True)
        ],
    }


def _seconds(
    since: npt.NDArray[np.int64], until: npt.NDArray[np.int64]
) -> list[float]:
    """`until` − `since`, s; 0.0 if one of them does not exist, as in vLLM."""
    known = (since != MISSING) & (until != MISSING)
    seconds = (
        np.subtract(
            until, since, out=np.zeros(len(since), np.int64), where=known
        )
        / NS
    )
    return list(seconds.tolist())


def _itls(trace: Trace) -> list[list[float]]:
    """Gaps between the output events of each request, s, including requests that failed later."""
    r, arrival = trace.requests, trace.events["arrival_ns"]
    spans = zip(
        r["event_start"].tolist(), r["event_count"].tolist(), strict=True
    )
    return [
        (np.diff(arrival[start : start + count]) / NS).tolist()
        for start, count in spans
    ]


def _error(outcome: int, failure: int, detail: str | None) -> str:
    if outcome == Outcome.OK:
        return ""
    if outcome == Outcome.FAILED:
        return detail or Failure(failure).name
    return Outcome(outcome).name
