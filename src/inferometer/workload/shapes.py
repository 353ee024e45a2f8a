"""What the rows of conversation and instruction data sets mean: an exchange to ask for, or all
turns of a conversation.

Every function takes the content of one row and raises ValueError with a reason (without the place)
if it is not in it; for a row that is understood but cannot be sent, that is a CannotSendError.
Pictures are placed here and read elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from inferometer.request import Prompt
from inferometer.words import Said
from inferometer.workload.image_fields import Recording, pictures_of, unsent
from inferometer.workload.image_parts import place
from inferometer.workload.messages import (
    ROLES,
    Turn,
    is_plain,
    said,
    speakers_in,
    text,
    turns_in,
)
from inferometer.workload.row_fields import beside, is_said

CONVERSATIONS = ("messages", "conversations", "conversation", "turns")
PROMPTS = (
    "prompt",
    "instruction",
    "question",
    "query",
    "problem",
    "inputs",
    "text",
)
CONTEXTS = ("input", "context")
"""What an instruction is about, where it is in a field of its own."""
REPLIES = (
    "completion",
    "response",
    "output",
    "answer",
    "solution",
    "targets",
    "reply",
)
LIMITS = (
    "max_tokens",
    "max_completion_tokens",
    "max_new_tokens",
    "output_tokens",
    "output_len",
    "output_length",
)
_LIMITS = frozenset(LIMITS)
SYSTEMS = ("system", "system_prompt")
"""What the system says, where it is in a field of its own."""

MAX_TOKEN_ID = (1 << 31) - 1

LATER_TURNS = "turns after the first answer"

_NO_FIELDS: Mapping[str, Any] = {}


class SingleTurn(NamedTuple):
    """What to ask, what is known of the answer (its text, or how long it may be), and what else the
    row says.
    """

    prompt: Prompt
    reply: str | None = None
    max_tokens: int | None = None
    fields: Mapping[str, Any] = _NO_FIELDS
    """Of the request."""
    left_out: tuple[str, ...] = ()


class Conversation(NamedTuple):
    """All turns of a conversation, how long each answer may be, and what else the row says."""

    turns: Sequence[Turn]
    max_tokens: int | None = None
    fields: Mapping[str, Any] = _NO_FIELDS
    left_out: tuple[str, ...] = ()


class _Row:
    """A row while it is read: what has been used of it. The body of a batch request is read in its
    place.
    """

    def __init__(self, row: Mapping[str, Any]) -> None:
        body = row.get("body")
        self.outer: Mapping[str, Any] = {}
        if isinstance(body, Mapping):
            self.outer = {
                name: value for name, value in row.items() if name != "body"
            }
            row = body
        self.row = row
        self.used = set(LIMITS)

    def first(self, names: Sequence[str]) -> tuple[str, Any] | None:
        """The first of these fields that is there."""
        for name in names:
            if self.row.get(name) is not None:
                self.used.add(name)
                return name, self.row[name]
        return None

    def limit(self) -> int | None:
        """The most tokens to generate; the row's own word goes before that of its body."""
        for holder in (self.outer, self.row):
            if _LIMITS.isdisjoint(holder):
                continue
            for name in LIMITS:
                limit = holder.get(name)
                if limit is not None:
                    if type(limit) is not int or limit < 1:
                        told = {"name": name, "limit": f"{limit!r:.60}"}
                        raise ValueError(Said("rows.limit", told))
                    return limit
        return None

    def rest(self) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """Fields of the request, and names of what is left out."""
        fields, names = beside(self.row, self.used)
        left_out = [unsent(name, self.row[name]) for name in names]
        if self.outer:
            aside = beside(self.outer, LIMITS)
            left_out = [
                unsent(name, self.outer[name])
                for name in (*aside.left_out, *aside.fields)
            ] + left_out
        return fields, tuple(left_out)


def exchange_of(content: Mapping[str, Any], *, chat: bool = True) -> SingleTurn:
    """What a row asks for.

    A conversation that does not end with the assistant is sent whole; of any other it is the first
    exchange. An instruction with a context is one text of both; so are, where there is no `chat`,
    what the row has for a system and a user's text.
    """
    row = _Row(content)
    limit = row.limit()
    if (messages := _conversation(row)) is not None:
        prompt, reply, left_out = _first_exchange(row, messages, chat=chat)
        reply = _reply(row) if reply is None else reply
    else:
        prompt, left_out = _instruction(row, chat=chat)
        reply = _reply(row)
    fields, unread = row.rest()
    return SingleTurn(prompt, reply, limit, fields, (*left_out, *unread))


def conversation_of(content: Mapping[str, Any]) -> Conversation:
    """All that was said, in order. A row that is no conversation is one of a single exchange."""
    row = _Row(content)
    limit = row.limit()
    messages = _conversation(row)
    if messages is None:
        name, prompt = _prompt(row)
        if isinstance(prompt, list):
            raise ValueError(Said("rows.only_ids"))
        messages = [_with_context(row, text(prompt, name))]
    turns = _with_system(
        _shown(row, turns_in(messages, speakers_in(messages))), row, chat=True
    )
    if turns[-1].kind != "assistant" and (reply := _reply(row)) is not None:
        turns.append(Turn("assistant", {"role": "assistant", "content": reply}))
    fields, left_out = row.rest()
    return Conversation(turns, limit, fields, left_out)


def _conversation(row: _Row) -> Sequence[Any] | None:
    """The list of turns, also where it is the `prompt`; None if there is none, or if that is a list
    of token ids.
    """
    found = row.first(CONVERSATIONS) or (
        isinstance(row.row.get("prompt"), list) and row.first(("prompt",))
    )
    if not found:
        return _shown_parts(row)
    name, turns = found
    if not isinstance(turns, list):
        raise ValueError(Said("rows.no_turns", {"name": name}))
    # each turn may be in a list of its own
    if turns and all(isinstance(turn, list) for turn in turns):
        turns = list(chain(*turns))
    if name == "prompt" and not all(
        isinstance(part, Mapping) for part in turns
    ):
        return None
    if not turns:
        raise ValueError(Said("rows.empty_conversation"))
    return turns


def _shown_parts(row: _Row) -> Sequence[Any] | None:
    """Texts and pictures in their order, which vLLM's rows of pictures have under `content`."""
    parts = row.row.get("content")
    if not isinstance(parts, list) or not any(
        isinstance(each, Mapping) for each in parts
    ):
        return None
    row.used.add("content")
    return [{"role": "user", "content": parts}]


def _prompt(row: _Row) -> tuple[str, Any]:
    found = row.first(PROMPTS)
    if found is None:
        fields = ", ".join(map(str, row.row))[:200]
        told = {
            "fields": fields or Said("rows.no_prompt.nothing"),
            "known": [*CONVERSATIONS, *PROMPTS],
        }
        raise ValueError(Said("rows.no_prompt", told))
    return found


def _instruction(row: _Row, *, chat: bool) -> tuple[Prompt, tuple[str, ...]]:
    """A text with what belongs to it, or token ids; and what of it is left out."""
    prompt = _text_or_ids(row)
    if isinstance(prompt, list):
        return prompt, ()
    turns = _with_system(
        _shown(row, [Turn("user", {"role": "user", "content": prompt})]),
        row,
        chat=chat,
    )
    return _as_prompt(turns), turns[-1].left_out


def _text_or_ids(row: _Row) -> str | list[int]:
    """A text, empty where a row of sound has none, or token ids."""
    if row.first(PROMPTS) is None and any(
        isinstance(each, Recording)
        for each in pictures_of(row.row, row.used)[0]
    ):
        return ""
    name, prompt = _prompt(row)
    if isinstance(prompt, list):
        return _token_ids(prompt, name)
    return _with_context(row, text(prompt, name))


def _with_context(row: _Row, prompt: str) -> str:
    found = row.first(
        [name for name in CONTEXTS if isinstance(row.row.get(name), str)]
    )
    if found is None or not found[1].strip():
        return prompt
    return f"{prompt}\n\n{text(found[1], found[0])}"


def _shown(row: _Row, turns: Sequence[Turn]) -> list[Turn]:
    """The turns with the pictures that stand beside them in the row."""
    pictures, names = pictures_of(row.row, row.used)
    row.used |= names
    return place(turns, pictures)


def _system(row: _Row) -> str | None:
    for name in SYSTEMS:
        said = row.row.get(name)
        if isinstance(said, str) and said.strip() and name not in row.used:
            row.used.add(name)
            return text(said, name)
    return None


def _with_system(turns: list[Turn], row: _Row, *, chat: bool) -> list[Turn]:
    """The turns after what the row has for a system, unless they begin with the system already."""
    if turns[0].kind == "system" or (system := _system(row)) is None:
        return turns
    if not chat and isinstance(prompt := _as_prompt(turns), str):
        return [
            turns[0]._replace(
                message={"role": "user", "content": f"{system}\n\n{prompt}"}
            )
        ]
    return [Turn("system", {"role": "system", "content": system}), *turns]


def _first_exchange(
    row: _Row, messages: Sequence[Any], *, chat: bool
) -> tuple[Prompt, str | None, tuple[str, ...]]:
    """What is asked, what is answered, and what is left out of these turns."""
    speakers = speakers_in(messages)
    kinds = [ROLES[speaker] for speaker in speakers]
    if "assistant" not in kinds and all(
        isinstance(message, str) for message in messages
    ):
        asked = 1  # of several questions: each would be asked after the answer to the one before
    else:
        asked = (
            len(messages)
            if kinds[-1] != "assistant"
            else kinds.index("assistant")
        )
    if asked < len(messages) and "user" not in kinds[:asked]:
        raise ValueError(Said("rows.not_user_first"))
    pictures, names = pictures_of(row.row, row.used)
    row.used |= names
    turns = place(
        turns_in(messages if pictures else messages[: asked + 1], speakers),
        pictures,
    )
    answer = (
        turns[asked].message
        if "assistant" in kinds[asked : asked + 1]
        else None
    )
    left_out: tuple[str, ...] = (
        (LATER_TURNS,) if len(messages) > asked + (answer is not None) else ()
    )
    for turn in turns[:asked]:
        left_out += (
            tuple(name for name in turn.left_out if name not in left_out)
            if turn.left_out
            else ()
        )
    prompt = _as_prompt(_with_system(turns[:asked], row, chat=chat))
    return prompt, None if answer is None else said(answer), left_out


def _as_prompt(turns: Sequence[Turn]) -> Prompt:
    """One text of a user is sent as such, so that every wire can carry it."""
    if (
        len(turns) == 1
        and turns[0].message["role"] == "user"
        and is_plain(turns[0].message)
    ):
        return str(turns[0].message["content"])
    return [turn.message for turn in turns]


def _token_ids(prompt: list[Any], name: str) -> list[int]:
    if not prompt or not all(
        type(token) is int and 0 <= token <= MAX_TOKEN_ID for token in prompt
    ):
        raise ValueError(Said("rows.no_ids", {"name": name}))
    return prompt


def _reply(row: _Row) -> str | None:
    """What was answered: a text, or messages of which the last one is the answer."""
    found = row.first(REPLIES)
    if found is None:
        return None
    name, reply = found
    if (
        isinstance(reply, list)
        and is_said(reply)
        and all(isinstance(message, Mapping) for message in reply)
    ):
        return said(turns_in(reply, speakers_in(reply))[-1].message)
    return (
        text(reply, name) if isinstance(reply, str) and reply.strip() else None
    )
