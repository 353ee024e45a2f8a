"""A server for these tests: a word is a token, one token stands before every text, and seven more
are around a chat message and around each tool.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import orjson

from inferometer.request import Message
from inferometer.workload import ServerCounter, TokenIds

IDS = TokenIds(np.arange(1000, 3000), "ids of a test")
IDENTITY = (7, "point", 0)
AROUND_TEXT = 1
AROUND_MESSAGE = 7


@dataclass(eq=False)
class WordServer:
    """Counts as it says above; what it was asked is kept."""

    tells_chat: bool = True
    reads_tools: bool = True
    asked: list[str] = field(default_factory=list)

    def tokenize(self, model: str, text: str) -> list[int]:
        self.asked.append(text)
        return [
            1,
            *(10 + crc32(word.encode()) % 100_000 for word in text.split()),
        ]

    def tokenize_chat(
        self,
        model: str,
        messages: Sequence[Message],
        fields: Mapping[str, Any] | None = None,
    ) -> int | None:
        if not self.tells_chat:
            return None
        assert all(
            message["content"] is None or isinstance(message["content"], str)
            for message in messages
        )
        tools = (fields or {}).get("tools", ()) if self.reads_tools else ()
        words = [
            len((message["content"] or "").split()) for message in messages
        ]
        return sum(words) + AROUND_MESSAGE * (len(words) + len(tools))


def text_counter() -> ServerCounter:
    return ServerCounter(WordServer(), "m")


def chat_counter() -> ServerCounter:
    return ServerCounter(WordServer(), "m", chat=True)


def write_lines(path: Path, rows: Sequence[Any]) -> str:
    """As JSON lines."""
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return str(path)


def words(n: int, word: str = "w") -> str:
    """`n` words, each of its own."""
    return " ".join(f"{word}{i}" for i in range(n))
