"""`inferometer plan`: what a campaign will do, and what of it is done. Contacts no server."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from inferometer.cli.campaign_flags import (
    Campaign,
    CampaignFlags,
    Embedded,
    FittedProfiles,
    Interleave,
    Only,
    Quick,
    Sets,
)
from inferometer.cli.level_flags import LevelFlags, with_levels
from inferometer.cli.option import option
from inferometer.cli.telling import terminal_columns
from inferometer.cli.usage import usage_error
from inferometer.printable import fitted, printable
from inferometer.words import in_words, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from inferometer.cli.plan_view import GroupPlan
    from inferometer.spec.campaign import CampaignSpec, Group
    from inferometer.store.campaign.paths import CampaignPaths
    from inferometer.store.campaign.state import CampaignState


@with_levels
def plan(  # noqa: PLR0917 - typer makes an option of each
    campaign: Campaign,
    only: Only = None,
    sets: Sets = None,
    quick: Quick = False,
    embedded: Embedded = False,
    fitted: FittedProfiles = None,
    points: Annotated[
        bool,
        option("List every point and its result file.", "--points"),
    ] = False,
    interleave: Interleave = False,
    *,
    levels: LevelFlags,
) -> None:
    """Show what a campaign will do: groups, points, tokens, server commands, time, and progress.

    It contacts no server and writes no file. NUM_PROMPTS_START and NUM_PROMPTS_END limit the listed
    num_prompts; VLLM_SERVER_URL replaces the address of every server.
    """
    flags = CampaignFlags(
        campaign,
        only or (),
        sets or (),
        quick,
        embedded,
        interleave,
        levels,
        fitted=fitted or (),
    )
    show_plan(flags, points=points)


def show_plan(flags: CampaignFlags, *, points: bool = False) -> None:
    """Print it."""
    import os

    from inferometer.campaign.embedded_server import (
        embedded as on_embedded_engine,
    )
    from inferometer.campaign.embedded_server import set_times
    from inferometer.cli.environment_notes import environment_notes
    from inferometer.spec.campaign import CampaignError
    from inferometer.store.campaign.ledger import LedgerError
    from inferometer.store.campaign.paths import campaign_paths

    quick, embedded = flags.quick, flags.embedded
    try:
        spec, groups = flags.read(os.environ)
        notes = environment_notes(flags, spec, groups, os.environ)
        profiles = flags.profiles()
        if embedded:
            groups = on_embedded_engine(groups, profiles)
            notes += set_times(groups, profiles)
        _show(
            spec,
            groups,
            campaign_paths(
                spec.result_dir, spec.name, quick=quick, embedded=embedded
            ),
            notes,
            points=points,
            embedded=embedded,
        )
    except CampaignError as error:
        usage_error(*error.reasons)
    except LedgerError as error:
        usage_error(error)


def _show_head(
    campaign: CampaignSpec, places: CampaignPaths, remarks: Iterable[str]
) -> None:
    from inferometer.cli.plan_view import headed
    from inferometer.cli.presets import about_preset

    about = about_preset(campaign.name, campaign.about or "")
    about = f" - {about}" if about else ""
    files = str(places.result_dir / campaign.file_name)
    _tell(headed("campaign", printable(f"{campaign.name}{about}")))
    _tell(headed("results", printable(files)))
    for remark in remarks:
        _tell(headed("note", printable(in_words(remark))))
    typer.echo()


def _show(
    campaign: CampaignSpec,
    groups: list[Group],
    places: CampaignPaths,
    notes: Sequence[str],
    *,
    points: bool,
    embedded: bool,
) -> None:
    from inferometer.campaign.estimate import measured_seconds
    from inferometer.cli.plan_view import (
        describe,
        hardware_in_words,
        how_estimated,
        order_in_words,
    )
    from inferometer.spec.interleave import blocks_of, starts
    from inferometer.store.campaign.checked_ledger import read_campaign_ledger
    from inferometer.store.campaign.state import campaign_state

    reading = read_campaign_ledger(places)
    state = campaign_state(
        reading.records,
        places,
        [point.spec for group in groups for point in group.points],
    )
    blocks = blocks_of(groups, campaign.interleave)
    started = starts(
        blocks, lambda point: state.result(point.spec.fingerprint) is not None
    )
    took = measured_seconds(reading.records, state.history.identities)
    plans = _plans(groups, took, state, Counter(group.id for group in started))
    _show_head(campaign, places, (*notes, *reading.remarks, *state.remarks))
    _show_table(plans)
    for group in groups:
        _tell(f"\n{describe(group, embedded=embedded)}")
        if points:
            _list_points(group, state)
    if campaign.interleave:
        order = order_in_words(blocks, started, embedded=embedded)
        _tell("\n" + "\n".join(order))
    for line in [] if embedded else hardware_in_words(started):
        _tell(f"\n{line}")
    _tell(f"\n{how_estimated(plans, embedded=embedded)}")


def _tell(text: str) -> None:
    """As wide as the terminal; the command of a server stays one line, to be pasted."""
    from inferometer.cli.plan_view import item

    columns = terminal_columns()
    command = item("command", "")
    for line in text.split("\n"):
        whole = line.startswith(command)
        for part in [line] if whole else fitted(line, columns):
            typer.echo(part)


def _plans(
    groups: list[Group],
    took: Mapping[str, float],
    state: CampaignState,
    started: Mapping[str, int],
) -> list[GroupPlan]:
    from inferometer.campaign.estimate import estimates
    from inferometer.cli.plan_view import GroupPlan

    fingerprints = [
        point.spec.fingerprint for group in groups for point in group.points
    ]
    done = {
        fingerprint for fingerprint in fingerprints if state.result(fingerprint)
    }
    left = estimates(groups, done, took, started)
    return [
        GroupPlan(
            group,
            sum(point.spec.fingerprint in done for point in group.points),
            estimate,
        )
        for group, estimate in zip(groups, left, strict=True)
    ]


def _show_table(plans: list[GroupPlan]) -> None:
    from inferometer.cli.plan_view import TEXTS, headings, rows
    from inferometer.cli.tables import aligned

    if not sys.stdout.isatty():
        for line in aligned(headings(), rows(plans), left=TEXTS):
            typer.echo(line)
        return
    _draw_table(plans)


def _draw_table(plans: list[GroupPlan]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from inferometer.cli.plan_view import TEXTS, headings, rows

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(headings()):
        table.add_column(
            heading,
            justify="left" if number in TEXTS else "right",
            overflow="fold",
        )
    for number, row in enumerate(rows(plans), 1):
        table.add_row(*row, end_section=number == len(plans))
    Console(highlight=False).print(table)


def _list_points(group: Group, state: CampaignState) -> None:
    """One line a point: its fingerprint, its id, and its state."""
    width = max(len(point.id) for point in group.points)
    for point in group.points:
        fingerprint = point.spec.fingerprint
        typer.echo(
            f"    {fingerprint}  {point.id:{width}}  {printable(_state(fingerprint, state))}"
        )


def _state(fingerprint: str, state: CampaignState) -> str:
    words, latest = spoken(), state.history.current.get(fingerprint)
    if fingerprint in state.damage:
        damage = map(in_words, state.damage[fingerprint])
        return words.text("plan.again", why=words.listed(damage))
    if latest is not None and latest.counts:
        return f"{state.history.status_of(latest)}  {latest.json}"
    if fingerprint in state.history.failures:
        why = printable(state.history.failures[fingerprint])
        return words.text("plan.again", why=why)
    if latest is not None:
        return words.text(
            "plan.again", why=words.text("plan.was", status=latest.status)
        )
    return words.text("plan.todo")
