"""Ready-made campaigns say `model` for whatever model, and `running` for whatever server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.results.result_files import (
    CONFIGURATION,
    SERVER,
    measure,
    open_campaign,
    the_point,
)

GROUP: dict[str, Any] = CONFIGURATION["groups"][0]  # type: ignore[index]
UNNAMED = {**SERVER, "recipe": "running"}


def conditions(tmp_path: Path, server: dict[str, Any]) -> dict[str, Any]:
    group = {**GROUP, "model": "model", "server": "running"}
    configuration = {
        **CONFIGURATION,
        "models": {"model": "org/tiny-8B"},
        "groups": [group],
    }
    places = open_campaign(tmp_path / "pcie", configuration=configuration)
    measure(
        places,
        1,
        change=lambda spec: spec.model_copy(update={"server": server}),
    )
    return dict(the_point(tmp_path).conditions)


def test_neither_is_a_name(tmp_path: Path) -> None:
    told = conditions(tmp_path, UNNAMED)
    assert told["model"] == "org/tiny-8B"
    assert "engine" not in told
    assert told["cost_per_hour"] == 3.6


def test_what_took_the_servers_place_has_one(tmp_path: Path) -> None:
    told = conditions(tmp_path, {**UNNAMED, "embedded": {}})
    assert told["engine"] == "embedded"
