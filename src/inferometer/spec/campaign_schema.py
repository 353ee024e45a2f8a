"""The JSON Schema of a campaign file, from the models themselves, for editors that complete and
check while one types.
"""

from __future__ import annotations

import math
from typing import Any

from inferometer.spec.campaign import CampaignSpec

_BY_NAME = ("properties", "$defs", "patternProperties")
"""Keywords whose own keys are names, and no keywords."""


def json_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12, in plain JSON values."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_tidied(CampaignSpec.model_json_schema()),
    }


def _tidied(schema: dict[str, Any]) -> dict[str, Any]:
    """Without made-up titles, and without defaults that JSON cannot say or that are a whole
    section.
    """
    tidy: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword == "title" or (keyword == "default" and not _plain(value)):
            continue
        if keyword == "description":
            tidy[keyword] = " ".join(value.split())
        elif keyword in _BY_NAME:
            tidy[keyword] = {
                name: _tidied(each) for name, each in value.items()
            }
        elif isinstance(value, dict):
            tidy[keyword] = _tidied(value)
        elif isinstance(value, list):
            tidy[keyword] = [
                _tidied(each) if isinstance(each, dict) else each
                for each in value
            ]
        else:
            tidy[keyword] = value
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    kind = tidy.get("properties", {}).get("kind", {}).get("const")
    if kind not in (
        None,
        "random",
    ):  # a workload without its kind is a random one
        tidy["required"] = ["kind", *tidy.get("required", ())]
    return tidy


def _plain(value: Any) -> bool:
    return isinstance(value, str | bool | int) or (
        isinstance(value, float) and math.isfinite(value)
    )
