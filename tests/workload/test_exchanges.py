"""sharegpt and jsonl: which rows become requests, in which order, what is left out, and that all of
it is told.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from inferometer.protocol import PROTOCOLS
from inferometer.request import Request
from inferometer.spec.workload import (
    AnyWorkload,
    JsonlWorkload,
    ShareGptWorkload,
    SpecBenchWorkload,
    SpeedBenchWorkload,
)
from inferometer.trace import MISSING
from inferometer.workload import (
    TokenCounter,
    TokenIds,
    TooFewRowsError,
    WordCounter,
    Workload,
    build_workload,
    rows_in_words,
)
from inferometer.workload.exchanges import BATCH, SMALLEST_BATCH
from inferometer.workload.sound_length import sound_seconds
from inferometer.workload.workload import ANY_LENGTH
from tests.workload.picture_files import PNG, RECORDINGS, data_url, shown
from tests.workload.test_sound_length import wav
from tests.workload.word_server import (
    IDENTITY,
    IDS,
    chat_counter,
    text_counter,
    words,
    write_lines,
)


def build(
    work: AnyWorkload,
    n: int,
    counter: TokenIds | TokenCounter | None = None,
    *,
    chat: bool = False,
    **how: Any,
) -> Workload:
    return build_workload(
        work,
        n,
        chat=chat,
        **{
            "identity": IDENTITY,
            "counting": lambda: (
                counter or (chat_counter() if chat else text_counter())
            ),
            **how,
        },
    )


def conversation(prompt: int, reply: int, name: str = "w") -> dict[str, Any]:
    said = [
        {"from": "human", "value": words(prompt, name)},
        {"from": "gpt", "value": words(reply)},
    ]
    return {"id": name, "conversations": said}


@pytest.fixture
def sharegpt(tmp_path: Path) -> str:
    rows: list[dict[str, Any]] = [
        conversation(10 + i, 20 + i, f"r{i}_") for i in range(40)
    ]
    rows[3] = {"id": "empty", "conversations": []}
    rows[5] = {
        "id": "begins otherwise",
        "conversations": rows[5]["conversations"][::-1],
    }
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
    assert (work.counting, work.exact) == (
        "text, counted by the server's /tokenize",
        True,
    )
    assert work.origin["left_out"] == {
        "no exchange": 3,
        "prompt too short": 1,
        "reply too short": 1,
        "prompt too long": 1,
        "prompt and output too long": 1,
    }
    assert rows_in_words(work.origin) == (
        "rows left out (7): no exchange (3), prompt too short (1), reply too short (1), "
        "prompt too long (1), prompt and output too long (1); not sent: id (33)"
    )
    assert (
        work.origin["file"],
        work.origin["shuffled"],
        work.origin["oversampled"],
    ) == (
        sharegpt,
        False,
        0,
    )


def test_an_output_length_replaces_that_of_the_replies_and_their_filter(
    sharegpt: str,
) -> None:
    work = build(
        ShareGptWorkload(path=sharegpt, shuffle=False, output_len=100), 34
    )
    assert {request.max_tokens for request in work.requests} == {100}
    assert "reply too short" not in work.origin["left_out"]


def test_the_filters_can_be_set(sharegpt: str) -> None:
    spec = ShareGptWorkload(
        path=sharegpt,
        shuffle=False,
        min_len=1,
        max_input_len=2000,
        max_total_len=4000,
    )
    assert len(build(spec, 37).requests) == 37
    short = ShareGptWorkload(path=sharegpt, shuffle=False, max_input_len=20)
    assert (
        max(request.prompt_tokens for request in build(short, 5).requests) <= 20
    )


def test_rows_are_shuffled_by_the_identity(sharegpt: str) -> None:
    spec = ShareGptWorkload(path=sharegpt)
    made = [
        build(spec, 20, identity=(seed, "p", repeat))
        for seed, repeat in ((0, 0), (0, 0), (1, 0), (0, 1))
    ]
    prompts = [[request.prompt for request in work.requests] for work in made]
    assert prompts[0] == prompts[1]
    assert prompts[0] != prompts[2] != prompts[3] != prompts[0]
    assert (
        made[0].origin["sha256"]
        == made[1].origin["sha256"]
        != made[2].origin["sha256"]
    )
    assert made[0].origin["shuffled"] is True
    again = build(spec, 20, attempt=1)
    assert [r.prompt for r in again.requests] != [
        r.prompt for r in build(spec, 20).requests
    ]


def test_fewer_requests_are_the_first_of_more(sharegpt: str) -> None:
    spec = ShareGptWorkload(path=sharegpt)
    assert build(spec, 5).requests == build(spec, 20).requests[:5]


def test_no_more_is_read_than_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write_lines(path, [conversation(10, 10) for _ in range(3 * BATCH)])
    with path.open("ab") as file:
        file.write(b"{ this is no JSON\n")
    assert (
        len(
            build(
                ShareGptWorkload(path=str(path), shuffle=False), 2 * BATCH
            ).requests
        )
        == 2 * BATCH
    )
    with pytest.raises(ValueError, match=f"line {3 * BATCH + 1}: is not JSON"):
        build(ShareGptWorkload(path=str(path), shuffle=False), 4 * BATCH)


# too few


def test_too_few_rows_are_an_error_that_says_what_was_left_out(
    sharegpt: str,
) -> None:
    with pytest.raises(
        ValueError,
        match=(
            r"33 usable rows \(.*3 left out: no exchange.*\), but 34 .* load.num_prompts to 33, "
            r".*workload.oversample"
        ),
    ):
        build(ShareGptWorkload(path=sharegpt), 34)


def test_rows_come_again_where_that_is_allowed(sharegpt: str) -> None:
    work = build(
        ShareGptWorkload(path=sharegpt, shuffle=False, oversample=True), 70
    )
    prompts = [request.prompt for request in work.requests]
    assert prompts[:33] == prompts[33:66]
    assert prompts[66:] == prompts[:4]
    assert [request.id for request in work.requests] == list(range(70))
    assert (work.origin["oversampled"], work.origin["distinct"]) == (37, 33)
    assert work.reusable_tokens == max(
        request.prompt_tokens for request in work.requests
    )


def test_nothing_usable_is_not_oversampled(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rows.jsonl", [conversation(1, 1)])
    with pytest.raises(
        ValueError, match=r"0 usable rows .*see what the filters leave"
    ):
        build(ShareGptWorkload(path=path, oversample=True), 3)


# jsonl


def test_rows_tell_how_much_to_generate(tmp_path: Path) -> None:
    rows = [
        {"prompt": words(3), "max_tokens": 5},
        {"prompt": words(4), "completion": words(9)},
        {"prompt": words(5), "output_len": 1},
    ]
    path = write_lines(tmp_path / "rows.jsonl", rows)
    assert lengths(
        build(JsonlWorkload(path=path, shuffle=False), 3).requests
    ) == [
        (4, 5),
        (5, 9),
        (6, 1),
    ]
    assert lengths(
        build(JsonlWorkload(path=path, shuffle=False, output_len=8), 3).requests
    ) == [
        (4, 8),
        (5, 8),
        (6, 8),
    ]
    assert lengths(
        build(
            JsonlWorkload(
                path=path, shuffle=False, max_input_len=5, max_total_len=10
            ),
            1,
        ).requests
    ) == [(4, 5)]


def test_a_row_that_does_not_tell_is_named(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "rows.jsonl",
        [{"prompt": "a b", "max_tokens": 3}, {"prompt": "c"}],
    )
    with pytest.raises(
        ValueError,
        match=r"rows.jsonl, line 2: tells neither .* workload.output_len",
    ):
        build(JsonlWorkload(path=path, shuffle=False), 2)


def test_a_row_without_a_prompt_is_named(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "rows.jsonl",
        [{"prompt": "a b", "max_tokens": 3}, {"title": "c"}],
    )
    with pytest.raises(
        ValueError,
        match=r"rows.jsonl, line 2: has no prompt: fields are title, .*\.$",
    ):
        build(JsonlWorkload(path=path, shuffle=False, output_len=1), 2)


def test_messages_need_a_chat_and_ids_need_none(tmp_path: Path) -> None:
    messages = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "u v"},
    ]
    path = write_lines(tmp_path / "rows.jsonl", [{"messages": messages}])
    spec = JsonlWorkload(path=path, output_len=4)
    (request,) = build(spec, 1, chat=True).requests
    assert (request.prompt, request.prompt_tokens) == (messages, 17)
    with pytest.raises(
        ValueError,
        match=r"line 1: the prompt is chat messages, which this backend does not carry",
    ):
        build(spec, 1)
    path = write_lines(tmp_path / "rows.jsonl", [{"prompt": [7, 8, 9]}])
    (request,) = build(spec, 1).requests
    assert (request.prompt, request.prompt_tokens) == ([7, 8, 9], 3)
    guessed = build(spec, 1, WordCounter())
    assert (
        guessed.requests[0].prompt_tokens,
        guessed.exact,
        guessed.counting,
    ) == (
        3,
        True,
        "token ids, as many as the file has",
    )
    with pytest.raises(
        ValueError,
        match=(
            r"line 1: the prompt is token ids, .* carry: take text or messages, or another "
            r"backend"
        ),
    ):
        build(spec, 1, chat=True)
    with pytest.raises(
        ValueError,
        match=r"line 1: the prompt is token ids, .* carry: take text, or another backend",
    ):
        build(spec, 1, token_ids=False)


@pytest.mark.parametrize(
    "row",
    [
        {
            "messages": [
                {"role": "system", "content": "s"},
                {"role": "user", "content": "u"},
            ]
        },
        {"title": "c"},
    ],
)
def test_nobody_is_asked_how_to_count_what_cannot_be_sent(
    tmp_path: Path, row: dict[str, Any]
) -> None:
    asked: list[str] = []

    def counting() -> TokenCounter:
        asked.append("the server")
        return text_counter()

    path = write_lines(tmp_path / "rows.jsonl", [row])
    with pytest.raises(ValueError, match="line 1"):
        build(JsonlWorkload(path=path, output_len=4), 1, counting=counting)
    assert asked == []


def test_pictures_pass_with_a_length_that_only_the_server_knows(
    tmp_path: Path,
) -> None:
    content = [
        {"type": "text", "text": "what"},
        {"type": "image_url", "image_url": {"url": "data:,"}},
    ]
    path = write_lines(
        tmp_path / "rows.jsonl",
        [{"messages": [{"role": "user", "content": content}]}],
    )
    (request,) = build(
        JsonlWorkload(path=path, output_len=4, max_input_len=2), 1, chat=True
    ).requests
    assert request.prompt_tokens == MISSING


def test_a_guess_at_lengths_is_said_to_be_one(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "rows.jsonl", [{"prompt": words(100), "max_tokens": 3}]
    )
    work = build(JsonlWorkload(path=path), 1, WordCounter(1.5))
    assert (work.requests[0].prompt_tokens, work.exact, work.counting) == (
        150,
        False,
        WordCounter().how,
    )


def test_texts_are_not_counted_as_ids(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "rows.jsonl", [{"prompt": "hello", "max_tokens": 3}]
    )
    with pytest.raises(ValueError, match="jsonl are texts"):
        build(JsonlWorkload(path=path), 1, IDS)


# what rows say beside their prompts

TOOLS = [
    {"type": "function", "function": {"name": "weather", "parameters": {}}}
]
OPENAI = PROTOCOLS["openai-chat"].fields


def test_request_fields_of_rows_are_sent_and_all_else_is_counted(
    tmp_path: Path,
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": i,
            "prompt": words(3),
            "max_tokens": 5,
            "temperature": 0.1 * i,
            "tools": TOOLS,
            "metadata": {"a": 1},
        }
        for i in range(4)
    ]
    del rows[1]["tools"], rows[2]["metadata"]
    spec = JsonlWorkload(
        path=write_lines(tmp_path / "rows.jsonl", rows), shuffle=False
    )
    work = build(spec, 4, chat=True, fields=OPENAI)
    assert [dict(r.parameters) for r in work.requests] == [
        {name: row[name] for name in ("temperature", "tools") if name in row}
        for row in rows
    ]
    assert work.origin["fields_sent"] == {"temperature": 4, "tools": 3}
    assert work.origin["fields_left_out"] == {"id": 4, "metadata": 3}
    assert build(spec, 2, chat=True, fields=OPENAI).origin[
        "fields_left_out"
    ] == {
        "id": 2,
        "metadata": 2,
    }


def test_what_the_wire_does_not_carry_is_left_out_by_name(
    tmp_path: Path,
) -> None:
    row = {
        "prompt": words(3),
        "max_tokens": 5,
        "temperature": 1,
        "response_format": {"type": "json_object"},
    }
    spec = JsonlWorkload(path=write_lines(tmp_path / "rows.jsonl", [row]))
    work = build(spec, 1, fields=PROTOCOLS["tgi"].fields)
    assert work.requests[0].parameters == {"temperature": 1}
    assert work.origin["fields_left_out"] == {"response_format": 1}


@pytest.mark.parametrize("kind", [JsonlWorkload, ShareGptWorkload])
def test_tools_are_part_of_the_prompt_and_refused_where_they_are_not_carried(
    tmp_path: Path, kind: Any
) -> None:
    path = write_lines(
        tmp_path / "rows.jsonl", [{**conversation(10, 10), "tools": TOOLS}]
    )
    with pytest.raises(
        ValueError,
        match=r"line 1: has tools, which are part of the prompt .* take a chat backend, such as",
    ):
        build(kind(path=path), 1, fields=PROTOCOLS["openai"].fields)


def test_a_request_that_the_wire_refuses_is_named_by_its_line(
    tmp_path: Path,
) -> None:
    rows = [
        {"prompt": "a", "max_tokens": 1},
        {"prompt": "b", "max_tokens": 1, "temperature": 1},
    ]

    def encode(request: Request) -> None:
        raise ValueError("This wire knows no temperature.")

    spec = JsonlWorkload(
        path=write_lines(tmp_path / "rows.jsonl", rows), shuffle=False
    )
    with pytest.raises(
        ValueError,
        match=r"rows.jsonl, line 2: This wire knows no temperature\.$",
    ):
        build(spec, 2, fields=OPENAI, encode=encode)


def test_the_limit_of_a_batch_request_is_how_much_is_asked_for(
    tmp_path: Path,
) -> None:
    body = {
        "model": "x",
        "messages": [{"role": "user", "content": words(3)}],
        "max_completion_tokens": 7,
    }
    row = {
        "custom_id": "a",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": body,
    }
    path = write_lines(tmp_path / "batch.jsonl", [row])
    (request,) = build(JsonlWorkload(path=path), 1, chat=True).requests
    assert (request.max_tokens, request.parameters) == (7, {})
    assert (
        build(JsonlWorkload(path=path, output_len=9), 1, chat=True)
        .requests[0]
        .max_tokens
        == 9
    )


def test_what_rows_say_makes_the_content_another(tmp_path: Path) -> None:
    hashes = set()
    others: list[dict[str, int]] = [{}, {"seed": 1}, {"seed": 2}, {"id": 2}]
    for i, other in enumerate(others):
        path = write_lines(
            tmp_path / f"{i}.jsonl", [{"prompt": "a", "max_tokens": 3, **other}]
        )
        hashes.add(
            build(JsonlWorkload(path=path), 1, fields=OPENAI).origin["sha256"]
        )
    assert len(hashes) == 3


# pictures


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    (tmp_path / "coco").mkdir()
    for i in range(3):
        (tmp_path / "coco" / f"{i}.png").write_bytes(PNG + bytes([i]))
    return tmp_path


def test_pictures_beside_prompts_are_sent(pictures: Path) -> None:
    rows = [
        {
            "prompt": "How many animals?",
            "image_files": [str(pictures / "coco" / f"{i}.png")],
        }
        for i in range(3)
    ]
    spec = JsonlWorkload(
        path=write_lines(pictures / "rows.jsonl", rows),
        output_len=10,
        shuffle=False,
    )
    work = build(spec, 3, chat=True)
    for i, request in enumerate(work.requests):
        text = {"type": "text", "text": "How many animals?"}
        assert request.prompt == [
            {
                "role": "user",
                "content": [text, shown(data_url(PNG + bytes([i])))],
            }
        ]
        assert request.prompt_tokens == MISSING
    assert (work.origin["images_in_rows"], work.origin["images_by_url"]) == (
        3,
        0,
    )


def test_pictures_of_sharegpt_are_beside_the_file(pictures: Path) -> None:
    said = [
        {"from": "human", "value": "What is it?\n<image>"},
        {"from": "gpt", "value": words(9)},
    ]
    rows = [
        {"id": "x", "image": f"coco/{i}.png", "conversations": said}
        for i in range(3)
    ]
    path = write_lines(pictures / "rows.jsonl", rows)
    work = build(ShareGptWorkload(path=path), 3, chat=True)
    assert (
        str([request.prompt for request in work.requests]).count(
            "data:image/png"
        )
        == 3
    )
    assert "<image>" not in str([request.prompt for request in work.requests])
    assert work.origin["images_in_rows"] == 3
    with pytest.raises(
        ValueError,
        match=(
            r"line 1: the prompt is chat messages with pictures, which this backend does not "
            r"carry"
        ),
    ):
        build(ShareGptWorkload(path=path, shuffle=False), 3)


@pytest.mark.parametrize("kind", [JsonlWorkload, ShareGptWorkload])
def test_a_picture_that_is_not_there_is_refused_before_anybody_is_asked(
    pictures: Path, kind: Any
) -> None:
    def counting() -> TokenCounter:
        raise AssertionError("asked")

    rows = [
        {**conversation(10, 9), "image": name}
        for name in ("coco/0.png", "coco/7.png")
    ]
    path = write_lines(pictures / "rows.jsonl", rows)
    with pytest.raises(
        ValueError,
        match=r"rows.jsonl, line 2: names the picture 'coco/7.png', which cannot be read",
    ):
        build(kind(path=path, shuffle=False), 2, chat=True, counting=counting)


@pytest.mark.parametrize("field", ["audio", "video"])
def test_sound_that_is_not_there_is_refused_and_no_row_without_an_exchange(
    tmp_path: Path, field: str
) -> None:
    path = write_lines(
        tmp_path / "rows.jsonl", [{**conversation(10, 9), field: "x.wav"}]
    )
    with pytest.raises(
        ValueError, match=r"line 1: names the picture 'x.wav', which cannot be"
    ):
        build(ShareGptWorkload(path=path), 1, chat=True)
    with pytest.raises(
        ValueError, match=r"line 1: the prompt is chat messages"
    ):
        build(ShareGptWorkload(path=path), 1, chat=False)


def test_sound_and_film_are_sent_as_vllm_sends_them_and_counted(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.wav").write_bytes(RECORDINGS["audio/wav"])
    (tmp_path / "b.mp4").write_bytes(RECORDINGS["video/mp4"])
    rows = [{"prompt": "hear and see", "audio": "a.wav", "video": "b.mp4"}]
    work = build(
        JsonlWorkload(
            path=write_lines(tmp_path / "rows.jsonl", rows), output_len=3
        ),
        1,
        chat=True,
    )
    content = work.requests[0].prompt[0]["content"]  # type: ignore[index]
    sound = base64.b64encode(RECORDINGS["audio/wav"]).decode()
    film = base64.b64encode(RECORDINGS["video/mp4"]).decode()
    assert content == [
        {"type": "text", "text": "hear and see"},
        {
            "type": "input_audio",
            "input_audio": {"data": sound, "format": "wav"},
        },
        {
            "type": "video_url",
            "video_url": {"url": f"data:video/mp4;base64,{film}"},
        },
    ]
    assert (work.origin["sound_in_rows"], work.origin["film_in_rows"]) == (1, 1)
    assert "images_in_rows" not in work.origin
    assert rows_in_words(work.origin) == "sound sent: 1; film sent: 1"


@pytest.mark.parametrize(
    ("limits", "kept"),
    [
        ({}, [1, 2, 3, None]),
        ({"min_audio_s": 2.0}, [2, 3]),
        ({"max_audio_s": 2.0}, [1, 2]),
        ({"min_audio_s": 1.5, "max_audio_s": 2.5}, [2]),
    ],
)
def test_recordings_of_other_or_unknown_lengths_are_left_out_and_counted(
    tmp_path: Path, limits: dict[str, float], kept: list[int | None]
) -> None:
    for seconds in (1, 2, 3):
        (tmp_path / f"{seconds}.wav").write_bytes(wav(16_000 * seconds))
    (tmp_path / "None.wav").write_bytes(RECORDINGS["audio/mp3"])
    rows = [{"prompt": str(i), "audio": f"{i}.wav"} for i in (1, 2, 3, None)]
    path = write_lines(tmp_path / "rows.jsonl", rows)
    work = build(
        JsonlWorkload(path=path, output_len=3, shuffle=False, **limits),  # type: ignore[arg-type]
        len(kept),
        chat=True,
    )
    assert [sound_seconds(each.prompt) for each in work.requests] == kept
    with pytest.raises(TooFewRowsError) as error:
        build(
            JsonlWorkload(path=path, output_len=3, min_audio_s=3.5),
            1,
            chat=True,
        )
    assert (
        "(3 left out: recording too short, 1 left out: recording of unknown length)"
        in str(error.value)
    )


def test_recordings_alone_are_not_called_counted_text(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(RECORDINGS["audio/wav"])
    path = write_lines(tmp_path / "rows.jsonl", [{"audio": "a.wav"}])
    rows = JsonlWorkload(path=path, output_len=3)
    work = build(rows, 1, chat_counter(), chat=True, texts=False)
    assert work.counting == (
        "recordings as the file has them; how many tokens each is, only the "
        "server can tell"
    )
    assert [each.prompt_tokens for each in work.requests] == [MISSING]


@pytest.mark.parametrize(
    ("field", "kind", "what"),
    [
        ("image", "audio/wav", "no picture: it is neither"),
        ("audio", "video/avi", "no sound: it is neither"),
        ("video", "audio/wav", "no film: it is neither"),
    ],
)
def test_a_file_of_another_kind_than_its_field_is_refused(
    tmp_path: Path, field: str, kind: str, what: str
) -> None:
    (tmp_path / "x").write_bytes(RECORDINGS[kind])
    path = write_lines(tmp_path / "rows.jsonl", [{"prompt": "see", field: "x"}])
    with pytest.raises(ValueError, match=what):
        build(JsonlWorkload(path=path, output_len=3), 1, chat=True)


def test_rows_that_repeat_unasked_may_not_come_from_the_prefix_cache(
    tmp_path: Path,
) -> None:
    path = write_lines(
        tmp_path / "rows.jsonl", [{"prompt": "one two"}, {"prompt": "three"}]
    )
    with pytest.raises(TooFewRowsError) as few:
        build(JsonlWorkload(path=path, output_len=3), 5)
    assert few.value.found == 2
    unasked, asked = (
        build(JsonlWorkload(path=path, output_len=3, oversample=way), 5)
        for way in ("unasked", True)
    )
    assert [len(work.requests) for work in (unasked, asked)] == [5, 5]
    assert (unasked.reusable_tokens, asked.reusable_tokens > 0) == (0, True)
    assert [
        work.origin.get("repeats_unasked") for work in (unasked, asked)
    ] == [True, None]


QUESTIONS = [
    {"category": "writing", "turns": ["a poem", "another"]},
    {"category": "math", "turns": ["one and one", "and two"]},
    {"category": "math", "messages": [{"role": "user", "content": "two"}]},
    {
        "category": "math",
        "messages": [{"role": "user", "content": who} for who in ("x", "y")],
    },
]


@pytest.mark.parametrize(
    ("category", "prompts"),
    [
        (None, ["a poem", "one and one", "two", "x"]),
        ("math", ["one and one", "two", "x"]),
    ],
)
def test_first_questions_of_a_category(
    tmp_path: Path, category: str | None, prompts: list[str]
) -> None:
    path = write_lines(tmp_path / "throughput_2k.jsonl", QUESTIONS)
    asked: dict[str, Any] = {"shuffle": False, "category": category}
    for spec, length in (
        (SpecBenchWorkload(path=path, **asked), 256),
        (
            SpeedBenchWorkload(
                path=str(tmp_path), subset="throughput_2k", **asked
            ),
            4096,
        ),
    ):
        work = build(spec, len(prompts))
        requests = work.requests
        others = {"of another category": 1} if category else {}
        assert work.origin["left_out"] == others
        assert [request.prompt for request in requests] == prompts
        assert {request.max_tokens for request in requests} == {length}


def test_addresses_are_counted(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "rows.jsonl",
        [{"prompt": "see", "image_url": "http://x/a.png"}],
    )
    work = build(
        JsonlWorkload(path=path, output_len=3, oversample=True), 2, chat=True
    )
    assert (work.origin["images_in_rows"], work.origin["images_by_url"]) == (
        1,
        1,
    )
    assert work.reusable_tokens == ANY_LENGTH


def test_only_pictures_that_are_wanted_are_read(pictures: Path) -> None:
    rows = [
        {
            "prompt": "see",
            "image": "coco/0.png" if i < SMALLEST_BATCH else "missing.png",
        }
        for i in range(2 * BATCH)
    ]
    spec = JsonlWorkload(
        path=write_lines(pictures / "rows.jsonl", rows),
        output_len=3,
        shuffle=False,
    )
    assert (
        len(build(spec, SMALLEST_BATCH, chat=True).requests) == SMALLEST_BATCH
    )
    with pytest.raises(
        ValueError,
        match=rf"line {SMALLEST_BATCH + 1}: names the picture 'missing.png'",
    ):
        build(spec, SMALLEST_BATCH + 1, chat=True)
