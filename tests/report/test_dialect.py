"""The block of another tool's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from inferometer.clock import MS
from inferometer.metrics.dialects import DIALECTS
from inferometer.report.dialect import render_dialect
from inferometer.trace import Outcome, Trace
from inferometer.trace.trace import empty_events, empty_requests


def answered(n: int) -> Trace:
    """So many answers of 4 tokens, all in one event: sent at 0 ms, answered from 100 to 190 and
    ended at 200.
    """
    values = {
        "outcome": Outcome.OK,
        "output_tokens": 4,
        "first_ns": 100 * MS,
        "last_ns": 190 * MS,
        "end_ns": 200 * MS,
    }
    requests = empty_requests(n) | {
        name: np.full(n, value) for name, value in values.items()
    }
    return Trace(
        requests,
        empty_events(),
        workers=(),
        start_realtime_ns=0,
        closed_loop=True,
    )


def test_names_numbers_and_what_they_mean() -> None:
    text = render_dialect(answered(1), "guidellm").splitlines()
    assert text[0] == "=========== As GuideLLM 0.8 defines it ==========="
    assert "time_per_output_token_ms.mean                    47.50" in text
    assert (
        "- time_per_output_token_ms has TTFT in it: (last token − sent) / tokens."
        in text
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_run_without_answers_still_says_what_the_names_mean(
    dialect: str,
) -> None:
    text = render_dialect(answered(0), dialect).splitlines()
    assert text[1] == "-" * 50
    assert sum(line.startswith("- ") for line in text) == len(
        DIALECTS[dialect].differences
    )
