"""What is seen beside the load: never older or more than was sampled, in the room that there is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from inferometer.clock import NS
from inferometer.live import beside as module
from inferometer.live.beside import Surroundings
from inferometer.measurement.sampling import Latest, Newest
from inferometer.printable import columns_of
from inferometer.words import LANGUAGES, speak

GIB = 2.0**30
CARD = {
    "gpu_utilization": 98.4,
    "memory_used_bytes": 61.2 * GIB,
    "memory_total_bytes": 80 * GIB,
    "power_w": 412.0,
    "power_limit_w": 700.0,
    "temperature_c": 63.0,
}
HOST = {
    "memory_available_bytes": 51 * GIB,
    "memory_total_bytes": 62 * GIB,
}
PAGE = {"running": 16.0, "waiting": 3.0, "kv_cache_usage": 0.45}


def at(second: float, **values: Mapping[str, float]) -> Newest:
    """What was seen then, by card."""
    return {
        card.replace("_", " "): {
            name: Latest(value, round(second * NS))
            for name, value in found.items()
        }
        for card, found in values.items()
    }


def second(number: int, **cards: Mapping[str, float]) -> Newest:
    """A host whose first processor is busy all the time, and whose second never is."""
    busy = {"cpu_busy_s": 1.0 * number, "cpu_idle_s": 3.0 * number}
    return at(
        number,
        host={**HOST, **busy},
        host_cpu0={"cpu_busy_s": 1.0 * number},
        host_cpu1={"cpu_busy_s": 0.0},
        **cards,
    )


def shown(
    monkeypatch: pytest.MonkeyPatch, *seen: Newest, log: tuple[str, ...] = ()
) -> Surroundings:
    """After it has looked as often as there is something to see."""
    monkeypatch.setattr(module, "EVERY_S", 0.0)
    left = iter(seen)
    beside = Surroundings()
    beside.see(lambda: next(left), lambda: log)
    for _ in seen:
        beside.look()
    return beside


def test_cards_host_queue_and_log_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cards = {"0000:01:00.0": CARD, "0000:02:00.0": {"power_w": 90.0}}
    beside = shown(
        monkeypatch,
        second(1, **cards, server=PAGE),
        second(2, **cards, server=PAGE),
        log=("INFO ready",),
    )
    assert beside.lines(80, 20) == [
        "card          GPU%        GiB        W  °C",
        "0000:01:00.0    98  61.2/80.0  412/700  63",
        "0000:02:00.0     –        –/–     90/–   –",
        "Host: CPU 25%, busiest processor 100%, 51 of 62 GiB memory free",
        "Server: 16 running, 3 waiting, KV cache 45%",
        "│ INFO ready",
    ]
    assert beside.line() == (
        "2 cards: GPU –%, –/– GiB, 502/– W, – °C at most  "
        "Host: CPU 25%, busiest processor 100%, 51 of 62 GiB memory free  "
        "Server: 16 running, 3 waiting, KV cache 45%"
    )


@pytest.mark.parametrize(
    ("second_die", "power"), [({"second_die": 1.0}, "412/700"), ({}, "–/–")]
)
def test_the_power_of_a_package_is_that_of_its_first_die(
    monkeypatch: pytest.MonkeyPatch,
    second_die: Mapping[str, float],
    power: str,
) -> None:
    """Of a card that is no second die, a missing power leaves the sum unknown."""
    silent = {k: v for k, v in CARD.items() if not k.startswith("power")}
    cards = {"0000:01:00.0": CARD, "0000:02:00.0": {**silent, **second_die}}
    line = shown(monkeypatch, second(1, **cards)).line()
    assert line.startswith(f"2 cards: GPU 98%, 122.4/160.0 GiB, {power} W")


def test_shares_of_time_need_two_samples_and_a_counter_that_grows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for seen in ([second(1)], [second(1), second(1)], [second(2), second(1)]):
        (line,) = shown(monkeypatch, *seen).lines(80, 20)
        assert line.startswith("Host: CPU –%, busiest processor –%")


def test_nothing_is_shown_of_what_nobody_samples() -> None:
    beside = Surroundings()
    beside.look()
    assert (beside.lines(80, 20), beside.line()) == ([], "")


def test_it_is_not_asked_more_often_than_samplers_look() -> None:
    asked: list[int] = []

    def newest() -> Newest:
        asked.append(1)
        return {}

    beside = Surroundings()
    beside.see(newest)
    for _ in range(20):
        beside.look()
    assert len(asked) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("columns", "rows"),
    [(80, 22), (80, 6), (40, 10), (12, 3), (1, 9), (80, 1), (80, 0), (80, -1)],
)
def test_it_fits(
    monkeypatch: pytest.MonkeyPatch, language: str, columns: int, rows: int
) -> None:
    cards = {f"0000:{number:02x}:00.0": CARD for number in range(16)}
    log = tuple(f"服务器 {number} " + "y" * 300 for number in range(50))
    beside = shown(
        monkeypatch,
        second(1, **cards, server=PAGE),
        second(2, **cards, server=PAGE),
        log=log,
    )
    speak(language)
    try:
        lines = beside.lines(columns, rows)
    finally:
        speak("en")
    assert len(lines) <= max(rows, 0)
    assert all(columns_of(line) <= columns for line in lines)


def test_a_simulated_card_is_called_so_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    speak("zh-CN")
    try:
        beside = shown(monkeypatch, at(1, **{"simulated:0": CARD}))
        assert beside.lines(80, 9)[1].startswith("GPU 0（模拟）  ")
    finally:
        speak("en")


def test_cards_without_room_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cards = {f"0000:{number:02x}:00.0": CARD for number in range(16)}
    lines = shown(monkeypatch, at(1, **cards)).lines(80, 10)
    assert len(lines) == 10
    assert lines[-2:] == [
        "0000:07:00.0    98  61.2/80.0  412/700  63",
        "and 8 more cards",
    ]
    assert len(shown(monkeypatch, at(1, **cards)).lines(80, 17)) == 17


def test_a_log_drives_no_terminal_and_shows_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hostile = "x\x1b[2J\x9b31m\u202e\ty" + "z" * 5000
    log = (*(f"line {number}" for number in range(20)), hostile)
    lines = shown(monkeypatch, {}, log=log).lines(80, 20)
    assert all(line.isprintable() for line in lines)
    assert lines[-4].startswith("│ line 19")
    assert "│ line 0" not in lines
