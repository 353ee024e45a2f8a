"""Results inside a JSON object of nobody's form: `{"results": [ … ]}`, `{"data": …}`, a tool's file
under a key of a bigger one, the printed report in a text.

What is around a result and no result itself is what the user noted of it. Lists are read whole or
not at all: where one entry is no result, nobody knows what it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from inferometer.grouping import ungrouped
from inferometer.store.importers.imported_run import CannotImportError
from inferometer.store.json_values import Object
from inferometer.words import Said

MAX_DEPTH = 4
MAX_LOOKED_AT = 200_000
"""Objects and texts of one file."""
MIN_REPORT = 200
"""Characters of a text that may be a report."""

SETTINGS = frozenset(
    {
        *("args", "arguments", "benchmark_config", "benchmark_parameters"),
        *("config", "configuration", "env", "environment", "gpu", "hardware"),
        *("host", "info", "meta", "metadata", "model", "params", "parameters"),
        *("server", "server_args", "server_config", "server_info", "settings"),
        *("setup", "system", "system_info", "tags", "versions"),
    }
)
"""Objects of such a name are beside results, and none."""
ANYBODYS = frozenset(
    {
        *("all", "bench", "benchmark", "benchmarks", "data", "entries"),
        *("items", "measurements", "metrics", "output", "points", "raw"),
        *("records", "report", "reports", "result", "results", "rows", "runs"),
        *("stats", "statistics", "summaries", "summary", "tests", "values"),
    }
)
"""Words in keys of results, which say nothing of them."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A result, or the text of a report."""

    result: Object | str
    around: Object
    """What the objects that it is in note, the nearest first."""
    keys: tuple[str, ...]
    """What leads to it; of entries of a list their numbers, as `#2`."""

    @property
    def name(self) -> str:
        return ".".join(each.removeprefix("#") for each in self.keys)

    @property
    def tag(self) -> str:
        """What the keys say of it, without words that any may be called by: entries of a list are
        repeats. A bare number may be a load.
        """
        told = ".".join(
            key
            for key in self.keys
            if not (
                key.startswith("#")
                or ANYBODYS.issuperset(re.split(r"[\W_]+", key.casefold()))
            )
        )
        return f'"{told}"' if told.isdecimal() else told


@dataclass(slots=True)
class Wrapping:
    """Looks into an object that is no result."""

    is_result: Callable[[Object], bool]
    is_report: Callable[[str], bool]
    _looked_at: int = field(default=0)

    def results(self, whole: Object) -> list[Wrapped]:
        """All in it. Raises CannotImportError where some of what looks like results is none."""
        return list(self._inside(whole, (), 0))

    def _inside(
        self, outer: Object, keys: tuple[str, ...], depth: int
    ) -> Iterator[Wrapped]:
        if depth >= MAX_DEPTH:
            return
        found = {
            key: there
            for key, value in outer.items()
            if (there := self._of(value, (*keys, key), depth))
        }
        rest = {key: each for key, each in outer.items() if key not in found}
        if len(found) > 1:
            self._require_all(outer, found)
        for each in ungrouped(found):
            tag = {"tag": each.tag} if each.tag and not keys else {}
            around = {**tag, **rest, **each.around}
            yield Wrapped(each.result, around, each.keys)

    def _of(
        self, value: object, keys: tuple[str, ...], depth: int
    ) -> list[Wrapped]:
        self._looked_at += 1
        if self._looked_at > MAX_LOOKED_AT:
            return []
        if isinstance(value, str):
            is_report = len(value) >= MIN_REPORT and self.is_report(value)
            return [Wrapped(value, {}, keys)] if is_report else []
        if isinstance(value, dict):
            if self.is_result(value):
                return [Wrapped(value, {}, keys)]
            return list(self._inside(value, keys, depth + 1))
        return self._of_list(value, keys, depth)

    def _of_list(
        self, value: object, keys: tuple[str, ...], depth: int
    ) -> list[Wrapped]:
        if not isinstance(value, list) or depth >= MAX_DEPTH:
            return []
        entries = [
            self._of(each, (*keys, f"#{place}"), depth + 1)
            for place, each in enumerate(value, 1)
        ]
        unknown = sum(not each for each in entries)
        if unknown and unknown < len(entries):
            told = {"name": ".".join(keys), "n": unknown, "of": len(entries)}
            raise CannotImportError(Said("unread.wrapped", told))
        return [each for entry in entries for each in entry]

    def _require_all(
        self, outer: Object, found: dict[str, list[Wrapped]]
    ) -> None:
        """Of results by name: an object among them that is none may be a run that failed."""
        others = [
            key
            for key, value in outer.items()
            if isinstance(value, dict)
            and key not in found
            and key.casefold() not in SETTINGS
        ]
        if others:
            raise CannotImportError(
                Said("unread.wrapped_names", {"names": others[:5]})
            )
