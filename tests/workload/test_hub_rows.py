"""Data sets of the hub whose rows have a form of their own."""

from __future__ import annotations

from typing import Any

import pytest

from inferometer.spec.workload import HfWorkload
from inferometer.workload.hub_rows import (
    FUNCTION_CALLING,
    category_files,
    row_form,
)

NODE = {
    "type": "dict",
    "properties": {
        "side": {"type": "float", "description": "a tuple of one"},
        "names": {"type": "tuple", "items": {"type": "any"}},
        "type": {"type": "string"},
    },
}
SCHEMA = {
    "type": "object",
    "properties": {
        "side": {"type": "number", "description": "a tuple of one"},
        "names": {"type": "array", "items": {"type": "string"}},
        "type": {"type": "string"},
    },
}


def told(
    row: dict[str, Any], path: str = FUNCTION_CALLING, **fields: Any
) -> Any:
    spec = HfWorkload(path=path, **fields)
    form = row_form(spec)
    assert form is not None
    return form(spec, row)


def test_functions_are_tools_in_the_schema_that_servers_know() -> None:
    asked = [{"role": "user", "content": "how large"}]
    row = {"question": [asked, [{"role": "user", "content": "and now"}]]}
    function = {"name": "area", "parameters": NODE}
    tool = {
        "type": "function",
        "function": {"name": "area", "parameters": SCHEMA},
    }
    expected = {"messages": asked, "tools": [tool], "tool_choice": "auto"}
    assert told({**row, "function": [function]}) == expected
    assert told({**row, "function": function}) == expected


@pytest.mark.parametrize(
    "row",
    [{}, {"question": [], "function": [1]}, {"question": "x", "function": [1]}],
)
def test_a_row_without_a_question_or_a_function_is_left_out(
    row: dict[str, Any],
) -> None:
    assert told(row) is None


def test_a_schema_that_is_nested_too_deeply_is_refused() -> None:
    node: dict[str, Any] = {}
    for _ in range(100):
        node = {"items": node}
    with pytest.raises(ValueError, match="nested too deeply"):
        told({"question": [[]], "function": [node]})


def test_categories_are_files() -> None:
    assert category_files(HfWorkload(path="p", categories=("java",))) == [
        "BFCL_v3_java.json"
    ]
    assert len(category_files(HfWorkload(path="p"))) == 3


@pytest.mark.parametrize(
    ("distance", "is_used"),
    [(0.0, False), (0.1, True), (0.9, True), (1.0, False), (None, False)],
)
def test_edits_of_the_size_that_is_asked_for(
    distance: float | None, is_used: bool
) -> None:
    row = {
        "code": "x = 1",
        "change_request": "rename x",
        "norm_distance": distance,
    }
    asked = told(row, "vdaita/edit_5k_char", min_distance=0.1, max_distance=0.9)
    assert (asked is not None) == is_used
    if asked is not None:
        assert "rename x" in asked["prompt"]
        assert "x = 1" in asked["prompt"]


def test_a_copy_is_known_by_its_name() -> None:
    assert row_form(HfWorkload(path="/x/vdaita/edit_10k_char/")) is not None
    assert (
        row_form(HfWorkload(path="copy", name="vdaita/edit_10k_char"))
        is not None
    )
    assert row_form(HfWorkload(path="somebody/rows")) is None
