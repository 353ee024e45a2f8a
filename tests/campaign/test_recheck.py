"""Points that contradict their neighbours are named at the end of a campaign, measured once more,
and judged again.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from inferometer.campaign.gather import collect
from inferometer.campaign.merge import merge
from inferometer.campaign.outcome import CampaignOutcome, summary_lines
from inferometer.campaign.recheck import MAX_POINTS, MIN_POINTS, limit
from inferometer.campaign.runner import run_campaign
from inferometer.engine import EmbeddedEngine
from inferometer.loadgen import Snapshot
from inferometer.measurement import session as measured
from inferometer.measurement.prepare import run
from inferometer.metrics import Level
from inferometer.results import Point, read
from inferometer.spec.campaign import CampaignSpec, Group, PlannedPoint
from inferometer.spec.expand import expand
from inferometer.store.campaign.ledger import read_ledger
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state
from tests.campaign.scripted_figures import (
    LEVELS,
    each_load_is_measured_once,
    judged,
    ladder_campaign,
    scripted,
)
from tests.campaign.test_runner import Scripted
from tests.campaign.tiny_campaign import FAST, Remembering, task_of
from tests.processes import environment, run_forked

__all__ = ["each_load_is_measured_once"]

SUMMARIZE = "inferometer.metrics.summary.summarize"
JUDGE = "inferometer.metrics.verdict.judge"

Factors = Mapping[int, Sequence[float]]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with EmbeddedEngine(
        replace(FAST, max_num_seqs=256), model="tiny-model"
    ) as engine:
        yield engine.base_url


pytestmark = pytest.mark.usefixtures("each_load_is_measured_once")


@pytest.fixture
def places(tmp_path: Path) -> CampaignPaths:
    return CampaignPaths(tmp_path / "results", "tiny")


@pytest.fixture
def play(
    monkeypatch: pytest.MonkeyPatch, places: CampaignPaths, url: str
) -> Callable[..., tuple[CampaignOutcome, Remembering]]:
    """Run a campaign whose levels have these factors, and verdicts."""

    def run(
        factors: Factors,
        spec: CampaignSpec | None = None,
        *,
        groups: Sequence[Group] = (),
        server: Scripted | None = None,
        display: Remembering | None = None,
        levels: Sequence[Level] = (Level.OK,),
    ) -> tuple[CampaignOutcome, Remembering]:
        monkeypatch.setattr(SUMMARIZE, scripted(factors))
        monkeypatch.setattr(JUDGE, judged(levels))
        spec, server, display = (
            spec or ladder_campaign(),
            server or Scripted([url]),
            display or Remembering(),
        )
        return run_campaign(
            task_of(spec, lambda _: server, groups), places, display
        ), display

    return run


def states(outcome: CampaignOutcome) -> dict[str, str]:
    """Those that are not VALID."""
    return {
        ending.point: ending.state
        for ending in outcome.endings
        if ending.state != "VALID"
    }


def kinds(places: CampaignPaths) -> list[str]:
    return [str(record["kind"]) for record in read_ledger(places.ledger)]


def point_of(places: CampaignPaths, name: str) -> Point:
    return next(
        point for point in read([places.directory]).points if point.id == name
    )


def throughput_file(places: CampaignPaths, name: str) -> float:
    (path,) = places.result_dir.glob(f"{name}_*.json")
    return float(orjson.loads(path.read_bytes())["output_throughput"])


Play = Callable[..., tuple[CampaignOutcome, Remembering]]


def test_a_second_result_that_fits_takes_the_place_of_the_first(
    play: Play, places: CampaignPaths
) -> None:
    outcome, display = play({8: [0.3, 1.0]})
    assert display.measured_points == [f"g/np{level}" for level in LEVELS] + [
        "g/np8"
    ]
    assert (
        "\n1 point does not fit its neighbours: it is measured again."
        in display.told
    )
    (named,) = (line for line in display.told if line.startswith("    g/np8: "))
    assert "its neighbours g/np4, g/np16 suggest " in named
    assert (states(outcome), outcome.exit_code) == ({}, 0)
    assert (
        outcome.rechecked
        == "1 point contradicted its neighbours (resolved: 1)."
    )
    assert outcome.rechecked in summary_lines(outcome)
    assert throughput_file(places, "g_np8") == 800.0
    assert [
        orjson.loads(path.read_bytes())["output_throughput"]
        for path in places.superseded.iterdir()
    ] == [240.0]
    assert [kind for kind in kinds(places) if kind.startswith("doubt")] == [
        "doubt",
        "doubt over",
    ]
    point = point_of(places, "g/np8")
    assert (point.status, point.reasons) == ("VALID", ())
    assert any(
        str(note).startswith("An earlier result was replaced: ")
        for note in point.notes
    )
    attempts = [
        record["attempt"]
        for record in read_ledger(places.ledger)
        if record["kind"] == "begun"
    ]
    assert attempts == [0] * len(LEVELS) + [1], "with prompts of its own"


def test_a_finished_campaign_measures_nothing_a_third_time(
    play: Play, places: CampaignPaths
) -> None:
    for second in ([0.3, 1.0], [0.3]):
        shutil.rmtree(places.result_dir, ignore_errors=True)
        play({8: second})
        before = kinds(places)
        outcome, display = play({})
        assert display.measured_points == []
        assert kinds(places) == [*before, "opened"]
        assert outcome.rechecked


def test_a_second_result_that_contradicts_them_too_stays_and_is_suspect(
    play: Play, places: CampaignPaths
) -> None:
    outcome, display = play({8: [0.3, 0.33]})
    assert display.measured_points.count("g/np8") == 2
    assert states(outcome) == {"g/np8": "SUSPECT"}
    assert (outcome.exit_code, outcome.rechecked) == (
        0,
        "1 point contradicted its neighbours (confirmed: 1).",
    )
    sentence = next(
        ending.reason for ending in outcome.endings if ending.point == "g/np8"
    )
    assert "what the points beside it suggest (g/np4, g/np16: " in sentence
    assert "it was measured twice: " in sentence
    point = point_of(places, "g/np8")
    assert (point.status, point.reasons) == ("SUSPECT", (sentence,))
    assert point.findings[0].name == "neighbours"
    assert point.values["output_throughput"] == pytest.approx(264.0)
    assert point.run is not None
    assert (
        orjson.loads((point.run / "verdict.json").read_bytes())["status"]
        == "VALID"
    ), "of the run itself"
    others = [
        each for each in read([places.directory]).points if each.id != "g/np8"
    ]
    assert {each.status for each in others} == {"VALID"}


def test_a_second_result_that_is_invalid_leaves_the_first_in_doubt(
    play: Play, places: CampaignPaths
) -> None:
    levels = [Level.OK] * len(LEVELS) + [Level.INVALID]
    outcome, _ = play({8: [0.3, 1.0]}, levels=levels)
    assert states(outcome) == {"g/np8": "SUSPECT"}
    assert (
        "the second measurement was INVALID"
        in point_of(places, "g/np8").reasons[0]
    )
    outcome, display = play({})
    assert (display.measured_points, states(outcome)) == (
        [],
        {"g/np8": "SUSPECT"},
    )
    next(places.result_dir.glob("g_np8_*.json")).unlink()
    outcome, display = play({})
    assert (display.measured_points, states(outcome)) == (["g/np8"], {}), (
        "the cure that the reason names"
    )


def test_servers_that_are_up_are_used_and_others_started_once(
    play: Play, places: CampaignPaths, url: str
) -> None:
    groups = [{"id": name, "model": "m", "server": name} for name in ("a", "b")]
    recipes = {
        name: {"kind": "external", "base_url": f"http://127.0.0.1:{n}"}
        for n, name in enumerate("ab", 1)
    }
    spec = ladder_campaign(groups=groups, servers=recipes)
    servers = {"a": Scripted([url]), "b": Scripted([url])}
    display = Remembering()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            SUMMARIZE,
            scripted({8: [0.3, 0.3, 1.0], 32: [1.0, 1.0, 1.0]}),
        )
        patch.setattr(JUDGE, judged())
        task = task_of(spec, lambda need: servers[need.recipe_name])
        outcome = run_campaign(task, places, display)
    assert display.measured_points[14:] == ["b/np8", "a/np8"], (
        "first on the server that is still up"
    )
    assert (servers["a"].starts, servers["b"].starts) == (2, 1)
    assert states(outcome) == {}


def test_all_doubtful_points_of_a_server_are_measured_under_one_start(
    play: Play, url: str
) -> None:
    spec = ladder_campaign(levels := [1, 2, 4, 8, 16, 32, 64, 128])
    server = Scripted([url])
    outcome, display = play(
        {4: [0.3, 1.0], 32: [0.3, 1.0]}, spec, server=server
    )
    assert display.measured_points[len(levels) :] == ["g/np4", "g/np32"]
    assert (server.starts, states(outcome)) == (1, {})


class StoppedAt(Remembering):
    """Ctrl-C, when a point is measured for the n-th time."""

    def __init__(self, point: str, times: int) -> None:
        super().__init__()
        self.point = point
        self.left = times

    @contextmanager
    def measuring(
        self, point: PlannedPoint
    ) -> Iterator[Callable[[Snapshot], None]]:
        self.left -= point.id == self.point
        if point.id == self.point and self.left == 0:
            raise KeyboardInterrupt
        yield lambda _: None


def test_what_was_named_but_not_measured_again_is_suspect_until_the_next_run(
    play: Play, places: CampaignPaths
) -> None:
    outcome, _ = play({8: [0.3, 1.0]}, display=StoppedAt("g/np8", 2))
    assert (outcome.exit_code, states(outcome)) == (130, {"g/np8": "SUSPECT"})
    assert (
        outcome.rechecked
        == "1 point contradicted its neighbours (not measured again: 1)."
    )
    assert "was not measured again" in point_of(places, "g/np8").reasons[0]
    outcome, display = play({})
    assert (display.measured_points, states(outcome)) == (["g/np8"], {})


def test_a_campaign_that_was_interrupted_looks_at_its_points_at_its_next_end(
    play: Play, places: CampaignPaths
) -> None:
    outcome, display = play({8: [0.3]}, display=StoppedAt("g/np64", 1))
    assert (outcome.exit_code, "doubt" in kinds(places)) == (130, False)
    outcome, display = play({})
    assert (display.measured_points, states(outcome)) == (
        ["g/np64", "g/np8"],
        {},
    )


def test_a_server_that_does_not_come_up_again_leaves_the_doubt(
    play: Play, places: CampaignPaths, url: str
) -> None:
    play({8: [0.3]}, ladder_campaign(recheck=False))
    outcome, display = play({}, server=Scripted([None]))
    assert (states(outcome), outcome.exit_code) == ({"g/np8": "SUSPECT"}, 0)
    assert (
        "The doubtful points of g cannot be measured again: It does not come up: no such luck."
        in display.told
    )
    outcome, display = play({})
    assert (display.measured_points, states(outcome)) == (["g/np8"], {})


def test_a_server_of_another_version_is_not_used(
    play: Play, places: CampaignPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inferometer.server.endpoint import Endpoint

    play({8: [0.3]}, ladder_campaign(recheck=False))
    monkeypatch.setattr(Endpoint, "version", lambda self: "9.9")
    outcome, display = play({})
    assert display.measured_points == []
    assert (
        "g has another server than before: its doubtful points are not compared with it."
        in display.told
    )
    assert {ending.state for ending in outcome.endings} == {"not run"}, (
        "as for any run on another version"
    )


def test_neighbours_are_all_results_of_the_campaign(play: Play) -> None:
    spec = ladder_campaign()
    play({8: [0.3]}, ladder_campaign(recheck=False))
    outcome, display = play({}, spec, groups=expand(spec, only=["g/np2"]))
    assert (display.measured_points, outcome.rechecked) == ([], ""), (
        "a point that is not asked for is left alone"
    )
    outcome, display = play({}, spec, groups=expand(spec, only=["g/np8"]))
    assert display.measured_points == ["g/np8"]
    assert (len(outcome.endings), states(outcome)) == (1, {})


def test_only_so_many_points_are_measured_again(
    play: Play, places: CampaignPaths
) -> None:
    levels = list(range(1, 25))
    factors = {level: [0.3, 1.0] for level in (4, 9, 14, 19)}
    outcome, display = play(factors, ladder_campaign(levels))
    again = display.measured_points[len(levels) :]
    assert len(again) == limit(len(levels)) == MIN_POINTS
    (left,) = {f"g/np{level}" for level in factors} - set(again)
    assert any(
        line.startswith(
            "\n4 points do not fit their neighbours: the host was disturbed while they were "
            "measured, or their"
        )
        for line in display.told
    )
    assert states(outcome) == {left: "SUSPECT"}
    assert (
        outcome.rechecked
        == "4 points contradicted their neighbours (resolved: 3, not measured again: 1)."
    )
    outcome, display = play({}, ladder_campaign(levels))
    assert (display.measured_points, states(outcome)) == ([], {left: "SUSPECT"})
    assert limit(10_000) == MAX_POINTS


def test_a_campaign_file_can_leave_it(
    play: Play, places: CampaignPaths
) -> None:
    outcome, display = play({8: [0.3]}, ladder_campaign(recheck=False))
    assert (
        len(display.measured_points),
        states(outcome),
        outcome.rechecked,
    ) == (
        len(LEVELS),
        {},
        "",
    )
    assert "doubt" not in kinds(places)


def test_a_warm_point_is_measured_again_after_its_cold_one(
    play: Play, places: CampaignPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run is real: names of files tell seconds, and both kinds of points share one."""
    monkeypatch.setattr(measured, "run", run)
    spec = ladder_campaign(
        matrix={"num_prompts": list(LEVELS), "cache": ["cold", "warm"]}
    )
    factors = {8: [1.0, 0.3, 1.0]}
    outcome, display = play(factors, spec)
    assert display.measured_points[2 * len(LEVELS) :] == [
        "g/np8-cold",
        "g/np8-warm",
    ]
    assert states(outcome) == {}
    results = read_campaign_state(places).history.current
    by_point = {result.point: result.attempt for result in results.values()}
    assert by_point["g/np8-warm"] == by_point["g/np8-cold"] == 1, (
        "with the prompts that are in the cache"
    )


def test_a_repeat_far_from_the_others_is_measured_again(play: Play) -> None:
    outcome, display = play(
        {8: [1.0, 0.3, 1.0]},
        ladder_campaign(
            repeats=3, file_name="{group}_np{n}_{repeat}_{time}.json"
        ),
    )
    assert display.measured_points[3 * len(LEVELS) :] == ["g/np8#2"]
    assert states(outcome) == {}


def test_a_ladder_of_three_points_is_left_alone(play: Play) -> None:
    outcome, display = play({2: [0.1]}, ladder_campaign([1, 2, 4]))
    assert (len(display.measured_points), states(outcome)) == (3, {})


def test_a_doubt_travels_with_the_results(
    play: Play, places: CampaignPaths, tmp_path: Path
) -> None:
    play({8: [0.3]})
    collect(places.result_dir, tmp_path / "a.tar")
    merged = merge([tmp_path / "a.tar"], tmp_path / "merged")
    assert merged.clean
    there = CampaignPaths(tmp_path / "merged", "tiny")
    assert (
        point_of(there, "g/np8").reasons
        == point_of(places, "g/np8").reasons
        != ()
    )
    assert [kind for kind in kinds(there) if kind == "doubt"] == [
        "doubt",
        "doubt",
    ]


def killed(directory: Path, again: str, every: int) -> None:
    """In a process of its own, since what is forked must find polars' threads not yet started."""
    command = [
        sys.executable,
        "-m",
        "tests.campaign.recheck_kill",
        str(directory),
        again,
        str(every),
    ]
    told = run_forked(command, timeout=1200, env=environment())
    assert told.returncode == 0, told.stderr
    assert int(told.stdout.split()[0]) > 3


@pytest.mark.parametrize("again", ["1.0", "0.3"])
def test_a_kill_loses_and_doubles_nothing(tmp_path: Path, again: str) -> None:
    killed(tmp_path, again, 17)


@pytest.mark.wide
@pytest.mark.parametrize("again", ["1.0", "0.3"])
def test_a_kill_before_any_change_to_the_disk_loses_and_doubles_nothing_here_too(
    tmp_path: Path, again: str
) -> None:
    killed(tmp_path, again, 1)
