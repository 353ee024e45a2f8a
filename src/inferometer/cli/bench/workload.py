"""From the flags about prompts to a workload: which flags belong to which data set, and what they
are called in the spec.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from inferometer.cli.bench.flags import DEFAULTS, BenchFlags
from inferometer.cli.flag_errors import (
    FlagsError,
    flag_name,
    not_one_of,
    sentences,
)
from inferometer.spec.hub_defaults import HUB_DEFAULTS, hub_name
from inferometer.spec.workload import COMMON_FLAGS, DATASETS, AnyWorkload
from inferometer.words import Said, either, in_words, sentence_of

OTHER_WORK = {
    "random-rerank": "vllm.embeddings",
    "custom_video": "vllm.custom_video",
    "random-ids": "vllm.random_ids",
    "generated-shared-prefix": "vllm.shared_prefix",
    "mooncake": "vllm.mooncake",
    "image": "vllm.random_mm",
    "random-image": "vllm.random_mm",
}
"""Data sets of vLLM and SGLang that have another name here, or are not measured, and why."""

VLLM_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "custom": {"output_len": 256},
    "custom_image": {"output_len": 256},
    "custom_audio": {"output_len": 256},
    "random-mm": {"sizes": {"256x256": 0.5, "1280x720": 0.5}},
}
"""By data set: what vLLM takes for granted, and a campaign file does not."""

THE_ROWS = -1
OF_ROWS = (
    "custom_output_len",
    "spec_bench_output_len",
    "speed_bench_output_len",
    "hf_output_len",
)
"""Flags for which -1 is what the row says."""


def workload_of(flags: BenchFlags) -> AnyWorkload:
    """The workload that is asked for. Raises FlagsError with all that is wrong."""
    model = DATASETS.get(flags.dataset_name)
    if flags.dataset_name in OTHER_WORK:
        why = in_words(Said(OTHER_WORK[flags.dataset_name]))
        raise FlagsError([f"--dataset-name {flags.dataset_name}: {why}"])
    if model is None:
        raise FlagsError(
            [not_one_of("--dataset-name", flags.dataset_name, DATASETS)]
        )
    reasons = _foreign(flags, model.flags)
    fields = _fields_of(flags, model, reasons)
    try:
        work = model(**fields)
    except ValidationError as error:
        names = _flags_of_fields(flags, model)
        raise FlagsError([*reasons, *sentences(error, names)]) from None
    if reasons:
        raise FlagsError(reasons)
    return work


def _fields_of(
    flags: BenchFlags, model: type[AnyWorkload], reasons: list[str]
) -> dict[str, Any]:
    """What the flags set; to `reasons` comes what is wrong with them."""
    fields = _taken_for_granted(flags)
    for flag, field in {**model.flags, **COMMON_FLAGS}.items():
        if _is_given(flags, flag):
            try:
                fields |= _read(flag, field, getattr(flags, flag))
            except ValueError as error:
                told = {"flag": flag_name(flag), "why": sentence_of(error)}
                reasons.append(Said("flag.unread", told))
    if "disable_shuffle" in model.flags:
        fields["shuffle"] = not flags.disable_shuffle
    reasons += _general_lengths(flags, model, fields)
    if "width" in fields:
        fields.pop("sizes", None)
    path = model.model_fields.get("path")
    if path is not None and path.is_required() and "path" not in fields:
        reasons.append(Said("flag.needs_path", {"name": flags.dataset_name}))
        fields["path"] = "unknown"
    return fields


def _flags_of_fields(
    flags: BenchFlags, model: type[AnyWorkload]
) -> dict[str, str]:
    general = ("input_len", "output_len")
    return {
        **{
            field: flag_name(flag)
            for flag, field in {**COMMON_FLAGS, **model.flags}.items()
        },
        "width": "--image-size",
        "": "--scenario",
        **{
            field: flag_name(field)
            for field in general
            if getattr(flags, field) is not None
        },
    }


def _is_given(flags: BenchFlags, flag: str) -> bool:
    """Beside a scenario, which has the lengths in it, those that stand there by default are
    none.
    """
    value = getattr(flags, flag)
    by_default = value == DEFAULTS[flag]
    return value is not None and not (
        by_default and flags.scenario is not None and flag.startswith("random_")
    )


def _foreign(flags: BenchFlags, own: Mapping[str, str]) -> list[str]:
    """Flags that were given and mean nothing for this data set."""
    others: dict[str, list[str]] = {}
    for name, model in DATASETS.items():
        for flag in model.flags:
            if flag not in own and getattr(flags, flag) != DEFAULTS[flag]:
                others.setdefault(flag, []).append(name)
    return [
        Said(
            "flag.foreign",
            {
                "flag": flag_name(flag),
                "names": either(names),
                "name": flags.dataset_name,
            },
        )
        for flag, names in others.items()
    ]


def _general_lengths(
    flags: BenchFlags, model: type[AnyWorkload], fields: dict[str, Any]
) -> list[str]:
    """--input-len and --output-len, which mean the lengths of whatever data set there is, and win
    over its own flags.
    """
    reasons: list[str] = []
    for field in ("input_len", "output_len"):
        length = getattr(flags, field)
        if length is None:
            continue
        if field in model.model_fields:
            fields[field] = length
        else:
            told = {"flag": flag_name(field), "name": flags.dataset_name}
            reasons.append(Said("flag.own_lengths", told))
    return reasons


def _taken_for_granted(flags: BenchFlags) -> dict[str, Any]:
    if flags.dataset_name == "hf":
        name = hub_name(flags.dataset_path or "", flags.hf_name)
        return dict(HUB_DEFAULTS.get(name, {}))
    return dict(VLLM_DEFAULTS.get(flags.dataset_name, {}))


def _read(flag: str, field: str, value: Any) -> dict[str, Any]:
    """The fields that a flag sets. Raises ValueError with what is wrong after the flag's name."""
    if flag in READERS:
        return READERS[flag](value)
    return {field: None if flag in OF_ROWS and value == THE_ROWS else value}


def _size(text: str) -> dict[str, Any]:
    """`512x384` as width and height."""
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        raise ValueError(Said("flag.size", {"value": text}))
    return {"width": int(width), "height": int(height)}


ENDS = ("input", "output")


def _ratios(text: str) -> dict[str, Any]:
    """One ratio, or one for each length. vLLM's older script and SGLang mean something else by it,
    and 1.0 is their default.
    """
    try:
        found = json.loads(str(text))
    except ValueError:
        found = None
    ratios = found if isinstance(found, dict) else dict.fromkeys(ENDS, found)
    numbers: list[Any] = [*map(ratios.get, ENDS)]
    if ratios.keys() - ENDS or not all(map(_is_ratio, numbers)):
        raise ValueError(Said("flag.ratios", {"value": text}))
    prompt, output = map(float, numbers)
    both = {"range_ratio": prompt} if prompt or output else {}
    return both if prompt == output else {**both, "output_range_ratio": output}


def _is_ratio(number: Any) -> bool:
    return (
        isinstance(number, int | float)
        and not isinstance(number, bool)
        and 0 <= number < 1
    )


def _limit(text: str) -> dict[str, Any]:
    """Pictures only: film is not made up."""
    try:
        limits = json.loads(text)
        number = limits.get("image")
    except (ValueError, AttributeError):
        number = None
    if type(number) is not int or number < 1:
        raise ValueError(Said("flag.images", {"value": text}))
    return {"max_images": number}


def _buckets(text: str) -> dict[str, Any]:
    """Shares by (height, width, frames)."""
    try:
        shares = ast.literal_eval(text)
        sizes = {
            f"{width}x{height}": share
            for (height, width, _), share in shares.items()
            if share
        }
        films = any(
            share and frames != 1 for (_, _, frames), share in shares.items()
        )
    except (
        ValueError,
        SyntaxError,
        TypeError,
        AttributeError,
        RecursionError,
        MemoryError,
    ):
        sizes, films = {}, False
    if not sizes or films:
        key = "flag.buckets.film" if films else "flag.buckets"
        raise ValueError(Said(key, {"value": text}))
    return {"sizes": sizes}


READERS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "image_size": _size,
    "random_range_ratio": _ratios,
    "random_prefix_len": lambda length: (
        {"prefix_len": length} if length else {}
    ),
    "random_mm_limit_mm_per_prompt": _limit,
    "random_mm_bucket_config": _buckets,
    "asr_min_audio_len_sec": lambda seconds: (
        {"min_audio_s": seconds} if seconds else {}
    ),
    "asr_max_audio_len_sec": lambda seconds: (
        {} if seconds == math.inf else {"max_audio_s": seconds}
    ),
    "bfcl_categories": lambda text: {
        "categories": tuple(filter(None, text.split(",")))
    },
}
"""Flags whose text has to be read, or that set several fields."""
