"""Files appear whole or not at all, whatever goes wrong on the way."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inferometer.store.atomic import (
    CannotWriteError,
    append_line,
    new_directory,
    replacing,
    require_nameable,
    require_writable,
    write_file,
)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """The system refuses to write beyond `size` bytes of any file: as good as a full disk, and no disk is needed."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def half_written(path: Path, error: BaseException) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(b"half")
        raise error


def half_filled(path: Path) -> None:
    with largest_file(1000), new_directory(path) as temporary:
        (temporary / "a").write_bytes(b"1")
        (temporary / "b").write_bytes(bytes(5000))


def names(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    write_file(path, b"one")
    assert path.read_bytes() == b"one"
    write_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert names(path.parent) == ["a.json"]


def test_a_written_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    write_file(tmp_path / "ours", b"")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_file(path, b"old")
    with largest_file(1000), pytest.raises(CannotWriteError) as caught:
        write_file(path, bytes(5000))
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.json"]
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.EFBIG


def test_an_interrupt_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_file(path, b"old")
    with pytest.raises(KeyboardInterrupt):
        half_written(path, KeyboardInterrupt())
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.json"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "permission denied"),
        (errno.EROFS, "read-only"),
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_the_error_is_one_sentence_with_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    path = tmp_path / "a.json"
    with pytest.raises(CannotWriteError, match=words) as caught:
        write_file(path, b"x")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    assert names(tmp_path) == []


def test_a_parquet_writers_own_error_is_understood(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteError, match="the disk is full"), replacing(tmp_path / "a.parquet"):
        raise RuntimeError("parquet: underlying IO error: No space left on device (os error 28)")


def test_an_error_that_is_not_the_systems_stays_itself(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        half_written(tmp_path / "a.json", ZeroDivisionError())
    assert names(tmp_path) == []


def test_a_file_system_that_cannot_flush_directories_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.EINVAL, "not supported")

    monkeypatch.setattr(os, "fsync", refuse)
    write_file(tmp_path / "a.json", b"x")
    assert (tmp_path / "a.json").read_bytes() == b"x"


def test_a_name_below_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CannotWriteError, match="file: something of that name exists already"):
        write_file(tmp_path / "file" / "a.json", b"x")


def test_a_directory_appears_with_all_its_files(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run"
    with new_directory(path) as temporary:
        (temporary / "a").write_bytes(b"1")
        (temporary / "b").write_bytes(b"2")
        assert not path.exists()
    assert names(path) == ["a", "b"]
    assert names(path.parent) == ["run"]


def test_a_half_filled_directory_never_appears(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteError, match="larger than this system allows"):
        half_filled(tmp_path / "run")
    assert names(tmp_path) == []


def test_an_existing_directory_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine").write_bytes(b"")
    with (
        pytest.raises(CannotWriteError, match="something of that name exists already"),
        new_directory(tmp_path / "run") as temporary,
    ):
        (temporary / "a").write_bytes(b"1")
    assert names(tmp_path) == ["run"]
    assert names(tmp_path / "run") == ["mine"]


def test_lines_are_appended_without_a_newline_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.jsonl"
    append_line(path, b"one")
    append_line(path, b"two")
    assert path.read_bytes() == b"one\ntwo"


def test_a_line_that_does_not_fit_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    append_line(path, b"one")
    with largest_file(1000), pytest.raises(CannotWriteError):
        append_line(path, bytes(5000))
    assert path.read_bytes() == b"one"
    with largest_file(1000), pytest.raises(CannotWriteError):
        append_line(tmp_path / "b.jsonl", bytes(5000))
    assert names(tmp_path) == ["a.jsonl"]


def test_a_directory_is_tried_before_it_is_needed(tmp_path: Path) -> None:
    require_writable(tmp_path / "new" / "results")
    assert names(tmp_path / "new" / "results") == []
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CannotWriteError, match="cannot write"):
        require_writable(tmp_path / "file")
    with largest_file(0), pytest.raises(CannotWriteError, match="cannot write"):
        require_writable(tmp_path / "new" / "results")
    assert names(tmp_path / "new" / "results") == []


def test_what_a_file_cannot_be_called_is_found_out_without_one(tmp_path: Path) -> None:
    require_nameable(tmp_path / "name")
    require_nameable(tmp_path)
    (tmp_path / "file").touch()
    require_nameable(tmp_path / "file" / "below")  # another error, and somebody else's to find
    with pytest.raises(CannotWriteError, match="the name is too long; choose a shorter one"):
        require_nameable(tmp_path / ("x" * 300))
    with pytest.raises(
        CannotWriteError, match=r"file names in utf-8 have no '\\ud800'; choose another name, or set LC_ALL=C.UTF-8"
    ):
        require_nameable(tmp_path / "\ud800")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
