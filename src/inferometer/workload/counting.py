"""How long prompts that somebody else has written are, and how long the replies that came with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from inferometer.request import Message, Prompt
from inferometer.trace.schema import MISSING
from inferometer.workload.shapes import content_text
from inferometer.workload.tokens import AT_ONCE, ServerCounter, TokenCounter, WordCounter


def count_prompts(prompts: Sequence[Prompt], counter: TokenCounter) -> tuple[list[int], bool]:
    """Tokens of each prompt as the server will count them, MISSING where only the server can tell (pictures); and whether all
    of them are the server's own count."""
    texts = {i: prompt for i, prompt in enumerate(prompts) if isinstance(prompt, str)}
    counts = dict(zip(texts, counter.count(list(texts.values())), strict=True)) if texts else {}
    exact = counter.exact or not texts
    chats: dict[int, Sequence[Message]] = {}
    for i, prompt in enumerate(prompts):
        if isinstance(prompt, str):
            continue
        if is_chat(prompt):
            chats[i] = prompt  # type: ignore[assignment]
        else:
            counts[i] = len(prompt)
    counted, sure = _count_chats(list(chats.values()), counter)
    counts |= dict(zip(chats, counted, strict=True))
    return [counts[i] for i in range(len(prompts))], exact and sure


def is_chat(prompt: Prompt) -> bool:
    return not isinstance(prompt, str) and any(isinstance(part, Mapping) for part in prompt)


def _count_chats(chats: Sequence[Sequence[Message]], counter: TokenCounter) -> tuple[list[int], bool]:
    """By the server's chat template where it tells; else the texts one after the other, which leaves out what is between."""
    if not chats:
        return [], True
    if isinstance(counter, ServerCounter):
        server, model, offset = counter.server, counter.model, counter.offset
        with ThreadPoolExecutor(AT_ONCE) as pool:
            told = list(pool.map(lambda chat: server.tokenize_chat(model, chat), map(_texts_only, chats)))
        known = [count for count in told if count is not None]
        if len(known) == len(chats):
            return [_unless_pictures(n + offset, chat) for n, chat in zip(known, chats, strict=True)], counter.exact
    counts = counter.count(["\n".join(content_text(message["content"]) for message in chat) for chat in chats])
    single = all(len(chat) == 1 for chat in chats)
    return [_unless_pictures(n, chat) for n, chat in zip(counts, chats, strict=True)], counter.exact and single


def _unless_pictures(count: int, chat: Sequence[Message]) -> int:
    return count if all(isinstance(message["content"], str) or _is_text(message["content"]) for message in chat) else MISSING


def _is_text(content: Any) -> bool:
    return isinstance(content, list) and all(isinstance(part, Mapping) and part.get("type") == "text" for part in content)


def _texts_only(chat: Sequence[Message]) -> list[Message]:
    return [{**message, "content": content_text(message["content"])} for message in chat]


def count_replies(replies: Sequence[str], counter: TokenCounter) -> list[int]:
    """Tokens of texts that stand alone, without what the server puts around a prompt."""
    if isinstance(counter, WordCounter):
        return [max(1, round(len(reply.split()) * counter.tokens_per_word)) for reply in replies]
    around = 2 * len(counter.ids("the")) - len(counter.ids("the the"))  # what stands around one word stands around two
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [max(1, len(ids) - around) for ids in pool.map(counter.ids, replies)]
