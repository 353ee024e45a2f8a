"""What a user sees while a run lasts: the figures, plain lines for logs, a bar on a terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from inferometer.live.beside import Surroundings
from inferometer.live.progress import (
    PLAIN_LINE_EVERY_S,
    LiveProgress,
    Rate,
    figures,
    fitting,
    progress,
    tokens_so_far,
)
from inferometer.loadgen import Snapshot
from inferometer.measurement.sampling import Latest, Newest


def snapshot(**fields: float) -> Snapshot:
    counts = dict.fromkeys(Snapshot.__dataclass_fields__, 0)
    values = {**counts, "virtual_s": None, **fields}
    return Snapshot(**values)  # type: ignore[arg-type]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time in seconds, in the hands of the test."""
    now = [100.0]
    monkeypatch.setattr(
        "inferometer.live.progress.time.monotonic", lambda: now[0]
    )
    return now


def test_figures_are_means_over_what_has_finished() -> None:
    now = snapshot(
        in_flight=8,
        output_tokens=3000,
        ttft_sum_ns=150_000_000,
        ttft_count=2,
        tpot_sum_ns=25_000_000,
        tpot_count=2,
    )
    assert (
        figures(now, 1_500.0)
        == "8 in flight  TTFT 75.0 ms  TPOT 12.50 ms  1,500 tok/s"
    )


def test_requests_in_flight_count_as_far_as_they_have_come() -> None:
    """All were sent at once, and none has ended: four have begun, 50 ms after they were sent, with
    25 events, 10 ms apart.
    """
    now = snapshot(
        in_flight=8,
        streaming_events=100,
        streaming_ttft_sum_ns=200_000_000,
        streaming_ttft_count=4,
        streaming_gaps_ns=960_000_000,
        streaming_gaps=96,
    )
    assert (
        figures(now, 400.0)
        == "8 in flight  TTFT 50.0 ms  TPOT 10.00 ms  400 tok/s"
    )
    assert tokens_so_far(now) == 100
    ended = replace(
        now,
        output_tokens=300,
        output_events=100,
        tpot_sum_ns=20_000_000,
        tpot_count=1,
    )
    assert tokens_so_far(ended) == 300 + 3 * 100  # three tokens an event
    assert "TPOT 20.00 ms" in figures(ended, 1.0)


def test_the_rate_is_that_of_the_last_seconds_and_in_the_end_that_of_all() -> (
    None
):
    rate = Rate(0.0)
    assert rate.of(snapshot(), 0.0, at_end=False) is None
    for second in range(1, 11):
        seen = rate.of(
            snapshot(output_tokens=100 * second, output_events=1),
            second,
            at_end=False,
        )
        assert seen == pytest.approx(100)
    for second in range(11, 17):
        seen = rate.of(
            snapshot(output_tokens=1_000, output_events=1), second, at_end=False
        )
    assert seen == 0
    assert rate.of(
        snapshot(output_tokens=1_500), 20.0, at_end=True
    ) == pytest.approx(75)


def test_a_computed_run_has_its_rate_in_its_own_time() -> None:
    """It was computed in a second of ours: 100 tokens in each of its ten, and none in five more."""
    rate = Rate(100.0)
    for second in range(1, 11):
        computed = snapshot(
            output_tokens=100 * second, output_events=1, virtual_s=second
        )
        seen = rate.of(computed, 100.0 + second / 10, at_end=False)
        assert seen == pytest.approx(100)
    over = snapshot(output_tokens=1_000, virtual_s=15.0)
    assert rate.of(over, 101.0, at_end=False) == 0
    assert rate.of(over, 101.0, at_end=True) == pytest.approx(1_000 / 15)


def test_figures_that_are_not_there_yet_are_not_zero() -> None:
    assert (
        figures(snapshot(in_flight=4), None)
        == "4 in flight  TTFT - ms  TPOT - ms  - tok/s"
    )


def test_failures_are_told_as_soon_as_there_are_any() -> None:
    assert figures(snapshot(failed=3), 0.0).endswith("0 tok/s  3 failed")


def test_drops_are_over_and_told(clock: list[float]) -> None:
    stream = io.StringIO()
    with progress(10, stream=stream) as show:
        show(snapshot(ok=6, failed=1, dropped=3, output_tokens=0))
    assert (
        stream.getvalue()
        == "10/10 requests  0 in flight  TTFT - ms  TPOT - ms  - tok/s  1 failed  3 dropped\n"
    )


def test_plain_lines_come_now_and_then_and_once_at_the_end(
    clock: list[float],
) -> None:
    stream = io.StringIO()
    with progress(10, stream=stream) as show:
        show(snapshot(ok=1))  # too soon
        clock[0] += PLAIN_LINE_EVERY_S
        show(snapshot(ok=4, failed=1, output_tokens=50))
        clock[0] += PLAIN_LINE_EVERY_S - 0.1
        show(snapshot(ok=8, failed=1))
        clock[0] += 0.05
        show(snapshot(ok=9, failed=1, output_tokens=995))
        clock[0] += 100
        show(snapshot(ok=9, failed=1, output_tokens=995))
    assert stream.getvalue().splitlines() == [
        "5/10 requests  0 in flight  TTFT - ms  TPOT - ms  10 tok/s  1 failed",
        "10/10 requests  0 in flight  TTFT - ms  TPOT - ms  100 tok/s  1 failed",
    ]


def test_a_run_that_is_stopped_has_no_last_line(clock: list[float]) -> None:
    stream = io.StringIO()
    with progress(10, stream=stream) as show:
        show(snapshot(ok=3))
    assert stream.getvalue() == ""


def test_quiet_is_quiet_even_on_a_terminal() -> None:
    stream = Terminal()
    with progress(1, quiet=True, stream=stream) as show:
        show(snapshot(ok=1))
    assert stream.getvalue() == ""


def test_a_terminal_gets_a_bar_with_counts_and_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    with progress(200, stream=stream) as show:
        show(snapshot(ok=20, failed=2, in_flight=7))
        show(snapshot(ok=198, failed=2))
    shown = stream.getvalue()
    for part in ("22/200", "7 in flight", "200/200", "2 failed"):
        assert part in shown


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 140])
@pytest.mark.parametrize("label", ["", "[ 1/12] fast/c1-np8#2"])
def test_a_narrow_terminal_loses_the_bar_and_the_end_of_the_figures_but_not_the_count(
    monkeypatch: pytest.MonkeyPatch, columns: int, label: str
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = Terminal()
    with progress(216, label=label, stream=stream) as show:
        show(snapshot(ok=48, in_flight=16, stopping=True))
    shown = stream.getvalue()
    assert label in shown
    assert " 48/216" in shown
    assert "stop" in shown
    assert "…" not in shown
    assert ("━" in shown) == (columns - len(label) > 80)


@pytest.mark.parametrize("columns", range(20, 90, 5))
def test_figures_that_have_no_room_are_left_out_whole(columns: int) -> None:
    whole = figures(snapshot(in_flight=16, failed=2), 1_234.0)
    shown = fitting(whole, columns)
    assert len(shown) <= columns
    assert f"{whole}  ".startswith(f"{shown}  ")


def test_a_bar_is_taken_down_when_the_run_breaks_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[LiveProgress] = []

    def close(bar: LiveProgress) -> None:
        closed.append(bar)

    monkeypatch.setattr(LiveProgress, "close", close)
    with (
        pytest.raises(RuntimeError, match="broke off"),
        progress(1, stream=Terminal()),
    ):
        raise RuntimeError("broke off")
    assert len(closed) == 1


def newest() -> Newest:
    return {"0000:01:00.0": {"power_w": Latest(70.0, 1)}}


def test_a_terminal_shows_what_happens_beside_until_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal, beside = Terminal(), Surroundings()
    with progress(10, stream=terminal, beside=beside) as show:
        beside.see(newest)
        show(snapshot(ok=1))
        assert "0000:01:00.0" in terminal.getvalue()
        before = len(terminal.getvalue())
    assert "0000:01:00.0" not in terminal.getvalue()[before:]
    assert "1/10" in terminal.getvalue()[before:]


@pytest.mark.parametrize("terminal", [True, False])
def test_where_a_line_cannot_be_replaced_what_is_beside_has_a_line(
    monkeypatch: pytest.MonkeyPatch, clock: list[float], terminal: bool
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream, beside = Terminal() if terminal else io.StringIO(), Surroundings()
    with progress(10, stream=stream, beside=beside) as show:
        beside.see(newest)
        clock[0] += PLAIN_LINE_EVERY_S
        show(snapshot(ok=1))
        show(snapshot(ok=10))
    assert [line.split(":")[0] for line in stream.getvalue().splitlines()] == [
        "1/10 requests  0 in flight  TTFT - ms  TPOT - ms  0 tok/s",
        "  1 card",
        "10/10 requests  0 in flight  TTFT - ms  TPOT - ms  0 tok/s",
    ]
