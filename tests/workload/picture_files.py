"""Small files that begin as pictures do: nobody here looks at the rest of them."""

from __future__ import annotations

import base64

CONTENTS = {
    "image/png": b"\x89PNG\r\n\x1a\n" + bytes(20),
    "image/jpeg": b"\xff\xd8\xff\xe0" + bytes(range(1, 30)),
    "image/gif": b"GIF89a" + bytes(20),
    "image/webp": b"RIFF\x10\0\0\0WEBPVP8 " + bytes(20),
    "image/bmp": b"BM\x40\0\0\0" + bytes(30),
    "image/tiff": b"II*\0" + bytes(20),
    "image/avif": b"\0\0\0\x20ftypavif" + bytes(20),
}

RECORDINGS = {
    "audio/wav": b"RIFF\x10\0\0\0WAVEfmt " + bytes(20),
    "audio/flac": b"fLaC" + bytes(20),
    "audio/ogg": b"OggS" + bytes(20),
    "audio/mp3": b"ID3" + bytes(20),
    "video/mp4": b"\0\0\0\x20ftypisom" + bytes(20),
    "video/webm": b"\x1a\x45\xdf\xa3" + bytes(20),
    "video/avi": b"RIFF\x10\0\0\0AVI LIST" + bytes(20),
}

PNG, JPEG = CONTENTS["image/png"], CONTENTS["image/jpeg"]


def data_url(content: bytes = PNG, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def shown(url: object = None, **details: object) -> dict[str, object]:
    """The part of a message that shows it."""
    return {
        "type": "image_url",
        "image_url": {"url": data_url() if url is None else url, **details},
    }
