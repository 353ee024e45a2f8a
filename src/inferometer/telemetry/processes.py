"""Whether several programs compute on a card: a server may have several processes, in one session
of the operating system.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from inferometer.telemetry.reading import Reading, Readings
from inferometer.telemetry.tree import Tree


def counted(tree: Tree, processes: Collection[int], source: str) -> Readings:
    """How many processes these are, and of how many programs."""
    return {
        "processes": Reading(float(len(processes)), source),
        "programs": Reading(float(programs(tree, processes)), source),
    }


def is_here(tree: Tree, process: int) -> bool:
    """Whether it runs, and in our container if we are in one."""
    return tree.word(f"proc/{process}/stat") is not None


def programs(tree: Tree, processes: Iterable[int]) -> int:
    """The sessions of these processes. All that are not found here, such as those outside of our
    container, count as one: nobody can tell them apart.
    """
    return len({_session(tree, each) for each in processes})


def _session(tree: Tree, process: int) -> str | None:
    """The fourth field behind the command, which may hold blanks and brackets."""
    told = tree.word(f"proc/{process}/stat") or ""
    fields = told.rpartition(")")[2].split()
    return fields[3] if len(fields) > 3 else None
