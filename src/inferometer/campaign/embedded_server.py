"""EmbeddedServer: the embedded engine in the place of a campaign's servers, to rehearse it where
they are not to be had.

What is measured on it is a point of its own and never taken for one of the real server: `embedded`
puts the engine and its settings into the identity of every point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from inferometer.campaign.rehearsed_twin import (
    fitted_for,
    identity_of,
    require_used,
    twin_for,
    why_no_twin,
)
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.fitted import Fitted
from inferometer.engine.twin.memory import OutOfMemoryError
from inferometer.engine.twin.profiles import (
    GIB,
    CardProfile,
    ModelShape,
    ProfileError,
    load_profile,
)
from inferometer.protocol import PROTOCOLS
from inferometer.server.base import Confirmation, ServerError
from inferometer.server.endpoint import Endpoint, EndpointError
from inferometer.spec.campaign import (
    CampaignError,
    Group,
    PlannedPoint,
    ServerNeed,
)
from inferometer.words import Said, sentence_of

TTFT_MS = 10.0
PREFILL_MS_PER_1K_TOKENS = 20.0
ITL_MS = 4.0
ITL_GROWTH_MS = 0.02
"""On one card; with tensor parallelism n, all but the growth is divided by n ** SPEED_UP."""
SPEED_UP = 0.8
JITTER = 0.05
MAX_NUM_SEQS = 256


def engine_for(
    need: ServerNeed, profiles: Sequence[Fitted] = ()
) -> EngineSettings | TwinSettings:
    """A twin where the hardware names its card and there is one; else an engine of set times."""
    return twin_for(need, profiles) or settings_for(need)


def settings_for(need: ServerNeed) -> EngineSettings:
    """A fast engine with about the proportions of a real one: a rehearsal should be short."""
    faster = float(need.tp**SPEED_UP)
    settings = EngineSettings(
        ttft_ms=TTFT_MS / faster,
        itl_ms=ITL_MS / faster,
        itl_growth_ms=ITL_GROWTH_MS,
        prefill_ms_per_1k_tokens=PREFILL_MS_PER_1K_TOKENS / faster,
        jitter=JITTER,
        max_num_seqs=MAX_NUM_SEQS,
    )
    return (
        settings
        if need.max_model_len is None
        else replace(settings, max_model_len=need.max_model_len)
    )


def embedded(
    groups: Sequence[Group], profiles: Sequence[Fitted] = ()
) -> list[Group]:
    """The same plan for the embedded engine. Raises CampaignError for a card without a twin, and
    for fitted profiles that are about no group.
    """
    try:
        require_used(groups, profiles)
        return [_embedded(group, profiles) for group in groups]
    except ProfileError as error:
        raise CampaignError([sentence_of(error)]) from None


def _embedded(group: Group, profiles: Sequence[Fitted]) -> Group:
    settings = engine_for(group.server, profiles)
    identity = (
        identity_of(settings, fitted_for(group.server, profiles))
        if isinstance(settings, TwinSettings)
        else asdict(settings)
    )
    points = [
        with_identity(point, {"embedded": identity}) for point in group.points
    ]
    return replace(group, points=tuple(points))


def set_times(
    groups: Sequence[Group], profiles: Sequence[Fitted] = ()
) -> list[Said]:
    """A sentence for each reason why groups are rehearsed without the twin of a card that is named
    for them.
    """
    found: dict[str, list[str]] = {}
    for group in groups:
        if why := why_no_twin(group.server, profiles):
            found.setdefault(why, []).append(group.id)
    return [
        Said("twin.set_times", {"groups": ids, "why": why})
        for why, ids in found.items()
    ]


def with_identity(
    point: PlannedPoint, stand_in: Mapping[str, Any]
) -> PlannedPoint:
    """The point on what takes its server's place."""
    spec = point.spec.at_address(
        None
    )  # the engine has a port of its own, whatever the address of the real server
    identity = {**(spec.server or {}), **stand_in}
    return replace(point, spec=spec.model_copy(update={"server": identity}))


class EmbeddedServer:
    """The embedded engine in place of the server that is needed."""

    def __init__(
        self,
        need: ServerNeed,
        settings: EngineSettings | TwinSettings | None = None,
    ) -> None:
        self.need = need
        backends = (need.recipe.backend,)
        self._engine = EmbeddedEngine(
            settings or engine_for(need),
            model=need.served_model,
            backends=backends,
        )

    restart_words = Said("server.again")

    @property
    def base_url(self) -> str:
        return self._engine.base_url

    def start(self) -> Confirmation:
        self.stop()
        settings = self._engine.settings
        try:
            if isinstance(settings, TwinSettings):
                _require_memory(settings, self.need.model_alias)
            self._engine.start()
        except RuntimeError as error:
            raise ServerError(sentence_of(error)) from None
        self.check()
        facts = {
            "base_url": self.base_url,
            "model": self.need.served_model,
            "embedded": asdict(settings),
        }
        return Confirmation(facts, (), "inferometer")

    def check(self) -> None:
        try:
            with Endpoint(
                self.base_url, routes=PROTOCOLS[self.need.recipe.backend].routes
            ) as endpoint:
                endpoint.check_reachable()
        except EndpointError as error:
            told = {"why": sentence_of(error)}
            raise ServerError(Said("server.engine_silent", told)) from None

    def stop(self) -> None:
        self._engine.stop()

    def log_tail(self, lines: int = 20) -> list[str]:
        """Empty: the engine writes to our own standard error."""
        return []

    def recent_log(self) -> list[str]:
        return []


def _require_memory(twin: TwinSettings, model: str) -> None:
    """Raises ServerError where vLLM would not start."""
    try:
        make_twin(twin)
    except OutOfMemoryError as error:
        card = load_profile(CardProfile, twin.card)
        weights = load_profile(ModelShape, twin.model).resident_bytes / twin.tp
        allowed = twin.gpu_memory_utilization * card.memory_bytes
        values = {
            "model": model,
            "tp": twin.tp,
            "card": twin.card,
            "weights": weights / GIB,
            "allowed": allowed / GIB,
            "why": str(error),
        }
        raise ServerError(Said("server.twin_full", values)) from None
