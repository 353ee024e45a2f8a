"""`inferometer backends`: the wire formats, and what each supports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from inferometer.cli.tables import Markdown, show

if TYPE_CHECKING:
    from inferometer.protocol import Backend

HEADINGS = (
    "`--backend`",
    "server",
    "posts to",
    "prompts",
    "their length",
    "output length",
    "output tokens",
    "LoRA",
    "cannot carry",
)


def backends(markdown: Markdown = False) -> None:
    """List the values of `bench --backend`, and what each wire format supports."""
    show(HEADINGS, rows(), markdown=markdown)


def rows() -> list[tuple[str, ...]]:
    """One per wire format, with all its names in the first cell."""
    from inferometer.protocol import PROTOCOLS

    distinct = {id(backend): backend for backend in PROTOCOLS.values()}
    names = {
        key: ", ".join(
            f"`{name}`" for name, each in PROTOCOLS.items() if id(each) == key
        )
        for key in distinct
    }
    chats_only = _chats_only()
    return [
        (
            names[key],
            *_cells(backend),
            _cannot_carry(backend, chats_only),
        )
        for key, backend in distinct.items()
    ]


def _cannot_carry(backend: Backend, chats_only: Sequence[str]) -> str:
    if not backend.carries_text:
        return "all but rows with a recording"
    if backend.chat:
        return "nothing"
    return ", ".join([*chats_only, "pictures and tools of rows"])


def _chats_only() -> list[str]:
    """Data sets that consist of messages, some of them only if read from a file."""
    from inferometer.spec.workload import DATASETS

    found = []
    for name, model in DATASETS.items():
        has_path = "path" in model.model_fields
        if model.model_construct(
            **({"path": None} if has_path else {})
        ).needs_messages:
            found.append(f"`{name}`")
        elif has_path and model.model_construct(path="a file").needs_messages:
            found.append(f"`{name}` of a file")
    return found


def _cells(backend: Backend) -> tuple[str, ...]:
    """The cells after the names; of lengths, the best that a server allows."""
    if backend.carries_token_ids:
        prompts, length = "token ids, text", "exact"
    elif not backend.carries_text:
        prompts, length = "recordings", "as in the file"
    else:
        prompts = "messages, text" if backend.chat else "text"
        length = "exact" if backend.routes.tokenize else "about"
    return (
        backend.title,
        f"`{backend.endpoint}`",
        prompts,
        length,
        "exact" if backend.exact_length else "at most",
        "the server's count" if backend.reports_usage else "one an event",
        "by request" if backend.chooses_adapter else "no",
    )
