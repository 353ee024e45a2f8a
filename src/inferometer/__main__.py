"""The `inferometer` command, and `python -m inferometer` where it is not on the path."""

from __future__ import annotations

import gc
import os
import sys
from types import ModuleType

COLLECT_AFTER = 200_000
"""Objects that are made before garbage is looked for. Nearly all that is made at the start stays:
to look through it took a tenth of the wait for the first request.
"""

UNUSED = ("trio", "httpx._main")
"""What httpx imports if it happens to be installed, and no command uses."""


def main() -> None:
    """Ctrl-C is answered while the command line is imported, too."""
    try:
        gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])
        leave_out()
        from inferometer.cli.main import main as command

        command()
    except KeyboardInterrupt:
        from inferometer.system.interruption import ignore_signals

        ignore_signals()  # the answer takes imports, too
        from inferometer.cli.stopped import stopped_early

        sys.exit(stopped_early())


def leave_out() -> None:
    """What libraries would only import: it was a quarter of the wait for the first request.

    pydantic would look for plugins in the metadata of every package that is installed.
    """
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    loader = ModuleType("pydantic.plugin._loader")
    vars(loader)["get_plugins"] = tuple
    sys.modules.setdefault(loader.__name__, loader)


if __name__ == "__main__":
    # With -m, modules are looked for in the current directory first. It is the user's, who may keep
    # a json.py there.
    sys.path = [each for each in sys.path if each not in ("", os.getcwd())]
    main()
