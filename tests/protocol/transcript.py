"""Recorded responses: where they are, and how to read one."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

WIRE = Path(__file__).parents[1] / "wire"


class Transcript(NamedTuple):
    request: str
    status: int
    headers: dict[str, str]
    body: bytes


def read_transcript(path: Path) -> Transcript:
    request, _, response = path.read_bytes().partition(b"\n--- ")
    head, _, body = response.partition(b"\n\n")
    status, *lines = head.decode().splitlines()
    headers = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
    }
    return Transcript(request.decode(), int(status.split()[0]), headers, body)


def transcripts(pattern: str = "*/*.txt") -> dict[str, Transcript]:
    """By `server/name`."""
    return {
        f"{path.parent.name}/{path.stem}": read_transcript(path)
        for path in sorted(WIRE.glob(pattern))
    }
