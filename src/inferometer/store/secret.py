"""What must never reach a file: keys, passwords, user names. Finds them in command lines, addresses and nested values.

Errs on the side of masking. What it cannot know is a secret without a telling name or shape, handed over as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from getpass import getuser
from pathlib import Path
from typing import Any

MASK = "***"

SECRET_FLAGS = {"--header", "--api-key", "-H"}
"""Options whose values are secret whatever they look like. They may have several: all words up to the next option."""

SHORTEST_KEY = 6
"""A shorter word of a header may stand in an error by chance, and is no key anyway."""

SECRET_NAME = re.compile(
    r"(?i)(?:^|[_\-.\s])(?:api[_\-]?key|key|token|secret|passw(?:or)?d|authorization|credentials?|cookie)$"
)

SECRET_SHAPES = (
    # name and value in one word: api_key=…, "token": "…", ?key=…
    re.compile(
        r"(?i)(?P<keep>[\"']?\b(?:[\w\-]*[_\-])?(?:api[_\-]?key|key|token|secret|passw(?:or)?d|authorization|credentials?|cookie)"
        r"[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|(?:bearer|basic)\s+[^\s&,;]+|[^\s&,;]+)"
    ),
    re.compile(r"(?i)(?P<keep>\bbearer\s+)[\w\-.+/=~]{8,}"),
    # user:password@ in an address
    re.compile(r"(?P<keep>\b[a-zA-Z][\w+.\-]*://)[^/@\s]+(?=@)"),
    # the prefixes that issuers of keys give them, and JSON web tokens
    re.compile(
        r"(?P<keep>\b)(?:(?:sk|nvapi|glpat|xox[abps])-[\w\-]{10,}|(?:hf|gh[pousr]|gsk|r8)_[A-Za-z0-9]{16,}|github_pat_\w{16,}"
        r"|AIza[\w\-]{30,}|AKIA[A-Z0-9]{12,})"
    ),
    re.compile(r"(?P<keep>\b)eyJ[\w\-]+\.[\w\-]+(?:\.[\w\-]+)?"),
    # 32 or more letters and digits in one run, upper and lower case mixed with digits: no model has such a name
    re.compile(r"(?P<keep>\b)(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[0-9])[A-Za-z0-9]{32,}"),
)


def masked(value: Any) -> Any:
    """`value` (of strings, mappings, sequences, numbers) with what is secret in it replaced by `***`."""
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, Mapping):
        return {k: MASK if isinstance(v, str) and SECRET_NAME.search(str(k)) else masked(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(v) for v in value]
    return value


def masked_text(text: str) -> str:
    for shape in SECRET_SHAPES:
        text = shape.sub(lambda match: match["keep"] + MASK, text)
    return text


def masked_details(details: Iterable[str | None], headers: Mapping[str, str]) -> list[str | None]:
    """What servers said of failures, without the keys that some repeat: those in `headers`, and what looks like one."""
    words = {word for value in headers.values() for word in value.split() if len(word) >= SHORTEST_KEY}
    sent = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)")
    details = list(details)
    safe = {detail: None if detail is None else masked_text(sent.sub(MASK, detail)) for detail in set(details)}
    return [safe[detail] for detail in details]


def masked_command(words: Sequence[str]) -> list[str]:
    """A command line without secrets; `~` stands for the home directory, and for the user in other paths."""
    safe: list[str] = []
    secret = False
    for number, word in enumerate(words):
        flag, equals, _ = word.partition("=")
        after_flag = number > 0 and words[number - 1] in SECRET_FLAGS
        secret = after_flag or (secret and not word.startswith("-"))
        if secret:
            safe.append(MASK)
        elif flag in SECRET_FLAGS:
            safe.append(flag + equals + (MASK if equals else ""))
            secret = True
        else:
            safe.append(_without_user(masked_text(word)))
    return safe


def _without_user(word: str) -> str:
    """Absence of a home or of a name (no such user in this container) is nothing to hide."""
    with suppress(RuntimeError):
        word = re.sub(rf"{re.escape(str(Path.home()))}(?=/|$)", "~", word)
    with suppress(OSError, KeyError):
        word = re.sub(rf"(?<=/){re.escape(getuser())}(?=/|$)", "~", word)
    return word
