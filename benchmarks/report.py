"""How long it takes to read two thousand result files of vLLM's, as the PCIe study leaves them, and
to see them on a page.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

from report_page import page_rows
from table import print_table, spread

TESTS = (
    "C_7B_TP1",
    "C_7B_TP2",
    "C_14B_TP2",
    "C_30B_TP2",
    "A_7B_TP1",
    "B_7B_TP1",
    "B_7B_TP2",
    "A_14B_TP1",
    "B_14B_TP2",
    "B_30B_TP2",
)
LEVELS = 200
DETAILED = 200
"""So many of them with `--save-detailed`: 128 times of events for each request."""

READING = """
import resource, sys, time
from pathlib import Path
began = time.perf_counter()
from inferometer.results import read
imported = time.perf_counter()
points = read([Path(sys.argv[1])]).points
memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(imported - began, time.perf_counter() - imported, memory_mb, len(points))
"""


def run(repeats: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain, detailed = Path(folder, "plain"), Path(folder, "detailed")
        for directory, number in (
            (plain, len(TESTS) * LEVELS),
            (detailed, DETAILED),
        ):
            directory.mkdir()
            for _, (name, result) in zip(
                range(number),
                _results(detailed=directory == detailed),
                strict=False,
            ):
                (directory / name).write_text(json.dumps(result))
        rows = []
        for directory in (plain, detailed):
            turns = [_read(directory) for _ in range(repeats)]
            size = (
                sum(path.stat().st_size for path in directory.iterdir()) / 1e6
            )
            what = f"{len(list(directory.iterdir())):,} files, {directory.name}, {size:,.0f} MB"
            rows.append(
                (
                    f"{what}: seconds to import",
                    spread([each[0] for each in turns], 2),
                    "",
                )
            )
            rows.append(
                (
                    f"{what}: seconds to read",
                    spread([each[1] for each in turns], 2),
                    "≤ 2" if directory == plain else "",
                )
            )
            rows.append(
                (
                    f"{what}: peak memory, MB",
                    spread([each[2] for each in turns], 0),
                    "",
                )
            )
        page = page_rows(plain, Path(folder, "report.html"), repeats)
    print_table(
        "Reading results", ("vLLM's result files", "ours", "target"), rows
    )
    print_table(
        "The report of two thousand files", ("", "ours", "target"), page
    )


def _read(directory: Path) -> tuple[float, float, float]:
    """Seconds to import and to read, and MB at the peak."""
    told = subprocess.run(
        [sys.executable, "-c", READING, directory],
        capture_output=True,
        text=True,
        check=True,
    )
    imported_s, read_s, peak_mb, points = map(float, told.stdout.split())
    if points != len(list(directory.iterdir())):
        raise SystemExit(f"{points:.0f} points were read")
    return imported_s, read_s, peak_mb


def _results(*, detailed: bool) -> Iterator[tuple[str, dict[str, object]]]:
    """File names and contents, test by test, each from 1 to 200 requests at once."""
    time = datetime(2025, 12, 31, 12, tzinfo=timezone.utc)
    for test in TESTS:
        for level in range(1, LEVELS + 1):
            time += timedelta(seconds=40)
            yield (
                f"{test}_1k_np{level}_{time:%Y%m%d_%H%M%S}.json",
                _result(test, level, time, detailed),
            )


def _result(
    test: str, level: int, time: datetime, detailed: bool
) -> dict[str, object]:
    duration_s = 4.3 + level / 20
    latencies = {
        "ttft": 57.65 + level,
        "tpot": 33.43 + level / 7,
        "itl": 33.43 + level / 7,
        "e2el": 4300 + 20 * level,
    }
    statistics = {
        f"{name}_{latency}_ms": mean * factor
        for latency, mean in latencies.items()
        for name, factor in (
            ("mean", 1),
            ("median", 0.99),
            ("std", 0.05),
            ("p50", 0.99),
            ("p90", 1.2),
            ("p99", 1.5),
        )
    }
    arrays: dict[str, object] = {
        "input_lens": [1024] * level,
        "output_lens": [128] * level,
        "ttfts": [latencies["ttft"] / 1e3] * level,
        "itls": [[latencies["itl"] / 1e3] * 127] * level,
        "start_times": [each / 1e4 for each in range(level)],
        "generated_texts": ["x" * 500] * level,
        "errors": [""] * level,
    }
    return {
        "date": f"{time:%Y%m%d-%H%M%S}",
        "endpoint_type": "openai",
        "label": None,
        "model_id": test.split("_")[1],
        "tokenizer_id": "t",
        "num_prompts": level,
        "request_rate": "inf",
        "burstiness": 1.0,
        "max_concurrency": None,
        "duration": duration_s,
        "completed": level,
        "total_input_tokens": 1024 * level,
        "total_output_tokens": 128 * level,
        "request_throughput": level / duration_s,
        "request_goodput": None,
        "output_throughput": 128 * level / duration_s,
        "total_token_throughput": 1152 * level / duration_s,
        **statistics,
        **(arrays if detailed else {}),
    }
