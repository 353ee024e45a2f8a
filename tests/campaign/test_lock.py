"""One runner to a directory, and none that a dead one keeps out."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inferometer.campaign.lock import LockedError, LockLostError, locked
from inferometer.store.atomic import CannotWriteError
from tests.processes import Forked

HOLD = (
    "from pathlib import Path; from inferometer.campaign.lock import locked\nwith "
    "locked(Path(%r)):\n    "
)
WAIT = "print(flush=True); input()"
FORK_A_CHILD_THAT_OUTLIVES_US = "import os, time; os.fork() or (time.sleep(0.3), os._exit(0)); print(flush=True); input()"


@contextmanager
def holder(path: Path, then: str = WAIT) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has the lock."""
    process = Forked(
        [sys.executable, "-c", HOLD % str(path) + then],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_a_second_runner_is_told_who_the_first_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lock"
    with holder(path) as process:
        waited_s: list[float] = []
        monkeypatch.setattr(time, "sleep", waited_s.append)
        with pytest.raises(
            LockedError,
            match=rf"^process {process.pid} on {socket.gethostname()} is running a campaign in ",
        ):
            locked(path).__enter__()
    assert waited_s == [], "there is nothing to wait for"


def test_the_lock_is_free_when_its_holder_is_done(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    for _ in range(2):
        with locked(path):
            assert path.read_text() == f"{os.getpid()} {socket.gethostname()}"


def test_a_killed_holder_keeps_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with locked(path):
            pass


def test_the_dying_children_of_a_killed_holder_are_waited_for(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lock"
    with holder(path, FORK_A_CHILD_THAT_OUTLIVES_US) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with locked(path):
            assert path.read_text().startswith(str(os.getpid()))


def test_what_an_old_lock_file_says_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text(f"1 {socket.gethostname()} and more than that")
    with locked(path):
        assert path.read_text() == f"{os.getpid()} {socket.gethostname()}"


@pytest.mark.parametrize(
    "told", ["9" * 400, "9" * 5000, "-1", "٣", "\x00\x01", "4294967296"]
)
def test_an_absurd_lock_file_is_nobodys(tmp_path: Path, told: str) -> None:
    path = tmp_path / "lock"
    path.write_text(f"{told} {socket.gethostname()}")
    with locked(path):
        pass


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_lock_that_has_lost_its_name_is_noticed(
    tmp_path: Path, how: str
) -> None:
    path = tmp_path / "lock"
    with locked(path) as hold:
        hold.require()
        path.unlink()
        if how == "replaced":
            path.write_text("")
        with pytest.raises(
            LockLostError,
            match=f"lock was {how} while this campaign ran, so another run may use that directory",
        ):
            hold.require()


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_a_lock_that_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    path, target = tmp_path / "lock", tmp_path / "target"
    target.write_text("mine")
    if kind == "link":
        path.symlink_to(target)
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(CannotWriteError):
        locked(path).__enter__()
    assert target.read_text() == "mine"


class TestWithoutLocks:
    """Some network file systems have none."""

    @pytest.fixture(autouse=True)
    def no_locks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(file: int, operation: int) -> None:
            raise OSError(errno.ENOTSUP, "Operation not supported")

        monkeypatch.setattr("fcntl.flock", refuse)

    def test_the_runner_goes_on_and_says_so(self, tmp_path: Path) -> None:
        with locked(tmp_path / "lock") as hold:
            assert not hold.is_locked

    def test_whom_the_file_names_is_not_disturbed_while_he_lives(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "lock"
        with subprocess.Popen(["sleep", "60"]) as other:
            path.write_text(f"{other.pid} {socket.gethostname()}")
            with pytest.raises(
                LockedError,
                match=rf"^process {other.pid} .* is running a campaign.*, remove .*lock\.$",
            ):
                locked(path).__enter__()
            other.kill()
        with locked(path) as hold:
            assert not hold.is_locked
