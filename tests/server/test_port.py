"""Who is behind a port, tried with sockets of our own."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from inferometer.server import port as port_module
from inferometer.server.port import (
    host_and_port,
    is_served,
    listener,
    wait_until_free,
    why_not_free,
)
from tests.server.needs import free_port


def url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("http://127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("http://gpu-box", ("gpu-box", 80)),
        ("https://gpu-box/v1", ("gpu-box", 443)),
        ("http://[::1]:8000/v1", ("::1", 8000)),
    ],
)
def test_where_a_client_connects_to(
    base_url: str, expected: tuple[str, int]
) -> None:
    assert host_and_port(base_url) == expected


def test_a_free_port() -> None:
    free = url(free_port())
    assert not is_served(free)
    assert why_not_free(free) is None
    assert wait_until_free(free, 0)
    assert listener(free) is None


def test_a_port_that_we_serve_ourselves() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = url(server.getsockname()[1])
        assert is_served(taken)
        assert f"(process {os.getpid()}) already serves port" in str(
            why_not_free(taken)
        )
        assert not wait_until_free(taken, 0)
        found = listener(taken)
        assert found is not None
        assert found.pid == os.getpid()
        assert listener("http://192.0.2.1:80") is None, "only of this machine"


def test_a_port_that_is_held_but_not_served() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        taken = url(holder.getsockname()[1])
        assert not is_served(taken)
        assert "another program already holds port" in str(why_not_free(taken))


def test_a_port_whose_last_connections_linger_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        client = socket.create_connection(address)
        served, _ = server.accept()
        served.close()  # whoever closes first is left waiting
        client.close()
    assert why_not_free(url(address[1])) is None


def test_addresses_and_ports_that_are_not_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(port_module, "is_served", lambda _: False)
    assert why_not_free("http://192.0.2.1:8000") == (
        "192.0.2.1 is not an address of this machine"
    )

    class Forbidden(socket.socket):
        def bind(self, address: object) -> None:
            raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", Forbidden)
    assert (
        why_not_free("http://127.0.0.1:80")
        == "this user may not listen on port 80"
    )
