"""Turns of recorded conversations as the messages of a chat: who speaks, what is said or shown,
which tools are called.

Messages of OpenAI's form are carried as they are. Those of ShareGPT's form (`from`, `value`) are
put into it, and so are their tool turns. Every function raises ValueError with a reason (without
the place) for what is no turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from inferometer.request import Message
from inferometer.words import Said
from inferometer.workload.image_fields import pictures_of, unsent
from inferometer.workload.row_fields import is_said, sendable

ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "model": "assistant",
    "output": "assistant",
    "function_call": "assistant",
    "tool_call": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "tool_response": "tool",
    "function_response": "tool",
}
"""What a turn is, by what data sets call the one who speaks."""

AS_THEY_ARE = ("system", "developer", "user", "assistant", "tool", "function")
"""Roles that chat backends know by these names."""

CALLS = ("function_call", "tool_call")
"""Turns of ShareGPT's form whose text is a tool call in JSON."""

TALKING = {
    who: kind
    for who, kind in ROLES.items()
    if kind != "tool" and who not in (*CALLS, "developer")
}
"""Who speaks, as chat backends know them by one role only, and calls no tool in a text."""

FIELDS = (
    "name",
    "tool_calls",
    "tool_call_id",
    "function_call",
    "reasoning_content",
    "reasoning",
    "refusal",
)
"""What a message may have beside role and content."""

IMAGE_PARTS = ("image", "image_url", "input_image")
"""Parts of a content that are pictures, by their types."""

TEXT_PARTS = ("input_text", "output_text")
"""Parts that are texts, by the types that the Responses API has for them."""

_SPOKEN = frozenset({"role", "from", "content", "value", "text"})
_READ = _SPOKEN | set(FIELDS)


class Turn(NamedTuple):
    """A message, and whether it is the system's, a user's, an assistant's or a tool's."""

    kind: str
    message: Message
    left_out: tuple[str, ...] = ()
    """What of it is not in the message."""
    pictures: tuple[Any, ...] = ()
    """Those that stand beside its text, and are not placed yet."""


def speakers_in(turns: Sequence[Any]) -> list[str]:
    """Who speaks in each turn of a conversation: one of ROLES."""
    return [
        name
        if turn.__class__ is dict
        and (name := turn.get("role", turn.get("from"))).__class__ is str
        and name in ROLES
        else _speaker(turn)
        for turn in turns
    ]


def turns_in(turns: Sequence[Any], speakers: Sequence[str]) -> list[Turn]:
    """Turns of a conversation, in order; there may be more speakers than turns are wanted."""
    waiting: list[str] = []  # ids of calls that have no result yet
    number = 0
    made = []
    for turn, speaker in zip(turns, speakers, strict=False):
        role = (
            TALKING.get(speaker)
            if turn.__class__ is dict and len(turn) == 2
            else None
        )
        spoken = turn.get("value", turn.get("content")) if role else None
        if (
            role and spoken.__class__ is str
        ):  # who speaks and what, as most turns are
            made.append(
                Turn(role, {"role": role, "content": text(spoken, "content")})
            )
            continue
        kind = ROLES[speaker]
        message = _message(turn, speaker)
        if speaker in CALLS and "tool_calls" not in message:
            message, waiting = _with_calls(message, number)
            number += len(waiting)
        elif kind == "tool" and waiting and not _is_native(turn, speaker):
            message = {**message, "tool_call_id": waiting.pop(0)}
        made.append(
            Turn(kind, message)
            if turn.__class__ is str or turn.keys() <= _READ
            else _with_more(kind, message, turn)
        )
    return made


def said(message: Message) -> str:
    """The text of a message, of its parts and of its tool calls: what an assistant has generated
    for it.
    """
    if is_plain(message):
        return str(message["content"])
    calls = [
        json.dumps(call, ensure_ascii=False) for call in _functions(message)
    ]
    return "\n".join(
        filter(None, [content_text(message.get("content")), *calls])
    )


def content_text(content: Any) -> str:
    """The text of a message's content; of a list of parts, that of all which have some."""
    if not isinstance(content, list):
        return content or ""
    return "\n".join(
        part["text"]
        for part in content
        if isinstance(part, Mapping) and isinstance(part.get("text"), str)
    )


def is_plain(message: Message) -> bool:
    """Whether it is a text that says nothing else, so that it may as well go without being a
    message.
    """
    return isinstance(message["content"], str) and len(message) == 2


def text(value: Any, name: str) -> str:
    """The text, without halves of surrogate pairs, which no server takes."""
    if not isinstance(value, str) or not value or value.isspace():
        raise ValueError(Said("rows.no_text", {"name": name}))
    return (
        value if value.isascii() else value.encode("utf-8", "replace").decode()
    )


def _speaker(turn: Any) -> str:
    if isinstance(turn, str):
        return "user"
    name = (
        turn.get("role", turn.get("from")) if isinstance(turn, dict) else None
    )
    speaker = (
        name if name.__class__ is str and name in ROLES else str(name).lower()
    )
    if speaker not in ROLES:
        told = {"name": f"{name!r:.60}", "known": list(ROLES)}
        raise ValueError(Said("rows.speaker", told))
    return str(speaker)


def _is_native(turn: Mapping[str, Any], speaker: str) -> bool:
    return "role" in turn and speaker in AS_THEY_ARE


def _with_more(kind: str, message: Message, turn: Mapping[str, Any]) -> Turn:
    """With the pictures of the turn, and the names of what is none."""
    more = {name: value for name, value in turn.items() if name not in _READ}
    pictures, names = pictures_of(more)
    unread = tuple(
        unsent(f"messages.{name}", value)
        for name, value in more.items()
        if name not in names and is_said(value)
    )
    return Turn(kind, message, unread, tuple(pictures))


def _message(turn: Mapping[str, Any] | str, speaker: str) -> Message:
    if isinstance(turn, str):
        return {"role": speaker, "content": text(turn, "turns")}
    role = speaker if _is_native(turn, speaker) else ROLES[speaker]
    beside = (
        {
            name: _field(name, turn[name])
            for name in FIELDS
            if is_said(turn.get(name))
        }
        if turn.keys() - _SPOKEN
        else {}
    )
    content = turn.get("content", turn.get("value", turn.get("text")))
    if isinstance(content, list) and content:
        content = _parts(content)
    elif role in ("tool", "function"):
        content = _result(content)
    elif is_said(content) or not beside.keys() & {
        "tool_calls",
        "function_call",
    }:  # who calls a tool need not say anything
        content = text(content, "content")
    return {"role": role, "content": content, **beside}


def _result(content: Any) -> str:
    """What a tool returned, which may be nothing, or an object."""
    if content is None or isinstance(content, str):
        return str(sendable(content or ""))
    return json.dumps(sendable(content))


def _field(name: str, value: Any) -> Any:
    value = sendable(value)
    if name != "tool_calls":
        return value
    if not isinstance(value, list) or not all(
        isinstance(call, dict) for call in value
    ):
        raise ValueError(Said("rows.tool_calls"))
    return [_call(call) for call in value]


def _call(call: dict[str, Any]) -> dict[str, Any]:
    """With its arguments as text: the form of OpenAI, where some record them as an object."""
    function = call.get("function")
    if not isinstance(function, dict) or not isinstance(
        function.get("arguments"), dict | list
    ):
        return call
    return {
        **call,
        "function": {
            **function,
            "arguments": json.dumps(function["arguments"]),
        },
    }


def _parts(parts: Sequence[Any]) -> list[Any]:
    """Parts of a content. The source of a picture may be what no request can hold: its bytes. It is
    made sendable later.
    """
    return [
        part
        if isinstance(part, dict) and part.get("type") in IMAGE_PARTS
        else _part(sendable(part))
        for part in parts
    ]


def _part(part: Any) -> Any:
    """A text by the name that chat backends have for it, where it is recorded in the form of
    another API.
    """
    return (
        {**part, "type": "text"}
        if isinstance(part, dict) and part.get("type") in TEXT_PARTS
        else part
    )


def _with_calls(message: Message, number: int) -> tuple[Message, list[str]]:
    """A call that is written as text, or a list of them, as tool calls; what is no such call stays
    text.
    """
    calls = list(_calls_in(message["content"]))
    if not calls:
        return message, []
    ids = [
        f"call{number + i:05d}" for i in range(len(calls))
    ]  # nine letters and digits: some templates want just that
    listed = [
        {"id": name, "type": "function", "function": call}
        for name, call in zip(ids, calls, strict=True)
    ]
    return {"role": "assistant", "content": None, "tool_calls": listed}, ids


def _calls_in(written: Any) -> Iterator[dict[str, str]]:
    try:
        found = json.loads(written)
    except (TypeError, ValueError, RecursionError):
        return
    listed = found if isinstance(found, list) else [found]
    if not all(
        isinstance(call, Mapping) and isinstance(call.get("name"), str)
        for call in listed
    ):
        return
    for call in listed:
        arguments = call.get("arguments", call.get("parameters", {}))
        yield {
            "name": sendable(call["name"]),
            "arguments": sendable(
                arguments
                if isinstance(arguments, str)
                else json.dumps(arguments)
            ),
        }


def _functions(message: Message) -> list[Any]:
    calls = message.get("tool_calls") or []
    listed = (
        [call.get("function") for call in calls if isinstance(call, Mapping)]
        if isinstance(calls, list)
        else []
    )
    return [
        function
        for function in (*listed, message.get("function_call"))
        if function
    ]
