"""Prompts of lines: of the exact length, from the text, with a beginning that all share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inferometer.spec.workload import SonnetWorkload
from inferometer.workload import WordCounter, Workload, build_workload
from inferometer.workload import sonnet as sonnet_file
from tests.workload.word_server import (
    AROUND_TEXT,
    IDENTITY,
    chat_counter,
    text_counter,
)

LINES = [
    f"line {i} has {' '.join(f'word{i}_{j}' for j in range(4 + i % 5))} in it,"
    for i in range(50)
]


@pytest.fixture
def poem(tmp_path: Path) -> str:
    (tmp_path / "poem.txt").write_text("\n\n".join(LINES))
    return str(tmp_path / "poem.txt")


def build(
    path: str,
    n: int = 20,
    counter: Any = None,
    attempt: int = 0,
    identity: Any = IDENTITY,
    **fields: Any,
) -> Workload:
    spec = SonnetWorkload.model_validate(
        {
            "path": path,
            "input_len": 80,
            "prefix_len": 30,
            "output_len": 9,
            **fields,
        }
    )
    return build_workload(
        spec,
        n,
        identity=identity,
        counting=lambda: counter or text_counter(),
        chat=False,
        attempt=attempt,
    )


def texts(work: Workload) -> list[list[str]]:
    return [str(request.prompt).split() for request in work.requests]


def test_prompts_are_as_long_as_asked_and_share_their_beginning(
    poem: str,
) -> None:
    work = build(poem)
    assert {len(text) + AROUND_TEXT for text in texts(work)} == {80}
    assert {(r.prompt_tokens, r.max_tokens) for r in work.requests} == {(80, 9)}
    shared = 30 - AROUND_TEXT
    assert len({tuple(text[:shared]) for text in texts(work)}) == 1
    assert len({tuple(text[shared:]) for text in texts(work)}) == 20
    assert (work.exact, work.reusable_tokens) == (True, 30)
    assert (work.origin["file"], work.origin["lines"]) == (poem, 50)


def test_they_are_made_of_the_lines(poem: str) -> None:
    for request in build(poem, prefix_len=0).requests:
        *whole, last = str(request.prompt).split("\n")
        assert len(whole) > 4
        assert set(whole) <= set(LINES)
        assert any(line.startswith(last.split(" ")[0]) for line in LINES)


def test_the_identity_decides_and_fewer_are_the_first_of_more_but_for_their_ends(
    poem: str,
) -> None:
    assert build(poem).requests == build(poem).requests
    assert [text[:60] for text in texts(build(poem, 5))] == [
        text[:60] for text in texts(build(poem))[:5]
    ]
    others = [
        build(poem, 1, identity=(8, "point", 0)),
        build(poem, 1, attempt=1),
        build(poem, 1),
    ]
    assert len({tuple(texts(work)[0][:40]) for work in others}) == 3


def test_in_a_chat_the_template_counts(poem: str) -> None:
    assert {
        len(text) for text in texts(build(poem, counter=chat_counter()))
    } == {73}


def test_a_guess_at_the_length_is_said_to_be_one(poem: str) -> None:
    work = build(poem, counter=WordCounter(2.0))
    assert not work.exact
    assert {len(text) for text in texts(work)} <= {
        39,
        40,
    }  # a word on both sides of a line's end is split here


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"prefix_len": 80},
            "workload.prefix_len 80 leaves nothing of workload.input_len 80",
        ),
        (
            {"input_len": 5, "prefix_len": 0},
            "An input of 5 tokens cannot be had",
        ),
    ],
    ids=str,
)
def test_lengths_that_cannot_be_had_are_refused(
    poem: str, fields: dict[str, int], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        build(poem, counter=chat_counter(), **fields)


def test_an_empty_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n \n")
    with pytest.raises(ValueError, match="no line of text"):
        build(str(tmp_path / "empty"))


def test_of_a_long_text_the_first_lines_are_drawn_from(
    poem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sonnet_file, "MAX_LINES", 2)
    work = build(poem)
    assert work.origin["lines"] == 2
    assert {
        word for text in texts(work) for word in text if word.startswith("word")
    } <= set(" ".join(LINES[:2]).split())
