"""The limit of open files, which is the limit of connections."""

from __future__ import annotations

import resource


def raise_descriptor_limit() -> int:
    """Raise this process's limit of open files as far as the system permits; the limit then in
    force.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == hard:
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (
        ValueError,
        OSError,
    ):  # macOS tells of an unlimited hard limit that it does not grant
        return soft
    return hard
