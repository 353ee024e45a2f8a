"""Calibrations of this host, kept between runs: a JSON file for each host and settings, in a
directory of the user's.

The name of a file is made of the calibration's key, and the key is in the file, too: what does not
belong here, is damaged or is of another version is as good as not there, and `find` says why.
Nothing is locked: files appear whole, and of two writers the later wins. Not known here: how
calibrations are made, and when.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from inferometer.store.atomic import write_file
from inferometer.words import Said, reason_of

if TYPE_CHECKING:
    from inferometer.metrics.calibration import Calibration

DIRECTORY_VARIABLE = "INFEROMETER_CALIBRATION_DIR"

FORMAT = 1
"""Raised when older files say something else. 1: first version."""

MAX_OTHERS = 100
"""Calibrations of a host that are looked through for the one whose key is nearest."""


class StoredCalibration(NamedTuple):
    """A stored calibration; or None, and why there is none of use, if there is a file at all."""

    calibration: Calibration | None
    problem: str = ""


def default_directory() -> Path:
    """$INFEROMETER_CALIBRATION_DIR, else below $XDG_STATE_HOME or ~/.local/state."""
    if chosen := os.environ.get(DIRECTORY_VARIABLE):
        return Path(chosen)
    state = os.environ.get("XDG_STATE_HOME", "")
    home = (
        Path(state)
        if os.path.isabs(state)
        else Path(os.path.expanduser("~")) / ".local" / "state"
    )
    return home / "inferometer" / "calibrations"


def path_of(key: Mapping[str, Any], directory: Path) -> Path:
    """File of a calibration: the host's name and the key's checksum."""
    return directory / f"{_host(key)}-{_checksum(key)[:16]}.json"


def _host(key: Mapping[str, Any]) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", str(key.get("hostname") or "host"))[
        :40
    ]


def find(key: Mapping[str, Any], directory: Path) -> StoredCalibration:
    """The calibration with this key. Never raises: `problem` says why one cannot be used."""
    from inferometer.metrics.calibration import Calibration

    path = path_of(key, directory)
    try:
        content = orjson.loads(path.read_bytes())
        if content["format"] != FORMAT or content["calibration"]["key"] != key:
            return _unusable("foreign", path)
        if content["sha256"] != _checksum(content["calibration"]):
            return _unusable("changed", path)
        return StoredCalibration(Calibration.from_dict(content["calibration"]))
    except FileNotFoundError:
        return StoredCalibration(None)
    except OSError as error:
        return _unusable("unread", path, why=reason_of(error))
    except (LookupError, TypeError, ValueError, AttributeError):
        return _unusable("damaged", path)


def _unusable(how: str, path: Path, **more: str) -> StoredCalibration:
    return StoredCalibration(
        None, Said(f"calibration.{how}", {"path": path, **more})
    )


def nearest(key: Mapping[str, Any], directory: Path) -> tuple[str, ...]:
    """How this host's most similar stored calibration differs from the key; empty if none."""
    differing = [
        tuple(name for name in key if other.get(name) != key[name])
        for other in _other_keys(key, directory)
        if other.get("hostname") == key.get("hostname")
    ]
    return min(differing, key=len, default=())


def _other_keys(
    key: Mapping[str, Any], directory: Path
) -> Iterator[Mapping[str, Any]]:
    for path in itertools.islice(
        directory.glob(f"{_host(key)}-*.json"), MAX_OTHERS
    ):
        try:
            content = orjson.loads(path.read_bytes())
            if content["format"] == FORMAT and content["sha256"] == _checksum(
                content["calibration"]
            ):
                yield content["calibration"]["key"]
        except (OSError, LookupError, TypeError, ValueError, AttributeError):
            continue


def keep(calibration: Calibration, directory: Path) -> Path:
    """Store it, instead of any other with its key; the path. Raises CannotWriteError."""
    path = path_of(calibration.key, directory)
    plain = calibration.to_dict()
    content = {
        "format": FORMAT,
        "sha256": _checksum(plain),
        "calibration": plain,
    }
    write_file(path, orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    return path


def _checksum(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    ).hexdigest()
