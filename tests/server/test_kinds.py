"""Every kind of recipe has its server, and each does what a campaign asks of one."""

from __future__ import annotations

import typing
from pathlib import Path

import pytest

from inferometer.server.base import Server, ServerError
from inferometer.server.kinds import KINDS, server_for
from inferometer.spec.server_recipe import ServerRecipe
from tests.server.needs import need


def test_the_table_has_every_kind_a_recipe_may_name() -> None:
    assert set(KINDS) == set(
        typing.get_args(ServerRecipe.model_fields["kind"].annotation)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_has_not_been_started(kind: str, tmp_path: Path) -> None:
    recipe = ServerRecipe.model_validate(
        {"kind": kind, "base_url": "http://127.0.0.1:1"}
    )
    server: Server = server_for(
        need(recipe), directory=tmp_path / "logs", say=pytest.fail
    )
    assert type(server).__name__.lower() == f"{kind}server"
    assert server.base_url == "http://127.0.0.1:1"
    assert server.log_tail() == []
    server.stop()
    with pytest.raises(ServerError):
        server.check()
    assert not (tmp_path / "logs").exists()
