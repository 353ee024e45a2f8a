"""RatingLimits of ratings from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from inferometer.analysis.ratings import (
    RATED,
    RatingLimits,
    RatingsError,
    rating,
    ratings,
    read_ratings,
)


def test_limits_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "ratings.yaml"
    path.write_text(
        "p99_ttft_ms: [10, 20, 40]\noutput_throughput: [1000, 500.5, 100]\n"
    )
    rated = read_ratings(path)
    assert rated == {
        "p99_ttft_ms": RatingLimits(10, 20, 40),
        "output_throughput": RatingLimits(1000, 500.5, 100),
    }
    assert ratings({"p99_ttft_ms": 15.0, "mean_ttft_ms": 1.0}, rated) == {
        "p99_ttft_ms": "good"
    }


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (1001, "excellent"),
        (1000, "good"),
        (500, "fair"),
        (100, "fair"),
        (99, "needs work"),
    ],
)
def test_more_is_better_of_a_throughput(value: float, word: str) -> None:
    rated = {"output_throughput": RatingLimits(1000, 500, 100)}
    assert rating("output_throughput", value, rated) == word


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty or too large"),
        ("- 1", "is empty or too large"),
        ("a: [", "cannot be read as YAML"),
        ("\x00", "cannot be read as YAML"),
        ("latency: [1, 2, 3]", "latency cannot be rated"),
        ("duration: [1, 2, 3]", "duration cannot be rated"),
        ("mean_ttft_ms: [1, 2]", "needs three rising limits"),
        ("mean_ttft_ms: [3, 2, 1]", "needs three rising limits"),
        ("mean_ttft_ms: [1, 2, .nan]", "needs three rising limits"),
        ("mean_ttft_ms: [1, 2, true]", "needs three rising limits"),
        ("mean_ttft_ms: 5", "needs three rising limits"),
        ("output_throughput: [1, 2, 3]", "needs three falling limits"),
        ("x" * 100_001, "is empty or too large"),
    ],
)
def test_what_is_no_table_of_limits(
    tmp_path: Path, content: str, sentence: str
) -> None:
    path = tmp_path / "ratings.yaml"
    path.write_text(content)
    with pytest.raises(RatingsError, match=sentence):
        read_ratings(path)


def test_a_file_that_is_not_there_is_not_called_bad_yaml(
    tmp_path: Path,
) -> None:
    with pytest.raises(RatingsError, match="No such file"):
        read_ratings(tmp_path / "none.yaml")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RatingsError, match="cannot be read"):
        read_ratings(tmp_path / "none.yaml")


def test_the_guides_limits_are_the_default() -> None:
    assert RATED == {
        "mean_ttft_ms": (100, 200, 500),
        "mean_tpot_ms": (50, 100, 200),
    }
