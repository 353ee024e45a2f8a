"""The laws of `test_laws`, on every card with every model that fits eight of it: a profile with a
wrong number breaks one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

import pytest

from inferometer.engine.twin.client import TwinLoad, measured, play
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.memory import OutOfMemoryError
from inferometer.engine.twin.profiles import (
    CardProfile,
    ModelShape,
    lanes_of,
    load_profile,
    profiles,
)
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.step_time import StepTime

CARDS, MODELS = profiles(CardProfile), profiles(ModelShape)
SIZES = (1, 2, 4, 8)
PROMPT = 1024
on_every_card = pytest.mark.parametrize("card", CARDS)


def fitting(card: str) -> Iterator[TwinSettings]:
    """Each model on as few cards as hold it."""
    for model in MODELS:
        for tp in SIZES:
            settings = TwinSettings(card, model, tp=tp, max_model_len=2048)
            try:
                make_twin(settings)
            except OutOfMemoryError:
                continue
            yield settings
            break


def doubled(card: str) -> Iterator[tuple[TwinSettings, TwinSettings]]:
    """The same model on so many cards, and on twice as many."""
    for settings in fitting(card):
        for tp in SIZES:
            if settings.tp <= tp < SIZES[-1]:
                yield replace(settings, tp=tp), replace(settings, tp=2 * tp)


def step_time(settings: TwinSettings) -> StepTime:
    twin = make_twin(settings)
    parts = twin.card, twin.model, twin.stack, twin.host, twin.link
    is_async = twin.rules.async_scheduling
    return StepTime(*parts, tp=settings.tp, async_scheduling=is_async)


def step_ps(settings: TwinSettings, requests: int, context: int) -> int:
    """Of requests that decode, with so many tokens before each."""
    steps = step_time(settings)
    within = min(context, steps.window) if steps.window else 0
    read_ps = steps.reading_ps(requests * context, requests * within)
    return steps.decode(requests).total_ps + read_ps


def prompt_ps(settings: TwinSettings) -> int:
    prompt = TwinRequest(0, PROMPT, 1)
    return step_time(settings).step([(prompt, 0, PROMPT)]).total_ps


@on_every_card
def test_nearly_every_model_fits_eight_cards(card: str) -> None:
    without = MODELS.keys() - {each.model for each in fitting(card)}
    assert without <= {"deepseek-r1-awq"}


@on_every_card
def test_decode_grows_with_batch_and_context_but_less_than_they_do(
    card: str,
) -> None:
    for settings in fitting(card):
        few, more, many = (step_ps(settings, n, 128) for n in (1, 16, 64))
        assert few < more < many < 4 * more < 64 * few, settings
        assert many < step_ps(settings, 64, 1024) < 8 * many, settings


@on_every_card
def test_twice_the_cards_read_weights_twice_as_fast_and_do_no_more(
    card: str,
) -> None:
    for one, two in doubled(card):
        steps = [step_time(each).decode(1) for each in (one, two)]
        half = steps[0].memory_ps / 2
        assert steps[1].memory_ps == pytest.approx(half, rel=1e-3), two
        assert steps[0].total_ps < 2 * steps[1].total_ps, two


@on_every_card
def test_twice_the_cards_more_than_double_the_kv_pool(card: str) -> None:
    for one, two in doubled(card):
        heads = load_profile(ModelShape, two.model).kv_heads
        blocks = [make_twin(each).memory.blocks for each in (one, two)]
        grows = blocks[1] / blocks[0]
        assert grows > (2 if two.tp <= heads else 1), two


@on_every_card
def test_more_and_more_cards_help_less_and_less(card: str) -> None:
    for settings in fitting(card):
        sizes = [tp for tp in SIZES if tp >= max(2, settings.tp)]
        times = [step_ps(replace(settings, tp=tp), 1, 128) for tp in sizes]
        gains = [one / two for one, two in zip(times, times[1:], strict=False)]
        assert gains == sorted(gains, reverse=True), settings


@on_every_card
def test_fewer_lanes_cost_prompts_more_than_answers(card: str) -> None:
    if lanes_of(load_profile(CardProfile, card).link) is None:
        return
    for settings in fitting(card):
        pair = replace(settings, tp=max(2, settings.tp))
        narrow, wide = (
            replace(pair, link=link) for link in ("pcie4x8", "pcie4x16")
        )
        costs = prompt_ps(narrow) / prompt_ps(wide)
        assert costs > step_ps(narrow, 1, 128) / step_ps(wide, 1, 128) > 1, pair


def played(settings: TwinSettings, load: TwinLoad) -> list[TwinRequest]:
    done = play(make_twin(settings).simulation(), load)
    return sorted(done, key=lambda each: each.arrived_ns)


@on_every_card
def test_a_closed_loop_gets_slower_with_more_users(card: str) -> None:
    for settings in fitting(card):
        few, many = (
            measured(played(settings, TwinLoad(2 * n, 256, 16, n)))
            for n in (4, 32)
        )
        for metric in ("mean_tpot_ms", "mean_ttft_ms", "output_throughput"):
            assert few[metric] < many[metric], (settings, metric)


@on_every_card
def test_overload_makes_ttft_grow_and_tpot_not(card: str) -> None:
    for settings in fitting(card):
        busy = replace(settings, max_num_seqs=8)
        full = measured(played(busy, TwinLoad(32, 128, 16, 8)))
        rate = 4 * full["request_throughput"]
        done = played(busy, TwinLoad(96, 128, 16, request_rate=rate))
        early, late = measured(done[8:32]), measured(done[-24:])
        assert late["mean_ttft_ms"] > 2 * early["mean_ttft_ms"], settings
        assert late["mean_tpot_ms"] < 1.3 * early["mean_tpot_ms"], settings


@on_every_card
def test_twice_the_requests_take_twice_as_long_once_the_pool_is_full(
    card: str,
) -> None:
    for settings in fitting(card):
        short = replace(settings, max_model_len=96, prefix_caching=False)
        memory = make_twin(short).memory
        held = ceil(8 * memory.blocks / memory.concurrency(96))
        full = replace(short, num_gpu_blocks=held)
        roomy_s, full_s = (
            [
                measured(played(each, TwinLoad(n, 32, 64)))["duration"]
                for n in (16, 32)
            ]
            for each in (short, full)
        )
        assert full_s[1] > 1.6 * full_s[0], settings
        assert full_s[1] / full_s[0] > roomy_s[1] / roomy_s[0], settings
