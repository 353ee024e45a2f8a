"""`.ci/run` ends when a part of it fails, whatever else is still at work."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / ".ci" / "run"
FOR_EVER = "sleep 10000 & wait"
"""Whoever ends it has to end what it started too."""


@pytest.mark.parametrize(
    ("make", "installing", "code"),
    [
        ("exit 0", "exit 0", 0),
        ("exit 0", "exit 3", 3),
        (f'test "$1" != test || {FOR_EVER}', "exit 3", 3),
        ('test "$1" != check', FOR_EVER, 1),
        ('test "$1" != test', FOR_EVER, 1),
        ('test "$1" != test-engines', "exit 0", 1),
    ],
)
def test_it_fails_with_its_parts_and_waits_for_none_then(
    tmp_path: Path, make: str, installing: str, code: int
) -> None:
    """Whoever reads what it prints waits for all that may still print."""
    programs = {
        "bin/make": make,
        "bin/chromium": "exit 0",
        "bin/python": installing,
    }
    for name, does in programs.items():
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)
    (tmp_path / ".ci").mkdir()
    script = shutil.copy(SCRIPT, tmp_path / ".ci")
    path = os.pathsep.join((str(tmp_path / "bin"), os.environ["PATH"]))
    ended = subprocess.run(
        [script],
        env={
            **os.environ,
            "PATH": path,
            "PYTHON": str(tmp_path / "bin" / "python"),
        },
        stdout=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert ended.returncode == code
