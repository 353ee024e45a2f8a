"""The checksum of a file, by which a later reader sees that it is still what was written."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

BLOCK_BYTES = 1 << 20


def checksum_of(path: Path) -> str:
    """SHA-256, hex."""
    with path.open("rb") as file:
        return checksum_of_open(file)


def checksum_of_bytes(content: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(content).hexdigest()


def checksum_of_open(file: BinaryIO) -> str:
    """SHA-256 of what is left to read, hex."""
    checksum = hashlib.sha256()
    while block := file.read(BLOCK_BYTES):
        checksum.update(block)
    return checksum.hexdigest()
