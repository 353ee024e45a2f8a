"""Backlog: what goes in comes out, in order and unchanged, whether it waited in memory or in the
file.
"""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterator

import pytest

from inferometer.loadgen import backlog as backlog_module
from inferometer.loadgen.backlog import (
    BLOCK_READS,
    READ_OVERHEAD_BYTES,
    Backlog,
    Read,
    body_bytes,
)

ANCILLARY = [(1, 37, bytes(range(48)))]


@pytest.fixture
def tiny() -> Iterator[Backlog]:
    """Room for ten empty reads in memory."""
    backlog = Backlog(memory_bytes=10 * READ_OVERHEAD_BYTES)
    yield backlog
    backlog.close()


def read(number: int, body: bytes | None = b"") -> Read:
    return (
        number,
        body,
        ANCILLARY if number % 2 else [],
        1_767_225_600_000_000_000 + number,
        number,
    )


def put(backlog: Backlog, *reads: Read) -> None:
    """As the loop does it: append, count the bytes, settle."""
    backlog.reads.extend(reads)
    backlog.bytes += sum(len(each[1] or b"") for each in reads)
    backlog.settle()


def take_all(backlog: Backlog, most: int = 32) -> list[Read]:
    taken = []
    while backlog:
        taken += backlog.take(most)
    return taken


def test_an_empty_one_is_false_and_gives_nothing() -> None:
    backlog = Backlog()
    assert not backlog
    assert backlog.take(5) == []


def test_what_fits_stays_in_memory_and_comes_out_in_order(
    tiny: Backlog,
) -> None:
    reads = [read(i) for i in range(10)]
    put(tiny, *reads)
    assert tiny.spilled_bytes == 0
    assert [tiny.take(4), tiny.take(4), tiny.take(4)] == [
        reads[:4],
        reads[4:8],
        reads[8:],
    ]
    assert not tiny


def test_bytes_are_those_that_wait_and_the_peak_counts_what_reads_cost(
    tiny: Backlog,
) -> None:
    put(tiny, read(0, b"abc"), read(1, None), read(2, b"defgh"))
    assert tiny.bytes == 8
    assert tiny.peak_bytes == 8 + 3 * READ_OVERHEAD_BYTES
    tiny.take(1)
    assert tiny.bytes == 5
    take_all(tiny)
    assert tiny.bytes == 0
    assert tiny.peak_bytes == 8 + 3 * READ_OVERHEAD_BYTES


def test_what_does_not_fit_goes_to_the_file_and_comes_back_first(
    tiny: Backlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog_module, "BLOCK_READS", 4)
    reads = [read(i, b"%d" % i) for i in range(12)]
    put(tiny, *reads[:11])  # one too many: the oldest block goes
    assert tiny.spilled_bytes > 0
    assert len(tiny.reads) == 7
    put(tiny, reads[11])
    assert take_all(tiny) == reads
    assert tiny.bytes == 0


def test_a_block_from_the_file_is_handed_out_in_pieces(tiny: Backlog) -> None:
    reads = [read(i) for i in range(BLOCK_READS + 20)]
    put(tiny, *reads)
    assert [len(tiny.take(32)) for _ in range(3)] == [
        32,
        32,
        32,
    ]  # or decoding would keep the loop from reading
    assert take_all(tiny) == reads[96:]


def test_any_mixture_of_reading_and_taking_keeps_the_order(
    tiny: Backlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog_module, "BLOCK_READS", 3)
    dice = random.Random(1)
    given: list[Read] = []
    taken: list[Read] = []
    for _ in range(300):
        fresh = [
            read(
                len(given) + i,
                dice.choice([None, b"", b"x" * dice.randrange(900)]),
            )
            for i in range(dice.randrange(5))
        ]
        given += fresh
        put(tiny, *fresh)
        if dice.random() < 0.6:
            taken += tiny.take(dice.randrange(1, 4))
        assert tiny.bytes == sum(len(each[1] or b"") for each in tiny.reads)
    assert tiny.spilled_bytes > 0
    assert taken + take_all(tiny) == given
    assert tiny.bytes == 0


def test_a_full_disk_loses_nothing(
    tiny: Backlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(fd: int, data: bytes, offset: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    reads = [read(i, b"abc") for i in range(40)]
    put(tiny, *reads[:30])
    put(tiny, *reads[30:])
    assert tiny.spilled_bytes == 0
    assert tiny.bytes == 120
    assert take_all(tiny) == reads


def test_a_disk_that_fills_in_mid_write_loses_nothing(
    tiny: Backlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "pwrite", lambda fd, data, offset: len(data) - 1)
    reads = [read(i, b"abc") for i in range(30)]
    put(tiny, *reads)
    assert take_all(tiny) == reads


def test_a_full_file_is_said_and_takes_more_once_it_is_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog_module, "BLOCK_READS", 4)
    small = Backlog(
        memory_bytes=10 * READ_OVERHEAD_BYTES, file_bytes=1
    )  # room for one block
    reads = [read(i) for i in range(60)]
    put(small, *reads[:11])
    full = [small.is_full]
    put(small, *reads[11:20])
    full.append(small.is_full)
    spilled = small.spilled_bytes
    taken = small.take(4)
    assert [*full, small.is_full] == [False, True, True]
    while small.is_full:
        taken += small.take(2)
    assert small  # half of the memory is enough
    put(small, *reads[20:])
    assert small.spilled_bytes > spilled
    assert taken + take_all(small) == reads
    small.close()


def test_a_full_disk_is_said_too(
    tiny: Backlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "pwrite", lambda fd, data, offset: 0)
    put(tiny, *(read(i) for i in range(11)))
    full = [tiny.is_full]
    take_all(tiny)
    assert [*full, tiny.is_full] == [True, False]


def together(position: int, count: int) -> Read:
    """Reads that are decoded in one go."""
    reads = [(b"body %d" % i, bytes(48), i) for i in range(count)]
    return position, [part for each in reads for part in each], 0, 0, 0


def test_of_many_together_fewer_are_taken() -> None:
    """Decoding would keep the loop from reading."""
    backlog = Backlog()
    backlog.reads.extend(together(position, 12) for position in range(4))
    assert [len(backlog.take(20)), len(backlog.take(20))] == [2, 2]


def test_reads_together_go_to_the_file_and_come_back_as_they_were(
    tiny: Backlog,
) -> None:
    reads = [together(position, 10) for position in range(3)]
    tiny.reads.extend(reads)
    tiny.bytes += sum(body_bytes(each[1] or b"") for each in reads)
    tiny.settle()
    assert tiny.spilled_bytes > 0
    assert tiny.bytes == 0
    assert take_all(tiny) == reads
