"""The language of the terminal: --lang, before or after the verb, else the locale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inferometer.words import LANGUAGES

VARIABLES = ("INFEROMETER_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides."""

TRADITIONAL = {"tw", "hk", "mo", "hant"}
"""Parts of the names of locales that are written so."""

WITH_ITS_OWN = "report"
"""A verb with a flag of that name, which is of the file it writes, too."""


def of_environment(environment: Mapping[str, str]) -> str:
    """The language of the locale, such as zh-TW for `zh_TW.UTF-8`; English for all others."""
    named = next(
        (name for each in VARIABLES if (name := environment.get(each))), ""
    )
    parts = named.split(".")[0].lower().replace("-", "_").split("_")
    if parts[0] != "zh":
        return "en"
    return "zh-TW" if set(parts) & TRADITIONAL else "zh-CN"


def chosen(arguments: Sequence[str]) -> tuple[list[str], str]:
    """The arguments without --lang, and its value; '' if it is not among them. A value that is no
    language stays, before the verb, where it is refused.
    """
    if WITH_ITS_OWN in arguments[:1]:
        return list(arguments), _value(arguments)
    kept: list[str] = []
    given = iter(arguments)
    for argument in given:
        if argument == "--lang":
            next(given, None)
        elif not argument.startswith("--lang="):
            kept.append(argument)
    language = _value(arguments)
    if language and WITH_ITS_OWN in kept[:1]:
        kept.insert(1, f"--lang={language}")
    if language or len(kept) == len(arguments):
        return kept, language
    return ["--lang", _told(arguments), *kept], ""


def _value(arguments: Sequence[str]) -> str:
    told = _told(arguments)
    return told if told in LANGUAGES else ""


def _told(arguments: Sequence[str]) -> str:
    """The last value that is given."""
    told = ""
    for argument, following in zip(
        arguments, [*arguments[1:], ""], strict=False
    ):
        if argument == "--lang":
            told = following
        elif argument.startswith("--lang="):
            told = argument.removeprefix("--lang=")
    return told
