"""Every kind of workload is built by one call; some of its prompts may come again; what is made can
be sent.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import orjson
import pytest

from inferometer.protocol import PROTOCOLS, Generation
from inferometer.spec.workload import AnyWorkload, RandomWorkload
from inferometer.trace import MISSING
from inferometer.workload import Workload, build_workload
from tests.workload.word_server import (
    IDENTITY,
    IDS,
    chat_counter,
    text_counter,
    words,
    write_lines,
)

KINDS = [get_args(each)[0] for each in get_args(get_args(AnyWorkload)[0])]
NEEDS_CHAT = {"images"}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    rows = [
        {"prompt": words(20, f"r{i}_"), "completion": words(10)}
        for i in range(30)
    ]
    trace = [
        {"timestamp": i, "input_length": 20, "output_length": 5}
        for i in range(30)
    ]
    questions = [{"turns": [words(20, f"q{i}_"), "more"]} for i in range(30)]
    (tmp_path / "poem.txt").write_text(
        "\n".join(words(8, f"l{i}_") for i in range(20))
    )
    return {
        "sharegpt": write_lines(tmp_path / "rows.jsonl", rows),
        "jsonl": str(tmp_path / "rows.jsonl"),
        "hf": str(tmp_path / "rows.jsonl"),
        "sonnet": str(tmp_path / "poem.txt"),
        "trace": write_lines(tmp_path / "trace.jsonl", trace),
        "timed_trace": str(tmp_path / "trace.jsonl"),
        "spec_bench": write_lines(tmp_path / "qualitative.jsonl", questions),
        "speed_bench": str(tmp_path),
    }


def make(
    kind: Any, files: dict[str, str], n: int, *, chat: bool, **fields: Any
) -> Workload:
    name = kind.model_fields["kind"].default
    spec = kind(**({"path": files[name]} if name in files else {}), **fields)
    counter = (
        chat_counter()
        if chat
        else IDS
        if spec.writes_own_tokens
        else text_counter()
    )
    return build_workload(
        spec, n, identity=IDENTITY, counting=lambda: counter, chat=chat
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("chat", [False, True])
def test_every_kind_can_be_made_and_sent(
    kind: Any, files: dict[str, str], chat: bool
) -> None:
    if not chat and kind.model_fields["kind"].default in NEEDS_CHAT:
        pytest.skip("pictures go into chats only")
    if kind.__name__ == "HfWorkload":
        pytest.importorskip("datasets")
    work = make(kind, files, 7, chat=chat)
    assert [request.id for request in work.requests] == list(range(7))
    assert work.counting
    orjson.dumps(dict(work.origin))  # plain values, for a file
    backend = PROTOCOLS["openai-chat" if chat else "openai"]
    for request in work.requests:
        assert request.prompt_tokens > 0 or request.prompt_tokens == MISSING
        assert request.max_tokens > 0
        assert (
            orjson.loads(backend.encode(request, Generation(model="m")))[
                "max_tokens"
            ]
            == request.max_tokens
        )
    assert make(kind, files, 7, chat=chat).requests == work.requests


def test_some_prompts_may_come_again() -> None:
    work = build_workload(
        RandomWorkload(input_len=9, distinct=3),
        8,
        identity=IDENTITY,
        counting=lambda: IDS,
        chat=False,
    )
    prompts = [request.prompt for request in work.requests]
    assert prompts == [prompts[i % 3] for i in range(8)]
    assert [request.id for request in work.requests] == list(range(8))
    assert len({tuple(prompt) for prompt in prompts}) == 3
    assert (work.reusable_tokens, work.origin["distinct"]) == (9, 3)


def test_more_different_prompts_than_requests_are_just_different_prompts() -> (
    None
):
    one, other = (
        build_workload(
            RandomWorkload(input_len=9, distinct=distinct),
            8,
            identity=IDENTITY,
            counting=lambda: IDS,
            chat=False,
        )
        for distinct in (None, 100)
    )
    assert one == other
    assert one.reusable_tokens == 0


def test_a_warm_point_may_find_all_of_its_prompts_again() -> None:
    cold, warm = (
        build_workload(
            RandomWorkload(input_len=9, prefix_len=2, cache=cache),
            8,
            identity=IDENTITY,
            counting=lambda: IDS,
            chat=False,
        )
        for cache in ("cold", "warm")
    )
    assert (
        cold.requests == warm.requests
    )  # with one identity; the spec sees to that
    assert (cold.reusable_tokens, warm.reusable_tokens) == (2, 11)
