"""sharegpt and jsonl: which rows become requests, in which order, what is left out, and that all of it is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from word_server import IDENTITY, IDS, chat_counter, text_counter, words, write_lines

from inferometer.request import Request
from inferometer.spec.workload import AnyWorkload, JsonlWorkload, ShareGptWorkload
from inferometer.trace import MISSING
from inferometer.workload import TokenCounter, TokenIds, WordCounter, Workload, build_workload
from inferometer.workload.exchanges import BATCH


def build(
    work: AnyWorkload, n: int, counter: TokenIds | TokenCounter | None = None, *, chat: bool = False, **how: Any
) -> Workload:
    return build_workload(
        work,
        n,
        chat=chat,
        **{
            "identity": IDENTITY,
            "counting": lambda: counter or (chat_counter() if chat else text_counter()),
            **how,
        },
    )


def conversation(prompt: int, reply: int, name: str = "w") -> dict[str, Any]:
    said = [{"from": "human", "value": words(prompt, name)}, {"from": "gpt", "value": words(reply)}]
    return {"id": name, "conversations": said}


@pytest.fixture
def sharegpt(tmp_path: Path) -> str:
    rows: list[dict[str, Any]] = [conversation(10 + i, 20 + i, f"r{i}_") for i in range(40)]
    rows[3] = {"id": "empty", "conversations": []}
    rows[5] = {"id": "begins otherwise", "conversations": rows[5]["conversations"][::-1]}
    rows[7] = {"id": "no answer", "conversations": rows[7]["conversations"][:1]}
    rows[9] = conversation(1, 50)  # with what stands around it 2 tokens
    rows[11] = conversation(50, 3)
    rows[13] = conversation(1024, 10)
    rows[15] = conversation(1000, 1048)
    path = tmp_path / "sharegpt.json"
    path.write_text(json.dumps(rows))
    return str(path)


def lengths(requests: Sequence[Request]) -> list[tuple[int, int]]:
    return [(request.prompt_tokens, request.max_tokens) for request in requests]


# sharegpt


def test_first_exchanges_with_the_usual_filters(sharegpt: str) -> None:
    work = build(ShareGptWorkload(path=sharegpt, shuffle=False), 33)
    kept = [i for i in range(40) if i not in (3, 5, 7, 9, 11, 13, 15)]
    assert lengths(work.requests) == [(11 + i, 20 + i) for i in kept]
    assert [request.id for request in work.requests] == list(range(33))
    assert work.requests[0].prompt == words(10, "r0_")
    assert (work.counting, work.exact) == ("text, counted by the server's /tokenize", True)
    assert work.origin["left_out"] == {
        "no exchange": 3,
        "prompt too short": 1,
        "reply too short": 1,
        "prompt too long": 1,
        "prompt and output too long": 1,
    }
    assert (work.origin["file"], work.origin["shuffled"], work.origin["oversampled"]) == (sharegpt, False, 0)


def test_an_output_length_replaces_that_of_the_replies_and_their_filter(sharegpt: str) -> None:
    work = build(ShareGptWorkload(path=sharegpt, shuffle=False, output_len=100), 34)
    assert {request.max_tokens for request in work.requests} == {100}
    assert "reply too short" not in work.origin["left_out"]


def test_the_filters_can_be_set(sharegpt: str) -> None:
    spec = ShareGptWorkload(path=sharegpt, shuffle=False, min_len=1, max_input_len=2000, max_total_len=4000)
    assert len(build(spec, 37).requests) == 37
    short = ShareGptWorkload(path=sharegpt, shuffle=False, max_input_len=20)
    assert max(request.prompt_tokens for request in build(short, 5).requests) <= 20


def test_rows_are_shuffled_by_the_identity(sharegpt: str) -> None:
    spec = ShareGptWorkload(path=sharegpt)
    made = [build(spec, 20, identity=(seed, "p", repeat)) for seed, repeat in ((0, 0), (0, 0), (1, 0), (0, 1))]
    prompts = [[request.prompt for request in work.requests] for work in made]
    assert prompts[0] == prompts[1]
    assert prompts[0] != prompts[2] != prompts[3] != prompts[0]
    assert made[0].origin["sha256"] == made[1].origin["sha256"] != made[2].origin["sha256"]
    assert made[0].origin["shuffled"] is True
    again = build(spec, 20, attempt=1)
    assert [r.prompt for r in again.requests] != [r.prompt for r in build(spec, 20).requests]


def test_fewer_requests_are_the_first_of_more(sharegpt: str) -> None:
    spec = ShareGptWorkload(path=sharegpt)
    assert build(spec, 5).requests == build(spec, 20).requests[:5]


def test_no_more_is_read_than_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write_lines(path, [conversation(10, 10) for _ in range(3 * BATCH)])
    with path.open("ab") as file:
        file.write(b"{ this is no JSON\n")
    assert len(build(ShareGptWorkload(path=str(path), shuffle=False), 2 * BATCH).requests) == 2 * BATCH
    with pytest.raises(ValueError, match=f"line {3 * BATCH + 1}: is not JSON"):
        build(ShareGptWorkload(path=str(path), shuffle=False), 4 * BATCH)


# too few


def test_too_few_rows_are_an_error_that_says_what_was_left_out(sharegpt: str) -> None:
    with pytest.raises(
        ValueError, match=r"33 usable rows \(.*3 left out: no exchange.*\), but 34 .* --num-prompts to 33, .*--oversample"
    ):
        build(ShareGptWorkload(path=sharegpt), 34)


def test_rows_come_again_where_that_is_allowed(sharegpt: str) -> None:
    work = build(ShareGptWorkload(path=sharegpt, shuffle=False, oversample=True), 70)
    prompts = [request.prompt for request in work.requests]
    assert prompts[:33] == prompts[33:66]
    assert prompts[66:] == prompts[:4]
    assert [request.id for request in work.requests] == list(range(70))
    assert (work.origin["oversampled"], work.origin["distinct"]) == (37, 33)
    assert work.reusable_tokens == max(request.prompt_tokens for request in work.requests)


def test_nothing_usable_is_not_oversampled(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rows.jsonl", [conversation(1, 1)])
    with pytest.raises(ValueError, match=r"0 usable rows .*see what the filters leave"):
        build(ShareGptWorkload(path=path, oversample=True), 3)


# jsonl


def test_rows_tell_how_much_to_generate(tmp_path: Path) -> None:
    rows = [
        {"prompt": words(3), "max_tokens": 5},
        {"prompt": words(4), "completion": words(9)},
        {"prompt": words(5), "output_len": 1},
    ]
    path = write_lines(tmp_path / "rows.jsonl", rows)
    assert lengths(build(JsonlWorkload(path=path, shuffle=False), 3).requests) == [(4, 5), (5, 9), (6, 1)]
    assert lengths(build(JsonlWorkload(path=path, shuffle=False, output_len=8), 3).requests) == [(4, 8), (5, 8), (6, 8)]
    assert lengths(build(JsonlWorkload(path=path, shuffle=False, max_input_len=5, max_total_len=10), 1).requests) == [(4, 5)]


def test_a_row_that_does_not_tell_is_named(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rows.jsonl", [{"prompt": "a b", "max_tokens": 3}, {"prompt": "c"}])
    with pytest.raises(ValueError, match=r"rows.jsonl, line 2: tells neither .* --custom-output-len"):
        build(JsonlWorkload(path=path, shuffle=False), 2)


def test_a_row_without_a_prompt_is_named(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rows.jsonl", [{"prompt": "a b", "max_tokens": 3}, {"title": "c"}])
    with pytest.raises(ValueError, match=r"rows.jsonl, line 2: has no prompt: fields are title, .*\.$"):
        build(JsonlWorkload(path=path, shuffle=False, output_len=1), 2)


def test_messages_need_a_chat_and_ids_need_none(tmp_path: Path) -> None:
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": "u v"}]
    path = write_lines(tmp_path / "rows.jsonl", [{"messages": messages}])
    spec = JsonlWorkload(path=path, output_len=4)
    (request,) = build(spec, 1, chat=True).requests
    assert (request.prompt, request.prompt_tokens) == (messages, 17)
    with pytest.raises(ValueError, match=r"line 1: the prompt is chat messages, which this backend does not carry"):
        build(spec, 1)
    path = write_lines(tmp_path / "rows.jsonl", [{"prompt": [7, 8, 9]}])
    (request,) = build(spec, 1).requests
    assert (request.prompt, request.prompt_tokens) == ([7, 8, 9], 3)
    guessed = build(spec, 1, WordCounter())
    assert (guessed.requests[0].prompt_tokens, guessed.exact, guessed.counting) == (
        3,
        True,
        "token ids, as many as the file has",
    )
    with pytest.raises(
        ValueError, match=r"line 1: the prompt is token ids, .* carry: take text or messages, or another backend"
    ):
        build(spec, 1, chat=True)
    with pytest.raises(ValueError, match=r"line 1: the prompt is token ids, .* carry: take text, or another backend"):
        build(spec, 1, token_ids=False)


@pytest.mark.parametrize(
    "row", [{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]}, {"title": "c"}]
)
def test_nobody_is_asked_how_to_count_what_cannot_be_sent(tmp_path: Path, row: dict[str, Any]) -> None:
    asked: list[str] = []

    def counting() -> TokenCounter:
        asked.append("the server")
        return text_counter()

    path = write_lines(tmp_path / "rows.jsonl", [row])
    with pytest.raises(ValueError, match="line 1"):
        build(JsonlWorkload(path=path, output_len=4), 1, counting=counting)
    assert asked == []


def test_pictures_pass_with_a_length_that_only_the_server_knows(tmp_path: Path) -> None:
    content = [{"type": "text", "text": "what"}, {"type": "image_url", "image_url": {"url": "data:,"}}]
    path = write_lines(tmp_path / "rows.jsonl", [{"messages": [{"role": "user", "content": content}]}])
    (request,) = build(JsonlWorkload(path=path, output_len=4, max_input_len=2), 1, chat=True).requests
    assert request.prompt_tokens == MISSING


def test_a_guess_at_lengths_is_said_to_be_one(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rows.jsonl", [{"prompt": words(100), "max_tokens": 3}])
    work = build(JsonlWorkload(path=path), 1, WordCounter(1.5))
    assert (work.requests[0].prompt_tokens, work.exact, work.counting) == (150, False, WordCounter().how)


def test_texts_are_not_counted_as_ids(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rows.jsonl", [{"prompt": "hello", "max_tokens": 3}])
    with pytest.raises(ValueError, match="jsonl are texts"):
        build(JsonlWorkload(path=path), 1, IDS)
