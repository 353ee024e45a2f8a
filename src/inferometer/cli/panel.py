"""Options that the help of a verb shows in a panel of their own."""

from collections.abc import Callable
from typing import Any

from typer import Option


def panel(title: str) -> Callable[..., Any]:
    """Makes options that the help shows in a panel of this title."""

    def option(text: str, *names: str, **settings: Any) -> Any:
        return Option(*names, help=text, rich_help_panel=title, **settings)

    return option
