"""The help in Chinese: every verb and flag has it, and nothing of it is about one that is gone."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from inferometer.cli import backends, datasets
from inferometer.cli.help_words import help_words, translate
from inferometer.cli.main import VERBS, load_verb
from inferometer.printable import wrapped
from inferometer.spec.preset_files import preset_names

OTHERS = ["zh-CN", "zh-TW"]
SERVERS = {
    "sglang",
    "lmdeploy",
    "llamacpp",
    "ollama",
    "xinference",
    "trtllmserve",
    "tgi",
    "vllm",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OF_ALL = (
    "app",
    "panel",
    "default",
    "typed",
    "help",
    "cell",
    "about",
    "data",
)
"""What is not of one verb."""


def commands(verb: str, command: Any) -> Iterator[tuple[str, Any]]:
    """The verb, and the commands in it."""
    yield verb, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(f"{verb}.{name}", inner)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_flag_has_help(verb: str, language: str) -> None:
    command = load_verb(verb)
    translate(command, verb, language)
    for name, each in commands(verb, command):
        texts = {
            name: each.help,
            **{one.name: getattr(one, "help", "") for one in each.params},
        }
        assert [
            one for one, text in texts.items() if not CHINESE.search(text or "")
        ] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_help_is_of_what_is_gone(language: str) -> None:
    known = {
        key
        for verb in VERBS
        for name, each in commands(verb, load_verb(verb))
        for key in (name, *(f"{name}.{one.name}" for one in each.params))
    }
    known |= {key.rpartition(".")[2] for key in known}
    gone = {
        key
        for key in help_words(language)
        if key.partition(".")[0] not in OF_ALL
    } - known
    assert gone == set()


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_the_look_up_tables_and_every_preset_is_translated(
    language: str,
) -> None:
    words = help_words(language)
    tables = [
        (backends.HEADINGS, *backends.rows()),
        (datasets.HEADINGS, *datasets.rows()),
    ]
    data = [row[0].split("`")[1] for row in datasets.rows()]
    cells = {cell for table in tables for row in table for cell in row}
    cells -= {row[1] for row in datasets.rows()}
    ours = {
        cell
        for cell in cells
        if re.search("[a-z]{2}", re.sub("`[^`]*`", "", cell))
    }
    named = {cell for cell in ours if f"cell.{cell}" not in words}
    assert {
        re.sub("[^A-Za-z]", "", cell.split(",")[0]).lower() for cell in named
    } <= SERVERS
    assert {f"about.{name}" for name in preset_names()} <= words.keys()
    assert {key for key in words if key.startswith("data.")} == {
        f"data.{name}" for name in data
    }
    gone = {key for key in words if key.startswith("cell.")} - {
        f"cell.{cell}" for cell in cells
    }
    assert gone == set()


def test_both_have_the_same() -> None:
    assert help_words("zh-CN").keys() == help_words("zh-TW").keys()


def test_the_list_of_verbs_and_errors_of_the_parser() -> None:
    def said(*typed: str) -> str:
        command = [
            sys.executable,
            "-m",
            "inferometer",
            "--lang",
            "zh-TW",
            *typed,
        ]
        ended = subprocess.run(
            command, capture_output=True, text=True, check=False
        )
        return ended.stdout + ended.stderr

    listed = said("--help")
    assert "檢查用戶端" in listed
    assert "Print the version" not in listed
    assert "沒有選項 --num-promts（相近的選項：" in said(
        "bench", "--num-promts", "3"
    )


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("verb", VERBS)
def test_every_default_that_is_said_in_words_is_translated(
    verb: str, language: str
) -> None:
    command = load_verb(verb)
    translate(command, verb, language)
    told = {
        each.name: each.show_default
        for _, inner in commands(verb, command)
        for each in inner.params
        if isinstance(each.show_default, str)
        if re.search(r"(?<!\.)\b[a-z]{3}", each.show_default)
    }
    assert [name for name in told if not CHINESE.search(told[name])] == []


NAMED = re.compile(r"--[a-z][a-z-]+|\b[a-z]+_[a-z_]+\b|\b\d[\d,.]*\d\b|`[^`]+`")
"""Flags, names, numbers of several digits, what is typed."""


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("verb", VERBS)
def test_what_the_help_names_is_named_in_every_language(
    verb: str, language: str
) -> None:
    """So that no translation stays behind."""

    def named(text: str | None) -> set[str]:
        found = NAMED.findall(" ".join((text or "").split()))
        return {each.rstrip(".,") for each in found}

    for name, english in commands(verb, load_verb(verb)):
        translated = load_verb(verb)
        translate(translated, verb, language)
        other = dict(commands(verb, translated))[name]
        pairs = zip(
            [english, *english.params], [other, *other.params], strict=True
        )
        assert {
            one.name: named(one.help) - named(two.help) for one, two in pairs
        } == {each.name: set() for each in (english, *english.params)}


def test_lines_end_between_any_two_chinese_characters() -> None:
    """But before no mark that closes; words of ours stay whole."""
    text = "显示 token 数、服务器（max_model_len）。"
    assert wrapped(text, 1) == [
        "显",
        "示",
        "token",
        "数、",
        "服",
        "务",
        "器",
        "（max_model_len）。",
    ]
