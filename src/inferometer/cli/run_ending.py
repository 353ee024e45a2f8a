"""What `run` shows at its end: tables with small charts, and which targets were met."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from inferometer.cli.telling import notice, say, tell
from inferometer.grouping import by_key
from inferometer.printable import columns_of, printable, printable_line
from inferometer.words import Said, spoken

if TYPE_CHECKING:
    from inferometer.analysis.ratings import Rated
    from inferometer.campaign.outcome import CampaignOutcome, Ending
    from inferometer.report.answers import ReportAnswer
    from inferometer.results import Point
    from inferometer.results.point import Condition
    from inferometer.results.repeats import Repeat
    from inferometer.spec.campaign import CampaignSpec, Group, PlannedPoint
    from inferometer.spec.target import Threshold
    from inferometer.store.campaign.paths import CampaignPaths


MAX_UPRIGHT = 4
"""Rows of an answer that are written a cell a line; more would push the rest off the screen."""
NAMED = 8
"""Named points; further ones are counted."""
MAX_TABLES, MAX_LINES = 3, 20
"""Points whose repeats get a table each; with more points, lines, and at most this many."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What `run` is to do."""

    spec: CampaignSpec
    groups: Sequence[Group]
    own: tuple[Threshold, ...]
    """Targets of the campaign."""
    more: tuple[Threshold, ...]
    """Targets of --assert."""
    notes: Sequence[str]
    """Changes by environment variables, a sentence each."""
    rated: Rated
    """The limits of the ratings."""
    only_some: bool = False
    """--only chose some of its points."""


def show_repeats(
    endings: Sequence[Ending],
    measured: Mapping[str, Point],
    metrics: Sequence[str],
) -> None:
    """The summary of each point's repeats, as in `bench --repeats`."""
    from inferometer.report.repeats import (
        are_equal,
        render_repeats,
        repeats_in_lines,
    )

    repeated = {
        name: runs for name, runs in _by_point(endings).items() if len(runs) > 1
    }
    found = {
        name: list(_repeats_of(runs, measured))
        for name, runs in repeated.items()
    }
    known = [
        name
        for name, repeats in found.items()
        if any(not each.left_out for each in repeats)
    ]
    if len(known) <= MAX_TABLES:
        for name in known:
            typer.echo(f"\n{name}")
            text = render_repeats(
                found[name], asked=len(repeated[name]), metrics=metrics
            )
            typer.echo(text, nl=False)
        return
    typer.echo("\n" + spoken().text("campaign.repeats"))
    for name in known[:MAX_LINES]:
        for line in repeats_in_lines(
            name, found[name], asked=len(repeated[name]), metrics=metrics
        ):
            typer.echo(f"  {line}")
    if len(known) > MAX_LINES:
        more = spoken().text("console.more", n=len(known) - MAX_LINES)
        typer.echo(f"  {more}")
    if any(are_equal(found[name]) for name in known):
        typer.echo(spoken().text("repeats.equal"))


def _by_point(endings: Iterable[Ending]) -> dict[str, list[Ending]]:
    """The plan gives repeats of a point one id, with a number behind it from the second on."""
    return by_key(endings, lambda ending: ending.point.partition("#")[0])


def _repeats_of(
    endings: Iterable[Ending], measured: Mapping[str, Point]
) -> Iterator[Repeat]:
    from inferometer.results.repeats import Repeat

    for ending in endings:
        if ending.state == "not run":
            continue
        point = measured.get(ending.point)
        unread = "" if point else spoken().text("run.unread")
        number = int(ending.point.partition("#")[2] or 1)
        failed = (
            Said("campaign.state.failed")
            if ending.state == "failed"
            else ending.state
        )
        yield Repeat(number, point, unread if ending.counts else failed)


def show_results(
    measured: Mapping[str, Point],
    places: CampaignPaths,
    groups: Sequence[Group],
    asked: RunRequest,
    *,
    rehearsal: bool,
) -> int:
    """The points of these groups, each with its own result; the exit code is 1 if a target is
    missed.

    A point without a result misses its targets. A rehearsal is only checked against --assert: the
    embedded engine says nothing about the campaign's targets.
    """
    from inferometer.analysis.targets import check
    from inferometer.cli.asserted import tell_targets
    from inferometer.cli.predictions import tell_predictions
    from inferometer.results.on_demand import with_percentiles
    from inferometer.results.reader import in_order

    found = in_order(measured.values())
    _show_tables(found)
    tell_predictions(found)
    _tell_ratings([*measured.values()], asked.rated)
    show_answers(found)
    _tell_short(found)
    if measured:
        command = f"inferometer report {shlex.quote(str(places.result_dir))}"
        typer.echo(
            "\n" + spoken().text("campaign.with_charts", command=command)
        )
    if asked.own and rehearsal:
        typer.echo(spoken().text("campaign.targets_rehearsal"))
    wanted = asked.more if rehearsal else (*asked.own, *asked.more)
    points = in_order(
        [*measured.values(), *planned_points(places, groups, measured)]
    )
    points = with_percentiles(points, [target.metric for target in wanted])
    own = (
        [] if rehearsal else check(asked.own, points, only_some=asked.only_some)
    )
    return tell_targets([*own, *check(asked.more, points)])


def _show_tables(points: Sequence[Point]) -> None:
    from rich.console import Console

    from inferometer.report.terminal import tables_of

    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    console = Console()
    for table in tables_of(points, ascii_only=ascii_only):
        console.print()
        console.print(table)


def _tell_ratings(points: Sequence[Point], rated: Rated) -> None:
    from inferometer.report.rated import ratings_in_words

    if ratings := ratings_in_words(points, spoken(), rated):
        typer.echo()
        tell(ratings)


def _tell_short(points: Sequence[Point]) -> None:
    """Name the points whose load was not reached."""
    if few := [point.id for point in points if point.is_short]:
        typer.echo()
        say("campaign.load_not_reached", points=_listed(few))


def show_answers(points: Sequence[Point]) -> None:
    """What these results answer, such as the cost of a link, with the table of several engines."""
    from inferometer.printable import wrapped
    from inferometer.report.answers import answers

    columns = shutil.get_terminal_size().columns
    for answer in answers(points, spoken()):
        typer.echo(f"\n{printable(answer.title)}")
        for sentence in answer.sentences:
            for line in wrapped(
                printable(sentence), columns, "  ", "    ", break_words=False
            ):
                typer.echo(line)
        for line in _table_of(answer, columns):
            typer.echo(f"  {line}")


def _table_of(answer: ReportAnswer, columns: int) -> list[str]:
    """A row of the answer a line; a cell a line where that is too wide and rows are few."""
    from inferometer.cli.tables import aligned

    head = [*map(printable, answer.head)]
    rows = [[*map(printable, row)] for row in answer.rows]
    table = [*aligned(head, rows, left={0})]
    if max(map(columns_of, table)) + 2 <= columns:
        return table
    if len(rows) > MAX_UPRIGHT:
        return []
    cells = [line for row in rows for line in _upright(head, row)]
    return [*aligned(["", ""], cells, left={0, 1})][1:]


def _upright(
    head: Sequence[str], row: Sequence[str]
) -> Iterator[tuple[str, str]]:
    yield row[0], ""
    for name, cell in zip(head[1:], row[1:], strict=True):
        yield f"  {name}", cell


def read_measured(
    endings: Sequence[Ending], places: CampaignPaths
) -> dict[str, Point]:
    """The points with a result, by their ids in the plan; unreadable ones count as not measured,
    with a message.
    """
    from inferometer.results.campaign import point_of_result, read_campaign
    from inferometer.store.campaign.ledger import LedgerError
    from inferometer.store.importers import CannotImportError

    found: dict[str, Point] = {}
    if not any(ending.result for ending in endings):
        return found
    try:
        campaign = read_campaign(places)
    except LedgerError as error:
        notice(error)
        return found
    for ending in endings:
        try:
            if ending.result is not None:
                found[ending.point] = point_of_result(campaign, ending.result)
        except CannotImportError as error:
            notice(error)
    return found


def show_outcome(
    outcome: CampaignOutcome,
    notes: Sequence[str],
    measured: Mapping[str, Point],
) -> None:
    from inferometer.campaign.outcome import summary_lines

    for line in summary_lines(outcome, notes, _translations(measured.values())):
        tell(printable_line(line))


def _translations(points: Iterable[Point]) -> dict[str, str]:
    """Reasons of verdicts in the language of the terminal, by their English, which ledgers have."""
    from inferometer.report.sentences import reasons_of

    told = (
        each
        for point in points
        for each in reasons_of(point, spoken().language)
    )
    return {each.original: each.text for each in told if each.original}


def planned_points(
    places: CampaignPaths,
    groups: Sequence[Group],
    measured: Mapping[str, Point],
) -> Iterator[Point]:
    """Points without a result: only conditions, no values."""
    for group in groups:
        found = [measured[p.id] for p in group.points if p.id in measured]
        server: dict[str, Condition] = {"model": group.server.model_alias}
        if found:
            server["engine"] = found[0].conditions.get("engine")
        for point in group.points:
            if point.id not in measured:
                yield _planned(point, places, server)


def _planned(
    point: PlannedPoint,
    places: CampaignPaths,
    server: Mapping[str, Condition],
) -> Point:
    from inferometer.results.run_point import point_of

    told = {
        "campaign": places.name,
        "group": point.id.partition("/")[0],
        **server,
    }
    return point_of(
        {"spec": point.spec.model_dump(mode="json")},
        {},
        {},
        name=point.id,
        source=places.result_dir,
        told=told,
    )


def _listed(names: Sequence[str]) -> str:
    listed, more = spoken().listed(names[:NAMED]), len(names) - NAMED
    return (
        spoken().text("run.listed", names=listed, n=more)
        if more > 0
        else listed
    )
