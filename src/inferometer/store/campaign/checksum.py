"""Checksums of files, by which later readers see that they are unchanged."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import BinaryIO

from inferometer.clock import NS

BLOCK_BYTES = 1 << 20

SETTLED_NS = 20_000_000
"""A file that was changed less than this ago may be changed again without its times telling:
kernels count them in steps of up to 10 ms.
"""

Stamp = tuple[int, int, int, int, int]

_known: dict[Stamp, str] = {}
"""Checksums of files that were read, by what changes whenever they do. A campaign holds its results
against their records at its beginning and at its end: those that nobody touched are read once.
"""


def checksum_of(path: Path) -> str:
    """SHA-256, hex."""
    with path.open("rb") as file:
        return checksum_of_open(file)


def checksum_of_bytes(content: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(content).hexdigest()


def checksum_of_open(file: BinaryIO) -> str:
    """SHA-256 of a file that was just opened, hex."""
    status = os.fstat(file.fileno())
    changed_ns = status.st_ctime_ns  # nobody can set it
    stamp = (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        changed_ns,
    )
    if stamp in _known:
        return _known[stamp]
    age_ns = time.time_ns() - changed_ns
    if status.st_size > BLOCK_BYTES and 0 <= age_ns <= SETTLED_NS:
        time.sleep((SETTLED_NS - age_ns) / NS)  # less than to read it all again
        age_ns = SETTLED_NS + 1
    checksum = hashlib.sha256()
    while block := file.read(BLOCK_BYTES):
        checksum.update(block)
    if age_ns > SETTLED_NS:
        _known[stamp] = checksum.hexdigest()
    return checksum.hexdigest()
