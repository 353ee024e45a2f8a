"""Flags of `run` and `plan` for a ladder of concurrency, as the execution guide's custom test has
them: each stands for settings of the campaign.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Annotated, Any

from inferometer.cli.option import panel
from inferometer.words import Said

if TYPE_CHECKING:
    from inferometer.spec.campaign import CampaignSpec

level = panel("Levels and lengths (instead of --set)")


@dataclass(frozen=True, slots=True)
class LevelFlags:
    """As typed."""

    single: Annotated[
        int | None,
        level("Measure one level only: this many requests in flight."),
    ] = None
    min_concurrency: Annotated[
        int | None, level("Lowest level. (default: 1)")
    ] = None
    max_concurrency: Annotated[int | None, level("Highest level.")] = None
    step: Annotated[
        int | None, level("Distance between two levels. (default: 1)")
    ] = None
    input_len: Annotated[int | None, level("Prompt length in tokens.")] = None
    output_len: Annotated[int | None, level("Output length in tokens.")] = None
    num_prompts: Annotated[
        int | None, level("Number of requests to measure at each level.")
    ] = None

    def sets(self, campaign: str, environment: Mapping[str, str]) -> list[str]:
        """The same as `--set` has it. Raises CampaignError."""
        from inferometer.spec.campaign import CampaignError
        from inferometer.spec.campaign_file import load_campaign

        given = [
            each.name
            for each in fields(self)
            if getattr(self, each.name) is not None
        ]
        if not given:
            return []
        spec = load_campaign(campaign, environment=environment)
        if reasons := [*self._contrary(), *_paired(spec, given)]:
            raise CampaignError(reasons)
        return [*self._sets(spec)]

    def _sets(self, spec: CampaignSpec) -> Iterator[str]:
        if (levels := self._levels()) is not None:
            yield f"matrix.max_concurrency={levels}"
        for name, section in (
            ("input_len", "workload"),
            ("output_len", "workload"),
            ("num_prompts", "load"),
        ):
            if (value := getattr(self, name)) is not None:
                swept = getattr(spec.matrix, name)
                yield f"{'matrix' if swept else section}.{name}={value}"

    def _levels(self) -> str | None:
        if self.single is not None:
            return json.dumps([self.single])
        if self.max_concurrency is None:
            return None
        levels = {"from": self.min_concurrency or 1, "to": self.max_concurrency}
        return json.dumps(
            {**levels, "step": 1 if self.step is None else self.step}
        )

    def _contrary(self) -> list[str]:
        ladder = {
            "--min-concurrency": self.min_concurrency,
            "--max-concurrency": self.max_concurrency,
            "--step": self.step,
        }
        typed = [flag for flag, value in ladder.items() if value is not None]
        if self.single is not None and typed:
            return [Said("levels.single", {"flags": typed})]
        if typed and self.max_concurrency is None:
            return [Said("levels.no_highest", {"flags": typed})]
        return []


def with_levels(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb with these flags in the place of `levels`, its last parameter."""
    flags = signature(LevelFlags, eval_str=True).parameters

    @wraps(verb)
    def typed(*arguments: Any, **given: Any) -> None:
        levels = {name: given.pop(name) for name in flags if name in given}
        verb(*arguments, **given, levels=LevelFlags(**levels))

    whole = signature(verb, eval_str=True)
    *own, _ = whole.parameters.values()
    together = whole.replace(parameters=[*own, *flags.values()])
    typed.__signature__ = together  # type: ignore[attr-defined]
    return typed


LADDER = ("single", "min_concurrency", "max_concurrency", "step")


def _paired(spec: CampaignSpec, given: list[str]) -> list[str]:
    """What these flags would set beside settings that go together in the campaign, and win."""
    names = {"max_concurrency" if name in LADDER else name for name in given}
    matrices = [each.matrix or spec.matrix for each in spec.groups]
    fixed = {
        name
        for matrix in matrices
        for row in (*matrix.paired, *matrix.include)
        for name in names
        if getattr(row, name) is not None
    }
    if not (fixed or any(each.matrix or each.workload for each in spec.groups)):
        return []
    key = "levels.paired" if fixed else "levels.own_groups"
    return [Said(key, {"name": spec.name, "fields": sorted(fixed)})]
