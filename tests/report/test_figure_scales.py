"""Scales, ticks, holes and names: what figures decide before anything is drawn."""

from __future__ import annotations

from itertools import pairwise

import pytest

from inferometer.report.figures.curves import curves
from inferometer.report.figures.drawing import Material
from inferometer.report.figures.over_time import draw_over_time
from inferometer.report.figures.scales import (
    compact,
    holes,
    level_axis,
    round_numbers,
    signed_axis,
    spread_axis,
    value_axis,
)
from inferometer.report.naming import (
    clean,
    distinguishing,
    legend_names,
    short_tokens,
    shorten,
)
from inferometer.words import Words
from tests.report.figure_material import ladder, point, run
from tests.report.page_points import point as made_point


@pytest.mark.parametrize(
    ("levels", "after"),
    [
        ([1, 2, 3, 4, 5, 6, 7], []),
        ([1, 2, 3, 5, 6, 7], [2]),
        ([1, 2, 3, 9, 10, 11, 12], [2]),
        ([1, 2, 4, 8, 16, 32], []),
        ([1, 2, 4, 16, 32, 64], [2]),
        ([1, 10, 20, 30, 40], []),
        ([1, 2, 5, 10, 20], []),
        ([1, 2, 4, 6, 8, 10, 16, 20, 24, 32, 64], []),
        ([*range(1, 201), *range(250, 1001, 50)], []),
        ([*range(1, 57), *range(58, 201)], [55]),
        ([0, 1, 2, 4, 5, 6], [2]),
        ([7], []),
        ([], []),
    ],
)
def test_a_hole_is_a_step_longer_than_equal_steps_around_it(
    levels: list[float], after: list[int]
) -> None:
    assert holes(levels) == after


@pytest.mark.parametrize(
    ("values", "log"),
    [
        ([30, 2999], False),
        ([30, 3000], True),
        ([0, 3000], False),
        ([-5, 5000], False),
        ([], False),
        ([float("nan"), 1, 1000], True),
    ],
)
def test_values_over_two_decades_are_logarithmic(
    values: list[float], log: bool
) -> None:
    assert value_axis(values).log is log


def test_a_logarithmic_axis_ends_at_round_numbers() -> None:
    axis = value_axis([21, 2100])
    assert (axis.domain, axis.ticks) == ((20, 5000), (20, 100, 1000, 5000))
    assert value_axis([12, 150, 1300]).domain == (10, 2000)


def test_intervals_do_not_squeeze_what_they_belong_to() -> None:
    assert value_axis([10, 20], [5, 22]).domain == (0, 22)
    assert value_axis([10, 20], [-900, 1000]).domain == (0, 30)
    assert value_axis([10, 2000], [-5, 9000]).domain == (5, 5000)
    low, high = signed_axis([-4, 0], [-500, 500]).domain or (0, 0)
    assert -15 < low < -10
    assert 6 < high < 10
    assert signed_axis([100, 95], [90, 104], 100).domain is not None


def test_no_effect_is_on_the_axis_however_far_all_effects_are_from_it() -> None:
    low, high = signed_axis([-74.0, -75.0, -73.0, -74.5]).domain or (0, 0)
    assert low < -75
    assert high > 0


@pytest.mark.parametrize(
    ("levels", "log"),
    [
        (range(1, 201), False),
        ([1, 2, 4, 8, 16, 32], True),
        ([1, 2, 5, 10, 20], True),
        ([*range(1, 201), *range(250, 1001, 50)], True),
        ([3, 4], False),
    ],
)
def test_levels_stand_where_they_are_most_even(
    levels: list[float], log: bool
) -> None:
    assert level_axis(levels).log is log


def test_few_levels_have_a_tick_each() -> None:
    assert level_axis([1, 4, 16]).ticks == (1, 4, 16)
    assert level_axis(range(1, 201)).ticks is None
    assert level_axis([8]).domain == pytest.approx((7.2, 8.8))
    assert level_axis([]).domain is None


def test_a_distribution_far_from_zero_does_not_begin_there() -> None:
    assert spread_axis([500, 520]).domain == (500, 520)
    assert spread_axis([1, 50]).domain is None
    assert spread_axis([7, 7]).domain == (6.5, 7.5)


def test_round_numbers_are_one_two_five() -> None:
    assert round_numbers(3, 40) == [2, 5, 10, 20, 50]
    assert round_numbers(0.02, 0.02) == [0.02]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.5234, "0.523"),
        (57.0, "57"),
        (1415.4, "1,415"),
        (10234, "10.2k"),
        (2.5e6, "2.5M"),
        (0.0, "0"),
        (3e9, "3G"),
    ],
)
def test_a_cell_has_room_for_three_digits(value: float, said: str) -> None:
    assert compact(value) == said


def test_lengths_are_said_in_k() -> None:
    assert [short_tokens(n) for n in (1024, 98304, 1000, 128)] == [
        "1K",
        "96K",
        "1000",
        "128",
    ]


def test_curves_are_named_by_what_differs() -> None:
    same = ladder()
    assert distinguishing(same) == ()
    assert distinguishing([*same, *ladder(model="14B", label="big")]) == (
        "model",
    )
    assert distinguishing(
        [*same, *ladder(tp=2), *ladder(tp=2, cache="warm")]
    ) == ("tp", "cache")
    assert (
        distinguishing([*same, point(3, input_len=8)], without=("input_len",))
        == ()
    )


def test_points_without_a_price_are_of_the_same_curve() -> None:
    """Only what costs in two currencies is two curves."""
    dollars, yuan = ladder(currency="$"), ladder(currency="CNY")
    assert distinguishing([*dollars, *ladder()]) == ()
    assert distinguishing([*dollars, *yuan]) == ("currency",)
    assert distinguishing([*dollars, *yuan, *ladder()]) == ("currency",)


def test_long_names_keep_both_ends_and_stay_unlike() -> None:
    one, two = (
        "org/" + "x" * 60 + "-7B" + each for each in ("-a" * 30, "-b-a" * 15)
    )
    short = legend_names([one, one[:20] + "Q" + one[21:], two, "7B"])
    assert all(len(label) <= 38 for label in short.values())
    assert len(set(short.values())) == 4
    assert shorten(one).startswith("org/")
    assert shorten(one).endswith("-a-a")
    assert short["7B"] == "7B"


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (
            (
                "2xR9700_x16_llama-3.1-8b_rocm7.0_1-200_TP2",
                "2xR9700_x8_llama-3.1-8b_rocm7.1_1-200_TP2",
                "2xpro4500_x16_llama-3.1-8b_cuda13.0_1-200_TP2",
            ),
            (
                "2xR9700_x16_…_rocm7.0_1-200_TP2",
                "2xR9700_x8_…_rocm7.1_1-200_TP2",
                "2xpro4500_x16_…_cuda13.0_1-200_TP2",
            ),
        ),
        (
            (
                "study_gpt-oss-120b_2026-01-06_before",
                "study_gpt-oss-120b_2026-01-06_after/b",
            ),
            ("study_…_2026-01-06_before", "study_…_2026-01-06_after/b"),
        ),
        (
            (
                "K100-AI · deepseek-7b · TP1 · sglang-dcu-nightly",
                "K100-AI · deepseek-7b · TP1 · vllm-dcu-nightly",
            ),
            ("… · TP1 · sglang-dcu-nightly", "… · TP1 · vllm-dcu-nightly"),
        ),
        (
            ("w" * 30 + "1" + "w" * 30, "w" * 30 + "2" + "w" * 30, "short"),
            (
                "w" * 8 + "…wwww1" + "w" * 19 + "…",
                "w" * 8 + "…wwww2" + "w" * 19 + "…",
                "short",
            ),
        ),
    ],
)
def test_what_differs_in_long_names_is_in_the_legend(
    names: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    assert tuple(map(legend_names(names).get, names)) == shown


def test_names_are_of_one_line_that_can_be_seen() -> None:
    assert clean("a\n\tb\x00c \ud800 \u202ed  e") == "a b c d e"
    assert clean("<script>模型</script>") == "<script>模型</script>"


def test_marks_of_a_long_curve_are_spread_over_a_logarithmic_axis() -> None:
    levels = [*range(1, 201), *range(250, 1001, 50)]
    points = [
        made_point(
            n,
            conditions={"concurrency": n},
            values={"output_throughput": float(n)},
        )
        for n in levels
    ]
    found = curves(points, ["output_throughput"], Words(), x="concurrency")
    marks = [row["x"] for row in found.rows if row.get("mark")]
    assert found.x.log
    assert marks[0] == 1
    assert marks[-1] > 400
    assert max(b / a for a, b in pairwise(marks)) < 3


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "GPU 0 (simulated)"), ("zh-CN", "GPU 0（模拟）")],
)
def test_a_simulated_card_is_called_so_in_the_readers_language(
    language: str, name: str
) -> None:
    series = [
        {
            "time_s": t,
            "name": "power_w",
            "unit": "W",
            "card": card,
            "value": 60.0,
        }
        for t in (0, 1)
        for card in ("simulated:0", "0000:03:00.0")
    ]
    material = Material(runs={"r": run(4)}, series=series)
    rows = draw_over_time(material, Words(language)).rows
    cards = {row["card"] for row in rows if row["kind"] == "s0"}
    assert cards == {name, "0000:03:00.0"}
