"""Python processes of our own, and `python -m inferometer`, in a directory that is full of
traps.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import inferometer
from inferometer.system.child import python_command


@pytest.fixture
def traps(tmp_path: Path) -> Path:
    """A directory whose modules are called like others that we need."""
    for module in ("json", "typer", "socket", "inferometer"):
        (tmp_path / f"{module}.py").write_text(
            "raise SystemExit('this is no module for you')", encoding="utf-8"
        )
    return tmp_path


def test_modules_are_ours(traps: Path) -> None:
    command = python_command("inferometer.cli.main", "--version")
    told = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=traps,
        timeout=60,
        check=False,
    )
    assert (told.returncode, told.stdout) == (
        0,
        f"inferometer {inferometer.__version__}\n",
    ), told.stderr


def test_the_package_is_found_where_we_found_it() -> None:
    """It may not be installed, and we may have found it in the current directory."""
    assert (
        repr(str(Path(inferometer.__file__).parents[1]))
        in python_command("inferometer.cli.main")[2]
    )


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_as_a_module(traps: Path, argument: str) -> None:
    (
        traps / "inferometer.py"
    ).unlink()  # that one is found before anything of ours runs
    command = [sys.executable, "-m", "inferometer", argument]
    told = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=traps,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "inferometer" in told.stdout
    assert told.stderr == ""
