"""A server's error in one sentence. Servers agree neither on the form of an error nor on its
length.

Knows the forms of vLLM, SGLang, llama.cpp, TGI, Ollama, Xinference, FastAPI servers and common
gateways. It does not know the API key; the caller has to mask keys that a server repeats.
"""

from __future__ import annotations

from typing import Any

from inferometer.printable import printable
from inferometer.protocol.lenient_json import read_json

SENTENCE_CHARS = 400
"""Longer errors are cut: validation errors may quote the whole prompt."""

_NO_REASON = "the server gave no reason"


def error_sentence(body: bytes) -> str:
    """The reason in the body of an error response: one line of at most SENTENCE_CHARS
    characters.
    """
    try:
        document = read_json(body)
    except ValueError:
        page = body[: 64 * SENTENCE_CHARS]
        return (
            one_line((_title(page) or page).decode("utf-8", "replace"))
            or _NO_REASON
        )
    if isinstance(document, list) and document:
        document = document[0]
    message = error_message(document)
    if message is None and isinstance(document, dict):
        message = _words(document.get("message"))
    return message or one_line(
        body[: 64 * SENTENCE_CHARS].decode("utf-8", "replace")
    )


def error_message(document: Any) -> str | None:
    """The message of a parsed JSON error object in one line, or None if it is no error object.

    Errors are `{"error": …}` with an object or a text, `{"object": "error", "message": …}` and
    `{"detail": …}`.
    """
    if not isinstance(document, dict):
        return None
    error = document.get("error")
    if error or document.get("object") == "error":
        return _words(error) or _words(document) or _NO_REASON
    if "choices" in document:
        return None
    if "detail" in document:
        return _words(document["detail"]) or _NO_REASON
    return None if error is None else _NO_REASON


def one_line(text: str) -> str:
    """The text on one printable line, cut to SENTENCE_CHARS."""
    return printable(text, SENTENCE_CHARS)


def _title(page: bytes) -> bytes:
    """The title of an HTML page, or empty. Each tag is searched for once, so that the time is
    linear.
    """
    lower = page.lower()
    begin = lower.find(b"<title")
    begin = lower.find(b">", begin) if begin >= 0 else -1
    end = lower.find(b"</title>", begin) if begin >= 0 else -1
    return page[begin + 1 : end].strip() if end >= 0 else b""


def _words(value: Any, depth: int = 4) -> str:
    """The text of an error, whatever its form: its message, else its other fields."""
    if isinstance(value, str):
        return one_line(value)
    if depth == 0:
        return ""
    if isinstance(value, list):
        return one_line(
            "; ".join(filter(None, (_words(item, depth - 1) for item in value)))
        )
    return _words_of_object(value, depth) if isinstance(value, dict) else ""


def _words_of_object(value: dict[str, Any], depth: int) -> str:
    """Its message, with the place or field that it is about."""
    telling = (
        _words(value.get(key), depth - 1)
        for key in ("message", "msg", "error", "detail", "type", "code")
    )
    said = next(filter(None, telling), "")
    place, field = value.get("loc"), value.get("param")
    if isinstance(place, list) and said:
        return one_line(
            f"{'.'.join(str(step) for step in place if isinstance(step, str | int))}: {said}"
        )
    if isinstance(field, str) and field and said and field not in said:
        return one_line(f"{said} (parameter {field})")
    return said
