"""The table of a test as one item: pytest and its workers take longer for an item than most rows do."""

from __future__ import annotations

import inspect
import reprlib
import traceback
from collections import ChainMap
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from functools import wraps
from itertools import product
from typing import Any

import pytest

PARAM = type(pytest.param())

Row = dict[str, Any]


def rows_of(test: Callable[..., None]) -> list[Row]:
    """What a test is called with, if all that it takes stands in tables; else nothing."""
    marks = getattr(test, "pytestmark", ())
    tables = [mark for mark in marks if mark.name == "parametrize"]
    if not tables or hasattr(test, "is_hypothesis_test"):
        return []
    parts = product(*(list(_rows_of(table)) for table in tables))
    rows = [dict(ChainMap(*each)) for each in parts]
    takes = inspect.signature(test).parameters.keys()
    return rows if all(row.keys() == takes for row in rows) else []


def _rows_of(mark: pytest.Mark) -> Iterator[Row]:
    """None where pytest has to see each row: it has marks of its own, or goes to a fixture."""
    names, table = mark.args if len(mark.args) == 2 else ("", ())
    if mark.kwargs.keys() - {"ids"} or not isinstance(table, Collection):
        return
    if any(isinstance(row, PARAM) and row.marks for row in table):
        return
    if isinstance(names, str):
        names = [name.strip() for name in names.split(",") if name.strip()]
    for row in table:
        if isinstance(row, PARAM):
            values = row.values
        else:
            values = (row,) if len(names) == 1 else row
        yield dict(zip(names, values, strict=True))


def whole_table(
    test: Callable[..., None],
    rows: Collection[Row],
    clean: Callable[[], AbstractContextManager[None]],
) -> Callable[[], None]:
    """A test that tries every row, each in a `clean()`, and names each that fails or is skipped."""

    @wraps(test)
    def whole() -> None:
        failed, skipped = [], []
        for row in rows:
            try:
                with clean():
                    test(**row)
            except pytest.skip.Exception as why:
                skipped.append(f"{_name(row)}: {why}")
            except (Exception, pytest.fail.Exception):
                failed.append(f"{_name(row)}\n{traceback.format_exc()}")
        if failed:
            told = "\n".join([f"{len(failed)} of {len(rows)} rows:", *failed])
            pytest.fail(told, pytrace=False)
        if skipped:
            pytest.skip(
                f"{len(skipped)} of {len(rows)} rows: {'; '.join(skipped)}"
            )

    vars(whole)["__signature__"] = inspect.Signature()
    vars(whole)["pytestmark"] = [
        mark for mark in vars(test)["pytestmark"] if mark.name != "parametrize"
    ]
    return whole


def _name(row: Row) -> str:
    return ", ".join(f"{key}={reprlib.repr(row[key])}" for key in row)
