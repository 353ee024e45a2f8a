"""A file is read for its checksum once, and again as soon as anything may have changed it."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from inferometer.store.campaign import checksum
from inferometer.store.campaign.checksum import checksum_of, checksum_of_open


class Counting(io.FileIO):
    """A file that knows how often it was read."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        return super().read(-1 if size is None else size) or b""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def reads_of(path: Path, content: bytes) -> int:
    with Counting(path) as file:
        assert checksum_of_open(file) == sha256(content)
        return file.reads


def test_a_file_that_nobody_touched_is_read_once_under_whatever_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checksum, "SETTLED_NS", -1)
    (tmp_path / "pending").mkdir()
    (tmp_path / "pending" / "events").write_bytes(b"abc")
    assert reads_of(tmp_path / "pending" / "events", b"abc") > 0
    (tmp_path / "pending").rename(tmp_path / "run")
    assert reads_of(tmp_path / "run" / "events", b"abc") == 0
    (tmp_path / "copy").write_bytes(b"abc")
    assert reads_of(tmp_path / "copy", b"abc") > 0, (
        "another file, whatever is in it"
    )


def test_a_file_that_was_only_just_written_is_not_relied_upon(
    tmp_path: Path,
) -> None:
    path = tmp_path / "file"
    for number in range(200):
        content = b"%03d" % number
        path.write_bytes(content)
        os.utime(path, ns=(1, 1))
        assert checksum_of(path) == sha256(content)


def test_a_change_that_hides_behind_size_and_time_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    os.utime(path, ns=(1, 1))
    settled_ns = path.stat().st_ctime_ns + 10 * checksum.SETTLED_NS
    monkeypatch.setattr("time.time_ns", lambda: settled_ns)
    assert reads_of(path, b"before") > 0
    assert reads_of(path, b"before") == 0
    before_ns = path.stat().st_ctime_ns
    while path.stat().st_ctime_ns == before_ns:
        path.write_bytes(b"after!")
        os.utime(path, ns=(1, 1))
    assert reads_of(path, b"after!") > 0


def test_a_large_file_is_read_once_also_if_it_was_only_just_written(
    tmp_path: Path,
) -> None:
    path, content = tmp_path / "events", b"x" * (checksum.BLOCK_BYTES + 1)
    path.write_bytes(content)
    assert reads_of(path, content) > 0
    assert reads_of(path, content) == 0
