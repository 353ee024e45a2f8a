"""Every condition and every metric once, with all that is known of it. Whoever shows, compares,
reads or writes them asks here; no other file keeps a table of its own. What people call them,
language by language, is in the words.
"""

from __future__ import annotations

from inferometer.vocabulary.condition_lists import (
    AROUND_ENGINE,
    CHANGES_WITH_DATES,
    DEPLOYMENT,
    DISTINGUISHING,
    LEVELS,
    LOADS,
    NOTED_APART,
    PRICES,
    SET_LOADS,
    SLOTS,
    STUDY,
    WORK,
)
from inferometer.vocabulary.conditions import (
    CONDITIONS,
    condition,
    condition_noted_as,
    of_role,
    settings_in,
)
from inferometer.vocabulary.latencies import (
    LATENCIES,
    LATENCY_NAMES,
    ONE_A_REQUEST,
    SHOWN_LATENCIES,
    LatencyName,
    latencies_in,
)
from inferometer.vocabulary.metrics import (
    COSTS,
    METRICS,
    OF_THE_MACHINE,
    Metric,
    Statistic,
    canonical,
    metric,
    metrics_in,
    percentile_name,
    statistic_of,
)

__all__ = [
    "AROUND_ENGINE",
    "CHANGES_WITH_DATES",
    "CONDITIONS",
    "COSTS",
    "DEPLOYMENT",
    "DISTINGUISHING",
    "LATENCIES",
    "LATENCY_NAMES",
    "LEVELS",
    "LOADS",
    "METRICS",
    "NOTED_APART",
    "OF_THE_MACHINE",
    "ONE_A_REQUEST",
    "PRICES",
    "SET_LOADS",
    "SHOWN_LATENCIES",
    "SLOTS",
    "STUDY",
    "WORK",
    "LatencyName",
    "Metric",
    "Statistic",
    "canonical",
    "condition",
    "condition_noted_as",
    "latencies_in",
    "metric",
    "metrics_in",
    "of_role",
    "percentile_name",
    "settings_in",
    "statistic_of",
]
