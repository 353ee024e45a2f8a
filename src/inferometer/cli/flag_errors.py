"""Errors in flags, with the names that users typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationError


class FlagsError(Exception):
    """The flags are wrong: a sentence for each reason."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = list(reasons)


def sentences(error: ValidationError, flag_of_field: Mapping[str, str]) -> list[str]:
    """Each error of a model as a sentence with the flag of its innermost field that has one."""
    told: dict[
        str, None
    ] = {}  # in order, each once: a value of a union has an error of each of its types
    for each in error.errors():
        fields = [str(step) for step in each["loc"]]
        field = next(
            (step for step in reversed(fields) if step in flag_of_field),
            fields[-1] if fields else "",
        )
        flag = flag_of_field.get(field, flag_name(field))
        wish = each["msg"].removeprefix("Value error, ")
        wish = wish[0].lower() + wish[1:]
        shown = f" {each['input']}" if isinstance(each["input"], str | int | float) else ""
        told[f"{flag}{shown}: {wish.removeprefix('input ')}."] = None
    return list(told)


def flag_name(field: str) -> str:
    return f"--{field.replace('_', '-')}"
