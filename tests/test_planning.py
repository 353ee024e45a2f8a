"""The answers in docs/planning.md are those that the commands above them give; UPDATE_GOLDEN=1
writes them anew.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inferometer.cli.main import app
from inferometer.words import speak

DOCS = Path(__file__).parent.parent / "docs"
ANSWERED = re.compile(
    r"```\n(inferometer capacity [^\n]+)\n```\n\n```text\n(.*?)```", re.S
)
LANGUAGES = {"planning.md": "en", "planning.zh-CN.md": "zh-CN"}


def answer(command: str) -> str:
    done = CliRunner().invoke(app, shlex.split(command)[1:])
    assert done.exit_code in {0, 1}, done.output
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_answer_is_what_the_command_says(name: str) -> None:
    path = DOCS / name
    text = path.read_text(encoding="utf-8")
    speak(LANGUAGES[name])
    found = ANSWERED.sub(
        lambda each: f"```\n{each[1]}\n```\n\n```text\n{answer(each[1])}```",
        text,
    )
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(found, encoding="utf-8")
        return
    assert text.count("```text") == len(ANSWERED.findall(text)) == 9
    assert found == text
