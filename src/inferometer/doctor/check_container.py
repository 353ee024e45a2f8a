"""Checks of containers: the one that this runs in, and the engine that would start a server's."""

from __future__ import annotations

import json
import re

from inferometer.doctor.check_cards import of_cards, without_cards
from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import UNLIMITED, Seen, seen, skipped
from inferometer.words import Said

IPC_LOCK = 1 << 14
"""Bit of the capability to pin memory."""


def inside(machine: Machine) -> Seen:
    kind = machine.container
    return seen("info" if kind else "ok", kind or "–", "proc/1/cgroup")


def pinning(machine: Machine) -> Seen:
    """Whether a container may pin memory for cards and the network."""
    if not machine.container:
        return skipped("not_a_container")
    status = machine.tree.word("proc/self/status") or ""
    effective = re.search(r"^CapEff:\s+([0-9a-f]+)$", status, re.M)
    limit = machine.limit("Max locked memory")
    if not effective or limit is None:
        return skipped("no_source", "proc/self/status")
    may = bool(int(effective[1], 16) & IPC_LOCK)
    told = UNLIMITED if limit == -1 else f"{limit // 1024} KiB"
    answer = Said(f"doctor.fact.{'yes' if may else 'no'}")
    facts = (
        Said("doctor.line", {"title": "IPC_LOCK", "evidence": answer}),
        Said("doctor.line", {"title": "memlock", "evidence": told}),
    )
    if may or limit == -1:
        return seen("ok", facts, "proc/self/status")
    fix = "# docker run --cap-add IPC_LOCK --ulimit memlock=-1"
    return seen("info", facts, "proc/self/status", commands=[fix])


def system_calls(machine: Machine) -> Seen:
    """The filter of system calls, which AMD's engines need to be off."""
    if not machine.container:
        return skipped("not_a_container")
    if reason := without_cards(machine, "amd", "hygon"):
        return skipped(reason)
    status = machine.tree.word("proc/self/status") or ""
    found = re.search(r"^Seccomp:\s+(\d)$", status, re.M)
    if not found:
        return skipped("no_source", "proc/self/status")
    on = found[1] == "2"
    fixes = ["# docker run --security-opt seccomp=unconfined"] if on else []
    return seen(
        "info" if on else "ok", found[0], "proc/self/status", commands=fixes
    )


def engine(machine: Machine) -> Seen:
    """Whether Docker is there and answers this user."""
    answer = machine.answers.get("docker")
    if answer is None:
        return skipped("another_machine", "docker info")
    if answer.state == "tool_missing":
        return skipped("tool_missing", "docker")
    if runtimes_of(machine) is not None:
        return seen("ok", "docker info", "docker info")
    fix = "sudo systemctl start docker"
    told = answer.complaint or Said(
        "doctor.fact.exit_code", {"n": answer.exit_code}
    )
    return seen("info", told, "docker info", commands=[fix])


def runtimes_of(machine: Machine) -> set[str] | None:
    """Names of the runtimes that Docker has; None if it does not answer."""
    answer = machine.answers.get("docker")
    try:
        told = json.loads(answer.text) if answer else None
    except (ValueError, RecursionError):
        return None
    return set(told) if isinstance(told, dict) else None


@of_cards("nvidia")
def toolkit(machine: Machine) -> Seen:
    """Whether Docker can hand NVIDIA's cards to a container."""
    if machine.container:
        return skipped("no_source", "docker info")
    known = runtimes_of(machine)
    described = [
        n for n in machine.tree.names("etc/cdi") if n.startswith("nvidia")
    ]
    if described or (known and "nvidia" in known):
        facts = described or sorted(known or ())
        return seen("ok", facts, "docker info, etc/cdi")
    if known is None:
        answer = machine.answers.get("docker")
        state = answer.state if answer else "another_machine"
        return skipped("tool_failed" if state == "ok" else state, "docker info")
    fixes = [
        "sudo nvidia-ctk runtime configure --runtime=docker",
        "sudo systemctl restart docker",
    ]
    return seen("warn", sorted(known) or "–", "docker info", commands=fixes)
