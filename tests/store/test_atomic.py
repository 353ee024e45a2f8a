"""Files appear whole or not at all, whatever goes wrong on the way."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import pytest

from inferometer.store import atomic
from inferometer.store.atomic import (
    TEMPORARY_PREFIX,
    CannotWriteError,
    append_line,
    new_directory,
    replacing,
    require_nameable,
    require_writable,
    set_aside,
    take_name,
    write_file,
)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """The system refuses to write beyond `size` bytes of any file: as good as a full disk, and no
    disk is needed.
    """
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
    assert (tmp_path / "ours").stat().st_mode == (
        tmp_path / "plain"
    ).stat().st_mode


def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.json"
    write_file(path, b"old")
    with largest_file(1000), pytest.raises(CannotWriteError) as caught:
        write_file(path, bytes(5000))
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.json"]
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.EFBIG


def test_an_interrupt_leaves_the_old_file_and_nothing_else(
    tmp_path: Path,
) -> None:
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
    with (
        pytest.raises(CannotWriteError, match="the disk is full"),
        replacing(tmp_path / "a.parquet"),
    ):
        raise RuntimeError(
            "parquet: underlying IO error: No space left on device (os error 28)"
        )


def test_an_error_that_is_not_the_systems_stays_itself(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        half_written(tmp_path / "a.json", ZeroDivisionError())
    assert names(tmp_path) == []


def test_a_file_system_that_cannot_flush_directories_is_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.EINVAL, "not supported")

    monkeypatch.setattr(os, "fsync", refuse)
    write_file(tmp_path / "a.json", b"x")
    assert (tmp_path / "a.json").read_bytes() == b"x"


def test_a_name_below_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(
        CannotWriteError, match="file: something with this name already exists"
    ):
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
    with pytest.raises(
        CannotWriteError, match="would exceed this system's size limit"
    ):
        half_filled(tmp_path / "run")
    assert names(tmp_path) == []


def test_an_existing_directory_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine").write_bytes(b"")
    with (
        pytest.raises(
            CannotWriteError, match="something with this name already exists"
        ),
        new_directory(tmp_path / "run") as temporary,
    ):
        (temporary / "a").write_bytes(b"1")
    assert names(tmp_path) == ["run"]
    assert names(tmp_path / "run") == ["mine"]


def test_lines_are_appended_without_a_newline_at_the_end(
    tmp_path: Path,
) -> None:
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


def test_what_a_file_cannot_be_called_is_found_out_without_one(
    tmp_path: Path,
) -> None:
    require_nameable(tmp_path / "name")
    require_nameable(tmp_path)
    (tmp_path / "file").touch()
    require_nameable(
        tmp_path / "file" / "below"
    )  # another error, and somebody else's to find
    with pytest.raises(
        CannotWriteError, match="the name is too long; choose a shorter one"
    ):
        require_nameable(tmp_path / ("x" * 300))
    with pytest.raises(
        CannotWriteError,
        match=r"file names in utf-8 cannot contain '\\ud800'; choose another name, or set LC_ALL=C.UTF-8",
    ):
        require_nameable(tmp_path / "\ud800")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# Names that several processes want


def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on FAT, and some network file systems."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)


def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on NFS without its lock service."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)


def all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    pass


FILE_SYSTEMS = pytest.mark.parametrize(
    "file_system", [all_there_is, no_links, no_locks]
)


def file_of(name: str, folder: Path) -> Path:
    (folder / name).write_text(name)
    return folder / name


def directory_of(name: str, folder: Path) -> Path:
    (folder / name).mkdir()
    (folder / name / "whose").write_text(name)
    return folder / name


@FILE_SYSTEMS
@pytest.mark.parametrize("made", [file_of, directory_of])
def test_one_of_several_that_want_a_name_gets_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file_system: Callable[[pytest.MonkeyPatch], None],
    made: Callable[[str, Path], Path],
) -> None:
    file_system(monkeypatch)
    barrier = Barrier(8)

    def want(number: int) -> bool:
        with set_aside(tmp_path / "name") as aside:
            source = made(str(number), aside)
            barrier.wait(30)
            try:
                take_name(source, tmp_path / "name")
            except FileExistsError:
                assert source.exists()
                return False
            assert not source.exists()
            return True

    with ThreadPoolExecutor(8) as threads:
        got_it = list(threads.map(want, range(8)))
    assert got_it.count(True) == 1
    assert names(tmp_path) == ["name"]
    file = tmp_path / "name"
    assert (file if file.is_file() else file / "whose").read_text() == str(
        got_it.index(True)
    )


@pytest.mark.parametrize("taken_by", [file_of, directory_of])
@pytest.mark.parametrize("made", [file_of, directory_of])
def test_a_name_that_is_taken_stays_as_it_is(
    tmp_path: Path,
    taken_by: Callable[[str, Path], Path],
    made: Callable[[str, Path], Path],
) -> None:
    (tmp_path / "aside").mkdir()
    source = made("ours", tmp_path / "aside")
    taken = taken_by("theirs", tmp_path)
    with pytest.raises(FileExistsError):
        take_name(source, taken)
    assert source.exists()
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        take_name(source, tmp_path / "dangling")
    assert names(tmp_path) == ["aside", "dangling", "theirs"]


def test_a_name_that_cannot_be_given_is_said(tmp_path: Path) -> None:
    source = file_of("ours", tmp_path)
    with pytest.raises(CannotWriteError, match="part of that path is a file"):
        take_name(source, source / "below" / "name")
    with pytest.raises(CannotWriteError, match="the name is too long"):
        take_name(source, tmp_path / ("x" * 300))
    assert names(tmp_path) == ["ours"]


def test_a_file_system_without_links_leaves_no_empty_file_where_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_links(monkeypatch)
    source = file_of("ours", tmp_path)
    monkeypatch.setattr(
        Path,
        "replace",
        lambda *_: half_written(tmp_path / "other", KeyboardInterrupt()),
    )
    with pytest.raises(KeyboardInterrupt):
        take_name(source, tmp_path / "name")
    assert names(tmp_path) == ["ours"]


def test_what_is_set_aside_is_gone_afterwards_and_errors_name_what_it_was_for(
    tmp_path: Path,
) -> None:
    with set_aside(tmp_path / "new" / "name") as aside:
        assert aside.parent == tmp_path / "new"
        assert aside.name.startswith(TEMPORARY_PREFIX)
        write_file(aside / "a", b"1")
    assert names(tmp_path / "new") == []
    with (
        largest_file(100),
        pytest.raises(
            CannotWriteError,
            match=r"cannot write .*/new/name: the file would exceed this system's size limit",
        ),
        set_aside(tmp_path / "new" / "name") as aside,
    ):
        write_file(aside / "a", bytes(200))
    assert names(tmp_path / "new") == []


@FILE_SYSTEMS
def test_lines_of_several_neither_mix_nor_get_lost(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file_system: Callable[[pytest.MonkeyPatch], None],
) -> None:
    file_system(monkeypatch)
    path = tmp_path / "all.json"
    barrier = Barrier(6)

    def append(who: int) -> None:
        barrier.wait(30)
        for number in range(10):
            append_line(path, f"{who}.{number} ".encode() * 5_000)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(append, range(6)))
    lines = path.read_text().split("\n")
    assert sorted({line.split()[0] for line in lines}) == sorted(
        f"{who}.{number}" for who in range(6) for number in range(10)
    )
    assert [set(line.split()) == {line.split()[0]} for line in lines] == [
        True
    ] * 60
    assert names(tmp_path) == ["all.json"]


def test_a_file_that_stays_locked_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "MAX_LOCK_WAIT_S", 0.1)
    path = tmp_path / "all.json"
    append_line(path, b"one")
    with path.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(
            CannotWriteError, match="another process has locked it"
        ):
            append_line(path, b"two")
    append_line(path, b"three")
    assert path.read_bytes() == b"one\nthree"


def test_a_lock_that_a_killed_process_left_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_locks(monkeypatch)
    monkeypatch.setattr(atomic, "MAX_LOCK_WAIT_S", 0.1)
    path = tmp_path / "all.json"
    append_line(path, b"one")
    left = atomic._lock_file(path)
    left.touch()
    with pytest.raises(CannotWriteError) as caught:
        append_line(path, b"two")
    assert str(left) in str(caught.value)
    left.unlink()
    append_line(path, b"two")
    assert path.read_bytes() == b"one\ntwo"


def write_while_theirs_appears(path: Path) -> None:
    with replacing(path, new=True) as temporary:
        temporary.write_bytes(b"ours")
        path.write_bytes(b"theirs")


def test_a_new_file_replaces_none_that_appeared_meanwhile(
    tmp_path: Path,
) -> None:
    with pytest.raises(
        CannotWriteError,
        match="something with this name already exists; choose another name",
    ):
        write_while_theirs_appears(tmp_path / "a.tar")
    assert (tmp_path / "a.tar").read_bytes() == b"theirs"
    assert names(tmp_path) == ["a.tar"]


def test_a_name_is_taken_to_its_end_after_a_kill_in_between(
    tmp_path: Path,
) -> None:
    source = file_of("ours", tmp_path)
    os.link(source, tmp_path / "name")
    take_name(source, tmp_path / "name")
    assert names(tmp_path) == ["name"]
    (tmp_path / "link").symlink_to("name")
    with pytest.raises(FileExistsError):
        take_name(tmp_path / "name", tmp_path / "link")
    assert names(tmp_path) == ["link", "name"]
