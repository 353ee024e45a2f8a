"""The bytes of the engine's answers: events as HTTP chunks, and non-streamed answers. Builds, never
sends.

The protocol's emitter formats the events of a stream. Errors, complete answers and the list of
models are those of vLLM 0.32.0; there are two other servers' lists of models.

One difference from real servers, which no client sees: data of one moment leaves together, in one
chunk (a chat's role with its first text; the last text with usage and `[DONE]`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

import orjson

from inferometer import __version__
from inferometer.engine import tokenizer
from inferometer.engine.ask import Ask, AskError
from inferometer.protocol import Emitter

FINGERPRINT = f"inferometer-{__version__}"

CYCLE = 32
_IDS = tuple(1021 * i for i in range(CYCLE))
"""What the engine generates, repeated. 1021 is odd and spreads the words over the vocabulary."""
_BARE = tuple(map(tokenizer.word, _IDS))
_WORDS = tuple(f" {word}" for word in _BARE)

_Token = TypeVar("_Token", int, str)

END = b"0\r\n\r\n"
"""The last chunk."""


def chunk(body: bytes) -> bytes:
    """Part of a body as one HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(body), body)


def text(start: int, tokens: int) -> str:
    """Words number `start` and following of an answer; each is one token."""
    return "".join(_WORDS[i % CYCLE] for i in range(start, start + tokens))


def ids(start: int, tokens: int) -> tuple[int, ...]:
    """The token ids of these words."""
    return _cycled(_IDS, start, tokens)


def words(start: int, tokens: int) -> tuple[str, ...]:
    """The words without their spaces, one by one."""
    return _cycled(_BARE, start, tokens)


def _cycled(
    cycle: tuple[_Token, ...], start: int, tokens: int
) -> tuple[_Token, ...]:
    first = start % CYCLE
    return (cycle * -(-(first + tokens) // CYCLE))[first : first + tokens]


@lru_cache(maxsize=8)
def _full_events(
    tokens_per_event: int,
) -> tuple[tuple[str, Sequence[int]], ...]:
    """Text and ids of every possible full event."""
    starts = range(0, CYCLE * tokens_per_event, tokens_per_event)
    return tuple(
        (text(start, tokens_per_event), ids(start, tokens_per_event))
        for start in starts
    )


class EventStream:
    """The events of one streamed answer, as chunks. All but the last have `tokens_per_event`
    tokens.
    """

    __slots__ = (
        "_ahead",
        "_emit",
        "_events",
        "_full",
        "_max_tokens",
        "_tokens_per_event",
    )

    def __init__(
        self, emitter: Emitter, *, max_tokens: int, tokens_per_event: int
    ) -> None:
        self._emit = emitter.event
        self._ahead: bytes | None = None
        self._events = 0
        self._full = _full_events(tokens_per_event)
        self._max_tokens = max_tokens
        self._tokens_per_event = tokens_per_event

    def event(self, last: bool) -> bytes:
        """The next event; the last one has the remaining tokens and all that ends the stream."""
        data, self._ahead = self._ahead, None
        return self._made(last) if data is None else data

    def prepare(self) -> None:
        """Make the next event before it is due, if there is one: then it only has to be sent."""
        left = self._max_tokens - self._events * self._tokens_per_event
        if self._ahead is None and left > 0:
            self._ahead = self._made(left <= self._tokens_per_event)

    def _made(self, last: bool) -> bytes:
        index = self._events
        self._events = index + 1
        if not last:
            said, tokens = self._full[index % CYCLE]
            return chunk(self._emit(said, tokens))
        start = index * self._tokens_per_event
        left = self._max_tokens - start
        return (
            chunk(self._emit(text(start, left), ids(start, left), "length"))
            + END
        )


def answer(ask: Ask, *, request_id: str, created: int, model: str) -> bytes:
    """The body of a non-streamed answer."""
    words = text(0, ask.max_tokens)
    ending = {
        "logprobs": None,
        "finish_reason": "length",
        "stop_reason": None,
        "token_ids": None,
    }
    not_there: dict[str, None] = {}
    if ask.chat:
        silent = dict.fromkeys(
            ("refusal", "annotations", "audio", "function_call", "reasoning")
        )
        message = {"role": "assistant", "content": words, **silent}
        choice: dict[str, Any] = {
            "index": 0,
            "message": message,
            **ending,
            "routed_experts": None,
        }
        not_there = dict.fromkeys(
            ("prompt_logprobs", "prompt_token_ids", "prompt_text")
        )
    else:
        more = dict.fromkeys(
            ("prompt_logprobs", "prompt_token_ids", "routed_experts")
        )
        choice = {"index": 0, "text": words, **ending, **more}
    usage = {
        "prompt_tokens": ask.prompt_tokens,
        "total_tokens": ask.prompt_tokens + ask.max_tokens,
        "completion_tokens": ask.max_tokens,
        "prompt_tokens_details": None,
        "completion_tokens_details": None,
    }
    return orjson.dumps(
        {
            "id": f"{'chatcmpl' if ask.chat else 'cmpl'}-{request_id}",
            "object": "chat.completion" if ask.chat else "text_completion",
            "created": created,
            "model": model,
            "choices": [choice],
            "service_tier": None,
            "system_fingerprint": FINGERPRINT,
            "usage": usage,
            **not_there,
            **dict.fromkeys(
                ("kv_transfer_params", "ec_transfer_params", "metrics")
            ),
        }
    )


def error(failure: AskError) -> bytes:
    error = {
        "message": failure.message,
        "type": failure.kind,
        "param": failure.param,
        "code": failure.status,
    }
    return orjson.dumps({"error": error})


def models(path: str, model: str, max_model_len: int, created: int) -> bytes:
    """The list of the single served model in this path's format: TGI's, Triton's, else vLLM's."""
    if path == "/info":
        return orjson.dumps(
            {
                "model_id": model,
                "max_total_tokens": max_model_len,
                "version": FINGERPRINT,
            }
        )
    if path == "/v2/repository/index":
        return orjson.dumps([{"name": model, "version": "1", "state": "READY"}])
    permission = {
        "id": "modelperm-0000000000000000",
        "object": "model_permission",
        "created": created,
        "allow_create_engine": False,
        "allow_sampling": True,
        "allow_logprobs": True,
        "allow_search_indices": False,
        "allow_view": True,
        "allow_fine_tuning": False,
        "organization": "*",
        "group": None,
        "is_blocking": False,
    }
    entry = {
        "id": model,
        "object": "model",
        "created": created,
        "owned_by": "inferometer",  # who really answers
        "root": model,
        "parent": None,
        "max_model_len": max_model_len,
        "permission": [permission],
    }
    return orjson.dumps({"object": "list", "data": [entry]})
