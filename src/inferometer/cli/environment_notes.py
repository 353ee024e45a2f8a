"""Changes of a campaign by environment variables, as sentences: exported variables are easily
forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from inferometer.cli.campaign_flags import CampaignFlags
from inferometer.spec.campaign import CampaignError, CampaignSpec, Group
from inferometer.spec.campaign_file import NARROWING
from inferometer.spec.flags import SERVER_URL
from inferometer.words import Said


def environment_notes(
    flags: CampaignFlags,
    narrowed: CampaignSpec,
    groups: Sequence[Group],
    environment: Mapping[str, str],
) -> list[str]:
    """A sentence for each change. `groups` are those of the campaign as it was `narrowed`."""
    set_here = _set_here(environment)
    if not set_here:
        return []
    try:
        whole, whole_groups = flags.read({})
    except CampaignError:
        return [
            Said("environment.replaces", {"name": name, "text": text})
            for name, text in set_here.items()
        ]
    bounds = {name: set_here[name] for name in NARROWING if name in set_here}
    return [
        *(
            _narrowing(bounds, whole, _count(whole_groups), _count(groups))
            if bounds
            else ()
        ),
        *(
            _addresses(set_here[SERVER_URL], whole, narrowed)
            if SERVER_URL in set_here and not flags.embedded
            else ()
        ),
    ]


def _set_here(environment: Mapping[str, str]) -> dict[str, str]:
    names = (*NARROWING, SERVER_URL)
    found = {name: environment.get(name, "").strip() for name in names}
    return {name: text for name, text in found.items() if text}


def _narrowing(
    bounds: Mapping[str, str], whole: CampaignSpec, points: int, left: int
) -> Iterator[str]:
    variables = _both([f"{name}={text}" for name, text in bounds.items()])
    told = {"variables": variables, "left": left, "points": points}
    listed = _listed(whole)
    if not listed:
        yield Said("environment.none_listed", told)
        return
    if left < points:
        yield Said("environment.narrowed", told)
    elif not all(_is_within(bounds, number) for number in listed):
        yield Said("environment.narrowed.some", told)
    last = bounds.get("NUM_PROMPTS_END")
    if last is not None and int(last) > max(listed):
        yield Said("environment.beyond", {"last": last, "largest": max(listed)})


def _both(variables: Sequence[str]) -> str:
    if len(variables) == 1:
        return variables[0]
    return Said("and", dict(zip(("first", "second"), variables, strict=True)))


def _is_within(bounds: Mapping[str, str], number: int) -> bool:
    first, last = (bounds.get(name) for name in NARROWING)
    return (first is None or int(first) <= number) and (
        last is None or number <= int(last)
    )


def _listed(campaign: CampaignSpec) -> set[int]:
    """All num_prompts listed in a matrix; only these are narrowed."""
    found = set()
    for matrix in (
        group.matrix or campaign.matrix for group in campaign.groups
    ):
        found |= {
            *matrix.num_prompts,
            *(row.num_prompts for row in (*matrix.paired, *matrix.include)),
        }
    return {number for number in found if number is not None}


def _addresses(
    address: str, whole: CampaignSpec, now: CampaignSpec
) -> Iterator[str]:
    replaced = [
        f"{name} ({recipe.base_url})"
        for name, recipe in whole.servers.items()
        if recipe.base_url != now.servers[name].base_url
    ]
    if replaced:
        told = {"variable": SERVER_URL, "address": address, "servers": replaced}
        yield Said("environment.address", told)


def _count(groups: Sequence[Group]) -> int:
    return sum(len(group.points) for group in groups)
