"""A campaign's ledger as every verb reads it: nothing foreign gets in, and of a damaged one no
result is lost that is whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from inferometer.store.campaign.checked_ledger import (
    campaigns_in,
    open_campaign_ledger,
    read_campaign_ledger,
)
from inferometer.store.campaign.checksum import checksum_of
from inferometer.store.campaign.history import History
from inferometer.store.campaign.ledger import (
    LEDGER_VERSION,
    LedgerError,
    Record,
    dump,
    read_ledger,
)
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state

TIME = "2026-01-31T12:00:00.000000+00:00"
BEGINNING: Record = {"kind": "ledger", "time": TIME, "version": LEDGER_VERSION}


def result(
    places: CampaignPaths, number: int, *, status: str = "VALID", **changes: Any
) -> list[Record]:
    """The records of a point that was measured, and its files."""
    fingerprint = f"{number:016x}"
    run = places.runs / fingerprint
    run.mkdir(parents=True)
    (run / "run.json").write_bytes(orjson.dumps({"fingerprint": fingerprint}))
    (run / "verdict.json").write_bytes(orjson.dumps({"status": status}))
    (run / "requests.parquet").write_text("requests")
    json = places.result_dir / f"np{number}.json"
    json.write_text("{}")
    files = {
        places.relative(path): checksum_of(path)
        for path in (json, *sorted(run.iterdir()))
    }
    facts = {
        "time": TIME,
        "fingerprint": fingerprint,
        "point": f"g/np{number}",
        "status": status,
        "reasons": [],
        "allowed": False,
        "json": json.name,
        "run": places.relative(run),
        "files": files,
        "server_version": "1",
        "attempt": 0,
        "base_url": "http://gpu:8000",
        **changes,
    }
    begun = {
        "kind": "begun",
        "time": TIME,
        "fingerprint": fingerprint,
        "prompts": fingerprint,
        "attempt": 0,
    }
    return [begun, {"kind": "intent", **facts}, {"kind": "done", **facts}]


@pytest.fixture
def places(tmp_path: Path) -> CampaignPaths:
    made = CampaignPaths(tmp_path / "results", "c")
    made.directory.mkdir(parents=True)
    return made


def write(places: CampaignPaths, records: Sequence[Record]) -> None:
    places.ledger.write_bytes(dump(records))


def points(records: Sequence[Record]) -> list[str]:
    """Those whose results count, in the order of their numbers."""
    return sorted(
        found.point
        for found in History.of(records).current.values()
        if found.counts
    )


def damage_line(
    places: CampaignPaths, number: int, change: Callable[[bytes], bytes]
) -> None:
    lines = places.ledger.read_bytes().splitlines(keepends=True)
    lines[number - 1] = change(lines[number - 1])
    places.ledger.write_bytes(b"".join(lines))


def test_what_is_sound_is_read(places: CampaignPaths) -> None:
    assert read_campaign_ledger(places).records == ()
    write(places, [BEGINNING, *result(places, 1)])
    reading = read_campaign_ledger(places)
    assert (points(reading.records), reading.remarks) == (["g/np1"], ())
    ledger, remarks = open_campaign_ledger(places)
    ledger.close()
    assert remarks == ()


@pytest.mark.parametrize(
    "line",
    [
        b"no JSON}",
        b'{"kind":["done"]}',
        b'{"no":"kind"}',
        b'{"kind":"note","deep":' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"kind":"note","deep":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"kind":"note","bad":nan}',
        b'{"kind":"note","half":"\\ud800"}',
    ],
    ids=lambda line: str(line)[:60],
)
def test_lines_with_right_checksums_may_hold_anything(
    places: CampaignPaths, line: bytes
) -> None:
    import hashlib

    body = b'{"kind":"ledger","time":"%b","version":1}' % TIME.encode()
    text, checksum = b"", b""
    for each in (body, line):
        checksum = hashlib.sha256(checksum + each).hexdigest()[:16].encode()
        text += each[:-1] + b',"checksum":"' + checksum + b'"}\n'
    places.ledger.write_bytes(text)
    for act in (read_campaign_ledger, open_campaign_ledger):
        with pytest.raises(
            LedgerError, match="contains what no campaign writes"
        ):
            act(places)
    assert places.ledger.read_bytes() == text


@pytest.mark.parametrize("version", ["1", None, 1.5, True, [1]])
def test_a_version_that_is_none_is_refused(
    places: CampaignPaths, version: object
) -> None:
    write(places, [{**BEGINNING, "version": version}])
    with pytest.raises(LedgerError, match="contains what no campaign writes"):
        read_campaign_ledger(places)


def test_kinds_that_are_not_known_are_let_pass(places: CampaignPaths) -> None:
    write(
        places,
        [
            BEGINNING,
            {"kind": "of a later version", "json": "../x"},
            *result(places, 1),
        ],
    )
    assert points(read_campaign_ledger(places).records) == ["g/np1"]


def test_a_ledger_that_is_no_file_or_too_large_is_not_read(
    places: CampaignPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(places.ledger)
    with pytest.raises(LedgerError, match="not a regular file"):
        read_campaign_ledger(places)
    places.ledger.unlink()
    write(places, [BEGINNING])
    monkeypatch.setattr("inferometer.store.campaign.ledger.MAX_BYTES", 20)
    with pytest.raises(LedgerError, match="more than the limit of 20"):
        read_campaign_ledger(places)


@pytest.mark.parametrize(
    "place",
    [
        ".inferometer",
        ".inferometer/c",
        *(
            f".inferometer/c/{name}"
            for name in ("ledger.jsonl", "runs", "pending", "logs/x")
        ),
    ],
)
def test_links_are_not_followed(
    places: CampaignPaths, tmp_path: Path, place: str
) -> None:
    write(places, [BEGINNING, *result(places, 1)])
    path, outside = places.result_dir / place, tmp_path / "outside"
    if os.path.lexists(path):
        path.rename(outside)
    else:
        outside.mkdir()
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(outside)
    before = sorted(str(each) for each in tmp_path.rglob("*"))
    for act in (read_campaign_ledger, open_campaign_ledger):
        with pytest.raises(
            LedgerError,
            match=f"{path} is a link, and links are not followed in result directories",
        ):
            act(places)
    assert sorted(str(each) for each in tmp_path.rglob("*")) == before


def test_the_directory_that_the_user_names_may_be_a_link(
    places: CampaignPaths, tmp_path: Path
) -> None:
    write(places, [BEGINNING, *result(places, 1)])
    (tmp_path / "link").symlink_to(places.result_dir)
    assert points(
        read_campaign_ledger(CampaignPaths(tmp_path / "link", "c")).records
    ) == ["g/np1"]


def test_a_json_file_that_is_a_link_is_not_the_result(
    places: CampaignPaths, tmp_path: Path
) -> None:
    write(places, [BEGINNING, *result(places, 1)])
    json = places.result_dir / "np1.json"
    json.rename(tmp_path / "elsewhere.json")
    json.symlink_to(tmp_path / "elsewhere.json")
    state = read_campaign_state(places)
    assert list(state.damage.values()) == [
        [
            "np1.json cannot be read (it is not a regular file, but a link, a pipe or a device)"
        ]
    ]


def test_folders_whose_names_no_campaign_has_are_none(
    places: CampaignPaths,
) -> None:
    for name in ("c", ".hidden", "a b", "x\x1b[31m"):
        folder = places.directory.with_name(name)
        folder.mkdir(exist_ok=True)
        (folder / "ledger.jsonl").write_bytes(dump([BEGINNING]))
    assert [found.name for found in campaigns_in(places.result_dir)] == ["c"]


# A ledger that is damaged in the middle


def cut(line: bytes) -> bytes:
    return line[: len(line) // 2]


def flipped(line: bytes) -> bytes:
    """In the time, which is no part of what a result is."""
    return line.replace(b"2026-01-31", b"2026-01-21", 1)


@pytest.mark.parametrize(
    "change",
    [
        cut,
        flipped,
        lambda line: b"",
        lambda line: b"\xff\x00 no JSON\n",
        lambda line: line * 2,
    ],
)
@pytest.mark.parametrize("number", range(1, 11))
def test_one_damaged_line_loses_no_result_whose_files_are_whole(
    places: CampaignPaths, number: int, change: Callable[[bytes], bytes]
) -> None:
    write(
        places,
        [
            BEGINNING,
            *(record for n in (1, 2, 3) for record in result(places, n)),
            {"kind": "note", "time": TIME},
        ],
    )
    before = places.ledger.read_bytes()
    damage_line(places, number, change)
    reading = read_campaign_ledger(places)
    assert points(reading.records) == ["g/np1", "g/np2", "g/np3"]
    (remark,) = reading.remarks
    first = number + 1 if change(b"xx") == b"xxxx" else number
    assert f"ledger.jsonl is damaged from line {first} on: " in remark
    assert "more cannot be used" not in remark
    damaged = places.ledger.read_bytes()
    ledger, remarks = open_campaign_ledger(places)
    ledger.append("note")
    ledger.close()
    kept = places.directory / "ledger-damaged-1.jsonl"
    assert remarks[0].endswith(
        f" The lines from there on are saved in {kept.name}."
    )
    proven = b"".join(before.splitlines(keepends=True)[: first - 1])
    assert proven + kept.read_bytes() == damaged
    assert places.ledger.read_bytes().startswith(proven)
    records = read_ledger(places.ledger)
    assert points(records) == ["g/np1", "g/np2", "g/np3"]
    assert [
        record["line"] for record in records if record["kind"] == "cut"
    ] == [first]
    assert History.of(records).attempts.keys() >= {
        f"{n:016x}" for n in (1, 2, 3)
    } - ({f"{(number + 1) // 3:016x}"})
    assert read_campaign_ledger(places).remarks == (), "it is in order now"


def test_two_runners_in_one_ledger_lose_nothing(places: CampaignPaths) -> None:
    """Each wrote checksums over what it knew."""
    one, both, other = result(places, 1), result(places, 2), result(places, 3)
    mine, its = dump([BEGINNING, *one, *both]), dump([BEGINNING, *one, *other])
    common = len(dump([BEGINNING, *one]))
    lines = [
        *zip(
            mine[common:].splitlines(keepends=True),
            its[common:].splitlines(keepends=True),
            strict=True,
        )
    ]
    places.ledger.write_bytes(
        mine[:common] + b"".join(line for pair in lines for line in pair)
    )
    assert points(read_campaign_ledger(places).records) == [
        "g/np1",
        "g/np2",
        "g/np3",
    ]


def test_what_the_files_do_not_bear_out_is_not_taken_back(
    places: CampaignPaths,
) -> None:
    records = [record for n in range(1, 8) for record in result(places, n)]
    records += result(places, 8, status="INVALID")
    forged = [
        {**record, "status": "VALID"}
        if record.get("point") == "g/np8"
        else record
        for record in records
    ]
    write(places, [BEGINNING, *forged])
    damage_line(places, 2, cut)
    (places.result_dir / "np1.json").write_text("changed")
    (places.runs / f"{2:016x}" / "requests.parquet").unlink()
    (places.runs / f"{3:016x}" / "run.json").write_text("{}")
    (places.result_dir / "np4.json").unlink()
    (places.result_dir / "np4.json").symlink_to(places.result_dir / "np5.json")
    other = places.runs / f"{6:016x}"
    for name in ("run.json", "verdict.json"):
        (other / name).write_bytes(
            (places.runs / f"{7:016x}" / name).read_bytes()
        )
    reading = read_campaign_ledger(places)
    assert points(reading.records) == ["g/np5", "g/np7"]
    assert (
        "2 results recorded after that are used, because their files are intact and agree "
        "with the records; 6 more cannot be"
    ) in reading.remarks[0]


def test_a_line_cannot_claim_the_files_of_another_point(
    places: CampaignPaths,
) -> None:
    """Its checksums are right, and the files say whose they are."""
    records = result(places, 1)
    claimed = [
        {**record, "fingerprint": "f" * 16, "point": "g/np99"}
        if "files" in record
        else record
        for record in records
    ]
    write(places, [BEGINNING, *claimed])
    damage_line(places, 2, cut)
    assert points(read_campaign_ledger(places).records) == []


def test_lines_that_no_campaign_writes_are_not_taken_back(
    places: CampaignPaths,
) -> None:
    records = result(places, 1)
    elsewhere = [
        {**record, "run": "../precious"} if "files" in record else record
        for record in records
    ]
    write(places, [BEGINNING, *elsewhere])
    damage_line(places, 1, cut)
    assert points(read_campaign_ledger(places).records) == []


def test_what_is_proven_is_not_sound_either(places: CampaignPaths) -> None:
    records = [
        {**record, "run": "../precious"} if "files" in record else record
        for record in result(places, 1)
    ]
    write(places, [BEGINNING, *records, *result(places, 2)])
    damage_line(places, 6, cut)
    before = places.ledger.read_bytes()
    for act in (read_campaign_ledger, open_campaign_ledger):
        with pytest.raises(
            LedgerError, match="contains what no campaign writes"
        ):
            act(places)
    assert places.ledger.read_bytes() == before


def test_a_point_that_was_being_saved_stays_so(places: CampaignPaths) -> None:
    """The files of its intent wait under their old names: opening the results finishes it."""
    first, second = result(places, 1), result(places, 2)
    write(places, [BEGINNING, *first, *second[:2]])
    (places.result_dir / "np2.json").unlink()
    damage_line(places, 3, cut)
    history = History.of(read_campaign_ledger(places).records)
    assert history.intent is not None
    assert history.intent.point == "g/np2"
    assert [found.point for found in history.current.values()] == ["g/np1"]


def test_a_newer_ledger_is_left_alone_also_if_its_first_line_is_damaged(
    places: CampaignPaths,
) -> None:
    write(
        places,
        [{**BEGINNING, "version": LEDGER_VERSION + 1}, *result(places, 1)],
    )
    damage_line(places, 1, flipped)
    with pytest.raises(LedgerError, match="newer Inferometer"):
        read_campaign_ledger(places)


def test_what_is_kept_of_damage_is_not_overwritten(
    places: CampaignPaths,
) -> None:
    write(places, [BEGINNING, *result(places, 1)])
    damage_line(places, 2, flipped)
    for number in (1, 2):
        ledger, _ = open_campaign_ledger(places)
        ledger.close()
        assert (places.directory / f"ledger-damaged-{number}.jsonl").exists()
        damage_line(places, 2, cut)
