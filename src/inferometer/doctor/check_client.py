"""Checks of the client: what this host needs to measure exactly."""

from __future__ import annotations

import re

from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import UNLIMITED, Seen, seen, skipped
from inferometer.words import Said

MIN_FILES = 4096
MIN_PORTS = 8192
MIN_CORES = 2


def descriptors(machine: Machine) -> Seen:
    """Connections at once: the client raises its limit up to the hard one."""
    source = "proc/self/limits"
    limit = machine.limit("Max open files", 1)
    if limit is None:
        return skipped("no_source", source)
    few = 0 <= limit < MIN_FILES
    fixes = [machine.raise_limit("Max open files", MIN_FILES)] if few else []
    told = UNLIMITED if limit == -1 else str(limit)
    return seen("warn" if few else "ok", told, source, commands=fixes)


def ports(machine: Machine) -> Seen:
    """Connections at once to one address."""
    source = "proc/sys/net/ipv4/ip_local_port_range"
    words = (machine.tree.word(source) or "").split()
    if len(words) != 2 or not all(each.isdigit() for each in words):
        return skipped("no_source", source)
    count = int(words[1]) - int(words[0]) + 1
    few = count < MIN_PORTS
    fixes = (
        ['sudo sysctl net.ipv4.ip_local_port_range="10240 65535"']
        if few
        else []
    )
    return seen("warn" if few else "ok", f"{count}", source, commands=fixes)


def stamps(machine: Machine) -> Seen:
    if machine.client is None:
        return skipped("another_machine", "SO_TIMESTAMPING")
    good = machine.client.kernel_stamps
    told = Said(f"doctor.fact.stamps.{'kernel' if good else 'user'}")
    return seen("ok" if good else "warn", told, "SO_TIMESTAMPING")


def calibration(machine: Machine) -> Seen:
    if machine.client is None:
        return skipped("another_machine", "inferometer calibrate")
    if machine.client.calibrated:
        return seen("ok", machine.client.calibrated, "inferometer calibrate")
    fix = "inferometer calibrate"
    return seen("info", "–", "inferometer calibrate", commands=[fix])


def python(machine: Machine) -> Seen:
    client = machine.client
    if client is None:
        return skipped("another_machine", "python")
    facts = [client.python, Said("doctor.fact.bits", {"n": client.bits})]
    facts += [Said("doctor.fact.debug")] * client.debug
    slow = client.debug or client.bits != 64
    return seen("warn" if slow else "ok", facts, "python")


def others(machine: Machine) -> Seen:
    if machine.client is None:
        return skipped("another_machine", "flock")
    busy = machine.client.others
    return seen("warn" if busy else "ok", "1" if busy else "0", "flock")


def allowed_cpus(machine: Machine) -> int | None:
    """How many processors this process may use."""
    status = machine.tree.word("proc/self/status") or ""
    found = re.search(r"^Cpus_allowed_list:\s*(\S+)", status, re.M)
    return cpus_of(found[1]) if found else None


def cpus_of(listed: str) -> int | None:
    """How many a list such as `0-3,8` names."""
    count = 0
    for part in listed.split(","):
        first, _, last = part.partition("-")
        if not first.isdigit() or not (last or first).isdigit():
            return None
        count += int(last or first) - int(first) + 1
    return count


def cores(machine: Machine) -> Seen:
    source = "proc/self/status"
    count = allowed_cpus(machine)
    if count is None:
        return skipped("no_source", source)
    facts = f"{count}/{len(machine.cpus)}"
    return seen("warn" if count < MIN_CORES else "ok", facts, source)
