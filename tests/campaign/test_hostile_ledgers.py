"""One list of ledgers that no campaign has written, given to everything that reads ledgers: each
reader refuses each of them, and nothing outside the result directory is touched."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

import inferometer
from inferometer.campaign.results import Results
from inferometer.cli.main import main
from inferometer.results import ResultsError, read
from inferometer.store.campaign.ledger import LedgerError
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state

TIME = "2026-01-01T00:00:00+00:00"
CHECKSUM = "0" * 64
BEGINNING = {"kind": "ledger", "time": TIME, "version": 1}
RUN = f".inferometer/tiny/runs/{'a' * 16}"
CAMPAIGN = """\
name: tiny
result_dir: results
models: {m: tiny-model}
servers: {s: {kind: external, base_url: "http://127.0.0.1:1"}}
groups: [{id: g, model: m, server: s}]
matrix: {num_prompts: [1]}
"""


def done(**changes: Any) -> dict[str, Any]:
    facts = {
        "kind": "done",
        "time": TIME,
        "fingerprint": "a" * 16,
        "point": "p",
        "status": "VALID",
        "reasons": [],
        "allowed": False,
        "json": "x.json",
        "run": RUN,
        "files": {"x.json": CHECKSUM, f"{RUN}/run.json": CHECKSUM},
        "server_version": "1",
        "attempt": 0,
    }
    return {**facts, **changes}


def doubt(**changes: Any) -> dict[str, Any]:
    facts = {
        "kind": "doubt",
        "time": TIME,
        "fingerprint": "a" * 16,
        "point": "p",
        "metric": "output_throughput",
        "unit": "tok/s",
        "suggested": 2.0,
        "neighbours": ["q"],
        "results": [CHECKSUM],
        "values": [1.0],
        "again": "no",
    }
    return {**facts, **changes}


def named(json: str) -> dict[str, Any]:
    return done(json=json, files={json: CHECKSUM})


def in_run(run: str, name: str = "run.json") -> dict[str, Any]:
    return done(run=run, files={"x.json": CHECKSUM, f"{run}/{name}": CHECKSUM})


def with_file(path: str) -> dict[str, Any]:
    return done(files={"x.json": CHECKSUM, path: CHECKSUM})


FORGED: dict[str, dict[str, Any]] = {
    "absolute JSON file": named("/etc/hostname"),
    "device for JSON file": named("/dev/zero"),
    "JSON file above": named("../x.json"),
    "JSON file above, inside": named(
        ".inferometer/tiny/invalid/../../../../x.json"
    ),
    "JSON file of another campaign": named(".inferometer/other/invalid/x.json"),
    "the ledger for JSON file": named(".inferometer/tiny/ledger.jsonl"),
    "hidden JSON file": named(".bashrc"),
    "no JSON file": named(""),
    "terminal's name": named("x\x1b[31m.json"),
    "name with an end": named("x\x00.json"),
    "endless name": named("n" * 5000),
    "absolute run": in_run("/tmp"),
    "run above": in_run("../precious"),
    "run above, inside": in_run(f"{RUN}/../../../../precious"),
    "run of another campaign": in_run(f".inferometer/other/runs/{'a' * 16}"),
    "run that is none": in_run(".inferometer/tiny/runs/thesis"),
    "all runs": in_run(".inferometer/tiny/runs"),
    "file above": with_file("../secret.txt"),
    "absolute file": with_file("/etc/hostname"),
    "device": with_file("/dev/zero"),
    "file above the run": with_file(f"{RUN}/../run.json"),
    "file in a folder of the run": with_file(f"{RUN}/a/b"),
    "an intent above": {**named("../other/data.json"), "kind": "intent"},
    "an intent's run above": {**in_run("../precious"), "kind": "intent"},
    "fingerprint of a wrong type": done(fingerprint=7),
    "fingerprint that leads elsewhere": done(fingerprint="../../precious.."),
    "files that are a list": done(files=["x.json"]),
    "checksum that is none": done(files={"x.json": "yes"}),
    "reasons that are a text": done(reasons="slow"),
    "a status that is a list": done(status=["VALID"]),
    "an unknown status": done(status="SPLENDID"),
    "allowed by a number": done(allowed=1),
    "a time that is a number": done(time=1.5),
    "no time": done(time="yesterday"),
    "a huge attempt": done(attempt=10**18),
    "a truth for an attempt": done(attempt=True),
    "a huge limit": done(max_model_len=10**18),
    "an address that is none": done(base_url=["http://gpu"]),
    "an endless point": done(point="p" * 5000),
    "a terminal's point": done(point="p\x1b[31m"),
    "a beginning of nothing": {"kind": "begun", "time": TIME},
    "a failure that is no text": {
        "kind": "failed",
        "time": TIME,
        "fingerprint": "a" * 16,
        "reason": {},
    },
    "an identity of what is elsewhere": {
        "kind": "identified",
        "time": TIME,
        "results": {"../precious": ["a" * 16, "http://gpu:8000"]},
    },
    "a doubt of letters": doubt(neighbours="qr"),
    "a doubt of named values": doubt(values={"1": 1}),
    "a doubt about nothing": doubt(suggested=0),
    "an opening without time": {"kind": "opened", "time": None},
}
"""Records, by what is wrong with each."""

LINES: dict[str, bytes] = {
    "no JSON": b"no JSON}",
    "NaN": b'{"kind":"done","attempt":NaN}',
    "an infinite number": b'{"kind":"done","attempt":Infinity}',
    "a number beyond all": orjson.dumps(done())[:-1]
    + b',"attempt":'
    + b"9" * 400
    + b"}",
    "a kind that is a list": b'{"kind":["done"]}',
    "no kind": b'{"time":"' + TIME.encode() + b'"}',
    "half a letter": b'{"kind":"note","half":"\\ud800"}',
    "deep JSON": b'{"kind":"note","deep":' + b"[" * 300 + b"]" * 300 + b"}",
    "JSON without ground": b'{"kind":"note","deep":'
    + b'{"a":' * 9000
    + b"1"
    + b"}" * 9001,
}
"""Lines of right checksums that hold anything."""


def sealed(*bodies: bytes) -> bytes:
    """Lines with right checksums, which anybody can compute."""
    text, checksum = b"", b""
    for body in bodies:
        checksum = hashlib.sha256(checksum + body).hexdigest()[:16].encode()
        text += body[:-1] + b',"checksum":"' + checksum + b'"}\n'
    return text


def ledger_of(*records: dict[str, Any]) -> bytes:
    return sealed(*map(orjson.dumps, (BEGINNING, *records)))


HOSTILE: dict[str, bytes] = {
    **{name: ledger_of(record, done()) for name, record in FORGED.items()},
    **{
        name: sealed(orjson.dumps(BEGINNING), line)
        for name, line in LINES.items()
    },
    "one result of two points": ledger_of(
        done(), done(fingerprint="b" * 16, point="q")
    ),
    "a version that is a text": sealed(
        orjson.dumps({**BEGINNING, "version": "1"})
    ),
}


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CampaignPaths:
    """A result directory beside what is the user's own, and a campaign file."""
    monkeypatch.chdir(tmp_path)
    for name in ("precious/thesis.txt", "other/data.json", "secret.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine")
    (tmp_path / "tiny.yaml").write_text(CAMPAIGN)
    made = CampaignPaths(tmp_path / "results", "tiny")
    made.directory.mkdir(parents=True)
    (made.result_dir / "x.json").write_text("{}")
    return made


def verb(*arguments: str) -> Callable[[CampaignPaths], object]:
    """Ends with exit code 2, and says why."""

    def call(places: CampaignPaths) -> None:
        sys.argv = ["inferometer", *arguments]
        with pytest.raises(SystemExit) as ended:
            main()
        raise LedgerError(f"exit code {ended.value.code}")

    return call


READERS: dict[str, Callable[[CampaignPaths], object]] = {
    "run": verb("run", "tiny.yaml"),
    "plan": verb("plan", "tiny.yaml", "--points"),
    "collect": verb("collect", "results", "--output", "t.tar"),
    "merge": verb("merge", "results", "--output", "merged"),
    "report": verb("report", "results"),
    "compare": verb("compare", "results", "results"),
    "load": lambda places: inferometer.load(places.result_dir),
    "read": lambda places: read([places.directory]),
    "read the ledger": lambda places: read([places.ledger]),
    "read a file": lambda places: read([places.result_dir / "x.json"]),
    "read_campaign_state": read_campaign_state,
    "Results": Results,
}


def outside(tmp_path: Path) -> dict[str, str]:
    """All files, but those that a run's lock leaves in the result directory, with their content."""
    return {
        str(path): path.read_bytes().hex()
        for path in tmp_path.rglob("*")
        if path.is_file() and not path.is_symlink() and path.name != "lock"
    }


def said_by(
    reader: Callable[[CampaignPaths], object],
    places: CampaignPaths,
    capsys: pytest.CaptureFixture[str],
) -> str:
    with pytest.raises((LedgerError, ResultsError)) as refused:
        reader(places)
    told = str(refused.value) + capsys.readouterr().err
    assert "exit code" not in told or "exit code 2" in told
    assert "Traceback" not in told
    return " ".join(told.split())


readers = pytest.mark.parametrize("reader", READERS)


@readers
def test_every_reader_refuses_every_hostile_ledger(
    places: CampaignPaths,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    reader: str,
) -> None:
    monkeypatch.setattr(sys, "argv", sys.argv)
    places.ledger.touch()
    before = outside(tmp_path)
    used = {}
    for name, content in HOSTILE.items():
        places.ledger.write_bytes(content)
        told = said_by(READERS[reader], places, capsys)
        if (
            "ledger.jsonl contains what no campaign writes, so it is not used"
            not in told
        ):
            used[name] = told
        assert "\x1b" not in told, name
        assert places.ledger.read_bytes() == content, name
    assert used == {}
    places.ledger.write_bytes(b"")
    assert outside(tmp_path) == before


def fifo(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def elsewhere(path: Path) -> None:
    path.with_name("real").write_bytes(ledger_of(done()))
    path.symlink_to(path.with_name("real"))


def listening(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def newer(path: Path) -> None:
    path.write_bytes(sealed(orjson.dumps({**BEGINNING, "version": 10**9})))


def larger(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


PLACES: dict[Callable[[Path], None], str] = {
    fifo: "not a regular file",
    Path.mkdir: "not a regular file",
    listening: "not a regular file",
    device: "is a link, and links are not followed in result directories",
    elsewhere: "is a link, and links are not followed in result directories",
    newer: "was written by a newer Inferometer",
    larger: "more than the limit of 1,073,741,824",
}
"""What stands in the place of the ledger, and what is said of it."""


@readers
@pytest.mark.parametrize("place", PLACES, ids=lambda place: str(place.__name__))
def test_every_reader_refuses_what_is_no_ledger(
    places: CampaignPaths,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    reader: str,
    place: Callable[[Path], None],
) -> None:
    monkeypatch.setattr(sys, "argv", sys.argv)
    place(places.ledger)
    assert PLACES[place] in said_by(READERS[reader], places, capsys)


@pytest.mark.parametrize("name", ["a b", "x\x1b[31m", ".hidden", "é", "n" * 65])
def test_a_folder_whose_name_no_campaign_has_is_not_read(
    places: CampaignPaths, name: str
) -> None:
    """Not even if its ledger is right, and the user names it, or a run in it."""
    strange = CampaignPaths(places.result_dir, name)
    run = strange.runs / ("a" * 16)
    run.mkdir(parents=True)
    strange.ledger.write_bytes(ledger_of())
    for act in (
        Results,
        read_campaign_state,
        lambda _: read([strange.directory]),
    ):
        with pytest.raises(
            (LedgerError, ResultsError),
            match="cannot be the name of a campaign",
        ):
            act(strange)


def test_the_folder_of_all_campaigns_is_none(places: CampaignPaths) -> None:
    (places.result_dir / "ledger.jsonl").write_bytes(ledger_of(done()))
    with pytest.raises(ResultsError, match="cannot be the name of a campaign"):
        read([places.directory.parent / ".."])


@readers
def test_what_is_taken_from_damaged_lines_can_be_written_again(
    places: CampaignPaths,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    reader: str,
) -> None:
    """A line that nothing proves is not taken, if no ledger can hold it."""
    monkeypatch.setattr(sys, "argv", sys.argv)
    begun = {
        "kind": "begun",
        "time": TIME,
        "fingerprint": "a" * 16,
        "prompts": "a" * 16,
        "attempt": 3,
    }
    deep = (
        orjson.dumps(begun)[:-1]
        + b',"deep":'
        + b"[" * 300
        + b"]" * 300
        + b"}\n"
    )
    places.ledger.write_bytes(ledger_of() + deep + orjson.dumps(begun) + b"\n")
    told = ""
    try:
        READERS[reader](places)
    except (LedgerError, ResultsError) as error:
        told = str(error)
    told += capsys.readouterr().err
    assert "contains what no campaign writes" not in told
    assert "Traceback" not in told
    state = read_campaign_state(places)
    assert state.history.attempts == {"a" * 16: 4}
