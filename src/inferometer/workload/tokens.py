"""How long a prompt is, as the server counts it: by token ids, by the server's own tokenizer, by a
local one, or about.

`find_counting` tries them in that order and holds each against what the server reports in `usage`.
The server comes in as an object that can be asked; no HTTP is known here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from inferometer.request import Message, Prompt
from inferometer.trace.trace import Integers
from inferometer.words import Said
from inferometer.workload.words import WORDS

AT_ONCE = 8
"""Questions to the server's tokenizer in flight."""

WORDS_AT_ONCE = 200
"""Words in one question: some servers refuse to tokenize more than their model could read."""

SMALLEST_POOL = 256

UNSURE_IDS = np.arange(1000, 3000)
"""Ids to draw from where the server cannot be asked for some: in every common vocabulary they exist
and stand for ordinary text, since special and byte tokens lie below (the last of them, Mistral's,
end at 999) or at the far end.
"""

FEW = 10
TRIAL_WORDS = WORDS[7::10]
TRIALS = (" ".join(TRIAL_WORDS[:FEW]), " ".join(TRIAL_WORDS))
"""Two texts of different length, of words from all over: a counter is right if it is off by the
same constant (template, special tokens) on both.
"""

Ask = Callable[[Prompt], int | None]
"""Sends one prompt as the run would and returns the server's count of its tokens; None if refused
or not told.
"""


class ServerTokens(Protocol):
    """What is asked of a server here; `server.Endpoint` is one. None: it cannot tell."""

    def tokenize(self, model: str, text: str) -> list[int] | None: ...

    def tokenize_chat(
        self,
        model: str,
        messages: Sequence[Message],
        fields: Mapping[str, Any] | None = None,
    ) -> int | None: ...


class TokenCounter(Protocol):
    """Counts text prompts."""

    @property
    def exact(self) -> bool:
        """Whether its counts are the server's."""
        ...

    @property
    def how(self) -> str:
        """How it counts, for the reader of a result."""
        ...

    def count(self, texts: Sequence[str]) -> list[int]:
        """Prompt tokens of each text as the server will count them, special tokens and chat
        template included.
        """
        ...

    def ids(self, text: str) -> list[int]:
        """Token ids of the text, perhaps with special tokens around it; empty where there is no
        tokenizer.
        """
        ...

    def __hash__(self) -> int:
        """What was found out by asking one is kept under it."""
        ...


@dataclass(frozen=True, slots=True)
class TokenIds:
    """No counter is needed: prompts are lists of ids from `pool`, and the server takes them as they
    are.
    """

    pool: Integers
    how: str


@dataclass(frozen=True, slots=True)
class ServerCounter:
    """The server's own `/tokenize`. Raises ValueError if it stops answering."""

    server: ServerTokens
    model: str
    chat: bool = False
    """Count a text as one user message in the model's chat template."""
    offset: int = 0
    """Tokens the server adds to what its tokenizer tells."""
    exact: bool = True
    how: str = Said("counting.server")

    def count(self, texts: Sequence[str]) -> list[int]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self._count, texts))

    def ids(self, text: str) -> list[int]:
        ids = self.server.tokenize(self.model, text)
        if ids is None:
            raise ValueError(Said("tokenizer.stopped"))
        return ids

    def _count(self, text: str) -> int:
        if not self.chat:
            return len(self.ids(text)) + self.offset
        count = self.server.tokenize_chat(self.model, user_message(text))
        return (len(self.ids(text)) if count is None else count) + self.offset


@dataclass(frozen=True, slots=True)
class LocalCounter:
    """A tokenizer on this machine, from the `tokenizers` library."""

    tokenizer: Any = field(repr=False)
    offset: int = 0
    """Tokens the server adds to what this tokenizer tells: its chat template."""
    exact: bool = True
    how: str = Said("counting.local")

    @classmethod
    def load(cls, path: str) -> LocalCounter:
        """From a `tokenizer.json` or the folder that holds one. Raises ValueError with cause and
        cure.
        """
        try:
            from tokenizers import Tokenizer
        except ImportError:
            raise ValueError(Said("tokenizer.package")) from None
        file = (
            Path(path) / "tokenizer.json" if Path(path).is_dir() else Path(path)
        )
        if not file.is_file():
            raise ValueError(Said("tokenizer.no_file", {"path": file}))
        try:
            tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # the library raises bare Exception
            raise ValueError(
                Said("tokenizer.none", {"path": file, "why": str(error)})
            ) from None
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(tokenizer, how=Said("counting.local.path", {"path": path}))

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(self.ids(text)) + self.offset for text in texts]

    def ids(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(text).ids)


@dataclass(frozen=True, slots=True)
class WordCounter:
    """No tokenizer at all: so many tokens a word, from two of the server's counts if it gave
    them.
    """

    tokens_per_word: float = 1.0
    offset: float = 0.0
    words: Sequence[str] = field(default=WORDS, repr=False)
    """The words of which that is the mean."""
    how: str = Said("counting.about")
    exact: bool = False

    def count(self, texts: Sequence[str]) -> list[int]:
        return [
            round(len(text.split()) * self.tokens_per_word + self.offset)
            for text in texts
        ]

    def ids(self, text: str) -> list[int]:
        return []


def find_counting(
    server: ServerTokens,
    model: str,
    *,
    ask: Ask,
    token_ids: bool,
    chat: bool,
    tokenizer: str | None = None,
) -> TokenIds | TokenCounter:
    """The surest way of counting that this server allows. Sends it up to three short prompts by way
    of `ask`.

    `token_ids`: the wire can carry them. `chat`: a text is sent as a user message. `tokenizer`: a
    path, used where the server cannot count; ValueError if it is of no use.
    """
    if token_ids:
        pool, source = _id_pool(server, model)
        trial = [*pool[:8].tolist(), *pool[-8:].tolist()]
        if ask(trial) == len(trial):
            return TokenIds(pool, source)
    told = [ask(text) for text in TRIALS]
    if server.tokenize(model, TRIALS[0]) is not None:
        counter = ServerCounter(server, model, chat)
        sure_untold = (
            not chat
            or server.tokenize_chat(model, user_message(TRIALS[0])) is not None
        )
        checked = _against_usage(counter, told, sure_untold)
        if checked.exact or tokenizer is None:
            return checked
    if tokenizer is not None:
        return _against_usage(
            LocalCounter.load(tokenizer), told, sure_untold=not chat
        )
    return _words_by_usage(told)


def how_counted(counter: TokenCounter, otherwise: str, *, exact: bool) -> str:
    """How prompts were counted; by the words of `otherwise` where that differs from the counter."""
    if exact == counter.exact:
        return counter.how
    return Said(f"counting.{otherwise}", {"how": counter.how})


def user_message(text: str) -> list[dict[str, str]]:
    """A text prompt as chat backends send it."""
    return [{"role": "user", "content": text}]


def _id_pool(server: ServerTokens, model: str) -> tuple[Integers, str]:
    """Distinct ordinary ids that the server's tokenizer makes of words and numbers, and where they
    are from.
    """
    texts = [*WORDS, *map(str.capitalize, WORDS), *map(str, range(1000))]
    found = _ids(server, model, texts, len(texts))
    if (
        len(found) < SMALLEST_POOL
    ):  # the server refuses so many, or cuts them off
        found = _ids(server, model, texts, WORDS_AT_ONCE)
    one, two = server.tokenize(model, "one"), server.tokenize(model, "two")
    around = set(one or ()) & set(
        two or ()
    )  # begin and end markers are in both
    pool = np.array(sorted(found - around), dtype=np.int64)
    if len(pool) < SMALLEST_POOL:
        ends = {"first": UNSURE_IDS[0], "last": UNSURE_IDS[-1]}
        return UNSURE_IDS, Said("counting.ids.unsure", ends)
    return pool, Said("counting.ids", {"n": len(pool)})


def _ids(
    server: ServerTokens, model: str, texts: Sequence[str], at_once: int
) -> set[int]:
    """What the server's tokenizer makes of texts, up to the first question that it refuses."""
    found: set[int] = set()
    for start in range(0, len(texts), at_once):
        ids = server.tokenize(model, " ".join(texts[start : start + at_once]))
        if ids is None:
            break
        found.update(ids)
    return found


def _against_usage(
    counter: ServerCounter | LocalCounter,
    told: Sequence[int | None],
    sure_untold: bool,
) -> ServerCounter | LocalCounter:
    """The counter, corrected by the constant it is off against the server's usage; not exact if it
    is off otherwise.
    """
    counted = counter.count(TRIALS)
    off = {
        usage - count
        for usage, count in zip(told, counted, strict=True)
        if usage is not None
    }
    if not off:
        return replace(
            counter,
            exact=sure_untold,
            how=Said("counting.unconfirmed", {"how": counter.how}),
        )
    if len(off) > 1:
        differs = Said("counting.differs", {"how": counter.how})
        return replace(counter, exact=False, how=differs)
    return replace(counter, offset=off.pop())


def _words_by_usage(told: Sequence[int | None]) -> WordCounter:
    """Tokens a word and tokens around the text, from the server's counts of the two trials."""
    few, many = told
    if few is None or many is None:
        return WordCounter()
    tokens_per_word = mean_tokens_per_word(few, many)
    offset = max(few - FEW * tokens_per_word, 0.0)
    return WordCounter(tokens_per_word, offset, TRIAL_WORDS[FEW:])


def mean_tokens_per_word(few: int, many: int) -> float:
    """Tokens a word, from the token counts of the two trials."""
    return max((many - few) / (len(TRIAL_WORDS) - FEW), 0.1)
