"""What `vllm bench serve` takes for granted of data sets on the hub, by their ids: lengths, filters
and splits. A flag replaces them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

_CONVERSATION = {"max_input_len": 1024, "max_total_len": 2048}

HUB_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "Aeala/ShareGPT_Vicuna_unfiltered": _CONVERSATION,
    "lmms-lab/LLaVA-OneVision-Data": _CONVERSATION,
    "AI-MO/aimo-validation-aime": {
        "max_input_len": 2048,
        "max_total_len": 32_000,
    },
    "AI-MO/NuminaMath-1.5": {"max_input_len": 2048, "max_total_len": 32_000},
    "AI-MO/NuminaMath-CoT": {"max_input_len": 2048, "max_total_len": 32_000},
    "mgoin/mlperf-inference-llama2-data": _CONVERSATION,
    "mgoin/mlperf-inference-llama3.1-data": _CONVERSATION,
    **{
        name: {"output_len": 128}
        for name in (
            *("openslr/librispeech_asr", "facebook/voxpopuli"),
            *("LIUM/tedlium", "edinburghcstr/ami"),
            *("speechcolab/gigaspeech", "kensho/spgispeech"),
        )
    },
    "lmarena-ai/VisionArena-Chat": {"output_len": 128},
    "lmarena-ai/vision-arena-bench-v0.1": {"output_len": 128},
    "yale-nlp/MMVU": {"output_len": 128, "split": "validation"},
    "Lin-Chen/MMStar": {"output_len": 128, "split": "val"},
    "likaixin/InstructCoder": {"output_len": 200},
    "philschmid/mt-bench": {"output_len": 256},
    "openai/openai_humaneval": {"output_len": 256, "split": "test"},
    "openai/gsm8k": {"output_len": 256, "split": "test", "subset": "main"},
    "gorilla-llm/Berkeley-Function-Calling-Leaderboard": {"output_len": 512},
    "vdaita/edit_5k_char": {"output_len": 4000},
    "vdaita/edit_10k_char": {"output_len": 4000},
}
"""As of version 0.33."""


def hub_name(path: str, name: str | None) -> str:
    """The data set's id on the hub; of a local copy, its name or its last two folders."""
    return name or "/".join(PurePosixPath(path).parts[-2:])
