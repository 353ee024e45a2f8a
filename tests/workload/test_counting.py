"""Prompts and replies that others have written, counted as the server counts, or said to be about
so long.
"""

from __future__ import annotations

from typing import Any

import pytest

from inferometer.request import Prompt
from inferometer.trace import MISSING
from inferometer.workload import ServerCounter, WordCounter
from inferometer.workload.counting import count_prompts, count_replies, is_chat
from tests.workload.word_server import (
    WordServer,
    chat_counter,
    text_counter,
    words,
)


def chat(*texts: str) -> list[dict[str, Any]]:
    return [
        {"role": "assistant" if i % 2 else "user", "content": text}
        for i, text in enumerate(texts)
    ]


def test_texts_ids_and_chats_each_in_their_way() -> None:
    prompts: list[Prompt] = [
        words(3),
        [5, 6],
        chat(words(4)),
        chat(words(2), words(3), words(1)),
        words(1),
    ]
    assert count_prompts(prompts, chat_counter()) == ([10, 2, 11, 27, 8], True)
    assert count_prompts([words(3), [5, 6]], text_counter()) == ([4, 2], True)
    assert count_prompts([], text_counter()) == ([], True)


def test_where_the_template_is_not_told_only_single_messages_are_exact() -> (
    None
):
    counter = ServerCounter(
        WordServer(tells_chat=False), "m", chat=True, offset=6
    )
    assert count_prompts([chat(words(4))], counter) == ([11], True)
    assert count_prompts([chat(words(2), words(3), words(1))], counter) == (
        [13],
        False,
    )


def test_a_guess_is_no_exact_count() -> None:
    assert count_prompts([words(10), chat("a b")], WordCounter(1.5, 2)) == (
        [17, 5],
        False,
    )
    assert count_prompts([[1, 2, 3]], WordCounter()) == ([3], True)


def test_pictures_cannot_be_counted_but_texts_in_parts_can() -> None:
    parts = [{"type": "text", "text": "a b"}, {"type": "text", "text": "c"}]
    picture = {"type": "image_url", "image_url": {"url": "data:,"}}
    texts: list[dict[str, Any]] = [{"role": "user", "content": parts}]
    shown: list[dict[str, Any]] = [
        {"role": "user", "content": [*parts, picture]}
    ]
    assert count_prompts([texts, shown], chat_counter()) == (
        [10, MISSING],
        True,
    )


def test_replies_are_counted_without_what_stands_around_a_prompt() -> None:
    assert count_replies([words(5), words(1), " "], text_counter()) == [5, 1, 1]
    assert count_replies([words(5)], chat_counter()) == [5]
    assert count_replies([words(4), "x"], WordCounter(1.5, 30)) == [6, 2]


@pytest.mark.parametrize(
    ("prompt", "so"),
    [("a", False), ([1, 2], False), (chat("a"), True), ([], False)],
)
def test_messages_make_a_chat(prompt: Any, so: bool) -> None:
    assert is_chat(prompt) is so


TOOLS = {"tools": [{"type": "function", "function": {"name": "f"}}] * 2}


def test_tools_are_counted_where_the_servers_tokenizer_writes_them_into_the_prompt() -> (
    None
):
    prompts: list[Prompt] = [chat(words(4)), words(4), chat("a", "b", "c")]
    fields: list[dict[str, Any]] = [TOOLS, {**TOOLS, "temperature": 1}, {}]
    assert count_prompts(prompts, chat_counter(), fields) == (
        [25, 25, 24],
        True,
    )


@pytest.mark.parametrize(
    "server", [WordServer(reads_tools=False), WordServer(tells_chat=False)]
)
def test_where_nobody_tells_how_long_tools_are_the_length_is_not_known(
    server: WordServer,
) -> None:
    counter = ServerCounter(server, "m", chat=True)
    assert count_prompts([chat("a b"), chat("a b")], counter, [TOOLS, {}])[
        0
    ] == [
        MISSING,
        9 if server.tells_chat else 3,
    ]
    assert count_prompts(["a b"], WordCounter(), [TOOLS])[0] == [MISSING]


@pytest.mark.parametrize(
    "name", ["reasoning_effort", "enable_thinking", "functions"]
)
def test_what_templates_may_write_and_no_tokenizer_is_asked_with(
    name: str,
) -> None:
    assert count_prompts([chat("a b")], chat_counter(), [{name: True}])[0] == [
        MISSING
    ]
    assert count_prompts(
        [chat("a b")], chat_counter(), [{"temperature": 1, "stop": ["x"]}]
    )[0] == [9]


def test_calls_and_results_are_counted_in_the_template_or_about() -> None:
    call = {
        "id": "c",
        "type": "function",
        "function": {"name": "f", "arguments": "{}"},
    }
    talk: list[dict[str, Any]] = [
        {"role": "user", "content": "a b"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "c", "tool_call_id": "c"},
    ]
    assert count_prompts([talk], chat_counter()) == ([24], True)
    (about,), exact = count_prompts([talk], WordCounter())
    assert (about > 3, exact) == (True, False)
