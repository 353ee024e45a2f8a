"""InferenceX, formerly InferenceMAX: the names of its client's files, which are vLLM's, and its
aggregated results, one object a run or a list of them.

The aggregated form has rates per accelerator and latencies in seconds, and neither counts nor
times.
"""

from __future__ import annotations

import re
from pathlib import Path

from inferometer.store.importers.declared import declared
from inferometer.store.importers.imported_run import Declared, ImportedRun
from inferometer.store.importers.reading import figures
from inferometer.store.json_values import Object, number, text
from inferometer.vocabulary import statistic_of

_NAME = re.compile(
    r"(?:.*_)?(?P<engine>vllm|sglang|trt|trtllm|atom|dynamo-[a-z]+)_(?P<split>tp|tep|dep|ep)(?P<gpus>\d+)(?:_.*)?",
    re.IGNORECASE,
)
LOAD = {"max_concurrency": "conc", "input_len": "isl", "output_len": "osl"}


def deployment_in(stem: str) -> dict[str, Declared]:
    """Engine, cards and how the model is split, of `minimax_vllm_dep8_isl1024_osl128_conc4`: `dep`
    and `tep` are data and tensor parallel attention beside experts of their own.
    """
    found = _NAME.fullmatch(stem)
    if found is None:
        return {}
    split, gpus = found["split"].lower(), int(found["gpus"])
    told: dict[str, Declared] = {
        "engine": found["engine"].lower(),
        "gpus": gpus,
    }
    return told | (
        {"tp": gpus} if split == "tp" else {"parallelism": f"{split}{gpus}"}
    )


def is_inferencex(result: Object) -> bool:
    return {"hw", "conc", "tput_per_gpu"} <= result.keys()


def read_inferencex(result: Object, path: Path, _: int) -> list[ImportedRun]:
    """One run. What is divided by the cards that decode alone stays the tool's own."""
    gpus = _gpus(result)
    metrics = figures(
        result,
        {ours: name for name in result if statistic_of(ours := f"{name}_ms")},
        1e3,
    )
    split = number(result.get("num_decode_gpu")) is not None
    if gpus:
        per_gpu = {"total_token_throughput": "tput_per_gpu"}
        per_gpu |= {} if split else {"output_throughput": "output_tput_per_gpu"}
        metrics |= figures(result, per_gpu, gpus)
    conditions = _conditions(result)
    run = ImportedRun(
        path=path,
        tool="inferencex",
        version=None,
        model=text(result.get("model")),
        load=figures(result, LOAD),
        metrics=metrics,
        own=figures(
            result, {name: name for name in result if name.endswith("_per_gpu")}
        ),
        conditions=conditions | ({"gpus": gpus} if gpus else {}),
        name=text(result.get("name")),
    )
    return [run]


def _conditions(result: Object) -> dict[str, Declared]:
    """`dp_attention` and its like are the words true and false there."""
    measured = {
        name
        for name in result
        if statistic_of(f"{name}_ms")
        or name.endswith(("_per_gpu", "_intvty", "_tput"))
    }
    return declared(result, measured | {*LOAD.values(), "model", "name"})


def _gpus(result: Object) -> int | None:
    """What the rates are divided by."""
    parts = [
        number(result.get(f"num_{role}_gpu")) for role in ("prefill", "decode")
    ]
    split = sum(each for each in parts if each is not None)
    total = split or number(result.get("tp")) or 0.0
    return int(total) if total >= 1 else None
