"""What the documents say is there: every flag, verb and make target they name exists, and every
verb is named.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from inferometer.cli.main import VERBS, app, load_verb

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "ARCHITECTURE.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "docs").glob("**/*.md"),
    ]
)
OTHER_PROGRAMS = {
    "--max-model-len",
    "--enforce-eager",
    "--gpu-memory-utilization",
    "--tensor-parallel-size",
}
"""Flags of servers, in examples of how to start one."""

FLAGS = {
    flag
    for each in [get_command(app), *map(load_verb, VERBS)]
    for parameter in each.params
    for flag in [*parameter.opts, *parameter.secondary_opts]
} | {"--help"}

documents = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)


@documents
def test_every_flag_exists(path: Path) -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", path.read_text(encoding="utf-8")))
    assert named - FLAGS - OTHER_PROGRAMS == set()


@documents
def test_every_verb_exists(path: Path) -> None:
    named = set(
        re.findall(r"\binferometer ([a-z]+)\b(?! \w+ is)", path.read_text(encoding="utf-8"))
    )
    assert named - set(VERBS) == set()


@documents
def test_every_make_target_exists(path: Path) -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = set(re.findall(r"`make ([a-z-]+)`", path.read_text(encoding="utf-8")))
    assert named - targets == set()


def test_every_verb_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {verb for verb in VERBS if f"inferometer {verb}" not in readme} == set()


def test_every_flag_of_bench_explains_itself() -> None:
    assert {p.name for p in load_verb("bench").params if not p.help} == set()
