"""A request inside the twin: how far it is, and what its blocks contain."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

KEYS_EACH = (1 << 24) + 0x9E37
"""A prompt whose tokens are not known has keys of its own: so many a request, one after another.
No round number: dictionaries look at the last bits of a key, which would be alike.
"""


class TwinRequest:
    """`answer_tokens` is how long the answer gets; `max_tokens` is how long the scheduler has to
    expect it to get. They differ where the model ends the answer.
    """

    __slots__ = (
        "_answer",
        "_prompt",
        "admitted_ns",
        "answer_tokens",
        "arrived_ns",
        "cached_blocks",
        "cancelled",
        "capacity",
        "computed",
        "emitted",
        "expected",
        "finished",
        "finished_ns",
        "first_ns",
        "hit_tokens",
        "in_flight",
        "keys",
        "limit",
        "max_tokens",
        "number",
        "offset",
        "placeholders",
        "preemptions",
        "prompt_tokens",
        "stale",
        "tables",
        "tokens",
        "turn",
    )

    def __init__(
        self,
        number: int,
        prompt_tokens: int,
        max_tokens: int,
        *,
        arrived_ns: int = 0,
        answer_tokens: int | None = None,
        prompt: Sequence[Hashable] | None = None,
        answer: Callable[[int, int], Sequence[Hashable]] | None = None,
    ) -> None:
        """`prompt` and `answer` are tokens, words or ids, of which equal beginnings share blocks;
        without them a prompt is like no other. `answer(place, n)`: the next n tokens of the answer.
        """
        self.number = number
        self.prompt_tokens = prompt_tokens
        self.max_tokens = max_tokens
        self.answer_tokens = min(max_tokens, answer_tokens or max_tokens)
        self.arrived_ns = arrived_ns
        self.admitted_ns = arrived_ns
        self.first_ns = self.finished_ns = -1
        self.tokens = prompt_tokens
        """Of prompt and answer, as far as it is known."""
        self.limit = prompt_tokens + self.answer_tokens
        """How many tokens it has at its end."""
        self.expected = prompt_tokens + max_tokens
        """How many tokens the scheduler has to expect at its end."""
        self.capacity = 0
        """How many tokens its blocks have place for."""
        self.emitted = 0
        self.computed = self.placeholders = self.in_flight = self.stale = 0
        self.offset = self.turn = 0
        """Where it is among those that decode, and in which order they were admitted."""
        self.hit_tokens = self.preemptions = self.cached_blocks = 0
        self.finished = self.cancelled = False
        self.tables: list[list[int]] = [[]]
        self.keys: list[int] = []
        self._prompt = None if prompt is None else tuple(prompt)
        self._answer = answer

    @property
    def outputs(self) -> int:
        """Tokens of its answer so far."""
        return self.tokens - self.prompt_tokens

    def keys_of(self, full_blocks: int, block_size: int) -> list[int]:
        """The keys of the first so many blocks, all full. A key depends on all tokens before."""
        keys = self.keys
        known = len(keys)
        if self._prompt is None:
            own = self.number * KEYS_EACH
            keys.extend(range(own + known, own + full_blocks))
        else:
            key = keys[-1] if keys else 0
            for start in range(
                known * block_size, full_blocks * block_size, block_size
            ):
                end = start + block_size
                content = self._prompt[start:end]
                if end > self.prompt_tokens:
                    content += self._said(start, end)
                key = hash((key, content))
                keys.append(key)
        return keys if len(keys) == full_blocks else keys[:full_blocks]

    def key_of(self, block: int, block_size: int) -> int:
        """The key of a full block."""
        keys = self.keys
        if block < len(keys):
            return keys[block]
        if self._prompt is None and block == len(keys):
            keys.append(self.number * KEYS_EACH + block)
            return keys[-1]
        return self.keys_of(block + 1, block_size)[-1]

    def _said(self, start: int, end: int) -> tuple[Hashable, ...]:
        """Tokens of the answer, of those between the two."""
        own = max(start, self.prompt_tokens)
        if self._answer is None:
            return (-self.number - 1,) * (end - own)
        return tuple(self._answer(own - self.prompt_tokens, end - own))
