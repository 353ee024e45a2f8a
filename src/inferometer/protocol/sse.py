"""Server-sent events: bytes in, data payloads out. Knows line ends and fields, but does not
interpret payloads.

Follows the event stream format of the HTML standard, with two exceptions that a measurement needs:
`close` returns an event that the end of the body cut off, and lines that are no field are kept
(`stray`), because bodies that are no event stream consist of them.
"""

from __future__ import annotations

import re

from inferometer.protocol.base import MAX_EVENT_BYTES

STRAY_BYTES = 65_536
"""How much of a body that is no event stream is kept."""

_BOM = b"\xef\xbb\xbf"
_OTHER_FIELD = re.compile(rb"(?!(?i:error):)[\w-]+:|(event|id|retry)$")
_CR, _LF = b"\r\n"


class EventSplitter:
    """Splits one body, fed in pieces of any size, into the `data` of its events, in linear time.

    `stray` holds the lines that are neither field nor comment, in order and with a newline each.
    `error: …` lines are among them: older llama.cpp servers report errors so. `between_events` is
    True while no partial event is held. `oversized` is True once more than MAX_EVENT_BYTES were
    held; after that, nothing is accepted.
    """

    __slots__ = (
        "_after_cr",
        "_data",
        "_data_bytes",
        "_line",
        "_line_bytes",
        "between_events",
        "oversized",
        "stray",
    )

    def __init__(self) -> None:
        self.between_events = True
        self.oversized = False
        self._after_cr = False
        self._line: list[
            bytes
        ] = []  # pieces of the line that has not ended yet
        self._line_bytes = 0
        self._data: list[
            bytes
        ] = []  # data lines of the event that has not ended yet
        self._data_bytes = 0
        self.stray = b""

    def feed(self, body: bytes) -> list[bytes]:
        """The payloads of the events completed by these bytes."""
        lines = body.splitlines()
        if len(lines) == 2 and not lines[1] and self.between_events:
            # The ordinary read: one line and a blank one, which is one whole event. (A line feed
            # yet to come, if the blank one ended in a carriage return, would only be one more blank
            # line, which says nothing between events.)
            line = lines[0]
            if line[:6] == b"data: ":
                return [line[6:]]
        if not body or self.oversized:
            return []
        payloads = self._take_lines(self._whole_lines(lines, body))
        if self._line_bytes + self._data_bytes > MAX_EVENT_BYTES:
            self.oversized = True
            self._line, self._data = [], []
        return payloads

    def close(self) -> list[bytes]:
        """The payload of an event that the end of the body left without its blank line, if any."""
        lines = [b"".join(self._line), b""]
        self._line = []
        return self._take_lines(lines)

    def _whole_lines(self, lines: list[bytes], body: bytes) -> list[bytes]:
        """The complete lines of `body`; the first includes what came of it before."""
        if self._after_cr and body[0] == _LF:
            del lines[
                0
            ]  # the second half of a line end that was taken at its first half
        self._after_cr = body[-1] == _CR
        ended = body[-1] in (_CR, _LF)
        if self._line and (ended or len(lines) > 1):
            lines[0] = b"".join(self._line) + lines[0]
            self._line, self._line_bytes = [], 0
        if not ended:
            self._line_bytes += len(lines[-1])
            self._line.append(lines.pop())
        return lines

    def _take_lines(self, lines: list[bytes]) -> list[bytes]:
        payloads = []
        data = self._data
        for line in lines:
            if line[:6] == b"data: ":
                data.append(line[6:])
                self._data_bytes += len(line)
            elif line:
                self._take_unusual(line.removeprefix(_BOM))
            elif data:
                payloads.append(data[0] if len(data) == 1 else b"\n".join(data))
                data.clear()
                self._data_bytes = 0
        self.between_events = not (data or self._line)
        return payloads

    def _take_unusual(self, line: bytes) -> None:
        field, _, value = line.partition(
            b":"
        )  # nothing before the colon: a comment
        if field == b"data":
            self._data.append(value.removeprefix(b" "))
            self._data_bytes += len(line)
        elif (
            field
            and not _OTHER_FIELD.match(line)
            and len(self.stray) < STRAY_BYTES
        ):
            self.stray += line[:STRAY_BYTES] + b"\n"
