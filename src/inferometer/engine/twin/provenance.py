"""What a twin computes with, as digests: once one differs, what was simulated is stale."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

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


PROFILES: Mapping[str, type[Any]] = {
    "card": CardProfile,
    "model": ModelShape,
    "stack": StackProfile,
    "host": HostProfile,
}


def provenance(
    settings: TwinSettings, profile: Fitted | None = None
) -> dict[str, object]:
    """By part, `twin` being the code and `fitted` the fitted profile, if there is one. Raises
    ProfileError for names that there are not.
    """
    profiles = {
        part: load_profile(kind, getattr(settings, part))
        for part, kind in PROFILES.items()
    }
    if settings.tp > 1:
        profiles["link"] = load_link(settings.link or profiles["card"].link)
    parts = {part: asdict(each) for part, each in profiles.items()}
    if profile is not None:
        parts["fitted"] = as_plain(profile)
    digests = {part: _digest(content) for part, content in parts.items()}
    return {"twin": VERSION, **digests}


def _digest(content: Mapping[str, object]) -> str:
    plain = json.dumps(content, sort_keys=True).encode()
    return hashlib.sha256(plain).hexdigest()[:DIGITS]
