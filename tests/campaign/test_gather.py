"""Collecting and merging: every result arrives whole, what is in doubt is named, what is hostile
stays outside.
"""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from inferometer.campaign.gather import GatherError, collect, tar_name
from inferometer.campaign.merge import Merged, merge
from inferometer.campaign.results import Results
from inferometer.store.campaign.ledger import LedgerError, dump, read_ledger
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state
from tests.campaign.saved_points import save, spec_of, visible


def machine(
    folder: Path, *numbers: int, name: str = "c", content: str = "x"
) -> CampaignPaths:
    """A result directory with a result of each of these points."""
    places = CampaignPaths(folder, name)
    with Results(places) as results:
        results.note("opened", host=folder.name)
        for number in numbers:
            save(results, number, content)
    return places


def counting(places: CampaignPaths, *numbers: int) -> list[int]:
    state = read_campaign_state(places)
    assert state.damage == {}
    return [
        number
        for number in numbers
        if state.result(spec_of(number).fingerprint)
    ]


def merged_from(tmp_path: Path, *sources: Path) -> tuple[Merged, CampaignPaths]:
    output = tmp_path / "merged"
    return merge(sources, output), CampaignPaths(output, "c")


def test_collected_and_merged_results_are_those_of_all_machines(
    tmp_path: Path,
) -> None:
    tars = []
    for host, numbers in (("a", (1, 2)), ("b", (3,))):
        machine(tmp_path / host / "pcie", *numbers, content=host)
        tars.append(
            tmp_path
            / tar_name(
                tmp_path / host / "pcie",
                host,
                datetime(2026, 7, 22, 12, tzinfo=timezone.utc),
            )
        )
        assert collect(tmp_path / host / "pcie", tars[-1]).files == 1 + 3 * len(
            numbers
        )
    assert tars[0].name == "pcie_a_20260722_120000.tar"
    merged, places = merged_from(tmp_path, *tars)
    assert (merged.clean, merged.points, merged.renamed) == (True, 3, [])
    assert visible(places) == ["p1_a.json", "p2_a.json", "p3_b.json"]
    assert counting(places, 1, 2, 3, 4) == [1, 2, 3]
    assert (
        places.runs / spec_of(3).fingerprint / "events.parquet"
    ).read_text() == "events b"
    kinds = [record["kind"] for record in read_ledger(places.ledger)]
    assert kinds == [
        "ledger",
        "merged",
        "opened",
        "begun",
        "done",
        "begun",
        "done",
        "opened",
        "begun",
        "done",
    ]
    with Results(places) as results:
        save(results, 4, "and on it goes")
    assert counting(places, 1, 2, 3, 4) == [1, 2, 3, 4]


def test_several_campaigns_share_a_directory(tmp_path: Path) -> None:
    machine(tmp_path / "a", 1)
    machine(tmp_path / "b", 2, name="other")
    merged, places = merged_from(tmp_path, tmp_path / "a", tmp_path / "b")
    assert merged.points == 2
    assert counting(places, 1, 2) == [1]
    assert counting(CampaignPaths(places.result_dir, "other"), 1, 2) == [2]


def test_the_same_results_twice_are_there_once(tmp_path: Path) -> None:
    places = machine(tmp_path / "a", 1)
    early = tmp_path / "early.tar"
    collect(places.result_dir, early)
    with Results(places) as results:
        save(results, 2, "later")
    merged, together = merged_from(tmp_path, early, places.result_dir, early)
    assert (merged.clean, merged.points, merged.renamed) == (True, 2, [])
    assert visible(together) == ["p1_x.json", "p2_later.json"]


def test_what_was_measured_again_later_is_no_conflict(tmp_path: Path) -> None:
    places = machine(tmp_path / "a", 1, content="first")
    early = tmp_path / "early.tar"
    collect(places.result_dir, early)
    with Results(places) as results:
        save(results, 1, "second")
    merged, together = merged_from(tmp_path, places.result_dir, early)
    assert merged.clean
    assert visible(together) == ["p1_second.json"]
    assert [path.read_text() for path in together.superseded.iterdir()] == [
        "json first"
    ]


def test_a_point_measured_in_two_places_is_named_and_the_later_result_counts(
    tmp_path: Path,
) -> None:
    machine(tmp_path / "late", 1, content="early")
    early = tmp_path / "late"
    machine(tmp_path / "z", 1, content="late")
    merged, places = merged_from(tmp_path, tmp_path / "z", early)
    (conflict,) = merged.conflicts
    assert conflict.startswith("p1 was measured both in ")
    assert not merged.clean
    assert visible(places) == ["p1_late.json"]
    assert [path.read_text() for path in places.superseded.iterdir()] == [
        "json early"
    ]
    assert sorted(path.name for path in places.runs.iterdir()) == [
        spec_of(1).fingerprint,
        f"{spec_of(1).fingerprint}-2",
    ]
    assert counting(places, 1) == [1]


def test_a_result_that_counts_is_not_hidden_by_a_later_one_that_does_not(
    tmp_path: Path,
) -> None:
    machine(tmp_path / "a", 1, content="good")
    with Results(CampaignPaths(tmp_path / "b", "c")) as results:
        save(results, 1, "bad", status="INVALID")
    merged, places = merged_from(tmp_path, tmp_path / "a", tmp_path / "b")
    assert merged.clean
    assert visible(places) == ["p1_good.json"]
    assert [path.name for path in places.invalid.iterdir()] == ["p1_bad.json"]
    assert counting(places, 1) == [1]


def test_files_of_one_name_keep_both(tmp_path: Path) -> None:
    for host, number in (("a", 1), ("b", 2)):
        with Results(CampaignPaths(tmp_path / host, "c")) as results:
            save(results, number, host, name="same.json")
    merged, places = merged_from(tmp_path, tmp_path / "a", tmp_path / "b")
    assert visible(places) == ["same-2.json", "same.json"]
    assert merged.renamed == [f"same.json of {tmp_path / 'b'} is same-2.json."]
    assert counting(places, 1, 2) == [1, 2]


def test_the_name_of_a_replaced_result_is_nobody_elses_after_a_merge(
    tmp_path: Path,
) -> None:
    with Results(CampaignPaths(tmp_path / "a", "c")) as results:
        save(results, 1, "x", name="same.json")
        save(results, 1, "y", name="later.json")
    with Results(CampaignPaths(tmp_path / "b", "c")) as results:
        save(results, 2, "x", name="same.json")
    merged, places = merged_from(tmp_path, tmp_path / "a", tmp_path / "b")
    assert (merged.clean, merged.points) == (True, 2)
    assert visible(places) == ["later.json", "same-2.json"]
    assert counting(places, 1, 2) == [1, 2]


def test_files_that_no_ledger_knows_come_along(tmp_path: Path) -> None:
    """Results of older scripts, and of `bench`."""
    for host in ("a", "b"):
        folder = tmp_path / host / "pcie"
        (folder / "run").mkdir(parents=True)
        (folder / "same.json").write_text("the same")
        (folder / "other.json").write_text(host)
        (folder / "run" / "run.json").write_text(host)
        (folder / ".inferometer-half").write_text("a temporary file")
    tar = tmp_path / "a.tar"
    with tarfile.open(tar, "w") as by_hand:
        by_hand.add(tmp_path / "a", "bench_results")
    merged, places = merged_from(tmp_path, tar, tmp_path / "b" / "pcie")
    assert merged.clean
    assert visible(places) == ["other-2.json", "other.json", "run", "same.json"]
    assert (places.result_dir / "other-2.json").read_text() == "b"
    assert sorted(
        path.name for path in (places.result_dir / "run").iterdir()
    ) == [
        "run-2.json",
        "run.json",
    ]
    assert list(places.result_dir.glob(".*")) == []


@pytest.mark.parametrize("how", ["missing", "changed"])
def test_results_whose_files_are_not_whole_are_left_out_and_named(
    tmp_path: Path, how: str
) -> None:
    places = machine(tmp_path / "a", 1, 2)
    path = places.result_dir / "p1_x.json"
    path.unlink() if how == "missing" else path.write_text("my own")
    merged, together = merged_from(tmp_path, places.result_dir)
    assert merged.left_out == [
        (
            f"p1 of {places.result_dir}: p1_x.json "
            f"{'is missing' if how == 'missing' else 'has changed'}."
        )
    ]
    assert not merged.clean
    assert visible(together) == ["p2_x.json"]
    assert counting(together, 1, 2) == [2]


@pytest.mark.parametrize(
    "name",
    ["p1_x.json", f".inferometer/c/runs/{spec_of(1).fingerprint}/run.json"],
)
@pytest.mark.parametrize("how", ["missing", "changed"])
def test_what_merge_will_leave_out_is_named_when_it_is_collected(
    tmp_path: Path, name: str, how: str
) -> None:
    places = machine(tmp_path / "a", 1, 2)
    assert collect(places.result_dir, tmp_path / "whole.tar").clean
    path = places.result_dir / name
    path.unlink() if how == "missing" else path.write_text("my own")
    collected = collect(places.result_dir, tmp_path / "t.tar")
    what = f"{name} {'is missing' if how == 'missing' else 'has changed'}"
    assert collected.left_out == (
        f"p1 will be left out by `inferometer merge`: {what}; `inferometer run` measures it again.",
    )
    assert not collected.clean
    merged, together = merged_from(tmp_path, tmp_path / "t.tar")
    assert merged.left_out == [f"p1 of {tmp_path / 't.tar'}: {what}."]
    assert counting(together, 1, 2) == [2]


def test_an_earlier_result_that_is_not_whole_is_named_as_such(
    tmp_path: Path,
) -> None:
    places = machine(tmp_path / "a", 1, content="first")
    with Results(places) as results:
        save(results, 1, "second")
    assert collect(places.result_dir, tmp_path / "whole.tar").clean, (
        "its JSON file was moved aside, and is not missed"
    )
    run = places.runs / spec_of(1).fingerprint
    (run / "events.parquet").unlink()
    (sentence,) = collect(places.result_dir, tmp_path / "t.tar").left_out
    damage = f"{places.relative(run)}/events.parquet is missing"
    assert (
        sentence
        == f"An earlier result of p1 will be left out by `inferometer merge`: {damage}."
    )


def test_a_result_that_is_whole_elsewhere_is_not_left_out(
    tmp_path: Path,
) -> None:
    places = machine(tmp_path / "a", 1)
    collect(places.result_dir, tmp_path / "whole.tar")
    (places.result_dir / "p1_x.json").unlink()
    merged, together = merged_from(
        tmp_path, places.result_dir, tmp_path / "whole.tar"
    )
    assert merged.clean
    assert counting(together, 1) == [1]


def test_a_point_that_is_just_being_saved_is_not_collected(
    tmp_path: Path,
) -> None:
    places = machine(tmp_path / "a", 1, 2)
    places.ledger.write_bytes(
        dump(read_ledger(places.ledger)[:-1])
    )  # between the names and the note
    (places.logs).mkdir()
    (places.logs / "server.log").write_text("with a key in it, perhaps")
    (places.lock).write_text("1 here")
    collected = collect(places.result_dir, tmp_path / "t.tar")
    assert [sentence[:14] for sentence in collected.left_out] == [
        "p2 is left out"
    ]
    with tarfile.open(tmp_path / "t.tar") as tar:
        names = tar.getnames()
    assert [
        name for name in names if "p2" in name or spec_of(2).fingerprint in name
    ] == []
    assert [name for name in names if name.endswith((".log", "lock"))] == []
    merged, together = merged_from(tmp_path, tmp_path / "t.tar")
    assert merged.clean
    assert counting(together, 1, 2) == [1]


def test_a_tar_is_not_collected_into_itself(tmp_path: Path) -> None:
    places = machine(tmp_path / "a", 1)
    assert collect(places.result_dir, places.result_dir / "t.tar").files == 4


@pytest.mark.parametrize("empty", [True, False])
def test_where_nothing_is_nothing_is_made(tmp_path: Path, empty: bool) -> None:
    if empty:
        (tmp_path / "a").mkdir()
        with pytest.raises(GatherError, match="no results"):
            merge([tmp_path / "a"], tmp_path / "out")
    with pytest.raises(
        GatherError, match="no results" if empty else "is not a directory"
    ):
        collect(tmp_path / "a", tmp_path / "t.tar")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "t.tar").exists()


def test_several_result_directories_are_taken_one_by_one(
    tmp_path: Path,
) -> None:
    machine(tmp_path / "all" / "pcie", 1)
    machine(tmp_path / "all" / "production", 2)
    for act in (
        lambda: collect(tmp_path / "all", tmp_path / "t.tar"),
        lambda: merge([tmp_path / "all"], tmp_path / "out"),
    ):
        with pytest.raises(
            GatherError,
            match=r"several result directories \(pcie, production\)",
        ):
            act()


def test_what_is_there_is_not_merged_into(tmp_path: Path) -> None:
    places = machine(tmp_path / "a", 1)
    with pytest.raises(GatherError, match="is not empty"):
        merge([places.result_dir], places.result_dir)
    with pytest.raises(GatherError, match="is inside"):
        merge([places.result_dir], places.result_dir / "out")


def test_a_name_that_no_archive_may_hold_is_left_out_and_told(
    tmp_path: Path,
) -> None:
    places = machine(tmp_path / "a", 1)
    (places.result_dir / "x\x1b[31m.json").write_text("{}")
    told: list[str] = []
    assert (
        collect(places.result_dir, tmp_path / "a.tar", say=told.append).files
        == 4
    )
    assert told == [
        f"{places.result_dir}/x\\x1b[31m.json has a name with control characters, and is left out."
    ]
    merged, _ = merged_from(tmp_path, tmp_path / "a.tar")
    assert merged.clean
    assert merge([places.result_dir], tmp_path / "again").left_out == told


def hostile(places: CampaignPaths, change: dict[str, Any]) -> Path:
    """A source whose ledger is in order, but not what it says."""
    records = read_ledger(places.ledger)
    places.ledger.write_bytes(
        dump(
            [
                {**record, **change} if record["kind"] == "done" else record
                for record in records
            ]
        )
    )
    return places.result_dir


@pytest.mark.parametrize(
    "change",
    [
        {
            "json": "../../outside.json",
            "files": {"../../outside.json": "0" * 64},
        },
        {"json": "/etc/passwd", "files": {"/etc/passwd": "0" * 64}},
        {
            "json": ".inferometer/c/ledger.jsonl",
            "files": {".inferometer/c/ledger.jsonl": "0" * 64},
        },
        {"run": "../elsewhere"},
        {"run": "p1_x.json"},
        {"fingerprint": "../../../etc"},
        {"files": {"p1_x.json": "0" * 64, "../../../etc/passwd": "0" * 64}},
        {"files": {"p1_x.json": 5}},
        {"files": 5},
        {"files": {}},
        {"point": ["a", "list"]},
        {"status": "SPLENDID"},
        {"reasons": 7},
        {"time": 12},
        {"kind": "begun"},
    ],
    ids=str,
)
def test_a_ledger_that_leads_elsewhere_is_not_believed(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    source = hostile(machine(tmp_path / "deep" / "a", 1), change)
    shutil.make_archive(str(tmp_path / "t"), "tar", source)
    for path in (source, tmp_path / "t.tar"):
        with pytest.raises(LedgerError, match="so it is not used") as refused:
            merge([path], tmp_path / "deep" / "out")
        assert str(refused.value).startswith(str(path)), (
            "and not the place where an archive is unpacked"
        )
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["a"]


def test_a_damaged_ledger_is_named_and_used_as_far_as_it_is_proven(
    tmp_path: Path,
) -> None:
    places = machine(tmp_path / "a", 1, 2)
    lines: Sequence[bytes] = places.ledger.read_bytes().splitlines(
        keepends=True
    )
    places.ledger.write_bytes(b"".join([*lines[:6], *lines[7:]]))
    told: list[str] = []
    assert not collect(
        places.result_dir, tmp_path / "a.tar", say=told.append
    ).clean
    assert len(told) == 1
    assert (
        "ledger.jsonl is damaged from line 7 on: 0 results recorded after that are used"
        in told[0]
    )
    merged, together = merged_from(tmp_path, places.result_dir)
    assert merged.damaged == told
    assert not merged.clean
    assert counting(together, 1, 2) == [1]
    assert visible(together) == ["p1_x.json", "p2_x.json"], (
        "nothing is lost that a person may still want"
    )
    again = merge([tmp_path / "a.tar"], tmp_path / "again")
    assert again.clean, "a collected ledger holds what is proven"


def test_a_tar_of_another_machine_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "a.json").write_text("{}")
    tar = tmp_path / "c.tar"
    tar.write_bytes(b"another machine's")
    with pytest.raises(GatherError, match="exists already"):
        collect(tmp_path / "results", tar)
    assert tar.read_bytes() == b"another machine's"
    with pytest.raises(GatherError, match="does not exist: create it"):
        collect(tmp_path / "results", tmp_path / "missing" / "c.tar")
    assert not (tmp_path / "missing").exists()
