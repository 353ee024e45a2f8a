"""What libraries say of wrong input, in the language of the terminal; in English it stays as it is."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable

import pytest

from inferometer.cli.main import main
from inferometer.spec.marked_yaml import YamlError, read_yaml
from inferometer.spec.wishes import wish_of
from inferometer.words import Said, Words, in_words
from inferometer.words.library import of_library

ENGLISH = re.compile(r"[a-z]{3,}")


def chinese(text: str) -> str:
    """Without what was typed, which is quoted."""
    said = Words("zh-CN").say(text)
    return re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`", "", said)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        '{"a" 1}',
        '{"a": 1',
        "{a: 1}",
        '"a',
        "1 2",
        "[1,]",
        '"\x01"',
        '"\\x"',
        '"\\u12"',
    ],
)
def test_errors_of_json(text: str) -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(text)
    told = of_library(caught.value.msg)
    assert told == caught.value.msg
    assert isinstance(told, Said)
    assert not ENGLISH.search(chinese(told).replace("XXXX", ""))


@pytest.mark.parametrize("text", ["a 'b", 'a "b', "a\\"])
def test_errors_of_command_lines(text: str) -> None:
    with pytest.raises(ValueError, match="No ") as caught:
        shlex.split(text)
    told = of_library(str(caught.value))
    assert told == str(caught.value)
    assert not ENGLISH.search(chinese(told))


@pytest.mark.parametrize(
    "text",
    [
        "a: [1\nb: 2",
        "a: {1: 2\nb}: 3",
        "a: b: c",
        "a: 1\n b: 2",
        "a: [1, 2",
        "a: 'b",
        'a: "\\q"',
        "a: @b",
        "a: *b",
        "- a\nb: 1",
        "a:\n  - 1\n b: 2",
        "a: 1\n---\nb: 2",
        "a\nb: 1",
        "a: \x00",
    ],
)
def test_errors_of_yaml(text: str) -> None:
    with pytest.raises(YamlError) as caught:
        read_yaml(text)
    sentences = [chinese(sentence) for _, sentence in caught.value.reasons]
    assert [each for each in sentences if ENGLISH.search(each)] == []


@pytest.mark.parametrize(
    "typed",
    [
        "bench x y",
        "bench --prot 3",
        "bench --port",
        "bench --port x",
        "bench --insecure=3",
        "report",
        "banch",
        "presets nothing",
        "presets show",
        "monitor --interval 0",
        "monitor --root nowhere",
        "compare --fail-on never a b",
    ],
)
def test_errors_of_the_command_line(
    typed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["inferometer", "--lang", "zh-TW", *typed.split()]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit, match="2"):
        main()
    told = capsys.readouterr().err.removeprefix("inferometer: ")
    bare = re.sub(r"'[^']*'|`[^`]*`|--?[a-z-]+|docs/\S+", "", told)
    assert not ENGLISH.search(bare), told


def test_what_nobody_knows_stays() -> None:
    assert of_library("the moon is full") == "the moon is full"
    assert in_words(of_library("Extra data")) == "Extra data"


@pytest.mark.parametrize(
    "make", [str, lambda text: Said("sentence", {"what": text})]
)
def test_what_was_typed_stays(make: Callable[[str], str]) -> None:
    told = make("Option '--x' requires an argument")
    assert of_library(told) == told


def test_what_pydantic_says_and_we_do_not_is_quoted() -> None:
    wish = wish_of({"type": "new_kind", "msg": "Input should be a moon"})
    assert wish == "should be a moon"
    told = Words("zh-CN").say(wish)
    assert told == "不符合要求（pydantic 原文：“should be a moon”）"
