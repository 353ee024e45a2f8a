"""The JSON Schema of a campaign file, from the models themselves, for editors that complete and
check while one types.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from inferometer.spec.base import Spec
from inferometer.spec.campaign import CampaignSpec

_BY_NAME = ("properties", "$defs", "patternProperties")
"""Keywords whose own keys are names, and no keywords."""


def json_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12, in plain JSON values."""
    schema = CampaignSpec.model_json_schema()
    models = schema["$defs"] | {CampaignSpec.__name__: schema}
    for model in _models(Spec):
        fields = models.get(model.__name__, {}).get("properties", {})
        for name, text in _texts_of_fields(model):
            if name in fields:
                fields[name].setdefault("description", text)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_tidied(schema),
    }


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in base.__subclasses__():
        yield each
        yield from _models(each)


def _texts_of_fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """What stands below a field in the source. Pydantic can read it too, whenever a model is made:
    it takes an eighth of what `bench` needs up to its first request.
    """
    for each in reversed(model.__mro__):
        if issubclass(each, Spec):
            yield from _texts_below(inspect.getsource(each))


def _texts_below(source: str) -> Iterator[tuple[str, str]]:
    (model,) = ast.parse(source).body
    lines = model.body if isinstance(model, ast.ClassDef) else []
    for field, below in zip(lines, lines[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            yield field.target.id, inspect.cleandoc(str(below.value.value))


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
