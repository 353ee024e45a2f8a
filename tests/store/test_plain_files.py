"""What is no regular file is neither read nor walked through."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inferometer.store.plain_files import (
    MAX_FOLDERS_DEEP,
    NotPlainError,
    entries_below,
    first_link,
    is_plain_file,
    open_plain,
    read_plain,
)


def test_a_file_is_read_as_far_as_it_is_allowed_to_be_large(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert is_plain_file(path)
    assert read_plain(path, 5) == b"12345"
    with pytest.raises(
        OSError, match="it has 5 bytes, more than the limit of 4"
    ):
        read_plain(path, 4)


@pytest.mark.parametrize(
    "kind", ["link", "dangling link", "pipe", "folder", "device"]
)
def test_what_is_no_file_is_not_opened(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    (tmp_path / "target").write_text("mine")
    if kind == "link":
        path.symlink_to(tmp_path / "target")
    elif kind == "dangling link":
        path.symlink_to(tmp_path / "nothing")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path = Path("/dev/zero")
    assert not is_plain_file(path)
    with pytest.raises(NotPlainError, match="not a regular file"):
        open_plain(path)


def test_a_folder_is_walked_without_following_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("")
    top = tmp_path / "top"
    (top / "b" / "c").mkdir(parents=True)
    (top / "skipped").mkdir()
    (top / "skipped" / "file").write_text("")
    (top / "b" / "c" / "file").write_text("")
    assert first_link(top) is None
    (top / "b" / "to-folder").symlink_to(outside)
    (top / "a").symlink_to(outside / "secret")
    os.mkfifo(top / "pipe")
    found = list(entries_below(top, skip=lambda name: name == "skipped"))
    assert found == [
        ("a", "link"),
        ("b", "folder"),
        ("pipe", "other"),
        ("b/c", "folder"),
        ("b/to-folder", "link"),
        ("b/c/file", "file"),
    ]
    assert first_link(top) == top / "a"
    assert first_link(top / "b") == top / "b" / "to-folder"
    assert first_link(top / "a") == top / "a"
    assert first_link(top / "nothing") is None


def test_a_tree_made_to_be_too_deep_is_refused(tmp_path: Path) -> None:
    (tmp_path / "/".join("d" * MAX_FOLDERS_DEEP)).mkdir(parents=True)
    assert sum(1 for _ in entries_below(tmp_path)) == MAX_FOLDERS_DEEP
    (tmp_path / "/".join("d" * (MAX_FOLDERS_DEEP + 1))).mkdir()
    with pytest.raises(OSError, match="deeper than any result"):
        list(entries_below(tmp_path))
