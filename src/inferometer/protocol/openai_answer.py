"""The server's side of OpenAI's formats: reading bodies and writing the chunks of an answer.

Servers differ in what surrounds a text and in what accompanies it; a `Shape` describes that as
data. As much as possible is built before the first event, so that an event costs little more than
its text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from orjson import dumps

from inferometer import __version__
from inferometer.protocol.base import BodyFields, Reply

_DEFAULT_COMPLETION_TOKENS = 16


class Shape(NamedTuple):
    """How a server writes its chunks: `{`, its identity, the choices, further fields, `}`."""

    identity: bytes
    """A chunk's first fields; `%(id)b`, `%(created)d` and `%(model)b` stand for their values."""
    text: tuple[bytes, bytes]
    """What surrounds the text (a JSON string) of a choice."""
    last: tuple[bytes, bytes]
    """The same for the last choice; `%b` in the second part is the finish reason."""
    role: tuple[bytes, bytes] | None = None
    """The choice, and further fields, of the chunk before the first text, if any."""
    no_usage: bytes = b""
    """The usage field of chunks without usage."""
    ending: bytes = b""
    """Further fields of the last chunk."""
    end: bytes = b"\n\n"
    """Of an event."""


class ChunkEmitter:
    """Writes one streamed answer. Requested usage has its own chunk; `continuous_usage` adds it to
    all others.
    """

    __slots__ = (
        "_after",
        "_before",
        "_continuous",
        "_plain",
        "_reply",
        "_said",
        "_shape",
    )

    def __init__(self, shape: Shape, reply: Reply) -> None:
        self._shape = shape
        self._reply = reply
        self._said = 0  # tokens
        identity = {
            b"id": dumps(reply.id)[1:-1],
            b"created": reply.created,
            b"model": dumps(reply.model),
        }
        self._before = b"data: {" + shape.identity % identity + b',"choices":['
        self._after = b"]" + shape.no_usage + b"}" + shape.end
        self._plain = self._before + shape.text[0], shape.text[1] + self._after
        self._continuous = reply.include_usage and reply.continuous_usage

    def event(
        self, text: str, tokens: Sequence[int], finish_reason: str | None = None
    ) -> bytes:
        """One chunk; the first includes the role's, the last (with a finish reason) the end of the
        stream.
        """
        said = self._said
        self._said = said + len(tokens)
        if finish_reason is not None:
            body = self._last(text, finish_reason)
        elif self._continuous:
            before, after = self._shape.text
            body = self._chunk(
                before + dumps(text) + after, self._usage(self._said)
            )
        else:
            before, after = self._plain
            body = before + dumps(text) + after
        return body if said else self._role() + body

    def _role(self) -> bytes:
        if self._shape.role is None:
            return b""
        choice, fields = self._shape.role
        return self._chunk(
            choice, (self._usage(0) if self._continuous else b"") + fields
        )

    def _last(self, text: str, finish_reason: str) -> bytes:
        shape = self._shape
        before, after = shape.last
        choice = before + dumps(text) + after % dumps(finish_reason)
        done = b"data: [DONE]" + shape.end
        if not self._reply.include_usage:
            return self._chunk(choice, shape.ending) + done
        usage = self._usage(self._said)
        return (
            self._chunk(choice, usage if self._continuous else b"")
            + self._chunk(b"", usage + shape.ending)
            + done
        )

    def _chunk(self, choice: bytes, fields: bytes) -> bytes:
        after = (
            b"]" + fields + b"}" + self._shape.end if fields else self._after
        )
        return self._before + choice + after

    def _usage(self, completion_tokens: int) -> bytes:
        prompt = self._reply.prompt_tokens
        total = prompt + completion_tokens
        return (
            b',"usage":{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d}'
            % (
                prompt,
                total,
                completion_tokens,
            )
        )


_VLLM_ENDING = b',"system_fingerprint":"inferometer-%b"' % __version__.encode()

VLLM_COMPLETION = Shape(  # as version 0.32.0 writes it
    identity=b'"id":"cmpl-%(id)b","object":"text_completion",'
    b'"created":%(created)d,"model":%(model)b',
    text=(
        b'{"index":0,"text":',
        b',"logprobs":null,"finish_reason":null,"stop_reason":null,'
        b'"prompt_token_ids":null,"token_ids":null}',
    ),
    last=(
        b'{"index":0,"text":',
        b',"logprobs":null,"finish_reason":%b,"stop_reason":null,'
        b'"prompt_token_ids":null,"token_ids":null}',
    ),
    ending=_VLLM_ENDING,
)
VLLM_CHAT = Shape(
    identity=b'"id":"chatcmpl-%(id)b","object":"chat.completion.chunk",'
    b'"created":%(created)d,"model":%(model)b',
    text=(
        b'{"index":0,"delta":{"content":',
        b'},"logprobs":null,"finish_reason":null,"token_ids":null}',
    ),
    last=(
        b'{"index":0,"delta":{"content":',
        b'},"logprobs":null,"finish_reason":%b,"stop_reason":null,"token_ids":null}',
    ),
    role=(
        b'{"index":0,"delta":{"role":"assistant","content":""},'
        b'"logprobs":null,"finish_reason":null}',
        b',"prompt_token_ids":null,"prompt_text":null',
    ),
    ending=_VLLM_ENDING,
)
VLLM_TRANSCRIPTION = Shape(
    identity=b'"id":"trsc-%(id)b","object":"transcription.chunk",'
    b'"created":%(created)d,"model":%(model)b',
    text=(b'{"delta":{"content":', b'},"finish_reason":null}'),
    last=(b'{"delta":{"content":', b'},"finish_reason":%b}'),
)


def read_completion(body: Mapping[str, Any]) -> BodyFields:
    return BodyFields(
        prompt=body.get("prompt"),
        max_tokens=body.get("max_tokens", _DEFAULT_COMPLETION_TOKENS),
        model=body.get("model"),
        stream=body.get("stream"),
        stream_options=body.get("stream_options"),
    )


def read_chat(body: Mapping[str, Any]) -> BodyFields:
    return BodyFields(
        messages=body.get("messages"),
        max_tokens=body["max_completion_tokens"]
        if body.get("max_completion_tokens") is not None
        else body.get("max_tokens"),
        model=body.get("model"),
        stream=body.get("stream"),
        stream_options=body.get("stream_options"),
    )
