"""The columns that the explorer reads: coding, gaps, names, and text from strangers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from inferometer.report.page.columns import (
    LONGEST_TEXT,
    clean,
    columnar,
    folders_of,
    measured,
    series_of,
)
from inferometer.results import Point
from inferometer.words import LANGUAGES, Words
from tests.report.page_points import HOSTILE, hostile, point, study

WORDS = Words("en")


def coded(*points: Point, paths: tuple[Path, ...] = ()) -> dict[str, Any]:
    return columnar(points, paths, WORDS)


def condition(columns: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in columns["conditions"] if each["name"] == name)


def metric(columns: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in columns["metrics"] if each["name"] == name)


def decoded(column: dict[str, Any]) -> list[Any]:
    return [
        None if code < 0 else column["values"][code] for code in column["codes"]
    ]


def test_a_condition_is_coded_with_numbers_by_size_and_gaps_as_gaps() -> None:
    columns = coded(
        point(conditions={"tp": 10}), point(conditions={"tp": 2}), point()
    )
    tp = condition(columns, "tp")
    assert (tp["values"], decoded(tp), tp["numeric"], tp["varies"]) == (
        [2, 10],
        [10, 2, None],
        True,
        True,
    )


@pytest.mark.parametrize(
    ("other", "role"), [({}, "incidental"), ({"currency": "CNY"}, "identity")]
)
def test_lines_join_points_with_and_without_a_price(
    other: dict[str, str], role: str
) -> None:
    columns = coded(
        point(conditions={"currency": "$"}), point(conditions=other)
    )
    assert condition(columns, "currency")["role"] == role


def test_words_keep_the_order_of_the_points() -> None:
    columns = coded(
        *(point(conditions={"model": name}) for name in ("7B", "14B", "7B"))
    )
    assert condition(columns, "model")["values"] == ["7B", "14B"]
    assert not condition(columns, "model")["numeric"]


def test_an_infinite_rate_is_a_word_beside_numbers() -> None:
    rates = condition(
        coded(
            *(
                point(conditions={"request_rate": rate})
                for rate in (float("inf"), 4.0)
            )
        ),
        "request_rate",
    )
    assert (rates["values"], rates["numeric"]) == ([4.0, "inf"], True)


def test_what_was_not_measured_is_null_never_zero() -> None:
    columns = coded(
        point(values={"output_throughput": 0.0}),
        point(values={"mean_ttft_ms": 1.23456789}),
        point(values={"mean_ttft_ms": float("nan")}),
    )
    assert metric(columns, "output_throughput")["data"] == [0.0, None, None]
    assert metric(columns, "mean_ttft_ms")["data"] == [None, 1.23457, None]


def test_intervals_and_reasons_are_with_their_points() -> None:
    columns = coded(*study().points)
    throughput = metric(columns, "output_throughput")
    assert (
        throughput["low"][0],
        throughput["high"][0],
        throughput["confidence"],
    ) == (
        90.0,
        110.0,
        0.95,
    )
    assert "low" not in metric(columns, "mean_ttft_ms")
    told = columns["points"]
    assert [told["sentences"][code] for code in told["reasons"][6]] == [
        "Reason 6."
    ]
    assert told["reasons"][0] is None
    assert told["samples"]["ttft"][:4] == [10, 20, 40, 80]


def test_a_series_is_named_by_the_fewest_conditions_that_differ() -> None:
    points = study().points
    assert list(dict.fromkeys(series_of(points, [], WORDS))) == [
        "B · 7B",
        "B · 14B",
        "C · 7B",
        "C · 14B",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_series_are_in_the_order_of_their_lengths_as_in_figures(
    language: str,
) -> None:
    points = [
        point(conditions={"model": model, "input_len": length})
        for model in ("7B", "14B")
        for length in (1024, 512)
    ]
    names = series_of(points, [], Words(language))
    columns = columnar(points, [], Words(language))
    ordered = [names[at] for at in (1, 0, 3, 2)]
    assert condition(columns, "series")["values"] == ordered


def test_a_series_is_named_by_its_source_only_where_that_tells_more() -> None:
    sides = [
        Point(
            id=f"{side}{load}",
            source=Path(f"/r/{side}/x.json"),
            tool="vllm",
            conditions={"model": "7B", "concurrency": load},
            values={},
        )
        for side in ("before", "after")
        for load in (1, 2)
    ]
    paths = [Path("/r/before"), Path("/r/after")]
    assert series_of(sides, paths, WORDS) == [
        "before",
        "before",
        "after",
        "after",
    ]
    assert series_of(sides[:2], paths[:1], WORDS) == ["–", "–"]
    named = replace(sides[2], conditions={**sides[2].conditions, "tp": 2})
    assert series_of([sides[0], named], paths, WORDS) == ["before", "TP2"]
    assert decoded(condition(coded(*sides, paths=tuple(paths)), "source")) == [
        "before",
        "before",
        "after",
        "after",
    ]


def test_folders_are_told_below_the_one_that_all_share() -> None:
    sources = [
        "/r/study/x8/n1.json",
        "/r/study/x8/n2.json",
        "/r/study/deep/x16/n1.json",
        "/r/study/.inferometer/pcie/runs/1C-1k-np1",  # of a campaign
        "/r/study/n1.json",
    ]
    points = [replace(point(), source=Path(source)) for source in sources]
    assert folders_of(points) == ["x8", "x8", "deep/x16", "pcie", "."]
    assert decoded(condition(coded(*points), "folder"))[2] == "deep/x16"
    assert "folder" not in {
        each["name"] for each in coded(*points[:2])["conditions"]
    }


def test_who_measured_names_a_series_before_what_only_one_of_them_tells() -> (
    None
):
    ours = point(conditions={"model": "7B", "dataset": "random"})
    theirs = replace(ours, tool="vllm", conditions={"model": "7B"})
    assert series_of([ours, theirs], [], WORDS) == ["inferometer", "vllm"]


def test_a_source_is_the_first_path_above_a_point_whole_where_names_are_alike() -> (
    None
):
    paths = (Path("/r/a/results"), Path("/r/a"), Path("/r/b/results"))
    sources = [
        replace(point(), source=Path(name))
        for name in (
            "/r/a/results/x/1.json",
            "/r/a/2.json",
            "/r/b/results",
            "/3.json",
        )
    ]
    assert decoded(condition(coded(*sources, paths=paths), "source")) == [
        "/r/a/results",
        "a",
        "/r/b/results",
        None,
    ]


def test_a_condition_that_says_the_same_as_a_more_telling_one_is_an_alias() -> (
    None
):
    columns = coded(
        *(
            point(
                conditions={
                    "model": alias,
                    "model_id": name,
                    "concurrency": n,
                    "num_prompts": n * 10,
                    "tp": 1,
                }
            )
            for alias, name, n in (
                ("7B", "llama", 1),
                ("14B", "qwen", 2),
                ("7B", "llama", 2),
            )
        )
    )
    aliases = {
        each["name"]: each["alias"]
        for each in columns["conditions"]
        if each["varies"]
    }
    assert aliases == {
        "series": False,
        "model": False,
        "model_id": True,
        "num_prompts": True,
        "concurrency": False,
    }


def test_percentiles_that_no_table_lists_are_columns_and_unknown_names_are_not() -> (
    None
):
    columns = measured(
        [
            point(
                values={"p95_ttft_ms": 1.0, "mean_ttft_ms": 1.0, "made_up": 1.0}
            )
        ]
    )
    assert [column.name for column in columns] == [
        "mean_ttft_ms",
        "p95_ttft_ms",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_strangers_is_text_that_a_page_can_hold(text: str) -> None:
    held = clean(text)
    held.encode()
    assert held.isprintable()


def test_endless_text_is_cut() -> None:
    assert len(clean("x" * 10_000_000)) == LONGEST_TEXT + 1


def test_hostile_points_can_be_written() -> None:
    orjson.dumps(columnar(hostile().points, [], WORDS))


def test_what_a_run_sums_up_ranks_no_configuration() -> None:
    totals = {"completed": 8.0, "failed": 0.0, "energy": 900.0}
    columns = coded(point(values={"output_throughput": 100.0, **totals}))
    ranks = {each["name"]: each["ranks"] for each in columns["metrics"]}
    assert ranks == {"output_throughput": True, **dict.fromkeys(totals, False)}


def test_series_without_letters_are_called_by_what_their_folders_say() -> None:
    machine = {"card": "R9700", "gpus": 2, "stack": "ROCm 7.0"}
    points = [
        point(conditions={**machine, "config": "B", "pcie_width": 8}),
        point(conditions={**machine, "config": "C", "pcie_width": 16}),
        point(conditions={**machine, "card": "pro4500", "pcie_width": 16}),
    ]
    assert series_of(points, (), WORDS) == [
        "R9700 · x8",
        "R9700 · x16",
        "pro4500 · x16",
    ]
    lettered = points[:2]
    assert series_of(lettered, (), WORDS) == ["B", "C"]


@pytest.mark.parametrize(
    ("language", "cells"),
    [("en", ["cold", "warm"]), ("zh-CN", ["冷缓存", "热缓存"])],
)
def test_the_cache_is_said_in_the_page_s_language(
    language: str, cells: list[str]
) -> None:
    points = [point(conditions={"cache": each}) for each in ("cold", "warm")]
    columns = columnar(points, (), Words(language))
    assert decoded(condition(columns, "cache")) == cells


def test_a_condition_that_nobody_knows_is_called_as_its_file_calls_it() -> None:
    points = [point(conditions={"max_num_seqs": n, "tp": n}) for n in (4, 8)]
    columns = columnar(points, (), WORDS)
    names = ("max_num_seqs", "series")
    labels = [condition(columns, name)["label"] for name in names]
    assert labels == ["max_num_seqs", "Series"]
