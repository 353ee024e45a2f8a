"""Exchange and Recorder: what the reads of one response become in the columns, with numbers worked
out by hand.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.clock import Anchor
from inferometer.loadgen.exchange import TOGETHER, Exchange
from inferometer.loadgen.job import Job
from inferometer.loadgen.recorder import Recorder
from inferometer.protocol import PROTOCOLS, UNKNOWN
from inferometer.system.stamps import Ancillary
from inferometer.trace import (
    MISSING,
    Failure,
    Outcome,
    StampSource,
    TokenSource,
)
from tests.loadgen.loop_runner import job_for, requests, shard_of
from tests.loadgen.scripted_server import DONE, STREAM, event, usage

REALTIME_NS = 1_767_225_600 * 1_000_000_000
"""When the exchanges of these tests take place; the monotonic clock then stands at 0."""

ANCHORS = (Anchor(REALTIME_NS, 0),)


def at(ns: int) -> int:
    return REALTIME_NS + ns


def stamped(ns: int) -> Ancillary:
    """The kernel's stamp, `ns` after the beginning."""
    seconds, nanos = divmod(at(ns), 1_000_000_000)
    return [(1, 37, struct.pack("@qqqqqq", seconds, nanos, 0, 0, 0, 0))]


def begun(
    position: int = 0,
    *,
    sent_ns: int = 0,
    status: int = 200,
    keep_text: bool = False,
) -> Exchange:
    """An exchange whose request was sent and whose response has begun."""
    exchange = Exchange(
        position,
        PROTOCOLS["openai"].decoder(),
        max_tokens=8,
        read_bytes=16_384,
        keep_text=keep_text,
    )
    exchange.sent_ns = at(sent_ns)
    exchange.sent_done_ns = at(sent_ns + 1)
    exchange.connect_ns = 77
    exchange.headers(status, at(sent_ns + 2))
    return exchange


def concluded(*bodies: bytes, status: int = 200) -> Exchange:
    exchange = begun(status=status)
    for i, body in enumerate(bodies):
        exchange.decode(body, stamped(100 + i), at(100 + i), at(0))
    exchange.conclude(at(1000))
    return exchange


def recorded(
    *exchanges: Exchange, job: Job | None = None
) -> tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]:
    recorder = Recorder(job or job_for(1, n=len(exchanges)))
    for exchange in exchanges:
        recorder.add(exchange)
    return recorder.finish(ANCHORS, 0)


# Times


def test_each_event_has_the_stamp_of_its_read_and_the_delay_of_the_client() -> (
    None
):
    exchange = begun()
    exchange.decode(event("a"), stamped(100), at(130), at(90))
    exchange.decode(event("b"), stamped(220), at(221), at(200))
    exchange.conclude(at(300))
    rows, events, _ = recorded(exchange)
    assert events["arrival_ns"].tolist() == [100, 220]
    assert events["read_delay_ns"].tolist() == [30, 1]
    assert events["ambiguity_ns"].tolist() == [0, 0]
    assert events["stamp_source"].tolist() == [StampSource.KERNEL] * 2
    assert (
        rows["first_ns"][0],
        rows["last_ns"][0],
        rows["end_ns"][0],
        rows["reads"][0],
    ) == (
        100,
        220,
        300,
        2,
    )


def test_delays_of_seconds_are_told_in_full() -> None:
    """A client that was stopped reads what the kernel stamped long before: more than 32 bits
    hold.
    """
    exchange = begun()
    exchange.decode(
        event("a") + event("b"),
        stamped(8_000_000_000),
        at(16_000_000_000),
        at(1_000_000_000),
    )
    _, events, _ = recorded(exchange)
    assert events["read_delay_ns"].tolist() == [8_000_000_000] * 2
    assert events["ambiguity_ns"].tolist() == [7_000_000_000, 0]


def test_events_of_one_read_share_its_stamp_and_say_how_much_earlier_they_may_have_come() -> (
    None
):
    """Nothing was there to read at 400; the last of three segments came at 1000: the first two came
    in these 600 ns.
    """
    exchange = begun()
    exchange.decode(event("a"), stamped(350), at(351), at(300))
    exchange.decode(
        event("b") + event("c") + event("d"), stamped(1000), at(1010), at(400)
    )
    exchange.decode(event("e") + event("f"), stamped(2000), at(2000), at(1900))
    _, events, _ = recorded(exchange)
    assert events["arrival_ns"].tolist() == [350, 1000, 1000, 1000, 2000, 2000]
    assert events["ambiguity_ns"].tolist() == [0, 600, 600, 0, 100, 0]


def test_of_events_in_one_chunk_those_before_the_last_may_have_come_with_its_first_packet() -> (
    None
):
    exchange = begun()
    bodies = [event("a"), event("b") + event("c")]
    exchange.decode_all(
        bodies, [at(100), at(300)], [at(90), at(250)], read_ns=at(400)
    )
    exchange.conclude(at(500))
    _, events, _ = recorded(exchange)
    assert events["arrival_ns"].tolist() == [100, 300, 300]
    assert events["ambiguity_ns"].tolist() == [0, 50, 0]


NO_STAMP = [(1, 65, bytes(48))]
"""A control message without a stamp in it."""

some_reads = st.lists(
    st.sampled_from(
        [
            *map(event, (" one", " two", "三", '"', "")),
            event(" a") + event(" b"),
            event(" a")[:20],
            b": a comment\n\n",
        ]
    ),
    min_size=1,
    max_size=80,
)


@given(some_reads, st.sets(st.integers(0, 79)), st.booleans())
def test_reads_decoded_together_are_recorded_as_if_one_by_one(
    bodies: list[bytes], unstamped: set[int], abandoned: bool
) -> None:
    alone, together = begun(keep_text=True), begun(keep_text=True)
    first, *later = [event(" first"), *bodies]
    arrivals = [
        NO_STAMP if number in unstamped else stamped(100 * number + 100)
        for number in range(len(later))
    ]
    read_ns = [at(100 * number + 150) for number in range(len(later))]
    for exchange in (alone, together):
        exchange.decode(first, stamped(1), at(2), at(2))
        exchange.abandoned = abandoned
    for body, arrival, ns in zip(later, arrivals, read_ns, strict=True):
        alone.decode(body, arrival, ns, ns)
    together.decode_reads(later, [each[0][2] for each in arrivals], read_ns)
    for exchange in (alone, together):
        exchange.conclude(at(100_000))
    assert told(recorded(together)) == told(recorded(alone))


def told(
    columns: tuple[dict[str, Any], dict[str, Any], tuple[str, ...]],
) -> Any:
    requests, events, texts = columns
    return [
        *[
            {name: each.tolist() for name, each in table.items()}
            for table in (requests, events)
        ],
        texts,
    ]


def test_what_is_not_plain_is_not_looked_at_with_all_that_follows() -> None:
    """Of 64 KB of such bodies each would be looked at hundreds of times."""
    exchange, shown = begun(), []

    def none_is_plain(bodies: Sequence[bytes]) -> tuple[int, str]:
        shown.append(len(bodies))
        return 0, ""

    exchange._plain_texts = none_is_plain
    times_ns = [at(1)] * 1000
    exchange.decode_all([event(" a")] * 1000, times_ns, times_ns, at(2))
    assert len(exchange.arrivals) == 1000
    assert max(shown) == TOGETHER


def test_an_event_beside_what_is_no_output_is_not_ambiguous() -> None:
    exchange = begun()
    exchange.decode(
        event("") + event("a") + usage() + DONE, stamped(1000), at(1000), at(0)
    )
    _, events, _ = recorded(exchange)
    assert events["ambiguity_ns"].tolist() == [0]


def test_ambiguity_is_never_negative() -> None:
    """The two clock readings may cross by a few ns."""
    exchange = begun()
    exchange.decode(event("a") + event("b"), stamped(1000), at(1005), at(1003))
    assert recorded(exchange)[1]["ambiguity_ns"].tolist() == [0, 0]


def test_where_the_kernel_does_not_stamp_the_read_does_and_it_is_said_so() -> (
    None
):
    exchange = begun()
    exchange.decode(event("a"), stamped(100), at(130), at(0))
    exchange.decode(event("b") + event("c"), [], at(250), at(200))
    exchange.decode(event("d"), stamped(300), at(301), at(280))
    exchange.decode(event("e"), NO_STAMP, at(320), at(310))
    _, events, _ = recorded(exchange)
    assert events["arrival_ns"].tolist() == [100, 250, 250, 300, 320]
    assert events["read_delay_ns"].tolist() == [30, 0, 0, 1, 0]
    user, kernel = StampSource.USER, StampSource.KERNEL
    assert events["stamp_source"].tolist() == [
        kernel,
        user,
        user,
        kernel,
        user,
    ]


def test_an_event_cut_over_reads_arrives_with_the_last_of_them() -> None:
    exchange = begun()
    whole = event("a")
    exchange.decode(whole[:10], stamped(100), at(100), at(0))
    exchange.decode(whole[10:], stamped(200), at(200), at(150))
    rows, events, _ = recorded(exchange)
    assert events["arrival_ns"].tolist() == [200]
    assert rows["reads"].tolist() == [2]


def test_an_event_that_only_the_end_completes_came_at_the_end() -> None:
    exchange = begun()
    exchange.decode(
        event("a", finish="stop").rstrip(), stamped(100), at(100), at(0)
    )
    exchange.conclude(at(300))
    assert exchange.outcome is Outcome.OK
    assert recorded(exchange)[1]["arrival_ns"].tolist() == [300]


def test_a_cut_off_event_of_a_response_that_broke_is_no_event() -> None:
    exchange = begun()
    exchange.decode(event("a").rstrip(), stamped(100), at(100), at(0))
    exchange.break_off(Failure.IDLE_TIMEOUT, "nothing arrived")
    exchange.conclude(at(300))
    assert (exchange.failure, len(exchange.arrivals)) == (
        Failure.IDLE_TIMEOUT,
        0,
    )


# What became of it


@pytest.mark.parametrize(
    ("bodies", "status", "outcome", "failure"),
    [
        (STREAM, 200, Outcome.OK, Failure.NONE),
        (STREAM, 206, Outcome.OK, Failure.NONE),
        ((event("a", finish="stop"),), 200, Outcome.OK, Failure.NONE),
        ((event("a"), DONE), 200, Outcome.OK, Failure.NONE),
        ((event("a"),), 200, Outcome.FAILED, Failure.NO_FINISH),
        ((event("a"), usage()), 200, Outcome.FAILED, Failure.NO_FINISH),
        ((), 200, Outcome.FAILED, Failure.NO_FINISH),
        (
            (event("", finish="stop"), DONE),
            200,
            Outcome.FAILED,
            Failure.NO_OUTPUT,
        ),
        (
            (event("", finish="stop"), usage(8, 0), DONE),
            200,
            Outcome.FAILED,
            Failure.NO_OUTPUT,
        ),
        (
            (event("", finish="length"), usage(8, 5), DONE),
            200,
            Outcome.OK,
            Failure.NONE,
        ),
        (
            (
                event("a"),
                b'data: {"error": {"message": "out of memory"}}\n\n',
                DONE,
            ),
            200,
            Outcome.FAILED,
            Failure.STREAM_ERROR,
        ),
        (
            (b'{"error": {"message": "no"}}',),
            200,
            Outcome.FAILED,
            Failure.STREAM_ERROR,
        ),
        (
            (event("a"), b"data: {oops}\n\n", DONE),
            200,
            Outcome.FAILED,
            Failure.BAD_EVENT,
        ),
        ((b"<html>hello</html>",), 200, Outcome.FAILED, Failure.BAD_EVENT),
        (
            (b'{"error": {"message": "slow down"}}',),
            429,
            Outcome.FAILED,
            Failure.HTTP_STATUS,
        ),
        (STREAM, 500, Outcome.FAILED, Failure.HTTP_STATUS),
        ((), 503, Outcome.FAILED, Failure.HTTP_STATUS),
        ((), 302, Outcome.FAILED, Failure.HTTP_STATUS),
    ],
)
def test_what_counts_as_success(
    bodies: tuple[bytes, ...], status: int, outcome: Outcome, failure: Failure
) -> None:
    exchange = concluded(*bodies, status=status)
    assert (exchange.outcome, exchange.failure) == (outcome, failure)
    assert (exchange.detail is None) == (outcome is Outcome.OK)


def test_an_error_response_is_explained_in_the_servers_words_and_has_no_events() -> (
    None
):
    exchange = concluded(
        b'{"error": {"mess', b'age": "slow down"}}', status=429
    )
    assert exchange.detail == "HTTP 429: slow down"
    rows, events, _ = recorded(exchange)
    assert (
        rows["status"][0],
        rows["event_count"][0],
        len(events["arrival_ns"]),
    ) == (429, 0, 0)
    assert rows["output_tokens"][0] == MISSING


def test_an_endless_error_page_is_not_kept_whole() -> None:
    exchange = concluded(*[b"x" * 100_000] * 3, status=500)
    assert exchange.detail is not None
    assert len(exchange.detail) < 500


def test_what_the_server_said_before_it_hung_up_is_the_reason() -> None:
    """The hang-up is noticed at once, the error before it only when it is decoded."""
    exchange = begun()
    exchange.break_off(Failure.CLOSED_EARLY, "closed")
    exchange.decode(
        b'data: {"error": {"message": "the engine died"}}\n\n',
        stamped(5),
        at(5),
        at(0),
    )
    exchange.conclude(at(6))
    assert (exchange.failure, exchange.detail) == (
        Failure.STREAM_ERROR,
        "the engine died",
    )


def test_a_hang_up_in_the_middle_of_an_event_is_a_hang_up() -> None:
    exchange = begun()
    exchange.break_off(Failure.CLOSED_EARLY, "closed")
    exchange.decode(event("a") + b'data: {"choic', stamped(5), at(5), at(0))
    exchange.conclude(at(6))
    assert (exchange.failure, exchange.detail) == (
        Failure.CLOSED_EARLY,
        "closed",
    )


def test_the_first_word_on_a_failure_stands() -> None:
    exchange = begun()
    exchange.fail(Failure.CONTENT_TYPE, "compressed")
    exchange.break_off(Failure.RESET, "reset")
    exchange.conclude(at(6))
    assert (exchange.failure, exchange.detail) == (
        Failure.CONTENT_TYPE,
        "compressed",
    )


def test_a_cancelled_request_has_not_failed() -> None:
    exchange = begun()
    exchange.break_off(Failure.NONE, "the run was stopped", Outcome.CANCELLED)
    exchange.conclude(at(6))
    assert (exchange.outcome, exchange.failure) == (
        Outcome.CANCELLED,
        Failure.NONE,
    )


# Tokens


@pytest.mark.parametrize(
    ("bodies", "tokens", "source"),
    [
        (STREAM, 3, TokenSource.USAGE),
        (
            (event("a"), event("b", finish="stop"), usage(8, 40), DONE),
            40,
            TokenSource.USAGE,
        ),
        ((event("a"), event("b", finish="stop"), DONE), 2, TokenSource.EVENTS),
        ((DONE,), MISSING, TokenSource.NONE),
    ],
)
def test_who_counts_the_tokens(
    bodies: tuple[bytes, ...], tokens: int, source: TokenSource
) -> None:
    assert concluded(*bodies).output_tokens() == (tokens, source)


def test_token_ids_in_every_event_are_the_servers_count() -> None:
    def with_ids(text: str, ids: list[int], finish: str | None = None) -> bytes:
        import orjson

        choice = {
            "index": 0,
            "text": text,
            "token_ids": ids,
            "finish_reason": finish,
        }
        return b"data: " + orjson.dumps({"choices": [choice]}) + b"\n\n"

    exchange = concluded(
        with_ids("a", [1, 2]), with_ids("b", [3], "stop"), DONE
    )
    assert exchange.output_tokens() == (3, TokenSource.USAGE)
    assert recorded(exchange)[1]["tokens"].tolist() == [2, 1]


# Rows


def test_a_row_says_all_there_is_to_say() -> None:
    rows, _, _ = recorded(concluded(*STREAM))
    row = {name: column[0] for name, column in rows.items()}
    assert (row["id"], row["worker"], row["warmup"]) == (0, 0, False)
    assert (row["asked_prompt_tokens"], row["asked_output_tokens"]) == (8, 3)
    assert (
        row["prompt_tokens"],
        row["output_tokens"],
        row["cached_tokens"],
    ) == (8, 3, MISSING)
    assert (
        row["connect_ns"],
        row["sent_ns"],
        row["sent_done_ns"],
        row["headers_ns"],
    ) == (
        77,
        0,
        1,
        2,
    )
    assert (row["first_ns"], row["last_ns"], row["end_ns"]) == (100, 102, 1000)
    assert (row["outcome"], row["failure"], row["status"]) == (
        Outcome.OK,
        Failure.NONE,
        200,
    )
    assert (row["reads"], row["event_start"], row["event_count"]) == (5, 0, 3)
    assert (row["finish_reason"], row["detail"]) == ("length", None)


def test_rows_come_out_in_order_of_id_and_point_at_their_own_events() -> None:
    second, first = begun(1, keep_text=True), begun(0, keep_text=True)
    second.decode(event("x") + event("y"), stamped(10), at(10), at(10))
    first.decode(event("z"), stamped(30), at(30), at(30))
    rows, events, texts = recorded(
        second, first, job=job_for(1, n=2, keep_texts=True)
    )
    assert rows["id"].tolist() == [0, 1]
    assert (rows["event_start"].tolist(), rows["event_count"].tolist()) == (
        [2, 0],
        [1, 2],
    )
    assert events["arrival_ns"].tolist() == [10, 10, 30]
    assert texts == ("z", "xy")


def test_times_are_mapped_by_the_anchor_of_their_moment() -> None:
    """The system's time is set forward by 1 s between two anchors; the run began at 50 on the
    monotonic clock.
    """
    exchange = begun(sent_ns=100)
    exchange.decode(
        event("a"), stamped(1_000_000_400), at(1_000_000_400), at(0)
    )
    recorder = Recorder(job_for(1))
    recorder.add(exchange)
    rows, events, _ = recorder.finish(
        (Anchor(at(0), 0), Anchor(at(1_000_000_300), 300)), 50
    )
    assert rows["sent_ns"].tolist() == [50]
    assert rows["first_ns"].tolist() == [350]
    assert events["arrival_ns"].tolist() == [350]
    assert rows["end_ns"].tolist() == [MISSING]  # what is missing is not moved


def test_a_request_that_was_never_sent_has_no_times() -> None:
    job = job_for(1, n=3)
    recorder = Recorder(job)
    recorder.add(concluded(*STREAM))
    recorder.add_unsent(1)
    recorder.add_unsent(2)
    rows, events, texts = recorder.finish(ANCHORS, 0)
    assert rows["outcome"].tolist() == [
        Outcome.OK,
        Outcome.UNSENT,
        Outcome.UNSENT,
    ]
    for name in (
        "sent_ns",
        "sent_done_ns",
        "headers_ns",
        "first_ns",
        "last_ns",
        "end_ns",
        "connect_ns",
        "output_tokens",
    ):
        assert rows[name].tolist()[1:] == [MISSING, MISSING], name
    assert rows["event_count"].tolist() == [3, 0, 0]
    assert len(events["arrival_ns"]) == 3
    assert texts == ("", "", "")


def test_a_run_without_one_event_has_empty_columns_of_the_right_kind() -> None:
    rows, events, _ = recorded(concluded(status=500))
    assert rows["failure"].tolist() == [Failure.HTTP_STATUS]
    assert {
        name: (len(column), str(column.dtype))
        for name, column in events.items()
    } == {
        "arrival_ns": (0, "int64"),
        "read_delay_ns": (0, "int64"),
        "ambiguity_ns": (0, "int64"),
        "tokens": (0, "int32"),
        "stamp_source": (0, "int8"),
    }


def test_intended_times_are_those_of_the_plan_and_only_in_an_open_loop() -> (
    None
):
    fields: dict[str, Any] = {
        "requests": requests(2),
        "shard": shard_of(2, due_ns=[10, 20], warmups=1),
    }
    for closed, expected in ((False, [10, 20]), (True, [MISSING, MISSING])):
        job = Job(
            **{
                **{
                    name: getattr(job_for(1), name)
                    for name in Job.__dataclass_fields__
                },
                **fields,
                "closed_loop": closed,
            }
        )
        rows, _, _ = recorded(begun(0), begun(1), job=job)
        assert rows["intended_ns"].tolist() == expected
        assert rows["warmup"].tolist() == [True, False]


def test_texts_are_kept_only_where_they_are_asked_for() -> None:
    kept, not_kept = begun(0, keep_text=True), begun(1)
    for exchange in (kept, not_kept):
        exchange.decode(event("né ") + event("b"), stamped(1), at(1), at(0))
    assert recorded(kept, not_kept, job=job_for(1, n=2))[2] == ("né b", "")


def test_columns_have_the_types_of_the_schema() -> None:
    from inferometer.trace import EVENT_COLUMNS, REQUEST_COLUMNS

    rows, events, _ = recorded(concluded(*STREAM))
    assert {c.name: np.dtype(c.dtype) for c in REQUEST_COLUMNS} == {
        name: column.dtype for name, column in rows.items()
    }
    assert {c.name: np.dtype(c.dtype) for c in EVENT_COLUMNS} == {
        name: column.dtype for name, column in events.items()
    }


# Whose tokens are whose


def hidden_usage(completion: int, hidden: int) -> bytes:
    return event(
        "",
        usage={
            "completion_tokens": completion,
            "completion_tokens_details": {"reasoning_tokens": hidden},
        },
    )


@pytest.mark.parametrize(
    ("completion", "hidden", "told"),
    [
        (120, 100, 100),
        (120, 0, 0),
        (20, 100, 0),  # counted apart: the server's count is of the others
        (20, 19, 0),  # one token for twenty events: neither is it hidden
        (120, 120, 0),
        (
            31,
            20,
            20,
        ),  # eleven tokens in twenty events: texts shorter than a token
    ],
)
def test_hidden_tokens_are_part_of_the_count_only_if_the_events_leave_room(
    completion: int, hidden: int, told: int
) -> None:
    texts = [event(f" w{i}") for i in range(20)]
    rows, _, _ = recorded(
        concluded(*texts, hidden_usage(completion, hidden), DONE)
    )
    assert (rows["output_tokens"].tolist(), rows["hidden_tokens"].tolist()) == (
        [completion],
        [told],
    )


def test_the_text_of_an_answer_is_measured_in_bytes() -> None:
    rows, _, _ = recorded(
        concluded(
            event("a"),
            event("é中"),
            b'data: {"choices":[{"text":"\\ud83d"}]}\n\n',
            DONE,
        )
    )
    assert (rows["text_bytes"].tolist(), rows["first_text_bytes"].tolist()) == (
        [1 + 5 + 3],
        [1],
    )
    rows, _, _ = recorded(concluded(event(" first") + event("b"), DONE))
    assert (rows["text_bytes"].tolist(), rows["first_text_bytes"].tolist()) == (
        [7],
        [6],
    )
    rows, _, _ = recorded(concluded(status=500))
    assert rows["text_bytes"].tolist() == [MISSING]


def test_tokens_of_the_first_event_where_the_wire_tells_them() -> None:
    ids = [[1, 2, 3], [4]]
    events = [
        event(f" w{i}", choices=[{"index": 0, "text": "a", "token_ids": each}])
        for i, each in enumerate(ids)
    ]
    rows, _, _ = recorded(concluded(*events, DONE))
    assert (rows["output_tokens"].tolist(), rows["first_tokens"].tolist()) == (
        [4],
        [3],
    )
    rows, _, _ = recorded(concluded(event("a"), event("b"), DONE))
    assert rows["first_tokens"].tolist() == [1]


def test_a_count_of_zero_beside_text_is_none_and_neither_are_those_of_its_events() -> (
    None
):
    events = [
        event(
            f" w{i}",
            usage={
                "prompt_tokens": 0,
                "completion_tokens": 0,
                "total_tokens": 0,
            },
        )
        for i in range(3)
    ]
    rows, table, _ = recorded(concluded(*events, DONE))
    assert (rows["output_tokens"].tolist(), rows["token_source"].tolist()) == (
        [3],
        [TokenSource.EVENTS],
    )
    assert rows["prompt_tokens"].tolist() == [MISSING]
    assert table["tokens"].tolist() == [UNKNOWN] * 3


def test_what_was_beside_the_answer_is_in_its_row() -> None:
    odd = b'data: {"id": "x", "choices": [{"index": 0, "text": "", "thoughts": "a"}]}\n\n'
    recorder = Recorder(job_for(1, n=1))
    recorder.add(
        concluded(b'data: {"type": "ping"}\n\n', odd, odd, event("a"), DONE)
    )
    rows, _, _ = recorder.finish(ANCHORS, 0)
    assert (rows["ignored"].tolist(), rows["unread"].tolist()) == ([1], [2])
    assert list(recorder.unread_fields) == ["thoughts"]


def test_a_stream_of_nothing_but_foreign_frames_says_what_they_were() -> None:
    failed = concluded(b'data: {"type": "ping"}\n\n')
    assert failed.failure is Failure.NO_FINISH
    assert failed.detail is not None
    assert 'such as {"type": "ping"}' in failed.detail
