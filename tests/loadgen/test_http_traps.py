"""What servers do with a response, right and wrong, and what the loop makes of it."""

from __future__ import annotations

import gzip
import zlib
from itertools import pairwise

import pytest

from inferometer.loadgen.connection import HEADER_BYTES_MOST, Connection
from inferometer.loadgen.job import wire_messages
from inferometer.trace import MISSING, Failure, Outcome, TokenSource
from tests.loadgen.loop_runner import BOUNDED, Ran, job_for, requests, run_loop
from tests.loadgen.scripted_server import (
    DONE,
    LAST_CHUNK,
    STREAM,
    Asked,
    Peer,
    Script,
    ScriptedServer,
    answer,
    chunk,
    chunked,
    event,
    head,
    sized,
    usage,
)
from tests.server.raw_server import packed_blanks


def run_with(
    script: Script, n: int = 3, concurrency: int = 1, **fields: object
) -> Ran:
    with ScriptedServer(script) as server:
        return run_loop(
            job_for(server.port, n=n, concurrency=concurrency, **fields)
        )


def sending(*parts: bytes, close: bool = False) -> Script:
    """A server that answers every request with these bytes."""

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(*parts)
        if close:
            peer.close()

    return script


# Responses that are right

WELL = {
    "chunked": sending(*chunked(*STREAM)),
    "chunked, all in one": sending(b"".join(chunked(*STREAM))),
    "chunks that cut events": sending(
        head("Transfer-Encoding: chunked"),
        *(
            chunk(b"".join(STREAM)[i : i + 7])
            for i in range(0, len(b"".join(STREAM)), 7)
        ),
        LAST_CHUNK,
    ),
    "content-length": sending(sized(b"".join(STREAM))),
    "until the connection is closed": sending(head(), *STREAM, close=True),
    "HTTP/1.0": sending(b"HTTP/1.0 200 OK\r\n\r\n", *STREAM, close=True),
    "connection: close": sending(
        *chunked(*STREAM, head_lines=("Connection: close",)), close=True
    ),
    "connection: close, left open": sending(
        *chunked(*STREAM, head_lines=("Connection: close",))
    ),
    "trailers": sending(*chunked(*STREAM)[:-1], b"0\r\nX-Trailer: x\r\n\r\n"),
    "chunk extensions": sending(
        head("Transfer-Encoding: chunked"),
        b"%x;a=b\r\n" % len(b"".join(STREAM)),
        *STREAM,
        b"\r\n0\r\n\r\n",
    ),
    "100 first": sending(b"HTTP/1.1 100 Continue\r\n\r\n", *chunked(*STREAM)),
    "103 and 100 in one segment with the rest": sending(
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        + b"".join(chunked(*STREAM))
    ),
    "an empty line behind": sending(b"".join(chunked(*STREAM)) + b"\r\n"),
    "garbage behind": sending(b"".join(chunked(*STREAM)) + b"\x00\x01garbage"),
    "another response behind": sending(
        b"".join(chunked(*STREAM)) + sized(b"too slow", "408 Request Timeout")
    ),
    "garbage behind a sized one": sending(sized(b"".join(STREAM)) + b"garbage"),
    "content-encoding: identity": sending(
        *chunked(*STREAM, head_lines=("Content-Encoding: identity",))
    ),
    "no content type": sending(
        head("Transfer-Encoding: chunked", content_type=None),
        *map(chunk, STREAM),
        LAST_CHUNK,
    ),
    "no end marker, but a finish reason": sending(*chunked(*STREAM[:-1])),
}


@pytest.mark.parametrize("script", WELL.values(), ids=WELL.keys())
def test_responses_that_are_right(script: Script) -> None:
    ran = run_with(script)
    assert ran.all_ok, ran.column("detail")
    assert ran.column("status") == [200] * 3
    assert ran.column("event_count") == [3] * 3
    assert ran.column("output_tokens") == [3] * 3
    assert ran.column("token_source") == [TokenSource.USAGE] * 3
    assert ran.column("finish_reason") == ["length"] * 3


def test_times_are_in_order_and_reads_are_counted() -> None:
    ran = run_with(answer, n=4, concurrency=2)
    order = ("sent_ns", "headers_ns", "first_ns", "last_ns", "end_ns")
    for earlier, later in pairwise(order):
        assert all(
            a <= b
            for a, b in zip(ran.column(earlier), ran.column(later), strict=True)
        ), (
            earlier,
            later,
        )
    assert all(
        0 <= sent <= done
        for sent, done in zip(
            ran.column("sent_ns"), ran.column("sent_done_ns"), strict=True
        )
    )
    assert ran.loop.responses.reads >= sum(ran.column("reads")) > 0
    assert set(ran.column("intended_ns")) == {MISSING}


def test_connections_are_kept_for_the_next_request() -> None:
    with ScriptedServer(answer) as server:
        ran = run_loop(job_for(server.port, n=6, concurrency=2))
    assert (
        server.connections,
        ran.loop.connections.opened,
        ran.loop.responses.reconnects,
    ) == (2, 2, 0)


@pytest.mark.parametrize(
    "name",
    [
        "connection: close",
        "connection: close, left open",
        "until the connection is closed",
    ],
)
def test_a_connection_that_the_server_gives_up_openly_is_no_reconnect(
    name: str,
) -> None:
    with ScriptedServer(WELL[name]) as server:
        ran = run_loop(job_for(server.port, n=5, concurrency=2))
    assert ran.all_ok
    assert (
        server.connections,
        ran.loop.responses.reconnects,
        ran.column("resent"),
    ) == (
        5,
        0,
        [0] * 5,
    )


def test_a_response_in_tiny_pieces() -> None:
    data = b"".join(chunked(*STREAM))
    ran = run_with(sending(*(data[i : i + 1] for i in range(len(data)))), n=1)
    assert ran.all_ok
    assert ran.column("event_count") == [3]


def test_a_huge_event() -> None:
    text = "ä€😀" * 100_000
    ran = run_with(
        sending(*chunked(event(text), *STREAM)), n=1, keep_texts=True
    )
    assert ran.all_ok
    assert ran.column("event_count") == [4]
    assert ran.trace.texts == (text + " a b c",)


def test_many_events_in_one_segment_share_a_stamp_and_say_so() -> None:
    ran = run_with(
        sending(
            sized(
                b"".join([event("x")] * 50 + [event("y", finish="stop"), DONE])
            )
        ),
        n=1,
    )
    assert ran.column("event_count") == [51]
    assert len(set(ran.trace.events["arrival_ns"].tolist())) < 51
    assert ran.trace.events["ambiguity_ns"].max() > 0
    assert ran.trace.events["ambiguity_ns"][-1] == 0


def test_a_body_of_several_megabytes_goes_out_in_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flushes = []
    flush = Connection.flush

    def counted(connection: Connection) -> None:
        flushes.append(connection.fd)
        flush(connection)

    monkeypatch.setattr(Connection, "flush", counted)
    with ScriptedServer(answer) as server:
        job = job_for(
            server.port, n=2, prompts=requests(2, "0123456789" * 1_000_000)
        )
        ran = run_loop(job)
    assert ran.all_ok
    assert len(flushes) > 2  # not each in one write
    assert [asked.body for asked in server.asked] == [
        message.partition(b"\r\n\r\n")[2] for message in wire_messages(job)
    ]
    assert all(
        done > sent
        for sent, done in zip(
            ran.column("sent_ns"), ran.column("sent_done_ns"), strict=True
        )
    )


# Responses that are wrong

UNFINISHED_CHUNK = (
    head("Transfer-Encoding: chunked") + chunk(event("a")) + b"40\r\ndata: {"
)

ILL = {
    "429": (
        sending(
            sized(
                b'{"error": {"message": "slow down"}}',
                "429 Too Many",
                "application/json",
            )
        ),
        Failure.HTTP_STATUS,
        0,
    ),
    "500": (
        sending(
            sized(b'{"detail": "boom"}', "500 Internal", "application/json")
        ),
        Failure.HTTP_STATUS,
        0,
    ),
    "503 without a body": (
        sending(sized(b"", "503 Service Unavailable")),
        Failure.HTTP_STATUS,
        0,
    ),
    "502 of a proxy": (
        sending(
            sized(b"<title>Bad Gateway</title>", "502 Bad", "text/html"),
            close=True,
        ),
        Failure.HTTP_STATUS,
        0,
    ),
    "a redirect": (
        sending(
            head("Location: /x", "Content-Length: 0", status="307 Temporary")
        ),
        Failure.HTTP_STATUS,
        0,
    ),
    "no content": (
        sending(head(status="204 No Content")),
        Failure.NO_FINISH,
        0,
    ),
    "an empty body": (sending(sized(b"")), Failure.NO_FINISH, 0),
    "a page": (
        sending(sized(b"<html>hello</html>", content_type="text/html")),
        Failure.BAD_EVENT,
        0,
    ),
    "a whole answer": (
        sending(sized(b'{"choices": []}', content_type="application/json")),
        Failure.BAD_EVENT,
        0,
    ),
    "a JSON error": (
        sending(
            sized(
                b'{"error": {"message": "no"}}', content_type="application/json"
            )
        ),
        Failure.STREAM_ERROR,
        0,
    ),
    "an error in the stream": (
        sending(*chunked(event("a"), b'data: {"error": "oom"}\n\n', DONE)),
        Failure.STREAM_ERROR,
        1,
    ),
    "an error in the stream, then nothing": (
        sending(
            *chunked(event("a"), b'data: {"error": "oom"}\n\n')[:-1], close=True
        ),
        Failure.STREAM_ERROR,
        1,
    ),
    "no finish reason": (
        sending(*chunked(event("a"), event("b"))),
        Failure.NO_FINISH,
        2,
    ),
    "no output": (
        sending(*chunked(event("", finish="stop"), usage(8, 0), DONE)),
        Failure.NO_OUTPUT,
        0,
    ),
    "compressed": (
        sending(
            sized(
                b"\x1f\x8b...",
                "200 OK",
                "text/event-stream",
                "Content-Encoding: gzip",
            )
        ),
        Failure.CONTENT_TYPE,
        0,
    ),
    "a compressed error": (
        sending(
            sized(b"\x1f\x8b", "500 X", "text/html", "Content-Encoding: br")
        ),
        Failure.HTTP_STATUS,
        0,
    ),
    "closed in a chunk": (
        sending(UNFINISHED_CHUNK, close=True),
        Failure.CLOSED_EARLY,
        1,
    ),
    "closed between chunks": (
        sending(*chunked(event("a"), event("b"))[:-1], close=True),
        Failure.CLOSED_EARLY,
        2,
    ),
    "closed before the length is reached": (
        sending(sized(event("a") + b"x" * 50)[:-20], close=True),
        Failure.CLOSED_EARLY,
        1,
    ),
    "closed in the head": (
        sending(b"HTTP/1.1 200 OK\r\nContent-", close=True),
        Failure.CLOSED_EARLY,
        0,
    ),
    "not HTTP": (sending(b"SSH-2.0-OpenSSH_9.0\r\n"), Failure.BAD_FRAMING, 0),
    "a broken head": (
        sending(b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"),
        Failure.BAD_FRAMING,
        0,
    ),
    "a broken chunk": (
        sending(*chunked(event("a"))[:-1], b"zz\r\n"),
        Failure.BAD_FRAMING,
        1,
    ),
    "a broken chunk in one segment": (
        sending(b"".join(chunked(event("a"), event("b"))[:-1]) + b"zz\r\n"),
        Failure.BAD_FRAMING,
        2,
    ),
    "two lengths": (
        sending(head("Content-Length: 3", "Content-Length: 5") + b"abcde"),
        Failure.BAD_FRAMING,
        0,
    ),
    "another protocol": (
        sending(
            b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
        ),
        Failure.BAD_FRAMING,
        0,
    ),
}


@pytest.mark.parametrize(
    ("how", "body", "detail"),
    [
        (
            "gzip",
            gzip.compress(b'{"error": "HIP out of memory"}', mtime=0),
            "HIP out of memory",
        ),
        ("deflate", zlib.compress(b"slow down"), "slow down"),
        ("gzip", packed_blanks(31, 64 << 20, b"<title>busy</title>"), "busy"),
        ("br", b"\x0b\x02\x80", "(compressed)"),
        ("gzip", b"no gzip", "(compressed)"),
    ],
)
def test_a_compressed_error_is_told(how: str, body: bytes, detail: str) -> None:
    ran = run_with(
        sending(sized(body, "500 X", "text/html", f"Content-Encoding: {how}")),
        n=1,
    )
    assert ran.column("detail") == [f"HTTP 500: {detail}"]


@pytest.mark.parametrize(
    ("script", "failure", "events"), ILL.values(), ids=ILL.keys()
)
def test_responses_that_are_wrong(
    script: Script, failure: Failure, events: int
) -> None:
    ran = run_with(script)
    assert ran.outcomes == [Outcome.FAILED] * 3
    assert ran.failures == [failure] * 3, ran.column("detail")
    assert ran.column("event_count") == [events] * 3
    assert all(ran.column("detail"))
    assert all(
        end >= sent
        for sent, end in zip(
            ran.column("sent_ns"), ran.column("end_ns"), strict=True
        )
    )


@pytest.mark.parametrize(
    ("status", "said"), [(429, "slow down"), (500, "boom"), (503, "overloaded")]
)
def test_an_error_is_told_in_the_servers_words_and_the_connection_is_kept(
    status: int, said: str
) -> None:
    body = b'{"error": {"message": "%s"}}' % said.encode()
    with ScriptedServer(
        sending(sized(body, f"{status} X", "application/json"))
    ) as server:
        ran = run_loop(job_for(server.port, n=3))
    assert ran.column("status") == [status] * 3
    assert ran.column("detail") == [f"HTTP {status}: {said}"] * 3
    assert server.connections == 1


def test_a_reset_in_the_middle_keeps_what_came_before_it() -> None:
    seen = []

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id == 1:
            peer.send(*chunked(event("a"), event("b"))[:-1])
            peer.read(
                1
            )  # until the client has answered nothing, for ever: the test's time-out ends it
        peer.send(*chunked(*STREAM))
        seen.append(asked.id)

    ran = run_with(script, timeouts=BOUNDED.model_copy(update={"idle_s": 0.1}))
    assert ran.outcomes == [Outcome.OK, Outcome.FAILED, Outcome.OK]
    assert ran.column("event_count") == [3, 2, 3]
    assert seen == [0, 2]


def test_headers_without_end() -> None:
    def script(peer: Peer, asked: Asked) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\n")
        while True:
            peer.send(b"X-Filler: " + b"y" * 5000 + b"\r\n")

    ran = run_with(script, n=1)
    assert ran.failures == [Failure.BAD_FRAMING]
    assert ran.column("detail") == ["the response headers do not end"]
    assert ran.loop.responses.bytes_read < 10 * HEADER_BYTES_MOST


def test_interim_responses_without_end() -> None:
    def script(peer: Peer, asked: Asked) -> None:
        while True:
            peer.send(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)

    assert run_with(script, n=1).failures == [Failure.BAD_FRAMING]


def test_an_answer_that_comes_before_the_request_is_out_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy that refuses a large body answers and hangs up while it is still being written."""

    def refuse(peer: Peer, number: int) -> bool:
        peer.read_until(b"\r\n\r\n")
        peer.send(
            sized(
                b'{"error": {"message": "too large"}}',
                "413 Too Large",
                "application/json",
                "Connection: close",
            )
        )
        peer.close()
        return False

    with ScriptedServer(answer, greet=refuse) as server:
        ran = run_loop(
            job_for(server.port, n=2, prompts=requests(2, "x" * 20_000_000))
        )
    assert ran.failures == [Failure.HTTP_STATUS] * 2
    assert ran.column("detail") == ["HTTP 413: too large"] * 2
    assert ran.column("sent_done_ns") == [MISSING] * 2


def test_good_and_bad_ones_side_by_side_keep_to_themselves() -> None:
    kinds = [
        WELL["chunked"],
        *(
            ILL[name][0]
            for name in (
                "500",
                "closed in a chunk",
                "no finish reason",
                "not HTTP",
            )
        ),
    ]

    def script(peer: Peer, asked: Asked) -> None:
        kinds[asked.id % 5](peer, asked)

    ran = run_with(script, n=50, concurrency=8)
    expected = [
        Failure.NONE,
        Failure.HTTP_STATUS,
        Failure.CLOSED_EARLY,
        Failure.NO_FINISH,
        Failure.BAD_FRAMING,
    ]
    assert ran.failures == expected * 10
