"""What samplers say of the cards, check by check: a fault that is named, and the clean run that is
not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from inferometer.metrics import Finding, Level, judge, summarize
from inferometer.metrics.machine import MachineFigures, machine_of, window_of
from inferometer.trace import Trace
from inferometer.trace.series import (
    HOST,
    Declared,
    SampledCard,
    SamplerReport,
    Series,
    Telemetry,
)
from tests.metrics.power_traces import A, B, series
from tests.metrics.trace_builder import build, request

TIMES = np.arange(-1.1, 14.0, 0.5)
DECLARED = Declared((A,), 1, 4, 8)
TOKENS, REQUESTS = 10, 13
COLUMNS = ("time_ns", "value", "reason")


def answered() -> Trace:
    """One request a second, from 0 to 12.2 s, ten tokens each."""
    return build(
        [
            request(1000.0 * i, *(1000 * i + 20 * k for k in range(1, 11)))
            for i in range(REQUESTS)
        ]
    )


def held(name: str, *values: float, card: str = A) -> Series:
    """These values in equal parts of the time."""
    parts = np.array_split(TIMES, len(values))
    value = np.concatenate(
        [
            np.full(len(part), each)
            for part, each in zip(parts, values, strict=True)
        ]
    )
    return series(name, card, TIMES, value)


def missing(name: str, reason: str, card: str = A) -> Series:
    return series(name, card, TIMES, np.full_like(TIMES, np.nan), reason=reason)


def seen(*all_series: Series, **facts: Any) -> Telemetry:
    """A card at work whose link is Gen4 x8, but for these series."""
    usual = [
        held("gpu_utilization", 95.0),
        held("power_w", 300.0),
        held("slot_width", 8.0),
        held("slot_speed_gts", 16.0),
    ]
    own = {(each.name, each.card) for each in all_series}
    kept = [each for each in usual if (each.name, each.card) not in own]
    cards = dict.fromkeys(
        each.card for each in (*kept, *all_series) if each.card != HOST
    )
    return replace(
        Telemetry(
            (*kept, *all_series),
            tuple(SampledCard(card, "amd") for card in cards),
            declared=DECLARED,
        ),
        **facts,
    )


def finding(name: str, telemetry: Telemetry) -> Finding:
    trace = answered()
    summary = summarize(trace, planned=REQUESTS, telemetry=telemetry)
    verdict = judge(trace, summary, ignore_eos=True, telemetry=telemetry)
    (found,) = [each for each in verdict.findings if each.name == name]
    return found


HUNG = (
    SamplerReport("nvidia", "hung", longest_s=30.0),
    SamplerReport("amd", "tool_timeout", "amd-smi"),
    SamplerReport("host", "ok"),
)
VM = missing("slot_width", "virtual_machine")
NO_SPEED = missing("slot_speed_gts", "virtual_machine")
CASES: list[tuple[str, str, Level, Telemetry]] = [
    ("samplers", "fine", Level.OK, seen()),
    ("samplers", "faults", Level.NOTE, seen(samplers=HUNG)),
    ("throttled", "silent", Level.OK, seen()),
    ("throttled", "fine", Level.OK, seen(held("power_throttled", 0, 0))),
    ("throttled", "found", Level.NOTE, seen(held("power_throttled", 0, 1))),
    (
        "throttled",
        "found",
        Level.SUSPECT,
        seen(series("thermal_throttled_us", A, TIMES, 1e5 * (TIMES + 2))),
    ),
    (
        "throttled",
        "found",
        Level.SUSPECT,
        seen(
            held("thermal_throttled_us", 7.0),
            series("hw_thermal_throttled_us", A, TIMES, 1e5 * (TIMES + 2)),
        ),
    ),
    (
        "throttled",
        "found",
        Level.NOTE,
        seen(
            held("power_throttled_us", 7.0),
            series("power_brake_throttled_us", A, TIMES, 2e5 * (TIMES + 2)),
        ),
    ),
    ("link_as_declared", "fine", Level.OK, seen()),
    (
        "link_as_declared",
        "other",
        Level.INVALID,
        seen(declared=replace(DECLARED, pcie_width=16)),
    ),
    (
        "link_as_declared",
        "other",
        Level.INVALID,
        seen(declared=replace(DECLARED, pcie_width=4)),
    ),
    (
        "link_as_declared",
        "other",
        Level.INVALID,
        seen(held("vendor_width", 4.0), held("vendor_speed_gts", 16.0)),
    ),
    (
        "link_as_declared",
        "slower",
        Level.SUSPECT,
        seen(held("slot_speed_gts", 2.5, 8.0)),
    ),
    (
        "link_as_declared",
        "faster",
        Level.INVALID,
        seen(held("slot_speed_gts", 2.5, 32.0)),
    ),
    (
        "link_as_declared",
        "unverifiable",
        Level.NOTE,
        seen(VM, NO_SPEED),
    ),
    (
        "link_as_declared",
        "word",
        Level.NOTE,
        seen(
            VM,
            NO_SPEED,
            held("vendor_width", 8.0),
            held("vendor_speed_gts", 16.0),
        ),
    ),
    ("link_as_declared", "known", Level.OK, seen(declared=Declared((A,)))),
    (
        "link_as_declared",
        "silent",
        Level.OK,
        seen(VM, NO_SPEED, declared=Declared((A,))),
    ),
    (
        "link_as_declared",
        "narrow",
        Level.NOTE,
        seen(held("slot_max_width", 16.0), declared=Declared((A,))),
    ),
    ("link_held", "fine", Level.OK, seen()),
    (
        "link_held",
        "fell",
        Level.SUSPECT,
        seen(held("slot_speed_gts", 16.0, 8.0)),
    ),
    (
        "link_held",
        "fine",
        Level.OK,
        seen(held("slot_speed_gts", 16.0, 8.0), held("gpu_utilization", 3.0)),
    ),
    (
        "link_held",
        "errors",
        Level.NOTE,
        seen(
            series("pcie_replays", A, TIMES, np.round(TIMES + 2)),
            series("aer_correctable", A, TIMES, np.round(TIMES + 2)),
        ),
    ),
    ("other_processes", "silent", Level.OK, seen()),
    ("other_processes", "fine", Level.OK, seen(held("processes", 1.0))),
    ("other_processes", "several", Level.NOTE, seen(held("processes", 2.0))),
    ("other_processes", "came", Level.SUSPECT, seen(held("processes", 1, 2))),
    ("power_cap", "silent", Level.OK, seen()),
    (
        "power_cap",
        "fine",
        Level.OK,
        seen(held("power_limit_w", 300.0), held("power_limit_default_w", 300)),
    ),
    (
        "power_cap",
        "lower",
        Level.NOTE,
        seen(held("power_limit_w", 210.0), held("power_limit_default_w", 300)),
    ),
]


@pytest.mark.parametrize(("name", "variant", "level", "telemetry"), CASES)
def test_what_is_found(
    name: str, variant: str, level: Level, telemetry: Telemetry
) -> None:
    found = finding(name, telemetry)
    assert (found.variant, found.level) == (variant, level)
    assert bool(found.next_step) == (level > Level.OK)


@pytest.mark.parametrize("name", dict.fromkeys(name for name, *_ in CASES))
def test_a_machine_that_was_not_sampled_is_not_doubted(name: str) -> None:
    trace = answered()
    summary = summarize(trace, planned=REQUESTS)
    verdict = judge(trace, summary, ignore_eos=True)
    (found,) = [each for each in verdict.findings if each.name == name]
    assert (found.variant, found.level) == ("silent", Level.OK)


def test_the_link_of_a_simulated_card_is_held_against_nobody() -> None:
    telemetry = seen(declared=replace(DECLARED, pcie_width=16))
    cards = tuple(replace(card, simulated=True) for card in telemetry.cards)
    found = finding("link_as_declared", replace(telemetry, cards=cards))
    assert found.variant == "silent"


def test_links_at_rest_do_not_count() -> None:
    """Gen1 before and after the run is power saving."""
    trace = answered()
    window = window_of(trace)
    assert window is not None
    speed = held("slot_speed_gts", 16.0)
    resting = (speed.time_ns < window.start_ns) | (
        speed.time_ns > window.end_ns
    )
    saving = replace(speed, value=np.where(resting, 2.5, 16.0))
    assert finding("link_as_declared", seen(saving)).variant == "fine"
    assert finding("link_held", seen(saving)).variant == "fine"


def machine(telemetry: Telemetry, **options: Any) -> MachineFigures:
    return machine_of(telemetry, answered(), **options)


def test_figures_of_the_window() -> None:
    telemetry = seen(
        held("memory_used_bytes", 6e9),
        held("memory_total_bytes", 8e9),
        held("temperature_c", 60.0, 71.0),
        held("gpu_clock_mhz", 2000.0),
        series("cpu_busy_s", HOST, TIMES, 10 + TIMES * 3),
        series("cpu_idle_s", HOST, TIMES, 10 + TIMES),
    )
    found = machine(telemetry, goodput={"ttft": 1000.0})
    values = {name: value for name, value in found.values.items() if value}
    seconds = found.window_s
    assert seconds == pytest.approx(12.2)
    joules, tokens = 300.0 * 12.2, TOKENS * REQUESTS
    all_tokens = tokens + 100 * REQUESTS
    assert values == {
        "gpu_utilization": pytest.approx(95.0),
        "gpu_memory_used": pytest.approx(75.0),
        "gpu_temperature": 71.0,
        "gpu_clock": pytest.approx(2000.0),
        "average_power": pytest.approx(300.0),
        "peak_power": pytest.approx(300.0),
        "energy": pytest.approx(joules),
        "tokens_per_joule": pytest.approx(tokens / joules),
        "joules_per_output_token": pytest.approx(joules / tokens),
        "joules_per_total_token": pytest.approx(joules / all_tokens),
        "joules_per_good_token": pytest.approx(joules / tokens),
        "cpu_utilization": pytest.approx(75.0),
    }
    assert found.reasons == {
        "gpu_throttled": "too_few_samples",
        "energy_above_idle": "no_idle_baseline",
        "host_energy": "no_source",
    }


@pytest.mark.parametrize(
    ("thermal", "either"),
    [
        ((0, 0, 0, 0), (1, 1, 0, 0)),
        ((1, 1, 0, 0), (1, 1, 0, 0)),
        ((0, 1, 1, 0), (1, 1, 1, 0)),
    ],
)
def test_power_and_heat_may_hold_a_card_back_at_once(
    thermal: tuple[float, ...], either: tuple[float, ...]
) -> None:
    states = [
        held("power_throttled", 1, 1, 0, 0),
        held("thermal_throttled", *thermal),
    ]
    whole = machine(seen(held("power_throttled", *either))).by_card[A]
    found = machine(seen(*states)).values["gpu_throttled"]
    assert found == whole["power_throttled"]


def test_times_of_power_and_heat_without_states_do_not_add_up() -> None:
    counted = [
        series(f"{kind}_throttled_us", A, TIMES, 2e5 * (TIMES + 2))
        for kind in ("power", "thermal")
    ]
    assert machine(seen(*counted)).values["gpu_throttled"] is None


def test_a_state_in_doubt_now_and_then_is_unknown() -> None:
    doubted = held("thermal_throttled", 0.0)
    doubted.value[::2] = np.nan
    found = machine(seen(doubted, held("power_throttled", 0.0)))
    assert found.by_card[A]["thermal_throttled"] is None
    assert found.by_card[A]["power_throttled"] == 0.0
    assert found.values["gpu_throttled"] is None


def test_a_sampler_that_hung_early_says_nothing_of_the_run() -> None:
    """Its counters are not bracketed, and its means would be those of the first seconds."""
    use = held("gpu_utilization", 20.0)
    early, later = (
        replace(use, **{name: getattr(use, name)[:samples] for name in COLUMNS})
        for samples in (9, 20)
    )
    assert machine(seen(early)).values["gpu_utilization"] is None
    assert machine(seen(later)).values["gpu_utilization"] == pytest.approx(20.0)


def test_several_cards() -> None:
    other = [held("gpu_utilization", 45.0, card=B), held("power_w", 90, card=B)]
    both = machine(seen(*other, declared=Declared((A, B))))
    assert both.values["gpu_utilization"] == pytest.approx(70.0)
    assert both.values["energy"] == pytest.approx(390.0 * 12.2)
    one = machine(seen(*other))
    assert one.values["energy"] == pytest.approx(300.0 * 12.2)


@pytest.mark.parametrize(
    ("declared", "energy", "reason"),
    [
        (Declared(), None, "cards_unknown"),
        (Declared(number=1), None, "card_unexpected"),
        (Declared(number=4), None, "card_missing"),
        (Declared(("0000:ff:00.0",)), None, "card_missing"),
        (Declared(number=2), 390.0 * 12.2, None),
        (Declared((B,)), 90.0 * 12.2, None),
    ],
)
def test_whose_energy_it_is(
    declared: Declared, energy: float | None, reason: str | None
) -> None:
    other = [held("gpu_utilization", 45.0, card=B), held("power_w", 90, card=B)]
    found = machine(seen(*other, declared=declared))
    assert found.reasons.get("energy") == reason
    assert found.values["energy"] == (
        None if energy is None else pytest.approx(energy)
    )


@pytest.mark.parametrize(
    ("declared", "reason"),
    [(Declared(), None), (Declared(number=4), "card_missing")],
)
def test_an_engine_simulates_only_cards_that_it_uses(
    declared: Declared, reason: str | None
) -> None:
    told = seen(held("power_w", 90, card=B), declared=declared)
    cards = tuple(replace(card, simulated=True) for card in told.cards)
    found = machine(replace(told, cards=cards))
    assert found.reasons.get("energy") == reason
    if reason is None:
        assert found.values["energy"] == pytest.approx(390.0 * 12.2)


def test_a_part_of_a_card_has_no_energy_of_its_own() -> None:
    found = machine(seen(held("partitioned", 1.0)))
    assert found.reasons["energy"] == "partition_scope"


@pytest.mark.parametrize(
    ("programs", "reason"), [((1.0, 1.0), None), ((1.0, 2.0), "shared_card")]
)
def test_a_card_that_another_program_uses_has_no_energy_of_the_server(
    programs: tuple[float, float], reason: str | None
) -> None:
    found = machine(seen(held("programs", *programs)))
    assert found.reasons.get("energy") == reason
    assert (found.values["energy"] is None) == (reason is not None)


@pytest.mark.parametrize(
    ("used", "reason"),
    [((A, B), None), ((A,), "partition_scope"), ((B,), "partition_scope")],
)
def test_the_power_of_a_package_counts_once_and_whole(
    used: tuple[str, ...], reason: str | None
) -> None:
    """The second die has none of its own; half a package has none that is known."""
    telemetry = seen(
        missing("power_w", "not_reported", B), declared=Declared(used)
    )
    cards = (SampledCard(A, "amd"), SampledCard(B, "amd", package=A))
    found = machine(replace(telemetry, cards=cards))
    assert found.reasons.get("energy") == reason
    whole = None if reason else pytest.approx(300.0 * 12.2)
    assert found.values["energy"] == whole
    alone = machine(telemetry)
    assert alone.reasons.get("energy") == (
        "no_power_source" if B in used else None
    ), "without a package it is a card whose power is missing"


@pytest.mark.parametrize("packages", [(A, A), (B, A), (B, "nobody's")])
def test_cards_of_which_none_reports_for_another_have_no_energy_of_0(
    packages: tuple[str, str],
) -> None:
    """As a monitor might tell that is not ours."""
    telemetry = seen(
        missing("power_w", "not_reported", A),
        missing("power_w", "not_reported", B),
        declared=Declared((A, B)),
    )
    cards = tuple(
        SampledCard(card, "amd", package=package)
        for card, package in zip((A, B), packages, strict=True)
    )
    found = machine(replace(telemetry, cards=cards))
    assert found.values["energy"] is None


def test_without_goodput_no_token_is_good() -> None:
    found = machine(seen())
    assert found.values["joules_per_good_token"] is None
    assert found.reasons["joules_per_good_token"] == "no_goodput"


def test_nothing_is_0_that_was_not_seen() -> None:
    found = machine(Telemetry())
    assert set(found.values.values()) == {None}
    assert found.reasons.keys() == found.values.keys()
