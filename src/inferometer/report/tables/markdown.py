"""A table of points in Markdown, to be pasted into an issue. Whatever is in a name is text there,
and stays in its cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from inferometer.analysis.currencies import about_costs
from inferometer.analysis.ratings import RATED, Rated, ratings
from inferometer.analysis.targets import Checked
from inferometer.printable import printable
from inferometer.report.answers import answers
from inferometer.report.sentences import reasons_of, said_once
from inferometer.report.spoken_values import with_spoken_values
from inferometer.report.tables.columns import (
    PRICED,
    measured,
    shared,
    telling,
    with_interval,
    with_unit,
)
from inferometer.report.targets import (
    deployment_in_words,
    place_in_words,
    value_in_words,
    why_in_words,
)
from inferometer.results import Point
from inferometer.results.telling import spelled
from inferometer.vocabulary import LATENCIES, statistic_of
from inferometer.words import Words

_SPECIAL = re.compile(r"([\\`*{}\[\]<>#|~&@!]|(?<![^\W_])_|_(?![^\W_]))")
"""An underscore inside a word, as in `mean_ttft_ms`, means nothing."""
_BREAKS = re.compile(r"\s+")

ENGLISH = Words()


def points_as_markdown(
    points: Sequence[Point], rated: Rated = RATED, words: Words = ENGLISH
) -> str:
    """What all points share, a table with a row for each, and why some are not VALID."""
    points = with_spoken_values(points, words)
    named, metrics = _named(points), _metrics(points)
    is_rated = any(name in point.values for point in points for name in rated)
    head = [
        *(text_in_markdown(_condition(name, words)) for name in named),
        *(with_unit(name, words) for name in metrics),
        *([words.text("markdown.rating")] if is_rated else []),
        words.text("markdown.verdict"),
    ]
    rows = []
    notes: dict[str, int] = {}
    for point in points:
        cells = [text_in_markdown(_told(point, name)) for name in named]
        cells += [with_interval(point, name) for name in metrics]
        cells += [_rating(point, rated, words)] if is_rated else []
        rows.append([*cells, _verdict(point, notes, words)])
    lines = [
        *_shared_in_markdown(points, words),
        *table(head, rows, left=len(named)),
    ]
    if notes:
        lines += ["", *(f"{n}. {note}" for note, n in notes.items())]
    for sentence in said_once(points, words):
        lines += ["", text_in_markdown(sentence)]
    if of_costs := about_costs(points):
        told = words.text("page.sentence.costs", what=words.say(of_costs))
        lines += ["", text_in_markdown(told)]
    return "\n".join(lines) + "\n"


def _named(points: Sequence[Point]) -> list[str]:
    """What the first columns tell."""
    several_tools = len({point.tool for point in points}) > 1
    tool = ["tool"] if several_tools else []
    return [*tool, *(telling(points) or ["point"])]


def _metrics(points: Sequence[Point]) -> tuple[str, ...]:
    cached = any(point.conditions.get("cache") for point in points)
    more = (*(["cached_share"] if cached else []), "tokens_per_joule", *PRICED)
    return (*measured(points), *measured(points, more))


def _told(point: Point, name: str) -> str:
    if name == "tool":
        return point.tool
    return point.id if name == "point" else spelled(point.conditions.get(name))


def _condition(name: str, words: Words) -> str:
    """Its name as a key in English, which scripts read; else as people call it."""
    if name == "point":
        return words.text("markdown.point")
    return name if words.language == "en" else words.condition(name)


def _shared_in_markdown(points: Sequence[Point], words: Words) -> list[str]:
    told = [
        text_in_markdown(f"{_condition(name, words)} {spelled(value)}")
        for name, value in shared(points).items()
    ]
    return [words.listed(told), ""] if told else []


def answers_as_markdown(points: Sequence[Point], words: Words = ENGLISH) -> str:
    """What the points answer, each with its sentences and its table; nothing where they answer
    nothing.
    """
    parts = []
    for answer in answers(points, words):
        rows = [[*map(text_in_markdown, row)] for row in answer.rows]
        parts += [f"## {text_in_markdown(answer.title)}", ""]
        parts += [
            f"- {text_in_markdown(sentence)}" for sentence in answer.sentences
        ]
        parts += [
            "",
            *table([*map(text_in_markdown, answer.head)], rows, left=1),
            "",
        ]
    return "".join(f"{line}\n" for line in parts)


def targets_as_markdown(
    checked: Sequence[Checked], words: Words = ENGLISH
) -> str:
    """A row for each target and deployment."""
    columns = ("target", "deployment", "value", "at", "reached")
    head = [*(words.text(f"markdown.{each}") for each in columns), ""]
    rows = [
        [
            text_in_markdown(str(each.target)),
            text_in_markdown(deployment_in_words(each, words)),
            value_in_words(each),
            text_in_markdown(place_in_words(each, words)),
            words.text(f"markdown.state.{each.state.replace(' ', '_')}"),
            text_in_markdown(why_in_words(each, words)),
        ]
        for each in checked
    ]
    return "\n".join(table(head, rows, left=len(head))) + "\n"


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int
) -> list[str]:
    """The lines of a table, its first `left` columns to the left and the others to the right. Cells
    are written as they are.
    """
    rule = [":--" if column < left else "--:" for column in range(len(head))]
    return [f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)]


def text_in_markdown(text: str) -> str:
    """Text that means nothing but itself, on one line."""
    return _SPECIAL.sub(r"\\\1", printable(_BREAKS.sub(" ", text))).strip()


def _rating(point: Point, rated: Rated, words: Words) -> str:
    return words.listed(
        f"{_label(name)} {words.text(f'page.rating.{rating}')}"
        for name, rating in ratings(point.values, rated).items()
    )


def _label(name: str) -> str:
    """`TTFT` for any statistic of it."""
    found = statistic_of(name)
    return LATENCIES[found.latency].label if found else name


def _verdict(point: Point, notes: dict[str, int], words: Words) -> str:
    """With the number of its reasons among the notes, which take them in if they are new."""
    if not point.reasons or point.status in (None, "VALID"):
        return point.status or ""
    reasons = " ".join(each.text for each in reasons_of(point, words.language))
    note = words.text(
        "page.colon", label=point.status, text=text_in_markdown(reasons)
    )
    return f"{point.status} ({notes.setdefault(note, len(notes) + 1)})"
