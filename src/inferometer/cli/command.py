"""What every verb is to the parser of the command line: a command with our help, whose defaults are
taken as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from typer.core import TyperCommand, TyperGroup


def _write_help(command: Any, ctx: Any, formatter: Any) -> None:
    from inferometer.cli.help_text import help_of

    formatter.write(help_of(command, ctx))


class Verb(TyperCommand):
    format_help = _write_help

    def get_params(self, ctx: Any) -> list[Any]:
        return list(map(taking_default, super().get_params(ctx)))


class VerbGroup(TyperGroup):
    """A verb with others in it, such as `presets show`."""

    format_help = _write_help

    def get_params(self, ctx: Any) -> list[Any]:
        return list(map(taking_default, super().get_params(ctx)))


class ListedVerb(NamedTuple):
    """What the list of verbs shows of one that is not loaded, by the parser's names."""

    rich_help_panel: str
    help: str


def taking_default(parameter: Any) -> Any:
    """The parser would make a reader for it, with pydantic: 40 ms for all flags of `bench`."""
    if "process_value" not in vars(parameter):
        read = partial(_value, parameter, parameter.process_value)
        parameter.process_value = read
    return parameter


def _value(
    parameter: Any, read: Callable[..., Any], context: Any, value: Any
) -> Any:
    source = context.get_parameter_source(parameter.name)
    if parameter.required or source is None or source.name != "DEFAULT":
        return read(context, value)
    has_several = parameter.multiple or parameter.nargs == -1
    return () if has_several and value is None else value
