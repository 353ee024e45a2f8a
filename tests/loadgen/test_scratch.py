"""What killed measurements leave behind is removed; what living ones need, or somebody else owns,
is not.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path
from threading import Timer

import pytest

from inferometer.loadgen import scratch
from inferometer.loadgen.scratch import (
    PREFIX,
    YOUNG_S,
    others_measure,
    scratch_folder,
)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    scratch._remove_left_behind.cache_clear()
    return tmp_path


def folder(path: Path, *, age_s: float = 2 * YOUNG_S) -> Path:
    path.mkdir()
    (path / "column.npy").write_text("numbers")
    at_s = path.stat().st_mtime - age_s
    os.utime(path, (at_s, at_s))
    return path


def test_a_folder_is_gone_when_it_is_no_longer_needed(temporary: Path) -> None:
    with scratch_folder() as made:
        assert made is not None
        (made / "0").mkdir()
        assert made.parent == temporary
    assert list(temporary.iterdir()) == []


def test_only_what_nobody_needs_is_removed(temporary: Path) -> None:
    dead = folder(temporary / f"{PREFIX}dead")
    young = folder(temporary / f"{PREFIX}young", age_s=0)
    other = folder(temporary / "inferometer-benchmark-other")
    alive = folder(temporary / f"{PREFIX}alive")
    link = temporary / f"{PREFIX}link"
    link.symlink_to(other)
    os.utime(link, (0, 0), follow_symlinks=False)
    lock = os.open(alive, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with scratch_folder() as made:
            assert set(temporary.iterdir()) == {made, young, other, alive, link}
            assert (other / "column.npy").exists()
    finally:
        os.close(lock)
    assert not dead.exists()


def test_without_room_for_a_folder_there_is_none(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (temporary / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "file"))
    with scratch_folder() as made:
        assert made is None


def test_a_folder_in_use_is_not_removed_by_another_measurement(
    temporary: Path,
) -> None:
    with scratch_folder() as first:
        assert first is not None
        os.utime(first, (0, 0))
        scratch._remove_left_behind.cache_clear()
        with scratch_folder() as second:
            assert set(temporary.iterdir()) == {first, second}


def test_others_that_measure_are_seen_and_the_dead_are_not(
    temporary: Path,
) -> None:
    folder(temporary / f"{PREFIX}dead")
    (temporary / f"{PREFIX}file").touch()
    assert not others_measure()
    with scratch_folder():
        assert others_measure()
    assert not others_measure()


def test_who_looks_at_a_folder_for_a_moment_does_not_keep_its_owner_from_locking_it(
    temporary: Path,
) -> None:
    looked_at = os.open(temporary, os.O_RDONLY)
    ours = os.open(temporary, os.O_RDONLY)
    fcntl.flock(looked_at, fcntl.LOCK_EX)
    Timer(2 * scratch.LOCK_PAUSE_S, os.close, [looked_at]).start()
    scratch._lock(ours)
    assert scratch._is_locked(temporary)
    os.close(ours)


def test_without_folders_for_temporary_files_nobody_is_seen(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(tempfile, "gettempdir", none)
    assert not others_measure()
