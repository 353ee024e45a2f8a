"""What is about to be measured, in a few lines before it begins; and where its results are, in a
few after it.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path

from inferometer.measurement.prepare import ReadyPoint
from inferometer.measurement.saving import RUN_FILES
from inferometer.printable import printable, printable_name
from inferometer.report.console import TEXT_WIDTH
from inferometer.spec.load import Load
from inferometer.spec.workload import AnyWorkload, RandomWorkload
from inferometer.trace import MISSING
from inferometer.workload import Workload, rows_in_words


def announcement(ready: ReadyPoint, base_url: str) -> list[str]:
    """Server, load and prompts, a line each, what the wire format cannot do, and what the server
    does not tell or take.
    """
    spec = ready.spec
    limit = (
        f", max_model_len {ready.server['max_model_len']}" if ready.server["max_model_len"] else ""
    )
    prompts = printable(
        f"{prompts_in_words(spec.workload, ready.workload)}, seed {spec.seed}; "
        f"{ready.workload.counting}"
    )
    rows = printable(rows_in_words(ready.workload.origin))
    return [
        f"Server:   {base_url}  {printable_name(spec.target.model)}{limit}",
        *_wrapped("Load:", load_in_words(spec.load)),
        *_wrapped("Prompts:", prompts),
        *(_wrapped("Rows:", rows) if rows else []),
        *(line for sentence in ready.server["limits"] for line in _wrapped("Limit:", sentence)),
        *(
            line
            for sentence in ready.server["notes"]
            for line in _wrapped("Note:", printable(sentence))
        ),
    ]


def saved_in_words(saved: Sequence[Path]) -> list[str]:
    """Where the results are: a path a line, whole, as it may be copied; the JSON file first."""
    lines = []
    for path in reversed(saved):
        lines += [f"{path}/", f"  ({RUN_FILES})"] if path.is_dir() else [str(path)]
    return [f"{'' if number else 'Saved:':9} {line}" for number, line in enumerate(lines)]


def _wrapped(heading: str, text: str) -> list[str]:
    indent = " " * 10
    initial = f"{heading:9} "
    return textwrap.wrap(
        text,
        TEXT_WIDTH,
        initial_indent=initial,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def load_in_words(load: Load) -> str:
    """Such as `200 requests after 16 warm-ups, closed loop of 16`."""
    warm = f" after {load.num_warmups} warm-ups" if load.num_warmups else ""
    end = (
        f" or {load.max_seconds:g} s, whichever comes first" if load.max_seconds is not None else ""
    )
    return f"{load.num_prompts} requests{end}{warm}, {_pace(load)}"


def _pace(load: Load) -> str:
    if not load.open_loop:
        return f"closed loop of {load.max_concurrency}" if load.max_concurrency else "all at once"
    cap = ""
    if load.max_concurrency:
        cap = f", at most {load.max_concurrency} in flight" + (
            ", the others dropped" if load.when_full == "drop" else ""
        )
    if load.replay_speed is not None:
        return f"at their recorded times, {load.replay_speed:g} times as fast{cap}"
    if load.ramp is not None:
        rate = (
            f"{load.ramp.start_rps:g} to {load.ramp.end_rps:g} requests/s ({load.ramp.strategy} "
            "ramp"
        )
    elif load.steps is not None:
        steps = [f"{step.rate:g} requests/s for {step.seconds:g} s" for step in load.steps]
        rate = f"{', '.join(steps)} (steps"
    else:
        rate = f"{load.request_rate:g} requests/s ("
    between = "" if rate.endswith("(") else ", "
    return f"{rate}{between}burstiness {load.burstiness:g}){cap}"


def prompts_in_words(work: AnyWorkload, made: Workload) -> str:
    """Such as `256 in, 64 out`, or `sharegpt of prompts.json, 213 in, 180 out on average`."""
    if isinstance(work, RandomWorkload) and work.scenario is None:
        lengths = f"{work.input_len} in, {work.output_len} out"
    elif isinstance(work, RandomWorkload):
        lengths = f"{work.scenario}, {_means(made)}"
    else:
        path = getattr(work, "path", None)
        lengths = f"{work.kind}{f' of {path}' if path else ''}, {_means(made)}"
    again = made.origin.get("distinct")
    return lengths + (f", {again} different ones again and again" if again is not None else "")


def _means(made: Workload) -> str:
    known = [request.prompt_tokens for request in made.requests if request.prompt_tokens != MISSING]
    outputs = [request.max_tokens for request in made.requests]
    mean = (
        f"{math.fsum(known) / len(known):.0f} in"
        if known
        else "as many in as only the server can tell"
    )
    return f"{mean}, {math.fsum(outputs) / max(len(outputs), 1):.0f} out on average"
