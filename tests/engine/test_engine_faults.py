"""What goes wrong by intention: the list's grammar, the choice of requests, and which wire can have
which fault.
"""

from __future__ import annotations

import http.client
from collections import Counter
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.engine.api import FrontSettings
from inferometer.engine.faults import FAULTS, Fault, FaultPlan, parse_faults
from inferometer.engine.rewrite import REWRITES, expressible
from inferometer.protocol import PROTOCOLS, UNKNOWN, Reply
from inferometer.server.counters import read_page
from inferometer.server.endpoint import Endpoint
from inferometer.trace.server_counters import MetricsReading, ServerCounters

ASK = {
    "prompt": "a b",
    "max_tokens": 4,
    "stream": True,
    "stream_options": {"include_usage": True},
}


def counted(engine: EmbeddedEngine) -> MetricsReading:
    with Endpoint(engine.base_url) as endpoint:
        page = endpoint.metrics_page()
    assert page is not None
    reading = read_page(*page)
    assert reading is not None
    return reading


def test_what_befalls_the_engine_shows_on_its_metrics_page() -> None:
    """Hits are of the 2 prompt tokens of a request; after a restart, all begins at 0, and
    connections are new ones.
    """
    with EmbeddedEngine(
        EngineSettings(ttft_ms=1, itl_ms=1),
        faults="hit#1,cached#2,preempt#3,restart#4",
    ) as engine:
        before = counted(engine)
        for number in range(4):
            assert httpx.post(
                engine.base_url + "/v1/completions",
                json=ASK,
                headers={"x-request-id": str(number)},
            ).content
        after = counted(engine)
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(
                engine.base_url + "/v1/completions",
                json=ASK,
                headers={"x-request-id": "4"},
            )
        anew = counted(engine)
        assert httpx.post(
            engine.base_url + "/v1/completions",
            json=ASK,
            headers={"x-request-id": "5"},
        ).content
    seen = ServerCounters(before, after)
    numbers = [
        seen.grown(name)
        for name in (
            "requests",
            "prompt_tokens",
            "generation_tokens",
            "prefix_hits",
            "preemptions",
        )
    ]
    assert numbers == [4, 8, 16, 4, 1]
    assert ServerCounters(after, anew).restarted
    assert set(anew.counters.values()) == {0}


def test_a_list_says_what_whom_and_when() -> None:
    assert parse_faults(
        "stall:0.01, reset:0.02@5,http-503#200+,die#300,split:0.5#7+@0"
    ) == (
        Fault("stall", 0.01),
        Fault("reset", 0.02, event=5),
        Fault("http-503", first=200),
        Fault("die", first=300, last=300),
        Fault("split", 0.5, first=7, event=0),
    )
    assert parse_faults("") == parse_faults("  ") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stal", "no fault 'stal': choose from http-NNN, reset-early"),
        ("http-200", "no fault 'http-200'"),
        ("http-NNN", "is not a fault"),
        ("stall:2", "above 0 and at most 1"),
        ("stall:0", "above 0"),
        ("stall:1.2.3", "above 0"),
        ("stall@", "is not a fault: write name"),
        ("stall,,reset", "'' is not a fault"),
        ("stall#x", "is not a fault"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_cure(
    text: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        parse_faults(text)


def test_a_request_has_the_number_its_client_gave_it_or_that_of_its_arrival() -> (
    None
):
    plan = FaultPlan((), 0)
    assert [
        plan.number(name)
        for name in ("bench-0badf00d-17", "x", "", "17", "a-0018", "y")
    ] == [
        17,
        0,
        1,
        17,
        18,
        2,
    ]


def test_the_seed_and_the_number_decide_and_nothing_else() -> None:
    faults = parse_faults("stall:0.1,reset:0.2,die#7")
    fates = [FaultPlan(faults, 3).choose(n) for n in range(4000)]
    again = FaultPlan(faults, 3)
    assert fates == [again.choose(n) for n in reversed(range(4000))][::-1]
    counted = Counter(fate.name if fate else "" for fate in fates)
    assert 300 < counted["stall"] < 500
    assert 700 < counted["reset"] < 900
    assert fates != [FaultPlan(faults, 4).choose(n) for n in range(4000)]


def test_the_first_fault_that_concerns_a_request_befalls_it() -> None:
    plan = FaultPlan(parse_faults("die#7,http-503#5+,stall"), 0)
    assert [fault.name for fault in map(plan.choose, range(9)) if fault] == [
        "stall"
    ] * 5 + ["http-503"] * 2 + [
        "die",
        "http-503",
    ]


@given(st.integers(0, 10**6), st.integers(0, 10**12))
def test_shares_of_one_befall_somebody_always(seed: int, number: int) -> None:
    chosen = FaultPlan(parse_faults("stall:0.5,reset:0.5"), seed).choose(number)
    assert chosen is not None


def test_what_a_wire_cannot_say_is_refused_at_once() -> None:
    with pytest.raises(
        ValueError, match="comments is not possible with ollama"
    ):
        FrontSettings(backends=("ollama",), faults="comments")
    FrontSettings(backends=("ollama", "openai"), faults="comments")
    impossible = {
        (fault, name)
        for fault in FAULTS
        for name, wire in PROTOCOLS.items()
        if not expressible(fault, wire)
    }
    assert {name for fault, name in impossible if fault == "no-usage"} == {
        "tensorrt-llm"
    }
    assert {name for fault, name in impossible if fault == "no-space"} == {
        "tgi",
        "ollama",
        "ollama-chat",
    }
    assert {
        fault for fault, name in impossible if name in {"openai", "openai-chat"}
    } == set()


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_rewritten_answer_differs_in_nothing_but_its_fault(name: str) -> None:
    wire = PROTOCOLS[name]
    for fault, rewrite in REWRITES.items():
        if not expressible(fault, wire) or fault == "invalid-utf8":
            continue
        decoded = []
        for change in (lambda body: body, rewrite):
            emitter = wire.emitter(Reply("id", "m", 0, 5, include_usage=True))
            body = b"".join(
                change(emitter.event(text, (i,), reason))
                for i, (text, reason) in enumerate(
                    [("a", None), ("b", "length")]
                )
            )
            decoder = wire.decoder()
            decoded.append(decoder.feed(body) + decoder.close())
        plain, strange = decoded
        assert [event.text for event in strange if event.text] == ["a", "b"], (
            fault
        )
        assert not any(event.error for event in strange), fault
        if fault in {"crlf", "comments", "no-space", "empty-choices"}:
            assert strange == plain, fault
        if fault == "no-usage":
            assert {
                event.usage.prompt_tokens for event in strange if event.usage
            } <= {UNKNOWN}, fault
        if fault == "no-done":
            assert not any(event.done for event in strange)


def answers(
    engine: EmbeddedEngine, n: int
) -> list[tuple[int, dict[str, str], bytes]]:
    """Status, headers and body of n requests, one after the other."""
    connection = http.client.HTTPConnection(
        urlsplit(engine.base_url).netloc, timeout=20
    )
    found = []
    for number in range(n):
        connection.request(
            "POST",
            "/v1/completions",
            orjson.dumps(ASK),
            {"x-request-id": f"r-{number}"},
        )
        response = connection.getresponse()
        found.append(
            (
                response.status,
                {key.lower(): value for key, value in response.getheaders()},
                response.read(),
            )
        )
    connection.close()
    return found


def test_the_record_names_what_befell_each_request() -> None:
    faults = "http-503#1,http-502#2,merge#3,html-page#4,no-finish#5,sized#6,content-type#7"
    with EmbeddedEngine(
        EngineSettings(ttft_ms=1, itl_ms=0.5), record_truth=True, faults=faults
    ) as engine:
        told = answers(engine, 9)
        truth = engine.truth()
    assert truth.fault == (
        "",
        "http-503",
        "http-502",
        "merge",
        "html-page",
        "no-finish",
        "sized",
        "content-type",
        "",
    )
    assert truth.event_count.tolist() == [4, 0, 0, 2, 0, 4, 4, 4, 4]
    assert truth.tokens.sum() == 6 * 4
    assert [status for status, _, _ in told] == [
        200,
        503,
        502,
        200,
        200,
        200,
        200,
        200,
        200,
    ]
    assert told[1][1]["retry-after"] == "1"
    assert orjson.loads(told[1][2])["error"]["code"] == 503
    assert (
        told[2][1]["content-type"] == told[4][1]["content-type"] == "text/html"
    )
    assert told[3][2].count(b"data: ") == 2 + 2  # texts, usage, end
    assert b'finish_reason":"length' not in told[5][2]
    assert b"[DONE]" not in told[5][2]
    assert (
        int(told[6][1]["content-length"]) == len(told[6][2]) == len(told[8][2])
    )
    assert told[7][1]["content-type"] == "application/octet-stream"
    assert len(told[7][2]) == len(told[0][2])


def test_answers_that_are_not_streamed_are_spared() -> None:
    with EmbeddedEngine(
        EngineSettings(ttft_ms=1, itl_ms=0.5), record_truth=True, faults="reset"
    ) as engine:
        connection = http.client.HTTPConnection(
            urlsplit(engine.base_url).netloc, timeout=20
        )
        connection.request(
            "POST",
            "/v1/completions",
            orjson.dumps({"prompt": "a b", "max_tokens": 4}),
        )
        assert connection.getresponse().status == 200
        connection.close()
        assert engine.truth().fault == ("",)
