"""Newline-delimited JSON: bytes of a body in, lines out. Does not know what a line means, nor whether it is JSON."""

from __future__ import annotations


class LineSplitter:
    """Splits one body, fed in pieces of any size, into its lines; blank ones are left out. Everything in a body is a line."""

    __slots__ = ("_begun", "stray")

    def __init__(self) -> None:
        self._begun: list[bytes] = []  # pieces of the line that has not ended yet
        self.stray = b""

    def feed(self, body: bytes) -> list[bytes]:
        """The lines that these bytes complete."""
        first, *others = body.split(b"\n")
        self._begun.append(first)
        if not others:
            return []
        lines = [b"".join(self._begun), *others[:-1]]
        self._begun = [others[-1]]
        return [line for line in lines if line.strip()]

    def close(self) -> list[bytes]:
        """A last line without its end, if there is one."""
        line = b"".join(self._begun)
        self._begun = []
        return [line] if line.strip() else []
