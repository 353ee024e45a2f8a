"""`inferometer simulate`: a campaign on twins, in virtual time."""

from __future__ import annotations

from typing import Annotated

from inferometer.cli.asserted import Asserted
from inferometer.cli.campaign_flags import (
    Campaign,
    CampaignFlags,
    FittedProfiles,
    Interleave,
    Only,
    Quick,
    Sets,
)
from inferometer.cli.level_flags import LevelFlags, with_levels
from inferometer.cli.option import option
from inferometer.cli.ratings import Ratings
from inferometer.cli.run import (
    AllowInvalid,
    Price,
    parsed,
    run_to_its_end,
    settings_of_flags,
)
from inferometer.cli.usage import require_known_arrivals


@with_levels
def simulate(  # noqa: PLR0917 - typer makes an option of each
    campaign: Campaign,
    only: Only = None,
    sets: Sets = None,
    quick: Quick = False,
    fitted: FittedProfiles = None,
    allow_invalid: AllowInvalid = False,
    telemetry: Annotated[
        bool,
        option("Record what the simulated cards and server show."),
    ] = True,
    price: Price = None,
    interleave: Interleave = False,
    asserted: Asserted = None,
    ratings: Ratings = None,
    *,
    levels: LevelFlags,
) -> None:
    """Run a campaign on twins in virtual time: the same files as `run`, marked as simulated.

    A twin of the card that the campaign's hardware names (`twin: r9700`) takes the place of each
    server. It computes the times of a real one, as fast as this host can. No GPU is needed. The
    same command continues the campaign after an interruption.

    The files are those of `run`, in a directory of their own whose name ends with -simulated. All
    that is made of them says that it was simulated, not measured: docs/twin.md.

    Every latency and throughput has a 90% interval of the twin's error: of the --fitted profile,
    or as wide as on cards that nobody fitted.

    Exit code: 0 if every point has a VALID or SUSPECT result (with --allow-invalid: any result)
    and all targets of --assert are met; 1 if not; 2 if the campaign file is wrong or lacks a card;
    130 if it was interrupted.
    """
    from inferometer.metrics.calibration import Missing

    require_known_arrivals()
    flags = CampaignFlags(
        campaign,
        only or (),
        settings_of_flags(sets or (), telemetry, None, price),
        quick,
        interleave=interleave,
        levels=levels,
        simulated=True,
        fitted=fitted or (),
    )
    asked = parsed(flags, asserted or (), ratings)
    run_to_its_end(asked, flags, allow_invalid, lambda _: Missing("off"))
