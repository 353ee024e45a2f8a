"""A queue of what was read but not decoded: a little in memory, more in an unnamed temporary file.

The loop decodes only when there is nothing to read. Under a load without idle moments this queue
grows; its part in memory is bounded, and so is the file. When both are full (or the disk is), the
loop has to decode before it reads on.
"""

from __future__ import annotations

import errno
import marshal
import os
import tempfile
from collections import deque
from typing import IO, Any

from inferometer.loadgen.chunks import Framed
from inferometer.system.stamps import Arrival

MEMORY_BYTES = 32 << 20
FILE_BYTES = 4 << 30
READ_OVERHEAD_BYTES = 400
"""Memory of a waiting read besides its body: the tuple, its numbers, its control message."""

BLOCK_READS = 2048
"""Reads written to the file at a time."""

Together = list[Any]
"""Reads of one exchange, oldest first. Of each its body, the kernel's stamp as it came, and the
realtime ns of the read, one after the other, because a list has to be made for none of them.
"""

Body = bytes | Framed | Together | None
"""Body bytes, or those of one read that packets have stamped, or those of several reads; None at
the response's end.
"""

Read = tuple[int, Body, Arrival, int, int]
"""(position of the request in this worker's shard, body, when its last byte arrived, realtime ns of
the read, and the earliest time at which its bytes may have arrived: see `Exchange.decode`).
"""


class Backlog:
    """A first-in first-out queue."""

    def __init__(
        self, memory_bytes: int = MEMORY_BYTES, file_bytes: int = FILE_BYTES
    ) -> None:
        self.reads: deque[Read] = deque()
        self.bytes = 0
        """Body bytes in `reads`, with what is known of their packets."""
        self.peak_bytes = 0
        self.spilled_bytes = 0
        self.is_full = False
        """Nothing can be read before some of it is taken."""
        self.held_bytes = 0
        """Of reads that wait outside, for others of their exchange."""
        self._memory_bytes = memory_bytes
        self._file_bytes = file_bytes
        # a block that has come back from the file, older than all others
        self._oldest: deque[Read] = deque()
        self._file: IO[bytes] | None = None
        # (offset, length) of each block in the file, older than all `reads`
        self._blocks: deque[tuple[int, int]] = deque()
        self._file_end = 0

    def __bool__(self) -> bool:
        return bool(self.reads or self._blocks or self._oldest)

    def settle(self) -> None:
        """Called once a turn: if too much is in memory, move the oldest block into the file."""
        held = self.bytes + len(self.reads) * READ_OVERHEAD_BYTES
        self.peak_bytes = max(self.peak_bytes, held + self.held_bytes)
        if held <= self._memory_bytes:
            return
        if self._file_end >= self._file_bytes:
            self.is_full = True
            return
        block = self._pop(BLOCK_READS)
        try:
            self._spill(marshal.dumps(block))
        except OSError:  # no room on the disk
            self.is_full = True
            self.reads.extendleft(reversed(block))
            self.bytes += _body_bytes(block)

    def _spill(self, data: bytes) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (lives as long as the backlog)
        if os.pwrite(self._file.fileno(), data, self._file_end) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._blocks.append((self._file_end, len(data)))
        self._file_end += len(data)
        self.spilled_bytes += len(data)

    def take(self, most: int) -> list[Read]:
        """The oldest reads, at most `most`."""
        if self._blocks and not self._oldest:
            assert self._file is not None
            offset, length = self._blocks.popleft()
            block = os.pread(self._file.fileno(), length, offset)
            self._oldest.extend(marshal.loads(block))  # noqa: S302 (we wrote it)
            if not self._blocks:
                self._empty_file()
        if self._oldest:
            return _pop(self._oldest, most)
        taken = self._pop(most)
        held = self.bytes + len(self.reads) * READ_OVERHEAD_BYTES
        self.is_full = self.is_full and held > self._memory_bytes // 2
        return taken

    def _empty_file(self) -> None:
        """Everything has been taken; the space is free again."""
        assert self._file is not None
        os.ftruncate(self._file.fileno(), 0)
        self._file_end = 0

    def _pop(self, most: int) -> list[Read]:
        taken = _pop(self.reads, most)
        self.bytes -= _body_bytes(taken)
        return taken

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _pop(reads: deque[Read], most: int) -> list[Read]:
    taken = []
    while reads and most > 0:
        taken.append(read := reads.popleft())
        most -= len(read[1]) // 3 if isinstance(read[1], list) else 1
    return taken


def _body_bytes(reads: list[Read]) -> int:
    return sum([body_bytes(read[1]) for read in reads if read[1]])


def body_bytes(body: bytes | Framed | Together) -> int:
    if isinstance(body, list):
        return sum(map(len, body[::3])) + len(body) // 3 * READ_OVERHEAD_BYTES
    return body[0] if isinstance(body, tuple) else len(body)
