"""The flags that `run` and `plan` share: which campaign, and which part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument

from inferometer.cli.level_flags import LevelFlags
from inferometer.cli.option import option

if TYPE_CHECKING:
    from inferometer.engine.twin.fitted import Fitted
    from inferometer.spec.campaign import CampaignSpec, Group

Campaign = Annotated[
    str,
    Argument(metavar="FILE|PRESET", help="Campaign file, or name of a preset."),
]
Only = Annotated[
    list[str] | None,
    option("Only these groups or points; repeatable.", metavar="GROUP|ID|GLOB"),
]
Sets = Annotated[
    list[str] | None,
    option(
        "Change a setting, such as load.num_warmups=4; repeatable.",
        "--set",
        metavar="KEY=VALUE",
    ),
]
Quick = Annotated[
    bool,
    option(
        "A few points with few requests; results go to a separate directory.",
        "--quick",
    ),
]
Embedded = Annotated[
    bool,
    option(
        "Rehearse with the embedded engine as server; results go to a separate directory.",
        "--embedded",
    ),
]
FittedProfiles = Annotated[
    list[Path] | None,
    option(
        "Profile that `inferometer fit` wrote, for the twins of its card; repeatable.",
        metavar="FILE",
        show_default="none, with wider intervals",
    ),
]
Interleave = Annotated[
    bool,
    option(
        "Alternate between the campaign's servers, A B C, C B A, ..., over its repeats.",
        "--interleave",
    ),
]


@dataclass(frozen=True, slots=True)
class CampaignFlags:
    campaign: str
    only: Sequence[str] = ()
    sets: Sequence[str] = ()
    quick: bool = False
    embedded: bool = False
    interleave: bool = False
    levels: LevelFlags = field(default_factory=LevelFlags)
    simulated: bool = False
    """Whether it runs on twins in virtual time."""
    fitted: Sequence[Path] = ()
    """Profiles of its twins."""

    def read(
        self, environment: Mapping[str, str]
    ) -> tuple[CampaignSpec, list[Group]]:
        """The campaign, and the chosen points in groups. Raises CampaignError."""
        from inferometer.spec.campaign_file import load_campaign
        from inferometer.spec.expand import expand
        from inferometer.spec.quick import check_quick

        sets = [*self.sets, *self.levels.sets(self.campaign, environment)]
        if self.quick:
            check_quick(sets)
        spec = load_campaign(
            self.campaign,
            sets=sets,
            environment=environment,
            interleave=self.interleave,
        )
        return spec, expand(spec, quick=self.quick, only=self.only)

    def profiles(self) -> list[Fitted]:
        """The fitted ones. Raises CampaignError, also where nothing is simulated."""
        from inferometer.cli.fitted_file import read_all_fitted
        from inferometer.engine.twin.profiles import ProfileError
        from inferometer.spec.campaign import CampaignError
        from inferometer.words import Said, sentence_of

        if self.fitted and not (self.embedded or self.simulated):
            raise CampaignError([Said("twin.no_twin")])
        try:
            return read_all_fitted(self.fitted)
        except ProfileError as error:
            raise CampaignError([sentence_of(error)]) from None
