"""What is gathered for figures: the runs worth a look, and what comparing the points gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from inferometer.report.figures import Drawing, draw, gather
from inferometer.report.figures.gather import runs_to_show
from inferometer.results import Point
from inferometer.spec.run import Load, RandomWorkload, RunSpec, Target
from inferometer.store.run_directory import save_run
from inferometer.words import Words
from tests.report.figure_material import ladder, run


def measured(point: Point, folder: Path) -> Point:
    """The point with a run directory."""
    directory = folder / point.id.replace("/", "-")
    target, workload = (
        Target(backend="openai-chat", model="org/tiny"),
        RandomWorkload(input_len=16, output_len=4),
    )
    spec = RunSpec(
        target=target,
        workload=workload,
        load=Load(num_prompts=8, max_concurrency=2),
        seed=7,
    )
    save_run(directory, run(8), spec, environment={}, summary={}, verdict={})
    return replace(point, run=directory)


def test_few_runs_are_all_shown(tmp_path: Path) -> None:
    points = [measured(point, tmp_path) for point in ladder((1, 2))]
    material = gather(points)
    assert list(material.runs) == [point.id for point in points]
    assert all(len(trace) == 8 for trace in material.runs.values())
    assert isinstance(draw("histograms", material, Words()), Drawing)


def test_of_many_runs_each_curves_highest_load_that_is_not_invalid(
    tmp_path: Path,
) -> None:
    points = [
        replace(p, run=tmp_path)
        for model in ("7B", "14B")
        for p in ladder((1, 2, 8), model=model)
    ]
    points[2] = replace(points[2], status="INVALID")
    assert [
        (p.conditions["model"], p.conditions["concurrency"])
        for p in runs_to_show(points, 4)
    ] == [("14B", 8), ("7B", 2)]
    assert [p.conditions["model"] for p in runs_to_show(points, 1)] == ["14B"]


def test_a_damaged_or_missing_run_is_left_out_and_told(tmp_path: Path) -> None:
    good, bad, gone = (measured(point, tmp_path) for point in ladder((1, 2, 4)))
    (Path(str(bad.run)) / "requests.parquet").write_bytes(b"PAR1")
    gone = replace(gone, run=tmp_path / "nowhere")
    material = gather([good, bad, gone])
    assert list(material.runs) == [good.id]
    assert [problem.endswith(".") for problem in material.problems] == [
        True,
        True,
    ]
    assert (
        "requests.parquet has changed since it was written"
        in material.problems[0]
    )
    assert "nowhere" in material.problems[1]


def test_comparisons_are_made_where_there_is_something_to_compare() -> None:
    alone = gather(ladder())
    assert (list(alone.scaling), list(alone.link_effects)) == ([], [])
    told: dict[str, Any] = {
        "input_len": 1024,
        "output_len": 128,
        "dataset": "random",
    }
    links = [
        p
        for width in (8, 16)
        for tp in (1, 2)
        for p in ladder(
            config=f"x{width}", pcie_width=width, tp=tp, gpus=tp, **told
        )
    ]
    material = gather(links)
    assert {
        (each["tp"], each["concurrency"]) for each in material.link_effects
    } >= {
        (2, 1),
        (2, 8),
        (1, 4),
    }
    assert {each["gpus"] for each in material.scaling} == {2}
    assert isinstance(draw("link_effect", material, Words()), Drawing)
    assert isinstance(draw("scaling", material, Words()), Drawing)
