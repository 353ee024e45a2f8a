"""`inferometer backends`: the wire formats there are, and what each can carry. The README has the same table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from inferometer.cli.markdown import table as markdown_table

if TYPE_CHECKING:
    from inferometer.protocol import Backend

_HEADINGS = ("`--backend`", "server", "posts to", "prompts", "their length", "output length", "output tokens", "LoRA")


def backends() -> None:
    """List what `bench --backend` can be, and what servers that speak it can do: a Markdown table."""
    typer.echo(table(), nl=False)


def table() -> str:
    """A row a wire format, its names together, columns padded so that the table can be read as it is."""
    from inferometer.protocol import PROTOCOLS

    distinct = {id(backend): backend for backend in PROTOCOLS.values()}
    names = {key: ", ".join(f"`{name}`" for name, each in PROTOCOLS.items() if id(each) == key) for key in distinct}
    return markdown_table(_HEADINGS, [(names[key], *_cells(backend)) for key, backend in distinct.items()])


def _cells(backend: Backend) -> tuple[str, ...]:
    """What a row says after its names; of lengths, the best that a server allows."""
    if backend.carries_token_ids:
        prompts, length = "token ids, text", "exact"
    else:
        prompts, length = "messages, text" if backend.chat else "text", "exact" if backend.routes.tokenize else "about"
    return (
        backend.title,
        f"`{backend.endpoint}`",
        prompts,
        length,
        "exact" if backend.exact_length else "at most",
        "the server's count" if backend.reports_usage else "one an event",
        "by request" if backend.chooses_adapter else "no",
    )
