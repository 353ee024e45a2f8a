"""Which twin takes a server's place in a rehearsal: of the card that the hardware or the campaign
names as `twin`, with the model and the settings that the server's command asks for, and the factors
of a fitted profile of that card, if there is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from functools import cache
from typing import Any

from inferometer.campaign.twin_flags import (
    flag,
    require_modelled,
    require_twin_of,
    settings_asked,
)
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.fitted import Fitted
from inferometer.engine.twin.profiles import (
    CardProfile,
    ProfileError,
    engine_kind,
    link_of,
    load_profile,
    model_profile,
    unverified_rates,
)
from inferometer.engine.twin.provenance import provenance
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.step_time import PS
from inferometer.spec.campaign import Group, Hardware, ServerNeed
from inferometer.words import Said, sentence_of

SPEED = 8.0
"""Seconds of the twin in one of a rehearsal, which should be short."""
PROMPT_TOKENS = 1024
"""Of the prompt by which a rehearsal's time is guessed."""


def twin_for(
    need: ServerNeed, profiles: Sequence[Fitted] = ()
) -> TwinSettings | None:
    """None where no card is named, and where `why_no_twin` says why. Raises ProfileError for a card
    that there is not, and as `fitted_for` does.
    """
    found = _twin_or_why(need, profiles)
    return found if isinstance(found, TwinSettings) else None


def why_no_twin(
    need: ServerNeed, profiles: Sequence[Fitted] = ()
) -> str | None:
    """Why a card is named and still there is no twin. Raises as `twin_for` does."""
    found = _twin_or_why(need, profiles)
    return None if isinstance(found, TwinSettings) else found


def _twin_or_why(
    need: ServerNeed, profiles: Sequence[Fitted]
) -> TwinSettings | str | None:
    if need.twin is None:
        return None
    load_profile(CardProfile, need.twin)
    fitted = fitted_for(need, profiles)
    model = model_profile(need.model_id)
    if model is None:
        return Said("twin.no_model", {"model": need.model_id})
    try:
        settings = settings_of(need, need.twin, model, fitted)
        make_twin(settings)
    except ValueError as error:  # of the command, the profiles or the memory
        return sentence_of(error)
    return replace(settings, speed=SPEED)


def settings_of(
    need: ServerNeed, card: str, model: str, fitted: Fitted | None = None
) -> TwinSettings:
    """As the server's command asks for. Raises ValueError for what a twin cannot have."""
    profile, command = load_profile(CardProfile, card), need.recipe.command
    require_twin_of(command, need.recipe.backend)
    require_modelled(command, model)
    settings = TwinSettings(
        card,
        model,
        stack=_stack(command),
        link=_link(need, profile) if need.tp > 1 else None,
        tp=need.tp,
        max_model_len=need.max_model_len,
        **settings_asked(command),
    )
    if fitted is None:
        return settings
    own = fitted.settings
    return fitted.applied(replace(settings, stack=own.stack, host=own.host))


def fitted_for(need: ServerNeed, profiles: Sequence[Fitted]) -> Fitted | None:
    """The profile that was fitted to the server's card and kind of engine. Raises ProfileError if
    all of its card are about another engine.
    """
    of_card = [each for each in profiles if each.settings.card == need.twin]
    command = need.recipe.command
    asked = _stack(command)
    for each in of_card:
        kinds = {engine_kind(each.settings.stack), engine_kind(asked)}
        if not command or len(kinds) == 1:
            return each
    if of_card:
        of = {"fitted": of_card[0].settings.stack, "asked": asked}
        told = {"model": need.model_alias, "card": need.twin, **of}
        raise ProfileError(Said("twin.other_engine", told))
    return None


def require_used(groups: Sequence[Group], profiles: Sequence[Fitted]) -> None:
    """Raise ProfileError for a profile that is about no group, and as `fitted_for` does."""
    used = [fitted_for(group.server, profiles) for group in groups]
    for each in profiles:
        if not any(each is one for one in used):
            about = each.settings
            told = {"card": about.card, "stack": about.stack}
            raise ProfileError(Said("twin.unused", told))


def identity_of(
    settings: TwinSettings, fitted: Fitted | None
) -> dict[str, Any]:
    """The twin, as part of a point's identity: its settings, and what it computes with; of that,
    unless it was fitted, rates that nobody has verified, which results then say.
    """
    kept = asdict(settings)
    if not kept["factors"]:
        del kept["factors"]
    kept["provenance"] = provenance(settings, fitted)
    if fitted is None and (rates := unverified_rates(settings.card)):
        kept["unverified"] = rates
    return kept


def settings_in(identity: Mapping[str, Any]) -> TwinSettings:
    """Those of an identity."""
    names = {field.name for field in fields(TwinSettings)}
    kept: dict[str, Any] = {
        name: value for name, value in identity.items() if name in names
    }
    kept["factors"] = tuple(map(tuple, kept.get("factors", ())))
    return TwinSettings(**kept)


def twin_in(group: Group) -> TwinSettings | None:
    """The twin on which the plan has a group's points; None where there is none."""
    server = group.points[0].spec.server or {}
    identity = server.get("simulated") or server.get("embedded") or {}
    return settings_in(identity) if "card" in identity else None


@cache
def token_seconds(settings: TwinSettings) -> tuple[float, float]:
    """How long a token of an answer takes one request, and a token of a prompt."""
    step_time = make_twin(settings).simulation().step_time
    prompt = TwinRequest(0, PROMPT_TOKENS, 1)
    read_ps = step_time.step([(prompt, 0, PROMPT_TOKENS)]).total_ps
    scale = settings.speed * PS
    return step_time.decode(1).total_ps / scale, read_ps / PROMPT_TOKENS / scale


def _stack(command: tuple[str, ...]) -> str:
    if any("sglang" in word for word in command):
        return "sglang"
    is_eager = flag(command, "--enforce-eager") is not None
    return "vllm-eager" if is_eager else "vllm-graphs"


def _link(need: ServerNeed, card: CardProfile) -> str | None:
    declared = need.hardware or Hardware()
    return link_of(card, declared.pcie_generation, declared.pcie_width)
