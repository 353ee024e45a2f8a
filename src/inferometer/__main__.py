"""`python -m inferometer`: the command line, where the `inferometer` command is not on the path."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    # With -m, modules are looked for in the current directory first. It is the user's, who may keep
    # a json.py there.
    sys.path = [each for each in sys.path if each not in ("", os.getcwd())]
    from inferometer.cli.main import main

    main()
