"""Where tests are distributed, a table is one item, and no row of it is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from tests.whole_tables import rows_of, whole_table


def tried(test: Callable[..., None]) -> None:
    whole_table(test, rows_of(test), nullcontext)()


@pytest.mark.parametrize("n", (1, 2, 3))  # noqa: PT007
def numbers(n: int) -> None:
    if n == 1:
        raise ValueError("one is wrong")
    assert n != 3, "three too"


def test_every_row_is_tried_and_each_that_fails_is_named() -> None:
    with pytest.raises(pytest.fail.Exception) as failed:
        tried(numbers)
    told = str(failed.value)
    assert told.startswith("2 of 3 rows:")
    assert "n=1\n" in told
    assert "one is wrong" in told
    assert "n=3\n" in told
    assert "three too" in told
    assert "n=2\n" not in told


def test_a_row_that_is_skipped_ends_no_other() -> None:
    seen = []

    @pytest.mark.parametrize("n", [1, 2])
    def some(n: int) -> None:
        seen.append(n)
        if n == 1:
            pytest.skip("not here")

    with pytest.raises(pytest.skip.Exception, match="1 of 2 rows: n=1: not he"):
        tried(some)
    assert seen == [1, 2]


def test_tables_that_stand_above_each_other_are_multiplied() -> None:
    seen = []

    @pytest.mark.parametrize(
        ("a", "b"), [(1, "x"), pytest.param(2, "y", id="z")]
    )
    @pytest.mark.parametrize("c", {"k": 0})
    @pytest.mark.wide
    def some(a: int, b: str, c: str) -> None:
        seen.append((a, b, c))

    whole = whole_table(some, rows_of(some), nullcontext)
    whole()
    assert seen == [(1, "x", "k"), (2, "y", "k")]
    assert [mark.name for mark in vars(whole)["pytestmark"]] == ["wide"]


def takes_a_fixture(n: int, tmp_path: Any) -> None: ...


def takes_a_number(n: int) -> None: ...


ONE = pytest.mark.parametrize("n", [1])


@pytest.mark.parametrize(
    "test",
    [
        pytest.param(takes_a_number, id="no table"),
        pytest.param(ONE(takes_a_fixture), id="a fixture"),
        pytest.param(
            pytest.mark.parametrize("n", [1], indirect=True)(lambda n: None),
            id="indirect",
        ),
        pytest.param(
            pytest.mark.parametrize("n", iter([1]))(lambda n: None),
            id="read once",
        ),
        pytest.param(
            pytest.mark.parametrize("n", [])(lambda n: None), id="empty"
        ),
        pytest.param(
            pytest.mark.parametrize(
                "n", [pytest.param(1, marks=pytest.mark.wide)]
            )(lambda n: None),
            id="a row with a mark",
        ),
    ],
)
def test_what_pytest_has_to_see_row_by_row(test: Callable[..., None]) -> None:
    assert rows_of(test) == []
