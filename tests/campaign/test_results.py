"""Saving points: what is noted is on the disk, and a kill anywhere leaves what can be finished or
removed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from inferometer.campaign.results import Results
from inferometer.store.atomic import take_name
from inferometer.store.campaign.checksum import checksum_of
from inferometer.store.campaign.history import ServerInfo
from inferometer.store.campaign.ledger import read_ledger
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state
from tests.campaign.crashing import watched
from tests.campaign.saved_points import save, saves, spec_of, visible
from tests.processes import environment, run_forked


@pytest.fixture
def places(tmp_path: Path) -> CampaignPaths:
    return CampaignPaths(tmp_path / "results", "c")


def test_a_saved_point_has_its_files_and_counts(places: CampaignPaths) -> None:
    with Results(places) as results:
        result = save(results, 1, "a")
    assert visible(places) == ["p1_a.json"]
    assert (places.result_dir / result.json).read_text() == "json a"
    assert (
        places.runs / spec_of(1).fingerprint / "events.parquet"
    ).read_text() == "events a"
    assert list(places.pending.iterdir()) == []
    state = read_campaign_state(places)
    assert state.result(spec_of(1).fingerprint) == result
    assert state.result(spec_of(2).fingerprint) is None
    assert result.files == {
        name: checksum_of(places.result_dir / name) for name in result.files
    }
    assert len(result.files) == 3


def test_an_invalid_result_does_not_count_and_is_kept_out_of_sight(
    places: CampaignPaths,
) -> None:
    with Results(places) as results:
        save(results, 1, "bad", status="INVALID")
        save(results, 2, "bad", status="INVALID", allowed=True)
        save(results, 3, "so-so", status="SUSPECT")
    assert visible(places) == ["p2_bad.json", "p3_so-so.json"]
    assert [path.name for path in places.invalid.iterdir()] == ["p1_bad.json"]
    state = read_campaign_state(places)
    assert [
        state.result(spec_of(n).fingerprint) is not None for n in (1, 2, 3)
    ] == [
        False,
        True,
        True,
    ]


def test_nothing_that_has_a_name_is_overwritten(places: CampaignPaths) -> None:
    places.result_dir.mkdir()
    (places.result_dir / "same.json").write_text("somebody's")
    with Results(places) as results:
        save(results, 1, "a", name="same.json")
        save(results, 2, "b", name="same.json")
    assert visible(places) == ["same-2.json", "same-3.json", "same.json"]
    assert (places.result_dir / "same.json").read_text() == "somebody's"


def test_a_later_result_takes_the_place_of_an_earlier_one(
    places: CampaignPaths,
) -> None:
    with Results(places) as results:
        first = save(results, 1, "old")
        second = save(results, 1, "new")
    assert visible(places) == ["p1_new.json"]
    assert [path.read_text() for path in places.superseded.iterdir()] == [
        "json old"
    ]
    assert sorted(path.name for path in places.runs.iterdir()) == [
        spec_of(1).fingerprint,
        f"{spec_of(1).fingerprint}-2",
    ]
    assert (first.attempt, second.attempt) == (0, 1)
    assert read_campaign_state(places).result(spec_of(1).fingerprint) == second


def test_the_name_of_a_replaced_result_is_not_given_again(
    places: CampaignPaths,
) -> None:
    with Results(places) as results:
        save(results, 1, "a", name="same.json")
        save(results, 1, "b", name="same.json")
    assert visible(places) == ["same-2.json"]
    with Results(places) as results:
        other = save(results, 2, "a", name="same.json")
    assert other.json == "same-3.json"
    assert visible(places) == ["same-2.json", "same-3.json"]
    state = read_campaign_state(places)
    assert (state.result(other.fingerprint), state.damage) == (other, {})


def test_a_campaign_that_gave_a_name_again_is_still_read(
    places: CampaignPaths,
) -> None:
    with Results(places) as results:
        save(results, 1, "a", name="same.json")
        current = save(results, 1, "b", name="same.json")
        results.state.history.names.clear()  # as earlier versions knew none
        other = save(results, 2, "c", name="same.json")
    assert visible(places) == ["same-2.json", "same.json"]
    with Results(places) as results:
        assert results.state.damage == {}
        for each in (current, other):
            assert results.state.result(each.fingerprint) == each


def test_results_of_another_version_or_limit_of_the_server_do_not_count(
    places: CampaignPaths,
) -> None:
    with Results(places) as results:
        save(results, 1, "a", version="0.10.2")
        save(results, 2, "b", version=None, max_model_len=1280)
        counting = [
            [
                results.state.result(spec_of(n).fingerprint, ServerInfo(*facts))
                is not None
                for n in (1, 2)
            ]
            for facts in (
                ("0.10.2", None),
                ("0.11", None),
                (None, None),
                ("0.10.2", 1280),
                (None, 2048),
            )
        ]
    assert counting == [
        [True, True],
        [False, True],
        [True, True],
        [True, True],
        [True, False],
    ]


@pytest.mark.parametrize("what", ["json", "run"])
@pytest.mark.parametrize("how", ["missing", "changed"])
def test_missing_and_changed_files_are_named_and_the_result_does_not_count(
    places: CampaignPaths, what: str, how: str
) -> None:
    with Results(places) as results:
        result = save(results, 1, "a")
        save(results, 2, "b")
    path = places.result_dir / (
        result.json if what == "json" else f"{result.run}/run.json"
    )
    if how == "missing":
        path.unlink()
    else:
        path.write_text("my own")
    state = read_campaign_state(places)
    name = places.relative(path)
    assert state.damage == {
        spec_of(1).fingerprint: [
            f"{name} is missing" if how == "missing" else f"{name} has changed"
        ]
    }
    assert state.result(spec_of(1).fingerprint) is None
    assert state.result(spec_of(2).fingerprint) is not None
    with Results(places) as results:
        again = save(results, 1, "again")
        assert results.state.result(spec_of(1).fingerprint) == again
    assert visible(places) == ["p1_again.json", "p2_b.json"]
    if (what, how) == ("json", "changed"):
        assert [path.read_text() for path in places.superseded.iterdir()] == [
            "my own"
        ]


def test_a_failure_is_forgotten_once_there_is_a_result(
    places: CampaignPaths,
) -> None:
    with Results(places) as results:
        results.note(
            "failed",
            fingerprint=spec_of(1).fingerprint,
            point="p1",
            reason="no luck with api_key=verysecret",
        )
        assert read_campaign_state(places).history.failures == {
            spec_of(1).fingerprint: "no luck with api_key=***"
        }
        save(results, 1, "a")
    assert read_campaign_state(places).history.failures == {}


def test_files_are_on_the_disk_before_the_ledger_says_so(
    places: CampaignPaths,
) -> None:
    with Results(places) as results, watched() as seen:
        result = save(results, 1, "a")
    ledger = [
        at for at, event in enumerate(seen) if event == ("write", places.ledger)
    ]
    _begun, intent, done = ledger
    flushed = {
        path.name
        for kind, path in seen[:intent]
        if kind == "fsync" and places.pending in path.parents
    }
    before_intent = [
        path
        for kind, path in seen[:intent]
        if kind == "rename" and places.pending in path.parents
    ]
    assert places.pending_run in before_intent
    assert {"run.json", "events.parquet"} <= flushed
    between = seen[intent:done]
    run, json = places.result_dir / result.run, places.result_dir / result.json
    order = [
        ("rename", run),
        ("fsync", run.parent),
        ("link", json),
        ("fsync", json.parent),
    ]
    assert [event for event in between if event in order] == order
    assert all(seen[at + 1] == ("fsync", places.ledger) for at in ledger)


def test_a_name_that_somebody_takes_at_the_last_moment_stays_theirs(
    places: CampaignPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = places.result_dir / "p1_a.json"

    def take(source: Path, target: Path) -> None:
        if not theirs.exists():
            theirs.write_text("somebody's")
        take_name(source, target)

    monkeypatch.setattr("inferometer.campaign.results.take_name", take)
    with Results(places) as results:
        result = save(results, 1, "a")
    assert (theirs.read_text(), result.json) == ("somebody's", "p1_a-2.json")
    assert (places.result_dir / result.json).read_text() == "json a"
    state = read_campaign_state(places)
    assert (state.result(result.fingerprint), state.damage) == (result, {})


def killed(what: str, directory: Path) -> int:
    """How often, in a process of its own: to fork pytest takes far longer than what is done then."""
    command = [sys.executable, "-m", "tests.campaign.results_kill"]
    told = run_forked([*command, what, str(directory)], env=environment())
    assert told.returncode == 0, told.stderr
    return int(told.stdout)


def test_a_kill_before_any_change_to_the_disk_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    assert killed("finish", tmp_path) > 90


@pytest.fixture(scope="module")
def left_with_an_intent(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The results that each kill leaves whose last record is an intent, not noted as done."""
    directory = tmp_path_factory.mktemp("killed")
    return [
        places.result_dir
        for n in range(killed("leave", directory))
        if (saved := saves(places := CampaignPaths(directory / str(n), "c")))
        and saved[-1]["kind"] == "intent"
    ]


def restored(
    left: list[Path], places: CampaignPaths
) -> Iterator[Mapping[str, Any]]:
    """Each of them in turn: the record of its intent."""
    for each in left:
        shutil.rmtree(places.result_dir, ignore_errors=True)
        subprocess.run(
            ["cp", "-a", each, places.result_dir], check=True
        )  # hard links stay links
        yield saves(places)[-1]


def test_an_intent_whose_files_are_whole_is_carried_out(
    places: CampaignPaths, left_with_an_intent: list[Path]
) -> None:
    kills = 0
    for intent in restored(left_with_an_intent, places):
        kills += 1
        with Results(places) as results:
            result = results.state.result(intent["fingerprint"])
        assert result is not None, "what was measured is not thrown away"
        assert (places.result_dir / result.json).is_file()
        assert read_ledger(places.ledger)[-1]["kind"] == "done"
    assert kills >= 3 * 4


def test_an_intent_whose_name_somebody_has_taken_meanwhile_is_carried_out_under_another(
    places: CampaignPaths, left_with_an_intent: list[Path]
) -> None:
    taken = 0
    for intent in restored(left_with_an_intent, places):
        theirs = places.result_dir / intent["json"]
        if theirs.exists():
            continue
        taken += 1
        theirs.parent.mkdir(exist_ok=True)
        theirs.write_text("somebody's")
        with Results(places) as results:
            result = results.state.result(intent["fingerprint"])
        assert theirs.read_text() == "somebody's"
        assert result is not None
        assert (places.result_dir / result.json).read_text().startswith("json ")
    assert taken >= 3 * 2


def test_an_intent_whose_files_are_not_whole_is_removed(
    places: CampaignPaths, left_with_an_intent: list[Path]
) -> None:
    kills = 0
    for intent in restored(left_with_an_intent, places):
        kills += 1
        for path in places.result_dir.rglob(
            "run.json"
        ):  # as if the power had been cut on a disk that lied
            path.write_text("")
        with Results(places) as results:
            assert results.state.result(intent["fingerprint"]) is None
        assert not (places.result_dir / intent["json"]).exists()
        assert not (places.result_dir / intent["run"]).exists()
        assert read_ledger(places.ledger)[-1]["kind"] == "dropped"
    assert kills >= 3 * 4
