"""What is told at the end of a campaign, and with which exit code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferometer.campaign.outcome import (
    NAMED,
    CampaignOutcome,
    Ending,
    duration,
    endings_of,
    summary_lines,
)
from inferometer.campaign.results import Results
from inferometer.spec.campaign import Group
from inferometer.spec.expand import expand
from inferometer.store.campaign.history import ServerInfo
from inferometer.store.campaign.paths import CampaignPaths, campaign_paths
from inferometer.store.campaign.state import read_campaign_state
from tests.campaign.saved_points import save, spec_of
from tests.campaign.tiny_campaign import tiny_campaign

VALID = Ending("g/1", "VALID", True)
SUSPECT = Ending("g/2", "SUSPECT", True, "Few samples.")
INVALID = Ending("g/3", "INVALID", False, "Nothing was measured.")
ALLOWED = Ending("g/3", "INVALID", True, "Nothing was measured.")
FAILED = Ending("g/4", "failed", False, "No such model.")
NOT_RUN = Ending("g/5", "not run", False)


def outcome(*endings: Ending, **more: object) -> CampaignOutcome:
    facts = {
        "groups": 2,
        "served": 2,
        "lost": {},
        "records": "results/.inferometer/c",
        "elapsed_s": 75.0,
        **more,
    }
    return CampaignOutcome(endings=endings, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (outcome(VALID), 0),
        (outcome(VALID, SUSPECT), 0),
        (outcome(VALID, ALLOWED), 0),
        (outcome(VALID, INVALID), 1),
        (outcome(VALID, FAILED), 1),
        (outcome(VALID, NOT_RUN), 1),
        (outcome(VALID, NOT_RUN, interrupted=True), 130),
        (
            outcome(VALID, NOT_RUN, trouble="cannot write x: the disk is full"),
            2,
        ),
    ],
)
def test_the_exit_code_is_0_only_if_every_point_has_a_result(
    made: CampaignOutcome, code: int
) -> None:
    assert made.exit_code == code
    assert made.complete is (code == 0)


def test_a_complete_campaign_says_so(tmp_path: Path) -> None:
    assert summary_lines(
        outcome(VALID, SUSPECT),
        ["Narrowed by NUM_PROMPTS_END=2: 2 of 800 points."],
    ) == [
        "",
        "  SUSPECT  g/2  Few samples.",
        "2 points: 1 valid, 1 suspect, 0 invalid, 0 failed, 0 not run; this run took 1 min.",
        "Narrowed by NUM_PROMPTS_END=2: 2 of 800 points.",
        "[x] servers: 2 of 2 groups had their server to the end",
        "[x] campaign: ran to its end",
        "[x] results: 2 of 2 points have a usable result with complete files",
        "[x] configuration, servers and times: recorded in results/.inferometer/c",
    ]


def test_reasons_that_differ_in_figures_only_share_a_line() -> None:
    preempted = [
        replace(SUSPECT, point=f"g/np{n}", reason=f"{n} requests failed.")
        for n in (8, 16, 32)
    ]
    other = replace(SUSPECT, point="g/np64")
    assert summary_lines(outcome(*preempted, other))[1:3] == [
        "  SUSPECT  g/np8 ... np32: 3 points  8–32 requests failed.",
        "  SUSPECT  g/np64  Few samples.",
    ]


def test_what_is_missing_is_named_with_its_reason_before_the_checklist() -> (
    None
):
    lines = summary_lines(
        outcome(
            VALID,
            INVALID,
            FAILED,
            NOT_RUN,
            served=1,
            lost={"g": "No server."},
            interrupted=True,
        )
    )
    assert lines == [
        "",
        "  INVALID  g/3  Nothing was measured.",
        "  failed   g/4  No such model.",
        "  not run  g/5",
        "4 points: 1 valid, 0 suspect, 1 invalid, 1 failed, 1 not run; this run took 1 min.",
        "[ ] servers: 1 of 2 groups had their server to the end",
        "[ ] campaign: was interrupted",
        "[ ] results: 1 of 4 points have a usable result with complete files",
        "[x] configuration, servers and times: recorded in results/.inferometer/c",
        "Run the same command again to continue from here.",
    ]
    trouble = summary_lines(
        outcome(NOT_RUN, trouble="cannot write x: the disk is full")
    )
    assert trouble[-2:] == [
        "It could not go on: cannot write x: the disk is full.",
        "Run the same command again to continue from here.",
    ]
    assert "[ ] campaign: broke off" in trouble
    assert (
        "[ ] configuration, servers and times: recorded in results/.inferometer/c until then"
        in trouble
    )


@pytest.mark.parametrize(
    ("facts", "servers", "campaign"),
    [
        (
            {"served": 0, "unneeded": 2},
            "[-] servers: not needed: all points were done before",
            "[x] campaign: ran to its end",
        ),
        (
            {"served": 1, "unneeded": 1},
            "[x] servers: 1 of 1 groups had their server to the end; 1 needed none",
            "[x] campaign: ran to its end",
        ),
        (
            {"served": 1, "lost": {"g": "No server."}},
            "[ ] servers: 1 of 2 groups had their server to the end",
            "[ ] campaign: 1 of 2 groups could not be measured to the end",
        ),
        (
            {"served": 0, "lost": {"g": "No server.", "h": "No server."}},
            "[ ] servers: 0 of 2 groups had their server to the end",
            "[ ] campaign: 2 of 2 groups could not be measured to the end",
        ),
        (
            {"served": 0, "groups": 1, "lost": {"g": "No server."}},
            "[ ] servers: 0 of 1 groups had their server to the end",
            "[ ] campaign: the only group could not be measured to the end",
        ),
    ],
)
def test_the_checklist_says_what_happened(
    facts: dict[str, Any], servers: str, campaign: str
) -> None:
    lines = summary_lines(outcome(VALID, **facts))
    assert [line for line in lines if line[:1] == "["][:2] == [
        servers,
        campaign,
    ]
    recorded = (
        "configuration and times"
        if facts.get("unneeded") == 2
        else "configuration, servers and times"
    )
    assert f"[x] {recorded}: recorded in results/.inferometer/c" in lines


def test_points_in_a_row_with_the_same_to_say_have_one_line() -> None:
    endings = [
        replace(NOT_RUN, point=f"g/np{number}") for number in range(1, 201)
    ]
    endings[29] = replace(VALID, point="g/np30")
    endings.append(replace(NOT_RUN, point="h/np1"))
    endings.append(replace(NOT_RUN, point="h/np2", reason="It has changed."))
    assert [
        line
        for line in summary_lines(outcome(*endings))
        if line.startswith("  ")
    ] == [
        "  not run  g/np1 ... np29: 29 points",
        "  not run  g/np31 ... np200: 170 points",
        "  not run  h/np1",
        "  not run  h/np2  It has changed.",
    ]


def test_a_long_list_is_cut_short() -> None:
    endings = [
        replace(
            FAILED, point=f"g/{number}", reason=f"Reason {chr(65 + number)}."
        )
        for number in range(NAMED + 5)
    ]
    lines = summary_lines(outcome(*endings))
    assert sum(line.startswith("  failed   g/") for line in lines) == NAMED
    assert "  failed   and 5 more" in lines


def test_durations_are_told_as_people_do() -> None:
    told = [
        duration(seconds) for seconds in (0.4, 59.4, 60, 3599, 3600, 120_000)
    ]
    assert told == [
        "0 s",
        "59 s",
        "1 min",
        "1 h 0 min",
        "1 h 0 min",
        "33 h 20 min",
    ]


def group_of(*numbers: int) -> Group:
    """A group whose points are those of test_results."""
    (group,) = expand(tiny_campaign(len(numbers)))
    points = zip(group.points, numbers, strict=True)
    return replace(
        group,
        points=tuple(
            replace(point, id=f"p{number}", spec=spec_of(number))
            for point, number in points
        ),
    )


def test_every_point_has_its_ending(tmp_path: Path) -> None:
    places = CampaignPaths(tmp_path, "c")
    with Results(places) as results:
        save(results, 1, "fine")
        save(results, 2, "bad", status="INVALID")
        results.note(
            "failed",
            fingerprint=spec_of(3).fingerprint,
            point="p3",
            reason="No such model.",
        )
        save(results, 4, "gone")
        save(results, 5, "old", version="0.9")
        save(results, 7, "short", max_model_len=64)
    (tmp_path / "p4_gone.json").unlink()
    group = group_of(1, 2, 3, 4, 5, 6, 7)
    endings = endings_of(
        [group], read_campaign_state(places), {group.id: ServerInfo("1", 128)}
    )
    assert [
        (ending.point, ending.state, ending.counts, ending.reason)
        for ending in endings
    ] == [
        ("p1", "VALID", True, ""),
        ("p2", "INVALID", False, ""),
        ("p3", "failed", False, "No such model."),
        ("p4", "not run", False, "p4_gone.json is missing."),
        (
            "p5",
            "not run",
            False,
            "It was measured with version 0.9 of the server.",
        ),
        ("p6", "not run", False, ""),
        (
            "p7",
            "not run",
            False,
            "It was measured with max_model_len 64 of the server.",
        ),
    ]
    results_of = [
        ending.result and (ending.result.point, ending.result.status)
        for ending in endings
    ]
    assert results_of == [
        ("p1", "VALID"),
        ("p2", "INVALID"),
        None,
        None,
        None,
        None,
        None,
    ]
    (_, *_, fifth, _, seventh) = endings_of(
        [group], read_campaign_state(places), {}
    )
    assert fifth.counts, "a server that was not asked has no other version"
    assert seventh.counts


def test_rehearsals_have_directories_of_their_own() -> None:
    told = {
        str(
            campaign_paths(
                directory, "c", quick=quick, embedded=embedded
            ).result_dir
        )
        for directory in ("bench_results/pcie", ".")
        for quick in (False, True)
        for embedded in (False, True)
    }
    assert told == {
        "bench_results/pcie",
        "bench_results/pcie-quick",
        "bench_results/pcie-embedded",
        "bench_results/pcie-quick-embedded",
        ".",
        "quick",
        "embedded",
        "quick-embedded",
    }
