"""Laws of a twin's cards: what they show follows from its steps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inferometer.clock import MS, NS
from inferometer.engine.accelerator import AVERAGED_NS
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.front import TwinModel
from inferometer.engine.twin.power import step_power_w
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.step_time import PS

SETTINGS = TwinSettings(
    card="r9700", model="llama-3.1-8b", tp=2, max_model_len=2048
)
ORIGIN_NS = 987 * NS
PROMPT_TOKENS = 900
REQUESTS = [(number * 700 * MS, 40 + 60 * number) for number in range(6)]
"""When each arrives, and the tokens of its answer."""
OVER_NS = ORIGIN_NS + 12 * NS


def shown(model: TwinModel, now_ns: int) -> dict[str, float]:
    first, second = model.cards(now_ns)
    values = {name: said["value"] for name, said in first["readings"].items()}
    assert values == {
        name: said["value"] for name, said in second["readings"].items()
    }
    return values


def busy_model(settings: TwinSettings = SETTINGS) -> TwinModel:
    """With all requests taken in at their times."""
    model = TwinModel(settings)
    for number, (arrived_ns, tokens) in enumerate(REQUESTS):
        at_ns = ORIGIN_NS + round(arrived_ns / settings.speed)
        model.cards(at_ns)
        model.submit(number, PROMPT_TOKENS, tokens, at_ns)
    return model


def test_an_idle_card_has_idle_power() -> None:
    model = TwinModel(SETTINGS)
    begun, later = (shown(model, at * NS) for at in (100, 107))
    assert later["power_w"] == model.twin.card.idle_w
    assert later["gpu_utilization"] == 0
    grown = later["energy_j"] - begun["energy_j"]
    assert grown == pytest.approx(7 * model.twin.card.idle_w)


def test_it_is_idle_again_after_the_last_token() -> None:
    model = busy_model()
    assert shown(model, OVER_NS)["power_w"] == model.twin.card.idle_w
    assert shown(model, OVER_NS)["gpu_utilization"] == 0


def test_a_card_under_load_is_above_idle_and_within_its_limit() -> None:
    model = TwinModel(SETTINGS)
    for number in range(200):
        model.submit(number, 1500, 200, ORIGIN_NS)
    for second in range(1, 6):
        values = shown(model, ORIGIN_NS + second * NS)
        card = model.twin.card
        assert 2 * card.idle_w < values["power_w"] <= card.limit_w
        assert 50 < values["gpu_utilization"] <= 100


@pytest.mark.parametrize("speed", [1.0, 3.0])
def test_mean_powers_that_follow_each_other_are_the_counter(
    speed: float,
) -> None:
    model = busy_model(replace(SETTINGS, speed=speed))
    now_ns = OVER_NS
    before_j = shown(model, now_ns)["energy_j"]
    model.submit(77, 2000, 40, now_ns)
    joules = 0.0
    for _ in range(10):
        now_ns += AVERAGED_NS
        values = shown(model, now_ns)
        joules += values["power_w"] * AVERAGED_NS / NS
        grown_j = values["energy_j"] - before_j
        assert joules == pytest.approx(grown_j, rel=1e-6)
    assert joules > 5.1 * model.twin.card.idle_w


def test_the_counter_is_the_integral_over_the_steps() -> None:
    twin = make_twin(SETTINGS)
    simulation = twin.simulation(macro_steps=False)
    for number, (arrived_ns, tokens) in enumerate(REQUESTS):
        simulation.submit(
            TwinRequest(number, PROMPT_TOKENS, tokens, arrived_ns=arrived_ns)
        )
    joules = busy_s = 0.0
    while (stretch := simulation.advance()) is not None:
        seconds = stretch.first_ps / PS
        busy_s += seconds
        joules += seconds * step_power_w(twin.card, stretch.busy)
    idle_s = (OVER_NS - ORIGIN_NS) / NS - busy_s
    model = TwinModel(SETTINGS)
    before_j = shown(model, ORIGIN_NS)["energy_j"]
    grown_j = shown(busy_model(), OVER_NS)["energy_j"] - before_j
    assert 1 < busy_s < 11
    assert grown_j == pytest.approx(
        joules + idle_s * twin.card.idle_w, rel=1e-3
    )


def test_whoever_looks_changes_nothing() -> None:
    rarely, often = busy_model(), busy_model()
    for at in range(1, 600):
        shown(often, OVER_NS - 600 * MS + at * MS)
    assert shown(often, OVER_NS) == shown(rarely, OVER_NS)


def test_speed_shortens_work_and_its_energy() -> None:
    """On the clock of whoever measures, as every other duration."""
    idle_w = make_twin(SETTINGS).card.idle_w
    above_idle_j = [
        shown(busy_model(replace(SETTINGS, speed=speed)), OVER_NS)["energy_j"]
        - idle_w * OVER_NS / NS
        for speed in (1.0, 4.0)
    ]
    assert above_idle_j[0] == pytest.approx(4 * above_idle_j[1], rel=1e-3)


@pytest.mark.parametrize(
    ("settings", "low", "high"),
    [
        # vLLM takes its share whole at its start, whatever runs
        (SETTINGS, 0.89, 0.9),
        (replace(SETTINGS, gpu_memory_utilization=0.7), 0.69, 0.7),
        (replace(SETTINGS, num_gpu_blocks=10**6), 1, 1),
    ],
)
def test_memory_in_use(settings: TwinSettings, low: float, high: float) -> None:
    values = shown(TwinModel(settings), NS)
    used = values["memory_used_bytes"] / values["memory_total_bytes"]
    assert low <= used <= high


def test_blocks_that_were_given_are_in_use() -> None:
    few, more = (
        shown(TwinModel(replace(SETTINGS, num_gpu_blocks=blocks)), NS)
        for blocks in (200, 500)
    )
    # keys and values of a token: 32 layers, 4 of 8 heads on a card, 128 wide, bf16
    token_bytes = 2 * 32 * 4 * 128 * 2
    grown = more["memory_used_bytes"] - few["memory_used_bytes"]
    assert grown == 300 * 16 * token_bytes


@pytest.mark.parametrize(
    ("card", "link", "expected"),
    [
        ("r9700", None, (32, 16)),
        ("r9700", "pcie4x8", (16, 8)),
        ("rtx-4090", None, (16, 16)),
        ("h100", None, None),
        ("h100", "pcie3x4-nop2p", (8, 4)),
    ],
)
def test_the_link_of_a_card(
    card: str, link: str | None, expected: tuple[int, int] | None
) -> None:
    """That between cards, where it is PCIe; NVLink says nothing of the slot."""
    model = TwinModel(replace(SETTINGS, card=card, link=link))
    for each in model.cards(0):
        slot = each["link"]["slot"]
        assert (slot and (slot["speed_gts"], slot["width"])) == expected
