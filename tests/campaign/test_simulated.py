"""A campaign in virtual time: the files of a run, marked, and never taken for a measurement's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferometer.campaign.embedded_server import embedded
from inferometer.campaign.estimate import guess_seconds
from inferometer.campaign.runner import run_campaign
from inferometer.campaign.simulated import (
    VirtualServers,
    about_left_out,
    left_out,
    simulated,
)
from inferometer.engine.twin import provenance
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.fit import Factor, Fit
from inferometer.engine.twin.fitted import Fitted
from inferometer.report.sentences import said_once
from inferometer.results.reader import read
from inferometer.spec.campaign import CampaignError, CampaignSpec, Group
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from inferometer.spec.preset_files import preset_names
from inferometer.store.campaign.paths import CampaignPaths, campaign_paths
from inferometer.store.run_directory import load_run
from inferometer.trace import StampSource
from inferometer.words import Words
from tests.campaign.tiny_campaign import Remembering, task_of, tiny_campaign

MODEL = "meta-llama/Llama-3.1-8B"
SERVER = {
    "kind": "process",
    "command": "vllm serve {model}",
    "max_model_len": 512,
}
CAMPAIGN: dict[str, Any] = {
    "twin": "r9700",
    "models": {"m": MODEL},
    "servers": {"s": SERVER},
    "telemetry": True,
}


def run(spec: CampaignSpec, places: CampaignPaths) -> Remembering:
    display, servers = Remembering(), VirtualServers()
    groups = simulated(expand(spec, quick=spec.name != "tiny"))
    task = task_of(spec, servers.front, groups, virtual=servers.start)
    outcome = run_campaign(task, places, display)
    assert outcome.trouble is None
    assert set(outcome.lost) <= {"3A-1k"}, outcome.lost
    assert servers.virtual_s > 0 or not display.measured_points
    return display


def test_its_files_are_those_of_a_run_and_say_what_they_are(
    tmp_path: Path,
) -> None:
    spec = tiny_campaign(**CAMPAIGN)
    places = campaign_paths(str(tmp_path / "r"), "tiny", simulated=True)
    assert places.result_dir == tmp_path / "r-simulated"
    assert len(run(spec, places).measured_points) == 3
    for path in places.result_dir.glob("*.json"):
        assert json.loads(path.read_text())["rehearsal"] == "simulated"
    directories = [*places.runs.iterdir()]
    assert len(directories) == 3
    for directory in directories:
        told = load_run(directory)
        assert told.spec.server is not None
        assert told.spec.server["simulated"]["card"] == "r9700"
        assert set(told.trace.events["stamp_source"]) == {StampSource.SIMULATED}
        assert told.telemetry is not None
        assert told.telemetry.is_simulated
        assert told.environment["server"]["version"].endswith(".simulated")
    assert run(spec, places).measured_points == []


def test_no_monitor_of_the_servers_machine_is_asked(tmp_path: Path) -> None:
    spec = tiny_campaign(**CAMPAIGN, monitor="http://127.0.0.1:1")
    places = campaign_paths(str(tmp_path / "r"), "tiny", simulated=True)
    assert len(run(spec, places).measured_points) == 3


def test_the_time_left_is_not_that_of_a_measurement() -> None:
    spec = tiny_campaign(**CAMPAIGN, load={"request_rate": 0.01})
    (group,) = expand(spec)
    (virtual,) = simulated([group])
    real_s, ours_s = (
        guess_seconds(each.points[-1].spec) for each in (group, virtual)
    )
    assert real_s > 200
    assert ours_s < 5


def test_every_reader_is_told(tmp_path: Path) -> None:
    spec = tiny_campaign(**CAMPAIGN)
    places = campaign_paths(str(tmp_path / "r"), "tiny", simulated=True)
    run(spec, places)
    alone = tmp_path / "elsewhere"
    alone.mkdir()
    for path in places.result_dir.glob("*.json"):
        (alone / path.name).write_bytes(path.read_bytes())
    for directory in (places.result_dir, alone):
        points = read([directory]).points
        assert len(points) == 3
        for point in points:
            assert point.conditions["rehearsal"] == "simulated"
            assert "It is simulated, not measured" in str(point.notes)


def test_a_simulated_point_is_no_rehearsed_and_no_measured_one() -> None:
    groups = expand(tiny_campaign(**CAMPAIGN))
    plans = (groups, simulated(groups))
    measured, virtual = (
        {point.spec.fingerprint for group in plan for point in group.points}
        for plan in plans
    )
    assert len(measured) == len(virtual) == 3
    assert not measured & virtual


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"twin": None}, "add `twin: CARD`"),
        (
            {"models": {"m": "nobody/knows-it"}},
            "no profile of the model nobody",
        ),
        ({"twin": "r9999"}, "r9999"),
        (
            {"servers": {"s": {**SERVER, "max_model_len": 10**6}}},
            "max_model_len is 1000000",
        ),
        (
            {"groups": [{"id": "g", "model": "m", "server": "s", "tp": 3}]},
            "between 3 cards",
        ),
        (
            {
                "servers": {
                    "s": {"kind": "process", "command": "x --max-num-seqs many"}
                }
            },
            "the server command of group g",
        ),
    ],
)
def test_what_a_twin_lacks_is_said(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(CampaignError, match=key):
        simulated(expand(tiny_campaign(**{**CAMPAIGN, **changes})))


OF_ANOTHER_ENGINE: dict[str, Any] = {
    "servers": {"s": SERVER, "x": {"recipe": "tgi", "max_model_len": 512}},
    "groups": [
        {"id": "g", "model": "m", "server": "s"},
        {"id": "other", "model": "m", "server": "x"},
    ],
}


def test_groups_of_engines_without_a_twin_are_left_out_and_named(
    tmp_path: Path,
) -> None:
    spec = tiny_campaign(**CAMPAIGN | OF_ANOTHER_ENGINE)
    places = campaign_paths(str(tmp_path / "r"), "tiny", simulated=True)
    groups, engines = expand(spec), left_out(expand(spec))
    (said,) = about_left_out(engines)
    assert said == (
        "Left out of the simulation: other; there is no twin of TGI, only of "
        "vLLM and SGLang."
    )
    servers = VirtualServers()
    task = task_of(
        spec,
        servers.front,
        simulated(groups),
        virtual=servers.start,
        left_out=engines,
    )
    run_campaign(task, places, Remembering())
    told = "there is no twin of TGI: other."
    points = read([places.result_dir]).points
    assert len(points) == 3
    assert all(told in str(point.notes) for point in points)
    for language in ("en", "zh-CN", "zh-TW"):
        (once,) = said_once(points, Words(language))
        assert "TGI" in once
        assert "other" in once


def test_a_model_that_does_not_fit_loses_its_group_in_the_engines_words(
    tmp_path: Path,
) -> None:
    spec = tiny_campaign(
        **{**CAMPAIGN, "models": {"m": "meta-llama/Llama-3.1-70B"}}
    )
    display, servers = Remembering(), VirtualServers()
    task = task_of(
        spec, servers.front, simulated(expand(spec)), virtual=servers.start
    )
    outcome = run_campaign(task, CampaignPaths(tmp_path, "tiny"), display)
    why = outcome.lost["g"]
    assert "No available memory for the cache blocks" in why
    assert why.startswith("m with TP=1 does not fit into the simulated r9700.")
    assert " 131.4 GiB of weights; vLLM may use 28.7 GiB of it" in why


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_simulated(name: str, tmp_path: Path) -> None:
    spec = load_campaign(name, environment={})
    places = CampaignPaths(tmp_path / spec.result_dir, spec.name)
    groups = simulated(expand(spec, quick=True))
    points = [
        point.id
        for group in groups
        for point in group.points
        if group.id != "3A-1k"  # 14B does not fit one card
    ]
    display = run(spec, places)
    assert display.measured_points == points
    assert not [told for told in display.told if "INVALID" in told]


def fitted_to(**settings: Any) -> Fitted:
    """A profile of one factor, fitted to prompts of 8 tokens by up to 2 users."""
    return Fitted(
        TwinSettings(**{"card": "r9700", "model": "llama-3.1-8b", **settings}),
        Fit(
            {"host": Factor(2.0, 1.9, 2.1, True)},
            ((0.001,),),
            {"mean_tpot_ms": 0.02, "mean_ttft_ms": 0.1},
            9,
        ),
        {"model": ("llama-3.1-8b",), "tp": ("1",), "link": ("none",)},
        {
            "prompt_tokens": (8, 8),
            "output_tokens": (3, 3),
            "concurrency": (1, 2),
        },
    )


def twins_of(groups: list[Group]) -> list[dict[str, Any]]:
    return [
        (point.spec.server or {})["simulated"]
        for group in groups
        for point in group.points
    ]


def test_a_fitted_profile_is_part_of_the_points_it_is_about() -> None:
    groups = expand(tiny_campaign(**CAMPAIGN))
    profile = fitted_to(stack="vllm-0.10.2-graphs", host="threadripper")
    plain, fitted = (
        twins_of(simulated(groups, each)) for each in ((), [profile])
    )
    assert [each["stack"] for each in fitted] == ["vllm-0.10.2-graphs"] * 3
    assert [each["factors"] for each in fitted] == [(("host", 2.0),)] * 3
    assert [each["extrapolated"] for each in fitted] == [
        *[[]] * 2,
        ["concurrency"],
    ]
    assert all("fitted" in each["provenance"] for each in fitted)
    for one, other in zip(plain, fitted, strict=True):
        assert "extrapolated" not in one
        narrow, wide = (
            each["relative_errors"]["tpot"] for each in (other, one)
        )
        assert narrow < wide
    again = replace(profile, fit=replace(profile.fit, points=10))
    assert twins_of(simulated(groups, [again])) != fitted


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"stack": "vllm-eager"}, "is about the engine vllm-eager"),
        ({"stack": "sglang"}, "is about the engine sglang"),
        ({"card": "h100"}, "no twin would use the profile of h100"),
    ],
)
def test_a_profile_that_is_about_nothing_is_refused(
    settings: dict[str, Any], told: str
) -> None:
    groups = expand(tiny_campaign(**CAMPAIGN))
    for stand_in in (simulated, embedded):
        with pytest.raises(CampaignError, match=told):
            stand_in(groups, [fitted_to(**settings)])


def test_what_a_changed_twin_simulated_is_simulated_again_and_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tiny_campaign(**CAMPAIGN)
    places = campaign_paths(str(tmp_path / "r"), "tiny", simulated=True)
    run(spec, places)
    monkeypatch.setattr(provenance, "VERSION", provenance.VERSION + 1)
    display = run(spec, places)
    assert len(display.measured_points) == 3
    why = "group g: 3 points are simulated again, because the twin itself"
    assert [each for each in display.told if why in each], display.told
    points = read([places.result_dir]).points
    runs = [each.run for each in points if each.run is not None]
    assert len(runs) == len(points) == 3  # each of them once
    for paths in ([places.result_dir, *runs], [*runs, places.result_dir]):
        assert [each.run for each in read(paths).points] == runs
    display = run(tiny_campaign(**CAMPAIGN, seed=5), places)
    assert len(display.measured_points) == 3
    assert not [each for each in display.told if "simulated again" in each]
    assert len(read([places.result_dir]).points) == 6


def test_simulated_values_have_intervals_that_say_how_they_came(
    tmp_path: Path,
) -> None:
    places = campaign_paths(str(tmp_path / "r"), "tiny", simulated=True)
    run(tiny_campaign(**CAMPAIGN), places)
    for point in read([places.result_dir]).points:
        assert point.conditions["twin"] == "r9700"
        for name in ("mean_ttft_ms", "p99_ttft_ms", "output_throughput"):
            interval = point.shown_intervals[name]
            assert interval.low < point.values[name] < interval.high
            assert (interval.confidence, interval.method) == (0.9, "twin")
        assert "No profile was fitted" in str(point.notes)
