"""The checksum of a file, by which a later reader sees that it is still what was written."""

from __future__ import annotations

import hashlib
from pathlib import Path

BLOCK_BYTES = 1 << 20


def checksum_of(path: Path) -> str:
    """SHA-256, hex."""
    checksum = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            checksum.update(block)
    return checksum.hexdigest()
