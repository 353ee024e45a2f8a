"""Figures as specifications: golden files, Vega-Lite's own schema, and what no figure may do to
missing or doubtful values.

UPDATE_GOLDEN=1 writes the golden files anew: read them, and look at the figures, before you commit
them.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pytest

from inferometer.clock import NS
from inferometer.metrics.definitions import ttft_ms
from inferometer.report.figures import (
    FIGURES,
    Absent,
    Drawing,
    Material,
    draw,
    draw_all,
)
from inferometer.report.figures.curves import curves
from inferometer.report.figures.distributions import histogram_rows
from inferometer.results import Point, Range
from inferometer.results.derived import derived_values
from inferometer.words import LANGUAGES, Said, Words
from tests.report.figure_material import (
    dated,
    everything,
    ladder,
    material_for,
    metered,
    point,
    run,
    scalings,
)

GOLDEN = Path(__file__).parent.parent / "golden" / "figures"
EN = Words("en")


def drawn(key: str, material: Material, language: str = "en") -> Drawing:
    drawing = draw(key, material, Words(language))
    assert isinstance(drawing, Drawing), drawing.reason
    return drawing


@cache
def usual(key: str, language: str = "en") -> Drawing:
    """The figure with all that it can have."""
    return drawn(key, material_for(key), language)


def written(drawing: Drawing) -> str:
    """A line a layer and a row, so that a change is seen where it is. The schema's version is the
    library's business.
    """
    lines = [f"# {drawing.title}", *(f"# {note}" for note in drawing.notes)]
    for spec in drawing.specs(with_data=False):
        layers = spec.pop("layer")
        spec.pop("$schema")
        lines += [
            json.dumps(each, ensure_ascii=False, sort_keys=True)
            for each in (spec, *layers)
        ]
    return (
        "\n".join(
            [
                *lines,
                *(
                    json.dumps(row, ensure_ascii=False, sort_keys=True)
                    for row in drawing.rows
                ),
            ]
        )
        + "\n"
    )


@pytest.mark.parametrize("key", FIGURES)
def test_specifications_are_as_they_were(key: str) -> None:
    path = GOLDEN / f"{key}.txt"
    text = written(usual(key))
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", FIGURES)
def test_specifications_are_vega_lite(key: str) -> None:
    """What is drawn is not checked, because that takes long; here it is."""
    for panel in usual(key).sketch.panels:
        alt.LayerChart.validate(panel)


@pytest.mark.parametrize("key", FIGURES)
def test_every_language_draws_every_figure_in_its_own_words(key: str) -> None:
    said = {language: usual(key, language).specs() for language in LANGUAGES}
    assert all(
        spec["width"] == "container" and spec["datasets"]["rows"]
        for specs in said.values()
        for spec in specs
    )
    assert len({len(specs) for specs in said.values()}) == 1
    assert len({json.dumps(specs) for specs in said.values()}) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_to_draw_has_its_reason(language: str) -> None:
    absent = draw_all(Material(), Words(language))
    assert [each.key for each in absent] == list(FIGURES)
    assert all(
        isinstance(each, Absent) and each.reason and each.title
        for each in absent
    )


def reason(key: str, *points: Point, language: str = "en") -> str:
    drawing = draw(key, Material(points=points), Words(language))
    assert isinstance(drawing, Absent)
    return drawing.reason


def test_energy_that_is_not_valid_is_a_gap_and_what_is_simulated_is_told() -> (
    None
):
    drawing = usual("energy")
    known = {row["x"]: row.get("v0") for row in drawing.rows}
    assert known == {1: 0.5, 2: None, 4: 2, 8: 4}
    assert drawing.notes[:2] == [
        "Simulated, not measured: the power of 1 of 4 points comes from the embedded engine.",
        "1 of 4 points have no valid energy; they are gaps.",
    ]
    assert reason("energy", *ladder()) == (
        "There are no points with valid energy."
    )


def test_what_keeps_points_of_several_lengths_apart_is_named() -> None:
    one = point(1, input_len=512, output_len=512)
    other = point(1, input_len=1024, output_len=1024)
    assert (
        reason("production", one)
        == "There are no points of two or more input lengths."
    )
    assert reason("production", one, other) == (
        "There are several input lengths, but no two among points that agree in all else; "
        "these differ too: output length."
    )
    assert "输出长度" in reason("production", one, other, language="zh-CN")
    elsewhere = point(4, input_len=1024, output_len=512)
    assert reason("production", one, elsewhere).endswith(
        "these differ too: concurrency."
    )


def test_runs_that_are_there_and_not_shown_are_not_said_to_be_missing(
    tmp_path: Path,
) -> None:
    assert (
        reason("requests", point(1))
        == "No run directory is there: single requests are not known."
    )
    assert reason(
        "timeline", replace(point(1, status="INVALID"), run=tmp_path)
    ).startswith("Every run whose single requests are known is")
    assert (
        reason("requests", replace(point(1), run=tmp_path))
        == "No run directory could be read: single requests are not known."
    )


def test_the_four_panels_are_for_points_that_differ_in_nothing_else() -> None:
    other = draw(
        "pcie", Material(points=[*ladder(), *ladder(input_len=4096)]), EN
    )
    assert isinstance(other, Absent)
    assert "input length" in other.reason
    nameless = draw("pcie", Material(points=ladder(config=None)), EN)
    assert isinstance(nameless, Absent)
    assert "configuration" in nameless.reason


def test_each_panel_is_titled_with_its_unit() -> None:
    titles = [spec["title"] for spec in usual("pcie").specs()]
    assert titles == [
        "Output throughput (tok/s)",
        "Output speed per query (tok/s)",
        "Mean TTFT (ms)",
        "Mean E2EL (ms)",
    ]


def test_a_metric_that_nobody_recorded_is_said_and_not_made_up() -> None:
    drawing = drawn(
        "pcie", Material(points=ladder(without=("e2el", "per_request", "tpot")))
    )
    assert [spec["title"] for spec in drawing.specs()] == [
        "Output throughput (tok/s)",
        "Mean TTFT (ms)",
    ]
    assert drawing.notes == [
        "Output speed per query was not recorded by any of these points.",
        "Mean E2EL was not recorded by any of these points.",
    ]


def line_of(drawing: Drawing, field: str) -> list[tuple[float, float | None]]:
    """What a line passes through; None breaks it."""
    return [
        (row["x"], row.get(field))
        for row in drawing.rows
        if row.get("on") in (None, "line")
    ]


def test_a_line_breaks_at_a_value_that_is_missing() -> None:
    points = [*ladder((1, 2)), point(3, without=("ttft",)), *ladder((4, 5))]
    assert line_of(drawn("pcie", Material(points=points)), "v2") == [
        (1, 55),
        (2, 60),
        (3, None),
        (4, 70),
        (5, 75),
    ]


def test_a_line_breaks_where_a_level_was_left_out() -> None:
    line = line_of(
        drawn("pcie", Material(points=ladder((1, 2, 3, 5, 6, 7)))), "v0"
    )
    assert line == [
        (1, 100),
        (2, 200),
        (3, 300),
        (4, None),
        (5, 500),
        (6, 600),
        (7, 700),
    ]


def test_what_is_invalid_is_a_mark_and_no_part_of_the_line() -> None:
    drawing = drawn(
        "pcie",
        Material(
            points=[*ladder((1, 2)), point(3, status="INVALID"), *ladder((4,))]
        ),
    )
    assert line_of(drawing, "v0") == [(1, 100), (2, 200), (3, None), (4, 400)]
    crossed = [row for row in drawing.rows if row.get("status") == "INVALID"]
    assert [
        (row["x"], row["v0"], row["on"], row["why"]) for row in crossed
    ] == [(3, 300, "mark", "Events came several in one read.")]
    assert drawing.notes[-1] == "× INVALID, not joined and not counted"


def test_repeats_are_marks_and_the_line_passes_their_mean() -> None:
    one, two, bad = (
        replace(point(2, repeat=n), values={"output_throughput": v})
        for n, v in ((1, 10.0), (2, 14.0), (3, 99.0))
    )
    drawing = drawn(
        "load_curves",
        Material(
            points=[*ladder((1,)), one, two, replace(bad, status="INVALID")]
        ),
    )
    assert [row["v0"] for row in drawing.rows if row.get("on") == "mark"] == [
        10,
        14,
        99,
    ]
    between = next(row for row in drawing.rows if row.get("on") == "line")
    assert between["v0"] == 12
    assert between["low0"] < 10
    assert between["high0"] > 14


def test_infinite_values_and_no_numbers_are_missing() -> None:
    odd = replace(
        point(2),
        values={"output_throughput": float("nan"), "mean_ttft_ms": 5.0},
        intervals={"mean_ttft_ms": Range(1.0, float("inf"))},
    )
    drawing = drawn("pcie", Material(points=[*ladder((1, 4)), odd]))
    json.dumps(drawing.rows, allow_nan=False)
    assert line_of(drawing, "v0") == [(1, 100), (2, None), (4, 400)]


def test_many_points_have_few_marks_at_different_places() -> None:
    drawing = drawn(
        "pcie",
        Material(points=[*ladder(range(1, 201)), *ladder(range(1, 201), tp=2)]),
    )
    marks: dict[str, set[float]] = {}
    for row in drawing.rows:
        if row.get("mark"):
            marks.setdefault(row["curve"], set()).add(row["x"])
    assert [len(each) for each in marks.values()] == [10, 9]
    assert not set.intersection(*marks.values())


def test_ten_curves_have_colours_marks_and_dashes_of_their_own() -> None:
    points = [
        p
        for config in "ABCDE"
        for tp in (1, 2)
        for p in ladder((1, 2), config=config, tp=tp)
    ]
    spec = drawn("pcie", Material(points=points)).specs()[0]
    names = spec["encoding"]["color"]["scale"]["domain"]
    line = next(
        layer for layer in spec["layer"] if layer["mark"]["type"] == "line"
    )
    assert len(set(names)) == 10
    dashes = line["encoding"]["strokeDash"]["scale"]["range"]
    of_curve = {
        row["curve"]: str(dashes[row.get("dash", 0)])
        for row in drawn("pcie", Material(points=points)).rows
    }
    assert (
        len(
            {
                (number % 8, number % 7, of_curve[name])
                for number, name in enumerate(names)
            }
        )
        == 10
    )
    assert of_curve[names[0]] != of_curve[names[8]]


def test_more_curves_than_anyone_can_tell_apart_are_said_to_be_there() -> None:
    points = [
        p
        for n in range(30)
        for p in ladder((1, 2, 4) if n == 29 else (1, 2), model=f"{n}B")
    ]
    drawing = drawn("pcie", Material(points=points))
    names = {row["curve"] for row in drawing.rows}
    assert len(names) == 24
    assert "C · 29B · TP1" in names
    assert drawing.notes == ["The 24 longest of 30 curves."]


def test_legends_have_the_columns_that_there_is_room_for() -> None:
    drawing = drawn(
        "pcie",
        Material(points=[*ladder(), *ladder(model="a-model-of-twenty-chars")]),
    )
    on_page = [
        spec["encoding"]["color"]["legend"]["columns"]
        for spec in drawing.specs()
    ]
    assert on_page[0] == {
        "expr": (
            "max(1, min(2, floor((isFinite(containerSize()[0]) ? containerSize()[0] - 55 : 330) "
            "/ 225)))"
        )
    }
    assert [
        panel["encoding"]["color"]["legend"]["columns"]
        for panel in drawing.spec({})["concat"]
    ] == [2, 2, 2, 2]
    assert (
        drawing.chart().to_dict()["concat"][0]["encoding"]["color"]["legend"][
            "columns"
        ]
        == 1
    )


def test_print_is_without_what_only_a_pointer_sees() -> None:
    drawing = usual("pcie")
    styles = [
        layer["mark"].get("style")
        for panel in drawing.spec({})["concat"]
        for layer in panel["layer"]
    ]
    assert "hover" not in styles
    assert [
        layer["mark"].get("style") for layer in drawing.specs()[0]["layer"]
    ].count("hover") == 1


def test_a_rate_is_an_axis_too_and_points_without_one_are_counted() -> None:
    points = [
        replace(
            p,
            conditions={
                **p.conditions,
                "request_rate": p.conditions["concurrency"],
                "concurrency": None,
            },
        )
        for p in ladder()
    ]
    drawing = drawn("load_curves", Material(points=[*points, point(3)]))
    assert (
        drawing.specs()[0]["encoding"]["x"]["axis"]["title"]
        == "Request rate (req/s)"
    )
    assert drawing.notes == ["1 points without request rate are left out."]


@pytest.mark.parametrize(
    ("curves", "shown"), [(1, 3), (3, 3), (4, 2), (6, 2), (7, 1)]
)
def test_fewer_percentiles_where_there_are_more_curves(
    curves: int, shown: int
) -> None:
    points = [p for n in range(curves) for p in ladder((1, 2), model=f"{n}B")]
    ttft = drawn("load_curves", Material(points=points)).specs()[1]
    lines = [
        layer["encoding"]["y"]["field"]
        for layer in ttft["layer"]
        if layer["mark"]["type"] == "line"
    ]
    assert len(lines) == shown
    assert lines[0] == "v3"  # p99, which stays


def test_the_front_is_what_no_point_beats_in_both() -> None:
    speeds = (
        (10.0, 500.0),
        (20.0, 400.0),
        (20.0, 300.0),
        (5.0, 450.0),
        (50.0, 100.0),
    )
    points = [
        replace(
            point(n + 1),
            values={
                "median_tpot_ms": 1000 / user,
                "output_throughput_per_gpu": gpu,
            },
        )
        for n, (user, gpu) in enumerate(speeds)
    ]
    best = replace(
        point(9, status="INVALID"),
        values={"median_tpot_ms": 1.0, "output_throughput_per_gpu": 9999.0},
    )
    rows = drawn("pareto", Material(points=[*points, best])).rows
    assert [(row["user"], row["gpu"]) for row in rows if row.get("front")] == [
        (10, 500),
        (20, 400),
        (50, 100),
    ]


def test_a_map_says_what_is_missing_suspect_and_invalid() -> None:
    cells = {
        (row["length"], row["load"]): row
        for row in usual("production").rows
        if row.get("on") == "0/output_throughput"
    }
    assert cells["8K", 4]["label"] == "–"
    assert "v" not in cells["8K", 4]
    assert cells["4K", 8]["label"] == "○ 800"
    assert cells["4K", 16]["label"] == "× 1,600"
    assert "v" not in cells["4K", 16]
    assert cells["1K", 1]["label"] == "100"


def test_deployments_with_one_input_length_are_no_matter_of_length() -> None:
    others = ladder(model="14B", input_len=1024)
    rows = drawn(
        "production", Material(points=[*everything().points[:8], *others])
    ).rows
    assert not [row for row in rows if "14B" in str(row)]


def test_cold_and_warm_stand_side_by_side() -> None:
    points = [
        replace(
            point(4, cache=cache, repeat=repeat),
            values={"mean_ttft_ms": ms + repeat},
        )
        for cache, ms in (("cold", 100.0), ("warm", 20.0))
        for repeat in (1, 2)
    ]
    drawing = drawn("prefix_cache", Material(points=points))
    bars = [row for row in drawing.rows if row["on"] == "mean_ttft_ms"]
    assert [(row["bar"], row["v"], row["n"]) for row in bars] == [
        ("cold", 101.5, 2),
        ("warm", 21.5, 2),
    ]
    assert [
        row["v"] for row in drawing.rows if row["on"] == "mean_ttft_ms/"
    ] == [101, 102, 21, 22]
    alone = draw("prefix_cache", Material(points=points[:2]), EN)
    assert isinstance(alone, Absent)


def of_a_twin(each: Point, low: float, high: float) -> Point:
    """As if simulated, with the interval of the twin's error."""
    return replace(
        each,
        conditions={**each.conditions, "rehearsal": "simulated"},
        values={"mean_ttft_ms": 100.0},
        predicted={"mean_ttft_ms": Range(low, high, 0.9, "twin")},
    )


def test_repeats_of_a_simulation_are_no_surer_than_its_twin() -> None:
    points = [
        of_a_twin(point(4, cache=cache, repeat=repeat), 60.0, 170.0)
        for cache in ("cold", "warm")
        for repeat in (1, 2)
    ]
    cached = drawn("prefix_cache", Material(points=points))
    bar = cached.rows[0]
    assert (bar["low"], bar["high"]) == (60, 170)
    assert "90% interval from" in json.dumps(cached.specs())
    found = curves(points[:2], ["mean_ttft_ms"], EN, x="concurrency")
    line = next(row for row in found.rows if row.get("on") == "line")
    assert (line["low0"], line["high0"], found.confidence) == (60, 170, 90)


def test_that_all_is_simulated_is_said_once() -> None:
    notes = (Said("note.rehearsal_simulated"),)
    points = [
        replace(
            each,
            notes=notes,
            conditions={**each.conditions, "rehearsal": "simulated"},
        )
        for each in metered().points[-2:]
    ]
    told = drawn("energy", Material(points=points)).notes
    assert [note for note in told if "imulated" in note] == [
        "Simulated, not measured."
    ]


def test_the_control_is_named_and_no_claim_is_hollow() -> None:
    rows = usual("link_effect").rows
    assert [
        (row["curve"], row["x"], row["v"], row.get("hollow", False))
        for row in rows
    ] == [
        ("7B · TP2", 1, -2, True),
        ("7B · TP2", 2, -4, False),
        ("7B · TP2", 4, -8, False),
        ("7B · TP1 (control)", 1, 0.1, True),
    ]
    assert "low" not in rows[-1]


def test_efficiency_is_read_against_a_hundred_percent() -> None:
    drawing = drawn("scaling", Material(scaling=scalings()))
    rule = drawing.specs()[0]["layer"][0]
    assert (rule["mark"]["type"], rule["encoding"]["y"]["datum"]) == (
        "rule",
        100,
    )
    assert [row["v"] for row in drawing.rows] == [98, 97, 95, 91]
    doubted = [{**each, "status": "SUSPECT"} for each in scalings()]
    rows = drawn("scaling", Material(scaling=doubted)).rows
    assert all(row["hollow"] for row in rows)


def test_bins_hold_every_value() -> None:
    values = np.array([0.0, 0.0, 0.5, 20.0, 21.0, 22.0, 5000.0])
    rows = histogram_rows("itl", {"a": values, "b": values[3:]})
    assert sum(row["n"] for row in rows if row["curve"] == "a") == 7
    assert sum(
        row["share"] for row in rows if row["curve"] == "b"
    ) == pytest.approx(100, abs=0.01)
    assert min(row["low"] for row in rows) == 0.5
    assert max(row["low"] for row in rows) == 5000


def test_p99_and_mean_are_where_they_belong() -> None:
    trace = run(200)
    marks = {
        row["kind"]: row["at"]
        for row in drawn("requests", Material(runs={"run": trace})).rows
        if row["kind"].endswith("/mark")
    }
    assert marks["ttft/mark"] == pytest.approx(
        float(np.quantile(ttft_ms(trace), 0.99))
    )
    assert marks["decode_speed/mark"] == pytest.approx(500)


def test_a_long_run_makes_a_small_figure() -> None:
    drawings = draw_all(Material(runs={"run": run(5_000, 40)}), EN)
    sizes = {
        each.key: len(json.dumps(each.rows))
        for each in drawings
        if isinstance(each, Drawing)
    }
    assert set(sizes) == {
        "requests",
        "histograms",
        "cdfs",
        "timeline",
        "over_time",
    }
    assert {
        key: size
        for key, size in sizes.items()
        if size > (250_000 if key == "requests" else 60_000)
    } == {}


@pytest.mark.parametrize("growing", [ladder(model="14B"), []])
def test_a_curve_has_a_mark_where_it_saturates(growing: list[Point]) -> None:
    """100 tok/s a request until 4, then no more; also where it is the only one."""
    flat = [
        replace(each, values={"output_throughput": 100.0 * min(level, 4)})
        for level in (1, 2, 4, 8, 16)
        for repeat in (1, 2)
        for each in [point(level, repeat=repeat)]
    ]
    drawing = drawn("saturation", Material(points=[*flat, *growing]))
    marks = [row for row in drawing.rows if row.get("on") == "saturation"]
    assert [(row["at"], row["from"], row["to"]) for row in marks] == [(4, 2, 4)]
    assert marks[0]["plateau"] == 400
    assert len(marks[0]["of"]) == 10


def test_a_curve_over_dates_runs_at_the_load_of_most_days_and_over_versions() -> (
    None
):
    rows = [
        row
        for row in drawn("dates", dated()).rows
        if row["on"] == "output_throughput"
    ]
    assert [(row["day"], row["version"], row["v"]) for row in rows] == [
        ("2026-01-01", "0.12", 400.0),
        ("2026-01-09", "0.13", 400.0),
        ("2026-02-01", "0.14", 400.0),
    ]
    once = [p for p in dated().points if "01-01" in str(p.conditions["date"])]
    absent = draw("dates", Material(points=once), EN)
    assert isinstance(absent, Absent)


def test_the_spread_is_of_the_highest_load_that_most_configurations_have() -> (
    None
):
    points = [*ladder((1, 2, 4)), *ladder((1, 2), model="14B")]
    drawing = drawn("spread", Material(points=points))
    assert drawing.notes[0].startswith("Load: 2 at once.")
    ttft = next(row for row in drawing.rows if row["on"] == "ttft")
    assert [ttft[name] for name in ("low", "middle", "high", "mean")] == [
        54.0,
        90.0,
        120.0,
        60.0,
    ]


def test_the_spread_names_those_of_its_load_by_what_differs_among_them() -> (
    None
):
    """The third would need another condition to be told apart, and has no such load."""
    points = [
        *ladder((1, 2)),
        *ladder((1, 2), model="14B"),
        *ladder((4,), tp=2),
    ]
    names = {
        row["who"]
        for row in drawn("spread", Material(points=points)).rows
        if row["on"] == "ttft"
    }
    assert names == {"7B", "14B"}


def test_a_map_of_efficiency_has_an_empty_cell_where_nothing_was_measured() -> (
    None
):
    points = [*ladder((1, 4)), *ladder((1, 2, 4), model="14B")]
    rows = [
        row
        for row in drawn("efficiency", Material(points=points)).rows
        if row["on"] == "output_throughput_per_gpu"
    ]
    assert [(row["load"], row["label"], row.get("v")) for row in rows[:3]] == [
        (1, "100", 100.0),
        (2, "–", None),
        (4, "400", 400.0),
    ]


def test_files_of_summaries_alone_have_their_speed_from_tpot() -> None:
    points = [
        replace(each, values={**each.values, **derived_values(each.values, {})})
        for each in ladder(without=("per_request",))
    ]
    drawing = drawn("pcie", Material(points=points))
    assert (
        drawing.specs()[1]["title"]
        == "Output speed per query, from TPOT (tok/s)"
    )
    tpot = ladder()[0].values["mean_tpot_ms"]
    assert drawing.rows[0]["v1"] == pytest.approx(1000 / tpot, rel=1e-4)
    assert drawing.notes[0].startswith(
        "Output speed per query: 1000 / mean TPOT"
    )


def test_a_single_output_length_is_no_axis() -> None:
    drawing = drawn("requests", Material(runs={"run": run(20)}))
    assert len(drawing.specs()) == 2
    assert not [row for row in drawing.rows if row["kind"] == "dot"]
    assert "All outputs have 4 tokens" in drawing.notes[0]


def test_how_many_runs_there_are_is_said_where_some_are_drawn() -> None:
    material = Material(runs={"a": run(20)}, runs_there=9)
    for key, note in (
        ("histograms", "1 of 9 runs: "),
        ("timeline", "Run a, the only one of 9 runs that is drawn here."),
    ):
        assert drawn(key, material).notes[0].startswith(note)


def test_every_histogram_has_a_wall_at_its_left() -> None:
    first, second = drawn(
        "histograms", Material(runs={"a": run(20), "b": run(20)})
    ).rows[:2]
    assert (first["share"], first["low"]) == (0, second["low"])
    assert second["share"] > 0


def test_colours_that_come_again_have_their_dash_in_the_legend() -> None:
    points = [p for n in range(10) for p in ladder((1, 2), config=f"C{n}")]
    spec = drawn("pcie", Material(points=points)).specs()[0]
    told = spec["encoding"]["color"]["legend"]["labelExpr"]
    assert json.loads(told[told.index("{") : told.index("}") + 1]) == {
        f"C{n} · 7B · TP1": "  – –" for n in (8, 9)
    }


def test_curves_are_in_the_order_of_their_numbers() -> None:
    points = [
        p for model in ("30B", "7B", "14B") for p in ladder((1, 2), model=model)
    ]
    spec = drawn("pcie", Material(points=points)).specs()[0]
    assert spec["encoding"]["color"]["scale"]["domain"] == [
        f"C · {model} · TP1" for model in ("7B", "14B", "30B")
    ]


def test_a_sample_is_even_the_same_each_time_and_says_so() -> None:
    trace = run(5_000, concurrency=1)
    trace.requests["output_tokens"][::2] += 1
    material = Material(runs={"run": trace})
    drawing = drawn("requests", material)
    dots = [row["id"] for row in drawing.rows if row["kind"] == "dot"]
    assert (len(dots), dots[0], dots[-1]) == (2_000, 0, 4_999)
    assert (
        drawing.notes[0]
        == "2,000 of 5,000 requests are shown, evenly chosen in the order of sending."
    )
    assert drawing.rows == drawn("requests", material).rows
    assert drawn("requests", Material(runs={"run": run(10)})).notes[1:] == [
        "Dashed: p99 of TTFT, mean of decode speed."
    ]


def test_the_timeline_shows_waiting_writing_and_failing() -> None:
    rows = [
        row
        for row in drawn(
            "timeline", Material(runs={"run": run(8, failed=[3])})
        ).rows
        if row["id"] in (0, 3)
    ]
    assert [
        (row["id"], row["part"].split()[0], row["t"], row.get("until"))
        for row in rows
    ] == [
        (0, "until", 0, 0.01),
        (0, "decode", 0.01, 0.016),
        (3, "until", 0.017, 0.03),
        (3, "decode", 0.03, 0.036),
        (3, "failed", 0.036, None),
    ]


def test_a_request_without_an_answer_has_no_decode() -> None:
    trace = run(4)
    trace.requests["first_ns"][2] = trace.requests["last_ns"][2] = np.iinfo(
        np.int64
    ).min
    trace.requests["outcome"][2] = 3
    rows = [
        row
        for row in drawn("timeline", Material(runs={"run": trace})).rows
        if row["id"] == 2
    ]
    assert [row["part"].split()[0] for row in rows] == ["until", "failed"]


def test_in_flight_and_output_add_up() -> None:
    trace = run(50, 7, concurrency=4)
    rows = drawn("over_time", Material(runs={"run": trace})).rows

    def area(kind: str) -> float:
        steps = [(row["t"], row["v"]) for row in rows if row["kind"] == kind]
        return float(
            sum(
                v * (steps[i + 1][0] - t) for i, (t, v) in enumerate(steps[:-1])
            )
        )

    lived = (trace.requests["end_ns"] - trace.requests["sent_ns"]).sum() / NS
    assert area("in_flight") == pytest.approx(lived, rel=1e-3)
    assert area("output") == pytest.approx(350, rel=1e-3)
    assert max(
        row["v"] for row in rows if row["kind"] == "in_flight"
    ) == pytest.approx(4, rel=1e-3)


def test_telemetry_breaks_where_nothing_came() -> None:
    drawing = usual("over_time")
    card = [
        (row["t"], row["v"])
        for row in drawing.rows
        if row["kind"] == "s0" and row["card"] == "1"
    ]
    assert card == [
        (0, 200),
        (0.01, 201),
        (0.02, None),
        (0.03, 203),
        (0.04, 204),
    ]
    silent = [
        {"time_s": t, "name": "power", "unit": "W", "value": 1.0}
        for t in (0, 1, 2, 9, 10)
    ]
    rows = drawn("over_time", Material(runs={"r": run(4)}, series=silent)).rows
    assert [(row["t"], row["v"]) for row in rows if row["kind"] == "s0"] == [
        (0, 1),
        (1, 1),
        (2, 1),
        (5.5, None),
        (9, 1),
        (10, 1),
    ]


def test_long_telemetry_is_averaged() -> None:
    series: list[dict[str, Any]] = [
        {
            "time_s": t / 100,
            "name": "power",
            "unit": "W",
            "card": 0,
            "value": float(t % 2),
        }
        for t in range(10_000)
    ]
    rows = [
        row
        for row in drawn(
            "over_time", Material(runs={"r": run(4)}, series=series)
        ).rows
        if row["kind"] == "s0"
    ]
    assert len(rows) <= 400
    assert {row["v"] for row in rows} <= {0.48, 0.5, 0.52}


def test_drawing_changes_nothing_for_others() -> None:
    """Altair's switches are the program's, and no figure's."""
    import altair as alt
    from altair.utils import schemapi

    before = (
        schemapi.DEBUG_MODE,
        alt.data_transformers.active,
        alt.theme.active,
    )
    draw_all(everything(), EN)
    assert (
        schemapi.DEBUG_MODE,
        alt.data_transformers.active,
        alt.theme.active,
    ) == before
