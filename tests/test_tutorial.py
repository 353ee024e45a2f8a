"""The tutorial does what it says: its part without a GPU is followed, command by command, against
the embedded engine. What needs hardware is only read as shell; `test_docs` parses its flags, and
holds both languages to the same commands.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from inferometer.cli.main import app, spread

DOCS = Path(__file__).resolve().parent.parent / "docs"
NAMES = ["tutorial.en.md", "tutorial.zh-CN.md"]
KINDS = {"setup", "server", "run", "gpu"}
"""Of blocks of commands: done once before; left running; followed here; for real hardware."""
MAX_TRIES = 3
"""A machine that is very busy may spoil a measurement: it is then INVALID, as it has to be."""


class Block(NamedTuple):
    kind: str
    text: str

    @property
    def commands(self) -> list[str]:
        return self.text.replace("\\\n", " ").strip().splitlines()


class Ran(NamedTuple):
    command: str
    code: int
    output: str


def blocks(name: str) -> list[Block]:
    text = (DOCS / name).read_text(encoding="utf-8")
    found = re.findall(
        r"^```bash (\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL
    )
    return [Block(*each) for each in found]


@pytest.mark.parametrize("name", NAMES)
def test_every_block_is_shell_of_a_known_kind(name: str) -> None:
    assert {each.kind for each in blocks(name)} == KINDS
    for each in blocks(name):
        assert (
            subprocess.run(
                ["bash", "-n"], input=each.text.encode(), check=False
            ).returncode
            == 0
        )


def test_both_languages_have_the_same_kinds_of_blocks() -> None:
    english, chinese = map(blocks, NAMES)
    assert [each.kind for each in english] == [each.kind for each in chinese]


def test_the_part_without_a_gpu_works(tmp_path: Path) -> None:
    for number in range(MAX_TRIES):
        directory = tmp_path / str(number)
        directory.mkdir()
        ran = list(follow(blocks(NAMES[0]), directory))
        if not any("INVALID" in each.output for each in ran):
            break
    assert {each.command: each.output for each in ran if each.code} == {}
    before, after = (each.output for each in ran if " bench " in each.command)
    assert (
        figure("Mean time in its queue", before)
        > 100
        > figure("Mean time in its queue", after)
    )
    (compared,) = (each.output for each in ran if " compare " in each.command)
    for metric in ("Output throughput", "Mean TTFT"):
        assert re.search(rf"^{metric} .* faster$", compared, re.MULTILINE)
    assert (directory / "report.html").stat().st_size > 0


def figure(label: str, output: str) -> float:
    (value,) = re.findall(rf"^{label} .*?([\d.]+)\s*$", output, re.MULTILINE)
    return float(value)


def follow(steps: list[Block], directory: Path) -> Iterator[Ran]:
    """Run what can be run without a GPU. A server lasts until the next one is started."""
    with chdir(directory), ExitStack() as servers:
        port = ""
        for each in steps:
            if each.kind == "server":
                servers.close()
                port = servers.enter_context(serving(each.text))
            elif each.kind == "run":
                for command in each.commands:
                    yield run(command.replace("8000", port))


@contextmanager
def chdir(directory: Path) -> Iterator[None]:
    """`contextlib.chdir`, which Python 3.10 has not."""
    before = Path.cwd()
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def serving(text: str) -> Iterator[str]:
    """A server, on a free port instead of the tutorial's: which."""
    words = [sys.executable, "-m", *text.replace("8000", "0").split()]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            (port,) = re.findall(
                r"http://127\.0\.0\.1:(\d+)", server.stdout.readline()
            )
            yield port
        finally:
            server.terminate()


def run(command: str) -> Ran:
    """In this process, which has imported most of it already; another program by itself."""
    program, *arguments = shlex.split(command)
    if program == "inferometer":
        result = CliRunner().invoke(app, spread(arguments))
        return Ran(command, result.exit_code, result.output)
    if shutil.which(program) is None:
        return Ran(command, 0, f"{program} is not installed here")
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False
    )
    return Ran(command, done.returncode, done.stdout + done.stderr)
