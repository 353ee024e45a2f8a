"""The C programs that stand beside the client: compiled into `bin/` when they are missing or older
than their source.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent


def program(name: str) -> Path:
    """Path of the program made from `NAME.c`. Exits with a sentence if it cannot be compiled."""
    source, binary = HERE / f"{name}.c", HERE / "bin" / name
    if binary.is_file() and binary.stat().st_mtime >= source.stat().st_mtime:
        return binary
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise SystemExit(
            f"{source.name} has to be compiled, and there is no gcc here: install one "
            "(Debian: apt install gcc)."
        )
    binary.parent.mkdir(exist_ok=True)
    unfinished = binary.with_suffix(".new")
    done = subprocess.run(
        [compiler, "-O2", "-Wall", "-Wextra", "-o", unfinished, source],
        check=False,
    )
    if done.returncode:
        raise SystemExit(
            f"{compiler} could not compile {source.name}; what it printed above says why (it "
            "needs Linux)."
        )
    unfinished.replace(binary)
    return binary
