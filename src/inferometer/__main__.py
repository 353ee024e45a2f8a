"""The `inferometer` command, and `python -m inferometer` where it is not on the path."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Ctrl-C is answered while the command line is imported, too."""
    try:
        from inferometer.cli.main import main as command

        command()
    except KeyboardInterrupt:
        from inferometer.system.interruption import ignore_signals

        ignore_signals()  # the answer takes imports, too
        from inferometer.cli.stopped import stopped_early

        sys.exit(stopped_early())


if __name__ == "__main__":
    # With -m, modules are looked for in the current directory first. It is the user's, who may keep
    # a json.py there.
    sys.path = [each for each in sys.path if each not in ("", os.getcwd())]
    main()
