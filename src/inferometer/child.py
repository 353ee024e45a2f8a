"""How a Python process of our own is started: with our modules, and with none of the current directory's.

The current directory is the user's, who may keep a json.py there.
"""

from __future__ import annotations

import sys
from pathlib import Path

_PACKAGES = str(Path(__file__).resolve().parents[1])


def python_command(module: str, *arguments: str) -> list[str]:
    """The command of a process that calls `main()` of this module, with these as `sys.argv[1:]`, and exits with its result."""
    path = f"sys.path = [*filter(None, sys.path), {_PACKAGES!r}]"  # with -c, "" is the current directory
    return [sys.executable, "-c", f"import sys; {path}; from {module} import main; sys.exit(main())", *arguments]
