"""From the flags about prompts to a workload: which flags belong to which data set, and what they
are called in the spec.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from pydantic import ValidationError

from inferometer.cli.bench.flags import BenchFlags
from inferometer.cli.flag_errors import FlagsError, flag_name, sentences
from inferometer.spec.flags import did_you_mean
from inferometer.spec.workload import (
    AnyWorkload,
    HfWorkload,
    ImagesWorkload,
    JsonlWorkload,
    PrefixWorkload,
    RandomWorkload,
    SessionsWorkload,
    ShareGptWorkload,
    SonnetWorkload,
    TraceWorkload,
)

DATASETS: dict[str, type[AnyWorkload]] = {
    "random": RandomWorkload,
    "sharegpt": ShareGptWorkload,
    "sonnet": SonnetWorkload,
    "hf": HfWorkload,
    "custom": JsonlWorkload,
    "jsonl": JsonlWorkload,
    "custom_image": JsonlWorkload,
    "prefix_repetition": PrefixWorkload,
    "burstgpt": TraceWorkload,
    "trace": TraceWorkload,
    "sessions": SessionsWorkload,
    "random-mm": ImagesWorkload,
}
"""By what --dataset-name calls them: as `vllm bench serve` does, where it has them."""

NOT_SENT = {
    "custom_audio": "sound is not sent; measure texts or pictures",
    "custom_video": "film is not sent; measure texts or pictures",
}
"""Data sets that no request can be made of, and why."""

_FILTERS = {"max_input_len": "max_input_len", "max_total_len": "max_total_len"}
_ROWS = {"dataset_path": "path", "disable_shuffle": "shuffle", "oversample": "oversample"}

FIELDS: dict[type[AnyWorkload], dict[str, str]] = {
    RandomWorkload: {
        "random_input_len": "input_len",
        "random_output_len": "output_len",
        "random_range_ratio": "range_ratio",
        "random_prefix_len": "prefix_len",
        "scenario": "scenario",
    },
    ShareGptWorkload: {**_ROWS, **_FILTERS, "sharegpt_output_len": "output_len"},
    JsonlWorkload: {**_ROWS, **_FILTERS, "custom_output_len": "output_len"},
    HfWorkload: {
        **_ROWS,
        **_FILTERS,
        "hf_output_len": "output_len",
        "hf_subset": "subset",
        "hf_split": "split",
    },
    SonnetWorkload: {
        "dataset_path": "path",
        "sonnet_input_len": "input_len",
        "sonnet_output_len": "output_len",
        "sonnet_prefix_len": "prefix_len",
    },
    PrefixWorkload: {
        "prefix_repetition_prefix_len": "prefix_len",
        "prefix_repetition_suffix_len": "suffix_len",
        "prefix_repetition_num_prefixes": "num_prefixes",
        "prefix_repetition_output_len": "output_len",
    },
    TraceWorkload: {
        "dataset_path": "path",
        **_FILTERS,
        "trace_model": "model",
        "trace_block_len": "block_len",
    },
    SessionsWorkload: {
        **_ROWS,
        "session_turns": "turns",
        "session_system_len": "system_len",
        "session_input_len": "input_len",
        "session_output_len": "output_len",
        "session_range_ratio": "range_ratio",
        "session_think_time": "think_s",
        "max_input_len": "max_input_len",
    },
    ImagesWorkload: {
        "random_input_len": "input_len",
        "random_output_len": "output_len",
        "random_mm_base_items_per_request": "images",
        "image_size": "size",
    },
}
"""Flags of each data set, and the field that each one sets."""

ANY_DATASET = {"tokenizer": "tokenizer", "cache": "cache", "num_distinct_prompts": "distinct"}

DEFAULTS = {each.name: each.default for each in dataclasses.fields(BenchFlags)}


def workload_of(flags: BenchFlags) -> AnyWorkload:
    """The workload that is asked for. Raises FlagsError with all that is wrong."""
    model = DATASETS.get(flags.dataset_name)
    if flags.dataset_name in NOT_SENT:
        raise FlagsError([f"--dataset-name {flags.dataset_name}: {NOT_SENT[flags.dataset_name]}."])
    if model is None:
        known = did_you_mean(flags.dataset_name, DATASETS)
        raise FlagsError(
            [f"--dataset-name {flags.dataset_name!r} is not one of {', '.join(DATASETS)}{known}."]
        )
    own = FIELDS[model]
    reasons = _foreign(flags, own)
    fields = {
        field: getattr(flags, flag)
        for flag, field in {**own, **ANY_DATASET}.items()
        if _is_given(flags, flag)
    }
    if "disable_shuffle" in own:
        fields["shuffle"] = not flags.disable_shuffle
    reasons += _general_lengths(flags, model, fields)
    if "size" in fields:
        reasons += _split_size(fields)
    if (
        model.model_fields.get("path") is not None
        and model.model_fields["path"].is_required()
        and "path" not in fields
    ):
        reasons.append(f"--dataset-name {flags.dataset_name} needs --dataset-path.")
        fields["path"] = "unknown"
    names = {field: flag_name(flag) for flag, field in {**ANY_DATASET, **own}.items()} | {
        "width": "--image-size",
        "": "--scenario",
    }
    names |= {
        field: flag_name(field)
        for field in ("input_len", "output_len")
        if getattr(flags, field) is not None
    }
    try:
        work = model(**fields)
    except ValidationError as error:
        raise FlagsError([*reasons, *sentences(error, names)]) from None
    if reasons:
        raise FlagsError(reasons)
    return work


def _is_given(flags: BenchFlags, flag: str) -> bool:
    """Beside a scenario, which has the lengths in it, those that stand there by default are
    none.
    """
    value = getattr(flags, flag)
    by_default = value == DEFAULTS[flag]
    return value is not None and not (
        by_default and flags.scenario is not None and flag.startswith("random_")
    )


def _foreign(flags: BenchFlags, own: dict[str, str]) -> list[str]:
    """Flags that were given and mean nothing for this data set."""
    others: dict[str, list[str]] = {}
    for name, model in DATASETS.items():
        for flag in FIELDS[model]:
            if flag not in own and getattr(flags, flag) != DEFAULTS[flag]:
                others.setdefault(flag, []).append(name)
    return [
        (
            f"{flag_name(flag)} belongs to --dataset-name {' or '.join(names)}, not "
            f"{flags.dataset_name}: leave one of the two out."
        )
        for flag, names in others.items()
    ]


def _general_lengths(
    flags: BenchFlags, model: type[AnyWorkload], fields: dict[str, Any]
) -> list[str]:
    """--input-len and --output-len, which mean the lengths of whatever data set there is, and win
    over its own flags.
    """
    reasons = []
    for field in ("input_len", "output_len"):
        length = getattr(flags, field)
        if length is None:
            continue
        if field in model.model_fields:
            fields[field] = length
        else:
            reasons.append(
                f"{flag_name(field)}: the prompts of {flags.dataset_name} have lengths of "
                "their own."
            )
    return reasons


def _split_size(fields: dict[str, Any]) -> list[str]:
    """`512x384` as width and height."""
    size = str(fields.pop("size"))
    width, cross, height = size.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        return [f"--image-size {size!r} wants width and height in pixels, such as 512x384."]
    fields["width"], fields["height"] = int(width), int(height)
    return []
