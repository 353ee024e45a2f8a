"""What a twin computes with, as digests: once one differs, what was simulated is stale."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.fitted import Fitted, as_plain
from inferometer.engine.twin.profiles import (
    CardProfile,
    HostProfile,
    ModelShape,
    StackProfile,
    load_link,
    load_profile,
)

VERSION = 6
"""Of the twin's code: raised when the same profiles come to other times than before."""
DIGITS = 8


def provenance(
    settings: TwinSettings, profile: Fitted | None = None
) -> dict[str, object]:
    """By part, `twin` being the code and `fitted` the fitted profile, if there is one. Raises
    ProfileError for names that there are not.
    """
    card = load_profile(CardProfile, settings.card)
    found: dict[str, object] = {
        "twin": VERSION,
        "card": _digest(asdict(card)),
        "model": _digest(asdict(load_profile(ModelShape, settings.model))),
        "stack": _digest(asdict(load_profile(StackProfile, settings.stack))),
        "host": _digest(asdict(load_profile(HostProfile, settings.host))),
    }
    if settings.tp > 1:
        link = load_link(settings.link or card.link)
        found["link"] = _digest(asdict(link))
    if profile is not None:
        found["fitted"] = _digest(as_plain(profile))
    return found


def _digest(content: Mapping[str, object]) -> str:
    plain = json.dumps(content, sort_keys=True).encode()
    return hashlib.sha256(plain).hexdigest()[:DIGITS]
