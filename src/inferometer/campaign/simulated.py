"""A campaign in virtual time: a twin takes each server's place, and its points take no time but
what it takes to compute them. The twin's front, in real time, is asked what a server is asked
before a point; the points themselves are not sent to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from inferometer.campaign.embedded_server import EmbeddedServer, with_identity
from inferometer.campaign.estimate import typical_lengths
from inferometer.campaign.rehearsed_twin import (
    fitted_for,
    identity_of,
    require_used,
    settings_of,
)
from inferometer.campaign.twin_flags import engine_without_twin
from inferometer.engine.twin.client import TwinLoad
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.errors import relative_errors
from inferometer.engine.twin.fitted import Fitted
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
from inferometer.spec.run import RunSpec
from inferometer.words import Said, sentence_of

FRONT_SPEED = 1000.0
"""Of the twin that is asked: its answers are not measured."""


def simulated(
    groups: Sequence[Group], fitted: Sequence[Fitted] = ()
) -> list[Group]:
    """The same plan in virtual time, without the groups that are `left_out`. Raises CampaignError
    with all that lacks a twin, and which key to add; also if no group is left, and for fitted
    profiles that are about no group.
    """
    engines = left_out(groups)
    names = {name for absent in engines.values() for name in absent}
    groups = [group for group in groups if group.id not in names]
    if engines and not groups:
        why = Said("twin.no_engine", {"engine": [*engines]})
        raise CampaignError([Said("simulate.nothing", {"why": why})])
    reasons = dict.fromkeys(
        reason for group in groups if (reason := _lacking(group, fitted))
    )
    if reasons:
        raise CampaignError([*reasons])
    try:
        require_used(groups, fitted)
    except ProfileError as error:
        raise CampaignError([sentence_of(error)]) from None
    return [_simulated(group, fitted) for group in groups]


def left_out(groups: Iterable[Group]) -> dict[str, list[str]]:
    """The groups that are not simulated, by their engine, of which there is no twin."""
    found: dict[str, list[str]] = {}
    for group in groups:
        recipe = group.server.recipe
        if engine := engine_without_twin(recipe.command, recipe.backend):
            found.setdefault(engine, []).append(group.id)
    return found


def about_left_out(engines: Mapping[str, Sequence[str]]) -> list[Said]:
    """A sentence for each engine."""
    found = []
    for engine, names in engines.items():
        why = Said("twin.no_engine", {"engine": engine})
        told = {"groups": names, "why": why}
        found.append(Said("simulate.left_out", told))
    return found


def _simulated(group: Group, fitted: Sequence[Fitted]) -> Group:
    twin, profile = _twin_of(group.server, fitted)
    identity = identity_of(twin, profile)
    del identity["speed"]
    loads = [_twin_load(point.spec) for point in group.points]
    sure = {
        load: _certainty(twin, profile, load) for load in dict.fromkeys(loads)
    }
    points = [
        with_identity(point, {"simulated": identity | sure[load]})
        for point, load in zip(group.points, loads, strict=True)
    ]
    return replace(group, points=tuple(points))


def _certainty(
    twin: TwinSettings, profile: Fitted | None, load: TwinLoad
) -> dict[str, Any]:
    """How wrong the twin may be at a point, and in what it is an extrapolation."""
    found: dict[str, Any] = {
        "relative_errors": relative_errors(twin, load, profile)
    }
    if profile is not None:
        found["extrapolated"] = list(profile.outside(twin, load))
    return found


def _twin_load(spec: RunSpec) -> TwinLoad:
    """What a fitted range is about; what only a file tells is outside of each."""
    prompt, output = typical_lengths(spec.workload)
    load, rate = spec.load, spec.load.request_rate
    if load.replay_speed is not None:
        rate = 0.0
    elif load.ramp is not None:
        rate = max(load.ramp.start_rps, load.ramp.end_rps)
    elif load.steps is not None:
        rate = max(step.rate for step in load.steps)
    return TwinLoad(
        load.num_prompts,
        prompt or 0,
        output or 0,
        max_concurrency=load.max_concurrency,
        request_rate=rate,
    )


class VirtualServers:
    """The twins of a campaign, and how long they ran."""

    def __init__(self, fitted: Sequence[Fitted] = ()) -> None:
        self._fitted = tuple(fitted)
        self._engines: list[VirtualEngine] = []

    @property
    def virtual_s(self) -> float:
        return sum(engine.virtual_s for engine in self._engines)

    def start(self, need: ServerNeed) -> VirtualServer:
        """With an empty cache, as a server that has just started."""
        engine = VirtualEngine(_twin_of(need, self._fitted)[0])
        self._engines.append(engine)
        return engine

    def front(self, need: ServerNeed) -> EmbeddedServer:
        """What answers questions in a twin's place."""
        twin, _ = _twin_of(need, self._fitted)
        return EmbeddedServer(need, replace(twin, speed=FRONT_SPEED))


def _twin_of(
    need: ServerNeed, fitted: Sequence[Fitted]
) -> tuple[TwinSettings, Fitted | None]:
    """And the profile that was fitted to it. Raises ProfileError, or ValueError for numbers in the
    server's command.
    """
    model = model_profile(need.model_id)
    assert model is not None
    assert need.twin is not None
    profile = fitted_for(need, fitted)
    return settings_of(need, need.twin, model, profile), profile


def _lacking(group: Group, fitted: Sequence[Fitted]) -> Said | str | None:
    """Why no twin takes the place of a group's server."""
    need = group.server
    told = {"group": group.id, "known": ", ".join(profiles(CardProfile))}
    if need.twin is None:
        return Said("simulate.no_card", told)
    if model_profile(need.model_id) is None:
        known = ", ".join(profiles(ModelShape))
        told |= {"model": need.model_id, "known": known}
        return Said("simulate.no_model", told)
    try:
        make_twin(_twin_of(need, fitted)[0])
    except OutOfMemoryError:  # said in the engine's own words when it starts
        return None
    except ProfileError as error:
        return sentence_of(error)
    except ValueError as error:
        return Said("simulate.command", {**told, "why": sentence_of(error)})
    return None
