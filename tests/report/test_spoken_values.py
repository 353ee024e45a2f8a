"""Values of conditions that are words of ours, in each language."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inferometer.report.page.writing import write_report
from inferometer.report.spoken_values import with_spoken_values
from inferometer.report.tables.markdown import points_as_markdown
from inferometer.words import Words
from tests.report.page_points import point, study


@pytest.mark.parametrize(
    ("name", "value", "english", "chinese"),
    [
        ("engine", "vllm (simulated)", "vllm (simulated)", "vllm（模拟）"),
        (
            "engine",
            "my (own) (embedded)",
            "my (own) (embedded)",
            "my (own)（内置引擎）",
        ),
        ("engine", "simulated", "simulated", "孪生引擎"),
        ("engine", "vllm", "vllm", "vllm"),
        ("scenario", "offline throughput", "offline throughput", "离线吞吐"),
        ("scenario", "Server", "Server", "Server"),
        ("model", "vllm (simulated)", "vllm (simulated)", "vllm (simulated)"),
    ],
)
def test_words_of_ours_are_translated_and_names_are_not(
    name: str, value: str, english: str, chinese: str
) -> None:
    points = [point(conditions={name: value})]
    for language, text in (("en", english), ("zh-CN", chinese)):
        (said,) = with_spoken_values(points, Words(language))
        assert said.conditions[name] == text
        assert with_spoken_values([said], Words(language)) == [said]


def test_tables_in_chinese_say_that_an_engine_was_simulated() -> None:
    points = [point(conditions={"engine": "vllm (simulated)"})]
    assert "vllm（模擬）" in points_as_markdown(points, words=Words("zh-TW"))


def test_a_page_in_chinese_names_no_stand_in_in_english(tmp_path: Path) -> None:
    points = tuple(
        point(
            gpus,
            conditions={
                "model": "m",
                "engine": "vllm (simulated)",
                "tp": gpus,
                "num_prompts": gpus,
            },
        )
        for gpus in (1, 2)
    )
    page = tmp_path / "report.html"
    collection = replace(study(), points=points)
    write_report(collection, [], page, language="zh-CN")
    text = page.read_text(encoding="utf-8")
    assert "m vllm（模拟）：" in text  # the answer about scaling
    assert "(simulated)" not in text
