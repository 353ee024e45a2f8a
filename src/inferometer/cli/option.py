"""Options of verbs: the help first, which every one has."""

from collections.abc import Callable
from functools import partial
from typing import Any

from typer import Option


def option(text: str, *names: str, **settings: Any) -> Any:
    """By these names; by the parameter's, where there are none."""
    return Option(*names, help=text, **settings)


def panel(title: str) -> Callable[..., Any]:
    """Makes options that the help shows in a panel of this title."""
    return partial(option, rich_help_panel=title)
