"""The library that draws the page's charts, kept between reports: to bundle it takes seconds.

What is kept begins with its checksum, since it runs in every page: a file that was cut or changed
is made anew.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from inferometer.store.atomic import CannotWriteError, write_file

SUM_LENGTH = 64
MAX_BYTES = 16 << 20


@cache
def drawing_library() -> str:
    """Vega, Vega-Lite and Vega-Embed, as vl-convert carries them: `window.vegaEmbed`."""
    import vl_convert

    version = metadata.version("vl-convert-python")
    path = cache_home() / "inferometer" / f"vega-{version}.js"
    kept = _read(path)
    if kept is not None:
        return kept
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    bundle = bundle.replace("</script", "<\\/script")
    content = bundle.encode()
    with suppress(CannotWriteError):  # it is only for the next time
        write_file(path, sha256(content).hexdigest().encode() + content)
    return bundle


def cache_home() -> Path:
    """$XDG_CACHE_HOME or ~/.cache."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):
        return Path(chosen)
    return Path(os.path.expanduser("~")) / ".cache"


def _read(path: Path) -> str | None:
    with suppress(OSError, UnicodeDecodeError):
        with path.open("rb") as file:
            kept = file.read(MAX_BYTES)
        content = kept[SUM_LENGTH:]
        if sha256(content).hexdigest().encode() == kept[:SUM_LENGTH]:
            return content.decode()
    return None
