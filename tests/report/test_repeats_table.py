"""The table over repeats."""

from __future__ import annotations

from inferometer.metrics.repeats import spread
from inferometer.metrics.statistics import Interval
from inferometer.report.repeats import render_repeats


def own(value: float) -> Interval:
    return Interval(value - 1, value + 1, 100, "batch means", 0.95)


def test_a_row_for_each_number_that_is_reported() -> None:
    values = [100.0, 101.0, 102.0, 103.0, 104.0]
    found = {
        "output_throughput": spread(values, [own(value) for value in values]),
        "mean_ttft": spread([5.0], []),
        "mean_e2el": spread(values, []),
    }
    assert render_repeats(found, asked=5, metrics=("ttft",)).splitlines() == [
        "================================== 5 Repeats ===================================",
        "                                      Mean       95 % interval         Min – max",
        "Output token throughput (tok/s):    102.00     100.04 – 103.96   100.00 – 104.00",
        "Mean TTFT (ms):                       5.00                 n/a       5.00 – 5.00",
        "================================================================================",
        "Run-to-run variation: Output token throughput differs 3.3 times as much from run",
        "to run as the runs' own intervals lead to expect. Something changes between",
        "runs: quote the interval over repeats.",
    ]


def test_few_runs_and_missing_ones_are_told() -> None:
    text = render_repeats(
        {"output_throughput": spread([100.0, 101.0], [own(100), own(101)])}, asked=3
    )
    assert " 2 of 3 Repeats " in text
    assert "The intervals are those of 2 runs:" in text
    alone = render_repeats({"output_throughput": spread([100.0], [own(100)])}, asked=3)
    assert " 1 of 3 Repeats " in alone
    assert alone.splitlines()[-1] == "=" * 80
