"""Errors in flags, with the names that users typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

from inferometer.secret import repeatable
from inferometer.spec.base import ReasonsError
from inferometer.spec.flags import did_you_mean
from inferometer.spec.wishes import wish_of
from inferometer.words import Said

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class FlagsError(ReasonsError):
    """The flags are wrong."""


def sentences(
    error: ValidationError, flag_of_field: Mapping[str, str]
) -> list[str]:
    """Each error of a model as a sentence with the flag of its innermost field that has one; each
    once, though a value of a union has an error of each of its types.
    """
    told = (_sentence(each, flag_of_field) for each in error.errors())
    return list(dict.fromkeys(told))


def _sentence(error: ErrorDetails, flag_of_field: Mapping[str, str]) -> str:
    fields = [str(step) for step in error["loc"]]
    field = next(
        (step for step in reversed(fields) if step in flag_of_field),
        fields[-1] if fields else "",
    )
    flag = flag_of_field.get(field, flag_name(field))
    wish, value = wish_of(error), repeatable(error["input"], flag)
    if isinstance(value, str | int | float):
        told = {"flag": flag, "value": value, "wish": wish}
        return Said("flag.wrong.value", told)
    return Said("flag.wrong", {"flag": flag, "wish": wish})


def not_one_of(flag: str, value: str, known: Iterable[str]) -> Said:
    names = list(known)
    told = {
        "flag": flag,
        "value": repeatable(value, flag),
        "known": ", ".join(names),
    }
    return Said("flag.not_one_of", {**told, "near": did_you_mean(value, names)})


def flag_name(field: str) -> str:
    return f"--{field.replace('_', '-')}"
