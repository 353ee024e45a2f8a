"""What rows say beside their prompts: which of it is a request's, what becomes of the rest, and
that all of it stays small.
"""

from __future__ import annotations

import json
import math
from typing import Any

import orjson
import pytest

from inferometer.protocol import PROTOCOLS
from inferometer.spec.checks import FIELDS_WE_SET
from inferometer.words import Said, Words
from inferometer.workload import row_fields
from inferometer.workload.row_fields import (
    MAX_FIELDS_BYTES,
    MAX_NAME_CHARS,
    MAX_NAMES,
    OTHERS,
    REQUEST_FIELDS,
    CannotSendError,
    FieldCounts,
    Tally,
    beside,
    rows_in_words,
    sendable,
)

FUNCTION = {"name": "weather", "parameters": {"type": "object"}}
TOOL = {"type": "function", "function": FUNCTION}


def test_the_table_has_what_the_wires_carry_and_nothing_that_the_measurement_depends_on() -> (
    None
):
    carried = set().union(*(backend.fields for backend in PROTOCOLS.values()))
    assert carried == set(REQUEST_FIELDS)
    ours = {
        *FIELDS_WE_SET,
        "stream_options",
        "ignore_eos",
        "echo",
        "best_of",
        "n_predict",
        "logprobs",
        "user",
        "headers",
        "url",
    }
    assert ours & carried == set()


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("temperature", 0, 0),
        ("temperature", "hot", None),
        ("temperature", True, None),
        ("temperature", math.nan, None),
        ("top_k", 5.5, None),
        ("seed", 2**80, None),
        ("stop", "x", "x"),
        ("stop", ["x", "half of a pair \ud83d"], ["x", "half of a pair ?"]),
        ("tools", [TOOL], [TOOL]),
        ("tools", [FUNCTION], [TOOL]),
        ("tools", json.dumps([FUNCTION]), [TOOL]),
        ("tools", "[" * 100_000, None),
        ("tools", "a hammer", None),
        ("tools", ["a hammer"], None),
        ("thinking", "a long thought", None),
        ("thinking", {"type": "disabled"}, {"type": "disabled"}),
        ("reasoning", "because", None),
        ("guided_json", {"type": "object"}, {"type": "object"}),
    ],
    ids=str,
)
def test_a_field_is_a_requests_if_its_value_may_be(
    name: str, value: Any, sent: Any
) -> None:
    assert beside({name: value}, ()) == (
        ({}, (name,)) if sent is None else ({name: sent}, ())
    )


@pytest.mark.parametrize(
    "name",
    [
        "model",
        "stream",
        "stream_options",
        "n",
        "headers",
        "url",
        "base_url",
        "max_turns",
        "messages",
    ],
)
def test_a_row_replaces_nothing_that_is_ours(name: str) -> None:
    assert beside({name: "theirs"}, ()) == ({}, (name,))


def test_request_fields_do_not_grow_without_bound() -> None:
    with pytest.raises(
        CannotSendError,
        match=r"bytes of request fields, most of them 'tools', and 1,048,576 is the limit",
    ):
        beside(
            {
                "temperature": 1,
                "tools": [{**TOOL, "x": "y" * MAX_FIELDS_BYTES}],
            },
            (),
        )


@pytest.mark.parametrize(
    "value",
    [
        object(),
        b"x",
        {1: 2},
        math.inf,
        -(2**63) - 1,
        json.loads("[" * 90 + "]" * 90),
    ],
    ids=[
        "an object",
        "bytes",
        "a number as key",
        "infinity",
        "below 64 bits",
        "deep",
    ],
)
def test_what_no_request_can_hold_is_told(value: Any) -> None:
    with pytest.raises(
        ValueError,
        match=r"which no JSON of a request can hold|nested too deeply",
    ):
        sendable({"x": [value]})


def test_what_is_sendable_is_json() -> None:
    value = {"a": [1, -1.5, None, True, "x\ud83d", {"b\udc00": 2**64 - 1}]}
    assert orjson.loads(orjson.dumps(sendable(value))) == {
        "a": [1, -1.5, None, True, "x?", {"b?": 2**64 - 1}]
    }


def test_names_of_others_are_printable_and_few() -> None:
    tally = Tally()
    tally.add(
        *(f"field {i}" for i in range(1000)), "field 3", "\x1b[31m" + "x" * 1000
    )
    counts = tally.counts()
    assert len(counts) == MAX_NAMES + 1
    assert (counts["field 3"], counts[OTHERS]) == (2, 1001 - MAX_NAMES)
    hostile = Tally()
    hostile.add("\x1b[31m" + "x" * 1000)
    (name,) = hostile.counts()
    assert name.isprintable()
    assert len(name) == MAX_NAME_CHARS


def test_rows_that_filters_leave_out_are_said_in_every_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tally = Tally()
    tally.add(Said("unfit.no_exchange"), Said("unfit.no_exchange"))
    origin = {"left_out": tally.counts()}
    assert rows_in_words(origin) == "rows left out (2): no exchange (2)"
    monkeypatch.setattr(row_fields, "spoken", lambda: Words("zh-CN"))
    assert rows_in_words(origin) == "未采用的行（2）：没有一问一答 (2)"


def test_fields_are_counted_and_said() -> None:
    counts = FieldCounts()
    counts.add({"tools": []}, ("id", "metadata"))
    counts.add({"tools": [], "seed": 1}, ("id",))
    facts = counts.facts()
    assert facts == {
        "fields_sent": {"tools": 2, "seed": 1},
        "fields_left_out": {"id": 2, "metadata": 1},
    }
    assert (
        rows_in_words(facts)
        == "sent with the prompts: tools (2), seed (1); not sent: id (2), metadata (1)"
    )
    pictures = {"images_in_rows": 5, "images_by_url": 2}
    assert (
        rows_in_words(pictures)
        == "pictures sent: 5, 2 of them as addresses, which the server fetches"
    )
    assert (
        rows_in_words({"file": "x", "fields_sent": {}, "fields_left_out": {}})
        == ""
    )
    many = {"fields_left_out": {f"f{i}": 9 for i in range(20)}}
    assert rows_in_words(many).endswith("f11 (9), and 8 more")
