"""From the flags about prompts to a workload: which flags belong to which data set, and what they
are called in the spec.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from inferometer.cli.bench.flags import BenchFlags
from inferometer.cli.flag_errors import FlagsError, flag_name, sentences
from inferometer.spec.flags import did_you_mean
from inferometer.spec.workload import COMMON_FLAGS, DATASETS, AnyWorkload

NOT_SENT = {
    "custom_audio": "sound is not sent; measure texts or pictures",
    "custom_video": "film is not sent; measure texts or pictures",
}
"""Data sets that no request can be made of, and why."""

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
    own = model.flags
    reasons = _foreign(flags, own)
    fields = {
        field: getattr(flags, flag)
        for flag, field in {**own, **COMMON_FLAGS}.items()
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
    names = {field: flag_name(flag) for flag, field in {**COMMON_FLAGS, **own}.items()} | {
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


def _foreign(flags: BenchFlags, own: Mapping[str, str]) -> list[str]:
    """Flags that were given and mean nothing for this data set."""
    others: dict[str, list[str]] = {}
    for name, model in DATASETS.items():
        for flag in model.flags:
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
