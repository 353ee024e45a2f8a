"""A result directory from somebody else: whatever it holds, nothing outside of it is touched,
moved, removed or packed."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inferometer.campaign.embedded_server import EmbeddedServer
from inferometer.campaign.gather import GatherError, collect
from inferometer.campaign.merge import merge
from inferometer.campaign.results import Results
from inferometer.campaign.runner import run_campaign
from inferometer.results import ResultsError, read
from inferometer.store.campaign.checksum import checksum_of
from inferometer.store.campaign.ledger import LedgerError, dump, read_ledger
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state
from tests.campaign.saved_points import save, spec_of, visible
from tests.campaign.tiny_campaign import Remembering, task_of, tiny_campaign

TIME = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def places(tmp_path: Path) -> CampaignPaths:
    """Beside what is the user's own."""
    for path in ("precious/thesis.txt", "other/data.json", "secret.txt"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("mine")
    made = CampaignPaths(tmp_path / "results", "tiny")
    made.directory.mkdir(parents=True)
    (made.result_dir / "x.json").write_text("{}")
    return made


def record(
    places: CampaignPaths, kind: str = "done", **changes: Any
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "kind": kind,
        "time": TIME,
        "fingerprint": "a" * 16,
        "point": "p",
        "status": "VALID",
        "reasons": [],
        "allowed": False,
        "json": "x.json",
        "run": f".inferometer/tiny/runs/{'a' * 16}",
        "files": {"x.json": checksum_of(places.result_dir / "x.json")},
        "server_version": "1",
        "attempt": 0,
    }
    return facts | changes


def outside(tmp_path: Path) -> dict[str, str]:
    """All files that are not results, with what is in them."""
    files = (
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and not path.is_relative_to(tmp_path / "results")
    )
    return {
        str(path): path.read_text() for path in files if not path.is_symlink()
    }


def run(places: CampaignPaths) -> None:
    run_campaign(
        task_of(tiny_campaign(1), EmbeddedServer), places, Remembering()
    )


def gather(places: CampaignPaths) -> None:
    collect(places.result_dir, places.result_dir.parent / "t.tar")


def merged(places: CampaignPaths) -> None:
    merge([places.result_dir], places.result_dir.parent / "merged")


VERBS: list[Callable[[CampaignPaths], object]] = [
    run,
    gather,
    merged,
    read_campaign_state,
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "forged",
    [
        {
            "kind": "intent",
            "json": "nope.json",
            "run": "../precious",
            "files": {"nope.json": "0" * 64},
        },
        {
            "kind": "intent",
            "json": "../other/data.json",
            "files": {"../other/data.json": "0" * 64},
        },
        {
            "json": "../other/data.json",
            "files": {"../other/data.json": "0" * 64},
        },
        {"files": {"x.json": "0" * 64, "../secret.txt": "0" * 64}},
        {"files": {"x.json": "0" * 64, "/etc/hostname": "0" * 64}},
        {"attempt": 10**15},
        {"reasons": "a string"},
        {"kind": "begun"},
    ],
    ids=str,
)
def test_a_forged_ledger_is_refused_before_anything_happens(
    places: CampaignPaths,
    tmp_path: Path,
    verb: Callable[[CampaignPaths], object],
    forged: dict[str, Any],
) -> None:
    records = [
        {"kind": "ledger", "time": TIME, "version": 1},
        record(places, **forged),
        record(places),
    ]
    places.ledger.write_bytes(dump(records))
    before, files = (
        outside(tmp_path),
        sorted(str(path) for path in tmp_path.rglob("*")),
    )
    with pytest.raises(
        LedgerError,
        match=r"ledger\.jsonl contains what no campaign writes, so it is not used\.",
    ):
        verb(places)
    assert outside(tmp_path) == before
    left = sorted(
        str(path) for path in tmp_path.rglob("*") if path.name != "lock"
    )
    assert left == files


def test_a_report_says_why_it_does_not_use_it(places: CampaignPaths) -> None:
    places.ledger.write_bytes(
        dump(
            [
                {"kind": "ledger", "time": TIME, "version": 1},
                record(places, run="../precious"),
            ]
        )
    )
    with pytest.raises(ResultsError, match="contains what no campaign writes"):
        read([places.result_dir])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "place",
    [
        "",
        "runs",
        "pending",
        "logs",
        "superseded",
        "invalid",
        "lock",
        "logs/server-8000.lock",
    ],
)
def test_nothing_is_reached_through_a_link(
    places: CampaignPaths,
    tmp_path: Path,
    verb: Callable[[CampaignPaths], object],
    place: str,
) -> None:
    places.ledger.write_bytes(
        dump([{"kind": "ledger", "time": TIME, "version": 1}])
    )
    link = places.directory / place
    target = tmp_path / ("secret.txt" if place.endswith("lock") else "precious")
    if place == "":
        places.ledger.rename(tmp_path / "precious" / "ledger.jsonl")
        places.directory.rmdir()
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(target)
    before = outside(tmp_path)
    with pytest.raises(
        LedgerError,
        match="is a link, and links are not followed in result directories",
    ):
        verb(places)
    assert outside(tmp_path) == before


def test_links_among_the_results_are_left_out_and_told(
    places: CampaignPaths, tmp_path: Path
) -> None:
    with Results(places) as results:
        for number in (1, 2):
            save(results, number, "x")
    (places.result_dir / "link.json").symlink_to(tmp_path / "secret.txt")
    (places.result_dir / "folder").symlink_to(tmp_path / "precious")
    os.mkfifo(places.result_dir / "pipe.json")
    json = places.result_dir / "p2_x.json"
    json.rename(tmp_path / "moved.json")
    json.symlink_to(tmp_path / "moved.json")
    told: list[str] = []
    collect(places.result_dir, tmp_path / "t.tar", say=told.append)
    with tarfile.open(tmp_path / "t.tar") as tar:
        names = [member.name for member in tar.getmembers()]
        assert all(member.isreg() for member in tar.getmembers())
    assert [
        name
        for name in names
        if name.endswith(("link.json", "pipe.json", "p2_x.json"))
        or "folder" in name
    ] == []
    assert told == [
        f"{places.result_dir / name} is a link, and is left out."
        for name in ("folder", "link.json", "p2_x.json")
    ]
    found = merge([places.result_dir], tmp_path / "merged")
    assert [
        sentence for sentence in found.left_out if "is a link" in sentence
    ] == told
    assert any(
        "p2_x.json cannot be read (it is not a regular file" in sentence
        for sentence in found.left_out
    )
    assert visible(CampaignPaths(tmp_path / "merged", "tiny")) == [
        "p1_x.json",
        "x.json",
    ]


def test_a_link_in_the_place_of_a_result_is_moved_aside_and_not_what_it_leads_to(
    places: CampaignPaths, tmp_path: Path
) -> None:
    with Results(places) as results:
        save(results, 1, "old")
    json = places.result_dir / "p1_old.json"
    json.unlink()
    json.symlink_to(tmp_path / "secret.txt")
    with Results(places) as results:
        assert results.state.result(spec_of(1).fingerprint) is None
        save(results, 1, "new")
    assert visible(places) == ["p1_new.json", "x.json"]
    (aside,) = places.superseded.iterdir()
    assert aside.is_symlink()
    assert (tmp_path / "secret.txt").read_text() == "mine"


def test_a_source_that_is_one_link_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "secret.txt").write_text("mine")
    (tmp_path / "source" / "link").symlink_to(tmp_path / "mine")
    with pytest.raises(GatherError, match="no results"):
        merge([tmp_path / "source"], tmp_path / "merged")


def test_a_forged_intent_cannot_remove_what_is_finished(
    places: CampaignPaths,
) -> None:
    """Its paths are those of a result; that result is whole, and stays."""
    with Results(places) as results:
        finished = save(results, 1, "x")
    stolen = {
        **finished.facts(),
        "fingerprint": "b" * 16,
        "files": {finished.json: finished.files[finished.json]},
    }
    missing = {f"{finished.run}/other.parquet": "0" * 64}
    intent = {
        **stolen,
        "kind": "intent",
        "time": TIME,
        "files": {**stolen["files"], **missing},
    }
    places.ledger.write_bytes(dump([*read_ledger(places.ledger), intent]))
    with Results(places) as results:
        assert results.state.result(spec_of(1).fingerprint) == finished
    assert read_ledger(places.ledger)[-1]["kind"] == "dropped"


def test_a_forged_intent_cannot_overwrite_a_file(
    places: CampaignPaths, tmp_path: Path
) -> None:
    """Whole files wait for the name of another."""
    (places.result_dir / "mine.json").write_text("mine")
    places.pending_run.mkdir(parents=True)
    places.pending_json.write_text("theirs")
    intent = record(
        places,
        "intent",
        json="mine.json",
        files={"mine.json": checksum_of(places.pending_json)},
    )
    places.ledger.write_bytes(
        dump([{"kind": "ledger", "time": TIME, "version": 1}, intent])
    )
    with Results(places):
        pass
    assert (places.result_dir / "mine.json").read_text() == "mine"


def test_a_folder_is_never_moved_aside(places: CampaignPaths) -> None:
    (places.result_dir / "folder").mkdir()
    (places.result_dir / "folder" / "thesis.txt").write_text("mine")
    older = record(places, json="folder", files={"folder": "0" * 64})
    places.ledger.write_bytes(
        dump(
            [
                {"kind": "ledger", "time": TIME, "version": 1},
                older,
                record(places),
            ]
        )
    )
    with Results(places):
        pass
    assert (places.result_dir / "folder" / "thesis.txt").read_text() == "mine"
