"""What `run` shows when all points have their results: tables with small charts, and whether the
targets are reached.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from inferometer.printable import printable
from inferometer.words import spoken

if TYPE_CHECKING:
    from inferometer.campaign.outcome import Ending
    from inferometer.results import Point
    from inferometer.results.repeats import Repeat
    from inferometer.spec.campaign import CampaignSpec, Group
    from inferometer.spec.target import Threshold
    from inferometer.store.campaign.paths import CampaignPaths


NAMED = 8
"""Points by name; the others are counted."""
MAX_TABLES, MAX_LINES = 3, 20
"""Points of which the repeats are told in a table each; with more of them, in lines, so many."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What `run` is to do, understood."""

    spec: CampaignSpec
    groups: Sequence[Group]
    own: tuple[Threshold, ...]
    """Targets of the campaign."""
    more: tuple[Threshold, ...]
    """Those of --assert."""
    notes: Sequence[str] = ()
    """What variables of the environment change of it, a sentence each."""
    only_some: bool = False
    """--only chose some of its points."""


def show_repeats(
    endings: Sequence[Ending], measured: Mapping[str, Point], metrics: Sequence[str]
) -> None:
    """What the repeats of each point say together, as `bench --repeats` tells it."""
    from inferometer.report.repeats import render_repeats, repeats_in_lines

    repeated = {name: runs for name, runs in _by_point(endings).items() if len(runs) > 1}
    found = {name: list(_repeats_of(runs, measured)) for name, runs in repeated.items()}
    known = [name for name, repeats in found.items() if any(not each.left_out for each in repeats)]
    if len(known) <= MAX_TABLES:
        for name in known:
            typer.echo(f"\n{name}")
            text = render_repeats(found[name], asked=len(repeated[name]), metrics=metrics)
            typer.echo(text, nl=False)
        return
    typer.echo("\n" + spoken().text("campaign.repeats"))
    for name in known[:MAX_LINES]:
        for line in repeats_in_lines(name, found[name], asked=len(repeated[name]), metrics=metrics):
            typer.echo(f"  {line}")
    if len(known) > MAX_LINES:
        more = spoken().text("console.more", n=len(known) - MAX_LINES)
        typer.echo(f"  {more}")


def _by_point(endings: Iterable[Ending]) -> dict[str, list[Ending]]:
    """The plan gives repeats of a point one id, with a number behind it from the second on."""
    found: dict[str, list[Ending]] = {}
    for ending in endings:
        found.setdefault(ending.point.partition("#")[0], []).append(ending)
    return found


def _repeats_of(endings: Iterable[Ending], measured: Mapping[str, Point]) -> Iterator[Repeat]:
    from inferometer.results.repeats import Repeat

    for ending in endings:
        if ending.state == "not run":
            continue
        point = measured.get(ending.point)
        unread = "" if point else "cannot be read"
        number = int(ending.point.partition("#")[2] or 1)
        yield Repeat(number, point, unread if ending.counts else ending.state)


def show_results(
    measured: Mapping[str, Point],
    places: CampaignPaths,
    groups: Sequence[Group],
    asked: RunRequest,
    *,
    rehearsal: bool,
) -> int:
    """Of the points of these groups, each by its own result; the exit code is 1 if a target is
    missed.

    A point that has no result is held against the targets too: it was not measured, which
    reaches none. A rehearsal is held against --assert alone: what the embedded engine does says
    nothing of the campaign's targets.
    """
    from rich.console import Console

    from inferometer.analysis.targets import check
    from inferometer.cli.asserted import tell
    from inferometer.report.terminal import tables_of
    from inferometer.results.on_demand import with_percentiles
    from inferometer.results.read import in_order

    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    console = Console()
    for table in tables_of(in_order(measured.values()), ascii_only=ascii_only):
        console.print()
        console.print(table)
    if few := [point.id for point in in_order(measured.values()) if _is_short(point)]:
        typer.echo(
            f"\nLoad not reached by {_listed(few)}: fewer requests were sent than the "
            "concurrency limit."
        )
    if measured:
        typer.echo(f"\nWith charts: inferometer report {shlex.quote(str(places.result_dir))}")
    if asked.own and rehearsal:
        typer.echo("The campaign's targets are not for a rehearsal; --assert checks any.")
    wanted = asked.more if rehearsal else (*asked.own, *asked.more)
    points = in_order([*measured.values(), *planned_points(places, groups, measured)])
    points = with_percentiles(points, [target.metric for target in wanted])
    own = [] if rehearsal else check(asked.own, points, only_some=asked.only_some)
    return tell([*own, *check(asked.more, points)])


def read_measured(endings: Sequence[Ending], places: CampaignPaths) -> dict[str, Point]:
    """The points that have a result, by their ids in the plan; what cannot be read counts as not
    measured, and is told."""
    from inferometer.results.campaign import point_of_result, read_campaign
    from inferometer.store.campaign.ledger import LedgerError
    from inferometer.store.importers import CannotImportError

    found: dict[str, Point] = {}
    if not any(ending.result for ending in endings):
        return found
    troubles = []
    try:
        campaign = read_campaign(places)
    except LedgerError as error:
        troubles.append(str(error))
    else:
        for ending in endings:
            try:
                if ending.result is not None:
                    found[ending.point] = point_of_result(campaign, ending.result)
            except CannotImportError as error:
                troubles.append(str(error))
    for trouble in troubles:
        typer.echo(f"inferometer: {printable(trouble)}", err=True)
    return found


def planned_points(
    places: CampaignPaths, groups: Sequence[Group], measured: Mapping[str, Point]
) -> Iterator[Point]:
    """Those that have no result yet: their conditions, and no values."""
    from inferometer.results.run_point import point_of

    for group in groups:
        beside = next((measured[point.id] for point in group.points if point.id in measured), None)
        for point in group.points:
            if point.id not in measured:
                told = {
                    "campaign": places.name,
                    "group": point.id.partition("/")[0],
                    "model": group.server.model_alias,
                }
                engine = {} if beside is None else {"engine": beside.conditions.get("engine")}
                run = {"spec": point.spec.model_dump(mode="json")}
                yield point_of(
                    run, {}, {}, name=point.id, source=places.result_dir, told={**told, **engine}
                )


def _is_short(point: Point) -> bool:
    """Whether a closed loop had too few requests to fill its slots."""
    cap, prompts = point.conditions.get("max_concurrency"), point.conditions.get("num_prompts")
    closed = point.conditions.get("concurrency") is not None
    return closed and isinstance(cap, int) and isinstance(prompts, int) and prompts < cap


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
