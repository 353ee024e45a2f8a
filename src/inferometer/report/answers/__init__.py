"""The questions that results answer, each with a sentence and a table: what a narrow link costs,
what the prefix cache saves, which framework is fastest, how far cards scale, what longer prompts
cost, from which load on throughput grows no more. In the reader's language; knows no page and no
terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inferometer.analysis.pcie import LinkStudy
from inferometer.report.answers.answer import ReportAnswer
from inferometer.report.answers.caches import cache_answers
from inferometer.report.answers.engines import engine_answers
from inferometer.report.answers.lengths import length_answers
from inferometer.report.answers.links import link_answers
from inferometer.report.answers.saturated import saturation_answers
from inferometer.report.answers.scaled import scaling_answers
from inferometer.results import Point
from inferometer.words import Words

__all__ = ["ReportAnswer", "answers"]

QUESTIONS = (
    engine_answers,
    cache_answers,
    scaling_answers,
    length_answers,
    saturation_answers,
)
"""In the order of a report, after the link."""


def answers(
    points: Sequence[Point], words: Words, *, links: LinkStudy | None = None
) -> list[ReportAnswer]:
    """What these points answer; INVALID ones answer nothing. `links`: the cost of links among
    them, where it is known already.
    """
    usable = [point for point in points if point.status != "INVALID"]
    found = link_answers(usable, words, links)
    for question in QUESTIONS:
        found += question(usable, words)
    return _without_repetition(found)


def _without_repetition(found: Sequence[ReportAnswer]) -> list[ReportAnswer]:
    """What the first answer says of all points, the next ones need not say again."""
    said: set[str] = set()
    shorter = []
    for answer in found:
        fresh = tuple(each for each in answer.sentences if each not in said)
        said.update(fresh)
        shorter.append(replace(answer, sentences=fresh))
    return shorter
