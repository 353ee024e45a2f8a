"""What the kernel's log says of broken hardware."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import Seen, Status, seen, skipped
from inferometer.telemetry.tree import MissingError

FILES = ("var/log/dmesg", "var/log/kern.log")
MAX_SHOWN = 3
MAX_CHARS = 160

THE_PROGRAMS = {"13", "31", "43", "45"}
"""Xids that are a program's fault first, and not the card's."""
RESET = {"48", "63", "64", "92", "94", "95"}
FIRMWARE = {"119", "120"}
LOST = {"79"}

XID = re.compile(r"NVRM: Xid \(PCI:([0-9a-f:.]+)\): (\d+)", re.I)
AMD = re.compile(
    r"amdgpu.{0,80}(ring \S{1,40} timeout|GPU reset (begin|failed)|bad page"
    r"|uncorrectable (hardware )?error)",
    re.I,
)
CHECK = re.compile(
    r"mce: \[Hardware Error\]|Machine check events logged"
    r"|\[Hardware Error\]: (event severity|Uncorrected)",
    re.I,
)
BUS = re.compile(
    r"(AER: (Uncorrected|Corrected error|Multiple)|PCIe Bus Error: severity=)",
    re.I,
)
KILLED = re.compile(r"Out of memory: Killed process|oom-kill:", re.I)


@dataclass(frozen=True, slots=True)
class KernelLog:
    """Its lines, where they could be read."""

    lines: tuple[str, ...]
    source: str


def log_of(machine: Machine) -> KernelLog | Seen:
    """The log, or why it could not be read."""
    answer = machine.answers.get("dmesg")
    if answer is not None and answer.text.strip():
        return KernelLog(tuple(answer.text.splitlines()), "dmesg")
    for path in FILES:
        try:
            return KernelLog(tuple(machine.tree.text(path).splitlines()), path)
        except MissingError:
            continue
    if answer is None:
        return skipped("another_machine", "dmesg")
    if answer.state in ("tool_missing", "tool_timeout"):
        return skipped(
            "tool_missing"
            if answer.state == "tool_missing"
            else "tool_timeout",
            "dmesg",
        )
    return skipped(
        "permission" if answer.exit_code else "not_reported", "dmesg"
    )


def _matching(log: KernelLog, pattern: re.Pattern[str]) -> list[str]:
    return [line[:MAX_CHARS] for line in log.lines if pattern.search(line)]


def _shown(lines: list[str]) -> tuple[str, ...]:
    more = len(lines) - MAX_SHOWN
    return (*lines[-MAX_SHOWN:], *([f"+{more}"] if more > 0 else []))


def machine_checks(machine: Machine) -> Seen:
    return _search(machine, CHECK)


def bus_errors(machine: Machine) -> Seen:
    return _search(machine, BUS)


def killed_for_memory(machine: Machine) -> Seen:
    return _search(machine, KILLED)


def _search(machine: Machine, pattern: re.Pattern[str]) -> Seen:
    log = log_of(machine)
    if isinstance(log, Seen):
        return log
    found = _matching(log, pattern)
    if not found:
        return seen("ok", f"lines={len(log.lines)}", log.source)
    return seen("warn", _shown(found), log.source)


def card_errors(machine: Machine) -> Seen:
    """The most serious kind decides what helps."""
    log = log_of(machine)
    if isinstance(log, Seen):
        return log
    kinds = dict(_card_errors(log))
    for variant in ("lost", "reset", "firmware", "amd", "other", "program"):
        if variant in kinds:
            status: Status = "warn" if variant == "program" else "fail"
            facts = _shown(kinds[variant])
            return seen(status, facts, log.source, variant=variant)
    return seen("ok", f"lines={len(log.lines)}", log.source)


def _card_errors(log: KernelLog) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for line in log.lines:
        if xid := XID.search(line):
            found.setdefault(_kind(xid[2]), []).append(line[:MAX_CHARS])
        elif AMD.search(line):
            found.setdefault("amd", []).append(line[:MAX_CHARS])
    yield from found.items()


def _kind(number: str) -> str:
    for kind, numbers in (
        ("lost", LOST),
        ("reset", RESET),
        ("firmware", FIRMWARE),
        ("program", THE_PROGRAMS),
    ):
        if number in numbers:
            return kind
    return "other"
