"""The language of the terminal: by --lang, before or after the verb, else by the locale."""

from __future__ import annotations

import sys

import pytest

from inferometer.cli.language import chosen, of_environment
from tests.processes import run_forked


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_SG"}, "zh-CN"),
        ({"LANG": "zh"}, "zh-CN"),
        ({"LANG": "zh_TW.UTF-8"}, "zh-TW"),
        ({"LANG": "zh_HK.big5hkscs"}, "zh-TW"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "zh_TW.UTF-8"}, "zh-TW"),
        (
            {"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LC_MESSAGES": "en_US.UTF-8"},
            "en",
        ),
        ({"LC_ALL": "zh_CN.UTF-8", "INFEROMETER_LANG": "en"}, "en"),
        ({"LC_ALL": "C", "INFEROMETER_LANG": "zh-TW"}, "zh-TW"),
    ],
)
def test_the_locale_decides(environment: dict[str, str], language: str) -> None:
    assert of_environment(environment) == language


@pytest.mark.parametrize(
    ("typed", "left", "language"),
    [
        ("bench --port 1", "bench --port 1", ""),
        ("bench --lang zh-CN --port 1", "bench --port 1", "zh-CN"),
        ("bench --port 1 --lang=zh-TW", "bench --port 1", "zh-TW"),
        ("--lang en run x.yaml", "run x.yaml", "en"),
        ("--lang zh-CN bench --lang en", "bench", "en"),
        ("report x --lang zh-CN", "report x --lang zh-CN", "zh-CN"),
        ("--lang zh-CN report x", "report --lang=zh-CN x", "zh-CN"),
        ("--lang zh-CN report x --lang=en", "report --lang=en x", "en"),
        ("bench --lang tlh", "--lang tlh bench", ""),
        ("bench --lang", "--lang  bench", ""),
    ],
)
def test_a_flag_decides_wherever_it_stands(
    typed: str, left: str, language: str
) -> None:
    assert chosen(typed.split(" ")) == (left.split(" "), language)


def test_what_is_no_language_is_refused() -> None:
    for typed in (
        ["--lang", "tlh", "presets"],
        ["presets", "--lang=tlh"],
        ["presets", "--lang"],
    ):
        ended = run_forked([sys.executable, "-m", "inferometer", *typed])
        assert (
            ended.returncode,
            "one of en, zh-CN, zh-TW" in ended.stderr,
        ) == (2, True)
