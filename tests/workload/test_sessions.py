"""Conversations: every turn sends all that was said before it, in order, after its pause; made up
or recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from inferometer.arrival import conversations_of
from inferometer.clock import NS
from inferometer.protocol import PROTOCOLS
from inferometer.request import Request
from inferometer.spec.workload import SessionsWorkload
from inferometer.workload import (
    TokenCounter,
    TokenIds,
    WordCounter,
    Workload,
    build_workload,
)
from inferometer.workload.workload import ANY_LENGTH
from tests.workload.picture_files import PNG, shown
from tests.workload.word_server import (
    AROUND_MESSAGE,
    AROUND_TEXT,
    IDENTITY,
    IDS,
    chat_counter,
    text_counter,
    words,
    write_lines,
)


def build(
    n: int,
    counter: TokenIds | TokenCounter = IDS,
    *,
    chat: bool = False,
    attempt: int = 0,
    identity: Any = IDENTITY,
    **fields: Any,
) -> Workload:
    spec = SessionsWorkload.model_validate(
        {"turns": 3, "input_len": 10, "output_len": 5, **fields}
    )
    return build_workload(
        spec,
        n,
        identity=identity,
        counting=lambda: counter,
        chat=chat,
        attempt=attempt,
    )


def order(work: Workload) -> list[int | None]:
    return [request.after for request in work.requests]


def ids(request: Request) -> list[Any]:
    return list(request.prompt)


def messages(request: Request) -> list[Mapping[str, Any]]:
    assert not isinstance(request.prompt, str)
    return [
        message for message in request.prompt if isinstance(message, Mapping)
    ]


# made up


def test_each_turn_goes_on_from_the_one_before() -> None:
    work = build(8, system_len=7)
    assert order(work) == [None, 0, 1, None, 3, 4, None, 6]
    assert [r.prompt_tokens for r in work.requests] == [17, 32, 47] * 2 + [
        17,
        32,
    ]
    assert [len(ids(r)) for r in work.requests] == [17, 32, 47] * 2 + [17, 32]
    assert {r.max_tokens for r in work.requests} == {5}
    for request in work.requests:
        if request.after is not None:
            before = ids(work.requests[request.after])
            assert ids(request)[: len(before)] == before
    assert (
        len({tuple(ids(r)[:7]) for r in work.requests}) == 1
    )  # what all conversations begin with
    assert (
        len({tuple(ids(r)[7:11]) for r in work.requests}) == 3
    )  # and then not
    assert (work.exact, work.counting, work.reusable_tokens) == (
        True,
        IDS.how,
        47,
    )
    assert work.origin == {"conversations": 3, "turns": 3}


def test_as_text_each_turn_goes_on_too() -> None:
    work = build(6, text_counter(), system_len=8)
    for request in work.requests:
        if request.after is not None:
            assert str(request.prompt).startswith(
                f"{work.requests[request.after].prompt} "
            )
    assert [r.prompt_tokens for r in work.requests] == [18, 33, 48] * 2
    assert [
        len(str(r.prompt).split()) + AROUND_TEXT for r in work.requests
    ] == [18, 33, 48] * 2
    assert work.exact


def test_as_a_chat_what_was_said_are_messages() -> None:
    work = build(4, chat_counter(), chat=True, system_len=8)
    said = [messages(request) for request in work.requests]
    assert [[message["role"] for message in chat] for chat in said] == [
        ["system", "user"],
        ["system", "user", "assistant", "user"],
        ["system", "user", "assistant", "user", "assistant", "user"],
        ["system", "user"],
    ]
    assert [len(message["content"].split()) for message in said[2]] == [
        8,
        10,
        5,
        10,
        5,
        10,
    ]
    assert said[2][:4] == said[1]
    assert said[3][0] == said[0][0]
    assert said[3][1] != said[0][1]
    counted = [
        sum(AROUND_MESSAGE + len(m["content"].split()) for m in chat)
        for chat in said
    ]
    assert [r.prompt_tokens for r in work.requests] == counted
    assert work.exact
    assert "as long as their turns make them" in work.counting


def test_lengths_and_pauses_spread_about_what_was_asked() -> None:
    work = build(900, range_ratio=0.5, think_s=2.0, input_len=20, output_len=10)
    assert {r.max_tokens for r in work.requests} == set(range(5, 16))
    own = [r.prompt_tokens for r in work.requests if r.after is None]
    assert (min(own), max(own)) == (10, 30)
    pauses_s = [r.think_ns / NS for r in work.requests if r.after is not None]
    assert all(r.think_ns == 0 for r in work.requests if r.after is None)
    assert 1.0 <= min(pauses_s) < 1.1
    assert 2.9 < max(pauses_s) <= 3.0
    assert sum(pauses_s) / len(pauses_s) == pytest.approx(
        2.0, abs=0.12
    )  # 5 standard errors


def test_the_identity_decides_and_fewer_turns_are_the_first_of_more() -> None:
    assert (
        build(20, range_ratio=0.5).requests
        == build(20, range_ratio=0.5).requests
    )
    assert (
        build(7, range_ratio=0.5).requests
        == build(20, range_ratio=0.5).requests[:7]
    )
    one, other = build(6, identity=(1, "p", 0)), build(6, identity=(2, "p", 0))
    assert not {tuple(ids(r)[:4]) for r in one.requests} & {
        tuple(ids(r)[:4]) for r in other.requests
    }


def test_another_attempt_has_the_same_lengths_and_other_words() -> None:
    one, other = (
        build(9, range_ratio=0.5, attempt=attempt) for attempt in (0, 1)
    )
    assert [r.prompt_tokens for r in one.requests] == [
        r.prompt_tokens for r in other.requests
    ]
    assert not {tuple(ids(r)[:4]) for r in one.requests} & {
        tuple(ids(r)[:4]) for r in other.requests
    }


def test_conversations_that_come_again_follow_their_own_turns() -> None:
    work = build(7, distinct=3)
    assert order(work) == [None, 0, 1, None, 3, 4, None]
    assert work.requests[3].prompt == work.requests[0].prompt
    conversations = conversations_of(order(work))
    assert conversations is not None
    assert conversations.tolist() == [0, 0, 0, 1, 1, 1, 2]


# recorded

USER, ASSISTANT = "human", "gpt"


def said(*turns: tuple[str, str]) -> dict[str, Any]:
    return {
        "conversations": [{"from": who, "value": text} for who, text in turns]
    }


def talk(name: str, *lengths: int) -> dict[str, Any]:
    return said(
        *(
            (ASSISTANT if i % 2 else USER, words(n, f"{name}{i}_"))
            for i, n in enumerate(lengths)
        )
    )


def recorded(
    path: str, n: int, counter: TokenCounter | None = None, **fields: Any
) -> Workload:
    spec = SessionsWorkload.model_validate(
        {"path": path, "shuffle": False, **fields}
    )
    return build_workload(
        spec,
        n,
        identity=IDENTITY,
        counting=lambda: counter or chat_counter(),
        chat=True,
    )


@pytest.fixture
def talks(tmp_path: Path) -> str:
    rows = [
        talk("a", 10, 4, 3, 2),
        talk("b", 6, 5, 4),  # nobody answered the last turn
        said((ASSISTANT, "I begin"), (USER, "oh")),
        said((USER, "one"), (USER, "two"), (ASSISTANT, "yes")),
        said((USER, "hello"), ("wizard", "hocus")),
        {
            "messages": [
                {"role": "system", "content": "be kind"},
                *_roles(2, 3, 4, 5, 6, 7),
            ]
        },
    ]
    return write_lines(tmp_path / "talks.jsonl", rows)


def _roles(*lengths: int) -> list[dict[str, str]]:
    return [
        {"role": "assistant" if i % 2 else "user", "content": words(n)}
        for i, n in enumerate(lengths)
    ]


def test_recorded_turns_with_what_was_answered_then(talks: str) -> None:
    work = recorded(talks, 6)
    assert order(work) == [None, 0, None, None, 3, 4]
    assert [r.max_tokens for r in work.requests] == [4, 2, 5, 3, 5, 7]
    assert [[m["role"] for m in messages(r)] for r in work.requests[:2]] == [
        ["user"],
        ["user", "assistant", "user"],
    ]
    assert messages(work.requests[1])[:1] == messages(work.requests[0])
    assert messages(work.requests[5])[0] == {
        "role": "system",
        "content": "be kind",
    }
    assert [r.prompt_tokens for r in work.requests[:2]] == [17, 38]
    assert sum(work.origin["left_out"].values()) == 3
    assert work.origin["left_out"]["user and assistant do not take turns"] == 2
    assert (work.exact, work.reusable_tokens) == (
        True,
        max(r.prompt_tokens for r in work.requests),
    )


def test_with_an_output_length_the_unanswered_turn_is_sent_too(
    talks: str,
) -> None:
    work = recorded(talks, 7, output_len=50)
    assert {r.max_tokens for r in work.requests} == {50}
    assert order(work) == [None, 0, None, 2, None, 4, 5]


def test_conversations_are_cut_by_turns_and_by_the_number_of_requests(
    talks: str,
) -> None:
    assert order(recorded(talks, 3, turns=1)) == [None, None, None]
    assert order(recorded(talks, 2)) == [None, 0]


def test_a_conversation_ends_before_a_turn_that_is_too_long(talks: str) -> None:
    work = recorded(talks, 3, max_input_len=20)
    assert [r.prompt_tokens for r in work.requests] == [17, 13, 18]
    assert order(work) == [None, None, None]


def test_pauses_and_the_order_by_the_seed(talks: str) -> None:
    work = recorded(talks, 6, think_s=1.5)
    assert [r.think_ns for r in work.requests] == [
        0,
        1_500_000_000,
        0,
        0,
        1_500_000_000,
        1_500_000_000,
    ]
    shuffled = {
        tuple(len(messages(r)) for r in _shuffled(talks, seed).requests)
        for seed in range(20)
    }
    assert len(shuffled) > 3


def _shuffled(path: str, seed: int) -> Workload:
    spec = SessionsWorkload(path=path)
    return build_workload(
        spec, 6, identity=(seed, "p", 0), counting=chat_counter, chat=True
    )


def test_too_few_turns_are_an_error_unless_they_may_come_again(
    talks: str,
) -> None:
    with pytest.raises(
        ValueError,
        match=(
            r"6 turns in all \(.*, but 7 are to be sent: lower load.num_prompts to 6, or allow "
            r".*workload.oversample"
        ),
    ):
        recorded(talks, 7)
    work = recorded(talks, 9, oversample=True)
    assert order(work) == [None, 0, None, None, 3, 4, None, 6, None]
    assert work.origin["oversampled"] == 3


def test_what_is_no_conversation_leaves_nothing(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rows.jsonl", [{"title": "x"}])
    with pytest.raises(
        ValueError, match=r"0 turns in all \(1 left out: has no prompt"
    ):
        recorded(path, 1, oversample=True)


def test_a_question_without_an_answer_says_what_is_missing(
    tmp_path: Path,
) -> None:
    path = write_lines(tmp_path / "rows.jsonl", [{"prompt": "what is rain"}])
    with pytest.raises(
        ValueError,
        match=(
            r"1 left out: no answer tells .* \(workload.output_len would\)\), but 2 are to "
            r"be sent: give"
        ),
    ):
        recorded(path, 2)
    assert len(recorded(path, 1, output_len=5).requests) == 1


@pytest.mark.parametrize("counter", [IDS, text_counter()], ids=["ids", "text"])
def test_recorded_conversations_need_a_chat(
    talks: str, counter: TokenIds | TokenCounter
) -> None:
    with pytest.raises(ValueError, match="choose a chat backend"):
        build_workload(
            SessionsWorkload(path=talks),
            3,
            identity=IDENTITY,
            counting=lambda: counter,
            chat=False,
        )


def test_a_guess_at_chats_is_said_to_be_one(talks: str) -> None:
    work = recorded(talks, 2, WordCounter())
    assert not work.exact


# tools, pictures, and what else rows say

TOOLS = [
    {"type": "function", "function": {"name": "weather", "parameters": {}}}
]


def called(name: str, said: str | None = None) -> dict[str, Any]:
    call = {
        "id": name,
        "type": "function",
        "function": {"name": "weather", "arguments": words(3)},
    }
    return {"role": "assistant", "content": said, "tool_calls": [call]}


def result(name: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": name, "content": "rain"}


AGENT: list[dict[str, Any]] = [
    {"role": "system", "content": "be brief"},
    {"role": "user", "content": "weather in Oslo and Bergen?"},
    called("c1"),
    result("c1"),
    called("c2", "and now the other"),
    result("c2"),
    result("c3"),
    {"role": "assistant", "content": words(6)},
    {"role": "user", "content": "thanks"},
    {"role": "assistant", "content": words(2)},
]


def recorded_with(path: str, n: int, **fields: Any) -> Workload:
    spec = SessionsWorkload.model_validate(
        {"path": path, "shuffle": False, **fields}
    )
    return build_workload(
        spec,
        n,
        identity=IDENTITY,
        counting=chat_counter,
        chat=True,
        fields=PROTOCOLS["openai-chat"].fields,
    )


def test_results_of_tools_are_asked_about_as_users_turns_are(
    tmp_path: Path,
) -> None:
    path = write_lines(
        tmp_path / "agent.jsonl",
        [{"messages": AGENT, "tools": TOOLS, "temperature": 0.2, "id": 1}],
    )
    work = recorded_with(path, 4, think_s=2.0)
    assert [messages(r) for r in work.requests] == [
        AGENT[:2],
        AGENT[:4],
        AGENT[:7],
        AGENT[:9],
    ]
    assert order(work) == [None, 0, 1, 2]
    assert [r.think_ns for r in work.requests] == [
        0,
        0,
        0,
        2_000_000_000,
    ]  # nobody thinks before a tool's result is sent
    assert [r.max_tokens for r in work.requests][2:] == [6, 2]
    assert all(
        r.max_tokens > 3 for r in work.requests[:2]
    )  # the calls, which are generated too
    assert {tuple(r.parameters) for r in work.requests} == {
        ("tools", "temperature")
    }
    assert (work.origin["fields_sent"], work.origin["fields_left_out"]) == (
        {"tools": 1, "temperature": 1},
        {"id": 1},
    )


def test_a_conversation_is_cut_after_a_users_turn_with_all_that_tools_returned(
    tmp_path: Path,
) -> None:
    path = write_lines(
        tmp_path / "agent.jsonl", [{"messages": AGENT, "tools": TOOLS}]
    )
    work = recorded_with(path, 3, turns=1)
    assert [messages(r) for r in work.requests] == [
        AGENT[:2],
        AGENT[:4],
        AGENT[:7],
    ]
    assert work.origin["fields_left_out"] == {"turns at the end": 1}
    with pytest.raises(ValueError, match="conversations of 3 turns in all"):
        recorded_with(path, 4, turns=1)


def test_a_result_that_nobody_answered_is_sent_where_a_length_is_known(
    tmp_path: Path,
) -> None:
    path = write_lines(tmp_path / "agent.jsonl", [{"messages": AGENT[:7]}])
    assert len(recorded_with(path, 2).requests) == 2
    assert [
        r.max_tokens for r in recorded_with(path, 3, output_len=9).requests
    ] == [9, 9, 9]
    limited = write_lines(
        tmp_path / "limited.jsonl", [{"messages": AGENT[:7], "max_tokens": 8}]
    )
    assert [r.max_tokens for r in recorded_with(limited, 3).requests] == [
        8,
        8,
        8,
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        AGENT[2:],
        [AGENT[1], result("c"), AGENT[7]],
        [AGENT[1], AGENT[1], AGENT[7]],
    ],
)
def test_tools_that_nobody_called_are_no_conversation(
    tmp_path: Path, wrong: Any
) -> None:
    path = write_lines(tmp_path / "agent.jsonl", [{"messages": wrong}])
    with pytest.raises(
        ValueError,
        match="1 left out: user and assistant do not take turns",
    ):
        recorded_with(path, 1)


def test_a_picture_is_in_every_turn_after_it_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    said = [
        {"from": "human", "value": "<image> what"},
        {"from": "gpt", "value": "x"},
    ] * 2
    path = write_lines(
        tmp_path / "talks.jsonl",
        [{"images": ["a.png", "a.png"], "conversations": said}],
    )
    first, second = recorded_with(path, 2).requests
    parts = [shown(), {"type": "text", "text": "what"}]
    assert messages(first)[0]["content"] == parts
    assert [messages(second)[i]["content"] for i in (0, 2)] == [parts, parts]
    assert recorded_with(path, 2).reusable_tokens == ANY_LENGTH


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"image": "b.png"}, "line 1: names the picture 'b.png'"),
        ({"audio": "b.wav"}, "line 1: names the picture 'b.wav'"),
        (
            {"audio": 7},
            "line 1: has sound or film under 'audio' that is no file",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_and_not_left_out(
    tmp_path: Path, row: Any, sentence: str
) -> None:
    path = write_lines(tmp_path / "talks.jsonl", [{**talk("a", 3, 4), **row}])
    with pytest.raises(ValueError, match=sentence):
        recorded_with(path, 1)


def test_tools_that_the_wire_does_not_carry_are_refused(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "agent.jsonl", [{"messages": AGENT, "tools": TOOLS}]
    )
    with pytest.raises(
        ValueError, match="line 1: has tools, which are part of the prompt"
    ):
        recorded(path, 1)


def test_conversations_of_one_turn_repeat_what_the_system_says() -> None:
    assert build(3, turns=1).reusable_tokens == 0
    assert build(3, turns=1, system_len=7).reusable_tokens == 7
