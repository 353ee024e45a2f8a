"""How much memory a run holds: each process at its own peak, and all of them at one moment."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from types import TracebackType

SAMPLE_S = 0.05


def own_peak_mib() -> float:
    """Peak resident memory of this program. (`ru_maxrss` would count the program that started it as
    well.)
    """
    return _kib(Path("/proc/self/status"), "VmHWM:") / 1024


class Watch:
    """Samples a process and the children forked from it while a `with` block lasts. Pages they
    share are counted once.
    """

    def __init__(self, pid: int) -> None:
        self.peak_mib = 0.0
        """The most they held together at any sample."""
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(SAMPLE_S):
            self.peak_mib = max(self.peak_mib, _together_kib(self._pid) / 1024)


def _together_kib(pid: int) -> int:
    """All pages of the process, and of its children those that are theirs alone."""
    with contextlib.suppress(OSError):  # a process may end while we look
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        own = [
            _kib(
                Path(f"/proc/{child}/smaps_rollup"),
                "Private_Clean:",
                "Private_Dirty:",
            )
            for child in children
        ]
        return _kib(Path(f"/proc/{pid}/smaps_rollup"), "Rss:") + sum(own)
    return 0


def _kib(path: Path, *names: str) -> int:
    lines = [line.split() for line in path.read_text().splitlines()]
    return sum(int(words[1]) for words in lines if words[0] in names)
