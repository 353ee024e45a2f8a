"""What a folder tells of all results in it: `config.json`, which scripts write beside them, and its
name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inferometer.results.point import Condition, Conditions
from inferometer.results.telling import spelled
from inferometer.results.words_of_names import STACKS, of_folder, stack_called
from inferometer.store.importers.declared import declared
from inferometer.store.importers.imported_run import CannotImportError
from inferometer.store.importers.reading import read_objects
from inferometer.store.json_values import at, text
from inferometer.vocabulary import CONDITIONS
from inferometer.words import Said

METADATA = "config.json"
ENGINES = ("vllm", "sglang")
MAX_METADATA_BYTES = 1_000_000
NAMED_AS_ONE_LIKES = ("model", "label")
LEVELS = 2
"""Folders above a file whose names are read: its own, and the one around that."""


@dataclass(frozen=True, slots=True)
class Teller:
    """By whom, and what."""

    by: str
    conditions: Mapping[str, Condition]


@dataclass(frozen=True, slots=True)
class Folders:
    """Each folder is looked at once."""

    _known: dict[Path, tuple[Teller, ...]] = field(default_factory=dict)

    def told(self, folder: Path) -> tuple[Teller, ...]:
        """What counts most comes first."""
        if folder not in self._known:
            names: Conditions = {}
            for above in (folder, *folder.parents)[:LEVELS]:
                names = {**of_folder(above.name), **names}
            self._known[folder] = (
                Teller(METADATA, _metadata(folder / METADATA)),
                Teller("folder", names),
            )
        return self._known[folder]


def is_metadata(path: Path) -> bool:
    """Whether it is of its folder, and no result."""
    return path.name == METADATA


def contradictions(tellers: Sequence[Teller]) -> list[Said]:
    """A sentence for each condition that two tell differently, the one that counts first."""
    told: dict[str, tuple[str, Condition]] = {}
    found = []
    for teller in tellers:
        for name, value in teller.conditions.items():
            by, counts = told.setdefault(name, (teller.by, value))
            if name not in NAMED_AS_ONE_LIKES and not _agree(counts, value):
                what = Said(f"condition.{name}") if name in CONDITIONS else name
                said = {
                    "condition": what,
                    "by": Said(f"note.by.{by}"),
                    "other": Said(f"note.by.{teller.by}"),
                    "value": spelled(counts),
                    "rest": spelled(value),
                }
                found.append(Said("note.contradiction", said))
    return found


def _agree(one: Condition, other: Condition) -> bool:
    """7.1 says nothing else than 7.1.1, only less."""
    if type(one) is type(other) and one == other:
        return True
    shorter, longer = sorted((spelled(one), spelled(other)), key=len)
    return longer == shorter or longer.startswith(f"{shorter}.")


def _metadata(path: Path) -> Conditions:
    """What the file declares; nothing where it is damaged, or is of something else."""
    if not path.exists():
        return {}
    try:
        told = read_objects(path, MAX_METADATA_BYTES)[0]
    except (CannotImportError, IndexError):
        return {}
    found: Conditions = dict(declared(told))
    for stack in STACKS:
        if version := found.pop(f"{stack}_version", None):
            found["stack"] = stack_called(stack, str(version))
    for engine in ENGINES:
        if text(told.get(f"{engine}_version")) or text(
            at(told, "environment", f"{engine}_version")
        ):
            found.setdefault("engine", engine)
    return found
