"""`inferometer datasets`: what prompts can be made of, and the flags of each. The README has the
same table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from inferometer.cli.markdown import table as markdown_table

if TYPE_CHECKING:
    from inferometer.spec.workload import AnyWorkload

_HEADINGS = ("`--dataset-name`", "prompts", "lengths", "flags")


def datasets() -> None:
    """List the values of `bench --dataset-name`, and the flags of each data set."""
    typer.echo(table(), nl=False)


def table() -> str:
    """A row a kind of workload, its names together."""
    from inferometer.cli.bench_workload import DATASETS, FIELDS
    from inferometer.cli.flag_errors import flag_name

    rows = []
    for model, fields in FIELDS.items():
        names = ", ".join(f"`{name}`" for name, each in DATASETS.items() if each is model)
        flags = " ".join(f"`{flag_name(flag)}`" for flag in fields)
        rows.append(
            (names, _about(model), "as asked" if _has_lengths(model) else "as in the file", flags)
        )
    return markdown_table(_HEADINGS, rows)


def _about(model: type[AnyWorkload]) -> str:
    """The first line of what the model says of itself."""
    return (model.__doc__ or "").strip().partition("\n")[0].removesuffix(".")


def _has_lengths(model: type[AnyWorkload]) -> bool:
    fields = model.model_fields
    return any(
        name in fields and fields[name].default is not None for name in ("input_len", "prefix_len")
    )
