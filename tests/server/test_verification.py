"""Is what answers the server that is needed? Every way in which it may not be, and what stays unknown."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest
from needs import LIMIT, MACHINE_A, MACHINE_B, MODEL, ChangingServer, changing_server, need

from inferometer.server.base import Confirmation, ServerAbsentError, ServerError, WrongServerError
from inferometer.server.external import ExternalServer
from inferometer.server.port import Listener
from inferometer.server.verification import Start, check_unchanged, hardware_words, open_endpoint, same_start, start_of, verify
from inferometer.spec.campaign import ServerNeed
from inferometer.spec.server_recipe import ServerRecipe


@pytest.fixture(autouse=True)
def no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def server() -> Iterator[ChangingServer]:
    with changing_server() as changing:
        changing.start()
        yield changing


def verified(server: ChangingServer, needed: ServerNeed | None = None, *, ours: bool = False) -> Confirmation:
    with open_endpoint(server.url, "openai") as endpoint:
        return verify(endpoint, needed or need(ServerRecipe(base_url=server.url)), ours=ours)


def test_the_right_server(server: ChangingServer) -> None:
    found = verified(server)
    assert found.facts == {"base_url": server.url, "model": MODEL, "max_model_len": LIMIT, "version": "0.10.2"}
    assert found.confirmed_by == "nobody"
    assert found.unchecked == ("tensor parallelism 1",)


def test_of_our_own_server_only_the_hardware_is_left_unchecked(server: ChangingServer) -> None:
    found = verified(server, need(ServerRecipe(base_url=server.url), hardware=("B", MACHINE_B), tp=2), ours=True)
    assert found.unchecked == ("hardware B: 2 GPUs, PCIe 5.0 x8, 16 GB/s each",)
    assert found.confirmed_by == "inferometer"


@pytest.mark.parametrize(
    ("cards", "words"),
    [
        ([{"id": "Qwen/Qwen3-14B", "max_model_len": LIMIT}], f"serves Qwen/Qwen3-14B, not {MODEL}"),
        ([{"id": MODEL, "max_model_len": 131072}], "with max_model_len 131072, not 1280"),
        (
            [{"id": MODEL, "root": "Qwen/Qwen3-14B", "max_model_len": LIMIT}],
            f"serves Qwen/Qwen3-14B under the name {MODEL}",
        ),
    ],
)
def test_another_server(server: ChangingServer, cards: list[dict[str, object]], words: str) -> None:
    server.cards = cards
    with pytest.raises(WrongServerError, match=words):
        verified(server)


@pytest.mark.parametrize(
    "root", [MODEL, "/models/llama-3.1-8b/", "/cache/hub/models--meta-llama--Llama-3.1-8B/snapshots/0e9e39f249a16976918f"]
)
def test_a_model_is_known_by_where_it_was_loaded_from(server: ChangingServer, root: str) -> None:
    server.cards = [{"id": "llama", "root": root, "max_model_len": LIMIT}]
    found = verified(server, need(ServerRecipe(base_url=server.url), served_model="llama"), ours=True)
    assert found.unchecked == ()


def test_a_folder_does_not_tell_which_model_it_holds(server: ChangingServer) -> None:
    server.cards = [{"id": "llama", "root": "/data/new", "max_model_len": LIMIT}]
    found = verified(server, need(ServerRecipe(base_url=server.url), served_model="llama"), ours=True)
    assert found.unchecked == (f"that llama is {MODEL}: the server loaded it from a folder",)
    assert "/data/new" not in str(found), "a path may hold somebody's name"


def test_what_the_server_does_not_tell_is_unchecked(server: ChangingServer) -> None:
    server.cards = [{"id": MODEL}]
    assert verified(server, ours=True).unchecked == ("max_model_len 1280",)
    server.cards = []
    assert verified(server, ours=True).unchecked == (f"model {MODEL}", "max_model_len 1280")


def test_no_limit_is_asked_for(server: ChangingServer) -> None:
    server.cards = [{"id": MODEL, "max_model_len": 99}]
    found = verified(server, need(ServerRecipe(base_url=server.url), max_model_len=None), ours=True)
    assert found.facts["max_model_len"] == 99
    assert found.unchecked == ()


def test_a_server_that_is_not_ready(server: ChangingServer) -> None:
    server.health = 503
    with pytest.raises(ServerAbsentError, match="/health says that it cannot serve"):
        verified(server)
    server.status = 503
    with pytest.raises(ServerAbsentError, match="is not ready yet"):
        verified(server)
    server.stop()
    with pytest.raises(ServerAbsentError, match="Nothing listens on"):
        verified(server)


def test_a_missing_route_for_health_is_no_illness(server: ChangingServer) -> None:
    server.health = 404
    assert verified(server).facts["model"] == MODEL


def test_a_refused_key_does_not_get_better_by_waiting(server: ChangingServer) -> None:
    server.status = 401
    with pytest.raises(WrongServerError, match="wants an API key"):
        verified(server)


def test_hardware_in_words() -> None:
    recipe = ServerRecipe()
    assert hardware_words(need(recipe)) == ""
    assert hardware_words(need(recipe, hardware=("A", MACHINE_A))) == "A: 1 GPU, PCIe 5.0 x16, 32 GB/s each"
    bare = MACHINE_A.model_copy(update={"pcie_generation": None, "bandwidth_gb_s": None})
    assert hardware_words(need(recipe, hardware=("A", bare))) == "A: 1 GPU, PCIe x16"


def test_when_a_server_started(server: ChangingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_endpoint(server.url, "openai") as endpoint:
        assert start_of(endpoint) == Start(1100.0)
        server.started_s = None
        monkeypatch.setattr("inferometer.server.verification.listener", lambda _: Listener(1, "vllm", 77.0))
        assert start_of(endpoint) == Start(77.0, 1)
        monkeypatch.setattr("inferometer.server.verification.listener", lambda _: None)
        assert start_of(endpoint) == Start()
        server.stop()
        assert start_of(endpoint) == Start()


def test_a_process_that_lives_is_not_looked_for_again(server: ChangingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    own = psutil.Process()
    start = Start(own.create_time(), own.pid)
    assert start.goes_on()
    assert not Start(own.create_time() - 60, own.pid).goes_on(), "another process got its id"
    assert not Start(1100.0).goes_on()
    needed = need(ServerRecipe(base_url=server.url))
    server.started_s = None
    monkeypatch.setattr("inferometer.server.verification.listener", lambda _: pytest.fail("looked"))
    check_unchanged(needed, start)


def test_two_starts_are_told_apart() -> None:
    assert same_start(100.0, 101.0) is True
    assert same_start(100.0, 103.0) is False
    assert same_start(None, 100.0) is None


class TestExternal:
    def serve(self, server: ChangingServer, said: list[str]) -> ExternalServer:
        return ExternalServer(need(ServerRecipe(kind="external", base_url=server.url)), directory=None, say=said.append)  # type: ignore[arg-type]

    def test_it_is_taken_as_it_is(self, server: ChangingServer) -> None:
        said: list[str] = []
        external = self.serve(server, said)
        found = external.start()
        assert (found.facts["version"], found.facts["started_s"]) == ("0.10.2", 1100.0)
        external.check()
        external.stop()
        external.check()
        assert (said, external.log_tail()) == ([], [])

    def test_the_wrong_one_is_refused_with_a_cure(self, server: ChangingServer) -> None:
        server.cards = [{"id": "tiny"}]
        with pytest.raises(ServerError, match=r"serves tiny, not .*start the right one, then run again"):
            self.serve(server, []).start()

    def test_a_restart_between_two_points_is_noticed(self, server: ChangingServer) -> None:
        external = self.serve(server, [])
        external.start()
        server.start()
        with pytest.raises(ServerError, match="was restarted since it was confirmed"):
            external.check()
        external.start()
        external.check()

    def test_an_address_that_is_none(self, server: ChangingServer) -> None:
        server.url = "http://"
        with pytest.raises(ServerError, match="host"):
            self.serve(server, []).start()
