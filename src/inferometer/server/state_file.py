"""Small JSON files for what a campaign's servers keep between runs.

Their directories may be foreign: a file that is too large, not a JSON object, or reached through a
link is ignored, and none is written through a link.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

MAX_BYTES = 1 << 16


def read_state(path: Path) -> dict[str, Any]:
    """The content, or nothing if it is unusable."""
    try:
        file = os.open(
            path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        )
        with os.fdopen(file, "rb") as content:
            is_file = stat.S_ISREG(os.fstat(content.fileno()).st_mode)
            text = content.read(MAX_BYTES + 1) if is_file else b""
        state = json.loads(text) if len(text) <= MAX_BYTES else None
    except (OSError, ValueError, RecursionError):
        return {}
    return state if isinstance(state, dict) else {}


def write_state(path: Path, state: dict[str, Any]) -> None:
    """Replace the content. If the disk refuses, nothing is kept, and whoever needs it asks
    again.
    """
    whole = path.with_name(f".{path.name}.new")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        whole.unlink(missing_ok=True)
        file = os.open(
            whole,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
            0o644,
        )
        with os.fdopen(file, "w", encoding="utf-8") as content:
            json.dump(state, content)
            content.flush()
            os.fsync(content.fileno())
        whole.replace(path)
