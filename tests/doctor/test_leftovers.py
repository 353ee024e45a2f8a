"""What killed runs leave is found by what it is; what only looks like it stays."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from inferometer.doctor import leftovers
from inferometer.doctor.leftovers import (
    Leftover,
    find_leftovers,
    is_our_project,
    remove,
)
from inferometer.doctor.machine import gather
from inferometer.doctor.needs import install, list_needs, packages
from inferometer.server.compose import OVERRIDE
from inferometer.system.child import python_command
from inferometer.telemetry.tool import ToolAnswer
from inferometer.words import LANGUAGES
from tests.doctor.machines import cards, given


def no_docker(_: Sequence[str]) -> ToolAnswer:
    return ToolAnswer("", "tool_missing")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(leftovers, "YOUNG_S", 0.0)
    return folder


def scratch(temporary: Path, name: str = "inferometer-run-ab12cd_9") -> Path:
    """As a killed measurement of two workers leaves it."""
    path = temporary / name
    for worker in ("0", "1"):
        (path / worker).mkdir(parents=True)
        (path / worker / "columns.bin").write_bytes(b"x" * 2**20)
        (path / worker / "rest.json").write_bytes(b"{}")
    path.chmod(0o700)
    old = time.time() - 10
    os.utime(path, (old, old))
    return path


def folders() -> list[Leftover]:
    return [each for each in find_leftovers(no_docker) if each.kind == "folder"]


def test_a_folder_of_a_killed_run_is_found_and_removed(temporary: Path) -> None:
    path = scratch(temporary)
    (found,) = folders()
    assert (found.name, found.detail) == (str(path), "2.0 MiB")
    assert remove(found)
    assert not path.exists()
    assert folders() == []


def extra_file(path: Path) -> None:
    (path / "notes.txt").write_text("mine")


def extra_in_share(path: Path) -> None:
    (path / "0" / "thesis.tex").write_text("mine")


def link_in_share(path: Path) -> None:
    (path / "1" / "rest.json").unlink()
    (path / "1" / "rest.json").symlink_to("/etc/hostname")


def open_to_all(path: Path) -> None:
    path.chmod(0o755)


def other_name(path: Path) -> None:
    path.rename(path.with_name("inferometer-run-my-notes-of-today"))


def young(path: Path) -> None:
    later = time.time() + 100
    os.utime(path, (later, later))


SPOILED: list[Callable[[Path], None]] = [
    extra_file,
    extra_in_share,
    link_in_share,
    open_to_all,
    other_name,
    young,
]


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_folder_that_only_looks_like_ours_stays(
    temporary: Path, spoil: Callable[[Path], None]
) -> None:
    path = scratch(temporary)
    spoil(path)
    assert folders() == []
    kept = {each.name for each in temporary.rglob("*")}
    assert not remove(Leftover("folder", str(path))) or not path.exists()
    assert {each.name for each in temporary.rglob("*")} == kept


def test_a_folder_in_use_stays(temporary: Path) -> None:
    path = scratch(temporary)
    held = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert folders() == []
        assert not remove(Leftover("folder", str(path)))
    finally:
        os.close(held)
    assert len(folders()) == 1


def test_rescued_results_are_told_and_never_removed(temporary: Path) -> None:
    path = temporary / "inferometer-results-x1"
    path.mkdir()
    found = find_leftovers(no_docker)
    kept = [each for each in found if each.kind == "results"]
    assert kept == [Leftover("results", str(path))]
    assert not remove(kept[0])
    assert path.exists()


@pytest.fixture
def orphan() -> Iterator[psutil.Process]:
    """A process of ours whose parent has ended; it waits for its first line."""
    read, write = os.pipe()
    command = python_command("inferometer.server.guard")
    code = (
        "import subprocess, sys; p = subprocess.Popen("
        f"{command!r}, stdin={read}, stdout=-3, stderr=-3, start_new_session=True); print(p.pid)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        pass_fds=[read],
        capture_output=True,
        text=True,
        check=True,
    )
    process = psutil.Process(int(told.stdout))
    os.close(read)
    yield process
    os.close(write)
    try:
        process.wait(10)
    except psutil.TimeoutExpired:
        process.kill()


def of_process(number: int) -> list[Leftover]:
    return [
        each
        for each in find_leftovers(no_docker)
        if (each.kind, each.name) == ("process", str(number))
    ]


def test_an_orphan_of_ours_is_ended(
    orphan: psutil.Process, temporary: Path
) -> None:
    if orphan.ppid() != 1:
        pytest.skip("orphans are adopted by another process here")
    (found,) = of_process(orphan.pid)
    assert found.detail == "inferometer.server.guard"
    later = Leftover("process", found.name, found.detail, found.started_s + 1)
    assert remove(later)  # another process of that number: nothing to do
    assert orphan.is_running()
    assert remove(found)
    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE


def test_a_process_whose_parent_lives_stays(temporary: Path) -> None:
    process = subprocess.Popen(
        python_command("inferometer.server.guard"),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    try:
        assert of_process(process.pid) == []
        started_s = psutil.Process(process.pid).create_time()
        told = Leftover("process", str(process.pid), "", started_s)
        assert remove(told)
        assert process.poll() is None
    finally:
        process.communicate()


def project_of(directory: Path) -> tuple[str, str]:
    place = hashlib.sha256(os.fsencode(directory.resolve())).hexdigest()
    return f"inferometer-{place[:12]}", f"/x/compose.yml,{directory / OVERRIDE}"


def test_containers_of_a_campaign_are_found_and_taken_down(
    tmp_path: Path, temporary: Path
) -> None:
    project, files = project_of(tmp_path / "logs")
    asked: list[Sequence[str]] = []

    def docker(command: Sequence[str]) -> ToolAnswer:
        asked.append(command)
        if command[1] != "ps":
            return ToolAnswer("", "ok", 0)
        rows = (
            f"{'a1' * 32}\trunning\t{project}\t{files}",
            f"{'b2' * 32}\trunning\tinferometer-000000000000\t{files}",
            f"{'c3' * 32}\trunning\tsomebody\t/home/x/compose.yml",
        )
        return ToolAnswer("\n".join(rows) + "\n", "ok", 0)

    found = [e for e in find_leftovers(docker) if e.kind == "containers"]
    assert found == [Leftover("containers", project, "a1a1a1a1a1a1 running")]
    assert remove(found[0], docker)
    downs = [each for each in asked if "down" in each]
    assert [each[3] for each in downs] == [project]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("inferometer-000000000000", "{0}/compose-recipe.json"),
        ("{1}", "{0}/compose.yml"),
        ("{1}", ""),
        ("mine-{1}", "{0}/compose-recipe.json"),
    ],
)
def test_a_project_of_somebody_else(
    name: str, files: str, tmp_path: Path
) -> None:
    project, _ = project_of(tmp_path)
    assert not is_our_project(
        name.format(tmp_path, project), files.format(tmp_path, project)
    )


def test_a_project_of_a_campaign_that_runs_stays(tmp_path: Path) -> None:
    directory = tmp_path / "logs"
    directory.mkdir()
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not is_our_project(*project_of(directory))
    assert is_our_project(*project_of(directory))


def test_every_need_says_what_it_is_for(tmp_path: Path) -> None:
    for number, vendor in enumerate(("nvidia", "amd", "hygon", "intel")):
        root = tmp_path / str(number)
        for need in list_needs(given(cards(vendor)).machine(root)):
            for words in LANGUAGES.values():
                assert words[f"doctor.need.{need.name}"]
            assert not any("sudo" in each for each in need.commands if need.own)


def test_what_is_missing_is_told_with_the_way_to_get_it(
    tmp_path: Path,
) -> None:
    machine = gather(
        tmp_path, environment={}, asked=lambda _: ToolAnswer("", "tool_missing")
    )
    by_name = {need.name: need for need in list_needs(machine)}
    assert not by_name["stamps"].there  # of another machine's files
    assert by_name["calibration"].commands[0].endswith("inferometer calibrate")
    assert packages("tokenizers")[0].startswith("'tokenizers>=")
    only = {"dnf": "/usr/bin/dnf"}
    assert install("numactl", only.get) == ("sudo dnf install -y numactl",)
    assert install("numactl", lambda _: None) == ()
