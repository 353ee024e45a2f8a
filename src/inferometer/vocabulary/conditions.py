"""Every condition once: role, type, unit, where run.json has it, what others call it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Role = Literal["identity", "load", "subject", "incidental"]
"""identity: what was measured; points that differ in it are of different curves.
load: how much was asked of the server at once; a curve runs along it.
subject: what comparisons are about; the sides may have several values each, as long as they share
none.
incidental: runs that differ in nothing else are repeats of each other.
"""


@dataclass(frozen=True, slots=True)
class ConditionInfo:
    """What is known of a condition, whatever its value at a point."""

    role: Role
    type: Literal["text", "whole", "number"] = "text"
    unit: str = ""
    path: tuple[str, ...] = ()
    """Where run.json has it as it is; empty for what follows from several things in it, or is told
    by others.
    """
    noted_as: tuple[str, ...] = ()
    """Keys under which people note it in result files, by `--metadata` or otherwise."""
    in_files: Mapping[str, str] = field(default_factory=dict)
    """What other tools call it among the settings in their files, by tool."""
    in_tables: bool = True
    """Whether tables that people read have a column for it. Not for what differs by chance or by
    hour, nor for what another column says more shortly.
    """
    parts_curves: bool = True
    """Whether points that differ in it are never joined by a line, although it is incidental: the
    user gave it to tell measurements apart, or it is the host, whose noise is its own.
    """
    absent_is_none: bool = False
    """Whether its absence means "none", and not that nobody told."""
    says_what_it_is: bool = False
    """Whether its value alone, such as a model's name, names a curve well enough."""
    placeholder: str | None = None
    """What ready-made campaigns write where nobody has named it."""


_SERVER = ("spec", "server")
_HARDWARE = (*_SERVER, "hardware")
_LOAD = ("spec", "load")

CONDITIONS: Mapping[str, ConditionInfo] = {
    "campaign": ConditionInfo(
        "incidental", noted_as=("campaign",), says_what_it_is=True
    ),
    # a test of the campaign, such as 1C-1k
    "group": ConditionInfo(
        "incidental",
        noted_as=("group",),
        parts_curves=False,
        says_what_it_is=True,
    ),
    # what the user called it
    "label": ConditionInfo(
        "incidental", noted_as=("label",), says_what_it_is=True
    ),
    # the same in SGLang's files, often with the load in it: `origin` has what parts curves
    "tag": ConditionInfo(
        "incidental",
        noted_as=("tag",),
        parts_curves=False,
        says_what_it_is=True,
    ),
    # words of folder, file and tag that no other condition explains; only where nothing else tells
    # deployments apart
    "origin": ConditionInfo("subject", says_what_it_is=True),
    # a named hardware configuration, such as C
    "config": ConditionInfo(
        "subject",
        path=(*_HARDWARE, "name"),
        noted_as=("config", "hardware"),
        says_what_it_is=True,
    ),
    # what the accelerators are called, such as R9700
    "card": ConditionInfo(
        "subject",
        noted_as=(
            "card",
            "gpu",
            "gpu_name",
            "gpu_model",
            "gpu_type",
            "accelerator",
            "hw",
        ),
        says_what_it_is=True,
    ),
    # accelerators in use: tensor parallelism times replicas
    "gpus": ConditionInfo(
        "subject",
        "whole",
        noted_as=(
            "gpus",
            "num_gpus",
            "gpu_count",
            "n_gpus",
            "num_gpu",
            "world_size",
        ),
        in_tables=False,
    ),
    "pcie_generation": ConditionInfo(
        "subject",
        "whole",
        path=(*_HARDWARE, "pcie_generation"),
        noted_as=("pcie_generation",),
    ),
    # lanes of each card, as declared
    "pcie_width": ConditionInfo(
        "subject",
        "whole",
        path=(*_HARDWARE, "pcie_width"),
        noted_as=("pcie_width", "pcie_lanes", "lanes"),
    ),
    # the accelerators' software, such as ROCm 7.1
    "stack": ConditionInfo(
        "subject", noted_as=("stack",), says_what_it_is=True
    ),
    # the model's alias, or its name
    "model": ConditionInfo(
        "identity",
        path=("spec", "target", "model"),
        noted_as=("model", "alias", "model_name"),
        says_what_it_is=True,
        placeholder="model",
    ),
    # its name, as the server knows it
    "model_id": ConditionInfo(
        "identity", path=("spec", "target", "model"), in_tables=False
    ),
    "tp": ConditionInfo(
        "identity",
        "whole",
        path=(*_SERVER, "tp"),
        noted_as=("tp", "tp_size", "tensor_parallel_size", "tensor_parallel"),
    ),
    # replicas of the model behind one address
    "dp": ConditionInfo(
        "identity",
        "whole",
        noted_as=("dp", "dp_size", "data_parallel_size", "data_parallel"),
    ),
    # number format of the weights, or how they were quantized
    "dtype": ConditionInfo(
        "identity",
        noted_as=("dtype", "precision", "quantization", "quant"),
        says_what_it_is=True,
    ),
    # server recipe or framework
    "engine": ConditionInfo(
        "subject",
        noted_as=("engine", "framework", "server"),
        says_what_it_is=True,
        placeholder="running",
    ),
    "engine_version": ConditionInfo(
        "subject",
        path=("environment", "server", "version"),
        noted_as=(
            "engine_version",
            "vllm_version",
            "sglang_version",
            "server_version",
        ),
    ),
    # of a server that somebody else started
    "address": ConditionInfo("subject", path=(*_SERVER, "address")),
    # wire format
    "backend": ConditionInfo(
        "identity", path=("spec", "target", "backend"), says_what_it_is=True
    ),
    "dataset": ConditionInfo(
        "identity", noted_as=("dataset", "dataset_name"), says_what_it_is=True
    ),
    # the lengths that were asked for
    "input_len": ConditionInfo(
        "identity",
        "whole",
        "tokens",
        noted_as=("input_len", "random_input_len"),
    ),
    "output_len": ConditionInfo(
        "identity",
        "whole",
        "tokens",
        noted_as=("output_len", "random_output_len"),
        in_files={"evalscope": "max_tokens"},
    ),
    # what was done where it was no ordinary serving: of an engine alone, or a scenario of the tool
    "scenario": ConditionInfo(
        "identity", absent_is_none=True, says_what_it_is=True
    ),
    # what prompts begin with alike
    "prefix_len": ConditionInfo(
        "identity",
        "whole",
        "tokens",
        noted_as=("prefix_len", "random_prefix_len"),
    ),
    # cold, warm, or absent where nobody cared
    "cache": ConditionInfo(
        "identity", path=("spec", "workload", "cache"), noted_as=("cache",)
    ),
    "num_prompts": ConditionInfo(
        "load",
        "whole",
        path=(*_LOAD, "num_prompts"),
        in_files={
            "aiperf": "requests",
            "evalscope": "number",
            "genai-bench": "num_requests",
            "sglang": "num_prompts",
            "vllm": "num_prompts",
        },
    ),
    "max_concurrency": ConditionInfo(
        "load",
        "whole",
        path=(*_LOAD, "max_concurrency"),
        in_files={
            "aiperf": "concurrency",
            "evalscope": "parallel",
            "genai-bench": "num_concurrency",
            "guidellm": "streams",
            "llmperf": "num_concurrent_requests",
            "sglang": "max_concurrency",
            "vllm": "max_concurrency",
        },
        absent_is_none=True,
    ),
    # inf for all at once
    "request_rate": ConditionInfo(
        "load",
        "number",
        path=(*_LOAD, "request_rate"),
        in_files={
            "aiperf": "rate",
            "evalscope": "rate",
            "guidellm": "rate",
            "sglang": "request_rate",
            "vllm": "request_rate",
        },
    ),
    # the law of a rate that changes, such as a ramp; there is no request_rate then
    "arrivals": ConditionInfo("load", absent_is_none=True),
    # shape of the gaps between arrivals
    "burstiness": ConditionInfo(
        "load",
        "number",
        path=(*_LOAD, "burstiness"),
        in_files={"vllm": "burstiness"},
    ),
    # the level of load: max_concurrency, or num_prompts where all are sent at once; none at a rate
    "concurrency": ConditionInfo("load", "whole"),
    "seed": ConditionInfo(
        "incidental",
        "whole",
        path=("spec", "seed"),
        noted_as=("seed",),
        in_tables=False,
        parts_curves=False,
    ),
    # 1 for the first
    "repeat": ConditionInfo(
        "incidental", "whole", noted_as=("repeat",), parts_curves=False
    ),
    # of the deployment
    "cost_per_hour": ConditionInfo(
        "incidental",
        "number",
        noted_as=("cost_per_hour",),
        in_tables=False,
        parts_curves=False,
    ),
    # of energy, and what the building takes for each kWh of the cards
    "price_per_kwh": ConditionInfo(
        "incidental",
        "number",
        noted_as=("price_per_kwh",),
        in_tables=False,
        parts_curves=False,
    ),
    "pue": ConditionInfo(
        "incidental",
        "number",
        noted_as=("pue",),
        in_tables=False,
        parts_curves=False,
    ),
    # of prices, as it was written: nothing is converted
    "currency": ConditionInfo(
        "incidental", noted_as=("currency",), in_tables=False
    ),
    # the end, ISO 8601; the client's local time where no offset is told
    "date": ConditionInfo("incidental", in_tables=False, parts_curves=False),
    # of the tool that wrote a file
    "tool_version": ConditionInfo(
        "incidental", in_tables=False, parts_curves=False
    ),
    # of the client
    "host": ConditionInfo(
        "incidental",
        path=("environment", "hostname"),
        noted_as=("host", "hostname"),
        in_tables=False,
    ),
    # the card of the twin in a server's place, and its fitted profile
    "twin": ConditionInfo("subject", absent_is_none=True),
    # quick, embedded, simulated: no measurement of a real campaign or a real server
    "rehearsal": ConditionInfo("identity", absent_is_none=True),
}
"""By name, in the order of a table."""

DECLARED = ConditionInfo("identity")
"""What a file says under a name of its own: two values of it are two deployments."""


def condition(name: str) -> ConditionInfo:
    """What is known of a condition, also of one that only a file knows."""
    return CONDITIONS.get(name, DECLARED)


_NOTED = {
    alias: name
    for name, each in CONDITIONS.items()
    for alias in (name, *each.noted_as)
}


@lru_cache(4096)
def condition_noted_as(key: str) -> str:
    """Our name of what a file calls `key`, or the file's own."""
    return _NOTED.get(key.lower().replace("-", "_").replace(" ", "_"), key)


def of_role(*roles: Role) -> tuple[str, ...]:
    """The conditions of these roles."""
    return tuple(
        name for name, each in CONDITIONS.items() if each.role in roles
    )


@lru_cache
def settings_in(tool: str) -> Mapping[str, str]:
    """What a tool calls our conditions among the settings in its files, by our names."""
    return {
        name: each.in_files[tool]
        for name, each in CONDITIONS.items()
        if tool in each.in_files
    }
