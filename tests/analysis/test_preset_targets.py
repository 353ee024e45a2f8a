"""Targets of presets can be reached, and missed, by the points that the preset measures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inferometer.analysis.targets import (
    SCALING,
    Checked,
    check,
    mistakes,
)
from inferometer.cli.asserted import lacking_in
from inferometer.results import Point
from inferometer.results.run_point import point_of
from inferometer.spec.campaign import CampaignSpec
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from inferometer.spec.preset_files import preset_names, preset_text
from inferometer.spec.target import Threshold, campaign_target
from inferometer.vocabulary import metric

WITH_TARGETS = [
    name for name in preset_names() if "\ntargets:" in preset_text(name)
]


@pytest.fixture(scope="module")
def spec(request: pytest.FixtureRequest) -> CampaignSpec:
    return load_campaign(request.param, sets=(), environment={})


def targets_of(spec: CampaignSpec) -> list[Threshold]:
    return [
        campaign_target(name, comparison)
        for name, comparison in spec.targets.items()
    ]


def measured(spec: CampaignSpec, *, good: bool) -> list[Point]:
    """Every point of the plan, far beyond all its targets or far from them; several cards scale by
    all or by nothing.
    """
    points = []
    for group in expand(spec):
        for planned in group.points:
            run = {"spec": planned.spec.model_dump(mode="json")}
            point = point_of(
                run,
                {},
                {"status": "VALID"},
                name=planned.id,
                source=Path(planned.id),
            )
            load = (
                planned.spec.load.max_concurrency
                or planned.spec.load.num_prompts
            )
            values = {"output_throughput": 1e4 * load if good else 1.0}
            for target in targets_of(spec):
                if target.metric not in (SCALING.name, *values):
                    beyond = target.op in (">", ">=")
                    values[target.metric] = target.limit * (
                        10 if beyond == good else 0.1
                    )
            points.append(replace(point, values=values))
    return points


def states(checked: list[Checked]) -> set[str]:
    return {each.state for each in checked}


def test_some_presets_have_targets() -> None:
    assert len(WITH_TARGETS) >= 2


def test_they_are_all_that_have() -> None:
    having = [
        name
        for name in preset_names()
        if load_campaign(name, sets=(), environment={}).targets
    ]
    assert having == WITH_TARGETS


@pytest.mark.parametrize("spec", WITH_TARGETS, indirect=True)
def test_what_a_preset_asks_for_can_be_measured(spec: CampaignSpec) -> None:
    targets = targets_of(spec)
    assert mistakes(targets, lacking=lacking_in(spec)) == []
    assert [
        each.metric
        for each in targets
        if each.metric != SCALING.name and metric(each.metric) is None
    ] == []


@pytest.mark.parametrize("spec", WITH_TARGETS, indirect=True)
def test_the_points_of_a_preset_can_reach_and_miss_its_targets(
    spec: CampaignSpec,
) -> None:
    targets = targets_of(spec)
    assert states(check(targets, measured(spec, good=True))) == {"reached"}
    missed = check(targets, measured(spec, good=False))
    assert states(missed) == {"missed"}
    assert all(each.value is not None for each in missed), (
        "each for its figures, and none for want of a point"
    )
