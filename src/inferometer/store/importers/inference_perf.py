"""Reports of inference-perf (Kubernetes, also the harness of llm-d): a file a stage of the load,
and one over all stages.

Times are in seconds. TTFT, time per output token and request latency are defined as ours; output
tokens are those of its own tokenizer unless it was told to trust the server. Its inter-token
latency counts the tokens of one chunk as 0 apart in some versions. Its
`normalized_time_per_output_token` is E2EL per token, which we do not have. Settings are in
`config.yaml`, beside or above.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from inferometer.store.importers.declared import configured
from inferometer.store.importers.imported_run import (
    CannotImportError,
    CompanionError,
    Declarations,
    Declared,
    Figures,
    ImportedRun,
)
from inferometer.store.importers.reading import (
    figure,
    figures,
    latency_figures,
    metrics_of,
    read_settings,
)
from inferometer.store.json_values import Object, at, given, members, text
from inferometer.vocabulary import latencies_in
from inferometer.words import Said

S_TO_MS = 1e3

CLOSE_SHARE = 0.95
"""Of the rate that was asked for: a tool that sends less has not put the load on the server."""

NAME = re.compile(
    r"(?P<prefix>.*?)(?P<part>(?:adapter_.+_)?stage_\d+|adapter_.+|summary.*)_lifecycle_metrics"
)

PARTS = {"latency", "throughput"}
"""Of what the client itself has seen of those that succeeded."""

OWN = ("normalized_time_per_output_token",)
OWN_GOODPUT = (
    "goodput_percentage",
    "good_requests",
    "total_requests",
    "token_goodput",
)

NO_SETTINGS = frozenset(
    {
        *("load", "storage", "report", "metrics", "base_url", "model_name"),
        *("circuit_breakers", "system_prompt_len", "question_len"),
        *("output_len", "num_groups", "num_unique_system_prompts"),
    }
)
"""Of a configuration: the load, what is told otherwise, and what is of the client alone."""

GAPS = {"constant": math.inf, "poisson": 1.0}
"""Burstiness of its load types: inf is even."""

BACKENDS = {"completion": "openai", "chat": "openai-chat"}


def is_inference_perf(result: Object) -> bool:
    return {"load_summary", "successes", "failures"} <= result.keys() or {
        "num_sessions",
        "session_duration_sec",
    } <= result.keys()


def is_request(result: Object) -> bool:
    """A row of the file of single requests, which does not tell their stage."""
    return {"start_time", "end_time", "error"} <= result.keys() and (
        "info" in result or "computed_metrics" in result
    )


def read_inference_perf(
    result: Object, path: Path, _: int
) -> list[ImportedRun]:
    """One stage, or all of them. Raises CompanionError for what the server or sessions reported,
    which have no such parts; where nothing completed, these may be empty.
    """
    found = NAME.fullmatch(path.stem)
    successes = _successes(result, path, is_stage=found is not None)
    latencies = members(successes["latency"])
    rates = members(successes["throughput"])
    prefix, part = (
        (found["prefix"], found["part"]) if found else ("", path.stem)
    )
    summary = result.get("load_summary")
    metrics = metrics_of("inference-perf", result) | _totals(successes, rates)
    for ours, theirs in latencies_in("inference-perf").items():
        metrics |= latency_figures(latencies.get(theirs), ours, S_TO_MS)
    config = _config(path, prefix)
    conditions, asked, model = _settings(config)
    load = figures(summary, {"num_prompts": "count"})
    load |= asked | _asked(summary, asked)
    return [
        ImportedRun(
            path=path,
            tool="inference-perf",
            model=model,
            load=load,
            metrics=metrics,
            own=_own(result, latencies),
            conditions=conditions,
            settings=configured(config, NO_SETTINGS),
            place=f"{path.parent.name}/{prefix}{part}",
            sums_up=None if part.startswith("stage_") else path.parent,
            notes=_notes(summary, load),
        )
    ]


def _successes(result: Object, path: Path, *, is_stage: bool) -> Object:
    successes = result.get("successes")
    if isinstance(successes, dict) and successes.keys() >= PARTS:
        return successes
    told = {"path": path}
    if is_stage:
        raise CannotImportError(Said("unread.no_figures", told))
    raise CompanionError(Said("unread.inference_perf", told))


def _asked(summary: object, settings: Figures) -> Figures:
    """Of a closed loop the number of slots: the rate that is told with it is none."""
    if (slots := figure(at(summary, "concurrency"))) is not None:
        return {"max_concurrency": slots}
    return figures(summary, {"request_rate": "requested_rate"})


MEANS = {
    "total_input_tokens": ("prompt_tokens", "prompt_len"),
    "total_output_tokens": ("output_len",),
}
"""By the total that follows from it."""


def _totals(successes: object, rates: object) -> Figures:
    """Duration and tokens, which follow from the count: older files tell means and rates only."""
    count = figure(at(successes, "count"))
    rate = figure(at(rates, "requests_per_sec"))
    if not count:
        return {}
    found = {"duration": count / rate} if rate else {}
    for ours, names in MEANS.items():
        means = (figure(at(successes, name, "mean")) for name in names)
        mean = next((each for each in means if each is not None), None)
        if mean is not None:
            total = mean * count
            found[ours] = float(round(total)) if abs(total) < 2**53 else total
    return found


def _own(result: Object, latencies: Object) -> Figures:
    own: Figures = {}
    for name in OWN:
        own |= figures(
            latencies.get(name),
            {f"{name}.{each}": each for each in ("mean", "median", "p99")},
        )
    goodput = at(result, "successes", "goodput_metrics")
    own |= figures(goodput, OWN_GOODPUT)
    own |= figures(
        result.get("load_summary"), {"achieved_rate": "achieved_rate"}
    )
    return own | figures(
        at(result, "load_summary", "schedule_delay"),
        {f"schedule_delay.{each}": each for each in ("mean", "p99", "max")},
    )


def _notes(summary: object, load: Figures) -> tuple[Said, ...]:
    asked, sent = load.get("request_rate"), figure(at(summary, "achieved_rate"))
    if (
        asked is None
        or sent is None
        or sent >= CLOSE_SHARE * asked
        or math.isinf(asked)
    ):
        return ()
    return (Said("note.rate_not_reached", {"sent": sent, "asked": asked}),)


def _settings(
    config: Object,
) -> tuple[Declarations, Figures, str | None]:
    """What `config.yaml` tells: conditions, lengths and gaps, the model."""
    server, data = config.get("server"), config.get("data")
    conditions: dict[str, Declared | None] = {
        "dataset": text(at(data, "type")),
        "engine": text(at(server, "type")),
        "backend": BACKENDS.get(str(at(config, "api", "type"))),
    }
    prefix_len = _length(at(data, "shared_prefix", "system_prompt_len"))
    if prefix_len:
        conditions |= {
            "prefix_len": round(prefix_len),
            "num_groups": _whole(at(data, "shared_prefix", "num_groups"))
            or _whole(at(data, "shared_prefix", "num_unique_system_prompts")),
        }
    load = _lengths(data, prefix_len)
    if (gaps := GAPS.get(str(at(config, "load", "type")))) is not None:
        load["burstiness"] = gaps
    told: Declarations = given(conditions)
    return told, load, _model(server)


def _config(path: Path, prefix: str) -> Object:
    """Beside the file, or in the folder above."""
    places = (
        path.parent / f"{prefix}config.yaml",
        path.parent.parent / "config.yaml",
    )
    found = (read_settings(place) for place in places)
    return next(
        (each for each in found if {"load", "data", "server"} <= each.keys()),
        {},
    )


def _model(server: object) -> str | None:
    return text(at(server, "model_name")) or next(
        (
            name
            for each in members(server).values()
            if (
                name := text(at(each, "model_name"))
                or text(at(each, "model", "name"))
            )
        ),
        None,
    )


def _lengths(data: object, prefix_len: float | None) -> Figures:
    """What was asked for; a shared prefix counts as part of the prompt."""
    if at(data, "type") == "shared_prefix":
        question = _length(at(data, "shared_prefix", "question_len"))
        found = {
            "input_len": None
            if question is None
            else question + (prefix_len or 0.0),
            "output_len": _length(at(data, "shared_prefix", "output_len")),
        }
    elif at(data, "type") in (
        "synthetic",
        "random",
    ):  # of others the settings are defaults
        found = {
            "input_len": figure(at(data, "input_distribution", "mean")),
            "output_len": figure(at(data, "output_distribution", "mean")),
        }
    else:
        return {}
    return given(found)


def _length(value: object) -> float | None:
    """A number of tokens, or the mean of their distribution."""
    return (
        figure(value)
        if not isinstance(value, dict)
        else figure(at(value, "mean"))
    )


def _whole(value: object) -> int | None:
    return (
        value
        if isinstance(value, int) and not isinstance(value, bool)
        else None
    )
