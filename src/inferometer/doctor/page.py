"""What was found, as a page to file: HTML that needs nothing else, or Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

import inferometer
from inferometer.doctor.checks import GROUPS, Examined, advice_of, title_of
from inferometer.doctor.sheet import SheetLine, outcome_of
from inferometer.words import Words

SUFFIXES = (".html", ".md")


@dataclass(frozen=True, slots=True)
class DoctorPage:
    """All that a page says, but for its language."""

    name: str
    """Of the machine; '' if none was given."""
    lines: Sequence[SheetLine] | None
    """None where nothing was expected."""
    examined: Examined
    made: datetime


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check on a page."""

    name: str
    title: str
    status: str
    said: str
    evidence: str
    advice: str


def shown(value: str, words: Words) -> str:
    """A value of a sheet in this language."""
    return (
        words.text(f"doctor.sheet.{value}") if value in ("yes", "no") else value
    )


def rows(page: DoctorPage, group: str, words: Words) -> list[CheckRow]:
    found = []
    for name, each in page.examined.seen.items():
        if name.startswith(f"{group}."):
            why = (
                words.text(f"doctor.reason.{each.reason}")
                if each.reason
                else ""
            )
            found.append(
                CheckRow(
                    name,
                    title_of(name, words),
                    each.status,
                    words.text(f"doctor.status.{each.status}"),
                    why or ", ".join(map(words.say, each.evidence)),
                    advice_of(name, each, words),
                )
            )
    return found


def _rendered(**values: object) -> str:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = files("inferometer.doctor").joinpath("page.html").read_text("utf-8")
    return environment.from_string(text).render(values)


def html(page: DoctorPage, words: Words) -> str:
    """The file's content."""
    return _rendered(
        page=page,
        language=words.language,
        say=words.text,
        shown=lambda value: shown(value, words),
        made=page.made.strftime("%Y-%m-%d %H:%M %Z"),
        version=inferometer.__version__,
        outcome=None if page.lines is None else outcome_of([*page.lines]),
        groups={group: rows(page, group, words) for group in GROUPS},
        counts=page.examined.counts(),
    )


def markdown(page: DoctorPage, words: Words) -> str:
    """The file's content."""
    say = words.text
    name = _cell(page.name)
    title = say("doctor.sheet.title")
    told = [
        f"# {say('doctor.line', title=title, evidence=name) if name else title}"
    ]
    made = page.made.strftime("%Y-%m-%d %H:%M %Z")
    told += ["", f"inferometer {inferometer.__version__}, {made}", ""]
    if page.lines is not None:
        outcome = outcome_of([*page.lines])
        told += [f"**{say(f'doctor.sheet.outcome.{outcome}')}**", ""]
        told += _table(
            [say(f"doctor.sheet.{each}") for each in HEADINGS],
            [_sheet_cells(line, words) for line in page.lines],
        )
        told += [
            "  ".join(
                say(
                    "doctor.line",
                    title=say(f"doctor.sheet.{each}"),
                    evidence="______",
                )
                for each in ("by", "on")
            ),
            "",
        ]
    told += [say("doctor.summary", **page.examined.counts()), ""]
    for group in GROUPS:
        told += [f"## {say(f'doctor.group.{group}')}", ""]
        told += _table(
            [say(f"doctor.page.{each}") for each in CHECK_HEADINGS],
            [
                [row.said, row.title, row.evidence, row.advice, f"`{row.name}`"]
                for row in rows(page, group, words)
            ],
        )
    return "\n".join(told).rstrip() + "\n"


HEADINGS = ("item", "expected", "found", "outcome")
CHECK_HEADINGS = ("status", "check", "evidence", "advice", "name")


def _sheet_cells(line: SheetLine, words: Words) -> list[str]:
    found = shown(line.found, words) or "–"
    if line.note:
        found = f"{found} ({words.text(line.note)})"
    outcome = words.text(f"doctor.sheet.{line.outcome}")
    title = words.text(f"doctor.item.{line.item}")
    return [title, shown(line.expected, words), found, outcome]


def _table(
    headings: Sequence[str], cells: Sequence[Sequence[str]]
) -> list[str]:
    lines = [" | ".join(map(_cell, row)) for row in (headings, *cells)]
    lines.insert(1, " | ".join("---" for _ in headings))
    return [*(f"| {line} |" for line in lines), ""]


def _cell(text: str) -> str:
    """One line, without what Markdown or HTML would take for its own."""
    plain = " ".join(text.split()).replace("|", "\\|")
    return plain.replace("<", "&lt;")
