"""Archives from strangers: what is honest comes out whole, what is not comes out not at all."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from inferometer.campaign import archive
from inferometer.campaign.archive import (
    ArchiveError,
    unpack_archive,
    write_archive,
)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def tar_of(
    path: Path, *members: tuple[tarfile.TarInfo, bytes], zipped: bool = False
) -> Path:
    with tarfile.open(path, "w:gz" if zipped else "w") as tar:
        for member, content in members:
            member.size = len(content) if member.isreg() else member.size
            tar.addfile(member, io.BytesIO(content))
    return path


def member(
    name: str, kind: bytes = tarfile.REGTYPE, **facts: object
) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    for fact, value in facts.items():
        setattr(info, fact, value)
    return info


def refused(path: Path, folder: Path) -> str:
    folder.mkdir()
    with pytest.raises(ArchiveError) as caught:
        unpack_archive(path, folder)
    return str(caught.value)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"A" * 3_000_000)
    tar = tmp_path / "out" / "results.tar"
    files: list[tuple[str, Path | bytes]] = [
        ("a.json", tmp_path / "a.json"),
        ("deep/er/b", b"B"),
        ("gone", tmp_path / "gone"),
        ("empty", b""),
    ]
    assert list(write_archive(tar, "top", files)) == [
        "a.json",
        "deep/er/b",
        "empty",
    ]
    folder = tmp_path / "unpacked"
    folder.mkdir()
    unpack_archive(tar, folder)
    assert contents(folder) == {
        "top/a.json": b"A" * 3_000_000,
        "top/deep/er/b": b"B",
        "top/empty": b"",
    }


def test_no_owner_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"A")
    (tmp_path / "a").chmod(0o600)
    write_archive(tmp_path / "t.tar", "top", [("a", tmp_path / "a")])
    with tarfile.open(tmp_path / "t.tar") as tar:
        only = tar.getmembers()[0]
    assert (only.uid, only.gid, only.uname, only.gname, only.mode) == (
        0,
        0,
        "",
        "",
        0o644,
    )


@pytest.mark.parametrize("zipped", [False, True])
def test_archives_made_by_hand_are_read_too(
    tmp_path: Path, zipped: bool
) -> None:
    members = [
        (member(".", tarfile.DIRTYPE), b""),
        (member("./d", tarfile.DIRTYPE), b""),
        (member("./d/x.json"), b"{}"),
    ]
    path = tar_of(tmp_path / "by_hand", *members, zipped=zipped)
    (tmp_path / "f").mkdir()
    unpack_archive(path, tmp_path / "f")
    assert contents(tmp_path / "f") == {"d/x.json": b"{}"}


@pytest.mark.parametrize(
    "bad",
    [
        member("/etc/passwd"),
        member("../outside"),
        member("a/../../outside"),
        member("a\\..\\b"),
        member("a\nb"),
        member("a\x1b[2J"),
        member("/".join(["d"] * 40)),
        member("n" * 2000),
        member("link", tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("link", tarfile.LNKTYPE, linkname="good"),
        member("fifo", tarfile.FIFOTYPE),
        member("device", tarfile.CHRTYPE, devmajor=1, devminor=3),
        member("device", tarfile.BLKTYPE, devmajor=8),
    ],
    ids=lambda info: f"{info.type.decode()} {info.name[:20]!r}",
)
def test_names_that_lead_elsewhere_and_things_that_are_no_files_are_refused(
    tmp_path: Path, bad: tarfile.TarInfo
) -> None:
    path = tar_of(tmp_path / "bad.tar", (member("good"), b"good"), (bad, b""))
    told = refused(path, tmp_path / "f")
    assert "bad.tar holds" in told
    assert "is not used" in told
    assert told.isprintable()
    assert set(contents(tmp_path / "f")) <= {"good"}
    assert not (tmp_path / "outside").exists()


def test_a_link_does_not_become_a_way_out(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    members = [
        (member("d", tarfile.SYMTYPE, linkname=str(outside)), b""),
        (member("d/file"), b"x"),
    ]
    refused(tar_of(tmp_path / "bad.tar", *members), tmp_path / "f")
    assert list(outside.iterdir()) == []


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    for number, again in enumerate(
        [(member("a"), b"2"), (member("a/b"), b"2"), (member("./a"), b"2")]
    ):
        path = tar_of(tmp_path / "twice.tar", (member("a"), b"1"), again)
        assert "twice" in refused(path, tmp_path / str(number))


def test_what_was_special_about_a_file_does_not_come_along(
    tmp_path: Path,
) -> None:
    path = tar_of(tmp_path / "t.tar", (member("tool", mode=0o6777), b"#!"))
    (tmp_path / "f").mkdir()
    unpack_archive(path, tmp_path / "f")
    assert stat.S_IMODE((tmp_path / "f" / "tool").stat().st_mode) & 0o7111 == 0


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    path = tar_of(
        tmp_path / "bomb.tar.gz",
        (member("zeros"), bytes(30_000_000)),
        zipped=True,
    )
    assert path.stat().st_size < 40_000
    assert "more than such an archive can" in refused(path, tmp_path / "f")
    assert (
        sum(len(content) for content in contents(tmp_path / "f").values())
        < 100 * path.stat().st_size + 2_000_000
    )


def test_a_header_as_large_as_memory_is_refused(tmp_path: Path) -> None:
    huge = member("x")
    huge.pax_headers = {"comment": "c" * 3_000_000}
    with tarfile.open(
        tmp_path / "t.tar", "w", format=tarfile.PAX_FORMAT
    ) as tar:
        tar.addfile(huge, io.BytesIO(b""))
    assert "more than such an archive can" in refused(
        tmp_path / "t.tar", tmp_path / "f"
    )


def test_a_sparse_file_that_claims_a_terabyte_is_refused(
    tmp_path: Path,
) -> None:
    sparse = member("s")
    sparse.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "s",
        "GNU.sparse.realsize": str(1 << 40),
    }
    content = b"1\n0\n0\n".ljust(512, b"\0")
    sparse.size = len(content)
    with tarfile.open(
        tmp_path / "t.tar", "w", format=tarfile.PAX_FORMAT
    ) as tar:
        tar.addfile(sparse, io.BytesIO(content))
    assert "neither a file nor a folder" in refused(
        tmp_path / "t.tar", tmp_path / "f"
    )


def test_too_many_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_FILES", 3)
    path = tar_of(
        tmp_path / "t.tar",
        *((member(f"f{number}"), b"") for number in range(4)),
    )
    assert "more files than any campaign has" in refused(path, tmp_path / "f")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("this is no tar\n" * 100)


def spoilt(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("damage", [cut, emptied, text, spoilt])
def test_a_damaged_archive_is_one_sentence(
    tmp_path: Path, damage: Callable[[Path], None], zipped: bool
) -> None:
    random = os.urandom(200_000)
    path = tar_of(
        tmp_path / "t.tar",
        (member("a"), random),
        (member("b"), random),
        zipped=zipped,
    )
    damage(path)
    (tmp_path / "f").mkdir()
    if (damage, zipped) == (spoilt, False):
        unpack_archive(
            path, tmp_path / "f"
        )  # a tar has no checksum of its contents: the ledger has
        return
    with pytest.raises(ArchiveError, match=r"t\.tar"):
        unpack_archive(path, tmp_path / "f")


def test_no_bytes_at_all_make_it_fail_otherwise(tmp_path: Path) -> None:
    import random

    chance = random.Random(3)
    whole = tar_of(
        tmp_path / "t.tar",
        (member("a"), b"x" * 600),
        (member("d/b"), b"y" * 600),
    ).read_bytes()
    for number in range(300):
        content = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            content[chance.randrange(2048)] = chance.randrange(256)
        path = tmp_path / "fuzz"
        path.write_bytes(gzip.compress(content) if number % 2 else content)
        folder = tmp_path / f"f{number}"
        folder.mkdir()
        with contextlib.suppress(ArchiveError):
            unpack_archive(path, folder)
        assert all(
            path.resolve().is_relative_to(folder) for path in folder.rglob("*")
        )


def test_what_is_not_there_or_is_a_folder_is_one_sentence(
    tmp_path: Path,
) -> None:
    for path in (tmp_path / "missing.tar", tmp_path):
        with pytest.raises(ArchiveError, match="cannot be read"):
            unpack_archive(path, tmp_path)
