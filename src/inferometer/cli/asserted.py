"""`--assert`: targets for the results of bench, run and report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from inferometer.cli.option import option
from inferometer.cli.telling import tell
from inferometer.vocabulary import (
    CONDITIONS,
    COSTS,
    OF_THE_MACHINE,
    statistic_of,
)
from inferometer.words import Said, sentence_of

if TYPE_CHECKING:
    from inferometer.analysis.targets import Checked
    from inferometer.spec.campaign import CampaignSpec
    from inferometer.spec.target import Threshold

EXIT_MISSED = 1

HELP = (
    'Target to check, such as "p99_ttft_ms<200" or "any mean_tpot_ms<50 if tp=1"; repeatable. '
    "If a target is missed, the exit code is 1."
)

Asserted = Annotated[
    list[str] | None, option(HELP, "--assert", metavar="TARGET")
]


def _parsed(texts: Sequence[str]) -> tuple[list[Threshold], list[str]]:
    """Targets, and what is wrong with the others."""
    from inferometer.spec.target import parse_target

    targets, wrong = [], list[str]()
    for text in texts:
        try:
            targets.append(parse_target(text))
        except ValueError as error:
            wrong.append(sentence_of(error))
    return targets, wrong


def targets_of(
    texts: Sequence[str],
    *,
    lacking: Sequence[str] = (),
    conditions: Sequence[str] | None = tuple(CONDITIONS),
) -> tuple[Threshold, ...]:
    """The parsed targets; `lacking` are metrics that this run cannot have, `conditions` those that
    there are, None where files tell them. Raises FlagsError with all errors.
    """
    if not texts:
        return ()
    from inferometer.analysis.targets import mistakes
    from inferometer.cli.flag_errors import FlagsError

    targets, wrong = _parsed(texts)
    wrong += mistakes(targets, lacking=lacking, conditions=conditions)
    if wrong:
        told = [{"flag": "--assert", "why": why} for why in wrong]
        raise FlagsError([Said("flag.of", each) for each in told])
    return tuple(targets)


def targets_of_campaign(campaign: CampaignSpec) -> tuple[Threshold, ...]:
    """The campaign's own targets. Raises FlagsError with all errors."""
    from inferometer.analysis.targets import mistakes
    from inferometer.cli.flag_errors import FlagsError
    from inferometer.spec.target import campaign_target

    targets = tuple(
        campaign_target(metric, comparison)
        for metric, comparison in campaign.targets.items()
    )
    if reasons := mistakes(targets, lacking=lacking_in(campaign)):
        raise FlagsError(reasons)
    return targets


OF_GOODPUT = (
    "request_goodput",
    "good_output_throughput",
    "cost_per_million_good_tokens",
    "joules_per_good_token",
)


def lacking_in_one_run(
    *, goodput: bool, price: bool = False, telemetry: bool = True
) -> list[str]:
    """Metrics that a single run cannot have; whether limits of goodput and a price are given, and
    the machine is sampled.
    """
    return [
        "scaling_efficiency",
        *([] if price else COSTS),
        *([] if goodput else OF_GOODPUT),
        *([] if telemetry else (name for name, _, _ in OF_THE_MACHINE)),
    ]


def lacking_in(campaign: CampaignSpec) -> list[str]:
    """Metrics that its points cannot have without further settings of the campaign."""
    costs = (
        campaign.cost_per_hour,
        *(hardware.cost_per_hour for hardware in campaign.hardware.values()),
    )
    has_cost = campaign.price or any(cost is not None for cost in costs)
    return [
        *([] if has_cost else COSTS),
        *([] if campaign.goodput else OF_GOODPUT),
        *(
            []
            if campaign.telemetry
            else (name for name, _, _ in OF_THE_MACHINE)
        ),
    ]


def percentiles_of(targets: Sequence[Threshold]) -> tuple[float, ...]:
    """Those that the targets' metrics are, so that they are computed."""
    found = (statistic_of(target.metric) for target in targets)
    percentiles = (each.percentile for each in found if each)
    return tuple(
        dict.fromkeys(each for each in percentiles if each is not None)
    )


def tell_targets(checked: Sequence[Checked], *, err: bool = False) -> int:
    """Print the results of the targets, on standard error if `err`. Exit code 1 if one is
    missed.
    """
    from inferometer.report.targets import target_lines
    from inferometer.words import spoken

    if checked:
        tell(spoken().text("console.targets"), err=err)
    for line in target_lines(checked):
        tell(f"  {line}", err=err)
    return EXIT_MISSED if any(each.state == "missed" for each in checked) else 0
