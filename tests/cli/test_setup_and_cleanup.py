"""`inferometer setup` and `inferometer cleanup`: they list, and act only once confirmed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from inferometer.doctor import needs
from inferometer.doctor.leftovers import Leftover
from inferometer.doctor.needs import HostNeed
from tests.cli.conftest import Command
from tests.doctor.conftest import no_tools  # noqa: F401 - for every test here

LEFT = [
    Leftover("folder", "/t/inferometer-run-ab12cd_9", "2.0 MiB"),
    Leftover("process", "71", "inferometer.server.guard", 1.0),
    Leftover("results", "/t/inferometer-results-x"),
]


@pytest.fixture
def removed(monkeypatch: pytest.MonkeyPatch) -> list[Leftover]:
    """What was removed of LEFT; nothing of it is there."""
    gone: list[Leftover] = []

    def remove(each: Leftover) -> bool:
        gone.append(each)
        return True

    monkeypatch.setattr("inferometer.doctor.leftovers.remove", remove)
    monkeypatch.setattr(
        "inferometer.doctor.leftovers.find_leftovers", lambda: list(LEFT)
    )
    return gone


def test_without_a_confirmation_nothing_is_removed(
    inferometer: Command, removed: list[Leftover]
) -> None:
    code, out, _ = inferometer("cleanup")
    assert (code, removed) == (1, [])
    assert "temporary folder /t/inferometer-run-ab12cd_9 (2.0 MiB)" in out
    assert "process 71: inferometer.server.guard" in out
    assert "kept: /t/inferometer-results-x" in out
    assert "inferometer cleanup --yes" in out


@pytest.mark.parametrize(("answer", "ends"), [(True, 0), (False, 1)])
def test_a_person_is_asked(
    inferometer: Command,
    removed: list[Leftover],
    monkeypatch: pytest.MonkeyPatch,
    answer: bool,
    ends: int,
) -> None:
    monkeypatch.setattr("inferometer.doctor.leftovers.may_ask", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: answer)
    code, _, _ = inferometer("cleanup")
    assert (code, removed) == (ends, LEFT[:2] if answer else [])


def test_yes_removes_all_but_results(
    inferometer: Command, removed: list[Leftover]
) -> None:
    code, out, _ = inferometer("cleanup", "--yes")
    assert (code, removed) == (0, LEFT[:2])
    assert out.endswith("2 things were removed.\n")


def test_what_cannot_be_removed_is_named(
    inferometer: Command,
    removed: list[Leftover],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "inferometer.doctor.leftovers.remove",
        lambda each: each.kind != "process",
    )
    code, _, err = inferometer("--lang", "zh-CN", "cleanup", "--yes")
    assert code == 1
    assert err.startswith("没有删除：进程 71")


def test_nothing_left(
    inferometer: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inferometer.doctor.leftovers.find_leftovers", list)
    code, out, _ = inferometer("cleanup")
    assert (code, out) == (0, "Nothing of a killed run is left on this host.\n")


NEEDS = [
    HostNeed("stamps", True, False),
    HostNeed(
        "extra.excel", False, True, ("python -m pip install 'x>=3'",), True
    ),
    HostNeed("numactl", False, True, ("sudo apt-get install -y numactl",)),
]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that were run; none really is."""
    commands: list[list[str]] = []

    def run(
        words: list[str], **_: object
    ) -> subprocess.CompletedProcess[bytes]:
        commands.append(words)
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(needs, "list_needs", lambda _: NEEDS)
    return commands


def test_setup_lists_and_installs_nothing(
    inferometer: Command, ran: list[list[str]]
) -> None:
    code, out, _ = inferometer("setup")
    assert (code, ran) == (0, [])
    assert "[x] Time stamps by the kernel" in out
    assert (
        "[ ] xlsxwriter: tables for Excel (optional)\n    $ python -m pip"
        in out
    )
    assert "$ sudo apt-get install -y numactl" in out
    assert "inferometer setup --yes" in out


def test_setup_runs_only_what_is_its_own(
    inferometer: Command, ran: list[list[str]]
) -> None:
    code, _, _ = inferometer("setup", "--yes")
    assert (code, ran) == (0, [["python", "-m", "pip", "install", "x>=3"]])


def test_something_needed_is_missing(
    inferometer: Command,
    ran: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lacking = [HostNeed("stamps", False, False)]
    monkeypatch.setattr(needs, "list_needs", lambda _: lacking)
    assert inferometer("setup")[0] == 1


def test_this_host_can_be_looked_at(
    inferometer: Command, tmp_path: Path
) -> None:
    code, out, err = inferometer("--lang", "zh-TW", "setup")
    assert (code, err) == (0, "")
    assert "核心時間戳" in out
