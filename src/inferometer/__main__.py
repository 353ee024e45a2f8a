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


class NoPlugins(ModuleType):
    """In the place of what pydantic finds plugins with, in the metadata of every package that is
    installed. Its own switch, PYDANTIC_DISABLE_PLUGINS, comes too late: after the imports, which
    take the time; and servers that we start would inherit it.
    """

    get_plugins = staticmethod(tuple)

    def __getattr__(self, name: str) -> object:
        """A later pydantic may want more of it: then it gets the real one."""
        if name.startswith("__"):
            raise AttributeError(name)
        from importlib import import_module

        sys.modules.pop(self.__name__, None)
        return getattr(import_module(self.__name__), name)


def leave_out() -> None:
    """What libraries would only import: it was a quarter of the wait for the first request."""
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    loader = NoPlugins("pydantic.plugin._loader")
    sys.modules.setdefault(loader.__name__, loader)


if __name__ == "__main__":
    # With -m, modules are looked for in the current directory first. It is the user's, who may keep
    # a json.py there.
    sys.path = [each for each in sys.path if each not in ("", os.getcwd())]
    main()
