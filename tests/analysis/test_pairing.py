"""Which points are partners, what tells the sides apart, and what makes a comparison unfair."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inferometer.analysis.pairing import pair_points, value_of
from inferometer.results import Condition, Point
from inferometer.words import Words
from tests.analysis.simulated_campaigns import point

EN, ZH = Words(), Words("zh-CN")
VALUES = {"output_throughput": 1.0}


def one(name: str = "p", /, **conditions: Condition) -> Point:
    return point(name, VALUES, minute=None, **{"input_len": 1024, **conditions})


def test_points_of_the_same_settings_are_partners() -> None:
    a = [one(f"a{n}", config="B", concurrency=n) for n in (1, 2, 4)]
    b = [one(f"b{n}", config="C", concurrency=n) for n in (2, 4, 8)]
    found = pair_points(a, b)
    assert [
        (p.label, [x.id for x in p.a], [x.id for x in p.b]) for p in found.pairs
    ] == [
        ("concurrency 2", ["a2"], ["b2"]),
        ("concurrency 4", ["a4"], ["b4"]),
    ]
    assert [p.in_words(ZH) for p in found.pairs] == ["并发数 2", "并发数 4"]
    assert [each.in_words(EN) for each in found.differences] == [
        "configuration B -> C"
    ]
    assert [each.in_words(ZH) for each in found.differences] == [
        "硬件配置 B -> C"
    ]
    assert [p.id for p in found.alone_a] == ["a1"]
    assert [p.id for p in found.alone_b] == ["b8"]
    assert found.warnings == ()


def test_runs_that_differ_in_nothing_else_are_repeats() -> None:
    a = [
        one(
            f"a{i}",
            repeat=i,
            seed=i,
            date=f"2026-07-0{i}T00:00:00",
            host="here",
            group="x",
        )
        for i in (1, 2, 3)
    ]
    b = [
        one(
            f"b{i}",
            repeat=i,
            date=f"2026-08-0{i}T00:00:00",
            host="there",
            group="y",
        )
        for i in (1, 2)
    ]
    (pair,) = pair_points(a, b).pairs
    assert (len(pair.a), len(pair.b), pair.label) == (3, 2, "")
    assert [each.in_words(EN) for each in pair_points(a, b).differences] == [
        "client host here -> there"
    ]


def test_a_number_is_one_number_however_it_is_written() -> None:
    (pair,) = pair_points(
        [one(tp=2, request_rate=float("inf"))],
        [one(tp="2", request_rate="inf")],
    ).pairs
    assert pair.conditions["tp"] == 2
    assert value_of(one(tp=2.5), "tp") == 2.5


def test_what_only_one_side_tells_pairs_nothing_and_is_said() -> None:
    found = pair_points(
        [one(engine_version="0.11", dataset="random")], [one(dataset="random")]
    )
    assert len(found.pairs) == 1
    assert found.untold == ("engine_version",)
    assert found.differences == ()


def test_no_cap_is_a_load_of_its_own() -> None:
    found = pair_points([one(max_concurrency=8)], [one()])
    assert [each.in_words(EN) for each in found.differences] == [
        "concurrency limit 8 -> none"
    ]
    assert "the load is another" in found.warnings[0]


@pytest.mark.parametrize(
    ("condition", "a", "b", "why"),
    [
        ("input_len", 1024, 2048, "prompts have other lengths"),
        ("dataset", "random", "sharegpt", "prompts are made of other things"),
        ("num_prompts", 50, 1000, "runs have other lengths"),
        ("cache", "cold", "warm", "the prefix cache is in another state"),
        ("rehearsal", None, "embedded", "one side is a rehearsal"),
    ],
)
def test_unfair_comparisons_are_made_and_named(
    condition: str, a: Condition, b: Condition, why: str
) -> None:
    found = pair_points([one(**{condition: a})], [one(**{condition: b})])
    assert len(found.pairs) == 1
    assert [why in warning for warning in found.warnings] == [True]


def test_what_is_asked_for_is_fair_and_so_is_what_follows_from_it() -> None:
    cold, warm = one(cache="cold"), one(cache="warm")
    assert pair_points([cold], [warm], asked="cache").warnings == ()
    loads = [one(max_concurrency=n, concurrency=n) for n in (1, 8)]
    assert (
        pair_points(loads[:1], loads[1:], asked="max_concurrency").warnings
        == ()
    )
    also_warm = one(cache="warm", max_concurrency=8, concurrency=8)
    (warning,) = pair_points(loads[:1], [also_warm], asked="cache").warnings
    assert warning.startswith("not a fair comparison: the load is another")


def test_a_difference_is_told_in_the_language_of_who_reads() -> None:
    (told,) = pair_points([one()], [one(rehearsal="embedded")]).warnings
    assert told.endswith("(rehearsal none -> embedded)")
    assert ZH.say(told).endswith("（演练 无 -> embedded）")


def test_tools_and_rehearsals_are_never_fair() -> None:
    theirs = replace(one(), tool="guidellm")
    assert (
        "tools define"
        in pair_points([one()], [theirs], asked="tool").warnings[0]
    )
    rehearsed = one(rehearsal="embedded")
    assert (
        "rehearsal"
        in pair_points([one()], [rehearsed], asked="rehearsal").warnings[0]
    )


def test_another_tool_has_other_definitions() -> None:
    theirs = replace(one(), tool="guidellm")
    assert (
        "tools define their metrics differently (tool inferometer -> guidellm)"
        in pair_points([one()], [theirs]).warnings[0]
    )


def test_subjects_may_have_several_values_on_a_side_and_loads_may_not() -> None:
    a = [
        one("a1", engine="vllm", engine_version="1", tp=1),
        one("a2", engine="vllm", engine_version="2", tp=2),
    ]
    b = [
        one("b1", engine="sglang", engine_version="7", tp=1),
        one("b2", engine="sglang", engine_version="8", tp=2),
    ]
    assert len(pair_points(a, b).pairs) == 2
    loads_apart = pair_points(
        [one(concurrency=1), one(concurrency=2)],
        [one(concurrency=8), one(concurrency=16)],
    )
    assert loads_apart.pairs == ()
    assert len(loads_apart.alone_a) == 2


def test_a_label_names_what_is_needed_to_tell_the_points_apart() -> None:
    a = [
        one(
            f"{model}{n}",
            model=model,
            tp=1 if model == "7B" else 2,
            num_prompts=16 * n,
            max_concurrency=n,
            concurrency=n,
        )
        for model in ("7B", "14B")
        for n in (1, 2)
    ]
    assert [pair.label for pair in pair_points(a, a).pairs] == [
        "model 7B, concurrency 1",
        "model 7B, concurrency 2",
        "model 14B, concurrency 1",
        "model 14B, concurrency 2",
    ]
