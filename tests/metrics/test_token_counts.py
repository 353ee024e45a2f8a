"""Tokens and the time they are divided by are of the same events; counts that events contradict are
told.
"""

from __future__ import annotations

from typing import Any

import pytest

from inferometer.metrics import Level, summarize
from inferometer.metrics.definitions import (
    event_tokens,
    meets_slo,
    tokens_per_event,
    tpot_ms,
    tpot_of_each,
)
from inferometer.metrics.peaks import peak_output_tokens_per_s
from inferometer.trace import TokenSource
from tests.metrics.test_verdict import EVENTS, busy, finding, run
from tests.metrics.trace_builder import build, request

TEXT = 4 * EVENTS
"""Bytes of an answer whose events hold a token each."""


def of_one(*event_ms: float, **columns: Any) -> Any:
    return build([request(0, *event_ms, **columns)])


# TPOT


def test_hidden_tokens_are_not_divided_by() -> None:
    """120 tokens, of which 100 were reasoning that was not streamed; the others came 20 ms
    apart.
    """
    trace = build(run(2, output_tokens=120, hidden_tokens=100, text_bytes=TEXT))
    assert tpot_ms(trace).tolist() == pytest.approx([20.0, 20.0])
    assert tokens_per_event(trace).tolist() == [1.0, 1.0]
    assert event_tokens(trace).tolist() == [1.0] * 2 * EVENTS
    assert not meets_slo(trace, {"tpot": 10}).any()
    assert summarize(trace, planned=2).total_output_tokens == 240


def test_the_peak_is_of_tokens_that_came() -> None:
    trace = build(run(1, output_tokens=120, hidden_tokens=100))
    assert peak_output_tokens_per_s(trace, 0.43) == pytest.approx(EVENTS / 0.43)


def test_tokens_of_the_first_event_are_not_divided_by_where_the_wire_tells_them() -> (
    None
):
    """60 were held back and came at once, 40 more in 40 events, 20 ms apart."""
    trace = of_one(
        *(500 + 20 * i for i in range(41)), output_tokens=100, first_tokens=60
    )
    assert tpot_ms(trace).tolist() == pytest.approx([20.0])


@pytest.mark.parametrize("event_ms", [(50.0,), (50.0, 50.0, 50.0)])
def test_tokens_that_came_at_once_have_no_time_between_them(
    event_ms: tuple[float, ...],
) -> None:
    trace = of_one(*event_ms, output_tokens=100)
    assert tpot_ms(trace).tolist() == []
    assert not meets_slo(trace, {"tpot": 0.4}).any()
    assert meets_slo(
        trace, {"tpot": 0.6}
    ).all()  # 99 tokens within 50 ms, however they came


@pytest.mark.parametrize("hidden", [100, 99, 120])
def test_without_a_token_after_the_first_there_is_no_tpot(hidden: int) -> None:
    trace = of_one(50.0, 60.0, output_tokens=100, hidden_tokens=hidden)
    assert tpot_of_each(trace)[0] != tpot_of_each(trace)[0]  # NaN


# Contradictions


@pytest.mark.parametrize(
    ("wrong", "level"),
    [
        (0, Level.OK),
        (1, Level.SUSPECT),
        (20, Level.SUSPECT),
        (21, Level.INVALID),
        (40, Level.INVALID),
    ],
)
def test_fewer_tokens_than_events_with_text(wrong: int, level: Level) -> None:
    found = finding(
        "token_counts", build([*run(40 - wrong), *run(wrong, output_tokens=1)])
    )
    assert found.level == level
    if wrong:
        assert (
            f"The server counted {wrong:,} tokens in {wrong * EVENTS:,} events with text"
            in found.sentence
        )


def test_one_answer_in_many_is_a_note() -> None:
    assert (
        finding(
            "token_counts", build([*run(200), *run(1, output_tokens=1)])
        ).level
        == Level.NOTE
    )


@pytest.mark.parametrize("tokens", [EVENTS - 1, EVENTS, EVENTS + 4])
def test_a_last_event_without_a_token_of_its_own_is_no_contradiction(
    tokens: int,
) -> None:
    assert (
        finding(
            "token_counts", build(run(output_tokens=tokens, text_bytes=TEXT))
        ).level
        == Level.OK
    )


def test_what_nobody_counted_contradicts_nothing() -> None:
    for source in (TokenSource.EVENTS, TokenSource.TOKENIZER):
        assert (
            finding(
                "token_counts", build(run(output_tokens=1, token_source=source))
            ).level
            == Level.OK
        )
    assert finding("token_counts", build([])).level == Level.OK


@pytest.mark.parametrize(
    ("tokens", "text_bytes", "level"),
    [
        (120, 80, Level.INVALID),  # six tokens an event of four bytes
        (60, 80, Level.OK),  # three an event: digits, perhaps
        (
            120,
            500,
            Level.OK,
        ),  # several tokens an event, as with speculative decoding
        (
            22,
            10,
            Level.OK,
        ),  # hardly more tokens than events: those that have no text
        (120, 0, Level.OK),  # a file of an earlier version, which does not tell
    ],
)
def test_more_tokens_than_bytes_of_text(
    tokens: int, text_bytes: int, level: Level
) -> None:
    found = finding(
        "token_counts", build(run(output_tokens=tokens, text_bytes=text_bytes))
    )
    assert found.level == level
    assert found.values.get("kind", "") == ("beyond_text" if level else "")


def test_hidden_tokens_that_are_told_contradict_nothing() -> None:
    trace = build(run(output_tokens=120, hidden_tokens=100, text_bytes=TEXT))
    assert finding("token_counts", trace).level == Level.OK
    hidden = finding("hidden_tokens", trace)
    assert hidden.level == Level.NOTE
    assert hidden.values == {
        "hidden": 4_000,
        "tokens": 4_800,
        "share": pytest.approx(5 / 6),
    }


def held(first_text_bytes: int, **columns: Any) -> dict[str, Any]:
    return {
        "output_tokens": 100,
        "text_bytes": 400,
        "first_text_bytes": first_text_bytes,
        **columns,
    }


@pytest.mark.parametrize(
    ("columns", "level"),
    [
        (held(240), Level.SUSPECT),
        (
            held(24),
            Level.SUSPECT,
        ),  # six tokens of a hundred: TPOT is too low by 5%
        (held(20), Level.OK),  # five
        (
            held(240, output_tokens=EVENTS),
            Level.OK,
        ),  # as many tokens as events: it is only a long one
        (
            held(240, event_tokens=[60, *[2] * (EVENTS - 1)]),
            Level.OK,
        ),  # the wire tells
        (
            held(8, output_tokens=33, text_bytes=100),
            Level.SUSPECT,
        ),  # three tokens of 33
        (
            held(6, output_tokens=33, text_bytes=100),
            Level.OK,
        ),  # two: perhaps one long word
    ],
)
def test_a_first_event_with_the_text_of_many_tokens(
    columns: dict[str, Any], level: Level
) -> None:
    found = finding("token_counts", build(run(**columns)))
    assert found.level == level
    if level:
        share = columns["first_text_bytes"] / columns["text_bytes"]
        assert (
            f"holds {share:.0%} of their text, which is several tokens"
            in found.sentence
        )


# What is beside the output


def test_fields_that_are_not_known_leave_a_trace() -> None:
    workers: list[dict[str, Any]] = [
        {"unread_fields": "audio"},
        {"worker": 1, "unread_fields": "audio, thoughts"},
    ]
    few = finding("unread_output", build(run(unread=1), workers=workers))
    many = finding("unread_output", build(run(unread=EVENTS), workers=workers))
    assert (few.level, many.level) == (Level.NOTE, Level.SUSPECT)
    assert "(audio, thoughts)" in many.sentence
    assert finding("unread_output", build(run())).level == Level.OK


def test_frames_that_are_none_of_the_answer_are_told() -> None:
    found = finding("foreign_frames", build([*run(30), *run(10, ignored=2)]))
    assert (found.level, found.values) == (
        Level.NOTE,
        {"ignored": 20, "answers": 10},
    )


def test_bodies_that_stay_open_are_told() -> None:
    found = finding(
        "open_after_done", build([*run(30), *run(10, lingered=True)])
    )
    assert (found.level, found.values) == (
        Level.NOTE,
        {"open_after": 10, "answers": 40},
    )


def test_a_surplus_of_responses_is_told() -> None:
    assert (
        finding(
            "answers_in_step",
            build(run(headers_ms=400), workers=busy(surplus=1)),
        ).level
        == Level.SUSPECT
    )


def test_answers_that_begin_sooner_than_any_server_can() -> None:
    rows = [{**row, "headers_ms": row["sent_ms"] + 1} for row in run(40)]
    assert finding("answers_in_step", build(rows)).level == Level.OK
    rows[7]["headers_ms"] = rows[7]["sent_ms"] + 0.01
    found = finding("answers_in_step", build(rows))
    assert (found.level, found.values["too_early"]) == (Level.INVALID, 1)
    quick = [
        {**row, "headers_ms": row["sent_ms"] + 0.03} for row in run(40)
    ]  # a server in C on the same host
    quick[7]["headers_ms"] = quick[7]["sent_ms"] + 0.01
    assert finding("answers_in_step", build(quick)).level == Level.OK
