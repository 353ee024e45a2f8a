"""Redirects: not followed, and every one says what to give, in values that the flags take."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inferometer.server.endpoint import Endpoint
from tests.server.fake_server import (
    CountingDecoder,
    FakeServer,
    sentence_of,
    serve,
)


@pytest.fixture(autouse=True)
def no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with serve() as server:
        yield server


@pytest.fixture
def endpoint(fake: FakeServer) -> Iterator[Endpoint]:
    with Endpoint(fake.url) as opened:
        yield opened


REDIRECTS = [
    # from, to, and what to give
    ("/v1/completions", "/v1/completions/", "server.endpoint /v1/completions/"),
    (
        "/v1/completions",
        "completions/?a=1",
        "server.endpoint /v1/completions/?a=1",
    ),
    (
        "/v1/completions",
        "/api/v3/completions",
        "server.endpoint /api/v3/completions",
    ),
    (
        "/v1/completions",
        "https://new/v1/completions",
        "server.base_url https://new",
    ),
    (
        "/v1/completions",
        "//new:8000/v1/completions",
        "server.base_url http://new:8000",
    ),
    (
        "/v1/completions",
        "https://new/gw/v1/completions",
        "server.base_url https://new/gw",
    ),
    (
        "/v1/completions",
        "https://new/chat/x?y=1",
        "server.base_url https://new server.endpoint /chat/x?y=1",
    ),
    (
        "/v1/completions",
        "https://new/v1/completions/",
        "server.base_url https://new server.endpoint /v1/completions/",
    ),
    ("/v1/models", "https://new/v1/models", "server.base_url https://new"),
    (
        "/v1/models",
        "/v1/models/",
        "server.served_model, so that the list of models is not needed",
    ),
]


@pytest.mark.parametrize(("path", "location", "advice"), REDIRECTS)
def test_a_redirect_is_not_followed_but_says_what_to_give(
    fake: FakeServer, endpoint: Endpoint, path: str, location: str, advice: str
) -> None:
    measured = path != "/v1/models"
    fake.routes["POST" if measured else "GET", path] = (307, location)
    ask = (
        (lambda: endpoint.probe(path, b"{}", CountingDecoder()))
        if measured
        else endpoint.models
    )
    said = sentence_of(ask)
    assert said.startswith(
        f"{fake.url} redirects {path}; redirects are not followed"
    )
    assert said.endswith(f": set {advice}.")


@pytest.mark.parametrize(
    "location",
    [
        "/login?next=%2Fv1%2Fcompletions",
        "https://sso.corp.example/start",
        "/oauth/authorize",
    ],
)
def test_a_redirect_to_a_login_page_is_one_that_wants_a_key(
    fake: FakeServer, endpoint: Endpoint, location: str
) -> None:
    fake.routes["POST", "/p"] = (302, location)
    said = sentence_of(lambda: endpoint.probe("/p", b"{}", CountingDecoder()))
    assert said.endswith(
        "leads to a login page: set a key (OPENAI_API_KEY, or server.headers), or use the "
        "API's address."
    )


@pytest.mark.parametrize(
    "location",
    [
        "https://user:pw-of-9@new/x",
        "/x?token=abcdef123",
        "http://h:x/?api_key=abcdef123",
    ],
)
def test_secrets_of_a_redirect_are_not_shown(
    fake: FakeServer, endpoint: Endpoint, location: str
) -> None:
    fake.routes["POST", "/p"] = (307, location)
    said = sentence_of(lambda: endpoint.probe("/p", b"{}", CountingDecoder()))
    assert "***" in said
    assert "pw-of-9" not in said
    assert "abcdef123" not in said


@pytest.mark.parametrize(
    "location", ["/p", "", "http://[::1", "http://a b/", "//:0/"]
)
def test_a_redirect_that_leads_nowhere(
    fake: FakeServer, endpoint: Endpoint, location: str
) -> None:
    fake.routes["POST", "/p"] = (308, location)
    said = sentence_of(lambda: endpoint.probe("/p", b"{}", CountingDecoder()))
    assert (
        "check its configuration" in said
        or "check the configuration of the server or its gateway" in said
    )
