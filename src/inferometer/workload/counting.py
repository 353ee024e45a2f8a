"""How long prompts that somebody else has written are, and how long the replies that came with
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from inferometer.request import Message, Prompt
from inferometer.trace.schema import MISSING
from inferometer.workload.messages import content_text, said
from inferometer.workload.tokens import (
    AT_ONCE,
    ServerCounter,
    TokenCounter,
    WordCounter,
    user_message,
)

IN_TEMPLATES = (
    "tools",
    "functions",
    "chat_template_kwargs",
    "enable_thinking",
    "reasoning",
    "reasoning_effort",
    "thinking",
    "tool_choice",
)
"""Fields of a request that chat templates may write into the prompt, or that change what they
write.
"""

TOKENIZED = {"tools", "chat_template_kwargs"}
"""Those of them that a server's tokenizer can be asked with."""

Fields = Mapping[str, Any]


def count_prompts(
    prompts: Sequence[Prompt],
    counter: TokenCounter,
    fields: Sequence[Fields] | None = None,
) -> tuple[list[int], bool]:
    """Tokens of each prompt as the server will count them, MISSING where only the server can tell
    (pictures, tools); and whether all of them are the server's own count. `fields` are what their
    requests say beside them.
    """
    written = {
        i: found
        for i, each in enumerate(fields or ())
        if each and (found := {k: each[k] for k in IN_TEMPLATES if k in each})
    }
    texts = {
        i: prompt
        for i, prompt in enumerate(prompts)
        if isinstance(prompt, str) and i not in written
    }
    counts = (
        dict(zip(texts, counter.count(list(texts.values())), strict=True))
        if texts
        else {}
    )
    exact = counter.exact or not texts
    chats: dict[int, Sequence[Message]] = {}
    for i, prompt in enumerate(prompts):
        if i in texts:
            continue
        if isinstance(prompt, str):
            chats[i] = user_message(prompt)
        elif is_chat(prompt):
            chats[i] = prompt  # type: ignore[assignment]
        else:
            counts[i] = len(prompt)
    counted, sure = _count_chats(
        list(chats.values()), [written.get(i, {}) for i in chats], counter
    )
    counts |= dict(zip(chats, counted, strict=True))
    return [counts[i] for i in range(len(prompts))], exact and sure


def is_chat(prompt: Prompt) -> bool:
    if isinstance(prompt, str) or not prompt:
        return False
    return isinstance(prompt[0], dict) or any(
        isinstance(part, Mapping) for part in prompt
    )


def _count_chats(
    chats: Sequence[Sequence[Message]],
    fields: Sequence[Fields],
    counter: TokenCounter,
) -> tuple[list[int], bool]:
    """By the server's chat template where it tells; else the texts one after the other, which
    leaves out what is between.
    """
    if not chats:
        return [], True
    if isinstance(counter, ServerCounter):
        server, model, offset = counter.server, counter.model, counter.offset
        heard = _reads_fields(counter, chats, fields)
        asked = [
            its if heard and its.keys() <= TOKENIZED else {} for its in fields
        ]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            told = list(
                pool.map(
                    lambda chat, its: server.tokenize_chat(model, chat, its),
                    map(_texts_only, chats),
                    asked,
                )
            )
        known = [count for count in told if count is not None]
        if len(known) == len(chats):
            counts = [n + offset for n in known]
            return [
                _if_known(*each, heard)
                for each in zip(counts, chats, fields, strict=True)
            ], counter.exact
    counts = counter.count(["\n".join(map(said, chat)) for chat in chats])
    single = all(len(chat) == 1 for chat in chats)
    return [
        _if_known(*each, False)
        for each in zip(counts, chats, fields, strict=True)
    ], counter.exact and single


def _reads_fields(
    counter: ServerCounter,
    chats: Sequence[Sequence[Message]],
    fields: Sequence[Fields],
) -> bool:
    """Whether the server's tokenizer writes tools and the like into the prompt, as its chat does:
    then they change a count.
    """
    for chat, its in zip(chats, fields, strict=True):
        if its and its.keys() <= TOKENIZED:
            texts = _texts_only(chat)
            with_them, without = (
                counter.server.tokenize_chat(counter.model, texts, each)
                for each in (its, {})
            )
            return with_them is not None and with_them != without
    return False


def _if_known(
    count: int, chat: Sequence[Message], fields: Fields, heard: bool
) -> int:
    """MISSING where there is more in the prompt than what was counted."""
    told = not fields or (heard and fields.keys() <= TOKENIZED)
    return (
        count
        if told and all(_is_text(message["content"]) for message in chat)
        else MISSING
    )


def _is_text(content: Any) -> bool:
    if not isinstance(content, list):
        return True
    return all(
        isinstance(part, Mapping) and part.get("type") == "text"
        for part in content
    )


def _texts_only(chat: Sequence[Message]) -> list[Message]:
    return [
        message
        if not isinstance(message["content"], list)
        else {**message, "content": content_text(message["content"])}
        for message in chat
    ]


def count_replies(replies: Sequence[str], counter: TokenCounter) -> list[int]:
    """Tokens of texts that stand alone, without what the server puts around a prompt."""
    if isinstance(counter, WordCounter):
        return [
            max(1, round(len(reply.split()) * counter.tokens_per_word))
            for reply in replies
        ]
    around = 2 * len(counter.ids("the")) - len(
        counter.ids("the the")
    )  # what stands around one word stands around two
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [
            max(1, len(ids) - around) for ids in pool.map(counter.ids, replies)
        ]
