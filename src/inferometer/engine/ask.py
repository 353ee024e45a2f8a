"""What a client asks: the JSON body of an API call, validated and counted. AskErrors read like
vLLM's. No HTTP, no time.

The wire format locates the fields. Used are a prompt (text, token ids, or a batch of one), messages
with texts and images, the output limit, the model, and stream options. All else (sampling,
`ignore_eos`, `logprobs`, …) is accepted without effect, since the output always has the requested
length; only `n` above 1 is refused.

A chat is counted as `<|role|> content` for each message and `<|assistant|>` at the end: its words,
one token per message, and one.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from inferometer.engine import tokenizer
from inferometer.protocol import Backend, TokenizeRoute

IMAGE_TOKENS = 256
"""Tokens of any image, sound or film."""

_IMAGE = " ".join(["<|image|>"] * IMAGE_TOKENS)


class AskError(Exception):
    """The request cannot be served: HTTP status and the fields of vLLM's error object."""

    def __init__(
        self,
        status: int,
        message: str,
        kind: str = "BadRequestError",
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.param = param


@dataclass(frozen=True, slots=True)
class Ask:
    """One requested generation. `max_tokens` is at least 1 and fits the model with the prompt."""

    chat: bool
    prompt_tokens: int
    max_tokens: int
    stream: bool
    include_usage: bool
    continuous_usage: bool
    prompt: Sequence[Hashable] | None = None
    """Its tokens, if they were wanted: words of a text, or ids."""


def parse_body(body: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _invalid(
            "json_invalid",
            f"body.{error.pos}",
            f"JSON decode error: {error.msg}",
            {},
        ) from None
    if not isinstance(content, dict):
        raise _invalid(
            "dict_type", "body", "Input should be a valid dictionary", content
        )
    return content


def check_model(asked: Any, served: str) -> None:
    """A body without a model means the served one."""
    if asked is not None and asked != served:
        message = (
            f"The model `{asked}` does not exist. Valid aliases: {served}."
        )
        raise AskError(404, message, "NotFoundError", "model")


def parse_ask(
    body: bytes,
    *,
    backend: Backend,
    model: str,
    max_model_len: int,
    refused_fields: Sequence[str] = (),
    with_prompt: bool = False,
) -> Ask:
    """Check the body of a call that generates; `with_prompt`: keep the tokens of its prompt.
    Raises AskError.
    """
    content = (
        parse_body(body) if backend.parse is None else _form(backend, body)
    )
    _refuse_fields(content, refused_fields)
    asked = backend.read(content)
    prompt = (
        chat_text(_messages(asked.messages))
        if backend.chat
        else _checked_prompt(asked.prompt)
    )
    tokens = prompt.split() if isinstance(prompt, str) else prompt
    prompt_tokens = len(tokens)
    stream = bool(asked.stream)
    options = _stream_options(asked.stream_options, stream=stream)
    if not stream and (
        backend.parse is not None or not backend.endpoint.startswith("/v1/")
    ):
        raise AskError(
            400,
            "The embedded engine only streams in this format: request a stream.",
            param="stream",
        )
    if content.get("n") not in (None, 1):
        raise AskError(
            400,
            "The embedded engine gives one answer per request: n must be 1.",
            param="n",
        )
    check_model(asked.model, model)
    max_tokens = _max_tokens(asked.max_tokens, max_model_len - prompt_tokens)
    _check_length(prompt_tokens, max_tokens, max_model_len)
    include_usage = bool(options.get("include_usage"))
    return Ask(
        chat=backend.chat,
        prompt_tokens=prompt_tokens,
        max_tokens=max_tokens,
        stream=stream,
        include_usage=include_usage,
        continuous_usage=include_usage
        and bool(options.get("continuous_usage_stats")),
        prompt=tokens if with_prompt else None,
    )


def _form(backend: Backend, body: bytes) -> dict[str, Any]:
    try:
        return backend.parse(body) if backend.parse else {}
    except ValueError as error:
        raise _invalid("form_invalid", "body", str(error), {}) from None


def _refuse_fields(content: dict[str, Any], refused: Sequence[str]) -> None:
    for name in refused:
        if name in content:
            raise _invalid(
                "extra_forbidden",
                f"body.{name}",
                "Extra inputs are not permitted",
                content[name],
            )


def _stream_options(options: Any, *, stream: bool) -> dict[str, Any]:
    if options is not None and not isinstance(options, dict):
        raise _invalid(
            "model_type",
            "body.stream_options",
            "Input should be a valid dictionary",
            options,
        )
    if options and not stream:
        raise AskError(
            400,
            "Stream options can only be defined when `stream=True`.",
            param="stream_options",
        )
    return options or {}


def parse_tokenize(
    body: bytes, model: str, route: TokenizeRoute
) -> tuple[list[int], list[str] | None]:
    """Token ids of the text or `messages` of a call on this route, and their words if
    `return_token_strs`.
    """
    content = parse_body(body)
    check_model(content.get("model"), model)
    is_chat = route.chat and "messages" in content
    text = (
        chat_text(_messages(content["messages"]))
        if is_chat
        else content.get(route.text)
    )
    if not isinstance(text, str):
        raise _invalid(
            "string_type",
            f"body.{route.text}",
            "Input should be a valid string",
            text,
        )
    return tokenizer.tokenize(text), [
        " " + w for w in text.split()
    ] if content.get("return_token_strs") else None


def parse_detokenize(body: bytes, model: str) -> str:
    """The text of the `tokens` of a /detokenize call."""
    content = parse_body(body)
    check_model(content.get("model"), model)
    tokens = content.get("tokens")
    if not isinstance(tokens, list):
        raise _invalid(
            "list_type", "body.tokens", "Input should be a valid list", tokens
        )
    if tokens:
        _check_token_ids(tokens)
    return tokenizer.detokenize(tokens)


def chat_text(messages: list[dict[str, Any]]) -> str:
    """The text that a chat is counted as."""
    turns = [
        f"<|{message.get('role', '')}|> {_content_text(message.get('content'))}"
        for message in messages
    ]
    return " ".join([*turns, "<|assistant|>"])


def _messages(messages: Any) -> list[dict[str, Any]]:
    if not isinstance(messages, list):
        raise _invalid(
            "list_type",
            "body.messages",
            "Input should be a valid list",
            messages,
        )
    for i, message in enumerate(messages):
        if not isinstance(message, dict):
            raise _invalid(
                "dict_type",
                f"body.messages.{i}",
                "Input should be a valid dictionary",
                message,
            )
    return messages


def _content_text(content: Any) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list) and all(
        isinstance(part, dict) for part in content
    ):
        texts = [
            _IMAGE if _is_shown(part) else part.get("text") for part in content
        ]
        if all(isinstance(text, str) for text in texts):
            return " ".join(texts)
    raise AskError(
        400,
        "The embedded engine accepts only texts, images, sound and film.",
        param="messages",
    )


def _is_shown(part: dict[str, Any]) -> bool:
    name = str(part.get("type"))
    field = "data" if part.get("type") == "input_audio" else "url"
    shown = part.get(name)
    return (
        name in ("image_url", "video_url", "audio_url", "input_audio")
        and isinstance(shown, dict)
        and isinstance(shown.get(field), str)
    )


def _checked_prompt(prompt: Any) -> str | list[int]:
    """A text or token ids, not empty."""
    if (
        isinstance(prompt, list)
        and prompt
        and isinstance(prompt[0], str | list)
    ):
        if len(prompt) > 1:
            raise AskError(
                400,
                "The embedded engine accepts one prompt per request.",
                param="prompt",
            )
        prompt = prompt[0]
    if isinstance(prompt, list):
        _check_token_ids(prompt)
    elif not isinstance(prompt, str):
        raise _invalid(
            "string_type",
            "body.prompt",
            "Input should be a valid string",
            prompt,
        )
    checked: str | list[int] = prompt
    if not checked or (isinstance(checked, str) and checked.isspace()):
        raise AskError(
            400, "The decoder prompt cannot be empty", param="prompt"
        )
    return checked


def _check_token_ids(tokens: list[Any]) -> None:
    if [*map(type, tokens)].count(int) != len(tokens):
        raise _invalid(
            "int_type",
            "body.prompt",
            "Input should be a list of token ids",
            tokens[:8],
        )
    for token in (min(tokens, default=0), max(tokens, default=0)):
        if not 0 <= token < tokenizer.VOCABULARY_SIZE:
            raise AskError(
                400, f"Token id {token} is out of vocabulary", param="prompt"
            )


def _max_tokens(asked: Any, room: int) -> int:
    """The requested output length, by default all that fits."""
    if asked is None:
        return max(1, room)
    if type(asked) is not int:
        raise _invalid(
            "int_type",
            "body.max_tokens",
            "Input should be a valid integer",
            asked,
        )
    if asked < 1:
        raise AskError(
            400,
            f"max_tokens must be at least 1, got {asked}. (parameter=max_tokens, value={asked})",
            param="max_tokens",
        )
    return asked


def _check_length(
    prompt_tokens: int, max_tokens: int, max_model_len: int
) -> None:
    if prompt_tokens + max_tokens <= max_model_len:
        return
    limit = f"This model's maximum context length is {max_model_len} tokens. However, "
    if prompt_tokens > max_model_len:
        least = (
            max_model_len + 1
        )  # vLLM stops counting there, hence its "at least"
        what = (
            f"your prompt contains at least {least} input tokens, which exceeds this limit even "
            "without any output tokens. "
            "Please reduce the length of the input prompt."
        )
    else:
        least = max(1, max_model_len - max_tokens + 1)
        what = (
            f"you requested {max_tokens} output tokens and your prompt contains at least {least} "
            "input tokens, "
            f"for a total of at least {least + max_tokens} tokens. "
            "Please reduce the length of the input prompt or the number of requested output tokens."
        )
    raise AskError(
        400,
        f"{limit}{what} (parameter=input_tokens, value={least})",
        param="input_tokens",
    )


def _invalid(kind: str, where: str, message: str, given: Any) -> AskError:
    """A malformed field, in the words of vLLM's validator."""
    detail = {"type": kind, "loc": where, "msg": message, "input": given}
    return AskError(
        400, f"1 validation error:\n  {detail}", "Bad Request", where
    )
