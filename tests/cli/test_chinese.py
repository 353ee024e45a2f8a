"""What the terminal says in Chinese, while what is kept stays in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from inferometer.analysis.targets import Checked
from inferometer.campaign.outcome import CampaignOutcome, Ending, summary_lines
from inferometer.cli.announcement import load_in_words
from inferometer.cli.main import app
from inferometer.cli.usage import usage_error
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.printable import columns_of
from inferometer.report.repeats import render_repeats
from inferometer.report.targets import target_lines
from inferometer.results.reader import ResultsError, read
from inferometer.results.repeats import Repeat
from inferometer.server.calls import Answer
from inferometer.server.failures import status_error
from inferometer.server.verification import failure
from inferometer.spec.load import Load
from inferometer.spec.target import parse_target
from inferometer.words import in_words, speak
from tests.report.test_repeats_table import of_throughput

ENGLISH = re.compile(r"[a-z]+ [a-z]+ [a-z]+")
"""Three words of it in a row."""


@pytest.fixture(autouse=True, params=["zh-CN", "zh-TW"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    speak(request.param)
    yield request.param
    speak("en")


def test_a_load() -> None:
    load = Load(num_prompts=200, num_warmups=16, max_concurrency=16)
    assert load_in_words(load) in {
        "预热 16 个后发送 200 个请求，闭环，并发 16",
        "預熱 16 個後傳送 200 個請求，閉環，並行 16",
    }


def test_a_server_that_wants_a_key() -> None:
    error = status_error(
        Answer(401, {}), "http://h", "/v1/models", "Unauthorized", has_key=False
    )
    assert str(error).startswith(
        "http://h requires an API key (401 on /v1/models): set OPENAI"
    )
    assert "http://h 需要 API " in in_words(error)
    assert "server.served_model" in in_words(error)
    assert not ENGLISH.search(in_words(error))


def test_what_the_log_of_a_server_means() -> None:
    error = failure(
        "It ended.", lambda last: ["torch.OutOfMemoryError: HIP out of memory."]
    )
    assert str(error).startswith(
        "It ended. Cause: the accelerator's memory (VRAM) ran out. Cure:"
    )
    assert in_words(error).startswith("It ended.原因：")
    assert "TP=2" in in_words(error)


def test_a_refusal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="There are no results in") as caught:
        read([tmp_path])
    with pytest.raises(typer.Exit):
        usage_error(caught.value)
    assert not ENGLISH.search(
        capsys.readouterr().err.replace("vllm bench serve", "")
    )


def test_the_end_of_a_campaign(language: str) -> None:
    endings = [
        Ending("g/np1", "VALID", True),
        Ending("g/np2", "failed", False, "It broke."),
    ]
    outcome = CampaignOutcome(endings, 2, 1, {"g": "It broke."}, "runs", 61.0)
    lines = summary_lines(outcome)
    checks = [line for line in lines if line.startswith("[")]
    assert [line[:3] for line in checks] == ["[ ]", "[ ]", "[ ]", "[x]"]
    assert [line for line in lines if ENGLISH.search(line)] == []
    assert any(
        line.startswith(("2 个测试点：", "2 個測試點：")) for line in lines
    )


def test_targets_are_aligned() -> None:
    target = parse_target("mean_ttft_ms < 100")
    lines = target_lines(
        [
            Checked(target, "reached", deployment="tp1", value=30.0),
            Checked(target, "missed", deployment="tp1", value=300.0),
            Checked(target, "not checked"),
        ]
    )
    starts = {columns_of(line.partition("mean_ttft_ms")[0]) for line in lines}
    assert len(starts) == 1
    assert lines[0].startswith(("达标", "達標"))


def test_repeats_are_aligned() -> None:
    repeats = [*of_throughput(100.0, 101.0, 99.0), Repeat(4, None, "INVALID")]
    lines = render_repeats(repeats, asked=4).splitlines()
    assert max(map(columns_of, lines)) <= 80
    assert {columns_of(line) for line in lines[1:3]} == {80}
    assert columns_of(lines[0]) == columns_of(lines[3]) == 80


def test_a_file_of_prompts_that_is_damaged(tmp_path: Path) -> None:
    damaged = tmp_path / "p.jsonl"
    damaged.write_text("{bad\n")
    with EmbeddedEngine(EngineSettings()) as engine:
        ended = CliRunner().invoke(
            app,
            [
                *("bench", "--base-url", engine.base_url, "--num-prompts", "2"),
                *("--dataset-name", "custom", "--dataset-path", str(damaged)),
            ],
        )
    assert ended.exit_code == 2
    assert "不是 JSON（" in ended.stderr
    assert "Expecting" not in ended.stderr


def test_the_server_that_is_measured() -> None:
    words = ("--num-prompts", "1", "--random-output-len", "1", "--disable-tqdm")
    with EmbeddedEngine(EngineSettings()) as engine:
        ended = CliRunner().invoke(
            app, ["bench", "--base-url", engine.base_url, *words]
        )
    assert "，max_model_len " in ended.stdout.partition("\n")[0]
