"""What flags mean by vLLM's defaults, and where they mean something else here, which is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Literal

from inferometer.cli.bench.flags import BenchFlags
from inferometer.protocol import PROTOCOLS
from inferometer.spec.hub_defaults import HUB_DEFAULTS, hub_name
from inferometer.spec.run import Timeouts
from inferometer.spec.workload import DATASETS, FileWorkload
from inferometer.words import Said

Rows = Literal["exact", "repeated", "at_most", "all"]
"""How many requests a file makes: as many as asked, or it is an error; as many, with rows repeated
if there are too few; no more than it has rows; as many as it has rows.
"""

TIMEOUT_VARIABLE = "AIOHTTP_TIMEOUT"
NOTHING_SET: Mapping[str, str] = {}

ALL_ROWS = -1
"""As a number of requests."""

OPENAI_FORMATS = ("openai", "vllm", "openai-chat", "openai-responses")
"""Backends for which vLLM has random prompts answered in full length."""

OTHER_BACKENDS: Mapping[str, str] = {
    "openai-embeddings": "embeddings",
    "openai-embeddings-chat": "embeddings",
    "openai-embeddings-clip": "embeddings",
    "openai-embeddings-vlm2vec": "embeddings",
    "infinity-embeddings": "embeddings",
    "infinity-embeddings-clip": "embeddings",
    "vllm-pooling": "embeddings",
    "vllm-rerank": "embeddings",
    "vllm-chat": "offline",
    "deepspeed-mii": "not_streamed",
    "scalellm": "openai_too",
    "sglang-native": "sglang_native",
    "sglang-oai": "openai_too",
    "sglang-oai-chat": "chat_too",
    "lmdeploy-chat": "chat_too",
    "trt": "trt",
}
"""Of vLLM's and SGLang's benchmarks, for what has another name or is not measured here: by the key
of the sentence that says why.
"""

QUEUE_TIMES = ("client_queue_time", "e2el_including_client_queue")
"""Metrics of vLLM without a section here."""

TEMPLATED = ("custom", "spec_bench", "speed_bench")
"""Data sets whose prompts vLLM renders with the chat template. It also renders those of the hub
that have a default output length.
"""


def ignores_eos(flags: BenchFlags) -> bool:
    if flags.ignore_eos is not None:
        return flags.ignore_eos
    made_up = (
        flags.dataset_name in ("random", "random-mm")
        and flags.backend in OPENAI_FORMATS
    )
    return made_up or flags.dataset_name == "timed_trace"


def is_self_timed(flags: BenchFlags) -> bool:
    """Whether requests are sent at the times of a trace."""
    by_default = flags.dataset_name == "timed_trace"
    return by_default if flags.self_timed is None else flags.self_timed


def has_rows(flags: BenchFlags) -> bool:
    """Whether prompts come from a file, one by one."""
    model = DATASETS.get(flags.dataset_name)
    return (
        model is None
        or ("path" in model.model_fields and "shuffle" in model.model_fields)
        or ("block_len" in model.model_fields)
    )


def rows_of(flags: BenchFlags) -> Rows:
    if flags.num_prompts == ALL_ROWS:
        return "all"
    model = DATASETS.get(flags.dataset_name)
    of_trace = model is not None and "block_len" in model.model_fields
    if flags.oversample is False or flags.dataset_name == "timed_trace":
        return "at_most"
    if of_trace and flags.num_prompts is None:
        return "at_most"
    is_file = model is not None and issubclass(model, FileWorkload)
    return "repeated" if is_file and flags.oversample is None else "exact"


def without_queue_times(metrics: str) -> str:
    """`--percentile-metrics` without those that have no section here; all that is left, if any."""
    names = [
        name for name in metrics.split(",") if name.strip() not in QUEUE_TIMES
    ]
    return ",".join(names) or "ttft,tpot,itl"


def is_templated(flags: BenchFlags) -> bool:
    if flags.dataset_name != "hf":
        return flags.dataset_name in TEMPLATED
    return "output_len" in HUB_DEFAULTS.get(
        hub_name(flags.dataset_path or "", flags.hf_name), {}
    )


def request_timeout_s(
    flags: BenchFlags, environment: Mapping[str, str]
) -> float:
    """By its flag, or by the variable with which guides raise that of vLLM's client. Raises
    ValueError.
    """
    if flags.request_timeout is not None:
        return flags.request_timeout
    text = environment.get(TIMEOUT_VARIABLE, "").strip()
    try:
        return float(text) if text else Timeouts().total_s
    except ValueError:
        told = {"name": TIMEOUT_VARIABLE, "value": text}
        raise ValueError(Said("flag.seconds", told)) from None


def _timeout_by_variable(
    flags: BenchFlags, environment: Mapping[str, str]
) -> Iterator[Said]:
    if flags.request_timeout is not None:
        return
    if environment.get(TIMEOUT_VARIABLE, "").strip():
        with suppress(ValueError):  # said as an error
            seconds = request_timeout_s(flags, environment)
            yield Said("vllm.aiohttp_timeout", {"seconds": seconds})


def differences(
    flags: BenchFlags, environment: Mapping[str, str] = NOTHING_SET
) -> Iterator[Said]:
    """Where the same command measures something else here than in vLLM, and what a variable of the
    environment changes.
    """
    yield from _timeout_by_variable(flags, environment)
    is_chat = flags.backend in PROTOCOLS and PROTOCOLS[flags.backend].chat
    if flags.lora_modules and flags.lora_assignment is None:
        yield Said("vllm.lora")
    if flags.dataset_name == "burstgpt" and flags.trace_model is None:
        yield Said("vllm.burstgpt")
    raw = flags.skip_chat_template or is_chat
    if is_templated(flags) and not raw and flags.backend in OPENAI_FORMATS:
        yield Said("vllm.template")
    if flags.backend == "sglang":
        yield Said("vllm.sglang")
    if any(
        name.strip() in QUEUE_TIMES
        for name in flags.percentile_metrics.split(",")
    ):
        yield Said("vllm.queue_times")
