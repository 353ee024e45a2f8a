"""Traces in the three forms: lengths, times and shared blocks as recorded; what is no trace named
by its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inferometer.clock import NS
from inferometer.spec.workload import TimedTraceWorkload, TraceWorkload
from inferometer.workload import (
    TokenCounter,
    TokenIds,
    TooFewRowsError,
    Workload,
    build_workload,
)
from inferometer.workload.traces import _moment_ns
from tests.workload.word_server import (
    AROUND_TEXT,
    IDENTITY,
    IDS,
    text_counter,
    write_lines,
)

BURSTGPT = """Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
5,ChatGPT,472,18,490,Conversation log
45.5,GPT-4,1087,230,1317,API log
118,ChatGPT,417,0,417,Conversation log
118,ChatGPT,40,2,42,Conversation log
"""

AZURE = """TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:15:46.6805900,374,44
2023-11-16 18:15:50.9951690,396,109
2023-11-16 18:16:00,879,55
"""

MOONCAKE: list[dict[str, Any]] = [
    {
        "timestamp": 0,
        "input_length": 1300,
        "output_length": 52,
        "hash_ids": [46, 47, 48],
    },
    {
        "timestamp": 250,
        "input_length": 1100,
        "output_length": 26,
        "hash_ids": [46, 47, 99],
    },
    {
        "timestamp": 3000,
        "input_length": 700,
        "output_length": 5,
        "hash_ids": [7],
    },
    {"timestamp": 3001, "input_length": 600, "output_length": 5},
]


def build(
    path: Path | str,
    n: int,
    counter: TokenIds | TokenCounter = IDS,
    attempt: int = 0,
    **fields: Any,
) -> Workload:
    spec = TraceWorkload(path=str(path), **fields)
    return build_workload(
        spec,
        n,
        identity=IDENTITY,
        counting=lambda: counter,
        chat=False,
        attempt=attempt,
    )


def lengths(work: Workload) -> list[tuple[int, int]]:
    return [(r.prompt_tokens, r.max_tokens) for r in work.requests]


def seconds(work: Workload) -> Sequence[float]:
    assert work.recorded_ns is not None
    since: list[float] = (
        (work.recorded_ns - work.recorded_ns[0]) / NS
    ).tolist()
    return since


def ids(work: Workload, i: int) -> list[Any]:
    return list(work.requests[i].prompt)


@pytest.fixture
def burstgpt(tmp_path: Path) -> Path:
    (tmp_path / "burst.csv").write_text(BURSTGPT)
    return tmp_path / "burst.csv"


def test_burstgpt(burstgpt: Path) -> None:
    work = build(burstgpt, 3)
    assert lengths(work) == [(472, 18), (1087, 230), (40, 2)]
    assert seconds(work) == [0, 40.5, 113]
    assert [len(ids(work, i)) for i in range(3)] == [472, 1087, 40]
    assert work.origin["left_out"] == {"no tokens: it failed": 1}
    assert (work.exact, work.reusable_tokens) == (True, 0)
    assert lengths(build(burstgpt, 1, model="GPT-4")) == [(1087, 230)]
    assert build(burstgpt, 1, model="GPT-4").origin["left_out"] == {
        "another model": 1
    }


def test_azure(tmp_path: Path) -> None:
    (tmp_path / "azure.csv").write_text(AZURE)
    work = build(tmp_path / "azure.csv", 3)
    assert lengths(work) == [(374, 44), (396, 109), (879, 55)]
    assert seconds(work) == pytest.approx([0, 4.314579, 13.31941])


@pytest.mark.parametrize(
    ("written", "ns"),
    [
        ("1970-01-02 00:00:01", 86_401 * NS),
        ("1970-01-01T00:00:00.5Z", NS // 2),
        ("1970-01-01 00:00:00.1234567890", 123_456_789),
        ("1970-01-01 01:00:00.000001+01:00", 1000),
        ("1969-12-31 22:30:00-0130", 0),
        ("2024-05-10 00:00:00.009930+00:00", 1_715_299_200 * NS + 9_930_000),
    ],
)
def test_moments(written: str, ns: int) -> None:
    assert _moment_ns(written) == ns


def test_mooncake_prompts_share_the_blocks_that_the_recorded_ones_did(
    tmp_path: Path,
) -> None:
    work = build(write_lines(tmp_path / "m.jsonl", MOONCAKE), 4)
    assert lengths(work) == [(1300, 52), (1100, 26), (700, 5), (600, 5)]
    assert seconds(work) == [0, 0.25, 3, 3.001]
    assert ids(work, 0)[:1024] == ids(work, 1)[:1024]
    assert ids(work, 0)[1024:1028] != ids(work, 1)[1024:1028]
    assert len({tuple(ids(work, i)[:4]) for i in (0, 2, 3)}) == 3
    assert [len(ids(work, i)) for i in range(4)] == [1300, 1100, 700, 600]
    assert (work.reusable_tokens, work.origin["shares_blocks"]) == (1300, True)


def test_the_size_of_a_block_can_be_set(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "m.jsonl", MOONCAKE)
    work = build(path, 2, block_len=16)
    assert ids(work, 0)[:32] == ids(work, 1)[:32]
    assert ids(work, 0)[32:36] != ids(work, 1)[32:36]
    assert [len(ids(work, i)) for i in range(2)] == [1300, 1100]


def test_as_text_lengths_and_shared_beginnings_hold_too(tmp_path: Path) -> None:
    work = build(write_lines(tmp_path / "m.jsonl", MOONCAKE), 4, text_counter())
    texts = [str(r.prompt).split() for r in work.requests]
    assert [len(text) + AROUND_TEXT for text in texts] == [1300, 1100, 700, 600]
    assert texts[0][: 1024 - AROUND_TEXT] == texts[1][: 1024 - AROUND_TEXT]
    assert work.exact


def test_texts_too_short_to_be_had_are_lengthened_and_counted(
    tmp_path: Path,
) -> None:
    rows = [
        {"timestamp": 0, "input_length": n, "output_length": 1}
        for n in (1, 2, 9)
    ]
    work = build(write_lines(tmp_path / "m.jsonl", rows), 3, text_counter())
    assert [r.prompt_tokens for r in work.requests] == [2, 2, 9]
    assert work.origin["lengthened"] == 1


def test_rows_can_be_left_out_by_length(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "m.jsonl", MOONCAKE)
    assert lengths(build(path, 2, max_input_len=700)) == [(700, 5), (600, 5)]
    assert lengths(build(path, 1, max_total_len=605)) == [(600, 5)]
    assert build(path, 1, max_total_len=605).origin["left_out"] == {
        "prompt and output too long": 3
    }


def test_another_attempt_has_the_same_lengths_and_other_prompts(
    burstgpt: Path,
) -> None:
    one, other = build(burstgpt, 3), build(burstgpt, 3, attempt=1)
    assert lengths(one) == lengths(other)
    assert not {tuple(ids(one, i)[:4]) for i in range(3)} & {
        tuple(ids(other, i)[:4]) for i in range(3)
    }


def test_too_short_a_trace_says_what_was_left_out(burstgpt: Path) -> None:
    with pytest.raises(
        ValueError,
        match=r"3 usable rows \(1 left out: no tokens: it failed\), but 4 requests",
    ):
        build(burstgpt, 4)


def test_only_as_much_is_read_as_is_needed(burstgpt: Path) -> None:
    burstgpt.write_text(BURSTGPT + "this is no row\n")
    assert len(build(burstgpt, 3).requests) == 3
    with pytest.raises(
        ValueError, match="line 6: has another number of fields"
    ):
        build(burstgpt, 4)


HEAD = "Timestamp,Model,Request tokens,Response tokens\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD + "1,a,5,5\nsoon,a,5,5\n", "line 3: 'soon' is no time"),
        (HEAD + "nan,a,5,5\n", "line 2: 'nan' is no time"),
        (HEAD + "1,a,many,5\n", "line 2: 'many' is no number of tokens"),
        (HEAD + "1,a,5,-5\n", "line 2: '-5' is no number of tokens"),
        (
            HEAD + "5,a,5,5\n4,a,5,5\n",
            "line 3: is earlier than the row before it",
        ),
        (
            "TIMESTAMP,ContextTokens,GeneratedTokens\nyesterday,5,5\n",
            "line 2: 'yesterday' is no date",
        ),
        (
            "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 25:00:00,5,5\n",
            "line 2: .*repair",
        ),
        (
            "TIMESTAMP,ContextTokens\n2023-11-16 18:15:46,5\n",
            "line 2: has no 'GeneratedTokens'",
        ),
        ("a,b\n1,2\n", "is no trace: it has a, b, but neither"),
        (
            '{"timestamp": 1, "input_length": 5}\n',
            "line 1: has no 'output_length'",
        ),
        (
            '{"timestamp": 1, "input_length": 5, "output_length": 5, "hash_ids": "x"}\n',
            "line 1: hash_ids is no list",
        ),
        (
            '{"timestamp": 1, "input_length": true, "output_length": 5}\n',
            "line 1: True is no number of tokens",
        ),
        (
            '{"timestamp": 1, "input_length": 5, "output_length": 5}\n{"timestamp"\n',
            "line 2: is not JSON",
        ),
        ("", "0 usable rows"),
    ],
    ids=str,
)
def test_what_is_no_trace_is_refused_with_line_and_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "trace").write_text(text)
    with pytest.raises(ValueError, match=reason):
        build(tmp_path / "trace", 2)


def test_times_are_in_order(burstgpt: Path) -> None:
    recorded = build(burstgpt, 3).recorded_ns
    assert recorded is not None
    assert recorded.dtype == np.int64
    assert np.all(np.diff(recorded) >= 0)


def test_columns_that_are_not_read_are_counted(
    tmp_path: Path, burstgpt: Path
) -> None:
    assert build(burstgpt, 3).origin["fields_left_out"] == {"Log Type": 3}
    rows: list[dict[str, Any]] = [{**row, "session": 1} for row in MOONCAKE]
    path = write_lines(tmp_path / "toolagent.jsonl", rows)
    assert build(path, 4).origin["fields_left_out"] == {"session": 4}
    assert build(path, 4).origin["fields_sent"] == {}


def test_a_timed_trace_has_fields_of_any_names_and_times_in_any_unit(
    tmp_path: Path,
) -> None:
    names: dict[str, Any] = {
        "timestamp": "t",
        "input_length": "in",
        "output_length": "out",
        "hash_ids": "blocks",
    }
    rows = [
        {names[key]: value for key, value in row.items()} for row in MOONCAKE
    ]
    spec = TimedTraceWorkload(
        path=write_lines(tmp_path / "t.jsonl", rows),
        block_len=512,
        time_unit_s=0.001,
        **names,
    )
    same = build(write_lines(tmp_path / "m.jsonl", MOONCAKE), 4)
    timed = build_workload(
        spec, 4, identity=IDENTITY, counting=lambda: IDS, chat=False
    )
    assert (lengths(timed), seconds(timed)) == (lengths(same), seconds(same))
    assert [ids(timed, i) for i in range(4)] == [ids(same, i) for i in range(4)]
    assert timed.origin["fields_left_out"] == {}
    plain = TimedTraceWorkload(path=str(tmp_path / "m.jsonl"))
    in_seconds = build_workload(
        plain, 2, identity=IDENTITY, counting=lambda: IDS, chat=False
    )
    assert list(seconds(in_seconds)) == [0.0, 250.0]
    assert ids(in_seconds, 0)[:16] == ids(in_seconds, 1)[:16]
    wrong = spec.model_copy(update={"input_length": "length"})
    with pytest.raises(ValueError, match=r"t.jsonl, line 1: has no 'length'"):
        build_workload(
            wrong, 1, identity=IDENTITY, counting=lambda: IDS, chat=False
        )


def test_too_few_rows_say_how_many_there_are(burstgpt: Path) -> None:
    with pytest.raises(TooFewRowsError) as few:
        build(burstgpt, 99)
    assert few.value.found == len(build(burstgpt, few.value.found).requests)
