"""What `run` shows when all points have their results: tables with small charts, and whether the targets are reached."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from inferometer.results import Collection, Point
    from inferometer.spec.campaign import CampaignSpec, Group
    from inferometer.spec.target import Target
    from inferometer.store.standing import Places


NAMED = 8
"""Points by name; the others are counted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What `run` is to do, understood."""

    spec: CampaignSpec
    groups: Sequence[Group]
    own: tuple[Target, ...]
    """Targets of the campaign."""
    more: tuple[Target, ...]
    """Those of --assert."""
    only_some: bool = False
    """--only chose some of its points."""


def show_results(places: Places, groups: Sequence[Group], asked: Asked, *, rehearsal: bool) -> int:
    """Of the points of these groups; the exit code is 1 if a target is missed.

    A rehearsal is held against --assert alone: what the embedded engine does says nothing of the campaign's targets.
    """
    from rich.console import Console

    from inferometer.analysis.targets import check
    from inferometer.cli.asserted import tell
    from inferometer.report.terminal import tables_of
    from inferometer.results.on_demand import with_percentiles

    collection = _read(places)
    if collection is None:
        return 0
    planned = {point.id for group in groups for point in group.points}
    shown = [point for point in collection.points if point.id in planned]
    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    console = Console()
    for table in tables_of(shown, ascii_only=ascii_only):
        console.print()
        console.print(table)
    if few := [point.id for point in shown if _is_short(point)]:
        typer.echo(f"\nLoad not reached by {_listed(few)}: fewer requests were sent than the concurrency limit.")
    typer.echo(f"\nWith charts: inferometer report {shlex.quote(str(places.result_dir))}")
    if asked.own and rehearsal:
        typer.echo("The campaign's targets are not for a rehearsal; --assert checks any.")
    wanted = asked.more if rehearsal else (*asked.own, *asked.more)
    shown = with_percentiles(shown, [target.metric for target in wanted])
    own = [] if rehearsal else check(asked.own, shown, only_some=asked.only_some)
    return tell([*own, *check(asked.more, shown)])


def _read(places: Places) -> Collection | None:
    """None where there is nothing, which the checklist above has told."""
    from inferometer.results.read import ResultsError, read

    try:
        return read([places.directory])
    except ResultsError:
        return None


def _is_short(point: Point) -> bool:
    """Whether a closed loop had too few requests to fill its slots."""
    cap, prompts = point.conditions.get("max_concurrency"), point.conditions.get("num_prompts")
    closed = point.conditions.get("concurrency") is not None
    return closed and isinstance(cap, int) and isinstance(prompts, int) and prompts < cap


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
