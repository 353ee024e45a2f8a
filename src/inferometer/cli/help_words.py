"""The help in another language than English, in which it stands beside each flag. Loaded where help
is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from inspect import signature
from typing import Any

from inferometer.cli.command import ListedVerb
from inferometer.words import Said, in_words
from inferometer.words.library import of_library


def help_words(language: str) -> Mapping[str, str]:
    package = language.lower().replace("-", "_")
    words: Mapping[str, str] = import_module(
        f"inferometer.words.{package}.help"
    ).HELP
    return words


def translate_root(app: Any, language: str) -> None:
    """The list of verbs; before the command is made of it."""
    words = help_words(language)
    app.info.help, app.info.epilog = words["app"], words["app.start"]
    for name, parameter in signature(
        app.registered_callback.callback
    ).parameters.items():
        parameter.default.help = words[f"app.{name}"]
    verbs = app.info.cls
    verbs.listed = {
        name: ListedVerb(
            words.get(f"panel.{panel}", panel), words[name].partition("\n")[0]
        )
        for name, (panel, _) in verbs.listed.items()
    }


def translate(command: Any, verb: str, language: str) -> None:
    """A verb, its flags, and the commands in it."""
    words = help_words(language)
    command.help = words[verb]
    for parameter in command.params:
        _translate_flag(parameter, verb, words)
    _translate_help_flag(command, words["help"])
    for name, inner in getattr(command, "commands", {}).items():
        translate(inner, f"{verb}.{name}", language)


def _translate_flag(flag: Any, verb: str, words: Mapping[str, str]) -> None:
    own = words.get(f"{verb}.{flag.name}")
    flag.help = own or words.get(flag.name) or flag.help
    if panel := getattr(flag, "rich_help_panel", None):
        flag.rich_help_panel = words.get(f"panel.{panel}", panel)
    shown = getattr(flag, "show_default", None)
    if isinstance(shown, str):
        flag.show_default = words.get(f"default.{shown}", shown)


def _translate_help_flag(command: Any, text: str) -> None:
    """Which exists only once it is asked for."""
    original = command.get_help_option

    def help_option(context: Any) -> Any:
        option = original(context)
        if option is not None:
            option.help = text
        return option

    command.get_help_option = help_option


def _hint(error: Any) -> str:
    """What it is about."""
    hint: str | Sequence[str] | None = getattr(error, "param_hint", None)
    parameter = getattr(error, "param", None)
    if hint is None and parameter is not None:
        hint = parameter.get_error_hint()
    return hint if isinstance(hint, str) else " / ".join(hint or ())


def parser_error(error: Any, told: str, language: str) -> str:
    """An error of the parser; `told` is how it says it in English, which stays where we have no
    words for its kind.
    """
    words, kind = help_words(language), f"typed.{type(error).__name__}"
    hint = _hint(error)
    if kind == "typed.BadParameter" and not hint:
        kind = f"{kind}.alone"
    message = _message(error)
    if isinstance(message, Said) and "Usage" in kind:
        return in_words(message)
    if kind not in words:
        return told
    near = ", ".join(sorted(getattr(error, "possibilities", None) or ()))
    return words[kind].format(
        option=getattr(error, "option_name", ""),
        near=near and words["typed.near"].format(near=near),
        hint=hint,
        message=in_words(message).rstrip(".。"),
    )


def _message(error: Any) -> str:
    """What is wrong with a value; the parser lets pydantic read numbers."""
    cause = error.__cause__
    if not hasattr(cause, "errors"):
        return of_library(str(getattr(error, "message", "")).rstrip("."))
    from inferometer.spec.wishes import wish_of

    return of_library(wish_of(cause.errors()[0]))
