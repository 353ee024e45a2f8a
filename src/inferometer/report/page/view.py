"""ReportView: all that the page says, as plain data in the reader's language. Pure but for reading
run directories; no HTML.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from inferometer.analysis.alike import grouped, merged, skeleton
from inferometer.analysis.currencies import about_costs
from inferometer.analysis.pcie import LinkStudy
from inferometer.analysis.ratings import RATED, RATINGS, Rated
from inferometer.analysis.targets import Checked
from inferometer.report.answers import ReportAnswer, answers
from inferometer.report.answers.answer import capitalized
from inferometer.report.figures import Absent, Drawing
from inferometer.report.naming import clean as one_line
from inferometer.report.page.best import Best, best_points
from inferometer.report.page.columns import clean, columnar
from inferometer.report.page.evidence import FACTS, Evidence, gather, share_of
from inferometer.report.rated import counts_of_ratings
from inferometer.report.sentences import (
    Told,
    notes_of,
    precision_in_words,
    reasons_of,
    said_once,
)
from inferometer.report.tables.columns import confidence_of, four_digits
from inferometer.report.targets import (
    deployment_in_words,
    place_in_words,
    why_in_words,
)
from inferometer.results import Collection, Point, Range
from inferometer.vocabulary import LATENCIES, LOADS, SLOTS, metric
from inferometer.words import Words, inside
from inferometer.words.numbers import in_unit

STATUSES = ("VALID", "SUSPECT", "INVALID")
MAX_LISTED = 12
"""Values of a fact, and models in a sentence: then comes how many more there are."""
LONG_CHARS = 60
MAX_REASONS = 40
AIM_STATUS = {"reached": "VALID", "missed": "INVALID", "not checked": ""}
GLANCE = (
    "model",
    "config",
    "tp",
    "engine",
    "dataset",
    "input_len",
    "output_len",
    *LOADS,
)
"""Conditions of the summary, where they are known."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A label, and what is known under it, each with the number of points it is true of (None where
    it is of all).
    """

    label: str
    values: tuple[tuple[str, int | None], ...]
    more: int = 0
    """Values that are not listed."""

    @property
    def is_long(self) -> bool:
        """Whether its values take more than a narrow column."""
        return sum(len(value) + 2 for value, _ in self.values) > LONG_CHARS


@dataclass(frozen=True, slots=True)
class VerdictCount:
    """How many points have this verdict, or this reason for one."""

    status: str
    text: str
    points: int
    original: str = ""
    """In English, where `text` is another language's words for it."""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Aim:
    """A target, held against one deployment, in words."""

    target: str
    deployment: str
    value: str
    at: str
    status: str
    """The verdict whose colour it has; empty for none."""
    result: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A best point in words."""

    label: str
    value: str
    interval: str
    where: str
    status: str
    confidence: int = 95
    """Of the interval, percent."""


@dataclass(frozen=True, slots=True)
class ReportView:
    """What the page says, top down."""

    language: str
    title: str
    written: str
    answers: tuple[ReportAnswer, ...]
    sentences: tuple[str, ...]
    glance: tuple[Listed, ...]
    verdicts: tuple[VerdictCount, ...]
    reasons: tuple[VerdictCount, ...]
    best: tuple[Outstanding, ...]
    ratings: tuple[Listed, ...]
    """Of the metrics that are rated: each word, with the number of points."""
    rating_limits: str
    """What the words mean."""
    aims: tuple[Aim, ...]
    precision: tuple[str, ...]
    environment: tuple[Listed, ...]
    method: tuple[tuple[str, str], ...]
    notes: tuple[VerdictCount, ...]
    problems: tuple[str, ...]
    unread: int
    """Files that these are about."""
    figures: tuple[Drawing, ...]
    absent: tuple[tuple[str, str], ...]
    """Titles of figures that there is nothing for, and why."""
    explorer: Mapping[str, Any]
    """The points as assets/points.js reads them."""
    has_folders: bool
    """Whether its points lie in several."""
    places: Mapping[str, int]
    """Of points by the names that figures have for them, where these are of one point each."""


def make_view(
    collection: Collection,
    *,
    language: str,
    title: str | None,
    written: str,
    paths: Sequence[Path] = (),
    figures: Sequence[Drawing | Absent] = (),
    checked: Sequence[Checked] = (),
    links: LinkStudy | None = None,
    rated: Rated = RATED,
) -> ReportView:
    """The view of a collection that was read from `paths`. `written` is the time of the report, as
    readers are to see it.

    `checked` are targets, held against it; `links` is what its links cost, where that is known.
    Raises KeyError for a language that there is not.
    """
    words = Words(language)
    points = collection.points
    evidence = gather(points)
    explorer = columnar(points, paths, words)
    best = _best(points, _series(explorer), words)
    answered = _answers(points, links, words)
    return ReportView(
        language=language,
        title=clean(title) if title else _title(points, paths, words),
        written=written,
        answers=answered,
        sentences=_unsaid(_sentences(points, best, words), answered),
        glance=_glance(points, words),
        verdicts=_verdicts(points, words),
        reasons=_reasons(points, language),
        best=best,
        ratings=_ratings(points, words, rated),
        rating_limits=_limits(points, words, rated),
        aims=tuple(_aim(each, words) for each in checked),
        precision=tuple(_precision(points, evidence, words)),
        environment=_environment(points, evidence, words),
        method=tuple(_methods(points, evidence, words)),
        notes=_notes(points, language),
        problems=_told(collection.problems, words),
        unread=collection.unread or len(collection.problems),
        figures=_drawn(figures),
        absent=_absent(figures),
        explorer=explorer,
        has_folders=_has_folders(explorer),
        places=_places(points),
    )


def _answers(
    points: Sequence[Point], links: LinkStudy | None, words: Words
) -> tuple[ReportAnswer, ...]:
    return tuple(map(_cleaned, answers(points, words, links=links)))


def _unsaid(
    sentences: Iterable[str], answered: Iterable[ReportAnswer]
) -> tuple[str, ...]:
    """Those that no answer has."""
    said = {each for answer in answered for each in answer.sentences}
    return tuple(each for each in sentences if each not in said)


def _best(
    points: Sequence[Point], series: Sequence[str], words: Words
) -> tuple[Outstanding, ...]:
    return tuple(
        _outstanding(each, points, series, words)
        for each in best_points(points, series)
    )


def _told(problems: Iterable[str], words: Words) -> tuple[str, ...]:
    return tuple(clean(words.say(each)) for each in problems)


def _notes(points: Sequence[Point], language: str) -> tuple[VerdictCount, ...]:
    return _tally(
        ("", note) for point in points for note in notes_of(point, language)
    )


def _drawn(figures: Iterable[Drawing | Absent]) -> tuple[Drawing, ...]:
    return tuple(each for each in figures if isinstance(each, Drawing))


def _absent(
    figures: Iterable[Drawing | Absent],
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (each.title, each.reason)
        for each in figures
        if isinstance(each, Absent)
    )


def _has_folders(explorer: Mapping[str, Any]) -> bool:
    return any(each["name"] == "folder" for each in explorer["conditions"])


def _places(points: Sequence[Point]) -> dict[str, int]:
    names = [one_line(point.id) for point in points]
    alike = Counter(names)
    return {name: place for place, name in enumerate(names) if alike[name] == 1}


def _cleaned(answer: ReportAnswer) -> ReportAnswer:
    """Names in it are of files."""
    return ReportAnswer(
        clean(answer.title),
        tuple(map(clean, answer.sentences)),
        tuple(map(clean, answer.head)),
        tuple(tuple(map(clean, row)) for row in answer.rows),
        clean(answer.note),
    )


def _series(explorer: Mapping[str, Any]) -> list[str]:
    """The name of each point's series."""
    column = next(
        each for each in explorer["conditions"] if each["name"] == "series"
    )
    return [column["values"][code] for code in column["codes"]]


def measured(value: float) -> str:
    """As `four_digits`, with the zeros that were measured: 12.00 beside 12.69. A whole number is a
    count, and has none.
    """
    if abs(value) >= 999.95:  # which four digits make a whole number
        return f"{value:,.0f}"
    return four_digits(value) if float(value).is_integer() else f"{value:#.4g}"


def _title(points: Sequence[Point], paths: Sequence[Path], words: Words) -> str:
    campaigns = sorted(
        {
            str(name)
            for point in points
            if (name := point.conditions.get("campaign"))
        }
    )
    names = campaigns or [path.name or str(path) for path in paths]
    return clean(", ".join(names[:3])) if names else words.text("page.title")


def _judged(counts: Counter[str | None], words: Words) -> Iterator[str]:
    """How many points have which verdict."""
    judged = counts.total() - counts[None]
    if judged and judged == counts["VALID"]:
        yield words.text("page.sentence.all_valid", n=f"{judged:,}")
    elif judged:
        amounts = {status.lower(): f"{counts[status]:,}" for status in STATUSES}
        yield words.text("page.sentence.verdicts", n=f"{judged:,}", **amounts)
    if counts[None]:
        yield words.text("page.sentence.unjudged", n=f"{counts[None]:,}")


def _best_in_words(best: Outstanding, words: Words) -> str:
    label = inside(best.label)
    told = {"label": label, "value": best.value, "where": best.where}
    return words.text("page.sentence.best", **told)


def _sentences(
    points: Sequence[Point], best: Sequence[Outstanding], words: Words
) -> tuple[str, ...]:
    """The summary in words."""
    if not points:
        return (words.text("page.nothing"),)
    return (
        words.text(
            "page.sentence.points",
            n=f"{len(points):,}",
            tools=_tools(points),
            dates=_dates(points, words),
        ),
        *_judged(Counter(point.status for point in points), words),
        *(_best_in_words(each, words) for each in best[:1]),
        *_costs(points, words),
        *_rehearsed(points, words),
        *said_once(points, words),
    )


def _costs(points: Sequence[Point], words: Words) -> Iterator[str]:
    if of_costs := about_costs(points):
        yield words.text("page.sentence.costs", what=words.say(of_costs))


def _rehearsed(points: Sequence[Point], words: Words) -> Iterator[str]:
    """What was not measured on a server."""
    simulated = sum(point.is_simulated for point in points)
    if simulated == len(points):
        yield words.text("answer.simulated")
    elif simulated:
        yield words.text("figure.simulated", n=simulated, all=len(points))
    rehearsed = sum("rehearsal" in point.conditions for point in points)
    if others := rehearsed - simulated:
        yield words.text("page.sentence.rehearsal", n=f"{others:,}")


def _tools(points: Sequence[Point]) -> str:
    counts = Counter(clean(point.tool) for point in points)
    return ", ".join(
        f"{tool} ({n:,})" if len(counts) > 1 else tool
        for tool, n in counts.most_common()
    )


def _dates(points: Sequence[Point], words: Words) -> str:
    days = sorted(
        {
            clean(str(date))[:10]
            for point in points
            if (date := point.conditions.get("date"))
        }
    )
    if not days:
        return words.text("page.no_date")
    return (
        days[0]
        if len(days) == 1
        else words.text("page.dates", first=days[0], last=days[-1])
    )


def _glance(points: Sequence[Point], words: Words) -> tuple[Listed, ...]:
    listed = []
    for name in GLANCE:
        counts = Counter(
            value
            for point in points
            if (value := point.conditions.get(name)) is not None
        )
        told_by_concurrency = name in SLOTS and any(
            "concurrency" in p.conditions for p in points
        )
        if set(counts) <= {"inf", float("inf")} or told_by_concurrency:
            continue
        title = capitalized(words.condition(name))
        numbers = sorted(
            value for value in counts if isinstance(value, int | float)
        )
        if len(numbers) == len(counts) > 4:
            span = f"{numbers[0]:g} – {numbers[-1]:g}"
            listed.append(Listed(title, ((span, None),)))
        else:
            values = numbers if len(numbers) == len(counts) else counts
            ordered = {clean(str(value)): counts[value] for value in values}
            listed.append(_listed(title, ordered, len(points)))
    return tuple(listed)


def _limits(points: Sequence[Point], words: Words, rated: Rated) -> str:
    told = []
    for name, limits in rated.items():
        known = metric(name)
        if known is None or not any(name in each.values for each in points):
            continue
        figures = {word: f"{each:g}" for word, each in limits._asdict().items()}
        figures["excellent"] = in_unit(figures["excellent"], known.unit)
        told.append(
            words.text(
                f"page.ratings.{known.better}",
                metric=words.metric(name),
                **figures,
            )
        )
    return reduce(
        lambda one, two: words.text("sentences", first=one, second=two),
        told or [""],
    )


def _ratings(
    points: Sequence[Point], words: Words, rated: Rated
) -> tuple[Listed, ...]:
    return tuple(
        Listed(
            words.metric(name),
            tuple(
                (words.text(f"page.rating.{word}"), n)
                for word in RATINGS
                if (n := counts[word])
            ),
        )
        for name, counts in counts_of_ratings(points, rated).items()
    )


def _aim(checked: Checked, words: Words) -> Aim:
    value = (
        ""
        if checked.value is None
        else in_unit(measured(checked.value), checked.unit)
    )
    return Aim(
        target=clean(str(checked.target)),
        deployment=clean(deployment_in_words(checked, words)),
        value=value,
        at=clean(place_in_words(checked, words)),
        status=AIM_STATUS[checked.state],
        result=words.text(f"page.aims.{checked.state.replace(' ', '_')}"),
        reason=clean(why_in_words(checked, words)),
    )


def _listed(label: str, counts: Mapping[str, int], points: int) -> Listed:
    values = [
        (value, None if n == points else n) for value, n in counts.items()
    ]
    return Listed(
        label, tuple(values[:MAX_LISTED]), more=max(0, len(values) - MAX_LISTED)
    )


def _verdicts(
    points: Sequence[Point], words: Words
) -> tuple[VerdictCount, ...]:
    counts: Counter[str | None] = Counter(point.status for point in points)
    named = [
        (status, words.text(f"page.status.{status}"), counts[status])
        for status in STATUSES
    ]
    named += [("", words.text("page.js.no_verdict"), counts[None])]
    return tuple(VerdictCount(*each) for each in named if each[-1])


def _counted(status: str, alike: Sequence[Told]) -> VerdictCount:
    return VerdictCount(
        status,
        clean(merged([each.text for each in alike])),
        len(alike),
        clean(merged(grouped(each.original for each in alike)[0])),
        clean(alike[0].next_step.replace("`", "")),
    )


def _tally(
    sentences: Iterable[tuple[str, Told]],
) -> tuple[VerdictCount, ...]:
    """Sentences that differ in their figures only are counted as one, which has the range of each;
    the worst come first.
    """
    alike: dict[tuple[str, str], list[Told]] = {}
    for status, each in sentences:
        alike.setdefault((status, skeleton(each.text)), []).append(each)
    tallies = [_counted(status, each) for (status, _), each in alike.items()]
    tallies.sort(key=lambda tally: (tally.status != "INVALID", -tally.points))
    return tuple(tallies[:MAX_REASONS])


def _best_label(best: Best, words: Words) -> str:
    label = words.metric(best.metric.name)
    if best.at is None:
        return label
    load, level = best.at
    return words.text(
        "page.at",
        label=label,
        load=words.condition(load),
        value=four_digits(level),
    )


def _outstanding(
    best: Best, points: Sequence[Point], series: Sequence[str], words: Words
) -> Outstanding:
    point, metric = points[best.point], best.metric
    return Outstanding(
        label=_best_label(best, words),
        value=in_unit(measured(point.values[metric.name]), metric.unit),
        interval=_interval(point.shown_intervals.get(metric.name)),
        where=_where(point, series[best.point], words, at=best.at),
        status=point.status or "",
        confidence=confidence_of([point], [metric.name]),
    )


def _interval(interval: Range | None) -> str:
    return (
        f"{measured(interval.low)} – {measured(interval.high)}"
        if interval
        else ""
    )


def _where(
    point: Point,
    series: str,
    words: Words,
    *,
    at: tuple[str, float] | None,
) -> str:
    """Series and load of a point, unless all were compared at that load; its name where it has
    neither.
    """
    loads = (name for name in LOADS if point.conditions.get(name) is not None)
    load = next(loads, None) if at is None else None
    parts = [
        series if series != "–" else "",
        f"{words.text(f'condition.{load}')} {point.conditions[load]}"
        if load
        else "",
    ]
    # nothing to say: the only series, at the load that the label names
    if at is not None and not any(parts):
        return ""
    return words.text("page.comma").join(
        clean(part) for part in parts if part
    ) or clean(point.id)


def _precision(
    points: Sequence[Point], evidence: Evidence, words: Words
) -> Iterator[str]:
    """How exactly times were read, as far as the files tell; of what hosts can take, the run that
    used most.
    """
    if evidence.busiest is not None:
        _, point, precision = evidence.busiest
        told = precision_in_words(precision, words.language)
        statement = clean(told or precision["statement"]).replace("`", "")
        yield (
            words.text("page.colon", label=clean(point), text=statement)
            if len(points) > 1
            else statement
        )
    if (kernel := share_of(evidence.stamps, ["kernel", "tap"])) is not None:
        events = f"{evidence.stamps.total():,}"
        stamps = {"share": f"{kernel:.2%}", "events": events}
        yield words.text("page.precision.stamps", **stamps)
    if delays_ms := evidence.delay_p99_ms:
        delay = {
            "worst": four_digits(max(delays_ms)),
            "n": f"{len(delays_ms):,}",
        }
        yield words.text("page.precision.delay", **delay)
    if evidence.shared:
        worst = f"{max(evidence.shared):.2%}"
        yield words.text("page.precision.shared", worst=worst)
    if others := len(points) - evidence.runs:
        yield words.text("page.precision.unknown", n=f"{others:,}")


def _reasons(
    points: Sequence[Point], language: str
) -> tuple[VerdictCount, ...]:
    return _tally(
        (point.status or "", reason)
        for point in points
        for reason in reasons_of(point, language)
    )


def _environment(
    points: Sequence[Point], evidence: Evidence, words: Words
) -> tuple[Listed, ...]:
    return tuple(
        _listed(
            words.text(f"page.fact.{key}"), evidence.facts[key], len(points)
        )
        for key in FACTS
        if key in evidence.facts
    )


def _methods(
    points: Sequence[Point], evidence: Evidence, words: Words
) -> Iterator[tuple[str, str]]:
    """The definitions that matter for these points, each with its name."""
    measured_names = {name for point in points for name in point.values}
    told = {
        "timing": evidence.runs,
        **{
            latency: any(n.endswith(f"_{latency}_ms") for n in measured_names)
            for latency in LATENCIES
        },
        "throughput": True,
        "percentiles": True,
        "intervals": any(point.shown_intervals for point in points),
        "verdict": any(point.status for point in points),
        "others": any(point.tool != "inferometer" for point in points),
    }
    for key in filter(told.get, told):
        name = f"page.method.{key}"
        yield words.text(f"{name}.name"), words.text(name)
