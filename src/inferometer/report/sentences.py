"""Reasons, notes and precision of points in the reader's language, each with its English original
where that is another: files have them in English, and may be of another version or damaged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inferometer.metrics.calibration import Precision, statement
from inferometer.metrics.finding import Finding, Level
from inferometer.results import Point
from inferometer.words import UNFIT, Words

SAID_ONCE = ("note.unverified", "note.left_out")
"""Rates of a twin that nobody has verified, and groups of a campaign that have no twin."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence for readers."""

    text: str
    original: str = ""
    """In English, where `text` is not."""
    next_step: str = ""


def reasons_of(point: Point, language: str) -> list[Told]:
    """Why it is not VALID, in the order of its reasons; what no finding of its run said (a
    diagnosis) stays as it is.
    """
    found = {finding.sentence: finding for finding in point.findings}
    return [
        tell(found[reason], language) if reason in found else Told(reason)
        for reason in point.reasons
    ]


def said_once(points: Iterable[Point], words: Words) -> list[str]:
    """Notes that are about more than their point, once each."""
    notes = (note for point in points for note in point.notes)
    found = [note for note in notes if getattr(note, "key", "") in SAID_ONCE]
    return [*map(words.say, dict.fromkeys(found))]


def notes_of(point: Point, language: str) -> list[Told]:
    """What is missing or was guessed, and what its run found worth knowing and no reason for
    doubt.
    """
    words = Words(language)
    return [
        *[_told(words.say(note), str(note)) for note in point.notes],
        *(
            tell(finding, language)
            for finding in point.findings
            if finding.level == Level.NOTE
        ),
    ]


def tell(finding: Finding, language: str) -> Told:
    """The sentence of a finding, after the title of its check where it is not English."""
    spoken = finding.said(language)
    return _told(spoken.text, finding.sentence, spoken.next_step)


def _told(text: str, english: str, next_step: str = "") -> Told:
    return Told(text, english if text != english else "", next_step)


def precision_in_words(
    precision: Mapping[str, Any], language: str
) -> str | None:
    """The statement of a precision as a verdict file holds it; None where only the file's own
    English one is left.
    """
    try:
        return statement(Precision.from_dict(precision), language)
    except (*UNFIT, AttributeError):
        return None
