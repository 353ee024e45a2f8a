"""Rows as data sets have them: what is asked, what was answered; and what is in no row, told in
words.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from inferometer.workload.messages import said
from inferometer.workload.row_fields import CannotSendError
from inferometer.workload.shapes import SingleTurn, conversation_of, exchange_of

USER, ANSWER = (
    {"role": "user", "content": "hi there"},
    {"role": "assistant", "content": "hello"},
)
SYSTEM = {"role": "system", "content": "be short"}
PICTURE = {
    "type": "image_url",
    "image_url": {"url": "data:image/png;base64,AA"},
}
TOOLS = [
    {
        "type": "function",
        "function": {"name": "weather", "parameters": {"type": "object"}},
    }
]
CALL = {
    "id": "c1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
}
CALLING: dict[str, Any] = {
    "role": "assistant",
    "content": None,
    "tool_calls": [CALL],
}
RESULT = {"role": "tool", "content": "rain", "tool_call_id": "c1"}


def beside(
    prompt: Any,
    fields: dict[str, Any],
    *left_out: str,
    reply: str | None = None,
) -> SingleTurn:
    return SingleTurn(prompt, reply, None, fields, left_out)


def later(prompt: str, reply: str | None = None) -> SingleTurn:
    """Of a conversation that goes on."""
    return SingleTurn(prompt, reply, left_out=("turns after the first answer",))


@pytest.mark.parametrize(
    ("row", "exchange"),
    [
        # conversations: the first exchange
        (
            {
                "conversations": [
                    {"from": "human", "value": "a"},
                    {"from": "gpt", "value": "b"},
                ]
            },
            SingleTurn("a", "b"),
        ),
        (
            {
                "conversations": [
                    {"from": "human", "value": "a"},
                    {"from": "gpt", "value": "b"},
                ]
                * 3
            },
            later("a", "b"),
        ),
        ({"messages": [USER, ANSWER]}, SingleTurn("hi there", "hello")),
        (
            {
                "conversation": [
                    {"role": "User", "text": "a"},
                    {"role": "model", "text": "b"},
                ]
            },
            SingleTurn("a", "b"),
        ),
        (
            {"messages": [SYSTEM, USER, ANSWER]},
            SingleTurn([SYSTEM, USER], "hello"),
        ),
        # conversations that end with the user: as they are
        ({"messages": [USER]}, SingleTurn("hi there")),
        ({"prompt": [USER], "max_tokens": 9}, SingleTurn("hi there", None, 9)),
        ({"messages": [USER, ANSWER, USER]}, SingleTurn([USER, ANSWER, USER])),
        (
            {"body": {"messages": [SYSTEM, USER], "max_tokens": 5}},
            SingleTurn([SYSTEM, USER], None, 5),
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "what is this"},
                            PICTURE,
                        ],
                    }
                ]
            },
            SingleTurn(
                [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "what is this"},
                            PICTURE,
                        ],
                    }
                ]
            ),
        ),
        ({"turns": ["first", "second"]}, later("first")),
        # prompts and instructions
        (
            {"prompt": "a", "completion": "b", "output_tokens": 7},
            SingleTurn("a", "b", 7),
        ),
        ({"prompt": [5, 6, 7]}, SingleTurn([5, 6, 7])),
        (
            {
                "instruction": "sum up",
                "input": "a long text",
                "output": "short",
            },
            SingleTurn("sum up\n\na long text", "short"),
        ),
        (
            {"instruction": "sing", "input": "", "output": "la"},
            SingleTurn("sing", "la"),
        ),
        (
            {"question": "why", "answer": "because"},
            SingleTurn("why", "because"),
        ),
        ({"problem": "1 + 1", "solution": "2"}, SingleTurn("1 + 1", "2")),
        ({"text": "once upon a time"}, SingleTurn("once upon a time")),
        ({"prompt": None, "question": "why", "answer": " "}, SingleTurn("why")),
        (
            {"prompt": "half of a pair \ud83d", "max_tokens": 1},
            SingleTurn("half of a pair ?", None, 1),
        ),
    ],
    ids=str,
)
def test_what_a_row_asks(row: dict[str, Any], exchange: SingleTurn) -> None:
    assert exchange_of(row) == exchange


@pytest.mark.parametrize(
    ("row", "exchange"),
    [
        # fields of the request, and what is none
        (
            {"prompt": "a", "tools": TOOLS, "temperature": 0.5, "id": 7},
            beside("a", {"tools": TOOLS, "temperature": 0.5}, "id"),
        ),
        (
            {"messages": [USER], "stop": ["x"], "metadata": {"a": 1}},
            beside("hi there", {"stop": ["x"]}, "metadata"),
        ),
        (
            {"prompt": "a", "seed": None, "stop": "", "tools": [], "user": {}},
            SingleTurn("a"),
        ),
        (
            {"prompt": "a", "model": "x", "stream": False, "n": 2},
            beside("a", {}, "model", "stream", "n"),
        ),
        ({"prompt": "a", "stream": True, "n": 1}, SingleTurn("a")),
        (
            {"question": "a", "answer": "b", "text": "c", "solution": "d"},
            beside("a", {}, "text", "solution", reply="b"),
        ),
        (
            {"question": "a", "context": {"title": ["t"]}},
            beside("a", {}, "context"),
        ),
        # a batch request: what is around its body is none of it
        (
            {
                "custom_id": "r",
                "method": "POST",
                "url": "/v1/x",
                "body": {"model": "x", "messages": [USER], "top_p": 0.9},
            },
            beside("hi there", {"top_p": 0.9}, "custom_id", "url", "model"),
        ),
        ({"body": {"prompt": "a", "max_tokens": 5}}, SingleTurn("a", None, 5)),
        (
            {"max_tokens": 6, "body": {"prompt": "a", "max_tokens": 5}},
            SingleTurn("a", None, 6),
        ),
        # what the system says
        (
            {"system": "be short", "conversations": [USER, ANSWER]},
            SingleTurn([SYSTEM, USER], "hello"),
        ),
        (
            {
                "system_prompt": "be short",
                "question": "hi there",
                "response": "so",
            },
            SingleTurn([SYSTEM, USER], "so"),
        ),
        (
            {"system": "be kind", "messages": [SYSTEM, USER]},
            beside([SYSTEM, USER], {}, "system"),
        ),
        # replies that stand beside the conversation
        (
            {"prompt": [USER], "completion": [ANSWER]},
            SingleTurn("hi there", "hello"),
        ),
        (
            {"messages": [USER], "answer": "hello"},
            SingleTurn("hi there", "hello"),
        ),
        # tools that were called
        (
            {"messages": [USER, CALLING, RESULT]},
            SingleTurn([USER, CALLING, RESULT]),
        ),
        (
            {"messages": [USER, CALLING, RESULT, ANSWER]},
            later("hi there", json.dumps(CALL["function"])),
        ),
        (
            {"messages": [{**USER, "name": "Ann"}, ANSWER]},
            SingleTurn([{**USER, "name": "Ann"}], "hello"),
        ),
        (
            {"messages": [{"role": "developer", "content": "x"}, USER]},
            SingleTurn([{"role": "developer", "content": "x"}, USER]),
        ),
        (
            {"messages": [{**USER, "timestamp": 5, "weight": None}]},
            beside("hi there", {}, "messages.timestamp"),
        ),
    ],
    ids=str,
)
def test_what_a_row_says_beside_its_prompt(
    row: dict[str, Any], exchange: SingleTurn
) -> None:
    assert exchange_of(row) == exchange


def test_where_there_are_no_messages_the_system_speaks_in_the_prompt() -> None:
    row: dict[str, Any] = {
        "system": "be short",
        "instruction": "sum up",
        "input": "a text",
        "output": "it",
    }
    assert exchange_of(row, chat=False) == SingleTurn(
        "be short\n\nsum up\n\na text", "it"
    )
    row = {"system": "be short", "conversations": [USER, ANSWER]}
    assert exchange_of(row, chat=False) == SingleTurn(
        "be short\n\nhi there", "hello"
    )


@pytest.mark.parametrize("name", ["audio_files", "audio", "video", "video_url"])
def test_sound_and_film_that_is_no_file_is_refused_by_the_name_of_its_field(
    name: str,
) -> None:
    with pytest.raises(
        CannotSendError,
        match=f"has sound or film under '{name}' that is no file; remove the field",
    ):
        exchange_of({"prompt": "what is heard", name: ["x.wav", 3]})


def test_texts_and_pictures_stand_in_their_order_as_in_rows_of_vllm() -> None:
    parts = [
        {"type": "text", "text": "compare"},
        {"type": "image", "image": "a.png"},
        {"type": "image_url", "image_url": {"url": "b.png", "detail": "low"}},
    ]
    assert exchange_of({"content": parts}).prompt == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "compare"},
                {"type": "image_url", "image_url": {"url": "a.png"}},
                {
                    "type": "image_url",
                    "image_url": {"url": "b.png", "detail": "low"},
                },
            ],
        }
    ]


def test_turns_may_be_lists_of_one_message_each() -> None:
    said = [
        [{"role": "user", "content": "hi"}],
        [{"role": "assistant", "content": "hello"}],
    ]
    assert exchange_of({"conversation": said}) == SingleTurn("hi", "hello")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({}, "has no prompt: fields are nothing"),
        ({"title": "x", "id": 3}, "has no prompt: fields are title, id"),
        ({"prompt": 5}, "no text under 'prompt'"),
        ({"prompt": "  "}, "no text under 'prompt'"),
        ({"prompt": []}, "without a turn|neither token ids"),
        ({"prompt": [1, "a"]}, "neither token ids nor messages"),
        ({"prompt": [-1]}, "neither token ids nor messages"),
        ({"prompt": [True]}, "neither token ids nor messages"),
        ({"prompt": [2**31]}, "neither token ids nor messages"),
        ({"messages": "hello"}, "no list of turns under 'messages'"),
        ({"messages": []}, "without a turn"),
        (
            {"messages": [{"role": "wizard", "content": "x"}]},
            "a turn of 'wizard'",
        ),
        ({"messages": [{"content": "x"}]}, "a turn of None"),
        ({"messages": [7]}, "a turn of None"),
        ({"messages": [{"role": "user"}]}, "no text under 'content'"),
        (
            {"conversations": [{"from": "gpt", "value": "b"}]},
            "does not begin with the user",
        ),
        (
            {"prompt": "a", "max_tokens": 0},
            "max_tokens 0, which is no number of tokens",
        ),
        ({"prompt": "a", "output_tokens": "many"}, "output_tokens 'many'"),
    ],
    ids=str,
)
def test_a_row_that_asks_nothing_says_what_is_missing(
    row: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        exchange_of(row)


@pytest.mark.parametrize(
    ("row", "turns"),
    [
        (
            {"messages": [SYSTEM, USER, ANSWER]},
            [
                ("system", "be short"),
                ("user", "hi there"),
                ("assistant", "hello"),
            ],
        ),
        (
            {
                "conversations": [
                    {"from": "human", "value": "a"},
                    {"from": "bing", "value": "b"},
                ]
            },
            [("user", "a"), ("assistant", "b")],
        ),
        (
            {"question": "why", "answer": "because"},
            [("user", "why"), ("assistant", "because")],
        ),
        ({"text": "x"}, [("user", "x")]),
        ({"turns": ["a", "b"]}, [("user", "a"), ("user", "b")]),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "text", "text": "see"}, PICTURE],
                    }
                ]
            },
            [("user", "see")],
        ),
    ],
    ids=str,
)
def test_all_that_was_said(
    row: dict[str, Any], turns: list[tuple[str, str]]
) -> None:
    assert [
        (turn.kind, said(turn.message)) for turn in conversation_of(row).turns
    ] == turns


def test_token_ids_are_no_conversation() -> None:
    with pytest.raises(ValueError, match="no conversation"):
        conversation_of({"prompt": [1, 2]})
