"""`inferometer report` as a user calls it."""

from __future__ import annotations

import os
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from inferometer.cli.main import app
from inferometer.cli.report import Language
from inferometer.words import LANGUAGES


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def inferometer(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def vllm_files(folder: str, *, number: int = 3) -> Path:
    """Results as `vllm bench serve` writes them, of 1, 2, 3 … requests."""
    directory = Path(folder)
    directory.mkdir()
    for n in range(1, number + 1):
        result = {
            "date": "20251231-120000",
            "endpoint_type": "openai",
            "backend": "openai",
            "label": None,
            "model_id": "meta-llama/Llama-3.1-8B",
            "tokenizer_id": "meta-llama/Llama-3.1-8B",
            "num_prompts": n,
            "request_rate": "inf",
            "burstiness": 1.0,
            "max_concurrency": None,
            "duration": 4.3,
            "completed": n,
            "total_input_tokens": 1024 * n,
            "total_output_tokens": 128 * n,
            "request_throughput": n / 4.3,
            "output_throughput": 128 * n / 4.3,
            "total_token_throughput": 1152 * n / 4.3,
            "mean_ttft_ms": 57.65,
            "median_ttft_ms": 57.0,
            "std_ttft_ms": 1.0,
            "p99_ttft_ms": 60.0,
        }
        (directory / f"C_7B_TP1_1k_np{n}_20251231_12000{n}.json").write_bytes(
            orjson.dumps(result)
        )
    return directory


def test_a_folder_of_files_is_one_page() -> None:
    told = inferometer("report", vllm_files("results"), "--title", "PCIe & co")
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("3 points in report.html (")
    page = Path("report.html").read_text(encoding="utf-8")
    assert "<title>PCIe &amp; co</title>" in page
    assert "C_7B_TP1_1k_np3_20251231_120003" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_each_language(language: str) -> None:
    assert (
        inferometer(
            "report",
            vllm_files("results", number=1),
            "--lang",
            language,
            "-o",
            "x.html",
        ).exit_code
        == 0
    )
    assert f'<html lang="{language}">' in Path("x.html").read_text(
        encoding="utf-8"
    )


def test_the_languages_of_the_flag_are_those_that_there_are() -> None:
    assert [each.value for each in Language] == list(LANGUAGES)


def test_figures_for_print_are_written_beside_it() -> None:
    told = inferometer("report", vllm_files("results"), "--figures", "figures")
    assert told.exit_code == 0, told.output
    kinds = {path.suffix for path in Path("figures").iterdir()}
    assert kinds == {".png", ".svg"}
    assert (
        f"{len(list(Path('figures').iterdir()))} files in figures"
        in told.stdout
    )


def test_no_figures_are_told_with_the_reason() -> None:
    Path("alone").mkdir()
    (next(vllm_files("results").iterdir())).rename("alone/one.json")
    told = inferometer("report", Path("alone"), "--figures", "figures")
    assert told.exit_code == 0
    assert (
        "0 files in figures: these results are not enough for any figure; the report says what "
        "each needs" in told.stdout
    )


def test_a_page_that_is_there_is_replaced() -> None:
    Path("report.html").write_text("old")
    assert inferometer("report", vllm_files("results")).exit_code == 0
    assert "old" not in Path("report.html").read_text(encoding="utf-8")[:10]


def test_what_cannot_be_read_is_named_and_the_rest_is_reported() -> None:
    directory = vllm_files("results")
    (directory / "broken.json").write_text('{"date": ')
    told = inferometer("report", directory)
    assert told.exit_code == 0
    assert "broken.json" in told.stderr
    assert "broken.json" in Path("report.html").read_text(encoding="utf-8")


def refusal(*words: object) -> str:
    told = inferometer("report", *words)
    assert (told.exit_code, told.stdout) == (2, "")
    assert len(told.stderr.splitlines()) == 1
    return told.stderr


def test_nothing_found_is_one_sentence() -> None:
    Path("empty").mkdir()
    assert "no results in empty" in refusal("empty")
    assert "nowhere" in refusal("nowhere")
    assert not Path("report.html").exists()


def test_a_page_that_cannot_be_written_is_one_sentence() -> None:
    directory = vllm_files("results")
    Path("file").write_text("")
    assert "cannot write file" in refusal(directory, "-o", "file/report.html")
    Path("taken").mkdir()
    assert "taken" in refusal(directory, "-o", "taken")


@pytest.mark.skipif(
    os.geteuid() == 0, reason="root may read and write everything"
)
def test_a_directory_that_may_not_be_read_is_one_sentence() -> None:
    directory = vllm_files("results")
    directory.chmod(0)
    try:
        assert "results" in refusal(directory)
    finally:
        directory.chmod(0o700)


@pytest.mark.parametrize("inside", [False, True])
def test_a_directory_that_may_not_be_read_is_told(
    inside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = vllm_files("results")
    closed = vllm_files("results/closed") if inside else directory
    may = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: path != closed and may(path, mode)
    )
    told = inferometer("report", directory)
    assert f"cannot read {closed}: Permission denied." in told.stderr
    assert told.exit_code == (0 if inside else 2)


def test_names_that_would_drive_a_terminal_do_not() -> None:
    directory = vllm_files("results")
    (directory / "\x1b[31mred.json").write_text("{")
    assert "\x1b" not in inferometer("report", directory).output
