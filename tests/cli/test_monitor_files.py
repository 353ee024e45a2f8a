"""`inferometer monitor`: files of samples, the server's page, eight cards on a small screen."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from inferometer.cli.monitor_files import CsvFile, ParquetFile, rows_of
from inferometer.cli.monitor_view import View, lines
from inferometer.clock import NS, monotonic_ns
from inferometer.printable import columns_of
from inferometer.server.counters import read_page
from inferometer.telemetry import nvml
from inferometer.telemetry import watch as watch_module
from inferometer.telemetry.sample import take_sample
from inferometer.telemetry.watch import Watch
from inferometer.words import speak
from tests.cli.conftest import Command
from tests.telemetry.fake_nvml import FakeNvml, h100
from tests.telemetry.trees import plant, plant_capture

FILES: dict[str, Any] = {"csv": CsvFile, "parquet": ParquetFile}


@pytest.fixture(autouse=True)
def no_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant_capture(tmp_path / "root", "amd_sysfs_rx9070.json")


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return list(csv.DictReader(file))
    return pl.read_parquet(path).to_dicts()


@pytest.mark.parametrize("kind", FILES)
def test_samples_are_appended(
    kind: str, root: Path, tmp_path: Path, inferometer: Command
) -> None:
    path = tmp_path / f"samples.{kind}"
    for _ in "12":
        code, _, err = inferometer(
            "monitor", "--once", "--root", root, f"--{kind}", path
        )
        assert (code, err) == (0, "")
    found = read(path)
    assert [row["card"] for row in found] == ["0000:03:00.0", "host"] * 2
    assert float(found[0]["power_w"]) == 49.0
    assert not found[0]["energy_j"]  # missing: empty or null, never 0
    assert "energy_j=unit_unknown" in found[0]["missing"]


@pytest.mark.parametrize("kind", FILES)
def test_another_file_is_not_touched(
    kind: str, tmp_path: Path, inferometer: Command
) -> None:
    path = tmp_path / f"other.{kind}"
    path.write_text("a,b\n1,2\n")
    code, _, err = inferometer("monitor", "--once", f"--{kind}", path)
    assert code == 2
    assert "holds something else" in err
    assert path.read_text() == "a,b\n1,2\n"


def test_what_a_kill_left_of_a_line_is_dropped(
    root: Path, tmp_path: Path
) -> None:
    path = tmp_path / "samples.csv"
    rows = rows_of(take_sample(root), None)
    first = CsvFile(path)
    first.add(rows)
    first.close()
    whole = path.read_bytes()
    path.write_bytes(whole + b"2026-11-29T00:00:00,12,0000:03")
    CsvFile(path).close()
    assert path.read_bytes() == whole


def test_parquet_is_whole_at_any_moment(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "samples.parquet"
    rows = rows_of(take_sample(root), None)
    file = ParquetFile(path)
    file.add(rows)  # the first is written at once
    file.add(rows)  # the next only after some seconds
    assert len(read(path)) == len(rows)
    file.close()
    assert len(read(path)) == 2 * len(rows)
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [
        path.name
    ]


PAGE = """# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0"} 3
vllm:num_requests_waiting{engine="0"} 2
vllm:kv_cache_usage_perc{engine="0"} 0.25
# TYPE vllm:generation_tokens counter
vllm:generation_tokens_total{engine="0"} %d
"""


def test_the_server_s_own_page(root: Path) -> None:
    before, now = (read_page(PAGE % (100 * s), float(s)) for s in (1, 3))
    sample = take_sample(root)
    shown = "\n".join(lines(View(sample, None, now, before), 200))
    assert "3 running, 2 waiting, KV cache 25%, 100 output tokens/s" in shown
    row = rows_of(sample, now)[-1]
    assert (row["card"], row["requests_running"]) == ("server", 3)
    assert row["prompt_tokens"] is None


def test_a_server_that_does_not_answer(
    root: Path, inferometer: Command
) -> None:
    code, out, err = inferometer(
        "monitor", "--once", "--root", root, "--url", "http://127.0.0.1:1"
    )
    assert (code, err) == (0, "")
    assert "Server: no metrics page at http://127.0.0.1:1/metrics." in out


@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
def test_eight_cards_fit_on_a_small_screen(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [h100() for _ in range(8)]
    for number, card in enumerate(cards):
        card.bus = f"00000000:{number + 1:02X}:00.0"
    monkeypatch.setattr(nvml, "has_library", lambda: True)
    monkeypatch.setitem(sys.modules, "pynvml", FakeNvml(cards))
    root = plant(tmp_path, {"proc/loadavg": "0.5 0.5 0.5 1/2 3\n"})
    speak(language)
    shown = list(lines(View(take_sample(root)), 80))
    speak("en")
    assert sum(line.startswith("0000:0") for line in shown) == 8
    assert len(shown) <= 24
    assert max(map(columns_of, shown)) <= 80


def test_the_same_doubt_about_many_cards_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [h100(PowerUsage=-3) for _ in range(4)]
    for number, card in enumerate(cards):
        card.bus, card.values = f"00000000:{number + 1:02X}:00.0", {}
    monkeypatch.setattr(nvml, "has_library", lambda: True)
    monkeypatch.setitem(sys.modules, "pynvml", FakeNvml(cards))
    shown = "\n".join(lines(View(take_sample(tmp_path)), 200))
    assert "0000:01:00.0 and 3 others: no power is read" in shown
    assert shown.count("no power is read") == 1


def test_rates_come_from_two_samples(tmp_path: Path) -> None:
    root = plant(tmp_path, {"proc/stat": "cpu 0 0 0 100 0\ncpu0 0 0 0 100 0\n"})
    before = take_sample(root)
    plant(root, {"proc/stat": "cpu 30 0 0 170 0\ncpu0 30 0 0 170 0\n"})
    shown = "\n".join(lines(View(take_sample(root), before), 200))
    assert "CPU 30%" in shown
    assert "network in – MB/s" in shown


def test_a_watch_sees_every_sampler_and_stops(root: Path) -> None:
    watch = Watch(root, 0.02)
    watch.wait_for_all(10)
    seen, powers, number = watch.since(0)
    assert watch.latest().cards[0].readings["power_w"].value == 49.0
    assert number >= len(seen) >= 2
    assert powers == [], "nobody adds them up"
    watch.close()


def test_a_driver_that_hangs_leaves_no_old_values(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(root, 60)
    watch.wait_for_all(10)
    assert watch.latest().cards[0].readings["power_w"].value == 49.0
    later = monotonic_ns() + 200 * NS
    monkeypatch.setattr(watch_module, "monotonic_ns", lambda: later)
    sample = watch.latest()
    watch.close()
    (card,) = sample.cards
    assert card.address == "0000:03:00.0"
    assert card.readings["power_w"].reason == "tool_timeout"
    assert all(each.value is None for each in card.readings.values())
    assert {each.state for each in sample.tools} == {"tool_timeout"}


@pytest.mark.parametrize(
    "flags", [["--once"], ["--json"], ["--base-url", "h:1"], ["--csv", "s.csv"]]
)
def test_serving_refuses_what_it_would_not_heed(
    flags: list[str], inferometer: Command
) -> None:
    code, out, err = inferometer("monitor", "--serve", "--port", "0", *flags)
    assert (code, out) == (2, "")
    assert f"leave out {flags[0]}." in err


def test_beyond_the_loopback_serving_needs_a_token(
    inferometer: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INFEROMETER_MONITOR_TOKEN", raising=False)
    code, _, err = inferometer("monitor", "--serve", "--host", "0.0.0.0")
    assert code == 2
    assert "INFEROMETER_MONITOR_TOKEN" in err
