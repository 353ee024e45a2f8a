"""Pictures of rows: which a row has, and where in its messages they belong. What is in them is read
elsewhere.

A picture becomes a part `image_url` of a message, as chat backends send it; film becomes a part
`video_url`, sound one `input_audio`. Until it is read, its url is the row's own: an address, a
path, base64, bytes, or a mapping of `bytes` and `path`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from inferometer.request import Message, Prompt, Request
from inferometer.words import Said
from inferometer.workload.image_fields import Recording
from inferometer.workload.messages import IMAGE_PARTS, Turn
from inferometer.workload.row_fields import (
    UNMATCHED,
    CannotSendError,
    is_said,
    sendable,
)

_PLACE = re.compile(r"<image(?:[ _]?(\d{1,3}))?>")
_SOURCES = ("image_url", "image", "url", "path", "bytes", "data", "source")
"""Where a part of a message has its picture."""


_MEDIA_PARTS = ("image_url", "video_url", "audio_url")
_RECORDED_PARTS = {
    "sound": ("input_audio", "audio_url"),
    "film": ("video_url",),
}
_ENCODED_AUDIO = re.compile(r"data:audio/([a-z0-9]+);base64,")
"""Its format is that of OpenAI's `input_audio`."""


def place(turns: Sequence[Turn], pictures: Sequence[Any]) -> list[Turn]:
    """The turns with their own pictures, and with these of the row: each where `<image>` or an
    empty part stands for it, the others after the text of the turn, or of the first user.

    Raises CannotSendError if a picture is missing.
    """
    for turn in turns:
        content = turn.message["content"]
        if (
            pictures
            or turn.pictures
            or content.__class__ is not str
            or "<image>" in content
        ):
            break
    else:  # texts alone, as in most data sets
        return list(turns)
    turns = [_with_its_own(turn) if turn.pictures else turn for turn in turns]
    if not pictures:
        turns = [_without_pictures(turn) for turn in turns]
    album = _Album(pictures)
    placed = [_placed(turn, album) for turn in turns]
    rest = album.rest()
    if not rest:
        return placed
    first = next(
        (i for i, turn in enumerate(placed) if turn.kind == "user"), None
    )
    if first is None:
        raise CannotSendError(Said("rows.pictures.no_user"))
    placed[first] = _followed_by(placed[first], rest)
    return placed


def _with_its_own(turn: Turn) -> Turn:
    album = _Album(turn.pictures)
    placed = _placed(turn, album)
    return _followed_by(placed, album.rest())._replace(pictures=())


def _followed_by(turn: Turn, pictures: Sequence[Any]) -> Turn:
    content = turn.message["content"]
    parts = (
        content
        if isinstance(content, list)
        else [_text(content)]
        if content
        else []
    )
    return turn._replace(
        message={
            **turn.message,
            "content": [*parts, *map(image_part, pictures)],
        }
    )


def _without_pictures(turn: Turn) -> Turn:
    """Where a row has no picture, `<image>` is a text like any other; perhaps a picture was meant,
    which then is said.
    """
    content = turn.message["content"]
    if content.__class__ is not str or "<image>" not in content:
        return turn
    return turn._replace(left_out=(*turn.left_out, UNMATCHED))


class _Album:
    """The pictures beside a prompt, taken one by one or by number."""

    def __init__(self, pictures: Sequence[Any]) -> None:
        self._pictures = pictures
        self._taken: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._pictures)

    def take(self, number: str | None) -> Any:
        untaken = (
            i for i in range(len(self._pictures)) if i not in self._taken
        )
        index = int(number) - 1 if number else next(untaken, -1)
        if not 0 <= index < len(self._pictures):
            there = {"n": len(self._pictures)}
            raise CannotSendError(Said("rows.pictures.too_few", there))
        self._taken.add(index)
        return self._pictures[index]

    def rest(self) -> list[Any]:
        return [
            picture
            for i, picture in enumerate(self._pictures)
            if i not in self._taken
        ]


def _placed(turn: Turn, album: _Album) -> Turn:
    content = turn.message["content"]
    if content is None or (
        isinstance(content, str) and not (album and turn.kind == "user")
    ):
        return turn
    parts = list(_parts(content, album if turn.kind == "user" else _Album(())))
    if parts == content or (
        isinstance(content, str)
        and len(parts) == 1
        and parts[0].get("text") == content
    ):
        return turn
    return turn._replace(message={**turn.message, "content": parts})


def _parts(content: Any, album: _Album) -> Iterator[Any]:
    for part in content if isinstance(content, list) else [_text(content)]:
        kind = part.get("type") if isinstance(part, Mapping) else None
        if kind == "text" and album and isinstance(part.get("text"), str):
            yield from _split(part, album)
        elif kind in IMAGE_PARTS:
            yield _with_source(part, album)
        else:
            yield part


def _split(part: Mapping[str, Any], album: _Album) -> Iterator[Any]:
    """A text with pictures in the places that are marked in it."""
    end = 0
    said = part["text"]
    for found in _PLACE.finditer(said):
        if before := said[end : found.start()].strip():
            yield _text(before)
        yield image_part(album.take(found[1]))
        end = found.end()
    if not end:
        yield part
    elif rest := said[end:].strip():
        yield _text(rest)


def _with_source(part: Mapping[str, Any], album: _Album) -> Mapping[str, Any]:
    name = next((name for name in _SOURCES if is_said(part.get(name))), None)
    if name is None:
        return image_part(album.take(None))
    return image_part(
        part[name],
        {
            key: part[key]
            for key in ("detail",)
            if isinstance(part.get(key), str)
        },
    )


def image_part(source: Any, details: Mapping[str, Any] = {}) -> dict[str, Any]:
    """The part of a message that shows it. A source may be a mapping that has an address, or data,
    beside details.
    """
    if isinstance(source, Recording):
        part = f"{source.kind}_url"
        return {"type": part, part: {"url": source.source}}
    shown = {**details}
    told = source if isinstance(source, Mapping) else {}
    if is_said(told.get("url")):
        shown |= {
            key: sendable(value)
            for key, value in told.items()
            if key not in ("url", "type")
        }
        source = told["url"]
    elif is_said(told.get("data")):
        source = told["data"]
    return {"type": "image_url", "image_url": {"url": source, **shown}}


def _text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def images_in(prompt: Prompt) -> Iterator[Mapping[str, Any]]:
    """The `image_url` of every picture in a prompt."""
    return (part["image_url"] for part in parts_of(prompt) if _is_image(part))


def parts_of(prompt: Prompt) -> Iterator[dict[str, Any]]:
    """The parts of its messages; a text has none."""
    for message in prompt if not isinstance(prompt, str) else ():
        if isinstance(message, dict) and isinstance(message["content"], list):
            yield from (
                part for part in message["content"] if isinstance(part, dict)
            )


def has_media(prompt: Prompt) -> bool:
    """Whether there is anything in a prompt but text."""
    return any(map(_media_kind, parts_of(prompt)))


def _is_image(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "image_url"


def _media_kind(part: Any) -> str | None:
    """image, audio or video, of a part that has one by its url."""
    name = part.get("type") if isinstance(part, dict) else None
    is_media = (
        name in _MEDIA_PARTS
        and isinstance(part.get(name), Mapping)
        and "url" in part[name]
    )
    return str(name).removesuffix("_url") if is_media else None


def is_url(source: Any) -> bool:
    """Whether a server has to fetch the picture itself."""
    return isinstance(source, str) and source[:8].lower().startswith(
        ("http://", "https://")
    )


def with_images(message: Message, read: Callable[[Any, str], str]) -> Message:
    """The message with what `read` makes of the source of each of its pictures, by its kind."""
    content = message["content"]
    if not isinstance(content, list):
        return message
    return {
        **message,
        "content": [_read(part, _media_kind(part), read) for part in content],
    }


def _read(part: Any, kind: str | None, read: Callable[[Any, str], str]) -> Any:
    if kind is None:
        return part
    holder = part[f"{kind}_url"]
    url = read(holder["url"], kind)
    if kind == "image":
        return image_part(
            url, {name: each for name, each in holder.items() if name != "url"}
        )
    if kind == "audio" and (found := _ENCODED_AUDIO.match(url)):
        data = {"data": url[found.end() :], "format": found[1]}
        return {"type": "input_audio", "input_audio": data}
    return {"type": f"{kind}_url", f"{kind}_url": {"url": url}}


def count_images(requests: Iterable[Request]) -> dict[str, int]:
    """How many pictures there are in these requests, and how many of them the server has to fetch;
    and how much sound and film.
    """
    parts = [part for each in requests for part in parts_of(each.prompt)]
    urls = [part["image_url"].get("url") for part in parts if _is_image(part)]
    recorded = {
        f"{name}_in_rows": number
        for name, types in _RECORDED_PARTS.items()
        if (number := sum(part.get("type") in types for part in parts))
    }
    pictures = {
        "images_in_rows": len(urls),
        "images_by_url": sum(map(is_url, urls)),
    }
    return {**(pictures if urls else {}), **recorded}
