"""What `doctor` found, as lines of text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from inferometer.doctor.checks import GROUPS, Examined, advice_of, title_of
from inferometer.doctor.logs import LogReport, LogSign
from inferometer.doctor.page import shown
from inferometer.doctor.seen import Seen, Status
from inferometer.doctor.sheet import SheetLine, outcome_of
from inferometer.printable import columns_of, padded, printable, wrapped
from inferometer.words import Words

INDENT = "  "
MIB = 1024**2


def lines(
    examined: Examined, log: LogReport | None, words: Words, columns: int
) -> Iterator[str]:
    """Group by group: what is wrong in full, what is fine and what was skipped by title."""
    for group in GROUPS:
        yield from _heading(group, words)
        yield from _group(of_group(examined, group), words, columns)
        yield ""
    yield from _log_and_ending(examined, log, words, columns)


def every_line(
    examined: Examined, log: LogReport | None, words: Words, columns: int
) -> Iterator[str]:
    """Each check with its evidence and source."""
    for group in GROUPS:
        yield from _heading(group, words)
        for name, found in of_group(examined, group).items():
            yield from _finding(name, found, words, columns)
        yield ""
    yield from _log_and_ending(examined, log, words, columns)


def _log_and_ending(
    examined: Examined, log: LogReport | None, words: Words, columns: int
) -> Iterator[str]:
    if log is not None:
        yield from _heading("log", words)
        yield from _log(examined.log, log, words, columns)
        yield ""
    yield from ending(examined, words, columns)


def of_group(examined: Examined, group: str) -> Mapping[str, Seen]:
    return {
        name: found
        for name, found in examined.seen.items()
        if name.startswith(f"{group}.")
    }


def ending(examined: Examined, words: Words, columns: int) -> Iterator[str]:
    yield from wrapped(
        words.text("doctor.summary", **examined.counts()), columns
    )
    if any(each.commands for each in examined.seen.values()):
        yield from wrapped(words.text("doctor.hint.fix"), columns)
    yield from wrapped(words.text("doctor.hint.all"), columns)


def _found(line: SheetLine, words: Words) -> str:
    found = shown(printable(line.found), words) or "–"
    if not line.note:
        return found
    note = words.text(line.note)
    return words.text("doctor.sheet.noted", found=found, note=note)


def sheet_lines(
    sheet: list[SheetLine], words: Words, columns: int
) -> Iterator[str]:
    """What was expected, line by line, and whether the machine passes."""
    marks = {
        each: words.text(f"doctor.sheet.{each}")
        for each in ("pass", "fail", "unread")
    }
    width = max(map(columns_of, marks.values()))
    for line in sheet:
        mark = f"{INDENT}{padded(marks[line.outcome], width)}  "
        text = words.text(
            "doctor.sheet.line",
            title=words.text(f"doctor.item.{line.item}"),
            expected=shown(line.expected, words),
            found=_found(line, words),
        )
        yield from wrapped(text, columns, mark, " " * columns_of(mark))
    yield words.text(f"doctor.sheet.outcome.{outcome_of(sheet)}")


def fixes(examined: Examined, words: Words) -> Iterator[str]:
    """A script that nobody has run: a comment and the commands for each finding."""
    helped = {n: f for n, f in examined.seen.items() if f.commands}
    if not helped:
        yield f"# {words.text('doctor.fix.none')}"
        return
    yield f"# {words.text('doctor.fix.head')}"
    for name, found in helped.items():
        yield ""
        yield f"# {title_of(name, words)} ({name})"
        yield from found.commands


def _heading(group: str, words: Words) -> Iterator[str]:
    yield words.text(f"doctor.group.{group}")


def _group(
    found: Mapping[str, Seen], words: Words, columns: int
) -> Iterator[str]:
    for status in ("fail", "warn", "info"):
        for name, each in found.items():
            if each.status == status:
                yield from _finding(name, each, words, columns)
    fine = [n for n, each in found.items() if each.status == "ok"]
    if fine:
        yield from _titles("ok", "", fine, words, columns)
    for reason, names in _skipped(found).items():
        yield from _titles("skipped", reason, names, words, columns)


def _skipped(found: Mapping[str, Seen]) -> dict[str, list[str]]:
    """By reason."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name, each in found.items():
        if each.reason is not None:
            by_reason[each.reason].append(name)
    return by_reason


def _mark(status: Status, words: Words) -> str:
    """The status, as wide as the widest."""
    every: tuple[Status, ...] = ("ok", "info", "warn", "fail", "skipped")
    marks = {each: words.text(f"doctor.status.{each}") for each in every}
    width = max(map(columns_of, marks.values()))
    return f"{INDENT}{padded(marks[status], width)}  "


def _titles(
    status: Status, reason: str, names: list[str], words: Words, columns: int
) -> Iterator[str]:
    mark = _mark(status, words)
    text = words.listed(title_of(name, words) for name in names)
    if reason:
        why = words.text(f"doctor.reason.{reason}")
        text = words.text("doctor.line", title=why, evidence=text)
    yield from wrapped(text, columns, mark, " " * columns_of(mark))


def _finding(
    name: str, found: Seen, words: Words, columns: int
) -> Iterator[str]:
    mark = _mark(found.status, words)
    later = " " * columns_of(mark)
    text = words.text(
        "doctor.line",
        title=title_of(name, words),
        evidence=_evidence(found, words),
    )
    yield from wrapped(text, columns, mark, later)
    if advice := advice_of(name, found, words):
        yield from wrapped(advice, columns, later, later)
    yield from wrapped(f"[{name}] {found.source}", columns, later, later)


def _evidence(found: Seen, words: Words) -> str:
    """What was seen, or why nobody could look."""
    if found.reason is not None:
        return words.text(f"doctor.reason.{found.reason}")
    return ", ".join(printable(words.say(each)) for each in found.evidence)


def _log(
    signs: tuple[LogSign, ...], report: LogReport, words: Words, columns: int
) -> Iterator[str]:
    for sign in signs:
        mark = _mark(sign.status, words)
        later = " " * columns_of(mark)
        yield from wrapped(words.diagnosis(sign.name), columns, mark, later)
        shown = {"number": sign.number, "line": sign.line}
        known = "doctor.log.line" + ("" if sign.number else ".unknown")
        yield from wrapped(words.text(known, **shown), columns, later, later)
        if sign.count > 1:
            again = words.text("doctor.log.again", n=sign.count)
            yield from wrapped(again, columns, later, later)
    if not signs:
        clean = words.text("doctor.log.clean", lines=report.lines)
        if not report.lines:
            clean = words.text("doctor.log.empty")
        mark = _mark("ok" if report.lines else "info", words)
        yield from wrapped(clean, columns, mark, " " * columns_of(mark))
    if report.unread_bytes:
        mib = report.unread_bytes // MIB
        yield INDENT + words.text("doctor.log.unread", mib=mib)
    if report.unjudged:
        yield INDENT + words.text("doctor.log.unjudged", n=report.unjudged)
