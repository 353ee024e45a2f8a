"""What a server's command asks of the twin that takes its place. What a twin does not model is
refused: left out, it would change every number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from inferometer.engine.twin.profiles import quantizations_of
from inferometer.words import Said

ALWAYS: tuple[str, ...] = ()
ONE, ZERO = ("1",), ("0",)
NOT_MODELLED: dict[str, tuple[str, ...]] = {
    "-dp": ONE,
    "--data-parallel-size": ONE,
    "--dp": ONE,
    "--dp-size": ONE,
    "-pp": ONE,
    "--pipeline-parallel-size": ONE,
    "--pp": ONE,
    "--pp-size": ONE,
    "-dcp": ONE,
    "--decode-context-parallel-size": ONE,
    "-pcp": ONE,
    "--prefill-context-parallel-size": ONE,
    "-ep": ALWAYS,
    "--enable-expert-parallel": ALWAYS,
    "--ep": ONE,
    "--ep-size": ONE,
    "--api-server-count": ONE,
    "--speculative-config": ALWAYS,
    "--speculative-model": ALWAYS,
    "--speculative-algorithm": ALWAYS,
    "--dtype": ("auto", "half", "float16", "bfloat16"),
    "--kv-cache-dtype": ("auto", "half", "float16", "bfloat16"),
    "--block-size": ("16",),
    "--page-size": ("1", "16"),
    "--kv-cache-memory-bytes": ALWAYS,
    "--max-total-tokens": ALWAYS,
    "--cpu-offload-gb": ZERO,
    "--kv-offloading-size": ZERO,
    "--kv-transfer-config": ALWAYS,
    "--enable-lora": ALWAYS,
    "--long-prefill-token-threshold": ZERO,
    "--max-num-partial-prefills": ONE,
    "--no-enable-chunked-prefill": ALWAYS,
    "--no-async-scheduling": ALWAYS,
    "--disable-hybrid-kv-cache-manager": ALWAYS,
    "--scheduling-policy": ("fcfs",),
    "--schedule-policy": ("fcfs",),
    "--schedule-conservativeness": ("1", "1.0"),
    "--enable-priority-scheduling": ALWAYS,
    "--max-prefill-tokens": ("16384",),
    "--num-continuous-decode-steps": ONE,
    "--cuda-graph-sizes": ALWAYS,
    "--cudagraph-capture-sizes": ALWAYS,
    "-cc": ALWAYS,
    "--compilation-config": ALWAYS,
    "-O": ("2", "3"),
    "-O0": ALWAYS,
    "-O1": ALWAYS,
    "--cuda-graph-bs": ALWAYS,
    "--cuda-graph-max-bs": ALWAYS,
    "--enable-mixed-chunk": ALWAYS,
    "--disable-cuda-graph": ALWAYS,
}
"""Flags of vLLM and SGLang, with the values at which nothing is different."""
NO_CACHE = ("--no-enable-prefix-caching", "--disable-radix-cache")
QUANTIZATION = ("-q", "--quantization")
"""What the model's own profile may be of."""
OTHER_ENGINES = {
    "xinference": "Xinference",
    "text-generation": "TGI",
    "tgi": "TGI",
    "tensorrt": "TensorRT-LLM",
    "trtllm": "TensorRT-LLM",
    "triton": "TensorRT-LLM",
    "llama.cpp": "llama.cpp",
    "llama_cpp": "llama.cpp",
    "llama-server": "llama.cpp",
    "lmdeploy": "LMDeploy",
    "ollama": "Ollama",
    "mindie": "MindIE",
}
"""What engines that have no twin are called in commands, wire formats and notes."""


def require_modelled(command: Sequence[str], model: str) -> None:
    """Raise ValueError with the flags that no twin has. `model`: its profile."""
    if found := not_modelled(command, model):
        flags = ", ".join(found)
        raise ValueError(Said("twin.not_modelled", {"flags": flags}))


def not_modelled(command: Sequence[str], model: str) -> list[str]:
    """The flags that no twin has, with their values, once each."""
    same = NOT_MODELLED | dict.fromkeys(QUANTIZATION, quantizations_of(model))
    found = [
        f"{name} {value}".strip()
        for name, value in flags_of(command)
        if name in same and value.lower() not in same[name]
    ]
    return [*dict.fromkeys(found)]


def require_twin_of(command: Sequence[str], backend: str) -> None:
    """Raise ValueError with the engine that a server is, if twins are not of that one."""
    if name := engine_without_twin(command, backend):
        raise ValueError(Said("twin.no_engine", {"engine": name}))


def engine_without_twin(command: Sequence[str], backend: str) -> str | None:
    """The engine that a server is, if twins are not of that one."""
    if any("vllm" in word or "sglang" in word for word in command):
        return None
    return other_engine(*command, backend)


def other_engine(*words: str) -> str | None:
    """The engine without a twin that one of the words names."""
    named = (
        name
        for word in words
        for part, name in OTHER_ENGINES.items()
        if part in word.lower()
    )
    return next(named, None)


def settings_asked(command: Sequence[str]) -> dict[str, Any]:
    """What the command sets of TwinSettings. Raises ValueError for what is no number."""
    share = flag(command, "--gpu-memory-utilization")
    found = {
        "gpu_memory_utilization": None if share is None else _number(share),
        "max_num_batched_tokens": count(
            command, "--max-num-batched-tokens", "--chunked-prefill-size"
        ),
        "max_num_seqs": count(
            command, "--max-num-seqs", "--max-running-requests"
        ),
        "num_gpu_blocks": count(command, "--num-gpu-blocks-override"),
    }
    if any(flag(command, each) is not None for each in NO_CACHE):
        found["prefix_caching"] = False
    return {name: value for name, value in found.items() if value is not None}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        told = {"name": "--gpu-memory-utilization", "value": text}
        raise ValueError(Said("twin.no_share", told)) from None


def flag(command: Sequence[str], *names: str) -> str | None:
    """What follows one of the flags, the last time that one is given; None if none is."""
    values = [value for name, value in flags_of(command) if name in names]
    return values[-1] if values else None


def count(command: Sequence[str], *names: str) -> int | None:
    """The same as a number. Raises ValueError for what is none."""
    found = flag(command, *names)
    if found is None:
        return None
    try:
        return int(found)
    except ValueError:
        told = {"name": " / ".join(names), "value": found}
        raise ValueError(Said("twin.no_number", told)) from None


def flags_of(command: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each flag with its value, '' without one: `--flag value`, `--flag=value`, `--flag.key value`,
    with `_` for `-` if that is how it was written.
    """
    for word, after in zip(command, (*command[1:], ""), strict=False):
        if not _is_flag(word):
            continue
        name, equals, value = word.partition("=")
        if not equals:
            value = "" if _is_flag(after) else after
        yield name.partition(".")[0].replace("_", "-"), value


def _is_flag(word: str) -> bool:
    """And no negative number."""
    return word.startswith("-") and not word[1:2].isdigit()
