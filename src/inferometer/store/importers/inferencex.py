"""InferenceX, formerly InferenceMAX: the names of its client's files, which are vLLM's, and its
aggregated results, one object a run or a list of them.

The aggregated form has rates per accelerator and latencies in seconds, and neither counts nor
times. That of agentic scenarios sums up AIPerf: it has rates of all accelerators, counts and times,
and its ITL is a mean of each request, which is TPOT.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from inferometer.store.importers.declared import declared
from inferometer.store.importers.imported_run import (
    Declarations,
    Figures,
    ImportedRun,
)
from inferometer.store.importers.reading import (
    figures,
    latency_figures,
)
from inferometer.store.json_values import Object, at, text
from inferometer.vocabulary import LATENCIES, statistic_of

_NAME = re.compile(
    r"(?:.*_)?(?P<engine>vllm|sglang|trt|trtllm|atom|dynamo-[a-z]+)_(?P<split>tp|tep|dep|ep)(?P<gpus>\d+)(?:_.*)?",
    re.IGNORECASE,
)
OF_A_COPY = ("tp", "pp", "pcp_size")
"""Sizes whose product is the number of cards, where prefill and decode share them."""
AGENTIC = "agentic-coding"
COUNTS = ("num_gpus", "num_aggregate_gpu")
BY_ROLE = ("num_prefill_gpu", "num_decode_gpu")
RATES = ("input_tput_per_gpu", "output_tput_per_gpu", "tput_per_gpu")
ADD_UP = 1e-3
"""How far rates that belong together may be off, relatively: some are written rounded."""
MAX_GPUS = 1_000_000
MEASURED = ("request_metrics", "server_metrics", "request_accounting")
"""Objects of figures."""
LOAD = {"max_concurrency": "conc", "input_len": "isl", "output_len": "osl"}


def deployment_in(stem: str) -> Declarations:
    """Engine, cards and how the model is split, of `minimax_vllm_dep8_isl1024_osl128_conc4`: `dep`
    and `tep` are data and tensor parallel attention beside experts of their own.
    """
    found = _NAME.fullmatch(stem)
    if found is None:
        return {}
    split, gpus = found["split"].lower(), int(found["gpus"])
    told: Declarations = {
        "engine": found["engine"].lower(),
        "gpus": gpus,
    }
    return told | (
        {"tp": gpus} if split == "tp" else {"parallelism": f"{split}{gpus}"}
    )


def is_inferencex(result: Object) -> bool:
    return {"hw", "conc"} <= result.keys() and (
        "tput_per_gpu" in result or _is_of_agents(result)
    )


def _is_of_agents(result: Object) -> bool:
    return isinstance(at(result, "request_metrics", "throughput"), dict)


def read_inferencex(result: Object, path: Path, _: int) -> list[ImportedRun]:
    """One run. Rates per card stay the tool's own, too."""
    gpus = _gpus(result)
    metrics = (
        _of_agents(result)
        if _is_of_agents(result)
        else _of_lengths(result, gpus)
    )
    conditions = _conditions(result)
    run = ImportedRun(
        path=path,
        tool="inferencex",
        model=text(result.get("model")),
        load=figures(result, LOAD),
        metrics=metrics,
        own=figures(
            result, (name for name in result if name.endswith("_per_gpu"))
        ),
        conditions=conditions | ({"gpus": gpus} if gpus else {}),
        name=text(result.get("name")),
    )
    return [run]


def _of_lengths(result: Object, gpus: int | None) -> Figures:
    """Of prompts of one length, or of agents in older files, which have latencies alike."""
    is_of_agents = text(result.get("scenario_type")) == AGENTIC
    metrics = figures(
        result,
        {
            ours: name
            for name in result
            if statistic_of(ours := f"{name}_ms")
            and not (is_of_agents and name.endswith("_itl"))
        },
        1e3,
    )
    if gpus is None:
        return metrics
    total = figures(result, {"total_token_throughput": "tput_per_gpu"}, gpus)
    return metrics | total | _output(result, gpus)


def _output(result: Object, gpus: int) -> Figures:
    """By all cards, or by those that decode where these do nothing else: the file's own rates say
    which, since input and output add up to the total.
    """
    names = {"output_throughput": "output_tput_per_gpu"}
    told = figures(result, BY_ROLE + RATES)
    if not told.get("num_decode_gpu"):
        return figures(result, names, gpus)
    if len(told) < len(BY_ROLE + RATES):
        return {}
    cards, rates = ([told[name] for name in of] for of in (BY_ROLE, RATES))
    for prefill, decode in (cards, (gpus, gpus)):
        both = rates[0] * prefill + rates[1] * decode
        if math.isclose(both, rates[2] * gpus, rel_tol=ADD_UP):
            return figures(result, names, decode)
    return {}


def _of_agents(result: Object) -> Figures:
    measured = result["request_metrics"]
    rates = measured["throughput"]
    metrics = figures(result, {"completed": "num_requests_successful"})
    metrics |= figures(
        result.get("request_accounting"), {"failed": "records_error_dropped"}
    )
    metrics |= figures(rates, {"duration": "duration_seconds"})
    for ours, theirs in (
        ("output_throughput", "output"),
        ("total_token_throughput", "total"),
    ):
        metrics |= figures(rates.get(theirs), {ours: "tokens_per_second"})
    for latency in LATENCIES:
        if latency != "itl":
            told = at(measured, "latency", latency)
            metrics |= latency_figures(told, latency, 1e3)
    return metrics


def _conditions(result: Object) -> Declarations:
    """`dp_attention` and its like are the words true and false there."""
    measured = {
        name
        for name in result
        if statistic_of(f"{name}_ms")
        or name.endswith(("_per_gpu", "_intvty", "_tput", "_tps"))
        or name.startswith("power_")
    }
    return declared(
        result, measured | {*MEASURED, *LOAD.values(), "model", "name"}
    )


def _gpus(result: Object) -> int | None:
    """What the rates are divided by."""
    told = figures(result, COUNTS)
    split = sum(figures(result, BY_ROLE).values())
    sizes = figures(result, OF_A_COPY)
    product = math.prod(sizes.values()) if "tp" in sizes else 0.0
    total = next(filter(None, told.values()), split or product)
    return int(total) if 1 <= total < MAX_GPUS else None
