"""The help of a verb: its text, then its flags in sections, in the language of the terminal.

Rich would draw boxes and take longer than all else that `--help` does.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from inspect import cleandoc
from typing import Any

from inferometer.printable import columns_of, padded, wrapped
from inferometer.words import spoken

MAX_COLUMNS = 100
"""Of a line: longer ones are hard to read."""
MIN_NAME_COLUMNS, MAX_NAME_COLUMNS = 9, 28
"""All lists of verbs are of one width; a longer flag stands on a line of its own."""
GAP = 2

TYPE_DETAILS = re.compile(r"<(?:list\[(\w+)\]|(\w+) range)>")
"""What the parser calls a flag's type."""

Row = tuple[str, str]


def help_of(command: Any, context: Any) -> str:
    columns = min(shutil.get_terminal_size().columns, MAX_COLUMNS)
    return "\n".join(_lines(command, context, columns))


def _lines(command: Any, context: Any, columns: int) -> Iterator[str]:
    pieces = [context.command_path, *command.collect_usage_pieces(context)]
    usage = spoken().text("help.usage", usage=" ".join(pieces))
    yield from wrapped(usage, columns, later="  ", break_words=False)
    for paragraph in cleandoc(command.help or "").split("\n\n"):
        yield ""
        text = paragraph.replace("\n", " ")
        yield from wrapped(text, columns, break_words=False)
    for title, rows in _sections(command, context).items():
        yield from ("", title)
        yield from _listed(rows, columns)
    if command.epilog:
        yield ""
        yield from wrapped(command.epilog, columns, break_words=False)


def _sections(command: Any, context: Any) -> dict[str, list[Row]]:
    """By title, in the order in which the verb has its arguments, flags and commands."""
    sections: dict[str, list[Row]] = {}
    for panel, row in _rows(command, context):
        sections.setdefault(panel, []).append(row)
    return sections


def _rows(command: Any, context: Any) -> Iterator[tuple[str, Row]]:
    """Each with the title that it stands under."""
    for each in command.get_params(context):
        if record := each.get_help_record(context):  # else it is hidden
            panel = spoken().text(f"help.{each.param_type_name}s")
            row = _named(record[0]), _described(each, context)
            yield each.rich_help_panel or panel, row
    for name, each in getattr(command, "commands", {}).items():
        panel = each.rich_help_panel or spoken().text("help.commands")
        about = cleandoc(each.help or "").partition("\n\n")[0]
        yield panel, (name, about.replace("\n", " "))


def _named(flags: str) -> str:
    """`--header <str>`, also where it is repeatable or has a range: the text behind it says so."""
    return TYPE_DETAILS.sub(
        lambda found: f"<{(found[1] or found[2]).lower()}>", flags
    )


def _described(parameter: Any, context: Any) -> str:
    """What it is for, and what the parser knows of its values."""
    facts = {
        "env": parameter.envvar if parameter.show_envvar else "",
        "default": _default(parameter, context),
        "range": _range(parameter.min, parameter.max),
        "required": parameter.required,
    }
    told = [
        spoken().text(f"help.{fact}", value=value)
        for fact, value in facts.items()
        if value
    ]
    return " ".join([parameter.help or "", *told]).strip()


def _default(parameter: Any, context: Any) -> str:
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    value = parameter.get_default(context, call=False)
    if not parameter.show_default or value is None or value is False:
        return ""
    if value is True:
        return str(parameter.opts[0])
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(getattr(value, "value", value))


def _range(least: float | None, most: float | None) -> str:
    if least is None:
        return "" if most is None else f"≤ {most}"
    return f"≥ {least}" if most is None else f"{least}–{most}"


def _listed(rows: Sequence[Row], columns: int) -> Iterator[str]:
    """Names on the left, what they are on the right."""
    widest = max(MIN_NAME_COLUMNS, *(columns_of(name) for name, _ in rows))
    right = min(widest, MAX_NAME_COLUMNS) + 2 * GAP
    for name, about in rows:
        first = padded(f"{' ' * GAP}{name}", right)
        if columns_of(name) > MAX_NAME_COLUMNS:
            yield first.rstrip()
            first = " " * right
        yield from wrapped(
            about, columns, first, " " * right, break_words=False
        )
