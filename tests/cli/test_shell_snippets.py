"""One-liners of guides and scripts, run by a shell on what `bench` and `report` write."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from inferometer.cli.main import main
from inferometer.engine import EmbeddedEngine, EngineSettings
from tests.cli.api_server import MODEL

FLAGS = (
    *("--backend", "vllm", "--dataset-name", "random", "--num-prompts", "12"),
    *("--random-input-len", "64", "--random-output-len", "8"),
    *("--max-concurrency", "4", "--goodput", "ttft:1000", "--save-result"),
    *("--percentile-metrics", "ttft,tpot,itl,e2el", "--result-dir", "results"),
    *("--result-filename", "C_7B_TP1_1k_np12.json", "--no-calibration"),
    *("--no-telemetry", "--allow-invalid", "--no-realtime"),
)

SNIPPETS: dict[str, str] = {
    # the batch script of the DCU guide, and scripts around benchmark_serving.py
    "grep '^Mean TTFT' bench.log | awk '{print $NF}'": "mean_ttft_ms",
    "grep 'Mean TTFT' bench.log | awk '{print $4}'": "mean_ttft_ms",
    "grep '^P99 TTFT' bench.log | awk '{print $4}'": "p99_ttft_ms",
    "grep 'P99 TTFT' bench.log | cut -d: -f2 | tr -d ' '": "p99_ttft_ms",
    "grep 'Mean TPOT (ms)' bench.log | awk -F: '{print $2}' | xargs": "mean_tpot_ms",
    "awk '/^Mean ITL/ {print $4}' bench.log": "mean_itl_ms",
    "grep -oP 'Mean E2EL \\(ms\\):\\s+\\K[\\d.]+' bench.log": "mean_e2el_ms",
    "grep '^Output token throughput' bench.log | awk '{print $5}'": "output_throughput",
    "grep '^Total Token throughput' bench.log | awk '{print $NF}'": "total_token_throughput",
    "grep '^Total token throughput' bench.log | awk '{print $NF}'": "total_token_throughput",
    "sed -n 's/^Request throughput (req\\/s): *//p' bench.log | xargs": "request_throughput",
    "sed -n 's/^Benchmark duration (s): *\\([0-9.]*\\).*/\\1/p' bench.log": "duration",
    "grep '^Successful requests' bench.log | tr -dc 0-9": "completed",
    "awk -F': +' '/^Total generated tokens/ {print $2}' bench.log": "total_output_tokens",
    # result files: jq and Python as the guides use them
    "jq .output_throughput results/C_*.json": "output_throughput",
    "cat results/C_7B_TP1_1k_np12.json | jq -r '.mean_ttft_ms'": "mean_ttft_ms",
    "for f in results/C_*.json; do jq -r '.p99_itl_ms' \"$f\"; done": "p99_itl_ms",
    "PYTHON -m json.tool results/C_7B_TP1_1k_np12.json | grep '\"completed\"' | tr -dc 0-9": (
        "completed"
    ),
    "PYTHON -c 'import glob, json; "
    'print(json.load(open(glob.glob("results/C_*.json")[0]))["mean_e2el_ms"])\'': "mean_e2el_ms",
    "grep -o '\"output_throughput\": [0-9.]*' results/C_*.json | cut -d' ' -f2": (
        "output_throughput"
    ),
    "ls results/C_7B_TP1_1k_np*.json | wc -l": "one",
    # tables
    "awk -F, 'NR==2 {print $7}' dcu.csv": "output_throughput",
    "PYTHON -c 'import csv; "
    'print(next(csv.DictReader(open("all.csv")))["total_token_throughput"])\'': (
        "total_token_throughput"
    ),
}
"""What a shell runs, and the key of the JSON file whose value it has to print."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the printed report, the JSON file and the tables of a run."""
    folder = tmp_path_factory.mktemp("snippets")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("VLLM_SERVER_URL", "OPENAI_API_KEY"):
            patch.delenv(name, raising=False)
        settings = EngineSettings(ttft_ms=1.0, itl_ms=0.5)
        with EmbeddedEngine(settings, model=MODEL) as engine:
            printed = run(patch, "bench", *FLAGS, "--base-url", engine.base_url)
        (folder / "bench.log").write_text(printed)
        tables = ("--csv", "all.csv", "--dcu-csv", "dcu.csv")
        run(patch, "report", "results/C_7B_TP1_1k_np12.json", *tables)
    return folder


def run(patch: pytest.MonkeyPatch, *words: str) -> str:
    """What the command prints, in this process."""
    import io
    from contextlib import redirect_stderr, redirect_stdout

    patch.setattr(sys, "argv", ["inferometer", *words])
    out, err = io.StringIO(), io.StringIO()
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    assert not ended.value.code, err.getvalue()
    return out.getvalue()


@pytest.fixture(scope="module")
def saved(results: Path) -> dict[str, Any]:
    content = orjson.loads(next(results.glob("results/C_*.json")).read_bytes())
    return {**content, "one": 1}


@pytest.fixture
def shell(results: Path) -> Callable[[str], str]:
    def printed(line: str) -> str:
        return subprocess.run(
            ["sh", "-c", line.replace("PYTHON", sys.executable)],
            cwd=results,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    return printed


@pytest.mark.parametrize("line", SNIPPETS)
def test_the_line_prints_the_number(
    line: str, shell: Callable[[str], str], saved: dict[str, Any]
) -> None:
    if "jq " in line and shutil.which("jq") is None:
        pytest.skip("no jq")
    (word,) = shell(line).split()
    assert float(word) == pytest.approx(saved[SNIPPETS[line]], abs=0.00501)
