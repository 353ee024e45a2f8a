"""Data sets of the hub whose rows have a form of their own: what such a row asks, as one that
`shapes` understands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from inferometer.spec.hub_defaults import hub_name
from inferometer.spec.workload import HfWorkload
from inferometer.words import Said

FUNCTION_CALLING = "gorilla-llm/Berkeley-Function-Calling-Leaderboard"
CATEGORIES = ("simple", "live_simple", "multiple")
"""Of function calling, unless others are asked for: those of vLLM."""

_SCHEMA_TYPES = {
    "dict": "object",
    "float": "number",
    "tuple": "array",
    "any": "string",
}
"""What its schemas call a type, and what JSON Schema does."""

MAX_DEPTH = 64

Row = Mapping[str, Any]


def row_form(
    spec: HfWorkload,
) -> Callable[[HfWorkload, Row], Row | None] | None:
    """How a row of this data set is to be read, where that is special. None of a row leaves it
    out.
    """
    return FORMS.get(hub_name(spec.path, spec.name))


def category_files(spec: HfWorkload) -> list[str]:
    """The files of function calling that are asked for."""
    return [
        f"BFCL_v3_{category}.json" for category in spec.categories or CATEGORIES
    ]


def _function_call(spec: HfWorkload, row: Row) -> Row | None:
    """The first turn, with its functions as tools."""
    question, functions = row.get("question"), row.get("function")
    functions = functions if isinstance(functions, list) else [functions]
    if not isinstance(question, list) or not question or not all(functions):
        return None
    tools = [
        {"type": "function", "function": _json_schema(each)}
        for each in functions
    ]
    return {"messages": question[0], "tools": tools, "tool_choice": "auto"}


def _json_schema(node: Any, depth: int = 0) -> Any:
    if depth > MAX_DEPTH:
        raise ValueError(Said("rows.functions_too_deep"))
    if isinstance(node, list):
        return [_json_schema(each, depth + 1) for each in node]
    if not isinstance(node, Mapping):
        return node
    schema = {
        name: _json_schema(value, depth + 1) for name, value in node.items()
    }
    kind = schema.get("type")
    if isinstance(kind, str):
        schema["type"] = _SCHEMA_TYPES.get(kind, kind)
    return schema


def _edit(spec: HfWorkload, row: Row) -> Row | None:
    """A file and what is to change in it, if the change is of the size that is asked for."""
    distance = row.get("norm_distance")
    low = spec.min_distance or 0.0
    high = 1.0 if spec.max_distance is None else spec.max_distance
    if not isinstance(distance, int | float) or not low <= distance <= high:
        return None
    asked = f"Rewrite this file so that it does the following: {row.get('change_request')}"
    return {
        "prompt": f"{asked}\n\n```python\n{row.get('code')}\n```\n\nGive the whole new file."
    }


FORMS: Mapping[str, Callable[[HfWorkload, Row], Row | None]] = {
    FUNCTION_CALLING: _function_call,
    "vdaita/edit_5k_char": _edit,
    "vdaita/edit_10k_char": _edit,
}
"""By the id on the hub."""
