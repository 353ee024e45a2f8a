"""What a server says when it refuses, in one sentence. Servers agree neither on the shape of an
error nor on its length.

Knows the shapes that vLLM, SGLang, llama.cpp, TGI, Ollama, Xinference, FastAPI servers and common
gateways send. It does not know the API key in use: whoever does must see to it that a server which
echoes the key does not get it printed.
"""

from __future__ import annotations

from typing import Any

from inferometer.printable import printable
from inferometer.protocol.lenient_json import read_json

SENTENCE_CHARS = 400
"""Length beyond which an error is cut: validation errors may quote the whole prompt."""

_NO_REASON = "the server gave no reason"


def error_sentence(body: bytes) -> str:
    """The reason in the body of an error response (HTTP 4xx, 5xx): one line of at most
    SENTENCE_CHARS characters.
    """
    try:
        document = read_json(body)
    except ValueError:
        page = body[: 64 * SENTENCE_CHARS]
        return one_line((_title(page) or page).decode("utf-8", "replace")) or _NO_REASON
    if isinstance(document, list) and document:
        document = document[0]
    message = error_message(document)
    if message is None and isinstance(document, dict):
        message = _words(document.get("message"))
    return message or one_line(body[: 64 * SENTENCE_CHARS].decode("utf-8", "replace"))


def error_message(document: Any) -> str | None:
    """The message of a parsed JSON error object in one line; None if this is not an error object.

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
    """The title of an HTML page, empty where it has none. Each mark is looked for once, so that the
    time is linear.
    """
    lower = page.lower()
    begin = lower.find(b"<title")
    begin = lower.find(b">", begin) if begin >= 0 else -1
    end = lower.find(b"</title>", begin) if begin >= 0 else -1
    return page[begin + 1 : end].strip() if end >= 0 else b""


def _words(value: Any, depth: int = 4) -> str:
    """What there is to read in an error, whatever its shape: its message, else what else it tells
    of itself.
    """
    if isinstance(value, str):
        return one_line(value)
    if depth == 0:
        return ""
    if isinstance(value, list):
        return one_line("; ".join(filter(None, (_words(item, depth - 1) for item in value))))
    return _words_of_object(value, depth) if isinstance(value, dict) else ""


def _words_of_object(value: dict[str, Any], depth: int) -> str:
    """What it says, with the place or the field that it is about."""
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
