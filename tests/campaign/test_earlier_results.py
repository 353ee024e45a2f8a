"""Results that version 0.1 left, whose fingerprints told no address: `results_of_0_1` was written
by it.

Two points on an external server at http://127.0.0.1:8191; the second was INVALID at first, and
measured again.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from inferometer.analysis.compare import compare
from inferometer.campaign.estimate import measured_seconds
from inferometer.campaign.gather import collect
from inferometer.campaign.merge import merge
from inferometer.campaign.results import Results
from inferometer.results import read
from inferometer.spec.campaign import CampaignSpec
from inferometer.spec.expand import expand
from inferometer.spec.run import Load, RunSpec
from inferometer.store.campaign.checked_ledger import read_campaign_ledger
from inferometer.store.campaign.checksum import checksum_of
from inferometer.store.campaign.identity import identify
from inferometer.store.campaign.ledger import Record, dump, read_ledger
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import CampaignState, read_campaign_state

HERE = "http://127.0.0.1:8191"
OLD = Path(__file__).with_name("results_of_0_1")


@pytest.fixture
def places(tmp_path: Path) -> CampaignPaths:
    shutil.copytree(OLD, tmp_path / "results")
    return CampaignPaths(tmp_path / "results", "old")


def planned(base_url: str = HERE, **recipe: Any) -> list[RunSpec]:
    campaign = CampaignSpec.model_validate(
        {
            "name": "old",
            "models": {"m": "tiny-model"},
            "servers": {
                "s": {"kind": "external", "base_url": base_url, **recipe}
            },
            "groups": [{"id": "g", "model": "m", "server": "s"}],
            "workload": {"input_len": 8, "output_len": 3},
            "sampling": {"ignore_eos": True},
            "matrix": {"num_prompts": [1, 2]},
        }
    )
    return [point.spec for point in expand(campaign)[0].points]


def counting(
    state: CampaignState, specs: Sequence[RunSpec]
) -> list[str | None]:
    found = [state.result(spec.fingerprint) for spec in specs]
    return [None if result is None else result.json for result in found]


FILES = ["g_np1_20261128_105001.json", "g_np2_20261128_105006.json"]


@pytest.mark.parametrize(
    "url", [HERE, "127.0.0.1:8191/v1/", "HTTP://127.0.0.1:8191"]
)
def test_a_result_measured_at_the_planned_address_is_the_points(
    places: CampaignPaths, url: str
) -> None:
    specs = planned(url)
    assert counting(read_campaign_state(places), specs) == [None, None], (
        "their fingerprints are others"
    )
    state = read_campaign_state(places, specs)
    assert (counting(state, specs), state.remarks) == (FILES, ())
    assert [result.status for result in state.history.older] == ["INVALID"]
    assert (
        len(
            measured_seconds(
                read_campaign_ledger(places).records, state.history.identities
            )
        )
        == 2
    )


def test_a_result_of_another_address_is_not_used_and_told(
    places: CampaignPaths,
) -> None:
    specs = planned("http://127.0.0.1:8192")
    state = read_campaign_state(places, specs)
    assert counting(state, specs) == [None, None]
    assert state.remarks == (
        "2 results of an earlier version are not used: measured at http://127.0.0.1:8191, while "
        "this campaign measures at "
        "http://127.0.0.1:8192.",
    )


def test_a_result_that_was_measured_in_another_way_is_not_used_and_told(
    places: CampaignPaths,
) -> None:
    """Warm-ups that are no multiple of the concurrency reached into what was measured."""
    specs = [
        spec.model_copy(update={"load": Load(max_concurrency=4, num_warmups=3)})
        for spec in planned()
    ]
    state = read_campaign_state(places)
    result = next(iter(state.history.current.values()))
    fingerprint = specs[0].earlier_fingerprint
    assert fingerprint is not None
    state.history.current[fingerprint] = replace(
        result, fingerprint=fingerprint
    )
    found = identify(state.history, specs, places.result_dir)
    assert found.identities == {}
    assert found.remarks == (
        "1 result of an earlier version is not used: warm-ups that are no multiple of "
        "max_concurrency reached into the "
        "measured requests, which lowered throughput.",
    )


def test_other_settings_are_other_points(places: CampaignPaths) -> None:
    for specs in (
        planned(max_model_len=64),
        [spec.model_copy(update={"seed": 1}) for spec in planned()],
    ):
        state = read_campaign_state(places, specs)
        assert (counting(state, specs), state.remarks) == ([None, None], ())


@pytest.mark.parametrize(
    ("base_url", "count"),
    [
        ("http://127.0.0.1:7", 2),
        ("http://localhost:8000", 2),
        ("http://gpu:8191", 0),
    ],
)
def test_a_server_of_ours_may_have_had_another_port_but_not_another_host(
    places: CampaignPaths, base_url: str, count: int
) -> None:
    """What starts a server was no part of a fingerprint, and still is none: a process is one
    wherever its port is."""
    specs = planned(base_url, kind="process")
    state = read_campaign_state(places, specs)
    assert counting(state, specs) == ([*FILES] if count else [None, None])
    assert len(state.remarks) == (0 if count else 1)


def test_a_run_notes_what_it_found_out_once(
    places: CampaignPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    specs = planned()
    with Results(places, specs) as results:
        assert (counting(results.state, specs), results.remarks) == (FILES, ())
    noted = [
        record
        for record in read_ledger(places.ledger)
        if record["kind"] == "identified"
    ]
    assert [sorted(record["results"].values()) for record in noted] == [
        sorted(
            [specs[0].fingerprint, HERE]
            if number == 0
            else [specs[1].fingerprint, HERE]
            for number in (0, 1, 1)
        )
    ]
    assert counting(read_campaign_state(places), specs) == FILES, (
        "nothing but the ledger has to be asked any more"
    )
    with Results(places, specs):
        pass
    assert [
        record
        for record in read_ledger(places.ledger)
        if record["kind"] == "identified"
    ] == noted


def test_a_run_at_another_address_leaves_them_to_the_first(
    places: CampaignPaths,
) -> None:
    elsewhere = planned("http://127.0.0.1:8192")
    with Results(places, elsewhere) as results:
        assert counting(results.state, elsewhere) == [None, None]
        assert len(results.remarks) == 1
    assert counting(read_campaign_state(places), planned()) == FILES


def test_a_run_directory_that_is_not_what_was_written_identifies_nothing(
    places: CampaignPaths,
) -> None:
    run = places.runs / "6a5c1643448e6365" / "run.json"
    content = orjson.loads(run.read_bytes())
    content["spec"]["target"]["base_url"] = "http://127.0.0.1:8192"
    run.write_bytes(orjson.dumps(content))
    specs = planned("http://127.0.0.1:8192")
    state = read_campaign_state(places, specs)
    assert counting(state, specs) == [None, None]
    assert sorted(
        remark.partition(" measured")[0] for remark in state.remarks
    ) == [
        "1 result of an earlier version is not used:",
        "1 result of an earlier version is not used: its run.json is missing or has changed, "
        "and nothing else identifies the server.",
    ]


def test_what_has_changed_is_named_under_its_point(
    places: CampaignPaths,
) -> None:
    (places.result_dir / FILES[0]).write_text("{}")
    specs = planned()
    state = read_campaign_state(places, specs)
    assert counting(state, specs) == [None, FILES[1]]
    assert state.damage == {specs[0].fingerprint: [f"{FILES[0]} has changed"]}


def test_an_intent_of_the_earlier_version_is_finished(
    places: CampaignPaths,
) -> None:
    records = read_ledger(places.ledger)
    last = max(
        number
        for number, record in enumerate(records)
        if record["kind"] == "done"
    )
    places.ledger.write_bytes(dump(records[:last]))
    specs = planned()
    with Results(places, specs) as results:
        assert counting(results.state, specs) == FILES


def test_every_verb_still_reads_them(
    places: CampaignPaths, tmp_path: Path
) -> None:
    found = read([places.result_dir])
    assert [(point.id, point.status) for point in found.points] == [
        ("g/np1", "VALID"),
        ("g/np2", "VALID"),
    ]
    assert found.problems == ()
    assert compare(found.points, found.points, names=("a", "b")) is not None
    assert collect(places.result_dir, tmp_path / "old.tar").files == 19
    merged = merge(
        [tmp_path / "old.tar", places.result_dir], tmp_path / "merged"
    )
    assert (merged.clean, merged.points) == (True, 2)
    specs = planned()
    assert (
        len(
            [
                each
                for each in counting(
                    read_campaign_state(
                        CampaignPaths(tmp_path / "merged", "old"), specs
                    ),
                    specs,
                )
                if each
            ]
        )
        == 2
    )


def test_merged_results_have_the_fingerprints_that_were_found_out(
    places: CampaignPaths, tmp_path: Path
) -> None:
    """Two machines, two addresses, one fingerprint of version 0.1: neither takes the other's
    place."""
    other = tmp_path / "other"
    shutil.copytree(OLD, other)
    for result_dir, url in ((places.result_dir, HERE), (other, HERE)):
        with Results(CampaignPaths(result_dir, "old"), planned(url)):
            pass
    moved_to(CampaignPaths(other, "old"), "http://127.0.0.1:8192")
    merged = merge([places.result_dir, other], tmp_path / "merged")
    assert (merged.clean, merged.points) == (True, 4)
    state = read_campaign_state(CampaignPaths(tmp_path / "merged", "old"))
    for url in (HERE, "http://127.0.0.1:8192"):
        assert None not in counting(state, planned(url))
    assert all(
        record["kind"] != "identified"
        for record in read_ledger(
            CampaignPaths(tmp_path / "merged", "old").ledger
        )
    )
    addresses = {
        point.conditions.get("address")
        for point in read([tmp_path / "merged"]).points
    }
    assert addresses == {HERE, "http://127.0.0.1:8192"}


def moved_to(places: CampaignPaths, url: str) -> None:
    """As if it had been measured there. Files differ by a blank, as those of two measurements
    do."""
    specs = {
        spec.at_address(None).fingerprint: spec.at_address(url).fingerprint
        for spec in planned()
    }
    records: list[Record] = []
    for record in read_ledger(places.ledger):
        if record["kind"] in ("done", "intent"):
            json = places.result_dir / record["json"]
            if json.exists() and not json.read_bytes().endswith(b" "):
                json.write_bytes(json.read_bytes() + b" ")
            files = {
                name: checksum_of(places.result_dir / name)
                for name in record["files"]
                if (places.result_dir / name).exists()
            }
            records.append({**record, "files": {**record["files"], **files}})
        elif record["kind"] == "identified":
            results = {
                run: [specs[Path(run).name.partition("-")[0]], url]
                for run in record["results"]
            }
            records.append({**record, "results": results})
        else:
            records.append(record)
    places.ledger.write_bytes(dump(records))
