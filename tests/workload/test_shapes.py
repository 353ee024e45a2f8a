"""Rows as data sets have them: what is asked, what was answered; and what is in no row, told in words."""

from __future__ import annotations

from typing import Any

import pytest

from inferometer.workload.messages import said
from inferometer.workload.shapes import Exchange, conversation_of, exchange_of

USER, ANSWER = {"role": "user", "content": "hi there"}, {"role": "assistant", "content": "hello"}
SYSTEM = {"role": "system", "content": "be short"}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}


@pytest.mark.parametrize(
    ("row", "exchange"),
    [
        # conversations: the first exchange
        ({"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}, Exchange("a", "b")),
        ({"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}] * 3}, Exchange("a", "b")),
        ({"messages": [USER, ANSWER]}, Exchange("hi there", "hello")),
        ({"conversation": [{"role": "User", "text": "a"}, {"role": "model", "text": "b"}]}, Exchange("a", "b")),
        ({"messages": [SYSTEM, USER, ANSWER]}, Exchange([SYSTEM, USER], "hello")),
        # conversations that end with the user: as they are
        ({"messages": [USER]}, Exchange("hi there")),
        ({"prompt": [USER], "max_tokens": 9}, Exchange("hi there", None, 9)),
        ({"messages": [USER, ANSWER, USER]}, Exchange([USER, ANSWER, USER])),
        ({"body": {"messages": [SYSTEM, USER], "max_tokens": 5}}, Exchange([SYSTEM, USER], None, 5)),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "what is this"}, PICTURE]}]},
            Exchange([{"role": "user", "content": [{"type": "text", "text": "what is this"}, PICTURE]}]),
        ),
        ({"turns": ["first", "second"]}, Exchange("first")),
        # prompts and instructions
        ({"prompt": "a", "completion": "b", "output_tokens": 7}, Exchange("a", "b", 7)),
        ({"prompt": [5, 6, 7]}, Exchange([5, 6, 7])),
        ({"instruction": "sum up", "input": "a long text", "output": "short"}, Exchange("sum up\n\na long text", "short")),
        ({"instruction": "sing", "input": "", "output": "la"}, Exchange("sing", "la")),
        ({"question": "why", "answer": "because"}, Exchange("why", "because")),
        ({"problem": "1 + 1", "solution": "2"}, Exchange("1 + 1", "2")),
        ({"text": "once upon a time"}, Exchange("once upon a time")),
        ({"prompt": None, "question": "why", "answer": " "}, Exchange("why")),
        ({"prompt": "half of a pair \ud83d", "max_tokens": 1}, Exchange("half of a pair ?", None, 1)),
    ],
    ids=str,
)
def test_what_a_row_asks(row: dict[str, Any], exchange: Exchange) -> None:
    assert exchange_of(row) == exchange


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
        ({"messages": "hello"}, "no list of turns under 'messages'"),
        ({"messages": []}, "without a turn"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "a turn of 'wizard'"),
        ({"messages": [{"content": "x"}]}, "a turn of None"),
        ({"messages": [7]}, "a turn of None"),
        ({"messages": [{"role": "user"}]}, "no text under 'content'"),
        ({"conversations": [{"from": "gpt", "value": "b"}]}, "does not begin with the user"),
        ({"prompt": "a", "max_tokens": 0}, "max_tokens 0, which is no number of tokens"),
        ({"prompt": "a", "output_tokens": "many"}, "output_tokens 'many'"),
    ],
    ids=str,
)
def test_a_row_that_asks_nothing_says_what_is_missing(row: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        exchange_of(row)


@pytest.mark.parametrize(
    ("row", "turns"),
    [
        ({"messages": [SYSTEM, USER, ANSWER]}, [("system", "be short"), ("user", "hi there"), ("assistant", "hello")]),
        (
            {"conversations": [{"from": "human", "value": "a"}, {"from": "bing", "value": "b"}]},
            [("user", "a"), ("assistant", "b")],
        ),
        ({"question": "why", "answer": "because"}, [("user", "why"), ("assistant", "because")]),
        ({"text": "x"}, [("user", "x")]),
        ({"turns": ["a", "b"]}, [("user", "a"), ("user", "b")]),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "see"}, PICTURE]}]}, [("user", "see")]),
    ],
    ids=str,
)
def test_all_that_was_said(row: dict[str, Any], turns: list[tuple[str, str]]) -> None:
    assert [(turn.kind, said(turn.message)) for turn in conversation_of(row).turns] == turns


def test_token_ids_are_no_conversation() -> None:
    with pytest.raises(ValueError, match="no conversation"):
        conversation_of({"prompt": [1, 2]})
