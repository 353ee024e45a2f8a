"""OpenAI's transcription (`/v1/audio/transcriptions`): a form with the sound as a file goes up;
chunks as those of a chat come down from vLLM, events `transcript.text.…` from OpenAI.

Nothing but the sound of a prompt is sent: a text beside it would be taken for what was said before.
As in `vllm bench serve`, the language is English unless `extra_body` has another.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import orjson

from inferometer.protocol.base import Backend, BodyFields, Generation
from inferometer.protocol.fields import OPENAI_AUDIO_FIELDS
from inferometer.protocol.openai_answer import VLLM_TRANSCRIPTION, ChunkEmitter
from inferometer.protocol.openai_chat import (
    chat_text,
    has_reasoning,
    unread_field,
)
from inferometer.protocol.openai_stream import ChoiceReader, StreamDecoder
from inferometer.protocol.request_body import (
    messages_of,
    no_adapter,
    sampling_of,
)
from inferometer.request import Message, Request
from inferometer.words import Said

_NAME = "A transcription"
BOUNDARY = "inferometer-7c1f0f6f2b8d4e0f9a37-form"
"""Between the fields; the same for all requests, whose heads are written before their bodies."""
_DEFAULTS: Mapping[str, Any] = {"temperature": 0.0, "language": "en"}
_IN_NAMES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
"""As browsers write them."""
_OF_VLLM = (
    "stream_include_usage",
    "stream_continuous_usage_stats",
    "max_completion_tokens",
)
"""Fields that OpenAI does not have."""
_MAX_DIGITS = 9
"""Of a limit."""
_SILENCE_SAMPLES, _SAMPLE_RATE = 8_000, 16_000


def encode(request: Request, generation: Generation) -> bytes:
    """Raises ValueError unless the prompt has one sound, which is not left for the server to
    fetch. A form has no null: such a field is left out, as `language` may be.
    """
    no_adapter(request, generation, _NAME)
    if generation.logprobs is not None:
        told = {"server": _NAME, "name": "logprobs"}
        raise ValueError(Said("wire.unsupported", told))
    sound, kind = sound_of(request)
    asked = {
        "model": generation.model,
        "max_completion_tokens": request.max_tokens,
        "stream": True,
        "stream_include_usage": True,
        "stream_continuous_usage_stats": True,
    }
    for field in generation.extra_body:
        if field in asked or field == "file":
            raise ValueError(Said("wire.taken", {"field": field}))
    fields = {
        **_DEFAULTS,
        **{
            name: value
            for name, value in asked.items()
            if name not in generation.left_out
        },
        **sampling_of(request, generation, _NAME, unknown=("stop",)),
        **generation.extra_body,
    }
    return _form(sound, kind, fields)


def adapt(generation: Generation, said: str) -> Generation | None:
    """What to try if a server refuses one of vLLM's own fields."""
    refused = [
        name
        for name in _OF_VLLM
        if name in said and name not in generation.left_out
    ]
    if not refused:
        return None
    return replace(generation, left_out=(*generation.left_out, *refused))


def sound_of(request: Request) -> tuple[bytes, str]:
    """The sound of a prompt, and its kind, such as wav."""
    sounds = [] if isinstance(request.prompt, str) else list(_sounds(request))
    if len(sounds) != 1:
        raise ValueError(Said("wire.one_sound", {"n": len(sounds)}))
    return sounds[0]


def _sounds(request: Request) -> Iterator[tuple[bytes, str]]:
    for message in messages_of(request):
        content = message.get("content")
        for part in content if isinstance(content, list) else ():
            name = part.get("type") if isinstance(part, Mapping) else None
            if name == "input_audio":
                yield _held(part.get(name))
            elif name == "audio_url":
                raise ValueError(Said("wire.sound_by_url"))


def _held(sound: Any) -> tuple[bytes, str]:
    """What a part holds, which may be a row's own. Raises ValueError."""
    data, kind = (
        (sound.get("data"), sound.get("format"))
        if isinstance(sound, Mapping)
        else (None, None)
    )
    if not isinstance(data, str) or not isinstance(kind, str):
        raise ValueError(Said("wire.no_sound"))
    try:
        content = base64.b64decode(data, validate=True)
    except ValueError:  # binascii.Error, or not ASCII
        raise ValueError(Said("wire.no_sound")) from None
    if not (kind.isascii() and kind.isalnum()):
        raise ValueError(Said("wire.no_sound"))
    return content, kind


def _form(sound: bytes, kind: str, fields: Mapping[str, Any]) -> bytes:
    """As multipart/form-data. Raises ValueError for what would read as another form."""
    told = {
        name.translate(_IN_NAMES): _value(value)
        for name, value in fields.items()
        if value is not None
    }
    begin = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    head = (
        f'{begin}"file"; filename="audio.{kind}"\r\n'
        f"Content-Type: audio/{kind}\r\n\r\n"
    )
    rest = "".join(
        f'\r\n{begin}"{name}"\r\n\r\n{value}' for name, value in told.items()
    )
    last = f"\r\n--{BOUNDARY}--\r\n"
    body = b"".join((head.encode(), sound, rest.encode(), last.encode()))
    if body.count(BOUNDARY.encode()) != len(told) + 2:
        raise ValueError(Said("wire.boundary"))
    return body


def _value(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def parse(body: bytes) -> dict[str, Any]:
    """The fields of a form by their names, files as bytes. Raises ValueError."""
    mark = b"\r\n" + body.partition(b"\r\n")[0]
    first, *parts = (b"\r\n" + body).split(mark)
    if first or not mark.startswith(b"\r\n--") or not parts:
        raise ValueError("no multipart/form-data")
    found: dict[str, Any] = {}
    for part in parts[:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        is_file = b'filename="' in head
        found[name] = content if is_file else content.decode()
    return found


def read(body: Mapping[str, Any]) -> BodyFields:
    sound = body.get("file")
    limit = str(body.get("max_completion_tokens", ""))
    is_limit = limit.isdecimal() and len(limit) <= _MAX_DIGITS
    return BodyFields(
        messages=[sound_message(sound)] if isinstance(sound, bytes) else None,
        max_tokens=int(limit) if is_limit else None,
        model=body.get("model"),
        stream=_is_true(body.get("stream")),
        stream_options={
            "include_usage": _is_true(body.get("stream_include_usage")),
            "continuous_usage_stats": _is_true(
                body.get("stream_continuous_usage_stats")
            ),
        },
    )


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _from_openai(frame: Any, has_output: bool) -> Any:
    """OpenAI's own events as chunks: the last one has the whole text, which is output only if none
    was streamed.
    """
    kind = frame.get("type") if isinstance(frame, dict) else None
    if kind == "transcript.text.delta":
        return {"choices": [{"delta": {"content": frame.get("delta")}}]}
    if kind != "transcript.text.done":
        return frame
    text = "" if has_output else frame.get("text")
    last = {"delta": {"content": text}, "finish_reason": "stop"}
    return {"choices": [last], "usage": frame.get("usage")}


def sound_message(sound: bytes, kind: str = "wav") -> Message:
    held = {"data": base64.b64encode(sound).decode(), "format": kind}
    part = {"type": "input_audio", "input_audio": held}
    return {"role": "user", "content": [part]}


def _silence() -> bytes:
    """Half a second, as WAV: mono, 16 bits."""
    size = 2 * _SILENCE_SAMPLES
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + size, b"WAVE"),
        *(b"fmt ", 16, 1, 1, _SAMPLE_RATE, 2 * _SAMPLE_RATE, 2, 16),
        *(b"data", size),
    )
    return head + bytes(size)


TRANSCRIPTIONS = Backend(
    title="vLLM",
    endpoint="/v1/audio/transcriptions",
    encode=encode,
    decoder=partial(
        StreamDecoder,
        ChoiceReader(chat_text, has_reasoning, unread_field, _from_openai),
    ),
    read=read,
    emitter=partial(ChunkEmitter, VLLM_TRANSCRIPTION),
    fields=OPENAI_AUDIO_FIELDS,
    chat=True,
    exact_length=False,
    chooses_adapter=False,
    adapt=adapt,
    body_type=f"multipart/form-data; boundary={BOUNDARY}",
    parse=parse,
    trial_prompt=[sound_message(_silence())],
)
