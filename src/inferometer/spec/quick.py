"""What --quick leaves of what --set asks for: nothing is shortened in silence that somebody has
asked for by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inferometer.spec.campaign import CampaignError
from inferometer.spec.expand import QUICK_PROMPTS
from inferometer.spec.marked_yaml import YamlError, read_value
from inferometer.words import Said

LIMITS = {
    "num_warmups": 1,
    "num_prompts": QUICK_PROMPTS,
    "repeats": 1,
}
"""Above these, --quick shortens a point. That it takes few points of a matrix is what it is for."""


def check_quick(sets: Sequence[str]) -> None:
    """Raise CampaignError for what is set by name, `KEY=VALUE` each, and would be shortened."""
    reasons = [sentence for pair in sets for sentence in _shortened(pair)]
    if reasons:
        raise CampaignError(reasons)


def _shortened(pair: str) -> list[str]:
    key, _, text = pair.partition("=")
    try:
        value = read_value(text)
    except YamlError:
        return []  # told by those who read it
    steps = key.strip().split(".")
    return [
        Said(f"campaign_file.quick.{name}", {"pair": pair, "most": limit})
        for name, number in _numbers(steps[-1], value)
        if (limit := LIMITS.get(name))
        and number > limit
        and "matrix" not in steps
    ]


def _numbers(name: str, value: Any) -> list[tuple[str, int]]:
    """The whole numbers in what was set, a number or a section, each with its name."""
    if isinstance(value, Mapping):
        return [
            found
            for inner, each in value.items()
            if inner != "matrix"
            for found in _numbers(str(inner), each)
        ]
    return [(name, value)] if type(value) is int else []
