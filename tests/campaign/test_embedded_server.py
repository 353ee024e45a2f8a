"""The embedded engine in the place of a server: shaped by the need, watched like the others, never
mixed up with them.
"""

from __future__ import annotations

from dataclasses import replace

import psutil
import pytest

from inferometer.campaign.embedded_server import (
    EmbeddedServer,
    embedded,
    settings_for,
)
from inferometer.engine import EngineSettings
from inferometer.server.base import ServerError
from inferometer.server.endpoint import Endpoint
from inferometer.spec.campaign import Group
from inferometer.spec.expand import expand
from tests.campaign.tiny_campaign import tiny_campaign

RECIPE = {
    "kind": "process",
    "command": "vllm serve {model} --max-model-len {max_model_len}",
    "max_model_len": 777,
}


@pytest.fixture(scope="module", autouse=True)
def forked_engines() -> None:
    """Not here: a test looks for the engine among its children."""


@pytest.fixture(autouse=True)
def no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def group() -> Group:
    (only,) = expand(tiny_campaign(servers={"s": RECIPE}))
    return only


def test_it_serves_what_is_needed_until_it_is_stopped() -> None:
    server = EmbeddedServer(group().server)
    found = server.start()
    assert found.facts["model"] == "tiny-model"
    assert found.facts["base_url"] == server.base_url
    assert found.facts["embedded"]["max_model_len"] == 777
    with Endpoint(server.base_url) as endpoint:
        assert [
            (card.id, card.max_model_len) for card in endpoint.models()
        ] == [("tiny-model", 777)]
    server.check()
    server.stop()
    server.stop()
    assert server.log_tail() == []
    with pytest.raises(ServerError, match="no longer answers"):
        server.check()


def test_one_that_died_can_be_started_again() -> None:
    server = EmbeddedServer(group().server, EngineSettings(max_model_len=64))
    server.start()
    try:
        engine = psutil.Process(server._engine.pid)
        engine.kill()
        engine.wait(30)
        with pytest.raises(ServerError, match="no longer answers"):
            server.check()
        assert server.start().facts["embedded"]["max_model_len"] == 64
        server.check()
    finally:
        server.stop()


def test_more_cards_are_faster() -> None:
    need = group().server
    one, eight = settings_for(need), settings_for(replace(need, tp=8))
    assert one.itl_ms > eight.itl_ms > one.itl_ms / 8
    assert one.ttft_ms > eight.ttft_ms > one.ttft_ms / 8
    assert one.max_model_len == eight.max_model_len == 777
    assert (
        settings_for(replace(need, max_model_len=None)).max_model_len
        == EngineSettings().max_model_len
    )


def test_its_points_are_other_points() -> None:
    (real,), (rehearsed,) = [group()], embedded([group()])
    assert [point.id for point in real.points] == [
        point.id for point in rehearsed.points
    ]
    assert {point.spec.fingerprint for point in real.points}.isdisjoint(
        point.spec.fingerprint for point in rehearsed.points
    )
