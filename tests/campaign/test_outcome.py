"""What is told at the end of a campaign, and with which exit code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from test_results import save, spec_of
from tiny_campaign import tiny_campaign

from inferometer.campaign.outcome import NAMED, Ending, Outcome, duration, endings_of, summary_lines
from inferometer.campaign.results import Results
from inferometer.spec.campaign import Group
from inferometer.spec.expand import expand
from inferometer.store.standing import Places, places_of, read_standing

VALID = Ending("g/1", "VALID", True)
SUSPECT = Ending("g/2", "SUSPECT", True, "Few samples.")
INVALID = Ending("g/3", "INVALID", False, "Nothing was measured.")
ALLOWED = Ending("g/3", "INVALID", True, "Nothing was measured.")
FAILED = Ending("g/4", "failed", False, "No such model.")
NOT_RUN = Ending("g/5", "not run", False)


def outcome(*endings: Ending, **more: object) -> Outcome:
    facts = {"groups": 2, "served": 2, "lost": {}, "records": "results/.inferometer/c", "elapsed_s": 75.0, **more}
    return Outcome(endings=endings, **facts)  # type: ignore[arg-type]


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
        (outcome(VALID, NOT_RUN, trouble="cannot write x: the disk is full"), 2),
    ],
)
def test_the_exit_code_is_0_only_if_every_point_has_a_result(made: Outcome, code: int) -> None:
    assert made.exit_code == code
    assert made.complete is (code == 0)


def test_a_complete_campaign_says_so(tmp_path: Path) -> None:
    assert summary_lines(outcome(VALID, SUSPECT)) == [
        "",
        "2 points: 1 valid, 1 suspect, 0 invalid, 0 failed, 0 not run; this run took 1 min.",
        "[x] servers: 2 of 2 groups served to the end",
        "[x] campaign: ran to its end",
        "[x] results: 2 of 2 points have one that counts, its files whole",
        "[x] configuration, servers and times: recorded in results/.inferometer/c",
        "  SUSPECT  g/2  Few samples.",
    ]


def test_what_is_missing_is_named_with_its_reason() -> None:
    lines = summary_lines(outcome(VALID, INVALID, FAILED, NOT_RUN, served=1, lost={"g": "No server."}, interrupted=True))
    assert lines[2:] == [
        "[ ] servers: 1 of 2 groups served to the end",
        "[ ] campaign: was interrupted",
        "[ ] results: 1 of 4 points have one that counts, its files whole",
        "[x] configuration, servers and times: recorded in results/.inferometer/c",
        "  INVALID  g/3  Nothing was measured.",
        "  failed   g/4  No such model.",
        "  not run  g/5",
        "The same command goes on where this one ended.",
    ]
    trouble = summary_lines(outcome(NOT_RUN, trouble="cannot write x: the disk is full"))
    assert trouble[-2:] == [
        "It could not go on: cannot write x: the disk is full.",
        "The same command goes on where this one ended.",
    ]
    assert "[ ] campaign: broke off" in trouble


def test_a_long_list_is_cut_short() -> None:
    lines = summary_lines(outcome(*(replace(NOT_RUN, point=f"g/{number}") for number in range(NAMED + 5))))
    assert sum(line.startswith("  not run  g/") for line in lines) == NAMED
    assert "  not run  and 5 more" in lines


def test_durations_are_told_as_people_do() -> None:
    told = [duration(seconds) for seconds in (0.4, 59.4, 60, 3599, 3600, 120_000)]
    assert told == ["0 s", "59 s", "1 min", "1 h 0 min", "1 h 0 min", "33 h 20 min"]


def group_of(*numbers: int) -> Group:
    """A group whose points are those of test_results."""
    (group,) = expand(tiny_campaign(len(numbers)))
    points = zip(group.points, numbers, strict=True)
    return replace(group, points=tuple(replace(point, id=f"p{number}", spec=spec_of(number)) for point, number in points))


def test_every_point_has_its_ending(tmp_path: Path) -> None:
    places = Places(tmp_path, "c")
    with Results(places) as results:
        save(results, 1, "fine")
        save(results, 2, "bad", status="INVALID")
        results.note("failed", fingerprint=spec_of(3).fingerprint, point="p3", reason="No such model.")
        save(results, 4, "gone")
        save(results, 5, "old", version="0.9")
    (tmp_path / "p4_gone.json").unlink()
    group = group_of(1, 2, 3, 4, 5, 6)
    endings = endings_of([group], read_standing(places), {group.id: "1"})
    assert [(ending.point, ending.state, ending.counts, ending.reason) for ending in endings] == [
        ("p1", "VALID", True, ""),
        ("p2", "INVALID", False, ""),
        ("p3", "failed", False, "No such model."),
        ("p4", "not run", False, "p4_gone.json is missing."),
        ("p5", "not run", False, "It was measured with version 0.9 of the server."),
        ("p6", "not run", False, ""),
    ]
    (_, *_, fifth, _) = endings_of([group], read_standing(places), {})
    assert fifth.counts, "a server that was not asked has no other version"


def test_rehearsals_have_directories_of_their_own() -> None:
    told = {
        str(places_of(directory, "c", quick=quick, embedded=embedded).result_dir)
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
