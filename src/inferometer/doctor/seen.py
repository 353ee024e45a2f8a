"""What a check returns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from inferometer.words import Said

Status = Literal["ok", "info", "warn", "fail", "skipped"]

BY_WEIGHT: tuple[Status, ...] = ("skipped", "ok", "info", "warn", "fail")
"""fail: nothing can be measured, or numbers would be wrong. warn: slower than it could be, or not
comparable. info: worth knowing. skipped: it could not be looked at, which is no ok.
"""

Unread = Literal[
    "no_source",
    "permission",
    "unreadable",
    "not_reported",
    "virtual_machine",
    "another_machine",
    "no_cards",
    "one_card",
    "other_vendor",
    "not_a_container",
    "no_server",
    "server_silent",
    "server_elsewhere",
    "tool_missing",
    "tool_failed",
    "tool_timeout",
    "not_this_system",
    "no_log",
    "one_node",
]
"""Why a check was skipped."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check found."""

    status: Status
    evidence: tuple[str, ...] = ()
    """Facts as they were read, in no language; what of them is a word of ours is `Said`."""
    source: str = ""
    """File, tool or variable that they are from."""
    variant: str = ""
    """Which of the check's pieces of advice fits; '' for the only one."""
    commands: tuple[str, ...] = ()
    """For a shell, what would change it."""
    reason: Unread | None = None


UNLIMITED = Said("doctor.fact.unlimited")


def seen(
    status: Status,
    evidence: str | Iterable[str] = (),
    source: str = "",
    *,
    variant: str = "",
    commands: Iterable[str] = (),
) -> Seen:
    """With one fact or several."""
    facts = (evidence,) if isinstance(evidence, str) else tuple(evidence)
    return Seen(status, facts, source, variant, tuple(commands))


def skipped(reason: Unread, source: str = "") -> Seen:
    """It could not be looked at."""
    return Seen("skipped", (), source, reason=reason)


def worst_of(statuses: Iterable[Status]) -> Status:
    """The most serious; `skipped` of none."""
    return max(statuses, key=BY_WEIGHT.index, default="skipped")
