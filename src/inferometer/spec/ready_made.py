"""The recipes and environments that come with the package: what `recipe: NAME` and `profiles:
[NAME]` of a campaign stand for.

They are data, in `ready_made.yaml` beside this file. What the values mean is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

MERGED = ("environment", "launch")
"""Keys whose mappings are merged; any other key of a campaign replaces that of the recipe."""

OWN = "start_timeout_s"
"""Key of a ready-made recipe that says what such a server takes, and is no setting of the
campaign's."""


@lru_cache(maxsize=1)
def _file() -> dict[str, dict[str, dict[str, Any]]]:
    from inferometer.spec.marked_yaml import read_yaml

    data: dict[str, dict[str, dict[str, Any]]] = read_yaml(
        (files("inferometer.spec") / "ready_made.yaml").read_text(
            encoding="utf-8"
        )
    ).data
    return data


def recipe_names() -> list[str]:
    """In the order of the file."""
    return list(_file()["recipes"])


def profile_names() -> list[str]:
    return list(_file()["profiles"])


def completed(given: Any) -> Any:
    """A recipe as a campaign writes it, with what it takes from a ready-made one and from profiles.
    Twice is as once.

    Whatever is no mapping or names what is not there stays as it is, for the models to complain
    about.
    """
    if not isinstance(given, dict):
        return given
    base = _of(_file()["recipes"], given.get("recipe"))
    whole = {
        name: value
        for name, value in {**base, **given}.items()
        if name != OWN or name in given
    }
    profiles = whole.get("profiles")
    chosen = [
        _of(_file()["profiles"], name)
        for name in (profiles if isinstance(profiles, list | tuple) else [])
    ]
    for key in MERGED:
        layers = [
            *(chosen if key == "environment" else []),
            base.get(key),
            given.get(key),
        ]
        written = [layer for layer in layers if layer is not None]
        if all(isinstance(each, dict) for each in written) and any(written):
            whole[key] = {
                name: value for each in written for name, value in each.items()
            }
    return whole


def usual_start_timeout_s(recipe: str | None) -> float | None:
    """What a server of a ready-made recipe may take to be ready; None where it is as usual."""
    found: float | None = _of(_file()["recipes"], recipe).get(OWN)
    return found


def _of(known: Mapping[str, dict[str, Any]], name: Any) -> dict[str, Any]:
    return known.get(name, {}) if isinstance(name, str) else {}
