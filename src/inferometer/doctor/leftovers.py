"""What killed runs of ours left on this host, and removing it.

A name proves nothing. A process is ours if its command line is the one that we give our own
processes, its user is ours, and whoever started it is gone. A folder is ours if it also holds
nothing but what we write there, and nobody has locked it. A compose project is ours if its name is
the checksum of the directory of the file that we wrote for it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from inferometer.loadgen.scratch import PREFIX, YOUNG_S
from inferometer.measurement.saving import RESCUE_PREFIX
from inferometer.server.compose import LABEL, OVERRIDE
from inferometer.store.file_lock import try_lock
from inferometer.telemetry.tool import ToolAnswer, ask

FOLDER = re.compile(rf"{re.escape(PREFIX)}[a-z0-9_]{{8}}")
WRITTEN = re.compile(r"columns\.bin|rest\.json|(request|event)\.\w+\.npy")
"""Files of a worker's share, of this version and of earlier ones."""
PROJECT = re.compile(r"inferometer-([0-9a-f]{12})")
COMMAND = re.compile(
    r"import sys; sys\.path = \[\*filter\(None, sys\.path\), '[^']*'\]; "
    r"from inferometer\.([\w.]+) import main; sys\.exit\(main\(\)\)"
)
"""Of `system.child`."""
MAX_FOLDERS = 1000
MAX_FILES = 10_000
END_TIMEOUT_S = 10.0
LISTED = (
    '{{.ID}}\t{{.State}}\t{{.Label "com.docker.compose.project"}}\t'
    '{{.Label "com.docker.compose.project.config_files"}}'
)

Kind = Literal["process", "folder", "containers", "results"]
Ask = Callable[[Sequence[str]], ToolAnswer]


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something of ours. `results` are kept: they are measurements that were saved elsewhere."""

    kind: Kind
    name: str
    detail: str = ""
    started_s: float = 0.0
    """Of a process, which with its id tells it from a later one of that id."""


def find_leftovers(asked: Ask = ask) -> list[Leftover]:
    """Everything of this user's on this host, the kept results last."""
    return [*_processes(), *_folders(), *_projects(asked), *_results()]


def _processes() -> Iterator[Leftover]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if module := _module_of(process):
                yield Leftover(
                    "process",
                    str(process.pid),
                    f"inferometer.{module}",
                    process.create_time(),
                )


def _module_of(process: psutil.Process) -> str | None:
    """Of ours whose parent is gone; None of all others. Raises psutil.Error."""
    if process.pid == os.getpid() or process.uids().real != os.getuid():
        return None
    words = process.cmdline()
    if len(words) < 3 or words[1] != "-c":
        return None
    found = COMMAND.fullmatch(words[2])
    return found[1] if found and _is_adopted(process) else None


def _is_adopted(process: psutil.Process) -> bool:
    """Whether its parent is the system's first process or the session's, which adopt what others
    leave. Where that is a Python program itself, as in a container, it may have started it.
    """
    parent = process.parent()
    if parent is None or (parent.pid != 1 and parent.name() != "systemd"):
        return False
    program = os.path.basename((parent.cmdline() or [parent.name()])[0])
    return not program.startswith(("python", "inferometer", "pytest"))


def _temporary(prefix: str) -> list[Path]:
    try:
        folder = Path(tempfile.gettempdir())
        return sorted(folder.glob(f"{prefix}*"))[:MAX_FOLDERS]
    except OSError:
        return []


def _folders() -> Iterator[Leftover]:
    for path in _temporary(PREFIX):
        with suppress(OSError):
            if is_our_folder(path):
                yield Leftover("folder", str(path), _size(path))


def is_our_folder(path: Path) -> bool:
    """Of a measurement that is over. Raises OSError."""
    status = path.lstat()
    return bool(
        FOLDER.fullmatch(path.name)
        and stat.S_ISDIR(status.st_mode)
        and stat.S_IMODE(status.st_mode) == 0o700
        and status.st_uid == os.getuid()
        and time.time() - status.st_mtime > YOUNG_S
        and _holds_only_ours(path)
        and not _is_locked(path)
    )


def _holds_only_ours(path: Path) -> bool:
    """Shares of workers, numbered, and nothing else."""
    shares = list(path.iterdir())
    if any(not each.name.isdigit() or not _is_plain(each) for each in shares):
        return False
    files = [file for share in shares for file in share.iterdir()]
    return len(files) <= MAX_FILES and all(
        WRITTEN.fullmatch(file.name) and stat.S_ISREG(file.lstat().st_mode)
        for file in files
    )


def _is_plain(path: Path) -> bool:
    return stat.S_ISDIR(path.lstat().st_mode)


def _is_locked(path: Path) -> bool:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        return try_lock(folder) == "taken"
    finally:
        os.close(folder)


def _size(path: Path) -> str:
    total = sum(each.lstat().st_size for each in path.glob("*/*"))
    return f"{total / 2**20:.1f} MiB"


def _projects(asked: Ask) -> Iterator[Leftover]:
    words = ["docker", "ps", "--all", "--no-trunc", "--filter"]
    answer = asked([*words, f"label={LABEL}.project", "--format", LISTED])
    containers: dict[str, list[str]] = {}
    for line in answer.text.splitlines():
        cells = line.split("\t")
        if (
            answer.state == "ok"
            and len(cells) == 4
            and is_our_project(cells[2], cells[3])
        ):
            containers.setdefault(cells[2], []).append(
                f"{cells[0][:12]} {cells[1]}"
            )
    for project, listed in containers.items():
        yield Leftover("containers", project, ", ".join(listed))


def is_our_project(project: str, files: str) -> bool:
    """Whether one of its files is the one that we write, in the directory that its name stands
    for; and no campaign runs there.
    """
    found = PROJECT.fullmatch(project)
    ours = [
        Path(each) for each in files.split(",") if Path(each).name == OVERRIDE
    ]
    if not found or not ours:
        return False
    folder = ours[0].parent
    place = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()
    return place[:12] == found[1] and not _campaign_runs(folder)


def _campaign_runs(folder: Path) -> bool:
    for lock in (folder / "lock", folder.parent / "lock"):
        with suppress(OSError):
            file = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if try_lock(file) == "taken":
                    return True
            finally:
                os.close(file)
    return False


def _results() -> Iterator[Leftover]:
    for path in _temporary(RESCUE_PREFIX):
        with suppress(OSError):
            if path.lstat().st_uid == os.getuid() and _is_plain(path):
                yield Leftover("results", str(path))


def remove(leftover: Leftover, asked: Ask = ask) -> bool:
    """Whether it is gone. Its identity is proven again: things change between two looks."""
    if leftover.kind == "process":
        return _end(leftover)
    if leftover.kind == "folder":
        return _remove_folder(Path(leftover.name))
    if leftover.kind == "containers":
        still = {each.name for each in _projects(asked)}
        if leftover.name not in still:
            return True
        down = ["docker", "compose", "--project-name", leftover.name, "down"]
        return asked([*down, "--remove-orphans"]).state == "ok"
    return False


def _end(leftover: Leftover) -> bool:
    """With SIGTERM, so that a guard ends its server; then with SIGKILL."""
    try:
        process = psutil.Process(int(leftover.name))
        same = process.create_time() == leftover.started_s
        if not same or _module_of(process) is None:
            return True
        process.terminate()
        with suppress(psutil.TimeoutExpired):
            process.wait(END_TIMEOUT_S)
            return True
        process.kill()
        process.wait(END_TIMEOUT_S)
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
    return True


def _remove_folder(path: Path) -> bool:
    try:
        if not is_our_folder(path):
            return False
        shutil.rmtree(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def may_ask() -> bool:
    """Whether somebody is there to confirm."""
    return sys.stdin.isatty() and sys.stdout.isatty()
