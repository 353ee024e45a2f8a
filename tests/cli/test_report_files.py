"""`inferometer report`: tables and frames beside the page, targets, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from inferometer.cli.main import app

RESULT = {
    "date": "20260131-120000",
    "backend": "vllm",
    "model_id": "meta/x",
    "tokenizer_id": "meta/x",
    "num_prompts": 8,
    "request_rate": "inf",
    "max_concurrency": 8,
    "duration": 2.0,
    "completed": 8,
    "total_input_tokens": 8192,
    "total_output_tokens": 1024,
    "request_throughput": 4.0,
    "output_throughput": 512.0,
    "total_token_throughput": 4608.0,
    "mean_ttft_ms": 120.5,
    "median_ttft_ms": 119.0,
    "std_ttft_ms": 3.0,
    "p99_ttft_ms": 150.0,
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("results").mkdir()
    for n in (8, 16):
        content = {
            **RESULT,
            "num_prompts": n,
            "max_concurrency": n,
            "completed": n,
            "total_input_tokens": 1024 * n,
            "total_output_tokens": 128 * n,
        }
        Path(f"results/C_7B_TP1_1k_np{n}_20260131_1200{n:02}.json").write_text(
            json.dumps(content)
        )


def report(*words: str) -> Result:
    return CliRunner().invoke(app, ["report", "results", *words])


def test_every_file_that_is_asked_for_is_written() -> None:
    files = (
        "--csv",
        "a.csv",
        "--dcu-csv",
        "dcu.csv",
        "--markdown",
        "a.md",
        "--excel",
        "a.xlsx",
        "--parquet",
        "frames",
    )
    result = report("-o", "out.html", *files)
    assert result.exit_code == 0, result.output
    assert {path.name for path in Path().iterdir()} >= {
        "out.html",
        "a.csv",
        "dcu.csv",
        "a.md",
        "a.xlsx",
        "frames",
    }
    assert pl.read_parquet("frames/points.parquet")[
        "mean_ttft_ms"
    ].to_list() == [120.5, 120.5]
    assert pl.read_csv("dcu.csv")["batch"].to_list() == [8, 16]
    assert Path("a.md").read_text().count("120.5") == 2
    assert "a.csv" in result.stdout


def test_a_table_that_is_printed_stands_alone_on_standard_output() -> None:
    result = report("--csv", "-", "--assert", "completed > 0")
    assert result.exit_code == 0
    assert result.stdout.startswith("id,tool,status")
    assert len(result.stdout.splitlines()) == 3
    assert "2 points in report.html" in result.stderr
    assert "reached  completed > 0" in result.stderr


def test_a_missed_target_is_exit_code_1_and_the_report_is_written() -> None:
    result = report("--assert", "p99_ttft_ms < 100", "--markdown", "t.md")
    assert result.exit_code == 1
    assert "MISSED   p99_ttft_ms < 100" in result.stdout
    assert "| **no** |" in Path("t.md").read_text()
    assert Path("report.html").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--assert", "speed > 1"), "names no metric that exists"),
        (
            ("--excel", "results/C_7B_TP1_1k_np8_20260131_120008.json/x.xlsx"),
            "results/C_7B_TP1_1k_np8_20260131_120008.json",
        ),
        (("--parquet", "/proc/nowhere"), "/proc/nowhere"),
        (("--csv", "report.html"), "report.html is the file of two outputs"),
        (("--csv", "-", "--markdown", "-"), "- is the file of two outputs"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    words: tuple[str, ...], sentence: str
) -> None:
    result = report(*words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.startswith("inferometer: ")
    assert "Traceback" not in result.output
