"""The lines before a measurement (what will be measured) and after it (where the results are)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from inferometer.measurement.prepare import ReadyPoint
from inferometer.measurement.saving import RUN_FILES
from inferometer.printable import (
    TEXT_WIDTH,
    padded,
    printable,
    printable_name,
    wrapped,
)
from inferometer.spec.load import Load
from inferometer.spec.workload import AnyWorkload, RandomWorkload
from inferometer.trace import MISSING
from inferometer.words import Words, in_words, spoken
from inferometer.workload import Workload, rows_in_words

INDENT = 10
"""Columns of a line before what it says."""


def announcement(ready: ReadyPoint, base_url: str) -> list[str]:
    """Server, load and prompts, a line each, what the wire format cannot do, and what the server
    does not tell or take.
    """
    spec, server = ready.spec, ready.server
    limit = (
        spoken().text("plan.group.limit", limit=server["max_model_len"])
        if server["max_model_len"]
        else ""
    )
    prompts = spoken().text(
        "prompts.seed",
        prompts=prompts_in_words(spec.workload, ready.workload),
        seed=spec.seed,
        counting=in_words(ready.workload.counting),
    )
    rows = printable(rows_in_words(ready.workload.origin))
    return [
        f"{_heading('server')}{base_url}  {printable_name(spec.target.model)}{limit}",
        *_wrapped("load", load_in_words(spec.load)),
        *_wrapped("prompts", printable(prompts)),
        *(_wrapped("rows", rows) if rows else []),
        *_each_wrapped("limit", map(in_words, server["limits"])),
        *_each_wrapped("note", map(printable, map(in_words, ready.notes))),
    ]


def _each_wrapped(key: str, texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _wrapped(key, text)


def saved_in_words(saved: Sequence[Path]) -> list[str]:
    """Where the results are: one complete path a line, to copy; the JSON file first."""
    lines = []
    for path in reversed(saved):
        if not path.is_dir():
            lines.append(str(path))
            continue
        there = [name for name in RUN_FILES if (path / name).exists()]
        names, columns = f"({', '.join(there)})", TEXT_WIDTH - INDENT
        lines.append(f"{path}/")
        lines += wrapped(names, columns, "  ", "   ", break_words=False)
    heading = _heading("saved")
    return [
        f"{' ' * INDENT if number else heading}{line}"
        for number, line in enumerate(lines)
    ]


def _heading(key: str) -> str:
    return padded(spoken().text(f"plan.{key}"), INDENT)


def _wrapped(key: str, text: str) -> list[str]:
    return wrapped(
        text, TEXT_WIDTH, _heading(key), " " * INDENT, break_words=False
    )


def load_in_words(load: Load) -> str:
    """Such as `200 requests after 16 warm-ups, closed loop of 16`."""
    key = "load.requests" + ".timed" * (load.max_seconds is not None)
    return spoken().text(
        key + ".warm" * bool(load.num_warmups),
        n=load.num_prompts,
        seconds=load.max_seconds,
        warmups=load.num_warmups,
        pace=_pace(load),
    )


def _pace(load: Load) -> str:
    words, cap = spoken(), load.max_concurrency
    if not load.open_loop:
        return (
            words.text("load.closed", cap=cap)
            if cap
            else words.text("load.all")
        )
    if load.replay_speed is not None:
        pace = words.text("load.replay", speed=load.replay_speed)
    elif load.ramp is not None:
        ramp = {"start": load.ramp.start_rps, "end": load.ramp.end_rps}
        told = {
            **ramp,
            "strategy": load.ramp.strategy,
            "burstiness": load.burstiness,
        }
        pace = words.text("load.ramp", **told)
    elif load.steps is not None:
        steps = words.listed(
            words.text("load.step", rate=step.rate, seconds=step.seconds)
            for step in load.steps
        )
        pace = words.text("load.steps", steps=steps, burstiness=load.burstiness)
    else:
        pace = words.text(
            "load.rate", rate=load.request_rate, burstiness=load.burstiness
        )
    if not cap:
        return pace
    key = "load.cap.drop" if load.when_full == "drop" else "load.cap"
    return words.text(key, pace=pace, cap=cap)


def _source(work: AnyWorkload, words: Words) -> str:
    """Such as `sharegpt of prompts.json`."""
    if isinstance(work, RandomWorkload):
        return str(work.scenario)
    path = getattr(work, "path", None)
    if not path:
        return work.kind
    return words.text("prompts.of", kind=work.kind, path=path)


def prompts_in_words(work: AnyWorkload, made: Workload) -> str:
    """Such as `256 in, 64 out`, or `sharegpt of prompts.json, 213 in, 180 out on average`."""
    words = spoken()
    if isinstance(work, RandomWorkload) and work.scenario is None:
        lengths = words.text(
            "prompts.lengths", input=work.input_len, output=work.output_len
        )
    else:
        lengths = _means(_source(work, words), made, words)
    again = made.origin.get("distinct")
    return (
        lengths
        if again is None
        else words.text("prompts.again", lengths=lengths, n=again)
    )


def _means(what: str, made: Workload, words: Words) -> str:
    known = [
        request.prompt_tokens
        for request in made.requests
        if request.prompt_tokens != MISSING
    ]
    outputs = [request.max_tokens for request in made.requests]
    output = f"{math.fsum(outputs) / max(len(outputs), 1):.0f}"
    if not known:
        return words.text("prompts.means.unknown", what=what, output=output)
    mean = f"{math.fsum(known) / len(known):.0f}"
    return words.text("prompts.means", what=what, input=mean, output=output)
