"""A twin's fitted profile, read from its file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from inferometer.engine.twin.fitted import Fitted, from_plain
from inferometer.engine.twin.profiles import ProfileError, engine_kind
from inferometer.words import Said, reason_of, sentence_of

MAX_BYTES = 1 << 20


def read_all_fitted(paths: Sequence[Path]) -> list[Fitted]:
    """Raises ProfileError as `read_fitted` does, and where two files are about one twin."""
    found: dict[tuple[object, ...], tuple[Path, Fitted]] = {}
    for path in paths:
        profile = read_fitted(path)
        card = profile.settings.card
        about = (card, engine_kind(profile.settings.stack))
        if about in found:
            one, other = str(found[about][0]), str(path)
            told = {"one": one, "other": other, "card": card}
            raise ProfileError(Said("twin.two_fits", told))
        found[about] = path, profile
    return [profile for _, profile in found.values()]


def read_fitted(path: Path) -> Fitted:
    """Raises ProfileError for a file that cannot be read, or is no such profile."""
    from inferometer.spec.marked_yaml import YamlError, read_yaml

    about = {"path": str(path)}
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        told = about | {"cause": reason_of(error)}
        raise ProfileError(Said("twin.unread", told)) from None
    why: str = Said("twin.no_fit")
    try:
        if len(content) <= MAX_BYTES:
            return from_plain(read_yaml(content.decode()).data)
    except ProfileError as error:
        why = sentence_of(error)
    except (YamlError, UnicodeDecodeError):
        pass
    raise ProfileError(Said("twin.in_file", about | {"what": why}))
