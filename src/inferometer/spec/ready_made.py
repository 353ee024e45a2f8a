"""The recipes and environments that come with the package: what `recipe: NAME` and `profiles: [NAME]` of a campaign stand for.

They are data, in `ready_made.yaml` beside this file. What the values mean is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from inferometer.spec.marked_yaml import read_yaml

MERGED = ("environment", "launch")
"""Keys whose mappings are merged; any other key of a campaign replaces that of the recipe."""


@lru_cache(maxsize=1)
def _file() -> dict[str, dict[str, dict[str, Any]]]:
    data: dict[str, dict[str, dict[str, Any]]] = read_yaml(
        (files("inferometer.spec") / "ready_made.yaml").read_text(encoding="utf-8")
    ).data
    return data


def recipe_names() -> list[str]:
    """In the order of the file."""
    return list(_file()["recipes"])


def profile_names() -> list[str]:
    return list(_file()["profiles"])


def completed(given: Any) -> Any:
    """A recipe as a campaign writes it, with what it takes from a ready-made one and from profiles. Twice is as once.

    Whatever is no mapping or names what is not there stays as it is, for the models to complain about.
    """
    if not isinstance(given, dict):
        return given
    base = _of(_file()["recipes"], given.get("recipe"))
    whole = {**base, **given}
    profiles = whole.get("profiles")
    chosen = [_of(_file()["profiles"], name) for name in (profiles if isinstance(profiles, list | tuple) else [])]
    for key in MERGED:
        layers = [*(chosen if key == "environment" else []), base.get(key), given.get(key)]
        if all(layer is None or isinstance(layer, dict) for layer in layers) and any(layers):
            whole[key] = {name: value for layer in layers for name, value in (layer or {}).items()}
    return whole


def _of(known: Mapping[str, dict[str, Any]], name: Any) -> dict[str, Any]:
    return known.get(name, {}) if isinstance(name, str) else {}
