"""Killing a process just before its n-th change to the file system; and watching in which order
changes are made.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHANGES = (
    "write",
    "fsync",
    "ftruncate",
    "rename",
    "replace",
    "link",
    "mkdir",
    "unlink",
    "rmdir",
)
"""What our code, pathlib and shutil change files with; a kill between two of them is as good as one
in between.
"""


def killed_before(n: int, act: Callable[[], None]) -> bool:
    """Do `act` in a child that is killed before change number `n` (of a write half is done).
    Whether it came to that.
    """
    child = os.fork()
    if child == 0:
        try:
            _kill_before(n)
            act()
        except BaseException:
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), "it failed instead of being killed"
    return status != 0


def _kill_before(n: int) -> None:
    left = n

    def patched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            nonlocal left
            if left == 0:
                if name == "write":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return real(*args, **options)

        return call

    for name in CHANGES:
        setattr(os, name, patched(name, getattr(os, name)))


@contextmanager
def watched() -> Iterator[list[tuple[str, Path]]]:
    """A list of what is flushed, written to and renamed while this is entered, in order, each with
    the path it had then.
    """
    seen: list[tuple[str, Path]] = []
    real = {
        name: getattr(os, name) for name in ("fsync", "write", "rename", "link")
    }

    def fsync(file: int) -> None:
        seen.append(("fsync", Path(os.readlink(f"/proc/self/fd/{file}"))))
        real["fsync"](file)

    def write(file: int, content: Any) -> int:
        seen.append(("write", Path(os.readlink(f"/proc/self/fd/{file}"))))
        return int(real["write"](file, content))

    def rename(source: Any, target: Any) -> None:
        seen.append(("rename", Path(target)))
        real["rename"](source, target)

    def link(source: Any, target: Any) -> None:
        seen.append(("link", Path(target)))
        real["link"](source, target)

    try:
        for name, call in {
            "fsync": fsync,
            "write": write,
            "rename": rename,
            "link": link,
        }.items():
            setattr(os, name, call)
        yield seen
    finally:
        for name, call in real.items():
            setattr(os, name, call)
