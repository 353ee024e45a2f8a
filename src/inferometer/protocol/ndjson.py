"""Newline-delimited JSON: bytes in, lines out. Does not interpret lines."""

from __future__ import annotations

from inferometer.protocol.base import MAX_EVENT_BYTES


class LineSplitter:
    """Splits one body, fed in pieces of any size, into its non-blank lines.

    `oversized` is True once a line exceeded MAX_EVENT_BYTES; after that, nothing is accepted.
    """

    __slots__ = ("_begun", "_begun_bytes", "oversized", "stray")

    def __init__(self) -> None:
        self._begun: list[
            bytes
        ] = []  # pieces of the line that has not ended yet
        self._begun_bytes = 0
        self.oversized = False
        self.stray = b""

    def feed(self, body: bytes) -> list[bytes]:
        """The lines completed by these bytes."""
        if self.oversized:
            return []
        first, *others = body.split(b"\n")
        self._begun.append(first)
        if not others:
            self._bound(self._begun_bytes + len(first))
            return []
        lines = [b"".join(self._begun), *others[:-1]]
        self._begun = [others[-1]]
        self._bound(len(others[-1]))
        return [line for line in lines if line.strip()]

    def _bound(self, begun_bytes: int) -> None:
        """Keep at most MAX_EVENT_BYTES of the current line."""
        self._begun_bytes = begun_bytes
        if begun_bytes > MAX_EVENT_BYTES:
            self.oversized = True
            self._begun = []

    def close(self) -> list[bytes]:
        """A last line without its end, if any."""
        line = b"".join(self._begun)
        self._begun = []
        return [line] if line.strip() else []
