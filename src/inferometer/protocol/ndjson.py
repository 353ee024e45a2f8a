"""Newline-delimited JSON: bytes of a body in, lines out. Does not know what a line means, nor
whether it is JSON.
"""

from __future__ import annotations

from inferometer.protocol.base import MAX_EVENT_BYTES


class LineSplitter:
    """Splits one body, fed in pieces of any size, into its lines; blank ones are left out.
    Everything in a body is a line.

    `oversized` is True once a line was beyond MAX_EVENT_BYTES: then nothing more is taken in.
    """

    __slots__ = ("_begun", "_begun_bytes", "oversized", "stray")

    def __init__(self) -> None:
        self._begun: list[bytes] = []  # pieces of the line that has not ended yet
        self._begun_bytes = 0
        self.oversized = False
        self.stray = b""

    def feed(self, body: bytes) -> list[bytes]:
        """The lines that these bytes complete."""
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
        """Hold no more than MAX_EVENT_BYTES of the line that has begun."""
        self._begun_bytes = begun_bytes
        if begun_bytes > MAX_EVENT_BYTES:
            self.oversized = True
            self._begun = []

    def close(self) -> list[bytes]:
        """A last line without its end, if there is one."""
        line = b"".join(self._begun)
        self._begun = []
        return [line] if line.strip() else []
