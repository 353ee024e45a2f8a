"""The bytes of vLLM's answers, as version 0.32.0 writes them. Builds, never sends; of HTTP it knows the chunk around an event.

Of each streamed answer all but the words is built before its first event, so that an event costs one concatenation. All words
have the same number of letters, hence all full events the same length and the same chunk size.

Two differences from a real vLLM, which no client reads: what belongs to one moment leaves together (a chat's role chunk
with its first text; the last text with usage and `[DONE]`), and `system_fingerprint` names this engine.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import orjson

from inferometer import __version__
from inferometer.simulator import tokenizer
from inferometer.simulator.ask import Ask, AskError

FINGERPRINT = f"inferometer-{__version__}"

_CYCLE = 32
_WORDS = tuple(" " + tokenizer.word(1021 * i) for i in range(_CYCLE))
"""What the engine says, over and over. 1021 is odd and spreads them over the vocabulary."""

_FINGERPRINT_KEY = b',"system_fingerprint":%b' % orjson.dumps(FINGERPRINT)


def _chunk(payload: bytes) -> bytes:
    """One server-sent event as one HTTP chunk."""
    return b"%x\r\ndata: %b\n\n\r\n" % (len(payload) + 8, payload)


_DONE = _chunk(b"[DONE]") + b"0\r\n\r\n"


class _Shape(NamedTuple):
    """What distinguishes the two APIs; the text stands between `before` and `after`."""

    prefix: str
    kind: bytes
    answer_kind: bytes
    before: bytes
    after: bytes
    after_last: bytes
    role: bytes


_COMPLETION = _Shape(
    prefix="cmpl-",
    kind=b"text_completion",
    answer_kind=b"text_completion",
    before=b'{"index":0,"text":"',
    after=b'","logprobs":null,"finish_reason":null,"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]',
    after_last=b'","logprobs":null,"finish_reason":"length","stop_reason":null,"prompt_token_ids":null,"token_ids":null}]',
    role=b"",
)
_CHAT = _Shape(
    prefix="chatcmpl-",
    kind=b"chat.completion.chunk",
    answer_kind=b"chat.completion",
    before=b'{"index":0,"delta":{"content":"',
    after=b'"},"logprobs":null,"finish_reason":null,"token_ids":null}]',
    after_last=b'"},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null}]',
    role=b'{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]',
)


def text(start: int, tokens: int) -> bytes:
    """Words number `start` and following of an answer; each is one token. They need no escaping in JSON."""
    return "".join(_WORDS[i % _CYCLE] for i in range(start, start + tokens)).encode()


@lru_cache(maxsize=8)
def _full_texts(tokens_per_event: int) -> tuple[bytes, ...]:
    return tuple(text(i * tokens_per_event, tokens_per_event) for i in range(_CYCLE))


def usage(prompt_tokens: int, completion_tokens: int) -> bytes:
    total = prompt_tokens + completion_tokens
    return b'{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d}' % (prompt_tokens, total, completion_tokens)


class EventStream:
    """The events of one streamed answer, as chunks to be sent. Every event but the last carries `tokens_per_event` tokens."""

    __slots__ = ("_ask", "_end", "_events", "_head", "_opening", "_shape", "_tail", "_texts", "_tokens_per_event")

    def __init__(self, ask: Ask, *, request_id: str, created: int, model: str, tokens_per_event: int) -> None:
        self._ask = ask
        self._shape = shape = _CHAT if ask.chat else _COMPLETION
        self._events = 0
        self._tokens_per_event = tokens_per_event
        self._texts = _full_texts(tokens_per_event)
        self._opening = _opening(shape, shape.kind, request_id, created, model)
        payload = self._opening + shape.before, shape.after + b"}"
        whole = _chunk(self._texts[0].join(payload))
        self._head = whole[: whole.index(payload[0]) + len(payload[0])]
        self._tail = whole[-len(payload[1]) - 4 :]
        self._end = self._last_event()

    def event(self, last: bool) -> bytes:
        """The next event; the last one brings the tokens that remain, and everything that ends the stream."""
        index = self._events
        self._events = index + 1
        if last:
            body = self._end
        elif self._ask.continuous_usage:
            body = self._counted_event(index)
        else:
            body = self._head + self._texts[index % _CYCLE] + self._tail
        return body if index else self._role() + body

    def _role(self) -> bytes:
        if not self._ask.chat:
            return b""
        counts = self._usage_key(0) if self._ask.continuous_usage else b""
        return _chunk(self._opening + self._shape.role + counts + b',"prompt_token_ids":null,"prompt_text":null}')

    def _counted_event(self, index: int) -> bytes:
        counts = self._usage_key((index + 1) * self._tokens_per_event)
        return _chunk(self._opening + self._shape.before + self._texts[index % _CYCLE] + self._shape.after + counts + b"}")

    def _last_event(self) -> bytes:
        total = self._ask.max_tokens
        start = (total - 1) // self._tokens_per_event * self._tokens_per_event
        finish = self._opening + self._shape.before + text(start, total - start) + self._shape.after_last
        if not self._ask.include_usage:
            return _chunk(finish + _FINGERPRINT_KEY + b"}") + _DONE
        counts = self._usage_key(total)
        if self._ask.continuous_usage:
            finish += counts
        return _chunk(finish + b"}") + _chunk(self._opening + b"]" + counts + _FINGERPRINT_KEY + b"}") + _DONE

    def _usage_key(self, completion_tokens: int) -> bytes:
        return b',"usage":' + usage(self._ask.prompt_tokens, completion_tokens)


def answer(ask: Ask, *, request_id: str, created: int, model: str) -> bytes:
    """The body of an answer that is not streamed."""
    shape = _CHAT if ask.chat else _COMPLETION
    words = text(0, ask.max_tokens)
    if ask.chat:
        choice = (
            b'{"index":0,"message":{"role":"assistant","content":"%b","refusal":null,"annotations":null,"audio":null,'
            b'"function_call":null,"reasoning":null},"logprobs":null,"finish_reason":"length","stop_reason":null,'
            b'"token_ids":null,"routed_experts":null}]' % words
        )
        end = b',"prompt_logprobs":null,"prompt_token_ids":null,"prompt_text":null'
    else:
        choice = (
            b'{"index":0,"text":"%b","logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null,'
            b'"prompt_logprobs":null,"prompt_token_ids":null,"routed_experts":null}]' % words
        )
        end = b""
    counts = usage(ask.prompt_tokens, ask.max_tokens)[:-1] + b',"prompt_tokens_details":null,"completion_tokens_details":null}'
    return (
        _opening(shape, shape.answer_kind, request_id, created, model)
        + choice
        + b',"service_tier":null'
        + _FINGERPRINT_KEY
        + b',"usage":'
        + counts
        + end
        + b',"kv_transfer_params":null,"ec_transfer_params":null,"metrics":null}'
    )


def error(failure: AskError) -> bytes:
    error = {"message": failure.message, "type": failure.kind, "param": failure.param, "code": failure.status}
    return orjson.dumps({"error": error})


def models(model: str, max_model_len: int, created: int) -> bytes:
    """The list of the one model served. `owned_by` says who really answers."""
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
        "owned_by": "inferometer",
        "root": model,
        "parent": None,
        "max_model_len": max_model_len,
        "permission": [permission],
    }
    return orjson.dumps({"object": "list", "data": [entry]})


def _opening(shape: _Shape, kind: bytes, request_id: str, created: int, model: str) -> bytes:
    """Everything up to the first choice."""
    identity, name = orjson.dumps(shape.prefix + request_id), orjson.dumps(model)
    return b'{"id":%b,"object":"%b","created":%d,"model":%b,"choices":[' % (identity, kind, created, name)
