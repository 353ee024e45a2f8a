"""Checks of memory and disks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from inferometer.doctor.check_host import pressure
from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import Seen, Status, Unread, seen, skipped

GIB = 1024**3
KIB = 1024
MEMINFO = "proc/meminfo"
SHARED = "dev/shm"
MIN_AVAILABLE_SHARE = 0.1
LEAST_AVAILABLE_SHARE = 0.02
MAX_SWAP_BYTES = 256 * 1024**2
MAX_PRESSURE = 5.0
MAX_RESERVED_SHARE = 0.1
MAX_GROUP_SHARE = 0.9
MIN_SHARED_BYTES = GIB
MIN_RESULTS_BYTES = GIB
MIN_CACHE_BYTES = 20 * GIB
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"}


def _meminfo(machine: Machine) -> Mapping[str, int]:
    text = machine.tree.word(MEMINFO) or ""
    found = re.findall(r"^(\S+):\s+(\d{1,15})", text, re.M)
    return {name: int(value) for name, value in found}


def gib(count: float) -> str:
    return f"{count / GIB:.1f} GiB"


def available(machine: Machine) -> Seen:
    told = _meminfo(machine)
    free, total = told.get("MemAvailable"), told.get("MemTotal")
    if free is None or not total:
        return skipped("no_source", MEMINFO)
    share = free / total
    facts = f"{gib(free * KIB)} / {gib(total * KIB)}"
    if share < LEAST_AVAILABLE_SHARE:
        return seen("fail", facts, MEMINFO)
    return seen("warn" if share < MIN_AVAILABLE_SHARE else "ok", facts, MEMINFO)


def swap(machine: Machine) -> Seen:
    told = _meminfo(machine)
    total, free = told.get("SwapTotal"), told.get("SwapFree")
    if total is None or free is None:
        return skipped("no_source", MEMINFO)
    used = (total - free) * KIB
    facts = f"{gib(used)} / {gib(total * KIB)}"
    if used <= MAX_SWAP_BYTES:
        return seen("ok", facts, MEMINFO)
    roomy = told.get("MemAvailable", 0) * KIB > 2 * used
    fixes = ["sudo swapoff -a && sudo swapon -a"] if roomy else []
    return seen("warn", facts, MEMINFO, commands=fixes)


def memory_pressure(machine: Machine) -> Seen:
    return pressure(machine, "memory", MAX_PRESSURE)


def oom_kills(machine: Machine) -> Seen:
    source = "proc/vmstat"
    text = machine.tree.word(source) or ""
    found = re.search(r"^oom_kill (\d+)", text, re.M)
    if not found:
        return skipped("no_source", source)
    status: Status = "warn" if int(found[1]) else "ok"
    return seen(status, f"oom_kill={found[1]}", source)


def huge_pages(machine: Machine) -> Seen:
    """Pages that are reserved and unused are lost to everything else."""
    told = _meminfo(machine)
    names = ("HugePages_Total", "HugePages_Free", "Hugepagesize", "MemTotal")
    total, free, size, memory = (told.get(name) for name in names)
    if total is None or free is None or size is None or not memory:
        return skipped("no_source", MEMINFO)
    facts = f"{free}/{total} × {size} KiB"
    lost = free * size / memory > MAX_RESERVED_SHARE
    fixes = ["sudo sysctl vm.nr_hugepages=0"] if lost else []
    return seen("warn" if lost else "ok", facts, MEMINFO, commands=fixes)


def transparent_pages(machine: Machine) -> Seen:
    base = "sys/kernel/mm/transparent_hugepage"
    chosen, source = _chosen(machine, f"{base}/defrag"), f"{base}/defrag"
    enabled = _chosen(machine, f"{base}/enabled")
    if chosen is None or enabled is None:
        return skipped("no_source", source)
    facts = (f"enabled={enabled}", f"defrag={chosen}")
    if enabled == "always" and chosen == "always":
        fix = f"echo madvise | sudo tee /{source}"
        return seen("warn", facts, source, commands=[fix])
    return seen("ok", facts, source)


def _chosen(machine: Machine, path: str) -> str | None:
    found = re.search(r"\[(\S+)\]", machine.tree.word(path) or "")
    return found[1] if found else None


def group_memory(machine: Machine) -> Seen:
    """The limit of the control group, of either version."""
    for base, most, used in (
        ("sys/fs/cgroup", "memory.max", "memory.current"),
        (
            "sys/fs/cgroup/memory",
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
        ),
    ):
        limit, use = (
            machine.tree.word(f"{base}/{each}") for each in (most, used)
        )
        if limit is not None:
            return _group(machine, base, f"{base}/{most}", limit, use)
    return skipped("no_source", "sys/fs/cgroup/memory.max")


def _group(
    machine: Machine, base: str, source: str, limit: str, use: str | None
) -> Seen:
    events = machine.tree.word(f"{base}/memory.events") or ""
    killed = re.search(r"^oom_kill (\d+)", events, re.M)
    kills = int(killed[1]) if killed else 0
    total = _meminfo(machine).get("MemTotal", 0) * KIB
    if not limit.isdigit() or (total and int(limit) >= total):
        return seen(
            "warn" if kills else "ok",
            (f"limit={limit}", f"oom_kill={kills}")[: 1 + bool(kills)],
            source,
        )
    used = int(use) if use and use.isdigit() else None
    facts = [f"limit={gib(int(limit))}", f"oom_kill={kills}"]
    if used is not None:
        facts.insert(1, f"used={gib(used)}")
    tight = used is not None and used > MAX_GROUP_SHARE * int(limit)
    return seen("warn" if kills or tight else "info", facts, source)


def shared_memory(machine: Machine) -> Seen:
    room = machine.rooms.get("shm")
    if room is None:
        return skipped(_elsewhere(machine), SHARED)
    facts = f"{gib(room.total_bytes)}"
    if room.total_bytes >= MIN_SHARED_BYTES:
        return seen("ok", facts, SHARED)
    if machine.container:
        return seen("warn", facts, SHARED, variant="container")
    fix = "sudo mount -o remount,size=16G /dev/shm"
    return seen("warn", facts, SHARED, commands=[fix])


def _elsewhere(machine: Machine) -> Unread:
    return "no_source" if machine.here else "another_machine"


def results_disk(machine: Machine) -> Seen:
    return _room(machine, "results", MIN_RESULTS_BYTES)


def cache_disk(machine: Machine) -> Seen:
    return _room(machine, "cache", MIN_CACHE_BYTES)


def _room(machine: Machine, name: str, least: int) -> Seen:
    room = machine.rooms.get(name)
    if room is None:
        return skipped(_elsewhere(machine), name)
    facts = f"{gib(room.free_bytes)} / {gib(room.total_bytes)}"
    if room.free_bytes >= least:
        return seen("ok", facts, room.place)
    return seen(
        "fail" if room.free_bytes < least / 20 else "warn", facts, room.place
    )


def _mounted(mountinfo: str) -> Iterator[tuple[str, str]]:
    """Places, and the file system that is mounted there."""
    for line in mountinfo.split("\n"):
        before, _, after = line.partition(" - ")
        words, kind = before.split(), after.split()
        if len(words) > 4 and kind:
            yield words[4], kind[0]


def cache_network(machine: Machine) -> Seen:
    """Whether models are kept on a file system behind a network."""
    room, source = machine.rooms.get("cache"), "proc/self/mountinfo"
    if room is None:
        return skipped(_elsewhere(machine), source)
    kinds = dict(_mounted(machine.tree.word(source) or ""))
    place = room.place.rstrip("/")
    while place and place not in kinds:
        place = place.rpartition("/")[0]
    found = kinds.get(place or "/")
    if found is None:
        return skipped("no_source", source)
    slow = found in NETWORK_FILE_SYSTEMS
    return seen("warn" if slow else "ok", found, source)
