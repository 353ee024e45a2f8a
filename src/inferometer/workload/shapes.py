"""What the rows of conversation and instruction data sets mean: an exchange to ask for, or all turns of a conversation.

Every function takes the content of one row and raises ValueError with a reason (without the place) if it is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from inferometer.request import Message, Prompt

CONVERSATIONS = ("messages", "conversations", "conversation", "turns")
PROMPTS = ("prompt", "instruction", "question", "query", "problem", "inputs", "text")
CONTEXTS = ("input", "context")
"""What an instruction is about, where it is in a field of its own."""
REPLIES = ("completion", "response", "output", "answer", "solution", "targets", "reply")
LIMITS = ("max_tokens", "max_completion_tokens", "max_new_tokens", "output_tokens", "output_len", "output_length")

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
}
"""Who speaks, by what data sets call them."""


class Turn(NamedTuple):
    """What somebody said: system, user or assistant."""

    role: str
    text: str


class Exchange(NamedTuple):
    """What to ask, and what is known of the answer: its text, or how long it may be."""

    prompt: Prompt
    reply: str | None = None
    max_tokens: int | None = None


def exchange_of(row: Mapping[str, Any]) -> Exchange:
    """What a row asks for.

    A conversation that ends with the user is sent whole; of any other it is the first exchange. An instruction with a context
    is one text of both.
    """
    limit = _limit(row)
    if (messages := _conversation(row)) is not None:
        return _of_conversation(messages, limit)
    name = _first_of(PROMPTS, row)
    if name is None:
        fields = ", ".join(row) or "nothing"
        raise ValueError(f"has no prompt: fields are {fields}, and none of {', '.join((*CONVERSATIONS, *PROMPTS))}")
    prompt = row[name]
    if isinstance(prompt, list):
        return Exchange(_listed(prompt, name), _reply(row), limit)
    prompt = _text(prompt, name)
    context = _first_of(CONTEXTS, row)
    if context is not None and isinstance(row[context], str) and row[context].strip():
        prompt = f"{prompt}\n\n{_text(row[context], context)}"
    return Exchange(prompt, _reply(row), limit)


def turns_of(row: Mapping[str, Any]) -> list[Turn]:
    """All that was said, in order. A row that is no conversation is one of a single exchange."""
    messages = _conversation(row)
    if messages is not None:
        return [_turn(message) for message in messages]
    exchange = exchange_of(row)
    if not isinstance(exchange.prompt, str):
        raise ValueError("has a prompt of token ids, which is no conversation")
    said = [Turn("user", exchange.prompt)]
    return said if exchange.reply is None else [*said, Turn("assistant", exchange.reply)]


def _of_conversation(messages: Sequence[Any], limit: int | None) -> Exchange:
    if not messages:
        raise ValueError("has a conversation without a turn")
    if all(isinstance(message, str) for message in messages):
        return Exchange(_text(messages[0], "turns"), None, limit)
    roles = [_role(message) for message in messages]
    if roles[-1] != "assistant":
        if len(messages) == 1 and isinstance(_content(messages[0]), str):
            return Exchange(_turn(messages[0]).text, None, limit)
        return Exchange([_message(message) for message in messages], None, limit)
    first_answer = roles.index("assistant")
    asked = messages[:first_answer]
    if "user" not in roles[:first_answer]:
        raise ValueError("has a conversation that does not begin with the user")
    reply = _turn(messages[first_answer]).text
    if len(asked) == 1 and isinstance(_content(asked[0]), str):
        return Exchange(_turn(asked[0]).text, reply, limit)
    return Exchange([_message(message) for message in asked], reply, limit)


def _conversation(row: Mapping[str, Any]) -> Sequence[Any] | None:
    """The list of turns, also where it is the `prompt`, or the body of a batch request (`body`)."""
    body = row.get("body")
    if isinstance(body, Mapping):
        row = body
    name = _first_of(CONVERSATIONS, row)
    found = row["prompt"] if name is None and isinstance(row.get("prompt"), list) else row[name] if name else None
    if found is not None and not isinstance(found, list):
        raise ValueError(f"has no list of turns under {name!r}")
    if name is None and found is not None and not all(isinstance(part, Mapping) for part in found):
        return None  # token ids
    return found


def _turn(message: Any) -> Turn:
    if isinstance(message, str):
        return Turn("user", _text(message, "turns"))
    return Turn(_role(message), _text(content_text(_content(message)), "content"))


def content_text(content: Any) -> Any:
    """The text of a message's content; of a list of parts, that of all which have some."""
    if not isinstance(content, list):
        return content
    return "\n".join(part["text"] for part in content if isinstance(part, Mapping) and isinstance(part.get("text"), str))


def _role(message: Any) -> str:
    said = message.get("role", message.get("from")) if isinstance(message, Mapping) else None
    if not isinstance(said, str) or said.lower() not in ROLES:
        raise ValueError(f"has a turn of {said!r}, which is none of {', '.join(ROLES)}")
    return ROLES[said.lower()]


def _content(message: Mapping[str, Any]) -> Any:
    return message.get("content", message.get("value", message.get("text")))


def _message(message: Any) -> Message:
    """As chat backends send it. Parts other than text stay as they are."""
    content = _content(message)
    if isinstance(content, list):
        return {"role": _role(message), "content": content}
    return {"role": _role(message), "content": _text(content, "content")}


def _listed(prompt: list[Any], name: str) -> list[int]:
    if not prompt or not all(type(token) is int and token >= 0 for token in prompt):
        raise ValueError(f"has a list under {name!r} that is neither token ids nor messages")
    return prompt


def _reply(row: Mapping[str, Any]) -> str | None:
    name = _first_of(REPLIES, row)
    reply = row[name] if name else None
    return _text(reply, str(name)) if isinstance(reply, str) and reply.strip() else None


def _limit(row: Mapping[str, Any]) -> int | None:
    body = row.get("body")
    for holder in (row, body if isinstance(body, Mapping) else {}):
        if (name := _first_of(LIMITS, holder)) is not None:
            limit = holder[name]
            if type(limit) is not int or limit < 1:
                raise ValueError(f"has {name} {limit!r}, which is no number of tokens")
            return limit
    return None


def _first_of(names: Sequence[str], row: Mapping[str, Any]) -> str | None:
    return next((name for name in names if row.get(name) is not None), None)


def _text(value: Any, name: str) -> str:
    """The text, without halves of surrogate pairs, which no server takes."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"has no text under {name!r}")
    return value.encode("utf-8", "replace").decode()
