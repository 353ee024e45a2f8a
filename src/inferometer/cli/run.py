"""`inferometer run`: a campaign, to its end."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from inferometer.cli.asserted import Asserted
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
from inferometer.cli.ratings import Ratings, rated_by
from inferometer.cli.stopped import EXIT_INTERRUPTED
from inferometer.cli.telling import notice, say, tell
from inferometer.cli.usage import require_known_arrivals, usage_error
from inferometer.printable import printable
from inferometer.system.blas import import_numpy
from inferometer.words import Said, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from inferometer.campaign.outcome import CampaignOutcome
    from inferometer.campaign.simulated import VirtualServers
    from inferometer.campaign.task import Display, FindCalibration, Task
    from inferometer.cli.run_ending import RunRequest
    from inferometer.engine.twin.fitted import Fitted
    from inferometer.live.campaign import CampaignLines
    from inferometer.server.base import Server
    from inferometer.spec.campaign import Group, ServerNeed
    from inferometer.spec.interleave import Block
    from inferometer.store.campaign.paths import CampaignPaths


AllowInvalid = Annotated[
    bool,
    option("Accept INVALID results as finished.", "--allow-invalid"),
]
Price = Annotated[
    str | None,
    option(
        "Price of the deployment, in any currency: 2.5/h, or by energy 0.12/kWh, with a "
        "PUE of 1.3 0.12/kWh*1.3."
    ),
]


@with_levels
def run(  # noqa: PLR0917 - typer makes an option of each
    campaign: Campaign,
    only: Only = None,
    sets: Sets = None,
    quick: Quick = False,
    embedded: Embedded = False,
    fitted: FittedProfiles = None,
    dry_run: Annotated[
        bool,
        option("Show the plan and exit, as `plan` does.", "--dry-run"),
    ] = False,
    allow_invalid: AllowInvalid = False,
    calibration: Annotated[
        bool,
        option(
            "Compare points with this host's calibration. If there is none, do a quick one "
            "before the first point (once, about 12 s)."
        ),
    ] = True,
    telemetry: Annotated[
        bool,
        option(
            "Sample the accelerators, this host and the server's page during the run."
        ),
    ] = True,
    monitor: Annotated[
        str | None,
        option(
            "Address of `inferometer monitor --serve` on the server's host, if that is "
            "another host."
        ),
    ] = None,
    price: Price = None,
    interleave: Interleave = False,
    asserted: Asserted = None,
    ratings: Ratings = None,
    *,
    levels: LevelFlags,
) -> None:
    """Run a campaign; the same command continues it after an interruption.

    Finished points are skipped. Failed and INVALID points, and points whose files are missing or
    changed, are measured again. A point is identified by its settings and its server's address;
    results with different settings are never reused.

    NUM_PROMPTS_START and NUM_PROMPTS_END limit the listed num_prompts; VLLM_SERVER_URL replaces the
    address of every server. The run reports both at its start and at its end.

    Exit code: 0 if every point has a VALID or SUSPECT result (with --allow-invalid: any result)
    and all targets are met; 1 if not; 2 if the campaign file is wrong or the run could not
    continue; 130 if it was interrupted.
    """
    import_numpy()
    flags = CampaignFlags(
        campaign,
        only or (),
        settings_of_flags(sets or (), telemetry, monitor, price),
        quick,
        embedded,
        interleave,
        levels,
        fitted=fitted or (),
    )
    if dry_run:
        from inferometer.cli.plan import show_plan

        show_plan(flags)
        return
    from inferometer.cli.host import calibration_by_workers

    require_known_arrivals()
    known = calibration_by_workers(wanted=calibration, rehearsal=embedded)
    run_to_its_end(
        parsed(flags, asserted or (), ratings), flags, allow_invalid, known
    )


def settings_of_flags(
    sets: Sequence[str], telemetry: bool, monitor: str | None, price: str | None
) -> list[str]:
    """What --set was given, and the flags that are short for it."""
    return [
        *sets,
        *([] if telemetry else ["telemetry=false"]),
        *([f"monitor={monitor}"] if monitor else []),
        *([f"price={price}"] if price else []),
    ]


def run_to_its_end(
    asked: RunRequest,
    flags: CampaignFlags,
    allow_invalid: bool,
    calibration: FindCalibration,
) -> NoReturn:
    from inferometer.campaign.task import Task
    from inferometer.live.campaign import CampaignLines
    from inferometer.spec.interleave import blocks_of
    from inferometer.store.campaign.paths import campaign_paths

    spec, no_server = asked.spec, flags.embedded or flags.simulated
    profiles, groups = _placed(asked.groups, flags)
    virtual = _virtual_servers(flags, profiles)
    places = campaign_paths(
        spec.result_dir,
        spec.name,
        quick=flags.quick,
        embedded=flags.embedded,
        simulated=flags.simulated,
    )
    is_rehearsal = flags.quick or no_server
    _refuse_unanswerable(asked, places, groups, rehearsal=is_rehearsal)
    blocks = blocks_of(groups, spec.interleave)
    lines = CampaignLines(blocks, price=spec.output.price)
    for line in _announcement(
        asked, groups, places, blocks, embedded=no_server
    ):
        lines.say(line)
    for sentence in _without_twin(asked.groups, profiles, flags):
        lines.say(printable(spoken().say(sentence)))
    task = Task.of(
        spec,
        groups,
        virtual.front if virtual else _server(flags, profiles, places, lines),
        allow_invalid=allow_invalid,
        calibration=calibration,
        virtual=virtual.start if virtual else None,
        left_out=_left_out(asked.groups, flags),
    )
    outcome = _run(task, places, lines)
    if virtual:
        _tell_speed(virtual.virtual_s, outcome.elapsed_s)
    if no_server:
        _tell_unverified(groups)
    code = _show_ending(outcome, asked, groups, places, rehearsal=is_rehearsal)
    raise typer.Exit(code)


def _placed(
    groups: Sequence[Group], flags: CampaignFlags
) -> tuple[Sequence[Fitted], Sequence[Group]]:
    """The fitted profiles, and the plan for what takes the servers' place, if anything does."""
    from inferometer.spec.campaign import CampaignError

    try:
        profiles = flags.profiles()
        if flags.simulated:
            from inferometer.campaign.simulated import simulated

            groups = simulated(groups, profiles)
        elif flags.embedded:
            from inferometer.campaign.embedded_server import embedded

            groups = embedded(groups, profiles)
    except CampaignError as error:
        usage_error(*error.reasons)
    return profiles, groups


def _virtual_servers(
    flags: CampaignFlags, profiles: Sequence[Fitted]
) -> VirtualServers | None:
    if not flags.simulated:
        return None
    from inferometer.campaign.simulated import VirtualServers

    return VirtualServers(profiles)


def _server(
    flags: CampaignFlags,
    profiles: Sequence[Fitted],
    places: CampaignPaths,
    lines: CampaignLines,
) -> Callable[[ServerNeed], Server]:
    if flags.embedded:
        from inferometer.campaign.embedded_server import (
            EmbeddedServer,
            engine_for,
        )

        return lambda need: EmbeddedServer(need, engine_for(need, profiles))
    from inferometer.server.kinds import server_for

    return partial(server_for, directory=places.logs, say=lines.say)


def _left_out(
    groups: Sequence[Group], flags: CampaignFlags
) -> Mapping[str, Sequence[str]]:
    """The groups that are not simulated, by their engine."""
    if not flags.simulated:
        return {}
    from inferometer.campaign.simulated import left_out

    return left_out(groups)


def _without_twin(
    groups: Sequence[Group], profiles: Sequence[Fitted], flags: CampaignFlags
) -> Sequence[Said]:
    """What becomes of the groups that no twin takes the place of, and why."""
    if flags.embedded:
        from inferometer.campaign.embedded_server import set_times

        return set_times(groups, profiles)
    if flags.simulated:
        from inferometer.campaign.simulated import about_left_out

        return about_left_out(_left_out(groups, flags))
    return ()


def _tell_speed(virtual_s: float, elapsed_s: float) -> None:
    """Of a simulation, against the time that a measurement would have taken."""
    if not virtual_s:
        return
    told = {"virtual": f"{virtual_s:,.0f}", "took": f"{elapsed_s:,.1f}"}
    say("simulate.speed", **told, speed=f"{virtual_s / elapsed_s:,.0f}")


def _tell_unverified(groups: Sequence[Group]) -> None:
    """Of the twins that took the servers' place."""
    from inferometer.campaign.rehearsed_twin import twin_in
    from inferometer.cli.unverified import unverified_in_words

    twins = map(twin_in, groups)
    for line in unverified_in_words([*filter(None, twins)]):
        tell(line)


def _show_ending(
    outcome: CampaignOutcome,
    asked: RunRequest,
    groups: Sequence[Group],
    places: CampaignPaths,
    *,
    rehearsal: bool,
) -> int:
    """The exit code."""
    from inferometer.cli.run_ending import (
        read_measured,
        show_outcome,
        show_repeats,
        show_results,
    )

    measured = read_measured(outcome.endings, places)
    show_outcome(outcome, asked.notes, measured)
    show_repeats(outcome.endings, measured, asked.spec.metrics)
    if outcome.interrupted or outcome.trouble is not None:
        return outcome.exit_code
    code = show_results(measured, places, groups, asked, rehearsal=rehearsal)
    return max(outcome.exit_code, code)


def _refuse_unanswerable(
    asked: RunRequest,
    places: CampaignPaths,
    groups: Sequence[Group],
    *,
    rehearsal: bool,
) -> None:
    """Refuse targets that no planned point can decide: they would be missed after hours.

    The campaign's own targets apply to all of its points on its own servers.
    """
    from inferometer.analysis.targets import unanswerable
    from inferometer.cli.run_ending import planned_points

    targets = [
        *([] if rehearsal or asked.only_some else asked.own),
        *asked.more,
    ]
    if targets and (
        reasons := unanswerable(
            targets, list(planned_points(places, groups, {}))
        )
    ):
        usage_error(*reasons)


def _announcement(
    asked: RunRequest,
    groups: Sequence[Group],
    places: CampaignPaths,
    blocks: Sequence[Block],
    *,
    embedded: bool,
) -> list[str]:
    """The lines before the run."""
    from inferometer.cli.plan_view import order_in_words

    words, number = spoken(), sum(len(group.points) for group in groups)
    order = (
        order_in_words(blocks, (), embedded=embedded)
        if asked.spec.interleave
        else ()
    )
    return [
        words.counted(
            "run.campaign",
            number,
            name=asked.spec.name,
            directory=places.result_dir,
        ),
        *(printable(words.say(note)) for note in asked.notes),
        *order,
    ]


def parsed(
    flags: CampaignFlags, asserted: Sequence[str], ratings: Path | None
) -> RunRequest:
    from inferometer.cli.asserted import (
        lacking_in,
        percentiles_of,
        targets_of,
        targets_of_campaign,
    )
    from inferometer.cli.environment_notes import environment_notes
    from inferometer.cli.flag_errors import FlagsError
    from inferometer.cli.run_ending import RunRequest
    from inferometer.spec.campaign import CampaignError

    try:
        spec, groups = flags.read(os.environ)
        own = targets_of_campaign(spec)
        more = targets_of(asserted, lacking=lacking_in(spec))
        rated = rated_by(ratings)
    except (CampaignError, FlagsError) as error:
        usage_error(*error.reasons)
    percentiles = dict.fromkeys(
        (*spec.percentiles, *percentiles_of((*own, *more)))
    )
    notes = environment_notes(flags, spec, groups, os.environ)
    spec = spec.model_copy(update={"percentiles": tuple(percentiles)})
    return RunRequest(
        spec, groups, own, more, notes, rated, only_some=bool(flags.only)
    )


def _run(
    task: Task, places: CampaignPaths, display: Display
) -> CampaignOutcome:
    from inferometer.campaign.lock import LockedError
    from inferometer.campaign.runner import run_campaign
    from inferometer.cli.output import in_files_too
    from inferometer.measurement.prepare import PointError
    from inferometer.store.atomic import CannotWriteError
    from inferometer.store.campaign.ledger import LedgerError

    in_files_too()
    try:
        return run_campaign(task, places, display)
    except PointError as error:
        usage_error(*error.reasons)
    except (LedgerError, LockedError, CannotWriteError) as error:
        usage_error(error)
    except KeyboardInterrupt:
        notice(Said("run.stopped"))
        raise typer.Exit(EXIT_INTERRUPTED) from None
