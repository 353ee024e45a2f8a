"""Which records a campaign may have written: a wrong type, an absurd value or a path that leads
elsewhere is none of them."""

from __future__ import annotations

from typing import Any

import pytest

from inferometer.store.campaign.sound import is_campaign_name, is_sound

RUN = ".inferometer/c/runs/0123456789abcdef"
CHECKSUM = "0" * 64
TIME = "2026-01-31T12:00:00.000000+00:00"
DONE: dict[str, Any] = {
    "kind": "done",
    "time": TIME,
    "fingerprint": "0123456789abcdef",
    "point": "g/np1",
    "status": "SUSPECT",
    "reasons": ["Few samples.\nAnd late."],
    "allowed": False,
    "json": "g_np1.json",
    "run": RUN,
    "files": {"g_np1.json": CHECKSUM, f"{RUN}/run.json": CHECKSUM},
    "server_version": None,
    "attempt": 0,
}
BEGUN = {
    "kind": "begun",
    "time": TIME,
    "fingerprint": "0" * 16,
    "prompts": "1" * 16,
    "attempt": 3,
}


def done(**changes: Any) -> dict[str, Any]:
    return {**DONE, **changes}


def in_run(name: str, run: str = RUN) -> dict[str, Any]:
    return {
        "run": run,
        "files": {"g_np1.json": CHECKSUM, f"{run}/{name}": CHECKSUM},
    }


@pytest.mark.parametrize(
    "record",
    [
        DONE,
        done(kind="intent"),
        done(
            json=".inferometer/c/invalid/x.json",
            files={".inferometer/c/invalid/x.json": CHECKSUM},
        ),
        done(**in_run("run.json", f"{RUN}-2")),
        done(**in_run("run.json", f"{RUN}-2-3-12")),
        done(
            server_version="0.10.2",
            base_url="http://gpu:8000",
            max_model_len=1280,
        ),
        done(json="模型 1.json", files={"模型 1.json": CHECKSUM}),
        BEGUN,
        {
            "kind": "failed",
            "time": TIME,
            "fingerprint": "0" * 16,
            "reason": "No\nsuch\x1b model.",
        },
        {
            "kind": "identified",
            "time": TIME,
            "results": {RUN: ["0" * 16, "http://gpu:8000"]},
        },
        {"kind": "opened", "time": TIME, "configuration": 7},
        {"kind": "of a later version", "json": "../x"},
    ],
    ids=str,
)
def test_what_a_campaign_writes_is_sound(record: dict[str, Any]) -> None:
    assert is_sound(record, "c")


@pytest.mark.parametrize(
    "record",
    [
        *(
            done(**{name: value})
            for name in DONE if name != "kind"
            for value in (None, 7.5, [7], {"a": 1}, b"x")
            if value != DONE[name]
        ),
        *({name: value for name, value in DONE.items() if name != left_out} for left_out in DONE if left_out != (
            "kind"
        )),
        done(fingerprint="0123456789ABCDEF"),
        done(fingerprint="0123456789abcdef\n"),
        done(status="SPLENDID"),
        done(point=""),
        done(point="g/\x1b[31mnp1"),
        done(point="g" * 5000),
        done(reasons="a string"),
        done(reasons=["a", 7]),
        done(allowed=1),
        done(attempt=-1),
        done(attempt=True),
        done(attempt=10**400),
        done(server_version="0.1\n"),
        done(base_url=7),
        done(max_model_len=-1),
        done(max_model_len=10**30),
        done(time="yesterday"),
        done(time="2026-01-31T12:00:00"),
        done(files={"g_np1.json": "0" * 63}),
        done(files={"g_np1.json": CHECKSUM.upper().replace("0", "A")}),
        done(files={}),
        done(files={"other.json": CHECKSUM}),
        *(
            done(json=name, files={name: CHECKSUM})
            for name in (
                "../x.json",
                "/etc/passwd",
                "a/x.json",
                "./x.json",
                ".hidden.json",
                "..",
                ".",
                "",
                "x\n.json",
                "x\x00.json",
                "n" * 300,
                ".inferometer/c/ledger.jsonl",
                ".inferometer/c/invalid/../x.json",
                ".inferometer/other/invalid/x.json",
                ".inferometer/c/invalid/.x",
            )
        ),
        *(
            done(**in_run("run.json", run))
            for run in (
                "../precious",
                "/tmp",
                ".inferometer/c/runs",
                ".inferometer/c/runs/..",
                ".inferometer/c/runs/thesis",
                ".inferometer/c/runs/0123456789abcdef/..",
                ".inferometer/c/runs/0123456789abcdef-0",
                ".inferometer/other/runs/0123456789abcdef",
                ".inferometer/c/../c/runs/0123456789abcdef",
                f"{RUN}\n",
            )
        ),
        *(done(**in_run(name)) for name in ("../x", "a/b", "", ".hidden", "x\x1b", "..")),
        done(files={"g_np1.json": CHECKSUM, "/etc/hostname": CHECKSUM}),
        done(files={"g_np1.json": CHECKSUM, "second.json": CHECKSUM}),
        {**BEGUN, "attempt": 10**400},
        {**BEGUN, "prompts": ["x"]},
        {**BEGUN, "fingerprint": 7},
        {name: value for name, value in BEGUN.items() if name != "attempt"},
        {"kind": "failed", "time": TIME, "fingerprint": "0" * 16, "reason": 7},
        {"kind": "identified", "time": TIME, "results": {RUN: ["0" * 16]}},
        {"kind": "identified", "time": TIME, "results": {RUN: ["../x", "http://gpu:8000"]}},
        {"kind": "identified", "time": TIME, "results": ["0" * 16, "http://gpu:8000"]},
        {"kind": "opened"},
    ],
    ids=lambda record: str(record)[:300],
)  # fmt: skip
def test_what_no_campaign_writes_is_not(record: dict[str, Any]) -> None:
    assert not is_sound(record, "c")


def test_names_of_campaigns() -> None:
    assert all(map(is_campaign_name, ("c", "pcie-machine-ab", "a.b_c+1")))
    assert not any(
        map(
            is_campaign_name,
            ("", ".c", "..", "a/b", "a b", "a\n", "\x1b[31m", "é", "a" * 65),
        )
    )
