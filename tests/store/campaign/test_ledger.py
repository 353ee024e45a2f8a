"""The ledger: what is noted is there, what was torn is forgotten, what was damaged is refused."""

from __future__ import annotations

import errno
import resource
from pathlib import Path

import orjson
import pytest

from inferometer.store.atomic import CannotWriteError
from inferometer.store.campaign.ledger import (
    LEDGER_VERSION,
    Ledger,
    LedgerError,
    LedgerTakenError,
    dump,
    read_ledger,
)


def written(path: Path, *numbers: int) -> None:
    with Ledger(path) as ledger:
        for number in numbers:
            ledger.append(
                "note",
                number=number,
                text='with "quotes",\nlines and ,"checksum":"',
            )


def numbers(path: Path) -> list[int]:
    return [
        record["number"]
        for record in read_ledger(path)
        if record["kind"] == "note"
    ]


def test_records_are_read_back_in_order_and_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "ledger.jsonl"
    written(path, 1, 2)
    written(path, 3)
    assert numbers(path) == [1, 2, 3]
    first, *rest = read_ledger(path)
    assert (first["kind"], first["version"]) == ("ledger", LEDGER_VERSION)
    assert [record["text"] for record in rest] == [
        'with "quotes",\nlines and ,"checksum":"'
    ] * 3
    assert sorted(record["time"] for record in rest) == [
        record["time"] for record in rest
    ]


def test_every_line_is_json_that_any_tool_reads(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    written(path, 1, 2)
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert [line.get("number") for line in lines] == [None, 1, 2]
    assert all(len(line["checksum"]) == 16 for line in lines)


def test_no_ledger_is_an_empty_one(tmp_path: Path) -> None:
    assert read_ledger(tmp_path / "ledger.jsonl") == []
    assert list(tmp_path.iterdir()) == []


def test_a_last_line_torn_anywhere_is_ignored_and_then_cut_off(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.jsonl"
    written(path, 1, 2)
    whole = path.read_bytes()
    begin = whole.rstrip(b"\n").rfind(b"\n") + 1
    for end in range(begin, len(whole)):
        path.write_bytes(whole[:end])
        assert numbers(path) == [1]
        assert path.stat().st_size == end, "reading changes nothing"
    for end in (begin, begin + 1, len(whole) - 1):
        path.write_bytes(whole[:end])
        written(path, 3)
        assert numbers(path) == [1, 3]


def test_a_last_line_of_the_right_length_but_not_content_is_torn_too(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.jsonl"
    written(path, 1, 2)
    whole = path.read_bytes()
    path.write_bytes(whole[:-40] + bytes(39) + b"\n")
    assert numbers(path) == [1]
    written(path, 3)
    assert numbers(path) == [1, 3]


def test_damage_is_refused_by_number(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    written(path, 1, 2, 3)
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    begin = 0
    for number, line in enumerate(lines, 1):
        for at in range(begin, begin + len(line) - (number == len(lines))):
            path.write_bytes(
                whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :]
            )
            with pytest.raises(
                LedgerError,
                match=rf"ledger.jsonl, line {number}: it is damaged",
            ):
                read_ledger(path)
        begin += len(line)


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_missing_line_is_noticed(tmp_path: Path, gone: int) -> None:
    path = tmp_path / "ledger.jsonl"
    written(path, 1, 2, 3)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))
    with pytest.raises(LedgerError, match=rf"line {gone + 1}"):
        Ledger(path)


def test_a_ledger_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(
        dump(
            [
                {"kind": "ledger", "version": LEDGER_VERSION + 1},
                {"kind": "unheard of"},
            ]
        )
    )
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="newer Inferometer"):
        Ledger(path)
    assert path.read_bytes() == before


def test_records_dumped_at_once_are_a_ledger_too(tmp_path: Path) -> None:
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    written(one, 1, 2)
    other.write_bytes(dump(read_ledger(one)))
    assert other.read_bytes() == one.read_bytes()
    written(other, 3)
    assert numbers(other) == [1, 2, 3]


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    written(path, 1)
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Ledger(path) as ledger:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, limits[1]))
        try:
            with pytest.raises(CannotWriteError, match="ledger"):
                ledger.append("note", number=2, text="x" * 100)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert path.read_bytes() == before
        ledger.append("note", number=3, text="there is room again")
    assert numbers(path) == [1, 3]


def test_nothing_is_appended_to_what_another_process_has_changed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.jsonl"
    written(path, 1)
    with Ledger(path) as ledger:
        ledger.append("note", number=2)
        with path.open("ab") as other:
            other.write(b"another runner's line\n")
        before = path.read_bytes()
        with pytest.raises(
            LedgerTakenError,
            match="was changed by another process: make sure that no other run uses it",
        ):
            ledger.append("note", number=3)
        assert path.read_bytes() == before


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_nothing_is_appended_to_a_file_that_has_lost_its_name(
    tmp_path: Path, how: str
) -> None:
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        content = path.read_bytes()
        path.unlink()
        if how == "replaced":
            path.write_bytes(content)
        with pytest.raises(LedgerTakenError, match=f"was {how}"):
            ledger.append("note", number=1)
    assert numbers(path) == []


def test_a_second_writer_is_kept_out_whatever_became_of_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inferometer.store.campaign.ledger.LAST_BREATH_S", 0.1)
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        with pytest.raises(
            LedgerError,
            match=r"Another process is running a campaign in .*, although its lock was removed",
        ):
            Ledger(path)
        ledger.append("note", number=1)
    written(path, 2)
    assert numbers(path) == [1, 2]


def test_where_there_are_no_locks_there_is_one_writer_less_to_be_sure_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as first, Ledger(path) as second:
        second.append("note", number=1)
        with pytest.raises(LedgerTakenError):
            first.append("note", number=2)
    assert numbers(path) == [1]
