"""What the name of a result file tells of its point, where the file itself does not: hardware,
tensor parallelism, lengths.

The names are those that studies of the field give their files, and our presets with them; a name of
another form tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from os.path import splitext

from inferometer.results.point import Condition, Conditions
from inferometer.store.importers import unpacked_name

SUFFIXES = (
    *(".json", ".jsonl", ".csv", ".log", ".md", ".out", ".sql", ".txt"),
    *(".yaml", ".yml"),
)
"""Of files in which results may be. Nobody needs them in a name."""

_TIME = r"\d{8}_\d{6}(?:-\d+)?"
_LENGTH = r"\d+[kK]?"
_LOAD = (
    r"(?:_c(?:\d+|inf))?_(?:np?|batch)(?P<num_prompts>\d+)(?:_r[\d.e+inf]+)?"
)
_REST = rf"{_LOAD}(?:_\d+)?_{_TIME}"
_LENGTHS = rf"(?P<input_len>{_LENGTH})_(?P<output_len>{_LENGTH})"

PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # the PCIe study: C_7B_TP1_1k_np1_20251231_120000
        rf"(?P<config>[^_]+)_(?P<model>.+)_TP(?P<tp>\d+)_(?P<input_len>{_LENGTH})_np(?P<num_prompts>\d+)_{_TIME}",
        # one card and eight, repeated: K100-AI_deepseek-7b_TP1_256_256_c8_n128_1_20251231_120000;
        # and frameworks, once
        rf"(?P<config>[^_]+)_(?P<model>.+)_TP(?P<tp>\d+)_{_LENGTHS}{_LOAD}_\d+_{_TIME}",
        rf"(?P<group>[^_]+)_(?P<model>.+)_TP(?P<tp>\d+)_{_LENGTHS}{_LOAD}_{_TIME}",
        # production: input_1K_n5_20251231_120000
        rf"input_(?P<input_len>{_LENGTH}){_REST}",
        # batches: 7B_TP1_in512_out512_batch8_20251231_120000
        rf"(?P<model>.+)_TP(?P<tp>\d+)_in(?P<input_len>{_LENGTH})_out(?P<output_len>{_LENGTH}){_REST}",
        # cold and warm: 70B_TP8_cold_c128_n500_1_20251231_120000
        rf"(?P<model>.+)_TP(?P<tp>\d+)_(?P<cache>cold|warm){_REST}",
        # custom: 1k_128_c8_n100_rinf_20251231_120000
        rf"{_LENGTHS}{_REST}",
        # any other with tensor parallelism: llama_TP2_c8_n100_20251231_120000
        rf"(?P<model>.+)_TP(?P<tp>\d+){_REST}",
        # scaling: scale_n17_20251231_120000
        rf"scale{_REST}",
        # scenarios: short_deepseek-7b_64_64_c8_n128_20251231_120000
        rf"(?P<group>[^_]+)_(?P<model>.+)_{_LENGTHS}{_LOAD}_{_TIME}",
        # vllm bench serve: openai-infqps-concurrency8-Qwen3-14B-20251231-120000
        r".+-(?P<request_rate>inf|\d+(?:\.\d+)?)qps(?:-concurrency(?P<max_concurrency>\d+))?-.+-\d{8}-\d{6}",
    )
)
"""The first that fits the whole name is taken."""


def bare(name: str) -> str:
    """The name of a file without what all have."""
    stem, suffix = splitext(unpacked_name(name))
    return stem if suffix.lower() in SUFFIXES else unpacked_name(name)


def tokens(length: str) -> int:
    """`1k` is 1024 tokens, `500` is 500."""
    return int(length[:-1]) * 1024 if length[-1] in "kK" else int(length)


READ: dict[str, Callable[[str], Condition]] = {
    "tp": int,
    "num_prompts": int,
    "max_concurrency": int,
    "request_rate": float,
    "input_len": tokens,
    "output_len": tokens,
}
"""How the words of a name become values; the others stay words."""


def conditions_in(stem: str) -> Conditions:
    """What a file's name without `.json` tells of config, group, model, tp, input_len, output_len,
    cache, num_prompts, request_rate and max_concurrency.
    """
    found = next(
        (match for pattern in PATTERNS if (match := pattern.fullmatch(stem))),
        None,
    )
    if found is None:
        return {}
    return {
        name: READ.get(name, str)(word)
        for name, word in found.groupdict().items()
        if word is not None
    }
