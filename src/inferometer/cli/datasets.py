"""`inferometer datasets`: the kinds of prompts, and the flags of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inferometer.cli.help_words import help_words
from inferometer.cli.tables import Markdown, show
from inferometer.words import spoken

if TYPE_CHECKING:
    from inferometer.spec.workload import AnyWorkload

HEADINGS = ("`--dataset-name`", "prompts", "lengths", "flags")


def datasets(markdown: Markdown = False) -> None:
    """List the values of `bench --dataset-name`, and the flags of each data set."""
    show(
        HEADINGS,
        rows() if markdown else [*map(_spoken, rows())],
        markdown=markdown,
    )


def _spoken(row: tuple[str, ...]) -> tuple[str, ...]:
    """With what the data set is in the language of the terminal."""
    if spoken().language == "en":
        return row
    names, _, *others = row
    return (
        names,
        help_words(spoken().language)[f"data.{names.split('`')[1]}"],
        *others,
    )


def rows() -> list[tuple[str, ...]]:
    """One per kind of workload, with all its names in the first cell."""
    from inferometer.cli.flag_errors import flag_name
    from inferometer.spec.workload import DATASETS

    found: list[tuple[str, ...]] = []
    for model in dict.fromkeys(DATASETS.values()):
        names = ", ".join(
            f"`{name}`" for name, each in DATASETS.items() if each is model
        )
        found.append(
            (
                names,
                _about(model),
                "as asked" if _has_lengths(model) else "as in the file",
                " ".join(f"`{flag_name(flag)}`" for flag in model.flags),
            )
        )
    return found


def _about(model: type[AnyWorkload]) -> str:
    """The first sentence of the model's docstring."""
    paragraph = (model.__doc__ or "").partition("\n\n")[0]
    return " ".join(paragraph.split()).removesuffix(".")


def _has_lengths(model: type[AnyWorkload]) -> bool:
    fields = model.model_fields
    return any(
        name in fields and fields[name].default is not None
        for name in ("input_len", "prefix_len")
    )
