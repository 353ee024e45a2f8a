"""`bench --config C --model 7B --tp 1`: a test of a campaign by what it measures, as users of the
PCIe scripts know it.

It is the same as running that campaign with `--only`: same servers checked, same files, and it goes
on where it stopped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass

from inferometer.cli.bench.flags import DEFAULTS, BenchFlags
from inferometer.cli.flag_errors import FlagsError, flag_name
from inferometer.cli.server_address import base_url_of_flags, names_a_server
from inferometer.spec.campaign import CampaignError, PlannedPoint, ServerNeed
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from inferometer.spec.preset_files import preset_names
from inferometer.words import Said

HEEDED = (
    *(
        "config",
        "campaign",
        "model",
        "tp",
        "input_len",
        "output_len",
        "random_input_len",
        "random_output_len",
        "num_prompts",
    ),
    *(
        "base_url",
        "host",
        "port",
        "result_dir",
        "save_result",
        "allow_invalid",
        "repeats",
    ),
)
"""Flags that mean something beside --config; all else is the campaign's to say."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What `run` is to be given."""

    campaign: str
    only: list[str]
    sets: list[str]


@dataclass(frozen=True, slots=True)
class _Test:
    campaign: str
    need: ServerNeed
    id: str
    points: tuple[PlannedPoint, ...]

    def lengths(self) -> set[tuple[int | None, int | None]]:
        return {point.spec.workload.nominal_lengths() for point in self.points}

    def __str__(self) -> str:
        lengths = ", ".join(
            f"{prompt}/{output}"
            for prompt, output in sorted(self.lengths(), key=str)
        )
        return (
            f"--model {self.need.model_alias} --tp {self.need.tp} ({self.id} of {self.campaign}, "
            f"{lengths} tokens)"
        )


def choose(flags: BenchFlags) -> Chosen:
    """The one test that has this hardware configuration, model, TP and length. Raises FlagsError
    and CampaignError.
    """
    if flags.config is None:
        raise FlagsError([Said("config.needed")])
    unheeded = [
        name
        for name, default in DEFAULTS.items()
        if name not in HEEDED and getattr(flags, name) != default
    ]
    if unheeded:
        named = [flag_name(name) for name in unheeded]
        raise FlagsError([Said("config.unheeded", {"flags": named})])
    test = _only_one(
        flags,
        [
            test
            for test in _tests(flags)
            if test.need.hardware_name == flags.config
        ],
    )
    return Chosen(test.campaign, _only(flags, test), _sets(flags, test))


def _tests(flags: BenchFlags) -> Iterator[_Test]:
    for name in [flags.campaign] if flags.campaign else preset_names():
        try:
            groups = expand(load_campaign(name, environment=os.environ))
        except CampaignError:
            if flags.campaign:
                raise
            continue  # a preset of which NUM_PROMPTS_START and NUM_PROMPTS_END leave nothing
        for group in groups:
            for test in group.tests:
                points = tuple(
                    point
                    for point in group.points
                    if point.id.startswith(f"{test}/")
                )
                yield _Test(name, group.server, test, points)


def _fits(test: _Test, flags: BenchFlags) -> bool:
    lengths = (
        flags.input_len or flags.random_input_len,
        flags.output_len or flags.random_output_len,
    )
    return (
        flags.model in (None, test.need.model_alias, test.need.model_id)
        and flags.tp in (None, test.need.tp)
        and lengths in test.lengths()
    )


def _only_one(flags: BenchFlags, tests: list[_Test]) -> _Test:
    if not tests:
        told = {"config": flags.config, "campaign": flags.campaign}
        key = "config.none.campaign" if flags.campaign else "config.none"
        raise FlagsError([Said(key, told)])
    fitting = [test for test in tests if _fits(test, flags)]
    if len(fitting) == 1:
        return fitting[0]
    there = "; ".join(map(str, fitting or tests))
    key = "config.several" if fitting else "config.no_test"
    raise FlagsError([Said(key, {"config": flags.config, "tests": there})])


def _only(flags: BenchFlags, test: _Test) -> list[str]:
    if flags.num_prompts is None:
        return [test.id]
    chosen = [
        point.id
        for point in test.points
        if point.spec.load.num_prompts == flags.num_prompts
    ]
    if not chosen:
        counts = sorted({point.spec.load.num_prompts for point in test.points})
        span = {"first": counts[0], "last": counts[-1]}
        told = {"n": flags.num_prompts, "test": test.id, **span}
        raise FlagsError([Said("config.num_prompts", told)])
    return chosen


def _sets(flags: BenchFlags, test: _Test) -> list[str]:
    sets = []
    if flags.base_url is not None:
        sets.append(
            f"servers.{test.need.recipe_name}.base_url={json.dumps(flags.base_url)}"
        )
    elif names_a_server(flags):
        base_url = base_url_of_flags(flags)
        sets.append(
            f"servers.{test.need.recipe_name}.base_url={json.dumps(base_url)}"
        )
    if flags.result_dir != DEFAULTS["result_dir"]:
        sets.append(f"result_dir={json.dumps(str(flags.result_dir))}")
    if flags.repeats != DEFAULTS["repeats"]:
        sets.append(f"repeats={flags.repeats}")
    return sets
