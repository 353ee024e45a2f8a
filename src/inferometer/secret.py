"""Finds what must not reach a file (keys, passwords, user names) in commands, addresses and nested
values.

When in doubt, it masks. It cannot recognize a secret that has neither a telling name nor a telling
shape. Every pattern takes time linear in the text, because servers send some of it.
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
"""Options whose values are always secret. All words up to the next option are their values."""

SHORTEST_KEY = 6
"""A shorter word of a header may occur in an error by chance, and is no key."""

MAX_DEPTH = 100
"""Of nested values; deeper ones are masked."""

_WORD = (
    r"(?:api[_\-]?key|key|token|secret|passw(?:or)?d|passphrase|authorization"
    r"|credentials?|cookie)"
)
_BEFORE = r"(?:(?<![A-Za-z0-9])|(?-i:(?<=[a-z])(?=[A-Z])))"
_VALUE = r"(?:\"[^\"]*\"|'[^']*'|(?:bearer|basic)\s+[^\s&,;]+|[^\s&,;]+)"

SECRET_NAME = re.compile(rf"(?i){_BEFORE}{_WORD}$")
"""Name of a variable, an option or a mapping key whose value is a secret."""

_NAME = re.compile(r"[\w.\-]+")
_VOCABULARY = r"(?:(?:bos|eos|pad|unk|sep|cls|mask|image|video|audio|start|stop|begin|end)[_\-])"
_NO_SECRET_NAME = re.compile(rf"(?i){_BEFORE}{_VOCABULARY}token$")
"""Names of vocabulary tokens."""

_NO_SECRET = re.compile(
    r"(?i)[\"']?(?:-?[0-9][0-9_.]*|true|false|none|null|\$\w+|\$\{\w+\}|\*\*\*)[\"']?"
)
"""Values that are no secrets: numbers, booleans, shell variables, and what is masked already."""

_PASSWORD = re.compile(r"(?i)passw(?:or)?d|passphrase|secret")
"""Secrets that may be numbers."""

NAMED = (
    # an option and its value, two words: --hf-token VALUE
    re.compile(
        rf"(?i)(?P<keep>(?<![^\s\"'`(;|&])--?(?P<name>(?:[\w\-]*[_\-])?{_WORD})\s+)(?P<value>(?!-){_VALUE})"
    ),
    # name and value in one word: api_key=…, "token": "…", ?key=…
    re.compile(
        rf"(?i)(?P<keep>{_BEFORE}(?P<name>{_VOCABULARY}?{_WORD})[\"']?\s*[=:]\s*)(?P<value>{_VALUE})"
    ),
)
"""Secrets by their name."""

SHAPED = (
    re.compile(r"(?i)(?P<keep>\bbearer\s+)[\w\-.+/=~]{8,}"),
    # user:password@ in an address
    re.compile(r"(?P<keep>[A-Za-z0-9]://)[^/@\s]+(?=@)"),
    # the prefixes that issuers of keys give them, and JSON web tokens
    re.compile(
        r"(?P<keep>\b)(?:(?:sk|nvapi|glpat|xox[abps])-[\w\-]{10,}|(?:hf|gh[pousr]|gsk|r8)_[A-Za-z0-9]{16,}|github_pat_\w{16,}"
        r"|LTAI[A-Za-z0-9]{12,}|AIza[\w\-]{30,}|AKIA[A-Z0-9]{12,})"
    ),
    re.compile(r"(?P<keep>(?<![\w\-]))eyJ[\w\-]+\.[\w\-]+(?:\.[\w\-]+)?"),
    # 32 or more letters and digits in one run, both cases and digits: no model has such a name
    re.compile(
        r"(?P<keep>\b)(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[0-9])[A-Za-z0-9]{32,}"
    ),
)
"""Secrets by their shape."""


def masked(value: Any, depth: int = MAX_DEPTH) -> Any:
    """`value` (strings, mappings, sequences, numbers) with every secret replaced by `***`.

    Strings in a sequence are treated as the words of a command.
    """
    if isinstance(value, str):
        return masked_text(value)
    if depth == 0 and isinstance(value, Mapping | list | tuple):
        return MASK
    if isinstance(value, Mapping):
        return {
            k: MASK
            if isinstance(v, str) and is_secret(str(k), v)
            else masked(v, depth - 1)
            for k, v in value.items()
        }
    if isinstance(value, (list, tuple)):
        words = [each if isinstance(each, str) else "" for each in value]
        return [
            safe if isinstance(each, str) else masked(each, depth - 1)
            for each, safe in zip(value, masked_words(words), strict=True)
        ]
    return value


def is_secret(name: str, value: str) -> bool:
    """Whether the value of an option, variable or key with this name is a secret."""
    if not SECRET_NAME.search(name) or _NO_SECRET_NAME.search(name):
        return False
    number = value.strip("\"'")[:1].isdigit() and _PASSWORD.search(name)
    return bool(number) or not _NO_SECRET.fullmatch(value)


def masked_text(text: str) -> str:
    """The text with every secret replaced by `***`."""
    for shape in NAMED:
        text = shape.sub(_masked_if_secret, text)
    for shape in SHAPED:
        text = shape.sub(lambda found: found["keep"] + MASK, text)
    return text


def repeatable(value: Any, name: str = "") -> Any:
    """A wrong value as an error may repeat it: without secrets. `name`: of its flag or key."""
    if not isinstance(value, str):
        return value
    return MASK if is_secret(name, value) else masked_text(value)


def _masked_if_secret(found: re.Match[str]) -> str:
    return (
        found["keep"] + MASK
        if is_secret(found["name"], found["value"])
        else found[0]
    )


def masked_details(
    details: Iterable[str | None], headers: Mapping[str, str]
) -> list[str | None]:
    """Failure messages of servers, without the keys in `headers` and what looks like a key."""
    words = {
        word
        for value in headers.values()
        for word in value.split()
        if len(word) >= SHORTEST_KEY
    }
    sent = re.compile(
        "|".join(
            re.escape(word) for word in sorted(words, key=len, reverse=True)
        )
        or r"(?!)"
    )
    details = list(details)
    safe = {
        detail: None if detail is None else masked_text(sent.sub(MASK, detail))
        for detail in set(details)
    }
    return [safe[detail] for detail in details]


def masked_command(words: Sequence[str]) -> list[str]:
    """A command line without secrets; `~` replaces the home directory and, in other paths, the
    user.
    """
    return [_without_user(word) for word in masked_words(words)]


def secret_in(words: Sequence[str]) -> str | None:
    """The first secret of a command line as it may be shown, such as `--hf-token ***`, or None."""
    safe = masked_words(words)
    for number, (word, shown) in enumerate(zip(words, safe, strict=True)):
        if word != shown:
            return (
                f"{safe[number - 1]} {shown}"
                if shown == MASK and number
                else shown
            )
    return None


def masked_words(words: Sequence[str]) -> list[str]:
    """The words of a command line without secrets."""
    safe: list[str] = []
    several = False  # whether all words up to the next option are secret
    for number, word in enumerate(words):
        before = words[number - 1] if number else ""
        name, equals, value = word.partition("=")
        several = before in SECRET_FLAGS or (
            several and not word.startswith("-")
        )
        if several or _is_value_of(before, word):
            safe.append(MASK)
        elif name in SECRET_FLAGS:
            safe.append(name + equals + (MASK if equals else ""))
            several = True
        elif equals and _NAME.fullmatch(name) and is_secret(name, value):
            safe.append(f"{name}={MASK}")
        else:
            safe.append(masked_text(word))
    return safe


def _is_value_of(option: str, word: str) -> bool:
    """Whether `word` is a secret value of the option before it."""
    is_option = option.startswith("-") and _NAME.fullmatch(option)
    return (
        bool(is_option)
        and not word.startswith("-")
        and word != ""
        and is_secret(option.lstrip("-"), word)
    )


def _without_user(word: str) -> str:
    """Nothing needs hiding if there is no home directory or user name (in a container)."""
    with suppress(RuntimeError):
        word = re.sub(rf"{re.escape(str(Path.home()))}(?=/|$)", "~", word)
    with suppress(OSError, KeyError):
        word = re.sub(rf"(?<=/){re.escape(getuser())}(?=/|$)", "~", word)
    return word
