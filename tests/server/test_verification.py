"""Is what answers the server that is needed? Every way in which it may not be, and what stays
unknown.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psutil
import pytest

from inferometer.server.base import (
    Confirmation,
    ServerAbsentError,
    ServerError,
    WrongServerError,
)
from inferometer.server.external import ExternalServer
from inferometer.server.port import Listener
from inferometer.server.verification import (
    Start,
    check_unchanged,
    hardware_words,
    open_endpoint,
    same_start,
    start_of,
    verify,
)
from inferometer.spec.campaign import ServerNeed
from inferometer.spec.server_recipe import ServerRecipe
from tests.server.needs import (
    LIMIT,
    MACHINE_A,
    MACHINE_B,
    MODEL,
    ChangingServer,
    changing_server,
    need,
)


@pytest.fixture(autouse=True)
def no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def server() -> Iterator[ChangingServer]:
    with changing_server() as changing:
        changing.start()
        yield changing


def verified(
    server: ChangingServer,
    needed: ServerNeed | None = None,
    *,
    ours: bool = False,
) -> Confirmation:
    with open_endpoint(server.url, "openai") as endpoint:
        return verify(
            endpoint,
            needed or need(ServerRecipe(base_url=server.url)),
            ours=ours,
        )


def test_the_right_server(server: ChangingServer) -> None:
    found = verified(server)
    assert found.facts == {
        "base_url": server.url,
        "model": MODEL,
        "max_model_len": LIMIT,
        "version": "0.10.2",
    }
    assert found.confirmed_by == "nobody"
    assert found.unchecked == ("tensor parallelism 1",)


def test_of_our_own_server_only_the_hardware_is_left_unchecked(
    server: ChangingServer,
) -> None:
    found = verified(
        server,
        need(
            ServerRecipe(base_url=server.url), hardware=("B", MACHINE_B), tp=2
        ),
        ours=True,
    )
    assert found.unchecked == ("hardware B: 2 GPUs, PCIe 5.0 x8, 16 GB/s each",)
    assert found.confirmed_by == "inferometer"


@pytest.mark.parametrize(
    ("cards", "words"),
    [
        (
            [{"id": "Qwen/Qwen3-14B", "max_model_len": LIMIT}],
            f"serves Qwen/Qwen3-14B, not {MODEL}",
        ),
        (
            [{"id": MODEL, "max_model_len": 896}],
            "with max_model_len 896, not 1280",
        ),
        (
            [{"id": MODEL, "root": "Qwen/Qwen3-14B", "max_model_len": LIMIT}],
            f"serves Qwen/Qwen3-14B under the name {MODEL}",
        ),
    ],
)
def test_another_server(
    server: ChangingServer, cards: list[dict[str, object]], words: str
) -> None:
    server.cards = cards
    with pytest.raises(WrongServerError, match=words):
        verified(server)


@pytest.mark.parametrize("limit", [LIMIT, LIMIT + 1, 131072])
def test_a_running_server_may_have_a_longer_limit(
    server: ChangingServer, limit: int
) -> None:
    server.cards = [{"id": MODEL, "max_model_len": limit}]
    found = verified(server)
    assert (found.facts["max_model_len"], found.unchecked) == (
        limit,
        ("tensor parallelism 1",),
    )


@pytest.mark.parametrize(
    ("which", "limit", "longest", "cure"),
    [
        ("exact", 131072, 1152, "--set servers.vllm.max_model_len=131072"),
        ("any", 1152, 1152, "--set servers.vllm.max_model_len=1152"),
        ("any", 1152, None, "--set servers.vllm.max_model_len=1152"),
        ("any", 1151, 1152, ""),
        ("ours", 131072, 1152, ""),
    ],
)
def test_another_limit_is_refused_with_the_setting_that_accepts_it(
    server: ChangingServer,
    which: str,
    limit: int,
    longest: int | None,
    cure: str,
) -> None:
    server.cards = [{"id": MODEL, "max_model_len": limit}]
    recipe = ServerRecipe(
        base_url=server.url, exact_max_model_len=which == "exact"
    )
    with pytest.raises(WrongServerError) as refused:
        verified(
            server,
            replace(need(recipe), longest_request=longest),
            ours=which == "ours",
        )
    told = f" ({cure} accepts this server)" if cure else ""
    assert str(refused.value) == (
        f"{server.url} serves {MODEL} with max_model_len {limit}, not {LIMIT} as required{told}."
    )


@pytest.mark.parametrize(
    "root",
    [
        MODEL,
        "/models/llama-3.1-8b/",
        "/cache/hub/models--meta-llama--Llama-3.1-8B/snapshots/0e9e39f249a16976918f",
    ],
)
def test_a_model_is_known_by_where_it_was_loaded_from(
    server: ChangingServer, root: str
) -> None:
    server.cards = [{"id": "llama", "root": root, "max_model_len": LIMIT}]
    found = verified(
        server,
        need(ServerRecipe(base_url=server.url), served_model="llama"),
        ours=True,
    )
    assert found.unchecked == ()


def test_a_folder_does_not_tell_which_model_it_holds(
    server: ChangingServer,
) -> None:
    server.cards = [
        {"id": "llama", "root": "/data/new", "max_model_len": LIMIT}
    ]
    found = verified(
        server,
        need(ServerRecipe(base_url=server.url), served_model="llama"),
        ours=True,
    )
    assert found.unchecked == (
        f"that llama is {MODEL}: the server loaded it from a folder",
    )
    assert "/data/new" not in str(found), "a path may hold somebody's name"


def test_what_the_server_does_not_tell_is_unchecked(
    server: ChangingServer,
) -> None:
    server.cards = [{"id": MODEL}]
    assert verified(server, ours=True).unchecked == ("max_model_len 1280",)
    server.cards = []
    assert verified(server, ours=True).unchecked == (
        f"model {MODEL}",
        "max_model_len 1280",
    )


def test_no_limit_is_asked_for(server: ChangingServer) -> None:
    server.cards = [{"id": MODEL, "max_model_len": 99}]
    found = verified(
        server,
        need(ServerRecipe(base_url=server.url), max_model_len=None),
        ours=True,
    )
    assert found.facts["max_model_len"] == 99
    assert found.unchecked == ()


def test_a_server_that_is_not_ready(server: ChangingServer) -> None:
    server.health = 503
    with pytest.raises(
        ServerAbsentError, match="/health reports that it cannot serve"
    ):
        verified(server)
    server.status = 503
    with pytest.raises(ServerAbsentError, match="is not ready yet"):
        verified(server)
    server.stop()
    with pytest.raises(ServerAbsentError, match="Nothing listens on"):
        verified(server)


def test_a_missing_route_for_health_is_no_illness(
    server: ChangingServer,
) -> None:
    server.health = 404
    assert verified(server).facts["model"] == MODEL


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 500])
@pytest.mark.parametrize("kind", ["external", "operator"])
def test_without_a_list_of_models_the_model_is_not_checked(
    server: ChangingServer, status: int, kind: Any
) -> None:
    server.status = status
    found = verified(server, need(ServerRecipe(kind=kind, base_url=server.url)))
    assert found.facts["model"] is None
    assert f"model {MODEL} ({status} on /v1/models: " in "; ".join(
        found.unchecked
    )


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_server_that_may_still_be_loading_is_waited_for_unless_it_is_taken_as_it_is(
    server: ChangingServer, status: int
) -> None:
    server.status = status
    with pytest.raises(ServerAbsentError):
        verified(server)
    found = verified(
        server, need(ServerRecipe(kind="external", base_url=server.url))
    )
    assert f"model {MODEL} ({status} on /v1/models" in "; ".join(
        found.unchecked
    )


def test_a_list_that_never_ends_is_the_failure_of_its_server(
    server: ChangingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inferometer.server.verification.ASK_TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            open_endpoint(url, "openai") as endpoint,
            pytest.raises(ServerAbsentError, match=r"within 0.2 s"),
        ):
            verify(
                endpoint,
                need(ServerRecipe(kind="external", base_url=url)),
                ours=False,
            )


def test_a_host_that_is_not_known_is_not_one_on_which_nobody_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", unknown)
    monkeypatch.setenv("HTTP_PROXY", "http://p:1")
    said = "The host of http://gpu.example is unknown; the proxy of HTTP_PROXY is not used"
    with (
        open_endpoint("http://gpu.example", "openai") as endpoint,
        pytest.raises(ServerAbsentError, match=said),
    ):
        verify(
            endpoint,
            need(ServerRecipe(base_url="http://gpu.example")),
            ours=False,
        )


def test_health_of_a_server_that_is_taken_as_it_is_decides_nothing(
    server: ChangingServer,
) -> None:
    server.health = 500
    found = verified(
        server, need(ServerRecipe(kind="external", base_url=server.url))
    )
    assert (
        "that it can serve, although its /health reports otherwise"
        in found.unchecked
    )


def test_hardware_in_words() -> None:
    recipe = ServerRecipe()
    assert hardware_words(need(recipe)) == ""
    assert (
        hardware_words(need(recipe, hardware=("A", MACHINE_A)))
        == "A: 1 GPU, PCIe 5.0 x16, 32 GB/s each"
    )
    bare = MACHINE_A.model_copy(
        update={"pcie_generation": None, "bandwidth_gb_s": None}
    )
    assert (
        hardware_words(need(recipe, hardware=("A", bare)))
        == "A: 1 GPU, PCIe x16"
    )


def test_when_a_server_started(
    server: ChangingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_endpoint(server.url, "openai") as endpoint:
        assert start_of(endpoint) == Start(1100.0)
        server.started_s = None
        monkeypatch.setattr(
            "inferometer.server.verification.listener",
            lambda _: Listener(1, "vllm", 77.0),
        )
        assert start_of(endpoint) == Start(77.0, 1)
        monkeypatch.setattr(
            "inferometer.server.verification.listener", lambda _: None
        )
        assert start_of(endpoint) == Start()
        server.stop()
        assert start_of(endpoint) == Start()


def test_a_process_that_lives_is_not_looked_for_again(
    server: ChangingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = psutil.Process()
    start = Start(own.create_time(), own.pid)
    assert start.goes_on()
    assert not Start(own.create_time() - 60, own.pid).goes_on(), (
        "another process got its id"
    )
    assert not Start(1100.0).goes_on()
    needed = need(ServerRecipe(base_url=server.url))
    server.started_s = None
    monkeypatch.setattr(
        "inferometer.server.verification.listener",
        lambda _: pytest.fail("looked"),
    )
    check_unchanged(needed, start)


def test_two_starts_are_told_apart() -> None:
    assert same_start(100.0, 101.0) is True
    assert same_start(100.0, 103.0) is False
    assert same_start(None, 100.0) is None


class TestExternal:
    def serve(self, server: ChangingServer, said: list[str]) -> ExternalServer:
        return ExternalServer(
            need(ServerRecipe(kind="external", base_url=server.url)),
            directory=None,  # type: ignore[arg-type]
            say=said.append,
        )

    def test_it_is_taken_as_it_is(self, server: ChangingServer) -> None:
        said: list[str] = []
        external = self.serve(server, said)
        found = external.start()
        assert (found.facts["version"], found.facts["started_s"]) == (
            "0.10.2",
            1100.0,
        )
        external.check()
        external.stop()
        external.check()
        assert (said, external.log_tail()) == ([], [])

    def test_one_that_lists_another_model_is_left_to_its_requests(
        self, server: ChangingServer
    ) -> None:
        server.cards = [{"id": "tiny"}]
        found = self.serve(server, []).start()
        assert found.facts["model"] is None
        assert (
            f"model {MODEL} ({server.url} serves tiny, not {MODEL})"
            in found.unchecked
        )

    @pytest.mark.parametrize(
        ("card", "said"),
        [
            ({"id": MODEL, "max_model_len": 99}, "with max_model_len 99"),
            ({"id": MODEL, "root": "a/b"}, "serves a/b under"),
        ],
    )
    def test_the_wrong_one_is_refused_with_a_cure(
        self, server: ChangingServer, card: dict[str, Any], said: str
    ) -> None:
        server.cards = [card]
        with pytest.raises(
            ServerError, match=rf"{said}.*start the right one, then run again"
        ):
            self.serve(server, []).start()

    def test_a_model_that_is_listed_no_more_is_noticed(
        self, server: ChangingServer
    ) -> None:
        external = self.serve(server, [])
        external.start()
        server.cards = [{"id": "tiny"}]
        with pytest.raises(ServerError, match=f"no longer lists {MODEL}"):
            external.check()

    def test_a_restart_between_two_points_is_noticed(
        self, server: ChangingServer
    ) -> None:
        external = self.serve(server, [])
        external.start()
        server.start()
        with pytest.raises(
            ServerError, match="was restarted after it was confirmed"
        ):
            external.check()
        external.start()
        external.check()

    def test_an_address_that_is_none(self, server: ChangingServer) -> None:
        server.url = "http://"
        with pytest.raises(ServerError, match="host"):
            self.serve(server, []).start()
