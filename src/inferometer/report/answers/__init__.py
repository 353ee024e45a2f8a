"""The questions that results answer, each with a sentence and a table: what a narrow link costs,
what the prefix cache saves, which framework is fastest, how far cards scale, what longer prompts
cost, from which load on throughput grows no more. In the reader's language; knows no page and no
terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inferometer.analysis.pcie import LinkStudy
from inferometer.report.answers.answer import ReportAnswer, cautions
from inferometer.report.answers.caches import cache_answers
from inferometer.report.answers.engines import engine_answers
from inferometer.report.answers.lengths import length_answers
from inferometer.report.answers.links import link_answers
from inferometer.report.answers.saturated import saturation_answers
from inferometer.report.answers.scaled import scaling_answers
from inferometer.report.spoken_values import with_spoken_values
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
    usable = with_spoken_values(
        [point for point in points if point.status != "INVALID"], words
    )
    found = link_answers(usable, words, links)
    for question in QUESTIONS:
        found += question(usable, words)
    return _without_repetition(found, _general(usable, words))


def _general(points: Sequence[Point], words: Words) -> set[str]:
    """Sentences that mean the same beside every answer; others count the results of theirs."""
    intervals = ("answer.no_interval", "answer.no_interval.same")
    return {*cautions(points, words), *map(words.text, intervals)}


def _without_repetition(
    found: Sequence[ReportAnswer], general: set[str]
) -> list[ReportAnswer]:
    """What is general and in all answers, the first one says alone."""
    if not found:
        return []
    common = general.intersection(*(each.sentences for each in found))
    first, *others = found
    return [first, *(_without(common, each) for each in others)]


def _without(common: set[str], answer: ReportAnswer) -> ReportAnswer:
    left = tuple(each for each in answer.sentences if each not in common)
    return replace(answer, sentences=left)
