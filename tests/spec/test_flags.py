"""What users type, as values; and the sentence they get for what cannot be one."""

from __future__ import annotations

import math

import pytest

from inferometer.spec import flags
from inferometer.spec.flags import (
    ARRIVALS,
    MOST_RINGS,
    base_url_of,
    by_ring,
    canonical_base_url,
    host_header,
    parse_base_url,
    parse_endpoint,
    parse_extra_body,
    parse_headers,
    parse_metadata,
    parse_metrics,
    parse_percentiles,
    parse_rate,
    with_api_key,
)


def test_headers() -> None:
    assert parse_headers([]) == {}
    assert parse_headers(["X-Team=blue", "Authorization = Bearer a=b=="]) == {
        "X-Team": "blue",
        "Authorization": "Bearer a=b==",
    }
    assert parse_headers(["X-Empty="]) == {"X-Empty": ""}


@pytest.mark.parametrize(
    "pair",
    [
        "Authorization: Bearer secret",
        "Authorization: Bearer secret==",
        "=secret",
        "secret",
        "a b=secret",
    ],
)
def test_a_header_in_another_form_is_refused_without_repeating_it(
    pair: str,
) -> None:
    with pytest.raises(
        ValueError, match=r"^server.headers wants KEY=VALUE"
    ) as caught:
        parse_headers([pair])
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", ["secret\r\nX-Injected: 1", "sécret"])
def test_a_header_that_cannot_be_sent_is_refused_without_repeating_it(
    value: str,
) -> None:
    with pytest.raises(
        ValueError,
        match=r"^server.headers X-Key: the value holds a line break or",
    ) as caught:
        parse_headers([f"X-Key={value}"])
    assert value not in str(caught.value)


def test_a_header_given_twice() -> None:
    with pytest.raises(
        ValueError, match=r"^server.headers x-team is given twice"
    ):
        parse_headers(["X-Team=blue", "x-team=red"])


def test_the_key_of_the_environment() -> None:
    assert with_api_key({}, {}) == {}
    assert with_api_key({}, {"OPENAI_API_KEY": "  "}) == {}
    keyed = with_api_key({"X-Team": "blue"}, {"OPENAI_API_KEY": "k\n"})
    assert keyed == {"X-Team": "blue", "Authorization": "Bearer k"}
    assert with_api_key(keyed, {"OPENAI_API_KEY": "other"}) == keyed
    given = {"authorization": "Basic x"}
    assert with_api_key(given, {"OPENAI_API_KEY": "k"}) == given


def test_metadata() -> None:
    assert parse_metadata(["gpu=R9700", "note=a=b", "empty="]) == {
        "gpu": "R9700",
        "note": "a=b",
        "empty": "",
    }


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        (["gpu"], "output.metadata wants KEY=VALUE"),
        (["=x"], "output.metadata wants KEY=VALUE"),
        (["a=1", "a=2"], "output.metadata a is given twice"),
    ],
)
def test_metadata_refused(pairs: list[str], told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}"):
        parse_metadata(pairs)


def test_extra_body() -> None:
    assert (
        parse_extra_body(None)
        == parse_extra_body("")
        == parse_extra_body(" ")
        == parse_extra_body("{}")
        == {}
    )
    assert parse_extra_body('{"min_p": 0.1, "stop": ["x"]}') == {
        "min_p": 0.1,
        "stop": ["x"],
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "{min_p: 1}",
            r"sampling.extra_body is not JSON \(.* at character 2\)",
        ),
        (
            '{"a": 1} x',
            r"sampling.extra_body is not JSON \(.* at character 10\)",
        ),
        ('{"a": NaN}', "sampling.extra_body: NaN is not JSON"),
        ("[1]", "sampling.extra_body wants a JSON object"),
        ("0.5", "sampling.extra_body wants a JSON object"),
    ],
)
def test_extra_body_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}"):
        parse_extra_body(text)


def test_percentiles() -> None:
    assert parse_percentiles("99") == (99.0,)
    assert parse_percentiles(" 50, 90 ,99.9,50, 0,100") == (
        50.0,
        90.0,
        99.9,
        0.0,
        100.0,
    )


@pytest.mark.parametrize(
    "text", ["", "50,,99", "p99", "101", "-1", "nan", "50 90"]
)
def test_percentiles_refused(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"^output.percentiles wants numbers from 0 to 100"
    ):
        parse_percentiles(text)


def test_metrics() -> None:
    assert parse_metrics("ttft,tpot,itl,e2el") == (
        "ttft",
        "tpot",
        "itl",
        "e2el",
    )
    assert parse_metrics("E2EL, ttft,e2el") == ("e2el", "ttft")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tfft", r"not 'tfft' \(did you mean 'ttft'\?\)\.$"),
        ("", r"not ''\.$"),
        ("ttft,", r"not ''\.$"),
    ],
)
def test_metrics_refused(text: str, told: str) -> None:
    with pytest.raises(
        ValueError, match=f"^output.metrics knows ttft, tpot, itl, e2el, {told}"
    ):
        parse_metrics(text)


def test_rate() -> None:
    assert parse_rate("inf") == math.inf
    assert parse_rate("0.5") == 0.5


@pytest.mark.parametrize("text", ["0", "-1", "nan", "fast", "", "-inf"])
def test_rate_refused(text: str) -> None:
    with pytest.raises(
        ValueError,
        match=r"^load.request_rate wants requests per second above 0, or inf",
    ):
        parse_rate(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://h:8000", "http://h:8000"),
        (" http://h:8000/ ", "http://h:8000"),
        ("http://h:8000/v1", "http://h:8000"),
        ("https://h/v1/", "https://h"),
        ("h:8000", "http://h:8000"),
        ("HTTPS://H", "https://H"),
        ("http://[::1]:8000/v1", "http://[::1]:8000"),
        ("http://gw/team/llm/v1", "http://gw/team/llm"),
        ("http://gw/v1/tenant", "http://gw/v1/tenant"),
        ("http://gw/api/v3", "http://gw/api/v3"),
        ("http://h:/x", "http://h/x"),
        ("http://gw/模型/v1", "http://gw/%E6%A8%A1%E5%9E%8B"),
        (
            "http://gw/%E6%A8%A1%e5%9e%8b/a%2Fb",
            "http://gw/%E6%A8%A1%e5%9e%8b/a%2Fb",
        ),
        ("http://gw/100%/<a>", "http://gw/100%25/%3Ca%3E"),
        ("http://模型.example:8000", "http://xn--xgs754b.example:8000"),
        ("Bücher.Example/v1", "http://xn--bcher-kva.Example"),
        ("http://vllm_server:8000", "http://vllm_server:8000"),
        ("http://[fe80::1%eth0]:8000/v1", "http://[fe80::1%eth0]:8000"),
        ("http://[fe80::1%25eth0]:8000", "http://[fe80::1%eth0]:8000"),
    ],
)
def test_base_url(text: str, url: str) -> None:
    assert parse_base_url(text) == url
    assert parse_base_url(url) == url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("HTTP://Host:80/v1/", "http://host"),
        ("https://h:443", "https://h"),
        ("https://h:80", "https://h:80"),
        ("host.:81", "http://host:81"),
        ("http://[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000"),
        ("http://[2001:DB8::7]", "http://[2001:db8::7]"),
        ("http://GW/Team/v1", "http://gw/Team"),
    ],
)
def test_one_spelling_of_an_address(text: str, url: str) -> None:
    assert canonical_base_url(text) == url
    assert canonical_base_url(url) == url


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("http://::1:8000", "is not an address"),
        ("http://[::1", "is not an address"),
        ("http://h:99999", "is not an address"),
        ("http://h:0", "is not an address"),
        ("http://h:port", "is not an address"),
        ("http://", "is not an address"),
        ("", "is not an address"),
        ("http://my host:80", "is not an address"),
        ("ftp://h", "must begin with http:// or https://, not ftp://"),
        ("http://my\tpath/a", "is not an address"),
        ("http://h/a b", "is not an address"),
        ("http://h/a\x00", "is not an address"),
        ("http://ho<st", "is not an address"),
        ("http://h%41", "is not an address"),
        (f"http://{'ü' * 70}", "is not an address"),
        (
            "http://h/v1/chat/completions",
            "give server.base_url http://h and server.endpoint /v1/chat/completions",
        ),
        (
            "http://h:1/模/v1/models",
            "give server.base_url http://h:1/%E6%A8%A1/v1",
        ),
        (
            "http://h?key=1",
            "must end before '\\?' and '#': put a query at the end of server.endpoint",
        ),
        ("http://h#x", "must end before '\\?'"),
    ],
)
def test_base_url_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as caught:
        parse_base_url(text)
    assert "server.base_url" in str(caught.value)


@pytest.mark.parametrize(
    ("endpoint", "base_url", "path"),
    [
        ("/v1/completions", "http://h", "/v1/completions"),
        ("/v1/completions", "http://h/v1/", "/v1/completions"),
        ("/chat/completions", "http://h/v1", "/v1/chat/completions"),
        ("/chat/completions?a=1", "h/gw/v1", "/v1/chat/completions?a=1"),
        ("/chat/completions", "http://h/api/v3", "/chat/completions"),
        ("/api/v3/chat/completions", "http://h/api/v3/", "/chat/completions"),
        ("/api/v3/chat/completions", "http://h", "/api/v3/chat/completions"),
        ("/gw/v1/completions", "http://h/gw/v1", "/v1/completions"),
        ("/generate", "http://h/v1", "/generate"),
        ("/模/v1", "http://h/模", "/模/v1"),
    ],
)
def test_an_endpoint_is_below_the_address_or_whole(
    endpoint: str, base_url: str, path: str
) -> None:
    assert parse_endpoint(endpoint, base_url) == path


def test_the_zone_of_an_address_stays_on_this_machine() -> None:
    assert host_header("http://[fe80::1%eth0]:8000/x") == "[fe80::1]:8000"
    assert host_header("https://gw.example/x") == "gw.example"


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@h",
        "http://user:secret@h:99999",
        "http://user:secret@",
    ],
)
def test_a_password_in_the_address_is_refused_without_repeating_it(
    url: str,
) -> None:
    with pytest.raises(ValueError, match=r"server\.base_url") as caught:
        parse_base_url(url)
    assert "secret" not in str(caught.value)


def test_host_and_port() -> None:
    assert base_url_of("127.0.0.1", 8000) == "http://127.0.0.1:8000"
    assert (
        base_url_of("::1", 8000)
        == base_url_of("[::1]", 8000)
        == "http://[::1]:8000"
    )
    with pytest.raises(
        ValueError,
        match=r"is not an address: set server.base_url http://HOST:PORT, the port from",
    ):
        base_url_of("h", 70000)


@pytest.mark.parametrize("permitted", [False, True])
@pytest.mark.parametrize(
    ("text", "ring"),
    [
        ("", None),
        ("auto", None),
        ("read", False),
        ("ring", True),
        (" Ring ", True),
    ],
)
def test_the_source_of_arrival_times(
    text: str,
    ring: bool | None,
    monkeypatch: pytest.MonkeyPatch,
    *,
    permitted: bool,
) -> None:
    monkeypatch.setattr(flags, "may_see_packets", lambda: permitted)
    expected = permitted if ring is None else ring
    assert by_ring({ARRIVALS: text}) is expected
    assert by_ring({}) is permitted
    assert by_ring({ARRIVALS: text}, MOST_RINGS) is expected
    assert by_ring({ARRIVALS: text}, MOST_RINGS + 1) is bool(ring)


@pytest.mark.parametrize("text", ["rings", "1", "tap", "ring\n0"])
def test_a_source_of_arrival_times_that_there_is_not(text: str) -> None:
    with pytest.raises(ValueError, match="is not one of auto, read, ring"):
        by_ring({ARRIVALS: text})
