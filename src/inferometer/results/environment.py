"""What a point was measured with and on, as one row: the client's host, versions, the server's own
words, the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inferometer.results.json_text import storable
from inferometer.results.point import Point
from inferometer.secret import masked_words
from inferometer.store.json_values import at, entries

if TYPE_CHECKING:
    import polars as pl

TEXTS = {
    "host": ("environment", "hostname"),
    "os": ("environment", "os"),
    "kernel": ("environment", "kernel"),
    "machine": ("environment", "machine"),
    "cpu": ("environment", "cpu", "model"),
    "cpu_governor": ("environment", "cpu", "governor"),
    "clock_source": ("environment", "clock_source"),
    "python": ("environment", "python"),
    "inferometer": ("inferometer_version",),
    "numpy": ("environment", "packages", "numpy"),
    "httptools": ("environment", "packages", "httptools"),
    "orjson": ("environment", "packages", "orjson"),
    "server_version": ("environment", "server", "version"),
    "server_model": ("environment", "server", "model"),
    "base_url": ("spec", "target", "base_url"),
    "fingerprint": ("fingerprint",),
    "prompts": ("prompts", "counting"),
}
NUMBERS = {
    "cpu_logical": ("environment", "cpu", "logical"),
    "cpu_physical": ("environment", "cpu", "physical"),
    "cpu_quota_cores": ("environment", "cpu", "quota_cores"),
    "memory_total_bytes": ("environment", "memory", "total_bytes"),
    "memory_available_bytes": ("environment", "memory", "available_bytes"),
    "load_average_1min": ("environment", "load_average_1min"),
    "open_files_limit": ("environment", "open_files_limit"),
    "server_max_model_len": ("environment", "server", "max_model_len"),
    "client_workers": ("spec", "workers"),
}
"""Names of columns, and where run.json has them."""


def environment_of(point: Point) -> pl.DataFrame:
    """One row; what nobody told is null, which is almost all of it for other tools' results."""
    import polars as pl

    run = point.recorded.run if point.recorded else None
    texts: dict[str, Any] = {
        name: at(run, *path) for name, path in TEXTS.items()
    }
    texts["host"] = texts["host"] or point.conditions.get("host")
    texts["server_version"] = texts["server_version"] or point.conditions.get(
        "engine_version"
    )
    texts["engine"] = point.conditions.get("engine")
    texts["container"] = _joined(at(run, "environment", "container"))
    texts["command"] = _joined(at(run, "environment", "command"))
    numbers = {name: at(run, *path) for name, path in NUMBERS.items()}
    return pl.DataFrame(
        [
            pl.Series("point", [point.id]),
            *(
                pl.Series(name, [_stored(value)], pl.String)
                for name, value in texts.items()
            ),
            *(
                pl.Series(name, [value], pl.Float64, strict=False)
                for name, value in numbers.items()
            ),
        ]
    )


def _joined(value: object) -> str | None:
    """A list of words as one string; an empty one is nothing."""
    import shlex

    words = [
        str(word)
        for word in entries(value)
        if isinstance(word, str | int | float)
    ]
    return (
        shlex.join(masked_words(words)) or None
    )  # what wrote the file may have known fewer kinds of secrets


def _stored(value: object) -> str | None:
    """A text or a number as a cell; what is neither, however deep it is nested, is no fact."""
    return (
        storable(str(value)) if isinstance(value, str | int | float) else None
    )
