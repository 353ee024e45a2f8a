"""Which conditions tell points apart."""

from __future__ import annotations

import pytest

from inferometer.results import Condition
from inferometer.results.telling import telling_places

ROWS: list[tuple[Condition, ...]] = [
    ("7B", 1, 1, "a"),
    ("7B", 2, 2, "a"),
    ("14B", 1, 1, "a"),
    ("14B", 2, 2, None),
]


@pytest.mark.parametrize(
    ("rows", "order", "places"),
    [
        (
            ROWS,
            [0, 1, 2, 3],
            [0, 1],
        ),  # the third says what the second says, the fourth nothing that the two do not
        (ROWS, [2, 0, 1, 3], [2, 0]),
        (ROWS, [3, 1], [3, 1]),
        (ROWS[:1], [0, 1], []),
        ([], [], []),
    ],
)
def test_each_place_tells_more_than_those_before_it(
    rows: list[tuple[Condition, ...]], order: list[int], places: list[int]
) -> None:
    columns = [*zip(*rows, strict=True)]
    assert telling_places(columns, order) == places
