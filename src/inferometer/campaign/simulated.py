"""A campaign in virtual time: a twin takes each server's place, and its points take no time but
what it takes to compute them. The twin's front, in real time, is asked what a server is asked
before a point; the points themselves are not sent to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from inferometer.campaign.embedded_server import EmbeddedServer, with_identity
from inferometer.campaign.rehearsed_twin import settings_of
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.memory import OutOfMemoryError
from inferometer.engine.twin.profiles import (
    CardProfile,
    ModelShape,
    ProfileError,
    model_profile,
    profiles,
)
from inferometer.measurement.session import VirtualServer
from inferometer.measurement.virtual_engine import VirtualEngine
from inferometer.spec.campaign import CampaignError, Group, ServerNeed
from inferometer.words import Said, sentence_of

FRONT_SPEED = 1000.0
"""Of the twin that is asked: its answers are not measured."""


def simulated(groups: Sequence[Group]) -> list[Group]:
    """The same plan in virtual time. Raises CampaignError with all that lacks a twin, and which key
    to add.
    """
    reasons = dict.fromkeys(
        reason for group in groups if (reason := _lacking(group))
    )
    if reasons:
        raise CampaignError([*reasons])
    return [
        replace(
            group,
            points=tuple(
                with_identity(point, {"simulated": _plain(group.server)})
                for point in group.points
            ),
        )
        for group in groups
    ]


class VirtualServers:
    """The twins of a campaign, and how long they ran."""

    def __init__(self) -> None:
        self._engines: list[VirtualEngine] = []

    @property
    def virtual_s(self) -> float:
        return sum(engine.virtual_s for engine in self._engines)

    def start(self, need: ServerNeed) -> VirtualServer:
        """With an empty cache, as a server that has just started."""
        engine = VirtualEngine(_twin_of(need))
        self._engines.append(engine)
        return engine

    @staticmethod
    def front(need: ServerNeed) -> EmbeddedServer:
        """What answers questions in a twin's place."""
        settings = replace(_twin_of(need), speed=FRONT_SPEED)
        return EmbeddedServer(need, settings)


def _plain(need: ServerNeed) -> dict[str, object]:
    """The twin, as part of a point's identity."""
    settings = asdict(_twin_of(need))
    for name in ("speed", "factors"):
        del settings[name]
    return settings


def _twin_of(need: ServerNeed) -> TwinSettings:
    """Raises ProfileError, or ValueError for numbers in the server's command."""
    model = model_profile(need.model_id)
    assert model is not None
    assert need.twin is not None
    return settings_of(need, need.twin, model)


def _lacking(group: Group) -> Said | str | None:
    """Why no twin takes the place of a group's server."""
    need = group.server
    told = {"group": group.id, "known": ", ".join(profiles(CardProfile))}
    if need.twin is None:
        return Said("simulate.no_card", told)
    if model_profile(need.model_id) is None:
        known = ", ".join(profiles(ModelShape))
        of = {"model": need.model_id, "known": known}
        return Said("simulate.no_model", {**told, **of})
    try:
        make_twin(_twin_of(need))
    except OutOfMemoryError:  # said in the engine's own words when it starts
        return None
    except ProfileError as error:
        return sentence_of(error)
    except ValueError as error:
        why = {**told, "why": sentence_of(error)}
        return Said("simulate.command", why)
    return None
