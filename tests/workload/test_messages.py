"""Turns of data sets as the messages of a chat: tool turns of every form, and what is no turn, told
in words.
"""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest

from inferometer.workload.messages import Turn, said, speakers_in, turns_in

CALL = {
    "id": "c1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
}


def turns(*made: Any) -> list[Turn]:
    return turns_in(made, speakers_in(made))


def messages(*made: Any) -> list[Any]:
    return [turn.message for turn in turns(*made)]


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": "hi", "name": "Ann"},
        {"role": "developer", "content": "be short"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "assistant", "content": "", "tool_calls": [CALL]},
        {
            "role": "assistant",
            "content": "I look",
            "tool_calls": [CALL],
            "reasoning_content": "hm",
        },
        {
            "role": "assistant",
            "content": None,
            "function_call": CALL["function"],
        },
        {"role": "tool", "content": "rain", "tool_call_id": "c1"},
        {"role": "tool", "content": "", "tool_call_id": "c1"},
        {"role": "function", "content": "rain", "name": "weather"},
        {
            "role": "tool",
            "content": [{"type": "text", "text": "rain"}],
            "tool_call_id": "c1",
        },
    ],
    ids=str,
)
def test_a_message_of_openais_form_goes_as_it_is(
    message: dict[str, Any],
) -> None:
    assert messages(message) == [message]


def test_arguments_that_are_an_object_become_text() -> None:
    call = {
        "id": "c1",
        "type": "function",
        "function": {"name": "f", "arguments": {"city": "Oslo"}},
    }
    (message,) = messages({"role": "assistant", "tool_calls": [call]})
    assert message["tool_calls"][0]["function"] == {
        "name": "f",
        "arguments": '{"city": "Oslo"}',
    }
    assert message["content"] is None


def test_a_result_that_is_an_object_becomes_text() -> None:
    assert (
        messages(
            {"role": "tool", "content": {"sky": "grey"}, "tool_call_id": "c"}
        )[0]["content"]
        == '{"sky": "grey"}'
    )


@pytest.mark.parametrize(
    ("who", "calls", "answers"),
    [
        ("from", "function_call", "observation"),
        ("role", "tool_call", "tool_response"),
    ],
)
def test_tool_turns_of_other_forms_are_called_and_answered(
    who: str, calls: str, answers: str
) -> None:
    two = json.dumps(
        [
            {"name": "weather", "arguments": {"city": "Oslo"}},
            {"name": "clock", "arguments": "{}"},
        ]
    )
    made = turns(
        {who: "user", "value": "weather and time?"},
        {who: calls, "value": two},
        {who: answers, "value": "rain"},
        {who: answers, "value": "noon"},
        {who: "assistant", "value": "rain at noon"},
        {
            who: calls,
            "value": json.dumps({"name": "weather", "parameters": {}}),
        },
        {who: answers, "value": ""},
    )
    assert [turn.kind for turn in made] == [
        "user",
        "assistant",
        "tool",
        "tool",
        "assistant",
        "assistant",
        "tool",
    ]
    called = made[1].message["tool_calls"]
    assert [call["function"] for call in called] == [
        {"name": "weather", "arguments": '{"city": "Oslo"}'},
        {"name": "clock", "arguments": "{}"},
    ]
    ids = [call["id"] for call in [*called, *made[5].message["tool_calls"]]]
    assert len(set(ids)) == 3
    assert [made[i].message for i in (2, 3, 6)] == [
        {"role": "tool", "content": content, "tool_call_id": name}
        for content, name in zip(("rain", "noon", ""), ids, strict=True)
    ]


@pytest.mark.parametrize(
    "text", ["I call nothing", "[1]", '{"tool": "x"}', "[" * 100_000]
)
def test_a_call_that_nobody_can_read_stays_what_was_said(text: str) -> None:
    (message,) = messages({"from": "function_call", "value": text})
    assert message == {"role": "assistant", "content": text}


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        ({"role": "user", "content": None}, "no text under 'content'"),
        ({"role": "user", "content": {"a": 1}}, "no text under 'content'"),
        ({"role": "assistant", "content": " "}, "no text under 'content'"),
        (
            {"role": "assistant", "content": 5, "tool_calls": [CALL]},
            "no text under 'content'",
        ),
        (
            {"role": "assistant", "tool_calls": "weather"},
            "tool_calls that are no list of calls",
        ),
        (
            {
                "role": "user",
                "content": [{"type": "text", "text": float("inf")}],
            },
            "no JSON of a request can hold",
        ),
        ({"role": ["user"], "content": "x"}, "a turn of"),
        ({"role": "x" * 1000, "content": "x"}, "a turn of '"),
    ],
    ids=str,
)
def test_what_is_no_turn(turn: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as told:
        messages(turn)
    assert len(str(told.value)) < 500


def test_what_was_generated_is_text_reasoning_aside_and_calls() -> None:
    assert said({"role": "assistant", "content": "hello"}) == "hello"
    assert said(
        {"role": "assistant", "content": "I look", "tool_calls": [CALL]}
    ) == "I look\n" + json.dumps(CALL["function"])
    assert (
        said(
            {
                "role": "assistant",
                "content": None,
                "function_call": {"name": "f"},
            }
        )
        == '{"name": "f"}'
    )


def test_halves_of_surrogate_pairs_are_in_no_message() -> None:
    half = "x\ud83d"
    call = {
        "id": half,
        "type": "function",
        "function": {"name": half, "arguments": half},
    }
    made = messages(
        {"role": "user", "content": half, "name": half},
        {"role": "user", "content": [{"type": "text", "text": half}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": half, "tool_call_id": half},
        {
            "from": "function_call",
            "value": '{"name": "\\ud83d", "arguments": "\\ud83d"}',
        },
    )
    assert b"?" in orjson.dumps(made)


def test_the_role_of_a_turn_goes_before_where_it_is_from() -> None:
    turn = {"role": "assistant", "from": "user", "content": "x"}
    assert messages(turn) == [{"role": "assistant", "content": "x"}]
    assert messages({"role": "developer", "content": "x"}) == [
        {"role": "developer", "content": "x"}
    ]
