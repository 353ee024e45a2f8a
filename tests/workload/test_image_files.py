"""What pictures of rows hold is read from regular files of a bearable size, and from nowhere
else.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from inferometer.request import Prompt
from inferometer.workload import image_files
from inferometer.workload.image_files import ImageFiles, kind_of
from tests.workload.picture_files import (
    CONTENTS,
    JPEG,
    PNG,
    RECORDINGS,
    data_url,
    shown,
)


def read(source: Any, folder: Path | None) -> Any:
    prompt: Prompt = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "see"},
                shown(source, detail="low"),
            ],
        }
    ]
    message = ImageFiles(folder).read(prompt)[0]
    assert isinstance(message, dict)
    text, part = message["content"]
    assert text == {"type": "text", "text": "see"}
    assert part == shown(part["image_url"]["url"], detail="low")
    return part["image_url"]["url"]


@pytest.mark.parametrize("kind", CONTENTS)
def test_a_file_of_any_kind_that_servers_know(
    kind: str, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a picture").write_bytes(CONTENTS[kind])
    (tmp_path / "图.png").write_bytes(CONTENTS[kind])
    for name in (
        "sub/a picture",
        "图.png",
        str(tmp_path / "sub" / "a picture"),
        f"file://{tmp_path}/sub/a%20picture",
    ):
        assert read(name, tmp_path) == data_url(CONTENTS[kind], kind)


@pytest.mark.parametrize(
    "source",
    [
        PNG,
        {"bytes": PNG, "path": "x"},
        base64.b64encode(PNG).decode(),
        base64.encodebytes(PNG).decode(),
    ],
)
def test_what_the_row_has_itself(source: Any) -> None:
    assert read(source, None) == data_url()


def test_base64_of_a_jpeg_looks_like_a_path_and_is_none() -> None:
    assert base64.b64encode(JPEG).startswith(b"/9j/")
    assert read(base64.b64encode(JPEG).decode(), None) == data_url(
        JPEG, "image/jpeg"
    )


@pytest.mark.parametrize(
    "url", ["http://x/a.png", "HTTPS://x/a.png", "data:image/png;base64,AA"]
)
def test_addresses_are_left_to_the_server(url: str) -> None:
    assert read(url, None) == url


def test_a_file_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    files = ImageFiles(tmp_path)
    prompt: Prompt = [{"role": "user", "content": [shown("a.png")]}]
    first = files.read(prompt)
    (tmp_path / "a.png").unlink()
    assert files.read(prompt) == first
    assert files.read("text") == "text"
    assert files.read([1, 2]) == [1, 2]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "missing.png",
            (
                r"names the picture 'missing.png', which cannot be read \(No such file or "
                r"directory\): put it there, or "
            ),
        ),
        ("text.png", r"text.png is no picture: it is neither PNG, JPEG, "),
        ("sub", "which cannot be read .it is no regular file"),
        ("fifo", "which cannot be read .it is no regular file"),
        ("/dev/zero", "which cannot be read .it is no regular file"),
        ("a\0b", "which cannot be read .no file can have this name"),
        (
            "file://elsewhere/a.png",
            "which cannot be read here: give a path, or http:// or https://",
        ),
        ("s3://bucket/a.png", "which cannot be read here"),
        (
            {"bytes": b"", "path": None},
            "for a picture, which is no path, address, base64 or bytes",
        ),
        ({"bytes": b"RIFF....WAVEfmt"}, "a picture of the row is no picture"),
        (5, "for a picture, which is no path"),
    ],
    ids=str,
)
def test_what_is_no_picture_is_told(
    source: Any, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    (tmp_path / "sub").mkdir()
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(ValueError, match=sentence):
        read(source, tmp_path)


def test_rows_from_elsewhere_name_no_files_of_this_disk(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    with pytest.raises(
        ValueError,
        match="but the data set is not on this disk: download it, and give its folder",
    ):
        read(str(tmp_path / "a.png"), None)


def test_files_outside_the_folder_are_counted_once_each(tmp_path: Path) -> None:
    folder, inside, outside = (
        tmp_path / "set",
        tmp_path / "set" / "a.png",
        tmp_path / "b.png",
    )
    folder.mkdir()
    inside.write_bytes(PNG)
    outside.write_bytes(PNG)
    (folder / "link.png").symlink_to(outside)
    files = ImageFiles(folder)
    files.read(
        [
            {
                "role": "user",
                "content": [shown("a.png"), shown(str(inside)), shown(PNG)],
            }
        ]
    )
    assert files.facts() == {}
    files.read(
        [
            {
                "role": "user",
                "content": [
                    shown("link.png"),
                    shown("../b.png"),
                    shown("../b.png"),
                    shown(str(outside)),
                ],
            }
        ]
    )
    assert files.facts() == {"images_from_elsewhere": 3}


def test_a_link_to_what_is_no_picture_is_not_read_into_a_request(
    tmp_path: Path,
) -> None:
    (tmp_path / "secret").write_text("a password")
    (tmp_path / "a.png").symlink_to(tmp_path / "secret")
    with pytest.raises(ValueError, match=r"a.png is no picture") as told:
        read("a.png", tmp_path)
    assert "password" not in str(told.value)


def test_pictures_are_bounded_each_and_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(PNG)
    monkeypatch.setattr(image_files, "MAX_IMAGES_BYTES", len(PNG))
    files = ImageFiles(tmp_path)
    files.read([{"role": "user", "content": [shown("a"), shown("a")]}])
    with pytest.raises(
        ValueError,
        match=r"the pictures up to here are larger than .* lower load.num_prompts",
    ):
        files.read([{"role": "user", "content": [shown("b")]}])
    with pytest.raises(
        ValueError, match=r"the pictures up to here are larger than"
    ):
        ImageFiles(tmp_path).read(
            [
                {
                    "role": "user",
                    "content": [shown(data_url()), shown(data_url())],
                }
            ]
        )
    monkeypatch.setattr(image_files, "MAX_IMAGE_BYTES", len(PNG) - 1)
    with pytest.raises(
        ValueError,
        match=r"a is larger than .*, which is the limit for a picture",
    ):
        read("a", tmp_path)


def test_what_is_no_picture_has_no_kind() -> None:
    assert {
        kind_of(content)
        for content in (
            b"",
            b"BM",
            b"BMW is a make of cars",
            b"%PDF-1.7",
            b"RIFF....CDXA",
        )
    } == {None}


def test_sound_and_film_have_a_kind_of_their_own() -> None:
    assert {kind: kind_of(content) for kind, content in RECORDINGS.items()} == {
        kind: kind for kind in RECORDINGS
    }


@pytest.mark.parametrize("second", [0xFA, 0xFB, 0xF2, 0xF3, 0xE2, 0xE3])
def test_mp3s_of_every_version_are_sound(second: int) -> None:
    """MPEG 1, 2 and 2.5, with a checksum and without."""
    assert kind_of(bytes((0xFF, second, 0x80)) + bytes(30)) == "audio/mp3"
