"""The answers in docs/planning.md are those that the commands above them give; UPDATE_GOLDEN=1
writes them anew.
"""

from __future__ import annotations

import os
import re
import shlex
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inferometer.cli.main import app
from inferometer.engine.twin import capacity
from inferometer.words import speak

DOCS = Path(__file__).parent.parent / "docs"
ANSWERED = re.compile(
    r"```\n(inferometer capacity [^\n]+)\n```\n\n```text\n(.*?)```", re.S
)
LANGUAGES = {"planning.md": "en", "planning.zh-CN.md": "zh-CN"}
QUESTIONS = 9


def answer(command: str) -> str:
    done = CliRunner().invoke(app, shlex.split(command)[1:])
    assert done.exit_code in {0, 1}, done.output
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


@pytest.mark.parametrize("number", range(QUESTIONS))
def test_every_answer_is_what_the_command_says(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # languages differ in words alone: the runs that tell chance are made once for all of them
    monkeypatch.setattr(capacity, "_outcome", cache(capacity._outcome))
    for name, language in LANGUAGES.items():
        path = DOCS / name
        text = path.read_text(encoding="utf-8")
        each = [*ANSWERED.finditer(text)][number]
        speak(language)
        found = answer(each[1])
        if os.environ.get("UPDATE_GOLDEN"):
            whole = text[: each.start(2)] + found + text[each.end(2) :]
            path.write_text(whole, encoding="utf-8")
        else:
            assert found == each[2]


def test_every_language_asks_the_same() -> None:
    asked = [
        [
            each[1]
            for each in ANSWERED.finditer((DOCS / name).read_text("utf-8"))
        ]
        for name in LANGUAGES
    ]
    assert len(asked[0]) == QUESTIONS
    assert asked.count(asked[0]) == len(asked)
    text = (DOCS / "planning.md").read_text("utf-8")
    assert text.count("```text") == QUESTIONS
