"""Changes of a campaign by environment variables, as sentences: exported variables are easily
forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from inferometer.cli.campaign_flags import CampaignFlags
from inferometer.spec.campaign import CampaignError, CampaignSpec, Group
from inferometer.spec.campaign_file import NARROWING
from inferometer.spec.flags import SERVER_URL


def environment_notes(
    flags: CampaignFlags,
    narrowed: CampaignSpec,
    groups: Sequence[Group],
    environment: Mapping[str, str],
) -> list[str]:
    """A sentence for each change. `groups` are those of the campaign as it was `narrowed`."""
    set_here = {
        name: text
        for name in (*NARROWING, SERVER_URL)
        if (text := environment.get(name, "").strip())
    }
    if not set_here:
        return []
    try:
        whole, whole_groups = flags.read({})
    except CampaignError:
        return [
            f"{name}={text} is set and replaces a setting of this campaign."
            for name, text in set_here.items()
        ]
    bounds = {name: set_here[name] for name in NARROWING if name in set_here}
    return [
        *(_narrowing(bounds, whole, _count(whole_groups), _count(groups)) if bounds else ()),
        *(
            _addresses(set_here[SERVER_URL], whole, narrowed)
            if SERVER_URL in set_here and not flags.embedded
            else ()
        ),
    ]


def _narrowing(
    bounds: Mapping[str, str], whole: CampaignSpec, points: int, left: int
) -> Iterator[str]:
    variables = " and ".join(f"{name}={text}" for name, text in bounds.items())
    listed = _listed(whole)
    if not listed:
        yield f"{variables}: this campaign lists no num_prompts, so they have no effect."
        return
    if left < points:
        yield f"Narrowed by {variables}: {left:,} of {points:,} points."
    elif not all(_is_within(bounds, number) for number in listed):
        yield f"Narrowed by {variables}."
    last = bounds.get("NUM_PROMPTS_END")
    if last is not None and int(last) > max(listed):
        yield (
            f"NUM_PROMPTS_END={last} is beyond this campaign, whose num_prompts end at "
            f"{max(listed):,}."
        )


def _is_within(bounds: Mapping[str, str], number: int) -> bool:
    first, last = (bounds.get(name) for name in NARROWING)
    return (first is None or int(first) <= number) and (last is None or number <= int(last))


def _listed(campaign: CampaignSpec) -> set[int]:
    """All num_prompts listed in a matrix; only these are narrowed."""
    found = set()
    for matrix in (group.matrix or campaign.matrix for group in campaign.groups):
        found |= {
            *matrix.num_prompts,
            *(row.num_prompts for row in (*matrix.paired, *matrix.include)),
        }
    return {number for number in found if number is not None}


def _addresses(address: str, whole: CampaignSpec, now: CampaignSpec) -> Iterator[str]:
    replaced = [
        f"{name} ({recipe.base_url})"
        for name, recipe in whole.servers.items()
        if recipe.base_url != now.servers[name].base_url
    ]
    if replaced:
        yield f"{SERVER_URL}={address} replaces the address of {', '.join(replaced)}."


def _count(groups: Sequence[Group]) -> int:
    return sum(len(group.points) for group in groups)
