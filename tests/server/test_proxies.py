"""Proxies of the environment are not used, and are named where they are what stands in the way."""

from __future__ import annotations

import socket

import pytest

from inferometer.server.endpoint import Endpoint, EndpointError
from inferometer.server.failures import proxy_passed_by
from inferometer.server.proxies import proxy_variable

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, *(name.lower() for name in NAMES), "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "url", "variable"),
    [
        ({}, "http://gpu:8000", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://gpu:8000", "HTTP_PROXY"),
        ({"http_proxy": "http://p:1"}, "http://gpu:8000", "http_proxy"),
        ({"HTTP_PROXY": "http://p:1"}, "https://gpu", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://gpu/v1", "HTTPS_PROXY"),
        (
            {"https_proxy": "p:1", "ALL_PROXY": "socks5://p"},
            "https://gpu",
            "https_proxy",
        ),
        ({"ALL_PROXY": "socks5://p:1"}, "http://gpu", "ALL_PROXY"),
        (
            {"all_proxy": "socks5://p:1", "NO_PROXY": "other"},
            "http://gpu",
            "all_proxy",
        ),
        ({"HTTP_PROXY": ""}, "http://gpu", None),
        ({"HTTP_PROXY": "p:1", "NO_PROXY": "gpu"}, "http://gpu:8000", None),
        (
            {"HTTP_PROXY": "p:1", "no_proxy": ".corp.example, other"},
            "http://gpu.corp.example",
            None,
        ),
        ({"HTTP_PROXY": "p:1", "NO_PROXY": "*"}, "http://gpu", None),
        (
            {"HTTP_PROXY": "p:1", "NO_PROXY": "name,bad/99,10.0.0.0/8"},
            "http://10.1.2.3:8000",
            None,
        ),
        (
            {"HTTP_PROXY": "p:1", "NO_PROXY": "10.0.0.0/8"},
            "http://192.168.1.1",
            "HTTP_PROXY",
        ),
        ({"HTTP_PROXY": "p:1"}, "http://127.0.0.1:8000", None),
        ({"HTTP_PROXY": "p:1"}, "http://localhost:8000", None),
        ({"HTTP_PROXY": "p:1"}, "http://[::1]:8000", None),
    ],
)
def test_the_variable_that_others_would_heed(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    url: str,
    variable: str | None,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_variable(url) == variable


@pytest.mark.parametrize(
    ("url", "flags"),
    [
        (
            "http://gpu:9000/v1",
            "ssh -L 8000:gpu:9000 GATEWAY, and set server.base_url http://127.0.0.1:8000)",
        ),
        (
            "https://gpu",
            "ssh -L 8000:gpu:443 GATEWAY, and set server.base_url https://127.0.0.1:8000 server.insecure)",
        ),
        (
            "http://[2001:db8::1]",
            "ssh -L 8000:[2001:db8::1]:80 GATEWAY, and set server.base_url http://127.0.0.1:8000)",
        ),
    ],
)
def test_what_helps(
    monkeypatch: pytest.MonkeyPatch, url: str, flags: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://user:secret@p:1")
    said = str(proxy_passed_by(url))
    assert said.endswith(flags)
    assert "secret" not in said
    monkeypatch.setenv("NO_PROXY", "*")
    assert proxy_passed_by(url) == ""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            "is unknown; the proxy of HTTP_PROXY",
        ),
        (
            ConnectionRefusedError(111, "Connection refused"),
            "Nothing listens on http://10.9.9.9; the proxy of HTTP_PROXY",
        ),
        (
            OSError(101, "Network is unreachable"),
            "cannot be reached (Network is unreachable); the proxy of HTTP_PROXY",
        ),
        (
            TimeoutError("timed out"),
            "did not accept a connection in time; the proxy of HTTP_PROXY",
        ),
    ],
)
def test_every_failure_to_connect_names_it(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "create_connection", fail)
    monkeypatch.setenv("HTTP_PROXY", "http://p:1")
    with (
        Endpoint("http://10.9.9.9") as endpoint,
        pytest.raises(EndpointError) as caught,
    ):
        endpoint.models()
    assert said in str(caught.value)
