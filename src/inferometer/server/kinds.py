"""Selects the class for each kind of recipe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inferometer.server.base import Server
from inferometer.server.compose import ComposeServer
from inferometer.server.external import ExternalServer
from inferometer.server.hardware import ConfirmedHardware
from inferometer.server.operator import OperatorServer
from inferometer.server.process import ProcessServer
from inferometer.server.xinference import XinferenceServer

if TYPE_CHECKING:
    from inferometer.spec.campaign import ServerNeed


class _Kind(Protocol):
    def __call__(
        self, need: ServerNeed, *, directory: Path, say: Callable[[str], None]
    ) -> Server: ...


KINDS: dict[str, _Kind] = {
    "external": ExternalServer,
    "operator": OperatorServer,
    "process": ProcessServer,
    "compose": ComposeServer,
}


def server_for(
    need: ServerNeed, *, directory: Path, say: Callable[[str], None]
) -> Server:
    """The server of a need, not yet started.

    `directory` takes its logs and what has to outlive us; it is to be the same for all servers of a
    campaign, in every run. `say` shows one or several lines to the user, as they are: a command
    among them has to stay fit for pasting.
    """
    server = KINDS[need.recipe.kind](need, directory=directory, say=say)
    if need.hardware is not None and need.recipe.kind != "operator":
        # who starts a server is told of its hardware with it
        server = ConfirmedHardware(server, need, directory=directory, say=say)
    return (
        XinferenceServer(server, need, say=say)
        if need.recipe.launch
        else server
    )
