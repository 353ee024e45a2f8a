"""The cost of a link where the conditions come from folders: cards are never mixed, software is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inferometer.analysis.cautions import CannotCompareError
from inferometer.analysis.pcie import link_costs
from inferometer.results import Point

LEVELS = (1, 8, 64, 104)


def ladder(factor: float = 1.0, **conditions: Any) -> list[Point]:
    told: dict[str, Any] = {
        "model": "m",
        "tp": 2,
        "gpus": 2,
        "card": "R9700",
        "stack": "ROCm 7.1",
    } | conditions
    return [
        Point(
            f"{level}",
            Path(f"{level}.json"),
            "vllm",
            {**told, "num_prompts": level, "concurrency": level},
            {"output_throughput": 100.0 * level * factor},
        )
        for level in LEVELS
    ]


def effects(points: list[Point]) -> list[float]:
    study = link_costs(points, metrics=["output_throughput"])
    return [
        round(each.effect, 6) for each in study.effects if each.level is None
    ]


def test_two_widths_are_found_without_names() -> None:
    assert effects([*ladder(pcie_width=16), *ladder(0.97, pcie_width=8)]) == [
        -0.03
    ]


def test_another_card_is_no_side() -> None:
    others = ladder(2.0, pcie_width=16, card="pro4500")
    assert effects(
        [*others, *ladder(pcie_width=16), *ladder(0.97, pcie_width=8)]
    ) == [-0.03]
    with pytest.raises(CannotCompareError):
        effects([*others, *ladder(0.97, pcie_width=8)])


def test_the_side_of_the_same_stack_is_taken_and_another_one_is_said() -> None:
    narrow, older = (
        ladder(0.97, pcie_width=8),
        ladder(0.5, pcie_width=16, stack="ROCm 7.0"),
    )
    assert effects([*ladder(pcie_width=16), *older, *narrow]) == [-0.03]
    study = link_costs([*older, *narrow], metrics=["output_throughput"])
    assert any(
        "has another stack: ROCm 7.1 against ROCm 7.0" in each
        for each in study.sentences
    )


def test_software_that_one_side_does_not_tell_is_unknown() -> None:
    wide = ladder(pcie_width=16, engine_version="0.13.0")
    study = link_costs(
        [*wide, *ladder(0.97, pcie_width=8)], metrics=["output_throughput"]
    )
    assert any(
        "has another engine_version: unknown against 0.13.0" in each
        for each in study.sentences
    )


def test_studies_of_two_stacks_keep_their_own_figures_and_names() -> None:
    points = [
        *ladder(pcie_width=16, stack="ROCm 7.0"),
        *ladder(0.9, pcie_width=8, stack="ROCm 7.0"),
        *ladder(pcie_width=16, stack="ROCm 7.1"),
        *ladder(0.8, pcie_width=8, stack="ROCm 7.1"),
    ]
    study = link_costs(points, metrics=["output_throughput"])
    means = {
        each.deployment.split()[-1]: round(each.effect, 3)
        for each in study.effects
        if each.level is None
    }
    assert means == {"7.0": -0.1, "7.1": -0.2}
