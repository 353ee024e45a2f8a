"""Whether the records of a ledger are such as a campaign writes. Pure; reads no file.

Ledgers come with foreign archives and directories, and anybody can compute their checksums. Every
used member of a record has its type, and every path stays below the result directory, in its proper
place. Unknown kinds of records pass, since they are not used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from inferometer.store.campaign.doubt import Doubt
from inferometer.store.campaign.ledger import Record

HIDDEN = ".inferometer"
"""The folder beside the JSON files with everything else."""

CAMPAIGN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
"""Names of campaigns, and so of their folders."""
FINGERPRINT = re.compile(r"[0-9a-f]{16}")
RUN = re.compile(r"[0-9a-f]{16}(-[1-9]\d{0,8}){0,20}")
"""Of a run directory: the fingerprint, plus numbers where that name was taken, once more in every
merge.
"""
CHECKSUM = re.compile(r"[0-9a-f]{64}")
STATUSES = ("VALID", "SUSPECT", "INVALID")
OF_A_RESULT = {
    "fingerprint",
    "point",
    "status",
    "reasons",
    "allowed",
    "json",
    "run",
    "files",
    "server_version",
    "attempt",
}
"""What every record of a result has."""
MAX_ATTEMPT = 10**9
MAX_NAME_BYTES = 255


def are_sound(records: Iterable[Record], campaign: str) -> bool:
    """Whether this campaign may have written them all. No file is a result of two points."""
    points: dict[tuple[str, str], str] = {}
    for record in records:
        if not is_sound(record, campaign):
            return False
        if record["kind"] == "done":
            point = record["fingerprint"]
            if any(
                points.setdefault(file, point) != point
                for file in record["files"].items()
            ):
                return False
    return True


def is_sound(record: Record, campaign: str) -> bool:
    """Whether this campaign may have written the record, or it is of an unused kind."""
    check = CHECKS.get(record["kind"])
    return check is None or (
        _is_time(record.get("time")) and check(record, campaign)
    )


def is_campaign_name(name: str) -> bool:
    return CAMPAIGN.fullmatch(name) is not None


def _are_reasons(value: object) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(reason, str) for reason in value
    )


def _is_result(record: Record, campaign: str) -> bool:
    if not record.keys() >= OF_A_RESULT:
        return False
    of_server = (record["server_version"], record.get("base_url"))
    return (
        _matches(FINGERPRINT, record["fingerprint"])
        and _is_word(record["point"])
        and record["status"] in STATUSES
        and _are_reasons(record["reasons"])
        and isinstance(record["allowed"], bool)
        and all(each is None or _is_word(each) for each in of_server)
        and (
            record.get("max_model_len") is None
            or _is_count(record["max_model_len"], 1 << 53)
        )
        and _is_count(record["attempt"], MAX_ATTEMPT)
        and _are_places_of_a_result(record, campaign)
    )


def _are_places_of_a_result(record: Record, campaign: str) -> bool:
    json, run, files = record["json"], record["run"], record["files"]
    if not (
        isinstance(json, str)
        and isinstance(run, str)
        and isinstance(files, dict)
        and json in files
    ):
        return False
    folder, _, name = json.rpartition("/")
    return (
        (_is_name(name) and folder in ("", f"{HIDDEN}/{campaign}/invalid"))
        and _is_run(run, campaign)
        and all(_matches(CHECKSUM, checksum) for checksum in files.values())
        and all(_is_in(run, path) for path in files if path != json)
    )


def _is_run(path: str, campaign: str) -> bool:
    runs, _, name = path.rpartition("/")
    return runs == f"{HIDDEN}/{campaign}/runs" and _matches(RUN, name)


def _is_in(folder: str, path: str) -> bool:
    parent, _, name = path.rpartition("/")
    return parent == folder and _is_name(name)


def _is_name(name: str) -> bool:
    """A file name that is not hidden, leads nowhere else, and does not control a terminal."""
    return (
        _is_word(name)
        and "/" not in name
        and not name.startswith(".")
        and len(name.encode()) <= MAX_NAME_BYTES
    )


def _is_word(value: object) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) <= 1000
        and value.isprintable()
    )


def _is_count(value: object, limit: int) -> bool:
    return type(value) is int and 0 <= value < limit


def _is_time(value: object) -> bool:
    try:
        return (
            isinstance(value, str)
            and datetime.fromisoformat(value).tzinfo is not None
        )
    except ValueError:
        return False


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_beginning(record: Record, campaign: str) -> bool:
    return (
        _matches(FINGERPRINT, record.get("fingerprint"))
        and _matches(FINGERPRINT, record.get("prompts"))
        and _is_count(record.get("attempt"), MAX_ATTEMPT)
    )


def _is_failure(record: Record, campaign: str) -> bool:
    return _matches(FINGERPRINT, record.get("fingerprint")) and isinstance(
        record.get("reason"), str
    )


def _is_identification(record: Record, campaign: str) -> bool:
    """By run directory: today's fingerprint, and the address."""
    results = record.get("results")
    return isinstance(results, dict) and all(
        _is_run(run, campaign)
        and isinstance(told, list)
        and len(told) == 2
        and _matches(FINGERPRINT, told[0])
        and _is_word(told[1])
        for run, told in results.items()
    )


def _is_doubt(record: Record, campaign: str) -> bool:
    try:
        return _matches(FINGERPRINT, Doubt.of(record).fingerprint)
    except (LookupError, TypeError, ValueError):
        return False


def _is_about_a_point(record: Record, campaign: str) -> bool:
    return _matches(FINGERPRINT, record.get("fingerprint"))


def _is_timed(record: Record, campaign: str) -> bool:
    return True


CHECKS: dict[str, Callable[[Record, str], bool]] = {
    "intent": _is_result,
    "done": _is_result,
    "begun": _is_beginning,
    "failed": _is_failure,
    "identified": _is_identification,
    "doubt": _is_doubt,
    "doubt over": _is_about_a_point,
    **dict.fromkeys(
        (
            "ledger",
            "dropped",
            "opened",
            "server",
            "server lost",
            "group failed",
            "merged",
        ),
        _is_timed,
    ),
}
"""By kind of record, all used ones."""
